"""A server that sends whatever a test wants, and guarded clients of every kind to hear it."""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from typing import TYPE_CHECKING, Any

import engineio
import socketio
from conftest import PATIENCE, document
from hasty_websocket import Hasty
from traffic_conversations import InOrder
from traffic_frames import HEARD, SENT

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

KINDS = ("Client", "AsyncClient", "SimpleClient", "AsyncSimpleClient")
_EVENT = re.compile(r"[25](?:\d+-)?(?:(/[^,]*),)?(\d*)\[", re.ASCII)


class Rogue:
    """It speaks engine.io, and of Socket.IO what a test says.

    Args:
        good: an event with a text that the contract lets a server send.

    Attributes:
        wsgi: what a web server runs.
        url: where it does; a test says that.
        frames: what came from the client, but for its connects.
        tapped: all that was sent and heard.
        connects: its connects.
        welcome: what answers a connect; `%s` stands for the namespace and a comma.
        ack: the frames that answer an event with an ack id; `%s` stands for namespace and id.
    """

    def __init__(self, good: str = "plain") -> None:
        self._good = good
        self._eio = engineio.Server(async_mode="threading", async_handlers=False)
        self._eio.on("connect", self._connected)
        self._eio.on("message", self._message)
        self.wsgi: Any = engineio.WSGIApp(self._eio, engineio_path="socket.io")
        self.frames: queue.Queue[Any] = queue.Queue()
        self.tapped: list[tuple[str, Any]] = []
        self.connects: queue.Queue[str] = queue.Queue()
        self.ended = threading.Event()
        self._eio.on("disconnect", lambda *_: self.ended.set())
        self.welcome: list[Any] = ['0%s{"sid":"s1"}']
        self.ack: list[Any] = []
        self._client = ""
        self.url: str = ""

    def _connected(self, sid: str, environ: Any) -> None:
        self._client = sid

    def _message(self, sid: str, data: Any) -> None:
        self.tapped.append((HEARD, data))
        if isinstance(data, str) and data.startswith("0"):
            self.connects.put(data)
            namespace = re.match(r"0(/[^,]*,)?", data)
            self._answer(self.welcome, namespace.group(1) or "" if namespace else "")
            return
        self.frames.put(data)
        event = _EVENT.match(data) if isinstance(data, str) else None
        if event is not None and event.group(2):
            namespace_and_comma = f"{event.group(1)}," if event.group(1) else ""
            self._answer(self.ack, namespace_and_comma + event.group(2))

    def _answer(self, frames: list[Any], known: str) -> None:
        self.send(
            *(each.replace("%s", known) if isinstance(each, str) else each for each in frames)
        )

    def send(self, *frames: Any) -> None:
        """Send frames as they are."""
        for frame in frames:
            self.tapped.append((SENT, frame))
            self._eio.send(self._client, frame)

    def send_broken_frame(self) -> None:
        """Send what engine.io cannot read, so the client gives the connection up."""
        broken = engineio.packet.Packet()
        broken.encode_cache = "x"
        self._eio.send_packet(self._client, broken)

    def close(self) -> None:
        """End what polls: else a client that leaves may wait for its last poll."""
        for connection in list(self._eio.sockets.values()):
            if not connection.upgraded:
                connection.close(wait=False)

    def received(self) -> Any:
        """The next frame."""
        return self.frames.get(timeout=PATIENCE)

    def heard(self) -> list[Any]:
        """What came so far: until the client has answered a good event."""
        self.send(f'2999["{self._good}","the end"]')
        seen = []
        while not (isinstance(frame := self.received(), str) and frame.startswith("3999[")):
            seen.append(frame)
        return seen


class _Client(socketio.Client):
    def _engineio_client_class(self) -> Any:
        return InOrder


