"""For people: each failure with its line in the document, its packets, and how to replay it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.reporters.full import render_finding
from asyncapi_guard.cli.reporters.text import count, plain
from asyncapi_guard.contract_tests.wording import headline, packet_lines, without_secrets
from asyncapi_guard.errors import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.cli.contract_test_reports import ContractTestReport, Shown
    from asyncapi_guard.cli.reporters.excerpt import Lines
    from asyncapi_guard.contract_tests.failures import Failure

__all__ = ["render"]


def render(report: ContractTestReport, *, quiet: bool = False) -> str:
    """Every failure and warning; unless `quiet`, what was not tested, and the summary."""
    lines: Lines = {}
    parts = [_shown(each, report, lines, warning=False) for each in report.failures]
    if not quiet:
        parts += [_shown(each, report, lines, warning=True) for each in report.warnings]
        if report.report.untested:
            parts.append("\n".join(_untested(report)))
        parts.append("\n".join(_summary(report)))
    return "\n\n".join(parts)


def _shown(shown: Shown, report: ContractTestReport, lines: Lines, *, warning: bool) -> str:
    failure = shown.failure
    rows = [
        render_finding(_finding(failure, report), lines, warning=warning),
        "",
        f"  {without_secrets(plain(failure.message), report.secrets)}",
    ]
    if failure.packets:
        rows.append("")
        rows += [f"    {plain(line)}" for line in packet_lines(failure.packets, report.secrets)]
    if failure.runs and failure.flaky:
        often = f"{failure.seen} of {failure.runs} times"
        rows += ["", click.style(f"  It showed {often} when it ran again.", dim=True)]
    rows += [""] * bool(shown.replays)
    rows += [click.style(f"  replay: {each}", dim=True) for each in shown.replays]
    return "\n".join(rows)


def _finding(failure: Failure, report: ContractTestReport) -> Finding:
    file, line, column = _place(failure.place)
    return Finding(
        file or report.document,
        line,
        column,
        failure.pointer,
        f"{headline(failure)}: {failure.check.sentence}",
        str(failure.check),
        Severity.ERROR,
    )


def _place(place: str) -> tuple[str, int, int]:
    """The parts of `file:line:column`; a file's name may have colons of its own."""
    file, _, column = place.rpartition(":")
    file, _, line = file.rpartition(":")
    return (file, int(line), int(column)) if line.isdecimal() and column.isdecimal() else ("", 0, 0)


def _untested(report: ContractTestReport) -> Iterator[str]:
    yield "Not tested:"
    for each in report.report.untested:
        yield f"  {plain(each.subject)}: {plain(each.reason)}"


def _summary(report: ContractTestReport) -> Iterator[str]:
    result = report.report
    sent = f"{count(result.events_sent, 'event')} in {result.seconds:.1f} s"
    phases = ", ".join(f"{phase} {sent}" for phase, sent in result.phases.items())
    yield f"{sent} to {report.url}{f' ({phases})' if phases else ''}, seed {result.seed}"
    warned = f", {count(len(report.warnings), 'warning')}" if report.warnings else ""
    if report.failures:
        failed = click.style(count(len(report.failures), "failure"), fg="red", bold=True)
        yield f"{plain(report.document)}: {failed}{warned}"
        yield f"run it again: {report.again}"
    else:
        fine = click.style("no failures", fg="green")
        yield f"{click.style(plain(report.document), bold=True)}: {fine}{warned}"
