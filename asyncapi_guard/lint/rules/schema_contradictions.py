"""Rules about schemas that contradict themselves. `schemas` calls the check, for each schema.

A validator accepts such a schema without a word, and rejects each value, or each value of the kind
that was meant. What is said here is certain: where a reference cannot be followed, or a pattern
might match, nothing is said.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.schema_parts import (
    common_types,
    conjuncts,
    is_anything,
    is_closed,
    rejects_all,
    resolved,
    schemas_in,
    some_names,
    texts_in,
    type_name,
    types_of,
)
from asyncapi_guard.schema.comparison.flat_schemas import is_a
from asyncapi_guard.schema.dialects import Draft
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_contradictions"]

_warning = group("Schemas", Severity.WARNING)

RULES = (
    _warning(
        "impossible-schema",
        "A schema should accept at least one value.",
        """
        No value is both a string and `1`, or both at least 10 and at most 5. Validators load such a
        schema, but reject every value.
        """,
        "components: {schemas: {Size: {type: integer, minimum: 10, maximum: 5}}}",
        "components: {schemas: {Size: {type: integer, minimum: 5, maximum: 10}}}",
    ),
    _warning(
        "impossible-value",
        "The values of an `enum` should be valid under the schema that contains it.",
        """
        A value of another type, or beyond a limit beside the `enum`, is rejected even though the
        `enum` lists it.
        """,
        "components: {schemas: {Level: {type: integer, enum: [1, 2, '3']}}}",
        "components: {schemas: {Level: {type: integer, enum: [1, 2, 3]}}}",
    ),
    _warning(
        "equal-values",
        "The values of an `enum` should be unique.",
        """
        JSON Schema recommends unique values. One of two equal values is probably a copy that was
        not edited.
        """,
        "components: {schemas: {Side: {type: string, enum: [left, left]}}}",
        "components: {schemas: {Side: {type: string, enum: [left, right]}}}",
    ),
)

#: Larger numbers are not compared.
_HUGE = 1e300
#: Values of one enum, at most so many findings.
_SHOWN = 3


def check_contradictions(context: Context, place: SchemaPlace) -> None:
    """Report that a schema accepts nothing, or rejects what it lists."""
    node, dialect, keywords = place.node, place.dialect, place.node.value.keys()
    # Most schemas have nothing that could contradict anything: what is asked first is cheap.
    if not _LISTING.isdisjoint(keywords):
        _values(context, node, dialect)
        _equal_values(context, node, dialect)
    if not _LOWER.isdisjoint(keywords) and not _UPPER.isdisjoint(keywords):
        _own_limits(context, node, dialect)
    if "required" in keywords or "minProperties" in keywords:
        _properties(context, node)
    if "minItems" in keywords or "contains" in keywords:
        _items(context, place)
    if "not" in keywords:
        _negation(context, place)
    if "allOf" in keywords or (dialect.siblings and "$ref" in keywords):
        _parts(context, place)


_LISTING = frozenset(("const", "enum"))
_LOWER = frozenset(
    ("exclusiveMinimum", "minContains", "minItems", "minLength", "minProperties", "minimum")
)
_UPPER = frozenset(
    ("exclusiveMaximum", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum")
)


def _impossible(context: Context, node: Node, message: str) -> None:
    context.report("impossible-schema", node, message, key=True)


# -- enum and const --------------------------------------------------------------------------------


def _listed(node: Node, dialect: Dialect) -> tuple[str, list[Any]] | None:
    """The keyword that lists the valid values, and these."""
    values = node.value.get("enum")
    if isinstance(values, list):
        return "enum", values
    if "const" in node.value and dialect.draft is not Draft.DRAFT4:
        return "const", [node.value["const"]]
    return None


def _values(context: Context, node: Node, dialect: Dialect) -> None:
    listed = _listed(node, dialect)
    if listed is None:
        return
    keyword, values = listed
    place = node.child(keyword)
    types = types_of(node.value, dialect)
    wrong = [(index, _why_not(value, types, node.value)) for index, value in enumerate(values)]
    wrong = [(index, why) for index, why in wrong if why]
    if not values:
        if dialect.draft not in (Draft.DRAFT4, Draft.DRAFT6):  # whose metaschemas say it
            message = "empty 'enum', so no value is valid; list the allowed values"
            _impossible(context, place, message)
    elif len(wrong) == len(values):
        message = f"{_each(keyword, values)} {wrong[0][1]}, so no value is valid"
        _impossible(context, place, message + _value_advice(values[0], types, dialect))
    else:
        for index, why in wrong[:_SHOWN]:
            message = f"the value {why}, so it is always rejected"
            message += _value_advice(values[index], types, dialect)
            context.report("impossible-value", place.child(index), message)


def _each(keyword: str, values: list[Any]) -> str:
    if keyword == "const":
        return "the value of 'const'"
    return "the value of 'enum'" if len(values) == 1 else "every value of 'enum'"


def _why_not(value: Any, types: frozenset[str] | None, schema: Any) -> str:
    """Why a listed value is not valid, as far as types and limits beside it say."""
    if types is not None and not any(is_a(value, name) for name in types):
        return f"is {kind_of(value)}, but the type is {' or '.join(sorted(types))}"
    size: Any = None
    pair = ("minimum", "maximum")
    if isinstance(value, str):
        size, pair = len(value), ("minLength", "maxLength")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        size = value
    low, high = schema.get(pair[0]), schema.get(pair[1])
    if size is not None and _is_number(low) and size < low:
        return f"is below {pair[0]}: {low}"
    if size is not None and _is_number(high) and size > high:
        return f"is above {pair[1]}: {high}"
    return ""


def _value_advice(value: Any, types: frozenset[str] | None, dialect: Dialect) -> str:
    if types is None or any(is_a(value, name) for name in types):
        return ""
    (name, *others) = sorted(types) or ["string"]
    if value is None:
        return _null_advice(types, dialect)
    if not others and name == "string" and isinstance(value, (bool, int, float)):
        return f"; put it in quotes, or write type: {type_name(value)}"
    if not others and isinstance(value, str) and _is_written(value, name):
        return "; remove the quotes, or write type: string"
    return f"; write type: {type_name(value)}, or values of the type"


def _null_advice(types: frozenset[str], dialect: Dialect) -> str:
    if dialect.nullable:
        return "; write nullable: true if null is allowed"
    return f"; write type: [{', '.join(sorted(types))}, 'null'] if null is allowed"


def _is_written(text: str, name: str) -> bool:
    """Whether a text is a value of a type, in quotes."""
    try:
        return is_a(json.loads(text), name)
    except ValueError:
        return False


def _equal_values(context: Context, node: Node, dialect: Dialect) -> None:
    values = node.value.get("enum")
    if not isinstance(values, list) or dialect.draft in (Draft.DRAFT4, Draft.DRAFT6):
        return  # whose metaschemas say it
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        first = seen.setdefault(_canonical(value), index)
        if first != index:
            message = f"duplicate of the value at position {first + 1}; remove one of them"
            context.report("equal-values", node.child("enum").child(index), message)


def _canonical(value: Any) -> str:
    """A text that is the same for values that JSON Schema takes for equal: 1 and 1.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    if isinstance(value, dict):
        pairs = sorted((json.dumps(key), _canonical(item)) for key, item in value.items())
        return f"{{{','.join(f'{key}:{item}' for key, item in pairs)}}}"
    return json.dumps(value)