class Guarded:
    """A guarded client of a kind, and what reached its application.

    Attributes:
        kind: the name of its class.
        io: the client of python-socketio.
        ran: namespace, event and arguments of each event that reached it.
        returns: what its handlers return; by event.
        violations: what the hook was called with.
        called: the values of the acks that its calls and callbacks got.
    """

    def __init__(
        self,
        kind: str,
        spec: Any = None,
        *,
        serializer: Any = "default",
        json: Any = None,
        **options: Any,
    ) -> None:
        self.kind = kind
        self._wire = {"serializer": serializer, "json": json}
        self.is_simple = "Simple" in kind
        self.is_async = kind.startswith("Async")
        self._loop: Any = None
        if self.is_async:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
            self._thread.start()
        self._ran: list[tuple[str, str, list[Any]]] = []
        self.returns: dict[str, Any] = {}
        self.violations: list[Any] = []
        self.called: list[tuple[Any, ...]] = []
        options.setdefault("on_violation", self.violations.append)
        self.io: Any = None
        self._guard(spec, options)

    def _guard(self, spec: Any, options: dict[str, Any]) -> None:
        self.guard = AsyncAPIGuard(document() if spec is None else spec, **options)
        self.io = self._run(self._make)
        self.guard.protect(self.io)

    def _make(self) -> Any:
        options: dict[str, Any] = {"reconnection": False, "handle_sigint": False, **self._wire}
        if not self.is_async:
            options["websocket_extra_options"] = {"class_": Hasty}
        if not self.is_simple:
            made = _Client(**options) if self.kind == "Client" else socketio.AsyncClient(**options)
            made.on("*", self._handle, namespace="*")
            return made
        simple: Any = socketio.AsyncSimpleClient if self.is_async else socketio.SimpleClient
        made = simple(**options)
        if not self.is_async:
            made.client_class = _Client
        return made

    def _handle(self, event: str, namespace: str, *args: Any) -> Any:
        self._ran.append((namespace, event, list(args)))
        value = self.returns.get(event)
        if isinstance(value, Exception):
            raise value
        return value

    def _run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What a function of the client gives, in its loop if there is one."""
        if self._loop is None:
            return function(*args, **kwargs)

        async def call() -> Any:
            value = function(*args, **kwargs)
            return await value if asyncio.iscoroutine(value) else value

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(PATIENCE)

    def install(self) -> None:
        """Put the guard back on."""
        self._run(self.guard.protect, self.io)

    def unguard(self) -> None:
        """Take the guard away."""
        self._run(self.guard.uninstall)

    @property
    def client(self) -> Any:
        """The client within a simple one, or itself."""
        return self.io.client if self.is_simple else self.io

    @property
    def ran(self) -> list[tuple[str, str, list[Any]]]:
        if not self.is_simple:
            return self._ran
        return [("/", event, args) for event, *args in self.io.input_buffer]

    def forget(self) -> None:
        """Have no past."""
        self._ran.clear()
        self.violations.clear()
        self.called.clear()
        self.returns.clear()
        if self.is_simple:
            self.io.input_buffer.clear()

    def connect(self, url: str, transport: str = "websocket", **options: Any) -> None:
        if self.is_simple:
            options.setdefault("namespace", "/")
        else:
            options.setdefault("namespaces", ["/"])
        options.setdefault("wait_timeout", PATIENCE)
        self._run(self.io.connect, url, transports=[transport], **options)

    def disconnect(self) -> None:
        """Leave the server; the client may connect again."""
        self._run(self.client.disconnect)

    def emit(self, event: str, data: Any = None, **options: Any) -> None:
        self._run(self.io.emit, event, data, **options)

    def call(self, event: str, data: Any = None) -> Any:
        value = self._run(self.io.call, event, data, timeout=PATIENCE)
        self.called.append(value if isinstance(value, tuple) else (value,))
        return value

    def receive(self) -> Any:
        """What a simple client gets next."""
        return self._run(self.io.receive, timeout=PATIENCE)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives, in the client's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    @property
    def connected(self) -> bool:
        return bool(self.client.connected and self.client.eio.state == "connected")

    def close(self) -> None:
        client = self.client
        if client is not None:
            self._run(client.disconnect)
            if self.is_async:
                self._run(client.eio._reset)
            elif client.eio.http is not None:
                client.eio.http.close()
        if self._loop is not None:
            self._run(_cancel_all)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
