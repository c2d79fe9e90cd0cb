"""Decisions are made without a server; they neither send nor wait, and keep their contract."""

from __future__ import annotations

import ast
import json
import queue
import threading
from pathlib import Path
from typing import Any

import pytest
from socketio import packet

import asyncapi_guard.integrations.deciding
from asyncapi_guard import AsyncAPIGuard, Guard, Policy, load
from asyncapi_guard.integrations.deciding.emits import EmitDecisions
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.wire.codec import Codec

DECIDING = Path(asyncapi_guard.integrations.deciding.__file__).parent
THREADS = DECIDING.with_name("threads")
MOVE = {"x": 1}


def trees(folder: Path) -> list[ast.Module]:
    found = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.py"))]
    assert len(found) > 5
    return found


def called(folder: Path) -> set[str]:
    """The names of all functions and methods that the modules of a folder call."""
    return {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


#: What would have an `await` on asyncio, or starts something.
ACTS = {
    "_send",
    "_send_packet",
    "_send_eio_packet",
    "_trigger_event",
    "start_background_task",
    "sleep",
    "emit",
    "send",
    "disconnect_client",
    "pre_disconnect",
    "answer_client",
    "publish",
    "_publish",
    "Thread",
}


def test_the_deciding_core_does_nothing() -> None:
    """No call in it would have to be awaited; the adapter has them."""
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
    for tree in trees(DECIDING):
        assert not [node for node in ast.walk(tree) if isinstance(node, waits)]
    assert called(DECIDING) & ACTS == set()
    assert called(THREADS) & ACTS >= {"_send", "_send_packet", "_trigger_event", "sleep"}


def test_the_adapter_makes_no_verdicts() -> None:
    """It asks neither a guard nor a rule, and makes no packet."""
    asks = {"receive_event", "send_event", "send_ack", "receive_ack", "connect_verdict", "judge"}
    makes = {"packet_class", "malformed", "failed", "unsendable", "ack_of", "without_rule"}
    assert called(THREADS) & (asks | makes) == set()
    assert called(DECIDING) >= {"judge", "malformed", "failed", "unsendable", "ack_of"}


# -- without a server ------------------------------------------------------------------------------


@pytest.fixture
def decide(contract: Any) -> ServerDecisions:
    made = ServerDecisions(AsyncAPIGuard(contract()), packet.Packet, 1_000_000)
    made.active = True
    return made


def event(decide: ServerDecisions, *data: Any, id: int | None = 7) -> Any:
    return decide.event("connection", "session", "/", id, list(data))


def test_an_event_becomes_a_call(decide: ServerDecisions) -> None:
    """With all that its handler needs."""
    call, verdict = event(decide, "move", MOVE)
    assert verdict.violation is None
    assert (call.eio_sid, call.sid, call.namespace, call.id) == ("connection", "session", "/", 7)
    assert (call.event, call.args, call.unusual) == ("move", [MOVE], None)


def test_an_ack_becomes_a_packet(decide: ServerDecisions) -> None:
    """Which is what a client reads."""
    call, _ = event(decide, "move", MOVE)
    ack, verdict = decide.ack(call, {"ok": True})
    assert verdict.violation is None
    assert ack.encode() == '37[{"ok":true}]'


def test_a_bad_ack_becomes_nothing(decide: ServerDecisions) -> None:
    """What is sent instead is decided when the application was asked."""
    call, _ = event(decide, "move", MOVE)
    ack, verdict = decide.ack(call, {"ok": "yes"})
    assert verdict.rejected
    assert ack is None


@pytest.mark.parametrize("id", [None, 0, 7])
def test_a_rejected_event_is_answered_where_an_ack_was_asked_for(
    decide: ServerDecisions, id: int | None
) -> None:
    """Id 0 asks for one as any other does."""
    from asyncapi_guard.errors import violation_error

    call, verdict = event(decide, "move", {"x": 9}, id=id)
    answer = decide.told(call, violation_error(verdict.violation))
    assert (answer is None) is (id is None)
    if answer is not None:
        assert answer.encode().startswith(f'3{id}[{{"error":')


@pytest.mark.parametrize(
    ("namespace", "event", "data", "code"),
    [
        ("/", "moved", {"x": 1}, None),
        ("/", "moved", {"x": 9}, "emit_validation_error"),
        ("/", "moved", {"x": {1}}, "emit_validation_error"),
        ("/", "movde", {"x": 1}, "undeclared_event"),
        ("/nowhere", "moved", {"x": 1}, "undeclared_namespace"),
        ("/", "spread", (1, "a"), None),
        ("/", "spread", (1,), "emit_validation_error"),
        ("/", "file", {"data": b"x"}, None),
        ("/", "plain", b"x", "emit_validation_error"),
        ("/", "ended", None, None),
    ],
)
def test_what_a_process_without_a_server_publishes(
    contract: Any, namespace: str, event: str, data: Any, code: str | None
) -> None:
    """A codec is enough to decide about it."""
    decide = EmitDecisions(AsyncAPIGuard(contract()), Codec(json))
    decide.active = True
    verdict, encoded, _ = decide.emitted(namespace, event, data)
    assert (verdict.violation.code if verdict.violation else None) == code
    if code is None:
        assert encoded is not None
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        assert tuple(encoded.values) == args


# -- a contract that is replaced -------------------------------------------------------------------


def other(contract: Any) -> Guard:
    """The same contract, whose acks are all numbers."""
    document = contract()
    for name in ("move", "question"):
        document["channels"]["main"]["messages"][name]["x-ack"] = {"type": "number"}
    return Guard(load(document))


@pytest.mark.parametrize("returned", [{"ok": True}, 5])
def test_an_ack_is_judged_by_the_contract_of_its_event(
    returned: Any, contract: Any, application: Any, net: Any
) -> None:
    """Although another one is loaded while the handler runs."""
    made = application(handlers=False)
    running, release = threading.Event(), threading.Event()

    @made.socketio.on("move")
    def move(_move: Any) -> Any:
        running.set()
        assert release.wait(120)
        return returned

    client = net.raw(net.serve(made.app))
    client.enter()
    client.send('27["move",{"x":1}]')
    assert running.wait(120)
    made.guard.guard = other(contract)
    release.set()
    answer = client.receive()
    assert answer.startswith("37[")
    assert ("error" in answer) is (returned == 5)
    release.set()
    client.send('28["move",{"x":1}]')
    assert ("error" in client.receive()) is (returned != 5)


@pytest.mark.parametrize("answer", ['{"answer":"a"}', "5"])
def test_an_ack_of_a_client_is_judged_by_the_contract_of_its_event(
    answer: str, contract: Any, application: Any, net: Any
) -> None:
    """Although another one is loaded before it comes."""
    made = application(handlers=False)
    client = net.raw(net.serve(made.app))
    client.enter()
    heard: queue.Queue[Any] = queue.Queue()
    made.socketio.emit("question", "why?", callback=lambda *values: heard.put(values))
    asked = client.receive()
    id = asked[1 : asked.index("[")]
    made.guard.guard = other(contract)
    client.send(f"3{id}[{answer}]")
    client.send('29["begin"]')
    assert client.receive().startswith("39")
    if answer == "5":
        assert heard.empty()
        assert [violation.code for violation in made.violations] == ["ack_validation_error"]
    else:
        assert heard.get(timeout=120) == ({"answer": "a"},)
        assert made.violations == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whether_an_event_is_enforced_is_known_when_it_came(
    contract: Any, application: Any, net: Any
) -> None:
    """A handler that raises is answered as the policy of its event wanted it."""
    made = application(handlers=False, policy=Policy(mode="report"))
    running, release = threading.Event(), threading.Event()

    @made.socketio.on("begin")
    def begin() -> None:
        running.set()
        assert release.wait(120)
        raise LookupError

    made.socketio.on("number")(lambda number: number)
    client = net.raw(net.serve(made.app))
    client.enter()
    client.send('27["begin"]')
    assert running.wait(120)
    made.guard.guard = Guard(load(contract()))
    release.set()
    client.send('28["number",1]')
    assert client.receive() == "38[1]"
