"""Emits that nobody could read, on standard error: nothing told never means that nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from asyncapi_guard.drift.emits import Emissions

__all__ = ["say_unread"]


def say_unread(emissions: Emissions) -> None:
    """List the emits of which only the run knows what they emit."""
    places = [f"{each.file}:{each.line}" for each in emissions.unread]
    if places:
        many = "1 emit with a name" if len(places) == 1 else f"{len(places)} emits with names"
        click.echo(f"{many} that only the run knows: {', '.join(places)}", err=True)
