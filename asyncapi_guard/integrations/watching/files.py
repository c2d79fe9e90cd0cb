"""What is in files now, and where somebody would have to look to see them change."""

from __future__ import annotations

import hashlib
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.source import read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

__all__ = ["NOT_THERE", "Contents", "Look", "directories_of"]

#: What is in files, as digests of their texts.
Contents = dict[Path, str]
#: In place of a digest, of a file that is not there or cannot be read.
NOT_THERE = ""
#: Nanoseconds for which a file is read at each look: its time may stand still over several saves.
_YOUNG = 3_000_000_000
#: How many symbolic links are followed.
_MOST_LINKS = 100


class Look:
    """Looks at files. Those that are as they were, by times, size and inode, are not read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}

    def at(self, paths: Iterable[Path]) -> Contents:
        """Return what is in files now."""
        found = {path: self._digest(path) for path in paths}
        self._known = {path: known for path, known in self._known.items() if path in found}
        return found

    def _digest(self, path: Path) -> str:
        try:
            state = path.stat()
        except (OSError, ValueError):
            return NOT_THERE
        times = state.st_mtime_ns, state.st_ctime_ns  # the former may be copied from another file
        which = state.st_dev, state.st_ino, state.st_size, *times
        known = self._known.get(path)
        if known is not None and known[0] == which:
            return known[1]
        digest = _read(path, state)
        if state.st_mtime_ns < time.time_ns() - _YOUNG:
            self._known[path] = which, digest
        else:
            self._known.pop(path, None)
        return digest


def _read(path: Path, state: os.stat_result) -> str:
    """The digest of a file's text; of its bytes, if it is no text."""
    if not stat.S_ISREG(state.st_mode):
        return NOT_THERE
    if state.st_size > DEFAULT_LIMITS.size:
        return f"{state.st_size} bytes"
    try:
        raw = path.read_bytes()
    except OSError:
        return NOT_THERE
    try:
        return read_text(str(path), "", raw).digest
    except SpecError:
        return hashlib.blake2b(raw, digest_size=16).hexdigest()


def directories_of(paths: Iterable[Path]) -> set[Path]:
    """Return the directories in which something happens when one of some files changes.

    Those of the files, and of the symbolic links on the ways to them.
    """
    found: set[Path] = set()
    seen: set[Path] = set()
    todo = [path.absolute() for path in paths]
    while todo and len(seen) < _MOST_LINKS + len(found):
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        found.add(path.parent)
        for part in (path, *path.parents):
            target = _target(part)
            if target is not None:
                found.add(part.parent)
                todo.append(part.parent / target / path.relative_to(part))
    return {each for each in found if each.is_dir()}


def _target(path: Path) -> Path | None:
    """What a symbolic link names; `None` for what is none."""
    try:
        return path.readlink() if path.is_symlink() else None
    except OSError:
        return None
