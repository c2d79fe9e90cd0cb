"""Fetch python-socketio's own tests: `python tests/integrations/fetch_socketio_suite.py`.

They are in the source distribution only, which is unpacked into `.cache/python-socketio/`, in the
version that is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "python-socketio"


def main() -> None:
    """Download and unpack."""
    with tempfile.TemporaryDirectory() as folder:
        release = f"python-socketio=={version('python-socketio')}"
        options = ["--no-deps", "--no-binary=:all:", "--dest", folder]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, release], check=True)
        (archive,) = Path(folder).glob("*.tar.gz")
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        with tarfile.open(archive) as files:
            files.extractall(CACHE, filter="data")


if __name__ == "__main__":
    main()
