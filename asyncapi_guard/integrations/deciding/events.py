"""Events of clients, and the acks that answer them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import ContractViolation
from asyncapi_guard.guard.ack_options import judge_asking, judge_overdue, timeout_of
from asyncapi_guard.guard.limits import DISCONNECT
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.calls import Call, Unjudged
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import (
    BinaryArguments,
    PacketCodec,
    name_of_event,
    opened,
    strictly,
)
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.deciding.calls import Expected
    from asyncapi_guard.integrations.deciding.limits import Limits
    from asyncapi_guard.integrations.wire.codec import Encoded
    from asyncapi_guard.violations import Violation

__all__ = ["EventDecisions", "fault_of"]


#: Looked up once: it is asked for at each ack.
_OFF = Mode.OFF
#: What clients do, and servers do not.
_OF_CLIENTS = (Checkpoint.RECEIVE_EVENT, Checkpoint.RECEIVE_ACK)


class EventDecisions(Decisions):
    """What becomes of an event that a client sent, and what answers it."""

    #: Makes packets.
    packets: PacketCodec
    #: What clients have asked for; `None` where there is no limit to that.
    limits: Limits | None = None

    def mode_of_packet(self, namespace: str, event: Any, *, ack: bool) -> Mode:
        """Return what is done about a packet, before it is read."""
        if not self.active:
            return Mode.OFF
        if event == "connect":
            return self.guard.mode_of(Checkpoint.CONNECT, namespace, "connect")
        checkpoint = Checkpoint.RECEIVE_ACK if ack else Checkpoint.RECEIVE_EVENT
        return self.guard.mode_of(checkpoint, namespace, None if ack else event)

    def event(
        self,
        eio_sid: str,
        sid: str,
        namespace: str,
        id: int | None,
        data: Any,
        *,
        counted: bool = False,
    ) -> tuple[Call, Verdict]:
        """Judge an event: the call of its handler, and the verdict.

        Args:
            eio_sid: the client's connection.
            sid: the client in the namespace.
            namespace: the Socket.IO namespace.
            id: the ack id; `None` where no ack is asked for.
            data: of the packet.
            counted: it is within the client's limits.
        """
        call = Call(eio_sid, sid, namespace, id)
        try:
            guard = call.guard = self.guard
            if guard.limited and not counted and self.limits is not None:
                return self._within_limits(guard, self.limits, call, data)
            if type(data) is list and data and type(data[0]) is str:
                call.event, call.args = data[0], data[1:]
                expected = self._expected_from_client(guard, namespace, data[0])
                if expected is not None:
                    call.expected = expected
                    expected.seen()
                    verdict, shortcut = None, expected.shortcut
                    if shortcut is not None and len(data) == 2:
                        try:  # to judge the argument by making an instance of it
                            call.instance = shortcut.construct(data[1])
                            call.shortcut, verdict = shortcut, shortcut.accepted
                        except Exception:  # noqa: BLE001, S110  # the rule may accept it all the same
                            pass
                    if verdict is None:
                        verdict = expected.rule.judge(namespace, call.args, read=True)
                    call.message = verdict.message
                    if expected.says_more:
                        verdict = self._judge_more(call, expected, verdict)
                    return call, verdict
            verdict = self._judge_unusual(call, guard, data)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            event = name_of_event(data)
            verdict = self._failed(Checkpoint.RECEIVE_EVENT, namespace, event, error)
        return call, self.permitted(call, verdict)

    def _within_limits(
        self, guard: Guard, limits: Limits, call: Call, data: Any
    ) -> tuple[Call, Verdict]:
        """Judge an event whose client has not asked too much; reject it otherwise."""
        option = limits.exceeded(guard.policy, call.sid)
        event, over = None, PASSED
        if option is not None:
            values = opened(data)[0]
            event = name_of_event(values)
            over = guard.over_limit(call.namespace, event, option)
        if over.rejected:
            call.event = event
            names = self.recorder.counted_as(call.namespace, over.violation.event, over)  # type: ignore[union-attr]  # it has one
            self.recorder.tally.seen(*names, Checkpoint.RECEIVE_EVENT)
            return call, over
        place = call.eio_sid, call.sid, call.namespace, call.id
        # Not `self.event`: whoever looks at events has seen this one come.
        call, verdict = EventDecisions.event(self, *place, data, counted=True)
        call.counted = guard.policy.max_running_handlers is not None
        if over.violation is not None and verdict.violation is None:
            verdict = replace(verdict, violation=over.violation)
        return call, verdict

    def begin_handler(self, call: Call) -> None:
        """The handler of an event that counts is about to run."""
        if self.limits is not None:
            self.limits.begin(call.sid)

    def end_handler(self, call: Call) -> None:
        """It is done."""
        if self.limits is not None:
            self.limits.done(call.sid)

    def count_violation(self, violation: Violation) -> None:
        """Count what a client did among its violations."""
        limits, guard = self.limits, self.guard
        if limits is None or not guard.limited or violation.sid is None:
            return
        by_client = violation.checkpoint in _OF_CLIENTS
        enforces = guard.policy.at(Checkpoint.RECEIVE_EVENT) is Mode.ENFORCE
        if by_client and violation.rejected is enforces and not _is_of_violations(violation):
            limits.violated(guard.policy, violation.sid)

    def end_of(self, violation: Violation) -> Verdict | None:
        """Return why a client is disconnected after a violation; `None` if it is not."""
        limits, guard = self.limits, self.guard
        if limits is None or not guard.limited or violation.sid is None:
            return None
        enforces = guard.policy.at(Checkpoint.RECEIVE_EVENT) is Mode.ENFORCE
        if guard.policy.then != DISCONNECT or not enforces or not violation.rejected:
            return None
        if not limits.ends(guard.policy, violation.sid):
            return None
        verdict = guard.over_limit(violation.namespace, violation.event, "max_violations")
        names = self.recorder.counted_as(violation.namespace, violation.event, verdict)
        self.recorder.tally.seen(*names, Checkpoint.RECEIVE_EVENT)
        return verdict

    def junk(self, namespace: str, reason: str) -> Verdict:
        """Return the verdict on a frame that is no packet; nobody waits for an answer."""
        if not self.active:
            return PASSED
        return self._malformed(Checkpoint.RECEIVE_EVENT, namespace, None, reason)

    def _judge_unusual(self, call: Call, guard: Guard, data: Any) -> Verdict:
        """Judge what no rule is known for, or what is no plain list with a name."""
        strict = strictly(data, None)
        data, fault = opened(data)
        call.event = event = name_of_event(data)
        named = isinstance(data, list) and bool(data)
        if named:
            call.args = data[1:]
        else:
            call.unusual = (data,)
        if isinstance(event, str) and event in guard.reserved:
            fault = None  # its name is worse
        elif fault is None and not named:
            fault = "an event must be a list that starts with its name"
        if fault is not None:
            return self._malformed(Checkpoint.RECEIVE_EVENT, call.namespace, event, fault, guard)
        if isinstance(event, str):
            call.expected = self._expected_from_client(guard, call.namespace, event)
        args = data if strict is None else strict
        verdict = self._ask(
            Checkpoint.RECEIVE_EVENT,
            guard.receive_event,
            call.namespace,
            event,
            args[1:],
            binary=BinaryArguments in (type(data), type(strict)),
            read=True,
        )
        call.message = verdict.message
        if call.expected is not None and call.expected.ack_options:
            verdict = self._judge_asking(call, call.expected, verdict)
        return verdict

    def _judge_more(self, call: Call, expected: Expected, verdict: Verdict) -> Verdict:
        """Judge what the contract says of an event besides what its arguments may be."""
        if expected.ack_options:
            verdict = self._judge_asking(call, expected, verdict)
        return self.permitted(call, verdict)

    def permitted(self, call: Call, verdict: Verdict) -> Verdict:  # noqa: ARG002  # as for servers
        """Judge who sends an event, if what it is has passed; nobody asks who a server is."""
        return verdict

    def _judge_asking(self, call: Call, expected: Expected, verdict: Verdict) -> Verdict:
        """Judge whether an ack is asked for, and note how long the handler may take."""
        asked = call.id is not None
        if asked:
            call.timeout = timeout_of(expected.rule, call.message)
        return judge_asking(expected.rule, call.namespace, verdict, asked=asked)

    # -- answers -----------------------------------------------------------------------------------

    def told(self, call: Call, error: ContractViolation) -> Any:
        """Return the packet that tells a client of a rejection; `None` where nothing does.

        It is the ack, or the event for those who asked for none.
        """
        if call.id is not None:
            return self.packets.ack(call.namespace, call.id, [error.answer()])
        if self.guarding.reject_event is not None:
            return self.packets.event(call.namespace, self.guarding.reject_event, error.answer())
        return None

    def answered(self, call: Call, value: Any, otherwise: dict[str, Any]) -> Any:
        """Return the ack with what an error handler returned; something else if it has no form."""
        if call.id is None:
            return None
        values = _values_of(value)
        try:
            encoded = self.codec.encode(values)
        except Unsendable:
            self.recorder.log(
                logging.ERROR, "what the application's error handler returned cannot be sent"
            )
            return self.packets.ack(call.namespace, call.id, [otherwise])
        return self.packets.ack(call.namespace, call.id, values, encoded)

    def fault(self, call: Call, error: BaseException) -> Any:
        """Return the ack for a handler that did not return, or returned what cannot be read."""
        if call.id is None or not self._adds_acks(call):
            return None
        answer = fault_of(Code.HANDLER, call.namespace, call.event)
        if isinstance(error, ContractViolation):
            answer = error.answer()
        return self.packets.ack(call.namespace, call.id, [answer])

    def unhandled(self, call: Call) -> Any:
        """Return the ack for an event that has no handler; `None` where none is added."""
        if call.id is None or not self._adds_acks(call):
            return None
        answer = fault_of(Code.UNHANDLED, call.namespace, call.event)
        return self.packets.ack(call.namespace, call.id, [answer])

    def _adds_acks(self, call: Call) -> bool:
        """Whether the guard answers where a server without it would be silent."""
        return self.guarding.respond_unhandled is not False and self.enforces(call)

    def enforces(self, call: Call) -> bool:
        """Return whether an event like this is rejected when it breaks the contract."""
        return self.active and call.enforced

    # -- acks --------------------------------------------------------------------------------------

    def overdue(self, call: Call) -> Verdict:
        """Return the verdict on a handler that did not answer in time."""
        expected, message = call.expected, call.message
        if expected is None or message is None:
            return PASSED
        verdict = judge_overdue(expected.rule, call.namespace, message)
        if verdict.rejected:
            expected.ack_seen()  # what the handler returns is not looked at any more
        return verdict

    def drops_late_answer(self, call: Call) -> bool:
        """Return whether what a handler returns too late is dropped."""
        expected = call.expected
        return expected is not None and expected.rule.ack_of(call.message).mode is Mode.ENFORCE

    def ack(self, call: Call, value: Any) -> tuple[Any, Verdict]:
        """Judge what a handler returned: the packet of the ack, and the verdict.

        The packet is for verdicts that reject nothing.
        """
        if type(value) is Unjudged:
            return self._unjudged_ack(call, value.value), PASSED
        values = _values_of(value)
        verdict, encoded = PASSED, None
        if self.active:
            verdict, encoded = self._judge_ack(call, values)
        if call.id is None or (verdict.violation is not None and verdict.violation.rejected):
            return None, verdict
        return self.packets.ack(call.namespace, call.id, values, encoded), verdict

    def _unjudged_ack(self, call: Call, value: Any) -> Any:
        if self.enforces(call):
            otherwise = fault_of(Code.HANDLER, call.namespace, call.event)
            return self.answered(call, value, otherwise)
        return (
            None
            if call.id is None
            else self.packets.ack(call.namespace, call.id, _values_of(value))
        )

    def _judge_ack(self, call: Call, values: list[Any]) -> tuple[Verdict, Encoded | None]:
        """Judge by the rule that the event was judged by, whatever was loaded since."""
        expected = call.expected
        rule = None if expected is None else expected.rule.ack_of(call.message)
        if expected is None or rule is None or rule.sending is _OFF:
            return self._judge_unlisted(
                call.guard or self.guard,
                Checkpoint.SEND_ACK,
                call.namespace,
                call.event,
                values,
                call.message,
            )
        try:
            encoded = self.codec.encode(values)
        except Unsendable:
            guard, message = call.guard or self.guard, call.message
            place = Checkpoint.SEND_ACK, call.namespace, call.event
            return self._unsendable(guard, *place, message), None
        expected.ack_seen()
        binary = bool(encoded.attachments)
        try:
            verdict = rule.judge(call.namespace, encoded.values, binary=binary, read=True)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            verdict = self._failed(Checkpoint.SEND_ACK, call.namespace, call.event, error)
        return verdict, encoded


def _is_of_violations(violation: Violation) -> bool:
    """Whether an event was rejected for other violations: that is none by itself."""
    limited = violation.code is Code.RATE_LIMITED
    return limited and violation.problems[0].keyword == "max_violations"


def fault_of(code: Code, namespace: str, event: str) -> dict[str, Any]:
    """Return what a client is told of a fault that no violation describes."""
    return {"error": {"code": str(code), "namespace": namespace, "event": event}}


def _values_of(value: Any) -> list[Any]:
    """Return a handler's return value as the values of an ack."""
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [value]
