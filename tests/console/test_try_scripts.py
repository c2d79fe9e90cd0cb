"""The Try page's scripts that need no page, under Node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from levels import LEVEL

JS = Path(__file__).parents[1] / "js"


def test_the_parts_of_the_try_page_that_need_no_page() -> None:
    """JSON text, values, forms, sequences, links and exported tests."""
    node = shutil.which("node")
    if node is None:
        (pytest.fail if LEVEL.everything else pytest.skip)("node is not installed")
    done = subprocess.run(
        [str(node), "--test", "--test-reporter=tap", "try.test.mjs"],
        cwd=JS,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
