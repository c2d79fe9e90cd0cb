"""The commands need no verifiers: they read documents with `security`, and let nobody in."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from either_click import runner

from asyncapi_guard.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "security.md"
#: The page's document whose clients renew their identities.
SPEC = PAGE.read_text(encoding="utf-8").split("```yaml\n")[2].partition("```")[0]
OLD_SPEC = """\
asyncapi: 2.6.0
info: {title: Chat, version: '1'}
servers:
  main: {url: chat.example.com, protocol: ws, security: [{user: []}]}
channels:
  /chat:
    publish: {message: {name: renew, payload: {type: string}, x-guard: {reauthenticate: true}}}
components: {securitySchemes: {user: {type: http, scheme: bearer}}}
"""
CODE_FIRST = """\
from asyncapi_guard import {server}

sio = {server}(
    async_mode={mode!r}, typed=True, security={{"user": {{"type": "http", "scheme": "bearer"}}}}
)


@sio.on("renew", namespace="/chat", reauthenticate=True)
def renew(token: str) -> None: ...


sio.doc_emit("session_over", dict, namespace="/chat", expired=True)
"""
WITH_FLASK = """\
from flask import Flask
from asyncapi_guard import AsyncAPISocketIO

sio = AsyncAPISocketIO(
    Flask(__name__), async_mode="threading", typed=True,
    security={"user": {"type": "http", "scheme": "bearer"}},
)


@sio.on("renew", namespace="/chat", reauthenticate=True)
def renew(token: str) -> None: ...


sio.doc_emit("session_over", dict, namespace="/chat", expired=True)
"""
PLAIN = """\
import socketio

sio = socketio.Server(async_mode="threading")


@sio.on("connect", namespace="/chat")
def connect(sid, environ, auth): ...
"""
APPLICATIONS = {
    "threads": CODE_FIRST.format(server="AsyncAPIServer", mode="threading"),
    "asyncio": CODE_FIRST.format(server="AsyncAPIAsyncServer", mode="asgi"),
    "flask": WITH_FLASK,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command beside the document and an application: what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "asyncapi.yml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "old.yml").write_text(OLD_SPEC, encoding="utf-8")

    def run(*arguments: str, code: str = "", status: int = 0) -> str:
        if code:
            (tmp_path / "secured_chat.py").write_text(code, encoding="utf-8")
            sys.modules.pop("secured_chat", None)
        result = runner().invoke(cli, arguments)
        assert result.exit_code == status, result.output
        return str(result.stdout)

    yield run
    sys.modules.pop("secured_chat", None)


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        ("validate asyncapi.yml", ""),
        ("validate --fix asyncapi.yml", ""),
        ("show asyncapi.yml", "renew(string)  (shows again who the client is)"),
        ("export asyncapi.yml", "reauthenticate: true"),
        ("models asyncapi.yml -o models.py", ""),
        ("types asyncapi.yml", "renew"),
        ("add event say asyncapi.yml --direction receive --namespace /chat --payload string", ""),
        ("upgrade old.yml", "reauthenticate: true"),
        ("rules guard-mark", "x-guard"),
    ],
)
def test_commands_for_documents(command: str, printed: str, run: Any) -> None:
    """Each reads schemes and marks, and keeps them."""
    assert printed in run(*command.split())
    assert "reauthenticate" in run("export", "asyncapi.yml")


@pytest.mark.parametrize("way", APPLICATIONS)
def test_commands_for_applications(way: str, run: Any, tmp_path: Path) -> None:
    """The document of code has the schemes and the marks, and checks against itself."""
    written = run("export", "secured_chat:sio", code=APPLICATIONS[way])
    messages = yaml.safe_load(written)["components"]["messages"]
    marks = sorted(json.dumps(each["x-guard"]) for each in messages.values())
    assert marks == ['{"expired": true}', '{"reauthenticate": true}']
    (tmp_path / "written.yml").write_text(written, encoding="utf-8")
    run("validate", "written.yml")
    run("check", "secured_chat:sio", "written.yml", code=APPLICATIONS[way])
    assert "renew" in run("types", "secured_chat:sio", code=APPLICATIONS[way])
    catalogue = sys.modules["secured_chat"].sio.get_agent_schema()
    (renew,) = [each for each in catalogue["events"] if each["name"] == "renew"]
    assert renew["reauthenticate"] is True


def test_what_the_guard_does_needs_no_code(run: Any) -> None:
    """No handler of the event by which clients renew themselves, and no emit of the other."""
    run("check", "secured_chat:sio", "asyncapi.yml", code=PLAIN)
