"""A contract that says more of acks than a schema, and guarded servers that are slow to answer."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from typing import Any

import socketio
from conftest import PATIENCE, WAYS, Entrance
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIGuard

#: Nobody waits for it to pass.
LONG = 600
#: Long enough for a handler that answers at once; a handler that waits for a test takes longer.
SHORT = 0.02
INTEGER = {"type": "integer"}


def document() -> dict[str, Any]:
    """Events with all that can be said of an ack, in both directions."""
    acks: dict[str, Any] = {
        "must": {"args": INTEGER, "required": True},
        "never": False,
        "soon": {"args": INTEGER, "timeout": SHORT},
        "late": {"args": INTEGER, "timeout": LONG},
        "plain": INTEGER,
    }
    messages = {name: {"payload": {"type": "null"}, "x-ack": ack} for name, ack in acks.items()}
    sent = {f"{name}_sent": message for name, message in messages.items()}
    sent["plain_sent"] = {}
    reference = "#/channels/main/messages"
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Acks", "version": "1.0.0"},
        "channels": {"main": {"address": "/", "messages": {**messages, **sent}}},
        "operations": {
            action: {
                "action": action,
                "channel": {"$ref": "#/channels/main"},
                "messages": [{"$ref": f"{reference}/{name}"} for name in names],
            }
            for action, names in (("receive", messages), ("send", sent))
        },
    }


def error(code: str, event: str) -> str:
    """The ack with the answer of a guard, without details."""
    answer = {"error": {"code": code, "namespace": "/", "event": event}}
    return json.dumps([answer], separators=(",", ":"))


class Stage:
    """A guarded server whose handlers wait until a test lets them go on.

    Attributes:
        url: where it is served.
        io: the server.
        guard: the guard.
        violations: what the hook was called with.
        began: the events whose handlers have begun.
        ended: the events whose handlers are done.
        results: what handlers return or raise; by event.
    """

    url: str
    io: Any
    guard: Any

    def __init__(self) -> None:
        self.violations: queue.Queue[Any] = queue.Queue()
        self.began: queue.Queue[str] = queue.Queue()
        self.ended: queue.Queue[str] = queue.Queue()
        self.results: dict[str, Any] = {}
        self.waits: set[str] = set()

    def result(self, event: str) -> Any:
        self.ended.put(event)
        result = self.results.get(event, 1)
        if isinstance(result, BaseException):
            raise result
        return result

    def violation(self) -> Any:
        """The next violation."""
        return self.violations.get(timeout=PATIENCE)

    def go_on(self) -> None:
        """Let a handler that waits return."""
        raise NotImplementedError

    def emit(self, event: str, **options: Any) -> Any:
        raise NotImplementedError

    def call(self, event: str, **options: Any) -> Any:
        raise NotImplementedError

    def uninstall(self) -> None:
        raise NotImplementedError

    @property
    def manager(self) -> Any:
        return self.io.manager


class Threads(Stage):
    """On threads, guarded in one of the ways there are."""

    def __init__(self, way: str, net: Any, spec: Any, server: Any = None, **options: Any) -> None:
        super().__init__()
        self._gate = threading.Semaphore(0)
        self.at = Entrance(way, spec, server=server, on_violation=self.violations.put, **options)
        self.io, self.guard = self.at.server, self.at.guard
        for event in ("must", "never", "soon", "late", "plain"):
            self.at.on(event)(self.handler(event))
        self.url = net.serve(self.at.wsgi)
        net.also_serve(self)

    def close(self) -> None:
        """End what polls: else a client that leaves may wait for its last poll."""
        for connection in list(self.io.eio.sockets.values()):
            if not connection.upgraded:
                connection.close(wait=False)

    def handler(self, event: str) -> Any:
        """What handles an event."""

        def handle() -> Any:
            self.began.put(event)
            if event in self.waits:
                self._gate.acquire(timeout=PATIENCE)
            return self.result(event)

        return handle

    def go_on(self) -> None:
        self._gate.release()

    def emit(self, event: str, **options: Any) -> Any:
        return self.io.emit(event, **options)

    def call(self, event: str, **options: Any) -> Any:
        return self.io.call(event, **options)

    def uninstall(self) -> None:
        self.guard.uninstall()


class Asyncio(Stage):
    """On asyncio, under uvicorn."""

    def __init__(self, way: str, net: Any, spec: Any, server: Any = None, **options: Any) -> None:
        super().__init__()
        options = {"on_violation": self.violations.put, **options}
        if way == "AsyncAPIAsyncServer":
            self.io = AsyncAPIAsyncServer(spec=spec, async_mode="asgi", **options, **(server or {}))
            self.guard = self.io.guard
        else:
            self.io = socketio.AsyncServer(async_mode="asgi", **(server or {}))
            self.guard = AsyncAPIGuard(spec, **options)
            self.guard.protect(self.io)
        for event in ("must", "never", "soon", "late", "plain"):
            self.io.on(event, self.handler(event))
        self.served = net.also_serve(Uvicorn(socketio.ASGIApp(self.io)))
        self.url = self.served.url
        self._gate = self.served.run(self._semaphore())

    async def _semaphore(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(0)

    def handler(self, event: str) -> Any:
        """What handles an event."""

        async def handle(sid: str) -> Any:
            self.began.put(event)
            if event in self.waits:
                await self._gate.acquire()
            return self.result(event)

        return handle

    def go_on(self) -> None:
        self.served.loop.call_soon_threadsafe(self._gate.release)

    def emit(self, event: str, **options: Any) -> Any:
        return self.served.run(self.io.emit(event, **options))

    def call(self, event: str, **options: Any) -> Any:
        return self.served.run(self.io.call(event, **options))

    def uninstall(self) -> None:
        async def uninstall() -> None:
            self.guard.uninstall()

        self.served.run(uninstall())


STAGES: dict[str, Any] = {
    **dict.fromkeys(WAYS, Threads),
    "AsyncServer": Asyncio,
    "AsyncAPIAsyncServer": Asyncio,
}
