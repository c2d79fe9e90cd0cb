"""Violations as data, at real sockets: what clients did is what `report` says."""

from __future__ import annotations

import functools
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE, document
from flask import Flask
from flask_socketio import SocketIO
from gunicorn_workers import talking
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    InstallationError,
    Policy,
)
from asyncapi_guard.violation_log.reading import LogReader
from asyncapi_guard.violation_log.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = Policy(mode="report")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def summary() -> Summary:
    """What all logs here add up to; each line is one."""
    found, reader = Summary(), LogReader()
    for path in Path().glob("*.ndjson"):
        with path.open("rb") as stream:
            found.add(reader.read(stream))
    assert reader.unreadable == 0
    return found


def counted(found: Summary) -> dict[str, tuple[int, int]]:
    return {each.operation: (each.seen, each.violations) for each in found.operations()}


def test_what_clients_did_is_in_the_log(entrance: Callable[..., Any], net: Any) -> None:
    """By each way to guard a server: violations, and how much was seen without any."""
    made = entrance(policy=REPORT, violations="guard-{pid}.ndjson")
    for event in ("word", "move"):
        made.on(event)(lambda *_: (1, "a") if _ and _[0] == "fine" else {"ok": True})
    client = net.client(net.serve(made.wsgi))
    for _ in range(3):
        client.ask("word", "fine")
    client.io.emit("unheard_of", 1)  # nobody answers it
    client.ask("move", {"x": "secret value"})
    made.guard.uninstall()
    found = summary()
    assert {each.kind.event: each.count for each in found.groups}.keys() >= {"move", "unheard_of"}
    operations = {each.operation: each for each in found.operations()}
    assert operations["main_word"].can_be_enforced
    assert (operations["main_word"].seen, operations["main_word"].acks) == (3, 3)
    assert (operations["main_move"].seen, operations["main_move"].can_be_enforced) == (1, False)
    assert found.clients.number == found.sessions.number == 1
    raw = b"".join(path.read_bytes() for path in Path().glob("*.ndjson"))
    assert b"secret" not in raw
    assert b"127.0.0.1" not in raw


@pytest.mark.parametrize("drop_in", [False, True])
def test_servers_on_asyncio_have_it(drop_in: bool, net: Any) -> None:
    options: dict[str, Any] = {"policy": REPORT, "violations": "guard-{pid}.ndjson"}
    if drop_in:
        io: Any = AsyncAPIAsyncServer(spec=document(), async_mode="asgi", **options)
        guard = io.guard
    else:
        io = socketio.AsyncServer(async_mode="asgi")
        guard = AsyncAPIGuard(document(), **options)
        guard.protect(io)

    @io.on("move")
    async def move(sid: str, data: Any) -> Any:
        return {"ok": True}

    served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
    client = net.client(served.url)
    client.ask("move", {"x": "one"})
    guard.uninstall()
    (group,) = summary().groups
    assert (group.kind.event, group.example.path) == ("move", "/x")


def test_guarded_clients_have_it(net: Any) -> None:
    """What a server sends is counted for the operation that sends it, and so is what broke it."""
    io = socketio.Server(async_mode="threading")
    client = AsyncAPIClient(spec=document(), policy=REPORT, violations="guard-{pid}.ndjson")
    came: list[Any] = []
    client.on("plain", came.append)
    url = net.serve(socketio.WSGIApp(io))
    client.connect(url, transports=["websocket"])
    io.emit("plain", "text")
    io.emit("plain", 5)
    deadline = time.monotonic() + PATIENCE
    while len(came) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    client.guard.uninstall()
    client.eio.ws.close = functools.partial(client.eio.ws.close, timeout=0)
    client.disconnect()
    client.eio.wait()
    client.eio.ws.shutdown()
    found = summary()
    (group,) = found.groups
    assert (group.kind.side, group.kind.event, group.kind.namespace) == ("client", "plain", "/")
    assert counted(found)["main_plain"] == (2, 1)


def test_handlers_of_code_first_are_named(net: Any) -> None:
    """Where type hints are the contract, the place is the handler."""
    io = AsyncAPIServer(
        async_mode="threading", typed=True, policy=REPORT, violations="guard-{pid}.ndjson"
    )

    @io.on("say")
    def say(text: str) -> bool:
        return True

    client = net.client(net.serve(socketio.WSGIApp(io)))
    client.ask("say", 5)
    client.ask("say", "x")
    io.guard.uninstall()
    found = summary()
    (group,) = found.groups
    assert group.example.place.endswith("say")
    assert [each[0] for each in counted(found).values()] == [2]


