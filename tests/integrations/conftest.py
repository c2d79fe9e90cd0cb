"""A contract that has a place for everything, and real servers and clients to break it with."""

from __future__ import annotations

import copy
import functools
import itertools
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio
import websocket
from flask import Flask
from flask_socketio import SocketIO
from traffic_conversations import InOrder
from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard import AsyncAPIGuard, AsyncAPIServer, AsyncAPISocketIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Long enough for a busy machine; nothing waits for it to pass.
PATIENCE = 120


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name != "note"],
        "additionalProperties": False,
    }


INTEGER, TEXT, BYTES = (
    {"type": "integer"},
    {"type": "string"},
    {"type": "string", "format": "binary"},
)
MOVE = _object(x={"type": "integer", "minimum": 0, "maximum": 2}, note=TEXT)

RECEIVED = {
    "move": {"payload": MOVE, "x-ack": _object(ok={"type": "boolean"})},
    "pair": {"payload": {"type": "array", "items": [INTEGER, TEXT], "minItems": 2, "maxItems": 2}},
    "begin": {"payload": {"type": "null"}},
    "upload": {"payload": _object(name=TEXT, data=BYTES), "x-ack": INTEGER},
    "number": {"payload": {"type": "number", "minimum": 0}},
    "word": {
        "payload": TEXT,
        "x-ack": {"args": {"type": "array", "items": [INTEGER, TEXT], "minItems": 2}},
    },
    "anything": {},
    "bag": {"payload": {"type": "object"}},
    "tree": {"payload": {"$ref": "#/components/schemas/Tree"}},
}
SENT = {
    "moved": {"payload": MOVE},
    "spread": {
        "payload": {"type": "array", "items": [INTEGER, TEXT], "minItems": 2, "maxItems": 2}
    },
    "ended": {"payload": {"type": "null"}},
    "file": {"payload": _object(data=BYTES)},
    "question": {"payload": TEXT, "x-ack": _object(answer=TEXT)},
    "bag_sent": {"payload": {"type": "object"}},
    "plain": {"payload": TEXT},
}


def _channel(address: str, received: Any, sent: Any, **more: Any) -> dict[str, Any]:
    return {"address": address, "messages": {**received, **sent}, **more}


def _operations(channel: str, received: Any, sent: Any) -> dict[str, Any]:
    def operation(action: str, name: str) -> dict[str, Any]:
        reference = {"$ref": f"#/channels/{channel}/messages/{name}"}
        return {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [reference],
        }

    return {
        **{f"{channel}_{name}": operation("receive", name) for name in received},
        **{f"{channel}_{name}": operation("send", name) for name in sent},
    }


def document() -> dict[str, Any]:
    """The contract: `/` has everything, `/locked` wants a token, `/rooms/` is a template."""
    token = {"connect": {"payload": _object(token={"type": "string", "minLength": 4})}}
    say, said = {"say": {"payload": TEXT}}, {"said": {"payload": TEXT}}
    whole = {
        "asyncapi": "3.1.0",
        "info": {"title": "Everything", "version": "1.0.0"},
        "channels": {
            "main": _channel("/", RECEIVED, SENT),
            "locked": _channel("/locked", {**token, **say}, said),
            "room": _channel(
                "/rooms/{id}", say, said, parameters={"id": {"enum": ["red", "blue"]}}
            ),
        },
        "operations": {
            **_operations("main", RECEIVED, SENT),
            **_operations("locked", {**token, **say}, said),
            **_operations("room", say, said),
        },
        "components": {
            "schemas": {
                "Tree": {
                    "type": "object",
                    "properties": {"child": {"$ref": "#/components/schemas/Tree"}},
                    "additionalProperties": False,
                }
            }
        },
    }
    return copy.deepcopy(whole)


@dataclass
class Application:
    """A guarded Flask-SocketIO application, and what reached its handlers.

    Attributes:
        ran: `(namespace, event, args)` of every handler that ran.
        returns: what the handlers of events return; by event.
        violations: what the hook was called with.
    """

    app: Flask
    socketio: Any
    guard: AsyncAPIGuard
    ran: list[tuple[Any, ...]] = field(default_factory=list)
    returns: dict[str, Any] = field(default_factory=dict)
    violations: list[Any] = field(default_factory=list)

    def handle(self, namespace: str, event: str) -> None:
        """Register a handler that writes down what it gets."""

        @self.socketio.on(event, namespace=namespace)
        def handler(*args: Any) -> Any:
            self.ran.append((namespace, event, args))
            return self.returns.get(event)

    @property
    def server(self) -> Any:
        return self.socketio.server


def new_application(
    spec: Any = None,
    *,
    handlers: bool = True,
    async_mode: str = "threading",
    serializer: Any = "default",
    **options: Any,
) -> Application:
    """An application whose every declared event has a handler."""
    app = Flask(__name__)
    app.secret_key = "tests"
    socketio = SocketIO(app, async_mode=async_mode, serializer=serializer)
    violations: list[Any] = []
    options.setdefault("on_violation", violations.append)
    guard = AsyncAPIGuard(document() if spec is None else spec, **options)
    guard.init_app(app, socketio)
    made = Application(app, socketio, guard, violations=violations)
    if handlers:
        for event in RECEIVED:
            made.handle("/", event)
        for namespace in ("/locked", "/rooms/red"):
            made.handle(namespace, "say")
    return made


