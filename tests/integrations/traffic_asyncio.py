"""Guarded servers on asyncio, under uvicorn, in a thread that runs its event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn
from conftest import PATIENCE, RECEIVED, document

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Uvicorn:
    """It serves from the beginning, on a loopback port.

    Attributes:
        url: where.
        loop: in which the application runs.
        faults: what came to the loop's exception handler.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        # Else each small packet that follows another waits for 40 ms: asyncio says so of sockets
        # that it makes, and connections have it of the one that they came to.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        settings = {"log_config": None, "lifespan": "off"}
        self._server = uvicorn.Server(uvicorn.Config(app, **{**settings, **options}))
        self.loop = asyncio.new_event_loop()
        self.faults: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.faults.append(context))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started:
            assert time.monotonic() < deadline, "no server came up"
            time.sleep(0.001)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.create_task(self._server._serve(sockets=[self._socket]))
        self.loop.run_forever()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives, in the loop of the application."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def close(self) -> None:
        """End the server as a program that is told to end does: its tasks are cancelled."""
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        self._socket.close()

    async def _cancel_all(self) -> None:
        # Connections are closed, and what handles them is cancelled.
        self._server.force_exit = True
        connections = list(self._server.server_state.connections)
        for connection in connections:
            with contextlib.suppress(Exception):  # for one that closes already
                connection.shutdown()
        self._server.server_state.connections.clear()
        # Its own end is the same, after a tenth of a second.
        for server in self._server.servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for connection in connections:
            connection.transport.abort()  # whose client does not say goodbye
        for _ in range(3):
            await asyncio.sleep(0)


@dataclass
class AsyncApplication:
    """A guarded application on asyncio, and what reached its handlers.

    Attributes:
        ran: `(namespace, event, args)` of every handler that ran.
        returns: what the handlers of events return; by event.
        violations: what the hook was called with.
    """

    server: Any
    guard: AsyncAPIGuard
    ran: list[tuple[Any, ...]] = field(default_factory=list)
    returns: dict[str, Any] = field(default_factory=dict)
    violations: list[Any] = field(default_factory=list)

    def handle(self, namespace: str, event: str) -> None:
        """Register a handler that writes down what it gets, after a turn of the loop."""

        @self.server.on(event, namespace=namespace)
        async def handler(sid: str, *args: Any) -> Any:
            await asyncio.sleep(0)
            self.ran.append((namespace, event, args))
            return self.returns.get(event)


def new_async_application(
    spec: Any = None, *, handlers: bool = True, server: dict[str, Any] | None = None, **options: Any
) -> AsyncApplication:
    """An application whose every declared event has a handler."""
    made = AsyncApplication(
        socketio.AsyncServer(async_mode="asgi", **(server or {})),
        AsyncAPIGuard(document() if spec is None else spec, **options),
    )

    async def on_violation(violation: Any) -> None:
        await asyncio.sleep(0)
        made.violations.append(violation)

    if "on_violation" not in options:
        made.guard.on_violation = on_violation
    made.guard.protect(made.server)
    if handlers:
        for event in RECEIVED:
            made.handle("/", event)
        for namespace in ("/locked", "/rooms/red"):
            made.handle(namespace, "say")
    return made


class AsyncControls:
    """What a test asks of a guarded application, as `Controls`."""

    def __init__(self, made: AsyncApplication, served: Uvicorn) -> None:
        self._made, self._served = made, served
        self._called: list[tuple[Any, ...]] = []
        self._held: dict[str, asyncio.Event] = {}

    def reset(self) -> None:
        made = self._made
        self._called.clear()
        made.ran.clear()
        made.violations.clear()
        made.returns.clear()
        made.returns.update(move={"ok": True}, upload=1, word=(1, "a"))

    def unguard(self) -> None:
        async def uninstall() -> None:
            self._made.guard.uninstall()

        self._served.run(uninstall())

    def ran(self) -> list[tuple[str, str, tuple[Any, ...]]]:
        return list(self._made.ran)

    def violations(self) -> list[Any]:
        return list(self._made.violations)

    def returning(self, event: str, value: Any) -> None:
        self._made.returns[event] = value

    def emit(self, event: str, data: Any = None, namespace: str = "/") -> None:
        self._served.run(self._made.server.emit(event, data, namespace=namespace))

    def question(self, sid: str) -> None:
        async def callback(*values: Any) -> None:
            await asyncio.sleep(0)
            self._called.append(values)

        self._served.run(self._made.server.emit("question", "q", to=sid, callback=callback))

    def called(self) -> list[tuple[Any, ...]]:
        return list(self._called)

    def call(self, sid: str) -> Any:
        return self._served.run(self._made.server.call("question", "q", to=sid, timeout=PATIENCE))

    def hold(self, event: str) -> None:
        """Let the handler of an event of `/` wait until it is released."""
        released = self._held[event] = asyncio.Event()

        async def wait(sid: str, *_: Any) -> None:
            await released.wait()

        self._made.server.on(event, wait)

    def release(self, event: str) -> None:
        """Let the handler go on."""
        self._served.loop.call_soon_threadsafe(self._held.pop(event).set)

    def participants(self, namespace: str) -> int:
        return len(list(self._made.server.manager.get_participants(namespace, None)))


class AsyncEntrance:
    """A server that is not guarded yet, with what `conftest.Entrance` has."""

    def __init__(self) -> None:
        self.violations: list[Any] = []
        self.guard: Any = None
        self.io = self.server = socketio.AsyncServer(async_mode="asgi")

    def serve(self, net: Any) -> str:
        """Serve it: its address."""
        self._served = net.also_serve(Uvicorn(socketio.ASGIApp(self.server)))
        return self._served.url

    def on(self, event: str, namespace: str = "/") -> Any:
        def decorator(handler: Any) -> Any:
            async def with_sid(sid: str, *args: Any) -> Any:
                return handler(*args)

            return self.io.on(event, with_sid, namespace)

        return decorator

    def emit(self, event: str, *args: Any, **options: Any) -> None:
        self._served.run(self.io.emit(event, args, **options))
