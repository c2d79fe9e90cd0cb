"""docs/how-to/running.md: its programs run, and its keys and lines are the real ones."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.integrations.configuration import KEYS
from asyncapi_guard.integrations.recording.repeats import Repeats

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "running.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(ASYNCAPI_GUARD_\w+)` \| .*? \| (.*) \|$", re.MULTILINE)

CHAT = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  chat:
    address: /chat
    messages:
      say:
        payload:
          type: object
          properties:
            text: {type: string}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/chat'}
servers:
  production: {host: chat.example.com, protocol: wss}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asyncapi.yml").write_text(CHAT, encoding="utf-8")
    (tmp_path / "specs").mkdir()
    monkeypatch.chdir(tmp_path)


def programs() -> list[str]:
    return [text for kind, text in FENCE.findall(TEXT) if kind == "python"]


def said() -> list[str]:
    return [
        line for kind, text in FENCE.findall(TEXT) if kind == "text" for line in text.splitlines()
    ]


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
    return names


def test_the_table_has_every_key() -> None:
    """And no other."""
    assert sorted(key for key, _ in ROW.findall(TEXT)) == sorted(KEYS)


def test_the_examples_of_keys_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """All together, in the environment of the page's factory."""
    for key, cell in ROW.findall(TEXT):
        if key not in ("ASYNCAPI_GUARD_ON_VIOLATION", "ASYNCAPI_GUARD_DOCS_AUTH"):
            monkeypatch.setenv(f"FLASK_{key}", cell.rpartition(": `")[2].rstrip("`"))
    (Path("specs") / "asyncapi.yml").write_text(Path("asyncapi.yml").read_text())
    monkeypatch.setenv("FLASK_ASYNCAPI_GUARD_SPEC", "specs/asyncapi.yml")
    names = run(programs()[0])
    app = names["create_app"]()
    guard = app.extensions["asyncapi_guard"]
    assert guard.guard.policy.exclude == {"/admin", "/internal"}
    assert names["guard"].contract is guard.contract


def test_the_other_program_runs(capsys: pytest.CaptureFixture[str], contract: Any) -> None:
    """Its hook prints what a violation has."""
    hook = run(programs()[1])["on_violation"]
    guard = AsyncAPIGuard(contract(), on_violation=hook)
    guard.recorder.record(guard.guard.receive_event("/", "move", ["no"]), "s1", "192.0.2.7")
    assert capsys.readouterr().out == "rejected request_validation_error move s1 192.0.2.7\n"


def test_the_lines_are_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Rejected, reported with a count, and about handlers."""
    time = [0.0]
    for mode in ("enforce", "report"):
        guard = AsyncAPIGuard("asyncapi.yml", policy=Policy(mode=mode))  # type: ignore[arg-type]
        guard.recorder._repeats = Repeats(lambda: time[0])
        verdict = guard.guard.receive_event("/chat", "say", [{"text": 5}])
        for _ in range(1 if mode == "enforce" else 42):
            guard.recorder.record(verdict, "Zb6Wq9", "192.0.2.7")
    time[0] = 60
    guard.recorder.record(verdict, "Zb6Wq9", "192.0.2.7")
    rejected, _, counted = caplog.messages
    assert said()[:2] == [rejected, counted]


def test_the_lines_about_handlers_are_what_is_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the place of the handler."""
    import socketio

    module = types.ModuleType("myapp.events")
    monkeypatch.setitem(sys.modules, "myapp.events", module)
    source = "\n" * 11 + "def on_sya(sid, data): ...\n"
    exec(compile(source, str(Path("events.py").absolute()), "exec"), vars(module))
    server = socketio.Server(async_mode="threading")
    server.on("sya", module.on_sya, namespace="/chat")
    guard = AsyncAPIGuard("asyncapi.yml")
    guard.handler_check.run(server, guard.guard)
    assert said()[2:] == caplog.messages
