"""Acks that must be asked for, that must not be, and that must come in time: of what is sent."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from ack_stages import LONG, STAGES, Stage, document
from client_conversations import KINDS, Guarded, Rogue
from conftest import PATIENCE
from socketio.async_pubsub_manager import AsyncPubSubManager

from asyncapi_guard import AckValidationError, EmitValidationError, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

#: One on threads, and one on asyncio.
TWO = ("protect", "AsyncServer")
ways = pytest.mark.parametrize("way", STAGES)
both = pytest.mark.parametrize("way", TWO)
kinds = pytest.mark.parametrize("kind", KINDS)
whole_kinds = pytest.mark.parametrize("kind", [kind for kind in KINDS if "Simple" not in kind])
CALLBACK = "the contract requires an ack; emit with a callback, or use call"
NO_CALLBACK = "the contract defines no ack for this event; emit without a callback"


@pytest.fixture
def stage(net: Any) -> Callable[..., Stage]:
    """Makes guarded servers; options go to the guard."""

    def make(way: str, **options: Any) -> Stage:
        options.setdefault("spec", document())
        made: Stage = STAGES[way](way, net, **options)
        return made

    return make


def entered(net: Any, stage: Stage) -> tuple[Any, str]:
    """A raw client, and its session."""
    client = net.raw(stage.url)
    return client, json.loads(client.enter().removeprefix("0"))["sid"]


def heard(client: Any) -> list[str]:
    """What came to a client until the server answers the next event."""
    client.send('299["plain"]')
    got = [client.receive()]
    while got[-1] != "399[1]":
        got.append(client.receive())
    return got[:-1]


def kept(stage: Stage, sid: str) -> list[int]:
    """The ids of the acks that a client owes, as the server keeps them."""
    return [id for id in stage.manager.callbacks.get(sid, {}) if id]


# -- servers ---------------------------------------------------------------------------------------


@ways
def test_what_is_emitted_asks_for_an_ack_as_the_contract_says(
    way: str, stage: Any, net: Any
) -> None:
    """`EmitValidationError` where it was called; nothing leaves."""
    at = stage(way)
    client, sid = entered(net, at)
    for event, options, text in (
        ("must_sent", {}, CALLBACK),
        ("never_sent", {"callback": print, "to": sid}, NO_CALLBACK),
    ):
        with pytest.raises(EmitValidationError) as caught:
            at.emit(event, **options)
        assert caught.value.violation.reason == text
        assert at.violation().code == "emit_validation_error"
    with pytest.raises(EmitValidationError):
        at.call("never_sent", to=sid)
    assert heard(client) == []
    got: queue.Queue[Any] = queue.Queue()
    at.emit("must_sent", callback=got.put, to=sid)
    at.emit("never_sent")
    frames = heard(client)
    assert frames[1] == '2["never_sent"]'
    client.send(f"3{frames[0][1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7


@both
@pytest.mark.parametrize("mode", ["report", "off"])
def test_other_modes_let_everything_leave(mode: str, way: str, stage: Any, net: Any) -> None:
    """As without the guard."""
    at = stage(way, policy=Policy(mode=mode))
    client, sid = entered(net, at)
    at.emit("must_sent")
    at.emit("never_sent", callback=print, to=sid)
    assert [frame.lstrip("0123456789") for frame in heard(client)] == [
        '["must_sent"]',
        '["never_sent"]',
    ]
    assert at.violations.qsize() == (2 if mode == "report" else 0)


@ways
def test_an_ack_that_does_not_come_in_time(way: str, stage: Any, net: Any) -> None:
    """It is a violation, once; one that comes later finds nothing to answer."""
    at = stage(way)
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    at.emit("soon_sent", callback=got.put, to=sid)
    (frame,) = heard(client)
    violation = at.violation()
    assert (violation.code, violation.checkpoint) == ("ack_timeout", "receive_ack")
    assert violation.reason == "no ack came within 0.02 s"
    assert (violation.sid, violation.rejected) == (sid, True)
    assert kept(at, sid) == []
    assert next(iter(at.guard._adapters()))._owed == {}
    id = frame[1:].partition("[")[0]
    client.send(f"3{id}[7]")
    client.send(f'3{id}["not even valid"]')
    assert heard(client) == []
    assert got.empty()
    assert at.violations.empty()


@both
def test_an_ack_in_time_is_taken(way: str, stage: Any, net: Any) -> None:
    """And judged, as ever; nothing is kept of it."""
    at = stage(way)
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    for answer in ("7", '"x"'):
        at.emit("late_sent", callback=got.put, to=sid)
        (frame,) = heard(client)
        client.send(f"3{frame[1:].partition('[')[0]}[{answer}]")
    assert got.get(timeout=PATIENCE) == 7
    assert at.violation().code == "ack_validation_error"
    assert heard(client) == []
    assert kept(at, sid) == []
    adapter = next(iter(at.guard._adapters()))
    assert adapter._owed == {}
    assert waiting(adapter) == 0


class AnswersToAnything:
    """A callback as proxies and stand-ins of tests are."""

    def __init__(self) -> None:
        self.got: queue.Queue[Any] = queue.Queue()

    def __getattr__(self, name: str) -> Any:
        return AnswersToAnything()

    def __call__(self, *values: Any) -> None:
        self.got.put(values)


@both
def test_a_callback_may_have_an_attribute_of_any_name(way: str, stage: Any, net: Any) -> None:
    """Also one that was given to the manager itself, past the guard."""
    at = stage(way)
    client, sid = entered(net, at)
    callback = AnswersToAnything()
    id = at.manager._generate_ack_id(sid, callback)
    client.send(f"3{id}[7]")
    assert callback.got.get(timeout=PATIENCE) == (7,)
    assert at.violations.empty()


def waiting(adapter: Any) -> int:
    """How many deadlines a clock waits for."""
    clock = adapter.clock
    if hasattr(clock, "waiting"):
        return len(clock.waiting)
    return sum(map(len, clock._queues.values()))


@both
def test_call_waits_no_longer_than_the_contract_says(way: str, stage: Any, net: Any) -> None:
    """It is python-socketio's `TimeoutError`, and an `AckValidationError`."""
    at = stage(way)
    client, sid = entered(net, at)
    with pytest.raises(socketio.exceptions.TimeoutError) as caught:
        at.call("soon_sent", to=sid, timeout=LONG)
    assert isinstance(caught.value, AckValidationError)
    assert caught.value.violation.code == "ack_timeout"
    assert at.violation().code == "ack_timeout"
    assert kept(at, sid) == []
    assert len(heard(client)) == 1
    with pytest.raises(socketio.exceptions.TimeoutError) as caught:
        at.call("late_sent", to=sid, timeout=0.01)  # its caller is in more of a hurry
    assert not isinstance(caught.value, AckValidationError)
    assert at.violations.empty()
    assert waiting(next(iter(at.guard._adapters()))) == 1  # it may come yet, to no call


