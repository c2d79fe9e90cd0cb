"""Counters: how much traffic was seen, rejected and reported, and where."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.renamed import read_by_old_name, takes_old_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.violations import Checkpoint

__all__ = ["UNDECLARED", "Statistic", "Tally", "merged"]

#: What names that the contract does not have are counted under: clients choose them.
UNDECLARED = "(undeclared)"
#: What is counted under one name once there are this many; namespaces of a template may be many.
_MOST = 10_000
_OTHER = "(other)"


@takes_old_argument("refused", "rejected")
@dataclass(frozen=True, slots=True, order=True)
class Statistic:
    """The counters of one event at one checkpoint.

    Attributes:
        namespace: the Socket.IO namespace, or `(undeclared)`.
        event: the event name, `connect`, or `(undeclared)`; of what a message queue does to clients
            and rooms, what that is, such as `close_room`.
        checkpoint: the checkpoint that validated it.
        seen: the number of validated messages.
        rejected: of these, how many were stopped.
        reported: of these, how many broke the contract and passed in report mode.
    """

    namespace: str
    event: str
    checkpoint: Checkpoint
    seen: int
    rejected: int
    reported: int

    @property
    def refused(self) -> int:
        """The old name of `rejected`; it works in this release only."""
        value: int = read_by_old_name(self, "refused", "rejected")
        return value


class _Counts:
    """What was counted under one name.

    Attributes:
        one_more: counts a piece of traffic. It is one step of C, so no thread comes in between.
        rejected: pieces that were stopped.
        reported: pieces that broke the contract and passed.
    """

    __slots__ = ("_counter", "one_more", "rejected", "reported")

    def __init__(self) -> None:
        self._counter = itertools.count()
        self.one_more: Callable[[], int] = self._counter.__next__
        self.rejected: int = 0
        self.reported: int = 0

    @property
    def seen(self) -> int:
        # Nothing but its repr says how far a counter is without moving it: `count(7)`.
        return int(repr(self._counter)[len("count(") : -1])


class Tally:
    """Counters that any thread may add to."""

    __slots__ = ("_counts", "_lock", "listeners")

    def __init__(self) -> None:
        #: Called when there is something more to count.
        self.listeners: tuple[Callable[[], object], ...] = ()
        self._counts: dict[tuple[str, str, Checkpoint], _Counts] = {}
        self._lock = threading.Lock()

    def counter(self, namespace: str, event: str, checkpoint: Checkpoint) -> Callable[[], int]:
        """Return what counts a piece of traffic each time it is called, without a lock."""
        with self._lock:
            one_more = self._entry((namespace, event, checkpoint)).one_more
        for listener in self.listeners:
            listener()
        return one_more

    def seen(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count a piece of traffic that was judged."""
        self.counter(namespace, event, checkpoint)()

    def rejected(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count one that was stopped."""
        with self._lock:
            self._entry((namespace, event, checkpoint)).rejected += 1

    def reported(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count one that broke the contract and passed."""
        with self._lock:
            self._entry((namespace, event, checkpoint)).reported += 1

    def numbers(self) -> dict[tuple[str, str, Checkpoint], tuple[int, int, int]]:
        """What was seen, rejected and reported, without those of which nothing was.

        It takes no lock, which another thread may have had when this process was forked.
        """
        found = {
            key: (own.seen, own.rejected, own.reported) for key, own in list(self._counts.items())
        }
        return {key: numbers for key, numbers in found.items() if any(numbers)}

    def add_to(self, counts: dict[tuple[str, str, Checkpoint], list[int]]) -> None:
        """Add the counters to others."""
        with self._lock:
            for key, own in self._counts.items():
                numbers = own.seen, own.rejected, own.reported
                if any(numbers):  # a counter is there before there is something to count
                    sums = counts.get(key, (0, 0, 0))
                    counts[key] = [a + b for a, b in zip(sums, numbers, strict=True)]

    def _entry(self, key: tuple[str, str, Checkpoint]) -> _Counts:
        """The counts of a key; of all that came too late, together, when there are too many."""
        if key not in self._counts and len(self._counts) >= _MOST:
            key = (_OTHER, _OTHER, key[2])
        return self._counts.setdefault(key, _Counts())


def merged(tallies: Iterable[Tally]) -> list[Statistic]:
    """All counters of tallies, sorted by namespace, event and checkpoint."""
    counts: dict[tuple[str, str, Checkpoint], list[int]] = {}
    for tally in tallies:
        tally.add_to(counts)
    return sorted(Statistic(*key, *sums) for key, sums in counts.items())
