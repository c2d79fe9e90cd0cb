"""`asyncapi-guard lsp`: the language server, for editors."""

from __future__ import annotations

import gc
import importlib.util
import logging
import sys

import click

from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.listening import check_address

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard lsp
         asyncapi-guard lsp --tcp 2087
"""
_HOST = "127.0.0.1"


@click.command("lsp", epilog=_EXAMPLES)
@click.option(
    "--tcp",
    "port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help=f"Listen on this port of {_HOST} for one editor, to debug the server.",
)
def command(port: int | None) -> None:
    """Run the language server for AsyncAPI files.

    Your editor starts this command and talks to it over standard input and output. The server
    reports the findings of `validate` while you type, explains operations and fields in Socket.IO's
    terms, and finds definitions, references and symbols across files. It reads the configuration in
    pyproject.toml, as `validate` does.

    It needs pygls: pip install "asyncapi-guard[lsp]". How to set up your editor is described in
    docs/how-to/editor.md.
    """
    click.get_current_context().exit(run_or_say_why(lambda: _run(port)))


def _run(port: int | None) -> int:
    if importlib.util.find_spec("pygls") is None:
        raise CannotRun('the language server needs pygls: pip install "asyncapi-guard[lsp]"')
    from asyncapi_guard.cli.editor_surroundings import EditorSurroundings
    from asyncapi_guard.lsp.serving import make_server

    # Standard output belongs to the protocol.
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    server = make_server(EditorSurroundings())
    # The server collects garbage itself, when nobody is waiting (`lsp.checking`).
    gc.disable()
    if port is None:
        server.start_io()
        return 0
    check_address(_HOST, port, option="--tcp PORT")
    click.echo(f"The language server listens on {_HOST}:{port} (press Ctrl+C to stop)", err=True)
    server.start_tcp(_HOST, port)
    return 0
