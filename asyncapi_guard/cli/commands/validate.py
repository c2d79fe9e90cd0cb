"""`asyncapi-guard validate`: is this a document that the guard can use?

The command joins what others do: `configuration` and `file_search` say what to check, `lint_jobs`
checks, `reporters` show. Reports are the output and go to stdout; what is said about the run itself
(progress, mistakes in usage, `--watch`) goes to stderr.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.reporters import default_format, render, wants_color
from asyncapi_guard.cli.rule_links import shows_links
from asyncapi_guard.cli.shared_options import (
    reference_options,
    report_options,
    rule_options,
    with_rule_options,
)
from asyncapi_guard.cli.shown_path import shown_path
from asyncapi_guard.cli.unused_rules import with_unused_rules

if TYPE_CHECKING:
    from asyncapi_guard.cli.configuration import Configuration, Configurations
    from asyncapi_guard.cli.file_watcher import Watched
    from asyncapi_guard.cli.lint_jobs import Checked, Job
    from asyncapi_guard.lint.settings import Settings

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard validate asyncapi.yml specs/
         asyncapi-guard validate --strict --ignore 'example-*' 'services/**/asyncapi.yml'
         asyncapi-guard validate --format sarif --output guard.sarif
         asyncapi-guard validate --format gitlab --output gl-code-quality-report.json
         asyncapi-guard validate --format concise --statistics specs/
         asyncapi-guard validate --fix --diff asyncapi.yml
         asyncapi-guard validate --perspective client client.yml
         git show HEAD:asyncapi.yml | asyncapi-guard validate - --stdin-name asyncapi.yml
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...]
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: dict[str, str]
    strict: bool
    format: str | None
    output: str | None
    statistics: bool
    config: str | None
    no_config: bool
    root: str | None
    allow_http: tuple[str, ...]
    stdin_name: str
    jobs: int | None
    perspective: str | None
    fix: bool
    diff: bool
    quiet: bool


@click.command("validate", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|GLOB|-]...")
@rule_options
@report_options
@reference_options
@click.option(
    "--stdin-name",
    default="<stdin>",
    metavar="NAME",
    help="What standard input (`-`) is called; its references are relative to that.",
)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Use N processes.  [default: one per CPU]"
)
@click.option(
    "--perspective",
    type=click.Choice(("server", "client")),
    help="The side that the files describe.  [default: server, or as `clients` is configured]",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Repair what has one safe repair (see docs/reference/rules.md), and report the rest.",
)
@click.option("--diff", is_flag=True, help="With --fix: show the changes, and write nothing.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def command(watch: bool, **given: Any) -> None:  # noqa: FBT001  # click passes flags so
    """Check that AsyncAPI 3.0 or 3.1 files can be used by the guard.

    References are followed, schemas are checked against their metaschema, and operations against
    their channels. Every fault is shown with its file, line and column, and the code of its rule,
    which `asyncapi-guard rules CODE` explains. CODES are such codes, groups like 'example-*', or
    ALL, separated by commas.

    Folders are searched for AsyncAPI documents. Without files, those of the configuration are
    checked, else asyncapi.yml and what is in specs/.

    With --fix, misspelt names, missing quotes and the like are repaired first, in the files and in
    those that they refer to; only the lines in question change. Standard input is repaired to
    standard output, and reported on standard error.

    Exits with 0 when all files are fine (warnings are allowed), 1 when there are errors, 2 when it
    could not run or a file could not be read; with --fix, as it would for the repaired files.
    """
    options = Options(**given)
    _check_options(options, watch=watch)
    if watch:
        from asyncapi_guard.cli.file_watcher import watch as again

        sys.exit(again(lambda watched: run_or_say_why(lambda: _run(options, watched))))
    sys.exit(run_or_say_why(lambda: _run(options)))


def _check_options(options: Options, *, watch: bool) -> None:
    if options.config and options.no_config:
        raise click.UsageError("--config and --no-config exclude one another")
    if watch and "-" in options.files:
        raise click.UsageError("standard input cannot be watched")
    if options.diff and not options.fix:
        raise click.UsageError("--diff shows what --fix does: give both")
    if watch and options.fix:
        raise click.UsageError("--watch and --fix exclude one another")


# -- one run ---------------------------------------------------------------------------------------


def _run(options: Options, watched: Watched | None = None) -> int:
    """Check, report, and say how it went: 0, 1 or 2."""
    from asyncapi_guard.cli.configuration import Configurations

    configurations = Configurations(options.config, none=options.no_config)
    try:
        jobs = _jobs(options, configurations, watched)
    finally:
        if watched is not None:
            watched.files |= configurations.looked_at
    if watched is not None:
        _watch_files(watched, jobs, options.output)
    checked = _fixed(jobs, options) if options.fix else _checked(jobs, options.jobs)
    if _has_all(jobs, options, configurations):
        checked = with_unused_rules(jobs, checked)
    reports = [each.report for each in checked]
    text = render(
        options.format or default_format(),
        reports,
        quiet=options.quiet,
        statistics=options.statistics,
        links=options.output is None and shows_links(_stream(options)),
    )
    _publish(text, options)
    return _exit_code(checked)


def _jobs(options: Options, configurations: Configurations, watched: Watched | None) -> list[Job]:
    from asyncapi_guard.cli.file_search import collect
    from asyncapi_guard.cli.lint_jobs import STDIN

    arguments = options.files or _configured(configurations)
    if watched is not None:
        watched.folders |= {path for path in map(Path, arguments) if path.is_dir()}
    names = collect(arguments, lambda folder: configurations.of_folder(folder).exclude)
    jobs = []
    for file in names:
        name = options.stdin_name if file == STDIN else file
        jobs.append(_job(file, name, options, configurations.of_file(name)))
    return jobs


def _has_all(jobs: list[Job], options: Options, configurations: Configurations) -> bool:
    """Whether all documents of the configuration are validated, as far as it names them."""
    from asyncapi_guard.cli.file_search import collect

    configuration = configurations.of_folder(Path.cwd())
    if not options.files or not configuration.files or not configuration.settings.rules:
        return "-" not in options.files
    named = _configured(configurations)
    every = collect(named, lambda folder: configurations.of_folder(folder).exclude)
    return {Path(name).resolve() for name in every} <= {Path(job.file).resolve() for job in jobs}


def _job(file: str, name: str, options: Options, configuration: Configuration) -> Job:
    from asyncapi_guard.cli.lint_jobs import Job

    return Job(
        file,
        _settings(configuration.settings, options),
        root=options.root or configuration.root,
        allow_http=options.allow_http or configuration.allow_http,
        name=name if name != file else "",
    )


def _configured(configurations: Configurations) -> list[str]:
    """What is checked when the command line names nothing."""
    from asyncapi_guard.cli.file_search import NothingToCheck, usual_files

    configuration = configurations.of_folder(Path.cwd())
    if configuration.files:
        return [shown_path(configuration.folder / name) for name in configuration.files]
    found = usual_files(Path(), configuration.exclude)
    if not found:
        raise NothingToCheck(
            "nothing to check: there is no asyncapi.yml, asyncapi.yaml or asyncapi.json here, and "
            "no AsyncAPI document in specs/. Name files or folders, or list them as `files` in "
            "[tool.asyncapi-guard] of pyproject.toml"
        )
    return found


def _settings(base: Settings, options: Options) -> Settings:
    settings = with_rule_options(
        base,
        select=options.select,
        extend_select=options.extend_select,
        ignore=options.ignore,
        severity=options.severity,
        strict=options.strict,
    )
    if options.perspective is None:
        return settings
    from asyncapi_guard.contract import Perspective

    return replace(settings, perspective=Perspective(options.perspective))


def _watch_files(watched: Watched, jobs: list[Job], output: str | None) -> None:
    """A document changes with the files that it refers to, which stand below its root."""
    for job in jobs:
        watched.files.add(Path(job.file))
        watched.folders.add(Path(job.root) if job.root else Path(job.file).parent)
    if output is not None:
        watched.written.add(Path(output))


def _checked(jobs: list[Job], processes: int | None) -> list[Checked]:
    from asyncapi_guard.cli.lint_jobs import check_all
    from asyncapi_guard.cli.progress import Progress

    with Progress(len(jobs), sys.stderr) as progress:
        return check_all(jobs, processes=processes, done=progress.step)


def _fixed(jobs: list[Job], options: Options) -> list[Checked]:
    """Repair, then check again what was written, or what would be."""
    from asyncapi_guard.cli.file_repairs import fix_all

    checked = fix_all(jobs, diff=options.diff, quiet=options.quiet)
    return checked if checked is not None else _checked(jobs, options.jobs)


def _exit_code(checked: list[Checked]) -> int:
    if any(each.unread for each in checked):
        return 2
    return 1 if any(each.failed for each in checked) else 0


# -- the report ------------------------------------------------------------------------------------


def _publish(text: str, options: Options) -> None:
    if options.output is not None:
        write_whole(options.output, click.unstyle(text) + "\n" * bool(text))
        if not options.quiet:
            click.echo(f"report written to {options.output}", err=True)
    elif text:
        stream = _stream(options)
        click.echo(text, file=stream, color=wants_color(stream))


def _stream(options: Options) -> IO[str] | None:
    """Where the report goes: what was repaired goes to stdout, where it has no file."""
    repaired = options.fix and (options.diff or "-" in options.files)
    return sys.stderr if repaired else sys.stdout
