"""Pages of the docs that show a whole server: their files and their commands."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs" / "how-to"
#: Where the servers of all pages are.
PORT = "8000"
_SAVED = re.compile(r"as `([\w.]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page:
    """A how-to guide.

    Attributes:
        text: all of it.
        files: what it says to save, by name.
    """

    def __init__(self, name: str) -> None:
        self.text = (DOCS / name).read_text(encoding="utf-8")
        self.files: dict[str, str] = dict(_SAVED.findall(self.text))

    def save(self, folder: Path, port: int | str = PORT) -> None:
        """Save its files, as it says; with another port than it says."""
        for name, text in self.files.items():
            (folder / name).write_text(text.replace(PORT, str(port)), encoding="utf-8")

    def blocks(self, kind: str) -> list[str]:
        """The blocks of a kind: `json`, `sh`, `text`."""
        return [text for found, text in _FENCE.findall(self.text) if found == kind]

    def commands(self) -> list[str]:
        """What it says to run, without what installs."""
        lines = "".join(self.blocks("sh")).splitlines()
        return [line for line in lines if not line.startswith("pip install")]


@contextmanager
def running(command: list[str], folder: Path, page: Page) -> Iterator[str]:
    """A server of a page, as the page says to run it, but for its port: its address."""
    port = free_port()
    page.save(folder, port)
    command = [part.replace(PORT, str(port)) for part in command]
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(),
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server at once, and its workers: some wait up to 45 s for the last poll of a client."""
    if os.name == "posix":
        with suppress(ProcessLookupError):  # none of them came up
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no server came up: {log.read_text(encoding='utf-8')}")
