"""The demo, played in a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from levels import LEVEL

HERE = Path(__file__).parent
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def need(condition: object, reason: str) -> None:
    """Skip, or fail where everything must run."""
    if not condition:
        (pytest.fail if LEVEL.everything else pytest.skip)(reason)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--asgi",)])
def test_the_demo_is_playable_in_a_browser(options: tuple[str, ...], tmp_path: Path) -> None:
    """On threads and on asyncio: two tabs play, illegal packets are rejected, the CSP holds."""
    need(shutil.which("node"), "node is not installed")
    need(CHROMIUM, "Chromium is not installed")
    need((HERE / "node_modules" / "playwright-core").is_dir(), "run npm install in tests/browser")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "asyncapi_guard", "demo", "--port", str(port), *options]
    with (
        (tmp_path / "server.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as server,
    ):
        try:
            wait_for(base)
            done = subprocess.run(
                ["node", "--test", "--test-reporter=tap", "demo.test.mjs"],
                cwd=HERE,
                env={**os.environ, "BASE": base, "CHROMIUM": str(CHROMIUM)},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
        finally:
            server.terminate()
            server.wait(300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 3" in done.stdout


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
