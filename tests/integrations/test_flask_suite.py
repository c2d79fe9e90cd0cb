"""Flask-SocketIO's own tests, unmodified, with a guard on every server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "flask-socketio"


def _suite() -> Path | None:
    folder = Path(os.environ.get("FLASK_SOCKETIO_SUITE") or CACHE)
    return next(iter(sorted(folder.rglob("test_socketio.py"))), None)


def test_flask_socketio_passes_its_own_tests_under_the_guard(
    tmp_path: Path, skip_or_fail: Any
) -> None:
    """All 43 pass, the guards judged traffic, and refused only what fails without them too."""
    suite = _suite()
    if suite is None:
        skip_or_fail(
            "Flask-SocketIO's tests are not there: run tests/integrations/fetch_flask_suite.py"
        )
    if not version("flask-socketio").startswith("5.7."):
        pytest.skip("the suite is of Flask-SocketIO 5.7, and another version is installed")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "guard_every_server",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", "-c", os.devnull, str(suite)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "43 passed" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0
    numbers = dict(re.findall(r"(\w+)=(\d+)", done.stdout))
    assert int(numbers["judged"]) > 50
    assert int(numbers["refused"]) == 1  # the ack that one test lets fail
