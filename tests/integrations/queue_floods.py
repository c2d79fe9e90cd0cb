"""What is done to servers that hear a real broker, whichever it is."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_managers import LAST
from queue_traffic import MARK, another_bad, emit, written
from socketio.exceptions import TimeoutError as NoAckCame

from asyncapi_guard import AckValidationError

if TYPE_CHECKING:
    from queue_managers import Place

HERE = Path(__file__).parent
NO_MESSAGES = ["5", "0", '["method"]', '"method"', "true", "1.5", "[]", "null", "{", '"a"']


def text_of(kind: str, raw: Any) -> Any:
    """A message as a queue of a kind can carry it."""
    if kind == "zmq" and isinstance(raw, bytes):
        return None  # an envelope is a text
    if kind == "zmq" and isinstance(raw, str):
        try:
            json.loads(raw)
        except (ValueError, RecursionError):
            return None  # it would be no envelope
    return written(raw)


def bad_emits(draw: random.Random) -> tuple[Any, ...]:
    """What a process without a guard may send: an event, its data, and where to."""
    return draw.choice(
        [
            ("moved", {"x": MARK}, {}),
            ("moved", {"x": draw.randint(3, 99)}, {}),
            ("moved", {}, {}),
            ("spread", MARK, {}),
            ("ended", MARK, {}),
            ("plain", None, {}),
            ("plain", [MARK], {"room": "anybody"}),
            ("bag_sent", [MARK], {}),
            (MARK, {"x": 1}, {}),
            ("move", {"x": 1}, {}),
            ("connect", MARK, {}),
            ("plain", MARK, {"namespace": "/nope"}),
            ("plain", MARK, {"namespace": "*"}),
            ("said", 5, {"namespace": "/rooms/red"}),
        ]
    )


def another_carried(kind: str, draw: random.Random) -> Any:
    """A bad message that a queue of a kind can carry."""
    while (text := text_of(kind, another_bad(draw))) is None:
        pass
    return text


def flood(at: Place, url: str, count: int, *, kind: str = "") -> None:
    """Publish bad messages in two ways at once, with good ones between them."""
    other = subprocess.Popen(
        [sys.executable, str(HERE / "publish_unguarded.py"), url],
        stdin=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert other.stdin is not None
    got: list[Any] = []
    done = threading.Event()

    def receive() -> None:
        while (frame := at.receive()) != f'2["plain","{LAST}"]':
            got.append(frame)
        done.set()

    threading.Thread(target=receive, daemon=True).start()
    draw, others = random.Random(count), random.Random(count + 1)
    bad = 0
    for number in range(count):
        at.put(another_carried(kind, draw))
        at.put(emit("plain", str(number)))
        if number % 2:
            other.stdin.write(json.dumps(bad_emits(others)) + "\n")
            bad += 1
    other.stdin.write(json.dumps(["plain", "other", {}]) + "\n")
    other.communicate(timeout=300)
    at.put_event(LAST)
    assert done.wait(300)
    assert MARK not in "".join(map(str, got))
    assert got.count('2["plain","other"]') == 1
    got.remove('2["plain","other"]')
    assert got == [f'2["plain","{n}"]' for n in range(count)]
    assert len(at.violations) == count + bad
    assert all(v.rejected and v.channel == "socketio" for v in at.violations)


def ask_elsewhere(caller: Place, at: Place, *, guarded: bool) -> None:
    """Ask the client of another process, whose first and third ack break the contract."""
    got: queue.Queue[Any] = queue.Queue()
    timeout = 120 if guarded else 1

    def call() -> Any:
        return caller.server.call("question", "q", to=at.sid, timeout=timeout)

    def run() -> None:
        try:
            got.put(caller.run(call))
        except Exception as error:
            got.put(type(error))

    for values, expected in (
        ([{"answer": MARK, "more": 1}], AckValidationError if guarded else NoAckCame),
        ([{"answer": "a"}], {"answer": "a"}),
        ({"not": "a list"}, AckValidationError if guarded else NoAckCame),
    ):
        threading.Thread(target=run, daemon=True).start()
        while not (frame := at.receive()).endswith('["question","q"]'):
            pass
        id = frame[1:].partition("[")[0]
        at.client.send(f"3{id}{json.dumps(values)}")
        assert got.get(timeout=120) == expected
