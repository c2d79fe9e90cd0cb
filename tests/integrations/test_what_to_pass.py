"""What `protect` and `init_app` are given by mistake: each error says what to pass instead."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp.web
import engineio
import fastapi
import flask
import flask_socketio
import pytest
import socketio
import starlette.applications
import tornado.web
import uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    InstallationError,
)
from asyncapi_guard.integrations.what_to_pass import named

DOCUMENT = {"asyncapi": "3.1.0", "info": {"title": "Nothing", "version": "1"}, "channels": {}}


def guard() -> AsyncAPIGuard:
    return AsyncAPIGuard(DOCUMENT)


def threaded(**options: Any) -> Any:
    return socketio.Server(async_mode="threading", **options)


def asyncio_server(mode: str = "asgi", **options: Any) -> Any:
    return socketio.AsyncServer(async_mode=mode, **options)


def a_flask(**_: Any) -> Any:
    return flask.Flask(__name__)


def a_socketio() -> Any:
    return flask_socketio.SocketIO(a_flask(), async_mode="threading")


def guarded() -> Any:
    server = threaded()
    guard().protect(server)
    return server


def registered() -> Any:
    namespace = socketio.Namespace("/chat")
    threaded().register_namespace(namespace)
    return namespace


def served_by_aiohttp() -> Any:
    application = aiohttp.web.Application()
    asyncio_server("aiohttp").attach(application)
    return application


class Manager:
    """As wrappers of frameworks are: it has a server among other things."""

    def __init__(self) -> None:
        self.name = "chat"
        self._sio = asyncio_server()


async def make() -> Any: ...


def a_coroutine() -> Any:
    coroutine = make()
    coroutine.close()
    return coroutine


MISTAKES: dict[str, tuple[Any, str]] = {
    # What has the server within.
    "socketio.ASGIApp": (
        lambda: socketio.ASGIApp(asyncio_server()),
        "cannot guard a socketio.asgi.ASGIApp: pass the socketio.AsyncServer that it serves",
    ),
    "socketio.WSGIApp": (
        lambda: socketio.WSGIApp(threaded()),
        "cannot guard a socketio.middleware.WSGIApp: pass the socketio.Server that it serves",
    ),
    "a wrapper": (Manager, "pass its _sio, which is a socketio.AsyncServer"),
    "Flask, wrapped": (
        lambda: flask_socketio.SocketIO(app := a_flask()) and app.wsgi_app,
        "call guard.init_app(app, socketio)",
    ),
    # Frameworks, and what runs them.
    "FastAPI": (
        fastapi.FastAPI,
        "cannot guard a fastapi.applications.FastAPI: pass the socketio.AsyncServer that it mounts",
    ),
    "Starlette": (
        starlette.applications.Starlette,
        "pass the socketio.AsyncServer that it mounts",
    ),
    "aiohttp": (aiohttp.web.Application, "pass the socketio.AsyncServer that it mounts"),
    "aiohttp, attached": (served_by_aiohttp, "pass the socketio.AsyncServer that it mounts"),
    "tornado": (tornado.web.Application, "pass the socketio.AsyncServer that it mounts"),
    "uvicorn": (
        lambda: uvicorn.Config(fastapi.FastAPI()),
        "pass the socketio.AsyncServer that it mounts",
    ),
    # Flask-SocketIO.
    "Flask": (a_flask, "call guard.init_app(app, socketio), which is for Flask-SocketIO"),
    "SocketIO": (a_socketio, "call guard.init_app(app, socketio), which is for Flask-SocketIO"),
    "SocketIO, without an application": (
        flask_socketio.SocketIO,
        "it has no server yet: call socketio.init_app(app)",
    ),
    "AsyncAPISocketIO": (
        lambda: AsyncAPISocketIO(a_flask()),
        "AsyncAPISocketIO: it guards itself, with the document that you pass as spec=",
    ),
    "Flask-SocketIO's test client": (
        lambda: flask_socketio.SocketIOTestClient(app := a_flask(), flask_socketio.SocketIO(app)),
        "call guard.init_app(app, socketio)",
    ),
    # engine.io.
    "engineio.Server": (
        lambda: threaded().eio,
        "it knows connections and no events: pass the socketio.Server or the socketio.AsyncServer",
    ),
    "engineio.AsyncServer": (
        lambda: engineio.AsyncServer(async_mode="asgi"),
        "it knows connections and no events: pass the socketio.Server or the ",
    ),
    "engineio.Client": (
        engineio.Client,
        "it knows connections and no events: pass the socketio.Client or the socketio.AsyncClient",
    ),
    "engineio.AsyncClient": (
        engineio.AsyncClient,
        "it knows connections and no events: pass the socketio.Client or the socketio.AsyncClient",
    ),
    # Parts of servers and clients.
    "a manager of a server": (
        lambda: threaded().manager,
        "pass its server, which is a socketio.Server",
    ),
    "a manager": (socketio.AsyncManager, "pass the server that it is the client_manager of"),
    "a namespace of a server": (registered, "pass its server, which is a socketio.Server"),
    "a namespace": (
        lambda: socketio.AsyncNamespace("/chat"),
        "register it with a socketio.Server or a socketio.AsyncServer, and pass that",
    ),
    "a namespace of Flask-SocketIO": (
        lambda: flask_socketio.Namespace("/chat"),
        "call guard.init_app(app, socketio)",
    ),
    "a namespace of a client": (
        lambda: socketio.ClientNamespace("/chat"),
        "register it with a socketio.Client or a socketio.AsyncClient, and pass that",
    ),
    # Classes, functions, nothing.
    "the class of a server": (
        lambda: socketio.AsyncServer,
        "cannot guard the class socketio.async_server.AsyncServer: pass an instance of it",
    ),
    "the class of a simple client": (
        lambda: socketio.SimpleClient,
        "pass an instance of it",
    ),
    "the class of a namespace": (
        lambda: socketio.Namespace,
        "cannot guard the class socketio.namespace.Namespace: expected a socketio.Server",
    ),
    "Tornado's handler": (
        lambda: socketio.get_tornado_handler(asyncio_server("tornado")),
        "pass the socketio.AsyncServer that it mounts",
    ),
    "a function": (lambda: threaded, "cannot guard a function: pass the server that it returns"),
    "a coroutine": (a_coroutine, "cannot guard a coroutine: await it, and pass what it returns"),
    "a module": (lambda: socketio, "cannot guard a module: expected a socketio.Server"),
    "None": (
        lambda: None,
        "with write_only=True; the server of a SocketIO is None before its init_app",
    ),
    "a path": (
        lambda: "asyncapi.yml",
        "cannot guard a str: the document is for AsyncAPIGuard(), and protect() is for a",
    ),
    "several": (lambda: [threaded(), threaded()], "call protect() for each of them"),
    "a guard": (guard, "cannot guard an asyncapi_guard.integrations.middleware.AsyncAPIGuard: "),
    "something else": (SimpleNamespace, "cannot guard a types.SimpleNamespace: expected a "),
    # What is guarded already.
    "a guarded server": (
        guarded,
        "this server is already guarded: call init_app() or protect() once",
    ),
    "AsyncAPIServer": (
        lambda: AsyncAPIServer(async_mode="threading"),
        "guarded: an AsyncAPIServer guards itself, with the document that you pass as spec=",
    ),
    "AsyncAPIAsyncServer": (
        lambda: AsyncAPIAsyncServer(async_mode="asgi"),
        "this server is already guarded: an AsyncAPIAsyncServer guards itself",
    ),
    "the server of an AsyncAPISocketIO": (
        lambda: AsyncAPISocketIO(a_flask()).server,
        "this server is already guarded: an AsyncAPISocketIO guards itself",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_protect_says_what_to_pass(name: str) -> None:
    """In words that fit what it was given."""
    make, says = MISTAKES[name]
    target = make()
    with pytest.raises(InstallationError) as caught:
        guard().protect(target)
    assert says in str(caught.value)


@pytest.mark.parametrize("mode", ["asgi", "aiohttp", "tornado"])
def test_all_servers_on_asyncio_are_guarded(mode: str) -> None:
    """Whatever serves them."""
    made = guard()
    made.protect(asyncio_server(mode))
    assert made.installed


def test_a_simple_client_is_guarded_before_and_after_it_connects(net: Any) -> None:
    """Once, and once more when the first guard has gone."""
    url = net.serve(socketio.WSGIApp(threaded()))
    with socketio.SimpleClient() as early, socketio.SimpleClient() as late:
        made = guard()
        made.protect(early)
        late.connect(url, transports=["websocket"])
        made.protect(late)
        for simple in (early, late):
            with pytest.raises(InstallationError, match="this client is already guarded"):
                guard().protect(simple)
        with pytest.raises(InstallationError, match="this client is already guarded"):
            guard().protect(late.client)


INIT_MISTAKES: dict[str, tuple[Any, str]] = {
    "a server": (lambda: (threaded(),), "for a socketio.Server, call guard.protect(server)"),
    "a server on asyncio": (
        lambda: (asyncio_server(),),
        "for a socketio.AsyncServer, call guard.protect(server)",
    ),
    "a server after the application": (
        lambda: (a_flask(), threaded()),
        "for a socketio.Server, call guard.protect(server)",
    ),
    "the wrong order": (lambda: (a_socketio(), a_flask()), "the application comes first"),
    "the SocketIO alone": (lambda: (a_socketio(),), "the application comes first"),
    "the class": (lambda: (flask.Flask,), "not the class flask.app.Flask"),
    "FastAPI": (
        lambda: (fastapi.FastAPI(),),
        "not a fastapi.applications.FastAPI; without Flask-SocketIO, call guard.protect(server)",
    ),
    "None": (lambda: (None,), "not None"),
    "no SocketIO": (lambda: (a_flask(),), "call socketio.init_app(app) before"),
    "one without a server": (
        lambda: (a_flask(), flask_socketio.SocketIO()),
        "call socketio.init_app(app) before guard.init_app(app)",
    ),
    "the drop-in": (
        lambda: ((app := a_flask()), AsyncAPISocketIO(app)),
        "this server is already guarded: an AsyncAPISocketIO guards itself",
    ),
}


@pytest.mark.parametrize("name", INIT_MISTAKES)
def test_init_app_says_what_to_pass(name: str) -> None:
    """In words that fit what it was given."""
    make, says = INIT_MISTAKES[name]
    given = make()
    with pytest.raises(InstallationError) as caught:
        guard().init_app(*given)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "make", [threaded, asyncio_server, a_flask, lambda: socketio.Server, lambda: 3, lambda: [1]]
)
def test_a_guard_that_is_given_no_document_says_what_it_takes(make: Any) -> None:
    """A server is for `protect`."""
    given = make()
    with pytest.raises(TypeError) as caught:
        AsyncAPIGuard(given)
    says = "AsyncAPIGuard needs a document (a path, data, or a Contract), not "
    assert says + named(given) in str(caught.value)
    assert "pass a server or a client to protect(), or to init_app()" in str(caught.value)
