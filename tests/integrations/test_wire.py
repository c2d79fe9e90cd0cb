"""Packets of a guarded server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio import packet

from asyncapi_guard.integrations.wire import guarded_packet_class, has_bytes

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


def guarded(base: Any = packet.Packet) -> Any:
    return guarded_packet_class(base, 1_000_000, lambda *_: None)


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
    """Whether or not it was encoded early."""
    kind, data = what
    ours = guarded()(kind, data, namespace, id)
    theirs = packet.Packet(kind, data, namespace, id)
    assert ours.packet_type == theirs.packet_type
    assert ours.encode() == theirs.encode()


def test_a_packet_class_of_the_applications_own_encodes_itself() -> None:
    class Loud(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
        def encode(self) -> Any:
            return super().encode().upper()

    assert guarded(Loud)(packet.EVENT, data=["said", "hello"]).encode() == '2["SAID","HELLO"]'


def test_data_that_was_replaced_is_what_is_sent() -> None:
    made = guarded()(packet.EVENT, data=["said", 1])
    made.data = ["said", 2]
    assert made.encode() == '2["said",2]'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_is_no_json_is_not_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        guarded()(packet.EVENT, data=["said", value]).encode()
