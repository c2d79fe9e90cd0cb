"""Events out, and the acks of clients."""

from __future__ import annotations

import base64
import logging
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.integrations.deciding.outcomes import RejectedAck
from asyncapi_guard.integrations.threads.entering import NOBODY
from asyncapi_guard.integrations.threads.queue import Returning, Waiting, rejection_of
from asyncapi_guard.integrations.threads.sending import send_here
from asyncapi_guard.integrations.wire.packets import UNREADABLE, has_bytes, opened
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.outcomes import Application
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.integrations.wire.codec import Outbound

__all__ = ["JudgedAck", "Outgoing"]

#: Set while `Server.call` emits: its callback takes a rejection, and `call` raises it.
_calling: ContextVar[bool] = ContextVar("asyncapi_guard_calling", default=False)

#: Connection and session of the client whose ack is handled.
_acknowledging: ContextVar[tuple[str, str] | None] = ContextVar(
    "asyncapi_guard_acknowledging", default=None
)


class JudgedAck(Waiting):
    """The callback of an emit, behind a judge for the client's ack.

    Attributes:
        namespace: of the event.
        event: the event's name.
        message: the message of the contract that matched.
    """

    __slots__ = ("_addressee", "_callback", "_called", "_outgoing", "event", "message", "namespace")

    def __init__(  # an emit, taken apart
        self,
        outgoing: Outgoing,
        callback: Callable[..., Any],
        namespace: str,
        event: str,
        message: Message | None,
        addressee: str | None,
    ) -> None:
        self.namespace: str = namespace
        self.event: str = event
        self.message: Message | None = message
        self._outgoing = outgoing
        self._callback = callback
        self._called = _calling.get()
        if self._called:
            _calling.set(False)  # what else is sent meanwhile has callbacks of its own
        self._addressee: str | None = addressee

    def __call__(self, *values: Any) -> Any:
        """The ack came, or what stands in the place of one that was rejected already."""
        outgoing = self._outgoing
        if values and type(values[0]) is RejectedAck:
            return self._reject(values[0].error, ())
        if not outgoing.active:
            return self._callback(*values)
        verdict = outgoing.middleware.judge(
            Checkpoint.RECEIVE_ACK,
            outgoing.guard.receive_ack,
            self.namespace,
            self.event,
            values,
            self.message,
            binary=has_bytes(values),
        )
        violation = verdict.violation
        if violation is None:
            return self._callback(*values)
        eio_sid, sid = self._from()
        try:
            violation = outgoing._record(verdict, eio_sid, sid, values) or violation
        finally:
            if violation.rejected:
                self._reject(violation_error(violation), values)
        return None if violation.rejected else self._callback(*values)

    def rejected_elsewhere(self, rejection: Any) -> None:
        """Another host, whose client it is, has rejected the ack."""
        self._reject(rejection_of(self.namespace, self.event, rejection), ())

    def _from(self) -> tuple[str | None, str | None]:
        """Connection and session of the client whose ack it is, as far as this process knows."""
        return _acknowledging.get() or (None, self._addressee)

    def _reject(self, error: ContractViolation, values: Sequence[Any]) -> None:
        sid = self._from()[1]
        if self._called:
            self._callback(RejectedAck(error))
        elif sid is not None:
            self._outgoing.application.answer(error, self.namespace, sid, self.event, values)


