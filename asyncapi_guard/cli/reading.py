"""What a document may refer to: the options that all commands share that read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["reading"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="The folder that references may not leave.  [default: the file's own]",
)
_ALLOW_HTTP = click.option(
    "--allow-http",
    metavar="HOST",
    multiple=True,
    help="Follow references to this host over http(s). May be given several times.",
)


def reading(command: _Command) -> _Command:
    """A command with the options `--root` and `--allow-http`."""
    return _ROOT(_ALLOW_HTTP(command))
