"""`asyncapi-guard report`: what violation logs say.

The command joins what others do: `violation_log` reads and sums up, `violation_reports` show,
`violation_baseline` knows what was there before.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.log_files import opened_logs, since
from asyncapi_guard.cli.reporters import wants_color
from asyncapi_guard.cli.shared_options import or_standard_output
from asyncapi_guard.cli.violation_reports import FORMATS, ViolationReport, render

if TYPE_CHECKING:
    from datetime import datetime

    from asyncapi_guard.violation_log.summary import Kind, Summary

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard report 'guard-*.ndjson'
         asyncapi-guard report --since 7d --format markdown logs/guard-*.ndjson
         asyncapi-guard report --write-baseline known.json guard-*.ndjson
         asyncapi-guard report --fail-on new --baseline known.json guard-*.ndjson
         zcat old/*.gz | asyncapi-guard report --format html -o report.html -
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...]
    format: str
    output: str | None
    since: datetime | None
    fail_on: str
    baseline: str | None
    write_baseline: str | None


@click.command("report", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE|GLOB|-...")
@click.option(
    "--format", type=click.Choice(FORMATS), default="full", show_default=True, help="Output format."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=or_standard_output,
    help="Write the report to this file.",
)
@click.option(
    "--since",
    metavar="TIME",
    callback=since,
    help=(
        "Ignore violations before this time: 30m, 24h, 7d, or a time in UTC such as "
        "2026-11-30T12:00."
    ),
)
@click.option(
    "--fail-on",
    type=click.Choice(("any", "new", "none")),
    default="any",
    show_default=True,
    help="Exit with 1 if there is any violation, or a violation that the baseline lacks.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Mark violations whose kind this file lacks as new.",
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the kinds of violations found to this file, and exit with 0.",
)
def command(**given: Any) -> None:
    """Summarize violation logs: which events broke the contract, and what can be enforced.

    A guard with violations='guard-{pid}.ndjson' writes these logs. Globs match the logs of all
    processes, including rotated logs and logs compressed with gzip. `-` is standard input.

    For each event, place in the document and reason, the report shows the count, the first time,
    the number of clients and an example. It also lists operations in report mode that have no
    violations and can be enforced. Unreadable lines are counted and left out.

    Exits with 0 unless --fail-on matches, with 1 if it matches, and with 2 if the command can't
    run.
    """
    options = Options(**given)
    if options.fail_on == "new" and options.baseline is None:
        raise click.UsageError("--fail-on new needs --baseline, which says what is known")
    sys.exit(run_or_say_why(lambda: _run(options)))


def _run(options: Options) -> int:
    """Read, report, and say how it went: 0 or 1."""
    from asyncapi_guard.cli.violation_baseline import read_baseline, write_baseline

    known = None if options.baseline is None else read_baseline(options.baseline)
    report = _read(options.files, options.since, known)
    text = render(options.format, report)
    if options.output is not None:
        write_whole(options.output, click.unstyle(text) + "\n")
        click.echo(f"Wrote the report to {options.output}", err=True)
    else:
        click.echo(text, color=wants_color(sys.stdout))
    if options.write_baseline is not None:
        kinds = [group.kind for group in report.summary.groups]
        write_baseline(options.write_baseline, kinds)
        click.echo(f"Wrote the baseline to {options.write_baseline}", err=True)
        return 0
    return _exit_code(report, options.fail_on)


def _read(
    arguments: tuple[str, ...], since: datetime | None, known: frozenset[Kind] | None
) -> ViolationReport:
    from asyncapi_guard.violation_log.reading import LogReader
    from asyncapi_guard.violation_log.summary import Summary

    reader, summary = LogReader(), Summary(since)
    names: dict[str, None] = {}
    for name, stream in opened_logs(arguments, "violation log"):
        names[name] = None
        lines, unreadable = reader.lines, reader.unreadable
        summary.add(reader.read(stream))
        if reader.lines == lines and reader.unreadable > unreadable:
            raise CannotRun(f"{name!r} is not a violation log: none of its lines can be read")
    return ViolationReport(summary, tuple(names), reader.lines, reader.unreadable, known)


def _exit_code(report: ViolationReport, fail_on: str) -> int:
    summary: Summary = report.summary
    if fail_on == "none":
        return 0
    if fail_on == "new":
        return int(any(report.is_new(group.kind) for group in summary.groups))
    return int(bool(summary.violations or summary.dropped))
