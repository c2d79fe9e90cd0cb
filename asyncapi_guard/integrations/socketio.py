"""The adapter for `socketio.Server`: the only place that knows python-socketio's inner workings.

Methods are replaced on the server *instance*, as python-socketio's own admin instrumentation does,
and on its manager:

`_handle_event`   judges an event before a thread is spent on it. Here real names are seen (a
                  catch-all handler or a class namespace hides them later), and the ack id. It runs
                  the handler, judges the ack, and answers whatever happens.
`_handle_ack`     turns away what is no ack; the ack itself is judged by the wrapped callback, which
                  knows the event that it answers.
`_handle_connect` judges before a session exists, and takes an exception for a refusal.
`call`            raises what the wrapped callback found.
`manager.emit`    the last place that every way of sending goes through, before the queue if there
                  is one. `manager._handle_emit` is where another process's events come from the
                  queue, past every wrapper on emit.

`_send_packet` is not touched: Flask-SocketIO's test client replaces it.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import socketio
from socketio import exceptions, packet
from socketio.admin import InstrumentedServer

from asyncapi_guard.errors import (
    ContractViolation,
    InstallationError,
    RequestValidationError,
    violation_error,
)
from asyncapi_guard.integrations.strict_json import Malformed
from asyncapi_guard.integrations.wire import (
    BinaryArguments,
    guarded_packet_class,
    has_bytes,
    to_wire,
)
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.violations import Violation

__all__ = ["Application", "Hooks", "Refused", "Unjudged", "install"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")

_MARK = "_asyncapi_guard"
# Where the admin instrumentation keeps the emit that it replaced (a name mangled by Python).
_ADMIN_EMIT = "_InstrumentedServer__emit"

#: Set while `Server.call` emits: its callback takes a refusal, and `call` raises it.
_calling: ContextVar[bool] = ContextVar("asyncapi_guard_calling", default=False)


class Application(Protocol):
    """The application's say in what a refused client is answered."""

    def has_say(self, namespace: str) -> bool:
        """Whether it has an error handler for a namespace."""
        ...

    def answer(
        self, error: ContractViolation, namespace: str, sid: str, event: str, args: Sequence[Any]
    ) -> tuple[bool, Any]:
        """Give the error to its handler: whether it answered, and what."""
        ...


class _Silent:
    """A server without error handlers."""

    def has_say(self, namespace: str) -> bool:  # noqa: ARG002  # the protocol's arguments
        return False

    def answer(
        self,
        error: ContractViolation,  # noqa: ARG002  # here and below, the protocol's arguments
        namespace: str,  # noqa: ARG002  # as above
        sid: str,  # noqa: ARG002  # as above
        event: str,  # noqa: ARG002  # as above
        args: Sequence[Any],  # noqa: ARG002  # as above
    ) -> tuple[bool, Any]:
        return False, None


class ConnectFailed(BaseException):
    """A connect handler raised, and the application's error handlers have seen it.

    No `Exception`: a class namespace with an `error` method would take it, and let the client in.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(error)


class Refused(BaseException):
    """A handler's types refuse what passed the guard.

    No `Exception`: error handlers are asked once, by the hooks, like about any other refusal.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict)


