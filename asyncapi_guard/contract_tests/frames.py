"""The text of Socket.IO packets, written and read.

Written is whatever is asked for, also what no client library would send. Read is strictly what the
protocol allows; everything else is `INVALID`, with the reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

__all__ = ["ACKS", "EVENTS", "TYPES", "Frame", "attach", "detach", "id_in", "read", "write"]

TYPES = ("CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK")
EVENTS = ("EVENT", "BINARY_EVENT")
ACKS = ("ACK", "BINARY_ACK")
_BINARY = ("BINARY_EVENT", "BINARY_ACK")
_HEAD = re.compile(r"([0-6])(?:(\d{1,4})-)?(?:(/[^,]*)(?:,|$))?(\d{1,15})?")


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet, read.

    Attributes:
        type: one of `TYPES`, or `INVALID`.
        namespace: the Socket.IO namespace.
        id: of an ack, or of an event that asks for one.
        data: what is in it, with placeholders where attachments belong.
        attachments: how many bytes objects follow.
        problem: why it is invalid.
    """

    type: str
    namespace: str = "/"
    id: int | None = None
    data: Any = None
    attachments: int = 0
    problem: str = ""


def write(
    type: str, namespace: str = "/", id: int | None = None, data: Any = None
) -> tuple[str, tuple[bytes, ...]]:
    """The text of a packet, and what is sent after it.

    Args:
        type: one of `TYPES`; of an event with bytes, `EVENT` will do.
        namespace: the Socket.IO namespace.
        id: of an ack, or of an event that asks for one.
        data: JSON values and bytes; `None` for no data.
    """
    data, attachments = detach(data)
    if attachments and not type.startswith("BINARY_"):
        type = f"BINARY_{type}"
    head = str(TYPES.index(type))
    if type in _BINARY:
        head += f"{len(attachments)}-"
    if namespace != "/":
        head += f"{namespace},"
    if id is not None:
        head += str(id)
    text = "" if data is None else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return head + text, attachments


def read(text: str) -> Frame:
    """A packet from its text. Never raises."""
    head = _HEAD.match(text)
    if head is None:
        return Frame("INVALID", problem="it does not begin as a packet of Socket.IO")
    type = TYPES[int(head[1])]
    namespace = (head[3] or "/").partition("?")[0]
    id = None if head[4] is None else int(head[4])
    attachments = int(head[2] or 0)
    rest = text[head.end() :]
    try:
        data = (
            json.loads(rest, parse_constant=_constant, object_pairs_hook=_object) if rest else None
        )
    except (ValueError, RecursionError) as error:
        return Frame("INVALID", namespace, id, problem=f"its data is not JSON: {error}"[:200])
    problem = _problem(type, id, data)
    if problem:
        return Frame("INVALID", namespace, id, data, problem=problem)
    return Frame(type, namespace, id, data, attachments if type in _BINARY else 0)


def id_in(text: str) -> int | None:
    """The number of the ack that a packet asks for or is, whatever its data is."""
    head = _HEAD.match(text)
    return int(head[4]) if head is not None and head[4] is not None else None


def detach(data: Any) -> tuple[Any, tuple[bytes, ...]]:
    """Data with a placeholder for each bytes object, and those objects."""
    found: list[bytes] = []

    def plain(value: Any) -> Any:
        if isinstance(value, (bytes, bytearray)):
            found.append(bytes(value))
            return {"_placeholder": True, "num": len(found) - 1}
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(each) for each in value]
        return value

    return plain(data), tuple(found)


def attach(data: Any, attachments: tuple[bytes, ...]) -> Any:
    """Data with its attachments where the placeholders are.

    Raises:
        ValueError: a placeholder has a number that no attachment has.
    """
    if isinstance(data, list):
        return [attach(each, attachments) for each in data]
    if isinstance(data, dict):
        if data.get("_placeholder") is True:
            number = data.get("num")
            if not isinstance(number, int) or not 0 <= number < len(attachments):
                raise ValueError("a placeholder belongs to no attachment")
            return attachments[number]
        return {key: attach(each, attachments) for key, each in data.items()}
    return data


def _problem(type: str, id: int | None, data: Any) -> str:
    """What is wrong with data that is JSON."""
    if type in EVENTS and not (isinstance(data, list) and data and isinstance(data[0], str)):
        return "an event must be a list that begins with its name"
    if type in ACKS and not isinstance(data, list):
        return "an ack must have a list of values"
    if type in ACKS and id is None:
        return "an ack must have the number of its event"
    return ""


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("an object has the same name twice")
    return made
