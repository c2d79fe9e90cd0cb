"""Applications that do unusual things on asyncio, with a guard and without.

In report mode and in off mode, what goes out, what handlers and callbacks see, and what is raised
is what it is without a guard. In enforce mode, what goes out goes out without a guard as well, but
for answers that are errors. Frames go in where engine.io hands them over.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import socketio

from asyncapi_guard import AsyncAPIGuard, Mode, Policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

_SID = re.compile(r'"sid":"[^"]*"')
#: What handlers may raise that is no `Exception`.
ENDS = [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError]
scenarios: dict[str, Callable[[Stage], Awaitable[None]]] = {}


def scenario(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    scenarios[function.__name__] = function
    return function


class Stage:
    """A server, and what came of it.

    Attributes:
        sent: what went out, by connection.
        seen: what the application saw.
        faults: what tasks raised and nobody took.
    """

    def __init__(self, contract: Any, mode: str | None) -> None:
        self._contract, self._mode = contract, mode
        self.sent: list[tuple[str, Any]] = []
        self.seen: list[Any] = []
        self.faults: list[str] = []
        self.guard: AsyncAPIGuard | None = None
        self.sessions: dict[str, Any] = {}

    def make(self, kind: Any = socketio.AsyncServer, **options: Any) -> Any:
        """A guarded server whose engine.io is only written down."""
        self.io = kind(async_mode="asgi", **options)
        eio = self.io.eio
        eio.send = eio.send_packet = self._send
        eio.disconnect = self._disconnect
        eio.get_session, eio.save_session = self._session, self._save
        self.protect()
        return self.io

    def protect(self) -> None:
        if self._mode is not None:
            self.guard = AsyncAPIGuard(self._contract, policy=Policy(mode=Mode(self._mode)))
            self.guard.protect(self.io)

    async def _send(self, eio_sid: str, data: Any) -> None:
        self.sent.append((eio_sid, getattr(data, "data", data)))

    async def _disconnect(self, eio_sid: str) -> None:
        self.sent.append((eio_sid, "the connection is closed"))

    async def _session(self, eio_sid: str) -> Any:
        return self.sessions.setdefault(eio_sid, {})

    async def _save(self, eio_sid: str, session: Any) -> None:
        self.sessions[eio_sid] = session

    async def enter(self, client: str = "c", auth: str = "") -> Any:
        """A client enters: its sid."""
        await self.io._handle_eio_connect(client, {})
        await self.feed(f"0{auth}", client)
        return self.io.manager.sid_from_eio_sid(client, "/")

    async def feed(self, frame: Any, client: str = "c") -> None:
        """A frame comes, and all tasks that it starts have their turns."""
        try:
            await self.io._handle_eio_message(client, frame)
        except BaseException as error:  # whatever would reach engine.io
            self.seen.append(("raised", type(error).__name__))
        await self.turn()

    async def turn(self) -> None:
        for _ in range(40):
            await asyncio.sleep(0)

    async def leave(self, client: str = "c") -> None:
        await self.io._handle_eio_disconnect(client, "transport close")
        await self.turn()

    def result(self) -> tuple[list[Any], list[Any], list[str]]:
        """What came of it, without sids, which are drawn."""
        sent = [
            (to, data if isinstance(data, bytes) else _SID.sub("", data)) for to, data in self.sent
        ]
        return sent, self.seen, sorted(self.faults)


def played(name: str, contract: Any, mode: str | None) -> Stage:
    stage = Stage(contract, mode)

    def fault(_: Any, context: dict[str, Any]) -> None:
        stage.faults.append(type(context.get("exception")).__name__)

    async def play() -> None:
        asyncio.get_running_loop().set_exception_handler(fault)
        await asyncio.wait_for(scenarios[name](stage), 60)

    asyncio.run(play())
    return stage


# -- applications ----------------------------------------------------------------------------------


@scenario
async def a_server_s_own_methods(at: Stage) -> None:
    class Own(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio carries no types
        async def emit(self, event: str, *args: Any, **options: Any) -> Any:
            at.seen.append(("emit", event))
            return await super().emit(event, *args, **options)

        async def _trigger_event(self, event: str, *args: Any) -> Any:
            at.seen.append(("trigger", event))
            return await super()._trigger_event(event, *args)

        def on(self, event: str, *args: Any, **options: Any) -> Any:
            at.seen.append(("on", event))
            return super().on(event, *args, **options)

    io = at.make(Own)

    async def word(sid: str, text: str) -> Any:
        await io.emit("plain", text, to=sid)
        return 1, "a"

    io.on("word", word)
    await at.enter()
    await at.feed('21["word","x"]')


@scenario
async def a_namespace_s_own_methods(at: Stage) -> None:
    class Own(socketio.AsyncNamespace):  # type: ignore[misc]  # as above
        async def emit(self, event: str, *args: Any, **options: Any) -> Any:
            at.seen.append(("emit", event))
            return await super().emit(event, *args, **options)

        async def trigger_event(self, event: str, *args: Any) -> Any:
            at.seen.append(("trigger", event))
            return await super().trigger_event(event, *args)

        async def on_word(self, sid: str, text: str) -> Any:
            await self.emit("plain", text)
            at.seen.append(await self.call("question", "q", to=sid, timeout=5))
            return 1, "a"

    at.make().register_namespace(Own("/"))
    await at.enter()
    await at.feed('21["word","x"]')
    await at.feed('31[{"answer":"b"}]')
    await at.leave()


@scenario
async def registered_again_and_unguarded_under_way(at: Stage) -> None:
    io, release = at.make(), asyncio.Event()
    io.on("word", lambda sid, text: (1, "old"))
    await at.enter()
    io.on("word", lambda sid, text: (2, "new"))
    await at.feed('21["word","x"]')

    async def begin(sid: str) -> None:
        await release.wait()

    io.on("begin", begin)
    await at.feed('22["begin"]')
    if at.guard is not None:
        at.guard.uninstall()
    await at.feed('23["word","y"]')
    release.set()
    await at.turn()
    at.protect()
    await at.feed('24["word","z"]')


@scenario
async def rooms_sessions_and_tasks_from_connect_on(at: Stage) -> None:
    io = at.make()

    async def later(sid: str) -> None:
        await io.sleep(0)
        await io.emit("plain", "later", to=sid)

    async def connect(sid: str, environ: Any, auth: Any) -> None:
        await io.save_session(sid, {"user": 1})
        await io.enter_room(sid, "room")
        await io.emit("plain", "from connect", room="room")
        io.start_background_task(later, sid)

    async def word(sid: str, text: str) -> Any:
        async with io.session(sid) as session:
            session["count"] = session.get("count", 0) + 1
        at.seen.append((dict(await io.get_session(sid)), len(io.rooms(sid))))
        return 1, text

    io.on("connect", connect)
    io.on("word", word)
    await at.enter()
    await at.feed('21["word","x"]')
    await at.feed('22["word","y"]')
    await io.close_room("room")
    await io.emit("plain", "to nobody", room="room")
    at.sent.sort(key=str)  # what connect handlers send waits until their client is in


@scenario
async def disconnects_within_handlers(at: Stage) -> None:
    io = at.make()

    async def word(sid: str, text: str) -> Any:
        await io.disconnect(sid)
        return 1, "after"

    async def disconnect(sid: str, reason: str) -> None:
        await io.emit("plain", "bye")
        at.seen.append(reason)

    io.on("word", word)
    io.on("disconnect", disconnect)
    await at.enter("other")
    await at.enter()
    await at.feed('21["word","x"]')
    await at.feed('22["word","x"]')


@scenario
async def calls_within_handlers(at: Stage) -> None:
    io = at.make()

    async def begin(sid: str) -> None:
        at.seen.append(await io.call("question", "q", to=sid, timeout=5))

    io.on("begin", begin)
    sid = await at.enter()
    await at.feed('21["begin"]')
    await at.feed('31[{"answer":"x"}]')
    try:
        await io.call("question", "q", to=sid, timeout=0)
    except socketio.exceptions.TimeoutError:
        at.seen.append("no answer")
    await at.feed('32[{"answer":"late"}]')


@scenario
async def many_receivers(at: Stage) -> None:
    io = at.make()
    one, two, _ = [await at.enter(client) for client in ("one", "two", "three")]
    for options in (
        {"to": [one, two]},
        {"to": (one, two), "skip_sid": two},
        {"room": [one]},
        {"skip_sid": one},
        {"skip_sid": [one, two]},
        {"ignore_queue": True},
        {"to": "nobody"},
    ):
        await io.emit("plain", str(list(options)), **options)
    await io.emit("question", "q", to=[one, two], callback=lambda *acks: at.seen.append(acks))
    await at.feed('31[{"answer":"1"}]', "one")
    await at.feed('31[{"answer":"2"}]', "two")
    at.sent.sort()


@scenario
async def callbacks_of_all_kinds(at: Stage) -> None:
    io = at.make()
    sid = await at.enter()

    async def callback(*values: Any) -> None:
        await asyncio.sleep(0)
        at.seen.append(values)

    async def raises(*values: Any) -> None:
        raise LookupError

    for each in (callback, at.seen.append, raises):
        await io.emit("question", "q", to=sid, callback=each)
    for id in (1, 2, 3, 3, 9):
        await at.feed(f'3{id}[{{"answer":"{id}"}}]')


@scenario
async def groups_of_exceptions(at: Stage) -> None:
    io = at.make()

    async def word(sid: str, text: str) -> Any:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep, 60)
            raise LookupError

    async def begin(sid: str) -> None:
        with anyio.move_on_after(0):
            await anyio.sleep(60)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep, 60)
            tasks.cancel_scope.cancel()

    io.on("word", word)
    io.on("begin", begin)
    await at.enter()
    await at.feed('21["word","x"]')
    await at.feed('22["begin"]')
    await at.turn()


@scenario
async def two_servers_in_one_loop(at: Stage) -> None:
    for name in ("first", "second"):
        io = at.make()
        io.on("word", lambda sid, text, name=name: (1, name))
        await at.enter(name)
        await at.feed('21["word","x"]', name)
        await io.emit("plain", name)


@scenario
async def bytes_and_large_frames(at: Stage) -> None:
    io = at.make(max_http_buffer_size=10_000)

    async def upload(sid: str, file: Any) -> int:
        at.seen.append(file["data"])
        return 3

    io.on("upload", upload)
    io.on("word", lambda sid, text: (len(text), "a"))
    await at.enter()
    await at.feed('51-7["upload",{"name":"n","data":{"_placeholder":true,"num":0}}]')
    await at.feed(b"\x00" * 1000)
    await at.feed(f'21["word","{"x" * 500_000}"]')
    await io.emit("file", {"data": b"abc"})


@scenario
async def always_connected(at: Stage) -> None:
    io = at.make(always_connect=True)

    async def connect(sid: str, environ: Any, auth: Any) -> Any:
        await io.emit("plain", "hello", to=sid)
        if auth == {"no": 1}:
            raise socketio.exceptions.ConnectionRefusedError("no", 1)
        return auth != {"false": 1}

    io.on("connect", connect)
    for client, auth in (("a", ""), ("b", '{"no":1}'), ("c", '{"false":1}')):
        await at.enter(client, auth)
    at.seen.append(len(list(io.manager.get_participants("/", None))))


@scenario
async def one_after_the_other_with_contexts(at: Stage) -> None:
    io, variable = at.make(async_handlers=False), contextvars.ContextVar("variable", default=0)

    async def word(sid: str, text: str) -> Any:
        await asyncio.sleep(0)
        at.seen.append((text, variable.get()))
        variable.set(variable.get() + 1)
        return 1, text

    io.on("word", word)
    await at.enter()
    for number in range(3):
        await at.feed(f'2{number}["word","{number}"]')


@scenario
async def every_namespace(at: Stage) -> None:
    io = at.make(namespaces="*")

    async def caught(event: str, namespace: str, sid: str, *args: Any) -> Any:
        at.seen.append((event, namespace, args))

    io.on("*", caught, namespace="*")
    await at.enter()
    await at.feed("0/rooms/red,")
    await at.feed('21["begin"]')
    await at.feed('2/rooms/red,2["say","x"]')


@scenario
async def what_breaks_the_contract(at: Stage) -> None:
    io = at.make()
    io.on("word", lambda sid, *args: at.seen.append("word") if args != ("x",) else "bad")
    io.on("nope", lambda sid, *args: at.seen.append("nope"))
    sid = await at.enter()
    for frame in ('21["word",5]', '22["word"]', '23["nope",1]', '24["word","x"]'):
        await at.feed(frame)
    await io.emit("question", "q", to=sid, callback=lambda *values: at.seen.append(values))
    await at.feed("31[5]")


def _ends(error: type[BaseException], event: str) -> Callable[[Stage], Awaitable[None]]:
    async def ends(at: Stage) -> None:
        io = at.make(async_handlers=False)

        async def handler(*args: Any) -> None:
            raise error

        io.on(event, handler)
        await at.enter()
        await at.feed('21["begin"]')
        try:
            await at.leave()
        except BaseException as raised:  # whatever would reach engine.io
            at.seen.append(type(raised).__name__)

    return ends


scenarios |= {
    f"{error.__name__} in {event}": _ends(error, event)
    for error in ENDS
    for event in ("begin", "connect", "disconnect")
}


# -- tests -----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("mode", ["report", "off"])
@pytest.mark.parametrize("name", scenarios)
def test_a_guard_that_rejects_nothing_changes_nothing(name: str, mode: str, contract: Any) -> None:
    """What went out, what the application saw, and what was raised is as without a guard."""
    assert played(name, contract(), mode).result() == played(name, contract(), None).result()


@pytest.mark.parametrize("name", scenarios)
def test_a_guard_adds_errors_and_nothing_else(name: str, contract: Any) -> None:
    """In enforce mode; and whoever's handler failed is not in the server's books afterwards."""
    guarded = played(name, contract(), "enforce")
    more = Counter(guarded.result()[0]) - Counter(played(name, contract(), None).result()[0])
    assert [data for _, data in more if '"error":{"code":' not in data] == []
    if name.endswith("in connect"):
        assert guarded.io.manager.rooms == {}


def test_what_breaks_the_contract_is_seen_by_nobody(contract: Any) -> None:
    """No handler and no callback ran, and no bad ack went out."""
    guarded = played("what_breaks_the_contract", contract(), "enforce")
    assert guarded.seen == []
    assert not any(data.endswith('["bad"]') for _, data in guarded.sent)


@pytest.mark.parametrize("mode", ["enforce", "report"])
def test_a_server_outlives_its_event_loop(mode: str, contract: Any) -> None:
    """As in tests, where each has a loop of its own: nothing of the guard belongs to a loop."""
    stage = Stage(contract(), mode)
    stage.make().on("word", lambda sid, text: (1, text))

    async def visit(client: str) -> None:
        await stage.enter(client)
        await stage.feed('21["word","x"]', client)
        await stage.leave(client)

    for client in ("first", "second"):
        asyncio.run(visit(client))
        assert stage.sent[-1] == (client, '31[1,"x"]')
    assert stage.io.manager.rooms == {}
