"""Whatever comes by a message queue is validated before it acts, for every kind of manager."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from queue_floods import text_of
from queue_managers import KINDS, ON_ASYNCIO, Place
from queue_traffic import (
    BAD,
    GOOD_EVENTS,
    MARK,
    another_bad,
    bad_callbacks,
    callback,
    control,
    emit,
)

pytestmark = pytest.mark.crossed
late = pytest.mark.parametrize("late", [False, True], ids=["before", "late"])
kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def place(net: Any, kind: str, skip_or_fail: Any) -> Any:
    """Makes guarded servers that hear a queue."""
    if kind == "kombu":
        try:
            import kombu  # noqa: F401  # to see whether it is there
        except ImportError:
            skip_or_fail("kombu is not installed")
    return lambda **options: Place(net, kind, **options)


METHODS = ["emit", "callback", "disconnect", "enter_room", "leave_room", "close_room"]


def is_message(raw: Any) -> bool:
    """Whether python-socketio would look further at what it read."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("method") in METHODS


@late
@kinds
def test_no_bad_message_acts_and_the_good_ones_between_them_do(
    kind: str, late: bool, place: Any
) -> None:
    """Each bad one is a violation, and all that are good arrive in their order."""
    at = place(late=late)
    at.run(at.server.enter_room, at.sid, "a room")
    published = [each for row in BAD if (each := text_of(kind, BAD[row])) is not None]
    for number, raw in enumerate(published):
        at.put(raw)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(len(published))]
    # A listener that ran before reads what is no message as python-socketio does: not at all.
    told = [raw for raw in published if not late or is_message(raw)]
    assert len(at.violations) == len(told)
    assert all(v.rejected and v.checkpoint.startswith("queue_") for v in at.violations)
    assert at.run(at.server.rooms, at.sid) == [at.sid, "a room"]


@late
@kinds
def test_good_messages_act(kind: str, late: bool, place: Any) -> None:
    """Events, rooms, and the end of a connection."""
    at = place(late=late)
    for message, _ in GOOD_EVENTS.values():
        at.put(message)
    assert at.settle() == [
        '2["moved",{"x":1}]',
        '2["spread",1,"a"]',
        '51-["file",{"data":{"_placeholder":true,"num":0}}]',
        b"\x00\xff",
        *['2["plain","a"]'] * 4,
        '21["question","a"]',
    ]
    assert at.violations == []
    at.put(control("enter_room", sid=at.sid, room="vip"))
    at.put(emit("plain", "for vips", room="vip"))
    at.put(control("leave_room", sid=at.sid, room="vip"))
    at.put(emit("plain", "for others", room="vip"))
    assert at.settle() == ['2["plain","for vips"]']
    at.put(control("enter_room", sid=at.sid, room="vip"))
    at.put(control("close_room", room="vip"))
    assert at.settle() == []
    assert at.run(at.server.rooms, at.sid) == [at.sid]
    at.put(control("disconnect", sid=at.sid))
    assert at.client.receive() == "1"


@late
@kinds
@pytest.mark.parametrize("control_of", ["own-hosts", "off"])
def test_control_is_up_to_the_policy(kind: str, late: bool, control_of: str, place: Any) -> None:
    """Nobody is thrown out, and nobody comes into a room."""
    at = place(late=late, queue_control=control_of)
    at.run(at.server.enter_room, at.sid, "kept")
    for method in ("enter_room", "leave_room", "close_room", "disconnect"):
        room = ... if method == "disconnect" else "vip" if method == "enter_room" else "kept"
        sid = ... if method == "close_room" else at.sid
        at.put(control(method, sid=sid, room=room))
    assert at.settle() == []
    assert sorted(at.run(at.server.rooms, at.sid)) == sorted([at.sid, "kept"])
    assert {v.code for v in at.violations} == {"forbidden"}
    marked = control("close_room", room="kept", asyncapi_guard=1)
    at.put(marked)
    at.settle()
    left = [at.sid, "kept"] if control_of == "off" else [at.sid]
    assert sorted(at.run(at.server.rooms, at.sid)) == sorted(left)


