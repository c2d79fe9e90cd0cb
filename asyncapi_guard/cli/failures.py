"""Why a command cannot run."""

from __future__ import annotations

import click

__all__ = ["CannotRun"]


class CannotRun(click.ClickException):
    """Nothing was judged: the message says why, on stderr, and the command exits with 2."""

    exit_code = 2
