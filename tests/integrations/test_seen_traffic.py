"""What observers of traffic are told of: each event, ack and connect once, with its verdict."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import socketio
from measured import KINDS, Measured
from measured import document as rooms
from pydantic import BaseModel
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIGuard,
    EmitValidationError,
    Handshake,
    Identity,
    metrics,
)
from asyncapi_guard.integrations.traffic import Traffic, observe_traffic


class Move(BaseModel):
    x: int


class Seen:
    """An observer that keeps what it sees."""

    def __init__(self) -> None:
        self.traffic: list[Traffic] = []

    def seen(self, traffic: Traffic) -> None:
        self.traffic.append(traffic)

    def follow(self, guard: Any) -> Any:
        guard.observe_adapters(lambda adapter: observe_traffic(adapter, lambda _: self))
        return self

    def wait(self, count: int) -> list[Traffic]:
        deadline = time.monotonic() + 120
        while len(self.traffic) < count:
            assert time.monotonic() < deadline, self.traffic
            time.sleep(0.005)
        return self.traffic

    def lines(self) -> list[str]:
        """Each as `checkpoint event arguments verdict`."""
        return [line(each) for each in self.traffic]


def line(each: Traffic) -> str:
    violation = each.verdict.violation
    said = "ok" if violation is None else str(violation.code)
    if violation is not None and not violation.rejected:
        said = f"reported {said}"
    return f"{each.checkpoint} {each.event} {list(each.arguments)} {said}"


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_piece_of_traffic_is_seen_once(kind: str, net: Any, seen: Seen) -> None:
    """In the order of judging, with what it consists of, the verdict, and whose it is."""
    served = Measured(kind, net)
    seen.follow(served.guard)
    client = net.client(served.url)
    for text in ("hello", "wrong", 7):
        client.ask("say", text)
    client.io.emit("shout", "x")
    client.ask("say", "last")
    assert seen.lines() == [
        "connect connect [] ok",
        "receive_event say ['hello'] ok",
        "send_event said ['heard'] ok",
        "send_ack say [1] ok",
        "receive_event say ['wrong'] ok",
        "send_event said ['heard'] ok",
        "send_ack say ['no integer'] response_validation_error",
        "receive_event say [7] request_validation_error",
        "receive_event shout ['x'] undeclared_event",
        "receive_event say ['last'] ok",
        "send_event said ['heard'] ok",
        "send_ack say [1] ok",
    ]
    sid = client.io.get_sid("/")
    assert {each.sid for each in seen.traffic} == {None, sid}
    assert [each.checkpoint for each in seen.traffic if each.sid is None] == ["connect"]
    (connection,) = {each.connection for each in seen.traffic if each.checkpoint != "send_event"}
    assert connection is not None
    assert seen.traffic[0].environ["REQUEST_METHOD"] == "GET"
    assert seen.traffic[2].room == sid
    messages = {each.message.id for each in seen.traffic if each.message is not None}
    assert messages == {"say", "said"}
    assert seen.traffic[6].message is not None


@pytest.mark.parametrize("mode", ["report", "off"])
def test_modes_do_not_hide_traffic(kind: str, mode: str, net: Any, seen: Seen) -> None:
    """With `report` the verdict tells what is wrong, and with `off` nobody looks."""
    served = Measured(kind, net, mode=mode)
    seen.follow(served.guard)
    client = net.client(served.url)
    client.ask("say", 7)
    fault = "ok" if mode == "off" else "reported request_validation_error"
    assert seen.lines()[:3] == [
        "connect connect [] ok",
        f"receive_event say [7] {fault}",
        "send_event said ['heard'] ok",
    ]


def test_a_broadcast_is_seen_once_and_acks_each(kind: str, net: Any, seen: Seen) -> None:
    """However many clients there are; the ack of a client has its session."""
    served = Measured(kind, net)
    seen.follow(served.guard)
    clients = [net.client(served.url, namespaces=["/rooms/1"]) for _ in range(3)]
    clients[0].ask("say", "x", namespace="/rooms/1")
    del seen.traffic[:]
    served.run(served.io.emit("said", "all", namespace="/rooms/1"))
    assert [client.receive()[2] for client in clients[1:]] == [["all"], ["all"]]
    assert seen.lines() == ["send_event said ['all'] ok"]
    assert (seen.traffic[0].sid, seen.traffic[0].room) == (None, None)


def _asking(kind: str, net: Any, **options: Any) -> tuple[Any, Any, Any, Any]:
    """A server with a question for its clients: guard, server, address, and what runs its emits."""
    document = rooms()
    document["channels"]["main"]["messages"]["said"]["x-ack"] = {"type": "integer"}
    guard = AsyncAPIGuard(document, **options)
    if kind == "asyncio":
        io: Any = socketio.AsyncServer(async_mode="asgi")
        guard.protect(io)
        served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
        return guard, io, served.url, served.run
    io = socketio.Server(async_mode="threading")
    guard.protect(io)
    return guard, io, net.serve(socketio.WSGIApp(io)), lambda value: value


def test_acks_of_clients_are_seen(kind: str, net: Any, seen: Seen) -> None:
    """Good and bad ones, with the session of the client, and the message that they answer."""
    guard, io, url, run = _asking(kind, net)
    seen.follow(guard)
    client = net.client(url)
    sid = client.io.get_sid("/")
    for count, answer in ((3, 5), (5, "bad")):
        client.answers["said"] = answer
        run(io.emit("said", "x", to=sid, callback=lambda *values: None))
        seen.wait(count)
    found = [each for each in seen.traffic if each.checkpoint == "receive_ack"]
    assert [line(each) for each in found] == [
        "receive_ack said [5] ok",
        "receive_ack said ['bad'] ack_validation_error",
    ]
    assert {(each.sid, each.message.id) for each in found if each.message} == {(sid, "said")}


def test_what_the_application_must_not_send_is_seen(kind: str, net: Any, seen: Seen) -> None:
    """Also where it has no form in JSON."""
    guard, io, _, run = _asking(kind, net)
    seen.follow(guard)
    for value in (7, {1, 2}):
        with pytest.raises(EmitValidationError):
            run(io.emit("said", value))
    assert seen.lines() == [
        "send_event said [7] emit_validation_error",
        "send_event said [{1, 2}] emit_validation_error",
    ]


def test_connects_are_seen_after_the_verifiers(kind: str, net: Any, seen: Seen) -> None:
    """Each once: by what the contract and the verifiers say together."""
    document = rooms()
    document["channels"]["main"]["messages"]["connect"] = {
        "payload": {"type": "object", "required": ["token"]}
    }
    document["operations"]["receive_main"]["messages"].append(
        {"$ref": "#/channels/main/messages/connect"}
    )
    document["components"] = {"securitySchemes": {"tokens": {"type": "http", "scheme": "bearer"}}}
    document["servers"] = {
        "main": {
            "host": "localhost",
            "protocol": "ws",
            "security": [{"$ref": "#/components/securitySchemes/tokens"}],
        }
    }

    def verify(credential: Any, _handshake: Handshake) -> Identity | None:
        return Identity("ada") if credential == "good" else None

    served = Measured(kind, net, document, security={"tokens": verify})
    seen.follow(served.guard)
    for auth in ({"token": "good"}, {"token": "bad"}, {"nothing": 1}):
        net.raw(served.url).enter(auth=json.dumps(auth))
    assert [(line(each), each.auth) for each in seen.traffic] == [
        ("connect connect [] ok", {"token": "good"}),
        ("connect connect [] unauthorized", {"token": "bad"}),
        ("connect connect [] request_validation_error", {"nothing": 1}),
    ]
    assert all(each.message is not None for each in seen.traffic)
    assert len({each.connection for each in seen.traffic}) == 3


@pytest.mark.parametrize("simple", [False, True])
def test_a_client_sees_its_own_side(simple: bool, kind: str, net: Any, seen: Seen) -> None:
    """Its connect, what it sends and the acks, and what the server sends it."""
    served = Measured(kind, net, mode="off")
    guard = AsyncAPIGuard(rooms())
    options = {"reconnection": False, "handle_sigint": False}
    client: Any = (
        socketio.SimpleClient(**options) if simple else net.also_close(_Closing(**options))
    )
    guard.protect(client)
    seen.follow(guard)
    client.connect(served.url, transports=["websocket"])
    client.call("say", "hello")
    with pytest.raises(EmitValidationError):
        client.emit("say", 7)
    seen.wait(5)
    if simple:
        _close(client.client)
    assert sorted(seen.lines()) == [
        "connect connect [] ok",
        "receive_ack say [1] ok",
        "receive_event said ['heard'] ok",
        "send_event say ['hello'] ok",
        "send_event say [7] emit_validation_error",
    ]
    assert {each.perspective for each in seen.traffic} == {"client"}


class _Closing(socketio.Client):  # type: ignore[misc]  # python-socketio carries no types
    def close(self) -> None:
        _close(self)


def _close(client: Any) -> None:
    client.disconnect()
    client.eio.wait()
    if client.eio.ws is not None:
        client.eio.ws.shutdown()


@pytest.mark.parametrize("before", [False, True])
def test_every_entrance_is_seen(
    before: bool, entrance: Any, net: Any, seen: Seen, contract: Any
) -> None:
    """Whether the guard was put on the server before, or is later."""
    made = entrance(contract())
    if before:
        seen.follow(made.guard)
    made.on("begin")(lambda: made.emit("moved", {"x": 1}))
    if not before:
        seen.follow(made.guard)
    client = net.client(net.serve(made.wsgi))
    client.ask("begin")
    client.ask("number", -1)
    assert [each.split()[1] for each in seen.lines()] == [
        "connect",
        "begin",
        "moved",
        "begin",
        "number",
    ]


def test_several_observers_see_the_same(kind: str, net: Any, seen: Seen) -> None:
    """And whoever fails hides nothing from the others."""
    served = Measured(kind, net)
    others = [seen.follow(served.guard), Seen().follow(served.guard), Seen().follow(served.guard)]
    client = net.client(served.url)
    for text in ("hello", "wrong", 7):
        client.ask("say", text)
    assert [len(each.traffic) for each in others] == [8, 8, 8]
    assert others[0].lines() == others[1].lines() == others[2].lines()


def test_a_failing_observer_costs_traffic_nothing(kind: str, net: Any, caplog: Any) -> None:
    """It is logged, without what it saw."""

    class Broken:
        def seen(self, traffic: Traffic) -> None:
            raise RuntimeError(f"secret {traffic}")

    served = Measured(kind, net)
    served.guard.observe_adapters(lambda adapter: observe_traffic(adapter, lambda _: Broken()))
    client = net.client(served.url)
    assert client.ask("say", "hello") == [1]
    assert client.receive() == ("/", "said", ["heard"])
    assert "an observer of traffic failed: RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_limits_do_not_hide_or_double_events(kind: str, net: Any, seen: Seen) -> None:
    """Those over a limit are seen as rejected; what also measures changes nothing."""
    served = Measured(kind, net, max_events_per_second=2)
    metrics.prometheus(served.guard, registry=_registry(), histograms=True)
    seen.follow(served.guard)
    client = net.client(served.url)
    answers = [client.ask("say", "x") for _ in range(5)]
    events = [line(each) for each in seen.traffic if each.checkpoint == "receive_event"]
    assert len(events) == 5
    assert events[0] == "receive_event say ['x'] ok"
    assert events.count("receive_event say [] rate_limited") == sum(a != [1] for a in answers) > 0


def _registry() -> Any:
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()


def test_a_publisher_tells_of_what_it_emits(seen: Seen) -> None:
    """A process without a server has one direction."""
    manager = _Manager()
    guard = AsyncAPIGuard(rooms())
    guard.protect(manager)
    seen.follow(guard)
    manager.emit("said", "x", room="red")
    with pytest.raises(EmitValidationError):
        manager.emit("said", 7)
    assert seen.lines() == ["send_event said ['x'] ok", "send_event said [7] emit_validation_error"]


class _Manager(socketio.PubSubManager):  # type: ignore[misc]  # python-socketio carries no types
    def __init__(self) -> None:
        super().__init__(write_only=True)

    def _publish(self, data: Any) -> None:
        pass


def test_drop_ins_with_hints_are_seen(net: Any, seen: Seen) -> None:
    """Their rules may judge by making an instance, and that is seen like any other event."""
    server = AsyncAPIAsyncServer(async_mode="asgi", typed=True)

    @server.on("move")
    async def move(sid: str, at: Move) -> int:
        return at.x

    seen.follow(server._guarded)
    client = net.client(net.also_serve(Uvicorn(socketio.ASGIApp(server))).url)
    assert client.ask("move", {"x": 3}) == [3]
    client.ask("move", {"x": "no"})
    assert seen.lines() == [
        "connect connect [] ok",
        "receive_event move [{'x': 3}] ok",
        "send_ack move [3] ok",
        "receive_event move [{'x': 'no'}] request_validation_error",
    ]


def test_a_drop_in_client_is_seen(net: Any, seen: Seen) -> None:
    """It is a guarded client by itself."""
    served = Measured("threads", net, mode="off")
    client = AsyncAPIClient(spec=rooms(), reconnection=False, handle_sigint=False)
    seen.follow(client._guarded)
    client.connect(served.url, transports=["websocket"])
    client.call("say", "hello")
    seen.wait(4)
    _close(client)
    assert {each.perspective for each in seen.traffic} == {"client"}
