"""`asyncapi-guard init`, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard.lint import lint
from asyncapi_guard.spec import load

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
from flask import Flask
from flask_socketio import SocketIO

print("imported")
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
bare = SocketIO(app, async_mode="threading")

@socketio.on("say")
def say(text):
    socketio.emit("said", {"n": len(text)})

@socketio.on("join", namespace="/chat")
def join(room): ...

@socketio.on("*")
def anything(event, *args): ...
"""
TYPED = """\
from flask import Flask
from pydantic import BaseModel
from asyncapi_guard import AsyncAPISocketIO

class Text(BaseModel):
    text: str

app = Flask(__name__)
socketio = AsyncAPISocketIO(app, async_mode="threading", typed=True, title="Chat")

@socketio.doc_emit("said", Text)
@socketio.on("say", namespace="/chat")
def say(text: Text) -> bool: ...
"""


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")},
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plain.py").write_text(PLAIN)
    (tmp_path / "typed.py").write_text(TYPED)
    return tmp_path


def test_a_first_file_is_written(folder: Path) -> None:
    """It is fine to the strictest, teaches, and the next steps are said."""
    done = run(folder, "init")
    assert (done.returncode, done.stdout) == (0, "")
    text = (folder / "asyncapi.yml").read_text()
    for taught in ("`address` is the namespace", "the event's name", "`x-ack`", "`auth`"):
        assert taught in text
    assert run(folder, "validate", "--strict", "asyncapi.yml").returncode == 0
    for step in ("validate asyncapi.yml", "AsyncAPIGuard('asyncapi.yml'", "check package.module:"):
        assert step in done.stderr
    assert max(map(len, text.splitlines())) <= 100


def test_nothing_is_overwritten(folder: Path) -> None:
    """Not even an empty file; another name may be given, or none."""
    (folder / "asyncapi.yml").write_text("")
    done = run(folder, "init")
    assert done.returncode == 2
    assert "asyncapi.yml already exists, and init never overwrites a file" in done.stderr
    assert (folder / "asyncapi.yml").read_text() == ""
    assert run(folder, "init", "-o", "other.yml").returncode == 0
    assert "validate other.yml" in (folder / "other.yml").read_text()
    shown = run(folder, "init", "-o", "-")
    assert shown.stdout.replace("asyncapi.yml", "other.yml") == (folder / "other.yml").read_text()
    assert (folder / "asyncapi.yml").read_text() == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["-o", "asyncapi.json"], "JSON has no comments"),
        (["-o", "nowhere/asyncapi.yml"], "there is no directory"),
        (["--from", "plain:bare"], "plain:bare has no handlers"),
        (["--from", "nowhere:x"], "no module 'nowhere'"),
    ],
)
def test_what_cannot_be_written(folder: Path, args: list[str], said: str) -> None:
    done = run(folder, "init", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (folder / "asyncapi.yml").exists()


def test_the_events_of_an_application_without_hints(folder: Path) -> None:
    """Its handlers, by namespace: any arguments, until somebody describes them; and its emits."""
    done = run(folder, "init", "--from", "plain:socketio")
    assert (done.returncode, done.stdout) == (0, "")
    assert "check plain:socketio asyncapi.yml" in done.stderr
    contract = load(folder / "asyncapi.yml")
    events = {
        (contract.channels[o.channel].address, m.event)
        for o in contract.operations.values()
        for m in o.messages
    }
    assert events == {("/", "say"), ("/", "said"), ("/chat", "join")}
    said = contract.channels["root"].messages["said"].payload
    assert said is not None
    assert (said.is_valid({"n": 1}), said.is_valid({"n": "1"})) == (True, False)
    assert run(folder, "check", "plain:socketio", "asyncapi.yml").returncode == 0
    text = (folder / "asyncapi.yml").read_text()
    assert [str(each) for each in lint(folder / "asyncapi.yml")] == []
    assert text.startswith("# The contract of a Socket.IO server")
    assert "# A channel is a Socket.IO namespace" in text


def test_the_events_of_an_application_with_hints(folder: Path) -> None:
    """Its document, with what doc_emit declares."""
    done = run(folder, "init", "--from", "typed:socketio", "-o", "-")
    assert done.returncode == 0, done.stderr
    assert "title: Chat" in done.stdout
    assert "address: /chat" in done.stdout
    assert "send_said" in done.stdout
    assert "x-ack" in done.stdout
    (folder / "chat.yml").write_text(done.stdout)
    assert run(folder, "validate", "--strict", "chat.yml").returncode == 0
    assert run(folder, "check", "typed:socketio", "chat.yml").returncode == 0


def test_help_has_examples(folder: Path) -> None:
    done = run(folder, "init", "--help")
    assert "Example: asyncapi-guard init" in done.stdout
    assert "asyncapi-guard init --from package.module:socketio" in done.stdout
