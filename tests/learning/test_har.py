"""Packets that a browser has recorded."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from asyncapi_guard.learning.har import add_har, is_har
from asyncapi_guard.learning.traffic_shapes import TrafficShapes


def websocket(*messages: tuple[str, str | bytes], sid: str = "") -> dict[str, Any]:
    """A WebSocket as Chromium writes it."""
    return {
        "request": {"url": f"ws://x/socket.io/?EIO=4&transport=websocket{sid}"},
        "response": {"status": 101},
        "_webSocketMessages": [
            {"type": way, "opcode": 1, "data": data}
            if isinstance(data, str)
            else {"type": way, "opcode": 2, "data": base64.b64encode(data).decode()}
            for way, data in messages
        ],
    }


def polling(sent: str | None, came: str | None) -> dict[str, Any]:
    request: dict[str, Any] = {"url": "http://x/socket.io/?EIO=4&transport=polling&sid=abc"}
    if sent is not None:
        request["postData"] = {"text": sent}
    return {"request": request, "response": {"content": {"text": came}}}


def learnt(*entries: dict[str, Any], unreadable: int = 0) -> dict[str, Any]:
    """Of each event: arguments and acks, as how many of which types."""
    traffic = TrafficShapes()
    har = {"log": {"entries": list(entries)}}
    assert is_har(har)
    assert add_har(har, traffic) == unreadable
    found: dict[str, Any] = {
        f"{place.namespace} {place.action} {place.event}": (event.arguments, event.acks)
        for place, event in traffic.events.items()
    }
    return {**found, **traffic.connects}


def test_frames_of_a_websocket() -> None:
    """Connects, events of both sides, their acks, and bytes."""
    found = learnt(
        {"request": {"url": "http://x/app.js"}, "response": {}},
        websocket(
            ("receive", '0{"sid":"a"}'),
            ("send", '40/chat,{"token":"t"}'),
            ("receive", '40/chat,{"sid":"b"}'),
            ("send", '42/chat,7["say",{"text":"hi"}]'),
            ("receive", '43/chat,7[{"ok":true}]'),
            ("receive", '42/chat,["said","hi",1]'),
            ("receive", '42/chat,7["ask"]'),
            ("send", '43/chat,7["yes"]'),
            ("send", '451-/chat,["blob",{"_placeholder":true,"num":0}]'),
            ("send", b"1234"),
            ("send", "2"),
            ("receive", "3"),
        ),
    )
    assert list(found) == [
        "/chat receive say",
        "/chat send said",
        "/chat send ask",
        "/chat receive blob",
        "/chat",
    ]
    assert found["/chat receive say"][1].shapes[0].objects.fields["ok"].booleans == 1
    assert found["/chat send said"][0].counts == {2: 1}
    assert found["/chat send ask"][1].shapes[0].texts.lengths.count == 1
    assert found["/chat receive blob"][0].shapes[0].binary.high == 4
    assert found["/chat"].objects.fields["token"].count == 1


def test_bodies_of_long_polling() -> None:
    """Several packets in one body, an ack in another, bytes as base64."""
    found = learnt(
        polling('40\x1e421["say","hi"]', None),
        polling(None, '431["ok"]\x1e451-["blob",{"_placeholder":true,"num":0}]\x1ebAAEC'),
    )
    assert found["/ receive say"][1].count == 1
    assert found["/ send blob"][0].shapes[0].binary.high == 3


@pytest.mark.parametrize(
    "frame",
    [
        "42",
        "42{",
        '42{"a":1}',
        "42[1]",
        '439["x"]',
        '451-["a",{"_placeholder":true,"num":5}]',
        "47x",
    ],
)
def test_what_cannot_be_read_is_counted(frame: str) -> None:
    """And the rest is learnt."""
    entry = websocket(("send", frame), ("send", b"1"), ("send", '42["fine"]'))
    bad = 1 if frame.startswith("451") else 2  # bytes that belong to nothing as well
    assert list(learnt(entry, unreadable=bad)) == ["/ receive fine"]


@pytest.mark.parametrize("data", [None, 1, [], {}, {"log": 1}, {"log": {}}])
def test_other_data_is_no_har(data: Any) -> None:
    """Whatever it is."""
    assert not is_har(data)
