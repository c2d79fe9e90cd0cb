"""docs/how-to/test-with-pytest.md: the tests that it shows pass, as it shows."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tutorial import PAGES, Run, Save, matches, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    """Its files are saved, and pytest prints what it says."""
    *saves, run = read(PAGES.parent / "how-to" / "test-with-pytest.md")
    for step in saves:
        assert isinstance(step, Save)
        (tmp_path / step.name).write_text(step.text, encoding="utf-8")
    assert isinstance(run, Run)
    done = subprocess.run(
        [sys.executable, "-m", *run.command.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert run.shown
    assert matches(run.shown, done.stdout), done.stdout + done.stderr
