"""How much each client of a server has asked of it, and whether that is too much."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Policy

__all__ = ["Limits"]

#: How many clients are remembered. Those who have left are forgotten.
_MOST = 100_000
#: In how many namespaces of one connection a client can come again without a clean slate.
_MOST_NAMESPACES = 1_000


class _Client:
    """What one client has asked for.

    Attributes:
        allowance: how many events it may send at once, when it was looked at last.
        at: when that was.
        violations: when it broke the contract, oldest first; as many as decide.
        running: how many of its events are being handled.
        ended: it is about to be disconnected.
    """

    __slots__ = ("allowance", "at", "ended", "running", "violations")

    def __init__(self, allowance: float, now: float) -> None:
        self.allowance: float = allowance
        self.at: float = now
        self.violations: deque[float] = deque()
        self.running: int = 0
        self.ended: bool = False


class Limits:
    """What the clients of one server have asked for, by their session ids.

    Args:
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: dict[str, _Client] = {}
        #: Clients that have left and may come back on the same connection, by that and namespace.
        self._left: dict[str, dict[str, _Client]] = {}
        #: Clients that have left, and have events that are still being handled.
        self._busy: dict[str, _Client] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        left = sum(map(len, self._left.values()))
        return len(self._clients) + left + len(self._busy)

    def exceeded(self, policy: Policy, sid: str) -> str | None:
        """Count an event; return the option of the policy that forbids it, if one does.

        An event that is forbidden does not count.

        Args:
            policy: what says the limits.
            sid: the session id of the client.
        """
        with self._lock:
            now = self._clock()
            client = self._client(policy, sid, now)
            if _is_over(policy, client, now):
                return "max_violations"
            rate = policy.max_events_per_second
            if rate is not None:
                client.allowance = min(_burst(rate), client.allowance + (now - client.at) * rate)
                client.at = now
                if client.allowance < 1:
                    return "max_events_per_second"
            most = policy.max_running_handlers
            if most is not None and client.running >= most:
                return "max_running_handlers"
            client.allowance -= 1
            return None

    def violated(self, policy: Policy, sid: str) -> None:
        """Count a violation."""
        if policy.max_violations is None:
            return
        with self._lock:
            now = self._clock()
            violations = self._client(policy, sid, now).violations
            violations.append(now)
            while len(violations) > policy.max_violations + 1:
                violations.popleft()

    def ends(self, policy: Policy, sid: str) -> bool:
        """Return whether a client has broken the contract too often; only the first time."""
        with self._lock:
            client = self._clients.get(sid)
            if client is None or client.ended or not _is_over(policy, client, self._clock()):
                return False
            client.ended = True
            return True

    def begin(self, sid: str) -> None:
        """An event is about to be handled."""
        with self._lock:
            client = self._clients.get(sid)
            if client is not None:
                client.running += 1

    def done(self, sid: str) -> None:
        """An event was handled."""
        with self._lock:
            client = self._clients.get(sid) or self._busy.get(sid)
            if client is not None and client.running:
                client.running -= 1
                if not client.running:
                    self._busy.pop(sid, None)

    def enter(self, sid: str, eio_sid: str, namespace: str) -> None:
        """A client has come to a namespace; if it comes again, what it has asked for counts."""
        if not self._left:
            return
        with self._lock:
            left = self._left.get(eio_sid)
            client = None if left is None else left.pop(namespace, None)
            if client is not None:
                self._clients[sid] = client

    def leave(self, sid: str, eio_sid: str | None, namespace: str) -> None:
        """A client has left.

        Args:
            sid: its session id.
            eio_sid: its connection, on which it can come again; `None` if that has ended.
            namespace: which one it has left.
        """
        if sid not in self._clients:
            return
        with self._lock:
            client = self._clients.pop(sid, None)
            if client is None:
                return
            if client.running:
                self._busy[sid] = client
            if eio_sid is not None:
                client.ended = False
                if eio_sid not in self._left and len(self._left) >= _MOST:
                    del self._left[next(iter(self._left))]
                left = self._left.setdefault(eio_sid, {})
                if namespace not in left and len(left) >= _MOST_NAMESPACES:
                    del left[next(iter(left))]
                left[namespace] = client

    def forget(self, eio_sid: str) -> None:
        """A connection has ended."""
        with self._lock:
            self._left.pop(eio_sid, None)

    def clear(self) -> None:
        """Forget all clients."""
        with self._lock:
            for known in (self._clients, self._left, self._busy):
                known.clear()

    def _client(self, policy: Policy, sid: str, now: float) -> _Client:
        client = self._clients.get(sid)
        if client is None:
            if len(self._clients) >= _MOST:
                del self._clients[next(iter(self._clients))]
            client = self._clients[sid] = _Client(_burst(policy.max_events_per_second), now)
        return client


def _burst(rate: float | None) -> float:
    """How many events may come at once: those of a second, and one at least."""
    return max(1.0, rate or 0.0)


def _is_over(policy: Policy, client: _Client, now: float) -> bool:
    most, violations = policy.max_violations, client.violations
    if most is None or len(violations) <= most:
        return False
    return now - violations[-most - 1] < policy.window
