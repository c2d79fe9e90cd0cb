"""The console's Live page in a real browser, in front of guarded servers with real clients."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser, wait_for
from ports import free_port

SERVER = Path(__file__).with_name("live_server.py")


@pytest.mark.slow
def test_the_live_page_in_a_browser(tmp_path: Path) -> None:
    """Traffic, violations, report mode, time spans, states, keys, axe-core, pictures.

    `PICTURES=docs/pictures` writes the pictures that the docs show.
    """
    need_browser()
    pictures = Path(os.environ.get("PICTURES", tmp_path)).resolve()
    servers = {
        "FLASK": ("flask",),
        "ASGI": ("asgi",),
        "REPORT": ("flask", "report"),
        "PAST": ("flask", "past"),
    }
    bases = {}
    with ExitStack() as stack:
        for name, (kind, *how) in servers.items():
            port = free_port()
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            command = [sys.executable, str(SERVER), kind, str(port), *how]
            server = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
            stack.callback(server.terminate)
            bases[name] = f"http://127.0.0.1:{port}/"
        for base in bases.values():
            wait_for(f"{base}ready")
        told = run_in_browser("live.test.mjs", {**bases, "PICTURES": str(pictures)})
    assert "# fail 0" in told
    assert {file.name[:2] for file in pictures.glob("*-live-*.png")} == {"07", "08"}
