"""The demo, played and broken in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser, wait_for
from ports import free_port


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--asgi",)])
def test_the_demo_in_a_browser(options: tuple[str, ...], tmp_path: Path) -> None:
    """A game, mistakes of clients and of the server, with and without the guard, axe-core, phones.

    `PICTURES=docs/pictures` writes the pictures that the docs show. The log has a line for each
    rejection, and none for a request.
    """
    need_browser()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "asyncapi_guard", "demo", "--port", str(port), *options]
    pictures = Path(os.environ.get("PICTURES", tmp_path)).resolve()
    logged = tmp_path / "server.log"
    with (
        logged.open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as server,
    ):
        try:
            wait_for(base)
            told = run_in_browser("demo.test.mjs", {"BASE": base, "PICTURES": str(pictures)})
        finally:
            server.terminate()
            server.wait(300)
    assert "# fail 0" in told
    lines = logged.read_text(encoding="utf-8").splitlines()
    assert any("rejected event 'make_move' from a client" in line for line in lines)
    assert not [line for line in lines if re.search(r"(GET|POST) /|HTTP/1", line)]
    assert {file.name[:2] for file in pictures.glob("*-demo-*.png")} == {"09", "10", "11", "12"}