class Unjudged:
    """What an error handler returned for an exception of a handler: an ack that is not judged."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Any = value


class _RefusedAck:
    """What a judging callback, and then `call`, is given in place of an ack that was refused."""

    __slots__ = ("error",)

    def __init__(self, error: ContractViolation) -> None:
        self.error = error


def install(
    middleware: AsyncAPIGuard, server: Any, application: Application | None = None
) -> Hooks:
    """Put the guard on a server.

    Raises:
        InstallationError: it is guarded already, it is no `socketio.Server`, or its packets are not
            JSON.
    """
    if not isinstance(server, socketio.Server):
        kind = f"{type(server).__module__}.{type(server).__qualname__}"
        raise InstallationError(f"cannot guard a {kind}: expected a socketio.Server")
    packet_class: Any = server.packet_class
    if not packet_class.uses_binary_events:
        raise InstallationError(
            "cannot guard a server with a serializer like MessagePack: contracts are about JSON, "
            "and it lets through what JSON has no form for"
        )
    if hasattr(server, _MARK):
        raise InstallationError("this server is guarded already")
    hooks = Hooks(middleware, server, application or _Silent())
    hooks.install()
    return hooks


class Hooks:
    """What stands in the place of a server's methods."""

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        self.middleware: AsyncAPIGuard = middleware
        self.server: Any = server
        self.application: Application = application
        self.active: bool = False
        self._replaced: list[tuple[Any, str, Any, bool, Any]] = []
        self._emit: Callable[..., Any]
        self._handle_emit: Callable[..., Any]
        self._connect: Callable[..., Any]
        self._call: Callable[..., Any]
        self._ack: Callable[..., Any]

    @property
    def guard(self) -> Guard:
        """The middleware's, which may take another contract."""
        return self.middleware.guard

    # -- putting on and taking off -----------------------------------------------------------------

    def install(self) -> None:
        """Replace the server's methods."""
        server, manager = self.server, self.server.manager
        setattr(server, _MARK, self)
        self.active = True
        packet_class = guarded_packet_class(
            server.packet_class, server.eio.max_http_buffer_size, self.check_binary
        )
        self._replace(server, "packet_class", packet_class)
        self._replace(server, "_handle_event", self.handle_event)
        self._ack = self._replace(server, "_handle_ack", self.handle_ack)
        self._connect = self._replace(server, "_handle_connect", self.handle_connect)
        self._call = self._replace(server, "call", self.call)
        # Under the admin instrumentation, which puts back what it replaced when it goes.
        instrumented = isinstance(getattr(manager.emit, "__self__", None), InstrumentedServer)
        name = _ADMIN_EMIT if instrumented else "emit"
        self._emit = self._replace(manager, name, self.emit)
        if hasattr(manager, "_handle_emit"):
            self._handle_emit = self._replace(manager, "_handle_emit", self.handle_emit)

    def also_replace(self, owner: Any, name: str, ours: Any) -> None:
        """Replace a method that is not the server's; it is put back with the others."""
        self._replace(owner, name, ours)

    def _replace(self, owner: Any, name: str, ours: Any) -> Any:
        theirs = getattr(owner, name)
        self._replaced.append((owner, name, ours, name in vars(owner), theirs))
        setattr(owner, name, ours)
        return theirs

    def uninstall(self) -> None:
        """Put the server's methods back; where somebody wrapped ours, ours let everything pass."""
        self.active = False
        for owner, name, ours, own, theirs in reversed(self._replaced):
            for place in (name, _ADMIN_EMIT):
                if vars(owner).get(place) == ours:
                    if own or place != name:
                        setattr(owner, place, theirs)
                    else:
                        delattr(owner, place)
        self._replaced.clear()
        if getattr(self.server, _MARK, None) is self:
            delattr(self.server, _MARK)

    # -- events in, acks out -----------------------------------------------------------------------

    def handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """An event came."""
        server = self.server
        namespace = namespace or "/"
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if not server.manager.is_connected(sid, namespace):
            logger.debug("%s is not connected to %s", sid, printable(namespace))
            return
        verdict = self._judge_event(namespace, data)
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                self._refuse_event(verdict.violation, sid, eio_sid, namespace, id, data)
                return
        if server.logger.isEnabledFor(logging.INFO):
            server.logger.info("received event %s from %s", printable(data[0]), sid)
        if server.async_handlers:
            server.start_background_task(
                self._run, sid, eio_sid, namespace, id, data, verdict.message
            )
        else:
            self._run(sid, eio_sid, namespace, id, data, verdict.message)

    def _judge_event(self, namespace: str, data: Any) -> Verdict:
        if isinstance(data, list) and data:
            judge, binary = self.guard.receive_event, type(data) is BinaryArguments
            return self.middleware.judge(
                Checkpoint.RECEIVE_EVENT, judge, namespace, data[0], data[1:], binary=binary
            )
        reason = data.reason if isinstance(data, Malformed) else "an event is a list with a name"
        return self._malformed(Checkpoint.RECEIVE_EVENT, namespace, "", reason)

    def _malformed(
        self, checkpoint: Checkpoint, namespace: str, event: str, reason: str
    ) -> Verdict:
        def judge(namespace: str, event: str) -> Verdict:
            return self.guard.malformed(checkpoint, namespace, event, reason)

        return self.middleware.judge(checkpoint, judge, namespace, event)

    def _refuse_event(  # a packet, taken apart
        self,
        violation: Violation,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int | None,
        data: Any,
    ) -> None:
        error = violation_error(violation)
        if not self.application.has_say(namespace):
            self._tell(error, eio_sid, namespace, id)
            return
        args = data[1:] if isinstance(data, list) else []

        def ask() -> None:
            answered, value = self.application.answer(error, namespace, sid, violation.event, args)
            if not answered:
                self._tell(error, eio_sid, namespace, id)
            elif id is not None:
                self._answer(eio_sid, namespace, id, value, error.answer())

        if self.server.async_handlers:
            self.server.start_background_task(ask)
        else:
            ask()

    def _tell(self, error: ContractViolation, eio_sid: str, namespace: str, id: int | None) -> None:
        """Answer a refusal ourselves: as the ack, or as the event for those who asked for none."""
        if id is not None:
            self._send_ack(eio_sid, namespace, id, [error.answer()])
        elif self.middleware.reject_event is not None:
            self._send(
                eio_sid, packet.EVENT, namespace, [self.middleware.reject_event, error.answer()]
            )

    def _run(  # a packet, taken apart
        self,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int | None,
        data: list[Any],
        message: Message | None,
    ) -> None:
        """Run the handler and answer, whatever happens."""
        server, event = self.server, data[0]
        try:
            value = server._trigger_event(event, namespace, sid, *data[1:])
        except Refused as refused:
            self.middleware.record(refused.verdict)
            if refused.verdict.violation is not None:
                self._refuse_event(refused.verdict.violation, sid, eio_sid, namespace, id, data)
            return
        except Exception as error:
            if id is not None:
                answer = _trouble(Code.HANDLER, namespace, event)
                if isinstance(error, ContractViolation):
                    answer = error.answer()
                self._send_ack(eio_sid, namespace, id, [answer])
            raise
        if id is None:
            return
        if value is server.not_handled:
            self._send_ack(eio_sid, namespace, id, [_trouble(Code.UNHANDLED, namespace, event)])
            return
        if isinstance(value, Unjudged):
            self._answer(
                eio_sid, namespace, id, value.value, _trouble(Code.HANDLER, namespace, event)
            )
            return
        self._acknowledge(sid, eio_sid, namespace, id, data, message, _ack_values(value))

    def _acknowledge(  # a packet, taken apart
        self,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int,
        data: list[Any],
        message: Message | None,
        values: list[Any],
    ) -> None:
        pkt, binary = None, True
        with suppress(RecursionError):  # too deep to tell
            pkt = self.server.packet_class(packet.ACK, namespace=namespace, id=id, data=values)
            binary = pkt.packet_type == packet.BINARY_ACK
        verdict = self._judge_out(
            Checkpoint.SEND_ACK,
            self.guard.send_ack,
            namespace,
            data[0],
            values,
            message,
            binary=binary,
        )
        if verdict.violation is not None:
            self.middleware.record(verdict)
        if verdict.violation is not None and verdict.violation.refused:
            self._answer_fault(verdict.violation, sid, eio_sid, namespace, id, data)
            return
        try:
            if pkt is None:
                self._send_ack(eio_sid, namespace, id, values)
            else:
                self.server._send_packet(eio_sid, pkt)
        except (TypeError, ValueError, RecursionError):
            verdict = self.guard.unsendable(Checkpoint.SEND_ACK, namespace, data[0])
            self.middleware.record(verdict)
            if verdict.violation is not None:
                self._answer_fault(verdict.violation, sid, eio_sid, namespace, id, data)
            raise

    def _answer_fault(
        self,
        violation: Violation,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int,
        data: list[Any],
    ) -> None:
        """Answer in place of an ack that was refused."""
        error = violation_error(violation)
        answered, value = self.application.answer(error, namespace, sid, data[0], data[1:])
        otherwise = error.answer()
        self._answer(eio_sid, namespace, id, value if answered else otherwise, otherwise)

    def _answer(
        self, eio_sid: str, namespace: str, id: int, value: Any, otherwise: dict[str, Any]
    ) -> None:
        """Send what an error handler returned; something else where that cannot be sent."""
        try:
            self._send_ack(eio_sid, namespace, id, _ack_values(value))
        except (TypeError, ValueError, RecursionError):
            logger.exception("what the application's error handler returned cannot be sent")
            self._send_ack(eio_sid, namespace, id, [otherwise])

    def _send_ack(  # a packet, taken apart
        self, eio_sid: str, namespace: str, id: int, values: list[Any], *, binary: bool = True
    ) -> None:
        self._send(eio_sid, packet.ACK, namespace, values, id, binary=binary)

    def _send(  # a packet, taken apart
        self,
        eio_sid: str,
        kind: int,
        namespace: str,
        data: Any,
        id: int | None = None,
        *,
        binary: bool = True,
    ) -> None:
        """Send a packet; `binary=False` if it is known that there are no bytes in it."""
        server = self.server
        look = None if binary else False
        pkt = server.packet_class(kind, namespace=namespace, id=id, data=data, binary=look)
        server._send_packet(eio_sid, pkt)

    # -- events out, acks in -----------------------------------------------------------------------

    def emit(  # the manager's own signature
        self,
        event: str,
        data: Any,
        namespace: str | None = None,
        room: Any = None,
        skip_sid: Any = None,
        callback: Callable[..., Any] | None = None,
        to: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The application sends an event.

        Raises:
            EmitValidationError: it breaks the contract.
        """
        namespace = namespace or "/"
        message = None
        if self.active:
            args = data if isinstance(data, tuple) else () if data is None else (data,)
            verdict = self._judge_out(
                Checkpoint.SEND_EVENT, self.guard.send_event, namespace, event, args
            )
            self._raise(verdict)
            message = verdict.message
        if callback is not None and self.active:
            callback = self._judging(callback, namespace, event, message, to or room)
        return self._emit(
            event, data, namespace, room=to or room, skip_sid=skip_sid, callback=callback, **kwargs
        )

    def handle_emit(self, message: dict[str, Any]) -> Any:
        """An event came from the message queue: another process's, or our own on its way there."""
        if not self.active:
            return self._handle_emit(message)
        namespace, event = message.get("namespace") or "/", message.get("event")
        try:
            data = message["data"]
            if message.get("host_id") == self.server.manager.host_id:
                if message.get("binary"):
                    self.check_binary(namespace, [event, *data])
            else:
                verdict = self._judge_queued(namespace, event, message)
                self._raise(verdict)
        except ContractViolation:
            if message.get("host_id") == self.server.manager.host_id:
                raise
            return None  # logged, and dropped: there is nobody here to tell
        return self._handle_emit(message)

    def _judge_queued(self, namespace: str, event: Any, message: dict[str, Any]) -> Verdict:
        args = message["data"]
        if not isinstance(args, list):
            reason = "the data of a queued event must be a list"
            return self._malformed(Checkpoint.SEND_EVENT, namespace, str(event), reason)
        binary = bool(message.get("binary"))
        if binary:
            import base64

            attachments = [base64.b64decode(item) for item in args[1:]]
            args = packet.Packet.reconstruct_binary(args[0], attachments)
        # A queued event without arguments is indistinguishable from one with a single null.
        args = [] if args == [None] else args
        return self.middleware.judge(
            Checkpoint.SEND_EVENT, self.guard.send_event, namespace, event, args, binary=binary
        )

    def check_binary(self, namespace: str | None, data: Any) -> None:
        """Refuse bytes in an event to be sent whose messages have no place for them."""
        namespace = namespace or "/"
        if not self.active or self.guard.sends_binary(namespace, data[0]):
            return
        self._raise(self.guard.send_event(namespace, data[0], data[1:], binary=True))

    def _raise(self, verdict: Verdict) -> None:
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                raise violation_error(verdict.violation)

    def _judge_out(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        event: str,
        args: Sequence[Any],
        *more: Any,
        **options: Any,
    ) -> Verdict:
        """Judge Python objects by what they become on the wire."""
        packet_class = self.server.packet_class
        ask: Callable[..., Verdict] = self.middleware.judge
        verdict = None
        if packet_class.json.standard:
            verdict = ask(checkpoint, judge, namespace, event, args, *more, **options)
            if verdict.violation is None or not _is_plain_fault(verdict.violation):
                return verdict
            ask = self.middleware.ask  # it is counted
        # Tuples, integer keys, enums, or an own JSON module: only encoding shows what is sent.
        try:
            wire = to_wire(packet_class, args)
        except (TypeError, ValueError, RecursionError):
            judge = partial(self.guard.unsendable, checkpoint)
            return ask(checkpoint, judge, namespace, event)
        if verdict is not None and wire == list(args):
            return verdict
        return ask(checkpoint, judge, namespace, event, wire, *more, **options)

    def _judging(
        self,
        callback: Callable[..., Any],
        namespace: str,
        event: str,
        message: Message | None,
        addressee: Any,
    ) -> Callable[..., Any]:
        """The callback of an emit, behind a judge for the client's ack."""
        called = _calling.get()

        def refuse(error: ContractViolation, values: Sequence[Any]) -> None:
            if called:
                callback(_RefusedAck(error))
            elif isinstance(addressee, str):
                self.application.answer(error, namespace, addressee, event, values)

        def judged(*values: Any) -> Any:
            if not self.active:
                return callback(*values)
            if values and isinstance(values[0], _RefusedAck):
                return refuse(values[0].error, ())
            verdict = self.middleware.judge(
                Checkpoint.RECEIVE_ACK,
                self.guard.receive_ack,
                namespace,
                event,
                values,
                message,
                binary=has_bytes(values),
            )
            self.middleware.record(verdict)
            if verdict.violation is None or not verdict.violation.refused:
                return callback(*values)
            return refuse(violation_error(verdict.violation), values)

        return judged

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """`Server.call`, which raises `AckValidationError` when the client's ack is refused."""
        token = _calling.set(self.active)
        try:
            value = self._call(*args, **kwargs)
        finally:
            _calling.reset(token)
        if isinstance(value, _RefusedAck):
            raise value.error
        return value

    def handle_ack(self, eio_sid: str, namespace: str | None, id: Any, data: Any) -> None:
        """An ack came."""
        reason = None
        if isinstance(data, Malformed):
            reason = data.reason
        elif not isinstance(data, list):
            reason = "an ack is a list of values"
        elif not id:
            # python-socketio keeps its counter of callbacks under 0.
            reason = "no event was sent with this ack id"
        if reason is None:
            self._ack(eio_sid, namespace, id, data)
            return
        verdict = self._malformed(Checkpoint.RECEIVE_ACK, namespace or "/", "", reason)
        self.middleware.record(verdict)
        if verdict.violation is not None and id:
            # Whoever waits for it is told; behind a queue on another host they cannot be.
            with suppress(TypeError):
                self._ack(eio_sid, namespace, id, [_RefusedAck(violation_error(verdict.violation))])

    # -- connects ----------------------------------------------------------------------------------

    def handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """A client wants to enter a namespace."""
        namespace = namespace or "/"
        if isinstance(data, Malformed):
            verdict = self._malformed(Checkpoint.CONNECT, namespace, "connect", data.reason)
        else:
            verdict = self.middleware.judge(Checkpoint.CONNECT, self.guard.connect, namespace, data)
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                self._refuse_connect(eio_sid, namespace, verdict.violation)
                return
        try:
            self._connect(eio_sid, namespace, data)
        except ConnectFailed as failed:
            self._end_connect(eio_sid, namespace, failed.error)
        except Refused as refused:
            self.middleware.record(refused.verdict)
            if refused.verdict.violation is not None:
                self._end_connect(eio_sid, namespace, violation_error(refused.verdict.violation))
        except Exception as error:
            self._end_connect(eio_sid, namespace, error)
            raise

    def _refuse_connect(self, eio_sid: str, namespace: str, violation: Violation) -> None:
        error = violation_error(violation)
        refusal = {"message": violation.reason, "data": error.answer()}
        self._send(eio_sid, packet.CONNECT_ERROR, namespace, refusal)

    def _end_connect(self, eio_sid: str, namespace: str, error: Exception) -> None:
        """The connect handler raised: take the half-made session away, and say so."""
        server = self.server
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None:
            return
        refusal = {
            "message": "the server failed to accept the connection",
            "data": _trouble(Code.HANDLER, namespace, "connect"),
        }
        if isinstance(error, exceptions.ConnectionRefusedError):
            refusal = getattr(error, "error_args", refusal)
        elif isinstance(error, RequestValidationError):
            refusal = {"message": error.violation.reason, "data": error.answer()}
        if server.always_connect:
            server.manager.pre_disconnect(sid, namespace)
            self._send(eio_sid, packet.DISCONNECT, namespace, refusal)
        else:
            self._send(eio_sid, packet.CONNECT_ERROR, namespace, refusal)
        server.manager.disconnect(sid, namespace, ignore_queue=True)


def _ack_values(value: Any) -> list[Any]:
    """A handler's return value as the values of an ack."""
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [value]


def _trouble(code: Code, namespace: str, event: str) -> dict[str, Any]:
    return {"error": {"code": str(code), "namespace": namespace, "event": event}}


def _is_plain_fault(violation: Violation) -> bool:
    """Whether another form of the same value might be judged differently."""
    return violation.code in (Code.EMIT, Code.RESPONSE)
