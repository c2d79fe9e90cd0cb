"""Who the clients of a server are, for as long as they are connected."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.guard.identity import Identity

__all__ = ["NOBODY_KNOWN", "Session", "Sessions"]

#: How often one connection may try to enter and be refused.
_MOST_REFUSALS = 5


class Session:
    """Who a client is that has entered a namespace.

    Args:
        identities: what verifiers said, by the names of security schemes; the one that counts most
            comes first.

    Attributes:
        identity: that one.
        expires_at: when the first of them ends, in seconds since the epoch; `None` for never.
    """

    __slots__ = ("expires_at", "identities", "identity")

    def __init__(self, identities: Mapping[str, Identity]) -> None:
        self.identities: Mapping[str, Identity] = identities
        self.identity: Identity | None = next(iter(identities.values()), None)
        ends = [each.expires_at for each in identities.values() if each.expires_at is not None]
        self.expires_at: float | None = min(ends, default=None)


#: Of a client that no verifier knows.
NOBODY_KNOWN = Session({})


class Sessions:
    """The sessions of one server, and how often each connection was refused."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], Session] = {}
        self._refusals: dict[str, int] = {}
        self._counting = threading.Lock()

    def open(self, sid: str, namespace: str, session: Session) -> None:
        """Note who a client is."""
        self._sessions[namespace, sid] = session

    def find(self, sid: str, namespace: str) -> Session | None:
        """Return what is known of a client."""
        return self._sessions.get((namespace, sid))

    def close(self, sid: str, namespace: str) -> None:
        """Forget a client that has left."""
        self._sessions.pop((namespace, sid), None)

    def refused(self, eio_sid: str) -> bool:
        """Count a refusal of a connection; return whether it has had enough of them."""
        with self._counting:
            count = self._refusals[eio_sid] = self._refusals.get(eio_sid, 0) + 1
            return count >= _MOST_REFUSALS

    def forget(self, eio_sid: str) -> None:
        """Forget a connection that has ended."""
        with self._counting:
            self._refusals.pop(eio_sid, None)
