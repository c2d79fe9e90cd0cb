"""`asyncapi-guard demo`: the guarded tic-tac-toe game in `examples/tictactoe`."""

from __future__ import annotations

import importlib
import importlib.util
import socket
import sys
from pathlib import Path
from typing import Any

import click

__all__ = ["command"]


@click.command("demo", epilog="Example: asyncapi-guard demo --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=5000,
    show_default=True,
    help="The port to listen on.",
)
def command(host: str, port: int) -> None:
    """Serve a tic-tac-toe game that is guarded by its AsyncAPI file.

    Open the page in two browser tabs to play; its "Illegal traffic" panel sends what the file
    forbids, and shows how the server refuses it.
    """
    _check_port(host, port)
    try:
        _server().main(host, port)
    except KeyboardInterrupt:
        click.echo()


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(
                f"cannot listen on {host}:{port}: {error.strerror}; choose another --port", err=True
            )
            sys.exit(2)


def _server() -> Any:
    """The example's module: inside an installed wheel, else where the repository keeps it."""
    if importlib.util.find_spec("asyncapi_guard._demo") is not None:
        return importlib.import_module("asyncapi_guard._demo.server")
    folder = Path(__file__).resolve().parents[3] / "examples" / "tictactoe"
    if not (folder / "server.py").is_file():
        click.echo("the demo is not part of this installation", err=True)
        sys.exit(2)
    sys.path.insert(0, str(folder))
    return importlib.import_module("server")
