"""The names of process files: `guard-{pid}.ndjson`, and the names of its rotated files."""

from __future__ import annotations

import os
import re
import socket
import string
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_name", "host_name", "name_of_process", "older", "pattern_of"]

_FIELDS = ("pid", "host")


def check_name(name: str, option: str) -> None:
    """Raise ValueError for a name that cannot be that of such a file.

    Args:
        name: it.
        option: the option of the guard that it was given for.
    """
    try:
        fields = [each[1:] for each in string.Formatter().parse(name) if each[1] is not None]
    except ValueError as error:
        raise ValueError(f"{option} isn't a file name: {error}") from None
    for field, spec, conversion in fields:
        if field not in _FIELDS or spec or conversion:
            raise ValueError(
                f"{option} has {{{field}}}, but a file name can contain only {{pid}} and {{host}}"
            )
    if not Path(name).name or Path(name).is_dir():
        raise ValueError(f"{option} must be the name of a file, but {name!r} is a directory")


def host_name() -> str:
    """The name of this host."""
    return socket.gethostname()


def _safe_host() -> str:
    return re.sub(r"[^\w.-]", "-", host_name())


def name_of_process(name: str) -> Iterator[Path]:
    """The names that the file of this process can have, the wanted one first.

    The others are for processes that share a name without `{pid}`: each has a file of its own.
    """
    path = Path(name.format(pid=os.getpid(), host=_safe_host()))
    yield path
    for number in range(1, 100):
        last = "" if number == 1 else f"-{number}"
        yield path.with_name(f"{path.stem}-{os.getpid()}{last}{path.suffix}")


def older(path: Path, number: int) -> Path:
    """The name of a file that is not written to any more; 1 is the newest."""
    return path.with_name(f"{path.stem}.{number}{path.suffix}")


def pattern_of(name: Path) -> re.Pattern[str]:
    """What the files of all processes of this host are called, without their folder.

    Its group `process` is the same for all files of one process.
    """
    fields = {"pid": r"\d+", "host": re.escape(_safe_host())}

    def escaped(part: str) -> str:
        parsed = string.Formatter().parse(part)
        return "".join(re.escape(text) + fields.get(field or "", "") for text, field, *_ in parsed)

    stem, suffix = escaped(name.stem), escaped(name.suffix)
    return re.compile(rf"(?P<process>{stem}(?:-\d+(?:-\d+)?)?)(?:\.\d+)?{suffix}")
