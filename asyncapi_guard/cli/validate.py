"""`asyncapi-guard validate`: is this a document that the guard can use?

The command joins what others do: `configuration` and `files` say what to check, `checking` checks,
`reporters` show. Reports are the output and go to stdout; what is said about the run itself
(progress, mistakes in usage, `--watch`) goes to stderr.
"""

from __future__ import annotations

import dataclasses
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.reporters import FORMATS, default_format, render, wants_color
from asyncapi_guard.cli.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.cli.checking import Checked, Job
    from asyncapi_guard.cli.configuration import Configuration, Configurations
    from asyncapi_guard.cli.watching import Watched
    from asyncapi_guard.lint.settings import Settings

__all__ = ["command"]

_LEVELS = ("error", "warning", "off")
_EXAMPLES = """\
\b
Example: asyncapi-guard validate asyncapi.yml specs/
         asyncapi-guard validate --strict --ignore 'example-*' 'services/**/asyncapi.yml'
         asyncapi-guard validate --format sarif --output guard.sarif
         git show HEAD:asyncapi.yml | asyncapi-guard validate - --stdin-name asyncapi.yml
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: dict[str, str]
    strict: bool
    format: str | None
    output: str | None
    config: str | None
    no_config: bool
    root: str | None
    allow_http: tuple[str, ...]
    stdin_name: str
    jobs: int | None
    quiet: bool


def _codes(_context: click.Context, _option: click.Parameter, given: Iterable[str]) -> Any:
    """`a,b` and `-o a -o b` say the same."""
    codes = (code.strip() for text in given for code in text.split(","))
    return tuple(code for code in codes if code)


def _severities(context: click.Context, option: click.Parameter, given: Iterable[str]) -> Any:
    found = {}
    for text in _codes(context, option, given):
        code, equals, level = text.partition("=")
        if not equals or level not in _LEVELS:
            raise click.BadParameter(f"{text!r} is not CODE={'|'.join(_LEVELS)}")
        found[code] = level
    return found


@click.command("validate", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|GLOB|-]...")
@click.option(
    "--select", multiple=True, metavar="CODES", callback=_codes, help="Report these only."
)
@click.option(
    "--ignore", multiple=True, metavar="CODES", callback=_codes, help="Do not report these."
)
@click.option(
    "--severity",
    multiple=True,
    metavar="CODE=LEVEL",
    callback=_severities,
    help="Make it an error or a warning, or turn it off.",
)
@click.option("--strict", is_flag=True, help="Warnings fail, as errors do.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full; github in GitHub Actions]",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write the report to this file."
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    help="Use this configuration.  [default: the nearest pyproject.toml or asyncapi-guard.toml]",
)
@click.option("--no-config", is_flag=True, help="Use no configuration.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="The folder that references may not leave.  [default: the file's own]",
)
@click.option(
    "--allow-http",
    metavar="HOST",
    multiple=True,
    help="Follow references to this host over http(s). May be given several times.",
)
@click.option(
    "--stdin-name",
    default="<stdin>",
    metavar="NAME",
    help="What standard input (`-`) is called; its references are relative to that.",
)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Use N processes.  [default: one per CPU]"
)
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

    Exits with 0 when all files are fine (warnings are allowed), 1 when there are errors, 2 when it
    could not run or a file could not be read.
    """
    options = Options(**given)
    _check_options(options, watch=watch)
    if watch:
        from asyncapi_guard.cli.watching import watch as again

        sys.exit(again(lambda watched: _run_or_say_why(options, watched)))
    sys.exit(_run_or_say_why(options))


def _check_options(options: Options, *, watch: bool) -> None:
    if options.config and options.no_config:
        raise click.UsageError("--config and --no-config exclude one another")
    if watch and "-" in options.files:
        raise click.UsageError("standard input cannot be watched")


# -- one run ---------------------------------------------------------------------------------------


def _run_or_say_why(options: Options, watched: Watched | None = None) -> int:
    """Check and report; a fault of ours is no finding, and must not exit with 1 as one does."""
    try:
        return _run(options, watched)
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception:  # noqa: BLE001  # whatever it is
        traceback.print_exc()
        click.echo(
            "This is a fault of asyncapi-guard, not of the files; please report it.", err=True
        )
        return 2


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
    checked = _checked(jobs, options.jobs)
    reports = [each.report for each in checked]
    text = render(options.format or default_format(), reports, quiet=options.quiet)
    _publish(text, options)
    return _exit_code(checked)


def _jobs(options: Options, configurations: Configurations, watched: Watched | None) -> list[Job]:
    from asyncapi_guard.cli.checking import STDIN
    from asyncapi_guard.cli.files import collect

    arguments = options.files or _configured(configurations)
    if watched is not None:
        watched.folders |= {path for path in map(Path, arguments) if path.is_dir()}
    names = collect(arguments, lambda folder: configurations.of_folder(folder).exclude)
    jobs = []
    for file in names:
        name = options.stdin_name if file == STDIN else file
        jobs.append(_job(file, name, options, configurations.of_file(name)))
    return jobs


def _job(file: str, name: str, options: Options, configuration: Configuration) -> Job:
    from asyncapi_guard.cli.checking import Job

    return Job(
        file,
        _settings(configuration.settings, options),
        root=options.root or configuration.root,
        allow_http=options.allow_http or configuration.allow_http,
        name=name if name != file else "",
    )


def _configured(configurations: Configurations) -> list[str]:
    """What is checked when the command line names nothing."""
    from asyncapi_guard.cli.configuration import shown_path
    from asyncapi_guard.cli.files import NothingToCheck, usual_files

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
    """The configured settings with those of the command line, which has the last word.

    `--select` stands for what is selected and ignored in general; `--ignore` and `--severity` are
    said after everything else, per-file settings among it.
    """
    from asyncapi_guard.lint.settings import Choice, SettingsError

    try:
        last = Choice(ignore=options.ignore, severity=options.severity)
        changes: dict[str, Any] = {"strict": base.strict or options.strict}
        if options.select:
            changes |= {"select": options.select, "ignore": ()}
        if options.ignore or options.severity:
            changes["per_file"] = {**base.per_file, "**": last}
        return dataclasses.replace(base, **changes)
    except SettingsError as error:
        raise click.BadParameter(error.problem, param_hint=f"--{error.field}") from error


def _watch_files(watched: Watched, jobs: list[Job], output: str | None) -> None:
    """A document changes with the files that it refers to, which stand below its root."""
    for job in jobs:
        watched.files.add(Path(job.file))
        watched.folders.add(Path(job.root) if job.root else Path(job.file).parent)
    if output is not None:
        watched.written.add(Path(output))


def _checked(jobs: list[Job], processes: int | None) -> list[Checked]:
    from asyncapi_guard.cli.checking import check_all
    from asyncapi_guard.cli.progress import Progress

    progress = Progress(len(jobs), sys.stderr)
    try:
        return check_all(jobs, processes=processes, done=progress.step)
    finally:
        progress.clear()


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
        click.echo(text, color=wants_color(sys.stdout))
