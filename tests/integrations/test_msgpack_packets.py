"""Packets of MessagePack, and those of an application's own classes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import zlib
from datetime import datetime, timezone
from typing import Any

import msgpack
import pytest
import socketio
from hypothesis import given
from hypothesis import strategies as st
from socketio import packet
from socketio.msgpack_packet import MsgPackPacket
from test_strict_msgpack import EXTENSION, NAME, NAN, TWICE, UNDEFINED, VALUES, pack

from asyncapi_guard import Mode
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import UNREADABLE, BinaryArguments, Junk, opened
from asyncapi_guard.integrations.wire.serializers import can_be_guarded, packets_of
from asyncapi_guard.integrations.wire.strict_json import Malformed, Revived

ENFORCE, OTHERS = Mode.ENFORCE, (Mode.REPORT, Mode.OFF)


def packets(base: Any = MsgPackPacket, mode: Mode = ENFORCE) -> Any:
    return packets_of(base, 1_000_000, lambda *_, **__: mode)


def guarded(base: Any = MsgPackPacket, mode: Mode = ENFORCE) -> Any:
    return packets(base, mode).packet_class


def frame(**fields: Any) -> bytes:
    return pack({"type": 2, "data": ["say", 1], "nsp": "/", **fields})


# -- what leaves -----------------------------------------------------------------------------------


@given(
    st.sampled_from([packet.EVENT, packet.ACK]),
    st.lists(VALUES, max_size=3) | st.lists(st.integers(0, 3), min_size=14, max_size=18),
    st.sampled_from([None, "/", "/chat", "/a,b"]),
    st.none() | st.integers(0, 2**64 - 1),
    st.text(),
)
def test_what_is_sent_is_what_python_socketio_sends(
    kind: int, data: list[Any], namespace: str | None, id: int | None, event: str
) -> None:
    """Byte for byte, whether or not it was encoded before it was validated."""
    made = packets()
    encoded = made.encode(data)
    assert repr(encoded.values) == repr(data)
    for ours, theirs in (
        (data, data),
        ([encoded], data),
        ([event, *data], [event, *data]),
        ([event, encoded], [event, *data]),
    ):
        expected = MsgPackPacket(kind, theirs, namespace, id)
        assert made.packet_class(kind, ours, namespace, id).encode() == expected.encode()


@pytest.mark.parametrize("count", [15, 16, 65_534, 65_535, 65_536])
def test_any_number_of_arguments_is_sent(count: int) -> None:
    """Where the length of a list is written in another way."""
    made = packets()
    ours = made.packet_class(packet.EVENT, ["e", made.encode([1] * count)], "/")
    assert ours.encode() == MsgPackPacket(packet.EVENT, ["e", *[1] * count], "/").encode()


class Lying(dict[str, Any]):
    """Tells its reader a name twice."""

    def __len__(self) -> int:
        return 2

    def items(self) -> Any:
        return [("x", 9), ("x", 1)]


RING: list[Any] = []
RING.append(RING)
UNSENDABLE = [
    *(math.nan, math.inf, {1: 2}, {None: 1}, {b"a": 1}, {(1,): 1}, {1}, object(), 2**64, -(2**64)),
    *("\ud800", {"\ud800": 1}, msgpack.ExtType(5, b""), UNDEFINED, msgpack.Timestamp(1), RING),
    *(datetime(2020, 1, 1, tzinfo=timezone.utc), Lying()),
]


@pytest.mark.parametrize("value", UNSENDABLE, ids=lambda value: type(value).__name__)
def test_what_no_contract_speaks_of_is_not_sent(value: Any) -> None:
    """One error, wherever it stands; it quotes nothing."""
    for args in ([value], (value,), [[value]], [{"a": value}], [b"x", value]):
        with pytest.raises(Unsendable) as caught:
            packets().encode(args)
        assert str(caught.value) in {"it has no form in MessagePack", NAN, EXTENSION, NAME, TWICE}


ODD = [(1, (2,)), True, bytearray(b"a"), memoryview(b"a"), {"a": {"b": (b"c",)}}, -0.0, 2**64 - 1]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_what_is_not_plain_is_validated_as_the_other_side_reads_it(value: Any) -> None:
    """Tuples are lists, and whatever has bytes is bytes."""
    encoded = packets().encode([value])
    assert repr(list(encoded.values)) == repr(msgpack.loads(msgpack.dumps([value])))
    assert bool(encoded.attachments) == (b"\xc4" in encoded.packed)


def test_nobody_else_holds_what_was_validated() -> None:
    """A change that comes later changes neither."""
    inner, data = [1], bytearray(b"a")
    encoded = packets().encode([{"inner": inner, "data": data}])
    inner.append(2)
    data.extend(b"b")
    assert encoded.values == [{"inner": [1], "data": b"a"}]
    assert msgpack.loads(encoded.packed) == encoded.values


def test_what_another_thread_changes_meanwhile_leaves_as_it_was_validated() -> None:
    """Whatever the moment."""
    shared: dict[str, Any] = {"x": 1}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared["x"] = number if number % 2 else str(number)
            shared[f"k{number % 50}"] = [number]
            shared.pop(f"k{(number + 25) % 50}", None)

    thread = threading.Thread(target=change)
    thread.start()
    made = packets()
    try:
        for _ in range(2000):
            encoded = made.encode([shared])
            assert msgpack.loads(encoded.packed) == encoded.values
    finally:
        stop.set()
        thread.join()


#: What is written changes while that is under way, as by another thread.
CHANGING = """
from socketio.msgpack_packet import MsgPackPacket
from asyncapi_guard import Mode
from asyncapi_guard.integrations.wire.serializers import packets_of