@both
def test_call_waits_no_longer_for_nobody(way: str, stage: Any, net: Any) -> None:
    """Whoever has left before is no violation either, but its caller waits."""
    at = stage(way)
    with pytest.raises(socketio.exceptions.TimeoutError) as caught:
        at.call("soon_sent", to="nobody", timeout=LONG)
    assert isinstance(caught.value, AckValidationError)
    assert at.violations.empty()


def test_a_hook_that_emits_while_call_does(stage: Any, net: Any) -> None:
    """Its callback is its own: only `call` is given what stands for a rejection."""
    at = stage("protect", policy=Policy(checkpoints={"send_event": "report"}))
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()

    def emit(violation: Any) -> None:
        if violation.event == "never_sent":
            at.emit("late_sent", callback=got.put, to=sid)
        at.violations.put(violation)

    at.guard.on_violation = emit
    with pytest.raises(socketio.exceptions.TimeoutError):
        at.call("never_sent", to=sid, timeout=0.01)
    hooks, _ = heard(client)
    client.send(f'3{hooks[1:].partition("[")[0]}["no integer"]')
    assert heard(client) == []
    assert [at.violation().code, at.violation().code] == [
        "emit_validation_error",
        "ack_validation_error",
    ]
    assert got.empty()


@both
def test_a_client_that_leaves_owes_nothing(way: str, stage: Any, net: Any) -> None:
    """Nothing is kept for it and nothing recorded; `call` ends in time all the same."""
    at = stage(way)
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    left: queue.Queue[Any] = queue.Queue()
    if way == "protect":
        at.io.on("disconnect", lambda sid, reason: left.put(sid))
    else:

        async def disconnect(sid: str, reason: str) -> None:
            left.put(sid)

        at.io.on("disconnect", disconnect)
    adapter = next(iter(at.guard._adapters()))
    at.emit("late_sent", callback=got.put, to=sid)
    heard(client)
    assert waiting(adapter) == 1
    client.close()
    left.get(timeout=PATIENCE)
    other, _ = entered(net, at)
    assert heard(other) == []
    assert (adapter._owed, waiting(adapter)) == ({}, 0)
    assert at.violations.empty()
    assert got.empty()


