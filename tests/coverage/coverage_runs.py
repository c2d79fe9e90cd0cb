"""Runs pytest with the plugin in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "tictactoe.yml"


def run(folder: Path, *options: str, env: dict[str, str] | None = None) -> Any:
    """A run of pytest in a process of its own."""
    found = [str(ROOT), str(ROOT / "examples" / "tictactoe")]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "asyncapi_guard.pytest_plugin", *options],
        cwd=folder,
        env={**plain, "PYTHONPATH": os.pathsep.join(found), **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
