"""The files of ended processes: keeps some of them, and deletes the oldest.

A file goes only if all of this is true: its name is one that this log gives, its first line says
that a process of this host wrote it, that process is gone, and nobody has locked any of its files.
What cannot be known stays.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from asyncapi_guard.process_files.names import host_name, pattern_of
from asyncapi_guard.violation_log.lines import LogLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["can_delete_ended", "delete_ended"]

#: How many bytes the first line of a file has at most.
_FIRST = 4_096
_DECODER = msgspec.json.Decoder(LogLine)


def can_delete_ended() -> bool:
    """Whether this system can tell which files are in use."""
    try:
        import fcntl  # noqa: F401  # there is none on Windows
    except ImportError:
        return False
    return True


def delete_ended(name: str, keep: int) -> int:
    """Delete files of processes that have ended, and return how many.

    Args:
        name: the name of the log, which can have `{pid}` and `{host}`.
        keep: of how many of these processes the files are kept: those that wrote last.

    Raises:
        OSError: some cannot be deleted.
    """
    ended = sorted(_ended(Path(name)), key=lambda each: each[0], reverse=True)
    return sum(_delete(files) for _, files in ended[keep:])


def _ended(name: Path) -> Iterator[tuple[float, list[Path]]]:
    """The files of each process that has ended, and when it wrote last."""
    pattern = pattern_of(name)
    processes: dict[str, list[Path]] = {}
    with suppress(OSError):
        for path in name.parent.iterdir():
            match = pattern.fullmatch(path.name)
            if match is not None and _is_of_one_that_ended(path):
                processes.setdefault(match["process"], []).append(path)
    for files in processes.values():
        with suppress(OSError):  # somebody has just deleted one
            yield max(path.stat().st_mtime for path in files), files


def _is_of_one_that_ended(path: Path) -> bool:
    """Whether a process of this host wrote a file, and is gone."""
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as stream:
            first = _DECODER.decode(stream.readline(_FIRST))
    except (OSError, msgspec.MsgspecError, ValueError):
        return False
    return first.host == host_name() and first.pid != os.getpid() and not _runs(first.pid)


def _runs(pid: int) -> bool:
    if pid <= 0:
        return True  # whoever wrote that
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is somebody else's
        return True
    return True


def _delete(files: Iterable[Path]) -> int:
    """Delete files together, unless somebody has locked one of them."""
    import fcntl

    with ExitStack() as stack:
        locked: list[Path] = []
        for path in files:
            try:
                descriptor = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                continue
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return 0  # a process that cannot be seen from here has it, or there are no locks
            if _is_still(path, descriptor):
                locked.append(path)
        for path in locked:
            # While it is locked: who opens it now takes another name, or another file.
            path.unlink(missing_ok=True)
        return len(locked)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether a name is still that of an open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False
