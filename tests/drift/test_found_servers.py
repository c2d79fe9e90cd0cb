"""The server of an application: mounted, wrapped around it, in its state, or beside it."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastapi", reason="FastAPI is not installed")

from asyncapi_guard.drift.applications import ApplicationError, Loaded, load_application

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

numbers = itertools.count()
START = """
import socketio
from fastapi import FastAPI

sio = socketio.AsyncServer(async_mode="asgi")
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Loaded, Any]]:
    """Loads a target of a module with a text; gives the module, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])

    def loading(text: str, target: str, start: str = START) -> tuple[Loaded, Any]:
        name = f"asgi_main_{next(numbers)}"
        (tmp_path / f"{name}.py").write_text(start + text, encoding="utf-8")
        loaded = load_application(f"{name}:{target}")
        return loaded, sys.modules[name]

    return loading


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", "sio"),
        ("app = socketio.ASGIApp(sio)", "app"),
        ("app = socketio.ASGIApp(sio, FastAPI())", "app"),
        ("app = FastAPI()\napp.mount('/socket.io', socketio.ASGIApp(sio))", "app"),
        ("app = FastAPI()\napp.mount('/', app=socketio.ASGIApp(sio, app))", "app"),
        (("app, api = FastAPI(), FastAPI()\napi.mount('/ws', socketio.ASGIApp(sio))\n"
         "app.mount('/api', api)"), "app"),
        ("app = FastAPI()\napp.state.sio = sio", "app"),
        ("app = FastAPI()\napp.state.all = {'sockets': [sio]}", "app"),
        (("app = FastAPI()\nsocket_app = socketio.ASGIApp(sio, other_asgi_app=app)\n"
         "other = socketio.AsyncServer(async_mode='asgi')"), "app"),
        (("from starlette.middleware.cors import CORSMiddleware\n"
         "app = CORSMiddleware(socketio.ASGIApp(sio))"), "app"),
        (("from starlette.applications import Starlette\nfrom starlette.routing import Mount\n"
         "app = Starlette(routes=[Mount('/socket.io', app=socketio.ASGIApp(sio))])"), "app"),
        (("def create_app():\n    app = FastAPI()\n"
         "    app.mount('/socket.io', socketio.ASGIApp(sio))\n    return app"), "create_app()"),
        ("def create_app():\n    return FastAPI(), sio", "create_app()"),
        (("from flask import Flask\napp = Flask('app')\n"
         "app.wsgi_app = socketio.WSGIApp(sio, app.wsgi_app)"), "app"),
        ("from flask import Flask\napp = Flask('app')\nserved = socketio.WSGIApp(sio, app)", "app"),
        ("async def app(scope, receive, send): pass\nasgi = socketio.ASGIApp(sio, app)", "asgi"),
        ("client = socketio.AsyncClient()\napp = FastAPI()\napp.state.them = client, sio", "app"),
    ],
)  # fmt: skip
def test_it_is_found(load: Any, text: str, target: str) -> None:
    """In what the application has, or in what is put around it."""
    loaded, module = load(text, target)
    assert loaded.server is module.sio
    assert loaded.notes == ()


@pytest.mark.parametrize("factory", ["", "def create_app():\n    return app"])
def test_the_only_one_beside_it_is_taken(load: Any, factory: str) -> None:
    """Which is said: nothing connects them."""
    target = "create_app()" if factory else "app"
    loaded, module = load(f"app = FastAPI()\n{factory}", target)
    assert loaded.server is module.sio
    (note,) = loaded.notes
    assert "does not mount a Socket.IO server" in note
    assert note.endswith(":sio instead")


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_clients_are_targets(load: Any, kind: str) -> None:
    """By their names, or in an application that has no server."""
    start = f"import socketio\nfrom fastapi import FastAPI\nsio = socketio.{kind}()\n"
    for text, target in [("", "sio"), ("app = FastAPI()\napp.state.sio = sio", "app")]:
        loaded, module = load(text, target, start)
        assert loaded.server is module.sio


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("del sio\napp = FastAPI()", "app",
         ("no Socket.IO server found in '.*', a FastAPI: it does not mount or wrap one, and was "
         "not started; name the server, such as .*:sio,")),
        ("app = FastAPI()\nother = socketio.AsyncServer(async_mode='asgi')", "app",
         r"has 2 Socket.IO servers; name one of them; did you mean '\w+:other' or '\w+:sio'"),
        (("app = FastAPI()\nother = socketio.AsyncServer(async_mode='asgi')\n"
         "app.state.both = sio, other"), "app", "has 2 Socket.IO servers; name one of them"),
        ("def create_app():\n    return FastAPI()", "create_app", "to call it, write"),
        ("async def create_app():\n    return FastAPI()", "create_app()", "coroutine function"),
        ("app = 7", "app", "expected a SocketIO, a server or a client of python-socketio"),
        ("app = FastAPI()\napp.state.sio = sio", "ap", "did you mean 'app' or 'sio'"),
        ("socketio.Client().connect('http://127.0.0.1:1')", "sio",
         r"connects to a server when it is imported"),
        (("import asyncio\nasync def main():\n"
         "    await socketio.AsyncClient().connect('http://127.0.0.1:1')\nasyncio.run(main())"),
         "sio", r"connects to a server when it is imported"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_looked_for_is_said(load: Any, text: str, target: str, said: str) -> None:
    """And what to write."""
    with pytest.raises(ApplicationError, match=said):
        load(text, target)
