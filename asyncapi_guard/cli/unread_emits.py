"""Emits that nobody could read, on standard error: nothing told never means that nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.drift.emits import Emissions

__all__ = ["say_unread"]


def say_unread(emissions: Emissions, *, values: bool = False) -> None:
    """List the emits of which only the run knows what they emit.

    Args:
        emissions: what an application emits.
        values: list those, too, of which it is known what, and not with which values.
    """
    _say([f"{each.file}:{each.line}" for each in emissions.unread], "name")
    if values:
        _say([f"{each.file}:{each.line}" for each in emissions.emits if not each.is_told], "value")


def _say(places: Iterable[str], what: str) -> None:
    every = list(dict.fromkeys(places))
    if every:
        many = f"1 emit with a {what}" if len(every) == 1 else f"{len(every)} emits with {what}s"
        click.echo(f"{many} known only at run time: {', '.join(every)}", err=True)
