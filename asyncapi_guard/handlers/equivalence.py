"""Whether two JSON Schemas accept the same values, as far as their structure shows.

Each schema is read as alternatives: flat maps of keywords, of one type each, in which only what
judges is left. `type: [string, 'null']` and `anyOf: [{type: string}, {type: 'null'}]` are the same
two alternatives, a `const` is an `enum` of one, `additionalItems: false` is a `maxItems`; titles,
descriptions, defaults, unknown formats, extensions and every order are gone. Two schemas are the
same when their alternatives match one to one.

Equal means equal. Different may be two ways of saying the same that this does not see through; so
a difference says where and how, and people judge. Recursion is followed with the assumption that
what is being compared further up is the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.formats import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["differences", "is_anything"]

_Flat = dict[str, Any]
_PREFIXES = ("#/definitions/", "#/$defs/", "guard:/")
#: Combinations of alternatives that are looked at; steps that a comparison may take.
_MOST_ALTERNATIVES = 200
_MOST_STEPS = 50_000
_DEEPEST = 60

# The keywords that judge values of a type; those of no type judge all.
_STRING = frozenset(("minLength", "maxLength", "pattern", "format"))
_NUMBER = frozenset(
    ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format")
)
_ARRAY = frozenset(
    (
        "items",
        "additionalItems",
        "contains",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minContains",
        "maxContains",
        "unevaluatedItems",
    )
)
_OBJECT = frozenset(
    (
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "dependencies",
        "dependentSchemas",
        "dependentRequired",
        "unevaluatedProperties",
    )
)
_OF_TYPE = {
    "string": _STRING,
    "number": _NUMBER,
    "integer": _NUMBER,
    "array": _ARRAY,
    "object": _OBJECT,
    "boolean": frozenset[str](),
    "null": frozenset[str](),
}
_OF_ALL = frozenset(("type", "enum", "not", "if", "then", "else", "allOf", "oneOf", "$ref"))
_JUDGING = frozenset().union(_OF_ALL, *_OF_TYPE.values())
#: What says nothing.
_EMPTY: Mapping[str, Sequence[Any]] = {
    "minLength": (0,),
    "minItems": (0,),
    "minProperties": (0,),
    "required": ([],),
    "uniqueItems": (False,),
    "properties": ({},),
    "patternProperties": ({},),
    "allOf": ([],),
}
_EMPTY_SCHEMA = frozenset(("additionalItems", "additionalProperties", "items"))
_SAYING = _JUDGING | {"anyOf", "const", "prefixItems"}
_LOWER = frozenset(("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"))
_UPPER = frozenset(("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"))
_TYPES: Mapping[type, str] = {str: "string", list: "array", dict: "object"}
#: Keywords whose meaning depends on one another.
_TOGETHER = frozenset(
    ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")
)
_ONE_SCHEMA = frozenset(
    (
        "additionalItems",
        "additionalProperties",
        "contains",
        "else",
        "if",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_NAMED = frozenset(("dependencies", "dependentSchemas", "patternProperties", "properties"))


class _TooMuch(Exception):
    """A comparison costs more than it is worth."""


def differences(code: Sequence[Schema], file: Sequence[Schema]) -> list[str]:
    """How the arguments that two sides take differ, as short sentences; none when they are equal.

    Args:
        code: what the code takes: alternatives, of which one must match.
        file: what the file says, likewise.
    """
    one, other = _side(code), _side(file)
    if one.nothing and other.nothing:
        return []
    if one.positional != other.positional:
        one, other = one.as_arguments(), other.as_arguments()
    try:
        return _Comparison(one, other).run()
    except (_TooMuch, RecursionError):
        return ["the schemas are too large to be compared"]


def is_anything(schema: Schema) -> bool:
    """Whether a schema refuses nothing."""
    side = _side([schema])
    return _alternatives(side.schema, side) == [{}]


# -- one side --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """A schema and what it refers to.

    Attributes:
        schema: the root.
        definitions: what references lead to.
        positional: it stands for several arguments.
        nothing: it stands for none.
        siblings: keywords beside `$ref` count.
    """

    schema: Any
    definitions: Mapping[str, Any]
    positional: bool
    nothing: bool
    siblings: bool

    def as_arguments(self) -> _Side:
        """The same, said of the list of the arguments."""
        if self.positional:
            return self
        schema: Any = {"type": "array", "items": [self.schema], "minItems": 1, "maxItems": 1}
        if self.nothing:
            schema = {"type": "array", "maxItems": 0}
        return _Side(schema, self.definitions, True, False, self.siblings)  # noqa: FBT003  # the fields, in order

    def target(self, ref: str) -> Any:
        """What a reference leads to; `None` where only an engine knows."""
        for prefix in _PREFIXES:
            if ref.startswith(prefix):
                return self.definitions.get(ref.removeprefix(prefix))
        return None


def _side(schemas: Sequence[Schema]) -> _Side:
    documents = [schema.document for schema in schemas]
    siblings = any("$defs" in document for document in documents)
    nothing = all(schema.nothing for schema in schemas)
    positional = all(schema.positional for schema in schemas)
    definitions: dict[str, Any] = {}
    roots = []
    for index, document in enumerate(documents):
        prefix = f"{index}." if len(documents) > 1 else ""
        entries = document.get("$defs", document.get("definitions", {}))
        definitions |= {f"{prefix}{n}": _renamed(entry, prefix) for n, entry in entries.items()}
        roots.append(_renamed({"allOf": document["allOf"]}, prefix))
    root = roots[0] if len(roots) == 1 else {"oneOf": roots}
    return _Side(root, definitions, positional, nothing, siblings)


def _renamed(schema: Any, prefix: str) -> Any:
    """A schema whose references have a prefix."""
    if not prefix:
        return schema
    if isinstance(schema, list):
        return [_renamed(item, prefix) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: _renamed(value, prefix) for key, value in schema.items()}
    ref = copy.get("$ref")
    if isinstance(ref, str):
        start = next((p for p in _PREFIXES if ref.startswith(p)), None)
        if start is not None:
            copy["$ref"] = start + prefix + ref.removeprefix(start)
    return copy


# -- alternatives ----------------------------------------------------------------------------------


def _alternatives(schema: Any, side: _Side, depth: int = 0) -> list[_Flat]:
    """The alternatives of a schema, each of one type, or of none that is named."""
    if schema is True:
        return [{}]
    if not isinstance(schema, dict):
        return []
    if depth > _DEEPEST:
        raise _TooMuch
    ref = schema.get("$ref")
    parts: list[list[_Flat]] = []
    if isinstance(ref, str):
        target = side.target(ref)
        found = [{"$ref": ref}] if target is None else _alternatives(target, side, depth + 1)
        if not side.siblings:
            return found
        parts.append(found)
    parts.append(_by_type(_own(schema)))
    parts += [_alternatives(each, side, depth + 1) for each in schema.get("allOf", ())]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            parts.append(_any_of(schema[keyword], keyword, side, depth))
    return _united(_conjoined(parts))


def _any_of(schemas: Sequence[Any], keyword: str, side: _Side, depth: int) -> list[_Flat]:
    several = [_alternatives(each, side, depth + 1) for each in schemas]
    if keyword == "oneOf" and not _exclusive(several, side):
        return [{"oneOf": list(schemas)}]
    return [flat for alternatives in several for flat in alternatives]


def _own(schema: Mapping[str, Any]) -> _Flat:
    """The keywords of a schema that judge, but for those that combine schemas."""
    own = dict(schema)
    if "prefixItems" in own:
        rest = own.pop("items", True)
        own |= {"items": own.pop("prefixItems"), "additionalItems": rest}
    if "const" in own:
        own["enum"] = [own.pop("const")]
    if own.get("nullable") is True and isinstance(own.get("type"), str):
        own["type"] = [own["type"], "null"]
    combining = ("allOf", "anyOf", "oneOf", "$ref")
    return {k: v for k, v in own.items() if k in _JUDGING and k not in combining}


def _by_type(flat: _Flat) -> list[_Flat]:
    """A flat schema for each type that it names."""
    types = flat.get("type")
    if not isinstance(types, (str, list)):
        return [_tidy(flat)]
    names = [types] if isinstance(types, str) else list(dict.fromkeys(types))
    if "number" in names and "integer" in names:
        names.remove("integer")
    found = []
    for name in names:
        relevant = _OF_TYPE.get(name, frozenset()) | _OF_ALL
        kept = {k: v for k, v in flat.items() if k in relevant}
        found.append(_tidy({**kept, "type": name}))
    return [each for each in found if each.get("enum") != []]


def _tidy(flat: _Flat) -> _Flat:
    """A flat schema without what says nothing, and with one way of saying the rest."""
    tidy = dict(flat)
    if tidy.get("type") in ("boolean", "null"):
        tidy.setdefault("enum", [True, False] if tidy["type"] == "boolean" else [None])
    if isinstance(tidy.get("enum"), list):
        kept = [v for v in tidy["enum"] if _is_a(v, tidy.get("type"))]
        tidy["enum"] = sorted({json.dumps(v, sort_keys=True) for v in kept})
        tidy.pop("type", None)
        if all(value[0] == '"' for value in tidy["enum"]):
            tidy.pop("format", None)
    if tidy.get("format") not in KNOWN:
        tidy.pop("format", None)
    if tidy.get("type") == "integer":
        _close_bounds(tidy)
    if isinstance(tidy.get("items"), list):
        _close_items(tidy)
    else:
        tidy.pop("additionalItems", None)
    if isinstance(tidy.get("required"), list):
        tidy["required"] = sorted(set(tidy["required"]))
    if not {"additionalProperties", "unevaluatedProperties"} & _without_empty(tidy).keys():
        named = tidy.get("properties", {})
        tidy["properties"] = {k: schema for k, schema in named.items() if not _says_nothing(schema)}
    return _without_empty(tidy)


def _without_empty(flat: _Flat) -> _Flat:
    return {
        key: value
        for key, value in flat.items()
        if not (value in _EMPTY.get(key, ()) or (key in _EMPTY_SCHEMA and _says_nothing(value)))
    }


def _says_nothing(schema: Any) -> bool:
    """Whether a schema obviously refuses nothing."""
    if isinstance(schema, dict):
        return not schema.keys() & _SAYING
    return schema is True


def _close_bounds(flat: _Flat) -> None:
    """Of integers, `exclusiveMinimum: 0` is `minimum: 1`."""
    for exclusive, bound, step in (
        ("exclusiveMinimum", "minimum", 1),
        ("exclusiveMaximum", "maximum", -1),
    ):
        limit = flat.get(exclusive)
        if isinstance(limit, (int, float)) and limit == int(limit):
            own = flat.get(bound, limit + step)
            flat[bound] = (max if step > 0 else min)(own, limit + step)
            del flat[exclusive]


def _close_items(flat: _Flat) -> None:
    """No additional items is a greatest number of items."""
    count = len(flat["items"])
    if flat.get("additionalItems") is False:
        flat["maxItems"] = min(flat.get("maxItems", count), count)
    if flat.get("maxItems", count + 1) <= count:
        flat.pop("additionalItems", None)


def _is_a(value: Any, name: Any) -> bool:
    """Whether a value is of a type; of no type, it is."""
    if not isinstance(name, str):
        return True
    if isinstance(value, bool) or value is None:
        return name == ("null" if value is None else "boolean")
    if isinstance(value, (int, float)):
        return name == "number" or (name == "integer" and value == int(value))
    return bool(name == _TYPES[type(value)])


def _conjoined(parts: Sequence[list[_Flat]]) -> list[_Flat]:
    """The alternatives of schemas that all count."""
    size = 1
    for part in parts:
        size *= len(part)
    if size > _MOST_ALTERNATIVES:
        raise _TooMuch
    found = []
    for flats in product(*parts):
        merged: _Flat | None = {}
        for flat in flats:
            merged = _both(merged, flat) if merged is not None else None
        if merged is not None:
            found.append(merged)
    return found


def _both(one: _Flat, other: _Flat) -> _Flat | None:
    """Two flat schemas as one; `None` when no value fits both."""
    if not one or not other:
        return one or other
    type = _common_type(one.get("type"), other.get("type"))
    if type is False:
        return None
    if not _mergeable(one, other):
        return _side_by_side(one, other, type)
    merged = {**one, **other}
    for key in (one.keys() & other.keys()) - {"type"}:
        merged[key] = _tighter(key, one[key], other[key])
    if type is not None:
        merged["type"] = type
        relevant = _OF_TYPE[type] | _OF_ALL if type in _OF_TYPE else _JUDGING
        merged = {k: v for k, v in merged.items() if k in relevant}
        if "enum" in merged:
            values = [v for v in map(json.loads, merged["enum"]) if _is_a(v, type)]
            merged["enum"] = values
            merged = _tidy(merged)
    return None if merged.get("enum") == [] else merged


def _side_by_side(one: _Flat, other: _Flat, type: Any) -> _Flat:
    """Two flat schemas that cannot be one."""
    held = [each for flat in (one, other) for each in _held(flat)]
    return {"allOf": held} if type is None else {"type": type, "allOf": held}


def _held(flat: _Flat) -> list[Any]:
    return flat["allOf"] if flat.keys() <= {"type", "allOf"} and "allOf" in flat else [flat]


def _common_type(one: Any, other: Any) -> Any:
    """The type that two types have in common; `None` for any, `False` for none."""
    if one is None or other is None or one == other:
        return one or other
    return "integer" if {one, other} == {"integer", "number"} else False


def _mergeable(one: _Flat, other: _Flat) -> bool:
    shared = one.keys() & other.keys()
    loose = shared - {"type", "enum", "required", "properties"} - _LOWER - _UPPER
    if any(one[key] != other[key] for key in loose):
        return False
    closed = (_TOGETHER - {"properties"}) & (one.keys() | other.keys())
    if not closed:
        return True
    return all(one.get(key) == other.get(key) for key in _TOGETHER) or not (
        _TOGETHER & one.keys() and _TOGETHER & other.keys()
    )


def _tighter(key: str, one: Any, other: Any) -> Any:
    if key == "enum":
        return sorted(set(one) & set(other))
    if key == "required":
        return sorted({*one, *other})
    if key == "properties":
        shared = {k: {"allOf": [one[k], other[k]]} for k in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if key in _LOWER | _UPPER:
        return max(one, other) if key in _LOWER else min(one, other)
    return one


def _united(alternatives: list[_Flat]) -> list[_Flat]:
    """Alternatives that are mere lists of values, as one list."""
    values = {v for flat in alternatives if flat.keys() == {"enum"} for v in flat["enum"]}
    rest = [flat for flat in alternatives if flat.keys() != {"enum"}]
    if {} in rest:
        return [{}]
    unique: list[_Flat] = []
    for flat in rest:
        if flat not in unique:
            unique.append(flat)
    return [*unique, {"enum": sorted(values)}] if values else unique


# -- exclusive alternatives ------------------------------------------------------------------------


def _exclusive(several: Sequence[list[_Flat]], side: _Side) -> bool:
    """Whether no value fits two of some schemas, so that `oneOf` is `anyOf`."""
    pairs = ((a, b) for i, a in enumerate(several) for b in several[i + 1 :])
    return all(_apart(x, y, side) for a, b in pairs for x in a for y in b)


def _apart(one: _Flat, other: _Flat, side: _Side) -> bool:
    if "enum" in one and "enum" in other:
        return not set(one["enum"]) & set(other["enum"])
    for flat, second in ((one, other), (other, one)):
        if "enum" in flat and "type" in second:
            return not any(_is_a(json.loads(v), second["type"]) for v in flat["enum"])
    if "type" in one and "type" in other and _common_type(one["type"], other["type"]) is False:
        return True
    if _refuses_required(one, other) or _refuses_required(other, one):
        return True
    shared = set(one.get("required", ())) & set(other.get("required", ()))
    return any(_apart_at(name, one, other, side) for name in shared)


def _refuses_required(closed: _Flat, other: _Flat) -> bool:
    """Whether one object has no place for a property that another must have."""
    if closed.get("additionalProperties") is not False or "patternProperties" in closed:
        return False
    both_objects = closed.get("type") == other.get("type") == "object"
    return both_objects and bool(
        set(other.get("required", ())) - closed.get("properties", {}).keys()
    )


def _apart_at(name: str, one: _Flat, other: _Flat, side: _Side) -> bool:
    values = []
    for flat in (one, other):
        schema = flat.get("properties", {}).get(name, True)
        found = _alternatives(schema, side)
        if len(found) != 1 or "enum" not in found[0]:
            return False
        values.append(set(found[0]["enum"]))
    return not values[0] & values[1]


# -- comparing -------------------------------------------------------------------------------------


class _Comparison:
    """One comparison of the code's side with the file's."""

    def __init__(self, code: _Side, file: _Side) -> None:
        self._code = code
        self._file = file
        self._steps = 0
        #: What is being compared, further up.
        self._assumed: set[tuple[int, int]] = set()

    def run(self) -> list[str]:
        return list(self._compare(self._code.schema, self._file.schema, ""))

    def _compare(self, code: Any, file: Any, path: str) -> Iterator[str]:
        code, file = _resolved(code, self._code), _resolved(file, self._file)
        pair = id(code), id(file)
        if pair in self._assumed:
            return
        self._steps += 1
        if self._steps > _MOST_STEPS or len(self._assumed) > _DEEPEST:
            raise _TooMuch
        self._assumed.add(pair)
        try:
            yield from self._match(
                _alternatives(code, self._code), _alternatives(file, self._file), path
            )
        finally:
            self._assumed.discard(pair)

    def _match(self, code: list[_Flat], file: list[_Flat], path: str) -> Iterator[str]:
        """Alternatives match one to one."""
        rest = list(file)
        left = []
        for flat in code:
            same = next((each for each in rest if self._same(flat, each)), None)
            if same is None:
                left.append(flat)
            else:
                rest.remove(same)
        if not left and not rest:
            return
        if len(left) == len(rest) == 1 and _comparable(left[0], rest[0]):
            yield from self._flat(left[0], rest[0], path)
            return
        kinds = f"{_listed(code)} in the code, {_listed(file)} in the file"
        yield f"{path or 'the value'} may be {kinds}"

    def _same(self, code: _Flat, file: _Flat) -> bool:
        return next(self._flat(code, file, ""), None) is None

    def _flat(self, code: _Flat, file: _Flat, path: str) -> Iterator[str]:
        for key in sorted(code.keys() | file.keys(), key=_rank):
            if key in _NAMED:
                yield from self._named(key, code.get(key, {}), file.get(key, {}), path)
            elif key == "items" and _both_lists(code, file):
                yield from self._items(code, file, path)
            elif key in _ONE_SCHEMA or key == "items":
                yield from self._below(key, code.get(key, True), file.get(key, True), path)
            elif key in ("allOf", "oneOf"):
                if not self._same_set(code.get(key, ()), file.get(key, ())):
                    yield f"{path or 'the value'} has another {key}"
            elif code.get(key) != file.get(key):
                yield _other_value(key, code, file, path)

    def _below(self, key: str, code: Any, file: Any, path: str) -> Iterator[str]:
        if isinstance(code, list) or isinstance(file, list):
            yield f"{path or 'the value'} has positional items on one side only"
        elif (code is False) != (file is False):
            side = "code" if code is False else "file"
            yield f"{path or 'the value'} may have no {_NOTHING_MORE.get(key, key)} in the {side}"
        else:
            yield from self._compare(code, file, f"{path}/{'*' if key != 'not' else key}")

    def _items(self, code: _Flat, file: _Flat, path: str) -> Iterator[str]:
        ours, theirs = code["items"], file["items"]
        for index in range(max(len(ours), len(theirs))):
            one, other = _item(code, index), _item(file, index)
            yield from self._compare(one, other, f"{path}/{index}")

    def _named(self, key: str, code: Any, file: Any, path: str) -> Iterator[str]:
        for name in dict.fromkeys([*code, *file]):
            below = f"{path}/{name}"
            if name not in code or name not in file:
                side = "code" if name in code else "file"
                what = "" if key == "properties" else f" ({key})"
                yield f"{below} is in the {side} only{what}"
            elif isinstance(code[name], list) or isinstance(file[name], list):
                if code[name] != file[name]:
                    yield f"{below} has other {key}"
            else:
                yield from self._compare(code[name], file[name], below)

    def _same_set(self, code: Sequence[Any], file: Sequence[Any]) -> bool:
        rest = list(file)
        for each in code:
            same = (i for i, o in enumerate(rest) if next(self._compare(each, o, ""), None) is None)
            index = next(same, None)
            if index is None:
                return False
            del rest[index]
        return not rest


_NOTHING_MORE = {"additionalProperties": "other properties", "additionalItems": "further items"}
_FIRST = ("type", "enum", "format", "required")


def _comparable(one: _Flat, other: _Flat) -> bool:
    """Whether a difference of keywords tells more than one of kinds."""
    return all((key in one) == (key in other) for key in ("type", "enum")) and bool(one and other)


def _rank(key: str) -> tuple[int, str]:
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST)), key


def _resolved(schema: Any, side: _Side) -> Any:
    """The schema that a chain of bare references leads to: what recursion is told by."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict):
            return schema
        ref = schema.get("$ref")
        if not isinstance(ref, str) or (side.siblings and len(schema) > 1):
            return schema
        target = side.target(ref)
        if target is None:
            return schema
        schema = target
    return schema


