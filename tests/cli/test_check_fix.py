"""`asyncapi-guard check --fix`: what the code has and the file has not is added to the file."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard import load

if TYPE_CHECKING:
    from pathlib import Path

#: Each test starts processes with applications of their own: the most telling one always runs.
slow = pytest.mark.slow

SPEC = """\
# The chat, by hand.
asyncapi: 3.1.0
info: {title: Chat, version: '1'}   # a comment

channels:
  root:
    address: /
    messages:
      say:
        $ref: '#/components/messages/say'

operations:
  say:
    action: receive
    channel: {$ref: '#/channels/root'}
    messages:
      - $ref: '#/channels/root/messages/say'

components:
  messages:
    say:
      payload: {type: string}
  schemas:
    Room:   # another one than the code's
      type: string
"""
TYPED = """\
from pydantic import BaseModel
from asyncapi_guard import AsyncAPISocketIO

socketio = AsyncAPISocketIO(typed=True)

class Room(BaseModel):
    name: str
    size: int = 3

@socketio.on("say")
def say(text: str): ...

@socketio.on("enter")
def enter(room: Room) -> int:
    '''Enter a room.'''

@socketio.on("leave", namespace="/rooms")
def leave(room: Room): ...

@socketio.on("*", namespace="/rooms")
def anything(event: str, data: int): ...

@socketio.on("connect")
def connect(): ...

socketio.doc_emit("entered", Room, "Somebody has entered.")
"""
PLAIN = """\
from flask_socketio import SocketIO

socketio = SocketIO()

@socketio.on("say")
def say(text): ...

@socketio.on("enter")
def enter(room): ...
"""


def check(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    hidden = ("FORCE_COLOR", "GITHUB_ACTIONS")
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "check", "app:socketio", "asyncapi.yml", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in hidden},
    )


def make(folder: Path, code: str, spec: str = SPEC) -> Path:
    (folder / "app.py").write_text(code)
    file = folder / "asyncapi.yml"
    file.write_text(spec)
    return file


def test_events_of_the_code_are_added(tmp_path: Path) -> None:
    """With their types; every line that was there stays, and nothing is left to find."""
    file = make(tmp_path, TYPED)
    done = check(tmp_path, "--fix")
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: no findings\n"), done.stderr
    assert done.stderr.splitlines() == [
        "added to asyncapi.yml: receive enter in /",
        "added to asyncapi.yml: receive leave in /rooms",
        "added to asyncapi.yml: send entered in /",
    ]
    changes = difflib.ndiff(SPEC.splitlines(), file.read_text().splitlines())
    assert not [line for line in changes if line.startswith("-")]
    contract = load(file)
    enter = contract.channels["root"].messages["enter"]
    assert enter.payload is not None
    assert enter.payload.location.endswith("#/components/schemas/Room_2")
    assert enter.meta["description"] == "Enter a room."
    assert {message.event for message in contract.channels["rooms"].messages.values()} == {"leave"}
    assert check(tmp_path).stdout == "asyncapi.yml: no findings\n"


@slow
def test_the_change_can_be_seen_first(tmp_path: Path) -> None:
    file = make(tmp_path, TYPED)
    done = check(tmp_path, "--fix", "--diff")
    assert done.returncode == 1
    assert done.stdout.startswith("--- asyncapi.yml\n+++ asyncapi.yml\n@@")
    assert "handler-without-spec" in done.stderr
    assert file.read_text() == SPEC


@slow
def test_handlers_without_types_take_anything(tmp_path: Path) -> None:
    file = make(tmp_path, PLAIN)
    done = check(tmp_path, "--fix")
    assert done.returncode == 0, done.stderr
    payload = load(file).channels["root"].messages["enter"].payload
    assert payload is not None
    assert payload.location.endswith("#/components/schemas/Anything")


EMITTING = """\
from flask import Flask
from flask_socketio import SocketIO, emit

socketio = SocketIO(Flask(__name__), async_mode="threading")

@socketio.on("say")
def say(text: str):
    emit("said", {"text": text, "n": 1}, broadcast=True)
    emit("ask", callback=print, namespace="/rooms")
"""


def test_emits_of_the_code_are_added(tmp_path: Path) -> None:
    """Where the code does not tell what is sent, anything may be; a hint without effect is none."""
    file = make(tmp_path, EMITTING)
    done = check(tmp_path, "--fix")
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: no findings\n"), done.stderr
    assert done.stderr.splitlines() == [
        "added to asyncapi.yml: send said in /",
        "added to asyncapi.yml: send ask in /rooms",
        "app.py:8: part of the payload of 'said' is known only at run time: /text",
        "1 emit with a value known only at run time: app.py:8",
    ]
    contract = load(file)
    said = contract.channels["root"].messages["said"].payload
    assert said is not None
    assert said.is_valid({"text": 5, "n": 1})
    assert not said.is_valid({"text": "a", "n": "1"})
    ask = contract.channels["rooms"].messages["ask"]
    assert ask.ack is not None
    assert ask.ack.alternatives[0].is_valid([1, "a"])
    assert check(tmp_path).stderr == "1 emit with a value known only at run time: app.py:8\n"


@slow
def test_nothing_is_written_where_nothing_is_missing(tmp_path: Path) -> None:
    file = make(tmp_path, TYPED)
    check(tmp_path, "--fix")
    before = file.stat().st_mtime_ns
    done = check(tmp_path, "--fix")
    assert (done.returncode, done.stdout, done.stderr) == (0, "asyncapi.yml: no findings\n", "")
    assert file.stat().st_mtime_ns == before


@slow
def test_what_cannot_be_added_leaves_the_file(tmp_path: Path) -> None:
    """The channel stands in another file."""
    spec = SPEC.replace(
        "root:\n    address: /", "root:\n    $ref: other.yml#/root\n  was:\n    address: /x"
    )
    file = make(tmp_path, PLAIN, spec)
    root = "root:\n  address: /\n  messages:\n    say: {payload: {type: string}}\n"
    (tmp_path / "other.yml").write_text(root)
    done = check(tmp_path, "--fix")
    assert done.returncode == 2
    assert file.read_text() == spec


@slow
def test_diff_wants_fix(tmp_path: Path) -> None:
    make(tmp_path, PLAIN)
    done = check(tmp_path, "--diff")
    assert done.returncode == 2
    assert "--diff shows the change of --fix. Pass" in done.stderr
