"""What the Live page makes of its numbers, without a browser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from levels import LEVEL

JS = Path(__file__).parents[1] / "js"


def test_numbers_become_rows_points_and_questions() -> None:
    """Node runs the modules that need no page."""
    if not shutil.which("node"):
        (pytest.fail if LEVEL.everything else pytest.skip)("node is not installed")
    command = ["node", "--test", "--test-reporter=tap", "live.test.mjs"]
    done = subprocess.run(command, cwd=JS, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 10\n" in done.stdout
