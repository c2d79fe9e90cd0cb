"""Clients whose identity ends while they are connected: they are told, and disconnected."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.sessions import Watch
from asyncapi_guard.integrations.threads.calling import start, wait_for
from asyncapi_guard.integrations.threads.entering import Entering
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Expiring"]


class Expiring(Entering):
    """Watches when sessions end: in one thread or task for all clients, and only while some do."""

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        self._wake: Any = None

    def watch(self, sid: str, namespace: str) -> None:
        """A client has entered, as somebody whose identity may end."""
        todo = self.decide.expiries.add(sid, namespace)
        if todo is Watch.START:
            self._wake = self.server.eio.create_event()
            try:
                start(self.server, self._end_sessions, self._wake)
            except BaseException:
                self.decide.expiries.put_back((), time.time())
                if self.decide.ends(namespace):  # nobody would see its end
                    self._let_go(sid, namespace)
                raise
        elif todo is Watch.WAKE and self._wake is not None:
            self._wake.set()

    def stop_watching(self) -> None:
        """Forget who clients are: nobody waits for their ends any more."""
        self.decide.forget_clients()
        if self._wake is not None:
            self._wake.set()

    def _end_sessions(self, wake: Any) -> None:
        ended: list[tuple[str, str]] = []
        try:
            while True:
                ended, seconds = self.decide.expiries.next(time.time())
                while ended:
                    # Apart: its disconnect handler may take its time.
                    start(self.server, self._end_session, *ended[-1])
                    ended.pop()
                if seconds is None:
                    return
                wait_for(wake, seconds)
                wake.clear()
        except BaseException:  # whoever enters next begins to watch again
            self.decide.expiries.put_back(ended, time.time())
            raise

    def _end_session(self, sid: str, namespace: str) -> None:
        manager = self.server.manager
        eio_sid = manager.eio_sid_from_sid(sid, namespace)
        if eio_sid is None or not self.decide.ends(namespace):
            return
        event, packet = self.decide.told_of_end(namespace)
        self.recorder.log(
            logging.INFO,
            "the identity of a client has expired: %s is disconnected from %s%s",
            sid,
            printable(namespace),
            "" if event is None else f", and told so by {printable(event)}",
        )
        self._let_go(sid, namespace, packet)
