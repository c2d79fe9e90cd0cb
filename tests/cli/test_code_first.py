"""The commands know the drop-ins, clients, and the servers of ASGI applications."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pydantic_core", reason="generated models need Pydantic 2")

ROOT = Path(__file__).parents[2]
PROGRAM = """
import socketio
from pydantic import BaseModel
from asyncapi_guard import {kind}, Handshake

sio = {kind}(typed=True, title="Game")
app = socketio.{app}(sio)

class Move(BaseModel):
    x: int

sio.doc_emit("moved", Move)

@sio.event
{define} move(move: Move, handshake: Handshake) -> bool:
    {wait}sio.emit("moved", move)
    {wait}sio.emit("counted", 7)
    return True

class Rooms(socketio.{namespace}):
    {define} on_join(self, sid: str, room: str) -> int:
        return 1

sio.on_namespace(Rooms("/rooms"))
"""
KINDS = {
    "threads": {
        "kind": "AsyncAPIServer",
        "app": "WSGIApp",
        "namespace": "Namespace",
        "define": "def",
        "wait": "",
    },
    "asyncio": {
        "kind": "AsyncAPIAsyncServer",
        "app": "ASGIApp",
        "namespace": "AsyncNamespace",
        "define": "async def",
        "wait": "await ",
    },
}
GENERATED = """
import asyncio
import socketio
import models
from asyncapi_guard import AsyncAPIAsyncServer

sio = AsyncAPIAsyncServer(typed=True)

class Root(models.AsyncHandlers):
    async def move(self, sid: str, payload: models.Move, /) -> bool:
        return True

sio.use_models(models)
print(sio.asyncapi_doc.dict()["info"]["title"])
asyncio.run(models.emit_moved_async(sio, models.Move(x=1)))
"""
CODE_FIRST = """
import socketio
from pydantic import BaseModel
from asyncapi_guard import AsyncAPIClient

sio = AsyncAPIClient(typed=True, title="Player"{more})

class Move(BaseModel):
    x: int

sio.doc_emit("move", Move, ack_model=bool)

@sio.event
def moved(move: Move) -> None:
    sio.emit("move", move)

@sio.event
def connect() -> None:
    sio.emit("join", "red", namespace="/rooms")
"""
PLAIN = """
import socketio

sio = socketio.AsyncClient()

class Rooms(socketio.AsyncClientNamespace):
    async def on_connect(self):
        await self.emit("join", "red")

sio.register_namespace(Rooms("/rooms"))

@sio.event
async def moved(move: dict) -> None:
    await sio.emit("move", {"x": 1})

@sio.event
async def connect_error(data):
    print(data)
"""
TYPED = """
import models
from asyncapi_guard import AsyncAPIClient

sio = AsyncAPIClient(typed=True)

@sio.event
def moved(move: models.Move) -> None: ...

sio.use_models(models)
assert "Move" in sio.asyncapi_doc.dict()["components"]["schemas"]
print(hasattr(models, "emit_moved") and not hasattr(models, "emit_move"))
"""
RULED = """
import socketio
from asyncapi_guard import AsyncAPIGuard

