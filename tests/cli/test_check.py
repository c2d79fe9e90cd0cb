"""`asyncapi-guard check`, as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("REQUIRE_ALL") != "1",
        reason="each test starts an application of its own: set REQUIRE_ALL=1",
    ),
]

SPEC = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root:
    address: /
    messages:
      say: {payload: {type: string}, x-ack: {type: integer}}
      said: {payload: {type: string}}
  chat:
    address: /chat
    messages:
      join: {payload: {type: string}}
      joined: {payload: {type: string}}
operations:
  say: {action: receive, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/say'}]}
  said: {action: send, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/said'}]}
  join: {action: receive, channel: {$ref: '#/channels/chat'}, messages: [
    {$ref: '#/channels/chat/messages/join'}]}
  joined: {action: send, channel: {$ref: '#/channels/chat'}, messages: [
    {$ref: '#/channels/chat/messages/joined'}]}
"""
INIT = """\
from flask import Flask
from {module} import {name} as SocketIO

print("imported")
socketio = SocketIO({options})

def create_app():
    from chat import events
    app = Flask(__name__)
    socketio.init_app(app)
    return app
"""
EVENTS = """\
import functools
from flask_socketio import Namespace, emit
from chat import socketio

def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@socketio.on("say")
@logged
def say(text: str) -> int:
    emit("said", text)
    socketio.emit("said", text)
    socketio.start_background_task(print, "said")
    return 1

class Chat(Namespace):
    def on_join(self, name: str):
        self.emit("joined", name)
        emit("joined", name)

    def on_connect(self):
        pass

socketio.on_namespace(Chat("/chat"))
"""


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "check", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env=environment,
    )


def concise(folder: Path, target: str = "chat:create_app()") -> list[str]:
    """The findings, a line each, without the summary."""
    done = run(folder, target, "asyncapi.yml", "--format", "concise", "--quiet")
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=["plain", "typed"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same application with Flask-SocketIO's own class, and with ours."""
    package = tmp_path / "chat"
    package.mkdir()
    ways = {
        "plain": {"module": "flask_socketio", "name": "SocketIO", "options": ""},
        "typed": {"module": "asyncapi_guard", "name": "AsyncAPISocketIO", "options": "typed=True"},
    }
    (package / "__init__.py").write_text(INIT.format(**ways[request.param]))
    (package / "events.py").write_text(EVENTS)
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    return tmp_path


#: The application with our class alone: plain handlers have no types that count.
typed_only = pytest.mark.parametrize("folder", ["typed"], indirect=True)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_code_that_fits_exits_with_0(folder: Path) -> None:
    """The file is said to be ok; what the application prints goes to stderr."""
    done = run(folder, "chat:create_app()", "asyncapi.yml")
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: ok\n")
    assert done.stderr == "imported\n"


def test_handlers_and_events_of_one_side_only(folder: Path) -> None:
    """Found at the decorated function's line, and at the message's line in the file."""
    edit(folder / "chat" / "events.py", '"say"', '"sayy"')
    edit(folder / "chat" / "events.py", "on_join", "on_enter")
    assert concise(folder) == [
        (
            "asyncapi.yml:7:12: error[spec-without-handler] 'say' is received in '/', and no "
            "handler is registered for it; did you mean 'sayy'?"
        ),
        (
            "asyncapi.yml:12:13: error[spec-without-handler] 'join' is received in '/chat', and "
            "no handler is registered for it"
        ),
        (
            "chat/events.py:11:1: error[handler-without-spec] say handles 'sayy': asyncapi.yml:5 "
            "does not declare it to be received; did you mean 'say'?"
        ),
        (
            "chat/events.py:20:1: error[handler-without-spec] Chat.on_enter handles 'enter': "
            "asyncapi.yml:10 does not declare it to be received"
        ),
    ]


def test_emits_that_are_not_declared(folder: Path) -> None:
    """Found at the literal, in the namespace of its handler, its class or its server."""
    events = folder / "chat" / "events.py"
    edit(events, '    emit("said", text)', '    emit("sad", text)')
    edit(events, '        emit("joined"', '        emit("said"')
    edit(events, 'self.emit("joined"', 'self.emit("left"')
    assert [line.partition(" ")[0] + line.partition("]")[2] for line in concise(folder)] == [
        (
            "chat/events.py:14:10: 'sad' is emitted: asyncapi.yml:5 does not declare it to be "
            "sent; did you mean 'said'?"
        ),
        "chat/events.py:21:19: 'left' is emitted: asyncapi.yml:10 does not declare it to be sent",
        "chat/events.py:22:14: 'said' is emitted: asyncapi.yml:10 does not declare it to be sent",
    ]


@typed_only
def test_types_that_differ(folder: Path) -> None:
    """The arguments and the ack, of functions and of methods."""
    events = folder / "chat" / "events.py"
    edit(events, "say(text: str) -> int", "say(text: int) -> str")
    edit(events, "on_join(self, name: str)", "on_join(self, name: str, age: int)")
    lines = concise(folder)
    assert [line.partition(" ")[0] + line.partition("]")[2] for line in lines] == [
        (
            "chat/events.py:11:1: say acknowledges 'say' otherwise than asyncapi.yml:7 says: "
            'the value: type is "string" in the code, "integer" in the file'
        ),
        (
            "chat/events.py:11:1: say takes other arguments of 'say' than asyncapi.yml:7 says: "
            'the value: type is "integer" in the code, "string" in the file'
        ),
        (
            "chat/events.py:20:1: Chat.on_join takes other arguments of 'join' than "
            "asyncapi.yml:12 says: /1 may be integer in the code, anything in the file; "
            "the value: maxItems is 2 in the code, 1 in the file; "
            "the value: minItems is 2 in the code, 1 in the file"
        ),
    ]


@typed_only
def test_models_of_emits_that_differ(folder: Path) -> None:
    """`doc_emit` is compared with what the file sends."""
    events = folder / "chat" / "events.py"
    events.write_text(events.read_text() + 'socketio.doc_emit("said", int)\n')
    (line,) = concise(folder)
    assert line.startswith("asyncapi.yml:8:13: error[payload-differs] doc_emit has another model")


@typed_only
def test_what_was_exported_fits(folder: Path) -> None:
    """An application and its own document have no differences but for emits without a model."""
    exported = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "export", "chat:create_app()"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=folder,
    )
    (folder / "asyncapi.yml").write_text(exported.stdout)
    assert {line.partition("[")[2].partition("]")[0] for line in concise(folder)} == {
        "undeclared-emit"
    }


