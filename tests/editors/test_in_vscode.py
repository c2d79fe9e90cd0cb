"""The extension in Visual Studio Code itself, as code-server serves it to a browser.

Set `CODE_SERVER` to code-server's program, or to the `out/node/entry.js` of its package. Nothing
installs it for the tests: it is large, and its package builds native modules.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from browsing import need_browser, run_in_browser, wait_for
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

CODE_SERVER = os.environ.get("CODE_SERVER", "")
DOCUMENT = """\
asyncapi: 3.1.0
info: {title: Quay, version: 1.0.0}
channels:
  quay:
    adress: /quay
    messages:
      moor: {payload: {type: string}}
operations:
  moor:
    action: receive
    channel: {$ref: '#/channels/quay'}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CODE_SERVER, reason="set CODE_SERVER to run the extension in an editor"),
]


def test_in_the_editor(package: Path, tmp_path: Path) -> None:
    """It shows a finding, fixes it, names the event, and opens the console."""
    need_browser()
    workspace, settings = tmp_path / "workspace", tmp_path / "data" / "User" / "settings.json"
    workspace.mkdir()
    (workspace / "asyncapi.yml").write_text(DOCUMENT)
    settings.parent.mkdir(parents=True)
    values = {"asyncapiGuard.command": sys.executable, "files.autoSave": "off"}
    settings.write_text(json.dumps({**values, "workbench.startupEditor": "none"}))
    program = ["node", CODE_SERVER] if CODE_SERVER.endswith(".js") else [CODE_SERVER]
    own = ["--user-data-dir", str(tmp_path / "data"), "--extensions-dir", str(tmp_path / "ext")]
    subprocess.run([*program, *own, "--install-extension", str(package)], check=True, timeout=300)
    port = free_port()
    serve = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-workspace-trust"]
    with subprocess.Popen([*program, *own, *serve, "--disable-update-check"]) as process:
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_for(f"{url}healthz")
            said = run_in_browser("vscode.test.mjs", {"URL": f"{url}?folder={workspace}"})
        finally:
            process.terminate()
    assert "# fail 0" in said
    assert (workspace / "asyncapi.yml").read_text() == DOCUMENT.replace("adress", "address")
