"""Who the clients of a server are, for as long as they are connected."""

from __future__ import annotations

import heapq
import threading
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.guard.identity import Identity

__all__ = ["NOBODY_KNOWN", "Expiries", "Session", "Sessions", "Turns", "Watch"]

#: How often one connection may try to enter and be refused, and one session fail to be renewed.
_MOST_REFUSALS = 5
#: How long nobody looks for sessions that have ended; clocks are put back, and clients leave.
_LONGEST_WAIT = 60.0
#: How many of those who have left may stay among those who are waited for.
_LEFT_OVER = 64


class Session:
    """Who a client is that has entered a namespace.

    Args:
        identities: what verifiers said, by the names of security schemes; the one that counts most
            comes first.
        entered_by: the number of the guard by which it has entered; 0 for nobody knows.

    Attributes:
        identity: that one.
        expires_at: when the first of them ends, in seconds since the epoch; `None` for never.
        ended: that time has come, and the client is about to be told.
        failures: how often the client has failed to renew it.
    """

    __slots__ = ("ended", "entered_by", "expires_at", "failures", "identities", "identity")

    def __init__(self, identities: Mapping[str, Identity], entered_by: int = 0) -> None:
        self.identities: Mapping[str, Identity] = identities
        self.entered_by: int = entered_by
        self.identity: Identity | None = next(iter(identities.values()), None)
        ends = [each.expires_at for each in identities.values() if each.expires_at is not None]
        self.expires_at: float | None = min(ends, default=None)
        self.ended: bool = False
        self.failures: int = 0

    @property
    def barred(self) -> bool:
        """Whether the client has failed too often to renew it."""
        return self.failures >= _MOST_REFUSALS


#: Of a client that no verifier knows.
NOBODY_KNOWN = Session({})


class Watch(Enum):
    """What is to be done about a session that will end."""

    #: Somebody watches already.
    NOTHING = "nothing"
    #: Somebody must begin to watch.
    START = "start"
    #: Who watches must look again: this session ends before all others.
    WAKE = "wake"


