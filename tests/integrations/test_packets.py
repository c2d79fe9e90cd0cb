"""Packets of a guarded server."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio import packet

from asyncapi_guard import Mode
from asyncapi_guard.integrations.wire.codec import Codec
from asyncapi_guard.integrations.wire.packets import (
    Header,
    Junk,
    PacketCodec,
    guarded_packet_class,
    has_bytes,
)
from asyncapi_guard.integrations.wire.strict_json import Malformed

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    # Encoders spell exponents in two ways.
    | st.floats(allow_nan=False, allow_infinity=False).filter(
        lambda number: "e" not in repr(number)
    )
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def guarded(base: Any = packet.Packet, mode: Mode = Mode.ENFORCE) -> Any:
    return guarded_packet_class(base, 1_000_000, lambda *_, **__: mode)


WITH_BYTES = (packet.EVENT, packet.ACK)
KINDS = (*WITH_BYTES, packet.CONNECT, packet.CONNECT_ERROR, packet.DISCONNECT)
NO_BYTES = VALUES.filter(lambda value: not has_bytes(value))


@given(
    st.tuples(st.sampled_from(WITH_BYTES), st.lists(VALUES, min_size=1, max_size=3))
    | st.tuples(st.sampled_from(KINDS), NO_BYTES),
    st.sampled_from([None, "/", "/chat", "/a,b"]),
    st.none() | st.integers(0, 10),
)
def test_what_is_sent_is_what_python_socketio_sends(
    what: tuple[int, Any], namespace: str | None, id: int | None
) -> None:
    """Whether or not it was encoded before it was validated."""
    kind, data = what
    theirs = packet.Packet(kind, data, namespace, id)
    made = [guarded()(kind, data, namespace, id)]
    if kind in WITH_BYTES and isinstance(data, list):
        made.append(guarded()(kind, [Codec(json).encode(data)], namespace, id))
        made.append(guarded()(kind, ["e", Codec(json).encode(data)], namespace, id))
        assert made[2].encode() == packet.Packet(kind, ["e", *data], namespace, id).encode()
    for ours in made[:2]:
        assert ours.packet_type == theirs.packet_type
        assert ours.encode() == theirs.encode()


@given(
    st.from_regex(r"2(/[a-z?,-]{0,3},?)?[0-9]{0,3}-?[0-9\u0662]{0,2}", fullmatch=True),
    st.sampled_from(['["e",1]', '["e"]', "[]", "[", "{}", "", '"e"', '["a-b,c"]', "-1"]),
)
def test_what_comes_is_what_python_socketio_reads(head: str, data: str) -> None:
    """Events are read in one step, and everything else as python-socketio reads it."""
    try:
        theirs = packet.Packet(encoded_packet=head + data)
    except ValueError:
        with contextlib.suppress(Junk):
            assert isinstance(guarded()(encoded_packet=head + data).data, Malformed)
        return
    try:
        ours = guarded(mode=Mode.OFF)(encoded_packet=head + data)
    except Junk:
        assert theirs.packet_type == packet.BINARY_EVENT or theirs.attachment_count
        return
    for name in ("packet_type", "namespace", "id", "data", "attachment_count", "attachments"):
        assert getattr(ours, name) == getattr(theirs, name)


def test_a_packet_class_of_the_applications_own_encodes_itself() -> None:
    class Loud(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
        def encode(self) -> Any:
            return super().encode().upper()

    assert guarded(Loud)(packet.EVENT, data=["said", "hello"]).encode() == '2["SAID","HELLO"]'


def test_data_that_was_replaced_is_what_is_sent() -> None:
    made = guarded()(packet.EVENT, data=["said", 1])
    made.data = ["said", 2]
    assert made.encode() == '2["said",2]'


@pytest.mark.parametrize("kind", [packet.CONNECT_ERROR, packet.DISCONNECT, packet.CONNECT])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": float("nan")}])
def test_what_a_client_cannot_read_of_its_connection_is_not_sent(kind: int, value: Any) -> None:
    """Where connects are enforced; else as without the guard."""
    with pytest.raises(ValueError):
        guarded()(kind, data=value).encode()
    made = guarded(mode=Mode.REPORT)(kind, data=value)
    assert made.encode() == packet.Packet(kind, data=value).encode()


FRAMES = {
    "a": (False, "/", None),
    "": (False, "/", None),
    "9": (False, "/", None),
    "27[": (True, "/", 7),
    "27": (True, "/", 7),
    "2/a,7[": (True, "/a", 7),
    "2/a": (True, "/a", None),
    "2/a?q=1,7[": (True, "/a", 7),
    "59-7[": (True, "/", 7),
    "5999999999999-/a,7[": (True, "/a", 7),
    "2" + "9" * 101 + "[": (True, "/", None),
    "37[": (False, "/", 7),
    "2٣[": (True, "/", None),
}


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[:20])
def test_as_much_is_read_of_a_broken_frame_as_there_is(frame: str) -> None:
    assert tuple(Header.of(frame)) == FRAMES[frame]
    assert tuple(Header.of(b"2")) == (False, "/", None)


@given(st.text() | st.binary() | st.from_regex(r"[0-9](\d{1,12}-)?(/[^,]{0,4},?)?\d{0,120}.{0,9}"))
def test_no_frame_is_an_exception_of_another_kind(frame: Any) -> None:
    """It is a packet, or it is junk."""
    for mode in Mode:
        with contextlib.suppress(Junk):
            guarded(mode=mode)(encoded_packet=frame)


def test_the_class_says_what_it_is() -> None:
    """In a traceback, say."""
    assert guarded().__name__ == "GuardedPacket"
    assert issubclass(guarded(), packet.Packet)


class Bytes(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """An application's own, whose frames are bytes."""

    def decode(self, encoded_packet: Any) -> Any:
        return super().decode(encoded_packet.decode())


