"""`flask asyncapi check` and `export` without arguments: the current application, its own file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root:
    address: /
    messages:
      say: {payload: {type: string}}
operations:
  say: {action: receive, channel: {$ref: '#/channels/root'}}
"""
GUARDED = """\
from flask import Flask
from flask_socketio import SocketIO
from asyncapi_guard import AsyncAPIGuard

print("imported")
socketio = SocketIO(async_mode="threading")

@socketio.on("say")
def say(text): ...

@socketio.on("shout")
def shout(text): ...

def create_app():
    app = Flask(__name__)
    socketio.init_app(app)
    AsyncAPIGuard("specs/chat.yml").init_app(app, socketio)
    return app
"""
CODE_FIRST = """\
from flask import Flask
from asyncapi_guard import AsyncAPISocketIO

app = Flask(__name__)
socketio = AsyncAPISocketIO(app, async_mode="threading", typed=True)

@socketio.on("say")
def say(text: str) -> None: ...
"""
SPEC_FIRST = CODE_FIRST.replace("typed=True", 'spec="specs/chat.yml"')
CONFIGURED = """\
from flask import Flask
from flask_socketio import SocketIO
from asyncapi_guard import AsyncAPIGuard

app = Flask(__name__)
app.config["ASYNCAPI_GUARD_SPEC"] = "specs/chat.yml"
socketio = SocketIO(app, async_mode="threading")
AsyncAPIGuard().init_app(app, socketio)
"""
PLAIN = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "chat.yml").write_text(SPEC)
    applications = {
        "guarded": GUARDED,
        "code_first": CODE_FIRST,
        "spec_first": SPEC_FIRST,
        "configured": CONFIGURED,
        "plain": PLAIN,
        "broken": "1 / 0\n",
    }
    for name, text in applications.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def run(folder: Path, module: str, *args: str) -> subprocess.CompletedProcess[str]:
    unwanted = ("FORCE_COLOR", "GITHUB_ACTIONS", "FLASK_APP")
    done = subprocess.run(
        [sys.executable, "-m", module, *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in unwanted},
    )
    assert "Traceback" not in done.stderr or "ZeroDivisionError" in done.stderr
    return done


def flask(folder: Path, app: str, *args: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "flask", "--app", app, "asyncapi", *args)


@pytest.mark.parametrize("app", ["guarded", "spec_first", "configured"])
def test_check_takes_the_application_and_its_guards_file(folder: Path, app: str) -> None:
    """Findings are those of naming both; what the application prints is no report."""
    done = flask(folder, app, "check", "--format", "concise")
    assert "imported" not in done.stdout
    found = {
        "guarded": "guarded.py:11:1: error[handler-without-spec] handler shout handles 'shout'",
        "configured": "specs/chat.yml:7:12: error[spec-without-handler] no handler for event 'say'",
        "spec_first": "",
    }[app]
    assert (done.returncode, found in done.stdout) == (bool(found), True), done.stdout


def test_the_file_may_be_named_and_the_application_left_out(folder: Path) -> None:
    """A code-first server has no file of its own to compare with, and says so."""
    done = flask(folder, "code_first", "check", "specs/chat.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    done = flask(folder, "code_first", "check")
    assert done.returncode == 2
    assert "code_first has no guard with a file of its own; name the file" in done.stderr


def test_the_application_may_be_named_and_the_file_left_out(folder: Path) -> None:
    """Also without Flask's command line; there an application has to be named."""
    done = run(folder, "asyncapi_guard", "check", "guarded:create_app()", "--format", "concise")
    assert done.returncode == 1
    assert "'shout'" in done.stdout
    for args in (["check"], ["check", "specs/chat.yml"], ["export"]):
        done = run(folder, "asyncapi_guard", *args)
        assert done.returncode == 2
        assert "name the application, such as package.module:socketio" in done.stderr


def test_a_fix_goes_into_the_guards_file(folder: Path) -> None:
    assert flask(folder, "guarded", "check", "--fix").returncode == 0
    assert "shout" in (folder / "specs" / "chat.yml").read_text()


def test_export_writes_what_the_application_is_guarded_by(folder: Path) -> None:
    """Its handlers' document, or its guard's own file."""
    for app, said in (("code_first", "receive_say"), ("guarded", "Chat"), ("spec_first", "Chat")):
        done = flask(folder, app, "export")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("asyncapi: 3.1.0\n")
        assert said in done.stdout
    assert flask(folder, "code_first", "export", "-o", "out.yml").returncode == 0
    assert "from code_first.\n" in (folder / "out.yml").read_text()
    assert flask(folder, "code_first", "export", "-o", "out.yml", "--check").returncode == 0


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("plain", "'plain' is a Flask without a SocketIO"),
        ("broken", "can't import the application: ZeroDivisionError: "),
        ("nowhere", "Could not import 'nowhere'"),
    ],
)
def test_an_application_that_is_none(folder: Path, app: str, said: str) -> None:
    done = flask(folder, app, "export")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
