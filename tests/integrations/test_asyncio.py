"""What asyncio adds: tasks, cancellation, what can be awaited; over uvicorn and real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import json
import logging
import queue
import weakref
from typing import TYPE_CHECKING, Any

import pytest
import requests
import socketio
from traffic_asyncio import Uvicorn, new_async_application

from asyncapi_guard import EmitValidationError, InstallationError, Policy
from asyncapi_guard.integrations.aio.calling import _held, start

if TYPE_CHECKING:
    from collections.abc import Callable

HANDLER_ERROR = '"code":"handler_error"'


class Place:
    """A guarded server under uvicorn, and a client without manners.

    Attributes:
        io: the `socketio.AsyncServer`.
    """

    def __init__(self, net: Any, **options: Any) -> None:
        self.made = new_async_application(handlers=False, **options)
        self.io = self.made.server
        self.net = net
        self.served: Uvicorn = net.also_serve(Uvicorn(socketio.ASGIApp(self.io)))

    def client(self) -> Any:
        return self.net.raw(self.served.url)

    def entered(self) -> Any:
        client = self.client()
        assert client.enter().startswith("0")
        return client

    def sid(self) -> str:
        return next(iter(self.io.manager.get_participants("/", None)))[0]

    def faults(self) -> list[str]:
        """What tasks raised and nobody took."""
        gc.collect()
        self.served.run(asyncio.sleep(0))
        return [repr(each.get("exception")) for each in self.served.faults]


@pytest.fixture
def place(net: Any) -> Callable[..., Place]:
    """Makes guarded servers; options go to `new_async_application`."""
    return functools.partial(Place, net)


def ask(client: Any, event: str, *args: Any) -> str:
    client.send(f"27{json.dumps([event, *args])}")
    return str(client.receive())


async def await_what_was_cancelled(*args: Any) -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


async def await_a_task_that_is_cancelled(*args: Any) -> None:
    task = asyncio.ensure_future(asyncio.sleep(1000))
    asyncio.get_running_loop().call_soon(task.cancel)
    await task


CANCELLED = pytest.mark.parametrize(
    "cancelled", [await_what_was_cancelled, await_a_task_that_is_cancelled]
)


# -- CancelledError that surfaces in a handler -----------------------------------------------------


def as_function(io: Any, event: str, handler: Any) -> None:
    io.on(event, handler)


def as_catch_all(io: Any, event: str, handler: Any) -> None:
    io.on("*" if event != "connect" else event, handler)


def in_all_namespaces(io: Any, event: str, handler: Any) -> None:
    io.on(event, handler, namespace="*")


def as_plain_function(io: Any, event: str, handler: Any) -> None:
    def plain(*args: Any) -> Any:
        return handler(*args)

    io.on(event, plain)


def as_partial(io: Any, event: str, handler: Any) -> None:
    io.on(event, functools.partial(handler))


def in_class(io: Any, event: str, handler: Any) -> None:
    async def method(self: Any, *args: Any) -> Any:
        return await handler(*args)

    io.register_namespace(type("Main", (socketio.AsyncNamespace,), {f"on_{event}": method})("/"))


def in_class_that_dispatches(io: Any, event: str, handler: Any) -> None:
    async def method(self: Any, *args: Any) -> Any:
        return await handler(*args)

    class Dispatching(socketio.AsyncNamespace):  # type: ignore[misc]  # it carries no types
        async def trigger_event(self, event: str, *args: Any) -> Any:
            return await super().trigger_event(event, *args)

    setattr(Dispatching, f"on_{event}", method)
    io.register_namespace(Dispatching("/"))


def in_class_that_calls_by_itself(io: Any, event: str, handler: Any) -> None:
    class Calling(socketio.AsyncNamespace):  # type: ignore[misc]  # it carries no types
        async def trigger_event(self, event: str, *args: Any) -> Any:
            return await handler(*args)

    io.register_namespace(Calling("/"))


REGISTERED = pytest.mark.parametrize(
    "register",
    [
        as_function,
        as_catch_all,
        in_all_namespaces,
        as_plain_function,
        as_partial,
        in_class,
        in_class_that_dispatches,
        in_class_that_calls_by_itself,
    ],
)
BOTH_WAYS = pytest.mark.parametrize("async_handlers", [True, False])


@CANCELLED
@REGISTERED
def test_a_connect_whose_handler_is_cancelled_is_rejected(
    register: Any, cancelled: Any, place: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered as one that raised; the log says why."""
    at = place()
    register(at.io, "connect", cancelled)
    client = at.client()
    frame = client.enter()
    assert frame.startswith("4")
    assert HANDLER_ERROR in frame
    assert at.io.manager.rooms == {}
    assert "'connect' in '/' was cancelled" in caplog.text