# -- limits ----------------------------------------------------------------------------------------

#: Lower and upper limit, and the type that they are about.
_PAIRS = (
    ("minimum", "maximum", "number"),
    ("minLength", "maxLength", "string"),
    ("minItems", "maxItems", "list"),
    ("minContains", "maxContains", "list"),
    ("minProperties", "maxProperties", "object"),
)
_TYPES_OF_KIND = {
    "number": frozenset(("integer", "number")),
    "string": frozenset(("string",)),
    "list": frozenset(("array",)),
    "object": frozenset(("object",)),
}


class _Limit(NamedTuple):
    """A limit, and the keyword that says it."""

    value: Any
    exclusive: bool
    node: Node

    @property
    def text(self) -> str:
        """The keyword with its value."""
        return f"{self.node.path[-1]}: {self.node.value}"


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return bool(is_number and abs(value) < _HUGE)


def _limits(schema: Node, keyword: str) -> Iterator[_Limit]:
    """The limits of one side, exclusive ones among them."""
    node, exclusive = schema.get(keyword), schema.get(f"exclusive{keyword[0].upper()}{keyword[1:]}")
    old = exclusive is not None and exclusive.value is True  # Draft 04
    if node is not None and _is_number(node.value):
        yield _Limit(node.value, old, node)
    if exclusive is not None and _is_number(exclusive.value):
        yield _Limit(exclusive.value, exclusive=True, node=exclusive)


def _tightest(schemas: Sequence[Node], pair: tuple[str, str, str]) -> tuple[_Limit, _Limit] | None:
    low = [limit for schema in schemas for limit in _limits(schema, pair[0])]
    high = [limit for schema in schemas for limit in _limits(schema, pair[1])]
    if not low or not high:
        return None
    least = max(low, key=lambda limit: (limit.value, limit.exclusive))
    return least, min(high, key=lambda limit: (limit.value, not limit.exclusive))


def _is_empty(low: _Limit, high: _Limit, *, whole: bool) -> bool:
    """Whether nothing is between two limits."""
    if not whole:
        is_point = low.value == high.value and (low.exclusive or high.exclusive)
        return bool(low.value > high.value or is_point)
    least = floor(low.value) + 1 if low.exclusive else ceil(low.value)
    most = ceil(high.value) - 1 if high.exclusive else floor(high.value)
    return bool(least > most)


