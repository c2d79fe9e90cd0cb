"""For a pull request, or a job's summary: tables in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.cli.violation_reports import wording
from asyncapi_guard.cli.violation_reports.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.cli.violation_reports.tables import Table

__all__ = ["render"]

_TICKS = re.compile(r"`+")


def render(report: ViolationReport) -> str:
    """A heading, the tables, and notes."""
    parts = ["# Violations of the contract", wording.headline(report)]
    for table in tables(report):
        parts += [f"## {table.title}", _table(table)]
    parts += [*wording.hints(report), *wording.notes(report)]
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    rows = [_line(table.head), _line(("---",) * len(table.head))]
    for row in table.rows:
        foreign, own = row[: table.foreign], row[table.foreign :]
        rows.append(_line((*map(_code, foreign), *own)))
    return "\n".join(rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Text that is shown as it is: as code, nothing in it is markup, a link, or somebody's name."""
    if not text.strip():
        return ""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " * bool(longest)
    # In a table, a backslash before a bar is taken away, in code as well.
    return f"{fence}{blank}{text}{blank}{fence}".replace("|", "\\|")
