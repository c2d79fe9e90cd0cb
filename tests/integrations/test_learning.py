"""Guards that learn: an application without a document gets one that its own traffic follows."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from click.testing import CliRunner
from flask import Flask
from flask_socketio import SocketIO
from hasty_websocket import Hasty
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.cli import cli
from asyncapi_guard.learning.document import learnt_document
from asyncapi_guard.learning.log import read_lines
from asyncapi_guard.learning.schemas import Style
from asyncapi_guard.learning.traffic_shapes import TrafficShapes

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct horse battery staple"
KINDS = ("threads", "flask", "asyncio", "namespace")


def application(kind: str, net: Any, guard: Any) -> str:
    """A server on which people put words into a bag; its address."""
    if kind == "asyncio":
        server: Any = socketio.AsyncServer(async_mode="asgi")

        async def put(sid: str, data: Any) -> Any:
            await server.emit("changed", {"words": [data["word"]], "by": None}, to=sid)
            return {"count": 1}

        async def shake(sid: str) -> None:
            await server.emit("shaken", (1, b"bytes"), to=sid)

        server.on("put", put)
        server.on("shake", shake)
        server.on("connect", lambda sid, environ, auth: None)
        if guard is not None:
            guard.protect(server)
        return str(net.also_close(Uvicorn(socketio.ASGIApp(server))).url)
    app = Flask(__name__)
    io: Any = SocketIO(app, async_mode="threading") if kind == "flask" else None
    server = io.server if io is not None else socketio.Server(async_mode="threading")

    def put_now(sid: str, data: Any) -> Any:
        server.emit("changed", {"words": [data["word"]], "by": None}, to=sid)
        return {"count": 1}

    def shake_now(sid: str) -> None:
        server.emit("shaken", (1, b"bytes"), to=sid)

    if kind == "namespace":
        bag: Any = type("Bag", (socketio.Namespace,), {})
        bag.on_put = lambda self, sid, data: put_now(sid, data)
        bag.on_shake = lambda self, sid: shake_now(sid)
        bag.on_connect = lambda self, sid, environ, auth: None
        server.register_namespace(bag("/"))
    else:
        server.on("put", put_now)
        server.on("shake", shake_now)
        server.on("connect", lambda sid, environ, auth: None)
    if guard is not None and kind == "flask":
        guard.init_app(app, io)
    elif guard is not None:
        guard.protect(server)
    return str(net.serve(app if kind == "flask" else socketio.WSGIApp(server)))


def talk(net: Any, url: str, words: Any = ("apple", "pear", SECRET)) -> list[Any]:
    """A conversation; what a client heard of it."""
    heard: list[Any] = []
    client = net.client(url, auth={"token": SECRET})
    for word in words:
        heard.append(client.ask("put", {"word": word, "at": "2026-01-02T03:04:05Z"}))
        heard.append(client.receive())
    client.io.emit("shake")
    heard.append(client.receive())
    client.close()
    return heard


def learnt(*files: Path) -> TrafficShapes:
    shapes = TrafficShapes()
    for file in files:
        assert read_lines(file.read_bytes().splitlines(), shapes) == 0
    return shapes


@pytest.mark.parametrize("kind", KINDS)
def test_traffic_follows_the_document_that_was_learnt_from_it(
    kind: str, net: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is changed or said while it is learnt, and nothing is rejected by it afterwards."""
    bare = talk(net, application(kind, net, None))
    caplog.set_level(logging.INFO, "asyncapi_guard")
    learning = AsyncAPIGuard.learning(tmp_path / "traffic-{pid}.ndjson")
    assert talk(net, application(kind, net, learning)) == bare
    learning.uninstall()
    assert not [each for each in caplog.records if each.name == "asyncapi_guard"]
    (file,) = tmp_path.glob("traffic-*.ndjson")
    assert str(os.getpid()) in file.name
    assert "horse" not in file.read_text()
    text = learnt_document(learnt(file), Style(), "Bag")
    assert text.count("# seen 3 times") == 2
    (tmp_path / "asyncapi.yml").write_text(text)
    violations: list[Any] = []
    guard = AsyncAPIGuard(tmp_path / "asyncapi.yml", on_violation=violations.append)
    assert talk(net, application(kind, net, guard)) == bare
    assert violations == []
    client = net.client(application(kind, net, guard_of(tmp_path)), auth={"token": SECRET})
    (answer,) = client.ask("put", {"word": 7})
    assert answer["error"]["code"] == "request_validation_error"


