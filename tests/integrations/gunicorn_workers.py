"""Workers of gunicorn, forked from a process with `serve_logged` in it, and their clients."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import requests
import socketio
from conftest import PATIENCE
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Said:
    """What clients have said: each of them one event that is fine, and one that is not.

    Attributes:
        url: where the workers are.
        pid: of the process that has forked them.
        clients: how many there were.
        workers: the processes that have answered.
    """

    url: str
    pid: int
    clients: int = 0
    workers: set[int] = field(default_factory=set)


@contextlib.contextmanager
def talking(folder: Path, **env: str) -> Iterator[Said]:
    """Have clients talk to two workers at least; the workers end, in order, with the context."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--preload", "-w", "3", "-k", "gthread"]
    command += ["--threads", "20", "-b", f"127.0.0.1:{port}", "serve_logged:app"]
    paths = [str(Path(__file__).parent), *filter(None, sys.path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **env}
    log = folder / "gunicorn.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=folder, env=env, stderr=errors)
    said = Said(f"http://127.0.0.1:{port}", process.pid)
    deadline = time.monotonic() + PATIENCE
    try:
        while not _answers(said.url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while len(said.workers) < 2 or said.clients < 6:
            assert time.monotonic() < deadline
            _talk(said)
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _talk(said: Said) -> None:
    client = socketio.Client(reconnection=False, handle_sigint=False)
    client.connect(said.url, transports=["websocket"], wait_timeout=PATIENCE)
    said.clients += 1
    said.workers.add(client.call("say", 5, timeout=PATIENCE))
    client.call("say", "fine", timeout=PATIENCE)
    client.call("bye", "fine", timeout=PATIENCE)
    client.disconnect()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/socket.io/?EIO=4&transport=polling", timeout=PATIENCE).ok
    except requests.ConnectionError:
        return False
