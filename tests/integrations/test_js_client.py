"""The official JavaScript client plays tic-tac-toe on the guarded example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "tests" / "js"


@pytest.fixture
def server() -> Iterator[str]:
    """The example as users start it, on a free port: its address."""
    command = [sys.executable, "-u", str(ROOT / "examples" / "tictactoe" / "server.py")]
    with subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            # Werkzeug's log has the port that it was given.
            line = next(
                filter(None, map(re.compile(r"http://127\.0\.0\.1:\d+").search, process.stderr))
            )
            yield line.group()
        finally:
            process.terminate()
            process.stderr.read()


def test_the_javascript_client_plays_and_is_rejected(skip_or_fail: Any, request: Any) -> None:
    """Moves, structured rejections, `connect_error`: over WebSocket and polling."""
    node = shutil.which("node")
    if node is None:
        skip_or_fail("node is not installed")
    if not (JS / "node_modules" / "socket.io-client").is_dir():
        skip_or_fail("socket.io-client is not installed: run npm install in tests/js")
    url = request.getfixturevalue("server")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "client.test.mjs"],
        cwd=JS,
        env={**os.environ, "TICTACTOE_URL": url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 10" in done.stdout
    assert "# skipped 0" in done.stdout
