"""`asyncapi-guard demo`: the guarded tic-tac-toe game in `examples/tictactoe`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import click

from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.listening import check_address

__all__ = ["command"]

_EXAMPLES = """\
Example: asyncapi-guard demo --port 8000

\b
On asyncio, under uvicorn:
  pip install uvicorn websockets
  asyncapi-guard demo --asgi
"""
#: What uvicorn speaks WebSocket by: one of them.
_WEBSOCKETS = ("websockets", "wsproto")


@click.command("demo", epilog=_EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=5000,
    show_default=True,
    help="Listen on this port.",
)
@click.option(
    "--asgi",
    is_flag=True,
    help="Serve on asyncio with uvicorn instead of on threads with Flask-SocketIO.",
)
def command(host: str, port: int, *, asgi: bool) -> None:
    """Serve a tic-tac-toe game that is guarded by its AsyncAPI document.

    Open the page in two browser tabs to play. The panel "Break it" sends invalid events, as a
    client or as the server, and shows the line of the document that rejects each event. The switch
    "Guard" shows the server without its guard. The console is at /asyncapi. The command prints the
    path of the document. The server enforces your edits as soon as you save the document.
    """
    if asgi:
        _check_uvicorn()
    click.get_current_context().exit(run_or_say_why(lambda: _run(host, port, asgi=asgi)))


def _run(host: str, port: int, *, asgi: bool) -> int:
    check_address(host, port)
    try:
        _module("asgi_server" if asgi else "server").main(host, port)
    except KeyboardInterrupt:
        click.echo()
    return 0


def _check_uvicorn() -> None:
    missing = [name for name in ("uvicorn",) if not _is_installed(name)]
    if not any(map(_is_installed, _WEBSOCKETS)):
        missing.append(_WEBSOCKETS[0])
    if missing:
        names = " ".join(missing)
        click.echo(
            f"demo --asgi needs {' and '.join(missing)}: run `pip install {names}`", err=True
        )
        sys.exit(2)


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _module(name: str) -> Any:
    """A module of the example: inside an installed wheel, else where the repository keeps it."""
    if importlib.util.find_spec("asyncapi_guard._demo") is not None:
        return importlib.import_module(f"asyncapi_guard._demo.{name}")
    folder = Path(__file__).resolve().parents[3] / "examples" / "tictactoe"
    if not (folder / f"{name}.py").is_file():
        click.echo("the demo is not part of this installation", err=True)
        sys.exit(2)
    sys.path.insert(0, str(folder))
    return importlib.import_module(name)
