"""`asyncapi-guard docs`: a document to read in the browser, served or as files."""

from __future__ import annotations

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
    from asyncapi_guard.console.files import FileDocument

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard docs asyncapi.yml --open
         asyncapi-guard docs asyncapi.yml --connect http://localhost:5000
         asyncapi-guard docs asyncapi.yml -o site/
"""


@click.command("docs", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=str))
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Listen on this port.",
)
@click.option(
    "--connect",
    metavar="URL",
    help="Connect the Try page to this Socket.IO server, such as http://localhost:5000.",
)
@click.option("--title", help="Set the title of the pages.  [default: the title of the document]")
@click.option("--open", "opens", is_flag=True, help="Open the page in your browser.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the pages as files that open without a server, instead of serving them.",
)
@click.option(
    "--perspective",
    type=click.Choice(("server", "client")),
    default="server",
    show_default=True,
    help="Side that FILE describes.",
)
@reference_options
def command(**given: Any) -> None:
    """Show an AsyncAPI document in the browser, to read it and to try it out.

    The pages list all namespaces and events, with their arguments, acks and examples of client
    code. After you save FILE, reload the page. Only this machine can open the pages unless you
    pass another --host.
    """
    click.get_current_context().exit(run_or_say_why(lambda: _run(given)))


def _run(given: dict[str, Any]) -> int:
    from asyncapi_guard.console.files import FileDocument
    from asyncapi_guard.console.security_headers import allowed_origins
    from asyncapi_guard.contract import Perspective

    try:
        allowed_origins(given["connect"])
    except ValueError as error:
        raise CannotRun(str(error).replace("connect takes", "--connect takes", 1)) from error
    usual_root, usual_hosts = Configurations().reach_of_file(given["file"])
    document = FileDocument(
        given["file"],
        allow_http=given["allow_http"] or usual_hosts,
        root=given["root"] or usual_root,
        perspective=Perspective(given["perspective"]),
    )
    with spec_faults_shown("cannot show {file}"):
        document.edition()
    return _write(document, given) if given["output"] else _serve(document, given)


def _write(document: FileDocument, given: dict[str, Any]) -> int:
    from asyncapi_guard.cli.atomic_writes import write_all
    from asyncapi_guard.console.page_length import TooLong
    from asyncapi_guard.console.site import site_files

    folder: Path = given["output"]
    try:
        files = site_files(document.edition(), title=given["title"], connect=given["connect"])
    except TooLong as error:
        raise CannotRun(str(error)) from error
    try:
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{shown_path(folder)} cannot be made: {error.strerror}"
        raise CannotRun(message) from error
    write_all({folder / name: content for name, content in files.items()})
    index = folder / "index.html"
    click.echo(f"Wrote {len(files)} files. Open {shown_path(index)} in your browser.")
    if given["opens"]:
        click.launch(index.resolve().as_uri())
    return 0


def _serve(document: FileDocument, given: dict[str, Any]) -> int:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from asyncapi_guard.console.files import console_of_file

    class Quiet(WSGIRequestHandler):
        """One that does not log each request."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nobody asked for it."""

    host, port = given["host"], given["port"]
    check_address(host, port)
    console = console_of_file(document, title=given["title"], connect=given["connect"])
    server = make_server(host, port, console, threaded=True, request_handler=Quiet)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    click.echo(f"Serving {shown_path(Path(given['file']))} at {url} (press Ctrl+C to stop)")
    if not is_loopback(host):
        click.echo("Everybody who reaches this address can read the document.", err=True)
    if given["opens"]:
        click.launch(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.server_close()
    return 0
