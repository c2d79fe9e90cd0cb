"""The report for terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.coverage.formats.wording import PLURALS, notes, plain, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.coverage.report import Report

__all__ = ["render"]


def render(reports: Sequence[Report]) -> str:
    """A table for each document: a line for each operation, and what is missing below it."""
    return "\n\n".join("\n".join(_lines(report)) for report in reports)


def _lines(report: Report) -> Iterator[str]:
    yield f"Coverage of {plain(report.title)}"
    yield ""
    width = max([len(plain(each.id)) for each in report.operations] + [len("Operation")])
    numbers = max(len(shown(report.counted)), len("Seen"))
    yield f"{'Operation'.ljust(width)}  {'Seen'.rjust(numbers)}  {'':6}  Place"
    for each in report.operations:
        counted = each.counted
        percent = f"{counted.percent:g}%".rjust(6)
        start = f"{plain(each.id).ljust(width)}  {shown(counted).rjust(numbers)}  {percent}"
        yield f"{start}  {plain(each.place)}".rstrip()
        for one in each.missing:
            yield f"  {plain(one.place)}{': ' if one.place else ''}{plain(one.text)}"
    total = f"{report.percent:g}%".rjust(6)
    yield f"{'Total'.ljust(width)}  {shown(report.counted).rjust(numbers)}  {total}"
    yield ""
    yield ", ".join(f"{PLURALS[kind]} {shown(each)}" for kind, each in report.kinds.items())
    yield from (f"note: {each}" for each in notes(report))
