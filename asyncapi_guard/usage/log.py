"""The usage log of a process: counts gather, and are written from time to time."""

from __future__ import annotations

import logging
import os
from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.gathering import Gathering
from asyncapi_guard.process_files.names import host_name
from asyncapi_guard.process_files.summed_file import SummedFile
from asyncapi_guard.usage.adding import Sum, add_up
from asyncapi_guard.usage.counting import Counter
from asyncapi_guard.usage.lines import VERSION, UsageLine, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.usage.lines import UseLine

__all__ = ["DEFAULT_SIZE", "LEAST_SIZE", "UsageLog"]

DEFAULT_SIZE = 20_000_000
LEAST_SIZE = 100_000
_NAME = 120


class UsageLog(Gathering):
    """Counts, and writes to the file of this process.

    Args:
        name: the name of the file, in which `{pid}` and `{host}` stand for the process's own.
        size: how many bytes it may have.
        complain: writes a line to the guard's own log; of what is wrong with this one.

    Raises:
        ValueError: the name or the size is none.
    """

    def __init__(
        self, name: str, *, size: int = DEFAULT_SIZE, complain: Callable[..., None]
    ) -> None:
        if size < LEAST_SIZE:
            raise ValueError(f"usage_size must be at least {LEAST_SIZE:,} bytes, not {size:,}")

        def open_file(path: str) -> SummedFile:
            return SummedFile(path, size, self._head, self._summed)

        super().__init__("usage=", "counts", name, open_file, complain)

    def _begin(self) -> None:
        super()._begin()
        self._counter = Counter()
        self._waiting: list[UseLine] = []
        self._said_fault = self._said_full = False

    @property
    def counter(self) -> Counter:
        """What counts in this process; what it counts is written from now on."""
        if self._thread is None:
            self._start()
        return self._counter

    def failed(self, error: Exception) -> None:
        """Say once that counting has failed."""
        if not self._said_fault:
            self._said_fault = True
            kind = type(error).__name__
            self._say(logging.ERROR, "counting failed: %s; some counts are too low", kind)

    def _head(self) -> bytes:
        now = datetime.now(timezone.utc)
        return encode(UsageLine(VERSION, now, host_name()[:_NAME], os.getpid()))

    def _summed(self, lines: list[bytes], most: int) -> list[bytes]:
        found = add_up(lines, most)
        if found and found[0].startswith(b'{"type":"dropped"') and not self._said_full:
            self._said_full = True
            self._say(
                logging.WARNING,
                "the file is full, so its first days are deleted; increase usage_size",
            )
        return found

    def _lines(self) -> deque[bytes]:
        sum = Sum()
        for line in (*self._waiting, *self._counter.take()):
            sum.add(line)
        self._waiting = [*sum.by_key.values()]
        return deque(map(encode, self._waiting))

    def _written(self, left: deque[bytes]) -> None:
        self._waiting = self._waiting[len(self._waiting) - len(left) :]
