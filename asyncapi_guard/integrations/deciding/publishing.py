"""What a manager without a server publishes: events, and orders about clients and rooms.

Another process reads it from the channel, and nobody tells this one what it thinks of that. So what
no guarded host would take is rejected here, where it is published: what breaks the contract, and
what the channel, which speaks JSON, cannot carry. It is signed where there is a key.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.ack_options import judge_asking
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.emits import EmitDecisions
from asyncapi_guard.integrations.deciding.queue import marked
from asyncapi_guard.integrations.deciding.queue_fields import (
    CONTROL,
    EMIT,
    Unfit,
    arguments_of,
    fault_of_fields,
)
from asyncapi_guard.integrations.deciding.queue_signing import sign
from asyncapi_guard.integrations.wire.codec import Codec, Unsendable
from asyncapi_guard.integrations.wire.manager_json import ManagerJSON
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.wire.codec import Encoded

__all__ = ["PublishDecisions"]

_NO_MESSAGE = "a published message must be an object with a method of python-socketio"
_NOT_CARRIED = "the message queue uses JSON, which cannot express it"
_OWES_NOTHING = "a process that only publishes has no acks to send"
#: The fields of an event that say nothing of where it goes.
_ANY_EVENT = {"method": EMIT, "event": "", "data": []}


class PublishDecisions(EmitDecisions):
    """All decisions about what one manager publishes.

    Args:
        guarding: whose guard judges.
        module: the manager's JSON module.
    """

    def __init__(self, guarding: Guarding, module: Any) -> None:
        super().__init__(guarding, Codec(ManagerJSON.of(module)))

    def sent(
        self, namespace: Any, event: Any, data: Any, callback: object, room: Any, skip_sid: Any
    ) -> tuple[Verdict, Any]:
        """Judge an event: the verdict, and the data to publish.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name.
            data: a tuple of arguments, one argument, or `None` for none.
            callback: what waits for its ack; `None` if none is asked for.
            room: who gets it.
            skip_sid: who does not.
        """
        fault = self._fault_of_addressees(namespace, room, skip_sid)
        if fault is not None:
            return self._not_published(namespace, event, fault), data
        if data == (None,) and type(data) is tuple:
            data = None  # in the channel, both are the same
        verdict, encoded, guard = self.emitted(namespace, event, data, callback)
        if encoded is None:
            return verdict, data
        return verdict, self.judged_data(guard, namespace, event, data, encoded)

    def _fault_of_addressees(self, namespace: Any, room: Any, skip_sid: Any) -> str | None:
        """What is wrong with where an event goes."""
        if (
            (room is None or _is_plain(room))
            and (skip_sid is None or _is_plain(skip_sid))
            and _is_plain(namespace)
            and namespace.startswith("/")
        ):
            return None  # nearly always
        addressees = {"namespace": namespace, "room": room, "skip_sid": skip_sid}
        read = self._read({**_ANY_EVENT, **addressees})
        return _NOT_CARRIED if read is None else fault_of_fields(read.values[0])

    def published(self, message: Any) -> tuple[Verdict, Any]:
        """Judge a message on its way to the channel: the verdict, and the message to publish.

        Args:
            message: it, but for events that were judged by `sent`.
        """
        method = message.get("method") if isinstance(message, dict) else None
        if method == EMIT:
            return self._published_event(message)
        if method == "callback":
            return self._not_published("/", None, _OWES_NOTHING), message
        if not isinstance(method, str) or method not in CONTROL:
            return self._not_published("/", None, _NO_MESSAGE), message
        return self._order(method, message), message

    def _published_event(self, message: dict[str, Any]) -> tuple[Verdict, dict[str, Any]]:
        """Judge an event that did not come by `emit`, or was changed since."""
        namespace, event = message.get("namespace") or "/", message.get("event")
        read, guard = self._read(message), self.guard
        if read is None:
            name = event if isinstance(event, str) else None
            where = namespace if isinstance(namespace, str) else "/"
            return self._unsendable(guard, Checkpoint.SEND_EVENT, where, name), message
        strict: dict[str, Any] = read.values[0]
        fault = fault_of_fields({**strict, "namespace": namespace})
        if fault is not None:
            return self._not_published(namespace, event, fault), message
        try:
            args, binary = arguments_of(strict)
        except (Unfit, RecursionError) as error:
            fault = str(error) if isinstance(error, Unfit) else "the data is nested too deeply"
            return self._not_published(namespace, event, fault), message
        place = Checkpoint.SEND_EVENT, guard.send_event, namespace, event
        verdict = self._ask(*place, args, binary=binary, read=not binary)
        rule = guard.rule_of_sent(namespace, strict["event"])
        if rule is not None and rule.ack_options:
            asked = strict.get("callback") is not None
            verdict = judge_asking(rule, namespace, verdict, asked=asked)
        if guard.mode_of(Checkpoint.SEND_EVENT, namespace, event) is not Mode.ENFORCE:
            return verdict, message
        return verdict, read.copy[0]

    def _order(self, method: str, message: dict[str, Any]) -> Verdict:
        """Judge an order about a client or a room. A good one is no traffic, and is not counted."""
        namespace, read = message.get("namespace") or "/", self._read(message)
        fault: str | None = _NOT_CARRIED
        if read is not None:
            fault = fault_of_fields({**read.values[0], "namespace": namespace})
        if fault is not None:
            return self._not_published(namespace, None, f"{method}: {fault}")
        guard = self.guard

        def judge(namespace: str, _event: str) -> Verdict:
            return guard.send_to(namespace, method)

        try:
            passed = guard.send_to(namespace, method).violation is None
        except Exception:  # noqa: BLE001  # asked again below, which fails closed
            passed = False
        return PASSED if passed else self._ask(Checkpoint.SEND_EVENT, judge, namespace, method)

    def _read(self, message: dict[str, Any]) -> Encoded | None:
        """What hosts will read of a message; `None` where the channel cannot carry it."""
        try:
            read = self.codec.encode([message])
        except Unsendable:
            return None
        return None if read.attachments else read

    def _not_published(self, namespace: Any, event: Any, fault: str) -> Verdict:
        """The verdict on what no host would understand."""
        name = event if isinstance(event, str) else None
        where = namespace if isinstance(namespace, str) else ""
        return self._malformed(Checkpoint.SEND_EVENT, where, name, fault)

    def outgoing(self, message: Any) -> Any:
        """Return a message as a guarded process publishes it: signed, where there is a key."""
        if not isinstance(message, dict):
            return message
        message, key = marked(message), self.guard.policy.signing_key
        if key is None:
            return message
        try:
            return sign(self.codec.encode([message]).values[0], key)
        except (Unsendable, TypeError, RecursionError) as error:
            # What is enforced has a form in JSON; so hosts would only report it.
            kind = type(error).__name__
            self.recorder.log(logging.ERROR, "a message of the queue has no signature (%s)", kind)
            return message


def _is_plain(value: Any) -> bool:
    """Whether a value is a text that has a form in JSON, as most have."""
    return type(value) is str and value.isascii()
