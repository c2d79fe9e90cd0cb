"""The official JavaScript client on guarded examples: on threads and on asyncio."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "tests" / "js"


@contextmanager
def served(script: str, *options: str) -> Iterator[str]:
    """An example as users start it, on a free port: its address."""
    command = [sys.executable, "-u", str(ROOT / "examples" / script), *options]
    with subprocess.Popen(
        command,
        env={**os.environ, "PORT": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            # The server's log has the port that it was given.
            line = next(
                filter(None, map(re.compile(r"http://127\.0\.0\.1:\d+").search, process.stderr))
            )
            yield line.group()
        finally:
            process.terminate()
            process.stderr.read()


@pytest.fixture
def node(skip_or_fail: Any) -> str:
    """Where Node is, and the client with it."""
    found = shutil.which("node")
    if found is None:
        skip_or_fail("node is not installed")
    if not (JS / "node_modules" / "socket.io-client").is_dir():
        skip_or_fail("socket.io-client is not installed: run npm install in tests/js")
    return str(found)


def run(node: str, file: str, passes: int, **env: str) -> None:
    """Run a file of Node's tests, none of which is skipped.

    Polls that are under way when a client leaves are not waited for: engine.io's server on asyncio
    answers them after 45 s.
    """
    done = subprocess.run(
        [node, "--test", "--test-force-exit", "--test-reporter=tap", file],
        cwd=JS,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"# pass {passes}\n" in done.stdout
    assert "# skipped 0" in done.stdout


@pytest.mark.parametrize(
    "script", ["server.py", pytest.param("asgi_server.py", marks=pytest.mark.slow)]
)
def test_the_javascript_client_plays_and_is_rejected(script: str, node: str) -> None:
    """Moves, structured rejections, `connect_error`: over WebSocket and polling."""
    with served(f"tictactoe/{script}", "--port", "0") as url:
        run(node, "client.test.mjs", 10, TICTACTOE_URL=url)


def test_the_javascript_client_chats_on_asyncio(node: str) -> None:
    """Events, acks, rejections, refused connects, bytes, and broadcasts of the FastAPI example."""
    with served("asyncio_fastapi/chat.py") as url:
        run(node, "chat.test.mjs", 16, CHAT_URL=url)
