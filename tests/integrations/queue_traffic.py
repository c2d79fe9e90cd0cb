"""Messages of a queue, good ones and bad ones, for the contract of `conftest.py`."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

HOST = "elsewhere"
#: What no client may ever get, wherever it stands.
MARK = "BAD"


def emit(event: Any = "plain", /, *args: Any, **changes: Any) -> dict[str, Any]:
    """An event as python-socketio publishes it."""
    message = {
        "method": "emit",
        "event": event,
        "data": list(args) or [None],
        "binary": False,
        "namespace": "/",
        "room": None,
        "skip_sid": None,
        "callback": None,
        "host_id": HOST,
    }
    return without(message, changes)


def control(method: str, /, **changes: Any) -> dict[str, Any]:
    """What python-socketio publishes about a client or a room."""
    message = {"method": method, "namespace": "/", "host_id": HOST}
    message |= {} if method == "close_room" else {"sid": MARK}
    message |= {} if method == "disconnect" else {"room": MARK}
    return without(message, changes)


def callback(host: str, /, **changes: Any) -> dict[str, Any]:
    """An ack as python-socketio returns it to a host."""
    message = {
        "method": "callback",
        "host_id": host,
        "sid": MARK,
        "namespace": "/",
        "id": 1,
        "args": [],
    }
    return without(message, changes)


def without(message: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A message with some fields changed; those that become `...` are left out."""
    return {k: v for k, v in {**message, **changes}.items() if v is not ...}


def attached(*data: Any, **changes: Any) -> dict[str, Any]:
    """A binary event."""
    return emit("file", binary=True, data=list(data), **changes)


BYTES = base64.b64encode(b"\x00\xff").decode()
PLACE = {"data": {"_placeholder": True, "num": 0}}

#: Events that act, and what a client gets.
GOOD_EVENTS = {
    "one argument": (emit("moved", {"x": 1}), ["moved", {"x": 1}]),
    "several": (emit("spread", 1, "a"), ["spread", 1, "a"]),
    "none": (emit("ended"), ["ended"]),
    "none, as an empty list": (emit("ended", data=[]), ["ended"]),
    "bytes": (attached([PLACE], BYTES), ["file", {"data": b"\x00\xff"}]),
    "no host": (emit("plain", "a", host_id=...), ["plain", "a"]),
    "only what is needed": (
        emit("plain", "a", host_id=..., binary=..., room=..., skip_sid=..., callback=...),
        ["plain", "a"],
    ),
    "a list of rooms": (emit("plain", "a", room=["nobody", 5]), []),
    "a room with a number": (emit("plain", "a", room=5), []),
    "skipped clients": (emit("plain", "a", skip_sid=["one", "other"]), ["plain", "a"]),
    "another field": (emit("plain", "a", more={"x": []}), ["plain", "a"]),
    "an ack": (emit("question", "a", callback=["room", "/", 1]), ["question", "a"]),
}