class Outgoing(Returning):
    """In the place of what sends: the manager's, and the server's `call` and `_handle_ack`.

    The manager's `emit` is the last place that every way of sending goes through, before the queue
    if there is one; `_handle_emit` is where another process's events come from the queue, past
    every wrapper on emit. The ack of a client is judged by the wrapped callback, which knows the
    event that it answers.
    """

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        #: The manager sends by way of a message queue.
        self._queued: bool = hasattr(server.manager, "_handle_emit")
        #: The manager is python-socketio's own: it hands what it is given to packets, and nobody
        #: else sees it.
        self._own_manager: bool = False

    _emit: Callable[..., Any]
    _handle_emit: Callable[..., Any]
    _call: Callable[..., Any]
    _ack: Callable[..., Any]

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
        namespace, room = namespace or "/", to or room
        if not self.active:
            return self._emit(
                event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **kwargs
            )
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        # Most events have a rule: it is looked for once.
        rule = self.guard.rule_of_sent(namespace, event) if type(event) is str else None
        if rule is None or rule.mode is Mode.OFF:
            verdict, outbound = self._judge_out(Checkpoint.SEND_EVENT, namespace, event, args)
        else:
            verdict, outbound = self._judge_by(rule, Checkpoint.SEND_EVENT, namespace, args)
        if verdict.violation is not None:
            self._raise(verdict, self._one_client(namespace, room))
        if callback is not None:
            callback = JudgedAck(
                self,
                callback,
                namespace,
                event,
                verdict.message,
                self._one_client(namespace, room),
            )
        if outbound is not None:
            if self._own_manager and self._sends_text:
                data = outbound
            else:
                data = self._judged_data(namespace, event, data, outbound)
        if not self._own_manager:
            return self._send_by_another(event, data, namespace, room, skip_sid, callback, kwargs)
        held = NOBODY
        if namespace in self._entrants:

            def send_to(sid: str) -> None:
                alone = sid, NOBODY
                send_here(self._stand_in, event, data, namespace, alone, None, callback)

            held = self.keep(namespace, room, skip_sid, send_to)
        return send_here(self._stand_in, event, data, namespace, (room, held), skip_sid, callback)

    def _send_by_another(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any,
        skip_sid: Any,
        callback: Any,
        options: dict[str, Any],
    ) -> Any:
        """Send an event by a manager that is not python-socketio's own for one process."""
        send = partial(self._emit, event, data, namespace, callback=callback)
        held = NOBODY
        # What goes by a queue comes back for this host's own clients: see `handle_emit`.
        queued = self._queued and not options.get("ignore_queue")
        if namespace in self._entrants and not queued:
            here = {**options, "ignore_queue": True}
            held = self.keep(
                namespace, room, skip_sid, lambda sid: send(room=sid, skip_sid=None, **here)
            )
        return self.send_by(partial(send, room=room, skip_sid=skip_sid, **options), held)

    def _judged_data(self, namespace: str, event: str, data: Any, outbound: Outbound) -> Any:
        """What of an event goes to a manager that has a say in it: a copy of what was judged."""
        if self.guard.mode_of(Checkpoint.SEND_EVENT, namespace, event) is not Mode.ENFORCE:
            return data  # as the application has it
        if isinstance(data, tuple):
            return tuple(outbound.copy)
        return outbound.copy[0] if outbound.copy else data

    def _one_client(self, namespace: str, room: Any) -> str | None:
        """The client that something is sent to, if it is only one."""
        one = isinstance(room, str) and self.server.manager.is_sid_room(namespace, room)
        return room if one else None

    def _raise(self, verdict: Verdict, sid: str | None = None) -> None:
        violation = self._record(verdict, sid=sid)
        if violation is not None and violation.rejected:
            raise violation_error(violation)

    def handle_emit(self, message: dict[str, Any]) -> Any:
        """An event came from the message queue: another process's, or our own on its way there."""
        if not self.active:
            return self._handle_emit(message)
        namespace, event = message.get("namespace") or "/", message.get("event")
        if message.get("host_id") != self.server.manager.host_id:
            self._note_host(message)
            verdict = self._judge_queued(namespace, event, message)
            try:
                self._record(verdict)
            except BaseException as error:  # noqa: BLE001  # it would end what listens to the queue
                kind = type(error).__name__
                self.middleware.log(logging.ERROR, "on_violation ended with %s", kind)
            if verdict.rejected:
                return None  # logged, and dropped: there is nobody here to tell

        held = NOBODY
        if namespace in self._entrants:

            def send_to(sid: str) -> None:
                self._handle_emit(
                    {**message, "namespace": namespace, "room": sid, "skip_sid": None}
                )

            held = self.keep(namespace, message.get("room"), message.get("skip_sid"), send_to)
        return self.send_by(partial(self._handle_emit, message), held)

    def _judge_queued(self, namespace: str, event: Any, message: dict[str, Any]) -> Verdict:
        args = message.get("data")
        if not isinstance(args, list):
            reason = "the data of a queued event must be a list"
            return self._malformed(Checkpoint.SEND_EVENT, namespace, event, reason)
        binary = bool(message.get("binary"))
        if binary:
            try:
                attachments = [base64.b64decode(item) for item in args[1:]]
                args = packet.Packet.reconstruct_binary(args[0], attachments)
            except (IndexError, TypeError, ValueError):
                reason = "the attachments of a queued event are not those that it names"
                return self._malformed(Checkpoint.SEND_EVENT, namespace, event, reason)
        # A queued event without arguments is indistinguishable from one with a single null.
        args = [] if args == [None] else args
        return self.middleware.judge(
            Checkpoint.SEND_EVENT, self.guard.send_event, namespace, event, args, binary=binary
        )

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """`Server.call`, which raises `AckValidationError` when the client's ack is rejected."""
        token = _calling.set(self.active)
        try:
            value = self._call(*args, **kwargs)
        finally:
            _calling.reset(token)
        if isinstance(value, RejectedAck):
            raise value.error
        return value

    # -- acks of clients ---------------------------------------------------------------------------

    def handle_ack(self, eio_sid: str, namespace: str | None, id: Any, data: Any) -> None:
        """An ack came."""
        namespace = namespace or "/"
        sid = self.server.manager.sid_from_eio_sid(eio_sid, namespace)
        token = _acknowledging.set((eio_sid, sid))
        try:
            self._handle_ack(eio_sid, sid, namespace, id, data)
        finally:
            _acknowledging.reset(token)

    def _handle_ack(self, eio_sid: str, sid: str, namespace: str, id: Any, data: Any) -> None:
        data, reason = opened(data)
        if reason is None and not isinstance(data, list):
            reason = "an ack is a list of values"
        elif reason is None and not id:
            # python-socketio keeps its counter of callbacks under 0.
            reason = "no event was sent with this ack id"
        if reason is None or not self.active:
            if data is not UNREADABLE:
                self._ack(eio_sid, namespace, id, data)
            return
        callback = self._waiting(sid, id)
        event = self._event_of(callback)
        verdict = self._malformed(Checkpoint.RECEIVE_ACK, namespace, event, reason)
        violation = verdict.violation
        try:
            violation = self._record(verdict, eio_sid, sid)
        finally:
            if violation is None or not violation.rejected:
                if data is not UNREADABLE:
                    self._ack(eio_sid, namespace, id, data)
            elif isinstance(callback, JudgedAck) or self._returns(callback):
                # Whoever waits for it is told.
                self._ack(eio_sid, namespace, id, [RejectedAck(violation_error(violation))])

    def _event_of(self, callback: Any) -> str | None:
        """The event that a callback waits for the ack of, if it is known."""
        if self._returns(callback):
            # An event that came by the message queue: maybe from this host.
            _, room, _, id = callback.args
            callback = self._waiting(room, id)
        return callback.event if isinstance(callback, JudgedAck) else None
