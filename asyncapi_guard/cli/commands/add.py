"""`asyncapi-guard add`: parts of a document, written into the file as its author would."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shared_options import reference_options
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from asyncapi_guard.cli.configuration import Configuration

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard add event join_room --direction receive --payload RoomName --ack boolean
         asyncapi-guard add event said --namespace /chat --direction send --payload string --diff
         asyncapi-guard add event move --direction receive asyncapi.yml \\
             --payload '{type: object, properties: {x: {type: integer}}, required: [x]}'
"""
#: What a word alone stands for.
_WORDS: dict[str, dict[str, Any]] = {
    **{
        name: {"type": name}
        for name in ("array", "boolean", "integer", "null", "number", "object", "string")
    },
    "binary": {"type": "string", "format": "binary"},
}
_FILE = re.compile(r"[./#]|\.(?:ya?ml|json)\b")


@click.group(
    "add",
    epilog="Example: asyncapi-guard add event move --direction receive --payload string --diff",
)
def command() -> None:
    """Add an event to an AsyncAPI document, leaving every other line as it is."""


@command.command("event", short_help="Add an event that is received or sent.", epilog=_EXAMPLES)
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=str))
@click.option(
    "--namespace", default="/", show_default=True, help="Socket.IO namespace of the event."
)
@click.option(
    "--direction",
    type=click.Choice(["receive", "send"]),
    required=True,
    help="Whether the server receives or sends the event.",
)
@click.option("--payload", metavar="SCHEMA", required=True, help="Schema of the arguments.")
@click.option("--ack", metavar="SCHEMA", help="Schema of the ack.")
@click.option("--diff", "--dry-run", is_flag=True, help="Show the change instead of writing it.")
@reference_options
def event(
    name: str,
    file: str | None,
    namespace: str,
    payload: str,
    ack: str | None,
    diff: bool,  # noqa: FBT001  # click passes flags so
    **given: Any,
) -> None:
    """Add the event NAME to FILE, with its message, an operation and a channel if needed.

    SCHEMA is the name of a component, a reference such as '#/components/schemas/Room' or
    './types.yml#/Room', a schema in YAML or JSON, or a type: string, integer, number, boolean,
    object, array, binary, or null for no arguments.

    The event is written in the style of the other events. Without FILE, the command edits the
    document that `validate` would validate. It writes nothing if the event already exists, or if
    the result has new findings.

    Exits with 0 if the event was added, and with 2 otherwise.
    """
    from asyncapi_guard.cli.configuration import Configurations
    from asyncapi_guard.cli.event_additions import add_events
    from asyncapi_guard.cli.unified_diff import unified
    from asyncapi_guard.contract import Action
    from asyncapi_guard.spec.additions import NewEvent

    if not namespace.startswith("/"):
        raise click.BadParameter("a namespace starts with '/'", param_hint="--namespace")
    configurations = Configurations()
    file = file or _only_file(configurations)
    configuration = configurations.of_file(file)
    names = _components(file)
    new = NewEvent(
        namespace,
        name,
        Action(given["direction"]),
        _schema(payload, names, "--payload"),
        _schema(ack, names, "--ack") if ack is not None else None,
    )
    addition = add_events(
        file,
        [new],
        settings=configuration.settings,
        root=given["root"] or configuration.root,
        allow_http=given["allow_http"] or configuration.allow_http,
    )
    if diff:
        click.echo(unified(file, addition.old, addition.new), nl=False)
    else:
        write_whole(addition.path, addition.new)
        click.echo(f"Added event {name!r} to {file}", err=True)


def _only_file(configurations: Any) -> str:
    """The file that is meant when none is named.

    Raises:
        CannotRun: there is none, or several.
    """
    from asyncapi_guard.cli.file_search import usual_files

    configuration: Configuration = configurations.of_folder(Path.cwd())
    files = [shown_path(configuration.folder / each) for each in configuration.files]
    files = files or usual_files(Path(), configuration.exclude)
    if len(files) != 1:
        found = ", ".join(files) or "none here"
        raise CannotRun(f"name the file to add it to: there is not one document, but {found}")
    return files[0]


# -- schemas ---------------------------------------------------------------------------------------


def _components(file: str) -> dict[str, Any]:
    """The component schemas of a file; none where it cannot be read, which is told later."""
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.loader import open_documents

    try:
        data = open_documents(file).main.data
    except SpecError:
        return {}
    components = data.get("components") if isinstance(data, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return schemas if isinstance(schemas, dict) else {}


def _schema(text: str, components: dict[str, Any], option: str) -> Any:
    """The schema that somebody typed.

    Raises:
        BadParameter: it is none.
    """
    from asyncapi_guard.spec.pointers import format_pointer
    from asyncapi_guard.spec.wording import nearest

    if text in components:
        return {"$ref": f"#/components/schemas{format_pointer((text,))}"}
    if text in _WORDS:
        return dict(_WORDS[text])
    if text.lstrip()[:1] == "{" or text in ("true", "false"):
        return _literal(text, option)
    if _FILE.search(text):
        return {"$ref": text}
    known = [*components, *_WORDS]
    raise click.BadParameter(
        f"{text!r} is not a type, a component schema of the file, a reference, or a schema in "
        f"YAML{nearest(text, known)}",
        param_hint=option,
    )


def _literal(text: str, option: str) -> Any:
    from asyncapi_guard.errors import UnreadableDocument
    from asyncapi_guard.spec.source import read_source

    try:
        value = read_source(option, "argument:", text.encode()).data
        json.dumps(value)
    except (UnicodeEncodeError, UnreadableDocument) as error:
        raise click.BadParameter(f"it cannot be read: {error}", param_hint=option) from error
    return value
