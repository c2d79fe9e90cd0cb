"""Violations: where traffic was validated, what failed, and why.

Three nouns, from small to large: a `Problem` is one schema keyword that failed at one place of the
arguments; a `Violation` is one piece of traffic that broke the contract; a verdict (see
`asyncapi_guard.guard`) is the result of validation, and carries a violation or `None`.

These classes hold payload values only if you pass `include_values`, because payloads can contain
passwords.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.renamed import read_by_old_name, takes_old_argument

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "UNSENDABLE",
    "Checkpoint",
    "Code",
    "Perspective",
    "Problem",
    "Violation",
    "either",
    "printable",
    "without_mapping",
]

#: The keyword of the one problem of what has no form in JSON.
UNSENDABLE = "json"
#: Names that come from a client (events, namespaces, properties) are cut to this many characters.
MAX_NAME = 120
#: How the location of a schema begins when the document was passed as data.
_MAPPING = "<mapping>"
#: Paths and addresses that need no quotes in a line.
_BARE = re.compile(r"[\w/.:%~$@-]+", re.ASCII)
#: The end of a reason that its problems say better.
_MISMATCH = "does not match the contract"
_SHOWN = 3


class Perspective(str, Enum):
    """A side of the traffic."""

    SERVER = "server"
    CLIENT = "client"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Checkpoint(str, Enum):
    """A checkpoint where traffic is validated, in the direction that the guarded side sees."""

    CONNECT = "connect"
    RECEIVE_EVENT = "receive_event"
    SEND_ACK = "send_ack"
    SEND_EVENT = "send_event"
    RECEIVE_ACK = "receive_ack"
    #: An event that another process sends by way of a message queue.
    QUEUE_EVENT = "queue_event"
    #: An ack that comes back from another process by the queue.
    QUEUE_ACK = "queue_ack"
    #: Whatever else comes by the queue: what it says of clients and rooms, or what is no message.
    QUEUE_CONTROL = "queue_control"

    __hash__ = str.__hash__  # equal to its text, so hashed as its text
    __str__ = str.__str__


_OF_QUEUES = (Checkpoint.QUEUE_EVENT, Checkpoint.QUEUE_ACK, Checkpoint.QUEUE_CONTROL)


class Code(str, Enum):
    """The kind of violation, as in `error.code` of the error response to a client."""

    REQUEST = "request_validation_error"
    RESPONSE = "response_validation_error"
    EMIT = "emit_validation_error"
    ACK = "ack_validation_error"
    UNDECLARED_EVENT = "undeclared_event"
    UNDECLARED_NAMESPACE = "undeclared_namespace"
    RESERVED_EVENT = "reserved_event"
    #: The client, or whoever published to a message queue, did not show who it is, or not in a way
    #: that is right.
    UNAUTHORIZED = "unauthorized"
    #: The client is known, and lacks a scope; or a message queue may not do this.
    FORBIDDEN = "forbidden"
    MALFORMED_PACKET = "malformed_packet"
    #: The application's own handler raised.
    HANDLER = "handler_error"
    #: No handler is registered for a declared event.
    UNHANDLED = "unhandled_event"
    #: A handler did not answer within the time that the contract allows.
    HANDLER_TIMEOUT = "handler_timeout"
    #: The ack of an event that was sent did not come within that time.
    ACK_TIMEOUT = "ack_timeout"
    #: The client asks more of the server than the policy's limits allow.
    RATE_LIMITED = "rate_limited"
    #: The guard itself failed; traffic is rejected (fail closed).
    GUARD = "guard_error"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Problem:
    """One schema keyword that failed.

    Attributes:
        path: JSON Pointer (RFC 6901) into the validated value: the single argument, or the array of
            arguments if the payload has positional items. Empty for the whole value.
        keyword: the JSON Schema keyword, or `arguments` when the number of arguments is wrong.
        message: one sentence; names limits, types and properties, never the value.
        schema: the location of the keyword, as `file#/json/pointer`; empty if it isn't in a
            document.
        value: the invalid value, shortened; only with `include_values`.
    """

    path: str
    keyword: str
    message: str
    schema: str = ""
    value: str | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the problem as a client sees it, without the schema's location."""
        shown = {"path": self.path, "keyword": self.keyword, "message": self.message}
        if self.value is not None:
            shown["value"] = self.value
        return shown


