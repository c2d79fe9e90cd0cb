"""Acks that go back to another host: what was rejected here raises there.

An event with a callback may come from another process by the message queue; its ack goes back the
same way. A guarded process marks what it publishes, and takes a rejection in a form that JSON has.
A process without a guard gets nothing instead: there is no value that says "rejected" to it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from asyncapi_guard.errors import AckValidationError, ContractViolation, violation_error
from asyncapi_guard.integrations.deciding.outcomes import RejectedAck
from asyncapi_guard.integrations.threads.sending import Sending
from asyncapi_guard.integrations.wire.codec import Codec, Unsendable
from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.deciding.outcomes import Application
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["Returning", "Waiting", "rejection_of"]

#: In messages of the queue: from a guarded process, and what such a process is told of a rejection.
_GUARDED = "asyncapi_guard"
_REJECTION = "asyncapi_guard_rejection"
#: How many other hosts are remembered to be guarded.
_HOSTS = 10_000


class Waiting:
    """A callback that knows what to do when another host has rejected the ack."""

    __slots__ = ()

    def rejected_elsewhere(self, rejection: Any) -> None:
        """The ack was rejected, and this is what was said of it."""
        raise NotImplementedError


class Returning(Sending):
    """In the place of what the manager publishes, and of what it hears of acks."""

    _publish: Callable[..., Any]
    _returned: Callable[..., Any]
    _callback_came: Callable[..., Any]

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        #: In the order in which they were last heard of.
        self._guarded_hosts: dict[str, None] = {}

    def publish(self, message: Any, *args: Any, **kwargs: Any) -> Any:
        """A message goes to the queue."""
        if self.active and isinstance(message, dict) and message.get("callback"):
            message = {**message, _GUARDED: 1}
        return self._publish(message, *args, **kwargs)

    def _note_host(self, message: dict[str, Any]) -> None:
        """Remember that a message came from a guarded host."""
        host = message.get("host_id")
        if message.get(_GUARDED) and isinstance(host, str):
            self._guarded_hosts.pop(host, None)
            self._guarded_hosts[host] = None
            if len(self._guarded_hosts) > _HOSTS:
                self._guarded_hosts.pop(next(iter(self._guarded_hosts)), None)

    def _returns(self, callback: Any) -> TypeGuard[partial[Any]]:
        """Whether a callback sends its ack back to the host that the event came from."""
        return isinstance(callback, partial) and callback.func == self.return_callback

    def return_callback(
        self, host_id: str, sid: str, namespace: str, callback_id: int, *args: Any
    ) -> None:
        """An ack goes back to the host that the event came from."""
        own = host_id == self.server.manager.host_id
        if args and type(args[0]) is RejectedAck:
            if not own:
                self._return_rejection(host_id, sid, namespace, callback_id, args[0].error)
            elif isinstance(self._waiting(sid, callback_id), Waiting):
                self._returned(host_id, sid, namespace, callback_id, *args)
            return
        if self.active and not own and not self._fits_queue(args):
            # One value that the queue cannot carry would cost this process its connection.
            reason = "the ack has a value that the message queue cannot carry"
            verdict = self._malformed(Checkpoint.RECEIVE_ACK, namespace, None, reason)
            self._record(verdict)
            if verdict.violation is not None and verdict.violation.rejected:
                error = violation_error(verdict.violation)
                self._return_rejection(host_id, sid, namespace, callback_id, error)
                return
        self._returned(host_id, sid, namespace, callback_id, *args)

    def _waiting(self, sid: Any, id: Any) -> Any:
        """The callback that waits for an ack on this host."""
        return self.server.manager.callbacks.get(sid, {}).get(id) if id else None

    def _fits_queue(self, args: tuple[Any, ...]) -> bool:
        try:
            return not Codec(self.server.manager.json).encode(args).attachments
        except Unsendable:
            return False

    def _return_rejection(
        self, host_id: str, sid: str, namespace: str, callback_id: int, error: ContractViolation
    ) -> None:
        if host_id not in self._guarded_hosts:
            return
        violation = error.violation
        self._publish(
            {
                "method": "callback",
                "host_id": host_id,
                "sid": sid,
                "namespace": namespace,
                "id": callback_id,
                "args": [],
                _REJECTION: {"code": str(violation.code), "reason": violation.reason},
            }
        )

    def handle_callback(self, message: dict[str, Any]) -> Any:
        """An ack came by the queue, or the news that it was rejected elsewhere."""
        rejection = message.get(_REJECTION)
        if rejection is None or message.get("host_id") != self.server.manager.host_id:
            return self._callback_came(message)
        sid, id = message.get("sid"), message.get("id")
        callback = self._waiting(sid, id)
        if isinstance(callback, Waiting):
            del self.server.manager.callbacks[sid][id]
            callback.rejected_elsewhere(rejection)
        return None  # else nobody waits, or nobody who knows what to do with it


def rejection_of(namespace: str, event: str, rejection: Any) -> AckValidationError:
    """The error for what another host said of an ack."""
    given = rejection if isinstance(rejection, dict) else {}
    code, reason = given.get("code"), given.get("reason")
    known = code if code in {str(each) for each in Code} else Code.MALFORMED_PACKET
    text = reason[:500] if isinstance(reason, str) else "the ack was rejected by another host"
    violation = Violation(
        Checkpoint.RECEIVE_ACK, Code(known), namespace, event, (Problem("", "packet", text),), text
    )
    return AckValidationError(violation)
