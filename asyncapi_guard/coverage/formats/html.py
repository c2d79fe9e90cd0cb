"""An HTML page: one file without scripts and external resources, in light and dark."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.coverage.formats.wording import PLURALS, notes, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.coverage.report import Counted, OperationCoverage, Report

__all__ = ["render"]

#: A browser that reads the page does nothing else, whatever is in it. The colors are the console's.
_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coverage of the contract</title>
<style>
:root {
  color-scheme: light dark;
  --page: light-dark(#f7f8fa, #0f1115);
  --surface: light-dark(#fff, #161920);
  --line: light-dark(#e2e6ed, #2b303b);
  --ink: light-dark(#171b24, #e8ebf1);
  --muted: light-dark(#545d6d, #a4adbc);
  --ok: light-dark(#12693a, #79d9a0);
  --ok-soft: light-dark(#e4f4ea, #15291d);
  --bad: light-dark(#ad1f2e, #ff9da2);
  --bad-soft: light-dark(#fcebec, #34191d);
  --warn: light-dark(#7a4b00, #f0c674);
  --warn-soft: light-dark(#fcf1da, #302511);
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font: 15px/1.5 system-ui, sans-serif;
}
body {
  background: var(--page); color: var(--ink); margin: 2rem auto; max-width: 80rem;
  padding: 0 1rem;
}
.wide { overflow-x: auto }
table { background: var(--surface); border-collapse: collapse; width: 100% }
th, td {
  border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top;
}
td { overflow-wrap: anywhere }
td.number { white-space: nowrap }
code, .place, pre { font-family: var(--mono); font-size: .85rem }
.place, .note { color: var(--muted) }
ul { margin: .3rem 0; padding-left: 1.2rem }
.all { color: var(--ok) } .some { color: var(--warn) } .none { color: var(--bad) }
pre {
  background: var(--surface); border: 1px solid var(--line); overflow-x: auto; padding: .5rem 0;
}
pre span { display: block; padding: 0 .6rem }
pre .number { color: var(--muted); display: inline-block; padding: 0; width: 8rem }
pre .all { background: var(--ok-soft); color: inherit }
pre .some { background: var(--warn-soft); color: inherit }
pre .none { background: var(--bad-soft); color: inherit }
</style>
</head>
<body>
<h1>Coverage of the contract</h1>
"""


def render(reports: Sequence[Report]) -> str:
    """The page."""
    parts = [part for report in reports for part in _report(report)]
    return _HEAD + "\n".join([*parts, "</body>", "</html>"])


def _report(report: Report) -> Iterator[str]:
    yield f"<h2>{escape(report.title)}</h2>"
    counted = f"{report.percent:g}% ({shown(report.counted)})"
    kinds = ", ".join(f"{PLURALS[kind]} {shown(each)}" for kind, each in report.kinds.items())
    yield f'<p><strong class="{_class(report.counted)}">{counted}</strong>: {escape(kinds)}</p>'
    for note in notes(report):
        yield f'<p class="note">{escape(note)}</p>'
    yield '<div class="wide"><table>'
    yield '<thead><tr><th scope="col">Operation</th><th scope="col">Seen</th>'
    yield '<th scope="col">Missing</th></tr></thead><tbody>'
    yield from (_row(each) for each in report.operations)
    yield "</tbody></table></div>"
    for file, lines in report.lines.items():
        yield from _source(file, lines)


def _row(operation: OperationCoverage) -> str:
    missing = "".join(
        f'<li>{escape(each.text)} <span class="place">{escape(each.place)}</span></li>'
        for each in operation.missing
    )
    counted = operation.counted
    return (
        f'<tr><td><code>{escape(operation.id)}</code> <span class="place">'
        f"{escape(operation.action)} {escape(operation.place)}</span></td>"
        f'<td class="number {_class(counted)}">{shown(counted)} ({counted.percent:g}%)</td>'
        f"<td>{f'<ul>{missing}</ul>' if missing else 'nothing'}</td></tr>"
    )


def _source(file: str, lines: Mapping[int, Counted]) -> Iterator[str]:
    """The text of a file, with what was seen on its lines."""
    try:
        text = Path(file).read_text("utf-8", "replace")
    except OSError:
        return
    yield f"<h3>{escape(file)}</h3>"
    yield (
        '<pre tabindex="0">'
        + "".join(
            _line(number, line, lines.get(number))
            for number, line in enumerate(text.split("\n"), 1)
        )
        + "</pre>"
    )


def _line(number: int, text: str, counted: Counted | None) -> str:
    seen = "" if counted is None else shown(counted)
    name = "" if counted is None else f' class="{_class(counted)}"'
    start = f'<span class="number">{number:>5} {seen:>7}</span>'
    return f"<span{name}>{start}{escape(text)}</span>"


def _class(counted: Counted) -> str:
    if counted.seen == counted.total:
        return "all"
    return "some" if counted.seen else "none"
