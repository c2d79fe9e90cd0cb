"""Alternatives with sibling keywords: whether each alternative already has the keywords.

The specification wants the property that tells alternatives apart in the union's own `properties`.
In a component that has it as well, it is said twice: such a union is one of the components.
"""

from __future__ import annotations

from typing import Any

from asyncapi_guard.codegen.python.combining import SILENT, complete

__all__ = ["is_open_object", "rest_of", "untold"]


def is_open_object(part: dict[str, Any]) -> bool:
    """Whether an object says something of some properties only."""
    return part.get("additionalProperties", True) is True and not (
        part.keys() & {"minProperties", "maxProperties"}
    )


def rest_of(part: dict[str, Any], alternative: dict[str, Any]) -> dict[str, Any]:
    """What an object says of properties that an alternative does not know; nothing if it does."""
    known = alternative.get("properties", {})
    names = [name for name in complete(part).get("properties", {}) if name not in known]
    if not names:
        return {}
    properties = {name: complete(part)["properties"][name] for name in names}
    required = [name for name in part.get("required", ()) if name in names]
    kept = {key: value for key, value in part.items() if key not in ("properties", "required")}
    return {**kept, "properties": properties, **({"required": required} if required else {})}


def untold(part: dict[str, Any], alternative: dict[str, Any]) -> list[str]:
    """The properties of which an object says more than an alternative does."""
    theirs = alternative.get("properties", {})
    ours = part.get("properties", {})
    narrower = [name for name in ours if name in theirs and not _includes(ours[name], theirs[name])]
    required = {*part.get("required", ())} - {*alternative.get("required", ())}
    missing = [name for name in theirs if name in required and name not in narrower]
    return narrower + missing


def _includes(wide: dict[str, Any], narrow: dict[str, Any]) -> bool:
    """Whether all that a schema takes is taken by another, as far as a look tells."""
    said = {key: value for key, value in wide.items() if key not in SILENT}
    same = {key: value for key, value in narrow.items() if key not in SILENT}
    if not said or said == same:
        return True
    if "type" in said and said["type"] != same.get("type"):
        return False
    if said.keys() <= {"type"}:
        return True
    values = _values(said)
    return values is not None and all(value in values for value in _values(same) or [None])


def _values(schema: dict[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")
