"""Decisions are made without a server; they neither send nor wait, and keep their contract."""

from __future__ import annotations

import ast
import json
import queue
import threading
from pathlib import Path
from typing import Any

import pytest
import socketio
from socketio import packet

import asyncapi_guard.integrations.deciding
import asyncapi_guard.integrations.deciding.entrants as entrants_decisions
import asyncapi_guard.integrations.deciding.queue as queue_decisions
from asyncapi_guard import AsyncAPIGuard, Guard, Policy, load
from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import violation_error
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.calls import Call
from asyncapi_guard.integrations.deciding.emits import EmitDecisions
from asyncapi_guard.integrations.deciding.entrants import Entrants
from asyncapi_guard.integrations.deciding.queue import Hosts, fits_queue
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


def made_for(contract: Any, policy: Policy | None = None) -> ServerDecisions:
    """What decides about the traffic of a server by a policy."""
    made = ServerDecisions(AsyncAPIGuard(contract(), policy=policy), packet.Packet, 1_000_000)
    made.active = True
    return made


@pytest.fixture
def decide(contract: Any) -> ServerDecisions:
    return made_for(contract)


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
    verdict, encoded, _ = decide.emitted(namespace, event, data, None)
    assert (verdict.violation.code if verdict.violation else None) == code
    if code is None:
        assert encoded is not None
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        assert tuple(encoded.values) == args


# -- calls, and what is known of them --------------------------------------------------------------


@pytest.mark.parametrize("mode", ["enforce", "report"])
@pytest.mark.parametrize("name", ["move", "undeclared"])
def test_a_call_is_enforced_as_its_event_is(mode: Any, name: str, contract: Any) -> None:
    """With a rule of the contract, and without one."""
    decide = made_for(contract, Policy(mode=mode))
    call, _ = event(decide, name, MOVE)
    assert (call.expected is not None) is (name == "move")
    assert call.enforced is (mode == "enforce")


def test_a_call_that_no_guard_has_judged_is_enforced() -> None:
    """Judging failed before there was one: what cannot be judged is refused."""
    call = Call("connection", "session", "/", 7)
    assert call.guard is None
    assert call.enforced


def test_what_the_contract_says_of_an_event_is_looked_up_once(decide: ServerDecisions) -> None:
    """The second event like it travels with the same."""
    first, second = event(decide, "move", MOVE)[0], event(decide, "move", MOVE)[0]
    assert first.expected is not None
    assert second.expected is first.expected


def test_what_is_sent_is_judged_by_the_contract_that_is_in_force(
    decide: ServerDecisions, contract: Any
) -> None:
    """Not by the one that was in force when an event like it was sent before."""
    assert decide.emitted("/", "moved", {"x": 1}, None)[0].violation is None
    document = contract()
    document["channels"]["main"]["messages"]["moved"]["payload"] = {"type": "integer"}
    decide.guarding.guard = Guard(load(document))  # type: ignore[attr-defined]  # an AsyncAPIGuard
    assert decide.emitted("/", "moved", {"x": 1}, None)[0].rejected
    assert decide.emitted("/", "moved", 1, None)[0].violation is None


def test_an_ack_that_cannot_be_sent_is_judged_by_the_contract_of_its_event(
    decide: ServerDecisions, contract: Any
) -> None:
    """Another policy that came meanwhile is for the events after it."""
    call, _ = event(decide, "move", MOVE)
    new = Guard(load(contract()), Policy(mode="report"))
    decide.guarding.guard = new  # type: ignore[attr-defined]  # an AsyncAPIGuard
    assert decide.ack(call, {"ok": {1}})[1].rejected
    after, _ = event(decide, "move", MOVE)
    verdict = decide.ack(after, {"ok": {1}})[1]
    assert verdict.violation is not None
    assert not verdict.rejected


