"""The author's file, edited until it says what an upgraded document does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import EditRefused
from asyncapi_guard.spec.edit import Rename, apply_edits, edits_between
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.edit import Edit
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["edited_file"]

#: Keywords that get another name and keep their value, those first whose names are wanted then.
_RENAMED = (("items", "additionalItems"), ("prefixItems", "items"))


def edited_file(source: Source, raw: bytes, data: Any) -> bytes | None:
    """A file with edits in it; `None` where the way in which it is written does not allow them.

    Args:
        source: what was read.
        raw: the file itself.
        data: what it has to say.
    """
    try:
        for old, new in _RENAMED:
            here = read_source(source.name, source.uri, raw)
            edits = list(_renames(here.data, data, old, new, ()))
            raw = _edited(here, raw, edits)
        here = read_source(source.name, source.uri, raw)
        return _edited(here, raw, edits_between(here.data, data))
    except EditRefused:
        return None


def _edited(source: Source, raw: bytes, edits: list[Edit]) -> bytes:
    return apply_edits(source.name, source.uri, raw, edits) if edits else raw


def _renames(before: Any, after: Any, old: str, new: str, path: Path) -> Iterator[Edit]:
    """The keywords that are called otherwise in the second of two values."""
    if isinstance(before, dict) and isinstance(after, dict):
        if _has_positions(before) and old in before and new in after and new not in before:
            yield Rename((*path, old), new)
        for key, value in before.items():
            name = _new_name(key, before, after)
            if name in after:
                yield from _renames(value, after[name], old, new, (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _renames(one, other, old, new, (*path, index))


def _has_positions(schema: dict[str, Any]) -> bool:
    return isinstance(schema.get("prefixItems"), list)


def _new_name(key: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if _has_positions(before) and "prefixItems" not in after:
        return dict(_RENAMED).get(key, key)
    return key
