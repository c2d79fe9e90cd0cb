"""`asyncapi-guard doctor`, as a process, on applications and on a real Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
import test_queue
from click.testing import CliRunner

from asyncapi_guard.cli import cli
from asyncapi_guard.doctor.listeners import QueueError, is_queue_url, listener_check

ROOT = Path(__file__).parents[2]
redis_url = test_queue.redis_url

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  chat:
    address: /
    messages:
      say: {payload: {type: string}}
operations:
  say: {action: receive, channel: {$ref: '#/channels/chat'}}
"""
FLASK = """\
from flask import Flask
from flask_socketio import SocketIO
from asyncapi_guard import AsyncAPIGuard

print("imported")
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
AsyncAPIGuard("asyncapi.yml", reject_event="rejected").init_app(app, socketio)
"""
FASTAPI = """\
import socketio
from asyncapi_guard import AsyncAPIGuard
from fastapi import FastAPI

sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
AsyncAPIGuard("asyncapi.yml", reject_event="rejected").protect(sio)
app = FastAPI()
app.mount("/socket.io", socketio.ASGIApp(sio, socketio_path=None))
"""
BARE = """\
import socketio

sio = socketio.Server(async_mode="threading")
app = socketio.WSGIApp(sio)
"""
WORKER = """\
import socketio
from asyncapi_guard import AsyncAPIGuard

url = "redis://user:secret@127.0.0.1:1/0"
guarded = socketio.RedisManager(url, write_only=True)
AsyncAPIGuard("asyncapi.yml").protect(guarded)
unguarded = socketio.RedisManager(url, write_only=True)
"""
APPLICATIONS = {"flasks": FLASK, "fast": FASTAPI, "bare": BARE, "worker": WORKER}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with applications."""
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT, encoding="utf-8")
    for name, text in APPLICATIONS.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def doctor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "doctor", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


slow = pytest.mark.slow
RUNS: dict[str, tuple[tuple[str, ...], int, dict[str, str]]] = {
    "Flask": (("flasks:app",), 0, {}),
    "FastAPI": (("fast:app",), 0, {"cors-origins": "warning"}),
    "FastAPI, strictly": (("fast:app", "--strict"), 1, {"cors-origins": "warning"}),
    "bare": (("bare:app",), 1, {"unguarded-server": "error"}),
    "a publisher, and one beside it": (
        ("worker:guarded",),
        0,
        {"unguarded-publisher": "warning"},
    ),
    "a publisher without a guard": (("worker:unguarded",), 1, {"unguarded-publisher": "error"}),
}


@pytest.mark.parametrize(
    "row", [pytest.param(name, marks=() if name == "bare" else slow) for name in RUNS]
)
def test_applications_are_looked_at(row: str, folder: Path) -> None:
    """What they print goes elsewhere, and no password is shown."""
    arguments, code, expected = RUNS[row]
    done = doctor(folder, *arguments, "--format", "json")
    assert done.returncode == code, done.stderr
    report = json.loads(done.stdout)
    bad = {each["code"]: each["status"] for each in report["checks"] if each["status"] != "ok"}
    bad.pop("version", None)
    assert bad == expected
    assert "secret" not in done.stdout + done.stderr


@slow
def test_flask_s_own_command_line_knows_its_application(folder: Path) -> None:
    """`flask asyncapi doctor`."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "flasks", "asyncapi", "doctor", "--quiet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@slow
def test_an_application_that_is_not_there_exits_with_2(folder: Path) -> None:
    """Nothing was looked at."""
    done = doctor(folder, "nowhere_to_be_found:app")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no module" in done.stderr


def run(*arguments: str) -> tuple[int, str]:
    """The command in this process, as far as it comes without an application."""
    done = CliRunner().invoke(cli, ["doctor", *arguments])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the application"),
        (("asyncapi.yml",), "neither MODULE:ATTRIBUTE nor the URL of a Redis"),
        (("a:b", "c:d"), "name one application"),
        (("a:b", "--channel", "x"), "name its URL"),
        (("redis://localhost", "--listeners", "0"), "--listeners"),
        (("a:b", "--watch", "1"), "--watch needs an application"),
        (("redis://localhost", "--watch", "1"), "--watch needs an application"),
        (("redis://u:secret@127.0.0.1:1/0",), "redis://127.0.0.1:1/0 Can't connect to"),
    ],
    ids=str,
)
def test_what_cannot_run_says_why(arguments: tuple[str, ...], said: str) -> None:
    """And exits with 2; passwords of URLs are nobody's."""
    code, output = run(*arguments)
    assert (code, said in output, "secret" in output) == (2, True, False), output


def test_help_has_examples() -> None:
    """As every command."""
    code, output = run("--help")
    assert code == 0
    assert "asyncapi-guard doctor package.module:socketio" in output


@slow
def test_what_is_published_is_watched(redis_url: str, folder: Path) -> None:
    """For a moment in which nothing is; and an application without a guard has no contract."""
    done = doctor(folder, "fast:app", redis_url, "--watch", "0.01")
    assert "no messages were published" in done.stdout
    done = doctor(folder, "bare:app", redis_url, "--watch", "0.01")
    assert (done.returncode, "no guard is on bare:app" in done.stderr) == (2, True)


# -- listeners -------------------------------------------------------------------------------------


@pytest.fixture
def listening(redis_url: str) -> Any:
    """Two processes' worth of listeners to a channel, as Redis sees them."""
    with redis.Redis.from_url(redis_url) as client:
        first, second = (client.pubsub() for _ in range(2))
        for each in (first, second):
            each.subscribe("socketio-doctor")
            assert each.get_message(timeout=120)["type"] == "subscribe"
        yield "socketio-doctor"
        for each in (first, second):
            each.close()


@pytest.mark.parametrize(
    ("expected", "status"),
    [(None, "ok"), (2, "ok"), (1, "warning"), (3, "error")],
    ids=["any", "so many", "too many", "too few"],
)
def test_listeners_are_counted(
    expected: int | None, status: str, redis_url: str, listening: str
) -> None:
    """By Redis itself."""
    check = listener_check(redis_url, listening, expected)
    assert check.status == status
    assert "2 processes listen" in check.text


def test_a_channel_that_nothing_listens_to_is_an_error(redis_url: str, listening: str) -> None:
    """Others that look like it are named."""
    check = listener_check(redis_url, "socketio", None)
    assert (check.status, check.code) == ("error", "listeners")
    assert f"'{listening}' has 2" in check.remedy
    bare = listener_check(redis_url.replace("redis://", "redis://default:@"), "socketio", None)
    assert "default" not in bare.subject


def test_the_command_asks_redis(redis_url: str, listening: str) -> None:
    """And exits with 1 where a listener is missing."""
    code, output = run(redis_url, "--channel", listening, "--listeners", "3")
    assert (code, "2 processes listen" in output) == (1, True)
    code, output = run(redis_url, "--channel", listening, "--format", "json")
    assert (code, json.loads(output)["ok"]) == (0, 1)
    assert run(redis_url, "--channel", listening, "-q") == (0, "")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "redis://127.0.0.1:port", "unix://nowhere"])
def test_a_redis_that_does_not_answer_is_told(url: str) -> None:
    """Without the text of the error, which may have the URL."""
    assert is_queue_url(url)
    with pytest.raises(QueueError, match="Can't connect to"):
        listener_check(url, "socketio", None)


@pytest.mark.parametrize("text", ["app:redis", "amqp://host", "redis:app", "C:\\redis"])
def test_other_texts_are_no_urls_of_redis(text: str) -> None:
    """They are applications, or nothing."""
    assert not is_queue_url(text)
