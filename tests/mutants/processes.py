"""Processes that are ended with all that they started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"

_running: set[int] = set()


def end_with_us() -> None:
    """Let no process outlive this one, also when it is told to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_all)


def _end_all(*_: object) -> None:
    for group in list(_running):
        _end(group)
    os._exit(3)


def _end(group: int) -> None:
    """End a process with what it started: servers, and Redis."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def environment(root: Path, folder: Path, **more: str) -> dict[str, str]:
    """The environment of a run of tests: with our plugins, and a folder for what it leaves."""
    path = [str(INSIDE), str(root), os.environ.get("PYTHONPATH", "")]
    # The name of a test that runs us is not that of a test we run.
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "TMPDIR": str(folder),
        **more,
    }


def run(command: list[str], root: Path, env: dict[str, str], seconds: float) -> str | None:
    """Run a program: what it wrote; `None` if it takes too long."""
    with (Path(env["TMPDIR"]) / "output").open("w+b") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process.pid)
        try:
            process.wait(seconds)
            late = False
        except subprocess.TimeoutExpired:
            late = True
        finally:
            _end(process.pid)
            _running.discard(process.pid)
            process.wait()
        output.seek(0)
        return None if late else output.read().decode("utf-8", "replace")


class Nursery:
    """A process that starts runs of pytest quickly, one at a time.

    Args:
        root: where they run.
    """

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(INSIDE / "nursery.py")],
            cwd=root,
            env=environment(root, root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        _running.add(self._process.pid)

    def run(self, arguments: list[str], env: dict[str, str], seconds: float) -> str | None:
        """Run pytest: what it wrote; `None` if it takes too long."""
        output = Path(env["TMPDIR"]) / "output"
        asked = {"arguments": arguments, "env": env, "output": str(output)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        group = self._read()
        _running.add(group)
        late = threading.Event()
        timer = threading.Timer(seconds, lambda: (late.set(), _end(group)))
        timer.start()
        self._read()
        timer.cancel()
        _end(group)
        _running.discard(group)
        return None if late.is_set() else output.read_text(encoding="utf-8", errors="replace")

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()
        _running.discard(self._process.pid)
