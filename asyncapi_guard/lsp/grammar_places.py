"""What a place of a document is, by the grammar: an object, or a field of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.lint.grammar import OBJECTS, VARIANTS, Type

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Kind", "kind_of_place"]

_SCHEMAS = frozenset(("Schema", "ObjectSchema"))
_MAPS_OF_SCHEMAS = frozenset(
    ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
)
_LISTS_OF_SCHEMAS = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_SCHEMA = Type("object", "Schema")
_DATA = frozenset(("const", "default", "enum", "examples", "required", "type"))


class Kind(NamedTuple):
    """What a place is.

    Attributes:
        name: of an object, its name in the grammar; else empty.
        owner: the object that has the place as a field, or that has the map or the list around it.
        field: the field of the owner.
        is_entry: it is an entry of that field, and not the field itself.
    """

    name: str = ""
    owner: str = ""
    field: str = ""
    is_entry: bool = False


def kind_of_place(path: Path, data: Any, start: str = "AsyncAPI") -> Kind | None:
    """What a place is; `None` where the grammar does not look.

    Args:
        path: from an object to the place.
        data: the object.
        start: the name of the object in the grammar.
    """
    type: Type | None = Type("object", start)
    kind = Kind(start)
    for part in path:
        if type is None:
            return None
        type, kind = _step(type, kind, part, data)
        data = _below(data, part)
        if type is None and kind is _NOWHERE:
            return None
    return kind


_NOWHERE = Kind("?")


def _below(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _step(type: Type, kind: Kind, part: str | int, data: Any) -> tuple[Type | None, Kind]:
    if type.kind in ("map", "list") and type.item is not None:
        name = type.item.name if type.item.kind == "object" else ""
        return type.item, Kind(name, kind.owner, kind.field, is_entry=True)
    if type.kind != "object":
        return None, _NOWHERE
    if type.name in _SCHEMAS or (type.name == "Ack" and not _is_long(data)):
        return _step_in_schema(str(part), data)
    if type.name == "Ack":
        inner = _SCHEMA if part == "args" else None
        return inner, Kind("Schema" if inner else "", "Ack", str(part))
    return _step_in_object(type.name, str(part), data)


def _step_in_object(owner: str, part: str, data: Any) -> tuple[Type | None, Kind]:
    found = OBJECTS.get(owner, {}).get(part)
    if found is None and owner in VARIANTS:
        field, usual = VARIANTS[owner]
        told = _below(data, field) if field else usual
        variant = f"{owner} {told if isinstance(told, str) else usual}"
        found = OBJECTS.get(variant, {}).get(part)
    if found is None:
        is_known = part == "$ref" or part.startswith("x-")
        return None, Kind("", owner, part) if is_known else _NOWHERE
    name = found.type.name if found.type.kind == "object" else ""
    return found.type, Kind(name, owner, part)


def _is_long(data: Any) -> bool:
    return isinstance(data, dict) and "args" in data


def _step_in_schema(part: str, data: Any) -> tuple[Type | None, Kind]:
    if isinstance(data, dict) and {"schema", "schemaFormat"} <= data.keys():
        is_schema = part == "schema"
        kind = Kind("Schema" if is_schema else "", "MultiFormatSchema", part)
        return _SCHEMA if is_schema else None, kind
    kind = Kind("", "Schema", part)
    below = _below(data, part)
    type: Type | None = None
    if part in _MAPS_OF_SCHEMAS:
        type = Type("map", item=_SCHEMA)
    elif part in _LISTS_OF_SCHEMAS and isinstance(below, list):
        type = Type("list", item=_SCHEMA)
    elif part not in _DATA and isinstance(below, (dict, bool)):
        type, kind = _SCHEMA, kind._replace(name="Schema")
    return type, kind
