"""MessagePack that comes: JSON's own types and bytes, in packets of proper fields."""

from __future__ import annotations

import json
import math
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.integrations.wire.strict_msgpack import Unreadable, read_packet, read_values

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
UNDEFINED = msgpack.ExtType(0, b"\0")
NAN = "NaN and infinities are not JSON"
EXTENSION = "an extension type of MessagePack is not JSON"
NAME = "the name of a property is not a text"
TWICE = "two properties of one object have the same name"
DEEP = "the data is nested too deeply"
NONE = "the data is not MessagePack"


def pack(value: Any) -> bytes:
    return msgpack.packb(value)


def nested(levels: int) -> bytes:
    return b"\x91" * levels + b"\x01"


def pairs(*items: Any) -> bytes:
    """An object that has these names and values, whatever they are."""
    return bytes([0x80 + len(items) // 2]) + b"".join(map(pack, items))


def how_many_bytes(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, bytes) + sum(map(how_many_bytes, items))


@given(VALUES)
def test_json_and_bytes_are_read_as_they_are(value: Any) -> None:
    """Of the same types: a bool is no integer, and an integer no float."""
    values = read_values(pack(value))
    assert (values.fault, values.undefined) == (None, False)
    assert repr(values.data) == repr(value)
    assert len(values.attachments) == how_many_bytes(value)


FAULTS: dict[str, tuple[bytes, str]] = {
    "NaN": (pack([math.nan]), NAN),
    "an infinity": (pack({"a": [math.inf]}), NAN),
    "a negative infinity": (pack([[-math.inf]]), NAN),
    "a short infinity": (b"\x91\xca\x7f\x80\x00\x00", NAN),
    "a short NaN": (b"\x91\xca\xff\xc0\x00\x00", NAN),
    "NaN among much": (pack([*range(1000), {"a": "é" * 1000}, math.nan]), NAN),
    "an extension": (pack([msgpack.ExtType(5, b"abc")]), EXTENSION),
    "an extension of no bytes": (b"\x91\xc7\x00\x05", EXTENSION),
    "undefined": (pack([UNDEFINED]), EXTENSION),
    "a timestamp": (pack({"a": msgpack.Timestamp(1, 2)}), EXTENSION),
    "a timestamp after all": (pack([msgpack.Timestamp(2**60)]), EXTENSION),
    "a date of JavaScript": (b"\xd7\x00" + bytes(8), EXTENSION),
    "a number for a name": (pairs(1, 2), NAME),
    "null for a name": (pairs(None, 2), NAME),
    "bytes for a name": (pairs(b"a", 2), NAME),
    "a list for a name": (b"\x81" + pack([1]) + pack(2), NAME),
    "a name twice": (pairs("x", 9, "x", 1), TWICE),
    "a name twice, far in": (pack([1, {"a": 0}])[:-4] + pairs("x", 9, "x", 1), TWICE),
    "a name twice, once in a longer form": (b"\x82\xa1x\x09\xd9\x01x\x01", TWICE),
    "a name twice beside bytes": (b"\x92" + pack(b"b") + pairs("x", 9, "x", 1), TWICE),
    "half of a surrogate pair": (b"\x91\xa3\xed\xa0\x80", NONE),
    "half of a surrogate pair in a name": (b"\x81\xa3\xed\xa0\x80\x01", NONE),
    "a text of another alphabet": (b"\xa2\xff\xfe", NONE),
    "nothing": (b"", NONE),
    "half of a value": (b"\x92\x01", NONE),
    "two values": (b"\x01\x01", NONE),
    "an announced gigabyte": (b"\xdd\xff\xff\xff\xff\x01", NONE),
    "a byte that begins nothing": (b"\xc1", NONE),
    "501 levels": (nested(501), DEEP),
    "900 levels": (nested(900), DEEP),
    "a million levels": (nested(1_000_000), DEEP),
    "deep objects": (b"\x81\xa1a" * 100_000 + b"\x01", DEEP),
    "an object for a name": (b"\x81" + pack({"a": 1}) + pack(2), NONE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_anything_else_has_a_fault(name: str) -> None:
    """Which is said in a sentence, and is no exception."""
    written, fault = FAULTS[name]
    assert read_values(written).fault == fault
    assert read_values(written, undefined=name != "undefined").fault == fault


ODD = {
    "a long form of an integer": (b"\x91\xd3" + bytes(7) + b"\x05", [5]),
    "a short float": (b"\x91\xca\x3f\x80\x00\x00", [1.0]),
    "a large short float": (b"\x91\xca\x7f\x00\x00\x00", [2.0**127]),
    "a long form of a list": (b"\xdc\x00\x01\xdb\x00\x00\x00\x01a", ["a"]),
    "a long form of an object": (b"\xde\x00\x02\xa1a\x01\xa1b\x02", {"a": 1, "b": 2}),
    "the largest float": (pack([1.7976931348623157e308]), [1.7976931348623157e308]),
    "the largest integer": (pack([2**64 - 1]), [2**64 - 1]),
    "500 levels": (nested(499), None),
    "bytes in a long form": (b"\x91\xc6\x00\x00\x00\x01a", [b"a"]),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_written_in_another_way_is_read(name: str) -> None:
    """Clients may write numbers and lengths longer than they must."""
    written, data = ODD[name]
    values = read_values(written)
    assert values.fault is None
    assert data is None or values.data == data


def test_what_is_undefined_is_left_out_as_in_json() -> None:
    """Of objects; in lists it is null."""
    data = {"a": UNDEFINED, "b": [1, UNDEFINED, {"c": UNDEFINED}], "d": None}
    values = read_values(pack(data), undefined=True)
    assert values.data == {"b": [1, None, {}], "d": None}
    assert values.undefined
    # What JavaScript's clients write for an array of one byte.
    assert read_values(b"\x91\xc7\x01\x00\x00", undefined=True).fault == EXTENSION


# -- packets ---------------------------------------------------------------------------------------

EVENT = {"type": 2, "data": ["say", 1], "nsp": "/"}


@given(st.integers(0, 4), VALUES, st.sampled_from(["/", "/a", "/é"]), st.integers(0, 2**64 - 1))
def test_a_packet_is_read_as_it_was_written(kind: int, data: Any, nsp: str, id: int) -> None:
    """In any order of its fields, with the options of JavaScript's clients."""
    fields = {"type": kind, "data": data, "nsp": nsp, "id": id, "options": {"compress": True}}
    for order in (list(fields), list(reversed(fields))):
        read = read_packet(pack({name: fields[name] for name in order}))
        assert read[:3] == (kind, nsp, id)
        assert repr(read.values.data) == repr(data)
        assert read.values.fault is None


ALLOWED: dict[str, Any] = {
    "no data": ({"data": ...}, (2, "/", None)),
    "undefined data": ({"data": UNDEFINED}, (2, "/", None)),
    "null for no ack id": ({"id": None}, (2, "/", None)),
    "a field that nobody knows": ({"more": [1]}, (2, "/", None)),
    "an ack id of 0": ({"id": 0}, (2, "/", 0)),
    "null for no namespace": ({"nsp": None}, (2, "/", None)),
    "a namespace": ({"nsp": "/a/b"}, (2, "/a/b", None)),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_clients_may_write_is_read(name: str) -> None:
    """As without the guard."""
    change, head = ALLOWED[name]
    fields = {key: value for key, value in {**EVENT, **change}.items() if value is not ...}
    read = read_packet(pack(fields))
    assert read[:3] == head
    assert read.values.fault is None


FIELDS: list[tuple[str, Any]] = [
    *(("type", value) for value in (5, 6, -1, 200, True, 2.0, "2", None, [2], b"\x02", ...)),
    *(("nsp", value) for value in ("*", "", "chat", "/a,b", "/a?b", b"/", 1, ["/"], ...)),
    *(("id", value) for value in (-1, True, 1.0, "1", [1], {}, b"1", msgpack.ExtType(0, b"\0"))),
]


@pytest.mark.parametrize(("field", "value"), FIELDS, ids=repr)
def test_a_field_is_what_it_must_be(field: str, value: Any) -> None:
    """Else the frame is no packet."""
    fields = {key: each for key, each in {**EVENT, field: value}.items() if each is not ...}
    with pytest.raises(Unreadable, match=r"the frame is not a Socket\.IO packet"):
        read_packet(pack(fields))


def test_a_broken_frame_may_be_deep_as_well() -> None:
    """What else is wrong with it does not matter."""
    frame = b"\x82" + pack("type") + pack("2") + pack("data") + nested(100_000)
    with pytest.raises(Unreadable):
        read_packet(frame)


@pytest.mark.parametrize("field", ["type", "nsp", "id", "data", "options", "more"])
def test_no_field_comes_twice(field: str) -> None:
    """Nobody knows which one counts."""
    fields = {**EVENT, "id": 1, "options": {}, "more": 1}
    twice = [*fields.items(), (field, fields[field])]
    frame = bytes([0x80 + len(twice)]) + b"".join(pack(key) + pack(value) for key, value in twice)
    assert read_packet(frame).values.fault == TWICE


FRAMES: dict[str, Any] = {
    "a text": "2[]",
    "what engine.io made of a text": {"type": 2},
    "a list": pack([2]),
    "nothing": b"",
    "half of it": pack(EVENT)[:-1],
    "more than it": pack(EVENT) + b"\x00",
    "two of them": pack(EVENT) * 2,
    "JSON": json.dumps(EVENT).encode(),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_one_packet(name: str) -> None:
    """Neither less nor more."""
    with pytest.raises(Unreadable):
        read_packet(FRAMES[name])


@pytest.mark.parametrize("name", [name for name, (_, fault) in FAULTS.items() if fault != NONE])
def test_what_is_wrong_with_the_data_leaves_the_rest(name: str) -> None:
    """So that the client can be answered, but for what is too deep to be passed over."""
    written, fault = FAULTS[name]
    frame = b"\x84" + pack("id") + pack(7) + pack("data") + written
    frame += pack("type") + pack(2) + pack("nsp") + pack("/")
    if len(written) > 10_000 and fault == DEEP:
        with pytest.raises(Unreadable, match=DEEP):
            read_packet(frame)
        return
    read = read_packet(frame)
    assert (read.id, read.values.fault) == (7, None if name == "undefined" else fault)


@given(st.binary() | st.tuples(VALUES, st.integers(0, 100), st.binary(max_size=3)))
def test_no_frame_is_an_exception_of_another_kind(made: Any) -> None:
    """It is a packet, or it is unreadable."""
    if isinstance(made, tuple):
        value, place, other = made
        frame = bytearray(pack({**EVENT, "data": ["say", value]}))
        frame[place : place + 1] = other
        made = bytes(frame)
    try:
        read = read_packet(made)
    except Unreadable:
        return
    assert read.namespace.startswith("/")
    assert type(read.kind) is int
    if read.values.fault is None:
        msgpack.loads(pack(read.values.data))