class Sessions:
    """The sessions of one server, and how often each connection was refused."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], Session] = {}
        self._refusals: dict[str, int] = {}
        self._counting = threading.Lock()
        self._changing = threading.Lock()

    def open(self, sid: str, namespace: str, session: Session) -> None:
        """Note who a client is."""
        with self._changing:
            self._sessions[namespace, sid] = session

    def find(self, sid: str, namespace: str) -> Session | None:
        """Return what is known of a client."""
        return self._sessions.get((namespace, sid))

    def close(self, sid: str, namespace: str) -> None:
        """Forget a client that has left."""
        with self._changing:
            self._sessions.pop((namespace, sid), None)

    def renew(  # one session in the place of another
        self, sid: str, namespace: str, old: Session, new: Session, *, ended: bool
    ) -> bool:
        """Put a session in the place of another; return whether that was still there.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.
            old: the session to replace.
            new: the session that replaces it.
            ended: replace it even if it has ended.
        """
        with self._changing:
            there = self._sessions.get((namespace, sid)) is old
            if not there or (old.ended and not ended):
                return False
            self._sessions[namespace, sid] = new
            return True

    def end(self, sid: str, namespace: str, ends: float) -> bool:
        """Note that a session has ended; return whether it did so just now."""
        with self._changing:
            session = self._sessions.get((namespace, sid))
            if session is None or session.expires_at != ends or session.ended:
                return False
            session.ended = True
            return True

    def failed(self, session: Session) -> None:
        """Count a credential that does not renew a session."""
        with self._changing:
            session.failures += 1

    def clear(self) -> None:
        """Forget all clients."""
        with self._changing:
            self._sessions.clear()
        with self._counting:
            self._refusals.clear()

    def __len__(self) -> int:
        """Return how many clients are known."""
        return len(self._sessions)

    def refused(self, eio_sid: str) -> bool:
        """Count a refusal of a connection; return whether it has had enough of them."""
        with self._counting:
            count = self._refusals[eio_sid] = self._refusals.get(eio_sid, 0) + 1
            return count >= _MOST_REFUSALS

    def forget(self, eio_sid: str) -> None:
        """Forget a connection that has ended."""
        with self._counting:
            self._refusals.pop(eio_sid, None)


class Expiries:
    """When the sessions of one server end, the next one first.

    Args:
        sessions: of the server.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._heap: list[tuple[float, str, str]] = []
        #: What was added last of each session: a client may show one credential again and again.
        self._added: dict[tuple[str, str], float] = {}
        self._watched: bool = False
        self._lock = threading.Lock()

    def add(self, sid: str, namespace: str) -> Watch:
        """Wait for the end of a session."""
        session = self._sessions.find(sid, namespace)
        if session is None or session.expires_at is None:
            return Watch.NOTHING
        with self._lock:
            if self._added.get((namespace, sid)) != session.expires_at:
                self._push(session.expires_at, namespace, sid)
            if len(self._heap) > 2 * len(self._sessions) + _LEFT_OVER:
                # Once each: a client may also show two credentials by turns.
                self._heap = list({each for each in self._heap if self._is_there(*each)})
                heapq.heapify(self._heap)
                self._added = {(place, who): ends for ends, place, who in self._heap}
            if not self._watched:
                self._watched = True
                return Watch.START
            return Watch.WAKE if self._heap[0][1:] == (namespace, sid) else Watch.NOTHING

    def _push(self, ends: float, namespace: str, sid: str) -> None:
        heapq.heappush(self._heap, (ends, namespace, sid))
        self._added[namespace, sid] = ends

    def next(self, now: float) -> tuple[list[tuple[str, str]], float | None]:
        """Return the sessions that have ended, and how many seconds to wait for others.

        Without others, nobody needs to watch any more.

        Args:
            now: seconds since the epoch.

        Returns:
            Session ids with their namespaces, and the seconds; `None` for no others.
        """
        ended: list[tuple[str, str]] = []
        with self._lock:
            while self._heap:
                ends, namespace, sid = self._heap[0]
                there = self._is_there(ends, namespace, sid)
                if there and ends > now:
                    return ended, min(ends - now, _LONGEST_WAIT)
                heapq.heappop(self._heap)
                if self._added.get((namespace, sid)) == ends:
                    del self._added[namespace, sid]
                if there and self._sessions.end(sid, namespace, ends):
                    ended.append((sid, namespace))
            self._watched = False
        return ended, None

    def put_back(self, ended: Iterable[tuple[str, str]], now: float) -> None:
        """Wait again for the ends of some sessions, and note that nobody watches.

        Args:
            ended: session ids with their namespaces, that `next` returned.
            now: seconds since the epoch.
        """
        with self._lock:
            for sid, namespace in ended:
                session = self._sessions.find(sid, namespace)
                ends = None if session is None else session.expires_at
                if session is not None and ends is not None and ends <= now:
                    session.ended = False
                    self._push(ends, namespace, sid)
            self._watched = False

    def _is_there(self, ends: float, namespace: str, sid: str) -> bool:
        session = self._sessions.find(sid, namespace)
        return session is not None and session.expires_at == ends


class Turns:
    """Who renews a session: of several attempts, one after the other, and no more than so many."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], list[Any]] = {}
        self._taking = threading.Lock()

    def __len__(self) -> int:
        """Return how many clients are in some line."""
        return len(self._lines)

    def take(self, sid: str, namespace: str, mine: Any) -> tuple[bool, Any]:
        """Line up; return whether there is room, and the event that is set when it is one's turn.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.
            mine: the event to set afterwards.
        """
        with self._taking:
            line = self._lines.setdefault((namespace, sid), [])
            if len(line) >= _MOST_REFUSALS:
                return False, None
            before = line[-1] if line else None
            line.append(mine)
            return True, before

    def leave(self, sid: str, namespace: str, mine: Any) -> None:
        """Make room for the next one."""
        with self._taking:
            line = self._lines[namespace, sid]
            line.remove(mine)
            if not line:
                del self._lines[namespace, sid]
