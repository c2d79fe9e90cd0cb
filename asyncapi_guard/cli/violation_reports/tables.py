"""A report as tables of cells, for the formats that have tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.cli.reporters.text import plain
from asyncapi_guard.cli.violation_reports import wording

if TYPE_CHECKING:
    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.violation_log.summary import Group

__all__ = ["Table", "tables"]


_HEAD: tuple[str, ...] = (
    "Traffic",
    "What fails",
    "In the document",
    "For example",
    "How often",
    "Clients",
    "First",
    "Last",
)


class Table(NamedTuple):
    """A table of plain text.

    Attributes:
        title: of all of it.
        head: of each column.
        rows: cells without line breaks.
        foreign: how many of the first columns have text that others chose.
    """

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    foreign: int


def tables(report: ViolationReport) -> list[Table]:
    """Those that have rows."""
    can, cannot, _ = wording.sections(report)
    found = [
        Table("Violations", _HEAD, [_row(each, report) for each in report.summary.groups], 4),
        Table(
            wording.CAN_BE_ENFORCED,
            ("Operation", "Why"),
            [(plain(each.operation), wording.ready(each)) for each in can],
            1,
        ),
        Table(
            wording.NOT_YET,
            ("Operation", "Why"),
            [(plain(each.operation), wording.not_yet(each)) for each in cannot],
            1,
        ),
    ]
    return [each for each in found if each.rows]


def _row(group: Group, report: ViolationReport) -> tuple[str, ...]:
    kind = group.kind
    new = "new: " if report.is_new(kind) else ""
    comparable = len(report.summary.salts) <= 1
    return (
        f"{new}{wording.subject(kind)}",
        wording.reason(kind),
        wording.place(group),
        wording.example(group),
        wording.often(group),
        wording.by_clients(group.clients, group.sessions, comparable=comparable),
        wording.when(group.first),
        wording.when(group.last),
    )
