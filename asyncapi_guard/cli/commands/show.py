"""`asyncapi-guard show`: what the guard reads in a document, so that people see what it means."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.cli.generated_files import opened, spec_faults_shown
from asyncapi_guard.cli.reporters import wants_color
from asyncapi_guard.cli.shared_options import reference_options
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.codegen.catalogue import Catalogue, Event, Form
    from asyncapi_guard.codegen.pointers import Pointers
    from asyncapi_guard.contract import Message

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard show asyncapi.yml
         asyncapi-guard show asyncapi.yml --format json
"""
_RECEIVED, _SENT, _CONNECTS = "client → server", "server → client", "client connects"
#: As wide as the longest of these.
_WIDTH = len(_CONNECTS)


@dataclass(frozen=True, slots=True)
class Row:
    """One message, as the guard reads it.

    Attributes:
        namespace: the address of its channel; `None` without one.
        direction: in words.
        event: the Socket.IO event.
        arguments: the type of each.
        acks: what it may be acknowledged with, an alternative each; `None` if nothing is said.
        message: the key or the component of the message.
        file: where the message stands.
        line: its line there.
        no_ack: nobody asks for an ack.
        ack_required: whoever sends it must ask for one.
        ack_timeout: within how many seconds it must come; `None` for any time.
        reauthenticate: by it, clients show again who they are.
        expired: by it, the guard tells a client that its identity has ended.
    """

    namespace: str | None
    direction: str
    event: str
    arguments: list[str]
    acks: list[list[str]] | None
    message: str
    file: str
    line: int
    no_ack: bool = False
    ack_required: bool = False
    ack_timeout: float | None = None
    reauthenticate: bool = False
    expired: bool = False


@click.command("show", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=str))
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@reference_options
def command(file: str, format: str, root: str | None, allow_http: tuple[str, ...]) -> None:
    """Show the contract that the guard reads from an AsyncAPI document.

    The command prints the namespaces, and the events that clients and the server send there, with
    their arguments, their acks, and the lines of their messages.

    Exits with 0, or with 2 if the document has errors.
    """

    def run() -> int:
        text = _shown(file, format, root, allow_http)
        click.echo(text, color=wants_color(sys.stdout))
        return 0

    click.get_current_context().exit(run_or_say_why(run))


def _shown(file: str, format: str, root: str | None, allow_http: tuple[str, ...]) -> str:
    from asyncapi_guard.codegen.catalogue import read_catalogue
    from asyncapi_guard.codegen.pointers import Pointers

    with spec_faults_shown("cannot show {file}"):
        documents = opened(file, root, allow_http, Configurations())
        catalogue = read_catalogue(documents)
    rows = list(_rows(catalogue, Pointers(documents)))
    return _as_json(catalogue, rows) if format == "json" else _as_text(catalogue, rows)


# -- what there is ---------------------------------------------------------------------------------


def _rows(catalogue: Catalogue, pointers: Pointers) -> Iterator[Row]:
    for event in catalogue.events:
        for form in event.payloads:
            yield _row(catalogue, event, form, pointers)


def _row(catalogue: Catalogue, event: Event, form: Form, pointers: Pointers) -> Row:
    from asyncapi_guard.codegen.short_types import arguments
    from asyncapi_guard.contract import Ack

    found = pointers.finding(form.message, "")
    acks = [arguments(ack, catalogue.definitions) for ack in _acks(event, form)]
    message = _message_of(catalogue, form)
    options = message.ack or Ack(()) if message is not None else Ack(())
    return Row(
        namespace=event.namespace,
        direction=_direction(event),
        event=event.name,
        arguments=arguments(form, catalogue.definitions),
        acks=acks or None,
        message=form.message.rpartition("/")[2].replace("~1", "/").replace("~0", "~"),
        file=found.file,
        line=found.line,
        no_ack=options.none,
        ack_required=options.required,
        ack_timeout=options.timeout,
        reauthenticate=message is not None and message.reauthenticate,
        expired=message is not None and message.expired,
    )


def _message_of(catalogue: Catalogue, form: Form) -> Message | None:
    """The message of a form."""
    messages = (
        each for operation in catalogue.contract.operations.values() for each in operation.messages
    )
    return next((each for each in messages if each.location == form.message), None)


def _acks(event: Event, form: Form) -> list[Form]:
    return [ack for ack in event.acks if ack.message == form.message]


