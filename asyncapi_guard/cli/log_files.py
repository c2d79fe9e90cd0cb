"""Files of lines that guards have written, as command lines name them, and since when."""

from __future__ import annotations

import glob
import re
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

__all__ = ["log_files", "opened_log", "since"]

_STDIN = "-"
_SINCE = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def since(_context: click.Context, _option: click.Parameter, given: str | None) -> Any:
    """The callback of an option that is a time, or a span before now: the time, in UTC."""
    if given is None:
        return None
    ago = _SINCE.fullmatch(given)
    try:
        if ago is not None:
            span = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            return datetime.now(timezone.utc) - span
        # Python before 3.11 does not read the Z of UTC.
        time = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", given))
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{given!r} is neither a time, such as 2026-11-30T12:00, nor a span, such as 30m, 24h "
            "or 7d"
        ) from None
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


def log_files(arguments: Iterable[str], kind: str) -> tuple[str, ...]:
    """The files that arguments stand for, each once.

    Args:
        arguments: names of files, globs, or `-` for standard input.
        kind: what the files are, in words.

    Raises:
        CannotRun: one of them stands for none.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        names = [argument]
        if argument != _STDIN and not Path(argument).exists():
            names = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207  # with their folder
            if not names:
                raise CannotRun(f"no {kind}: nothing matches {argument!r}")
        for name in names:
            if name != _STDIN and Path(name).is_dir():
                raise CannotRun(f"{name!r} is a directory; name its files, as in '{name}/*.ndjson'")
            found.setdefault(name if name == _STDIN else str(Path(name).resolve()), name)
    return tuple(found.values())


def opened_log(name: str) -> AbstractContextManager[IO[bytes]]:
    """Open a file to read it; `-` is standard input."""
    return nullcontext(sys.stdin.buffer) if name == _STDIN else Path(name).open("rb")
