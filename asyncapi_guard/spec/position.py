"""Places in a text."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Position", "position_at"]


class Position(NamedTuple):
    """A place in a text, 1-based."""

    line: int
    column: int


def position_at(text: str, offset: int) -> Position:
    """The place of a character, counted from 0."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
