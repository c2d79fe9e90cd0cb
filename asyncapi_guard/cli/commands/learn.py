"""`asyncapi-guard learn`: a document from traffic."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why
from asyncapi_guard.cli.log_files import opened_logs
from asyncapi_guard.cli.shared_options import or_standard_output

if TYPE_CHECKING:
    from asyncapi_guard.learning.schemas import Style
    from asyncapi_guard.learning.traffic_shapes import TrafficShapes

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard learn 'traffic-*.ndjson' -o asyncapi.yml
         asyncapi-guard learn browser.har --enum status --title 'Chat' -o asyncapi.yml
         asyncapi-guard learn 'traffic-*.ndjson' --update asyncapi.yml
         asyncapi-guard learn 'traffic-*.ndjson' --update asyncapi.yml --write
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...]
    output: str | None
    title: str
    bounds: str
    open: bool
    enum: tuple[str, ...]
    update: str | None
    write: bool


@click.command("learn", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE|GLOB|-...")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=or_standard_output,
    help="Write the document to this file.",
)
@click.option(
    "--title",
    default="Learnt from traffic",
    show_default=True,
    help="Set the title of the document.",
)
@click.option(
    "--bounds",
    type=click.Choice(("rounded", "seen", "none")),
    default="rounded",
    show_default=True,
    help="Set how closely lengths and ranges follow the recorded traffic.",
)
@click.option("--open", is_flag=True, help="Allow objects to have fields that were not recorded.")
@click.option(
    "--enum",
    multiple=True,
    metavar="FIELD",
    help=("List the words of this field as an enum, from a HAR file. Can be given several times."),
)
@click.option(
    "--update",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Show the changes that this document needs to accept all recorded traffic.",
)
@click.option("--write", is_flag=True, help="Write the changes of --update to its file.")
def command(**given: Any) -> None:
    """Write the AsyncAPI document that describes recorded traffic.

    AsyncAPIGuard.learning('traffic-{pid}.ndjson') records the shape of an application's traffic,
    without its values. Globs match the files of all processes. You can also pass a HAR file
    recorded by a browser. `-` is standard input.

    Comments in the document count how often each part was seen. With --update, the command shows
    what an existing document lacks, and keeps the rest. To make the change, add --write.

    Exits with 0 if the document accepts all recorded traffic, with 1 if --update would change it,
    and with 2 if the command can't run.
    """
    options = Options(**given)
    if options.write and options.update is None:
        raise click.UsageError("--write needs --update, which names the file")
    if options.output is not None and options.update is not None:
        raise click.UsageError("--output is for a new document: use --write with --update")
    sys.exit(run_or_say_why(lambda: _run(options)))


def _run(options: Options) -> int:
    from typing import cast

    from asyncapi_guard.learning.document import learnt_document
    from asyncapi_guard.learning.schemas import Bounds, Style

    traffic = _read(options)
    style = Style(cast("Bounds", options.bounds), not options.open)
    if options.update is not None:
        return _update(options.update, traffic, style, write=options.write)
    text = learnt_document(traffic, style, options.title)
    if options.output is None:
        click.echo(text, nl=False)
    else:
        write_whole(options.output, text)
        click.echo(f"Wrote {options.output}", err=True)
    return 0


def _read(options: Options) -> TrafficShapes:
    """All that the files say.

    Raises:
        CannotRun: they cannot be read, or there is no traffic in them.
    """
    from asyncapi_guard.learning.har import add_har, is_har
    from asyncapi_guard.learning.log import read_lines
    from asyncapi_guard.learning.traffic_shapes import TrafficShapes

    traffic, unreadable = TrafficShapes(), 0
    for _, stream in opened_logs(options.files, "recorded traffic"):
        raw = stream.read()
        try:
            data: Any = json.loads(raw) if raw.lstrip().startswith(b"{") else None
        except (ValueError, RecursionError):
            data = None
        if is_har(data):
            unreadable += add_har(data, traffic, options.enum)
        else:
            unreadable += read_lines(raw.splitlines(), traffic)
    if unreadable:
        click.echo(f"{unreadable:,} lines or packets could not be read: left out", err=True)
    if not traffic.events and not traffic.connects:
        raise CannotRun(
            "there is no Socket.IO traffic in it: record some with "
            "AsyncAPIGuard.learning('traffic-{pid}.ndjson'), or save a HAR file with content from "
            "the network panel of a browser"
        )
    return traffic


def _update(file: str, traffic: TrafficShapes, style: Style, *, write: bool) -> int:
    from asyncapi_guard.cli.unified_diff import unified
    from asyncapi_guard.errors import EditRefused, SpecError
    from asyncapi_guard.learning.updating import updated
    from asyncapi_guard.spec.additions import CannotAddError
    from asyncapi_guard.spec.compiler import compile_contract
    from asyncapi_guard.spec.edit import apply_edits, edits_between
    from asyncapi_guard.spec.loader import open_documents

    path = Path(file)
    try:
        old = path.read_bytes()
        documents = open_documents(path, raw=old)
        contract = compile_contract(documents, "auto")
        data = documents.main.data
        update = updated(data, contract, traffic, style)
        edits = tuple(edits_between(data, update.data))
        new = apply_edits(file, path.absolute().as_uri(), old, edits)
        compile_contract(open_documents(path, raw=new), "auto")
    except OSError as error:
        raise CannotRun(f"{file} cannot be read: {error.strerror}") from error
    except (SpecError, EditRefused, CannotAddError) as error:
        raise CannotRun(f"{error}\nnothing was changed") from error
    for note in update.notes:
        click.echo(f"note: {note}", err=True)
    for event in update.unseen:
        click.echo(f"not seen: {event}", err=True)
    if new == old:
        click.echo(f"{file} accepts all recorded traffic", err=True)
        return 0
    if write:
        write_whole(path, new)
        click.echo(f"{file} was changed", err=True)
        return 0
    click.echo(unified(file, old, new), nl=False)
    return 1