def _direction(event: Event) -> str:
    from asyncapi_guard.contract import Action

    if event.direction is Action.SEND:
        return _SENT
    return _CONNECTS if event.name == "connect" else _RECEIVED


def _handshakes(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Namespaces with what is judged of the request with which a client connects."""
    for channel in catalogue.contract.channels.values():
        binding = channel.websocket
        if binding is not None and channel.address is not None:
            parts = {"query": binding.query, "headers": binding.headers}
            judged = tuple(name for name, schema in parts.items() if schema is not None)
            if judged:
                yield channel.address, judged


def _unserved(catalogue: Catalogue) -> list[str]:
    """The channels of operations that have no address."""
    contract = catalogue.contract
    used = dict.fromkeys(operation.channel for operation in contract.operations.values())
    return [id for id in used if contract.channels[id].address is None]


# -- for programs ----------------------------------------------------------------------------------


def _as_json(catalogue: Catalogue, rows: list[Row]) -> str:
    contract = catalogue.contract
    document: dict[str, Any] = {
        "title": contract.title,
        "version": contract.version,
        "namespaces": list(catalogue.namespaces),
        "channels_without_namespace": _unserved(catalogue),
        "handshakes": [
            {"namespace": namespace, "judged": list(judged)}
            for namespace, judged in _handshakes(catalogue)
        ],
        "events": [_said_of(row) for row in rows],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _said_of(row: Row) -> dict[str, Any]:
    """A row, without options that it does not have."""
    options = ("no_ack", "ack_required", "ack_timeout", "reauthenticate", "expired")
    return {name: value for name, value in asdict(row).items() if value or name not in options}


# -- for people ------------------------------------------------------------------------------------


def _as_text(catalogue: Catalogue, rows: list[Row]) -> str:
    contract = catalogue.contract
    blocks = [f"{contract.title} {contract.version} ({shown_path(Path(contract.file))})"]
    for namespace in catalogue.namespaces:
        here = [row for row in rows if row.namespace == namespace]
        judged = [parts for address, parts in _handshakes(catalogue) if address == namespace]
        handshakes = [f"  validates the handshake: {' and '.join(parts)}" for parts in judged]
        blocks.append("\n".join([_heading(namespace), *handshakes, *_lines(here, contract.file)]))
    blocks.extend(
        f"channel {id!r} has no address, so the guard serves none of its events"
        for id in _unserved(catalogue)
    )
    if not rows:
        blocks.append("no events: no operation has a message in a channel with an address")
    return "\n\n".join(blocks)


def _heading(namespace: str) -> str:
    problem = "" if namespace.startswith("/") else ", which is none: it doesn't start with '/'"
    return f"{click.style(f'namespace {namespace}', bold=True)}{problem}"


def _lines(rows: list[Row], file: str) -> Iterator[str]:
    places = [_place(row, file) for row in rows]
    width = max(map(len, places))
    for row, place in zip(rows, places, strict=True):
        at = click.style(place.rjust(width), dim=True)
        yield f"  {at}  {row.direction.ljust(_WIDTH)}  {_call(row)}{_meaning(row)}"


def _place(row: Row, file: str) -> str:
    return str(row.line) if row.file == file else f"{shown_path(Path(row.file))}:{row.line}"


def _call(row: Row) -> str:
    call = f"{row.event}({', '.join(row.arguments)})"
    if row.direction == _CONNECTS or row.event == "disconnect":
        return call
    if row.no_ack:
        return f"{call} → no ack"
    if row.acks is None:
        return call
    return f"{call} → ack {' | '.join(_answer(ack) for ack in row.acks)}{_options(row)}"


def _options(row: Row) -> str:
    required = ", required" if row.ack_required else ""
    timeout = "" if row.ack_timeout is None else f", within {row.ack_timeout:g} s"
    return f"{required}{timeout}"


#: Events whose names make people think of something else.
_MEANINGS = {
    "message": "what send() emits",
    "json": "what send(..., json=True) emits",
    "error": "an event of your own; a rejected connect is connect_error",
    "disconnect": "the end of a connection",
}


def _meaning(row: Row) -> str:
    meaning = _MEANINGS.get(row.event)
    if row.reauthenticate:
        meaning = "shows again who the client is"
    elif row.expired:
        meaning = "tells that the client's identity has ended"
    return click.style(f"  ({meaning})", dim=True) if meaning is not None else ""


def _answer(ack: list[str]) -> str:
    return ack[0] if len(ack) == 1 else f"({', '.join(ack)})"
