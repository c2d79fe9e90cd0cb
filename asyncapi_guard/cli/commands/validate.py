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
    help=("File name to report for standard input (`-`). References are resolved relative to it."),
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Use this many processes.  [default: one per CPU]",
)
@click.option(
    "--perspective",
    type=click.Choice(("server", "client")),
    help="Side that the files describe.  [default: server, or as `clients` is configured]",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Fix findings that have exactly one safe fix, then report the rest.",
)
@click.option("--diff", is_flag=True, help="With --fix, show the changes instead of writing them.")
@click.option("--watch", is_flag=True, help="Validate again when a file changes.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def command(watch: bool, **given: Any) -> None:  # noqa: FBT001  # click passes flags so
    """Validate AsyncAPI 3.0 and 3.1 documents.

    The command resolves references, validates schemas against their metaschemas, and compares
    operations with their channels. Each finding has a file, line and column, and the code of its
    rule. `asyncapi-guard rules CODE` explains a rule. CODES are codes, groups such as 'example-*',
    or ALL, separated by commas.

    Directories are searched for AsyncAPI documents. Without files, the command validates the files
    of the configuration, or else asyncapi.yml and the documents in specs/.

    With --fix, the command first fixes misspelled names, missing quotes and similar findings, in
    the files and in files that they reference. It changes only the affected lines. Standard input
    is fixed to standard output, and the report goes to standard error.

    Exits with 0 if there are no errors (warnings are allowed), with 1 if there are errors, and
    with 2 if the command can't run or can't read a file. With --fix, the exit code is the code of
    the fixed files.
    """
    options = Options(**given)
    _check_options(options, watch=watch)
    if watch:
        from asyncapi_guard.cli.file_watcher import watch as again

        sys.exit(again(lambda watched: run_or_say_why(lambda: _run(options, watched))))
    sys.exit(run_or_say_why(lambda: _run(options)))


def _check_options(options: Options, *, watch: bool) -> None:
    if options.config and options.no_config:
        raise click.UsageError("Pass either --config or --no-config, not both.")
    if watch and "-" in options.files:
        raise click.UsageError("--watch can't watch standard input. Pass a file.")
    if options.diff and not options.fix:
        raise click.UsageError("--diff shows the changes of --fix. Pass both.")
    if watch and options.fix:
        raise click.UsageError("Pass either --watch or --fix, not both.")


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
            "No AsyncAPI document found here or in specs/. Pass a file or directory, or set "
            "`files` "
            "in [tool.asyncapi-guard]."
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
            click.echo(f"Wrote the report to {options.output}", err=True)
    elif text:
        stream = _stream(options)
        click.echo(text, file=stream, color=wants_color(stream))


def _stream(options: Options) -> IO[str] | None:
    """Where the report goes: what was repaired goes to stdout, where it has no file."""
    repaired = options.fix and (options.diff or "-" in options.files)
    return sys.stderr if repaired else sys.stdout
