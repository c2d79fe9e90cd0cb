"""How findings are shown: one module per format, imported when it is asked for.

A reporter takes what was found and returns text; who prints it, and where, is the command's
business. The text of `full`, `concise` and `github` has colours, which `click.echo` takes out again
where they do not belong; give it `color=wants_color(stream)`.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.rule import Rule

__all__ = ["FORMATS", "FileReport", "default_format", "render", "wants_color"]

FORMATS = ("full", "concise", "json", "github", "gitlab", "sarif", "junit")
#: Those that people read, with what stands between the report and its statistics.
_FOR_PEOPLE = {"full": "\n\n", "concise": "\n", "github": "\n"}
_WITH_LINKS = ("full", "concise")


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was checked.

    Attributes:
        file: its name, as given.
        findings: what is wrong with it, in order; some may stand in other files that it refers to.
        seconds: how long it took.
        raw: what was checked under this name, when it was not read from the disk (standard input).
        own: the project's own rules that were looked for, by code.
    """

    file: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    raw: bytes | None = None
    own: Mapping[str, Rule] = field(default_factory=dict, hash=False)


def render(
    format: str,
    reports: Sequence[FileReport],
    *,
    quiet: bool = False,
    statistics: bool = False,
    links: bool = False,
) -> str:
    """The text for what was found, without a line break at its end; empty for nothing to say.

    The formats for programs are always whole: the options are for those that people read.

    Args:
        format: one of `FORMATS`.
        reports: the files, in the order in which they were given.
        quiet: findings only: no summary, no hints, nothing about files that are fine.
        statistics: add how many findings there are of each code.
        links: make codes links to the rules, for a terminal that shows some (`shows_links`).

    Raises:
        ValueError: there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    options = {"links": links} if format in _WITH_LINKS else {}
    text = _module(format).render(reports, quiet=quiet, **options)
    if statistics and format in _FOR_PEOPLE:
        counted = _module("text").statistics(reports, **options)
        text = _FOR_PEOPLE[format].join(part for part in (text, counted) if part)
    return cast("str", text)


def _module(name: str) -> Any:
    return importlib.import_module(f"asyncapi_guard.cli.reporters.{name}")


def default_format() -> str:
    """`github` inside of GitHub Actions, where it becomes annotations; else `full`."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"


def wants_color(stream: IO[Any] | None) -> bool | None:
    """What the environment says about colours on a stream; `None` leaves it to click.

    `NO_COLOR` (https://no-color.org) wins over `FORCE_COLOR`, as in Python itself; both count when
    they are not empty. A terminal with `TERM=dumb` shows none.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    is_dumb = os.environ.get("TERM") == "dumb" and stream is not None and stream.isatty()
    return False if is_dumb else None
