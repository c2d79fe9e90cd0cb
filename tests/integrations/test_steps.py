"""Which functions of the guard an event and an emit call: those that their contract has a use for.

Calls are counted, and nothing is timed. What becomes unconditional by mistake shows here.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
import pytest
import socketio
from blinker import Signal
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket
from flask_socketio import SocketIO
from opentelemetry.metrics import NoOpMeterProvider
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

import asyncapi_guard
from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    Identity,
    Message,
    Policy,
    metrics,
)
from asyncapi_guard.integrations import flask_socketio
from asyncapi_guard.integrations.deciding.calls import handled
from asyncapi_guard.violation_log.log import ViolationLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = str(Path(asyncapi_guard.__file__).parent)
#: How many of the guard's functions an event with an ack, and an emit, call at most.
MOST = {"event": 35, "emit": 22}
#: How often an event with a model and its ack call functions of the guard, on a drop-in that puts
#: the ack into its client's queue; two more for the task that its handler runs in.
MOST_TYPED = {AsyncAPIServer: 40, AsyncAPIAsyncServer: 39}
#: What only some contracts have a use for, and an attribute of a message that says so.
TIMED = {"x-ack": {"args": {"type": "boolean"}, "required": True, "timeout": 60}}
OF_ACKS = {"ack_options", "owed", "timing"}
OF_SECURITY = {"admissions", "identity", "security", "sessions"}
OF_PARTS = {"admitting", "entering", "expiring", "message", "verifying"}
SPECIAL = {*OF_ACKS, *OF_SECURITY, *OF_PARTS, "limits"}


def document(*, timed: bool = False, secured: bool = False) -> dict[str, Any]:
    channel = {"$ref": "#/channels/main"}
    plain = {"x-ack": {"type": "boolean"}}
    message = {"payload": {"type": "string"}, **(TIMED if timed else plain)}
    scheme = {"type": "http", "scheme": "bearer"}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": {
            "main": {
                "host": "h",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/b"}] if secured else [],
            }
        },
        "channels": {"main": {"address": "/", "messages": {"say": message}}},
        "operations": {
            action: {"action": action, "channel": channel} for action in ("receive", "send")
        },
        "components": {"securitySchemes": {"b": scheme} if secured else {}},
    }


def profiled(note: Callable[..., None], action: Callable[[], None]) -> None:
    """Do something, and tell of all that it calls."""
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)


class Stage:
    """A server that runs handlers where a frame is read, with one client.

    Attributes:
        sent: what the server has sent.
    """

    def __init__(self, server: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.io = server
        self.awaits: bool = server.is_asyncio_based()
        self.loop = loop
        self.sent: list[Any] = []
        if self.awaits:

            async def send_later(_eio_sid: str, packet: Any) -> None:
                self.sent.append(packet.data)

            server.eio.send_packet = send_later
        else:
            server.eio.send_packet = lambda _eio_sid, packet: self.sent.append(packet.data)
        self.do(server._handle_eio_connect, "e1", {"HTTP_AUTHORIZATION": "Bearer b"})
        self.frame("0")

    def do(self, function: Callable[..., Any], *args: Any, **options: Any) -> None:
        if self.awaits:
            self.loop.run_until_complete(function(*args, **options))
        else:
            function(*args, **options)

    def frame(self, frame: str) -> None:
        self.do(self.io._handle_eio_message, "e1", frame)

    def event(self) -> None:
        self.frame('27["say","hello"]')

    def emit(self, **options: Any) -> None:
        self.do(self.io.emit, "say", "hello", **options)

    def steps(self, action: Callable[[], None]) -> list[tuple[str, str]]:
        """The guard's functions that something calls: modules and names; after it was done once."""
        calls: list[tuple[str, str]] = []

        def note(frame: Any, event: str, _arg: Any) -> None:
            code = frame.f_code
            if event == "call" and code.co_filename.startswith(PACKAGE):
                calls.append((Path(code.co_filename).stem, code.co_name))

        action()
        profiled(note, action)
        return calls


