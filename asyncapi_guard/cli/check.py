"""`asyncapi-guard check`: do an application's code and its AsyncAPI file say the same?

The application is imported, not run. Its handlers, the types of their arguments and the events that
its sources emit are compared with the file; findings stand at the code, or in the file for what
only the file has. Reports go to stdout, and what the application prints goes to stderr.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from asyncapi_guard.cli.applications import application, take_stdout
from asyncapi_guard.cli.failures import CannotRun
from asyncapi_guard.cli.reporters import FORMATS, FileReport, default_format, render, wants_color
from asyncapi_guard.cli.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.references import Documents

__all__ = ["command"]

_EXAMPLES = """\
\b
Codes:   handler-without-spec, spec-without-handler, payload-differs, ack-differs,
         undeclared-emit

\b
Example: asyncapi-guard check package.module:socketio asyncapi.yml
         asyncapi-guard check 'package.module:create_app()' asyncapi.yml --format github
         asyncapi-guard check server:socketio asyncapi.yml --ignore undeclared-emit
"""


@click.command("check", epilog=_EXAMPLES)
@click.argument("target", metavar="MODULE:ATTRIBUTE")
@click.argument("file", type=click.Path(path_type=str))
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not report these.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full; github in GitHub Actions]",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write the report to this file."
)
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
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def command(target: str, file: str, ignore: tuple[str, ...], quiet: bool, **given: Any) -> None:  # noqa: FBT001  # click passes flags so
    """Compare an application with its AsyncAPI file: handlers, their types, and what is emitted.

    MODULE:ATTRIBUTE is imported, not run: a SocketIO of Flask-SocketIO or an AsyncAPISocketIO, a
    Flask application that has one, or a call without arguments such as
    package.module:create_app() that returns either.

    Exits with 0 when code and file say the same, 1 when there are findings, 2 when it could not run
    or the file has errors.
    """
    began = time.perf_counter()
    ignored = _codes(ignore)
    stdout = take_stdout()
    documents, contract = _read(file, given["root"], given["allow_http"])
    found = _drift(target, documents, contract)
    kept = tuple(finding for finding in found if finding.code not in ignored)
    report = FileReport(file, kept, time.perf_counter() - began)
    text = render(given["format"] or default_format(), [report], quiet=quiet)
    _publish(text, given["output"], stdout)
    sys.exit(1 if kept else 0)


def _publish(text: str, output: str | None, stdout: IO[str]) -> None:
    if output is not None:
        write_whole(output, click.unstyle(text) + "\n" * bool(text))
    elif text:
        click.echo(text, file=stdout, color=wants_color(stdout))


def _codes(given: Iterable[str]) -> frozenset[str]:
    """`a,b` and `--ignore a --ignore b` say the same."""
    _check_installed()
    from asyncapi_guard.handlers.drift import CODES
    from asyncapi_guard.spec.wording import nearest

    codes = frozenset(code.strip() for text in given for code in text.split(",") if code.strip())
    for code in sorted(codes - CODES.keys()):
        raise click.BadParameter(
            f"{code!r} is no code{nearest(code, CODES)}", param_hint="--ignore"
        )
    return codes


def _check_installed() -> None:
    if find_spec("pydantic") is None:
        raise CannotRun("check needs Pydantic: pip install 'asyncapi-guard[pydantic]'")


def _read(file: str, root: str | None, hosts: Sequence[str]) -> tuple[Documents, Contract]:
    """The file, read and understood; its faults are reported, and nothing is compared then."""
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.compiler import compile_contract
    from asyncapi_guard.spec.loader import open_documents

    try:
        documents = open_documents(file, root=root, allow_http=hosts)
        return documents, compile_contract(documents, "auto")
    except SpecError as error:
        _refuse(f"{file} cannot be compared with: it has errors", error)


def _drift(target: str, documents: Documents, contract: Contract) -> tuple[Finding, ...]:
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.handlers.drift import drift

    loaded = application(target)
    from asyncapi_guard.integrations.inventory import declared_of, emits_of, handlers_of

    server = loaded.server
    try:
        handlers, declared = handlers_of(server), declared_of(server)
    except SpecError as error:
        _refuse(f"the types of {target} make no contract", error)
    return drift(handlers, emits_of(loaded), declared, contract, documents)


def _refuse(message: str, error: Any) -> NoReturn:
    report = render("full", [FileReport(error.file, error.findings)], quiet=True)
    click.echo(report + "\n", err=True, color=wants_color(sys.stderr))
    raise CannotRun(message)
