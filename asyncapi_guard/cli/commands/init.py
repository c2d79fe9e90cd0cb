"""`asyncapi-guard init`: a first AsyncAPI file, to be edited.

It is an example with an event of each kind or, with `--from`, what the code of an application says.
Comments in it say what its parts are in Socket.IO. It is never written over a file that is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from asyncapi_guard.cli.application_import import application, run_and_leave, take_stdout
from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.code_documents import document_of_code
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shared_options import or_standard_output
from asyncapi_guard.cli.skeleton import SKELETON, annotated

if TYPE_CHECKING:
    from asyncapi_guard.drift.applications import Loaded

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard init
         asyncapi-guard init -o specs/chat.yml
         asyncapi-guard init --from package.module:socketio
         asyncapi-guard init --from 'package.module:create_app()' -o - | less
"""
_NEXT = """\
Wrote {file}. Next steps:
  1. Edit it: its comments say how. To check it: asyncapi-guard validate {file}
  2. Guard your {what} with it, at first without rejecting anything:
     {guard}
  3. Compare it with your code: {check}
"""
_TARGET = "package.module:socketio"


@click.command("init", epilog=_EXAMPLES)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    default="asyncapi.yml",
    show_default=True,
    callback=or_standard_output,
    help="Write to this file; - for standard output.",
)
@click.option(
    "--from",
    "target",
    metavar="MODULE:ATTRIBUTE",
    help="Describe the code of this application instead of writing an example.",
)
def command(output: str | None, target: str | None) -> None:
    """Write a first AsyncAPI document, with comments that explain the next steps.

    The document is an example with an event of each kind. It is valid and can guard a server as it
    is. With --from, the application is imported, but not run, and the document has its events, as
    export writes them.

    Exits with 0 if the file was written, and with 2 if the command can't run or the file already
    exists.
    """
    _check_output(output)
    if target is None:
        _publish(SKELETON, output, None)
        return
    stdout = take_stdout()
    run_and_leave(lambda: _from_code(target, output, stdout), stdout)


def _check_output(output: str | None) -> None:
    if output is None:
        return
    if output.lower().endswith(".json"):
        raise click.UsageError("init writes YAML: JSON has no comments; name a .yml file")
    if Path(output).exists():
        raise CannotRun(
            f"{output} already exists, and init never overwrites a file; name another with -o"
        )


def _from_code(target: str, output: str | None, stdout: IO[str]) -> int:
    loaded = application(target)
    _publish(_text_of(loaded), output, stdout, loaded)
    return 0


def _publish(
    text: str, output: str | None, stdout: IO[str] | None, loaded: Loaded | None = None
) -> None:
    written = annotated(text, output or "asyncapi.yml")
    if output is None:
        click.echo(written, file=stdout, nl=False)
        return

    write_whole(output, written)
    click.echo(_NEXT.format(file=output, **_next_of(output, loaded)), err=True, nl=False)


def _next_of(file: str, loaded: Loaded | None) -> dict[str, str]:
    """How to guard an application with a file, and how to compare it."""
    guard, check = (
        f"AsyncAPIGuard({file!r}, policy=Policy(mode=Mode.REPORT)",
        "asyncapi-guard check",
    )
    if loaded is None:
        guarded = f"{guard}).init_app(app, socketio)"
        return {"what": "server", "guard": guarded, "check": f"{check} {_TARGET} {file}"}
    from asyncapi_guard.drift.found_servers import is_client, is_of_python_socketio

    if is_client(loaded.server):
        check = f"{check} --perspective client {loaded.name} {file}"
        guarded = f'{guard}, perspective="client").protect(client)'
        return {"what": "client", "guard": guarded, "check": check}
    bare = is_of_python_socketio(loaded.server)
    guarded = f"{guard}).{'protect(server)' if bare else 'init_app(app, socketio)'}"
    return {"what": "server", "guard": guarded, "check": f"{check} {loaded.name} {file}"}


# -- what code says --------------------------------------------------------------------------------


def _text_of(loaded: Loaded) -> str:
    from asyncapi_guard.drift.factories import is_empty
    from asyncapi_guard.spec.serializing import to_yaml

    server = loaded.server
    data = document_of_code(loaded)
    if not data["channels"] and is_empty(server):
        raise CannotRun(f"{loaded.name} has no handlers: write an example without --from")
    return to_yaml(data)
