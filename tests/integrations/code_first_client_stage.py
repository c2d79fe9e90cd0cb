"""The drop-ins for python-socketio's clients, and a server that says what a test wants."""

from __future__ import annotations

import functools
from typing import Any

import socketio
from client_conversations import Guarded
from conftest import PATIENCE
from hasty_websocket import Hasty
from traffic_conversations import InOrder

from asyncapi_guard import AsyncAPIAsyncClient, AsyncAPIClient

KINDS = ("Client", "AsyncClient")


class _InOrder(AsyncAPIClient):
    def _engineio_client_class(self) -> Any:
        return InOrder


class Server:
    """An unguarded server, which emits anything.

    Attributes:
        got: namespace, event and arguments of what came.
        answers: what it answers, by event.
        auths: what clients connected with.
    """

    def __init__(self, net: Any, **options: Any) -> None:
        self.io: Any = socketio.Server(async_mode="threading", namespaces="*", **options)
        self.got: list[tuple[str, str, list[Any]]] = []
        self.answers: dict[str, Any] = {}
        self.auths: list[Any] = []
        self.io.on("*", self._receive, namespace="*")
        self.io.on("connect", self._connect, namespace="*")
        self.url: str = net.serve(socketio.WSGIApp(self.io))

    def _connect(self, namespace: str, sid: str, environ: Any, auth: Any = None) -> None:
        self.auths.append(auth)

    def _receive(self, event: str, namespace: str, sid: str, *args: Any) -> Any:
        self.got.append((namespace, event, list(args)))
        return self.answers.get(event)

    def ask(self, event: str, data: Any = None, namespace: str = "/") -> Any:
        """What the one client answers to an event."""
        ((sid, _),) = self.io.manager.get_participants(namespace, None)
        return self.io.call(event, data, to=sid, namespace=namespace, timeout=PATIENCE)


class ClientStage(Guarded):
    """A drop-in of a kind; handlers are written once, as plain functions.

    Attributes:
        io: the client.
        got: what reached the handlers that append to it.
    """

    def __init__(self, kind: str, **options: Any) -> None:
        self._options = options
        super().__init__(kind)
        self.got: list[Any] = []
        self.namespace: Any = (
            socketio.AsyncClientNamespace if self.is_async else socketio.ClientNamespace
        )

    def _guard(self, spec: Any, options: dict[str, Any]) -> None:
        made: Any = AsyncAPIAsyncClient if self.is_async else _InOrder
        options |= {"reconnection": False, "handle_sigint": False, **self._options}
        if not self.is_async:
            options.setdefault("websocket_extra_options", {"class_": Hasty})
        self.io = self._run(functools.partial(made, **options))

    def handler(self, function: Any) -> Any:
        """A handler of the kind: a coroutine function, where that is what the kind has."""
        if not self.is_async:
            return function

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return coroutine

    def on(self, event: str, *args: Any, **options: Any) -> Any:
        """`io.on` as a decorator."""

        def decorator(function: Any) -> Any:
            return self.io.on(event, *args, **options)(self.handler(function))

        return decorator

    def call(self, event: str, data: Any = None, **options: Any) -> Any:
        return self._run(self.io.call, event, data, timeout=PATIENCE, **options)
