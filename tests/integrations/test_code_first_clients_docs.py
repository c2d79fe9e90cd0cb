"""docs/how-to/code-first-clients.md: its programs run, and do what the page says."""

from __future__ import annotations

import asyncio
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import socketio
from code_first_client_stage import Server

from asyncapi_guard import AckValidationError, EmitValidationError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "code-first-clients.md"
EXAMPLE = ROOT / "examples" / "guarded_client"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(index: int) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(PROGRAMS[index], str(PAGE), "exec", dont_inherit=True), names)
    return names


def test_the_first_program(net: Any) -> None:
    """It hears, answers, asks, and is guarded by its own document."""
    server = Server(net)
    server.answers["move"] = {"ok": True}
    names = run(0)
    sio = names["sio"]
    with pytest.raises(EmitValidationError):
        sio.connect(server.url, auth=names["Auth"].model_construct(token="a"))
    assert names["play"](server.url) == names["Answer"](ok=True)
    try:
        assert server.auths == [{"token": "abcd"}]
        assert server.ask("moved", {"x": 2}) == {"ok": False}
        assert server.ask("moved", {"x": 3})["error"]["code"] == "request_validation_error"
        server.answers["move"] = {"ok": "yes"}
        with pytest.raises(AckValidationError):
            sio.call("move", {"x": 1})
    finally:
        sio.disconnect()
    document = sio.asyncapi_doc.dict()
    assert document["info"]["title"] == "Player"
    actions = {key: each["action"] for key, each in document["operations"].items()}
    assert actions["receive_moved"] == "receive"
    assert actions["send_move"] == "send"


def test_the_document_of_a_server(net: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the example for guarded clients."""
    monkeypatch.chdir(EXAMPLE)
    url = net.serve(socketio.WSGIApp(runpy.run_path("todo_server.py")["server"]))
    add = run(1)["add"]
    assert asyncio.run(add(url, "milk"))["text"] == "milk"
    monkeypatch.chdir(EXAMPLE)
    assert asyncio.run(run(1)["add"](url, 7)) == "emit_validation_error"


def test_all_programs_are_run() -> None:
    """There are no others."""
    assert len(PROGRAMS) == 2
