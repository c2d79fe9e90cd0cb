"""Many equal violations as one log line and a count."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from asyncapi_guard.violations import Violation

__all__ = ["Repeat", "Repeats", "kind_of"]

#: Seconds between two lines about the same.
EVERY = 60.0
#: How many kinds are told apart; namespaces of a template are the client's choice.
_MOST = 1_000


class Repeat:
    """What was not written since the last line.

    Attributes:
        count: how many.
        seconds: how long ago the last line was written.
    """

    __slots__ = ("count", "seconds")

    def __init__(self, count: int, seconds: float) -> None:
        self.count: int = count
        self.seconds: float = seconds

    def __str__(self) -> str:
        if not self.count:
            return ""
        return f"; and {self.count} more like it in the last {self.seconds:.0f} s"


class Repeats:
    """Decides which of many equal lines are written: the first, and then one a minute.

    Any thread can ask.

    Args:
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: When the last line of a kind was written, and how many were not since; oldest first.
        self._kinds: dict[Hashable, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def next(self, kind: Hashable) -> Repeat | None:
        """Count one of a kind. Return what its line adds, or `None` if it has no line."""
        with self._lock:
            now = self._clock()
            kind = self._known(kind, now)
            written, count = self._kinds.get(kind, (None, 0))
            if written is not None and now - written < EVERY:
                self._kinds[kind] = written, count + 1
                return None
            self._kinds.pop(kind, None)  # to the end: it is the newest now
            self._kinds[kind] = now, 0
            return Repeat(count, now - written if written is not None else 0)

    def _known(self, kind: Hashable, now: float) -> Hashable:
        """The kind, or one for all others if too many were written of in the last minute."""
        if kind in self._kinds or len(self._kinds) < _MOST:
            return kind
        oldest = next(iter(self._kinds))
        if now - self._kinds[oldest][0] < EVERY:
            return None
        del self._kinds[oldest]
        return kind


def kind_of(violation: Violation, namespace: str, event: str) -> Hashable:
    """What equal violations have in common: event and reason.

    Args:
        violation: the violation.
        namespace: its namespace, as it is counted; one for all that are not declared.
        event: its event, likewise.
    """
    first = violation.problems[0] if violation.problems else None
    place = (first.schema, first.keyword) if first is not None else None
    return violation.checkpoint, violation.code, namespace, event, place
