"""Guards that come and go: application factories, second guards, and uninstalling under traffic."""

from __future__ import annotations

import gc
import inspect
import queue
import threading
import time
import weakref
from typing import Any

import pytest
import socketio as pysocketio
from flask import Flask
from flask_socketio import SocketIO, SocketIOTestClient

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, InstallationError


def depth() -> int:
    return len(inspect.stack(0))


@pytest.mark.parametrize("one_guard", [True, False])
def test_many_factories_around_one_socketio_stay_shallow(one_guard: bool, contract: Any) -> None:
    """Each application's handlers run as near to the bottom of the stack as the first one's."""
    io = SocketIO(async_mode="threading")
    io.on("number")(lambda number: depths.append(depth()))
    depths: list[int] = []
    guard = AsyncAPIGuard(contract())
    for _ in range(60):
        app = Flask(__name__)
        io.init_app(app)
        (guard if one_guard else AsyncAPIGuard(contract())).init_app(app, io)
        client = io.test_client(app)
        client.emit("number", 1, callback=True)
        answer = client.emit("number", "x", callback=True)
        assert answer["error"]["code"] == "request_validation_error"
    assert len(set(depths)) == 1
    assert len(depths) == 60


def test_a_drop_in_may_be_initialised_again(contract: Any) -> None:
    """As often as a factory likes."""
    io = AsyncAPISocketIO(spec=contract(), async_mode="threading")
    io.on("number")(lambda number: depths.append(depth()))
    depths: list[int] = []
    for _ in range(30):
        app = Flask(__name__)
        io.init_app(app)
        client = io.test_client(app)
        client.emit("number", 1, callback=True)
        assert client.emit("number", "x", callback=True)["error"]["code"]
    assert len(set(depths)) == 1


def test_servers_that_are_gone_are_not_kept_alive(contract: Any) -> None:
    """Neither by the guard nor by the SocketIO that had them."""
    io, guard = SocketIO(async_mode="threading"), AsyncAPIGuard(contract())
    gone = []
    for _ in range(5):
        app = Flask(__name__)
        io.init_app(app)
        guard.init_app(app, io)
        io.test_client(app).emit("number", 1)
        gone += [weakref.ref(app), weakref.ref(io.server)]
    SocketIOTestClient.clients.clear()
    del app
    gc.collect()
    assert sum(each() is not None for each in gone) == 2  # the last ones
    bare = pysocketio.Server(async_mode="threading")
    guard.protect(bare)
    last = weakref.ref(bare)
    del bare
    gc.collect()
    assert last() is None
    guard.uninstall()
    with pytest.raises(InstallationError, match="not installed"):
        guard.uninstall()


def test_the_hooks_of_the_last_server_count(contract: Any, application: Any) -> None:
    """The error handlers of the SocketIO hear of each violation once."""
    made = application()
    other = Flask(__name__)
    made.socketio.init_app(other)
    made.guard.init_app(other, made.socketio)
    heard: list[Any] = []
    made.socketio.on_error_default(lambda error: heard.append(error) or {"no": 1})
    client = made.socketio.test_client(other)
    assert client.emit("word", 1, callback=True) == {"no": 1}
    assert len(heard) == 1
    made.guard.uninstall()
    assert client.emit("word", 1, callback=True) is None
    assert "_handle_event" not in vars(made.socketio)


def test_a_second_guard_on_one_server_is_an_error(entrance: Any, contract: Any) -> None:
    """Whichever way it is tried."""
    made = entrance()
    with pytest.raises(InstallationError, match="already guarded"):
        AsyncAPIGuard(contract()).protect(made.server)
    if made.app is not None:
        with pytest.raises(InstallationError, match="already guarded"):
            AsyncAPIGuard(contract()).init_app(made.app, made.io)
    made.guard.uninstall()
    AsyncAPIGuard(contract()).protect(made.server)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("data", ['"a"', "1"])
