"""Acks that go back to another host: what was rejected here raises there.

An event with a callback may come from another process by the message queue; its ack goes back the
same way. A guarded process marks what it publishes, and takes a rejection in a form that JSON has.
A process without a guard gets nothing instead: there is no value that says "rejected" to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import AckValidationError
from asyncapi_guard.integrations.deciding.queue_fields import CONTROL
from asyncapi_guard.integrations.wire.codec import Codec, Unsendable
from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.errors import ContractViolation

__all__ = ["Hosts", "fits_queue", "marked", "rejection_in", "rejection_of"]

#: In messages of the queue: from a guarded process, and what such a process is told of a rejection.
_GUARDED = "asyncapi_guard"
_REJECTION = "asyncapi_guard_rejection"
#: How many other hosts are remembered to be guarded.
_HOSTS = 10_000


class Hosts:
    """Other hosts that are guarded, as their messages say."""

    def __init__(self) -> None:
        #: In the order in which they were last heard of.
        self._guarded: dict[str, None] = {}

    def note(self, message: dict[str, Any]) -> None:
        """Remember that a message came from a guarded host."""
        host = message.get("host_id")
        if message.get(_GUARDED) and isinstance(host, str):
            self._guarded.pop(host, None)
            self._guarded[host] = None
            if len(self._guarded) > _HOSTS:
                self._guarded.pop(next(iter(self._guarded)), None)

    def judges(self, host_id: str) -> bool:
        """Return whether a host is guarded, so that it validates the acks that come back to it."""
        return host_id in self._guarded

    def knows(self, message: dict[str, Any]) -> bool:
        """Return whether a message comes from a guarded host, as far as it can be believed."""
        host = message.get("host_id")
        return bool(message.get(_GUARDED)) or (isinstance(host, str) and host in self._guarded)

    def rejection(
        self, host_id: str, sid: str, namespace: str, callback_id: int, error: ContractViolation
    ) -> dict[str, Any] | None:
        """Return the message that tells a host of a rejected ack; `None` if it is not guarded."""
        if host_id not in self._guarded:
            return None
        violation = error.violation
        return {
            "method": "callback",
            "host_id": host_id,
            "sid": sid,
            "namespace": namespace,
            "id": callback_id,
            "args": [],
            _REJECTION: {"code": str(violation.code), "reason": violation.reason},
        }


def marked(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message to publish: where that matters, it says that its host is guarded.

    It matters of an event whose ack comes back, and of what is done to clients and rooms.
    """
    if message.get("callback") or message.get("method") in CONTROL:
        return {**message, _GUARDED: 1}
    return message


def fits_queue(module: Any, args: Sequence[Any]) -> bool:
    """Return whether the queue can carry the values of an ack.

    Args:
        module: the JSON module of the queue.
        args: the values.
    """
    try:
        return not Codec(module).encode(args).attachments
    except Unsendable:
        return False


def rejection_in(message: dict[str, Any]) -> Any:
    """Return what another host says of an ack that it rejected; `None` if it says nothing."""
    return message.get(_REJECTION)


def rejection_of(namespace: str, event: str, rejection: Any) -> AckValidationError:
    """Return the error for what another host said of an ack."""
    given = rejection if isinstance(rejection, dict) else {}
    code, reason = given.get("code"), given.get("reason")
    known = code if code in {str(each) for each in Code} else Code.MALFORMED_PACKET
    text = reason[:500] if isinstance(reason, str) else "the ack was rejected by another host"
    violation = Violation(
        Checkpoint.RECEIVE_ACK, Code(known), namespace, event, (Problem("", "packet", text),), text
    )
    return AckValidationError(violation)
