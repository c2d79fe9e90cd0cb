"""`asyncapi-guard test`: does a live server keep its contract?

The engine is `contract_tests`: it sends valid and invalid events, and judges what comes back. Here
are the options, the progress, the report, and the files that replay failures.
"""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.contract_test_reports import FORMATS, ContractTestReport, Shown, render
from asyncapi_guard.cli.reporters import wants_color
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.failures import Failure, Report
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard test asyncapi.yml --url http://localhost:5000
         asyncapi-guard test asyncapi.yml --url http://localhost:5000 --auth '{"token": "t0ps"}'
         asyncapi-guard test asyncapi.yml --url http://localhost:5000 --auth @auth.json --time 10
         asyncapi-guard test asyncapi.yml --url http://localhost:5000 --event join --phases coverage
         asyncapi-guard test asyncapi.yml --url http://localhost:5000 --rejected-when /ok=false
         asyncapi-guard test asyncapi.yml --url http://localhost:5000 --format junit -o tests.xml
"""
_PHASES = ("examples", "coverage", "stateful", "random", "security", "transport")
#: Where replays go, unless it is said.
_FOLDER = "asyncapi-guard-replays"


# -- options ---------------------------------------------------------------------------------------


def _json_or_file(text: str, option: str) -> Any:
    """JSON as written, or what a file has whose name follows `@`."""
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise click.BadParameter(
            f"{error.filename} cannot be read: {error.strerror}", param_hint=option
        ) from error
    except ValueError as error:
        raise click.BadParameter(
            "expected JSON, or @ and the name of a file with JSON", param_hint=option
        ) from error


def _auth(_context: object, _option: object, given: tuple[str, ...]) -> Any:
    values = tuple(_json_or_file(each, "--auth") for each in given)
    return values[0] if len(values) == 1 else values or None


def _pairs(separator: str, hint: str, given: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition(separator)
        if not sign or not name.strip():
            raise click.BadParameter(f"expected {hint}")
        found[name.strip()] = value.strip()
    return found


def _headers(_context: object, _option: object, given: tuple[str, ...]) -> dict[str, str]:
    return _pairs(":", "NAME: VALUE", given)


def _values(_context: object, _option: object, given: tuple[str, ...]) -> dict[str, str]:
    return _pairs("=", "NAME=VALUE", given)


def _phases(_context: object, _option: object, given: tuple[str, ...]) -> tuple[str, ...]:
    chosen = [each.strip() for text in given for each in text.split(",") if each.strip()]
    if unknown := [each for each in chosen if each not in _PHASES]:
        raise click.BadParameter(f"no phase {unknown[0]!r}; there are {', '.join(_PHASES)}")
    return tuple(each for each in _PHASES if each in chosen) or _PHASES


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    file: str
    url: str
    auth: Any
    header: dict[str, str]
    query: dict[str, str]
    cookie: dict[str, str]
    namespace: tuple[str, ...]
    event: tuple[str, ...]
    seed: int
    max_examples: int
    time: float
    phases: tuple[str, ...]
    workers: int
    format: str
    output: str | None
    fail_on: str
    rejected_when: tuple[str, ...]
    max_failures: int | None
    replays: str
    no_replays: bool
    i_own_this_server: bool
    root: str | None
    allow_http: tuple[str, ...]
    quiet: bool


@click.command("test", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=str))
@click.option(
    "--url",
    required=True,
    metavar="URL",
    help=(
        "Test the server at this URL, such as http://localhost:5000. A path in it "
        "replaces /socket.io/."
    ),
)
@click.option(
    "--auth",
    multiple=True,
    metavar="JSON|@FILE",
    callback=_auth,
    help="Connect with this auth data. Several values are for several clients, in turn.",
)
@click.option(
    "--header",
    multiple=True,
    metavar="NAME: VALUE",
    callback=_headers,
    help="Send this header in the handshake. Can be given several times.",
)
@click.option(
    "--query",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_values,
    help="Send this query parameter in the handshake. Can be given several times.",
)
@click.option(
    "--cookie",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_values,
    help="Send this cookie in the handshake. Can be given several times.",
)
@click.option(
    "--namespace", multiple=True, help="Test only this namespace. Can be given several times."
)
@click.option("--event", multiple=True, help="Test only this event. Can be given several times.")
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Generate different values from this number.",
)
@click.option(
    "--max-examples",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Generate this many random values for each event.",
)
@click.option(
    "--time",
    type=click.FloatRange(min=0, min_open=True),
    default=45,
    show_default=True,
    metavar="SECONDS",
    help="Stop the whole run after this time.",
)
@click.option(
    "--phases",
    multiple=True,
    metavar="NAMES",
    callback=_phases,
    help=f"Run these parts only: {', '.join(_PHASES)}.  [default: all]",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Test single events with this many clients at the same time.",
)
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    default="full",
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
    "--fail-on",
    type=click.Choice(("contract", "transport", "none")),
    default="contract",
    show_default=True,
    help="Exit with 1 for these failures; transport includes contract.",
)
@click.option(
    "--rejected-when",
    multiple=True,
    metavar="SCHEMA|@FILE|POINTER[=JSON]",
    help="Treat acks that match this JSON Schema, or have this value, as rejections.",
)
@click.option(
    "--max-failures", type=click.IntRange(1), metavar="N", help="Stop after this many failures."
)
@click.option(
    "--replays",
    type=click.Path(file_okay=False),
    default=_FOLDER,
    show_default=True,
    help="Write files that replay the failures to this directory.",
)
@click.option("--no-replays", is_flag=True, help="Write no files that replay failures.")
@click.option("--i-own-this-server", is_flag=True, help="Allow a server on another machine.")
@reference_options
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
def command(**given: Any) -> None:
    """Test whether a running server keeps the contract in FILE.

    Clients connect, send valid and invalid events, and validate all responses: acks, events,
    rejections and silence. The server doesn't need a guard. Its handlers run for real, so use a
    test server with its own database.

    An ack rejects an event if it has the guard's error response, or an error response that the
    document declares. To describe other responses, pass --rejected-when: `/ok=false` is a field
    `ok` that is false, `/error` any field `error`.

    Traffic that frameworks accept by themselves (reserved events, NaN, half-open connections) is
    reported as warnings, unless you pass --fail-on transport.

    For each failure, the command writes a pytest test, a Python program and a JavaScript program
    that replay it. Requires `pip install "asyncapi-guard[testing]"`.

    Exits with 0 if there are no failures, with 1 if there are failures, and with 2 if the command
    can't run.
    """
    options = Options(**given)
    click.get_current_context().exit(run_or_say_why(lambda: _run(options)))


# -- one run ---------------------------------------------------------------------------------------


def _run(options: Options) -> int:
    contract, settings = _contract(options), _settings(options)
    report = _tested(contract, settings, options)
    failures = tuple(map(Shown, report.failures))
    if not options.no_replays:
        failures = _replayed(report.failures, settings, options)
    _publish(report, failures, settings, options)
    return int(bool(report.failures) and options.fail_on != "none")


def _contract(options: Options) -> Contract:
    from asyncapi_guard.cli.configuration import Configurations
    from asyncapi_guard.cli.generated_files import opened, spec_faults_shown
    from asyncapi_guard.spec.compiler import compile_contract

    with spec_faults_shown("{file} cannot be tested against"):
        documents = opened(options.file, options.root, options.allow_http, Configurations())
        return compile_contract(documents, "auto")


def _settings(options: Options) -> Settings:
    from asyncapi_guard.contract_tests.failures import Phase
    from asyncapi_guard.contract_tests.rejections import NotARejection, rejected_when
    from asyncapi_guard.contract_tests.settings import NotLoopback, Settings

    try:
        rejects = rejected_when(options.rejected_when)
    except NotARejection as error:
        raise click.BadParameter(str(error), param_hint="--rejected-when") from error
    try:
        return Settings(
            options.url,
            auth=options.auth,
            headers=options.header,
            query=options.query,
            cookies=options.cookie,
            namespaces=options.namespace,
            events=options.event,
            seed=options.seed,
            max_examples=options.max_examples,
            time=options.time,
            phases=tuple(map(Phase, options.phases)),
            workers=options.workers,
            max_failures=options.max_failures,
            rejected_when=rejects,
            own_this_server=options.i_own_this_server,
            transport_fails=options.fail_on == "transport",
        )
    except NotLoopback as error:
        said = str(error).replace("(own_this_server)", "with --i-own-this-server")
        raise click.UsageError(said) from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _tested(contract: Contract, settings: Settings, options: Options) -> Report:
    from asyncapi_guard.cli.contract_test_progress import ContractTestProgress
    from asyncapi_guard.contract_tests.engine import run
    from asyncapi_guard.contract_tests.engine_io import CannotConnect
    from asyncapi_guard.contract_tests.replays.program import shown_url
    from asyncapi_guard.contract_tests.settings import NotInDocument

    try:
        with ContractTestProgress(sys.stderr, quiet=options.quiet) as progress:
            return run(contract, settings, progress.show)
    except CannotConnect as error:
        raise CannotRun(f"{shown_url(options.url)} cannot be tested: {error}") from error
    except (ImportError, NotInDocument) as error:
        raise CannotRun(str(error)) from error


def _replayed(
    failures: Sequence[Failure], settings: Settings, options: Options
) -> tuple[Shown, ...]:
    from asyncapi_guard.cli.replay_folder import write_replays

    try:
        return write_replays(options.replays, failures, settings, options.file)
    except OSError as error:
        raise CannotRun(f"{options.replays} cannot be written: {error.strerror}") from error


def _publish(
    report: Report, failures: tuple[Shown, ...], settings: Settings, options: Options
) -> None:
    from asyncapi_guard.contract_tests.replays.program import shown_url
    from asyncapi_guard.contract_tests.wording import secrets_of

    warnings = tuple(map(Shown, report.warnings))
    shown = ContractTestReport(
        report,
        options.file,
        shown_url(options.url),
        failures,
        warnings,
        secrets_of(settings),
        _again(options, shown_url(options.url), report.seed),
    )
    text = render(options.format, shown, quiet=options.quiet)
    if options.output is None:
        if text:
            click.echo(text, color=wants_color(sys.stdout))
        return
    write_whole(options.output, click.unstyle(text) + "\n")
    click.echo(f"Wrote the report to {options.output}", err=True)


def _again(options: Options, url: str, seed: int) -> str:
    """A command that runs the same once more, without credentials."""
    parts = ["asyncapi-guard", "test", options.file, "--url", url, "--seed", str(seed)]
    for name in ("auth", "header", "query", "cookie"):
        if getattr(options, name):
            parts += [f"--{name}", "…"]
    for option in ("namespace", "event"):
        for each in getattr(options, option):
            parts += [f"--{option}", each]
    return shlex.join(parts).replace("'…'", "…")