class Entrance:
    """One of the ways to guard a server, with what the others have as well.

    Attributes:
        way: `init_app`, `protect`, `AsyncAPISocketIO` or `AsyncAPIServer`.
        guard: the `AsyncAPIGuard`.
        server: the `socketio.Server`.
        wsgi: what a web server runs.
        violations: what the hook was called with.
    """

    def __init__(
        self,
        way: str,
        spec: Any = None,
        *,
        server: dict[str, Any] | None = None,
        guarded: bool = True,
        **options: Any,
    ) -> None:
        self.way = way
        self.violations: list[Any] = []
        spec = document() if spec is None else spec
        options.setdefault("on_violation", self.violations.append)
        server = {"async_mode": "threading", **(server or {})}
        self.app: Flask | None = None
        if way == "protect":
            self.io = self.server = pysocketio.Server(**server)
            if guarded:
                self.guard = AsyncAPIGuard(spec, **options)
                self.guard.protect(self.server)
            self.wsgi: Any = pysocketio.WSGIApp(self.server)
            return
        if way == "AsyncAPIServer":
            self.way = "protect"  # it has what a guarded `socketio.Server` has
            self.io = self.server = AsyncAPIServer(spec=spec, validate=guarded, **options, **server)
            self.guard = self.io._guarded
            self.wsgi = pysocketio.WSGIApp(self.server)
            return
        self.app = self.wsgi = Flask(__name__)
        self.app.secret_key = "tests"
        if way == "AsyncAPISocketIO":
            self.io = AsyncAPISocketIO(self.app, spec=spec, validate=guarded, **options, **server)
            self.guard = self.io._guarded
        else:
            self.io = SocketIO(self.app, **server)
            if guarded:
                self.guard = AsyncAPIGuard(spec, **options)
                self.guard.init_app(self.app, self.io)
        self.server = self.io.server

    def on(self, event: str, namespace: str = "/") -> Callable[[Any], Any]:
        """Register a handler of the arguments; of the auth, for a connect."""

        def decorator(handler: Any) -> Any:
            if self.way != "protect":
                return self.io.on(event, namespace=namespace)(handler)
            if event == "connect":
                return self.io.on(event, lambda sid, environ, auth=None: handler(auth), namespace)
            return self.io.on(event, lambda sid, *args: handler(*args), namespace)

        return decorator

    def emit(self, event: str, *args: Any, **options: Any) -> None:
        """Send an event from outside of all handlers."""
        self.io.emit(event, args, **options)


WAYS = ("init_app", "protect", "AsyncAPISocketIO", "AsyncAPIServer")


@pytest.fixture(params=WAYS)
def entrance(request: pytest.FixtureRequest) -> Callable[..., Entrance]:
    """Makes a server that is guarded in one of the ways there are."""
    return functools.partial(Entrance, request.param)


@pytest.fixture(scope="session")
def entrances() -> Callable[..., Entrance]:
    """Makes a server by the name of the way to guard it."""
    return Entrance


class RawClient:
    """A websocket that sends and receives the texts of Socket.IO's protocol."""

    def __init__(self, url: str) -> None:
        address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.ws = websocket.create_connection(address, timeout=PATIENCE)
        self.ws.recv()  # engine.io's own greeting

    def send(self, frame: str | bytes) -> None:
        """Send a Socket.IO frame."""
        if isinstance(frame, bytes):
            self.ws.send_binary(frame)
        else:
            self.ws.send("4" + frame)

    def receive(self) -> str:
        """The next Socket.IO frame."""
        deadline = time.monotonic() + PATIENCE
        while not (frame := self.ws.recv()).startswith("4"):
            assert time.monotonic() < deadline, "only pings came"
            self.ws.send("3")  # to engine.io's ping
        return str(frame[1:])

    def enter(self, namespace: str = "/", auth: str = "") -> str:
        """Connect to a namespace: the frame that answers it."""
        self.send(f"0{'' if namespace == '/' else namespace + ','}{auth}")
        return self.receive()

    def close(self) -> None:
        self.ws.close(timeout=0)
        self.ws.shutdown()  # where it was the server that closed it


class _Quiet(WSGIRequestHandler):
    #: Else each small frame that follows another waits for 40 ms.
    disable_nagle_algorithm = True

    def log(self, *args: Any, **kwargs: Any) -> None:
        pass


class _Client(pysocketio.Client):
    def _engineio_client_class(self) -> Any:
        return InOrder


