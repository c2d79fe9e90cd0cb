"""Events for many: put into each client's queue, or sent as python-socketio sends them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import logging
import queue
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE, document
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {"threads": (socketio.Server, Socket), "asyncio": (socketio.AsyncServer, AsyncSocket)}


class Host:
    """A guarded server of one kind, with clients.

    Attributes:
        tasks: how many tasks the event loop has started.
        put: how often an event was put into a client's queue.
    """

    def __init__(self, net: Any, kind: str, make: Any = None, **options: Any) -> None:
        self.net, self.threaded = net, kind == "threads"
        mode = "threading" if self.threaded else "asgi"
        self.io = (make or KINDS[kind][0])(async_mode=mode, **options)
        self.guard = AsyncAPIGuard(document())
        self.guard.protect(self.io)
        self.tasks, self.put = 0, 0
        self._count_put()
        if self.threaded:
            self.url = net.serve(socketio.WSGIApp(self.io))
        else:
            served = net.also_serve(Uvicorn(socketio.ASGIApp(self.io)))
            self.url, self.loop = served.url, served.loop
            self.loop.call_soon_threadsafe(self.loop.set_task_factory, self._task)

        @self.io.event
        def begin(sid: str) -> None: ...

    def _count_put(self) -> None:
        delivery = self.io._asyncapi_guard._delivery
        outboxes = delivery._outboxes
        find = outboxes.find
        takes = delivery.takes

        def counting(eio_sid: str) -> Any:
            found = find(eio_sid)
            self.put += found is not None
            return found

        def not_counting(*args: Any) -> bool:
            before = self.put
            taken = takes(*args)
            self.put = before
            return bool(taken)

        outboxes.find, delivery.takes = counting, not_counting

    def _task(self, loop: Any, coroutine: Any, **options: Any) -> Any:
        self.tasks += 1
        return asyncio.Task(coroutine, loop=loop, **options)

    def do(self, function: Any, *args: Any, **options: Any) -> Any:
        """Call a method of the server, where the server runs."""
        if self.threaded:
            return function(*args, **options)

        async def called() -> Any:
            value = function(*args, **options)
            return await value if inspect.isawaitable(value) else value

        return asyncio.run_coroutine_threadsafe(called(), self.loop).result(PATIENCE)

    def entered(self) -> tuple[Any, str]:
        """A raw websocket client, and its session."""
        client = self.net.raw(self.url)
        frame = client.enter()
        return client, json.loads(frame[frame.index("{") :])["sid"]

    def socket(self, sid: str) -> Any:
        """The client's socket of engine.io."""
        return self.io.eio.sockets[self.io.manager.eio_sid_from_sid(sid, "/")]

    def now(self, client: Any) -> list[Any]:
        """All that came to a client until the server answers."""
        client.send('29["begin"]')
        got = []
        while not str(frame := client.ws.recv()).startswith("439["):
            got.append(frame)
        return got


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest, net: Any) -> Callable[..., Host]:
    """Makes guarded servers of one kind."""
    return functools.partial(Host, net, request.param)


@pytest.fixture
def on_asyncio(net: Any) -> Callable[..., Host]:
    return functools.partial(Host, net, "asyncio")


#: A client's polls may not bring more at once.
_COUNT = 14
MOVED = '42["moved",{"x":1}]'


# -- whom it reaches -------------------------------------------------------------------------------


def test_a_broadcast_starts_no_tasks(on_asyncio: Any) -> None:
    """Not even one."""
    at = on_asyncio()
    clients = [at.entered()[0] for _ in range(4)]
    for client in clients:
        at.now(client)

    async def emit() -> int:
        before = at.tasks
        await at.io.emit("moved", {"x": 1})
        return at.tasks - before

    assert at.do(emit) == 0
    assert [at.now(client) for client in clients] == [[MOVED]] * 4


