"""The console in front of a WSGI application."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.below import below, path_of_socketio
from asyncapi_guard.console.exchange import MOST_BYTES, Request, Response, Unanswerable
from asyncapi_guard.console.routes import Console, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.console.gate import Gate

__all__ = ["ConsoleWSGI", "body_of", "request_of"]

_Environ = dict[str, Any]


class ConsoleWSGI:
    """A WSGI application that serves the console, and hands everything else on.

    Args:
        app: what gets the other requests; `None` for nothing, which is 404.
        console: what is served.
        root: the path of the console's root, such as `/asyncapi`; empty for all paths.
        gate: who can see it; called with the environment.
    """

    def __init__(self, app: Any, console: Console, root: str, gate: Gate) -> None:
        self.app: Any = app
        self._console = console
        self._root = root
        self._gate = gate

    def __call__(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, or hand it on."""
        path = below(self._root, _decoded(environ.get("PATH_INFO", "")))
        if path is None:
            answer: Iterable[bytes] = self.app(environ, start_response)
            return answer
        response = self._answer(environ, path)
        head = [*response.headers.items(), ("Content-Length", str(len(response.body)))]
        if response.status == HTTPStatus.NOT_MODIFIED:
            head.pop()
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", head)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else response.body]

    def _answer(self, environ: _Environ, path: str) -> Response:
        socketio = path_of_socketio(self.app, self._root)
        request = request_of(environ, self._root, path, socketio)
        if not self._gate.permits(environ):
            return self._console.forbidden(request)
        refused = self._console.before_reading(request)
        if refused is not None:
            return refused
        if self._console.reads(request):
            try:
                request = replace(request, body=body_of(environ))
            except Unanswerable as error:
                return self._console.finish(request, error.response)
        return self._console.respond(request)


def request_of(environ: _Environ, root: str, path: str, socketio: str) -> Request:
    """The request that an environment describes, without its body."""
    headers = {
        key[len("HTTP_") :].replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = str(environ[key])
    return Request(
        str(environ.get("REQUEST_METHOD", "GET")).upper(),
        path,
        root,
        str(environ.get("QUERY_STRING", "")),
        headers,
        environ.get("REMOTE_ADDR"),
        socketio,
    )


def body_of(environ: _Environ) -> bytes:
    """The body of a request that `Console.before_reading` allows; no more of it than that.

    Raises:
        Unanswerable: nobody knows where it ends, or it is too long.
    """
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not (length.isascii() and length.isdecimal()):
            raise Unanswerable(Response.of_json(400, {"error": "this is not a Content-Length"}))
        return _read(stream, int(length.lstrip("0") or "0"))  # Python reads 4,300 digits
    if not environ.get("wsgi.input_terminated"):
        error = "the request needs a Content-Length"
        raise Unanswerable(Response.of_json(411, {"error": error}))
    body = _read(stream, MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unanswerable(too_large())
    return body


def _read(stream: Any, most: int) -> bytes:
    """Read until the end, or so many bytes."""
    parts: list[bytes] = []
    while most > 0:
        part = stream.read(most)
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _decoded(path: str) -> str:
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
