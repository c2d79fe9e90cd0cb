"""For editors and `grep`: `file:line:column: error[code] message`, a line for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.reporters.text import closing, code_of, distinct, place, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["render"]


def render(reports: Sequence[FileReport], *, quiet: bool = False, links: bool = False) -> str:
    """A line for each finding; unless `quiet`, one more with the counts."""
    lines = [_line(finding, links=links) for finding in distinct(reports)]
    return "\n".join(lines if quiet else [*lines, closing(reports)])


def _line(finding: Finding, *, links: bool) -> str:
    kind = finding.severity.value
    color = "red" if kind == "error" else "yellow"
    head = click.style(f"{kind}[{code_of(finding, links=links)}]", fg=color)
    return f"{click.style(place(finding), bold=True)}: {head} {plain(finding.message)}"
