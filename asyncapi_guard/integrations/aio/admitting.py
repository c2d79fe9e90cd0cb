"""Clients that want to enter: verifiers say who they are, before anybody else hears of them."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.expiring import Expiring
from asyncapi_guard.integrations.aio.verifying import Verifiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.asked import Admission
    from asyncapi_guard.integrations.deciding.server import ServerDecisions
    from asyncapi_guard.integrations.deciding.sessions import Session
    from asyncapi_guard.violations import Violation

__all__ = ["Admitting", "entering_as"]

#: Who the client is whose connect handler is about to run.
entering_as: ContextVar[Session | None] = ContextVar("asyncapi_guard_entering_as", default=None)


class Admitting(Expiring):
    """In the place of what gives a client its session, and takes it away."""

    _pre_connect: Callable[..., Any]
    _basic_disconnect: Callable[..., Any]

    def __init__(self, server: Any, decide: ServerDecisions, application: AsyncApplication) -> None:
        super().__init__(server, decide, application)
        self._verifiers = Verifiers(server)

    async def identify(
        self, eio_sid: str, namespace: str, auth: Any, guard: Guard
    ) -> tuple[bool, Session | None]:
        """Ask a client who it is: whether it may go on, and who it is.

        A client that may not is told so.
        """
        environ = self.server.environ.get(eio_sid)
        admission = self.decide.admission(namespace, auth, environ, guard)
        if admission is None:
            return True, None
        await self._verify(admission)
        verdict, session = self.decide.admitted(admission)
        violation = verdict.violation
        if violation is None:
            return True, session
        try:
            violation = await self._record(verdict, eio_sid) or violation
        finally:
            if violation.rejected:
                await self.turn_away(eio_sid, namespace, violation)
        return not violation.rejected, session

    async def _verify(self, admission: Admission) -> None:
        """Call the verifiers, one after the other."""
        if admission.wrong:
            return
        environ = admission.handshake.environ
        around = partial(
            self.application.context, environ, admission.namespace, None, admission.event, ()
        )
        for check in admission.checks:
            value, problem = await self._verifiers.ask(
                admission.left, around, check.verify, check.credential, admission.handshake
            )
            self.decide.identified(check, value, problem)

    async def turn_away(self, eio_sid: str, namespace: str, violation: Violation) -> None:
        """Tell a client why it may not enter."""
        await self._send(eio_sid, self.decide.turned_away(namespace, violation))
        await self.count_refusal(eio_sid)

    async def count_refusal(self, eio_sid: str) -> None:
        """End the connection of a client that was refused too often."""
        connection = self.server.eio.sockets.get(eio_sid)
        if connection is None or connection.closing or connection.closed:
            return  # nothing would forget the count
        if self.decide.counts_refusals and self.decide.sessions.refused(eio_sid):
            await self.end_connection(eio_sid)

    async def end_connection(self, eio_sid: str | None) -> None:
        """End the connection of a client."""
        connection = self.server.eio.sockets.get(eio_sid)
        if connection is not None:
            # Not by the server's own method: that waits until the client has read all.
            await connection.close(wait=False, reason=self.server.reason.SERVER_DISCONNECT)

    def is_closing(self, eio_sid: str) -> bool:
        """Whether a connection ends: what came together with its last guess counts no more."""
        connection = self.server.eio.sockets.get(eio_sid)
        ends = connection is not None and (connection.closing or connection.closed)
        return self.decide.counts_refusals and ends

    async def pre_connect(self, eio_sid: str, namespace: str) -> Any:
        """python-socketio gives a client its session id."""
        sid = await self._pre_connect(eio_sid, namespace)
        session = entering_as.get()
        if sid is not None:
            self.decide.has_come(sid, namespace, eio_sid)
        if sid is not None and session is not None and self.decide.active:
            self.decide.sessions.open(sid, namespace, session)
        return sid

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> Any:
        """A session has ended."""
        eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
        connection = self.server.eio.sockets.get(eio_sid)
        lasts = connection is not None and not (connection.closing or connection.closed)
        self.decide.has_left(sid, namespace, eio_sid if lasts else None)
        return self._basic_disconnect(sid, namespace, **options)
