"""What the commands that import an application share: its errors, and whose standard output it is.

An application may print while it is imported, and its threads may at any later time. What a command
says on standard output is a document or a report, so from the import on it is the command's alone.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from asyncapi_guard.cli.command_errors import CannotRun, run_or_say_why

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.drift.applications import Loaded

__all__ = [
    "application",
    "is_target",
    "names_application",
    "need_application",
    "run_and_leave",
    "take_stdout",
]

#: Seconds in which an application's threads may end by themselves.
_PATIENCE = 1.0

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_FILES = (".yml", ".yaml", ".json")


def is_target(argument: str) -> bool:
    """Whether an argument names an application (`module:attribute`), and not a file."""
    if argument.lower().endswith(_FILES):
        return False
    return ":" in argument and not _DRIVE.match(argument)


def names_application(argument: str | None) -> bool:
    """Whether an argument that can be a file as well names an application."""
    return argument is not None and is_target(argument) and not Path(argument).exists()


def application(target: str | None, also: Callable[[Any], bool] | None = None) -> Loaded:
    """Import an application; its own traceback goes to stderr.

    Args:
        target: where it is; without one, the application of Flask's command line is taken.
        also: as for `load_application`.

    Raises:
        CannotRun: it cannot be imported, or is no Socket.IO server.
    """
    from asyncapi_guard.drift.applications import (
        ApplicationError,
        load_application,
        load_flask_application,
    )

    try:
        if target is not None:
            loaded = load_application(target, also)
        else:
            loaded = load_flask_application(_flask().load_app)
    except ApplicationError as error:
        if error.trace:
            click.echo(error.trace, err=True, nl=False)
        raise CannotRun(str(error)) from error
    for note in loaded.notes:
        click.echo(f"note: {note}", err=True)
    return loaded


def need_application(target: str | None) -> None:
    """See that there is an application: named, or Flask's.

    Raises:
        UsageError: there is none.
    """
    if target is None and _flask() is None:
        raise click.UsageError(
            "name the application, such as package.module:socketio; only `flask asyncapi` knows it "
            "by itself"
        )


def _flask() -> Any:
    """What Flask's command line knows of its application; `None` when it is not Flask's."""
    flask = sys.modules.get("flask.cli")  # else it cannot be running
    context = click.get_current_context(silent=True)
    if flask is None or context is None:
        return None
    return context.find_object(flask.ScriptInfo)


def take_stdout() -> IO[str]:
    """Standard output for us alone: whoever else writes to it, writes to stderr from now on."""
    own = sys.stdout
    sys.stdout = sys.stderr
    if own is None:  # closed by whoever started us
        return Path(os.devnull).open("w", encoding="utf-8")
    try:
        number = own.fileno()
        error = sys.stderr.fileno()
    except (OSError, ValueError):
        return own  # somebody else took it before, such as a test
    own.flush()
    copy = os.fdopen(os.dup(number), "w", encoding=own.encoding, errors=own.errors)
    os.dup2(error, number)  # for what is written below Python, and by other processes
    return copy


def run_and_leave(run: Callable[[], int], stdout: IO[str]) -> NoReturn:
    """Run, and exit with its code, whatever the application began when it was imported.

    Args:
        run: what prints to our standard output.
        stdout: what `take_stdout` gave.

    Python waits for threads that are no daemons, and those of an application may never end.
    """
    try:
        code = run_or_say_why(run)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    try:
        stdout.flush()
    except OSError:  # which was said; Python would say it again
        with suppress(OSError):
            stdout.close()
    running = _still_running()
    if not running:
        sys.exit(code)
    click.echo(f"not waiting for threads of the application: {', '.join(running)}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _still_running() -> list[str]:
    """The names of threads that would keep the process, after some patience."""
    deadline = time.monotonic() + _PATIENCE
    threads = [each for each in threading.enumerate() if each is not threading.main_thread()]
    waited_for = [each for each in threads if not each.daemon]
    for thread in waited_for:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [each.name for each in waited_for if each.is_alive()]
