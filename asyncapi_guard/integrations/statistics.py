"""Counters: how much traffic was seen, refused and reported, and where."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.violations import Checkpoint

__all__ = ["UNDECLARED", "Statistic", "Tally", "merged"]

#: What names that the contract does not have are counted under: clients choose them.
UNDECLARED = "(undeclared)"
#: What is counted under one name once there are this many; namespaces of a template may be many.
_MOST = 10_000
_OTHER = "(other)"


@dataclass(frozen=True, slots=True, order=True)
class Statistic:
    """What happened to one event at one checkpoint.

    Attributes:
        namespace: the Socket.IO namespace, or `(undeclared)`.
        event: the event name, `connect`, or `(undeclared)`.
        checkpoint: where it was judged.
        seen: pieces of traffic judged.
        refused: of these, how many were stopped.
        reported: of these, how many broke the contract and passed in report mode.
    """

    namespace: str
    event: str
    checkpoint: Checkpoint
    seen: int
    refused: int
    reported: int


class Tally:
    """Counters that any thread may add to."""

    __slots__ = ("_counts", "_lock")

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, Checkpoint], list[int]] = {}
        self._lock = threading.Lock()

    def seen(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count a piece of traffic that was judged."""
        key = (namespace, event, checkpoint)
        with self._lock:
            try:
                self._counts[key][0] += 1
            except KeyError:
                self._entry(key)[0] += 1

    def refused(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count one that was stopped."""
        with self._lock:
            self._entry((namespace, event, checkpoint))[1] += 1

    def reported(self, namespace: str, event: str, checkpoint: Checkpoint) -> None:
        """Count one that broke the contract and passed."""
        with self._lock:
            self._entry((namespace, event, checkpoint))[2] += 1

    def add_to(self, counts: dict[tuple[str, str, Checkpoint], list[int]]) -> None:
        """Add the counters to others."""
        with self._lock:
            for key, own in self._counts.items():
                sums = counts.setdefault(key, [0, 0, 0])
                sums[:] = map(sum, zip(sums, own, strict=True))

    def _entry(self, key: tuple[str, str, Checkpoint]) -> list[int]:
        """The counts of a key; of all that came too late, together, when there are too many."""
        if key not in self._counts and len(self._counts) >= _MOST:
            key = (_OTHER, _OTHER, key[2])
        return self._counts.setdefault(key, [0, 0, 0])


def merged(tallies: Iterable[Tally]) -> list[Statistic]:
    """All counters of tallies, sorted by namespace, event and checkpoint."""
    counts: dict[tuple[str, str, Checkpoint], list[int]] = {}
    for tally in tallies:
        tally.add_to(counts)
    return sorted(Statistic(*key, *sums) for key, sums in counts.items())
