"""The official JavaScript client against a mock, on threads and on asyncio."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from test_mock_docs import DOCUMENT, SCENARIO, blocks

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "tests" / "js"


def test_the_javascript_client(serve: Any, tmp_path: Path, skip_or_fail: Any) -> None:
    """It is answered, hears events, learns its mistakes; and the page's snippet runs."""
    node = shutil.which("node")
    if node is None:
        skip_or_fail("node is not installed")
    if not (JS / "node_modules" / "socket.io-client").is_dir():
        skip_or_fail("socket.io-client is not installed: run npm install in tests/js")
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT)
    (tmp_path / "scenario.yml").write_text(SCENARIO)
    url = serve(tmp_path / "asyncapi.yml", scenario=tmp_path / "scenario.yml")
    (snippet,) = blocks("js")
    # In the folder whose packages it needs.
    file = JS / f".snippet-{os.getpid()}.mjs"
    text = snippet.replace("http://127.0.0.1:5000", url).replace('"Ada"', '"Ben"')
    file.write_text(text + "export const done = () => socket.disconnect();\n")
    try:
        done = subprocess.run(
            [str(node), "--test", "--test-force-exit", "--test-reporter=tap", "mock.test.mjs"],
            cwd=JS,
            env={**os.environ, "MOCK_URL": url, "SNIPPET": str(file)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        file.unlink()
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 9\n" in done.stdout
    assert "# skipped 0" in done.stdout
