"""Schemas in one line, for people: `{x: integer, y?: integer}`.

What a type cannot say (lengths, patterns, bounds) is left out, and so is what does not fit on a
line: `…` stands for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.catalogue import PREFIX
from asyncapi_guard.schema.formats import is_binary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.catalogue import Definition, Form

__all__ = ["arguments"]

_ANYTHING = "any"
#: More properties, or more alternatives, than these are not written out.
_MOST = 8
#: Objects in objects, lists in lists.
_DEEPEST = 3


def arguments(form: Form, definitions: Mapping[str, Definition]) -> list[str]:
    """The type of each argument that a form stands for; `...any` where nothing is said of them."""
    if form.nothing:
        return []
    if form.definition is None:
        return [f"...{_ANYTHING}"]
    if form.positions is None:
        return [_short(form.definition.schema, definitions, _DEEPEST)]
    several = [_short(place, definitions, _DEEPEST) for place in form.positions]
    optional = [f"{text}?" for text in several[form.required :]]
    rest = [] if form.rest is False else [f"...{_short(form.rest, definitions, _DEEPEST)}"]
    return [*several[: form.required], *optional, *rest]


def _short(schema: Any, definitions: Mapping[str, Definition], depth: int) -> str:
    if schema is False:
        return "nothing"
    if not isinstance(schema, dict):
        return _ANYTHING
    if isinstance(schema.get("$ref"), str):
        return _named(schema["$ref"], definitions, depth)
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(values, list):
        return _joined([json.dumps(value, ensure_ascii=False) for value in values], " | ")
    if _says_type(schema):
        return _by_type(schema, definitions, depth)
    return _combined(schema, definitions, depth)


def _combined(schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int) -> str:
    """A schema that says its type only by others, if at all."""
    for keyword, sign in (("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")):
        if isinstance(schema.get(keyword), list):
            parts = [_short(part, definitions, depth) for part in schema[keyword]]
            return _joined(dict.fromkeys(parts), sign)
    return _by_type(schema, definitions, depth)


def _named(ref: str, definitions: Mapping[str, Definition], depth: int) -> str:
    """A definition: written out at first, further in by its name."""
    name = ref.removeprefix(PREFIX)
    definition = definitions.get(name)
    if definition is None:
        return name
    if depth == _DEEPEST or not _says_type(definition.schema):
        return _short(definition.schema, definitions, depth - 1) if depth > 0 else name
    is_plain = definition.schema.get("type") in ("string", "integer", "number", "boolean", "null")
    return _short(definition.schema, definitions, depth) if is_plain else name


def _says_type(schema: Any) -> bool:
    return isinstance(schema, dict) and ("type" in schema or "properties" in schema)


def _by_type(schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int) -> str:
    types = schema.get("type")
    if types is None:
        types = "object" if "properties" in schema else "array" if "items" in schema else _ANYTHING
    several = types if isinstance(types, list) else [types]
    texts = [_of_type(str(name), schema, definitions, depth) for name in several]
    if schema.get("nullable") is True and "null" not in texts:
        texts.append("null")
    return _joined(texts, " | ")


def _of_type(
    name: str, schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int
) -> str:
    if name == "object":
        return _object(schema, definitions, depth)
    if name == "array":
        return _array(schema, definitions, depth)
    return "bytes" if name == "string" and is_binary(schema) else name


def _object(schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return "{}" if schema.get("additionalProperties") is False else "{…}"
    if depth <= 0:
        return "{…}"
    required = schema.get("required")
    needed = required if isinstance(required, list) else ()
    texts = [
        f"{name}{'' if name in needed else '?'}: {_short(inner, definitions, depth - 1)}"
        for name, inner in list(properties.items())[:_MOST]
    ]
    texts += ["…"] * (len(properties) > _MOST)
    return "{" + ", ".join(texts) + "}"


def _array(schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int) -> str:
    places = schema.get("prefixItems", schema.get("items"))
    if depth <= 0 or places is None:
        return f"{_ANYTHING}[]" if places is None else "[…]"
    if isinstance(places, list):
        texts = [_short(place, definitions, depth - 1) for place in places[:_MOST]]
        return "[" + ", ".join(texts) + "]"
    item = _short(places, definitions, depth - 1)
    return f"({item})[]" if " | " in item or " & " in item else f"{item}[]"


def _joined(texts: Iterable[str], sign: str) -> str:
    several = list(texts)
    return sign.join([*several[:_MOST], *["…"] * (len(several) > _MOST)])
