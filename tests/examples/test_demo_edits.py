"""The demo while somebody edits its document."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio
from ports import free_port

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


QUESTION = {
    "checkpoint": "receive_event",
    "namespace": "/",
    "event": "make_move",
    "args": [MISTAKE],
}


class Page:
    """A page of the demo, and the document that its server watches."""

    def __init__(self, client: pysocketio.Client, file: Path) -> None:
        self.client = client
        self.file = file

    def told(self) -> dict[str, Any]:
        """What the server says of a mistake that it has just answered."""
        self.client.call("make_move", MISTAKE, timeout=PATIENCE)
        found: dict[str, Any] = self.client.call(
            "explain", QUESTION, namespace="/demo", timeout=PATIENCE
        )
        return found

    def save(self, text: str | None, said: str) -> dict[str, Any]:
        """Save a text, or delete the file, and wait until the server says something of that."""
        if text is None:
            self.file.unlink()
        else:
            self.file.write_text(text)
        deadline = time.monotonic() + PATIENCE
        while not re.search(said, (found := self.told())["edited"]):
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        state = self.client.call("state", namespace="/demo", timeout=PATIENCE)
        assert state["edited"] == found["edited"]
        return self.told()  # the last mistake may be older than what is in force


@pytest.mark.slow
@pytest.mark.parametrize("script", ["server.py", "asgi_server.py"])
def test_an_edit_is_in_force_as_soon_as_it_can_be(
    script: str, tmp_path: Path, unused_port: int
) -> None:
    """Lines are those of what is in force, whatever becomes of the file; the switch stays."""
    folder = tmp_path / "tictactoe"
    shutil.copytree(ROOT / "examples" / "tictactoe", folder)
    file = folder / "specs" / "tictactoe.yml"
    file.parent.mkdir()
    shutil.copy(ROOT / "specs" / "tictactoe.yml", file)
    text = file.read_text()
    with demo(folder, script, unused_port) as client:
        page = Page(client, file)
        first = page.told()
        (problem,) = first["problems"]
        assert (first["edited"], problem["path"]) == ("", "/x")
        lower = page.save("# More.\n" * 5 + text, "It is enforced as it is now")
        assert lower["problems"] == [{**problem, "line": problem["line"] + 5}]
        for broken, said in (
            (text.replace("title:", "titel:"), r"tictactoe.yml:\d+:\d+: .*until you fix"),
            (text[: len(text) // 2], r"specs/tictactoe.yml:\d+:\d+: "),
            (None, "cannot be read. The server enforces what it read before"),
        ):
            assert page.save(broken, said)["problems"] == lower["problems"]
        wider = re.sub(r"maximum: \d+", "maximum: 9", text)
        assert page.save(wider, "It is enforced as it is now")["problems"] == []
        off = client.call("guard", False, namespace="/demo", timeout=PATIENCE)
        assert not off["guarded"]
        assert page.save(text, "^$")["problems"] == first["problems"]
        assert not client.call("state", namespace="/demo", timeout=PATIENCE)["guarded"]


@pytest.fixture
def unused_port() -> int:
    """A port that nobody has."""
    return free_port()
