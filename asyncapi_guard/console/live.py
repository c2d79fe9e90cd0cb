"""`live.json`: what the guard of this process has counted, over time, and who is connected.

    {"at": 1735689600.2, "started": 1735686000.0, "mode": "enforce",
     "events": [
       {"namespace": "/chat", "event": "say", "checkpoint": "receive_event",
        "direction": "to-server", "ack": false, "mode": "enforce",
        "seen": 210, "rejected": 3, "reported": 0}],
     "samples": [
       {"at": 1735689598.1, "seconds": 2.0, "seen": 8, "rejected": 1, "reported": 0,
        "changes": [[0, 8, 1, 0]]}],
     "violations": [
       {"at": 1735689597.5, "namespace": "/chat", "event": "say", "checkpoint": "receive_event",
        "direction": "to-server", "ack": false, "verdict": "rejected", "message": "say",
        "code": "request_validation_error", "reason": "the payload does not match the contract",
        "truncated": false, "problems": [...]}],
     "clients": [{"namespace": "/chat", "count": 12}], "others": 0, "several": false}

- Times are seconds since the epoch; `started` is when the console began to count.
- `mode` is what the guard does about violations: `enforce`, `report`, or `off` where it is on no
  server. Each event has its own, because the document and the policy can name another one for it.
- `events` are the counters of `guard.statistics()`: one for each event and checkpoint, `connect`
  and `(undeclared)` among them. The order never changes; new ones come at the end. `direction` is
  that of the traffic, so an ack of an event to the server is `"ack": true` and `to-client`.
- `samples` has the growth in the `seconds` before `at`, oldest first: all events together, and
  `changes` as `[index in events, seen, rejected, reported]`, of at most 500 events. A sample is
  made when somebody asks, not more often than once a second; nothing is done while traffic passes.
  Those that are older than five minutes become samples of half a minute, and those that are older
  than an hour become longer ones, so that at most 800 tell of all the time since `started`.
  `?after=AT` leaves out the samples up to that time.
- `violations` are the last 100, newest first, with `problems` as in `judge`. No value is in them.
- `clients` are how many are connected to each namespace now, of the 200 fullest; `others` is how
  many are connected to the rest.

All of it is of one process: where several share the work, each counts for itself. `several` says
that there are others, as far as this one can know.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.console.places import problem_of
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncapi_guard.console.edition import Edition
    from asyncapi_guard.contract import Mode
    from asyncapi_guard.violations import Violation

__all__ = ["Counted", "Live", "Traffic"]

#: Samples that are kept, and seconds between two.
_SAMPLES = 800
_INTERVAL = 1.0
#: Samples of up to so many seconds become one: those that are older than five minutes, and those
#: that are older than an hour, of which it is a part of the time since the first.
_FINE = 300.0
_HALF_MINUTE = 30.0
_HOUR = 3600.0
_PARTS = 80
#: Events of which one sample says how they grew.
_CHANGES = 500
#: Namespaces whose clients are counted each by itself.
_NAMESPACES = 200
_LONGEST_NAME = 120
#: Problems of one violation.
_PROBLEMS = 3
_COUNTS = ("seen", "rejected", "reported")
_ACKS = (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK, Checkpoint.QUEUE_ACK)
_TO_SERVER = (
    Checkpoint.CONNECT,
    Checkpoint.RECEIVE_EVENT,
    Checkpoint.RECEIVE_ACK,
    Checkpoint.QUEUE_ACK,
)


class Counted(Protocol):
    """The counters of one event at one checkpoint, as `AsyncAPIGuard.statistics` returns them."""

    @property
    def namespace(self) -> str:
        """The Socket.IO namespace."""
        ...

    @property
    def event(self) -> str:
        """The event."""
        ...

    @property
    def checkpoint(self) -> Checkpoint:
        """Where it was validated."""
        ...

    @property
    def seen(self) -> int:
        """How much was validated."""
        ...

    @property
    def rejected(self) -> int:
        """How much of it was stopped."""
        ...

    @property
    def reported(self) -> int:
        """How much of it broke the contract and passed."""
        ...


class Traffic(Protocol):
    """What a guard knows of the traffic of its process."""

    def statistics(self) -> Iterable[Counted]:
        """All counters."""
        ...

    def violations(self) -> Sequence[tuple[float, Violation]]:
        """The last violations, oldest first, with the seconds since the epoch."""
        ...

    def clients(self) -> Mapping[str, int]:
        """How many clients are connected, by namespaces."""
        ...

    def several(self) -> bool:
        """Whether other processes have traffic of the same server, as far as this one knows."""
        ...


class Live:
    """The growth of counters over time.

    Args:
        traffic: what counts.
        clock: seconds since the epoch.
    """

    def __init__(self, traffic: Traffic, clock: Callable[[], float] = time.time) -> None:
        self._traffic = traffic
        self._clock = clock
        self._started = self._at = clock()
        self._samples: list[dict[str, Any]] = []
        #: The counters as they were sampled last, in the order in which they were found.
        self._counts: dict[tuple[str, str, Checkpoint], tuple[int, int, int]] = {}
        self._indexes: dict[tuple[str, str, Checkpoint], int] = {}
        self._sampling = threading.Lock()

    def shown(self, edition: Edition, after: float | None = None) -> dict[str, Any]:
        """All of it, as JSON has it.

        Args:
            edition: the document in force.
            after: leave out the samples up to this time.
        """
        with self._sampling:
            self._sample()
            samples = [each for each in self._samples if after is None or each["at"] > after]
            counts = list(self._counts.items())
            at = self._at
        clients = sorted(self._traffic.clients().items(), key=lambda each: (-each[1], each[0]))
        return {
            "at": at,
            "started": self._started,
            "mode": edition.mode,
            "events": [
                {
                    "namespace": namespace,
                    "event": event,
                    **_of_checkpoint(checkpoint),
                    "mode": _mode(edition, checkpoint, namespace, event),
                    "seen": seen,
                    "rejected": rejected,
                    "reported": reported,
                }
                for (namespace, event, checkpoint), (seen, rejected, reported) in counts
            ],
            "samples": samples,
            "violations": [_violation(edition, *each) for each in self._traffic.violations()][::-1],
            "clients": [
                {"namespace": _cut(n), "count": count} for n, count in clients[:_NAMESPACES]
            ],
            "others": sum(count for _, count in clients[_NAMESPACES:]),
            "several": self._traffic.several(),
        }

    def _sample(self) -> None:
        """Compare the counters with those of the last sample, unless that was just now."""
        now = self._clock()
        if self._samples and 0 <= now - self._at < _INTERVAL:
            return
        changes: list[tuple[int, ...]] = []
        for each in self._traffic.statistics():
            key = each.namespace, each.event, each.checkpoint
            index = self._indexes.setdefault(key, len(self._indexes))
            before = self._counts.get(key, (0, 0, 0))
            self._counts[key] = counted = each.seen, each.rejected, each.reported
            grown = tuple(a - b for a, b in zip(counted, before, strict=True))
            if any(grown):
                changes.append((index, *grown))
        seen, rejected, reported = (sum(each[i] for each in changes) for i in (1, 2, 3))
        self._samples.append(
            {
                "at": now,
                "seconds": now - self._at,
                "seen": seen,
                "rejected": rejected,
                "reported": reported,
                "changes": _most(changes),
            }
        )
        self._samples = _compacted(self._samples, now)
        self._at = now


def _compacted(samples: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
    """Samples, of which the older ones tell of more time each."""
    kept: list[dict[str, Any]] = []
    longest = max(_HALF_MINUTE, (now - samples[0]["at"]) / _PARTS)
    for each in samples:
        age = now - each["at"]
        most = 0.0 if age < _FINE else _HALF_MINUTE if age < _HOUR else longest
        if kept and kept[-1]["seconds"] + each["seconds"] <= most:
            kept[-1] = _joined(kept[-1], each)
        else:
            kept.append(each)
    return kept[-_SAMPLES:]


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """One sample of the time of two."""
    grown: dict[int, tuple[int, ...]] = {}
    for index, *counts in (*first["changes"], *second["changes"]):
        before = grown.get(index, (0, 0, 0))
        grown[index] = tuple(a + b for a, b in zip(before, counts, strict=True))
    sums = {name: first[name] + second[name] for name in ("seconds", *_COUNTS)}
    return {"at": second["at"], **sums, "changes": _most((i, *each) for i, each in grown.items())}


def _most(changes: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The changes of a sample that are kept: violations first, since one among many matters."""
    return sorted(changes, key=lambda each: (-each[2] - each[3], -each[1]))[:_CHANGES]


def _violation(edition: Edition, at: float, violation: Violation) -> dict[str, Any]:
    return {
        "at": at,
        "namespace": _cut(violation.namespace),
        "event": _cut(violation.event),
        **_of_checkpoint(violation.checkpoint),
        "verdict": "rejected" if violation.rejected else "reported",
        "message": violation.message_id,
        "code": str(violation.code),
        "reason": violation.reason,
        "truncated": violation.truncated,
        "problems": [
            problem_of(edition, problem, number)
            for number, problem in enumerate(violation.problems[:_PROBLEMS])
        ],
    }


def _mode(edition: Edition, checkpoint: Checkpoint, namespace: str, event: str) -> str:
    if not edition.active:
        return "off"
    mode: Mode = edition.guard.mode_of(checkpoint, namespace, event)
    return mode.value


def _of_checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "checkpoint": str(checkpoint),
        "direction": "to-server" if checkpoint in _TO_SERVER else "to-client",
        "ack": checkpoint in _ACKS,
    }


def _cut(name: str) -> str:
    """A name that a client chose."""
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