sio = socketio.Server(async_mode="threading")
AsyncAPIGuard("asyncapi.yml").protect(sio)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def guard(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-m", "asyncapi_guard", *arguments)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [pytest.param("sio", marks=pytest.mark.slow), "app"])
def test_export_and_check(kind: str, name: str, tmp_path: Path) -> None:
    """What is registered, declared and emitted; and what differs from it."""
    (tmp_path / "game.py").write_text(PROGRAM.format(**KINDS[kind]))
    done = guard(tmp_path, "export", f"game:{name}", "-o", "asyncapi.yml")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "asyncapi.yml").read_text()
    for event in ("move", "moved", "counted", "join"):
        assert f"name: {event}\n" in text
    assert "handshake" not in text.lower()
    assert "Anything" not in text
    done = guard(tmp_path, "check", f"game:{name}", "asyncapi.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    other = text.replace("x:\n          type: integer", "x:\n          type: string")
    assert other != text
    (tmp_path / "asyncapi.yml").write_text(other)
    done = guard(tmp_path, "check", f"game:{name}", "asyncapi.yml")
    assert done.returncode == 1
    assert "2 errors in 1 file" in done.stdout
    for line in (12, 14):  # the declaration, and the handler
        assert f"game.py:{line}" in done.stdout


def test_models_and_types(tmp_path: Path) -> None:
    """A server that uses generated models has their document; clients get types of it."""
    (tmp_path / "game.py").write_text(PROGRAM.format(**KINDS["asyncio"]))
    guard(tmp_path, "export", "game:sio", "-o", "asyncapi.yml")
    done = guard(tmp_path, "models", "asyncapi.yml", "-o", "models.py")
    assert done.returncode == 0, done.stderr
    (tmp_path / "server.py").write_text(GENERATED)
    done = run(tmp_path, "server.py")
    assert done.stdout == "Game\n", done.stderr
    done = guard(tmp_path, "types", "asyncapi.yml")
    assert "export interface Move" in done.stdout


# -- clients, and ASGI applications ---------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """It has the document of a server."""
    (tmp_path / "game.py").write_text(PROGRAM.format(**KINDS["asyncio"]))
    done = guard(tmp_path, "export", "game:sio", "-o", "asyncapi.yml")
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.mark.parametrize(
    "text", [CODE_FIRST.format(more=""), pytest.param(PLAIN, marks=pytest.mark.slow)]
)
def test_a_client_and_its_own_document(folder: Path, text: str) -> None:
    """It says what the client hears, declares and emits; a changed one differs."""
    (folder / "player.py").write_text(text)
    done = guard(folder, "export", "player:sio", "-o", "client.yml")
    assert done.returncode == 0, done.stderr
    document = (folder / "client.yml").read_text()
    assert "receive_moved:\n    action: receive" in document
    assert "send_move:\n    action: send" in document
    assert "rooms_send_join:\n    action: send" in document
    assert "name: connect" not in document
    own = ("check", "--perspective", "client", "player:sio", "client.yml")
    done = guard(folder, *own)
    assert (done.returncode, ".yml: no findings" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )
    (folder / "client.yml").write_text(document.replace("name: move\n", "name: went\n"))
    done = guard(folder, *own)
    assert done.returncode == 1
    assert "undeclared-emit" in done.stdout
    assert "spec-without-emit" in done.stdout
    assert guard(folder, *own, "--fix").returncode == 0
    assert "name: move\n" in (folder / "client.yml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("text", [CODE_FIRST.format(more=""), PLAIN])
def test_a_client_and_the_document_of_its_server(folder: Path, text: str) -> None:
    """What it sends must be received there; it need not hear all that the server sends."""
    (folder / "player.py").write_text(text)
    done = guard(folder, "check", "player:sio", "asyncapi.yml")
    assert (done.returncode, ".yml: no findings" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )
    (folder / "player.py").write_text(text.replace('"join", "red"', '"join", 7'))
    done = guard(folder, "check", "player:sio", "asyncapi.yml")
    assert done.returncode == 1
    assert "emit of 'join' has arguments that asyncapi.yml" in done.stdout
    (folder / "player.py").write_text(text.replace("def moved", "def unmoved"))
    done = guard(folder, "check", "player:sio", "asyncapi.yml")
    assert done.returncode == 1
    assert "unmoved handles 'unmoved'" in done.stdout
    done = guard(folder, "check", "player:sio", "asyncapi.yml", "--fix")
    assert done.returncode == 2
    assert "pass --perspective client" in done.stderr


@pytest.mark.slow
def test_a_client_that_a_document_rules(folder: Path) -> None:
    """Its own file is taken, and seen as the client says."""
    (folder / "player.py").write_text(CODE_FIRST.format(more=', spec="asyncapi.yml"'))
    done = guard(folder, "check", "player:sio")
    assert (done.returncode, ".yml: no findings" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )
    (folder / "player.py").write_text(CODE_FIRST.format(more=""))
    guard(folder, "export", "player:sio", "-o", "client.yml")
    more = ', spec="client.yml", perspective="client"'
    (folder / "player.py").write_text(CODE_FIRST.format(more=more))
    done = guard(folder, "check", "player:sio")
    assert (done.returncode, ".yml: no findings" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )


@pytest.mark.slow
def test_first_files(folder: Path) -> None:
    """`init` says how to guard what it was asked about."""
    (folder / "player.py").write_text(PLAIN)
    (folder / "main.py").write_text(
        "from fastapi import FastAPI\nfrom game import app as sockets\n"
        "app = FastAPI()\napp.mount('/socket.io', sockets)\n"
    )
    for target, expected in [
        ("player:sio", 'perspective="client").protect(client)'),
        ("main:app", ".protect(server)"),
    ]:
        done = guard(folder, "init", "--from", target, "-o", f"{target[:4]}.yml")
        assert done.returncode == 0, done.stderr
        assert expected in done.stderr
    done = guard(folder, "check", "main:app", "asyncapi.yml")
    assert (done.returncode, ".yml: no findings" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )


@pytest.mark.slow
def test_types_of_an_application(folder: Path) -> None:
    """They are those of its document; of a client's, as its server sees it."""
    done = guard(folder, "types", "asyncapi.yml")
    (folder / "player.py").write_text(CODE_FIRST.format(more=""))
    own = guard(folder, "types", "game:app")
    assert own.stdout.splitlines()[2:] == done.stdout.splitlines()[2:]
    assert "Generated by `asyncapi-guard types` from game:app" in own.stdout
    assert guard(folder, "types", "player:sio", "-o", "events.ts").returncode == 0
    text = (folder / "events.ts").read_text()
    assert "moved: (payload: Move" in text.partition("ClientToServerEvents")[0]
    assert "move: (payload: Move" in text.partition("ClientToServerEvents")[2]
    assert guard(folder, "types", "player:sio", "-o", "events.ts", "--check").returncode == 0
    (folder / "player.py").write_text(CODE_FIRST.format(more="").replace("x: int", "x: str"))
    done = guard(folder, "types", "player:sio", "-o", "events.ts", "--check")
    assert done.returncode == 1
    assert "+  x: string;" in done.stdout


def test_models_of_an_application(folder: Path) -> None:
    """They are those of its document, which they do not claim to know the file of."""
    done = guard(folder, "models", "asyncapi.yml")
    own = guard(folder, "models", "game:app", "--report")
    start, _, rest = own.stdout.partition("from __future__")
    assert "Generated by `asyncapi-guard models` from game:app" in start
    assert "#     asyncapi-guard models game:app -o models.py" in start
    assert rest == done.stdout.partition("from __future__")[2].replace('"asyncapi.yml"', '""')
    assert "the guard still enforces" in own.stderr or "The types express everything" in own.stderr


@pytest.mark.slow
def test_models_of_a_client(folder: Path) -> None:
    """They are those that its server sees, are checked, and can type a client."""
    (folder / "player.py").write_text(CODE_FIRST.format(more=""))
    assert guard(folder, "models", "player:sio", "-o", "models.py").returncode == 0
    (folder / "typed.py").write_text(TYPED)
    done = run(folder, "-W", "error", "typed.py")
    assert (done.returncode, done.stdout) == (0, "True\n")
    check = ("models", "player:sio", "-o", "models.py", "--check")
    assert guard(folder, *check).returncode == 0
    (folder / "player.py").write_text(CODE_FIRST.format(more="").replace("x: int", "x: str"))
    done = guard(folder, *check)
    assert (done.returncode, "+    x: str" in done.stdout) == (1, True)


@pytest.mark.slow
def test_models_of_an_application_that_a_document_rules(folder: Path) -> None:
    """They know the document, as those of the file do."""
    (folder / "app").mkdir()
    (folder / "ruled.py").write_text(RULED)
    done = guard(folder, "models", "ruled:sio", "--package", "app/models")
    assert done.returncode == 0, done.stderr
    text = (folder / "app" / "models" / "__init__.py").read_text()
    assert 'file="../../asyncapi.yml"' in text
    assert "asyncapi-guard models ruled:sio --package app/models" in text


def test_an_application_cannot_be_watched(tmp_path: Path) -> None:
    """It is imported once."""
    done = guard(tmp_path, "models", "main:app", "--watch")
    assert (done.returncode, "--watch is for files" in done.stderr) == (2, True)
