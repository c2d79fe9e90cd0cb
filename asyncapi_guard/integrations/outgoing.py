"""Events out, and the acks of clients."""

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.integrations.outcomes import RefusedAck
from asyncapi_guard.integrations.seat import Seat
from asyncapi_guard.integrations.strict_json import Malformed
from asyncapi_guard.integrations.wire import has_bytes
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Verdict

__all__ = ["Outgoing"]

#: Set while `Server.call` emits: its callback takes a refusal, and `call` raises it.
_calling: ContextVar[bool] = ContextVar("asyncapi_guard_calling", default=False)


class Outgoing(Seat):
    """In the place of what sends: the manager's, and the server's `call` and `_handle_ack`.

    The manager's `emit` is the last place that every way of sending goes through, before the queue
    if there is one; `_handle_emit` is where another process's events come from the queue, past
    every wrapper on emit. The ack of a client is judged by the wrapped callback, which knows the
    event that it answers.
    """

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
                callback(RefusedAck(error))
            elif isinstance(addressee, str):
                self.application.answer(error, namespace, addressee, event, values)

        def judged(*values: Any) -> Any:
            if not self.active:
                return callback(*values)
            if values and isinstance(values[0], RefusedAck):
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
        if isinstance(value, RefusedAck):
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
                self._ack(eio_sid, namespace, id, [RefusedAck(violation_error(verdict.violation))])
