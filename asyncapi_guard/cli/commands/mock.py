"""`asyncapi-guard mock`: a server that does what a document says, for people who write clients."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.cli.generated_files import spec_faults_shown
from asyncapi_guard.cli.listening import check_address, is_loopback
from asyncapi_guard.cli.shared_options import reference_options
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from asyncapi_guard.mock.loading import LoadedMock
    from asyncapi_guard.mock.options import MockOptions

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard mock asyncapi.yml
         asyncapi-guard mock asyncapi.yml --scenario scenario.yml --cors loopback
         asyncapi-guard mock asyncapi.yml --interval 2 --delay 0.3 --seed 7

\b
On asyncio, under uvicorn:
  pip install uvicorn websockets
  asyncapi-guard mock asyncapi.yml --asgi
"""
#: What uvicorn speaks WebSocket by: one of them.
_WEBSOCKETS = ("websockets", "wsproto")


def _credentials(_context: object, _option: object, given: tuple[str, ...]) -> Any:
    from asyncapi_guard.mock.credentials import read_listed

    try:
        return tuple(map(read_listed, given))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _origins(_context: object, _option: object, given: tuple[str, ...]) -> Any:
    from asyncapi_guard.mock.origins import check_origin

    try:
        return tuple(map(check_origin, given))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("mock", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=str))
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=5000,
    show_default=True,
    help="Listen on this port.",
)
@click.option("--asgi", is_flag=True, help="Serve on asyncio with uvicorn, instead of on threads.")
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help=("Generate the values that neither the document nor the scenario gives from this number."),
)
@click.option(
    "--delay",
    type=click.FloatRange(0, 86_400),
    default=0,
    metavar="SECONDS",
    help="Wait this long before each ack.",
)
@click.option(
    "--interval",
    type=click.FloatRange(0.001, 86_400),
    metavar="SECONDS",
    help="Send each namespace its next event at this interval.",
)
@click.option(
    "--on-connect", is_flag=True, help="Send each event once to each client that connects."
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Acknowledge and emit events as this file defines.",
)
@click.option(
    "--credential",
    "credentials",
    multiple=True,
    metavar="SCHEME=VALUE",
    callback=_credentials,
    help=(
        "Accept only this token, key or USER:PASSWORD for its security scheme. Can be "
        "given several times.  [default: all well-formed credentials]"
    ),
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    callback=_origins,
    help=(
        "Let pages of this origin connect, such as http://localhost:5173, or "
        "'loopback'. Can be given several times.  [default: the mock's own]"
    ),
)
@click.option("--server", metavar="KEY", help="Mock this server of the document.")
@click.option(
    "--perspective",
    type=click.Choice(("server", "client")),
    default="server",
    show_default=True,
    help="Side that FILE describes.",
)
@click.option("--quiet", is_flag=True, help="Print violations only.")
@reference_options
def command(**given: Any) -> None:
    """Serve a mock of the server that an AsyncAPI document describes.

    Clients connect to the mock as to the real server. The mock acknowledges their events with
    examples of the document or with generated values, and emits events as --on-connect,
    --interval, the scenario or x-mock in FILE define. It validates all traffic and prints each
    violation with its line in FILE. The console at /asyncapi also shows violations.

    Only this machine can connect unless you pass another --host.
    """
    click.get_current_context().exit(run_or_say_why(lambda: _run(given)))


def _run(given: dict[str, Any]) -> int:
    if given["asgi"]:
        _check_uvicorn()
    host, port = given["host"], given["port"]
    if "*" in given["origins"] and not is_loopback(host):
        raise CannotRun("--cors '*' is for loopback only: name the origins of your own pages")
    loaded = _loaded(given)
    check_address(host, port)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncapi_guard.mock").setLevel(
        logging.WARNING if given["quiet"] else logging.INFO
    )
    try:
        _serve(loaded, given, host, port)
    except KeyboardInterrupt:
        click.echo()
    return 0


def _loaded(given: dict[str, Any]) -> LoadedMock:
    from asyncapi_guard.errors import InstallationError
    from asyncapi_guard.mock.loading import load_mock

    options = _options(given)
    try:
        with spec_faults_shown("cannot use {file}"):
            return load_mock(given["file"], options)
    except (InstallationError, ValueError) as error:
        raise CannotRun(str(error)) from error


def _options(given: dict[str, Any]) -> MockOptions:
    from asyncapi_guard.mock.options import MockOptions

    usual_root, usual_hosts = Configurations().reach_of_file(given["file"])
    return MockOptions(
        scenario=given["scenario"],
        seed=given["seed"],
        delay=given["delay"],
        interval=given["interval"],
        on_connect=given["on_connect"],
        credentials=given["credentials"],
        origins=given["origins"],
        perspective="client" if given["perspective"] == "client" else None,
        server=given["server"],
        allow_http=given["allow_http"] or usual_hosts,
        root=given["root"] or usual_root,
    )


def _serve(loaded: LoadedMock, given: dict[str, Any], host: str, port: int) -> None:
    from asyncapi_guard.errors import InstallationError

    def listening(port: int) -> None:
        _say(loaded, given, host, port)

    try:
        if given["asgi"]:
            from asyncapi_guard.mock.serving_asgi import serve

            serve(loaded, host, port, listening)
            return
        from asyncapi_guard.mock.serving import ServedMock

        served = ServedMock(loaded, host, port)
    except InstallationError as error:
        raise CannotRun(str(error)) from error
    listening(served.port)
    served.run()


def _say(loaded: LoadedMock, given: dict[str, Any], host: str, port: int) -> None:
    from asyncapi_guard.mock.serving import url_of

    url = url_of(host, port)
    click.echo(f"A mock of {shown_path(Path(given['file']))} on {url} (press Ctrl+C to stop)")
    click.echo(f"The console is at {url}/asyncapi/")
    for remark in loaded.remarks:
        click.echo(remark, err=True)
    if given["origins"]:
        click.echo(f"Pages of these origins can connect: {', '.join(given['origins'])}", err=True)
    if not is_loopback(host):
        click.echo("Everybody who reaches this address can connect.", err=True)


def _check_uvicorn() -> None:
    missing = [] if _is_installed("uvicorn") else ["uvicorn"]
    if not any(map(_is_installed, _WEBSOCKETS)):
        missing.append(_WEBSOCKETS[0])
    if missing:
        names = " ".join(missing)
        raise CannotRun(f"mock --asgi needs {' and '.join(missing)}: run `pip install {names}`")


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
