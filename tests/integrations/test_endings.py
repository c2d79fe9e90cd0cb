"""Whatever ends a handler, its client is answered; whoever is not in, hears nothing, and is gone.

Behind each entrance of the guard, on threads, asyncio, gevent and eventlet, over websockets and
polling. The servers run in processes of their own; handlers wait to be released, never for a time.
"""

from __future__ import annotations

import contextlib
import functools
import json
import queue
import socket
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import requests
from traffic_controls import PATIENCE, RemoteControls
from traffic_conversations import InOrder
from traffic_processes import ENTRANCES, NAMESPACE, ON_ASYNCIO, is_missing, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: How long a test waits for what does not come where the guard fails.
SOON = 15
ENTER, LEAVE = f"0{NAMESPACE},", f"1{NAMESPACE},"
ENTERED, TURNED_DOWN, HEARD = f"0{NAMESPACE},", f"4{NAMESPACE},", f"2{NAMESPACE},"


class Frames:
    """A client that sends packets of Socket.IO as they are, and keeps what comes."""

    def __init__(self, url: str, transport: str) -> None:
        self._url, self._inbox = url, queue.Queue[str]()
        self.io = InOrder(handle_sigint=False, request_timeout=PATIENCE)
        self.io.on("message", self._inbox.put)
        self.io.connect(url, transports=[transport], engineio_path="socket.io")
        self.send("0")
        self.until("0{")

    def send(self, frame: str) -> None:
        self.io.send(frame)

    def until(self, start: str) -> list[str]:
        """All that comes until a packet that starts so; it is the last."""
        got = [self._inbox.get(timeout=SOON)]
        while not got[-1].startswith(start):
            got.append(self._inbox.get(timeout=SOON))
        return got

    def now(self) -> list[str]:
        """All that came until the server answers."""
        self.send('29["begin"]')
        return self.until("39[")[:-1]

    def beside(self, packet: str) -> None:
        """Send a packet of engine.io on a connection of its own, by polling."""
        address = f"{self._url}/socket.io/?EIO=4&transport=polling&sid={self.io.sid}"
        assert requests.post(address, data=packet, timeout=PATIENCE).ok

    def hang_up(self) -> None:
        """End the connection without a word of Socket.IO."""
        if self.io.current_transport == "polling":
            self.beside("1")
        else:
            self.io.ws.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.io.ws is not None:
            # It waits for the server's closing frame, which does not come.
            self.io.ws.close = functools.partial(self.io.ws.close, timeout=0)
        self.io.disconnect()
        self.io.wait()
        # Not closed by themselves: what was hung up, and what was kept for another request.
        if self.io.ws is not None:
            self.io.ws.shutdown()
        if self.io.http is not None:
            self.io.http.close()


class Theatre:
    """One server with a stage, and the clients of one test."""

    def __init__(self, url: str) -> None:
        self.url, self.stage = url, RemoteControls(url)
        self._clients: list[Frames] = []

    def client(self, transport: str) -> Frames:
        self._clients.append(Frames(self.url, transport))
        return self._clients[-1]

    def is_usable(self) -> bool:
        """Whether the server is alive, and nobody is left in it."""
        try:
            return bool(self.stage.is_empty(1))
        except requests.RequestException:
            return False

    def clear(self) -> None:
        while self._clients:
            self._clients.pop().close()


class Theatres:
    """Starts servers when they are asked for, and ends them at the end."""

    def __init__(self, logs: Any, skip_or_fail: Callable[[str], NoReturn]) -> None:
        self._logs, self._skip_or_fail = logs, skip_or_fail
        self._shared: dict[tuple[str, str], Theatre] = {}
        self._ends: dict[tuple[str, str], contextlib.ExitStack] = {}

    @contextlib.contextmanager
    def own(self, mode: str, entrance: str) -> Iterator[Theatre]:
        """A server that nobody else has."""
        if reason := is_missing(mode):
            self._skip_or_fail(reason)
        with serving(self._logs.mktemp(mode) / "log", mode, entrance) as url:
            made = Theatre(url)
            yield made
            made.clear()

    def shared(self, mode: str, entrance: str) -> Theatre:
        """The server that all tests of a kind have, as long as none leaves anybody behind."""
        kind = mode, entrance
        if kind in self._shared and not self._shared[kind].is_usable():
            del self._shared[kind]
            self._ends.pop(kind).close()
        if kind not in self._shared:
            self._ends[kind] = contextlib.ExitStack()
            self._shared[kind] = self._ends[kind].enter_context(self.own(*kind))
        return self._shared[kind]

    def close(self) -> None:
        for end in self._ends.values():
            end.close()


@pytest.fixture(scope="module")
def theatres(skip_or_fail: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatres]:
    made = Theatres(tmp_path_factory, skip_or_fail)
    yield made
    made.close()


@pytest.fixture
def theatre(request: pytest.FixtureRequest, theatres: Theatres) -> Iterator[Theatre]:
    """A server that every test of its kind shares."""
    made = theatres.shared(*request.param)
    made.stage.reset()
    yield made
    made.stage.release()
    made.clear()


