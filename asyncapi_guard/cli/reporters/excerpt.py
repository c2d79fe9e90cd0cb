"""The lines of a file around a finding, and how far the token at fault goes.

A finding says where a value begins; where it ends is read from the line here, because the marks of
the document are gone when findings are shown. Quoted text and brackets say it themselves. Plain
text ends at a comma inside of brackets and goes on past it outside, and whether there are brackets
is told by the line and the one before it: wrong guesses cost carets, nothing else.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.cli.reporters.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.cli.reporters import FileReport

__all__ = ["Lines", "column_width", "lines_in", "lines_of", "shown", "token_end", "window"]

#: The lines of files that were read before, by name.
Lines = dict[str, list[str]]

#: How many characters of a long line are shown.
WIDTH = 120
#: How many characters of a line are looked at: a minified document is one line of megabytes.
_REACH = 1000
_TAB = "    "

# As YAML 1.2 counts them.
_BREAK = re.compile("\r\n|[\r\n]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_QUOTED = r""""(?:[^"\\]|\\.)*(?:"|$)|'(?:[^']|'')*(?:'|$)"""
_STRING = re.compile(_QUOTED)
# A quote inside of plain text (`don't`) begins nothing.
_STEP = re.compile(rf"(?<![^\s,:\[\]{{}}])(?:{_QUOTED})|[\[\]{{}}]")
# An anchor and a tag belong to the value behind them.
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
_INDICATOR = re.compile(r"-(?=[ \t]|$)")
_END_IN_BLOCK = re.compile(r"[ \t]+#|[ \t]*:(?=[ \t]|$)|[ \t]*$")
_END_IN_FLOW = re.compile(r"[ \t]+#|[ \t]*:(?=[ \t,\[\]{}]|$)|[ \t]*[,\[\]{}]|[ \t]*$")


def lines_in(reports: Iterable[FileReport]) -> Lines:
    """The lines of files that are not, or not like this, on the disk."""
    return {report.file: _split(report.raw) for report in reports if report.raw is not None}


def lines_of(name: str, lines: Lines) -> list[str]:
    """The lines of a file, read once; none when it cannot be read any more."""
    if name not in lines:
        lines[name] = _read(name)
    return lines[name]


def _read(name: str) -> list[str]:
    try:
        path = Path(name)
        # A pipe was emptied by its first reader; a second one would wait for ever.
        return _split(path.read_bytes()) if path.is_file() else []
    except (OSError, ValueError):
        return []


def _split(raw: bytes) -> list[str]:
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    return _BREAK.split(raw.decode(encoding, errors="replace"))


def token_end(lines: list[str], line: int, column: int) -> int:
    """The column behind the token that begins at `line` and `column` (1-based), on that line."""
    start = column - 1
    text = lines[line - 1][start : start + _REACH]
    begin = _length(_PROPERTIES, text)
    rest = text[begin:]
    if rest[:1] in ("{", "["):
        length = _bracketed(rest)
    elif rest[:1] in ('"', "'"):
        length = _length(_STRING, rest)
    else:
        in_flow = _is_in_flow(lines, line, start)
        length = _length(_INDICATOR, rest) or _plain(
            rest, _END_IN_FLOW if in_flow else _END_IN_BLOCK
        )
    return column + max(1, begin + length)


def _length(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _plain(text: str, end: re.Pattern[str]) -> int:
    match = end.search(text)
    return match.start() if match else len(text)


def _bracketed(text: str) -> int:
    """The length of what is in brackets; 1, the bracket, when it is not closed on the line."""
    depth = 0
    for step in _STEP.finditer(text):
        depth += _depth(step[0])
        if not depth:
            return step.end()
    return 1


def _depth(step: str) -> int:
    return (step in ("[", "{")) - (step in ("]", "}"))


def _is_in_flow(lines: list[str], line: int, start: int) -> bool:
    """Whether a place is inside of brackets."""
    if start > _REACH:
        return True  # nobody writes such lines by hand
    if sum(_depth(step[0]) for step in _STEP.finditer(lines[line - 1][:start])) > 0:
        return True
    return line > 1 and lines[line - 2].rstrip().endswith((",", "[", "{"))


def window(column: int) -> int:
    """How many characters of a line are left out before a place, for the place to be seen."""
    return max(0, column - 1 - WIDTH // 2) if column > WIDTH else 0


def shown(line: str, left: int) -> str:
    """The part of a line that is shown, `...` for what is left out."""
    piece = "".join(map(_cell, line[left : left + WIDTH]))
    return "..." * bool(left) + piece + "..." * (len(line) > left + WIDTH)


def column_width(text: str) -> int:
    """How many columns of a terminal a part of a line takes, as it is shown."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_cell_width, text))


def _cell(character: str) -> str:
    return _TAB if character == "\t" else escape(character)


def _cell_width(character: str) -> int:
    cell = _cell(character)
    if len(cell) > 1:
        return len(cell)
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
