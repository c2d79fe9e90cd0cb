"""`asyncapi-guard check`: do an application's code and its AsyncAPI file say the same?

The application is imported, not run. Its handlers, the types of their arguments and the events that
its sources emit are compared with the file; findings stand at the code, or in the file for what
only the file has. Which of them count is configured as for `validate`. Reports go to stdout, and
what the application prints goes to stderr.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from asyncapi_guard.cli.application_import import (
    application,
    is_target,
    need_application,
    run_and_leave,
    take_stdout,
)
from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import FileReport, default_format, render, wants_color
from asyncapi_guard.cli.rule_links import shows_links
from asyncapi_guard.cli.shared_options import (
    reference_options,
    report_options,
    rule_options,
    with_rule_options,
)
from asyncapi_guard.cli.unread_emits import say_unread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.codefirst.stale_models import StaleModels
    from asyncapi_guard.contract import Action, Contract, Perspective
    from asyncapi_guard.drift.applications import Loaded
    from asyncapi_guard.drift.compared import Declared, Handler
    from asyncapi_guard.drift.emits import Emissions
    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.settings import Settings
    from asyncapi_guard.spec.additions import NewEvent
    from asyncapi_guard.spec.references import Documents

    _Read = tuple[Documents, Contract]

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard check package.module:socketio asyncapi.yml
         asyncapi-guard check 'package.module:create_app()' asyncapi.yml --format github
         asyncapi-guard check server:socketio asyncapi.yml --ignore undeclared-emit
         asyncapi-guard check server:socketio asyncapi.yml --fix --diff
         flask --app package asyncapi check
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    target: str | None
    file: str | None
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
    fix: bool
    diff: bool
    perspective: str | None
    quiet: bool


@click.command("check", epilog=_EXAMPLES)
@click.argument("target", metavar="MODULE:ATTRIBUTE", required=False)
@click.argument("file", type=click.Path(path_type=str), required=False)
@rule_options
@report_options
@reference_options
@click.option(
    "--fix",
    is_flag=True,
    help="Add events that the code handles, declares or emits, and the document lacks.",
)
@click.option("--diff", is_flag=True, help="With --fix, show the change instead of writing it.")
@click.option(
    "--perspective",
    type=click.Choice(("server", "client")),
    help="Side that FILE describes.  [default: the side of the application's guard, or server]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def command(**given: Any) -> None:
    """Compare an application's handlers, types and emits with its AsyncAPI document.

    MODULE:ATTRIBUTE is imported, but not run. It names a SocketIO of Flask-SocketIO, an
    AsyncAPISocketIO, a server or a client of python-socketio, or a Flask or ASGI application with
    a server. It can also be a call without arguments that returns one of them, such as
    package.module:create_app(). `flask asyncapi check` uses Flask's current application. Without
    FILE, the command uses the document of the application's guard.

    A client is compared with the document of its server, which can have events that the client
    doesn't use. If the document describes the client itself, as export writes it, pass
    --perspective client.

    Findings have the codes of the group "Code and document" of `asyncapi-guard rules`. CODES are
    codes, groups such as 'payload-*', or ALL, separated by commas.

    With --fix, the command adds the events of the code that the document lacks, in the style of
    the neighboring lines and with the types of the type hints. It leaves other lines untouched,
    and reports the remaining findings.

    Exits with 0 if there are no errors (warnings are allowed), with 1 if there are errors, and
    with 2 if the command can't run or the document itself has errors.
    """
    if given["target"] is not None and given["file"] is None and not is_target(given["target"]):
        given |= {"target": None, "file": given["target"]}
    options = Options(**given)
    if options.config and options.no_config:
        raise click.UsageError("Pass either --config or --no-config, not both.")
    if options.diff and not options.fix:
        raise click.UsageError("--diff shows the change of --fix. Pass both.")
    need_application(options.target)
    if options.target and options.file and _are_swapped(options.target, options.file):
        right = f"asyncapi-guard check {options.file} {options.target}"
        raise click.UsageError(f"Pass the application first: {right}")
    stdout = take_stdout()
    run_and_leave(lambda: _run(options, stdout), stdout)


def _are_swapped(target: str, file: str) -> bool:
    return is_target(file) and not is_target(target)


def _run(options: Options, stdout: IO[str]) -> int:
    """Compare, report, and say how it went: 0 or 1."""
    from asyncapi_guard.cli.configuration import Configurations

    began = time.perf_counter()
    file, loaded = _file_and_application(options)
    configurations = Configurations(options.config, none=options.no_config)
    configuration = configurations.of_file(file)
    settings = with_rule_options(
        configuration.settings,
        select=options.select,
        extend_select=options.extend_select,
        ignore=options.ignore,
        severity=options.severity,
        strict=options.strict,
    )
    reading: dict[str, Any] = {
        "root": options.root or configuration.root,
        "allow_http": options.allow_http or configuration.allow_http,
    }
    read = _read(file, **reading)
    code = _inventory(loaded or application(options.target))
    side, described = _sides(code.server, options)
    read = _seen_by(side, described, read)
    if options.fix and side is not described:
        raise CannotRun(
            f"--fix can't add events to this document, because it describes the {described}. If it "
            f"describes the {side}, pass --perspective {side}."
        )
    if options.fix and _fix(code, read, options, {**reading, "settings": settings}, stdout):
        read = _seen_by(side, described, _read(file, **reading))
    found = _drift(code, read, settings, partial=side is not described)
    if not options.quiet:
        _say_unread(code)
    report = FileReport(file, found, time.perf_counter() - began)
    # The change that --diff shows is what goes to stdout then.
    stream = sys.stderr if options.diff else stdout
    text = render(
        options.format or default_format(),
        [report],
        quiet=options.quiet,
        statistics=options.statistics,
        links=options.output is None and shows_links(stream),
    )
    _publish(text, options, stream)
    return int(any(settings.strict or each.severity == "error" for each in found))


def _sides(server: Any, options: Options) -> tuple[Perspective, Perspective]:
    """The side that the application is on, and the one that the file describes."""
    from asyncapi_guard.contract import Perspective
    from asyncapi_guard.drift.enforcement import described_side
    from asyncapi_guard.drift.found_servers import is_client

    side = Perspective.CLIENT if is_client(server) else Perspective.SERVER
    given = options.perspective
    return side, described_side(server) if given is None else Perspective(given)


def _seen_by(side: Perspective, described: Perspective, read: _Read) -> _Read:
    """A file as an application sees it."""
    documents, contract = read
    return documents, replace(contract, perspective=described).seen_by(side)


def _say_unread(code: _Code) -> None:
    """Say what was not compared, so that nothing found does not mean that nobody looked."""
    say_unread(code.emissions, values=True)
    hints = [f"{h.file}:{h.line}: {reason}" for h in code.handlers for reason in h.unread]
    if hints:
        click.echo(f"hints that were not compared: {'; '.join(hints)}", err=True)


def _publish(text: str, options: Options, stream: IO[str]) -> None:
    if options.output is not None:
        write_whole(options.output, click.unstyle(text) + "\n" * bool(text))
        if not options.quiet:
            click.echo(f"Wrote the report to {options.output}", err=True)
    elif text:
        click.echo(text, file=stream, color=wants_color(stream))


def _read(file: str, root: str | None, allow_http: Sequence[str]) -> _Read:
    """The file, read and understood; its faults are reported, and nothing is compared then."""
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.compiler import compile_contract
    from asyncapi_guard.spec.loader import open_documents

    try:
        documents = open_documents(file, root=root, allow_http=allow_http)
        return documents, compile_contract(documents, "auto")
    except SpecError as error:
        _refuse(f"cannot compare the code with {file}: it has errors", error)


@dataclass(frozen=True, slots=True)
class _Code:
    """What an application has."""

    server: Any
    sources: Mapping[str, str]
    handlers: Sequence[Handler]
    declared: Sequence[Declared]
    emissions: Emissions
    inference: Inference
    stale: Sequence[StaleModels]


def _file_and_application(options: Options) -> tuple[str, Loaded | None]:
    """The file to compare with; and the application, where only that knows the file."""
    if options.file is not None:
        return options.file, None
    loaded = application(options.target)
    return _own_file(loaded), loaded


def _own_file(loaded: Loaded) -> str:
    """The file that an application is guarded by.

    Raises:
        CannotRun: there is none.
    """
    from asyncapi_guard.drift.enforcement import own_file

    file = own_file(loaded.server)
    if file is None:
        raise CannotRun(
            f"{loaded.name} has no guard with a file of its own; name the file to compare it with, "
            "such as asyncapi.yml"
        )
    return file


def _inventory(loaded: Loaded) -> _Code:
    from asyncapi_guard.codefirst.stale_models import stale_models
    from asyncapi_guard.drift.discovery import (
        declared_of,
        emissions_from,
        handlers_of,
        inference_of,
        sources_of,
    )
    from asyncapi_guard.drift.told_types import with_told_types
    from asyncapi_guard.errors import SpecError

    sources = sources_of(loaded)
    try:
        handlers, declared = handlers_of(loaded, sources), declared_of(loaded.server)
    except SpecError as error:
        _refuse(f"the types of {loaded.name} make no contract", error)
    inference = inference_of(loaded, sources, handlers)
    emissions = with_told_types(emissions_from(loaded, inference), inference)
    stale = stale_models(loaded.modules)
    return _Code(loaded.server, sources, handlers, declared, emissions, inference, stale)


def _drift(code: _Code, read: _Read, settings: Settings, *, partial: bool) -> tuple[Finding, ...]:
    """What is reported, comments and settings applied."""
    from asyncapi_guard.drift.comparing import drift
    from asyncapi_guard.drift.enforcement import enforces
    from asyncapi_guard.lint.comments import apply_comments

    documents, contract = read
    found = drift(
        code.handlers,
        code.emissions.emits,
        code.declared,
        contract,
        documents,
        code.emissions.unread,
        enforced=enforces(code.server, contract),
        stale=code.stale,
        answers=code.emissions.answers,
        partial=partial,
    )
    texts = {source.name: source.text or "" for source in documents.sources()}
    return settings.apply(apply_comments(found, texts, code.sources, own=settings.own))


def _fix(code: _Code, read: _Read, options: Options, how: dict[str, Any], stdout: IO[str]) -> bool:
    """Add to the file what it lacks; whether it was written."""
    from asyncapi_guard.cli.event_additions import add_events
    from asyncapi_guard.cli.unified_diff import unified
    from asyncapi_guard.drift.code_document import missing_sends
    from asyncapi_guard.drift.comparing import missing_events
    from asyncapi_guard.drift.discovery import events_of

    documents, contract = read
    file = documents.main.name
    keys = missing_events(code.handlers, code.declared, contract, documents)
    events = {_key(each): each for each in events_of(code.server, keys)}
    sends = missing_sends(contract, code.handlers, code.emissions, code.inference)
    for each in sends.events:
        events.setdefault(_key(each), each)
    if not events:
        return False
    addition = add_events(file, list(events.values()), **how)
    if options.diff:
        click.echo(unified(file, addition.old, addition.new), file=stdout, nl=False)
        return False
    write_whole(addition.path, addition.new)
    if not options.quiet:
        for each in events.values():
            name = f"{each.action} {each.event} in {each.namespace}"
            click.echo(f"added to {file}: {name}", err=True)
        for note in sends.notes:
            click.echo(str(note), err=True)
    return True


def _key(event: NewEvent) -> tuple[str, Action, str]:
    return event.namespace, event.action, event.event


def _refuse(message: str, error: Any) -> NoReturn:
    report = render("full", [FileReport(error.file, error.findings)], quiet=True)
    click.echo(report + "\n", err=True, color=wants_color(sys.stderr))
    raise CannotRun(message)