@late
@kinds
def test_bad_acks_run_no_callback(kind: str, late: bool, place: Any) -> None:
    """And later events can still ask for acks."""
    at, got = place(late=late), []
    at.run(lambda: at.server.emit("question", "q", to=at.sid, callback=got.append))
    id = max(each for each in at.manager.callbacks[at.sid] if each)
    frame = at.client.receive()
    assert frame == f'2{id}["question","q"]'
    for message in bad_callbacks(at.manager.host_id, at.sid, id).values():
        at.put(message)
    bad = callback(at.manager.host_id, sid=at.sid, id=id, args=[MARK])
    assert at.settle() == []
    assert got == []
    assert {v.checkpoint for v in at.violations} == {"queue_ack"}
    assert "question" in {v.event for v in at.violations}
    at.put({**bad, "args": [{"answer": "a"}]})
    at.settle()
    assert got == [{"answer": "a"}]
    at.run(lambda: at.server.emit("question", "q", to=at.sid, callback=got.append))
    assert at.client.receive().endswith('["question","q"]')


@kinds
@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_bad_messages_act_as_without_the_guard(
    kind: str, mode: str, place: Any, net: Any
) -> None:
    """But for those that would end the listener."""
    frames = []
    for at in (place(mode=mode), Place(net, kind, guarded=False)):
        at.put(emit("moved", {"x": MARK}))
        at.put(emit(MARK, 1))
        at.put(emit("plain", "a", data=("a", "b")))
        at.put(emit("plain", [[]], skip_sid={"a": 1}))
        at.put(json.dumps(emit("bag_sent", {"k": 1})).replace('"k": 1', '"k": 1, "k": NaN'))
        at.put(control("enter_room", sid=at.sid, room="vip", host_id=5))
        at.put(emit("plain", "for vips", room="vip"))
        frames.append(at.settle())
    assert frames[0] == frames[1]
    assert len(frames[0]) == 6


@late
@kinds
def test_the_guard_goes_and_comes_while_the_server_listens(
    kind: str, late: bool, place: Any
) -> None:
    """What comes is as without the guard, and guarded again afterwards."""
    at = place(late=late)
    for guarded in (False, True):
        if guarded:
            at.run(at.guard.protect, at.server)
        else:
            at.server._asyncapi_guard.uninstall()
        at.put(emit("moved", {"x": MARK}))
        at.put(json.dumps(["method"]) if guarded else "{}")
        assert at.settle() == ([] if guarded else [f'2["moved",{{"x":"{MARK}"}}]'])


@kinds
def test_a_hook_that_raises_does_not_end_what_listens(kind: str, place: Any) -> None:
    """Of whatever kind its exception is."""

    def hook(violation: Any) -> None:
        raise SystemExit if violation.event == "moved" else ValueError

    async def awaiting_hook(violation: Any) -> None:  # SystemExit is an order to its loop
        raise asyncio.CancelledError if violation.event == "moved" else ValueError

    at = place(on_violation=awaiting_hook if kind in ON_ASYNCIO else hook)
    for event in ("moved", "plain"):
        at.put(emit(event, 5))
    at.put(emit("plain", "a"))
    assert at.settle() == ['2["plain","a"]']


@kinds
def test_statistics_count_each_message_once(kind: str, place: Any) -> None:
    """However many clients it goes to."""
    at = place()
    before = {(s.event, str(s.checkpoint)): s.seen for s in at.guard.statistics()}
    at.put(emit("moved", {"x": 1}))
    at.put(emit("moved", {"x": MARK}))
    at.put(control("close_room"))
    at.put("[5]")
    at.settle()
    seen = {
        (s.event, str(s.checkpoint)): (s.seen - before.get((s.event, str(s.checkpoint)), 0))
        for s in at.guard.statistics()
    }
    assert seen["moved", "queue_event"] == 2
    assert seen["close_room", "queue_control"] == 1
    assert seen["(undeclared)", "queue_control"] == 1
    rejected = {s.event: s.rejected for s in at.guard.statistics() if s.rejected}
    assert rejected == {"moved": 1, "(undeclared)": 1}


@kinds
def test_random_bad_messages_reach_nobody(kind: str, place: Any) -> None:
    """Of every method and shape."""
    at, draw = place(), random.Random(5)
    for number in range(200):
        if (raw := text_of(kind, another_bad(draw))) is not None:
            at.put(raw)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(200)]
