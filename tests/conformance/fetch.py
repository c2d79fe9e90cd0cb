"""Fetch the official JSON-Schema-Test-Suite into `.cache/json-schema-test-suite/`.

Run it once before the conformance tests: `python tests/conformance/fetch.py`. The suite travels in
the source distribution of `jsonschema`, so the version is pinned and one download is enough.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

SDIST = "jsonschema==4.26.0"
TARGET = Path(__file__).resolve().parents[2] / ".cache" / "json-schema-test-suite"


def main() -> None:
    """Download the source distribution and unpack its `json/` folder."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--no-binary=:all:", "--dest", folder, SDIST], check=True)
        (sdist,) = Path(folder).glob("*.tar.gz")
        shutil.rmtree(TARGET, ignore_errors=True)
        _unpack(sdist, TARGET)


def _unpack(sdist: Path, target: Path) -> None:
    with tarfile.open(sdist) as archive:
        for member in archive:
            _, top, *rest = (*PurePosixPath(member.name).parts, "")
            content = archive.extractfile(member) if top == "json" else None
            if content is not None and ".." not in rest:
                path = target.joinpath(*rest)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


if __name__ == "__main__":
    main()
