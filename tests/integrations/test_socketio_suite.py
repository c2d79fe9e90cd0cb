"""python-socketio's own tests, unmodified: with a guard on every server and every client.

They are in its source distribution alone: `fetch_socketio_suite.py` gets them. Tests of what has
neither in it (packets, the managers for Redis) are left out.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "python-socketio"
DIFFERENCES = HERE / "socketio_differences.txt"
KINDS = ("common", "async")


def differences() -> dict[str, str]:
    """Why each test fails that does."""
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {test: reason for test, reason in rows}  # noqa: C416  # each has two


@pytest.fixture
def suite(skip_or_fail: Any) -> Path:
    """The folder that the tests are in."""
    found = next(iter(CACHE.glob("python_socketio-*/tests")), None)
    if found is None:
        skip_or_fail(
            "python-socketio's tests are not there: run tests/integrations/fetch_socketio_suite.py"
        )
    if found.parent.name != f"python_socketio-{version('python-socketio')}":
        skip_or_fail(
            "python-socketio's tests are another version's: "
            "run tests/integrations/fetch_socketio_suite.py again"
        )
    if importlib.util.find_spec("msgpack") is None:
        skip_or_fail("python-socketio's tests need msgpack: run pip install msgpack")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("guarded", "modules", "passing", "least"),
    [
        ("servers", ("server", "namespace", "manager", "pubsub_manager"), 361, 100),
        ("clients", ("client", "simple_client"), 186, 40),
        ("servers", ("admin",), 19, 10),  # these wait for minutes, with and without a guard
    ],
    ids=["servers", "clients", "admin"],
)
def test_python_socketio_passes_its_own_tests_under_the_guard(
    guarded: str, modules: tuple[str, ...], passing: int, least: int, suite: Path
) -> None:
    """Each test that fails is listed with its reason, and whatever is listed fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "guard_every_socketio"]
    options = ["-p", "no:cacheprovider", "-W", "ignore", f"--rootdir={suite.parent}"]
    files = [f"tests/{kind}/test_{module}.py" for kind in KINDS for module in modules]
    done = subprocess.run(
        [*command, *options, "-c", os.devnull, *files],
        cwd=suite.parent,
        env={
            **os.environ,
            "GUARDED": guarded,
            "PYTHONPATH": os.pathsep.join((str(HERE), str(ROOT))),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    found = re.findall(r"^(PASSED|FAILED|ERROR) tests/(\S+)", done.stdout, re.MULTILINE)
    failed = {test for outcome, test in found if outcome != "PASSED"}
    listed = {test for test in differences() if f"tests/{test.partition('::')[0]}" in files}
    assert failed == listed, done.stdout[-4000:] + done.stderr[-2000:]
    assert len(found) - len(failed) == passing
    numbers = dict(re.findall(r"(\w+)=(\d+)", done.stdout))
    assert int(numbers["judged"]) >= least
