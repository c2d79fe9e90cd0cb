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
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.seat import Seat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.integrations.outcomes import Application

__all__ = ["ADMITTED", "NOBODY", "Entering", "emitting"]

#: How many broadcasts are kept for one client; a busy room sends many, and handlers may hang.
_KEPT = 1_000
#: What `emitting` is where nobody is on their way in.
NOBODY: frozenset[str] = frozenset()
#: Marks the room of an event that goes to its clients: the room itself, and those who get it later,
#: stand behind it. Cheaper than `emitting`, where no other manager has to understand it.
ADMITTED = object()
#: Set while an event goes to its clients: those who get it later.
emitting: ContextVar[frozenset[str] | None] = ContextVar("asyncapi_guard_emitting", default=None)


class Entering(Seat):
    """In the place of what tells who is in a room, who has come in, and who has left."""

    _participants: Callable[..., Any]
    _admitted: Callable[..., Any]
    _disconnect: Callable[..., Any]
    _eio_disconnect: Callable[..., Any]

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        # Nothing that may wait is done while it is held.
        self._door = threading.Lock()
        self._kept: dict[tuple[str, str], list[Callable[[str], object]]] = {}
        #: Reasons of those who left, by connection and namespace; and their environments.
        self._left: dict[tuple[str, str], Any] = {}
        self._environs: dict[str, Any] = {}

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
        if namespace not in self.server.manager.pending_connect:
            return NOBODY
        if not self.enforces_connects(namespace):
            return NOBODY
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        held = set()
        with self._door:
            for sid in self._on_their_way(namespace, room):
                if sid not in skipped:
                    held.add(sid)
                    self._keep_for(namespace, sid, later)
        return frozenset(held)

    def _on_their_way(self, namespace: str, room: Any) -> list[str]:
        """Who is in a room without having been let in, and is not what the room is named for."""
        manager = self.server.manager
        several = room is not None and not isinstance(room, str) and hasattr(room, "__len__")
        names = list(room) if several else [room]
        rooms = manager.rooms.get(namespace, {})
        return [
            sid
            for sid in list(manager.pending_connect.get(namespace, ()))
            if sid not in names and any(sid in rooms.get(name, ()) for name in names)
        ]

    def _keep_for(self, namespace: str, sid: str, later: Callable[[str], object]) -> None:
        kept = self._kept.setdefault((namespace, sid), [])
        if len(kept) < _KEPT:
            kept.append(later)
        elif len(kept) == _KEPT:
            kept.append(_no_more)
            self.middleware.log(
                logging.WARNING,
                "%s is still connecting and misses what is broadcast: %d events wait already",
                sid,
                _KEPT,
            )

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        """Who is in a room; while something is sent, only those who may have it."""
        if type(room) is tuple and room and room[0] is ADMITTED:
            _, room, out = room
        else:
            out = emitting.get()
        participants: Iterable[tuple[str, str]] = self._participants(namespace, room)
        if out is None:
            return participants
        # Looked at first: whoever comes after that is not in it.
        found = list(participants)
        if namespace in self.server.manager.pending_connect and self.enforces_connects(namespace):
            out = out.union(self._on_their_way(namespace, room))
        return [each for each in found if each[0] not in out] if out else found

    def admit(self, sid: str, namespace: str) -> Any:
        """The connect handler let a client in: what was kept goes out first."""
        while True:
            with self._door:
                kept = self._kept.pop((namespace, sid), None)
                if not kept:
                    return self._admitted(sid, namespace)
            for send in kept:
                try:
                    send(sid)
                except Exception as error:  # noqa: BLE001  # nobody is here who sent it
                    self.middleware.log(
                        logging.ERROR, "a broadcast could not be sent: %s", type(error).__name__
                    )

    # -- who leaves --------------------------------------------------------------------------------

    def handle_disconnect(self, eio_sid: str, namespace: str | None, reason: Any = None) -> None:
        """A client leaves a namespace."""
        namespace = namespace or "/"
        if self.active and self.enforces_connects(namespace):
            with self._door:
                manager = self.server.manager
                sid = manager.sid_from_eio_sid(eio_sid, namespace)
                if sid is not None and manager.is_pre_connected(sid, namespace):
                    self._left[eio_sid, namespace] = reason
                    return
        self._disconnect(eio_sid, namespace, reason)

    def handle_eio_disconnect(self, eio_sid: str, reason: Any) -> None:
        """A connection ended."""
        environ = self.server.environ.get(eio_sid)
        self._eio_disconnect(eio_sid, reason)
        with self._door:
            if environ is not None and any(eio_sid == left for left, _ in self._left):
                # The connect handler still needs it, and then the disconnect handler.
                self._environs[eio_sid] = self.server.environ[eio_sid] = environ

    def settle(self, eio_sid: str, namespace: str) -> None:
        """The connect handler is done: let go of whoever left, or was turned away, meanwhile."""
        with self._door:
            manager = self.server.manager
            sid = manager.sid_from_eio_sid(eio_sid, namespace)
            left = (eio_sid, namespace) in self._left
            reason = self._left.pop((eio_sid, namespace), None)
            waiting = any(eio_sid == other for other, _ in self._left)
            environ = self._environs.get(eio_sid) if waiting else self._environs.pop(eio_sid, None)
            self._forget(namespace)
        if not left:
            return
        if environ is not None:
            self.server.environ.setdefault(eio_sid, environ)
        try:
            if sid is not None:
                self._disconnect(eio_sid, namespace, reason)
        finally:
            if environ is not None and not waiting:
                self.server.environ.pop(eio_sid, None)

    def _forget(self, namespace: str) -> None:
        """Drop what was kept for clients that were turned away."""
        pending = self.server.manager.pending_connect.get(namespace, ())
        for key in [k for k in self._kept if k[0] == namespace and k[1] not in pending]:
            del self._kept[key]


def _no_more(_sid: str) -> None:
    """Stands for broadcasts that a client missed."""