def shorten(_):
    values.pop()
    return None

values = [object(), 1]
base = MsgPackPacket.configure(dumps_default=shorten)
print(packets_of(base, 1_000_000, lambda *_, **__: Mode.ENFORCE).encode([values]).values)
"""


def test_what_changes_meanwhile_under_a_msgpack_of_python_leaves_as_it_was() -> None:
    """There, other threads get a turn while a list is written."""
    environ = {**os.environ, "MSGPACK_PUREPYTHON": "1"}
    command = [sys.executable, "-c", CHANGING]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.stdout == "[[None, 1]]\n", done.stderr


@pytest.mark.parametrize("kind", [packet.CONNECT, packet.CONNECT_ERROR, packet.DISCONNECT])
@pytest.mark.parametrize("value", [math.nan, {"a": b"x"}, {1: 2}], ids=repr)
def test_what_a_client_cannot_read_of_its_connection_is_not_sent(kind: int, value: Any) -> None:
    """Where connects are enforced; else as without the guard."""
    with pytest.raises(ValueError):
        guarded()(kind, data=value, namespace="/").encode()
    for mode in OTHERS:
        made = guarded(mode=mode)(kind, data=value, namespace="/")
        assert made.encode() == MsgPackPacket(kind, data=value, namespace="/").encode()
    for right in ({"sid": "a"}, None, "no"):
        made = guarded()(kind, data=right, namespace="/")
        assert made.encode() == MsgPackPacket(kind, data=right, namespace="/").encode()


# -- what comes ------------------------------------------------------------------------------------


def test_data_is_plain_or_says_what_is_wrong() -> None:
    """What carries bytes says so; only events and acks may."""
    read = guarded()
    assert read(encoded_packet=frame()).data == ["say", 1]
    assert type(read(encoded_packet=frame(data=["say", b""])).data) is BinaryArguments
    assert type(read(encoded_packet=frame(type=3, data=[b""])).data) is BinaryArguments
    assert read(encoded_packet=frame(data=["say", math.nan])).data.reason.startswith("NaN")
    for kind in (packet.CONNECT, packet.DISCONNECT, packet.CONNECT_ERROR):
        made = read(encoded_packet=frame(type=kind, data={"a": b""}))
        assert made.data.reason == "only events and acks have room for bytes"


BROKEN = [["say", math.nan], ["say", msgpack.ExtType(5, b"a")], ["say", {b"a": 1}], [["say"]] * 2]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("data", BROKEN, ids=repr)
def test_what_is_wrong_is_there_as_without_the_guard(data: Any, mode: Mode) -> None:
    """For those modes in which handlers get it all the same."""
    made = guarded(mode=mode)(encoded_packet=frame(data=data))
    expected = MsgPackPacket(encoded_packet=frame(data=data)).data
    assert repr(opened(made.data)[0]) == repr(expected)


def test_what_nobody_can_read_is_there_for_nobody() -> None:
    """python-socketio takes no numbers for names of properties."""
    assert opened(guarded()(encoded_packet=frame(data=["say", {1: 2}])).data)[0] is UNREADABLE
    with pytest.raises(Junk):
        guarded()(encoded_packet=frame(type=1, data={1: 2}))


@pytest.mark.parametrize("kind", [packet.CONNECT, packet.EVENT, packet.ACK])
def test_javascripts_undefined_is_as_in_json_where_it_is_enforced(kind: int) -> None:
    """Else handlers get what they got without the guard."""
    data = ["say", UNDEFINED, b"a"] if kind != packet.CONNECT else {"a": UNDEFINED}
    plain = ["say", None, b"a"] if kind != packet.CONNECT else {}
    assert guarded()(encoded_packet=frame(type=kind, data=data)).data == plain
    for mode in OTHERS:
        made = guarded(mode=mode)(encoded_packet=frame(type=kind, data=data)).data
        assert type(made) is Revived
        assert (made.strict, made.made) == (plain, data)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_frame_that_is_no_packet_is_junk_in_any_mode(mode: Mode) -> None:
    """Frames of JSON have no room for such fields either."""
    for broken in (frame(type=5), frame(nsp="*"), frame(id=[1]), "2[]", b"\x80"):
        with pytest.raises(Junk):
            guarded(mode=mode)(encoded_packet=broken)
    for broken in (frame(type=5, nsp="/chat"), frame(id=-1, nsp="/chat")):
        with pytest.raises(Junk) as caught:
            guarded(mode=mode)(encoded_packet=broken)
        assert tuple(caught.value.header) == (False, "/chat", None)


# -- an application's own classes ------------------------------------------------------------------


class Zipped(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """Packets that are compressed."""

    def encode(self) -> Any:
        return zlib.compress(super().encode())

    def decode(self, encoded_packet: Any) -> None:
        super().decode(zlib.decompress(encoded_packet))


class Stamped(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """Packets with one more field."""

    def _to_dict(self) -> Any:
        return {**super()._to_dict(), "stamp": 1}


class Loose(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """Reads in its own way, past what is beneath it."""

    def decode(self, encoded_packet: Any) -> None:
        read = msgpack.loads(encoded_packet, ext_hook=msgpack.ExtType, strict_map_key=False)
        self.packet_type, self.data = read["type"], read.get("data")
        self.namespace, self.id = read["nsp"], read.get("id")


class Renaming(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """Changes what was read."""

    def decode(self, encoded_packet: Any) -> None:
        super().decode(encoded_packet)
        self.data = [self.data[0].lower(), *self.data[1:]]


def test_an_own_class_stands_between() -> None:
    """It reads and writes; what it hands on is held to the rules."""
    made = guarded(Zipped)
    assert made(encoded_packet=zlib.compress(frame(id=7))).id == 7
    assert zlib.decompress(made(packet.EVENT, ["say", 1], "/").encode()) == frame()
    for broken in (frame(type=5), frame(nsp="*")):
        with pytest.raises(Junk):
            made(encoded_packet=zlib.compress(broken))
    with pytest.raises(Junk, match=r"the frame is not a Socket\.IO packet"):
        made(encoded_packet=b"not zipped")
    twice = b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data\x92\xa3say\x82\xa1x\x01\xa1x\x02"
    assert type(made(encoded_packet=zlib.compress(twice)).data) is Malformed


@pytest.mark.parametrize(
    ("base", "itself"), [(MsgPackPacket, False), (Zipped, True), (Stamped, True)]
)
def test_what_a_class_has_a_say_in_is_handed_to_it(base: Any, itself: bool) -> None:
    """As values, and not as bytes that were written before."""
    made = packets(base)
    assert made.sends_text is not itself
    ack = made.ack("/", 7, (2,), made.encode((1,)))
    assert (ack.data == [1]) is itself
    assert ack.encode() == base(packet.ACK, [1], "/", 7).encode()


@pytest.mark.parametrize("base", [Loose, Renaming])
def test_what_a_class_reads_in_its_own_way_is_held_to_the_rules_all_the_same(base: Any) -> None:
    """But for names that come twice, which nobody sees afterwards."""
    made = guarded(base)
    assert made(encoded_packet=frame(data=["SAY", 1]) if base is Renaming else frame()).data == [
        "say",
        1,
    ]
    assert type(made(encoded_packet=frame(data=["say", b""])).data) is BinaryArguments
    for broken in (frame(type=5), frame(type=True), frame(nsp="*"), frame(id=-1), frame(id=[])):
        with pytest.raises(Junk):
            made(encoded_packet=broken)
    if base is Loose:
        for data in (*BROKEN[:3], ["say", {1: 2}], ["say", msgpack.Timestamp(1)]):
            assert type(made(encoded_packet=frame(data=data)).data) is Malformed


class Objects(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """Makes what no contract speaks of."""

    def decode(self, encoded_packet: Any) -> None:
        super().decode(encoded_packet)
        self.data = ["say", object()]


def test_what_a_class_makes_that_no_contract_speaks_of_is_malformed() -> None:
    data = guarded(Objects)(encoded_packet=frame()).data
    assert data.reason == "the data is neither JSON nor bytes"


def test_a_configured_class_writes_what_its_default_makes() -> None:
    """That is validated, and an extension type is still none of JSON's."""
    made = packets(MsgPackPacket.configure(dumps_default=lambda value: value.isoformat()))
    day = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert made.encode([day]).values == ["2020-01-01T00:00:00+00:00"]
    with pytest.raises(Unsendable):
        made.encode([object()])
    with pytest.raises(Unsendable):
        packets(MsgPackPacket.configure(lambda _: msgpack.ExtType(5, b""))).encode([object()])


def test_a_configured_class_reads_extension_types_where_nothing_is_enforced() -> None:
    """By its own hook, as without the guard."""
    base = MsgPackPacket.configure(ext_hook=lambda code, data: (code, data))
    written = frame(data=["say", msgpack.ExtType(5, b"a"), UNDEFINED])
    assert guarded(base)(encoded_packet=written).data.reason.startswith("an extension type")
    assert opened(guarded(base)(encoded_packet=written).data)[0] == ["say", (5, b"a"), (0, b"\0")]


def test_a_class_of_another_serializer_cannot_be_guarded() -> None:
    """Nobody knows what it writes."""

    class Other(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
        uses_binary_events = False

    class Neither(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
        uses_binary_events = True

    assert not can_be_guarded(Other)
    assert not can_be_guarded(Neither)
    for base in (packet.Packet, MsgPackPacket, Zipped, MsgPackPacket.configure()):
        assert can_be_guarded(base)
    assert guarded(Stamped).__name__ == "GuardedPacket"
    assert issubclass(guarded(Stamped), Stamped)
    assert socketio.Server(serializer="msgpack").packet_class is MsgPackPacket