def test_nothing_is_judged_in_a_namespace_of_the_admin_ui(decide: ServerDecisions) -> None:
    """In any that is left alone; everything is in all others."""
    for namespace in ("/admin", "/other"):
        assert decide.emitted(namespace, "any", 1, None)[0].rejected
        decide.leave_alone(namespace)
        assert decide.emitted(namespace, "any", 1, None)[0].violation is None
    assert decide.emitted("/admin", "any", 1, None)[0].violation is None
    assert decide.emitted("/third", "any", 1, None)[0].rejected


# -- packets and frames ----------------------------------------------------------------------------


def test_the_mode_of_a_packet_is_that_of_what_it_is(contract: Any) -> None:
    """A connect, an event or an ack, each by its own checkpoint."""
    policy = Policy(checkpoints={"connect": "report", "receive_ack": "off"})
    decide = made_for(contract, policy)
    assert decide.mode_of_packet("/locked", "connect", ack=False) is Mode.REPORT
    assert decide.mode_of_packet("/", "move", ack=False) is Mode.ENFORCE
    assert decide.mode_of_packet("/", None, ack=False) is Mode.ENFORCE
    assert decide.mode_of_packet("/", None, ack=True) is Mode.OFF


def test_the_mode_of_an_event_is_its_own_and_that_of_an_ack_is_not(contract: Any) -> None:
    """What an ack holds first is no name of an event."""
    policy = Policy(operations={"main_move": "off"})
    decide = made_for(contract, policy)
    assert decide.mode_of_packet("/", "move", ack=False) is Mode.OFF
    assert decide.mode_of_packet("/", "pair", ack=False) is Mode.ENFORCE
    assert decide.mode_of_packet("/", "move", ack=True) is Mode.ENFORCE


def test_without_the_guard_no_packet_has_a_mode_and_no_frame_is_junk(
    decide: ServerDecisions,
) -> None:
    """As soon as it is taken off."""
    assert decide.junk("/", "it is junk").rejected
    decide.active = False
    assert decide.mode_of_packet("/", "move", ack=False) is Mode.OFF
    assert decide.junk("/", "it is junk") is PASSED


# -- the message queue -----------------------------------------------------------------------------


def heard_of(hosts: Hosts, *names: str) -> None:
    for name in names:
        hosts.note({"host_id": name, "asyncapi_guard": 1})


def test_a_rejection_tells_a_guarded_host_all_it_needs(decide: ServerDecisions) -> None:
    """In the form of a callback without values, for those who know no other."""
    error = violation_error(decide.malformed_ack("/", "question", "it is no ack").violation)
    hosts = Hosts()
    assert hosts.rejection("host", "session", "/", 3, error) is None
    heard_of(hosts, "host")
    assert hosts.rejection("host", "session", "/", 3, error) == {
        "method": "callback",
        "host_id": "host",
        "sid": "session",
        "namespace": "/",
        "id": 3,
        "args": [],
        "asyncapi_guard_rejection": {"code": "malformed_packet", "reason": "it is no ack"},
    }


