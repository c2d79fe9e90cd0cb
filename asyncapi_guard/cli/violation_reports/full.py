"""For people, at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.reporters.text import plain
from asyncapi_guard.cli.violation_reports import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.violation_log.summary import Group, OperationTally

__all__ = ["render"]


def render(report: ViolationReport) -> str:
    """Each kind with its place, an example and numbers; then the operations."""
    can, cannot, _ = wording.sections(report)
    parts = [click.style(wording.headline(report), bold=True)]
    parts += [_group(each, report) for each in report.summary.groups]
    if can:
        parts.append(_operations(wording.CAN_BE_ENFORCED, can, wording.ready, "green"))
    if cannot:
        parts.append(_operations(wording.NOT_YET, cannot, wording.not_yet, "yellow"))
    parts += ["\n".join(each) for each in (wording.hints(report), wording.notes(report)) if each]
    return "\n\n".join(parts)


def _group(group: Group, report: ViolationReport) -> str:
    kind = group.kind
    new = click.style("new: ", fg="red", bold=True) if report.is_new(kind) else ""
    lines = [f"{new}{click.style(wording.subject(kind), bold=True)}: {wording.reason(kind)}"]
    lines += [f"  {click.style(place, fg='cyan')}" for place in [wording.place(group)] if place]
    lines.append(f"  for example {wording.example(group)}")
    comparable = len(report.summary.salts) <= 1
    by = wording.by_clients(group.clients, group.sessions, comparable=comparable)
    first, last = wording.when(group.first), wording.when(group.last)
    numbers = [wording.often(group), f"by {by}" if by else "", f"first {first}, last {last}"]
    lines.append(f"  {', '.join(filter(None, numbers))}")
    return "\n".join(lines)


def _operations(
    title: str, tallies: Iterable[OperationTally], why: Callable[[OperationTally], str], color: str
) -> str:
    rows = [(plain(each.operation), each) for each in tallies]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {why(each)}" for name, each in rows]
    return "\n".join([click.style(title, fg=color, bold=True), *lines])
