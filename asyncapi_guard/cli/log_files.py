"""The files of violation logs, each read once, also while processes rotate them.

A file that is full gets another name while others are read. So files are known by what they are,
and names are looked up again until none of them leads to a file that was not read.
"""

from __future__ import annotations

import glob
import os
import stat
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["opened_logs"]

_STDIN = "-"
#: How often names are looked up: logs that are rotated all the time end as well.
_MOST = 20
#: So many bytes of a file's beginning tell it from one that has got its inode.
_BEGINNING = 256


def opened_logs(arguments: Iterable[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Open each file that names and globs stand for, and give its name and its bytes.

    Raises:
        CannotRun: an argument stands for no file, or a file cannot be read.
    """
    arguments = tuple(arguments)
    known: set[tuple[int, int, bytes] | str] = set()
    for _ in range(_MOST):
        before = len(known)
        for name in _names(arguments, looked_before=bool(before)):
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


def _names(arguments: Iterable[str], *, looked_before: bool) -> tuple[str, ...]:
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
                raise CannotRun(f"no violation log: nothing matches {argument!r}")
        for name in names:
            if name != _STDIN and Path(name).is_dir():
                raise CannotRun(f"{name!r} is a directory; name its files, as in '{name}/*.ndjson'")
            found.setdefault(name if name == _STDIN else str(Path(name).resolve()), name)
    return tuple(found.values())
