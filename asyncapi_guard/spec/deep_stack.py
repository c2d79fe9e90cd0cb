"""More room on Python's stack, for what leads from one type to the next for hundreds of types.

Whoever follows references by recursion needs a few calls for each of them, and Python stops at a
thousand. That is where most recursion is a mistake, so the room is there only for those who need
it, and for as long as they do.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["TOO_DEEP", "with_room"]

#: Less than what fits on the stack of a thread of eight megabytes, with any supported Python.
_ROOM = 20_000
#: What to say where even that is not enough.
TOO_DEEP = "its types refer to one another in a chain that is too long to follow"

_Result = TypeVar("_Result")
_CHANGING = RLock()


def with_room(make: Callable[[], _Result]) -> _Result:
    """What `make` returns; it is called again, with more room on the stack, if it runs out.

    Args:
        make: leaves nothing behind when it fails.

    Raises:
        RecursionError: there is not enough room.
    """
    try:
        return make()
    except RecursionError:
        with _room():
            return make()


@contextmanager
def _room() -> Iterator[None]:
    with _CHANGING:
        usual = sys.getrecursionlimit()
        sys.setrecursionlimit(max(usual, _ROOM))
        try:
            yield
        finally:
            sys.setrecursionlimit(usual)
