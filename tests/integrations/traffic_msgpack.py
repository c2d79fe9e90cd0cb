"""The table of traffic in MessagePack, by the `msgpack` package and knowing nothing of the guard.

Frames of JSON in the table are written as MessagePack where that has a form for them: names that
come twice still do, and what was an attachment stands in its place.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import msgpack
from client_conversations import Rogue
from traffic_conversations import OverNetwork
from traffic_frames import HEARD, SENT, UNREADABLE, Heard

_FRAME = re.compile(
    r"(?P<kind>[0-9])(?:(?P<count>[0-9]+)-)?(?:(?P<namespace>/[^,]*)(?:,|$))?(?P<id>%d|[0-9]{0,19})"
    r"(?P<data>[^0-9].*)?",
    re.DOTALL,
)
#: What an event or an ack with attachments is in MessagePack.
_KINDS = {5: 2, 6: 3}


class _Pairs(list[Any]):
    """An object, as its names and values."""


_read = json.JSONDecoder(object_pairs_hook=_Pairs).decode


class NoForm(Exception):
    """MessagePack has no form for a frame."""


def written(value: Any, attachments: list[Any]) -> bytes:
    """A value in MessagePack.

    Raises:
        NoForm: there is none.
    """
    packer = msgpack.Packer(autoreset=False)
    if isinstance(value, _Pairs):
        if attachments and [name for name, _ in value] == ["_placeholder", "num"]:
            return _attached(value[1][1], attachments)
        packer.pack_map_header(len(value))
        parts = [part for pair in value for part in pair]
    elif isinstance(value, list):
        packer.pack_array_header(len(value))
        parts = value
    elif isinstance(value, str):
        return _text_of(value.encode("utf-8", "surrogatepass"))
    else:
        try:
            return bytes(msgpack.packb(value))
        except OverflowError as error:
            raise NoForm from error
    return bytes(packer.bytes()) + b"".join(written(part, attachments) for part in parts)


def _text_of(text: bytes) -> bytes:
    """A text of these bytes, whether or not they are Unicode."""
    packer = msgpack.Packer(unicode_errors="surrogateescape")
    return bytes(packer.pack(text.decode("utf-8", "surrogateescape")))


def _attached(number: Any, attachments: list[Any]) -> bytes:
    if not (isinstance(number, int) and number < len(attachments)):
        raise NoForm
    if not isinstance(attachments[number], bytes):
        raise NoForm
    return bytes(msgpack.packb(attachments[number]))


def frame_of(frames: list[Any], id: Any = None) -> bytes:
    """One frame of MessagePack for a packet of JSON with its attachments.

    Args:
        frames: a text, and bytes.
        id: what `%d` stands for.

    Raises:
        NoForm: there is none.
    """
    text, *attachments = frames
    if isinstance(text, bytes):
        return text
    found = _FRAME.fullmatch(text)
    if found is None or int(found["count"] or 0) != len(attachments):
        raise NoForm
    fields = {"type": int(found["kind"]), "nsp": found["namespace"] or "/"}
    if fields["type"] in _KINDS and not attachments:
        raise NoForm
    fields["type"] = _KINDS.get(fields["type"], fields["type"])
    if found["id"]:
        fields["id"] = id if found["id"] == "%d" else int(found["id"])
    made = b"".join(msgpack.packb(name) + msgpack.packb(value) for name, value in fields.items())
    if found["data"] is None:
        return bytes([0x80 + len(fields)]) + made
    try:
        data = written(_read(found["data"]), attachments)
    except (ValueError, RecursionError) as error:
        raise NoForm from error
    if text.count("_placeholder") < len(attachments):
        raise NoForm
    return bytes([0x81 + len(fields)]) + made + msgpack.packb("data") + data


def translated(rows: dict[str, Any]) -> dict[str, Any]:
    """The rows that MessagePack has a form for: what is sent, or the first of several things."""
    made = {}
    for name, row in rows.items():
        sent, *more = row if isinstance(row, tuple) else (row,)
        if isinstance(sent, list):
            with contextlib.suppress(NoForm):
                made[name] = ([frame_of(sent, 1)], *more)
        else:
            made[name] = (sent, *more)
    return made


def acks(rows: dict[str, Any]) -> dict[str, Any]:
    """As `translated`, for the frames of acks: each is a function of the ack id."""
    made = {}
    for name, row in rows.items():
        frames, *more = row if isinstance(row, tuple) else (row, [])
        with contextlib.suppress(NoForm):
            frame_of(frames, 1)
            made[name] = ([lambda ack_id, frames=frames: frame_of(frames, ack_id)], *more)
    return made


class OverMessagePack(OverNetwork):
    """A conversation in MessagePack."""

    serializer = "msgpack"

    @staticmethod
    def read(frames: Any) -> Heard:
        return read(frames)


def read(frames: Any) -> Heard:
    """What came to a peer whose frames of MessagePack are these, each with `SENT` or `HEARD`."""
    found, names, auths = Heard(), {}, {}
    for way, frame in list(frames):
        made = _lenient(frame) if way == SENT else msgpack.unpackb(frame)
        if not isinstance(made, dict):
            continue
        kind, namespace, data = made.get("type"), made.get("nsp"), made.get("data")
        namespace = "/" if namespace is None else namespace
        if way == SENT and kind == 0:
            auths[repr(namespace)] = data
        elif way == SENT and kind == 2:
            named = isinstance(data, list) and data and isinstance(data[0], str)
            names[repr((namespace, made.get("id")))] = data[0] if named else "no name"
        elif way == SENT:
            continue
        elif kind == 0:
            found.entered.append((namespace, auths.get(repr(namespace))))
        elif kind == 2:
            found.events.append((namespace, data[0], data[1:]))
        elif kind == 3:
            name = names.get(repr((namespace, made["id"])), "nobody asked")
            found.acks.append((namespace, name, data))
    return found


def _lenient(frame: Any) -> Any:
    """Whatever a frame may be to a server; `None` where it is nothing."""
    try:
        return msgpack.unpackb(frame, strict_map_key=False, object_pairs_hook=_object)
    except (TypeError, ValueError):
        return None


def _object(pairs: Any) -> Any:
    pairs = list(pairs)
    made = {key if isinstance(key, (str, bytes, int)) else repr(key): value for key, value in pairs}
    undefined = {key for key, value in pairs if value == msgpack.ExtType(0, b"\0")}
    if len(made) != len(pairs):
        return UNREADABLE if "type" not in made else made
    return {key: value for key, value in made.items() if key not in undefined}


class MessagePackRogue(Rogue):
    """A server without manners that speaks MessagePack.

    Attributes:
        welcome: what answers a connect, by its namespace.
        ack: makes the frames that answer an event with an ack id.
    """

    def __init__(self, good: str = "plain") -> None:
        super().__init__(good)
        self.welcome: Any = lambda nsp: [packed(type=0, data={"sid": "s1"}, nsp=nsp)]
        self.ack: Any = lambda nsp, number: []

    def _message(self, sid: str, data: Any) -> None:
        self.tapped.append((HEARD, data))
        made = msgpack.unpackb(data)
        if made["type"] == 0:
            self.connects.put(made)
            self.send(*self.welcome(made["nsp"]))
            return
        self.frames.put(made)
        if made["type"] == 2 and made.get("id") is not None:
            self.send(*self.ack(made["nsp"], made["id"]))

    def heard(self) -> list[Any]:
        self.send(packed(data=[self._good, "the end"], id=999))
        seen = []
        while (frame := self.received()).get("id") != 999:
            seen.append(frame)
        return seen


def packed(**fields: Any) -> bytes:
    """A frame with these fields; those that are not named are an event's."""
    made = {"type": 2, "data": [], "nsp": "/", **fields}
    return bytes(msgpack.packb({key: value for key, value in made.items() if value is not ...}))
