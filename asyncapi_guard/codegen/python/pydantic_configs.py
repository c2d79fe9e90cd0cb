"""The Pydantic configuration of dataclasses and TypedDicts that a server constructs.

`AsyncAPISocketIO` reads the hints of handlers by Pydantic, whatever they are. It looks at an
attribute of a class for what the class cannot say: the names on the wire, and that properties which
are not listed are kept. Nothing of Pydantic is imported for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.python.bundle import Loss
from asyncapi_guard.codegen.python.dialect import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncapi_guard.codegen.python.fields import FieldNames

__all__ = ["configs", "dropped"]


def configs(
    kinds: Iterable[str], schemas: Mapping[str, Any], fields: FieldNames, style: str
) -> list[str]:
    """The block of statements about some classes; nothing for styles that need none.

    Args:
        kinds: names of types.
        schemas: of all types, by name.
        fields: how their fields are called.
        style: what they are.
    """
    if style not in ("dataclass", "typeddict"):
        return []
    lines = []
    for kind in kinds:
        entries = _entries(kind, schemas, fields, style) if _has_fields(schemas.get(kind)) else []
        if entries:
            lines.append(f'setattr({kind}, "__pydantic_config__", {{{", ".join(entries)}}})')
    return ["# What Pydantic does with them, where a server uses it.\n" + "\n".join(lines)] * bool(
        lines
    )


def _entries(
    kind: str, schemas: Mapping[str, Any], fields: FieldNames, style: str
) -> Iterator[str] | list[str]:
    family = list(_family(kind, schemas))
    names: dict[str, str] = {}
    for each in reversed(family):
        names |= fields.wire.get(each, {})
    found = []
    if names:
        shown = json.dumps(names, ensure_ascii=False)
        found.append(f'"alias_generator": lambda name: {shown}.get(name, name)')
    extras = [_extra(schemas[each]) for each in family]
    # A TypedDict is plain data, of which Pydantic would leave out what is not listed.
    if any(extras) or (style == "typeddict" and False not in extras):
        found.append('"extra": "allow"')
    return found


def dropped(schemas: Mapping[str, Any], places: Mapping[str, str], style: str) -> list[Loss]:
    """What the classes of a style drop of the properties that the document wants to be kept."""
    if style != "msgspec":
        return []
    text = "properties that are not listed are dropped by msgspec"
    return [
        Loss(places[kind], "additionalProperties", text)
        for kind, schema in schemas.items()
        if kind in places and _has_fields(schema) and _extra(schema)
    ]


def _family(kind: str, schemas: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> Any:
    """A class, and those that it derives from."""
    if kind in seen or kind not in schemas:
        return
    yield kind
    for part in schemas[kind].get("allOf", ()):
        if "$ref" in part:
            yield from _family(part["$ref"][len(REFERENCE) :], schemas, seen | {kind})


def _has_fields(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    parts = [schema, *schema.get("allOf", ())]
    return "allOf" in schema or any("properties" in part for part in parts)


def _extra(schema: Any) -> Any:
    """What a class has of properties that it does not list: `None` where it does not say."""
    for part in (schema, *schema.get("allOf", ())):
        if "additionalProperties" in part:
            return part["additionalProperties"]
    return None