def guard_of(folder: Path) -> AsyncAPIGuard:
    return AsyncAPIGuard(folder / "asyncapi.yml")


def test_a_client_learns_what_its_server_does(net: Any, tmp_path: Path) -> None:
    """The document is the server's, from whichever side it was learnt."""
    found = []
    for side in ("server", "client"):
        guard = AsyncAPIGuard.learning(tmp_path / f"{side}.ndjson")
        url = application("threads", net, guard if side == "server" else None)
        client = socketio.Client(websocket_extra_options={"class_": Hasty})
        if side == "client":
            guard.protect(client)
        client.connect(url, auth={"token": "t"}, transports=["websocket"])
        assert client.call("put", {"word": "apple"}) == {"count": 1}
        client.disconnect()
        guard.uninstall()
        found.append(learnt_document(learnt(tmp_path / f"{side}.ndjson"), Style(), "Bag"))
    assert found[0] == found[1]


def test_processes_add_up(tmp_path: Path, net: Any) -> None:
    """Each has a file of its own, and what is forked does as well."""
    script = f"""
import os, socketio
from asyncapi_guard import AsyncAPIGuard
server = socketio.Server(async_mode="threading")
guard = AsyncAPIGuard.learning({str(tmp_path / "t-{pid}.ndjson")!r})
guard.protect(server)
server.emit("tick", 1)
if os.fork() == 0:
    server.emit("tick", 2)
    server.emit("tick", 3)
else:
    os.wait()
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
    files = sorted(tmp_path.glob("t-*.ndjson"))
    assert len(files) == 2
    (event,) = learnt(*files).events.values()
    assert event.arguments.count == 3


def test_the_command_writes_a_document(
    net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And validate finds nothing in it."""
    monkeypatch.chdir(tmp_path)
    guard = AsyncAPIGuard.learning("traffic-{pid}.ndjson", enums=["word"])
    talk(net, application("threads", net, guard), ("apple", "pear"))
    guard.uninstall()
    made = CliRunner().invoke(cli, ["learn", "traffic-*.ndjson", "-o", "asyncapi.yml"])
    assert made.exit_code == 0, made.output
    assert "enum" in (tmp_path / "asyncapi.yml").read_text()
    checked = CliRunner().invoke(cli, ["validate", "asyncapi.yml", "--strict"])
    assert checked.exit_code == 0, checked.output


def test_learning_takes_no_document() -> None:
    """And names of fields are a list, not one text."""
    with pytest.raises(TypeError, match=r"\['status'\]"):
        AsyncAPIGuard.learning("t.ndjson", enums="status")
    with pytest.raises(ValueError, match="pid"):
        AsyncAPIGuard.learning("t-{ip}.ndjson")
    with pytest.raises(ValueError, match="100,000"):
        AsyncAPIGuard.learning("t.ndjson", size=5)


def test_a_full_disk_costs_traffic_nothing(
    net: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and what was learnt is written when there is room again."""
    folder = tmp_path / "later"
    guard = AsyncAPIGuard.learning(folder / "t.ndjson")
    bare = talk(net, application("threads", net, None))
    assert talk(net, application("threads", net, guard)) == bare
    guard._logs[0].flush()
    said = [each.getMessage() for each in caplog.records if each.name == "asyncapi_guard"]
    assert [each.startswith("learning(): ") for each in said] == [True, True]
    folder.mkdir()
    guard.uninstall()
    assert json.loads((folder / "t.ndjson").read_bytes().splitlines()[0])["learning"] == 1
    assert len(learnt(folder / "t.ndjson").events) == 4
