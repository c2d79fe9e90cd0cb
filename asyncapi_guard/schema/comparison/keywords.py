"""What JSON Schema's keywords judge, and when they say nothing: tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "EMPTY",
    "EMPTY_SCHEMA",
    "JUDGING",
    "LOWER",
    "NAMED",
    "OF_ALL",
    "OF_TYPE",
    "ONE_SCHEMA",
    "SAYING",
    "TOGETHER",
    "UPPER",
]

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
OF_TYPE: Mapping[str, frozenset[str]] = {
    "string": _STRING,
    "number": _NUMBER,
    "integer": _NUMBER,
    "array": _ARRAY,
    "object": _OBJECT,
    "boolean": frozenset(),
    "null": frozenset(),
}
OF_ALL = frozenset(("type", "enum", "not", "if", "then", "else", "allOf", "oneOf", "$ref"))
JUDGING: frozenset[str] = frozenset().union(OF_ALL, *OF_TYPE.values())
#: What says nothing.
EMPTY: Mapping[str, Sequence[Any]] = {
    "minLength": (0,),
    "minItems": (0,),
    "minProperties": (0,),
    "required": ([],),
    "uniqueItems": (False,),
    "properties": ({},),
    "patternProperties": ({},),
    "allOf": ([],),
}
EMPTY_SCHEMA = frozenset(("additionalItems", "additionalProperties", "items"))
SAYING: frozenset[str] = JUDGING | {"anyOf", "const", "prefixItems"}
LOWER = frozenset(("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"))
UPPER = frozenset(("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"))
#: Keywords whose meaning depends on one another.
TOGETHER = frozenset(
    ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")
)
ONE_SCHEMA = frozenset(
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
NAMED = frozenset(
    (
        *("dependencies", "dependentRequired", "dependentSchemas"),
        *("patternProperties", "properties"),
    )
)