@pytest.fixture
def own_theatre(request: pytest.FixtureRequest, theatres: Theatres) -> Iterator[Theatre]:
    """A server that may come to its end."""
    with theatres.own(*request.param) as made:
        yield made


MODES = ("threading", "asyncio", "gevent", "eventlet")
GREENLETS = ("gevent", "eventlet")
#: The ends that are faults. On greenlets and on asyncio some take the server along, where an event
#: has a greenlet or a task of its own; on threads, only the thread.
FATAL = ("SystemExit", "Interrupted")
MILD = ("RuntimeError", "TypeError", "GeneratorExit", "Ended")
ON_GREENLETS = ("time limit", "GreenletExit", "killed")
OF_ASYNCIO = ("time limit", "cancelled")


def servers(modes: Iterable[str] = MODES, *more: Any, name: str = "") -> list[Any]:
    """Parameters: each mode and entrance, and whatever a test takes besides."""
    return [
        pytest.param(
            (mode, entrance),
            *more,
            id="-".join(filter(None, (mode, entrance, name))),
            marks=[pytest.mark.greenlets] if mode in GREENLETS else [],
        )
        for mode in modes
        for entrance in (ON_ASYNCIO if mode == "asyncio" else ENTRANCES)
    ]


def ending(ends: Iterable[str], modes: Iterable[str] = MODES) -> list[Any]:
    """Parameters: each server with each end."""
    return [case for end in ends for case in servers(modes, end, name=end)]


def on_servers(fixture: str = "theatre") -> Any:
    return pytest.mark.parametrize(fixture, servers(), indirect=True)


def on_servers_ending(cases: list[Any], fixture: str = "theatre") -> Any:
    return pytest.mark.parametrize((fixture, "end"), cases, indirect=[fixture])


pytestmark = pytest.mark.crossed
TRANSPORTS = pytest.mark.parametrize("transport", ["websocket", "polling"])


def heard(frames: list[str]) -> list[str]:
    """What of the namespace a client heard."""
    return [json.loads(frame[len(HEARD) :])[1] for frame in frames if frame.startswith(HEARD)]


# -- connect handlers that end otherwise than by returning -----------------------------------------

FAULTY_CONNECTS = [
    *ending((*FATAL, *MILD)),
    *ending(ON_GREENLETS, GREENLETS),
    *ending(OF_ASYNCIO, ["asyncio"]),
]


@TRANSPORTS
@on_servers_ending(FAULTY_CONNECTS)
def test_whatever_ends_a_connect_handler_turns_the_client_down(
    theatre: Theatre, end: str, transport: str
) -> None:
    """It gets `connect_error` with the reason and no broadcast, and may try again."""
    theatre.stage.joining()
    theatre.stage.ending("connect", end)
    client = theatre.client(transport)
    client.send(ENTER)
    *before, rejection = client.until(TURNED_DOWN)
    theatre.stage.broadcast("late")
    assert heard([*before, *client.now()]) == []
    answer = json.loads(rejection[len(TURNED_DOWN) :])
    assert answer["data"] == {
        "error": {"code": "handler_error", "namespace": NAMESPACE, "event": "connect"}
    }
    assert "hunter2" not in rejection
    assert theatre.stage.is_empty(SOON)
    theatre.stage.ending("connect", "return")
    client.send(ENTER)
    client.until(ENTERED)


@TRANSPORTS
@on_servers_ending(ending(("False", "rejection")))
def test_a_rejection_turns_the_client_down(theatre: Theatre, end: str, transport: str) -> None:
    """As with a fault, the client hears nothing and may try again."""
    theatre.stage.joining()
    theatre.stage.ending("connect", end)
    client = theatre.client(transport)
    client.send(ENTER)
    frames = client.until(TURNED_DOWN)
    theatre.stage.broadcast("late")
    assert heard([*frames, *client.now()]) == []
    assert theatre.stage.is_empty(SOON)
    theatre.stage.ending("connect", "return")
    client.send(ENTER)
    client.until(ENTERED)


@TRANSPORTS
@on_servers_ending(
    ending(("False", "RuntimeError", "SystemExit", "Ended")) + ending(ON_GREENLETS, GREENLETS)
)
def test_a_client_that_was_let_in_before_its_handler_is_sent_away(
    theatre: Theatre, end: str, transport: str
) -> None:
    """With `always_connect` it is told of the connect first, and then of the disconnect."""
    theatre.stage.connecting_always()
    theatre.stage.joining()
    theatre.stage.ending("connect", end)
    client = theatre.client(transport)
    client.send(ENTER)
    client.until(ENTERED)
    frames = client.until(LEAVE)
    assert "hunter2" not in frames[-1]
    assert theatre.stage.is_empty(SOON)
    theatre.stage.broadcast("late")
    assert heard([*frames, *client.now()]) == []


# -- event handlers that end otherwise -------------------------------------------------------------