def test_the_host_that_was_not_heard_of_for_longest_is_forgotten(
    decide: ServerDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To be heard of again counts; and only as many are remembered as there is room for."""
    monkeypatch.setattr(queue_decisions, "_HOSTS", 2)
    error = violation_error(decide.malformed_ack("/", "question", "it is no ack").violation)
    hosts = Hosts()
    heard_of(hosts, "one", "two", "one", "three")
    known = [
        name
        for name in ("one", "two", "three")
        if hosts.rejection(name, "session", "/", 3, error) is not None
    ]
    assert known == ["one", "three"]


@pytest.mark.parametrize(
    ("values", "fits"),
    [([], True), ([{"x": 1}, "text"], True), ([b"x"], False), ([{1}], False), (["\ud800"], False)],
)
def test_what_the_queue_can_carry(values: list[Any], *, fits: bool) -> None:
    """Values that have a form in JSON, without bytes."""
    assert fits_queue(json, values) is fits


# -- who is on the way in --------------------------------------------------------------------------


class Waiting:
    """Clients on their way into `/`, on a server that has no network.

    Attributes:
        sids: their sessions, by connection.
    """

    def __init__(self, decide: ServerDecisions, *connections: str) -> None:
        self.server = socketio.Server(async_mode="threading")
        self.entrants = Entrants(self.server, decide.recorder)
        self.sids: dict[str, str] = {}
        for connection in connections:
            assert self.entrants.approach(connection, "/") is not None
            self.sids[connection] = self.server.manager.pre_connect(connection, "/")

    def kept(self, connection: str) -> list[Any]:
        found = self.entrants.find(connection, "/")
        assert found is not None
        return self.entrants.take_kept(found)


def later(_sid: str) -> None:
    """Sends a broadcast."""


@pytest.mark.parametrize("many", [False, True])
def test_a_broadcast_is_kept_for_all_but_who_is_skipped(
    decide: ServerDecisions, *, many: bool
) -> None:
    """Those who came after who is skipped are among them."""
    waiting = Waiting(decide, "a", "b", "c")
    one, other, third = waiting.sids.values()
    held = waiting.entrants.keep("/", None, [other] if many else other, later)
    assert held == {one, third}
    assert [waiting.kept(each) for each in "abc"] == [[later], [], [later]]


def test_what_was_kept_is_taken_once_and_then_the_client_is_in(decide: ServerDecisions) -> None:
    """Nothing is kept for a client that is in."""
    waiting = Waiting(decide, "a")
    waiting.entrants.keep("/", None, None, later)
    assert waiting.kept("a") == [later]
    assert waiting.entrants.keep("/", None, None, later) == set(waiting.sids.values())
    assert waiting.kept("a") == [later]
    assert waiting.kept("a") == []
    assert waiting.entrants.keep("/", None, None, later) == set()


def test_a_client_that_misses_broadcasts_is_named_once(
    decide: ServerDecisions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More than some are not kept."""
    monkeypatch.setattr(entrants_decisions, "_KEPT", 2)
    waiting = Waiting(decide, "a")
    for _ in range(4):
        assert waiting.entrants.keep("/", None, None, later) == {waiting.sids["a"]}
    [line] = [each for each in caplog.messages if "misses a broadcast" in each]
    assert line.startswith(waiting.sids["a"])
    assert line.endswith("2 events are already waiting")
    assert waiting.kept("a") == [later, later]


def test_only_who_has_not_entered_is_noted_to_leave(decide: ServerDecisions) -> None:
    """Its session has begun, or not even that; a client that is in leaves as any other does."""
    waiting = Waiting(decide, "a", "b")
    waiting.server.manager.connect(waiting.sids["b"], "/")
    waiting.entrants.approach("early", "/")
    noted = {
        each: waiting.entrants.note_leaving(each, "/", "why") for each in ("a", "b", "early", "no")
    }
    assert noted == {"a": True, "b": False, "early": True, "no": False}
    for each in ("a", "b", "early"):
        found = waiting.entrants.find(each, "/")
        assert found is not None
        assert (found.left, found.reason) == ((True, "why") if noted[each] else (False, None))


def test_the_end_of_a_connection_is_noted_with_its_environment(decide: ServerDecisions) -> None:
    """Which is also returned, for sessions that nobody knows of yet."""
    waiting = Waiting(decide, "a", "b")
    environ = waiting.server.environ["a"] = {"REMOTE_ADDR": "192.0.2.7"}
    assert waiting.entrants.note_end("a", "why") is environ
    assert waiting.entrants.note_end("unknown", "why") is None
    found = waiting.entrants.find("a", "/")
    assert found is not None
    assert (found.left, found.gone, found.reason, found.environ) == (True, True, "why", environ)
    assert waiting.entrants.has_gone("a")
    assert not waiting.entrants.has_gone("b")


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
