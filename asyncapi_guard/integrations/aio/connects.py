"""Connects: judged before a session exists; a handler that does not return rejects."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from socketio import exceptions

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.aio.admitting import Admitting, entering_as
from asyncapi_guard.integrations.aio.calling import is_pending, never_awaited
from asyncapi_guard.integrations.deciding.calls import (
    ConnectFailed,
    Rejected,
    connecting,
    given_auth,
    handled,
)
from asyncapi_guard.integrations.handlers.parameters import takes
from asyncapi_guard.integrations.recording.redacting import mark
from asyncapi_guard.integrations.wire.packets import UNREADABLE, opened, strictly
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict

__all__ = ["Connects"]

#: Set while a connect handler runs whose exceptions reject.
_once: ContextVar[bool] = ContextVar("asyncapi_guard_once", default=False)


class Connects(Admitting):
    """In the place of `Server._handle_connect`, and of what calls connect handlers."""

    _connect: Callable[..., Any]
    _trigger: Callable[..., Any]

    async def handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """A client wants to enter a namespace."""
        namespace = namespace or "/"
        strict = strictly(data, data)
        data, fault = opened(data)
        if not self.decide.active:
            if data is not UNREADABLE:
                await self._connect(eio_sid, namespace, data)
            return
        if self.is_closing(eio_sid):
            return
        try:
            await self._handle_connect(eio_sid, namespace, data, strict, fault)
        finally:
            self.decide.guarding.handler_check.run(self.server, self.decide.guard)

    async def _handle_connect(
        self, eio_sid: str, namespace: str, data: Any, strict: Any, fault: str | None
    ) -> None:
        environ = self.server.environ.get(eio_sid)
        verdict, guard = self.decide.connecting(namespace, strict, fault, environ)
        violation = verdict.violation
        if violation is None:
            if data is not UNREADABLE:
                await self._admit(eio_sid, namespace, data, strict, verdict.message, guard)
            return
        try:
            violation = await self._record(verdict, eio_sid) or violation
        finally:
            if violation.rejected:
                await self.turn_away(eio_sid, namespace, violation)
            elif data is not UNREADABLE:
                await self._admit(eio_sid, namespace, data, strict, verdict.message, guard)

    async def _admit(
        self,
        eio_sid: str,
        namespace: str,
        data: Any,
        auth: Any,
        message: Message | None,
        guard: Guard,
    ) -> None:
        """Let a client enter if it is who it must be."""
        welcome, session = await self.identify(eio_sid, namespace, auth, guard)
        if not welcome or (session is not None and eio_sid not in self.server.environ):
            return  # or it has gone meanwhile
        token = entering_as.set(session)
        try:
            await self._enter(eio_sid, namespace, data, message)
        finally:
            entering_as.reset(token)
            sid = self.server.manager.sid_from_eio_sid(eio_sid, namespace)
            if sid is None:
                await self.count_refusal(eio_sid)
            elif session is not None:
                await self.watch(sid, namespace)

    async def _enter(
        self, eio_sid: str, namespace: str, data: Any, message: Message | None = None
    ) -> None:
        """Run the connect handler, and see that the client is either in or out afterwards."""
        enforces = self.decide.enforces_connects(namespace)
        if enforces and eio_sid not in self.server.environ:
            return  # it is gone already
        if enforces and self.entrants.has_gone(eio_sid):
            return  # as well: its environment is kept for another handler that still runs
        entrant = self.entrants.approach(eio_sid, namespace) if enforces else None
        tokens = given_auth.set(data), _once.set(entrant is not None)
        handled.set(connecting(eio_sid, namespace, message))
        try:
            await self._connect(eio_sid, namespace, data)
        except ConnectFailed as failed:
            await self._end_connect(eio_sid, namespace, failed.error)
            if not failed.seen:
                self._say_it_runs_once(namespace, failed.error)
                raise failed.error  # noqa: B904  # it is what was raised
        except Rejected as rejected:
            await self._reject_types(eio_sid, namespace, rejected.verdict)
        except BaseException as error:
            if entrant is not None:
                await self._end_connect(eio_sid, namespace, error)
            raise
        finally:
            _once.reset(tokens[1])
            given_auth.reset(tokens[0])
            handled.set(None)
            if entrant is not None:
                await self.settle(eio_sid, namespace, entrant)

    def _say_it_runs_once(self, namespace: str, error: BaseException) -> None:
        if isinstance(error, TypeError):
            self.recorder.log(
                logging.ERROR,
                "a connect handler of %s raised a TypeError, so its client is rejected; "
                "the guard does not call it again without the auth value",
                printable(namespace),
            )

    async def trigger_event(self, event: str, namespace: str, sid: str, *args: Any) -> Any:
        """Call a handler; a connect handler once.

        python-socketio takes any `TypeError` for that of a handler without a parameter for the
        auth, and calls it again without.

        Raises:
            ConnectFailed: in place of a `TypeError` that came from within, and of what the
                application's error handler has seen.
        """
        if event == "disconnect":
            return await self._trigger_disconnect(namespace, sid, *args)
        if event != "connect" or not _once.get():
            return await self._call_handler(event, namespace, sid, *args)
        if len(args) > 1 and not self._takes_auth(namespace, (sid, *args)):
            args = args[:1]
        try:
            value = await self._call_handler(event, namespace, sid, *args)
        except (ConnectionRefusedError, exceptions.ConnectionRefusedError):
            raise
        except Exception as error:
            seen, _ = await self.application.raised(error, "connect", sid)
            if not seen and not isinstance(error, TypeError):
                raise
            raise ConnectFailed(error, seen=seen) from error
        if is_pending(value):
            raise ConnectFailed(never_awaited(value, "the connect handler"), seen=False)
        return value

    async def _call_handler(self, event: str, namespace: str, sid: str, *args: Any) -> Any:
        try:
            return await self._trigger(event, namespace, sid, *args)
        except Exception as error:
            eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
            mark(error, self._shown_by(eio_sid))
            raise

    async def _trigger_disconnect(self, namespace: str, sid: str, *args: Any) -> Any:
        try:
            value = await self._call_handler("disconnect", namespace, sid, *args)
        except Exception as error:
            if not self.decide.active:
                raise
            seen, _ = await self.application.raised(error, "disconnect", sid)
            if not seen:
                raise
            return None
        if is_pending(value) and self.decide.active:
            text = str(never_awaited(value, "the disconnect handler"))
            self.recorder.log(logging.ERROR, "%s", text)
            return None
        return value

    def _takes_auth(self, namespace: str, args: tuple[Any, ...]) -> bool:
        """Whether the handler of a connect has a parameter for the auth; so if it does not say."""
        shown = self.application.shows_signatures
        # Of a handler for all namespaces, the namespace is the first argument.
        handler, full = self.server._get_event_handler("connect", namespace, args)
        if handler is not None:
            return takes(handler, full, unwrapped=shown)
        found, full = self.server._get_namespace_handler(namespace, args)
        method = getattr(found, "on_connect", None)
        return method is None or not shown or takes(method, full)

    async def _reject_types(self, eio_sid: str, namespace: str, verdict: Verdict) -> None:
        violation = verdict.violation
        try:
            violation = await self._record(verdict, eio_sid) or violation
        finally:
            if violation is not None:
                await self._end_connect(eio_sid, namespace, violation_error(violation))

    async def _end_connect(self, eio_sid: str, namespace: str, error: BaseException) -> None:
        """The connect handler raised: take the half-made session away, and say so."""
        server = self.server
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None:
            return
        let_in = server.always_connect
        try:
            # First: whoever knows that it is not let in, receives nothing any more.
            await server.manager.disconnect(sid, namespace, ignore_queue=True)
        finally:
            await self._send(eio_sid, self.decide.connect_failed(namespace, error, let_in=let_in))