FAULTY_EVENTS = [
    *ending(MILD),
    *ending(FATAL, ["threading"]),
    *ending(ON_GREENLETS, GREENLETS),
    *ending(OF_ASYNCIO, ["asyncio"]),
]
HANDLER_ERROR = [{"error": {"code": "handler_error", "namespace": NAMESPACE, "event": "say"}}]


def ask(client: Frames, id: int) -> list[Any]:
    client.send(f'2{NAMESPACE},{id}["say","hi"]')
    answer = f"3{NAMESPACE},{id}"
    values: list[Any] = json.loads(client.until(answer)[-1][len(answer) :])
    return values


@TRANSPORTS
@on_servers_ending(FAULTY_EVENTS)
def test_whatever_ends_an_event_handler_is_answered(
    theatre: Theatre, end: str, transport: str
) -> None:
    """The ack says that the handler failed, and the next event is answered as ever."""
    client = theatre.client(transport)
    client.send(ENTER)
    client.until(ENTERED)
    theatre.stage.ending("say", end)
    assert ask(client, 5) == HANDLER_ERROR
    theatre.stage.ending("say", "return")
    assert ask(client, 6) == []
    assert theatre.stage.times() == 2


@TRANSPORTS
@on_servers_ending(ending(FATAL, (*GREENLETS, "asyncio")), "own_theatre")
def test_an_event_handler_that_ends_the_server_is_answered_before(
    own_theatre: Theatre, end: str, transport: str
) -> None:
    """The exception goes on its way, and the ack went ahead."""
    client = own_theatre.client(transport)
    client.send(ENTER)
    client.until(ENTERED)
    own_theatre.stage.ending("say", end)
    assert ask(client, 5) == HANDLER_ERROR


# -- while a connect handler is at work ------------------------------------------------------------


def begin(theatre: Theatre, transport: str) -> Frames:
    """A client whose connect handler runs, and waits to be released."""
    theatre.stage.joining()
    theatre.stage.waiting()
    client = theatre.client(transport)
    client.send(ENTER)
    assert theatre.stage.has_begun()
    return client


SLOW_ENDS = ("False", "rejection", *MILD, *FATAL)


@TRANSPORTS
@on_servers_ending(ending(SLOW_ENDS))
def test_a_client_that_is_turned_down_late_hears_nothing_meanwhile(
    theatre: Theatre, end: str, transport: str
) -> None:
    """No broadcast reaches it before its connect is decided, nor after."""
    theatre.stage.ending("connect", end)
    client = begin(theatre, transport)
    theatre.stage.broadcast("early")
    theatre.stage.release()
    frames = client.until(TURNED_DOWN)
    theatre.stage.broadcast("late")
    assert heard([*frames, *client.now()]) == []


@TRANSPORTS
@on_servers()
def test_a_client_that_is_accepted_late_hears_nothing_before(
    theatre: Theatre, transport: str
) -> None:
    """It is in the broadcasts from then on, and in those to the room that it was put into.

    It may be told then what it missed.
    """
    client = begin(theatre, transport)
    theatre.stage.broadcast("early")
    theatre.stage.release()
    assert heard(client.until(ENTERED)) == []
    theatre.stage.broadcast("late")
    assert heard(client.now())[-2:] == ["late", "late"]


@TRANSPORTS
@on_servers()
def test_what_a_connect_handler_emits_to_its_own_client_arrives(
    theatre: Theatre, transport: str
) -> None:
    """Only broadcasts wait for the decision."""
    theatre.stage.greeting()
    client = theatre.client(transport)
    client.send(ENTER)
    assert heard([*client.until(ENTERED), *client.now()]) == ["welcome"]


LEAVING = {
    "says so": lambda client: client.send(LEAVE),
    "says so on another connection": lambda client: client.beside("4" + LEAVE),
    "hangs up": lambda client: client.hang_up(),
}
WAYS_TO_LEAVE = pytest.mark.parametrize(
    ("transport", "way"),
    [
        ("websocket", "says so"),
        ("websocket", "hangs up"),
        ("polling", "says so on another connection"),
        ("polling", "hangs up"),
    ],
)


@WAYS_TO_LEAVE
@on_servers()
def test_a_client_that_leaves_during_its_connect_handler_is_gone(
    theatre: Theatre, transport: str, way: str
) -> None:
    """Although the handler accepts it: no room has it, and its disconnect handler ran once."""
    client = begin(theatre, transport)
    LEAVING[way](client)
    theatre.stage.release()
    assert theatre.stage.have_left(SOON) == [1]
    assert theatre.stage.is_empty(SOON)
    if way != "hangs up":
        theatre.stage.broadcast("late")
        assert heard(client.now()) == []


@WAYS_TO_LEAVE
@on_servers_ending(ending(("False", "Ended")))
def test_a_client_that_leaves_and_is_turned_down_is_gone(
    theatre: Theatre, end: str, transport: str, way: str
) -> None:
    """Whatever comes first, no room has it."""
    theatre.stage.ending("connect", end)
    client = begin(theatre, transport)
    LEAVING[way](client)
    theatre.stage.release()
    assert theatre.stage.is_empty(SOON)
    assert theatre.stage.have_left(0) in ([0], [1])