def _own_limits(context: Context, node: Node, dialect: Dialect) -> None:
    types = types_of(node.value, dialect)
    for pair in _PAIRS:
        found = _empty_pair([node], pair, types)
        if found is not None:
            _impossible(context, found[0].node, _no_room(*found, pair[2]))
    _multiple(context, node)


def _empty_pair(
    schemas: Sequence[Node], pair: tuple[str, str, str], types: frozenset[str] | None
) -> tuple[_Limit, _Limit] | None:
    """The limits of some schemas that leave nothing between them."""
    kind = pair[2]
    if types is not None and types.isdisjoint(_TYPES_OF_KIND[kind]):
        return None
    found = _tightest(schemas, pair)
    whole = kind != "number" or (types is not None and "number" not in types)
    return found if found is not None and _is_empty(*found, whole=whole) else None


def _no_room(low: _Limit, high: _Limit, kind: str) -> str:
    return f"no {kind} is valid under both {low.text} and {high.text}; correct one of them"


def _multiple(context: Context, node: Node) -> None:
    step = node.value.get("multipleOf")
    found = _tightest([node], _PAIRS[0])
    if found is None or not _is_number(step) or step <= 0 or _is_empty(*found, whole=False):
        return
    low, high = found
    unit = Fraction(str(step))
    last = floor(Fraction(str(high.value)) / unit) * unit
    if high.exclusive and last == Fraction(str(high.value)):
        last -= unit
    least = Fraction(str(low.value))
    if last < least or (low.exclusive and last == least):
        message = (
            f"no multiple of {step} is between {low.text} and {high.text}; correct one of them"
        )
        _impossible(context, node.child("multipleOf"), message)


# -- objects and lists -----------------------------------------------------------------------------


def _properties(context: Context, node: Node) -> None:
    schema = node.value
    required = list(dict.fromkeys(texts_in(schema.get("required"))))
    properties = schema.get("properties")
    defined = properties if isinstance(properties, dict) else {}
    forbidden = [name for name in required if rejects_all(defined.get(name))]
    most, least = schema.get("maxProperties"), schema.get("minProperties")
    if forbidden:
        message = f"{some_names(forbidden)} is required, but its schema rejects every value"
        _impossible(context, node.child("required"), message)
    elif required and properties is None and is_closed(schema):
        message = (
            f"{some_names(required)} is required, but additionalProperties is false without "
            "'properties', so no object is valid; define it in 'properties'"
        )
        _impossible(context, node.child("required"), message)
    elif _is_number(most) and len(required) > most:
        are = "1 property is" if len(required) == 1 else f"{len(required)} properties are"
        message = f"{are} required, but maxProperties is {most}"
        _impossible(context, node.child("maxProperties"), f"{message}, so no object is valid")
    elif is_closed(schema) and _is_number(least) and least > len(texts_in(properties)):
        message = (
            f"minProperties is {least}, but additionalProperties: false allows only "
            f"{len(texts_in(properties))}, so no object is valid"
        )
        _impossible(context, node.child("minProperties"), message)


def _items(context: Context, place: SchemaPlace) -> None:
    node, schema = place.node, place.node.value
    least, room = schema.get("minItems"), _room(schema, place.dialect)
    if _is_number(least) and room is not None and least > room:
        message = f"minItems is {least}, but only {room} can be present, so no list is valid"
        _impossible(context, node.child("minItems"), message)
    contains = node.get("contains")
    if contains is None or schema.get("minContains") == 0:
        return
    if schema.get("maxItems") == 0 or room == 0 or rejects_all(contains.value):
        _impossible(context, contains, "no item can match 'contains', so no list is valid")
    elif isinstance(schema.get("items"), dict):
        _contained(context, place, contains)


def _contained(context: Context, place: SchemaPlace, contains: Node) -> None:
    parts = [resolved(context, place, node) for node in (place.node.child("items"), contains)]
    types = [types_of(part.value, place.dialect) if part is not None else None for part in parts]
    if types[0] is not None and types[1] is not None and not common_types(*types):
        ours, theirs = (" or ".join(sorted(each or ())) for each in types)
        message = f"the items are {ours}, but 'contains' requires {theirs}, so no list is valid"
        _impossible(context, contains, message)


def _room(schema: dict[str, Any], dialect: Dialect) -> int | None:
    """How many items there may be, by their positions."""
    rest = "items" if dialect.tuple_keyword == "prefixItems" else "additionalItems"
    positions = schema.get(dialect.tuple_keyword)
    if isinstance(positions, list) and schema.get(rest) is False:
        return len(positions)
    return 0 if schema.get("items") is False and not isinstance(positions, list) else None