def test_it_reaches_whom_it_is_for(host: Any) -> None:
    """One client, rooms, lists of them, everybody but some: once each, and by their queues."""
    at = host()
    (a, a_sid), (b, b_sid) = at.entered(), at.entered()
    at.do(at.io.enter_room, b_sid, "red")
    for options, of_a, of_b in (
        ({"to": a_sid}, 1, 0),
        ({"room": "red"}, 0, 1),
        ({"to": [a_sid, "red", b_sid]}, 1, 1),
        ({"skip_sid": a_sid}, 0, 1),
        ({"skip_sid": [a_sid, b_sid]}, 0, 0),
        ({"to": "nobody"}, 0, 0),
        ({}, 1, 1),
    ):
        at.do(at.io.emit, "moved", {"x": 1}, **options)
        assert [at.now(each) for each in (a, b)] == [[MOVED] * of_a, [MOVED] * of_b]
    assert at.put == 7


@pytest.mark.parametrize("data", [(), None, (1, "a"), {"x": 1}], ids=repr)
def test_arguments_are_those_of_python_socketio(data: Any, host: Any) -> None:
    """A tuple is several, and None is none."""
    at = host()
    client, _ = at.entered()
    event = {"dict": "moved", "tuple": "spread"}.get(type(data).__name__, "ended")
    at.do(at.io.emit, event if data else "ended", data)
    args = list(data) if isinstance(data, tuple) else [data] if data else []
    assert [json.loads(frame[2:])[1:] for frame in at.now(client)] == [args]


def test_each_has_an_ack_id_of_its_own(host: Any) -> None:
    """So every client's ack calls the callback."""
    at = host()
    clients = [at.entered()[0] for _ in range(3)]
    got: queue.Queue[Any] = queue.Queue()
    at.do(at.io.emit, "question", "q", callback=lambda *values: got.put(values))
    for number, client in enumerate(clients):
        frame = client.receive()
        client.send(f'3{frame[1 : frame.index("[")]}[{{"answer":"{number}"}}]')
        assert got.get(timeout=PATIENCE) == ({"answer": str(number)},)
    assert at.put == 3


