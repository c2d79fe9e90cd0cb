"""Fetch Flask-SocketIO's own tests: `python tests/integrations/fetch_flask_suite.py`.

They are in the source distribution only, which is unpacked into `.cache/flask-socketio/`.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.7.0"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "flask-socketio"


def main() -> None:
    """Download and unpack."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-deps", "--no-binary=:all:", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, f"flask-socketio=={VERSION}"]
        subprocess.run(command, check=True)
        (archive,) = Path(folder).glob("*.tar.gz")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as files:
            files.extractall(CACHE, filter="data")


if __name__ == "__main__":
    main()
