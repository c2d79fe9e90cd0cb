"""Each way to serve a console: an application of it, and the application where it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
import socketio as pysocketio
from flask_socketio import SocketIO
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SAY = {"namespace": "/", "event": "say", "args": [{"text": "too long"}]}


def on_flask(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    app = flask.Flask(__name__)
    guard = AsyncAPIGuard(spec, **{"docs": "/asyncapi", **options})
    guard.init_app(app, SocketIO(app, async_mode="threading"))
    return guard, app


def on_flask_by_drop_in(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    app = flask.Flask(__name__)
    io = AsyncAPISocketIO(
        app, async_mode="threading", spec=spec, **{"docs": "/asyncapi", **options}
    )
    return io._guarded, app


def on_wsgi(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    server = pysocketio.Server(async_mode="threading")
    guard = AsyncAPIGuard(spec, **{"docs": "/asyncapi/", **options})
    guard.protect(server)
    return guard, guard.wsgi(pysocketio.WSGIApp(server, static_files={"/": __file__}))


def on_wsgi_by_drop_in(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    server = AsyncAPIServer(async_mode="threading", spec=spec, **{"docs": "/asyncapi", **options})
    return server.guard, server.guard.wsgi(pysocketio.WSGIApp(server))


def on_asgi(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    server = pysocketio.AsyncServer(async_mode="asgi")
    guard = AsyncAPIGuard(spec, **{"docs": "/asyncapi", **options})
    guard.protect(server)
    return guard, guard.asgi(pysocketio.ASGIApp(server, static_files={"/": __file__}))


def on_asgi_by_drop_in(spec: Any, **options: Any) -> tuple[AsyncAPIGuard, Any]:
    server = AsyncAPIAsyncServer(async_mode="asgi", spec=spec, **{"docs": "/asyncapi", **options})
    return server.guard, server.guard.asgi(pysocketio.ASGIApp(server))


WAYS: dict[str, Callable[..., tuple[AsyncAPIGuard, Any]]] = {
    "flask": on_flask,
    "AsyncAPISocketIO": on_flask_by_drop_in,
    "wsgi": on_wsgi,
    "AsyncAPIServer": on_wsgi_by_drop_in,
    "asgi": on_asgi,
    "AsyncAPIAsyncServer": on_asgi_by_drop_in,
}
AWAITING = ("asgi", "AsyncAPIAsyncServer")


class Site:
    """A served application."""

    def __init__(self, way: str, net: Any, spec: Any, **options: Any) -> None:
        self.guard, app = WAYS[way](spec, **options)
        served = net.also_serve(Uvicorn(app)).url if way in AWAITING else net.serve(app)
        self.url: str = served
        self.root = f"{served}/asyncapi"
