"""A page for the browser: one file without scripts, which loads nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from asyncapi_guard.cli.violation_reports import wording
from asyncapi_guard.cli.violation_reports.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.cli.violation_reports.tables import Table

__all__ = ["render"]

#: A browser that reads the page does nothing else, whatever is in it.
_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Violations of the contract</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 100rem; padding: 0 1rem; overflow-wrap: anywhere }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin-bottom: 2rem }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top }
td { overflow-wrap: anywhere; min-width: 6rem }
</style>
</head>
<body>
<main>
<h1>Violations of the contract</h1>
"""


def render(report: ViolationReport) -> str:
    """The page."""
    notes = [*wording.hints(report), *wording.notes(report)]
    parts = [
        f"<p>{_escaped(wording.headline(report))}</p>",
        *(_table(table, number) for number, table in enumerate(tables(report), 1)),
        *(f"<p>{_escaped(each)}</p>" for each in notes),
        "</main>",
        "</body>",
        "</html>",
    ]
    return _HEAD + "\n".join(parts)


def _table(table: Table, number: int) -> str:
    head = "".join(f'<th scope="col">{_escaped(each)}</th>' for each in table.head)
    rows = "\n".join(f"<tr>{_cells(row)}</tr>" for row in table.rows)
    title = f'<h2 id="table-{number}">{_escaped(table.title)}</h2>'
    body = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    # What scrolls can be reached by keyboard, and has a name there.
    wide = f'<div class="wide" role="region" aria-labelledby="table-{number}" tabindex="0">'
    return f"{title}\n{wide}{body}</div>"


def _cells(row: Iterable[str]) -> str:
    return "".join(f"<td>{_escaped(each)}</td>" for each in row)


def _escaped(text: str) -> str:
    return escape(text)
