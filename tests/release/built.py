"""Builds releases, by the build backend that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["ROOT", "build"]

ROOT = Path(__file__).parents[2]


def build(target: str, directory: Path, source: Path = ROOT, **variables: str) -> Path:
    """Build a `wheel` or an `sdist` of a source tree, and return the file."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(directory)],
        cwd=source, check=True, capture_output=True, env={**os.environ, **variables},
    )  # fmt: skip
    (file,) = directory.iterdir()
    return file
