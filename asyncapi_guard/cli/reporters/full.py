"""For people: each finding with the lines around it, then what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.reporters import excerpt
from asyncapi_guard.cli.reporters.text import closing, code_of, distinct, place, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["COMMONLY_BROKEN", "render", "render_finding"]

_BEFORE = 2

#: Errors that many documents have which work all the same: they are told how to live with them.
COMMONLY_BROKEN = frozenset({"default-type", "discriminator", "example-headers", "example-payload"})


def render(reports: Sequence[FileReport], *, quiet: bool = False, links: bool = False) -> str:
    """Every finding with its excerpt; unless `quiet`, the summary and hints."""
    lines = excerpt.lines_in(reports)
    findings = distinct(reports)
    parts = [render_finding(finding, lines, links=links) for finding in findings]
    if not quiet:
        parts.append("\n".join([closing(reports), *_hints(findings)]))
    return "\n\n".join(parts)


def render_finding(
    finding: Finding, lines: excerpt.Lines, *, warning: bool = False, links: bool = False
) -> str:
    """One finding with the lines around it.

    Args:
        finding: what to show.
        lines: the lines of files that were read before, by name; files are added as needed.
        warning: show it as a warning, whatever its severity.
        links: make the code a link to its rule.
    """
    kind = "warning" if warning else finding.severity.value
    color = "red" if kind == "error" else "yellow"
    head = click.style(f"{kind}[{code_of(finding, links=links)}]", fg=color, bold=True)
    gutter = len(str(finding.line))
    rows = [
        f"{head}: {click.style(plain(finding.message), bold=True)}",
        f"{' ' * gutter}{click.style('-->', fg='blue')} {place(finding)}",
        *_excerpt(finding, excerpt.lines_of(finding.file, lines), gutter, color),
    ]
    if finding.pointer:
        rows.append(f"{_bar('', gutter, '=')} at {plain(finding.pointer)}")
    return "\n".join(rows)


def _excerpt(finding: Finding, lines: list[str], gutter: int, color: str) -> list[str]:
    if not (1 <= finding.line <= len(lines) and finding.column >= 1):
        return []
    left = excerpt.window(finding.column)
    rows = [_bar("", gutter)]
    for number in range(max(1, finding.line - _BEFORE), finding.line + 1):
        text = excerpt.shown(lines[number - 1], left)
        rows.append(f"{_bar(str(number), gutter)} {text}" if text else _bar(str(number), gutter))
    carets = click.style(_carets(finding, lines, left), fg=color, bold=True)
    return [*rows, f"{_bar('', gutter)} {carets}"]


def _carets(finding: Finding, lines: list[str], left: int) -> str:
    line = lines[finding.line - 1]
    start = finding.column - 1
    end = min(excerpt.token_end(lines, finding.line, finding.column) - 1, left + excerpt.WIDTH)
    indent = 3 * bool(left) + excerpt.column_width(line[left:start])
    return " " * indent + "^" * max(1, excerpt.column_width(line[start:end]))


def _bar(number: str, gutter: int, sign: str = "|") -> str:
    return click.style(f"{number.rjust(gutter)} {sign}", fg="blue")


def _hints(findings: Sequence[Finding]) -> list[str]:
    codes = sorted({f.code for f in findings if f.severity.value == "error"} & COMMONLY_BROKEN)
    hints = []
    if codes:
        settings = "\n".join(f'    {code} = "warning"' for code in codes)
        table = "    [tool.asyncapi-guard.severity]"
        hints.append(f"to make a rule a warning, write in pyproject.toml:\n{table}\n{settings}")
    if findings:
        hints.append("`asyncapi-guard rules CODE` explains a rule")
    return hints
