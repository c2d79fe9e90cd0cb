"""How far a long run is: one line on a terminal, gone when it is over."""

from __future__ import annotations

import time
from typing import IO

__all__ = ["Progress"]

#: Seconds after which people wonder.
_PATIENCE = 1.0
_ERASE = "\r\x1b[K"


class Progress:
    """Counts files on a terminal, if it takes long; does nothing on any other stream."""

    def __init__(self, total: int, stream: IO[str]) -> None:
        self._total = total
        self._stream = stream
        self._terminal = stream.isatty()
        self._began = time.monotonic()
        self._done = 0
        self._shown = False

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._terminal and time.monotonic() - self._began > _PATIENCE:
            self._shown = True
            self._stream.write(f"{_ERASE}{self._done} of {self._total} files checked")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write(_ERASE)
            self._stream.flush()
