"""What all benchmarks print: markdown tables, and what they ran on."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["environment", "progress", "table"]

_PACKAGES = ("asyncapi-guard", "python-socketio", "flask-socketio", "jsonschema-rs", "jsonschema")


def environment(*more: str) -> dict[str, str]:
    """Interpreter, system, and the versions of the packages that matter; of more of them."""
    found = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    for package in (*_PACKAGES, *more):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table, aligned as text too; all columns but the first are to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        return f"| {' | '.join(padded)} |"

    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join((line(head), line(ruler), *map(line, rows)))


def progress(text: str) -> None:
    """One line on stderr that replaces the last, when somebody is watching."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