#: Where `not: {}` as a whole says on purpose that there must be nothing.
_HOLDERS = frozenset(
    """
    additionalItems additionalProperties contains items propertyNames unevaluatedItems
    unevaluatedProperties
    """.split()  # noqa: SIM905  # read as a list
)


def _is_meant(node: Node) -> bool:
    """Whether a schema is another way to write `false`."""
    is_below = node.path[-1:] and node.path[-1] in _HOLDERS
    is_named = node.path[-2:-1] in (("properties",), ("patternProperties",))
    return bool(is_below or is_named) and node.value.keys() <= {"not", "description"}


def _negation(context: Context, place: SchemaPlace) -> None:
    node, negated = place.node, place.node.get("not")
    if negated is None:
        return
    if is_anything(negated.value):
        if not _is_meant(node):
            _impossible(
                context, negated, "'not' rejects every value; describe the forbidden values in it"
            )
    elif isinstance(negated.value, dict) and negated.value.keys() <= {"type", "description"}:
        types, others = (types_of(each.value, place.dialect) for each in (node, negated))
        if types and others and all(_is_among(name, others) for name in types):
            message = f"'not' rejects {' or '.join(sorted(types))}, which is the schema's type"
            _impossible(context, negated, f"{message}, so no value is valid")


def _is_among(name: str, types: frozenset[str]) -> bool:
    return name in types or (name == "integer" and "number" in types)


# -- allOf -----------------------------------------------------------------------------------------


def _parts(context: Context, place: SchemaPlace) -> None:
    """Schemas all of which a value must match, and none can."""
    clashes = _clashes(context, place, conjuncts(context, place))
    if not clashes:
        return
    # What is wrong with one of them alone is said there.
    known = {
        clash
        for branch in schemas_in(place.node, "allOf")
        for clash in _clashes(context, place, conjuncts(context, place, branch))
    }
    for clash in clashes:
        if clash not in known:
            _impossible(context, place.node.get("allOf") or place.node, clash)


def _clashes(context: Context, place: SchemaPlace, parts: Sequence[Node]) -> list[str]:
    """What schemas ask for together and no value can be, in words."""
    if len(parts) < 2:
        return []
    types, clash = _common([part.value for part in parts], place.dialect)
    if clash:
        return [f"no value is {clash}, as this allOf requires; for one of them, write anyOf"]
    return [
        *_limits_of_several(parts, types),
        *_same_property(context, place, parts),
    ]


def _limits_of_several(parts: Sequence[Node], types: frozenset[str] | None) -> Iterator[str]:
    for pair in _PAIRS:
        found = _empty_pair(parts, pair, types)
        if found is not None and found[0].node.path[:-1] != found[1].node.path[:-1]:
            yield _no_room(*found, pair[2])


def _common(schemas: Sequence[Any], dialect: Dialect) -> tuple[frozenset[str] | None, str]:
    """The types that schemas have in common, and what contradicts itself in words."""
    types: frozenset[str] | None = None
    values: set[str] | None = None
    for schema in schemas:
        own, listed = types_of(schema, dialect), _canonical_values(schema, dialect)
        both = common_types(types, own)
        if types and own and not both:
            return both, f"both {' or '.join(sorted(types))} and {' or '.join(sorted(own))}"
        if values is not None and listed is not None and values.isdisjoint(listed):
            return types, f"both {_some(values)} and {_some(listed)}"
        types = both
        values = listed if values is None else values if listed is None else values & listed
    return types, ""


def _canonical_values(schema: Any, dialect: Dialect) -> set[str] | None:
    values = schema.get("enum") if isinstance(schema, dict) else None
    if isinstance(values, list) and values:
        return set(map(_canonical, values))
    if isinstance(schema, dict) and "const" in schema and dialect.draft is not Draft.DRAFT4:
        return {_canonical(schema["const"])}
    return None


def _some(values: set[str]) -> str:
    (first, *others) = sorted(values)
    text = first if len(first) <= 40 else first[:40] + "…"
    return f"one of {text}, …" if others else text


def _same_property(context: Context, place: SchemaPlace, parts: Sequence[Node]) -> Iterator[str]:
    """A property of which several schemas ask for what excludes one another."""
    by_name: dict[str, list[Node]] = {}
    for part in parts:
        properties = part.get("properties")
        if properties is not None and isinstance(properties.value, dict):
            for name, schema in properties.items():
                by_name.setdefault(name, []).append(schema)
    for name, several in by_name.items():
        if len(several) > 1:
            meant = [resolved(context, place, node) for node in several]
            known = [node.value for node in meant if node is not None]
            clash = _common(known, place.dialect)[1]
            if clash:
                yield f"no value of {shown(name)} is {clash}, as the schemas of this allOf ask"
