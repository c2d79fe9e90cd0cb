"""Rules about keywords of schemas that say nothing, or not what they seem to.

`schemas` calls the check, for each schema.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.schema_parts import types_of
from asyncapi_guard.schema.comparison.keywords import EMPTY, OF_TYPE
from asyncapi_guard.schema.dialects import Draft
from asyncapi_guard.schema.formats import KNOWN
from asyncapi_guard.spec.schema_habits import null_advice
from asyncapi_guard.spec.schemas import patterns
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_idle_keywords", "check_openapi_keywords"]

_warning = group("Schemas", Severity.WARNING)

RULES = (
    _warning(
        "idle-keyword",
        "A keyword should have an effect.",
        """
        `minLength` applies to strings, so it limits nothing beside `type: integer`. `then` without
        `if` and `additionalItems` without a list in `items` are ignored in the same way.
        """,
        "components: {schemas: {Size: {type: integer, minLength: 1}}}",
        "components: {schemas: {Size: {type: integer, minimum: 1}}}",
    ),
    _warning(
        "nullable",
        "A schema that accepts null should include it in its type.",
        """
        `nullable` is a keyword of OpenAPI 3.0, where it extends `type`. In an AsyncAPI schema it
        has no effect, so the guard rejects null.
        """,
        "components: {schemas: {Name: {type: string, nullable: true}}}",
        "components: {schemas: {Name: {type: [string, 'null']}}}",
    ),
    _warning(
        "openapi-keyword",
        "A schema should not have keywords that only OpenAPI defines.",
        """
        `example` and `xml` have no effect in an AsyncAPI schema. Write `examples`, a list, whose
        values are validated against the schema. Only the first occurrence in a file is reported.
        """,
        "components: {schemas: {Name: {type: string, example: Ada}}}",
        "components: {schemas: {Name: {type: string, examples: [Ada]}}}",
    ),
    _warning(
        "pattern-slashes",
        "A pattern should not have the slashes of a JavaScript literal.",
        """
        In `/^[a-z]+$/`, the slashes are characters that the value must contain, and because `^`
        follows the first slash, no value matches. JSON Schema has no flags.
        """,
        "components: {schemas: {Code: {type: string, pattern: '/^[a-z]+$/'}}}",
        "components: {schemas: {Code: {type: string, pattern: '^[a-z]+$'}}}",
    ),
    _warning(
        "items-of-one",
        "A list of schemas in `items` should have one schema for each position.",
        """
        In AsyncAPI's dialect, a list in `items` is positional: the first schema applies only to the
        first item, and further items can be anything. To apply one schema to all items, write it
        without the list.
        """,
        "components: {schemas: {Cells: {type: array, items: [{type: string}]}}}",
        "components: {schemas: {Cells: {type: array, items: {type: string}}}}",
    ),
)


def check_idle_keywords(context: Context, place: SchemaPlace) -> None:
    """Report keywords of a schema that say nothing, or not what they seem to."""
    node, dialect = place.node, place.dialect
    keywords = node.value.keys()
    _of_other_types(context, node, dialect)
    if not _NEEDING.isdisjoint(keywords):
        _alone(context, node, dialect)
    if "nullable" in keywords:
        _nullable(context, node, dialect)
    if "pattern" in keywords or "patternProperties" in keywords:
        _slashes(context, node)
    if "items" in keywords:
        _items_of_one(context, node, dialect)


_NEEDING = frozenset(("additionalItems", "else", "if", "maxContains", "minContains", "then"))


# -- keywords of other types -----------------------------------------------------------------------

_NUMERIC = frozenset(("double", "float", "int32", "int64"))
#: What each keyword is about.
_ABOUT: Mapping[str, str] = {
    **{word: name for name in ("string", "array", "object") for word in OF_TYPE[name]},
    **dict.fromkeys(OF_TYPE["number"] - {"format"}, "number"),
    "prefixItems": "array",
}
#: What people mean by a keyword beside a type.
_MEANT: Mapping[tuple[str, str], str] = {
    ("minLength", "number"): "minimum",
    ("minLength", "integer"): "minimum",
    ("minLength", "array"): "minItems",
    ("minLength", "object"): "minProperties",
    ("maxLength", "number"): "maximum",
    ("maxLength", "integer"): "maximum",
    ("maxLength", "array"): "maxItems",
    ("maxLength", "object"): "maxProperties",
    ("minimum", "string"): "minLength",
    ("maximum", "string"): "maxLength",
    ("minimum", "array"): "minItems",
    ("maximum", "array"): "maxItems",
    ("minItems", "string"): "minLength",
    ("maxItems", "string"): "maxLength",
    ("minItems", "object"): "minProperties",
    ("maxItems", "object"): "maxProperties",
    ("minProperties", "array"): "minItems",
    ("maxProperties", "array"): "maxItems",
}


def _about(keyword: str, value: Any) -> str | None:
    """The type that a keyword is about; `None` for those that judge all, or say nothing."""
    if keyword == "format":
        is_known = isinstance(value, str) and value in KNOWN
        return ("number" if value in _NUMERIC else "string") if is_known else None
    is_misread = keyword in _FORMS and not isinstance(value, _FORMS[keyword])
    if is_misread or value in EMPTY.get(keyword, ()):
        return None  # it says nothing, or what is wrong with it is said elsewhere
    return _ABOUT.get(keyword)


_FORMS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(OF_TYPE["number"] - {"format"}, (int, float)),
    "required": list,
    "properties": dict,
    "pattern": str,
}


def _also(about: str) -> frozenset[str]:
    return frozenset(("integer", "number")) if about == "number" else frozenset((about,))


_NO_WORDS: frozenset[str] = frozenset()
#: By type, the keywords that are about another one, or may be.
_FOREIGN: Mapping[str, frozenset[str]] = {
    name: frozenset(
        word for word, about in [*_ABOUT.items(), ("format", "")] if name not in _also(about)
    )
    for name in ("array", "boolean", "integer", "null", "number", "object", "string")
}


def _of_other_types(context: Context, node: Node, dialect: Dialect) -> None:
    named = node.value.get("type")
    if isinstance(named, str) and _FOREIGN.get(named, _NO_WORDS).isdisjoint(node.value):
        return  # as most schemas
    types = types_of(node.value, dialect)
    if types is None:
        return
    idle: dict[str, list[str]] = {}
    for keyword, value in node.value.items():
        about = _about(keyword, value) if isinstance(keyword, str) else None
        if about is not None and types.isdisjoint(_also(about)):
            idle.setdefault(about, []).append(keyword)
    for about, keywords in idle.items():
        _report_idle(context, node, sorted(types), about, keywords)


def _report_idle(
    context: Context, node: Node, types: list[str], about: str, keywords: list[str]
) -> None:
    first = keywords[0]
    names = " and ".join(map(shown, keywords[:3]))
    verb = "apply" if len(keywords) > 1 else "applies"
    form = f" {node.value[first]}" if first == "format" else ""
    if form.startswith(" int"):
        about = "integer"
    message = (
        f"{names}{form} {verb} only to {about}s, but the type is {' or '.join(types)}, so nothing "
        f"is validated; {_advice(first, types, about)}"
    )
    context.report("idle-keyword", node.child(first), message, key=True)


def _advice(keyword: str, types: list[str], about: str) -> str:
    meant = _MEANT.get((keyword, types[0]))
    if meant is not None:
        return f"write {meant}, or type: {about}"
    if about == "object" and types == ["array"]:
        return "move it to 'items', the schema of each item"
    return f"write type: {about}, or remove it"


# -- keywords that need another --------------------------------------------------------------------


def _alone(context: Context, node: Node, dialect: Dialect) -> None:
    schema = node.value
    for keyword in ("then", "else"):
        if keyword in schema and "if" not in schema and dialect.draft in _WITH_IF:
            message = f"{keyword!r} without 'if' has no effect; write the condition in 'if'"
            context.report("idle-keyword", node.child(keyword), message, key=True)
    if "if" in schema and {"then", "else"}.isdisjoint(schema) and dialect.draft in _WITH_IF:
        message = "'if' without 'then' and 'else' has no effect; add 'then' or 'else'"
        context.report("idle-keyword", node.child("if"), message, key=True)
    if (
        "additionalItems" in schema
        and dialect.tuple_keyword == "items"
        and not isinstance(schema.get("items"), list)
        and "prefixItems" not in schema
    ):
        message = (
            "'additionalItems' applies only beside a list in 'items', so it has no effect; remove "
            "it, or write items: [...]"
        )
        context.report("idle-keyword", node.child("additionalItems"), message, key=True)
    for keyword in ("minContains", "maxContains"):
        if keyword in schema and "contains" not in schema and dialect.siblings:
            message = f"{keyword!r} without 'contains' has no effect; add 'contains'"
            context.report("idle-keyword", node.child(keyword), message, key=True)


_WITH_IF = (Draft.DRAFT7, Draft.DRAFT201909, Draft.DRAFT202012)


# -- OpenAPI ---------------------------------------------------------------------------------------


def _nullable(context: Context, node: Node, dialect: Dialect) -> None:
    schema = node.value
    if schema.get("nullable") not in (True, "true"):
        return
    if dialect.nullable:
        _nullable_in_openapi(context, node)
    elif not _NARROWING.isdisjoint(schema) and not _takes_null(schema, dialect):
        message = f"{dialect.name} doesn't have 'nullable', so null is rejected"
        at = node.child("nullable")
        context.report("nullable", at, f"{message}; {null_advice(schema)}", key=True)


_NARROWING = frozenset(("$ref", "allOf", "anyOf", "const", "enum", "oneOf", "type"))


def _takes_null(schema: Any, dialect: Dialect) -> bool:
    """Whether the type, or an alternative, accepts null already."""
    if "null" in (types_of(schema, dialect) or ()):
        return True
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        for branch in branches if isinstance(branches, list) else ():
            if isinstance(branch, dict) and branch.get("type") in ("null", ["null"]):
                return True
    return False


def _nullable_in_openapi(context: Context, node: Node) -> None:
    schema = node.value
    values = schema.get("enum")
    if "type" not in schema and not _NARROWING.isdisjoint(schema):
        message = "'nullable' applies only beside 'type', so null is rejected; add the type"
        context.report("nullable", node.child("nullable"), message, key=True)
    elif isinstance(values, list) and None not in values:
        message = "'nullable' doesn't add null to 'enum', so null is rejected; list null there"
        context.report("nullable", node.child("nullable"), message, key=True)


def check_openapi_keywords(context: Context, places: Sequence[SchemaPlace]) -> None:
    """Report keywords that only OpenAPI knows, each once for a file: they are a habit."""
    found: dict[tuple[str, str], list[Node]] = {}
    for place in places:
        node = place.node
        if not place.dialect.name.startswith("OpenAPI"):
            if "example" in node.value and "examples" not in node.value:
                found.setdefault((node.source.uri, "example"), []).append(node.child("example"))
            if isinstance(node.value.get("xml"), dict):
                found.setdefault((node.source.uri, "xml"), []).append(node.child("xml"))
    for (_, keyword), nodes in found.items():
        _report_openapi(context, keyword, nodes)


def _report_openapi(context: Context, keyword: str, nodes: list[Node]) -> None:
    first = min(nodes, key=lambda node: node.finding("", "openapi-keyword", key=True).line)
    more = f" ({len(nodes)} times in this file)" if len(nodes) > 1 else ""
    advice = "write a list: examples: [...]" if keyword == "example" else "remove it"
    message = f"{keyword!r}{more} is a keyword of OpenAPI, which has no effect here; {advice}"
    context.report("openapi-keyword", first, message, key=True)


# -- patterns and items ----------------------------------------------------------------------------

#: A literal of JavaScript: no slash inside of it, unless it is escaped or in a class.
_LITERAL = re.compile(r"/((?:[^/\\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+)/([dgimsuvy]*)", re.DOTALL)


def _slashes(context: Context, node: Node) -> None:
    for place, pattern in patterns(node):
        found = _LITERAL.fullmatch(pattern)
        if found is not None:
            flags = ", which has no flags" if found[2] else ""
            message = (
                "the slashes around the pattern are characters that must match, so few values "
                f"do; write {shown(found[1])}{flags}"
            )
            context.report("pattern-slashes", place, message)


def _items_of_one(context: Context, node: Node, dialect: Dialect) -> None:
    items = node.value.get("items")
    is_one = isinstance(items, list) and len(items) == 1 and dialect.tuple_keyword == "items"
    # Whoever says how many there are, or what follows, knows what the list means. And so do events
    # of one argument.
    if not is_one or not _COUNTS.isdisjoint(node.value) or _is_arguments(node):
        return
    message = (
        "'items' is a list of one schema, which applies only to the first item, so further items "
        "aren't validated; to apply it to all items, write items: {...} without the list"
    )
    context.report("items-of-one", node.child("items"), message, key=True)


_COUNTS = frozenset(("additionalItems", "maxItems", "minItems", "prefixItems"))


def _is_arguments(node: Node) -> bool:
    """Whether the items of a schema are the arguments of an event or an ack."""
    path = node.path[:-1] if node.path[-1:] in (("schema",), ("args",)) else node.path
    path = path[:-1] if path[-1:] == ("args",) else path
    return path[-1:] in (("payload",), ("x-ack",))
