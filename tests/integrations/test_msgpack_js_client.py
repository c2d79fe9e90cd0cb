"""The official JavaScript client with its MessagePack parser, against guarded servers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from socketio import ASGIApp
from traffic_asyncio import Uvicorn, new_async_application

JS = Path(__file__).resolve().parents[2] / "tests" / "js"
RETURNS = {"move": {"ok": True}, "upload": 1}


def on_threads(application: Any, net: Any) -> str:
    """A server on threads: its address."""
    made = application(serializer="msgpack")
    made.returns.update(RETURNS)

    def begin() -> None:
        sid = list(made.server.manager.get_participants("/", None))[-1][0]
        made.server.emit("question", "q", to=sid, callback=lambda answer: told(answer, sid))

    def told(answer: Any, sid: str) -> None:
        made.server.emit("plain", answer["answer"], to=sid)

    made.socketio.on("begin")(begin)
    return str(net.serve(made.app))


def on_asyncio(application: Any, net: Any) -> str:
    """A server on asyncio: its address."""
    # A client that leaves while it polls waits for the next ping.
    server = {"serializer": "msgpack", "ping_interval": 1, "ping_timeout": 1}
    made = new_async_application(server=server)
    made.returns.update(RETURNS)

    @made.server.on("begin")
    async def begin(sid: str) -> None:
        async def told(answer: Any) -> None:
            await made.server.emit("plain", answer["answer"], to=sid)

        await made.server.emit("question", "q", to=sid, callback=told)

    return str(net.also_serve(Uvicorn(ASGIApp(made.server))).url)


@pytest.mark.slow
@pytest.mark.parametrize("serve", [on_threads, on_asyncio])
def test_the_javascript_client_is_understood_and_understands(
    serve: Any, application: Any, net: Any, skip_or_fail: Any
) -> None:
    """Acks, rejections, bytes, auth, and what JavaScript has extension types for."""
    node = shutil.which("node")
    if node is None:
        skip_or_fail("node is not installed")
    if not (JS / "node_modules" / "socket.io-msgpack-parser").is_dir():
        skip_or_fail("socket.io-msgpack-parser is not installed: run npm install in tests/js")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "msgpack.test.mjs"],
        cwd=JS,
        env={**os.environ, "MSGPACK_URL": serve(application, net)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 12" in done.stdout
    assert "# skipped 0" in done.stdout
