"""Events that a client sends, and the acks of its server."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import socketio

from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.deciding.emits import Emitted, fault_of_ack
from asyncapi_guard.integrations.threads.calling import called
from asyncapi_guard.integrations.threads.client_adapter import ClientAdapter
from asyncapi_guard.integrations.threads.owed import SENT, OwedAcks, sent_with
from asyncapi_guard.integrations.wire.packets import UNREADABLE, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.client import ClientDecisions
    from asyncapi_guard.violations import Violation

__all__ = ["ClientEmits"]

#: Set while `Client.call` emits: its callback takes a rejection, and `call` raises it.
_calling: ContextVar[bool] = ContextVar("asyncapi_guard_client_calling", default=False)
#: Python-socketio's own; it takes the stand-in.
_emit_here: Callable[..., Any] = socketio.Client.emit


def take_call() -> bool:
    """Return whether `call` emits; what else is sent meanwhile has callbacks of its own."""
    calls = _calling.get()
    if calls:
        _calling.set(False)
    return calls


class _Sender:
    """Stands in for the client: it makes the guard's packets, whatever the client has meanwhile."""

    def __init__(self, client: Any, packet_class: Any) -> None:
        self._client = client
        self.packet_class = packet_class

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class ClientEmits(ClientAdapter, OwedAcks["ClientDecisions"]):
    """In the place of a client's `emit`, `call` and `_handle_ack`.

    `send`, class-based namespaces and simple clients all send by way of `emit`.
    """

    _emit: Callable[..., Any]
    _call: Callable[..., Any]
    _ack: Callable[..., Any]

    def __init__(self, client: Any, decide: ClientDecisions, application: Application) -> None:
        super().__init__(client, decide, application)
        self._stand_in = _Sender(client, decide.packets.packet_class)
        #: The method is python-socketio's, and nobody else has a say in what is sent.
        self._own_emit: bool = False

    def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> Any:
        """The application sends an event.

        Raises:
            EmitValidationError: it breaks the contract.
        """
        namespace = namespace or "/"
        if not self.decide.active:
            return self._emit(event, data, namespace, callback)
        if self._plain is not None:
            data = self._plain(event, namespace, data)
        called_for = callback is not None and take_call()
        verdict, encoded, guard = self.decide.emitted(namespace, event, data, callback)
        if verdict.violation is not None:
            self._raise(verdict)
        if callback is not None:
            sent = Emitted(guard, namespace, event, verdict.message, called=called_for)
            callback = self._judging(callback, sent)
        send = self._emit
        if self._own_emit and encoded is not None and self.decide.packets.sends_text:
            send, data = _emit_here.__get__(self._stand_in), encoded
        elif encoded is not None:
            data = self.decide.judged_data(guard, namespace, event, data, encoded)
        return send(event, data, namespace, callback)

    def _raise(self, verdict: Verdict) -> None:
        violation = self._record(verdict)
        if violation is not None and violation.rejected:
            raise violation_error(violation)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """`Client.call`, which raises `AckValidationError` when the server's ack is rejected."""
        token = _calling.set(self.decide.active)
        try:
            value = self._call(*args, **kwargs)
        finally:
            _calling.reset(token)
        if isinstance(value, RejectedAck):
            raise value.error
        return value

    # -- acks of the server ------------------------------------------------------------------------

    def _judging(self, callback: Callable[..., Any], sent: Emitted) -> Callable[..., Any]:
        """The callback of an emit, behind a judge for the server's ack."""

        def judge(*values: Any) -> Any:
            if values and type(values[0]) is RejectedAck:
                return self._tell_caller(callback, sent, values[0].error, ())
            if not self.decide.active:
                return called(callback, *values)
            verdict = self.decide.answered_by_server(sent, values)
            violation = verdict.violation
            if violation is None:
                return called(callback, *values)
            try:
                violation = self._record(verdict) or violation
            finally:
                if violation.rejected:
                    error = violation_error(violation)
                    self._tell_caller(callback, sent, error, values)
            return None if violation.rejected else called(callback, *values)

        setattr(judge, SENT, sent)
        return judge

    def _tell_caller(
        self,
        callback: Callable[..., Any],
        sent: Emitted,
        error: ContractViolation,
        values: Sequence[Any],
    ) -> None:
        if sent.called:
            called(callback, RejectedAck(error))
            return
        sid = self._sid(sent.namespace) or ""
        self.application.answer(error, sent.namespace, sid, sent.event, values)

    @property
    def _callbacks(self) -> dict[Any, dict[Any, Any]]:
        callbacks: dict[Any, dict[Any, Any]] = self.client.callbacks
        return callbacks

    def _is_here(self, owner: Any, namespace: str) -> bool:  # noqa: ARG002  # as for servers
        return namespace in self.client.namespaces

    def _record_overdue(
        self,
        verdict: Verdict,
        owner: Any,  # noqa: ARG002  # as for servers
    ) -> Violation | None:
        return self._record(verdict)

    def handle_ack(self, namespace: str | None, id: Any, data: Any) -> None:
        """An ack came."""
        namespace = namespace or "/"
        data, reason = opened(data)
        reason = fault_of_ack(id, data, reason)
        if self._owed and not self._came_in_time(namespace, id):
            return
        if reason is None or not self.decide.active:
            if data is not UNREADABLE:
                self._ack(namespace, id, data)
            return
        waiting = self.client.callbacks.get(namespace, {}).get(id) if id else None
        sent = sent_with(waiting)
        event = None if sent is None else sent.event
        verdict = self.decide.malformed_ack(namespace, event, reason)
        violation = verdict.violation
        try:
            violation = self._record(verdict)
        finally:
            if violation is None or not violation.rejected:
                if data is not UNREADABLE:
                    self._ack(namespace, id, data)
            elif sent is not None:
                # Whoever waits for it is told.
                self._ack(namespace, id, [RejectedAck(violation_error(violation))])
