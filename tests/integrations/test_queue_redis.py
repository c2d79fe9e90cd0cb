"""A real Redis: floods of bad messages, what is no message, and a server that is killed."""

from __future__ import annotations

import json
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from levels import LEVEL
from queue_floods import NO_MESSAGES, ask_elsewhere, flood
from queue_managers import LAST, REDIS, Place
from queue_traffic import MARK, another_bad, emit, written
from redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@kinds
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_flood_of_bad_messages_reaches_nobody(
    kind: str, count: int, redis: RedisServer, net: Any
) -> None:
    """By raw PUBLISH and from a process without a guard; all good ones arrive, in their order."""
    at = Place(net, kind, redis)
    before = connections(redis)
    flood(at, redis.url, count)
    assert connections(redis) == before
    assert at.run(at.server.rooms, at.sid) == [at.sid]


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
    ask_elsewhere(caller, at, guarded=guarded)


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
