"""A file of lines that can be summed, bounded in size: a full file is rewritten with fewer lines.

Nothing that was counted is lost by that: lines about the same become one line. A process that is
ended meanwhile leaves the old file or the new one, and never a part of one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.rotating_file import RotatingFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SummedFile"]


class SummedFile(RotatingFile):
    """The file of this process; see `RotatingFile`.

    Args:
        name: its name, which can have `{pid}` and `{host}`.
        size: how many bytes it may have.
        head: makes the line with which a file begins.
        add_up: makes fewer lines of all those of a file, which together have no more bytes than
            it is told; without line breaks both.
    """

    def __init__(
        self,
        name: str,
        size: int,
        head: Callable[[], bytes],
        add_up: Callable[[list[bytes], int], list[bytes]],
    ) -> None:
        super().__init__(name, size, head, files=1)
        self._add_up = add_up

    def _rotate(self) -> None:
        path = self.path
        if path is None:
            return
        # Half of it is for what comes, so that this is seldom done.
        lines = self._add_up(path.read_bytes().splitlines(), self._largest // 2)
        if os.name == "nt":
            self.close()  # which does not replace a file that is open
        _write_anew(path, b"".join(line + b"\n" for line in lines))
        self.close()


def _write_anew(path: Path, text: bytes) -> None:
    """Put a file in the place of another one, whole.

    Raises:
        OSError: it cannot be written; the other one is still there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o640)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