@BOTH_WAYS
@CANCELLED
@REGISTERED
@pytest.mark.sampled(3)
def test_an_event_whose_handler_is_cancelled_is_answered(
    register: Any, cancelled: Any, async_handlers: bool, place: Any, net: Any
) -> None:
    """The ack says that the handler failed, and the next event is answered as ever."""
    at = place(server={"async_handlers": async_handlers, "namespaces": ["/"]})
    ends = [cancelled]

    async def handler(*args: Any) -> Any:
        if ends and "word" not in args and "connect" not in args and type(args[-1]) is int:
            await ends[0]()

    register(at.io, "number", handler)
    client = at.entered()
    assert HANDLER_ERROR in ask(client, "number", 5)
    ends.clear()
    assert ask(client, "number", 6) == "37[]"


@pytest.mark.parametrize("mode", ["report", "off"])
def test_where_nothing_is_enforced_it_is_as_without_the_guard(mode: str, place: Any) -> None:
    """The client is let in, and the event is answered with nothing."""
    at = place(policy=Policy(mode=mode))
    at.io.on("connect", await_what_was_cancelled)
    at.io.on("number", await_what_was_cancelled)
    client = at.entered()
    assert ask(client, "number", 5) == "37[]"


def test_a_cancelled_disconnect_handler_leaves_nobody_behind(place: Any) -> None:
    """The session ends in any case."""
    at = place()
    at.io.on("disconnect", await_what_was_cancelled)
    at.io.on("begin", lambda sid: None)
    client = at.entered()
    client.send("1")
    assert client.enter().startswith("0")
    assert ask(client, "begin") == "37[]"
    assert not at.io.manager.pending_disconnect.get("/")
    assert len(list(at.io.manager.get_participants("/", None))) == 1


def test_a_server_that_is_cancelled_ends(place: Any) -> None:
    """Its tasks end as cancelled ones, with no exception that nobody took."""
    at = place()
    begun: queue.Queue[asyncio.Task[Any] | None] = queue.Queue()

    async def handler(sid: str, *args: Any) -> None:
        begun.put(asyncio.current_task())
        await asyncio.sleep(1000)

    at.io.on("begin", handler)
    at.io.on("connect", handler, namespace="/rooms/red")
    client = at.entered()
    client.send('27["begin"]')
    task = begun.get(timeout=20)
    client.send("0/rooms/red,")
    begun.get(timeout=20)
    at.served.close()
    at.net._others.remove(at.served)
    assert task is not None
    assert task.cancelled()
    assert [each for each in at.served.faults if "Task" in each["message"]] == []


def test_what_runs_is_held(place: Any) -> None:
    """A task that only waits for something that nobody else holds is not collected."""
    at = place()
    done: queue.Queue[str] = queue.Queue()
    waited: list[weakref.ref[asyncio.Future[None]]] = []

    async def handler(sid: str) -> None:
        future = asyncio.get_running_loop().create_future()
        waited.append(weakref.ref(future))
        done.put("begun")
        await future

    def end() -> None:
        future = waited[0]()
        if future is not None:  # else its task was collected
            future.set_result(None)

    at.io.on("begin", handler)
    client = at.entered()
    client.send('27["begin"]')
    assert done.get(timeout=20) == "begun"
    gc.collect()
    at.served.loop.call_soon_threadsafe(end)
    assert client.receive() == "37[]"


@pytest.mark.parametrize("begins", [False, True])
def test_nothing_is_held_that_has_ended(begins: bool) -> None:
    """Also where it was cancelled, maybe before it began."""

    async def run() -> None:
        before = {*asyncio.all_tasks(), *_held}
        for _ in range(3):
            start(socketio.AsyncServer(async_mode="asgi"), asyncio.sleep, 1000)
        tasks = asyncio.all_tasks() - before
        if begins:
            await asyncio.sleep(0)
            assert _held - before == tasks
        for each in tasks:
            each.cancel()
        assert len(await asyncio.gather(*tasks, return_exceptions=True)) == 3
        assert _held <= before

    asyncio.run(run())