def _item(flat: _Flat, index: int) -> Any:
    """The schema of the item at a position."""
    items = flat["items"]
    return items[index] if index < len(items) else flat.get("additionalItems", True)


def _both_lists(code: _Flat, file: _Flat) -> bool:
    return isinstance(code.get("items"), list) and isinstance(file.get("items"), list)


def _listed(alternatives: Sequence[_Flat]) -> str:
    """`string or null`, `2 kinds of object`, `one of 3 values`."""
    kinds: dict[str, int] = {}
    for flat in alternatives:
        kind = str(flat.get("type") or _unnamed(flat))
        kinds[kind] = kinds.get(kind, 0) + 1
    said = [kind if n == 1 else f"{n} kinds of {kind}" for kind, n in kinds.items()]
    return " or ".join(said) or "nothing"


def _unnamed(flat: _Flat) -> str:
    if "enum" not in flat:
        return "anything" if not flat else "something"
    values = flat["enum"]
    if values == ["null"]:
        return "null"
    if values == ["false", "true"]:
        return "boolean"
    return f"one of {len(values)} values" if len(values) > 1 else values[0]


def _other_value(key: str, code: _Flat, file: _Flat, path: str) -> str:
    sides = []
    for name, flat in (("code", code), ("file", file)):
        said = _written(key, flat[key]) if key in flat else "absent"
        sides.append(f"{said} in the {name}")
    return f"{path or 'the value'}: {key} is {', '.join(sides)}"


def _written(key: str, value: Any) -> str:
    text = f"[{', '.join(value)}]" if key == "enum" else json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"
