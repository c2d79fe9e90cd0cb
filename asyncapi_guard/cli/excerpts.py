"""Findings as text: `file:line:column: message`, and the lines of the file around the place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding

__all__ = ["render"]

_BEFORE = 1
_WIDTH = 120


def render(finding: Finding, lines: dict[str, list[str]], *, warning: bool = False) -> str:
    """A finding with an excerpt of its file.

    Args:
        finding: what to show.
        lines: the lines of files that were read before, by name; files are added as needed.
        warning: it is no error.
    """
    place = finding.file
    if finding.line:
        place += f":{finding.line}:{finding.column}"
    at = f" (at {finding.pointer})" if finding.pointer else ""
    kind = click.style("warning", fg="yellow") if warning else click.style("error", fg="red")
    head = f"{click.style(_plain(place), bold=True)}: {kind}: "
    text = head + _plain(finding.message + at)
    excerpt = _excerpt(finding, lines)
    return f"{text}\n{excerpt}" if excerpt else text


def _excerpt(finding: Finding, lines: dict[str, list[str]]) -> str:
    if finding.file not in lines:
        lines[finding.file] = _read(finding.file)
    all_lines = lines[finding.file]
    if not 1 <= finding.line <= len(all_lines):
        return ""
    first = max(1, finding.line - _BEFORE)
    gutter = len(str(finding.line))
    # A long line (minified JSON) is shown around the column.
    left = max(0, finding.column - 1 - _WIDTH // 2) if finding.column > _WIDTH else 0
    shown = [
        _bar(str(number), gutter) + _plain(all_lines[number - 1][left : left + _WIDTH])
        for number in range(first, finding.line + 1)
    ]
    before = all_lines[finding.line - 1][left : finding.column - 1]
    indent = "".join("\t" if character == "\t" else " " for character in before)
    shown.append(_bar("", gutter) + indent + click.style("^", fg="red", bold=True))
    return "\n".join(shown)


def _bar(number: str, gutter: int) -> str:
    return click.style(f"  {number.rjust(gutter)} | ", fg="blue")


def _read(name: str) -> list[str]:
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []


def _plain(text: str) -> str:
    """A document's text must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\t" else f"\\x{ord(c):02x}" for c in text)
