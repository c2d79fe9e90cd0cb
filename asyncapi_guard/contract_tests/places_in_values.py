"""Places in JSON values: reads and replaces the value at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at", "leaves", "places", "pointer_of", "put", "without"]


def pointer_of(path: tuple[str | int, ...]) -> str:
    """The JSON Pointer of a path."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _path(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def at(value: Any, pointer: str) -> tuple[bool, Any]:
    """Whether there is something at a place, and what."""
    for part in _path(pointer):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, (list, tuple)) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False, None
    return True, value


def put(value: Any, pointer: str, new: Any) -> Any:
    """The same value with something else at a place; as it is if there is no such place."""
    return _put(value, _path(pointer), new)


def _put(value: Any, path: list[str], new: Any) -> Any:
    if not path:
        return new
    part, *rest = path
    if isinstance(value, dict) and (part in value or not rest):
        return {**value, part: _put(value.get(part), rest, new)}
    if isinstance(value, (list, tuple)) and part.isdigit() and int(part) < len(value):
        index = int(part)
        made = [*value[:index], _put(value[index], rest, new), *value[index + 1 :]]
        return tuple(made) if isinstance(value, tuple) else made
    return value


def without(value: Any, pointer: str) -> Any:
    """The same value without what is at a place."""
    return _without(value, _path(pointer))


def _without(value: Any, path: list[str]) -> Any:
    part, *rest = path
    if isinstance(value, dict) and part in value:
        if not rest:
            return {key: each for key, each in value.items() if key != part}
        return {**value, part: _without(value[part], rest)}
    if isinstance(value, (list, tuple)) and part.isdigit() and int(part) < len(value):
        index = int(part)
        middle = [_without(value[index], rest)] if rest else []
        made = [*value[:index], *middle, *value[index + 1 :]]
        return tuple(made) if isinstance(value, tuple) else made
    return value


def leaves(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value that holds no others, with its path; empty objects and lists are such."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, (list, tuple)) and value:
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path, value


def places(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value in a value, with its path, from the outside to the inside."""
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))
