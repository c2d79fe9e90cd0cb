"""Events that the application sends, and the acks of clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import AckValidationError
from asyncapi_guard.guard.ack_options import judge_asking, judge_overdue, timeout_of
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import has_bytes
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.wire.codec import Encoded

    # python-socketio carries no types.
    NoAckCame = Exception
else:
    from socketio.exceptions import TimeoutError as NoAckCame

__all__ = ["EmitDecisions", "Emitted", "NoAckCame", "OverdueAck", "fault_of_ack"]


#: Looked up once: it is asked for at each emit.
_OFF = Mode.OFF


class Emitted:
    """An event that was sent, for as long as its ack may come.

    The guard that judged the event travels with it: the ack is judged by the same contract.

    Attributes:
        guard: what judged the event.
        namespace: the Socket.IO namespace.
        event: the event's name.
        message: the message of the contract that matched.
        called: `call` waits for the ack.
        owed: somebody was asked for the ack, which must come in time.
    """

    __slots__ = ("called", "event", "guard", "message", "namespace", "owed")

    def __init__(
        self,
        guard: Guard,
        namespace: str,
        event: str,
        message: Message | None,
        *,
        called: bool = False,
    ) -> None:
        self.guard: Guard = guard
        self.namespace: str = namespace
        self.event: str = event
        self.message: Message | None = message
        self.called: bool = called
        self.owed: bool = False


class OverdueAck(AckValidationError, NoAckCame):
    """The ack of an event that was called did not come in time.

    It is python-socketio's `TimeoutError` for those who expect that from `call`.
    """


class EmitDecisions(Decisions):
    """What becomes of an event that the application sends, and of its ack."""

    def emitted(
        self, namespace: str, event: Any, data: Any, callback: object
    ) -> tuple[Verdict, Encoded | None, Guard]:
        """Judge an event: the verdict, what is sent, and the guard that judged.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name.
            data: a tuple of arguments, one argument, or `None` for none.
            callback: what waits for its ack; `None` if none is asked for.
        """
        guard = self.guard
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        expected = None
        if type(event) is str:
            expected = self._expected_from_server(guard, namespace, event)
        if expected is None or expected.rule.mode is _OFF:
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
            if expected.ack_options:
                asked = callback is not None
                verdict = judge_asking(expected.rule, namespace, verdict, asked=asked)
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

    def timeout_of(self, sent: Emitted) -> float | None:
        """Return within how many seconds the ack of an event must come; `None` for any time."""
        ack = None if sent.message is None else sent.message.ack
        if ack is None or ack.timeout is None:
            return None  # nearly always
        rule = sent.guard.rule_of_sent(sent.namespace, sent.event)
        return None if rule is None else timeout_of(rule, sent.message)

    def overdue_ack(self, sent: Emitted, *, is_here: bool, is_known: bool = True) -> Verdict:
        """Return the verdict on an ack that did not come in time.

        Args:
            sent: the event.
            is_here: the other side could have sent it, so it is counted.
            is_known: nobody else could have; else it was asked for by a message queue.
        """

        def judge(namespace: str, event: str) -> Verdict:
            rule = sent.guard.rule_of_sent(namespace, event)
            if rule is None or sent.message is None:
                return PASSED
            return judge_overdue(rule, namespace, sent.message, is_known=is_known)

        if not is_here:
            return judge(sent.namespace, sent.event)
        return self._ask(Checkpoint.RECEIVE_ACK, judge, sent.namespace, sent.event)

    def drops_late_acks(self, sent: Emitted) -> bool:
        """Return whether an ack that comes too late is dropped."""
        place = Checkpoint.RECEIVE_ACK, sent.namespace, sent.event
        return sent.guard.mode_of(*place, sent.message) is Mode.ENFORCE

    def malformed_ack(self, namespace: str, event: str | None, reason: str) -> Verdict:
        """Return the verdict on an ack that reaches no callback."""
        return self._malformed(Checkpoint.RECEIVE_ACK, namespace, event, reason)


def fault_of_ack(id: Any, data: Any, reason: str | None) -> str | None:
    """Return what is wrong with the packet of an ack."""
    if reason is None and not isinstance(data, list):
        return "an ack must be a list of values"
    if reason is None and not id:
        # python-socketio keeps its counter of callbacks under 0.
        return "no event was sent with this ack id"
    return reason
