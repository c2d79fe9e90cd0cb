"""Times in buckets: what is measured gathers, and is sorted when somebody asks, or there is a lot.

A queue takes a number in one step of C, so no lock is needed where events pass.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Times"]

#: How many numbers gather before they are sorted.
_MOST = 1_000


class Times:
    """The times of one event, in seconds.

    Args:
        bounds: the largest time of each bucket; what is longer is in one bucket more.
    """

    __slots__ = ("_bounds", "_counts", "_gathered", "_sorting", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._gathered: deque[float] = deque()
        self._sorting = threading.Lock()
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def renew_lock(self) -> None:
        """Forget who had the lock."""
        self._sorting = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Take one more."""
        gathered = self._gathered
        gathered.append(seconds)
        if len(gathered) > _MOST:
            self.read()

    def read(self) -> tuple[list[int], float]:
        """How many are in each bucket, and the sum of all."""
        with self._sorting:
            gathered, counts = self._gathered, self._counts
            for _ in range(len(gathered)):
                seconds = gathered.popleft()
                counts[bisect_left(self._bounds, seconds)] += 1
                self._sum += seconds
            return list(counts), self._sum
