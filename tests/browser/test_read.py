"""The console's Read page in a real browser: served, from files, and with hostile documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser, wait_for
from ports import free_port
from test_hostile_documents import poisoned_harbor

SERVERS = Path(__file__).with_name("console_servers.py")
HARBOR = Path(__file__).parents[1] / "console" / "harbor.yml"


@pytest.mark.slow
def test_the_read_page_in_a_browser(tmp_path: Path) -> None:
    """Filter, links, keys, copying, phones, paper, no script, files, edits, axe-core, pictures.

    `PICTURES=docs/pictures` writes the pictures that the docs show.
    """
    need_browser()
    hostile = tmp_path / "hostile.json"
    document = poisoned_harbor()
    document["info"]["description"] += "\n\nOne more line." * 100
    hostile.write_text(json.dumps(document))
    edited = tmp_path / "edited.yml"
    edited.write_bytes(HARBOR.read_bytes())
    docs = [sys.executable, "-m", "asyncapi_guard", "docs"]
    subprocess.run([*docs, HARBOR, "-o", tmp_path / "site"], check=True, timeout=300)
    pictures = Path(os.environ.get("PICTURES", tmp_path)).resolve()
    bases = {}
    with ExitStack() as stack:
        for name, file in (("BASE", HARBOR), ("HOSTILE", hostile), ("EDITED", edited)):
            port = free_port()
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            command = [*docs, str(file), "--port", str(port)]
            server = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
            stack.callback(server.terminate)
            bases[name] = f"http://127.0.0.1:{port}/"
        port = free_port()
        log = stack.enter_context((tmp_path / "guarded.log").open("wb"))
        command = [sys.executable, str(SERVERS), "chat", "flask", str(port)]
        server = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
        stack.callback(server.terminate)
        bases["GUARDED"] = f"http://127.0.0.1:{port}/asyncapi/"
        for url in bases.values():
            wait_for(url)
        site = str(tmp_path / "site")
        values = {"SITE": site, "FILE": str(edited), "PICTURES": str(pictures)}
        told = run_in_browser("read.test.mjs", {**bases, **values})
    assert "# fail 0" in told
    assert {file.name[:2] for file in pictures.glob("*-read-*.png")} == {"01", "02", "03"}