def test_handlers_before_there_is_an_application(folder: Path) -> None:
    """A `SocketIO` that is not initialised has its handlers all the same."""
    (folder / "alone.py").write_text("from chat import events, socketio\n")
    assert concise(folder, "alone:socketio") == []
    edit(folder / "chat" / "events.py", '"say"', '"sayy"')
    codes = [line.partition("[")[2].partition("]")[0] for line in concise(folder, "alone:socketio")]
    assert codes == ["spec-without-handler", "handler-without-spec"]


def test_a_server_without_flask(tmp_path: Path) -> None:
    """python-socketio's own server, with its handlers and its class namespaces."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "server.py").write_text(
        "import socketio\n"
        "sio = socketio.Server(async_mode='threading')\n"
        "@sio.on('say')\n"
        "def say(sid, text):\n"
        "    sio.emit('said', text)\n"
        "    sio.emit('sad', text)\n"
        "class Chat(socketio.Namespace):\n"
        "    def on_leave(self, sid): pass\n"
        "sio.register_namespace(Chat('/chat'))\n"
    )
    assert [line.partition(" ")[0] for line in concise(tmp_path, "server:sio")] == [
        "asyncapi.yml:12:13:",
        "server.py:6:14:",
        "server.py:8:1:",
    ]


# -- reports and exit codes ------------------------------------------------------------------------


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """An application with one handler too few."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "server.py").write_text(
        "from flask_socketio import SocketIO\nsocketio = SocketIO()\n"
        "@socketio.on('say')\ndef say(text): ...\n"
    )
    return tmp_path


def test_findings_exit_with_1(stale: Path) -> None:
    """Shown with the lines around them; no rule is promised that `rules` does not have."""
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert done.returncode == 1
    assert "error[spec-without-handler]" in done.stdout
    assert "12 |       join: {payload: {type: string}}\n" in done.stdout
    assert "1 error in 1 file" in done.stdout
    assert "asyncapi-guard rules" not in done.stdout


@pytest.mark.parametrize("format", ["json", "sarif", "junit", "github"])
def test_every_format_of_validate(stale: Path, format: str) -> None:
    """The finding is in it, with its code."""
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", format)
    assert done.returncode == 1
    assert "spec-without-handler" in done.stdout
    if format == "json":
        (finding,) = json.loads(done.stdout)["findings"]
        assert (finding["file"], finding["line"]) == ("asyncapi.yml", 12)


def test_a_report_can_be_written(stale: Path) -> None:
    """`-o` names the file; stdout stays empty."""
    done = run(stale, "server:socketio", "asyncapi.yml", "-o", "report.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "spec-without-handler" in (stale / "report.txt").read_text()


def test_codes_can_be_ignored(stale: Path) -> None:
    """What is ignored fails nothing; what is no code is a mistake, with what may be meant."""
    done = run(stale, "server:socketio", "asyncapi.yml", "--ignore", "spec-without-handler")
    assert done.returncode == 0
    done = run(stale, "server:socketio", "asyncapi.yml", "--ignore", "spec-without-handlr")
    assert done.returncode == 2
    assert "did you mean 'spec-without-handler'?" in done.stderr


def test_what_cannot_be_compared_exits_with_2(stale: Path) -> None:
    """A file with errors, a file that is not there, and an application that is none."""
    edit(stale / "asyncapi.yml", "address: /chat", "address: 5")
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "asyncapi.yml:10:14" in done.stderr
    assert "asyncapi.yml cannot be compared with: it has errors" in done.stderr
    assert run(stale, "server:socketio", "nowhere.yml").returncode == 2
    (stale / "asyncapi.yml").write_text(SPEC)
    done = run(stale, "server:nothing", "asyncapi.yml")
    assert done.returncode == 2
    assert "server has no 'nothing'; did you mean 'socketio'?" in done.stderr


def test_help_has_examples_and_codes(tmp_path: Path) -> None:
    """`--help` shows examples, and the codes that findings can have."""
    from asyncapi_guard.handlers.drift import CODES

    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert "Example: asyncapi-guard check package.module:socketio asyncapi.yml" in done.stdout
    assert all(code in done.stdout for code in CODES)
