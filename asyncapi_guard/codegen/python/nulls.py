"""Null in the parts of a combination: `allOf` accepts it if each part does.

A part that says no type takes it as well, which those who write `nullable` objects seldom think of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["all_take_null", "lists_null", "without_null"]

#: What restricts values of all types.
_RESTRICTING = ("type", "const", "enum")
#: What may restrict them: it is not looked at.
_UNKNOWN = ("$ref", "allOf", "anyOf", "oneOf", "not", "if")


def lists_null(read: dict[str, Any]) -> bool:
    """Whether null is one of several types or alternatives of what was read."""
    types = read.get("type")
    return (isinstance(types, list) and "null" in types) or any(
        map(_is_null, read.get("anyOf", ()))
    )


def without_null(read: dict[str, Any]) -> dict[str, Any]:
    """The same for all values but null."""
    if not lists_null(read):
        return read
    if "anyOf" not in read:
        types = [name for name in read["type"] if name != "null"]
        return {**read, "type": types[0] if len(types) == 1 else types}
    kept = [member for member in read["anyOf"] if not _is_null(member)]
    return {**read, "anyOf": kept} if len(kept) > 1 else dict(kept[0])


def all_take_null(
    whole: dict[str, Any], parts: Sequence[tuple[Any, dict[str, Any]]]
) -> bool | None:
    """Whether null fits a combination; `None` when that is not seen at a glance.

    Args:
        whole: the schema that has the parts, as written.
        parts: each as written, and as it was read.
    """
    beside = {key: value for key, value in whole.items() if key != "allOf"}
    answers = [_takes_null(beside), *(_part_takes_null(*part) for part in parts)]
    if False in answers:
        return False
    return None if None in answers else True


def _part_takes_null(written: Any, read: dict[str, Any]) -> bool | None:
    if _is_null(read):
        return None  # nothing else fits, then
    return lists_null(read) or _takes_null(written)


def _takes_null(schema: Any) -> bool | None:
    if not isinstance(schema, dict):
        return bool(schema)
    if not schema.keys().isdisjoint(_RESTRICTING):
        return False
    return None if not schema.keys().isdisjoint(_UNKNOWN) else True


def _is_null(member: dict[str, Any]) -> bool:
    return member.get("type") == "null"