@takes_old_argument("refused", "rejected")
@dataclass(frozen=True, slots=True)
class Violation:
    """A piece of traffic that broke the contract.

    Attributes:
        checkpoint: the checkpoint that found it.
        code: the kind of violation.
        namespace: the Socket.IO namespace, such as `/chat`.
        event: the event's name as it arrived; `connect` for connection attempts.
        problems: the failed keywords, at least one; limited in number, see `truncated`.
        reason: one sentence for people.
        message_id: the key of the message that describes the event, if the document has one.
        truncated: whether more failed than `problems` lists.
        suggestions: declared names similar to an undeclared one. For the log, not for clients.
        rejected: whether the guard rejected the traffic; `False` in report mode.
        sid: the session id of the client in the namespace, if the traffic belongs to one client.
            For the log, not for clients.
        address: the client's address, as the server sees it. For the log, not for clients.
        perspective: the side that validated the traffic: a guarded server, or a guarded client.
        places: the locations of the broken rules in the document, such as `asyncapi.yml:11:20`;
            empty until the violation is recorded.
        channel: the channel of the message queue, for traffic from a queue.
        method: python-socketio's name for the kind of queue message, such as `emit`.
    """

    checkpoint: Checkpoint
    code: Code
    namespace: str
    event: str
    problems: tuple[Problem, ...]
    reason: str
    message_id: str | None = None
    truncated: bool = False
    suggestions: tuple[str, ...] = ()
    rejected: bool = True
    sid: str | None = None
    address: str | None = None
    perspective: Perspective = Perspective.SERVER
    places: tuple[str, ...] = field(default=(), compare=False)
    channel: str | None = None
    method: str | None = None

    @property
    def refused(self) -> bool:
        """The old name of `rejected`; it works in this release only."""
        value: bool = read_by_old_name(self, "refused", "rejected")
        return value

    def without_places(self) -> Violation:
        """Return the violation without schema locations; its schemas aren't in a document."""
        return replace(self, problems=tuple(replace(each, schema="") for each in self.problems))

    def as_dict(self, *, details: bool = True) -> dict[str, Any]:
        """Return the error response to a client: `{"error": {"code": ..., "problems": [...]}}`.

        Args:
            details: whether to list the problems. Pass `False` when the server caused the
                violation.
        """
        error: dict[str, Any] = {
            "code": str(self.code),
            "namespace": _cut(self.namespace),
            "event": _cut(self.event),
        }
        if details:
            error["problems"] = [problem.as_dict() for problem in self.problems]
        return {"error": error}

    def line(self, place: Callable[[str], str] | None = None) -> str:
        """Describe the violation in one escaped line without payload values.

        Args:
            place: a function that turns a schema's location (`file#/json/pointer`, or empty) into
                readable text, or an empty string. By default, the line shows `places`, or the
                locations unchanged if there are none.
        """
        verb = "rejected" if self.rejected else "reported"
        said = f"{verb} {self._subject()}: {self._why()} [{self.code}]"
        said += "".join(
            f" {name}={_bare(value)}"
            for name, value in (
                ("sid", self.sid),
                ("address", self.address),
                ("channel", self.channel),
                ("method", self.method),
            )
            if value
        )
        places = self.places if place is None and self.places else self.placed(place)
        return f"{said} ({', '.join(map(_escaped, places))})" if places else said

    def __str__(self) -> str:
        return self.line()

    def _subject(self) -> str:
        """Describe the traffic, its sender, and its namespace."""
        event, namespace = printable(self.event), printable(self.namespace)
        at_server = self.perspective is Perspective.SERVER
        client = "a client" if at_server else "the client"
        if self.checkpoint is Checkpoint.CONNECT:
            return f"connection from {client} to {namespace}"
        if self.checkpoint in _OF_QUEUES:
            return self._queued_subject()
        received = self.checkpoint in (Checkpoint.RECEIVE_EVENT, Checkpoint.RECEIVE_ACK)
        is_ack = self.checkpoint in (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)
        what = f"ack of event {event}" if is_ack else f"event {event}"
        return f"{what} from {client if received is at_server else 'the server'} in {namespace}"

    def _queued_subject(self) -> str:
        """Describe traffic from a message queue."""
        by = f"from the message queue in {printable(self.namespace)}"
        if self.checkpoint is Checkpoint.QUEUE_EVENT:
            return f"event {printable(self.event)} {by}"
        if self.checkpoint is Checkpoint.QUEUE_ACK:
            return f"ack of event {printable(self.event)} {by}" if self.event else f"ack {by}"
        return f"{printable(self.event)} {by}" if self.event else "message from the message queue"

    def _why(self) -> str:
        """Describe the problems, and the reason if the problems don't contain it."""
        shown = self.problems[:_SHOWN]
        parts = [
            f"{_bare(p.path)}: {_escaped(p.message)}" if p.path else _escaped(p.message)
            for p in shown
        ]
        is_said = self.reason.endswith(_MISMATCH) and parts
        if not is_said and self.reason not in [problem.message for problem in shown]:
            parts.insert(0, _escaped(self.reason))
        left = len(self.problems) - len(shown)
        if left > 0:
            parts.append(f"and {'more than ' if self.truncated else ''}{left} more")
        if self.suggestions:
            parts.append(f"did you mean {either(self.suggestions)}?")
        return "; ".join(parts)

    def placed(self, place: Callable[[str], str] | None = None) -> tuple[str, ...]:
        """Return the places of the problems that a line shows, each once.

        Args:
            place: as for `line`.
        """
        named = map(place or without_mapping, [each.schema for each in self.problems[:_SHOWN]])
        return tuple(name for name in dict.fromkeys(named) if name)


def without_mapping(location: str) -> str:
    """Return a schema's location; only its pointer when the document was passed as data."""
    return location.removeprefix(_MAPPING)


def printable(name: object) -> str:
    """Make a name from the wire safe for one log line: quoted, escaped, and cut."""
    text = _cut(name if isinstance(name, str) else f"<{type(name).__name__}>")
    # Between single quotes, JSON's escape of the double quote is not needed.
    inside = json.dumps(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return "'" + inside.replace("\x7f", "\\u007f") + "'"


def _bare(text: str) -> str:
    """Shorten a path or an address; escape and quote it unless it is plain."""
    return _cut(text) if _BARE.fullmatch(text) else printable(text)


def _escaped(text: str) -> str:
    """Escape text that can contain a name, so that it is always one line."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


def either(names: tuple[str, ...]) -> str:
    """Join suggested names, made safe for a log line."""
    *others, last = map(printable, names)
    return f"{', '.join(others)} or {last}" if others else last


def _cut(name: str) -> str:
    kept = name if len(name) <= MAX_NAME else name[:MAX_NAME] + "…"
    # A lone surrogate cannot be encoded: it would break the answer or the log line.
    return kept.encode("utf-8", "replace").decode("utf-8")
