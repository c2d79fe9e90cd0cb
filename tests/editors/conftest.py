"""The package of the extension for Visual Studio Code."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / "editors" / "vscode"


@pytest.fixture(scope="module")
def npm(skip_or_fail: Any) -> Callable[..., subprocess.CompletedProcess[str]]:
    program = shutil.which("npm")
    if program is None:
        skip_or_fail("npm is not installed")
    if not (FOLDER / "node_modules" / "vscode-languageclient").is_dir():
        skip_or_fail("the packages of the extension are missing: run npm install in editors/vscode")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "NO_COLOR": "1", "DO_NOT_TRACK": "1"}
        return subprocess.run(  # its output is looked at before its code
            [program, *arguments],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            env=env,
            check=False,
            timeout=500,
        )

    return run


@pytest.fixture(scope="module")
def package(npm: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, which is built only if the types are right."""
    file = tmp_path_factory.mktemp("vsix") / "extension.vsix"
    done = npm("run", "package", "--", "--out", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    return file
