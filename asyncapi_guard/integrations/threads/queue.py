"""What goes to other hosts by the message queue, and what comes from them."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.deciding.queue import fits_queue, rejection_in
from asyncapi_guard.integrations.deciding.queue_fields import CONTROL
from asyncapi_guard.integrations.deciding.queued import Heard, Origin
from asyncapi_guard.integrations.threads.calling import FAULTS
from asyncapi_guard.integrations.threads.sending import Sending
from asyncapi_guard.integrations.wire.queue_messages import QueueReader, json_of
from asyncapi_guard.integrations.wire.undecoded import tell_of_undecoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.emits import Emitted
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Queue", "Waiting", "acknowledging"]

#: Connection and session of the client whose ack is handled, or overdue.
acknowledging: ContextVar[tuple[str | None, str | None] | None] = ContextVar(
    "asyncapi_guard_acknowledging", default=None
)
#: The event of another host that is sent to clients here, where that host asks for the ack.
_asked_for: ContextVar[Emitted | None] = ContextVar("asyncapi_guard_asked_for", default=None)


class Waiting:
    """A callback that knows what to do when another host has rejected the ack."""

    __slots__ = ()

    def rejected_elsewhere(self, rejection: Any) -> None:
        """The ack was rejected, and this is what was said of it."""
        raise NotImplementedError


class Queue(Sending):
    """In the place of what the manager publishes, and of what it hears.

    What the manager hears comes by `_listen`, whatever the queue is. A listener that runs already
    has left that behind; so what it calls for each message is replaced as well.
    """

    _publish: Callable[..., Any]
    _returned: Callable[..., Any]
    _callback_came: Callable[..., Any]
    _listened: Callable[..., Any]
    _handle_emit: Callable[..., Any]

    def _came_in_time(self, owner: Any, id: Any) -> bool:
        """An ack came: whether it counts."""
        raise NotImplementedError

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        self._controls: dict[str, Callable[..., Any]] = {}
        self._origin: Any = None
        self._queue_json: Any = None

    def _install_on_queue(self, manager: Any, replace: Callable[..., Any]) -> None:
        """Replace the methods of a manager that has a message queue."""
        self._queue_json = manager.json
        reader, channel = QueueReader(manager.json), str(getattr(manager, "channel", ""))
        self._origin = Origin(reader, channel, manager.host_id, self._event_waited_for)
        self._handle_emit = replace(manager, "_handle_emit", self.handle_emit)
        self._publish = replace(manager, "_publish", self.publish)
        self._returned = replace(manager, "_return_callback", self.return_callback)
        self._callback_came = replace(manager, "_handle_callback", self.handle_callback)
        for method in CONTROL:
            ours = partial(self.handle_control, method)
            self._controls[method] = replace(manager, f"_handle_{method}", ours)
        self._listened = replace(manager, "_listen", self.listen)
        tell_of_undecoded(manager, replace, self._hear)
        json = json_of(manager, reader)
        if json is not None:
            replace(manager, "json", json)

    # -- what comes --------------------------------------------------------------------------------

    def listen(self) -> Any:
        """What comes from the message queue, as far as it may act."""
        for raw in self._listened():
            message = self._hear(raw)
            if message is not None:
                yield message

    def _hear(self, raw: Any) -> Any:
        """Validate what came: what python-socketio goes on with, or `None`."""
        message, verdict = self.decide.heard(raw, self._origin)
        if verdict is not None:
            self._record_safely(verdict)
        return message

    def _record_safely(self, verdict: Verdict) -> None:
        try:
            self._record(verdict)
        except FAULTS as error:  # it would end what listens to the queue
            kind = type(error).__name__
            self.recorder.log(logging.ERROR, "on_violation ended with %s", kind)

    def _hear_late(self, message: Any) -> Any:
        """Validate what comes by a listener that ran before the guard came, and nothing twice."""
        if not self.decide.active or type(message) is Heard:
            return message
        return self._hear(message)

    def handle_control(self, method: str, message: dict[str, Any]) -> Any:
        """Another process, or this one, does something to a client or a room."""
        own = message.get("host_id") == self.server.manager.host_id
        heard = message if own else self._hear_late(message)
        return None if heard is None else self._controls[method](heard)

    def handle_emit(self, message: dict[str, Any]) -> Any:
        """An event came from the message queue: another process's, or our own on its way there."""
        raise NotImplementedError

    def _handle_asked(self, message: dict[str, Any], sent: Emitted | None) -> Any:
        """Send an event of the queue to clients here; its acks are validated where `sent` is."""
        token = _asked_for.set(sent)
        try:
            return self._handle_emit(message)
        finally:
            _asked_for.reset(token)

    def _event_waited_for(self, owner: Any, id: Any) -> str | None:
        """The event that a room, or a client, owes the ack of to this host."""
        raise NotImplementedError

    # -- what goes ---------------------------------------------------------------------------------

    def publish(self, message: Any, *args: Any, **kwargs: Any) -> Any:
        """A message goes to the queue."""
        return self._publish(self.decide.published(message), *args, **kwargs)

    # -- acks --------------------------------------------------------------------------------------

    def _returning(self, callback: Any) -> Any:
        """What keeps an ack for another host also keeps the event that it belongs to."""
        sent = _asked_for.get()
        if sent is None or not self._returns(callback):
            return callback
        return partial(callback.func, *callback.args, sent=sent)

    def _returns(self, callback: Any) -> TypeGuard[partial[Any]]:
        """Whether a callback sends its ack back to the host that the event came from."""
        return isinstance(callback, partial) and callback.func == self.return_callback

    def _waiting(self, sid: Any, id: Any) -> Any:
        """The callback that waits for an ack on this host."""
        return self.server.manager.callbacks.get(sid, {}).get(id) if id else None

    def return_callback(
        self,
        host_id: str,
        sid: str,
        namespace: str,
        callback_id: int,
        *args: Any,
        sent: Emitted | None = None,
    ) -> None:
        """An ack goes back to the host that the event came from."""
        own = host_id == self.server.manager.host_id
        if args and type(args[0]) is RejectedAck:
            if not own:
                self._return_rejection(host_id, sid, namespace, callback_id, args[0].error)
            elif isinstance(self._waiting(sid, callback_id), Waiting):
                self._returned(host_id, sid, namespace, callback_id, *args)
            return
        if self.decide.active and not own:
            verdict = self._judge_returned(host_id, namespace, args, sent)
            if verdict is not None and verdict.violation is not None:
                eio_sid, client = acknowledging.get() or (None, None)
                self._record(verdict, eio_sid, client)
                if verdict.violation.rejected:
                    error = violation_error(verdict.violation)
                    self._return_rejection(host_id, sid, namespace, callback_id, error)
                    return
        self._returned(host_id, sid, namespace, callback_id, *args)

    def _judge_returned(
        self, host_id: str, namespace: str, args: Any, sent: Emitted | None
    ) -> Verdict | None:
        """Return the verdict on an ack for another host; a guarded one judges it by itself."""
        if not fits_queue(self._queue_json, args):
            # One value that the queue cannot carry would cost this process its connection.
            reason = "the ack has a value that the message queue cannot carry"
            event = None if sent is None else sent.event
            return self.decide.malformed_ack(namespace, event, reason)
        if sent is None or self.decide.hosts.judges(host_id):
            return None
        return self.decide.answered_by_client(sent, args)

    def _return_rejection(
        self, host_id: str, sid: str, namespace: str, callback_id: int, error: ContractViolation
    ) -> None:
        message = self.decide.hosts.rejection(host_id, sid, namespace, callback_id, error)
        if message is not None:
            self.publish(message)

    def handle_callback(self, message: dict[str, Any]) -> Any:
        """An ack came by the queue, or the news that it was rejected elsewhere."""
        message = self._hear_late(message)
        if message is None:
            return None
        rejection = rejection_in(message)
        if rejection is None or message.get("host_id") != self.server.manager.host_id:
            return self._callback_came(message)
        sid, id = message.get("sid"), message.get("id")
        callback = self._waiting(sid, id)
        if isinstance(callback, Waiting) and self._came_in_time(sid, id):
            del self.server.manager.callbacks[sid][id]
            callback.rejected_elsewhere(rejection)
        return None  # else nobody waits, or nobody who knows what to do with it
