"""The demo, played in a real browser."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from browsing import free_port, need_browser, run_in_browser, wait_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--asgi",)])
def test_the_demo_is_playable_in_a_browser(options: tuple[str, ...], tmp_path: Path) -> None:
    """On threads and on asyncio: two tabs play, illegal packets are rejected, the CSP holds."""
    need_browser()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "asyncapi_guard", "demo", "--port", str(port), *options]
    with (
        (tmp_path / "server.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as server,
    ):
        try:
            wait_for(base)
            told = run_in_browser("demo.test.mjs", {"BASE": base})
        finally:
            server.terminate()
            server.wait(300)
    assert "# pass 3" in told
