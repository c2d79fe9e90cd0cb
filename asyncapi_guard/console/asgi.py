"""The console in front of an ASGI application."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.below import below, path_of_socketio
from asyncapi_guard.console.exchange import MOST_BYTES, Request, Response, Unanswerable
from asyncapi_guard.console.routes import Console, too_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncapi_guard.console.gate import Gate

    _Receive = Callable[[], Awaitable[dict[str, Any]]]
    _Send = Callable[[dict[str, Any]], Awaitable[None]]

__all__ = ["ConsoleASGI"]

_Scope = dict[str, Any]
#: Seconds that a body can take, and threads that make pages: the event loop goes on meanwhile.
_PATIENCE = 10.0
_THREADS = 2


class ConsoleASGI:
    """An ASGI application that serves the console, and hands everything else on.

    WebSockets, lifespans and all scopes that are not of HTTP are handed on untouched.

    Args:
        app: what gets the others.
        console: what is served.
        root: the path of the console's root, such as `/asyncapi`.
        gate: who can see it; called with the scope.
        patience: how many seconds a body can take.
    """

    def __init__(
        self, app: Any, console: Console, root: str, gate: Gate, *, patience: float = _PATIENCE
    ) -> None:
        self.app: Any = app
        self._console = console
        self._root = root
        self._gate = gate
        self._patience = patience
        self._threads = ThreadPoolExecutor(_THREADS, "asyncapi-console")

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer a request, or hand it on."""
        path = below(self._root, _path_in(scope)) if scope["type"] == "http" else None
        if path is None:
            await self.app(scope, receive, send)
            return
        response = await self._answer(scope, path, receive)
        head = {**response.headers, "Content-Length": str(len(response.body))}
        if response.status == 304:
            del head["Content-Length"]
        headers = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in head.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: _Scope, path: str, receive: _Receive) -> Response:
        socketio = path_of_socketio(self.app, self._root, str(scope.get("root_path", "")))
        request = _request_of(scope, self._root, path, socketio)
        if not await self._gate.permits_awaiting(scope):
            return self._console.forbidden(request)
        refused = self._console.before_reading(request)
        if refused is not None:
            return refused
        if self._console.reads(request):
            try:
                body = await asyncio.wait_for(_body_of(receive), self._patience)
            except asyncio.TimeoutError:
                slow = Response.of_json(408, {"error": "the body did not come in time"})
                return self._console.finish(request, slow)
            except Unanswerable as error:
                return self._console.finish(request, error.response)
            request = replace(request, body=body)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._console.respond, request)


def _path_in(scope: _Scope) -> str:
    """The path below the application that this one is mounted in."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    # Servers and frameworks disagree on whether the path has that of the mount before it.
    return path[len(root) :] if root and path.startswith(f"{root.rstrip('/')}/") else path


def _request_of(scope: _Scope, root: str, path: str, socketio: str) -> Request:
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
    client = scope.get("client")
    return Request(
        str(scope["method"]).upper(),
        path,
        root,
        scope.get("query_string", b"").decode("latin-1"),
        headers,
        client[0] if client else None,
        socketio,
    )


async def _body_of(receive: _Receive) -> bytes:
    """The body of a request; no more of it is read than is allowed.

    Raises:
        Unanswerable: it is too long, or the client has left.
    """
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Unanswerable(Response.of_json(400, {"error": "the client has left"}))
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > MOST_BYTES:
            raise Unanswerable(too_large())
        if not message.get("more_body", False):
            return b"".join(parts)
