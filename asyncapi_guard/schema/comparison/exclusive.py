"""Whether alternatives exclude one another, so that `oneOf` says what `anyOf` says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.flat_schemas import Flat, common_type, is_a

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    #: Gives the alternatives of a schema.
    Alternatives = Callable[[Any], list[Flat]]

__all__ = ["are_exclusive"]


def are_exclusive(several: Sequence[list[Flat]], alternatives: Alternatives) -> bool:
    """Whether no value fits two of some schemas.

    Args:
        several: the alternatives of each schema.
        alternatives: gives those of another schema.
    """
    pairs = ((a, b) for i, a in enumerate(several) for b in several[i + 1 :])
    return all(_apart(x, y, alternatives) for a, b in pairs for x in a for y in b)


def _apart(one: Flat, other: Flat, alternatives: Alternatives) -> bool:
    if "enum" in one and "enum" in other:
        return not set(one["enum"]) & set(other["enum"])
    for flat, second in ((one, other), (other, one)):
        if "enum" in flat and "type" in second:
            return not any(is_a(json.loads(v), second["type"]) for v in flat["enum"])
    if "type" in one and "type" in other and common_type(one["type"], other["type"]) is False:
        return True
    if _refuses_required(one, other) or _refuses_required(other, one):
        return True
    shared = set(one.get("required", ())) & set(other.get("required", ()))
    return any(_apart_at(name, one, other, alternatives) for name in shared)


def _refuses_required(closed: Flat, other: Flat) -> bool:
    """Whether one object has no place for a property that another must have."""
    if closed.get("additionalProperties") is not False or "patternProperties" in closed:
        return False
    both_objects = closed.get("type") == other.get("type") == "object"
    return both_objects and bool(
        set(other.get("required", ())) - closed.get("properties", {}).keys()
    )


def _apart_at(name: str, one: Flat, other: Flat, alternatives: Alternatives) -> bool:
    values = []
    for flat in (one, other):
        schema = flat.get("properties", {}).get(name, True)
        found = alternatives(schema)
        if len(found) != 1 or "enum" not in found[0]:
            return False
        values.append(set(found[0]["enum"]))
    return not values[0] & values[1]
