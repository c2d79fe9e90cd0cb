"""`asyncapi-guard coverage`: how much of a document the traffic of many processes has shown."""

from __future__ import annotations

import glob
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.coverage.data_files import Data
    from asyncapi_guard.coverage.report import Report

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard coverage
         asyncapi-guard coverage 'guard-*.cov' --fail-under 90
         asyncapi-guard coverage --format html -o coverage.html 'ci/*/.asyncapi-coverage'
         asyncapi-guard coverage --spec asyncapi.yml --format lcov -o coverage.lcov
"""
_DEFAULT = (".asyncapi-coverage*",)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...]
    spec: tuple[str, ...]
    format: str
    output: str | None
    fail_under: float
    root: str | None
    allow_http: tuple[str, ...]


@click.command("coverage", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE|GLOB]...")
@click.option(
    "--spec",
    multiple=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Report on this AsyncAPI document.  [default: the documents of the data files]",
)
@click.option(
    "--format",
    type=click.Choice(("term", "html", "json", "lcov")),
    default="term",
    show_default=True,
    help="Output format.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=or_standard_output,
    help="Write the report to this file.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="Exit with 1 if the coverage of a document is below this percentage.",
)
@reference_options
def command(**given: Any) -> None:
    """Report how much of an AsyncAPI document was used by traffic.

    Test runs (pytest --asyncapi-coverage asyncapi.yml) and guards
    (guard.measure_coverage('guard-{pid}.cov')) write data files. The command merges the data files
    of each document. By default, it reads files that start with .asyncapi-coverage in the working
    directory.

    Exits with 0, with 1 if the coverage is below --fail-under, and with 2 if the command can't
    run.
    """
    options = Options(**given)
    sys.exit(run_or_say_why(lambda: _run(options)))


def _run(options: Options) -> int:
    from asyncapi_guard.coverage.formats import render

    reports = _reports(options)
    text = render(options.format, reports)
    if options.output is not None:
        write_whole(options.output, text + "\n")
        click.echo(f"report written to {options.output}", err=True)
    else:
        click.echo(text)
    low = [report for report in reports if report.percent < options.fail_under]
    for report in low:
        click.echo(
            f"{report.title}: {report.percent:g}% was seen, and --fail-under is "
            f"{options.fail_under:g}",
            err=True,
        )
    return int(bool(low))


def _reports(options: Options) -> list[Report]:
    from asyncapi_guard.coverage.gathering import documents_in, report_on
    from asyncapi_guard.errors import SpecError

    data = _data(_paths(options.files or _DEFAULT))
    documents = [Path(each) for each in options.spec] or documents_in(data)
    if not documents:
        raise CannotRun("the data files name no AsyncAPI file that is here: pass it by --spec")
    try:
        known = {"root": options.root, "allow_http": options.allow_http}
        return [report_on(each, data, **known) for each in documents]  # type: ignore[arg-type]  # as named
    except SpecError as error:
        raise CannotRun(str(error)) from error


def _paths(names: Iterable[str]) -> list[Path]:
    found: dict[Path, None] = {}
    for name in names:
        paths = [name] if Path(name).exists() else sorted(glob.glob(name, recursive=True))  # noqa: PTH207  # with their folder
        if not paths:
            raise CannotRun(f"no data file of coverage: nothing matches {name!r}")
        found |= dict.fromkeys(map(Path, paths))
    return list(found)


def _data(paths: Iterable[Path]) -> list[Data]:
    from asyncapi_guard.coverage.data_files import NotCoverage
    from asyncapi_guard.coverage.gathering import gathered

    try:
        return gathered(paths)
    except NotCoverage as error:
        raise CannotRun(str(error)) from error
    except OSError as error:
        raise CannotRun(f"{error.filename} cannot be read: {error.strerror}") from error
