"""What may be at a place of an outline: a type of the grammar, or a part of a schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.lint.grammar import OBJECTS, VARIANTS, Field, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.lsp.completing.outline import Item

__all__ = ["SCHEMAS", "Shape", "fields_of", "shape_at"]

#: Objects that are schemas.
SCHEMAS = frozenset(("Schema", "ObjectSchema", "Ack"))
_ONE = frozenset(
    """
    additionalItems additionalProperties contains else if items not propertyNames then
    unevaluatedItems unevaluatedProperties contentSchema
    """.split()  # noqa: SIM905  # read as a list
)
_MANY = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
_SCHEMA = Type("object", "Schema", reference="may")
_WRAPPED = ("schemaFormat", "schema")


@dataclass(frozen=True, slots=True)
class Shape:
    """What may be at a place.

    Attributes:
        type: its type in the grammar; `None` for a keyword of a schema.
        keyword: the keyword of a schema whose value it is.
        field: the name of the field whose value it is.
        owner: the object that has the field.
    """

    type: Type | None
    keyword: str = ""
    field: str = ""
    owner: str = ""


def fields_of(name: str, item: Item | None) -> Mapping[str, Field]:
    """The fields of an object; some have more by what they are."""
    base, _, variant = name.partition(" ")
    if base in VARIANTS:
        told_by, default = VARIANTS[base]
        told = item.keys.get(told_by) if item is not None else None
        variant = (told.scalar if told is not None else None) or default
    more = OBJECTS.get(f"{base} {variant}") if variant else None
    return {**OBJECTS.get(base, {}), **(more or {})}


def shape_at(root: Item, path: tuple[str | int, ...]) -> Shape | None:
    """What may be at a path of a document; `None` where anything may be."""
    shape = Shape(Type("object", "AsyncAPI"))
    item: Item | None = root
    for part in path:
        below = _below(shape, item, part)
        if below is None:
            return None
        shape = below
        if item is not None:
            item = item.at((part,))
    return shape


def _below(shape: Shape, item: Item | None, part: str | int) -> Shape | None:
    type = shape.type
    if type is None:
        return _below_keyword(shape.keyword, part)
    if type.kind == "union":
        kinds = ("list",) if isinstance(part, int) else ("object", "map")
        found = next((each for each in type.several if each.kind in kinds), None)
        return _below(Shape(found), item, part) if found is not None else None
    if type.kind in ("list", "map"):
        return Shape(type.item, owner=shape.owner, field=shape.field) if type.item else None
    is_object = type.kind == "object" and isinstance(part, str)
    return _below_object(type, shape, item, str(part)) if is_object else None


def _below_keyword(keyword: str, part: str | int) -> Shape | None:
    if isinstance(part, str):
        return Shape(_SCHEMA) if keyword in _NAMED else None
    if keyword in (*_MANY, "items"):
        return Shape(_SCHEMA)
    return Shape(None, keyword=keyword) if keyword in ("type", "enum", "required") else None


def _below_object(type: Type, shape: Shape, item: Item | None, part: str) -> Shape | None:
    if part == "$ref" and type.reference != "no":
        return Shape(Type("object", type.name, reference="target"), field="$ref", owner=shape.owner)
    if type.name in SCHEMAS:
        return _below_schema(item, part)
    field = fields_of(type.name, item).get(part)
    return Shape(field.type, field=part, owner=type.name) if field is not None else None


def _below_schema(item: Item | None, part: str) -> Shape | None:
    if part in _WRAPPED and item is not None and "schemaFormat" in item.keys:
        return Shape(_SCHEMA) if part == "schema" else Shape(None, keyword="schemaFormat")
    if part in _ONE:
        below = item.at((part,)) if item is not None else None
        if part == "items" and below is not None and below.kind == "list":
            return Shape(None, keyword="items")
        return Shape(_SCHEMA)
    return Shape(None, keyword=part)