@both
def test_report_waits_and_changes_nothing(way: str, stage: Any, net: Any) -> None:
    """A late ack is written down, and taken."""
    at = stage(way, policy=Policy(mode="report"))
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    at.emit("soon_sent", callback=got.put, to=sid)
    (frame,) = heard(client)
    violation = at.violation()
    assert (violation.code, violation.rejected) == ("ack_timeout", False)
    client.send(f"3{frame[1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7
    assert at.violations.empty()


@both
def test_report_lets_a_call_wait_for_its_answer(way: str, stage: Any, net: Any) -> None:
    """As long as its caller wants to; that it came late is written down."""
    at = stage(way, policy=Policy(mode="report"))
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()

    def call() -> None:
        got.put(at.call("soon_sent", to=sid, timeout=PATIENCE))

    calling = threading.Thread(target=call, daemon=True)
    calling.start()
    frame = client.receive()
    assert at.violation().code == "ack_timeout"
    client.send(f"3{frame[1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7
    calling.join(PATIENCE)


@both
def test_an_ack_that_is_faster_than_the_timer(way: str, stage: Any, net: Any) -> None:
    """It is late all the same: in `report` mode it is taken, and written down."""
    at = stage(way, policy=Policy(mode="report"))
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    at.emit("late_sent", callback=got.put, to=sid)
    (frame,) = heard(client)
    adapter = next(iter(at.guard._adapters()))
    (((owner, id), owed),) = adapter._owed.items()
    owed.deadline.at = 0.0
    client.send(f"3{frame[1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7
    over = adapter._overdue(owner, id, owed.callback)  # as the clock does
    if way != "protect":
        at.served.run(over)
    violation = at.violation()
    assert (violation.code, violation.rejected, violation.sid) == ("ack_timeout", False, sid)
    assert (adapter._owed, kept(at, sid), at.violations.empty()) == ({}, [], True)


def test_a_time_that_is_over_at_once(stage: Any, net: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer may be faster than whoever sets it; nothing is kept then."""
    at = stage("protect")
    client, sid = entered(net, at)
    adapter = next(iter(at.guard._adapters()))
    set_it = adapter.clock.set

    def hasty(seconds: float, function: Callable[..., None], *args: Any) -> Any:
        deadline = set_it(seconds, function, *args)
        deadline.met()
        function(*args)
        return deadline

    monkeypatch.setattr(adapter.clock, "set", hasty)
    at.emit("late_sent", callback=print, to=sid)
    assert at.violation().code == "ack_timeout"
    assert (adapter._owed, kept(at, sid)) == ({}, [])
    assert len(heard(client)) == 1


def test_a_time_that_nobody_can_wait_for(
    stage: Any, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no timer starts, the emit raises, and nothing is owed."""
    at = stage("protect")
    _, sid = entered(net, at)
    adapter = next(iter(at.guard._adapters()))

    def full(*_args: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(adapter.clock, "set", full)
    with pytest.raises(RuntimeError, match="start"):
        at.emit("late_sent", callback=print, to=sid)
    assert adapter._owed == {}


@both
def test_each_client_of_a_room_owes_its_own(way: str, stage: Any, net: Any) -> None:
    """Who answers in time is not blamed for the other one."""
    at = stage(way)
    (one, _), (_, other_sid) = entered(net, at), entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    at.emit("late_sent", callback=got.put)
    frame = one.receive()
    one.send(f"3{frame[1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7
    adapter = next(iter(at.guard._adapters()))
    (((owner, id), owed),) = adapter._owed.items()
    over = adapter._overdue(owner, id, owed.callback)  # as the clock does
    if way != "protect":
        at.served.run(over)
    assert at.violation().sid == other_sid
    assert at.violations.empty()


@both
def test_the_error_handler_hears_of_it(way: str, stage: Any, net: Any) -> None:
    """As of any ack that is rejected."""
    at = stage(way)
    seen: queue.Queue[Any] = queue.Queue()

    @at.guard.on_error
    def on_error(raised: Exception, event: str, sid: str) -> None:
        seen.put((raised, event, sid))

    _, sid = entered(net, at)
    at.emit("soon_sent", callback=print)
    raised, event, whose = seen.get(timeout=PATIENCE)
    assert isinstance(raised, AckValidationError)
    assert (raised.violation.code, event, whose) == ("ack_timeout", "soon_sent", sid)


@both
@pytest.mark.parametrize("asked", [False, True])
def test_what_another_process_publishes(asked: bool, way: str, stage: Any, net: Any) -> None:
    """It asks for acks as the contract says, or it is dropped."""
    manager = socketio.PubSubManager() if way == "protect" else AsyncPubSubManager()
    manager._listen = _nothing if way == "protect" else _nothing_async
    at = stage(way, server={"client_manager": manager})
    client, sid = entered(net, at)
    for event in ("must_sent", "never_sent"):
        message = {
            "method": "emit",
            "event": event,
            "data": [],
            "namespace": "/",
            "room": sid,
            "callback": (sid, "/", 5) if asked else None,
            "host_id": "another",
        }
        handled = at.manager._handle_emit(message)
        if way != "protect":
            at.served.run(handled)
    (frame,) = heard(client)
    assert frame.endswith('["must_sent"]' if asked else '["never_sent"]')
    assert at.violation().event == ("never_sent" if asked else "must_sent")


@both
def test_an_ack_by_a_message_queue_is_forgotten(way: str, stage: Any, net: Any) -> None:
    """It is kept twice until then: for the host that emits, and for the one that has the client."""
    manager = socketio.PubSubManager() if way == "protect" else AsyncPubSubManager()
    manager._listen = _nothing if way == "protect" else _nothing_async
    manager._publish = (lambda message: None) if way == "protect" else _published
    at = stage(way, server={"client_manager": manager})
    client, sid = entered(net, at)
    got: queue.Queue[Any] = queue.Queue()
    at.emit("late_sent", callback=got.put, to=sid)
    at.emit("soon_sent", callback=got.put, to=sid)
    late, soon = heard(client)
    violation = at.violation()
    assert (violation.code, violation.event) == ("ack_timeout", "soon_sent")
    assert len(kept(at, sid)) == 2
    for frame in (soon, late):
        client.send(f"3{frame[1:].partition('[')[0]}[7]")
    assert got.get(timeout=PATIENCE) == 7
    assert heard(client) == []
    assert kept(at, sid) == []
    assert got.empty()
    assert at.violations.empty()


@both
def test_a_room_that_is_asked_by_a_message_queue_is_no_client(
    way: str, stage: Any, net: Any
) -> None:
    """Neither the violation nor the error handler has its name for a session."""
    manager = socketio.PubSubManager() if way == "protect" else AsyncPubSubManager()
    manager._listen = _nothing if way == "protect" else _nothing_async
    manager._publish = (lambda message: None) if way == "protect" else _published
    at = stage(way, server={"client_manager": manager})
    seen: queue.Queue[Any] = queue.Queue()

    @at.guard.on_error
    def on_error(raised: Exception, event: str, sid: str) -> None:
        seen.put(sid)

    (_, sid), (_, other) = entered(net, at), entered(net, at)
    for each in (sid, other):
        entering = at.io.enter_room(each, "room")
        if way != "protect":
            at.served.run(entering)
    at.emit("soon_sent", callback=print, to="room")
    violation = at.violation()
    assert violation.sid is None
    assert violation.reason.endswith("s; clients of other hosts might have disconnected")
    at.emit("soon_sent", callback=print, to=sid)
    violation = at.violation()  # one for the room, though two clients of it were asked
    assert violation.sid == sid
    assert violation.reason.endswith(" s")
    assert seen.get(timeout=PATIENCE) == sid


async def _published(message: Any) -> None:
    await asyncio.sleep(0)


def _nothing() -> Any:
    return iter(())


async def _nothing_async() -> Any:
    await asyncio.sleep(0)
    for each in ():
        yield each


# -- clients ---------------------------------------------------------------------------------------


@pytest.fixture
def rogue(net: Any) -> Rogue:
    """A server that sends anything, and answers nothing by itself."""
    made: Rogue = net.also_serve(Rogue("plain_sent"))
    made.url = net.serve(made.wsgi)
    return made


@pytest.fixture
def guarded(net: Any, rogue: Rogue) -> Callable[..., tuple[Guarded, queue.Queue[Any]]]:
    """Makes guarded clients of the server, each with what its hook is called with."""

    def make(kind: str, **options: Any) -> tuple[Guarded, queue.Queue[Any]]:
        violations: queue.Queue[Any] = queue.Queue()
        options.setdefault("spec", document())
        made = net.also_close(Guarded(kind, on_violation=violations.put, **options))
        made.connect(rogue.url)
        rogue.connects.get(timeout=PATIENCE)
        return made, violations

    return make


@kinds
def test_a_client_calls_for_what_must_be_acknowledged(
    kind: str, guarded: Any, rogue: Rogue
) -> None:
    """The mirror of what its server rejects."""
    client, _ = guarded(kind)
    with pytest.raises(EmitValidationError) as caught:
        client.emit("must")
    assert caught.value.violation.reason == CALLBACK
    with pytest.raises(EmitValidationError) as caught:
        client.call("never")
    assert caught.value.violation.reason == NO_CALLBACK
    rogue.ack = ["3%s[7]"]
    assert client.call("must") == 7
    client.emit("never")
    assert [rogue.received(), rogue.received()] == ['21["must"]', '2["never"]']


@kinds
def test_a_client_waits_no_longer_than_the_contract_says(
    kind: str, guarded: Any, rogue: Rogue
) -> None:
    """A server that answers late answers nobody."""
    client, violations = guarded(kind)
    with pytest.raises(socketio.exceptions.TimeoutError) as caught:
        client.call("soon")
    assert isinstance(caught.value, AckValidationError)
    violation = violations.get(timeout=PATIENCE)
    assert (violation.code, violation.perspective) == ("ack_timeout", "client")
    assert rogue.received() == '21["soon"]'
    rogue.send("31[7]")
    rogue.ack = ["3%s[8]"]
    assert client.call("late") == 8
    assert violations.empty()
    assert [id for id in client.client.callbacks["/"] if id] == []


@whole_kinds
def test_a_callback_of_a_client_is_not_run_too_late(kind: str, guarded: Any, rogue: Rogue) -> None:
    """It is forgotten when the time is over."""
    client, violations = guarded(kind)
    got: queue.Queue[Any] = queue.Queue()
    client.emit("soon", callback=got.put)
    assert violations.get(timeout=PATIENCE).code == "ack_timeout"
    rogue.send("31[7]")
    rogue.received()
    assert rogue.heard() == []
    assert got.empty()
    client.emit("late", callback=got.put)
    rogue.send("32[8]")
    assert got.get(timeout=PATIENCE) == 8
    assert violations.empty()


@whole_kinds
def test_acks_of_another_connection_are_none_of_this_one(
    kind: str, guarded: Any, rogue: Rogue
) -> None:
    """Ack ids begin anew with each connection; what was owed in the last one has its own time."""
    client, _ = guarded(kind)
    (adapter,) = client.guard._adapters()
    client.emit("late", callback=print)
    client.disconnect()
    client.connect(rogue.url)
    rogue.ack = ["3%s[7]"]
    assert client.call("plain") == 7
    assert waiting(adapter) == 1


@whole_kinds
def test_a_handler_of_a_client_is_late(kind: str, guarded: Any, rogue: Rogue, net: Any) -> None:
    """Its server is answered, as a client would be."""
    client, violations = guarded(kind)
    gate: queue.Queue[Any] = queue.Queue()
    if kind == "Client":
        client.io.on("soon_sent", lambda: gate.get(timeout=PATIENCE))
    else:

        async def soon() -> Any:
            return await asyncio.to_thread(gate.get, timeout=PATIENCE)

        client.io.on("soon_sent", soon)
    rogue.send('25["soon_sent"]')
    answer = json.loads(rogue.received().removeprefix("35"))
    assert answer[0]["error"]["code"] == "handler_timeout"
    assert violations.get(timeout=PATIENCE).code == "handler_timeout"
    gate.put(1)
    rogue.send('2["must_sent"]')
    text = "the contract requires an ack, but the server asks for none"
    assert violations.get(timeout=PATIENCE).reason == text
    rogue.send('26["never_sent"]')
    text = "the contract defines no ack for this event, but the server asks for one"
    assert violations.get(timeout=PATIENCE).reason == text


@whole_kinds
def test_a_guarded_server_s_timeout_is_told_as_that(kind: str, guarded: Any, rogue: Rogue) -> None:
    """A client that has more patience learns what the server said."""
    client, violations = guarded(kind)
    said = {"error": {"code": "handler_timeout", "namespace": "/", "event": "plain"}}
    rogue.ack = [f"3%s[{json.dumps(said)}]"]
    with pytest.raises(AckValidationError) as caught:
        client.call("plain")
    text = "the server's handler took longer than the contract allows"
    assert caught.value.violation.reason == text
    assert violations.get(timeout=PATIENCE).code == "handler_timeout"
