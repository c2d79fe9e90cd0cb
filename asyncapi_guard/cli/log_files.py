"""Files of lines that guards have written: each is read once, also while processes rotate them.

A file that is full gets another name while others are read. So files are known by what they are,
and names are looked up again until none of them leads to a file that was not read.
"""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["opened_logs", "since"]

_STDIN = "-"
_SINCE = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
#: How often names are looked up: logs that are rotated all the time end as well.
_MOST = 20
#: So many bytes of a file's beginning tell it from one that has got its inode.
_BEGINNING = 256


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


def opened_logs(arguments: Iterable[str], kind: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Open each file that arguments stand for, and give its name and its bytes.

    Args:
        arguments: names of files, globs, or `-` for standard input.
        kind: what the files are, in words.

    Raises:
        CannotRun: an argument stands for no file, or a file cannot be read.
    """
    arguments = tuple(arguments)
    known: set[tuple[int, int, bytes] | str] = set()
    for _ in range(_MOST):
        before = len(known)
        for name in _names(arguments, kind, looked_before=bool(before)):
            yield from _opened(name, known)
        if len(known) == before:
            return


def _opened(name: str, known: set[tuple[int, int, bytes] | str]) -> Iterator[tuple[str, IO[bytes]]]:
    if name in known:
        return
    try:
        if name == _STDIN or not stat.S_ISREG(Path(name).stat().st_mode):
            known.add(name)  # it can be read once
            if name == _STDIN:
                yield name, sys.stdin.buffer
                return
        with Path(name).open("rb") as stream:
            if name not in known:
                state = os.fstat(stream.fileno())
                which = state.st_dev, state.st_ino, stream.peek(_BEGINNING)[:_BEGINNING]
                if which in known:
                    return
                known.add(which)
            yield name, stream
    except FileNotFoundError:
        return  # it was there a moment ago: a process has rotated its log since
    except OSError as error:
        raise CannotRun(f"{name!r} cannot be read: {error.strerror or error}") from error


def _names(arguments: Iterable[str], kind: str, *, looked_before: bool) -> tuple[str, ...]:
    """The names that arguments stand for, each once.

    Raises:
        CannotRun: one of them stands for none, or for a directory.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        names = [argument]
        if argument != _STDIN and not Path(argument).exists():
            names = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207  # with their folder
            if not names and not looked_before:
                raise CannotRun(f"no {kind}: nothing matches {argument!r}")
        for name in names:
            if name != _STDIN and Path(name).is_dir():
                raise CannotRun(f"{name!r} is a directory; name its files, as in '{name}/*.ndjson'")
            found.setdefault(name if name == _STDIN else str(Path(name).resolve()), name)
    return tuple(found.values())
