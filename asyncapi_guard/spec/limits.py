"""How much a document may cost, and how one that cannot be read is refused."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import NoReturn

from asyncapi_guard.errors import Finding, UnreadableDocument

__all__ = ["DEFAULT_LIMITS", "TOO_DEEP", "Limits", "most_digits", "refuse"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may cost before it is read any further.

    Attributes:
        size: bytes of one file.
        depth: mappings and sequences inside one another.
        nodes: values in one file, those behind aliases counted as often as they are used.
    """

    size: int = 10_000_000
    depth: int = 64
    nodes: int = 400_000


DEFAULT_LIMITS = Limits()
#: What to say where Python itself cannot follow, whatever `depth` allows.
TOO_DEEP = "too deep for Python's stack; its mappings and sequences must be nested less"
_DIGITS = 1_000


def most_digits() -> int:
    """How many digits an integer may have: no more than Python was told to read and to write."""
    # The first releases of Python 3.10 have no such limit: `int()` is zero, which means none.
    told: int = getattr(sys, "get_int_max_str_digits", int)()
    return min(_DIGITS, told or _DIGITS)


def refuse(name: str, message: str, line: int = 0, column: int = 0) -> NoReturn:
    """Refuse a document.

    Raises:
        UnreadableDocument: always.
    """
    raise UnreadableDocument(Finding(name, line, column, "", message, "unreadable")) from None
