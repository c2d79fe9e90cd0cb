"""Why a command cannot run."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CannotRun", "DocumentFaults", "run_or_say_why"]


class CannotRun(click.ClickException):
    """Nothing was judged: the message says why, on stderr, and the command exits with 2."""

    exit_code = 2


class DocumentFaults(CannotRun):
    """A document is at fault: with `--watch`, whoever mends it is waited for."""


def run_or_say_why(run: Callable[[], int]) -> int:
    """The exit code of a run; a fault of ours is no finding, so it must not exit with 1."""
    try:
        return run()
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception:  # noqa: BLE001  # whatever it is
        traceback.print_exc()
        click.echo(
            "This is a fault of asyncapi-guard, not of the files; please report it.", err=True
        )
        return 2
