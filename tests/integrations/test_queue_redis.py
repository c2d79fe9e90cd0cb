"""A real Redis: floods of bad messages, what is no message, and a server that is killed."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from levels import LEVEL
from queue_managers import LAST, REDIS, Place
from queue_traffic import MARK, another_bad, emit, written
from redis_server import RedisServer
from socketio.exceptions import TimeoutError as NoAckCame

from asyncapi_guard import AckValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
kinds = pytest.mark.parametrize("kind", REDIS)
late = pytest.mark.parametrize("late", [False, True], ids=["before", "late"])


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"), skip_or_fail)
    yield server
    server.close()


def connections(redis: RedisServer) -> int:
    """How many there are, without the one that asks."""
    connection = redis.connection()
    count = int(connection.info("clients")["connected_clients"]) - 1
    connection.close()
    return count


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


def flood(at: Place, redis: RedisServer, count: int) -> None:
    """Publish bad messages in two ways at once, with good ones between them."""
    other = subprocess.Popen(
        [sys.executable, str(HERE / "publish_unguarded.py"), redis.url],
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
        at.put(written(another_bad(draw)))
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


@kinds
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_flood_of_bad_messages_reaches_nobody(
    kind: str, count: int, redis: RedisServer, net: Any
) -> None:
    """By raw PUBLISH and from a process without a guard; all good ones arrive, in their order."""
    at = Place(net, kind, redis)
    before = connections(redis)
    flood(at, redis, count)
    assert connections(redis) == before
    assert at.run(at.server.rooms, at.sid) == [at.sid]


NO_MESSAGES = ["5", "0", '["method"]', '"method"', "true", "1.5", "[]", "null", "{", '"a"']


@late
@kinds
def test_what_is_no_message_costs_no_connection(
    kind: str, late: bool, redis: RedisServer, net: Any
) -> None:
    """The listener goes on: of events between such texts, all arrive."""
    at = Place(net, kind, redis, late=late)
    before = connections(redis)
    for number in range(30):
        at.put(NO_MESSAGES[number % len(NO_MESSAGES)])
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(30)]
    assert connections(redis) == before


@kinds
@pytest.mark.parametrize(
    "guarded",
    [pytest.param(True, id="guarded"), pytest.param(False, id="not", marks=pytest.mark.slow)],
)
def test_call_of_a_client_elsewhere(kind: str, guarded: bool, redis: RedisServer, net: Any) -> None:
    """A bad ack raises at once in a guarded process; another one never gets it."""
    caller, at = Place(net, kind, redis, guarded=guarded), Place(net, kind, redis)
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


@kinds
@pytest.mark.slow
def test_huge_messages_are_rejected_and_the_next_ones_arrive(
    kind: str, redis: RedisServer, net: Any
) -> None:
    """Ten million characters of one value, of many, and of names that come twice."""
    at = Place(net, kind, redis)
    huge = [
        json.dumps(emit("moved", {"x": "a" * 10_000_000})),
        json.dumps(emit("moved", {"x": list(range(1_000_000))})),
        json.dumps(emit("bag_sent", {"k": 1})).replace('"k": 1', '"k": 1, ' * 500_000 + '"k": 1'),
        json.dumps(emit("bag_sent", {"k": 1})).replace("1}", "9" * 5_000_000 + "}"),
        '{"method":' * 1_000_000,
    ]
    for number, raw in enumerate(huge):
        at.put(raw)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(len(huge))]
    assert len(at.violations) == len(huge)


@kinds
@pytest.mark.slow
def test_a_redis_that_is_killed_costs_nothing_but_what_it_had(
    kind: str, tmp_path: Path, skip_or_fail: Any, net: Any
) -> None:
    """The service comes back, nothing bad gets through, and connections do not add up."""
    redis = RedisServer(tmp_path, skip_or_fail)
    at = Place(net, kind, redis)
    at.client.ws.settimeout(300)
    at.hear()
    first = connections(redis)
    draw, ends, bad_reached = random.Random(1), threading.Event(), []
    rounds = ["0"]

    def publish() -> None:
        other = redis.connection()
        while not ends.is_set():
            try:
                other.publish("socketio", written(another_bad(draw)))
                other.publish("socketio", json.dumps(emit("plain", rounds[-1])))
            except Exception:
                time.sleep(0.01)  # it is down
        other.close()

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    for number in range(20 if LEVEL.fuzzing >= 60 else 2):
        for _ in range(20):
            frame = at.receive()
            bad_reached += [frame] if MARK in str(frame) else []
        redis.kill()
        redis.start()
        at.run(at.server.emit, "plain", "own")  # what it publishes itself goes on as well
        rounds.append(str(number + 1))
        while at.receive() != f'2["plain","{number + 1}"]':
            pass
    ends.set()
    thread.join(60)
    at.put_event(LAST)
    while (frame := at.receive()) != f'2["plain","{LAST}"]':
        bad_reached += [frame] if MARK in str(frame) else []
    assert bad_reached == []
    # One more publishes since the server has emitted, and one may be about to close.
    assert connections(redis) <= first + 2
    redis.close()
