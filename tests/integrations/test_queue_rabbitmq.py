"""A real RabbitMQ: floods of bad messages, what kombu cannot decode, and a killed broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE, document
from levels import LEVEL
from queue_floods import NO_MESSAGES, ask_elsewhere, flood
from queue_managers import LAST, RABBITMQ, Place, kombu_exchange, publish, publish_once
from queue_traffic import MARK, another_bad, emit, written
from rabbitmq_server import RabbitMQServer

from asyncapi_guard import AsyncAPIGuard, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

kinds = pytest.mark.parametrize("kind", RABBITMQ)
late = pytest.mark.parametrize("late", [False, True], ids=["before", "late"])


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Iterator[Any]:
    """One for all tests here: it takes seconds to start."""
    server = RabbitMQServer(tmp_path_factory.mktemp("rabbitmq"), skip_or_fail)
    yield server
    server.close()


@kinds
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow, id="all")])
def test_a_flood_of_bad_messages_reaches_nobody(
    kind: str, count: int, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """By raw publishes and from a process without a guard; all good ones arrive, in their order."""
    at = Place(net, kind, rabbitmq)
    before = rabbitmq.connections()
    flood(at, rabbitmq.url, count if LEVEL.fuzzing >= 60 else min(count, 1_000))
    assert rabbitmq.connections() == before
    assert at.run(at.server.rooms, at.sid) == [at.sid]


@late
@kinds
def test_what_is_no_message_costs_no_connection(
    kind: str, late: bool, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """The listener goes on: of events between such texts, all arrive."""
    at = Place(net, kind, rabbitmq, late=late)
    before = rabbitmq.connections()
    for number in range(30):
        at.put(NO_MESSAGES[number % len(NO_MESSAGES)])
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(30)]
    assert rabbitmq.connections() == before


JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
#: What a publisher may say of a message that is none, and what kombu makes of it.
UNDECODED: dict[str, tuple[bytes, dict[str, Any]]] = {
    "no JSON": (b"{", JSON),
    "JSON that is nested too deeply": (b"[" * 100_000, JSON),
    "JSON in no UTF-8": (b'{"method": "\xff"}', JSON),
    "a revived type that there is not": (b'{"__type__": "MARK", "__value__": 1}', JSON),
    "a date that is none": (b'{"__type__": "datetime", "__value__": "MARK"}', JSON),
    "a pickle": (
        b"\x80\x04N.",
        {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
    ),
    "an unknown encoding": (b"{}", {"content_type": "text/plain", "content_encoding": "MARK"}),
    "compressed by nothing known": (b"{}", {**JSON, "headers": {"compression": "MARK"}}),
    "not compressed": (b"{}", {**JSON, "headers": {"compression": "application/x-gzip"}}),
    "a fine message in a type of no text": (
        json.dumps(emit("plain", MARK)).encode(),
        {"content_type": "application/x-python-serialize", "content_encoding": "utf-8"},
    ),
}


@kinds
def test_what_kombu_cannot_decode_costs_nothing(
    kind: str, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """Neither the connection, nor the events between: python-socketio would lose them."""
    at = Place(net, kind, rabbitmq)
    before = rabbitmq.connections()
    exchange = kombu_exchange(at.manager.channel)
    for number, (raw, options) in enumerate(UNDECODED.values()):
        publish(at.manager.publisher, exchange, raw, **options)
        at.put(emit("plain", str(number)))
    got = at.settle()
    # aio-pika hands over bytes, whatever was said of them.
    expected = [f'2["plain","{n}"]' for n in range(len(UNDECODED))]
    if kind == "rabbitmq on asyncio":
        expected.insert(-1, f'2["plain","{MARK}"]')
    assert got == expected
    assert len(at.violations) == len(UNDECODED) - (kind == "rabbitmq on asyncio")
    assert {str(v.checkpoint) for v in at.violations} == {"queue_control"}
    assert {v.channel for v in at.violations} == {"socketio"}
    assert rabbitmq.connections() == before


@kinds
@pytest.mark.parametrize(
    "guarded",
    [pytest.param(True, id="guarded"), pytest.param(False, id="not", marks=pytest.mark.slow)],
)
def test_call_of_a_client_elsewhere(
    kind: str, guarded: bool, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """A bad ack raises at once in a guarded process; another one never gets it."""
    caller = Place(net, kind, rabbitmq, guarded=guarded)
    ask_elsewhere(caller, Place(net, kind, rabbitmq), guarded=guarded)


@kinds
@pytest.mark.parametrize("awaits", [False, True], ids=["KombuManager", "AsyncAioPikaManager"])
def test_a_guarded_process_that_only_publishes(
    kind: str, awaits: bool, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """What breaks the contract raises there; the rest reaches servers of both kinds."""
    at = Place(net, kind, rabbitmq)
    if awaits:
        asyncio.run(publish_async(rabbitmq.url))
    else:
        manager = socketio.KombuManager(rabbitmq.url, write_only=True)
        AsyncAPIGuard(document()).protect(manager)
        with pytest.raises(EmitValidationError):
            manager.emit("moved", {"x": MARK})
        manager.emit("moved", {"x": 1})
        manager.publisher_connection.release()
    until(at, '2["moved",{"x":1}]')
    assert at.violations == []


async def publish_async(url: str) -> None:
    """Publish by aio-pika."""
    manager = socketio.AsyncAioPikaManager(url, write_only=True)
    AsyncAPIGuard(document()).protect(manager)
    with pytest.raises(EmitValidationError):
        await manager.emit("moved", {"x": MARK})
    await manager.emit("moved", {"x": 1})
    await manager.publisher_connection.close()


@kinds
def test_each_message_is_judged_once_in_a_process(
    kind: str, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """However many clients it goes to; and by each process for itself."""
    places = [Place(net, kind, rabbitmq) for _ in range(2)]
    clients = [net.raw(at.url) for at in places for _ in range(5)]
    for client in clients:
        client.enter()
    before = [seen(at) for at in places]
    for message in (emit("moved", {"x": MARK}), emit("moved", {"x": 1})):
        places[0].put(message)
    for client in clients:
        assert client.receive() == '2["moved",{"x":1}]'
    places[0].put_event("done")
    for at, earlier in zip(places, before, strict=True):
        until(at, plain("done"))
        assert [v.event for v in at.violations] == ["moved"]
        now = seen(at)
        assert now["queue_event", "moved"] - earlier.get(("queue_event", "moved"), 0) == 2
        assert ("send_event", "moved") not in now


def seen(at: Place) -> dict[tuple[str, str], int]:
    """How much was validated, by checkpoint and event."""
    return {(str(s.checkpoint), s.event): s.seen for s in at.guard.statistics() if s.seen}


@kinds
@pytest.mark.slow
def test_a_broker_that_is_killed_costs_nothing_but_what_it_had(
    kind: str, rabbitmq: RabbitMQServer, net: Any
) -> None:
    """The service comes back, nothing bad gets through, and connections do not add up."""
    at = Place(net, kind, rabbitmq)
    at.client.ws.settimeout(300)
    at.server.eio.ping_timeout = 300  # nobody reads while the broker starts
    at.run(at.server.emit, "plain", "own")
    at.settle()
    first = rabbitmq.connections()
    with publishing(rabbitmq, at) as rounds:
        for number in range(5 if LEVEL.fuzzing >= 60 else 1):
            until(at, plain(rounds[-1]), 20)
            rabbitmq.kill()
            rabbitmq.start()
            rounds.append(str(number + 1))
            until(at, plain(rounds[-1]))
            emit_own(at)  # what it publishes itself goes on as well
            until(at, plain("own"))
    at.put_event(LAST)
    until(at, plain(LAST))
    assert rabbitmq.connections() <= first


def emit_own(at: Place) -> None:
    """Emit, and again where python-socketio gives up: on asyncio it cancels the caller then."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(CancelledError):
            at.run(at.server.emit, "plain", "own")
            return
        assert time.monotonic() < deadline, "the server does not publish"
        time.sleep(0.1)


def plain(text: str) -> str:
    return f'2["plain","{text}"]'


def until(at: Place, expected: str, count: int = 1) -> None:
    """Receive until a frame has come so often; nothing bad comes before."""
    while count:
        frame = at.receive()
        assert MARK not in str(frame)
        count -= frame == expected


@contextlib.contextmanager
def publishing(rabbitmq: RabbitMQServer, at: Place) -> Iterator[list[str]]:
    """Publish bad messages, and the last of the texts, whenever the broker is there."""
    rounds, ends, draw = ["0"], threading.Event(), random.Random(1)
    exchange = kombu_exchange(at.manager.channel)

    def run() -> None:
        while not ends.is_set():
            try:
                with rabbitmq.connection() as connection:
                    while not ends.is_set():
                        publish_once(connection, exchange, written(another_bad(draw)))
                        publish_once(connection, exchange, written(emit("plain", rounds[-1])))
            except Exception:
                ends.wait(0.05)  # it is down

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield rounds
    finally:
        ends.set()
        thread.join(60)