class Starter:
    """Somebody who looks at each task that is started."""

    def __init__(self) -> None:
        self.started = 0

    def around(self, theirs: Callable[..., Any]) -> Callable[..., Any]:
        def start_background_task(*args: Any, **kwargs: Any) -> Any:
            self.started += 1
            return theirs(*args, **kwargs)

        return start_background_task


@pytest.mark.parametrize("where", ["nowhere", "server", "engine.io", "class", "its class"])
def test_whoever_starts_tasks_in_another_way_starts_those_of_handlers(where: str) -> None:
    """Where nobody does, none of it is called."""
    starter, name = Starter(), "start_background_task"

    async def run() -> list[Any]:
        io = socketio.AsyncServer(async_mode="asgi")
        beneath = io.eio if where in ("engine.io", "its class") else io
        if where in ("server", "engine.io"):
            setattr(beneath, name, starter.around(getattr(beneath, name)))
        elif where != "nowhere":
            theirs = type(beneath)
            method = starter.around(getattr(theirs, name))
            beneath.__class__ = type("Own", (theirs,), {name: method})
        done: asyncio.Queue[Any] = asyncio.Queue()
        start(io, done.put, "done")
        return [await done.get()]

    assert asyncio.run(run()) == ["done"]
    assert starter.started == (where != "nowhere")


def test_a_task_calls_nobody_back_where_nobody_else_starts_it() -> None:
    """It is held from within."""
    called_back: list[Any] = []

    class Task(asyncio.Task[Any]):
        def add_done_callback(self, *args: Any, **kwargs: Any) -> None:
            called_back.append(args)
            super().add_done_callback(*args, **kwargs)

    async def run() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.set_task_factory(lambda loop, coro, **more: Task(coro, loop=loop, **more))

        async def end() -> None:
            done.set()

        start(socketio.AsyncServer(async_mode="asgi"), end)
        await done.wait()
        assert called_back == []

    asyncio.run(run())


# -- what can be awaited ---------------------------------------------------------------------------


async def word(sid: str, text: str) -> tuple[int, str]:
    await asyncio.sleep(0)
    return 1, text


class Callable_:
    async def __call__(self, sid: str, text: str) -> tuple[int, str]:
        return await word(sid, text)


def task(sid: str, text: str) -> Any:
    return asyncio.ensure_future(word(sid, text))


@functools.wraps(word)
def decorated(*args: Any) -> Any:
    return word(*args)


@pytest.mark.parametrize(
    "handler",
    [word, Callable_(), decorated, functools.partial(word), task],
    ids=["function", "callable", "decorated", "partial", "task"],
)
@BOTH_WAYS
def test_whatever_a_handler_gives_to_await_is_awaited(
    handler: Any, async_handlers: bool, place: Any
) -> None:
    """Not only coroutine functions are awaited."""
    at = place(server={"async_handlers": async_handlers})
    at.io.on("word", handler)
    assert ask(at.entered(), "word", "a") == '37[1,"a"]'


async def forgets(sid: str, *args: Any) -> Any:
    return word(sid, "a")


async def forgets_a_task(sid: str, *args: Any) -> Any:
    return asyncio.ensure_future(asyncio.sleep(0))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("handler", [forgets, forgets_a_task])
def test_a_forgotten_await_is_a_fault(handler: Any, place: Any) -> None:
    """It never becomes the ack, and a connect handler that forgets it lets nobody in."""
    at = place()
    at.io.on("begin", handler)
    at.io.on("connect", handler, namespace="/rooms/red")
    client = at.entered()
    assert HANDLER_ERROR in ask(client, "begin")
    client.send("0/rooms/red,")
    assert HANDLER_ERROR in client.receive()
    assert "/rooms/red" not in at.io.manager.rooms
    assert any("write await before the call" in fault for fault in at.faults())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("handler", [forgets, forgets_a_task])
