"""The console's Try page in a real browser, where no WebSocket is let through."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import flask
import pytest
import socketio as pysocketio
from browsing import need_browser, run_in_browser
from conftest import Serving
from console_chat import CHAT
from flask_socketio import SocketIO
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from pathlib import Path

TRANSPORTS = {"POLLING": ["polling"], "WEBSOCKET": ["websocket"], "BOTH": ["polling", "websocket"]}


def on_flask(net: Any, chat: Path, transports: list[str]) -> str:
    app = flask.Flask(__name__)
    io = SocketIO(app, async_mode="threading", transports=transports)
    AsyncAPIGuard(chat, docs="/asyncapi").init_app(app, io)

    @io.on("say")
    def say(message: Any) -> bool:
        io.emit("said", "a-text-with-ü-and-\x1e")
        if message["text"] == "go":
            io.server.disconnect(flask.request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO sets it
        return True

    @io.on("file")
    def file(content: bytes) -> None:
        io.emit("said", content.hex())

    url: str = net.serve(app)
    return url


def on_asgi(net: Any, chat: Path, transports: list[str]) -> str:
    server = pysocketio.AsyncServer(async_mode="asgi", transports=transports)
    guard = AsyncAPIGuard(chat, docs="/asyncapi")
    guard.protect(server)

    @server.on("say")
    async def say(sid: str, message: Any) -> bool:
        await server.emit("said", "a-text-with-ü-and-\x1e")
        if message["text"] == "go":
            await server.disconnect(sid)
        return True

    @server.on("file")
    async def file(_sid: str, content: bytes) -> None:
        await server.emit("said", content.hex())

    url: str = net.also_serve(Uvicorn(guard.asgi(pysocketio.ASGIApp(server)))).url
    return url


@pytest.mark.slow
@pytest.mark.parametrize("serve", [on_flask, on_asgi])
def test_the_try_page_polls(serve: Any, tmp_path: Path) -> None:
    """Events, acks, bytes and ends go by HTTP; and by one transport alone where one is chosen."""
    need_browser()
    chat = tmp_path / "chat.yml"
    chat.write_text(CHAT, encoding="utf-8")
    with closing(Serving()) as net:
        urls = {
            name: f"{serve(net, chat, transports)}/asyncapi/"
            for name, transports in TRANSPORTS.items()
        }
        told = run_in_browser("polling.test.mjs", urls)
    assert "# fail 0" in told
