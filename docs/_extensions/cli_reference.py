"""The page about the commands, from the commands themselves.

`reference/cli.md` has the line `<!-- commands -->`, which becomes a section for each command.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import click
import click.formatting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

__all__ = ["commands", "markdown", "setup"]

PAGE = "reference/cli"
MARK = "<!-- commands -->"
PROGRAM = "asyncapi-guard"


def commands() -> Iterator[tuple[click.Context, click.Command]]:
    """Each command, with the context in which it is called by its name; groups before theirs."""
    from asyncapi_guard.cli import cli

    yield from _below(cli, click.Context(cli, info_name=PROGRAM, **cli.context_settings))


def _below(
    group: click.Group, context: click.Context
) -> Iterator[tuple[click.Context, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name)
        yield inner, command
        if isinstance(command, click.Group):
            yield from _below(command, inner)


def markdown() -> str:
    """A section for each command."""
    found = list(commands())
    short = [
        f"- [`{c.command_path}`](#{_anchor(c)}): {d.get_short_help_str(limit=200)}"
        for c, d in found
    ]
    return "\n".join(["\n".join(short), "", *(_section(c, d) for c, d in found)])


def _anchor(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _section(context: click.Context, command: click.Command) -> str:
    level = "#" * (context.command_path.count(" ") + 1)
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [
        f"{level} {context.command_path}",
        _prose(command.help or ""),
        f"```text\n{inspect.cleandoc(usage)}\n```",
    ]
    options = [_option(each, context) for each in command.get_params(context)]
    parts += [each for each in options if each]
    if command.epilog:
        parts.append(_prose(command.epilog))
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    r"""Click's text as Markdown: what begins with `\b` keeps its lines, and becomes code."""
    parts = []
    for paragraph in re.split(r"\n[ \t]*\n", inspect.cleandoc(text)):
        if paragraph.startswith("\b"):
            kept = inspect.cleandoc(paragraph[1:].lstrip("\n"))
            first, _, rest = kept.partition("Example: ")
            if not first and rest:
                lines = [line.strip() for line in rest.splitlines()]
                parts.append("Examples:\n\n```sh\n" + "\n".join(lines) + "\n```")
            else:
                parts.append(f"```text\n{kept}\n```")
        elif paragraph.startswith("Example: "):
            parts.append(f"Example:\n\n```sh\n{paragraph.removeprefix('Example: ')}\n```")
        else:
            parts.append(_escaped(paragraph))
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    """Words that Markdown would read as something else, as they are written."""
    parts = re.split(r"(`[^`]*`)", text)
    parts[::2] = [re.sub(r"([<>*_\[\]\\|#])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _option(parameter: click.Parameter, context: click.Context) -> str:
    """A parameter as an entry of a list: its names as code, and what `--help` says of it."""
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    names, said = record
    return f"`{names}`\n: {_escaped(said) or 'No description.'}"


def _insert(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == PAGE:
        before, mark, after = source[0].partition(MARK)
        assert mark, f"{PAGE}.md has no {MARK}"
        source[0] = before + markdown() + after


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", _insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
