"""The values that a schema rejects, as alternatives: the opposite of its keywords.

A value of one of the alternatives is likely to be refused by the schema; the judge says whether it
is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["absent", "negated", "present"]

_ALL = ("string", "integer", "number", "boolean", "null", "object", "array")
_MOST = 12
#: By keyword: the type that it is about, and the keyword whose bound lies next to it.
_BOUNDS = {
    "minimum": ("number", "exclusiveMaximum", 0),
    "maximum": ("number", "exclusiveMinimum", 0),
    "exclusiveMinimum": ("number", "maximum", 0),
    "exclusiveMaximum": ("number", "minimum", 0),
    "minLength": ("string", "maxLength", -1),
    "maxLength": ("string", "minLength", 1),
    "minItems": ("array", "maxItems", -1),
    "maxItems": ("array", "minItems", 1),
    "minProperties": ("object", "maxProperties", -1),
    "maxProperties": ("object", "minProperties", 1),
}


def absent(name: str) -> dict[str, Any]:
    """A schema of objects without a property."""
    return {"properties": {name: False}}


def present(*names: str) -> dict[str, Any]:
    """A schema of objects with some properties."""
    return {"type": "object", "required": [*names]}


def negated(schema: Any) -> list[Any]:
    """Alternatives of what a schema refuses; nothing where its keywords do not tell."""
    if isinstance(schema, bool):
        return [not schema]
    if not isinstance(schema, dict):
        return []
    found: list[Any] = []
    for keyword, value in schema.items():
        found += _of_keyword(keyword, value)
    return found[:_MOST]


def _of_keyword(keyword: str, value: Any) -> list[Any]:
    if keyword in _BOUNDS and isinstance(value, (int, float)) and not isinstance(value, bool):
        kind, opposite, step = _BOUNDS[keyword]
        bound = value + step
        is_empty = step == -1 and bound < 0
        return [] if is_empty else [{"type": kind, opposite: bound}]
    make = _OPPOSITES.get(keyword)
    return make(value) if make is not None else []


def _of_type(value: Any) -> list[Any]:
    named = [value] if isinstance(value, str) else [*value]
    # A whole number is a number, too.
    if "integer" in named or "number" in named:
        named += ["integer", "number"]
    others = [each for each in _ALL if each not in named]
    return [{"type": others}] if others else []


def _of_required(names: Any) -> list[Any]:
    return [{"type": "object", **absent(name)} for name in names] if isinstance(names, list) else []


def _of_properties(properties: Any) -> list[Any]:
    return [
        {**present(name), "properties": {name: {"not": schema}}}
        for name, schema in properties.items()
        if schema is not True and schema != {}
    ]


def _of_items(schema: Any) -> list[Any]:
    if not isinstance(schema, dict) or not schema:
        return []
    return [{"type": "array", "minItems": 1, "contains": {"not": schema}}]


def _of_others(schema: Any) -> list[Any]:
    """An object with a property that has no schema of its own."""
    if schema is True or schema == {}:
        return []
    return [{**present("another"), "properties": {"another": {"not": schema}}}]


_OPPOSITES: dict[str, Callable[[Any], list[Any]]] = {
    "type": _of_type,
    "required": _of_required,
    "properties": _of_properties,
    "additionalProperties": _of_others,
    "unevaluatedProperties": _of_others,
    "items": _of_items,
    "not": lambda schema: [schema],
    "allOf": lambda several: [{"not": each} for each in several],
    "anyOf": lambda several: [{"allOf": [{"not": each} for each in several]}],
    "oneOf": lambda several: [{"allOf": [{"not": each} for each in several]}],
    "contains": lambda schema: [{"type": "array", "items": {"not": schema}}],
    # Whatever else there is, the judge sorts out.
    "const": lambda value: [{"not": {"const": value}}],
    "enum": lambda values: [{"not": {"enum": values}}],
    "pattern": lambda value: [{"type": "string", "not": {"pattern": value}}],
    "format": lambda value: [{"type": "string", "not": {"format": value}}],
    "multipleOf": lambda value: [{"type": "number", "not": {"multipleOf": value}}],
    "uniqueItems": lambda value: (
        [{"type": "array", "not": {"uniqueItems": value}}] if value else []
    ),
}