#: Events that do not.
BAD_EVENTS: dict[str, Any] = {
    "wrong type": emit("moved", {"x": MARK}),
    "missing property": emit("moved", {}),
    "further property": emit("moved", {"x": 1, "y": MARK}),
    "one argument for two": emit("spread", 1),
    "an argument for none": emit("ended", MARK),
    "none for one": emit("plain"),
    "undeclared": emit(MARK, 1),
    "a client's event": emit("move", {"x": 1}),
    "connect": emit("connect", MARK),
    "disconnect": emit("disconnect", MARK),
    "every event": emit("*", MARK),
    "undeclared namespace": emit("plain", MARK, namespace="/nope"),
    "every namespace": emit("plain", MARK, namespace="*"),
    "no slash": emit("plain", MARK, namespace="chat"),
    "empty namespace": emit("plain", MARK, namespace=""),
    "no namespace": emit("plain", MARK, namespace=...),
    "null for a namespace": emit("plain", MARK, namespace=None),
    "a list for a namespace": emit("plain", MARK, namespace=["/"]),
    "no event": emit("plain", MARK, event=...),
    "a list for an event": emit(["plain"], MARK),
    "a number for an event": emit(5, MARK),
    "null for an event": emit(None, MARK),
    "no data": emit("plain", data=...),
    "an object for data": emit("moved", data={"x": 1}),
    "a text for data": emit("plain", data=MARK),
    "null for data": emit("ended", data=None),
    "an object for a room": emit("plain", MARK, room={"a": 1}),
    "no room in a list": emit("plain", MARK, room=[]),
    "rooms in rooms": emit("plain", MARK, room=[["a"]]),
    "an object to skip": emit("plain", MARK, skip_sid={"a": 1}),
    "a number to skip": emit("plain", MARK, skip_sid=[5]),
    "a text for a flag": emit("plain", MARK, binary="yes"),
    "a number for a flag": emit("plain", MARK, binary=1),
    "a number for a host": emit("plain", MARK, host_id=5),
    "an empty host": emit("plain", MARK, host_id=""),
    "an ack for no host": emit("question", MARK, host_id=..., callback=["r", "/", 1]),
    "ack id 0": emit("question", MARK, callback=["r", "/", 0]),
    "a negative ack id": emit("question", MARK, callback=["r", "/", -1]),
    "true for an ack id": emit("question", MARK, callback=["r", "/", True]),
    "a fraction for an ack id": emit("question", MARK, callback=["r", "/", 1.0]),
    "a text for an ack id": emit("question", MARK, callback=["r", "/", "1"]),
    "a huge ack id": emit("question", MARK, callback=["r", "/", 2**53 + 1]),
    "a list for an ack's room": emit("question", MARK, callback=[["r"], "/", 1]),
    "an ack in every namespace": emit("question", MARK, callback=["r", "*", 1]),
    "too little for an ack": emit("question", MARK, callback=["r", "/"]),
    "true for an ack": emit("question", MARK, callback=True),
    "bytes for a text": emit("plain", binary=True, data=[[PLACE["data"]], BYTES]),
    "bytes without the flag": emit("file", PLACE),
    "the flag without bytes": attached([{"data": MARK}]),
    "nothing but the flag": attached(),
    "no Base64": attached([PLACE], "%%%"),
    "Base64 with a line break": attached([PLACE], "AP8=\n"),
    "Base64 in other letters": attached([PLACE], "ÄÖ"),
    "a number for an attachment": attached([PLACE], 5),
    "no such attachment": attached([{"data": {"_placeholder": True, "num": 1}}], BYTES),
    "the last attachment": attached([{"data": {"_placeholder": True, "num": -1}}], BYTES),
    "attachment true": attached([{"data": {"_placeholder": True, "num": True}}], BYTES, BYTES),
    "one attachment too many": attached([PLACE], BYTES, BYTES),
    "an attachment twice": attached([PLACE, PLACE], BYTES),
    "an object for binary data": attached(PLACE, BYTES),
}

BAD_CONTROLS: dict[str, Any] = {
    f"{method}: {row}": control(method, **changes)
    for method in ("disconnect", "enter_room", "leave_room", "close_room")
    for row, changes in {
        "no namespace": {"namespace": ...},
        "null for a namespace": {"namespace": None},
        "every namespace": {"namespace": "*"},
        "a list for a namespace": {"namespace": ["/"]},
        "no client": {"sid": ...},
        "null for a client": {"sid": None},
        "an empty client": {"sid": ""},
        "a list of clients": {"sid": [MARK]},
        "no room": {"room": ...},
        "null for a room": {"room": None},
        "a list of rooms": {"room": [MARK]},
        "an object for a room": {"room": {}},
    }.items()
    if not ("client" in row and method == "close_room")
    and not ("room" in row and method == "disconnect")
}

BAD_METHODS: dict[str, Any] = {
    "no method": {"namespace": "/"},
    "null": {"method": None},
    "unknown": {"method": "initialize", "namespace": "/"},
    "another case": emit("plain", MARK, method="EMIT"),
    "a list": emit("plain", MARK, method=["emit"]),
    "an object": emit("plain", MARK, method={"emit": 1}),
    "empty": {},
}


