"""Limits: what a client asks too much is rejected, on threads and on asyncio alike."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE
from flask import Flask
from reload_stage import Guarded, code_of, document
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard, InstallationError, Policy
from asyncapi_guard.integrations.deciding.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

ways = pytest.mark.parametrize("way", ["init_app", "protect", "AsyncServer"])
LIMITED = "rate_limited"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


# -- the decisions ---------------------------------------------------------------------------------


def test_events_of_a_second_may_come_at_once() -> None:
    """And then as many as there are seconds for; what was rejected does not count."""
    clock = Clock()
    limits, policy = Limits(clock), Policy(max_events_per_second=2)
    found = [limits.exceeded(policy, "a") for _ in range(4)]
    assert found == [None, None, "max_events_per_second", "max_events_per_second"]
    clock.now += 0.5
    assert [limits.exceeded(policy, "a") for _ in range(2)] == [None, "max_events_per_second"]
    assert limits.exceeded(policy, "b") is None
    clock.now += 100
    assert [limits.exceeded(policy, "a") for _ in range(3)].count(None) == 2


def test_less_than_one_event_a_second_is_possible() -> None:
    """One comes at once, and the next after its time."""
    clock = Clock()
    limits, policy = Limits(clock), Policy(max_events_per_second=0.1)
    assert [limits.exceeded(policy, "a") for _ in range(2)] == [None, "max_events_per_second"]
    clock.now += 10.01
    assert limits.exceeded(policy, "a") is None


def test_violations_count_within_a_window() -> None:
    """More than so many are too many, until the first of them is old enough."""
    clock = Clock()
    limits, policy = Limits(clock), Policy(max_violations=2, window=10)
    for seconds in (0, 3, 3):
        assert limits.exceeded(policy, "a") is None
        clock.now += seconds
        limits.violated(policy, "a")
    assert limits.exceeded(policy, "a") == "max_violations"
    clock.now += 4
    assert limits.exceeded(policy, "a") is None
    assert limits.ends(policy, "a") is False


def test_a_client_is_ended_once() -> None:
    """However many of its events are still on their way."""
    limits, policy = Limits(Clock()), Policy(max_violations=1, then="disconnect")
    limits.violated(policy, "a")
    assert not limits.ends(policy, "a")
    limits.violated(policy, "a")
    assert [limits.ends(policy, "a") for _ in range(3)] == [True, False, False]
    assert not limits.ends(policy, "b")


def test_handlers_count_while_they_run() -> None:
    """A client that has left has none."""
    limits, policy = Limits(Clock()), Policy(max_running_handlers=1)
    assert limits.exceeded(policy, "a") is None
    limits.begin("a")
    assert limits.exceeded(policy, "a") == "max_running_handlers"
    limits.done("a")
    assert limits.exceeded(policy, "a") is None
    limits.begin("a")
    limits.leave("a", None, "/")
    limits.done("a")
    assert limits.exceeded(policy, "a") is None
    assert len(limits) == 1


def test_who_comes_again_has_no_clean_slate() -> None:
    """On the same connection and in the same namespace, until that has ended."""
    limits = Limits(Clock())
    policy = Policy(max_violations=1, max_running_handlers=2, max_events_per_second=3)
    for _ in range(2):
        assert limits.exceeded(policy, "a") is None
    limits.begin("a")
    limits.violated(policy, "a")
    limits.leave("a", "e", "/")
    for sid, eio_sid, namespace in (("b", "e", "/other"), ("c", "f", "/")):
        limits.enter(sid, eio_sid, namespace)
        assert limits.exceeded(policy, sid) is None
        limits.leave(sid, None, namespace)
    limits.enter("d", "e", "/")
    assert limits.exceeded(policy, "d") is None
    assert limits.exceeded(policy, "d") == "max_events_per_second"
    limits.done("a")  # it was the same client
    assert limits._clients["d"].running == 0
    limits.violated(policy, "d")
    assert limits.ends(policy, "d")
    limits.leave("d", "e", "/")
    limits.forget("e")
    assert len(limits) == 0


def test_who_has_left_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many namespaces a connection was in, and however many connections there were."""
    monkeypatch.setattr("asyncapi_guard.integrations.deciding.limits._MOST", 10)
    monkeypatch.setattr("asyncapi_guard.integrations.deciding.limits._MOST_NAMESPACES", 5)
    limits, policy = Limits(Clock()), Policy(max_violations=1)
    for number in range(400):
        limits.violated(policy, "a")
        limits.leave("a", str(number // 20), str(number % 20))
    assert len(limits) == 50


def test_clients_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten."""
    monkeypatch.setattr("asyncapi_guard.integrations.deciding.limits._MOST", 10)
    limits, policy = Limits(Clock()), Policy(max_violations=1)
    for number in range(100):
        limits.violated(policy, str(number))
    assert len(limits) == 10


def test_violations_that_are_remembered_are_bounded() -> None:
    """Those that decide, and no more."""
    limits, policy = Limits(Clock()), Policy(max_violations=3)
    for _ in range(100):
        limits.violated(policy, "a")
    assert len(limits._clients["a"].violations) == 4


@pytest.mark.parametrize(
    ("options", "error", "expected"),
    [
        ({"max_violations": 0}, ValueError, "max_violations must be at least 1, not 0"),
        ({"max_violations": True}, TypeError, "max_violations must be a whole number, not a bool"),
        ({"max_violations": 1.5}, TypeError, "max_violations must be a whole number"),
        ({"max_running_handlers": -1}, ValueError, "max_running_handlers must be at least 1"),
        ({"max_events_per_second": 0}, ValueError, "max_events_per_second must be more than 0"),
        ({"max_events_per_second": "9"}, TypeError, "max_events_per_second must be a number"),
        ({"max_events_per_second": float("inf")}, ValueError, "must be more than 0, not inf"),
        ({"max_events_per_second": float("nan")}, ValueError, "must be more than 0, not nan"),
        ({"max_violations": 1, "window": 0}, ValueError, "window must be more than 0"),
        ({"max_violations": 1, "window": None}, TypeError, "window must be a number"),
        ({"max_violations": 1, "then": "ban"}, ValueError, "then must be 'reject' or 'disconnect'"),
        (
            {"then": "disconnect"},
            ValueError,
            "then has no effect without max_violations; set max_violations, or remove then",
        ),
        (
            {"window": 5},
            ValueError,
            "window has no effect without max_violations; set max_violations, or remove window",
        ),
    ],
)
def test_what_is_no_limit_is_an_error(
    options: dict[str, Any], error: type[Exception], expected: str
) -> None:
    """And so is what has no effect."""
    with pytest.raises(error, match=expected):
        Policy(**options)


def test_a_configuration_without_effect_is_an_error() -> None:
    """With the name of its key."""
    app = Flask(__name__)
    app.config |= {"ASYNCAPI_GUARD_SPEC": document("number"), "ASYNCAPI_GUARD_THEN": "disconnect"}
    with pytest.raises(
        InstallationError, match="ASYNCAPI_GUARD_THEN: then has no effect without max_violations"
    ):
        AsyncAPIGuard().init_app(app)


# -- real clients ----------------------------------------------------------------------------------


@pytest.fixture
def guarded(net: Any) -> Callable[..., Guarded]:
    """Makes served servers; options go to `Policy`, and `spec` and `on_violation` elsewhere."""

    def make(way: str, **options: Any) -> Guarded:
        elsewhere = {k: options.pop(k) for k in ("on_violation", "reject_event") if k in options}
        made = Guarded(net, way, document("number"), policy=Policy(**options), **elsewhere)
        made.on("say", lambda value: value)
        return made

    return make


def still(made: Guarded) -> Clock:
    """Stop the clock of a server's limits."""
    (adapter,) = made.guard._adapters()
    adapter.decide.limits._clock = clock = Clock()
    return clock


@ways
def test_events_that_are_too_many_are_rejected(
    way: str, guarded: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is told why, the counters have all of them, and the log has one line a client."""
    made = guarded(way, max_events_per_second=3)
    clock = still(made)
    client, other = net.client(made.url), net.client(made.url)
    answers = [client.ask("say", 1) for _ in range(8)]
    assert [code_of(each) for each in answers] == [None] * 3 + [LIMITED] * 5
    assert answers[-1][0]["error"]["problems"] == [
        {
            "path": "",
            "keyword": "max_events_per_second",
            "message": "more than 3 events per second",
        }
    ]
    assert other.ask("say", 1) == [1]
    clock.now += 1
    assert client.ask("say", 1) == [1]
    (said,) = [s for s in made.guard.statistics() if s.checkpoint == "receive_event"]
    assert (said.seen, said.rejected) == (10, 5)
    lines = [line for line in caplog.messages if LIMITED in line]
    assert len(lines) == 1
    assert "rejected event 'say' from a client in '/': more than 3 events per second" in lines[0]


@ways
def test_a_client_that_breaks_the_contract_too_often_is_disconnected(
    way: str, guarded: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """After its answer; others stay, and it may come again."""
    told: list[Any] = []
    made = guarded(way, max_violations=3, then="disconnect", on_violation=told.append)
    left = threading.Event()
    client, other = net.client(made.url), net.client(made.url)
    client.io.on("disconnect", lambda *_: left.set())
    assert client.ask("say", 1) == [1]
    answers = [code_of(client.ask("say", "one")) for _ in range(4)]
    assert answers == ["request_validation_error"] * 4
    assert left.wait(PATIENCE)
    assert other.ask("say", 1) == [1]
    assert [each.code for each in told] == ["request_validation_error"] * 4 + [LIMITED]
    assert told[-1].reason == "more than 3 violations in 60 s"
    assert len([line for line in caplog.messages if LIMITED in line]) == 1
    assert net.client(made.url).ask("say", 1) == [1]


@ways
def test_without_then_its_events_are_rejected_for_a_while(way: str, guarded: Any, net: Any) -> None:
    """Those that fit the contract, too; they are no violations that would keep it out for ever."""
    made = guarded(way, max_violations=1, window=10)
    clock = still(made)
    client = net.client(made.url)
    for _ in range(2):
        assert code_of(client.ask("say", "one")) == "request_validation_error"
    clock.now += 9
    for _ in range(5):
        assert code_of(client.ask("say", 1)) == LIMITED
    clock.now += 2
    assert client.ask("say", 1) == [1]


@ways
def test_events_whose_handlers_run_are_bounded(way: str, guarded: Any, net: Any) -> None:
    """What comes besides is rejected, and it goes on when they are done."""
    made = guarded(way, max_running_handlers=2)
    go, begun = threading.Event(), threading.Semaphore(0)

    def say(value: int) -> int:
        begun.release()
        assert go.wait(PATIENCE)
        return value

    made.on("say", say)
    client, acks = net.client(made.url), []
    done = threading.Semaphore(0)
    for _ in range(2):
        client.io.emit("say", 1, callback=lambda *values: (acks.append(values), done.release()))
    for _ in range(2):
        assert begun.acquire(timeout=PATIENCE)
    assert code_of(client.ask("say", 1)) == LIMITED
    go.set()
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE)
    assert acks == [(1,), (1,)]
    (adapter,) = made.guard._adapters()
    (known,) = adapter.decide.limits._clients.values()
    while known.running:
        client.ask("say", 1)
    assert client.ask("say", 1) == [1]


@pytest.mark.parametrize("way", ["protect", "AsyncServer"])
def test_bad_acks_and_broken_frames_are_violations(way: str, guarded: Any, net: Any) -> None:
    """A client that sends nothing else is disconnected as well."""
    made = guarded(way, max_violations=2, then="disconnect")
    client = net.raw(made.url)
    assert client.enter().startswith("0")
    client.send("31[1]")  # an ack that nobody waits for is none
    for _ in range(3):
        client.send("30[]")
    assert client.receive() == "1"
    client = net.raw(made.url)
    assert client.enter().startswith("0")
    for _ in range(3):
        client.send("2{")
    assert client.receive() == "1"


@pytest.mark.parametrize("way", ["protect", "AsyncServer"])
def test_a_report_limits_nobody(way: str, guarded: Any, net: Any) -> None:
    """What is too much is counted and told, and passes."""
    told: list[Any] = []
    made = guarded(
        way,
        mode="report",
        max_violations=1,
        then="disconnect",
        max_events_per_second=2,
        on_violation=told.append,
    )
    still(made)
    client = net.client(made.url)
    assert [client.ask("say", 1) for _ in range(4)] == [[1]] * 4
    assert {(each.code, each.rejected) for each in told} == {(LIMITED, False)}
    (said,) = [s for s in made.guard.statistics() if s.checkpoint == "receive_event"]
    assert (said.seen, said.rejected, said.reported) == (4, 0, len(told))


def test_nothing_is_limited_where_nothing_is_judged(guarded: Any, net: Any) -> None:
    """In the mode `off`, and in namespaces that are excluded."""
    limits = {"max_events_per_second": 1, "max_violations": 1}
    for options in ({"mode": "off"}, {"exclude": ["/"]}):
        made = guarded("protect", **limits, **options)
        still(made)
        client = net.client(made.url)
        assert [client.ask("say", 1) for _ in range(3)] == [[1]] * 3


def test_an_error_handler_hears_of_it(guarded: Any, net: Any) -> None:
    """And says what the client is answered."""
    made = guarded("protect", max_events_per_second=1)
    still(made)
    made.guard.on_error(lambda error, event, _sid: [event, str(error.violation.code)])
    client = net.client(made.url)
    assert [client.ask("say", 1) for _ in range(2)] == [[1], [["say", LIMITED]]]


def test_a_client_that_asks_for_no_ack_is_told_by_the_event(guarded: Any, net: Any) -> None:
    """If there is one for that."""
    made = guarded("protect", max_events_per_second=1, reject_event="rejected")
    still(made)
    client = net.client(made.url)
    for _ in range(2):
        client.io.emit("say", 1)
    _, event, (error,) = client.receive()
    assert (event, error["error"]["code"]) == ("rejected", LIMITED)


@pytest.mark.parametrize("leaving", ["namespace", "connection"])
def test_clients_that_have_left_are_forgotten(leaving: str, guarded: Any, net: Any) -> None:
    """Nothing of them stays."""
    made = guarded("protect", max_events_per_second=100)
    left = threading.Event()
    made.server.on("disconnect", lambda *_: left.set())
    client = net.raw(made.url)
    assert client.enter().startswith("0")
    client.send('27["say",1]')
    assert client.receive() == "37[1]"
    (adapter,) = made.guard._adapters()
    assert len(adapter.decide.limits) == 1
    if leaving == "namespace":
        client.send("1")
        assert left.wait(PATIENCE)
    client.close()
    assert left.wait(PATIENCE)
    while len(adapter.decide.limits):  # after its handler
        threading.Event().wait(0.001)


@ways
def test_a_client_that_comes_again_has_no_other_limit(way: str, guarded: Any, net: Any) -> None:
    """It may leave its namespace and enter it on the same connection as often as it likes."""
    made = guarded(way, max_events_per_second=3)
    still(made)
    client = net.raw(made.url)
    answers = []
    for _ in range(4):
        assert client.enter().startswith("0")
        for _ in range(2):
            client.send('27["say",1]')
            answers.append("rate_limited" in client.receive())
        client.send("1")
    assert answers == [False] * 3 + [True] * 5


def test_a_client_does_not_limit_its_server(caplog: pytest.LogCaptureFixture) -> None:
    """And the log says so."""
    guard = AsyncAPIGuard(document("number"), policy=Policy(max_violations=1))
    guard.protect(socketio.Client())
    assert [r.levelno for r in caplog.records if "are for servers" in r.message] == [
        logging.WARNING
    ]


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_attachments_that_wait_are_bounded_by_their_bytes(kind: str, net: Any) -> None:
    """Whatever a policy says: one packet of a connection, ten times the largest message."""
    spec = document("number")
    spec["channels"]["main"]["messages"]["say"] = {"payload": {"type": "array"}}
    server: Any
    if kind == "threads":
        server = socketio.Server(async_mode="threading", max_http_buffer_size=1_000)
        url = net.serve(socketio.WSGIApp(server))
    else:
        server = socketio.AsyncServer(async_mode="asgi", max_http_buffer_size=1_000)
        url = net.also_serve(Uvicorn(socketio.ASGIApp(server))).url
    AsyncAPIGuard(spec).protect(server)
    client = net.raw(url)
    assert client.enter().startswith("0")
    places = [{"_placeholder": True, "num": number} for number in range(20)]
    client.send(f"520-7{json.dumps(['say', places], separators=(',', ':'))}")
    for _ in range(12):
        client.send(b"-" * 900)
    answer = client.receive()
    assert answer.startswith("37")
    assert "malformed_packet" in answer
    assert "the attachments are too large" in answer


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_messagepack_has_the_same_limits(kind: str, net: Any) -> None:
    """Events, broken frames, and clients that come again."""
    msgpack = pytest.importorskip("msgpack")
    server: Any
    policy = Policy(max_events_per_second=3, max_violations=5)
    if kind == "threads":
        server = socketio.Server(async_mode="threading", serializer="msgpack")
        url = net.serve(socketio.WSGIApp(server))
    else:
        server = socketio.AsyncServer(async_mode="asgi", serializer="msgpack")
        url = net.also_serve(Uvicorn(socketio.ASGIApp(server))).url
    guard = AsyncAPIGuard(document("number"), policy=policy)
    guard.protect(server)
    (adapter,) = guard._adapters()
    adapter.decide.limits._clock = Clock()
    server.on("say", lambda _sid, value: value)
    client = net.raw(url)

    def ask(kind: int, **more: Any) -> Any:
        client.send(msgpack.packb({"type": kind, "nsp": "/", **more}))
        return msgpack.unpackb(client.ws.recv()) if kind != 1 else None

    answers = []
    for _ in range(3):
        assert "sid" in ask(0)["data"]
        answers += [ask(2, id=7, data=["say", 1])["data"] for _ in range(2)]
        ask(1)
    assert answers[:3] == [[1]] * 3
    assert {each[0]["error"]["code"] for each in answers[3:]} == {LIMITED}
    assert "sid" in ask(0)["data"]
    for _ in range(6):
        client.send(msgpack.packb({"type": 2, "nsp": "/", "id": "seven"}))
    (problem,) = ask(2, id=7, data=["say", 1])["data"][0]["error"]["problems"]
    assert problem["keyword"] == "max_violations"


def test_who_was_disconnected_comes_again_with_what_it_did(guarded: Any, net: Any) -> None:
    """On the same connection it is disconnected again, until its violations are old enough."""
    made = guarded("protect", max_violations=1, window=10, then="disconnect")
    clock = still(made)
    client = net.raw(made.url)
    assert client.enter().startswith("0")
    for _ in range(2):
        client.send('27["say","one"]')
        assert "request_validation_error" in client.receive()
    assert client.receive() == "1"
    assert client.enter().startswith("0")
    client.send('27["say",1]')
    assert LIMITED in client.receive()
    assert client.receive() == "1"
    clock.now += 11
    assert client.enter().startswith("0")
    client.send('27["say",1]')
    assert client.receive() == "37[1]"
