"""What tests that are over have left behind fails no later test."""

from __future__ import annotations

import gc
import importlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import engineio
import pytest
import socketio
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket
from leftovers import Connections, Modules, Threads, end_connections
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_server_misses_nobody_any_more() -> None:
    """Its thread ends, and the handlers of its clients do not run."""
    left: list[str] = []
    server: Any = socketio.Server(async_mode="threading", ping_timeout=3600)
    server.on("disconnect", lambda sid, reason: left.append(sid))
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "EIO=4&transport=polling"}
    b"".join(server.handle_request(environ, lambda *_: None))
    while server.eio.service_task_event is None:
        time.sleep(0.001)
    end_connections()
    server.eio.service_task_handle.join(60)
    assert not server.eio.service_task_handle.is_alive()
    assert [connection.closed for connection in server.eio.sockets.values()] == [True]
    assert left == []


def test_a_client_misses_nobody_any_more(caplog: pytest.LogCaptureFixture) -> None:
    """Its threads end without a word, though its server is silent and stays."""
    handshake = b'0{"sid":"a","upgrades":[],"pingInterval":3600000,"pingTimeout":3600000}'

    def silent(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        if "sid=" in environ["QUERY_STRING"]:
            asked.set()
            ended.wait(60)
            return [b"6"]
        return [handshake]

    asked, ended = threading.Event(), threading.Event()
    server = make_server("127.0.0.1", 0, silent, threaded=True, request_handler=_Quiet)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    client: Any = engineio.Client(logger=False)
    client.connect(f"http://127.0.0.1:{server.server_port}", transports=["polling"])
    assert asked.wait(60)
    writing, reading = client.write_loop_task, client.read_loop_task
    end_connections()
    writing.join(60)
    ended.set()
    reading.join(60)
    assert not writing.is_alive()
    assert not reading.is_alive()
    server.shutdown()
    server.server_close()
    assert not [record for record in caplog.records if record.name.startswith("engineio")]


def test_a_listener_looks_for_no_queue_any_more() -> None:
    """It would try again for ever, each time with a line in the log of another test."""
    server: Any = socketio.Server(async_mode="threading")
    manager: Any = socketio.RedisManager("redis://127.0.0.1:1/0", logger=_Silent())
    manager.set_server(server)
    manager.initialize()
    end_connections()
    manager.thread.join(60)
    assert not manager.thread.is_alive()


def test_a_listener_whose_queue_ends_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """What it would log comes in the middle of another test."""
    server: Any = socketio.Server(async_mode="threading")
    manager: Any = socketio.RedisManager("redis://127.0.0.1:1/0")
    queue = _Queue()
    manager._redis_connect = lambda: setattr(manager, "pubsub", queue)
    manager.set_server(server)
    manager.initialize()
    assert queue.listening.wait(60)
    end_connections()
    manager.thread.join(60)
    assert not manager.thread.is_alive()
    assert not [record for record in caplog.records if record.name.startswith("socketio")]


@pytest.mark.parametrize("kind", [Socket, AsyncSocket])
def test_what_instruments_a_server_is_undone(kind: Any) -> None:
    """However often it was done."""
    connections, before = Connections(), dict(vars(kind))
    for _ in range(2):
        if kind is Socket:
            socketio.Server(async_mode="threading").instrument(auth=False)
        else:
            socketio.AsyncServer(async_mode="asgi").instrument(auth=False)
    assert dict(vars(kind)) != before
    connections.restore()
    assert dict(vars(kind)) == before


def test_modules_of_an_earlier_file_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application in a directory, and one without `__init__.py`; not a library."""
    (tmp_path / "quay.py").write_text("BERTHS = 4\n")
    (tmp_path / "harbour_of_tests").mkdir()
    (tmp_path / "harbour_of_tests" / "pier.py").write_text("import colorsys, quay\n")
    monkeypatch.syspath_prepend(tmp_path)
    modules = Modules()
    importlib.import_module("harbour_of_tests.pier")
    assert {"quay", "harbour_of_tests", "harbour_of_tests.pier"} <= set(sys.modules)
    modules.forget()
    assert not {"quay", "harbour_of_tests", "harbour_of_tests.pier"} & set(sys.modules)
    assert {"colorsys", "asyncapi_guard", __name__} <= set(sys.modules)
    # What the tests' own files import at their top stays.
    importlib.import_module("quay")
    modules.begin()
    modules.forget()
    assert "quay" in sys.modules
    del sys.modules["quay"]


class _Queue:
    """A queue whose listener fails when it is closed."""

    def __init__(self) -> None:
        self.listening, self.closed = threading.Event(), threading.Event()

    def subscribe(self, channel: str) -> None:
        """Nothing is to be done."""

    def listen(self) -> Iterator[None]:
        self.listening.set()
        self.closed.wait(60)
        raise ConnectionError
        yield

    def close(self) -> None:
        self.closed.set()


class _Silent:
    """A logger that nobody hears."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class _Broken:
    """Cannot be deleted without an error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.itself: _Broken | None = None

    def __del__(self) -> None:
        raise ValueError(self.name)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


def test_a_thread_fails_the_file_in_which_it_began_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What those of earlier files raise is printed, with that of threads that they start."""
    failed: list[str] = []
    go = threading.Event()

    def raises(name: str, *, first: bool) -> None:
        go.wait(60)
        if first:
            child = threading.Thread(
                target=raises, args=(f"{name}'s child",), kwargs={"first": False}
            )
            child.start()
            child.join(60)
        ends = _Broken(f"{name}'s value")  # noqa: F841  # it goes with the thread
        raise ValueError(name)

    def start(name: str, *, first: bool) -> threading.Thread:
        thread = threading.Thread(target=raises, args=(name,), kwargs={"first": first})
        thread.start()
        return thread

    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)  # both are put back
    monkeypatch.setattr(threading, "excepthook", lambda args: failed.append(str(args.exc_value)))
    monkeypatch.setattr(sys, "unraisablehook", lambda args: failed.append(str(args.exc_value)))
    threads = Threads()
    threads.watch()
    began = []
    for name in ("earlier", "now"):
        threads.begin(name)
        began.append(start(name, first=True))
    go.set()
    for thread in began:
        thread.join(60)
    assert sorted(failed) == ["now", "now's child", "now's child's value", "now's value"]
    printed = capsys.readouterr().err
    for name in ("earlier", "earlier's child", "earlier's value", "earlier's child's value"):
        assert f"ValueError: {name}\n" in printed