class Queued(Stage):
    """A server whose client is a queue of engine.io's, which it puts packets into."""

    def __init__(self, server: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.io, self.loop = server, loop
        self.awaits: bool = server.is_asyncio_based()
        client = (AsyncSocket if self.awaits else Socket)(server.eio, "e1")
        server.eio.sockets["e1"] = client
        client.connected, client.last_ping, self.queue = True, None, client.queue
        self.do(server._handle_eio_connect, "e1", {})
        self.frame("0")
        self.taken()

    def taken(self) -> list[Any]:
        """All that was sent."""
        taken = []
        while not self.queue.empty():
            taken.append(self.queue.get_nowait().encode())
        return taken

    def event(self) -> None:
        self.frame('27["say",{"x":1}]')
        if self.io.async_handlers:
            self.do(asyncio.sleep, 0)  # its task runs


class Said(BaseModel):
    x: int


def typed(kind: Any, loop: asyncio.AbstractEventLoop, *, apart: bool = False) -> Queued:
    """A drop-in with a handler that takes a model, and returns it."""
    io = kind(typed=True, async_handlers=apart)

    def say(sid: str, said: Said) -> Said:
        return said

    async def say_later(sid: str, said: Said) -> Said:
        return said

    io.on("say", say_later if io.is_asyncio_based() else say)
    return Queued(io, loop)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture(params=["Server", "AsyncServer"])
def stage(
    request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop
) -> Iterator[Callable[..., Stage]]:
    """Makes servers of one kind, guarded by `document`."""

    def make(handler: Any = None, policy: Policy | None = None, **options: Any) -> Stage:
        server = getattr(socketio, request.param)(async_handlers=False)
        verifiers = {"b": lambda *_: Identity("ann")} if options.get("secured") else None
        guard = AsyncAPIGuard(document(**options), policy=policy, security=verifiers)
        guard.protect(server)
        guards.append(guard)
        server.on("say", handler or (lambda *_: True))
        return Stage(server, loop)

    guards: list[AsyncAPIGuard] = []
    yield make
    for guard in guards:
        guard.uninstall()


def special(calls: list[tuple[str, str]]) -> set[str]:
    return {module for module, _ in calls} & SPECIAL


def test_a_contract_without_options_takes_no_step_for_them(stage: Any) -> None:
    """Neither for security, nor for what an ack must be and when, nor for limits."""
    at = stage()
    assert special(at.steps(at.event)) == set()
    assert special(at.steps(at.emit)) == set()
    assert at.sent[1:] == ["37[true]", "37[true]", '2["say","hello"]', '2["say","hello"]']


def test_options_take_steps_of_their_own(stage: Any) -> None:
    """So the test before could fail."""
    at = stage(timed=True)
    assert special(at.steps(at.event)) | {"owed"} >= OF_ACKS
    assert special(at.steps(lambda: at.emit(callback=lambda *_: None))) >= OF_ACKS
    at = stage(secured=True)
    assert {"admissions", "security"} <= special(at.steps(at.event))
    at = stage(policy=Policy(max_violations=30))
    assert special(at.steps(at.event)) == {"limits"}


@pytest.mark.parametrize("action", MOST)
def test_there_are_not_more_steps_than_there_were(action: str, stage: Any) -> None:
    """Each costs every event of everybody; whoever needs one more says so here."""
    at = stage()
    steps = at.steps(getattr(at, action))
    assert len(set(steps)) <= MOST[action], steps


@pytest.mark.parametrize(
    ("kind", "apart"),
    [(AsyncAPIServer, False), (AsyncAPIAsyncServer, False), (AsyncAPIAsyncServer, True)],
)
def test_a_typed_event_takes_no_more_steps_than_it_did(
    kind: Any, apart: bool, loop: asyncio.AbstractEventLoop
) -> None:
    """By its model, to its handler, and into the queue of its client."""
    at = typed(kind, loop, apart=apart)
    steps = at.steps(at.event)
    assert len(steps) <= MOST_TYPED[kind] + 2 * apart, steps
    assert at.taken() == ['437[{"x":1}]'] * 2
    assert at.io.guard.shortcut(at.io.guard.in_force.rule_of_received("/", "say"), "/", "say")


@pytest.mark.parametrize("kind", [AsyncAPIServer, AsyncAPIAsyncServer])
def test_an_ack_with_bytes_is_put_into_the_queue_once(
    kind: Any, loop: asyncio.AbstractEventLoop
) -> None:
    """All parts of it in a row."""
    at = typed(kind, loop)

    @at.io.on("say", get_from_typehint=False)
    def say(sid: str, said: Any) -> bytes:
        return b"b"

    at.event()
    assert at.taken() == ['461-7[{"_placeholder":true,"num":0}]', b"b"]


def test_a_task_looks_for_its_event_loop_once(loop: asyncio.AbstractEventLoop) -> None:
    """Before Python 3.12, asyncio asks the system for the process each time."""
    at, asked = typed(AsyncAPIAsyncServer, loop, apart=True), list[str]()

    def note(frame: Any, event: str, arg: Any) -> None:
        if event == "c_call" and "_running_loop" in arg.__name__:
            callers = [each.f_code for each in (frame, frame.f_back) if each is not None]
            ours = (c.co_name for c in callers if c.co_filename.startswith(PACKAGE))
            asked.extend(islice(ours, 1))

    profiled(note, at.event)
    assert asked == ["start"]


@pytest.mark.parametrize("action", MOST)
def test_counters_and_logs_take_no_step(action: str, stage: Any, tmp_path: Path) -> None:
    """They are read when somebody scrapes; a log begins where something breaks the contract."""
    at = stage()
    plain = at.steps(getattr(at, action))
    for keep in (count_for_prometheus, count_for_opentelemetry, partial(write_to, tmp_path)):
        keep(at.io._asyncapi_guard.decide.guarding)
        assert at.steps(getattr(at, action)) == plain


@pytest.mark.parametrize("kind", ["histograms", "spans"])
def test_what_is_measured_takes_steps_of_its_own(kind: str, stage: Any) -> None:
    """So the test before could fail."""
    at = stage()
    guard = at.io._asyncapi_guard.decide.guarding
    if kind == "histograms":
        metrics.prometheus(guard, registry=CollectorRegistry(), histograms=True)
    else:
        metrics.opentelemetry(guard, meter_provider=NoOpMeterProvider())
    assert "observing" in {module for module, _ in at.steps(at.event)}


def count_for_prometheus(guard: AsyncAPIGuard) -> None:
    metrics.prometheus(guard, registry=CollectorRegistry())


def count_for_opentelemetry(guard: AsyncAPIGuard) -> None:
    metrics.opentelemetry(guard, meter_provider=NoOpMeterProvider(), spans=False)


def write_to(folder: Path, guard: AsyncAPIGuard) -> None:
    log = ViolationLog(str(folder / "x.ndjson"), complain=print)
    guard.recorder.write_to(log, lambda: guard.guard)


@pytest.mark.parametrize("timed", [False, True])
def test_only_timed_acks_are_waited_for(timed: bool, stage: Any) -> None:
    """While a handler runs, and while a client has not answered."""
    seen: list[Any] = []

    def waits(at: Any) -> bool:
        clock = at.io._asyncapi_guard.clock
        return bool(clock.waiting if at.awaits else clock._queues)

    at = stage(lambda *_: seen.append(waits(at)) or True, timed=timed)
    at.event()
    at.emit(callback=lambda *_: None)
    assert [*seen, waits(at), bool(at.io._asyncapi_guard._owed)] == [timed] * 3


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("kind", [AsyncAPIServer, AsyncAPIAsyncServer])
def test_the_event_is_noted_where_a_handler_asks_for_it(
    kind: Any, asks: bool, loop: asyncio.AbstractEventLoop
) -> None:
    """One of the server's, whichever."""
    io, seen = kind(typed=True, async_handlers=False), []

    @io.on("say")
    def say(text: str) -> bool:
        seen.append(handled.get() is not None)
        return True

    if asks:

        @io.on("other")
        def other(message: Message) -> None: ...

    Stage(io, loop).event()
    assert seen == [asks]


@pytest.mark.parametrize("secured", [False, True])
def test_flask_is_listened_to_where_somebody_has_an_identity(
    secured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signals cost all requests of a process something."""
    told = Signal()
    monkeypatch.setattr(flask_socketio, "appcontext_pushed", told)
    app = flask.Flask("shop")
    verifiers = {"b": lambda *_: Identity("ann")} if secured else None
    io: Any = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(document(secured=secured), security=verifiers).init_app(app, io)
    io.on("say")(lambda _text: True)
    client = io.test_client(app, headers={"Authorization": "Bearer b"})
    assert client.emit("say", "hello", callback=True) is True
    assert bool(told.receivers) is secured
