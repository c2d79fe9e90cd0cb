"""Clients that come and go: what was kept for them is sent, and sessions that ended are ended."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.entrants import Entrant, Entrants
from asyncapi_guard.integrations.threads.adapter import Adapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Entering"]


class Entering(Adapter):
    """In the place of what tells who has come in, and who has left."""

    _admitted: Callable[..., Any]
    _disconnect: Callable[..., Any]
    _eio_disconnect: Callable[..., Any]

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        self.entrants: Entrants = Entrants(server, decide.recorder)

    def admit(self, sid: str, namespace: str) -> Any:
        """python-socketio lets a client in: what was kept goes out first.

        With `always_connect` that is before its connect handler runs.
        """
        eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
        entrant = self.entrants.find(eio_sid, namespace)
        if entrant is not None:
            self._send_kept(entrant, sid)
        return self._admitted(sid, namespace)

    def _send_kept(self, entrant: Entrant, sid: str) -> None:
        while kept := self.entrants.take_kept(entrant):
            for send in kept:
                try:
                    send(sid)
                except Exception as error:  # noqa: BLE001  # nobody is here who sent it
                    kind = type(error).__name__
                    self.recorder.log(logging.ERROR, "a broadcast could not be sent: %s", kind)

    def handle_disconnect(self, eio_sid: str, namespace: str | None, reason: Any = None) -> None:
        """A client leaves a namespace."""
        namespace = namespace or "/"
        if not self.entrants.note_leaving(eio_sid, namespace, reason):
            self._disconnect(eio_sid, namespace, reason)

    def handle_eio_disconnect(self, eio_sid: str, reason: Any) -> None:
        """A connection ended."""
        self.decide.has_ended(eio_sid)
        environ = self.entrants.note_end(eio_sid, reason)
        self._eio_disconnect(eio_sid, reason)
        self.entrants.keep_environ(eio_sid, environ)
        if self.decide.active:
            self._end_the_rest(eio_sid, environ, reason)

    def _end_the_rest(self, eio_sid: str, environ: Any, reason: Any) -> None:
        """End the sessions that began while disconnect handlers of the same client ran."""
        manager = self.server.manager
        for namespace in list(manager.get_namespaces()):
            sid = manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is None or not self.decide.enforces_connects(namespace):
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
            self.entrants.drop_environ(eio_sid)

    def settle(self, eio_sid: str, namespace: str, entrant: Entrant) -> None:
        """The connect handler is done: the client is in, or it is out."""
        manager = self.server.manager
        sid = manager.sid_from_eio_sid(eio_sid, namespace)
        try:
            if sid is not None and manager.is_connected(sid, namespace):
                self._send_kept(entrant, sid)
        finally:
            self.entrants.close(eio_sid, namespace, entrant, sid)
        if not entrant.left or sid is None:
            return
        if entrant.gone:
            self._end(eio_sid, namespace, entrant.environ, entrant.reason)
        else:
            self._disconnect(eio_sid, namespace, entrant.reason)
