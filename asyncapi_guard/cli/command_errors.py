"""Why a command cannot run."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from asyncapi_guard.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CannotRun", "DocumentFaults", "run_or_say_why"]


#: What writing to a stream says: its reader has gone, its disk is full, it is closed or broken.
_UNHEARD = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EBADF, errno.EIO}


class CannotRun(click.ClickException):
    """Nothing was judged: the message says why, on stderr, and the command exits with 2."""

    exit_code = 2


class DocumentFaults(CannotRun):
    """A document is at fault: with `--watch`, whoever mends it is waited for."""


def run_or_say_why(run: Callable[[], int]) -> int:
    """The exit code of a run; a fault of ours is no finding, so it must not exit with 1."""
    try:
        return run()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except MissingExtraError as error:
        raise CannotRun(str(error)) from error
    except Exception as error:  # noqa: BLE001  # whatever it is
        if isinstance(error, OSError) and error.errno in _UNHEARD and error.filename is None:
            return _unheard(error)
        traceback.print_exc()
        click.echo(
            "This is a bug in asyncapi-guard, not in your files. Please report it with the "
            "traceback above.",
            err=True,
        )
        return 2


def _unheard(error: OSError) -> int:
    """The exit code when nobody takes what we print. Who has closed a pager is told nothing."""
    with suppress(OSError, ValueError, AttributeError):
        # Python would try to write the rest when it ends, and complain about it.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.__stdout__.fileno())  # type: ignore[union-attr]  # or AttributeError
        os.close(nowhere)
    if error.errno != errno.EPIPE:
        click.echo(f"Error: Can't write the output: {error.strerror}", err=True)
    return 2