def bad_callbacks(host: str, sid: str, id: int) -> dict[str, Any]:
    """Acks for an event that a host has asked for one of, none of which is one."""
    changes: dict[str, dict[str, Any]] = {
        "ack id 0": {"id": 0},
        "a negative ack id": {"id": -id},
        "true for an ack id": {"id": True},
        "a fraction for an ack id": {"id": float(id)},
        "a text for an ack id": {"id": str(id)},
        "a list for an ack id": {"id": [id]},
        "no ack id": {"id": ...},
        "a list for a client": {"sid": [sid]},
        "an object for a client": {"sid": {}},
        "null for a client": {"sid": None},
        "no client": {"sid": ...},
        "no arguments": {"args": ...},
        "a text for arguments": {"args": "a"},
        "an object for arguments": {"args": {"answer": "a"}},
        "null for arguments": {"args": None},
        "no namespace": {"namespace": ...},
        "every namespace": {"namespace": "*"},
    }
    return {
        row: callback(host, **{"sid": sid, "id": id, "args": [{"answer": "a"}], **each})
        for row, each in changes.items()
    }


_TEXT = json.dumps(emit("plain", MARK))
#: Texts and bytes that are no messages. python-socketio would deliver some of them.
BAD_TEXTS: dict[str, str | bytes] = {
    "no JSON": "{",
    "empty": "",
    "a number": "5",
    "zero": "0",
    "a text": '"method"',
    "another text": '"a"',
    "null": "null",
    "true": "true",
    "a list": '["method"]',
    "another list": "[1]",
    "an empty list": "[]",
    "NaN alone": "NaN",
    "two names": _TEXT[:-1] + ', "event": "plain"}',
    "two methods": '{"method": "disconnect", ' + _TEXT[1:],
    "NaN": json.dumps(emit("bag_sent", {MARK: float("nan")})),
    "infinity": json.dumps(emit("bag_sent", {MARK: float("-inf")})),
    "1e400": json.dumps(emit("bag_sent", {MARK: 0})).replace(": 0}]", ": 1e400}]"),
    "many digits": json.dumps(emit("bag_sent", {MARK: 0})).replace(": 0}]", f": {'9' * 5000}}}]"),
    "half a surrogate pair": json.dumps(emit("plain", MARK + "\ud800")),
    "deep lists": '{"method": "emit", "data": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "a comment": _TEXT + " // a",
    "two messages": _TEXT + _TEXT,
    "UTF-16": _TEXT.encode("utf-16"),
    "a mark of UTF-8": b"\xef\xbb\xbf" + _TEXT.encode(),
    "no text": b"\xff\xfe\x00",
    "MessagePack": b"\x81\xa6method\xa4emit",
    "a pickle": b"\x80\x04N.",
}


def written(message: Any) -> Any:
    """A message as it is published."""
    return json.dumps(message) if isinstance(message, dict) else message


BAD = {
    **{f"event: {row}": each for row, each in BAD_EVENTS.items()},
    **BAD_CONTROLS,
    **{f"method: {row}": each for row, each in BAD_METHODS.items()},
    **{f"text: {row}": each for row, each in BAD_TEXTS.items()},
}

_VALUES = [None, True, 0, -1, 1.5, "", "a", "*", "/", [], [1], ["a", "/", 0], {}, {"a": 1}, 2**70]


def another_bad(draw: random.Random) -> Any:
    """A bad message of some method and shape."""
    if draw.random() < 0.3:
        return draw.choice(list(BAD.values()))
    method = draw.choice(["emit", "disconnect", "enter_room", "leave_room", "close_room"])
    message = emit("moved", {"x": MARK}) if method == "emit" else control(method)
    if method != "emit":
        message["namespace"] = draw.choice(["*", None, "nope", 5])
    for name in draw.sample(sorted(message), draw.randint(0, 3)):
        if name != "host_id" and not (method != "emit" and name == "namespace"):
            message[name] = draw.choice(_VALUES)
    if message["method"] == "emit" and message.get("event") == "moved":
        message["data"] = draw.choice([[{"x": MARK}], [MARK], [1, 2], {}, None, [{}], [[]]])
    return message
