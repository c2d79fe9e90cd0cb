"""The demo while somebody edits its document."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
MISTAKE = {"game_id": 1, "x": 9, "y": 0}


@contextmanager
def demo(folder: Path, script: str, port: int) -> Iterator[pysocketio.Client]:
    """A copy of the demo, and one of its pages."""
    command = [sys.executable, "-u", str(folder / script), "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stdout)
            url = next(filter(None, found)).group()
            client = pysocketio.Client(reconnection=False, handle_sigint=False)
            # It says where it is before it listens.
            client.connect(url, namespaces=["/", "/demo"], wait_timeout=PATIENCE, retry=True)
            yield client
            client.disconnect()
        finally:
            server.terminate()
            server.stdout.read()


@pytest.mark.slow
@pytest.mark.parametrize("script", ["server.py", "asgi_server.py"])
def test_an_edit_is_told_and_changes_no_answer(
    script: str, tmp_path: Path, unused_port: int
) -> None:
    """Lines are those of what the server has read, whatever becomes of the file."""
    folder = tmp_path / "tictactoe"
    shutil.copytree(ROOT / "examples" / "tictactoe", folder)
    file = folder / "specs" / "tictactoe.yml"
    file.parent.mkdir()
    shutil.copy(ROOT / "specs" / "tictactoe.yml", file)
    text = file.read_text()
    with demo(folder, script, unused_port) as page:

        def told() -> dict[str, Any]:
            assert page.call("make_move", MISTAKE, timeout=PATIENCE)["error"]["code"]
            question = {
                "checkpoint": "receive_event",
                "namespace": "/",
                "event": "make_move",
                "args": [MISTAKE],
            }
            found: dict[str, Any] = page.call(
                "explain", question, namespace="/demo", timeout=PATIENCE
            )
            return found

        first = told()
        assert (first["edited"], first["problems"][0]["path"]) == ("", "/x")
        for edit, said in (
            ("# More.\n" * 5 + text, "has changed since the server started. To enforce it, press"),
            (
                text.replace("title:", "titel:"),
                r"tictactoe.yml:\d+:\d+: .*Fix the file, then",
            ),
            (text[: len(text) // 2], r"specs/tictactoe.yml:\d+:\d+: "),
            (None, "cannot be read. The server enforces what it read"),
            (text, "^$"),
        ):
            if edit is None:
                file.unlink()
            else:
                file.write_text(edit)
            again = told()
            assert again["problems"] == first["problems"]
            assert re.search(said, again["edited"]), again["edited"]
            state = page.call("state", namespace="/demo", timeout=PATIENCE)
            assert state["edited"] == again["edited"]


@pytest.fixture
def unused_port() -> int:
    """A port that nobody has."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
