"""The console of an ASGI application in a real browser, where FastAPI mounts it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import fastapi
import pytest
import socketio
from browsing import need_browser, run_in_browser
from conftest import Serving
from console_chat import CHAT
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_console_is_at_home_below_a_path(tmp_path: Path) -> None:
    """Behind a prefix of the web server as well: its links, files, colors and verdicts."""
    need_browser()
    file = tmp_path / "chat.yml"
    file.write_text(CHAT, encoding="utf-8")
    server = socketio.AsyncServer(async_mode="asgi")
    guard = AsyncAPIGuard(file, docs="/asyncapi")
    guard.protect(server)
    app = fastapi.FastAPI()
    app.mount("/ws", guard.asgi(socketio.ASGIApp(server)))
    with closing(Serving()) as net:
        for root_path in ("", "/shop"):
            url = net.also_serve(Uvicorn(app, root_path=root_path)).url
            told = run_in_browser("mounted.test.mjs", {"URL": f"{url}/ws/asyncapi/"})
            assert "# fail 0" in told
