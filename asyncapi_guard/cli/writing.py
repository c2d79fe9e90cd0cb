"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from asyncapi_guard.cli.failures import CannotRun

__all__ = ["write_whole"]


def write_whole(file: str | Path, text: str) -> None:
    """Write a file beside its place and rename it, so that nobody ever sees half of it.

    Raises:
        CannotRun: the operating system does not let us.
    """
    try:
        _write(Path(file).resolve(), text)
    except OSError as error:
        raise CannotRun(f"{file} cannot be written: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    handle, beside = tempfile.mkstemp(".tmp", f".{path.name}-", path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What the user takes away from new files; temporary ones are for their owner alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
