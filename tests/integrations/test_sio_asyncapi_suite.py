"""SIO-AsyncAPI's own tests, with the import changed as docs/how-to/migrating.md says it.

They are not part of this repository, nor of a package: `fetch_sio_asyncapi_suite.py` clones them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "sio-asyncapi"
DIFFERENCES = HERE / "sio_asyncapi_differences.txt"
#: What the import change is; `AsyncAPIDoc` is not public, and loguru is its peer's own.
IMPORTS = {
    r"^from sio_asyncapi(\.application)? import": "from asyncapi_guard import",
    r"^from sio_asyncapi\.asyncapi\.docs import": (
        "from asyncapi_guard.integrations.asyncapi_socketio import"
    ),
    r"^from loguru import logger$": "",
}
#: A module that tests nothing but its own helpers.
LEFT_OUT = "test_utils.py"
PASSING = 46


def differences() -> dict[str, tuple[str, str]]:
    """What fails, by its test: the difference, and what it is there."""
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {test: (name, reason) for test, name, reason in rows}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A folder with the tests, changed."""
    tests = Path(os.environ.get("SIO_ASYNCAPI_SUITE") or CACHE) / "tests"
    if not tests.is_dir():
        pytest.skip("its tests are not there: run tests/integrations/fetch_sio_asyncapi_suite.py")
    shutil.copytree(tests, tmp_path / "tests")
    (tmp_path / "tests" / LEFT_OUT).unlink()
    for file in (tmp_path / "tests").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        for theirs, ours in IMPORTS.items():
            text = re.sub(theirs, ours, text, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_its_tests_pass_but_for_the_differences_that_are_told(suite: Path) -> None:
    """Each test that fails is listed with its reason, and whatever is listed fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--rootdir={suite}", "-c", os.devnull, "-W", "ignore", "tests"],
        cwd=suite,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = re.findall(r"^(PASSED|FAILED|ERROR) tests/(\S+)", done.stdout, re.MULTILINE)
    failed = {test for outcome, test in found if outcome != "PASSED"}
    assert failed == differences().keys() - {LEFT_OUT}, done.stdout[-4000:] + done.stderr[-2000:]
    assert len(found) - len(failed) == PASSING


def test_every_difference_is_told_to_those_who_migrate() -> None:
    """By the name that it has in the list."""
    page = " ".join((ROOT / "docs" / "how-to" / "migrating.md").read_text(encoding="utf-8").split())
    for name, _ in differences().values():
        assert f"**{name}" in page, name
