"""The commands know the drop-ins for python-socketio's servers."""

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
