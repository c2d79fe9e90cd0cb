"""What comes from other processes by a message queue, and may act here or not.

A queue does not say who publishes. So each message is read strictly, its fields must be those that
python-socketio writes, it must have a signature where there is a key, and then the contract says of
its event what it says of every other. Each message is validated once in a process, however many
clients it goes to.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.ack_options import judge_asking
from asyncapi_guard.guard.verdicts import PASSED, PASSED_UNDECLARED, Verdict, without_rule
from asyncapi_guard.integrations.deciding.emits import EmitDecisions, Emitted
from asyncapi_guard.integrations.deciding.queue import Hosts, marked
from asyncapi_guard.integrations.deciding.queue_fields import (
    CALLBACK,
    CONTROL,
    EMIT,
    Unfit,
    arguments_of,
    fault_of_fields,
    namespace_in,
)
from asyncapi_guard.integrations.deciding.queue_signing import is_signed, sign
from asyncapi_guard.integrations.wire.queue_messages import Read
from asyncapi_guard.violations import Checkpoint, Code, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.wire.queue_messages import QueueReader

__all__ = ["Heard", "Origin", "QueueDecisions"]


class Heard(dict[str, Any]):
    """A message that may act: it is not validated again on its way.

    Attributes:
        sent: the event, where another process asks for its ack.
    """

    __slots__ = ("sent",)

    def __init__(self, message: dict[str, Any], sent: Emitted | None = None) -> None:
        super().__init__(message)
        self.sent: Emitted | None = sent


class Origin(NamedTuple):
    """Where messages come from, and to whom.

    Attributes:
        reader: reads what comes.
        channel: the name of the queue's channel.
        host: the id of this process.
        event_of: tells the event of an ack that a room, or a client, owes.
    """

    reader: QueueReader
    channel: str
    host: str
    event_of: Callable[[Any, Any], str | None]


class _Message(NamedTuple):
    """A message, and under which names it is counted.

    Attributes:
        fields: what python-socketio goes on with.
        read: the reading that it comes from.
        checkpoint: what it is about.
        namespace: of Socket.IO.
        event: the event, or the method that stands for one; empty where nobody knows.
    """

    fields: dict[str, Any]
    read: Read
    checkpoint: Checkpoint
    namespace: str
    event: str


class QueueDecisions(EmitDecisions):
    """What becomes of a message of the queue.

    Attributes:
        hosts: other processes that are guarded.
    """

    hosts: Hosts

    # -- what goes out -----------------------------------------------------------------------------

    def published(self, message: Any) -> Any:
        """Return a message as a guarded process publishes it."""
        if not self.active or not isinstance(message, dict):
            return message
        message = marked(message)
        key = self.guard.policy.signing_key
        if key is None:
            return message
        try:
            return sign(message, key)
        except (TypeError, ValueError, RecursionError) as error:
            kind = type(error).__name__
            self.recorder.log(logging.ERROR, "a message of the queue has no signature (%s)", kind)
            return message

    # -- what comes in -----------------------------------------------------------------------------

    def heard(self, raw: Any, origin: Origin) -> tuple[Any, Verdict | None]:
        """Validate a message: what python-socketio goes on with, and the verdict to record.

        The first is `None` for what does not act. What is no object never acts, in any mode:
        python-socketio would do nothing with it but end its listener.

        Args:
            raw: what the queue gave.
            origin: where from.
        """
        if not self.active:
            return raw, None
        try:
            read = origin.reader.read(raw)
        except Exception as error:  # noqa: BLE001  # it would end what listens
            read = Read(None, None, f"the guard failed to read it ({type(error).__name__})")
        message = _placed(read, origin)
        if not _is_for_us(message.fields, origin.host):
            return message.fields, None  # python-socketio ignores it
        try:
            verdict, sent = self._judged(message)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            place = message.checkpoint, message.namespace, message.event
            verdict, sent = self._failed(*place, error), None
        self._count(message, verdict)
        if verdict.violation is not None:
            method = message.fields.get("method")
            violation = dataclasses.replace(
                verdict.violation,
                channel=origin.channel,
                method=method if isinstance(method, str) else None,
            )
            verdict = dataclasses.replace(verdict, violation=violation)
        if verdict.rejected or message.read.made is None:
            return None, verdict
        self.hosts.note(message.fields)
        return Heard(message.fields, sent), verdict

    def _judged(self, message: _Message) -> tuple[Verdict, Emitted | None]:
        """The verdict that says most: the first rejection, else the first that was reported."""
        guard = self.guard
        unsigned = self._look_at_signature(guard, message)
        if unsigned.rejected:
            return unsigned, None
        strict = message.read.strict
        fault = message.read.fault
        if fault is None and strict is not None:
            fault = fault_of_fields(strict)
        sent = None
        if fault is not None or strict is None:
            verdict = self._malformed_message(guard, message, fault or "")
        elif message.checkpoint is Checkpoint.QUEUE_EVENT:
            verdict, sent = self._judge_event(guard, message, strict)
        elif message.checkpoint is Checkpoint.QUEUE_CONTROL:
            verdict = self._look_at_control(guard, message)
        else:
            verdict = self._accepted(guard, message)
        if verdict.rejected or unsigned.violation is None:
            return verdict, sent
        return unsigned, sent

    def _look_at_signature(self, guard: Guard, message: _Message) -> Verdict:
        key, strict = guard.policy.signing_key, message.read.strict
        if key is None or strict is None or is_signed(strict, key):
            return PASSED  # what cannot be read is rejected for that
        reason = "the message has no valid signature of a guarded process"
        return self._refused(guard, message, Code.UNAUTHORIZED, reason)

    def _look_at_control(self, guard: Guard, message: _Message) -> Verdict:
        control = guard.policy.queue_control
        if control == "off":
            reason = "the policy does not allow such messages in the message queue"
        elif control == "own-hosts" and not self.hosts.knows(message.fields):
            reason = "the policy allows such messages only from guarded processes"
        else:
            return self._accepted(guard, message)
        return self._refused(guard, message, Code.FORBIDDEN, reason)

    def _judge_event(
        self, guard: Guard, message: _Message, strict: dict[str, Any]
    ) -> tuple[Verdict, Emitted | None]:
        namespace, event = message.namespace, message.event
        try:
            args, binary = arguments_of(strict)
        except Unfit as error:
            return self._malformed_message(guard, message, str(error)), None
        except RecursionError:
            return self._malformed_message(guard, message, "the data is nested too deeply"), None
        verdict = guard.queue_event(namespace, event, args, binary=binary, read=not binary)
        rule = guard.rule_of_queued(namespace, event)
        asked = strict.get("callback") is not None
        if rule is not None and rule.ack_options:
            verdict = judge_asking(rule, namespace, verdict, asked=asked)
        if not asked:
            return verdict, None
        return verdict, Emitted(guard, namespace, event, verdict.message, called=False)

    def _malformed_message(self, guard: Guard, message: _Message, reason: str) -> Verdict:
        if message.checkpoint is Checkpoint.QUEUE_EVENT:
            event = message.fields.get("event")
            return guard.malformed(message.checkpoint, message.namespace, event, reason)
        return self._refused(guard, message, Code.MALFORMED_PACKET, reason)

    def _refused(self, guard: Guard, message: _Message, code: Code, reason: str) -> Verdict:
        """The verdict on what the contract says nothing of."""
        mode = guard.policy.at(message.checkpoint)
        if mode is Mode.OFF:
            return PASSED_UNDECLARED
        return without_rule(
            message.checkpoint,
            code,
            message.namespace,
            message.event,
            reason,
            Problem("", "queue", reason),
            mode,
            declared=self._is_declared(guard, message),
        )

    def _accepted(self, guard: Guard, message: _Message) -> Verdict:
        return PASSED if self._is_declared(guard, message) else PASSED_UNDECLARED

    def _is_declared(self, guard: Guard, message: _Message) -> bool:
        if message.checkpoint is Checkpoint.QUEUE_CONTROL:
            return bool(message.event) and message.namespace in self.recorder.namespaces
        return guard.rule_of_sent(message.namespace, message.event) is not None

    def _count(self, message: _Message, verdict: Verdict) -> None:
        names = self.recorder.counted_as(message.namespace, message.event, verdict)
        self.recorder.tally.seen(*names, message.checkpoint)


def _is_for_us(message: dict[str, Any], host: str) -> bool:
    """Whether a message is one that python-socketio would not ignore for its host."""
    return (message.get("host_id") == host) is (message.get("method") == CALLBACK)


def _placed(read: Read, origin: Origin) -> _Message:
    """Find out what a message is about, as far as it says so."""
    fields = read.made or {}
    method, namespace = fields.get("method"), namespace_in(fields)
    if method == EMIT:
        event = fields.get("event")
        name = event if isinstance(event, str) else ""
        return _Message(fields, read, Checkpoint.QUEUE_EVENT, namespace, name)
    if method == CALLBACK:
        owner, id = fields.get("sid"), fields.get("id")
        known = origin.event_of(owner, id) if _have_hashes(owner, id) else None
        return _Message(fields, read, Checkpoint.QUEUE_ACK, namespace, known or "")
    name = str(method) if method in CONTROL else ""
    return _Message(fields, read, Checkpoint.QUEUE_CONTROL, namespace, name)


def _have_hashes(*values: Any) -> bool:
    return all(isinstance(value, (str, int, float)) for value in values)
