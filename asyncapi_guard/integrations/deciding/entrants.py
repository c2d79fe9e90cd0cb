"""Clients on their way in: no broadcast reaches them yet, and whoever leaves meanwhile is gone.

While a connect handler runs, python-socketio has the client in its rooms already. So what is sent
to a room while a client may still be turned away is kept, and sent when the client is in; what is
sent to the client alone goes out at once, because connect handlers do that. And a client that
leaves during its connect handler is not known to have left: python-socketio ignores the end of a
session that has not begun. So the end is remembered, and comes after the beginning.

This is the book of them; the adapters send what is kept, and end sessions.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from asyncapi_guard.integrations.recording.recorder import Recorder

__all__ = ["NOBODY", "Entrant", "Entrants"]

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
        self.kept: list[Callable[[str], Any]] = []
        self.missed: bool = False
        self.let_in: bool = False
        self.left: bool = False
        self.reason: Any = None
        self.gone: bool = False
        self.environ: Any = None


class Entrants:
    """The clients whose connect handlers run.

    Args:
        server: whose clients; only asked who is in which room, and for what it knows of them.
        recorder: has the log.

    Attributes:
        namespaces: those into which clients are on their way.
    """

    def __init__(self, server: Any, recorder: Recorder) -> None:
        self._server = server
        self._recorder = recorder
        # While it is held, nothing is called that is not the guard's or the manager's own book.
        self._door = threading.Lock()
        #: By namespace and connection; they are there before python-socketio knows a session.
        self._entrants: dict[str, dict[str, Entrant]] = {}
        self.namespaces: Collection[str] = self._entrants

    def approach(self, eio_sid: str, namespace: str) -> Entrant | None:
        """Note that a connect handler is about to run; `None` if one runs for this client."""
        with self._door:
            here = self._entrants.setdefault(namespace, {})
            if eio_sid in here:
                return None
            here[eio_sid] = entrant = Entrant()
            return entrant

    def find(self, eio_sid: str, namespace: str) -> Entrant | None:
        """Return a client on its way in."""
        return self._entrants.get(namespace, {}).get(eio_sid)

    def has_gone(self, eio_sid: str) -> bool:
        """Return whether a connection has ended of which connect handlers still run."""
        with self._door:
            here = [entrants.get(eio_sid) for entrants in self._entrants.values()]
            return any(entrant is not None and entrant.gone for entrant in here)

    # -- broadcasts --------------------------------------------------------------------------------

    def keep(
        self, namespace: str, room: Any, skip_sid: Any, later: Callable[[str], Any]
    ) -> frozenset[str]:
        """Keep what is sent to a room for those who are on their way in; return who they are.

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
            self._recorder.log(
                logging.WARNING,
                "%s is still connecting and misses a broadcast: %d events are already waiting",
                sid,
                _KEPT,
            )
        return frozenset(held)

    def _on_their_way(self, namespace: str, room: Any) -> list[tuple[str, Entrant]]:
        """Return who is in a room without being let in, and is not what the room is named for."""
        manager, names = self._server.manager, _names(room)
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
        """Return those of a room who may have what is sent to it now.

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

    def take_kept(self, entrant: Entrant) -> list[Callable[[str], Any]]:
        """Return what waits for a client; with nothing left, it is in."""
        with self._door:
            kept, entrant.kept = entrant.kept, []
            if not kept:
                entrant.let_in = True
            return kept

    # -- who leaves --------------------------------------------------------------------------------

    def note_leaving(self, eio_sid: str, namespace: str, reason: Any) -> bool:
        """Note that a client leaves a namespace that it has not entered; whether that is so."""
        with self._door:
            entrant = self._entrants.get(namespace, {}).get(eio_sid)
            if entrant is None:
                return False
            manager = self._server.manager
            sid = manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is not None and not manager.is_pre_connected(sid, namespace):
                return False
            entrant.left, entrant.reason = True, reason
            return True

    def note_end(self, eio_sid: str, reason: Any) -> Any:
        """Note that a connection ended; return what the server knows of it."""
        environ = self._server.environ.get(eio_sid)
        with self._door:
            for entrants in self._entrants.values():
                if (entrant := entrants.get(eio_sid)) is not None:
                    entrant.left = entrant.gone = True
                    entrant.reason, entrant.environ = reason, environ
        return environ

    def keep_environ(self, eio_sid: str, environ: Any) -> None:
        """Let handlers that still run, and disconnect handlers after them, have an environment."""
        with self._door:
            if environ is not None and self._is_entering(eio_sid):
                self._server.environ[eio_sid] = environ

    def drop_environ(self, eio_sid: str) -> None:
        """Drop the environment of a connection that has ended, if no handler needs it."""
        with self._door:
            if not self._is_entering(eio_sid):
                self._server.environ.pop(eio_sid, None)

    def close(self, eio_sid: str, namespace: str, entrant: Entrant, sid: str | None) -> None:
        """Note that a connect handler is done."""
        with self._door:
            entrants = self._entrants.get(namespace, {})
            entrants.pop(eio_sid, None)
            if not entrants:
                self._entrants.pop(namespace, None)
            if entrant.gone and sid is None and not self._is_entering(eio_sid):
                self._server.environ.pop(eio_sid, None)

    def _is_entering(self, eio_sid: str) -> bool:
        return any(eio_sid in entrants for entrants in self._entrants.values())


def _names(room: Any) -> list[Any]:
    """Return the rooms that something is sent to; `None` is everybody's."""
    if room is None or isinstance(room, str) or not hasattr(room, "__len__"):
        return [room]
    return list(room)
