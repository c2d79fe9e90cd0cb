"""Which findings count: the options that `validate` and `check` share, and what they make of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncapi_guard.lint.settings import Settings

__all__ = ["choosing", "chosen"]

_LEVELS = ("error", "warning", "off")
_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _codes(_context: click.Context, _option: click.Parameter, given: Iterable[str]) -> Any:
    """`a,b` and `-o a -o b` say the same."""
    codes = (code.strip() for text in given for code in text.split(","))
    return tuple(code for code in codes if code)


def _severities(context: click.Context, option: click.Parameter, given: Iterable[str]) -> Any:
    found = {}
    for text in _codes(context, option, given):
        code, equals, level = text.partition("=")
        if not equals or level not in _LEVELS:
            raise click.BadParameter(f"{text!r} is not CODE={'|'.join(_LEVELS)}")
        found[code] = level
    return found


_OPTIONS = (
    click.option(
        "--select", multiple=True, metavar="CODES", callback=_codes, help="Report these only."
    ),
    click.option(
        "--ignore", multiple=True, metavar="CODES", callback=_codes, help="Do not report these."
    ),
    click.option(
        "--severity",
        multiple=True,
        metavar="CODE=LEVEL",
        callback=_severities,
        help="Make it an error or a warning, or turn it off.",
    ),
    click.option("--strict", is_flag=True, help="Warnings fail, as errors do."),
)


def choosing(command: _Command) -> _Command:
    """A command with the options `--select`, `--ignore`, `--severity` and `--strict`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(
    base: Settings,
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: Mapping[str, str],
    strict: bool,
) -> Settings:
    """The configured settings with those of the command line, which has the last word.

    `--select` stands for what is selected and ignored in general; `--ignore` and `--severity` are
    said after everything else, per-file settings among it.

    Raises:
        BadParameter: a code is unknown.
    """
    from asyncapi_guard.lint.settings import Choice, SettingsError

    try:
        last = Choice(ignore=ignore, severity=severity)
        changes: dict[str, Any] = {"strict": base.strict or strict}
        if select:
            changes |= {"select": select, "ignore": ()}
        if ignore or severity:
            changes["per_file"] = {**base.per_file, "**": last}
        return dataclasses.replace(base, **changes)
    except SettingsError as error:
        raise click.BadParameter(error.problem, param_hint=f"--{error.field}") from error
