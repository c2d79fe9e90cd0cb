"""What no schema has a say in: texts that are no Unicode, and values that are no JSON.

Half a surrogate pair is in no Unicode text, and no UTF-8 has a form for it. A value with one, in a
text or in a property name, at any depth, is not valid by any schema. Engines see it in some of the
places that they read, so a value that did not come from a strict reader is looked through with
`is_text`.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Unreadable", "is_text", "unreadable"]


@cache
def _encoder() -> Callable[[Any], bytes]:
    """Imported with the first value: a linter has none to send."""
    import msgspec

    return msgspec.json.Encoder().encode


def is_text(value: Any) -> bool:
    """Whether all texts and property names in a value are Unicode."""
    try:
        _encoder()(value)
    except UnicodeEncodeError:
        return False
    except Exception:  # noqa: BLE001  # other types, deep values, long integers: no matter here
        return not any(found.keyword == "unicode" for found in unreadable(value))
    return True


# -- finding ---------------------------------------------------------------------------------------

#: The way to a part of a value: the way to what holds it, and a name or an index.
_Place = Union["tuple[Any, Any]", None]


class Unreadable:
    """A thing in a value that no engine can read.

    Attributes:
        keyword: `unicode` for texts and property names, `json` for the rest.
        message: which kind of thing it is, never the thing.
        foreign: its type is none of JSON's.
    """

    __slots__ = ("_place", "foreign", "keyword", "message")

    def __init__(self, place: _Place, keyword: str, message: str, *, foreign: bool = False) -> None:
        self._place = place
        self.keyword: str = keyword
        self.message: str = message
        self.foreign: bool = foreign

    @property
    def path(self) -> tuple[Any, ...]:
        """Where it is; for a property name, the object that has it."""
        parts = []
        place = self._place
        while place is not None:
            place, part = place
            parts.append(part)
        return tuple(reversed(parts))


_HALF = "has half of a surrogate pair, which isn't valid Unicode"


def unreadable(
    value: Any, *, binary: bool = False, reads: Callable[[Any], bool] | None = None
) -> Iterator[Unreadable]:
    """The things in a value that no engine can read, in linear time and without recursion.

    Args:
        value: any object.
        binary: bytes are read.
        reads: of a type of its own, whether the engine reads it; without, subclasses are read.
    """
    todo: list[tuple[_Place, Any]] = [(None, value)]
    seen: set[int] = set()
    while todo:
        place, held = todo.pop()
        if isinstance(held, (dict, list, tuple)):
            if id(held) in seen:
                continue
            seen.add(id(held))
        if isinstance(held, dict):
            yield from _names(place, held)
            left = [((place, n), item) for n, item in held.items() if not _is_plain(item)]
            todo += reversed(left)
        elif isinstance(held, (list, tuple)):
            left = [((place, i), item) for i, item in enumerate(held) if not _is_plain(item)]
            todo += reversed(left)
        elif not _is_plain(held):
            fault = _fault(place, held, binary=binary, reads=reads)
            if fault is not None:
                yield fault


def _names(place: _Place, held: dict[Any, Any]) -> Iterator[Unreadable]:
    for name in held:
        if not isinstance(name, str):
            message = f"a property name is of type {type(name).__name__}, and not a string"
            yield Unreadable(place, "json", message)
        elif not _is_unicode(name):
            yield Unreadable(place, "unicode", f"a property name {_HALF}")


_CONSTANT = frozenset((int, bool, type(None)))
_PLAIN = _CONSTANT | {str, float}
_JSON = (str, int, float, type(None))


def _is_plain(value: Any) -> bool:
    """Whether a value is one that nearly all are: a text in ASCII, a number, a constant."""
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    return kind in _CONSTANT or (kind is float and math.isfinite(value))


def _fault(
    place: _Place, leaf: Any, *, binary: bool, reads: Callable[[Any], bool] | None
) -> Unreadable | None:
    kind = type(leaf).__name__
    if isinstance(leaf, str) and not _is_unicode(leaf):
        return Unreadable(place, "unicode", f"a text {_HALF}")
    if isinstance(leaf, float) and not math.isfinite(leaf):
        return Unreadable(place, "json", "NaN and infinities are not JSON numbers")
    if isinstance(leaf, (bytes, bytearray)) and binary:
        return None
    if type(leaf) in _PLAIN or (isinstance(leaf, _JSON) if reads is None else reads(leaf)):
        return None
    return Unreadable(place, "json", f"JSON has no value of type {kind}", foreign=True)


def _is_unicode(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False
