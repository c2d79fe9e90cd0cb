"""Guarded servers in processes of their own, on threads, on greenlets or on asyncio."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from traffic_controls import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("serve_traffic.py")
#: What the programs share with all tests.
SHARED = str(Path(__file__).parents[1] / "running")
#: Ways to put the guard on a `Stage`'s server, and the namespace whose handlers end.
ENTRANCES = ("init_app", "protect", "drop_in")
#: Flask-SocketIO, and so the other two, has no servers on asyncio.
ON_ASYNCIO = ("protect",)
NAMESPACE = "/rooms/red"
#: What servers run on, as parameters; the default run leaves greenlets out (`tests/conftest.py`).
THREADING = pytest.param("threading")
GREENLETS = [pytest.param(mode, marks=pytest.mark.greenlets) for mode in ("gevent", "eventlet")]


def is_missing(mode: str) -> str | None:
    """Why there are no servers of this kind here, if there are none."""
    if mode in ("threading", "asyncio") or importlib.util.find_spec(mode) is not None:
        return None
    return f"{mode} is not installed: `nox -s greenlets` has it"


@contextlib.contextmanager
def serving(log: Path, *arguments: str, program: Path = PROGRAM) -> Iterator[str]:
    """Run a program with these arguments, and what it says in a file: its address."""
    command = [sys.executable, str(program), *arguments]
    paths = [SHARED, *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with log.open("w") as written:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=written, text=True, env=env
        )
    try:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        address = _output(process).readline().strip() if ready else ""
        assert address.startswith("http"), f"no server came up: {log.read_text()}"
        yield address
    finally:
        process.kill()
        process.wait()
        _output(process).close()


def _output(process: subprocess.Popen[str]) -> Any:
    return process.stdout
