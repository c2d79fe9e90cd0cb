"""The console's pages in a real browser while a server sends two hundred events a second."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import need_browser, run_in_browser, wait_for
from levels import LEVEL, LEVELS
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVER = Path(__file__).with_name("busy_server.py")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A busy server, with the URL of its console."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/asyncapi/"
    command = [sys.executable, str(SERVER), str(port)]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
    ):
        try:
            wait_for(url)
            yield url
        finally:
            server.terminate()
            server.wait(300)


@pytest.mark.slow
def test_a_busy_namespace_in_a_browser(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Rows stay few, nothing is lost, and what people click takes effect meanwhile."""
    need_browser()
    seconds = 15 if LEVELS["full"] == LEVEL else 6
    with serving(tmp_path) as url:
        told = run_in_browser("busy.test.mjs", {"BASE": url, "SECONDS": str(seconds)})
    assert "# fail 0" in told
    record_property("figures", "\n".join(re.findall("(?m)^# .*figures (.*)$", told)))


@pytest.mark.slow
def test_what_people_have_set_in_a_browser(tmp_path: Path) -> None:
    """Forced colors, more contrast, less motion."""
    need_browser()
    with serving(tmp_path) as url:
        told = run_in_browser("settings.test.mjs", {"BASE": url})
    assert "# fail 0" in told
