"""The console by keyboard alone, and for screen readers, in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser, running, wait_for
from ports import free_port

HERE = Path(__file__).parent
HARBOR = HERE.parent / "console" / "harbor.yml"


@pytest.mark.slow
def test_everybody_can_use_the_console(tmp_path: Path) -> None:
    """axe-core, each stop of the Tab key, skip links, dialogs, and what is announced."""
    need_browser()
    site, chat, demo = tmp_path / "site", str(free_port()), str(free_port())
    command = [sys.executable, "-m", "asyncapi_guard", "docs", HARBOR, "-o", site]
    subprocess.run(command, check=True, timeout=300)
    commands = {
        "chat": [str(HERE / "console_servers.py"), "chat", "flask", chat],
        "demo": ["-m", "asyncapi_guard", "demo", "--port", demo],
    }
    urls = {"CHAT": f"http://127.0.0.1:{chat}/asyncapi/", "DEMO": f"http://127.0.0.1:{demo}/"}
    with running(tmp_path, commands):
        for url in urls.values():
            wait_for(url)
        told = run_in_browser("access.test.mjs", {**os.environ, **urls, "SITE": str(site)})
    assert "# fail 0" in told
