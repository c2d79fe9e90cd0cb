"""Events that the application sends, and the acks of clients."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.deciding.emits import Emitted, fault_of_ack
from asyncapi_guard.integrations.deciding.entrants import NOBODY
from asyncapi_guard.integrations.deciding.queue import rejection_of
from asyncapi_guard.integrations.deciding.queued import Heard
from asyncapi_guard.integrations.threads.calling import called
from asyncapi_guard.integrations.threads.owed import SENT, OwedAcks
from asyncapi_guard.integrations.threads.queue import Queue, Waiting, acknowledging
from asyncapi_guard.integrations.wire.packets import UNREADABLE, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.server import ServerDecisions
    from asyncapi_guard.violations import Violation

__all__ = ["Emits", "JudgedAck"]

#: Set while `Server.call` emits: its callback takes a rejection, and `call` raises it.
_calling: ContextVar[bool] = ContextVar("asyncapi_guard_calling", default=False)


def take_call() -> bool:
    """Return whether `call` emits; what else is sent meanwhile has callbacks of its own."""
    calls = _calling.get()
    if calls:
        _calling.set(False)
    return calls


class JudgedAck(Waiting):
    """The callback of an emit, behind a judge for the client's ack.

    It has the event as the attribute `SENT`.
    """

    __slots__ = ("_addressee", "_callback", "_emits", SENT)

    def __init__(
        self, emits: Emits, callback: Callable[..., Any], sent: Emitted, addressee: str | None
    ) -> None:
        setattr(self, SENT, sent)
        self._emits = emits
        self._callback = callback
        self._addressee: str | None = addressee

    @property
    def sent(self) -> Emitted:
        """The event."""
        sent: Emitted = getattr(self, SENT)
        return sent

    def __call__(self, *values: Any) -> Any:
        """The ack came, or what stands in the place of one that was rejected already."""
        emits = self._emits
        if values and type(values[0]) is RejectedAck:
            return self._reject(values[0].error, ())
        if not emits.decide.active:
            return called(self._callback, *values)
        verdict = emits.decide.answered_by_client(self.sent, values)
        violation = verdict.violation
        if violation is None:
            return called(self._callback, *values)
        eio_sid, sid = self._from()
        try:
            violation = emits._record(verdict, eio_sid, sid, values) or violation
        finally:
            if violation.rejected:
                self._reject(violation_error(violation), values)
                emits._answered(violation)
        return None if violation.rejected else called(self._callback, *values)

    def rejected_elsewhere(self, rejection: Any) -> None:
        """Another host, whose client it is, has rejected the ack."""
        self._reject(rejection_of(self.sent.namespace, self.sent.event, rejection), ())

    def _from(self) -> tuple[str | None, str | None]:
        """Connection and session of the client whose ack it is, as far as this process knows."""
        return acknowledging.get() or (None, self._addressee)

    def _reject(self, error: ContractViolation, values: Sequence[Any]) -> None:
        sid, sent = self._from()[1], self.sent
        if sent.called:
            called(self._callback, RejectedAck(error))
        elif sid is not None:
            self._emits.application.answer(error, sent.namespace, sid, sent.event, values)


class Emits(OwedAcks["ServerDecisions"], Queue):
    """In the place of what sends: the manager's, and the server's `call` and `_handle_ack`.

    The manager's `emit` is the last place that every way of sending goes through, before the queue
    if there is one; `_handle_emit` is where another process's events come from the queue, past
    every wrapper on emit. The ack of a client is judged by the wrapped callback, which knows the
    event that it answers.
    """

    _emit: Callable[..., Any]
    _call: Callable[..., Any]
    _ack: Callable[..., Any]
    _trigger_callback: Callable[..., Any]
    _manager_disconnect: Callable[..., Any]

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        #: The manager sends by way of a message queue.
        self._queued: bool = hasattr(server.manager, "_handle_emit")
        #: The manager is python-socketio's own: it hands what it is given to packets, and nobody
        #: else sees it.
        self._own_manager: bool = False
        #: What was judged is sent as the text that it was encoded to.
        self._sends_text: bool = False

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
        if not self.decide.active:
            return self._emit(
                event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **kwargs
            )
        called_for = callback is not None and take_call()
        verdict, encoded, guard = self.decide.emitted(namespace, event, data, callback)
        if verdict.violation is not None:
            self._raise(verdict, self._one_client(namespace, room))
        if callback is not None:
            sent = Emitted(guard, namespace, event, verdict.message, called=called_for)
            callback = JudgedAck(self, callback, sent, self._one_client(namespace, room))
        if encoded is not None and self._sends_text:
            data = encoded
        elif encoded is not None:
            data = self.decide.judged_data(guard, namespace, event, data, encoded)
        sent_to = self._deliver(event, data, namespace, room, skip_sid, callback, kwargs)
        if called_for:
            self._end_call(callback)
        return sent_to

    def _deliver(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any,
        skip_sid: Any,
        callback: Any,
        options: dict[str, Any],
    ) -> Any:
        """Send an event that was judged."""
        if not self._own_manager:
            return self._send_by_another(event, data, namespace, room, skip_sid, callback, options)
        held = NOBODY
        if namespace in self.entrants.namespaces:

            def send_to(sid: str) -> None:
                self._delivery.send(event, data, namespace, sid, None, callback)

            held = self.entrants.keep(namespace, room, skip_sid, send_to)
        return self._delivery.send(event, data, namespace, room, skip_sid, callback, held)

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
        if namespace in self.entrants.namespaces and not queued:
            here = {**options, "ignore_queue": True}
            held = self.entrants.keep(
                namespace, room, skip_sid, lambda sid: send(room=sid, skip_sid=None, **here)
            )
        return self.send_by(partial(send, room=room, skip_sid=skip_sid, **options), held)

    def _one_client(self, namespace: str, room: Any) -> str | None:
        """The client that something is sent to, if it is only one."""
        one = isinstance(room, str) and self.server.manager.is_sid_room(namespace, room)
        return room if one else None

    def _raise(self, verdict: Verdict, sid: str | None) -> None:
        violation = self._record(verdict, sid=sid)
        if violation is not None and violation.rejected:
            raise violation_error(violation)

    def handle_emit(self, message: dict[str, Any]) -> Any:
        """An event came from the message queue: another process's, or our own on its way there."""
        if not self.decide.active:
            return self._handle_emit(message)
        sent = None
        if message.get("host_id") != self.server.manager.host_id:
            heard = self._hear_late(message)
            if heard is None:
                return None  # logged, and dropped: there is nobody here to tell
            message, sent = heard, heard.sent if type(heard) is Heard else None

        namespace, held = message.get("namespace") or "/", NOBODY
        if namespace in self.entrants.namespaces:

            def send_to(sid: str) -> None:
                here = {**message, "namespace": namespace, "room": sid, "skip_sid": None}
                self._handle_asked(here, sent)

            room, skip_sid = message.get("room"), message.get("skip_sid")
            held = self.entrants.keep(namespace, room, skip_sid, send_to)
        return self.send_by(partial(self._handle_asked, message, sent), held)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """`Server.call`, which raises `AckValidationError` when the client's ack is rejected."""
        token = _calling.set(self.decide.active)
        try:
            value = self._call(*args, **kwargs)
        finally:
            _calling.reset(token)
        if isinstance(value, RejectedAck):
            raise value.error
        return value

    # -- acks of clients ---------------------------------------------------------------------------

    def generate_ack_id(self, owner: Any, callback: Any) -> Any:
        """A callback waits for an ack from now on."""
        callback = self._returning(callback)
        id = super().generate_ack_id(owner, callback)
        if self._owed and self._returns(callback):
            # It goes by the message queue, and back to this host: then it is kept twice.
            host_id, room, _, first = callback.args
            owed = self._owed.get((room, first))
            if owed is not None and host_id == self.server.manager.host_id:
                owed.others.append((owner, id))
        return id

    @property
    def _callbacks(self) -> dict[Any, dict[Any, Any]]:
        callbacks: dict[Any, dict[Any, Any]] = self.server.manager.callbacks
        return callbacks

    def _is_here(self, owner: Any, namespace: str) -> bool:  # noqa: ARG002  # as for clients
        return True  # a client that has left has no callbacks any more

    def _is_known(self, owner: Any, namespace: str) -> bool:
        return self.server.manager.eio_sid_from_sid(owner, namespace) is not None

    def _overdue(self, owner: Any, id: Any, callback: Any) -> None:
        token = acknowledging.set(None)
        try:
            super()._overdue(owner, id, callback)
        finally:
            acknowledging.reset(token)

    def _record_overdue(self, verdict: Verdict, owner: Any) -> Violation | None:
        violation = verdict.violation
        if violation is None:
            return None
        eio_sid = self.server.manager.eio_sid_from_sid(owner, violation.namespace)
        # By a message queue it is a room, or the client of another host.
        sid = None if eio_sid is None else owner
        acknowledging.set((eio_sid, sid))  # `_overdue` ends it
        return self._record(verdict, eio_sid, sid)

    def trigger_callback(self, sid: str, id: Any, data: Any) -> None:
        """An ack came, from here or by the message queue."""
        if not self._owed or self._came_in_time(sid, id):
            self._trigger_callback(sid, id, data)

    def manager_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> Any:
        """A client has left."""
        if self._owed:
            self._forget_owed(sid)
        return self._manager_disconnect(sid, namespace, **kwargs)

    def handle_ack(self, eio_sid: str, namespace: str | None, id: Any, data: Any) -> None:
        """An ack came."""
        namespace = namespace or "/"
        sid = self.server.manager.sid_from_eio_sid(eio_sid, namespace)
        token = acknowledging.set((eio_sid, sid))
        try:
            self._handle_ack(eio_sid, sid, namespace, id, data)
        finally:
            acknowledging.reset(token)

    def _handle_ack(self, eio_sid: str, sid: str, namespace: str, id: Any, data: Any) -> None:
        data, reason = opened(data)
        reason = fault_of_ack(id, data, reason)
        if reason is None or not self.decide.active:
            if data is not UNREADABLE:
                self._ack(eio_sid, namespace, id, data)
            return
        callback = self._waiting(sid, id)
        verdict = self.decide.malformed_ack(namespace, self._event_of(callback), reason)
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
            if violation is not None:
                self._answered(violation)

    def _event_waited_for(self, owner: Any, id: Any) -> str | None:
        return self._event_of(self._waiting(owner, id))

    def _event_of(self, callback: Any) -> str | None:
        """The event that a callback waits for the ack of, if it is known."""
        if self._returns(callback):
            # An event that came by the message queue: maybe from this host.
            _, room, _, id = callback.args
            callback = self._waiting(room, id)
        return callback.sent.event if isinstance(callback, JudgedAck) else None
