"""The fields of messages that python-socketio's managers send to one another.

What is listed is what the supported versions write. Other fields are left alone.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CALLBACK",
    "CONTROL",
    "EMIT",
    "Unfit",
    "arguments_of",
    "fault_of_fields",
    "namespace_in",
]

EMIT, CALLBACK = "emit", "callback"
#: What is done to clients and rooms.
CONTROL = ("disconnect", "enter_room", "leave_room", "close_room")
#: What a client or a room can be called: whatever has a hash, and a form in JSON.
_SCALARS = (str, int, float, bool)
#: An ack id is counted up from 1; JavaScript would count no further.
_LARGEST_ID = 2**53


class Unfit(Exception):
    """The arguments of an event are not what it says of them. Its text is the reason."""


def _is_host(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_known_host(value: Any) -> bool:
    return value is None or _is_host(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_client(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_namespace(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _is_room(value: Any) -> bool:
    return isinstance(value, _SCALARS)


def _are_rooms(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(_is_room, value))
    return value is None or _is_room(value)


def _are_clients(value: Any) -> bool:
    clients = value if isinstance(value, list) else [value]
    return all(client is None or isinstance(client, str) for client in clients)


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= _LARGEST_ID


def _is_callback(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or len(value) != 3:
        return False
    room, namespace, id = value
    return _is_room(room) and _is_namespace(namespace) and _is_id(id)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


_HOST = ("host_id", _is_host, "a text")
_SID = ("sid", _is_client, "a text")
_NAMESPACE = ("namespace", _is_namespace, "a text that begins with '/'")
_ROOM = ("room", _is_room, "a text or a number")
_FIELDS: dict[str, tuple[tuple[str, Callable[[Any], bool], str], ...]] = {
    EMIT: (
        ("event", _is_text, "a text"),
        _NAMESPACE,
        ("data", _is_list, "a list"),
        ("binary", _is_flag, "true or false"),
        ("room", _are_rooms, "a text, a number, or a list of these"),
        ("skip_sid", _are_clients, "a text or a list of texts"),
        ("callback", _is_callback, "a room, a namespace and an ack id"),
        ("host_id", _is_known_host, "a text"),
    ),
    CALLBACK: (
        _HOST,
        ("sid", _is_room, "a text or a number"),
        _NAMESPACE,
        ("id", _is_id, "a number above 0"),
        ("args", _is_list, "a list"),
    ),
    "disconnect": (_SID, _NAMESPACE),
    "enter_room": (_SID, _NAMESPACE, _ROOM),
    "leave_room": (_SID, _NAMESPACE, _ROOM),
    "close_room": (_NAMESPACE, _ROOM),
}


def namespace_in(message: dict[str, Any]) -> str:
    """Return the namespace of a message, or `/` where it has none that can be one."""
    namespace = message.get("namespace")
    return str(namespace) if _is_namespace(namespace) else "/"


def fault_of_fields(message: dict[str, Any]) -> str | None:
    """Return what is wrong with the fields of a message; one sentence without their values.

    Args:
        message: as JSON has it.
    """
    method = message.get("method")
    fields = _FIELDS.get(method) if isinstance(method, str) else None
    if fields is None:
        return "the method is unknown"
    for name, fits, kind in fields:
        if not fits(message.get(name)):
            return f"{name!r} must be {kind}"
    if method == EMIT and message.get("callback") is not None and not message.get("host_id"):
        return "a request for an ack must name its host"
    return None


def arguments_of(message: dict[str, Any]) -> tuple[list[Any], bool]:
    """Return the arguments of an event, and whether there are bytes in them.

    Args:
        message: an event whose fields fit.

    Raises:
        Unfit: its attachments are not those that it names.
    """
    data: list[Any] = message["data"]
    if not message.get("binary"):
        # An event without arguments is indistinguishable from one with a single null.
        return ([] if data == [None] else data), False
    attachments = list(map(_attachment, data[1:]))
    if not data or not isinstance(data[0], list) or not attachments:
        raise Unfit("a binary event must have arguments and attachments")
    places = _Places(attachments)
    arguments = places.filled(data[0])
    if places.left:
        raise Unfit("the attachments of an event don't match its placeholders")
    return arguments, True


def _attachment(written: Any) -> bytes:
    try:
        if isinstance(written, str):
            return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise Unfit("an attachment is not in Base64")


class _Places:
    """Puts attachments into their places.

    Attributes:
        left: numbers of those that have none yet.
    """

    def __init__(self, attachments: list[bytes]) -> None:
        self._attachments = attachments
        self.left: set[int] = set(range(len(attachments)))

    def filled(self, value: Any) -> Any:
        """Return a copy with attachments in the places of their numbers."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        if not value.get("_placeholder") or "num" not in value:
            return {name: self.filled(item) for name, item in value.items()}
        number = value["num"]
        if type(number) is not int or number not in self.left:
            raise Unfit("the attachments of an event don't match its placeholders")
        self.left.discard(number)
        return self._attachments[number]
