"""A server that is guarded by the file that `asyncapi-guard init` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard, EmitValidationError
from asyncapi_guard.cli.skeleton import SKELETON, annotated

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_file_guards_a_server(tmp_path: Path, net: Any) -> None:
    """Events, acks, emits and the handshake are what its comments say."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(annotated(SKELETON, "asyncapi.yml"))
    app = Flask(__name__)
    io = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(file).init_app(app, io)

    @io.on("say")
    def say(text: str) -> Any:
        if text != "nothing":
            io.emit("said", {"by": "ann", "text": text})
        return {"ok": True}

    url = net.serve(app)
    with pytest.raises(pysocketio.exceptions.ConnectionError):
        net.client(url, auth={"token": 7})
    client = net.client(url, auth={"token": "t"})
    assert net.client(url).ask("say", "nothing") == [{"ok": True}]
    assert client.ask("say", "hello") == [{"ok": True}]
    assert client.received() == [("/", "said", [{"by": "ann", "text": "hello"}])]
    for event, *args in (("say", ""), ("say",), ("shout", "hello"), ("said", "hello")):
        assert client.ask(event, *args)[0]["error"]
    with pytest.raises(EmitValidationError):
        io.emit("said", {"by": "ann"})