def test_events_in_flight_are_answered_when_the_guard_goes(
    data: str, binary: bool, entrance: Any, net: Any
) -> None:
    """Their handlers were running already, whatever they return."""
    made = entrance()
    running, release = threading.Event(), threading.Event()

    def word(_: Any) -> Any:
        running.set()
        assert release.wait(120)
        return (1, b"a") if binary else (1, "a")

    made.on("word")(word)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["word","a"]')
    assert running.wait(120)
    made.guard.uninstall()
    release.set()
    assert client.receive()[:2] == ("61" if binary else "37")[:2]
    if binary:
        client.ws.recv()
    # Whatever comes now is not validated.
    made.on("word")(lambda word: word)
    client.send(f'28["word",{data}]')
    assert client.receive() == f"38[{data}]"


def test_half_a_packet_is_completed_when_the_guard_goes(entrance: Any, net: Any) -> None:
    """Its attachment comes after."""
    made = entrance()
    made.on("upload")(lambda upload: len(upload["data"]))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('51-7["upload",{"data":{"_placeholder":true,"num":0}}]')
    deadline = time.monotonic() + 120
    while not made.server._binary_packet:  # the server waits for the attachment
        assert time.monotonic() < deadline
        time.sleep(0.01)
    made.guard.uninstall()
    client.send(b"abc")
    assert client.receive() == "37[3]"


def test_callbacks_in_flight_run_when_the_guard_goes(entrance: Any, net: Any) -> None:
    """Whatever the client answers; and `call` returns it."""
    made = entrance()
    client = net.client(net.serve(made.wsgi))
    asked, answer = threading.Event(), threading.Event()

    def question(_: Any) -> Any:
        asked.set()
        assert answer.wait(120)
        return "anything"

    client.io.on("question", question)
    got: list[Any] = []
    thread = threading.Thread(
        target=lambda: got.append(
            made.server.call("question", "q", to=client.io.get_sid(), timeout=120)
        )
    )
    thread.start()
    assert asked.wait(120)
    made.guard.uninstall()
    answer.set()
    thread.join(120)
    assert got == ["anything"]


def test_coming_and_going_under_traffic_loses_nothing(entrance: Any, net: Any) -> None:
    """Fifty times, while a client asks and is asked."""
    made = entrance()
    made.on("word")(lambda word: (1, word))
    client = net.client(net.serve(made.wsgi))
    client.answers["question"] = {"answer": "a"}
    sid, stop = client.io.get_sid(), threading.Event()
    asked: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            while not stop.is_set():
                asked.put((client.ask("word", "é"), made.server.call("question", "q", to=sid)))
        except BaseException as error:
            asked.put(error)
            raise

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(50):
        made.guard.uninstall()
        assert asked.get(timeout=120) == ([1, "é"], {"answer": "a"})
        made.guard.protect(made.server)
        assert asked.get(timeout=120) == ([1, "é"], {"answer": "a"})
    stop.set()
    thread.join(120)
    assert not thread.is_alive()


class Meanwhile:
    """Has an event come in whenever something of it is replaced or put back."""

    ran: list[str]
    come: Any = None

    def note(self, word: str) -> None:
        self.ran.append(word)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if self.come is not None:
            self.come()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if self.come is not None:
            self.come()


class BusyServer(Meanwhile, pysocketio.Server):
    def begin(self) -> None:
        self.eio.send = self.eio.send_packet = lambda *_: None
        self._handle_eio_connect("c", {})
        self._handle_eio_message("c", "0")
        self.on("word", lambda sid, word: self.note(word))
        self.come = lambda: self._handle_eio_message("c", f'2["word","{len(self.ran)}"]')


class BusyClient(Meanwhile, pysocketio.Client):
    def begin(self) -> None:
        self.connection_namespaces = ["/"]
        self.on("plain", self.note)
        self.come = lambda: self._handle_eio_message(f'2["plain","{len(self.ran)}"]')


@pytest.mark.parametrize(
    "make",
    [
        lambda: BusyServer(async_mode="threading", async_handlers=False),
        lambda: BusyClient(handle_sigint=False),
    ],
    ids=["server", "client"],
)
def test_what_comes_in_between_two_replacements_is_handled(make: Any, contract: Any) -> None:
    """Each of it once: no part of a guard runs before all that it needs is there."""
    busy = make()
    busy.ran = []
    busy.begin()
    guard = AsyncAPIGuard(contract())
    for change in (lambda: guard.protect(busy), guard.uninstall):
        change()
        assert busy.ran == [str(number) for number in range(len(busy.ran))]
        assert len(busy.ran) > 10
        busy.ran.clear()
