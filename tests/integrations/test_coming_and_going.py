"""A guard that comes and goes under traffic: nothing is lost, and nothing comes twice.

Several clients send events and are asked for acks, and the server broadcasts, while another thread
puts the guard on and takes it off again, as fast as it can. All that is sent keeps the contract.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from client_conversations import Guarded
from conftest import PATIENCE, RawClient, document, new_application
from levels import LEVEL, SEED
from traffic_asyncio import Uvicorn
from traffic_ways import TRANSPORTS

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENTS = 3
#: How many may be on their way, and for how long.
FEW, LATE = 4, PATIENCE / 4
#: How often the guard comes and goes at the least, and how much is sent at the least.
TURNS, SENT = (200, 600) if LEVEL.everything else (30, 150)


class Ledger:
    """What was sent, and how often each of it came."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._changed = threading.Condition()
        self._sent: set[Any] = set()
        self._came: Counter[Any] = Counter()

    def send(self, key: Any) -> None:
        """Say that it will be sent; wait while too many are on their way.

        engine.io reads no more than 16 packets of a poll.
        """
        with self._changed:
            few = self._changed.wait_for(lambda: len(self._sent) - len(self._came) < FEW, LATE)
            assert few, f"{self._what}: {self._sent - set(self._came)}"
            self._sent.add(key)

    def come(self, key: Any) -> None:
        with self._changed:
            self._came[key] += 1
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until all has come: each once, and nothing else."""
        with self._changed:
            self._changed.wait_for(lambda: self._sent <= set(self._came), LATE)
            missing = self._sent - set(self._came)
            others = set(self._came) - self._sent
            twice = {key for key, times in self._came.items() if times > 1}
        assert (missing, others, twice) == (set(), set(), set()), self._what


class Books:
    """One for each way; all are kept by server and clients together."""

    def __init__(self) -> None:
        self.events = Ledger("events of clients")
        self.acks = Ledger("acks of the server")
        self.broadcasts = Ledger("broadcasts")
        self.questions = Ledger("events of the server")
        self.answers = Ledger("acks of clients")
        self.connects = Ledger("connects")
        self.disconnects = Ledger("disconnects")

    def settle(self) -> None:
        for ledger in vars(self).values():
            ledger.settle()


@contextlib.contextmanager
def coming_and_going(install: Callable[[], Any], uninstall: Callable[[], Any]) -> Iterator[Any]:
    """The guard, which is installed, goes and comes in a thread; it is there at the end.

    What it gives says whether it has done so often enough.
    """
    stop, turns, faults = threading.Event(), itertools.count(), []
    done = [0]

    def run() -> None:
        try:
            while not stop.is_set():
                uninstall()
                install()
                done[0] = next(turns)
                time.sleep(0.001)  # to others, who are to be met at other places
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield lambda: bool(faults) or done[0] >= TURNS
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert faults == []


# -- servers ---------------------------------------------------------------------------------------


class OnThreads:
    """A server on threads, behind Flask-SocketIO or by itself."""

    def __init__(self, books: Books, net: Any, way: str) -> None:
        self.books = books
        if way == "init_app":
            made = new_application(handlers=False)
            self.io, self.guard, app = made.server, made.guard, made.app
            self.install = lambda: self.guard.init_app(made.app, made.socketio)
        else:
            self.io = socketio.Server(async_mode="threading")
            self.guard, app = AsyncAPIGuard(document()), socketio.WSGIApp(self.io)
            self.install = lambda: self.guard.protect(self.io)
            self.install()
        self.io.on("word", self.word)
        self.io.on("connect", lambda sid, environ, auth=None: self.connect(sid))
        self.io.on("disconnect", lambda sid, reason: self.disconnect(sid))
        self.url = net.serve(app)

    def word(self, sid: str, word: str) -> Any:
        self.books.events.come(word)
        self.io.sleep(0)
        return 1, word

    def connect(self, sid: str) -> None:
        self.books.connects.send(sid)
        self.books.connects.come(sid)
        self.io.sleep(0)

    def disconnect(self, sid: str) -> None:
        self.books.disconnects.come(sid)

    def uninstall(self) -> None:
        self.guard.uninstall()

    def broadcast(self, text: str) -> None:
        self.io.emit("plain", text)

    def ask(self, sid: str, text: str) -> None:
        self.io.emit("question", text, to=sid, callback=self.answered)

    def answered(self, answer: Any) -> None:
        self.books.answers.come(answer["answer"])


class OnAsyncio(OnThreads):
    """A server on asyncio."""

    def __init__(self, books: Books, net: Any, way: str) -> None:
        self.books = books
        self.io = socketio.AsyncServer(async_mode="asgi")
        self.guard = AsyncAPIGuard(document())
        self.guard.protect(self.io)

        async def handle(sid: str, word: str) -> Any:
            await asyncio.sleep(0)
            return self.word(sid, word)

        async def connect(sid: str, environ: Any, auth: Any = None) -> None:
            self.connect(sid)
            await asyncio.sleep(0)

        self.io.on("word", handle)
        self.io.on("connect", connect)
        self.io.on("disconnect", lambda sid, reason: self.disconnect(sid))
        self._served = net.also_serve(Uvicorn(socketio.ASGIApp(self.io)))
        self.url = self._served.url
        self.install = self._in_the_loop(lambda: self.guard.protect(self.io))
        self.uninstall = self._in_the_loop(self.guard.uninstall)  # type: ignore[method-assign]  # of one stage

    def _in_the_loop(self, function: Callable[[], None]) -> Callable[[], None]:
        async def run() -> None:
            function()

        return lambda: self._served.run(run())

    def connect(self, sid: str) -> None:
        self.books.connects.send(sid)
        self.books.connects.come(sid)

    def word(self, sid: str, word: str) -> Any:
        self.books.events.come(word)
        return 1, word

    def broadcast(self, text: str) -> None:
        self._served.run(self.io.emit("plain", text))

    def ask(self, sid: str, text: str) -> None:
        self._served.run(self.io.emit("question", text, to=sid, callback=self.answered))


SERVERS = {"init_app": OnThreads, "protect": OnThreads, "asyncio": OnAsyncio}


@pytest.mark.crossed
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("way", SERVERS)
def test_a_server_loses_nothing(way: str, transport: str, net: Any) -> None:
    """Of what it gets, and of what it sends."""
    books, draw = Books(), random.Random(SEED)
    server = SERVERS[way](books, net, way)
    clients = [_client(books, net, server.url, transport) for _ in range(CLIENTS)]
    with coming_and_going(server.install, server.uninstall) as often:
        for number in itertools.count():
            if number >= SENT and often():
                break
            client = draw.choice(clients)
            _send(books, client.io.emit, f"event {number}")
            if number % 5 == 0:
                books.questions.send(f"question {number}")
                books.answers.send(f"question {number}")
                server.ask(client.io.get_sid(), f"question {number}")
            if number % 7 == 0:
                _broadcast(books, server, clients, number)
    books.settle()


@pytest.mark.parametrize("way", SERVERS)
def test_a_server_keeps_nobody_who_leaves(way: str, net: Any) -> None:
    """Whoever comes and goes meanwhile is let in and answered, and its disconnect is heard of."""
    books = Books()
    server = SERVERS[way](books, net, way)
    with coming_and_going(server.install, server.uninstall):
        for number in range(SENT // 5):
            client = net.also_close(RawClient(server.url))
            entered = client.enter()
            assert entered.startswith("0{")
            sid = json.loads(entered[1:])["sid"]
            books.events.send(f"event {number}")
            client.send(f'2{number}["word","event {number}"]')
            assert client.receive() == f'3{number}[1,"event {number}"]'
            books.disconnects.send(sid)
            if number % 2:
                client.send("1")
            else:
                client.close()
    books.settle()
    assert not server.io.manager.rooms.get("/")


def _client(books: Books, net: Any, url: str, transport: str) -> Any:
    made = net.client(url, transports=[transport])
    sid = made.io.get_sid()

    def question(text: str) -> Any:
        books.questions.come(text)
        return {"answer": text}

    made.io.on("question", question)
    made.io.on("plain", lambda text: books.broadcasts.come((sid, text)))
    return made


def _send(books: Books, emit: Callable[..., Any], word: str) -> None:
    """Send an event; its ack says which it was."""
    books.events.send(word)
    books.acks.send(word)
    emit("word", word, callback=lambda number, word: books.acks.come(word))


def _broadcast(books: Books, server: Any, clients: list[Any], number: int) -> None:
    for each in clients:
        books.broadcasts.send((each.io.get_sid(), f"broadcast {number}"))
    server.broadcast(f"broadcast {number}")


# -- clients ---------------------------------------------------------------------------------------


@pytest.mark.crossed
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_a_client_loses_nothing(kind: str, transport: str, net: Any) -> None:
    """Of what it gets, and of what it sends."""
    books, draw = Books(), random.Random(SEED)
    server = OnThreads(books, net, "protect")
    server.guard.uninstall()
    clients = [_guarded(books, net, server.url, kind, transport) for _ in range(CLIENTS)]
    with contextlib.ExitStack() as ends:
        often = [
            ends.enter_context(coming_and_going(each.install, each.unguard)) for each in clients
        ]
        for number in itertools.count():
            if number >= SENT and all(each() for each in often):
                break
            client = draw.choice(clients)
            _send(books, client.emit, f"event {number}")
            if number % 5 == 0:
                books.questions.send(f"question {number}")
                books.answers.send(f"question {number}")
                server.ask(client.client.get_sid(), f"question {number}")
            if number % 7 == 0:
                for each in clients:
                    books.broadcasts.send((each.client.get_sid(), f"broadcast {number}"))
                server.broadcast(f"broadcast {number}")
    books.settle()


def _guarded(books: Books, net: Any, url: str, kind: str, transport: str) -> Any:
    made = net.also_close(Guarded(kind))

    def question(text: str) -> Any:
        books.questions.come(text)
        return {"answer": text}

    made.io.on("question", question)
    made.io.on("plain", lambda text: books.broadcasts.come((made.io.get_sid(), text)))
    made.connect(url, transport)
    return made


@pytest.mark.crossed
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", ["SimpleClient", "AsyncSimpleClient"])
def test_a_simple_client_loses_nothing(kind: str, transport: str, net: Any) -> None:
    """Which asks and receives, and answers nothing."""
    books = Books()
    server = OnThreads(books, net, "protect")
    server.guard.uninstall()
    client = net.also_close(Guarded(kind))
    client.connect(server.url, transport)
    with coming_and_going(client.install, client.unguard) as often:
        for number in itertools.count():
            if number >= SENT and often():
                break
            word = f"event {number}"
            books.events.send(word)
            assert client.call("word", word) == (1, word)
            server.broadcast(word)
            assert client.receive() == ["plain", word]
    books.settle()