def test_acks_are_put_into_the_queue(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody looks at what is sent."""
    at, seen = host(), []
    client, _ = at.entered()
    monkeypatch.setattr(at.io, "_send_packet", watching(at.io._send_packet, seen))
    assert at.now(client) == []
    assert [packet.id for packet in seen] == [9]
    monkeypatch.undo()
    assert at.now(client) == []
    assert len(seen) == 1


# -- in which order --------------------------------------------------------------------------------


def test_parts_of_a_binary_event_come_in_a_row(on_asyncio: Any) -> None:
    """Whoever else sends to the same client at the same time, and in order of the emits."""
    at = on_asyncio()
    (client, sid), _ = at.entered(), at.entered()
    numbers = range(6)

    async def emit_all() -> None:
        emits: list[Any] = []
        for number in numbers:
            ask = {"callback": lambda *_: None} if number % 3 == 0 else {}
            to = {"to": sid} if number % 2 else {}
            emits.append(at.io.emit("file", {"data": bytes([number])}, **to, **ask))
            emits.append(at.io.emit("moved", {"x": number % 3}, **to))
        await asyncio.gather(*emits)

    at.do(emit_all)
    frames = at.now(client)
    assert [frames[place] for place in range(1, 18, 3)] == [bytes([number]) for number in numbers]
    assert [frame[:5] for frame in frames[::3]] == [
        "451-1",
        "451-[",
        "451-[",
        "451-2",
        *["451-["] * 2,
    ]
    assert frames[2::3] == [f'42["moved",{{"x":{number % 3}}}]' for number in numbers]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_client_gets_all_in_the_order_in_which_it_is_sent(transport: str, host: Any) -> None:
    """What is for a room, what is for it alone, and the ack of the handler that sends it."""
    at = host(ping_interval=0.2)  # no poll of a client that ends is waited for longer

    def emit(sid: str, number: int) -> Any:
        return at.io.emit("spread", (number, "a"), to=None if number % 2 else sid)

    if at.threaded:

        @at.io.on("anything")
        def answer(sid: str) -> Any:
            for number in range(_COUNT):
                emit(sid, number)

    else:

        @at.io.on("anything")
        async def answer_later(sid: str) -> Any:
            await asyncio.gather(*(emit(sid, number) for number in range(_COUNT)))

    client = at.net.client(at.url, transports=[transport])
    assert client.ask("anything") == []
    expected = [("/", "spread", [number, "a"]) for number in range(_COUNT)]
    assert client.received() == expected
    assert at.put == _COUNT


def test_an_upgrade_loses_nothing(host: Any) -> None:
    """A client moves from polling to a websocket while events come to it."""
    at = host()
    stopped = threading.Event()

    def emit_until_stopped() -> None:
        number = 0
        while not stopped.is_set():
            at.io.emit("spread", (number, "a"))
            at.io.sleep(0.001)
            number += 1

    async def emit_on_asyncio() -> None:
        number = 0
        while not stopped.is_set():
            await at.io.emit("spread", (number, "a"))
            await at.io.sleep(0.001)
            number += 1

    emit = emit_until_stopped if at.threaded else emit_on_asyncio
    at.io.on("connect", lambda *_: at.io.start_background_task(emit) and None)
    try:
        client = at.net.client(at.url, transports=["polling", "websocket"])
        assert client.io.eio.current_transport == "websocket"
        enough = client.inbox.qsize() + 20
        # The server may know of the upgrade a little later than the client.
        for number in range(enough + 1000):
            assert client.receive()[2] == [number, "a"]
            if number > enough and at.put >= 20:
                break
    finally:
        stopped.set()
    assert at.put >= 20


def test_a_loop_that_only_emits_lets_others_run(on_asyncio: Any) -> None:
    """Each emit gives the event loop a turn, as without the guard."""
    at = on_asyncio()
    client, sid = at.entered()
    stopped = threading.Event()

    async def emit_for_ever() -> None:
        while not stopped.is_set():
            await at.io.emit("moved", {"x": 1}, to=sid)

    at.loop.call_soon_threadsafe(lambda: at.io.start_background_task(emit_for_ever))
    assert client.receive() == MOVED[1:]
    stopped.set()
    assert set(at.now(client)) <= {MOVED}


# -- those who are slow, and those who are gone ----------------------------------------------------


def poll(url: str, body: str | None = None) -> str:
    data = None if body is None else body.encode()
    with urllib.request.urlopen(url, data, PATIENCE) as answer:
        return str(answer.read().decode())


@pytest.fixture
def does_not_poll() -> Callable[[Host], str]:
    """A client over polling that has come in, and asks for nothing: the address to poll."""

    def enter(at: Host) -> str:
        url = f"{at.url}/socket.io/?EIO=4&transport=polling"
        address = f"{url}&sid={json.loads(poll(url)[1:])['sid']}"
        poll(address, "40")
        poll(address)
        return address

    return enter


def test_whoever_is_slow_keeps_nobody_else_waiting(on_asyncio: Any, does_not_poll: Any) -> None:
    """A bounded queue is waited for, in a task."""
    at = on_asyncio()
    quick, _ = at.entered()
    at.io.eio.create_queue = lambda: asyncio.Queue(2)
    address = does_not_poll(at)
    for number in range(2):
        at.do(at.io.emit, "spread", (number, "a"))
    emit = at.io.emit("spread", (2, "a"))
    last = asyncio.run_coroutine_threadsafe(emit, at.loop)
    frames = [f'42["spread",{number},"a"]' for number in range(3)]
    assert ["4" + quick.receive() for _ in frames] == frames
    assert not last.done()
    got = poll(address).split("\x1e")
    last.result(PATIENCE)
    while len(got) < len(frames):
        got += poll(address).split("\x1e")
    assert got == frames


@pytest.mark.parametrize("how", ["closed", "gone", "late"])
def test_whoever_has_left_is_left_out(how: str, host: Any, does_not_poll: Any) -> None:
    """A socket that is closed, one that is not there, and one whose client no longer answers."""
    at = host()
    left: queue.Queue[str] = queue.Queue()
    at.io.on("disconnect", lambda sid, reason: left.put(reason))
    client, _ = at.entered()
    address = does_not_poll(at)
    eio_sid = address.rpartition("=")[2]
    socket = at.io.eio.sockets[eio_sid]
    if how == "closed":
        socket.closed = True
    elif how == "gone":
        del at.io.eio.sockets[eio_sid]
    else:
        socket.last_ping = 1.0
    at.do(at.io.emit, "moved", {"x": 1})
    assert at.now(client) == [MOVED]
    assert at.put == 1
    if how == "late":
        assert left.get(timeout=PATIENCE) == at.io.reason.PING_TIMEOUT


def test_a_queue_that_takes_nothing_hurts_nobody_else(on_asyncio: Any) -> None:
    """Its client's socket is asked then, and that raises in a task."""
    at = on_asyncio()
    (a, sid), (b, _) = at.entered(), at.entered()

    def put_nowait(packet: Any) -> None:
        raise RuntimeError("shut down")

    at.socket(sid).queue.put_nowait = put_nowait
    at.do(at.io.emit, "moved", {"x": 1})
    assert at.now(b) == [MOVED]
    del at.socket(sid).queue.put_nowait
    assert at.now(a) == []


def test_a_queue_that_takes_nothing_at_once_is_waited_for(net: Any) -> None:
    """By its client's socket, as without the guard."""
    at = Host(net, "threads")
    (a, sid), (b, _) = at.entered(), at.entered()

    def put_nowait(packet: Any) -> None:
        raise queue.Full

    at.socket(sid).queue.put_nowait = put_nowait
    at.do(at.io.emit, "moved", {"x": 1})
    at.do(at.io.emit, "question", "q", to=sid, callback=print)
    assert at.now(b) == [MOVED]
    assert at.now(a) == [MOVED, '421["question","q"]']


def test_an_ack_that_a_queue_does_not_take_is_sent_by_the_socket(host: Any) -> None:
    """Once, and as without the guard."""
    at = host()
    client, sid = at.entered()
    waiting, left = at.socket(sid).queue, [queue.Full()]
    put_nowait = waiting.put_nowait

    def once(packet: Any) -> None:
        if left:
            raise left.pop()
        put_nowait(packet)

    waiting.put_nowait = once
    assert at.now(client) == []
    assert left == []


# -- whoever looks at what is sent -----------------------------------------------------------------


def watching(own: Any, seen: list[Any]) -> Any:
    """What stands in the place of a method, and hears of each packet."""

    @functools.wraps(own)
    def watched(*args: Any) -> Any:
        seen.append(args[-1])
        return own(*args)

    return watched


def on_server(at: Host, name: str, seen: list[Any], patch: Any) -> None:
    patch.setattr(at.io, name, watching(getattr(at.io, name), seen))


def on_engine(at: Host, name: str, seen: list[Any], patch: Any) -> None:
    patch.setattr(at.io.eio, name, watching(getattr(at.io.eio, name), seen))


def on_class(at: Host, name: str, seen: list[Any], patch: Any) -> None:
    kind = KINDS["threads" if at.threaded else "asyncio"][0]
    patch.setattr(kind, name, watching(getattr(kind, name), seen))


def on_class_of_sockets(at: Host, name: str, seen: list[Any], patch: Any) -> None:
    kind = KINDS["threads" if at.threaded else "asyncio"][1]
    patch.setattr(kind, name, watching(getattr(kind, name), seen))


def on_sockets(at: Host, name: str, seen: list[Any], patch: Any) -> None:
    for socket in at.io.eio.sockets.values():
        patch.setattr(socket, name, watching(getattr(socket, name), seen))


PLACES = [
    (on_server, "_send_eio_packet"),
    (on_engine, "send_packet"),
    (on_class, "_send_eio_packet"),
    (on_class_of_sockets, "send"),
    (on_sockets, "send"),
]


@pytest.mark.parametrize(
    ("place", "name"), PLACES, ids=lambda each: getattr(each, "__name__", each)
)
def test_whoever_wraps_what_sends_sees_each_packet(
    place: Any, name: str, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the next emit on, and until the wrapper is taken off."""
    at, seen = host(), []
    clients = [at.entered()[0] for _ in range(2)]
    at.do(at.io.emit, "moved", {"x": 0})
    with monkeypatch.context() as patch:
        place(at, name, seen, patch)
        at.do(at.io.emit, "moved", {"x": 1})
        assert [getattr(each, "data", each) for each in seen] == [MOVED[1:]] * 2
    at.do(at.io.emit, "moved", {"x": 2})
    assert len(seen) == 2
    assert at.put == 4
    for client in clients:
        assert at.now(client) == [MOVED.replace("1", str(x)) for x in range(3)]


@pytest.mark.parametrize("name", ["_send_packet", "_send_eio_packet"])
def test_a_server_that_overrides_what_sends_sends(name: str, net: Any) -> None:
    """A subclass of an application's own."""
    seen: list[Any] = []

    async def send(self: Any, eio_sid: str, packet: Any) -> None:
        seen.append(packet)
        await getattr(socketio.AsyncServer, name)(self, eio_sid, packet)

    at = Host(net, "asyncio", type("Own", (socketio.AsyncServer,), {name: send}))
    client, _ = at.entered()
    seen.clear()
    callback = None if name == "_send_eio_packet" else print
    at.do(at.io.emit, "question", "q", callback=callback)
    assert len(seen) == 1
    assert at.put == 0
    assert client.receive().endswith('["question","q"]')


def test_sockets_of_another_kind_send_for_themselves(on_asyncio: Any) -> None:
    """They are an application's own."""
    seen: list[Any] = []

    class Own(AsyncSocket):  # type: ignore[misc]  # engine.io carries no types
        async def send(self, packet: Any) -> None:
            seen.append(packet)
            await super().send(packet)

    at = on_asyncio()
    (a, sid), (b, _) = at.entered(), at.entered()
    at.socket(sid).__class__ = Own
    at.do(at.io.emit, "moved", {"x": 1})
    assert len(seen) == at.put == 1
    assert at.now(a) == at.now(b) == [MOVED]


@pytest.mark.parametrize("own", [False, True])
def test_engine_io_s_log_has_each_packet(own: bool, host: Any) -> None:
    """Where it is asked for, whatever writes it."""
    lines: list[str] = []

    class Log:
        def info(self, text: str, *args: Any) -> None:
            lines.append(text % args)

        warning = error = exception = info

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    log = logging.Logger("tests", logging.INFO)  # noqa: LOG001  # nobody else's
    log.addHandler(Lines())
    at = host(engineio_logger=Log() if own else log)
    clients = [at.entered()[0] for _ in range(2)]
    lines.clear()
    at.do(at.io.emit, "moved", {"x": 1})
    sent = [line for line in lines if "Sending packet MESSAGE" in line]
    assert len(sent) == 2
    assert [at.now(client) for client in clients] == [[MOVED]] * 2


def test_without_the_guard_python_socketio_sends(host: Any) -> None:
    """When it is taken off, all is as before."""
    at = host()
    (client, _), _ = at.entered(), at.entered()
    manager = at.io.manager
    at.do(at.io.emit, "moved", {"x": 1})
    at.guard.uninstall()
    at.do(at.io.emit, "moved", {"x": 1})
    assert at.put == 2
    assert "emit" not in vars(manager)
    assert at.now(client) == [MOVED] * 2
