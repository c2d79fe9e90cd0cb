"""Documents are reloaded while events come by a queue, and acks go back by it."""

from __future__ import annotations

import json
import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE, document
from queue_managers import REDIS, Place
from queue_traffic import HOST, emit
from redis_server import RedisServer
from reload_stage import KINDS

from asyncapi_guard import AckValidationError, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

kinds = pytest.mark.parametrize("kind", REDIS)


def contract_of(accepted: str) -> Any:
    """The contract by which questions, and their acks, are numbers or words."""
    made, schema = document(), {"type": KINDS[accepted][0]}
    made["channels"]["main"]["messages"]["question"] = {"payload": schema, "x-ack": schema}
    return load(made)


NUMBER, WORD = contract_of("number"), contract_of("word")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"), skip_or_fail)
    yield server
    server.close()


@pytest.fixture
def place(net: Any, kind: str, redis: RedisServer) -> Callable[..., Place]:
    """Makes servers whose questions are numbers."""
    return lambda **options: Place(net, kind, redis, spec=NUMBER, **options)


def asked(at: Place) -> int:
    """The ack id with which the client is asked, once it is."""
    while not (frame := at.receive()).endswith('["question",1]'):
        pass
    return int(frame[1:].partition("[")[0])


@kinds
def test_what_comes_is_validated_by_the_contract_in_force(kind: str, place: Any) -> None:
    """From when `reload` returns."""
    at = place()
    for accepts, value in (NUMBER, "1"), (WORD, '"one"'), (NUMBER, "1"):
        at.run(at.guard.reload, accepts)
        at.put(emit("question", 1))
        at.put(emit("question", "one"))
        assert at.settle() == [f'2["question",{value}]']
    assert [v.event for v in at.violations] == ["question"] * 3


@kinds
@pytest.mark.parametrize("times", [30, pytest.param(1_000, marks=pytest.mark.slow)])
def test_reloads_under_load(kind: str, times: int, place: Any) -> None:
    """What either contract accepts arrives or is rejected, and what both reject never arrives."""
    at, ends = place(), threading.Event()
    published = 0

    def publish() -> None:
        nonlocal published
        while not ends.is_set():
            for value in (1, "one", None):
                at.put(emit("question", value))
            published += 3
            ends.wait(0.001)

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    for number in range(times):
        at.run(at.guard.reload, (WORD, NUMBER)[number % 2])
    ends.set()
    thread.join(PATIENCE)
    got = at.settle()
    assert set(got) <= {'2["question",1]', '2["question","one"]'}
    assert len(got) + len(at.violations) == published
    # Of each three that are published, one is wrong by both, and another one by either.
    assert len(at.violations) >= published / 3
    at.put(emit("question", 1))
    at.put(emit("question", "one"))
    assert at.settle() == ['2["question",1]']


@kinds
@pytest.mark.parametrize(
    ("values", "expected"),
    [([1], 1), (["one"], AckValidationError)],
    ids=["by the old one", "by the new one"],
)
def test_an_ack_from_another_host_is_validated_by_what_accepted_the_event(
    kind: str, values: Any, expected: Any, place: Any
) -> None:
    """Also if both hosts have another contract since."""
    caller, at = place(), place()
    got: queue.Queue[Any] = queue.Queue()

    def call() -> None:
        try:
            asking = lambda: caller.server.call("question", 1, to=at.sid, timeout=PATIENCE)  # noqa: E731  # one line
            got.put(caller.run(asking))
        except Exception as error:
            got.put(type(error))

    threading.Thread(target=call, daemon=True).start()
    id = asked(at)
    for each in (caller, at):
        each.run(each.guard.reload, WORD)
    at.client.send(f"3{id}{json.dumps(values)}")
    assert got.get(timeout=PATIENCE) == expected


@kinds
def test_an_ack_for_a_host_without_a_guard_is_validated_by_what_accepted_the_event(
    kind: str, place: Any, redis: RedisServer
) -> None:
    """Such a host gets what the old contract accepts, and nothing that it rejects."""
    at = place()
    listening = redis.connection().pubsub()
    listening.subscribe("socketio")
    for ack, value in enumerate((1, "one"), start=1):
        at.run(at.guard.reload, NUMBER)
        at.put(emit("question", 1, callback=["a room", "/", ack]))
        id = asked(at)
        at.run(at.guard.reload, WORD)
        at.client.send(f"3{id}{json.dumps([value])}")
        at.client.send('2999["begin"]')
        assert at.receive() == "3999[]"  # acks are handled in the order in which they come
    assert [v.checkpoint for v in at.violations] == ["receive_ack"]
    at.put_event("last")
    returned = []
    while (message := next_of(listening)).get("data") != ["last"]:
        returned += [message] if message["method"] == "callback" else []
    assert [(each["host_id"], each["id"], each["args"]) for each in returned] == [(HOST, 1, [1])]
    listening.close()


def next_of(listening: Any) -> dict[str, Any]:
    """The next message of the channel."""
    while (heard := listening.get_message(timeout=PATIENCE))["type"] != "message":
        pass
    message: dict[str, Any] = json.loads(heard["data"])
    return message
