"""Edits as values, and what they mean for data.

Several edits are made at once: the path of each is that of the document before any of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.spec.pointers import Path

__all__ = [
    "Append",
    "Edit",
    "ImpossibleError",
    "Insert",
    "Remove",
    "Rename",
    "SetValue",
    "edited_data",
    "edits_between",
    "from_the_end",
    "same",
]


@dataclass(frozen=True, slots=True)
class SetValue:
    """Another value at a path. Of mappings and of lists, only what differs is written."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Insert:
    """A new key in the mapping at a path: after a given key, or at the end.

    `null` counts as an empty mapping.
    """

    path: Path
    key: str
    value: Any
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Append:
    """A new item at the end of the list at a path; `null` counts as an empty list."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """The key or the item at a path goes. Comments that stand above it stay."""

    path: Path


@dataclass(frozen=True, slots=True)
class Rename:
    """The last key of a path gets another name, and keeps its place."""

    path: Path
    key: str


Edit: TypeAlias = SetValue | Insert | Append | Remove | Rename


class ImpossibleError(Exception):
    """An edit cannot be made; carries the path at which it fails, and why."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)


def same(one: Any, other: Any) -> bool:
    """Whether data is the same, whatever the order of keys; `1`, `1.0` and `true` differ."""
    return _canonical(one) == _canonical(other)


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


# -- what edits mean -------------------------------------------------------------------------------


def edited_data(data: Any, edits: Sequence[Edit]) -> Any:
    """A copy of the data with the edits made, the last of them in the data first.

    Raises:
        ImpossibleError: there is nothing at a path, or no longer; or a key is there already.
    """
    root = [json.loads(json.dumps(data))]  # a copy in which nothing is shared
    for edit in from_the_end(data, edits):
        try:
            _make(root, edit)
        except (IndexError, KeyError, TypeError):
            raise ImpossibleError(edit.path, "another edit takes it away") from None
    return root[0]


def from_the_end(data: Any, edits: Sequence[Edit]) -> list[Edit]:
    """So that no edit changes the paths of those that follow: deeper and later ones go first."""

    def order(numbered: tuple[int, Edit]) -> tuple[Any, ...]:
        number, edit = numbered
        # What is put after one key stands in the order in which it was given.
        is_after = isinstance(edit, Insert) and edit.after is not None
        turn = number if is_after else -number
        return tuple(_ranks(data, edit.path)), _late(edit), turn

    return [edit for _, edit in sorted(enumerate(edits), key=order, reverse=True)]


def _late(edit: Edit) -> int:
    """At one path: first what is put into it, then its name, then whether it is there at all."""
    return 0 if isinstance(edit, Remove) else 1 if isinstance(edit, Rename) else 2


def _ranks(data: Any, path: Path) -> Iterator[int]:
    for end, part in enumerate(path):
        if isinstance(data, dict) and part in data:
            yield list(data).index(str(part))
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
            yield part
            data = data[part]
        else:
            raise ImpossibleError(path[:end], f"there is no {part!r}")


def _make(root: list[Any], edit: Edit) -> None:
    if not edit.path and isinstance(edit, (Remove, Rename)):
        raise ImpossibleError((), "the document itself is neither a key nor an item")
    holder, part = _holder(root, edit.path)
    if isinstance(edit, SetValue):
        holder[part] = edit.value
    elif isinstance(edit, Remove):
        del holder[part]
    elif isinstance(edit, Rename):
        _rename(holder, edit)
    elif isinstance(edit, Append):
        holder[part] = [*_container(holder[part], list, edit.path), edit.value]
    else:
        old = _container(holder[part], dict, edit.path)
        holder[part] = _with_key(old, edit)


def _holder(root: list[Any], path: Path) -> tuple[Any, Any]:
    holder: Any = root
    part: Any = 0
    for below in path:
        holder, part = holder[part], below
    return holder, part


def _container(value: Any, kind: type, path: Path) -> Any:
    if value is None:
        return kind()
    if not isinstance(value, kind):
        wanted = "mapping" if kind is dict else "list"
        raise ImpossibleError(path, f"it is not a {wanted}, so it can't contain anything")
    return value


def _with_key(old: dict[str, Any], edit: Insert) -> dict[str, Any]:
    if edit.key in old:
        raise ImpossibleError((*edit.path, edit.key), "the key already exists")
    if edit.after is not None and edit.after not in old:
        raise ImpossibleError(edit.path, f"there is no {edit.after!r} to put it after")
    new = {}
    for key, value in old.items():
        new[key] = value
        if key == edit.after:
            new[edit.key] = edit.value
    return {**new, edit.key: edit.value}


def _rename(holder: Any, edit: Rename) -> None:
    old = edit.path[-1]
    if not isinstance(holder, dict):
        raise ImpossibleError(edit.path, "an item of a list has no name")
    if edit.key in holder:
        raise ImpossibleError((*edit.path[:-1], edit.key), "the key already exists")
    renamed = {edit.key if key == old else key: value for key, value in holder.items()}
    holder.clear()
    holder.update(renamed)


# -- from data to edits ----------------------------------------------------------------------------


def edits_between(old: Any, new: Any, path: Path = ()) -> list[Edit]:
    """The least edits that make one value out of another; a renamed key is another key.

    New keys come after the key that they follow in the new value.
    """
    if same(old, new):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        return list(_between_mappings(old, new, path))
    if isinstance(old, list) and isinstance(new, list):
        return list(_between_lists(old, new, path))
    return [SetValue(path, new)]


def _between_mappings(old: dict[str, Any], new: dict[str, Any], path: Path) -> Iterator[Edit]:
    if old and old.keys().isdisjoint(new):
        yield SetValue(path, new)
        return
    for key, value in old.items():
        if key not in new:
            yield Remove((*path, key))
        else:
            yield from edits_between(value, new[key], (*path, key))
    after = None
    for key, value in new.items():
        if key in old:
            after = key
        else:
            yield Insert(path, key, value, after)


def _between_lists(old: list[Any], new: list[Any], path: Path) -> Iterator[Edit]:
    begin = 0
    while begin < min(len(old), len(new)) and same(old[begin], new[begin]):
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and same(old[-1 - end], new[-1 - end]):
        end += 1
    gone, come = len(old) - begin - end, len(new) - begin - end
    if gone == len(old) > 0 or (come > gone and end):
        # Nothing is left of it, or items come into its middle, for which there is no edit.
        yield SetValue(path, new)
        return
    for index in range(begin, begin + min(gone, come)):
        yield from edits_between(old[index], new[index], (*path, index))
    for index in range(begin + come, begin + gone):
        yield Remove((*path, index))
    for value in new[begin + gone : begin + come]:
        yield Append(path, value)
