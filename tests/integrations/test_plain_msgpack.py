"""The quick way of reading MessagePack, beside a slow and obvious one."""

from __future__ import annotations

import math
import struct
from typing import Any

import msgpack
from hypothesis import example, given, settings
from hypothesis import strategies as st
from socketio.msgpack_packet import MsgPackPacket
from socketio.packet import EVENT
from test_strict_msgpack import VALUES, how_many_bytes, pack

from asyncapi_guard.integrations.wire.strict_msgpack import (
    Packet,
    Values,
    read_packet,
    read_plain_event,
    read_plain_packet,
)


class NotPlain(Exception):
    """A frame that the quick way must not read."""


def unique(items: list[Any]) -> dict[str, Any]:
    names = [name for name, _ in items]
    if any(type(name) is not str for name in names) or len(set(names)) != len(names):
        raise NotPlain
    return dict(items)


def see_that_it_is_json(value: Any) -> None:
    """Look at each value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            see_that_it_is_json(each)
    elif type(value) not in (str, int, bool, type(None)) and not (
        type(value) is float and math.isfinite(value)
    ):
        raise NotPlain


def slowly(frame: bytes) -> tuple[Any, ...]:
    """The fields of a frame, by the `msgpack` package and a look at everything."""
    fields = msgpack.unpackb(frame, object_pairs_hook=unique, strict_map_key=False)
    fields.pop("options", None)  # whatever is in them
    see_that_it_is_json(fields)
    assert fields.keys() - {"id"} == {"type", "nsp", "data"}
    assert type(fields["type"]) is int
    assert 0 <= fields["type"] <= 4
    assert fields.get("id") is None or (type(fields["id"]) is int and fields["id"] >= 0)
    return fields["type"], fields["nsp"] or "/", fields.get("id"), fields["data"]


def levels_of(value: Any) -> int:
    """How many lists and objects are in one another."""
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inner is None else 1 + max(map(levels_of, inner), default=0)


def spelled(draw: Any, value: Any) -> bytes:
    """A value in one of its spellings, maybe with a name that comes twice."""
    odd = draw(st.integers(0, 9)) == 0
    if isinstance(value, dict):
        names = [
            *value,
            *draw(st.lists(st.sampled_from([*value]), max_size=1) if value else NOTHING),
        ]
        start = b"\xde" + len(names).to_bytes(2, "big") if odd else bytes((0x80 + len(names),))
        parts = (spelled(draw, name) + spelled(draw, value[name]) for name in names)
        return start + b"".join(parts)
    if isinstance(value, list):
        start = b"\xdc" + len(value).to_bytes(2, "big") if odd else bytes((0x90 + len(value),))
        return start + b"".join(spelled(draw, each) for each in value)
    if isinstance(value, str) and odd and len(value.encode()) < 256:
        return b"\xd9" + bytes((len(value.encode()),)) + value.encode()
    if type(value) is int and 0 <= value < 128 and odd:
        return bytes((0xCC, value))
    if isinstance(value, float) and draw(st.booleans()):
        return struct.pack(">Bf", 0xCA, value)
    return pack(value)


NOTHING = st.just([])
ODDITIES = st.sampled_from(
    [
        *(1.5, math.nan, math.inf, -math.inf, b"bytes", {1: 2}, {None: 1}, {b"a": 1}),
        *(msgpack.ExtType(5, b"a"), msgpack.ExtType(0, b"\0"), msgpack.Timestamp(1), 2**64 - 1),
        *(-(2**63), 1e308, -0.0, "\xe9", "\x7f", [[[[[[[[[[1]]]]]]]]]], {"a": {"a": {}}}),
    ]
)


@st.composite
def frames(draw: Any) -> bytes:
    """Frames with any fields, in any spelling and order, and some that are broken."""
    data = draw(st.lists(VALUES | ODDITIES, max_size=3))
    fields: list[tuple[str, Any]] = [("type", draw(st.integers(2, 5))), ("data", data)]
    fields += [("nsp", draw(st.sampled_from(["/", "/a", None])))]
    fields += draw(st.lists(st.sampled_from([("id", 7), ("id", 300), ("id", None)]), max_size=1))
    fields += draw(
        st.lists(
            st.sampled_from([("options", {"compress": True}), ("more", 1), ("data", [1.5])]),
            max_size=1,
        )
    )
    if draw(st.booleans()):
        fields = draw(st.permutations(fields))
    plain = st.just(pack)
    spell = draw(plain | st.just(lambda value: spelled(draw, value)))
    try:
        parts = [pack(n) + (spell(v) if n == "data" else pack(v)) for n, v in fields]
    except OverflowError:
        parts = [pack(name) + pack(value) for name, value in fields]
    frame = bytes((0x80 + len(fields),)) + b"".join(parts)
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(frame)))
        frame = frame[:at] + draw(st.binary(max_size=2)) + frame[at + draw(st.integers(0, 2)) :]
    return frame


#: A name that comes twice makes a frame longer, and a short float makes it shorter.
BALANCED = (
    b"\x83\xa4type\x02\xa4data\x92\xa1e"
    b"\x83\xa2aa\x01\xa2aa\x01\xa1f\xca\x3f\xc0\x00\x00\xa3nsp\xa1/"
)


@settings(max_examples=200)
@example(BALANCED)
@given(frames())
def test_the_quick_way_reads_only_what_the_slow_one_reads(frame: bytes) -> None:
    """No more frames, and nothing else in them."""
    event, found = read_plain_event(frame), read_plain_packet(frame)
    if event is not None:
        assert repr((2, *event)) == repr(slowly(frame))
    if found is not None:
        fields, data = found
        assert repr((fields.type, fields.namespace, fields.ack_id, data)) == repr(slowly(frame))
    if event is not None or found is not None:
        (*fields_of_it, data) = slowly(frame)
        assert repr(read_packet(frame)) == repr(Packet(*fields_of_it, Values(data)))


def test_an_event_is_read_quickly_and_a_frame_that_is_as_long_is_not() -> None:
    """Else the other test would show nothing."""
    frame = pack({"type": 2, "data": ["e", {"f": 1.5}], "nsp": "/"})
    assert read_plain_event(frame) == ("/", None, ["e", {"f": 1.5}])
    of_javascript = {"type": 2, "data": ["e"], "options": {"compress": True}, "nsp": "/"}
    assert read_plain_event(pack(of_javascript)) == ("/", None, ["e"])
    assert read_plain_packet(frame) is not None
    assert read_plain_event(BALANCED) is None
    assert read_plain_packet(BALANCED) is None


#: How numbers begin that are infinite, not a number, or among the largest: each is looked at.
LARGEST = b"\xcb\x7f", b"\xcb\xff"


@settings(max_examples=100)
@given(st.lists(VALUES, max_size=3), st.none() | st.integers(0, 300))
@example([5e303], None)
def test_what_python_socketio_writes_takes_the_quick_way(data: Any, id: int | None) -> None:
    """Where it is JSON, and no number is among the largest; the other way reads those."""
    frame = MsgPackPacket(EVENT, data, namespace="/", id=id).encode()
    if any(each in frame for each in LARGEST):
        assert read_packet(frame) is not None
    elif how_many_bytes(data) == 0:
        assert read_plain_packet(frame) is not None
        assert levels_of(data) > 8 or read_plain_event(frame) is not None
