"""Connects: judged before a session exists; a handler that does not return rejects."""

from __future__ import annotations

import inspect
import logging
from contextvars import ContextVar
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from socketio import exceptions, packet

from asyncapi_guard.errors import RequestValidationError, violation_error
from asyncapi_guard.integrations.deciding.desk import trouble
from asyncapi_guard.integrations.deciding.outcomes import ConnectFailed, Rejected
from asyncapi_guard.integrations.registered import never_runs
from asyncapi_guard.integrations.threads.entering import Entering
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import UNREADABLE, opened, strictly
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.violations import Violation

__all__ = ["Connects", "given_auth", "takes"]

#: The auth that came, while a connect handler runs: python-socketio takes `{}` for none.
given_auth: ContextVar[Any] = ContextVar("asyncapi_guard_given_auth", default=None)
#: Set while a connect handler runs whose exceptions reject.
_once: ContextVar[bool] = ContextVar("asyncapi_guard_once", default=False)


class Connects(Entering):
    """In the place of `Server._handle_connect`, and of what calls connect handlers."""

    _connect: Callable[..., Any]
    _trigger: Callable[..., Any]

    def handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """A client wants to enter a namespace."""
        namespace = namespace or "/"
        strict = strictly(data, data)
        data, fault = opened(data)
        if not self.active:
            if data is not UNREADABLE:
                self._connect(eio_sid, namespace, data)
            return
        try:
            self._handle_connect(eio_sid, namespace, data, strict, fault)
        finally:
            self.middleware.first_connect(self.server, self.guard)

    def _handle_connect(
        self, eio_sid: str, namespace: str, data: Any, strict: Any, fault: str | None
    ) -> None:
        try:
            if fault is not None:
                verdict = self._malformed(Checkpoint.CONNECT, namespace, "connect", fault)
            else:
                judge = self.guard.connect
                verdict = self.middleware.judge(Checkpoint.CONNECT, judge, namespace, strict)
        except Exception as error:  # noqa: BLE001  # there is no guard: fail closed
            verdict = self.middleware.failed(Checkpoint.CONNECT, namespace, "connect", error)
        violation = verdict.violation
        if violation is None:
            if data is not UNREADABLE:
                self._enter(eio_sid, namespace, data)
            return
        try:
            violation = self._record(verdict, eio_sid) or violation
        finally:
            if violation.rejected:
                self._reject_connect(eio_sid, namespace, violation)
            elif data is not UNREADABLE:
                self._enter(eio_sid, namespace, data)

    def _enter(self, eio_sid: str, namespace: str, data: Any) -> None:
        """Run the connect handler, and see that the client is either in or out afterwards."""
        enforces = self.enforces_connects(namespace)
        if enforces and eio_sid not in self.server.environ:
            return  # it is gone already
        if enforces and self.has_gone(eio_sid):
            return  # as well: its environment is kept for another handler that still runs
        entrant = self.approach(eio_sid, namespace) if enforces else None
        tokens = given_auth.set(data), _once.set(entrant is not None)
        try:
            self._connect(eio_sid, namespace, data)
        except ConnectFailed as failed:
            self._end_connect(eio_sid, namespace, failed.error)
            if not failed.seen:
                if isinstance(failed.error, TypeError):
                    self.middleware.log(
                        logging.ERROR,
                        "a connect handler of %s raised a TypeError, so its client is rejected; it "
                        "is not called again without the auth",
                        printable(namespace),
                    )
                raise failed.error  # noqa: B904  # it is what was raised
        except Rejected as rejected:
            self._reject_types(eio_sid, namespace, rejected.verdict)
        except BaseException as error:
            if entrant is not None:
                self._end_connect(eio_sid, namespace, error)
            raise
        finally:
            _once.reset(tokens[1])
            given_auth.reset(tokens[0])
            if entrant is not None:
                self.settle(eio_sid, namespace, entrant)

    def trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        """Call a handler; a connect handler once.

        python-socketio takes any `TypeError` for that of a handler without a parameter for the
        auth, and calls it again without.

        Raises:
            ConnectFailed: in place of a `TypeError` that came from within.
        """
        if event != "connect" or not _once.get():
            return self._trigger(event, namespace, *args)
        if len(args) > 2 and not self._takes_auth(namespace, args):
            args = args[:2]
        try:
            value = self._trigger(event, namespace, *args)
        except TypeError as error:
            raise ConnectFailed(error, seen=False) from error
        if type(value) is CoroutineType:
            value.close()
            raise ConnectFailed(TypeError(never_runs("the connect handler")), seen=False)
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

    def _reject_types(self, eio_sid: str, namespace: str, verdict: Verdict) -> None:
        try:
            self._record(verdict, eio_sid)
        finally:
            if verdict.violation is not None:
                self._end_connect(eio_sid, namespace, violation_error(verdict.violation))

    def _reject_connect(self, eio_sid: str, namespace: str, violation: Violation) -> None:
        error = violation_error(violation)
        rejection = {"message": violation.reason, "data": error.answer()}
        self._send(eio_sid, packet.CONNECT_ERROR, namespace, rejection)

    def _end_connect(self, eio_sid: str, namespace: str, error: BaseException) -> None:
        """The connect handler raised: take the half-made session away, and say so."""
        server = self.server
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None:
            return
        rejection: Any = {
            "message": "the server failed to accept the connection",
            "data": trouble(Code.HANDLER, namespace, "connect"),
        }
        if isinstance(error, exceptions.ConnectionRefusedError):
            rejection = self._readable(getattr(error, "error_args", rejection), rejection)
        elif isinstance(error, RequestValidationError):
            rejection = {"message": error.violation.reason, "data": error.answer()}
        try:
            if server.always_connect:
                server.manager.pre_disconnect(sid, namespace)
                self._send(eio_sid, packet.DISCONNECT, namespace, rejection)
            else:
                self._send(eio_sid, packet.CONNECT_ERROR, namespace, rejection)
        finally:
            server.manager.disconnect(sid, namespace, ignore_queue=True)

    def _readable(self, rejection: Any, otherwise: Any) -> Any:
        try:
            self.codec.encode([rejection])
        except Unsendable:
            self.middleware.log(logging.ERROR, "the reason of a rejected connect cannot be sent")
            return otherwise
        return rejection


def takes(function: Any, args: tuple[Any, ...], *, unwrapped: bool = True) -> bool:
    """Whether a function takes all arguments; so if nothing says that it takes one less.

    Args:
        function: what is called.
        args: as many as it would get; the auth of a connect is the last.
        unwrapped: look through decorators that say what they decorate.
    """
    outer = _signature(function, unwrapped=False)
    if outer is None or not _binds(outer, args):
        return outer is None
    if not unwrapped or not _takes_any_number(outer):
        return True
    # It hands on what it gets: what it decorates may be of the old kind, without the auth.
    inner = _signature(function, unwrapped=True)
    return inner is None or _binds(inner, args) or not _binds(inner, args[:-1])


def _signature(function: Any, *, unwrapped: bool) -> inspect.Signature | None:
    try:
        return inspect.signature(function, follow_wrapped=unwrapped)
    except (TypeError, ValueError):
        return None


def _binds(signature: inspect.Signature, args: tuple[Any, ...]) -> bool:
    try:
        signature.bind(*args)
    except TypeError:
        return False
    return True


def _takes_any_number(signature: inspect.Signature) -> bool:
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    return inspect.Parameter.VAR_POSITIONAL in kinds
