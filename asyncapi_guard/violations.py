"""Evidence about traffic: where it was judged, what failed, and why.

Three nouns, from small to large: a `Problem` is one schema keyword that failed at one place of the
arguments; a `Violation` is one piece of traffic that broke the contract; a verdict (see
`asyncapi_guard.guard`) is the result of judging, and carries a violation or none.

Nothing here holds a payload value unless it was asked for (`include_values`): passwords live there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

__all__ = ["Checkpoint", "Code", "Problem", "Violation", "printable"]

#: Names that come from a client (events, namespaces, properties) are cut to this many characters.
MAX_NAME = 120


class Checkpoint(str, Enum):
    """A place where traffic is judged; the direction is the server's."""

    CONNECT = "connect"
    RECEIVE_EVENT = "receive_event"
    SEND_ACK = "send_ack"
    SEND_EVENT = "send_event"
    RECEIVE_ACK = "receive_ack"

    __hash__ = str.__hash__  # equal to its text, so hashed as its text
    __str__ = str.__str__


class Code(str, Enum):
    """The kind of fault, as it stands in `error.code` of what a client is answered."""

    REQUEST = "request_validation_error"
    RESPONSE = "response_validation_error"
    EMIT = "emit_validation_error"
    ACK = "ack_validation_error"
    UNDECLARED_EVENT = "undeclared_event"
    UNDECLARED_NAMESPACE = "undeclared_namespace"
    RESERVED_EVENT = "reserved_event"
    MALFORMED_PACKET = "malformed_packet"
    #: The application's own handler raised.
    HANDLER = "handler_error"
    #: No handler is registered for a declared event.
    UNHANDLED = "unhandled_event"
    #: The guard itself failed; traffic is refused (fail closed).
    GUARD = "guard_error"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Problem:
    """One schema keyword that failed.

    Attributes:
        path: JSON Pointer (RFC 6901) into the value that was judged: the single argument, or the
            array of arguments where the payload has positional items. Empty for the whole value.
        keyword: the JSON Schema keyword, or `arguments` when the number of arguments is wrong.
        message: one sentence; names limits, types and properties, never the value.
        schema: where the keyword stands, as `file#/json/pointer`; empty if it is in no document.
        value: the offending value, shortened, only when values were asked for.
    """

    path: str
    keyword: str
    message: str
    schema: str = ""
    value: str | None = None

    def as_dict(self) -> dict[str, str]:
        """What a client may see: no schema location."""
        shown = {"path": self.path, "keyword": self.keyword, "message": self.message}
        if self.value is not None:
            shown["value"] = self.value
        return shown


@dataclass(frozen=True, slots=True)
class Violation:
    """A piece of traffic that broke the contract.

    Attributes:
        checkpoint: where it was judged.
        code: the kind of fault.
        namespace: the Socket.IO namespace, e.g. `/chat`.
        event: the event name as it came; `connect` for connection attempts.
        problems: what failed, at least one; bounded, see `truncated`.
        reason: one sentence for people.
        message_id: the message of the document that was meant, when there is one.
        truncated: more failed than `problems` lists.
        suggestions: declared names near to an undeclared one. For the log, not for clients.
        refused: whether the traffic was stopped; `False` in report mode.
        sid: the session id of the client in the namespace, when the traffic has one client. For
            the log, not for clients.
        address: the address of the client, as the server saw it. For the log, not for clients.
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
    refused: bool = True
    sid: str | None = None
    address: str | None = None

    def as_dict(self, *, details: bool = True) -> dict[str, Any]:
        """The object that answers a client: `{"error": {"code": ..., "problems": [...]}}`.

        Args:
            details: with `False` no problems are listed: the fault is the server's own.
        """
        error: dict[str, Any] = {
            "code": str(self.code),
            "namespace": _cut(self.namespace),
            "event": _cut(self.event),
        }
        if details:
            error["problems"] = [problem.as_dict() for problem in self.problems]
        return {"error": error}

    def __str__(self) -> str:
        """One escaped line, without payload values, whatever a client put into names."""
        text = (
            f"{self.checkpoint} {printable(self.namespace)} {printable(self.event)}: "
            f"{self.code}: {self.reason}"
        )
        for problem in self.problems[:3]:
            where = f" ({problem.schema})" if problem.schema else ""
            text += f"; {printable(problem.path or '(root)')}: {problem.message}{where}"
        left = len(self.problems) - 3
        if left > 0:
            text += f"; and {left}{' or more' if self.truncated else ''} more"
        if self.suggestions:
            text += f"; declared: {', '.join(map(printable, self.suggestions))}"
        return text


def printable(name: object) -> str:
    """A name from the wire, made safe for one log line: quoted, escaped, and cut."""
    return json.dumps(_cut(name if isinstance(name, str) else f"<{type(name).__name__}>"))


def _cut(name: str) -> str:
    kept = name if len(name) <= MAX_NAME else name[:MAX_NAME] + "…"
    # A lone surrogate cannot be encoded: it would break the answer or the log line.
    return kept.encode("utf-8", "replace").decode("utf-8")
