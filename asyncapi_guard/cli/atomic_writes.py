"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["write_all", "write_whole"]

_Name = TypeVar("_Name", bound="str | Path")


def write_whole(file: str | Path, content: str | bytes) -> None:
    """Write a file beside its place and rename it, so that nobody ever sees half of it.

    Raises:
        CannotRun: the operating system does not let us.
    """
    write_all({file: content})


def write_all(files: Mapping[_Name, str | bytes]) -> None:
    """Write files beside their places, and rename them when all of them are there.

    Raises:
        CannotRun: the operating system does not let us. Nothing has changed then, unless it let us
            rename some and not the others.
    """
    beside: list[tuple[str, Path]] = []
    file: str | Path = ""  # which one it is about
    try:
        for file, content in files.items():
            path = Path(file).resolve()
            raw = content.encode() if isinstance(content, str) else content
            beside.append((_write_beside(path, raw), path))
        for temporary, path in beside:
            file = path
            Path(temporary).replace(path)
    except OSError as error:
        raise CannotRun(f"{shown_path(Path(file))} cannot be written: {error.strerror}") from error
    finally:
        for temporary, _ in beside:
            Path(temporary).unlink(missing_ok=True)


def _write_beside(path: Path, raw: bytes) -> str:
    """Write a temporary file, ready to take the place of another: its name."""
    if path.is_dir():
        raise IsADirectoryError(0, "it is a directory")
    if not path.parent.exists():
        raise FileNotFoundError(errno.ENOENT, f"there is no directory {shown_path(path.parent)}")
    is_there = path.exists()
    if is_there and not path.is_file():
        # A rename would put a plain file in the place of a device, such as /dev/null.
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file")
    mode = stat.S_IMODE(path.stat().st_mode) if is_there else 0o666 & ~_umask()
    if is_there and not (mode & 0o222 and os.access(path, os.W_OK)):
        # Its folder would let us put another in its place; its owner said no.
        raise PermissionError(errno.EACCES, "it is read-only")
    import tempfile

    handle, beside = tempfile.mkstemp(".tmp", f".{path.name}-", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        Path(beside).chmod(mode)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return beside


def _umask() -> int:
    """What the user takes away from new files; temporary ones are for their owner alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
