"""Two contracts that accept different things, so that it shows which of them has accepted one."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import socketio
from conftest import Entrance
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIGuard

if TYPE_CHECKING:
    from pathlib import Path

#: What each of them accepts: a payload, and an ack of it.
KINDS: dict[str, tuple[str, Any]] = {"number": ("integer", 1), "word": ("string", "one")}
#: Ways to guard a server, on threads and on asyncio.
ON_ASYNCIO = ("AsyncServer", "AsyncAPIAsyncServer")


def document(kind: str, *, namespace: str = "/", **more: Any) -> dict[str, Any]:
    """The contract by which events and acks are numbers, or words.

    Args:
        kind: which of them.
        namespace: in which.
        **more: of the channel's messages.
    """
    accepts = {"type": KINDS[kind][0]}
    message = {"payload": accepts, "x-ack": accepts}
    channel = {"$ref": "#/channels/main"}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": kind, "version": "1"},
        "channels": {
            "main": {"address": namespace, "messages": {"say": message, "ask": message, **more}}
        },
        "operations": {
            "onSay": {
                "action": "receive",
                "channel": channel,
                "messages": [{"$ref": "#/channels/main/messages/say"}],
            },
            "ask": {
                "action": "send",
                "channel": channel,
                "messages": [{"$ref": "#/channels/main/messages/ask"}],
            },
        },
    }


def write(path: Path, kind: str, **more: Any) -> None:
    """Write a contract into a file, in one step."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(document(kind, **more), indent=1), encoding="utf-8")
    new.replace(path)


class Guarded:
    """A served server that is guarded in one of the ways there are.

    Attributes:
        guard: the `AsyncAPIGuard`.
        server: the `socketio.Server` or `AsyncServer`.
        url: where it is served.
    """

    def __init__(self, net: Any, way: str, spec: Any, **options: Any) -> None:
        self.way = way
        self.on_asyncio = way in ON_ASYNCIO
        if not self.on_asyncio:
            self._entrance = Entrance(way, spec, **options)
            self.guard: Any = self._entrance.guard
            self.server: Any = self._entrance.server
            self.url = net.serve(self._entrance.wsgi)
            return
        if way == "AsyncServer":
            self.server = socketio.AsyncServer(async_mode="asgi")
            self.guard = AsyncAPIGuard(spec, **options)
            self.guard.protect(self.server)
        else:
            self.server = AsyncAPIAsyncServer(async_mode="asgi", spec=spec, **options)
            self.guard = self.server.guard
        self._served = net.also_serve(Uvicorn(socketio.ASGIApp(self.server)))
        self.url = self._served.url

    def on(self, event: str, handler: Any, namespace: str = "/") -> None:
        """Register a handler of arguments; on asyncio it runs beside the loop."""
        if not self.on_asyncio:
            self._entrance.on(event, namespace)(handler)
            return

        async def handle(sid: str, *args: Any) -> Any:
            return await asyncio.to_thread(handler, *args)

        self.server.on(event, handle, namespace=namespace)

    def call(self, sid: str, value: Any) -> Any:
        """Send an event to a client, and return its ack."""
        if not self.on_asyncio:
            return self.server.call("ask", value, to=sid)
        return self._served.run(self.server.call("ask", value, to=sid))

    def sid(self, namespace: str = "/") -> str:
        """The session id of a client."""
        sid, _ = next(iter(self.server.manager.get_participants(namespace, None)))
        return str(sid)


def code_of(answer: Any) -> str | None:
    """The code of an error that an ack is; `None` for an ack of a handler."""
    given = answer[0] if answer else None
    return given["error"]["code"] if isinstance(given, dict) else None
