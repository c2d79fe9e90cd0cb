"""Clients on their way in: no broadcast reaches them yet, and whoever leaves meanwhile is gone.

While a connect handler runs, python-socketio has the client in its rooms already. So what is sent
to a room while a client may still be turned away is kept, and sent when the client is in; what is
sent to the client alone goes out at once, because connect handlers do that. And a client that
leaves during its connect handler is not known to have left: python-socketio ignores the end of a
session that has not begun. So the end is remembered, and comes after the beginning.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.desk import Seat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.integrations.deciding.outcomes import Application
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["NOBODY", "Entering", "Entrant"]

#: How many broadcasts are kept for one client; a busy room sends many, and handlers may hang.
_KEPT = 1_000
NOBODY: frozenset[str] = frozenset()


class Entrant:
    """A client whose connect handler has not returned.

    Attributes:
        kept: what sends the broadcasts that wait for it.
        missed: that there were more of them than are kept.
        let_in: the handler let it in, and what was kept is sent.
        left: it has left the namespace meanwhile.
        reason: why it has left.
        gone: its connection has ended meanwhile.
        environ: what the server knows of its connection, for handlers that come after its end.
    """

    __slots__ = ("environ", "gone", "kept", "left", "let_in", "missed", "reason")

    def __init__(self) -> None:
        self.kept: list[Callable[[str], object]] = []
        self.missed: bool = False
        self.let_in: bool = False
        self.left: bool = False
        self.reason: Any = None
        self.gone: bool = False
        self.environ: Any = None


class Entering(Seat):
    """In the place of what tells who has come in, and who has left."""

    _admitted: Callable[..., Any]
    _disconnect: Callable[..., Any]
    _eio_disconnect: Callable[..., Any]

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        # While it is held, nothing is called that is not the guard's or the manager's own book.
        self._door = threading.Lock()
        #: By namespace and connection; they are there before python-socketio knows a session.
        self._entrants: dict[str, dict[str, Entrant]] = {}

    def approach(self, eio_sid: str, namespace: str) -> Entrant | None:
        """A connect handler is about to run; `None` if one runs for the same client already."""
        with self._door:
            here = self._entrants.setdefault(namespace, {})
            if eio_sid in here:
                return None
            here[eio_sid] = entrant = Entrant()
            return entrant

    def has_gone(self, eio_sid: str) -> bool:
        """Whether a connection has ended of which connect handlers still run."""
        with self._door:
            here = [entrants.get(eio_sid) for entrants in self._entrants.values()]
            return any(entrant is not None and entrant.gone for entrant in here)

    # -- broadcasts --------------------------------------------------------------------------------

    def keep(
        self, namespace: str, room: Any, skip_sid: Any, later: Callable[[str], object]
    ) -> frozenset[str]:
        """Keep what is sent to a room for those who are on their way in; who they are.

        Args:
            namespace: the Socket.IO namespace.
            room: a room, several, or `None` for everybody.
            skip_sid: who does not get it; one or several.
            later: sends it to one client.
        """
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        held, full = set(), []
        with self._door:
            for sid, entrant in self._on_their_way(namespace, room):
                if sid in skipped:
                    continue
                held.add(sid)
                if len(entrant.kept) < _KEPT:
                    entrant.kept.append(later)
                elif not entrant.missed:
                    entrant.missed = True
                    full.append(sid)
        for sid in full:
            self.middleware.log(
                logging.WARNING,
                "%s is still connecting and misses what is broadcast: %d events wait already",
                sid,
                _KEPT,
            )
        return frozenset(held)

    def _on_their_way(self, namespace: str, room: Any) -> list[tuple[str, Entrant]]:
        """Who is in a room without having been let in, and is not what the room is named for."""
        manager, names = self.server.manager, _names(room)
        rooms = manager.rooms.get(namespace, {})
        found = []
        for eio_sid, entrant in self._entrants.get(namespace, {}).items():
            sid = manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is None or entrant.let_in or sid in names:
                continue
            if any(sid in rooms.get(name, ()) for name in names):
                found.append((sid, entrant))
        return found

    def only_admitted(
        self,
        participants: Iterable[tuple[str, str]],
        namespace: str,
        room: Any,
        held: frozenset[str],
    ) -> Iterable[tuple[str, str]]:
        """Of those in a room, who may have what is sent to it now.

        Args:
            participants: session and connection of each.
            namespace: the Socket.IO namespace.
            room: a room, several, or `None` for everybody.
            held: those for whom it is kept.
        """
        # Looked at first: whoever comes after that is not in it.
        found = list(participants)
        entrants = self._entrants.get(namespace)
        if not entrants and not held:
            return found
        with self._door:
            out = {eio_sid for eio_sid, each in (entrants or {}).items() if not each.let_in}
        names = _names(room)
        return [
            (sid, eio_sid)
            for sid, eio_sid in found
            if sid not in held and (eio_sid not in out or sid in names)
        ]

    def admit(self, sid: str, namespace: str) -> Any:
        """python-socketio lets a client in: what was kept goes out first.

        With `always_connect` that is before its connect handler runs.
        """
        eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
        entrant = self._entrants.get(namespace, {}).get(eio_sid)
        if entrant is not None:
            self._send_kept(entrant, sid)
        return self._admitted(sid, namespace)

    def _send_kept(self, entrant: Entrant, sid: str) -> None:
        while True:
            with self._door:
                kept, entrant.kept = entrant.kept, []
                if not kept:
                    entrant.let_in = True
                    return
            for send in kept:
                try:
                    send(sid)
                except Exception as error:  # noqa: BLE001  # nobody is here who sent it
                    kind = type(error).__name__
                    self.middleware.log(logging.ERROR, "a broadcast could not be sent: %s", kind)

    # -- who leaves --------------------------------------------------------------------------------

    def handle_disconnect(self, eio_sid: str, namespace: str | None, reason: Any = None) -> None:
        """A client leaves a namespace."""
        namespace = namespace or "/"
        with self._door:
            entrant = self._entrants.get(namespace, {}).get(eio_sid)
            if entrant is not None:
                manager = self.server.manager
                sid = manager.sid_from_eio_sid(eio_sid, namespace)
                if sid is None or manager.is_pre_connected(sid, namespace):
                    entrant.left, entrant.reason = True, reason
                    return
        self._disconnect(eio_sid, namespace, reason)

    def handle_eio_disconnect(self, eio_sid: str, reason: Any) -> None:
        """A connection ended."""
        environ = self.server.environ.get(eio_sid)
        with self._door:
            for entrants in self._entrants.values():
                if (entrant := entrants.get(eio_sid)) is not None:
                    entrant.left = entrant.gone = True
                    entrant.reason, entrant.environ = reason, environ
        self._eio_disconnect(eio_sid, reason)
        with self._door:
            if environ is not None and self._is_entering(eio_sid):
                # Connect handlers that still run need it, and then the disconnect handlers.
                self.server.environ[eio_sid] = environ
        if self.active:
            self._end_the_rest(eio_sid, environ, reason)

    def _is_entering(self, eio_sid: str) -> bool:
        return any(eio_sid in entrants for entrants in self._entrants.values())

    def _end_the_rest(self, eio_sid: str, environ: Any, reason: Any) -> None:
        """End the sessions that began while disconnect handlers of the same client ran."""
        manager = self.server.manager
        for namespace in list(manager.get_namespaces()):
            sid = manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is None or not self.enforces_connects(namespace):
                continue
            if manager.is_connected(sid, namespace):
                self._end(eio_sid, namespace, environ, reason)

    def _end(self, eio_sid: str, namespace: str, environ: Any, reason: Any) -> None:
        """Run the disconnect handler of a client whose connection has ended."""
        if environ is not None:
            self.server.environ.setdefault(eio_sid, environ)
        try:
            self._disconnect(eio_sid, namespace, reason)
        finally:
            with self._door:
                if not self._is_entering(eio_sid):
                    self.server.environ.pop(eio_sid, None)

    def settle(self, eio_sid: str, namespace: str, entrant: Entrant) -> None:
        """The connect handler is done: the client is in, or it is out."""
        manager = self.server.manager
        sid = manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is not None and manager.is_connected(sid, namespace):
            self._send_kept(entrant, sid)
        with self._door:
            entrants = self._entrants.get(namespace, {})
            entrants.pop(eio_sid, None)
            if not entrants:
                self._entrants.pop(namespace, None)
            if entrant.gone and sid is None and not self._is_entering(eio_sid):
                self.server.environ.pop(eio_sid, None)
        if not entrant.left or sid is None:
            return
        if entrant.gone:
            self._end(eio_sid, namespace, entrant.environ, entrant.reason)
        else:
            self._disconnect(eio_sid, namespace, entrant.reason)


def _names(room: Any) -> list[Any]:
    """The rooms that something is sent to; `None` is everybody's."""
    if room is None or isinstance(room, str) or not hasattr(room, "__len__"):
        return [room]
    return list(room)
