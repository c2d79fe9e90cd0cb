"""The drop-ins for python-socketio's servers, served over real sockets, threads and asyncio."""

from __future__ import annotations

import functools
from typing import Any

import socketio
from conftest import PATIENCE
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIServer

KINDS = ("threads", "asyncio", "asyncio, plain handlers")


class Stage:
    """A drop-in and its clients; handlers are written once, as plain functions.

    Attributes:
        io: the server.
        got: what reached the handlers that append to it.
        violations: what the hook was called with.
    """

    def __init__(self, kind: str, net: Any, **options: Any) -> None:
        self.kind, self._net = kind, net
        self.got: list[Any] = []
        self.violations: list[Any] = []
        self.awaits = kind != "threads"
        options.setdefault("on_violation", self.violations.append)
        self._served: Any = None
        if self.awaits:
            self.io: Any = AsyncAPIAsyncServer(async_mode="asgi", **options)
            self.namespace: Any = socketio.AsyncNamespace
        else:
            self.io = AsyncAPIServer(async_mode="threading", **options)
            self.namespace = socketio.Namespace

    def handler(self, function: Any) -> Any:
        """A handler of the kind: a coroutine function, where that is what the kind has."""
        if self.kind != "asyncio":
            return function

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            await self.io.sleep(0)
            return function(*args, **kwargs)

        return coroutine

    def on(self, event: str, *args: Any, **options: Any) -> Any:
        """`io.on` as a decorator."""

        def decorator(function: Any) -> Any:
            return self.io.on(event, *args, **options)(self.handler(function))

        return decorator

    def serve(self) -> str:
        """Serve it, once: its address."""
        if self._served is None:
            if self.awaits:
                served = self._net.also_serve(Uvicorn(socketio.ASGIApp(self.io)))
                self._served = served, served.url
            else:
                self._served = None, self._net.serve(socketio.WSGIApp(self.io))
        return str(self._served[1])

    def client(self, **options: Any) -> Any:
        """A connected client."""
        return self._net.client(self.serve(), **options)

    def raw(self) -> Any:
        """A websocket without a client's manners."""
        return self._net.raw(self.serve())

    def do(self, given: Any) -> Any:
        """What a method of the server gives."""
        return self._served[0].run(given) if self.awaits else given

    def emit(self, event: str, *args: Any, **options: Any) -> Any:
        return self.do(self.io.emit(event, *args, **options))

    def call(self, event: str, *args: Any, **options: Any) -> Any:
        return self.do(self.io.call(event, *args, timeout=PATIENCE, **options))

    def sid(self, namespace: str = "/") -> str:
        """The session id of the one client."""
        ((sid, _),) = self.io.manager.get_participants(namespace, None)
        return str(sid)