def test_a_forgotten_await_of_a_disconnect_handler_is_logged(
    handler: Any, place: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The session ends all the same."""
    at = place()
    at.io.on("disconnect", handler)
    client = at.entered()
    client.send("1")
    assert client.enter().startswith("0")
    assert "the disconnect handler returned a coroutine without awaiting it" in caplog.text


def test_an_asynchronous_generator_is_no_handler(place: Any) -> None:
    """Nobody iterates it; where it is registered, an error says so."""
    at = place()

    async def stream(sid: str) -> Any:
        yield 1

    from asyncapi_guard import RegistrationError

    with pytest.raises(RegistrationError, match="asynchronous generator"):
        at.io.on("begin", stream)


def test_handlers_of_all_kinds_are_in_order(place: Any) -> None:
    """Plain functions and coroutine functions, in functions and classes, with and without auth."""
    at = place()
    entered: list[Any] = []
    at.io.on("connect", lambda sid, environ: entered.append("plain"))

    class Room(socketio.AsyncNamespace):  # type: ignore[misc]  # it carries no types
        async def on_connect(self, sid: str, environ: Any) -> None:
            entered.append("method")

        def on_say(self, sid: str, text: str) -> str:
            return text

    class Locked(socketio.AsyncNamespace):  # type: ignore[misc]  # as above
        def on_connect(self, sid: str, environ: Any, auth: Any) -> None:
            entered.append(auth)

    at.io.register_namespace(Room("/rooms/red"))
    at.io.register_namespace(Locked("/locked"))
    client = at.entered()
    client.enter("/rooms/red", '{"a":1}')
    client.enter("/locked", '{"token":"abcd"}')
    assert entered == ["plain", "method", {"token": "abcd"}]
    client.send('2/rooms/red,7["say","hi"]')
    assert client.receive() == '3/rooms/red,7["hi"]'


def test_a_class_without_a_method_says_so(place: Any) -> None:
    """An event of the contract that no method handles is answered."""
    at = place()
    at.io.register_namespace(socketio.AsyncNamespace("/"))
    assert '"unhandled_event"' in ask(at.entered(), "begin")


# -- clients that leave ----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["None", "False", "raise"])
def test_a_client_that_leaves_over_polling_leaves_nothing_behind(end: str, place: Any) -> None:
    """It leaves during its connect handler, whatever that says afterwards."""
    at = place()
    begun: queue.Queue[str] = queue.Queue()
    left: queue.Queue[str] = queue.Queue()
    asked: queue.Queue[str] = queue.Queue()
    release = asyncio.Event()

    async def connect(sid: str, environ: Any, auth: Any) -> Any:
        begun.put(sid)
        await release.wait()
        assert at.io.get_environ(sid)["REQUEST_METHOD"] == "GET"  # kept for this handler
        asked.put(sid)
        if end == "raise":
            raise RuntimeError("hunter2")
        return None if end == "None" else False

    at.io.on("connect", connect)
    at.io.on("disconnect", lambda sid, reason: left.put(sid))
    address = f"{at.served.url}/socket.io/?EIO=4&transport=polling"
    with requests.Session() as session, contextlib.suppress(requests.ConnectionError):
        sid = json.loads(session.get(address).text[1:])["sid"]
        address += f"&sid={sid}"
        at.served.run(_post_both(address, begun))

    async def go_on() -> None:
        release.set()
        await asyncio.sleep(0)

    at.served.run(go_on())
    deadline = 500
    while (at.io.environ or at.io.manager.rooms) and deadline:
        at.served.run(asyncio.sleep(0.01))
        deadline -= 1
    assert asked.qsize() == 1
    assert at.io.manager.rooms == {}
    assert at.io.manager.pending_connect.get("/", []) == []
    assert at.io.environ == {}
    assert left.qsize() == (1 if end == "None" else 0)


async def _post_both(address: str, begun: queue.Queue[str]) -> None:
    """A connect, and while its handler runs, the end of the connection."""
    loop = asyncio.get_running_loop()
    post = functools.partial(requests.post, address, timeout=20)
    entering = loop.run_in_executor(None, functools.partial(post, data="40"))
    await loop.run_in_executor(None, functools.partial(begun.get, timeout=20))
    await loop.run_in_executor(None, functools.partial(post, data="1"))
    entering.add_done_callback(lambda done: done.exception())


# -- frames of engine.io ---------------------------------------------------------------------------

BROKEN = ["xyz", "", "9", "7[]", "²", "4" + "[" * 100_000, "bA"]


@pytest.mark.parametrize("frame", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.sampled(3)
def test_a_broken_frame_ends_its_websocket(frame: str, place: Any) -> None:
    """And the session that it came by, at once; others go on."""
    at = place()
    at.io.on("begin", lambda sid: None)
    other = at.entered()
    client = at.entered()
    client.ws.send(frame)
    with contextlib.suppress(Exception):
        while client.ws.recv():
            pass
    client.ws.shutdown()  # it was not this side that closed it
    deadline = 500
    while len(at.io.eio.sockets) > 1 and deadline:
        at.served.run(asyncio.sleep(0.01))
        deadline -= 1
    assert len(at.io.eio.sockets) == 1
    assert len(list(at.io.manager.get_participants("/", None))) == 1
    assert ask(other, "begin") == "37[]"
    assert at.faults() == []


@pytest.mark.parametrize("frame", ["xyz", "9", "bA", "4" + "[" * 100_000])
def test_a_broken_frame_ends_its_polling(frame: str, place: Any) -> None:
    """The client is told, and the session is over; in report mode neither."""
    for mode, status in (("enforce", 400), ("report", 200)):
        at = place(policy=Policy(mode=mode))
        address = f"{at.served.url}/socket.io/?EIO=4&transport=polling"
        with requests.Session() as session:
            sid = json.loads(session.get(address, timeout=20).text[1:])["sid"]
            address += f"&sid={sid}"
            assert session.post(address, data="40", timeout=20).status_code == 200
            assert session.post(address, data=frame.encode(), timeout=20).status_code == status
        assert len(at.io.eio.sockets) == (0 if mode == "enforce" else 1)


# -- the application's hooks -----------------------------------------------------------------------


def test_the_address_is_the_scope_s(place: Any) -> None:
    """Whatever `REMOTE_ADDR` is, which is 127.0.0.1 on every ASGI server."""
    at = place()

    async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
        await socketio.ASGIApp(at.io)({**scope, "client": ("192.0.2.7", 5)}, receive, send)

    served = at.net.also_serve(Uvicorn(behind_a_proxy))
    client = at.net.raw(served.url)
    client.enter()
    ask(client, "word", 5)
    assert [each.address for each in at.made.violations] == ["192.0.2.7"]


class Failing:
    """Hooks that end otherwise than by returning."""

    async def raises(self, violation: Any) -> None:
        raise RuntimeError("the hook's own")

    async def is_cancelled(self, violation: Any) -> None:
        await await_what_was_cancelled()

    def returns_a_coroutine(self, violation: Any) -> Any:
        return self.raises(violation)


@pytest.mark.parametrize("hook", ["raises", "is_cancelled", "returns_a_coroutine"])
def test_whatever_a_hook_does_the_client_is_answered(
    hook: str, place: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """And the log has what it raised."""
    at = place(on_violation=getattr(Failing(), hook))
    at.io.on("connect", lambda sid, environ: None, namespace="/locked")
    client = at.entered()
    assert '"request_validation_error"' in ask(client, "word", 5)
    assert '"request_validation_error"' in client.enter("/locked")
    with pytest.raises(EmitValidationError):
        at.served.run(at.io.emit("moved", 5))
    assert caplog.text.count("on_violation failed") == 3


def test_an_error_handler_may_be_a_coroutine_function(place: Any) -> None:
    """Its answer is the ack: of a rejected event, a bad ack, and a handler that raises."""
    at = place()
    heard: list[tuple[str, str, str]] = []

    @at.made.guard.on_error
    async def on_error(error: Exception, event: str, sid: str) -> Any:
        await asyncio.sleep(0)
        heard.append((type(error).__name__, event, sid))
        return {"no": 1}, 2

    @at.io.on("begin")
    async def begin(sid: str) -> None:
        raise LookupError("hunter2")

    at.io.on("word", lambda sid, text: 5)
    client = at.entered()
    for event, *args in (("number", "x"), ("word", "a"), ("begin",)):
        assert ask(client, event, *args) == '37[{"no":1},2]'
    names = ["RequestValidationError", "ResponseValidationError", "LookupError"]
    assert [name for name, _, _ in heard] == names
    assert {sid for *_, sid in heard} == {at.sid()}
    assert at.faults() == []


def test_an_error_handler_may_be_a_plain_function(place: Any) -> None:
    """As on threads; and what raises again leaves the answer to the guard."""
    at = place()

    @at.made.guard.on_error
    def on_error(error: Exception, event: str, sid: str) -> Any:
        if event == "word":
            raise error
        return "sorry"

    client = at.entered()
    assert ask(client, "number", "x") == '37["sorry"]'
    assert '"request_validation_error"' in ask(client, "word", 5)


def test_an_error_handler_that_is_cancelled_answers_nothing(place: Any) -> None:
    """The guard answers: for a rejected event, a bad ack, and a handler that raises."""
    at = place()
    at.made.guard.on_error(await_what_was_cancelled)

    @at.io.on("begin")
    async def begin(sid: str) -> None:
        raise LookupError("hunter2")

    at.io.on("word", lambda sid, text: 5)
    client = at.entered()
    assert '"request_validation_error"' in ask(client, "number", "x")
    assert '"response_validation_error"' in ask(client, "word", "a")
    assert HANDLER_ERROR in ask(client, "begin")


def test_it_hears_of_connects_and_disconnects_that_raise(place: Any) -> None:
    """The client is rejected all the same, and the session ends."""
    at = place()
    heard: queue.Queue[tuple[str, str]] = queue.Queue()

    @at.made.guard.on_error
    async def on_error(error: Exception, event: str, sid: str) -> Any:
        heard.put((type(error).__name__, event))

    async def raises(*args: Any) -> None:
        raise LookupError("hunter2")

    at.io.on("connect", raises, namespace="/rooms/red")
    at.io.on("disconnect", raises)
    client = at.entered()
    client.send("0/rooms/red,")
    assert HANDLER_ERROR in client.receive()
    client.send("1")
    assert client.enter().startswith("0")
    assert [heard.get(timeout=20) for _ in range(2)] == [
        ("LookupError", "connect"),
        ("LookupError", "disconnect"),
    ]
    assert not at.io.manager.pending_disconnect.get("/")


# -- what is guarded -------------------------------------------------------------------------------


def test_what_has_the_server_within_is_not_the_server(place: Any) -> None:
    """The error says which it is."""
    at = place()
    with pytest.raises(InstallationError, match=r"with a socketio\.Server or a socketio\.Async"):
        at.made.guard.protect(socketio.AsyncNamespace("/"))
    with pytest.raises(InstallationError, match=r"pass the socketio\.AsyncServer that it serves"):
        at.made.guard.protect(socketio.ASGIApp(at.io))
    with pytest.raises(InstallationError, match="already guarded"):
        at.made.guard.protect(at.io)


@pytest.mark.parametrize("name", ["_trigger_event", "_get_event_handler"])
def test_whoever_wraps_what_calls_handlers_sees_each_event(name: str, place: Any) -> None:
    """From the next event on, and until the wrapper is taken off."""
    at, seen = place(), []
    at.io.on("begin", lambda sid: None)
    client = at.entered()
    own = getattr(at.io, name)

    def wrapper(event: str, *args: Any) -> Any:
        seen.append(event)
        return own(event, *args)

    for wraps in (False, True, False):
        setattr(at.io, name, wrapper if wraps else own)
        assert ask(client, "begin").startswith("37[")
        assert set(seen) == ({"begin"} if wraps else set())
        seen.clear()


def test_everything_is_put_back(contract: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The server, its engine.io and its class namespaces have what they had."""
    caplog.set_level(logging.CRITICAL)
    made = new_async_application(handlers=False)
    made.guard.uninstall()
    io = made.server

    class Dispatching(socketio.AsyncNamespace):  # type: ignore[misc]  # it carries no types
        async def trigger_event(self, event: str, *args: Any) -> Any:
            return await super().trigger_event(event, *args)

        async def on_begin(self, sid: str) -> None: ...

    namespace = Dispatching("/")
    io.register_namespace(namespace)
    before = [dict(vars(each)) for each in (io, io.eio, io.manager, namespace)]
    handlers = dict(io.eio.handlers)
    made.guard.protect(io)
    io._get_namespace_handler("/", ())
    assert "on_begin" in vars(namespace)
    made.guard.uninstall()
    assert [dict(vars(each)) for each in (io, io.eio, io.manager, namespace)] == before
    assert io.eio.handlers == handlers
