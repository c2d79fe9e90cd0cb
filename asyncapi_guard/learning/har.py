"""The Socket.IO packets in a HAR file, as a browser records it.

Chromium writes the frames of WebSockets as `_webSocketMessages`. Requests of long polling have
their packets in the bodies of requests and responses. Packets in MessagePack are not read.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from asyncapi_guard.contract import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from asyncapi_guard.learning.traffic_shapes import TrafficShapes

__all__ = ["add_har", "is_har"]

_CONNECT, _EVENT, _ACK, _BINARY_EVENT, _BINARY_ACK = "02356"
#: What stands between packets in one body of long polling.
_SEPARATOR = "\x1e"
_HEAD = re.compile(
    r"4(?P<type>[0-6])(?:(?P<count>\d{1,4})-)?(?:(?P<namespace>/[^,]*),?)?(?P<id>\d*)"
)


def is_har(data: Any) -> bool:
    """Whether this is what a HAR file says."""
    return isinstance(data, dict) and isinstance(data.get("log"), dict) and "entries" in data["log"]


def add_har(data: Mapping[str, Any], into: TrafficShapes, words_of: Collection[str] = ()) -> int:
    """Add the packets of a HAR file; return how many of them could not be read.

    Args:
        data: what it says.
        into: what is learnt.
        words_of: the names of fields whose words are counted.
    """
    connections: dict[str, _Connection] = {}
    unreadable = 0
    for entry in data["log"]["entries"]:
        for key, is_sent, frame in _frames(entry):
            connection = connections.setdefault(key, _Connection(into, words_of))
            try:
                connection.add(frame, is_sent=is_sent)
            except (ValueError, RecursionError):
                unreadable += 1
    return unreadable


def _frames(entry: Any) -> Iterator[tuple[str, bool, str | bytes]]:
    """The Engine.IO packets of a request: its connection, whether it was sent, and the packet."""
    if not isinstance(entry, dict) or not isinstance(entry.get("request"), dict):
        return
    request, response = entry["request"], entry.get("response") or {}
    url = urlsplit(str(request.get("url", "")))
    query = parse_qs(url.query)
    if "EIO" not in query:
        return
    # A connection that begins with long polling goes on as a WebSocket of the same session.
    key = query.get("sid", [str(id(entry))])[0]
    for message in entry.get("_webSocketMessages") or ():
        text = str(message.get("data", ""))
        frame = _decoded(text) if message.get("opcode") == 2 else text
        yield key, message.get("type") == "send", frame
    sent = (request.get("postData") or {}).get("text")
    came = (response.get("content") or {}).get("text")
    for is_sent, body in ((True, sent), (False, came)):
        if query.get("transport") == ["polling"] and isinstance(body, str):
            for packet in body.split(_SEPARATOR):
                yield key, is_sent, _decoded(packet[1:]) if packet.startswith("b") else packet


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


@dataclass(slots=True)
class _Packet:
    """A packet that waits for its attachments."""

    kind: str
    namespace: str
    id: str
    data: Any
    missing: int
    attachments: list[bytes] = field(default_factory=list)


class _Connection:
    """The packets of one connection, in their order."""

    def __init__(self, into: TrafficShapes, words_of: Collection[str]) -> None:
        self._into = into
        self._words_of = words_of
        #: By direction: a packet whose attachments come.
        self._waiting: dict[bool, _Packet] = {}
        #: By the direction of the event, its namespace and its id: its name.
        self._asked: dict[tuple[bool, str, str], str] = {}

    def add(self, frame: str | bytes, *, is_sent: bool) -> None:
        """Add a packet.

        Raises:
            ValueError: it cannot be read.
        """
        if isinstance(frame, bytes):
            packet = self._waiting.get(is_sent)
            if packet is None:
                raise ValueError("bytes without a packet")
            packet.attachments.append(frame)
        elif not frame.startswith("4"):
            return  # Engine.IO's own
        else:
            packet = _read(frame)
        if len(packet.attachments) < packet.missing:
            self._waiting[is_sent] = packet
            return
        self._waiting.pop(is_sent, None)
        packet.data = _with_bytes(packet.data, packet.attachments)
        self._show(packet, is_sent=is_sent)

    def _show(self, packet: _Packet, *, is_sent: bool) -> None:
        data, namespace, id = packet.data, packet.namespace, packet.id
        if packet.kind == _CONNECT and is_sent:
            self._into.connect(namespace, data, self._words_of)
        elif packet.kind in (_EVENT, _BINARY_EVENT):
            if not isinstance(data, list) or not data or not isinstance(data[0], str):
                raise ValueError("an event without a name")
            if id:
                self._asked[is_sent, namespace, id] = data[0]
            event = self._into.event(namespace, _action(is_sent=is_sent), data[0])
            if event is not None:
                event.arguments.add(data[1:], self._words_of, self._into.room)
        elif packet.kind in (_ACK, _BINARY_ACK):
            # It answers what went the other way.
            name = self._asked.pop((not is_sent, namespace, id), None)
            if name is None or not isinstance(data, list):
                raise ValueError("an ack without an event")
            event = self._into.event(namespace, _action(is_sent=not is_sent), name)
            if event is not None:
                event.acks.add(data, self._words_of, self._into.room)


def _action(*, is_sent: bool) -> Action:
    """What the server does with what the browser has sent, or got."""
    return Action.RECEIVE if is_sent else Action.SEND


def _read(frame: str) -> _Packet:
    head = _HEAD.match(frame)
    if head is None:
        raise ValueError("no packet")
    rest = frame[head.end() :]
    return _Packet(
        head["type"],
        (head["namespace"] or "/").partition("?")[0],
        head["id"],
        json.loads(rest) if rest else None,
        int(head["count"] or 0),
    )


def _with_bytes(data: Any, attachments: list[bytes]) -> Any:
    """The data with attachments in their places."""
    if isinstance(data, list):
        return [_with_bytes(item, attachments) for item in data]
    if not isinstance(data, dict):
        return data
    number = data.get("num")
    if data.get("_placeholder") is True and isinstance(number, int):
        if not 0 <= number < len(attachments):
            raise ValueError("a missing attachment")
        return attachments[number]
    return {key: _with_bytes(value, attachments) for key, value in data.items()}