class Client:
    """A real python-socketio client over a websocket, which keeps what it receives."""

    def __init__(self, url: str, *, serializer: Any = "default", **options: Any) -> None:
        self.inbox: queue.Queue[tuple[str, str, list[Any]]] = queue.Queue()
        self.rejections: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.answers: dict[str, Any] = {}
        self.io = _Client(reconnection=False, handle_sigint=False, serializer=serializer)
        self.io.on("*", self._receive, namespace="*")
        self.io.on("connect_error", self._rejected, namespace="*")
        options.setdefault("transports", ["websocket"])
        options.setdefault("namespaces", ["/"])
        self.io.connect(url, wait_timeout=PATIENCE, **options)

    def _receive(self, event: str, namespace: str, *args: Any) -> Any:
        self.inbox.put((namespace, event, list(args)))
        return self.answers.get(event)

    def _rejected(self, namespace: str, *data: Any) -> None:
        self.rejections.put((namespace, data[0] if data else None))

    def ask(self, event: str, *args: Any, namespace: str = "/") -> list[Any]:
        """Send an event, and wait for the values of its ack."""
        got: queue.Queue[list[Any]] = queue.Queue()
        self.io.emit(
            event, args, namespace=namespace, callback=lambda *values: got.put(list(values))
        )
        return got.get(timeout=PATIENCE)

    def ask_raw(self, *frames: str | bytes, id: int = 777, namespace: str = "/") -> list[Any]:
        """Send packets as they are, and wait for the values of the ack with that id."""
        got: queue.Queue[list[Any]] = queue.Queue()
        callbacks = self.io.callbacks.setdefault(namespace, {0: itertools.count(1)})
        callbacks[id] = lambda *values: got.put(list(values))
        for frame in frames:
            self.io.eio.send(frame)
        return got.get(timeout=PATIENCE)

    def receive(self) -> tuple[str, str, list[Any]]:
        """The next event."""
        return self.inbox.get(timeout=PATIENCE)

    def received(self) -> list[tuple[str, str, list[Any]]]:
        """All events that came so far; a server's ack comes after what it emitted before."""
        got = []
        while not self.inbox.empty():
            got.append(self.inbox.get())
        return got

    def enter(self, namespace: str, auth: Any = None) -> Any:
        """Connect to one more namespace: the data of the rejection, or `None`."""
        done: queue.Queue[Any] = queue.Queue()
        self.io.on("connect", lambda: done.put(None), namespace=namespace)
        self.io.on("connect_error", lambda data=None: done.put(data), namespace=namespace)
        packet = self.io.packet_class(0, data=auth, namespace=namespace)
        self.io.connection_namespaces = [*(self.io.connection_namespaces or []), namespace]
        self.io._send_packet(packet)
        return done.get(timeout=PATIENCE)

    def close(self) -> None:
        if self.io.eio.ws is not None:
            # It waits for the server's closing frame, which does not come.
            self.io.eio.ws.close = functools.partial(self.io.eio.ws.close, timeout=0)
        self.io.disconnect()
        self.io.eio.wait()
        # Not closed by themselves where it was the server that closed them.
        if self.io.eio.ws is not None:
            self.io.eio.ws.shutdown()
        if self.io.eio.http is not None:
            self.io.eio.http.close()


@pytest.fixture(scope="session")
def patience() -> int:
    """How many seconds to wait for what must come."""
    return PATIENCE


@pytest.fixture(scope="session")
def contract() -> Callable[[], dict[str, Any]]:
    """Makes a fresh copy of the contract."""
    return document


@pytest.fixture(scope="session")
def application() -> Callable[..., Application]:
    """Makes guarded applications; options go to `AsyncAPIGuard`."""
    return new_application


class Serving:
    """Real servers on loopback ports, and their clients; everything is closed at the end."""

    def __init__(self) -> None:
        self._clients: list[Any] = []
        self._servers: list[tuple[Any, threading.Thread]] = []
        self._others: list[Any] = []

    def also_serve(self, server: Any) -> Any:
        """Close one more server at the end, before its clients: none waits for its last poll."""
        self._others.append(server)
        return server

    def serve(self, wsgi: Any) -> str:
        """Serve a WSGI application: its address."""
        server = make_server("127.0.0.1", 0, wsgi, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self._servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    def client(self, url: str, **options: Any) -> Client:
        """A connected client."""
        made = Client(url, **options)
        self._clients.append(made)
        return made

    def raw(self, url: str) -> RawClient:
        """A websocket without a client's manners."""
        made = RawClient(url)
        self._clients.append(made)
        return made

    def also_close(self, closable: Any) -> Any:
        self._clients.append(closable)
        return closable

    def close(self) -> None:
        for server in self._others:
            server.close()
        for client in self._clients:
            client.close()
        for server, thread in self._servers:
            server.shutdown()
            thread.join(PATIENCE)
            server.server_close()


@pytest.fixture
def net() -> Iterator[Serving]:
    """Servers and clients for one test."""
    serving = Serving()
    yield serving
    serving.close()


@pytest.fixture(scope="module")
def module_net() -> Iterator[Serving]:
    """Servers and clients for all tests of a module."""
    serving = Serving()
    yield serving
    serving.close()
