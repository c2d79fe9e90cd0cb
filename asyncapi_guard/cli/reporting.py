"""How findings are reported, and whose configuration counts: what `validate` and `check` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from asyncapi_guard.cli.reporters import FORMATS
from asyncapi_guard.cli.writing import or_standard_output

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["reporting"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_OPTIONS = (
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        help="How to report.  [default: full; github in GitHub Actions]",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False),
        callback=or_standard_output,
        help="Write the report to this file.",
    ),
    click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False),
        help=(
            "Use this configuration.  [default: the nearest pyproject.toml or asyncapi-guard.toml]"
        ),
    ),
    click.option("--no-config", is_flag=True, help="Use no configuration."),
)


def reporting(command: _Command) -> _Command:
    """A command with the options `--format`, `--output`, `--config` and `--no-config`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
