"""What tests in a real browser need: the browser, node, and a server that has started."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from levels import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["results_in_browser", "run_in_browser", "running", "wait_for"]

HERE = Path(__file__).parent
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def need(condition: object, reason: str) -> None:
    """Skip, or fail where everything must run."""
    if not condition:
        (pytest.fail if LEVEL.everything else pytest.skip)(reason)


def need_browser() -> None:
    """Skip, or fail, without node, Chromium or what npm installs."""
    need(shutil.which("node"), "node is not installed")
    need(CHROMIUM, "Chromium is not installed")
    for package in ("playwright-core", "axe-core"):
        need((HERE / "node_modules" / package).is_dir(), "run npm install in tests/browser")


def run_in_browser(file: str, values: Mapping[str, str]) -> str:
    """Run the tests of a file with values of its environment: what node says of them."""
    done = _run(file, values)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def results_in_browser(file: str, values: Mapping[str, str]) -> dict[str, str]:
    """Run the tests of a file: of each, by its name, what failed; empty for nothing."""
    done = _run(file, values)
    parts = re.split(r"(?m)^(ok|not ok) \d+ - (.*)\n", done.stdout)[1:]
    assert parts, done.stdout + done.stderr
    kinds, names, texts = parts[::3], parts[1::3], parts[2::3]
    return {n: t if k == "not ok" else "" for k, n, t in zip(kinds, names, texts, strict=True)}


@contextmanager
def running(folder: Path, commands: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Processes with a log each, for as long as it takes."""
    with ExitStack() as stack:
        for name, command in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=log)
            stack.callback(stack.enter_context(process).terminate)
        yield


def _run(file: str, values: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "--test", "--test-reporter=tap", file],
        cwd=HERE,
        env={**os.environ, "CHROMIUM": str(CHROMIUM), **values},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=300).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} did not answer")
