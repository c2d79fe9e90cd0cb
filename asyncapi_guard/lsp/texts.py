"""Lines, offsets and columns of a text, as the Language Server Protocol counts them.

A line ends with a line feed, a carriage return or both, and with nothing else. A column is a number
of UTF-16 units, so an emoji is two columns wide. Offsets are of Python's characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

__all__ = ["Place", "Text"]

_BREAK = re.compile("\r\n|[\n\r]")


class Place(NamedTuple):
    """A line and a column, both from 0, the column in UTF-16 units."""

    line: int
    column: int


def _units(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Text:
    """A text that does not change.

    Attributes:
        value: the text.
    """

    def __init__(self, value: str) -> None:
        self.value: str = value

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(match.end() for match in _BREAK.finditer(self.value))]

    def line(self, number: int) -> str:
        """A line without its end; empty when the text has fewer lines."""
        if not 0 <= number < len(self.starts):
            return ""
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.value)
        return self.value[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; the nearest one when the text does not have the place."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.value)
        content = self.line(line)
        if content.isascii():
            return self.starts[line] + max(0, min(column, len(content)))
        units = 0
        for index, character in enumerate(content):
            width = 2 if ord(character) > 0xFFFF else 1
            if units + width > column:
                return self.starts[line] + index
            units += width
        return self.starts[line] + len(content)

    def place(self, offset: int) -> Place:
        """The line and the column of an offset."""
        offset = max(0, min(offset, len(self.value)))
        line = bisect_right(self.starts, offset) - 1
        return Place(line, _units(self.value[self.starts[line] : offset]))

    def offset_of(self, line: int, column: int) -> int:
        """The offset of a place as findings name it: both from 1, the column in characters."""
        if line < 1:
            return 0
        if line > len(self.starts):
            return len(self.value)
        return min(self.starts[line - 1] + max(column - 1, 0), len(self.value))

    def changed(self, start: Place, end: Place, new: str) -> Text:
        """The text with another one in place of a range."""
        begin, stop = self.offset(*start), self.offset(*end)
        if stop < begin:
            begin, stop = stop, begin
        text = Text(self.value[:begin] + new + self.value[stop:])
        if "starts" in vars(self) and "\r" not in self.value and "\r" not in new:
            text.starts = self._starts_with(begin, stop, new)
        return text

    def _starts_with(self, begin: int, stop: int, new: str) -> list[int]:
        """Where each line begins with another text in place of a part; line feeds end them all."""
        starts = self.starts
        inside = [begin + match.end() for match in _BREAK.finditer(new)]
        moved = len(new) - (stop - begin)
        behind = starts[bisect_right(starts, stop) :]
        before = starts[: bisect_right(starts, begin)]
        return [*before, *inside, *(behind if moved == 0 else [each + moved for each in behind])]
