"""Events that the application sends, and the acks of clients."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import has_bytes
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.wire.codec import Encoded

__all__ = ["EmitDecisions", "Emitted", "fault_of_ack"]


class Emitted:
    """An event that was sent, for as long as its ack may come.

    The guard that judged the event travels with it: the ack is judged by the same contract.

    Attributes:
        guard: what judged the event.
        namespace: the Socket.IO namespace.
        event: the event's name.
        message: the message of the contract that matched.
    """

    __slots__ = ("event", "guard", "message", "namespace")

    def __init__(self, guard: Guard, namespace: str, event: str, message: Message | None) -> None:
        self.guard: Guard = guard
        self.namespace: str = namespace
        self.event: str = event
        self.message: Message | None = message


class EmitDecisions(Decisions):
    """What becomes of an event that the application sends, and of its ack."""

    def emitted(
        self, namespace: str, event: Any, data: Any
    ) -> tuple[Verdict, Encoded | None, Guard]:
        """Judge an event: the verdict, what is sent, and the guard that judged.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name.
            data: a tuple of arguments, one argument, or `None` for none.
        """
        guard = self.guard
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        expected = None
        if type(event) is str:
            expected = self._expected_from_server(guard, namespace, event)
        if expected is None or expected.rule.mode is Mode.OFF:
            place = Checkpoint.SEND_EVENT, namespace, event
            return *self._judge_unlisted(guard, *place, args), guard
        try:
            encoded = self.codec.encode(args)
        except Unsendable:
            return self._unsendable(guard, Checkpoint.SEND_EVENT, namespace, event), None, guard
        expected.seen()
        binary = bool(encoded.attachments)
        try:
            verdict = expected.rule.judge(namespace, encoded.values, binary=binary, read=True)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            verdict = self._failed(Checkpoint.SEND_EVENT, namespace, event, error)
        return verdict, encoded, guard

    def judged_data(
        self, guard: Guard, namespace: str, event: Any, data: Any, sent: Encoded
    ) -> Any:
        """Return what goes to a manager that has a say in it: a copy of what was judged."""
        if guard.mode_of(Checkpoint.SEND_EVENT, namespace, event) is not Mode.ENFORCE:
            return data  # as the application has it
        if isinstance(data, tuple):
            return tuple(sent.copy)
        return sent.copy[0] if sent.copy else data

    def queued(self, namespace: str, event: Any, message: dict[str, Any]) -> Verdict:
        """Judge an event that came from another process by the message queue."""
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
        judge = self.guard.send_event
        return self._ask(Checkpoint.SEND_EVENT, judge, namespace, event, args, binary=binary)

    def answered_by_client(self, sent: Emitted, values: Sequence[Any]) -> Verdict:
        """Judge the ack of a client."""
        return self._ask(
            Checkpoint.RECEIVE_ACK,
            sent.guard.receive_ack,
            sent.namespace,
            sent.event,
            values,
            sent.message,
            binary=has_bytes(values),
        )

    def malformed_ack(self, namespace: str, event: str | None, reason: str) -> Verdict:
        """Return the verdict on an ack that reaches no callback."""
        return self._malformed(Checkpoint.RECEIVE_ACK, namespace, event, reason)


def fault_of_ack(id: Any, data: Any, reason: str | None) -> str | None:
    """Return what is wrong with the packet of an ack."""
    if reason is None and not isinstance(data, list):
        return "an ack is a list of values"
    if reason is None and not id:
        # python-socketio keeps its counter of callbacks under 0.
        return "no event was sent with this ack id"
    return reason
