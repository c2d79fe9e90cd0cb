"""The text of packets: written as asked for, and read strictly."""

from __future__ import annotations

import pytest

from asyncapi_guard.contract_tests import frames

PACKETS = [
    (("CONNECT", "/", None, None), "0"),
    (("CONNECT", "/chat", None, {"token": "t"}), '0/chat,{"token":"t"}'),
    (("DISCONNECT", "/chat", None, None), "1/chat,"),
    (("EVENT", "/", 7, ["say", "hé"]), '27["say","hé"]'),
    (("ACK", "/chat", 7, [{"id": 1}]), '3/chat,7[{"id":1}]'),
    (("CONNECT_ERROR", "/", None, {"message": "no"}), '4{"message":"no"}'),
]


@pytest.mark.parametrize(("packet", "text"), PACKETS)
def test_a_packet_is_written_and_read(packet, text):
    """Both ways."""
    assert frames.write(*packet) == (text, ())
    type, namespace, id, data = packet
    assert frames.read(text) == frames.Frame(type, namespace, id, data)


def test_bytes_are_sent_after_the_packet():
    """With placeholders, which are filled again."""
    text, attachments = frames.write("EVENT", "/", 1, ["put", {"data": b"a"}, [b"b"]])
    assert attachments == (b"a", b"b")
    frame = frames.read(text)
    assert (frame.type, frame.attachments) == ("BINARY_EVENT", 2)
    assert frames.attach(frame.data, attachments) == ["put", {"data": b"a"}, [b"b"]]
    with pytest.raises(ValueError, match="placeholder"):
        frames.attach(frame.data, attachments[:1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "x",
        '2{"a":1}',
        "2[]",
        "2[1]",
        '3["no id"]',
        '2["a",NaN]',
        '2["a",{"x":1,"x":2}]',
        "2[",
    ],
)
def test_what_is_no_packet_says_so(text):
    """And is never read as one."""
    frame = frames.read(text)
    assert frame.type == "INVALID"
    assert frame.problem
