"""The options that several commands share, and what they make of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

import click

from asyncapi_guard.cli.reporters import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncapi_guard.lint.settings import Settings

__all__ = [
    "or_standard_output",
    "reference_options",
    "report_options",
    "rule_options",
    "with_rule_options",
]

_LEVELS = ("error", "warning", "off")
_Command = TypeVar("_Command", bound="Callable[..., Any]")


# -- which findings count --------------------------------------------------------------------------


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


_RULE_OPTIONS = (
    click.option(
        "--select", multiple=True, metavar="CODES", callback=_codes, help="Report only these rules."
    ),
    click.option(
        "--extend-select",
        multiple=True,
        metavar="CODES",
        callback=_codes,
        help="Also report these rules, such as `style`, which is off by default.",
    ),
    click.option(
        "--ignore", multiple=True, metavar="CODES", callback=_codes, help="Ignore these rules."
    ),
    click.option(
        "--severity",
        multiple=True,
        metavar="CODE=LEVEL",
        callback=_severities,
        help="Report a rule as an error or a warning, or turn it off.",
    ),
    click.option("--strict", is_flag=True, help="Exit with 1 also for warnings."),
)


def rule_options(command: _Command) -> _Command:
    """A command with `--select`, `--extend-select`, `--ignore`, `--severity` and `--strict`."""
    for option in reversed(_RULE_OPTIONS):
        command = option(command)
    return command


def with_rule_options(
    base: Settings,
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: Mapping[str, str],
    strict: bool,
    extend_select: tuple[str, ...] = (),
) -> Settings:
    """The configured settings with those of the command line, which has the last word.

    `--select` stands for what is selected and ignored in general, to which `--extend-select` adds;
    `--ignore` and `--severity` are said after everything else, per-file settings among it.

    Raises:
        BadParameter: a code is unknown.
    """
    from asyncapi_guard.lint.settings import Choice, SettingsError

    try:
        last = Choice(ignore=ignore, severity=severity, own=base.own)
        changes: dict[str, Any] = {"strict": base.strict or strict}
        if select:
            changes |= {"select": select, "ignore": (), "extend_select": extend_select}
        elif extend_select:
            changes["extend_select"] = (*base.extend_select, *extend_select)
        if ignore or severity:
            changes["per_file"] = {**base.per_file, "**": last}
        return dataclasses.replace(base, **changes)
    except SettingsError as error:
        raise click.BadParameter(error.problem, param_hint=f"--{error.field}") from error


# -- what a document may refer to ------------------------------------------------------------------

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="Directory that references must stay within.  [default: the document's]",
)
_ALLOW_HTTP = click.option(
    "--allow-http",
    metavar="HOST",
    multiple=True,
    help="Follow references to this host over http(s). Can be given several times.",
)


def reference_options(command: _Command) -> _Command:
    """A command with the options `--root` and `--allow-http`."""
    return _ROOT(_ALLOW_HTTP(command))


# -- where the result goes -------------------------------------------------------------------------


def or_standard_output(_context: object, _option: object, file: str | None) -> str | None:
    """The file of an option `-o`, as a callback of click; `-` is none, as in other commands."""
    return None if file == "-" else file


_REPORT_OPTIONS = (
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        help="Output format.  [default: full; github in GitHub Actions]",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False),
        callback=or_standard_output,
        help="Write the report to this file.",
    ),
    click.option(
        "--statistics",
        is_flag=True,
        help="Count the findings of each rule, in text formats.",
    ),
    click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False),
        help=(
            "Use this configuration.  [default: the nearest pyproject.toml or asyncapi-guard.toml]"
        ),
    ),
    click.option("--no-config", is_flag=True, help="Ignore the configuration."),
)


def report_options(command: _Command) -> _Command:
    """A command with `--format`, `--output`, `--statistics`, `--config` and `--no-config`."""
    for option in reversed(_REPORT_OPTIONS):
        command = option(command)
    return command