def test_flask_configures_it(net: Any) -> None:
    """By keys of its configuration, as they come from the environment."""
    app = Flask("shop")
    app.config.update(
        ASYNCAPI_GUARD_SPEC=document(),
        ASYNCAPI_GUARD_VIOLATIONS="flask.ndjson",
        ASYNCAPI_GUARD_VIOLATIONS_SIZE="200000",
        ASYNCAPI_GUARD_VIOLATIONS_SALT=12345,
    )
    io, guard = SocketIO(app, async_mode="threading"), AsyncAPIGuard()
    guard.init_app(app, io)
    net.client(net.serve(app)).ask("number", "none")
    guard.uninstall()
    assert [each.kind.event for each in summary().groups] == ["number"]


@pytest.mark.parametrize("key", ["VIOLATIONS", "VIOLATIONS_SIZE"])
def test_keys_that_are_wrong_stop_flask(key: str) -> None:
    app = Flask("shop")
    app.config.update(ASYNCAPI_GUARD_SPEC=document(), ASYNCAPI_GUARD_VIOLATIONS="x")
    app.config[f"ASYNCAPI_GUARD_{key}"] = ["many"] if key == "VIOLATIONS" else "many"
    with pytest.raises(InstallationError, match=key):
        AsyncAPIGuard().init_app(app, SocketIO(app, async_mode="threading"))


def test_an_application_that_is_set_up_again_counts_on() -> None:
    """Its first guard's log is closed, and nothing is counted twice."""
    app = Flask("shop")
    app.config.update(ASYNCAPI_GUARD_SPEC=document(), ASYNCAPI_GUARD_VIOLATIONS="flask.ndjson")
    guard = AsyncAPIGuard()
    for _ in range(2):
        io = SocketIO(app, async_mode="threading")
        io.on("word")(lambda _text: (1, "a"))
        guard.init_app(app, io)
        client = io.test_client(app)
        client.emit("word", "fine", callback=True)
    guard.uninstall()
    assert counted(summary())["main_word"] == (2, 0)
    assert len(list(Path().iterdir())) == 1


def test_a_socketio_that_is_set_up_again_has_one_file() -> None:
    """Each `init_app` makes another guard."""
    app = Flask("shop")
    io = AsyncAPISocketIO(spec=document(), async_mode="threading", violations="one.ndjson")
    for _ in range(2):
        io.init_app(app)
        io.test_client(app).emit("word", 5, callback=True)
    io._guarded.uninstall()
    assert summary().violations == 2
    assert len(list(Path().iterdir())) == 1


def test_a_log_without_a_guard_is_an_error() -> None:
    """It would stay empty, whatever clients do."""
    with pytest.raises(InstallationError, match="validate is False"):
        AsyncAPIServer(violations="x.ndjson", validate=False)


def test_a_disk_that_hangs_holds_up_nobody(net: Any, entrances: Any) -> None:
    """Clients are answered while not a line can be written."""
    made = entrances("protect", policy=REPORT, violations="guard-{pid}.ndjson")
    made.on("word")(lambda *_: (1, "a"))
    client = net.client(net.serve(made.wsgi))
    log = made.guard.recorder.file
    with log._writing:
        for _ in range(50):
            assert client.ask("word", 5) == [1, "a"]
    made.guard.uninstall()
    assert summary().violations == 50


# -- processes -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")
def test_the_workers_of_gunicorn_add_up(tmp_path: Path, skip_or_fail: Any) -> None:
    """Forked from a process that has loaded the application, each has its own file."""
    if importlib.util.find_spec("gunicorn") is None:
        skip_or_fail("gunicorn is not installed")
    with talking(tmp_path) as said:
        pass
    workers, count = said.workers, said.clients
    found = summary()
    files = {int(path.stem.partition("-")[2]) for path in Path().glob("guard-*.ndjson")}
    assert files >= workers
    assert said.pid not in files
    assert found.violations == count
    assert counted(found) == {"on_say": (2 * count, count), "on_bye": (count, 0)}
    # One salt for all, as the processes were forked: each session is counted once.
    assert (len(found.salts), found.sessions.number, found.clients.number) == (1, count, 1)
    command = [sys.executable, "-m", "asyncapi_guard", "report", "--format", "json", "*.ndjson"]
    done = subprocess.run(command, capture_output=True, check=False)
    ready = {
        each["operation"]: each["can_be_enforced"] for each in json.loads(done.stdout)["operations"]
    }
    assert (done.returncode, ready) == (1, {"on_say": False, "on_bye": True})