@pytest.mark.parametrize(
    ("module", "error", "fails"),
    [
        ("engineio.socket", ConnectionResetError, False),
        ("engineio.socket", ValueError, True),
        ("asyncapi_guard.integrations", ConnectionResetError, True),
    ],
)
def test_a_client_that_has_gone_fails_nobody(
    monkeypatch: pytest.MonkeyPatch, module: str, error: type[Exception], fails: bool
) -> None:
    """engine.io's writer raises when it closes a connection that the client has just reset."""
    failed: list[str] = []
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setattr(threading, "excepthook", lambda args: failed.append(str(args.exc_value)))
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    Threads().watch()
    names: dict[str, Any] = {"__name__": module, "error": error}
    exec("def writer():\n    raise error('gone')", names)
    thread = threading.Thread(target=names["writer"])
    thread.start()
    thread.join(60)
    assert failed == ["gone"] * fails


def test_garbage_of_an_earlier_file_fails_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed when another file begins; garbage of this file fails its tests."""
    failed: list[str] = []
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", lambda args: failed.append(str(args.exc_value)))
    threads = Threads()
    threads.watch()
    _leave("before")
    threads.begin("a file")
    assert failed == []
    assert "ValueError: before\n" in capsys.readouterr().err
    _leave("meanwhile")
    gc.collect()
    assert failed == ["meanwhile"]


def _leave(name: str) -> None:
    """Leave something that only the garbage collector finds."""
    left = _Broken(name)
    left.itself = left
