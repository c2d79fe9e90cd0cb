"""Flask-SocketIO's own tests, unmodified: with a guard on every server, and with the drop-in."""

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


@pytest.fixture
def suite(skip_or_fail: Any) -> Path:
    folder = Path(os.environ.get("FLASK_SOCKETIO_SUITE") or CACHE)
    found = next(iter(sorted(folder.rglob("test_socketio.py"))), None)
    if found is None:
        skip_or_fail(
            "Flask-SocketIO's tests are not there: run tests/integrations/fetch_flask_suite.py"
        )
    if not version("flask-socketio").startswith("5.7."):
        pytest.skip("the suite is of Flask-SocketIO 5.7, and another version is installed")
    return found


def run(suite: Path, folder: Path, plugin: str, **environment: str) -> dict[str, int]:
    """Run the suite with a plugin, and see it pass: the numbers that the plugin wrote."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--rootdir={folder}", "-c", os.devnull, str(suite)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "43 passed" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", done.stdout)}


def test_flask_socketio_passes_its_own_tests_under_the_guard(suite: Path, tmp_path: Path) -> None:
    """All 43 pass, the guards judged traffic, and rejected only what fails without them too."""
    numbers = run(suite, tmp_path, "guard_every_server")
    assert numbers["judged"] > 50
    assert numbers["rejected"] == 1  # what one test lets fail: it has no form in JSON


@pytest.mark.parametrize(
    ("validate", "spec"),
    [
        ("validate", "hints"),
        pytest.param("validate", "spec", marks=pytest.mark.slow),
        pytest.param("idle", "hints", marks=pytest.mark.slow),
        pytest.param("idle", "spec", marks=pytest.mark.slow),
    ],
)
def test_flask_socketio_passes_its_own_tests_as_the_drop_in(
    validate: str, spec: str, suite: Path, tmp_path: Path
) -> None:
    """All 43 pass with the drop-in in place of `SocketIO`; without `validate` there is no guard."""
    numbers = run(suite, tmp_path, "drop_in_every_server", DROP_IN=f"{validate} {spec}")
    assert numbers["made"] > 2
    if validate == "idle":
        assert numbers["guards"] == 0
        return
    # A few are made without an application, and one is initialised in a test.
    assert numbers["guards"] > 2
    assert numbers["judged"] > 50
    assert numbers["rejected"] == 1  # as above
