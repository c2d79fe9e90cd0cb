"""What the commands that import an application share: its errors, and whose standard output it is.

An application may print while it is imported, and its threads may at any later time. What a command
says on standard output is a document or a report, so from the import on it is the command's alone.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO, TYPE_CHECKING

import click

from asyncapi_guard.cli.failures import CannotRun

if TYPE_CHECKING:
    from asyncapi_guard.integrations.applications import Loaded

__all__ = ["application", "is_target", "take_stdout"]

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_FILES = (".yml", ".yaml", ".json")


def is_target(argument: str) -> bool:
    """Whether an argument names an application (`module:attribute`), and not a file."""
    if argument.lower().endswith(_FILES):
        return False
    return ":" in argument and not _DRIVE.match(argument)


def application(target: str) -> Loaded:
    """Import an application; its own traceback goes to stderr.

    Raises:
        CannotRun: it cannot be imported, or is no Socket.IO server.
    """
    from asyncapi_guard.integrations.applications import ApplicationError, load_application

    try:
        return load_application(target)
    except ApplicationError as error:
        if error.trace:
            click.echo(error.trace, err=True, nl=False)
        raise CannotRun(str(error)) from error


def take_stdout() -> IO[str]:
    """Standard output for us alone: whoever else writes to it, writes to stderr from now on."""
    own = sys.stdout
    sys.stdout = sys.stderr
    try:
        number = own.fileno()
        error = sys.stderr.fileno()
    except (OSError, ValueError):
        return own  # somebody else took it before, such as a test
    own.flush()
    copy = os.fdopen(os.dup(number), "w", encoding=own.encoding, errors=own.errors)
    os.dup2(error, number)  # for what is written below Python, and by other processes
    return copy