def test_an_own_packet_class_says_what_frames_are() -> None:
    """Others' are texts, so bytes are an attachment without its packet."""
    assert guarded(Bytes)(encoded_packet=b'2["say",1]').data == ["say", 1]
    with pytest.raises(Junk, match="an attachment came without its packet"):
        guarded()(encoded_packet=b'2["say",1]')


@pytest.mark.parametrize("mode", list(Mode))
def test_only_of_a_disconnect_broken_data_is_junk(mode: Mode) -> None:
    """The data of another packet says what is wrong with it."""
    with pytest.raises(Junk, match="the frame is not a"):
        guarded(mode=mode)(encoded_packet="1[nope")
    assert guarded(mode=mode)(encoded_packet="1").data is None
    for frame in ("0[nope", "2[nope", "3[nope"):
        assert isinstance(guarded(mode=mode)(encoded_packet=frame).data, Malformed)


HOLE = '{"_placeholder":true,"num":0}'


@pytest.mark.parametrize(
    "frame", ['51-["say"]', f'50-["say",{HOLE}]', f'52-["say",{HOLE}]', "51-[nope"]
)
def test_where_attachments_are_wrong_none_is_waited_for(frame: str) -> None:
    """The event is there at once, and no binary one any more; so is an ack."""
    for kind, plain in (("5", packet.EVENT), ("6", packet.ACK)):
        made = guarded()(encoded_packet=kind + frame[1:])
        assert isinstance(made.data, Malformed)
        assert (made.packet_type, made.attachment_count) == (plain, 0)


def test_what_is_only_reported_is_waited_for() -> None:
    """As without the guard, which waits for no attachment for ever."""
    made = guarded(mode=Mode.REPORT)(encoded_packet='51-["say"]')
    assert (made.data, made.attachment_count) == (["say"], 1)
    assert made.add_attachment(b"a")
    assert (made.data, made.data.fault is None) == (["say"], False)
    with pytest.raises(Junk, match="the attachments don't match the packet's placeholders"):
        guarded(mode=Mode.REPORT)(encoded_packet=f'50-["say",{HOLE}]')


class Decimals:
    """A JSON module that makes decimals."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str, **options: Any) -> Any:
        return json.loads(text, parse_float=Decimal, **options)


class Exact(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    json = Decimals


def test_attachments_go_where_an_own_json_module_has_their_places() -> None:
    """Into what it made."""
    made = guarded(Exact)(encoded_packet=f'51-["say",0.1,{HOLE}]')
    assert made.attachment_count == 1
    assert made.add_attachment(b"a")
    assert made.data == ["say", Decimal("0.1"), b"a"]


@pytest.mark.parametrize("frame", ["52-", "62-/chat,7"])
@pytest.mark.parametrize("mode", [Mode.ENFORCE, Mode.REPORT])
def test_a_packet_is_given_up_where_a_text_comes_in_place_of_an_attachment(
    frame: str, mode: Mode
) -> None:
    """What was read of it is there for those who only report."""
    other = HOLE.replace('"num":0', '"num":1')
    made = guarded(mode=mode)(encoded_packet=f'{frame}["say",{HOLE},{other}]')
    assert made.attachment_count == 2
    if mode is Mode.ENFORCE:
        assert made.add_attachment("text")
        assert made.data.reason == "a text arrived instead of an attachment"
        assert made.data.as_unguarded()[0] == "say"
        assert made.attachments == []
    else:
        assert not made.add_attachment("text")
        assert made.add_attachment(b"b")
        assert made.data == ["say", "text", b"b"]
        assert made.data.fault == "a text arrived instead of an attachment"


class Encoding(packet.Packet):  # type: ignore[misc]  # as above
    """Writes itself."""

    def encode(self) -> Any:
        return super().encode()


class Making(packet.Packet):  # type: ignore[misc]  # as above
    """Looks at what it is made of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Named(packet.Packet):  # type: ignore[misc]  # as above
    """Has no say in it."""


@pytest.mark.parametrize(
    ("base", "sends"), [(packet.Packet, True), (Named, True), (Encoding, False), (Making, False)]
)
def test_encoded_data_is_sent_where_no_class_has_a_say_in_it(base: Any, sends: bool) -> None:
    """Otherwise it gets the values; an event is the same in both ways."""
    made = PacketCodec(base, 1_000_000, lambda *_, **__: Mode.ENFORCE)
    assert made.sends_text is sends
    encoded = made.encode(({"a": b"1"}, 2))
    assert made.ack("/", 7, (), encoded).encode()[0].startswith('61-7[{"a":{"_placeholder"')
    assert made.encoded_event("/chat", "say", (made.encode((1,)),) if sends else (1,)) == (
        '2/chat,["say",1]'
    )


def test_what_is_too_deep_to_look_into_may_have_bytes() -> None:
    """Nobody validates it as if it had none."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert has_bytes(deep) is True
    assert has_bytes([1, {"a": [b""]}]) is True
    assert has_bytes([1, {"a": [""]}]) is False
