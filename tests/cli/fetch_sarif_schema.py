"""Fetch the JSON Schema of SARIF 2.1.0: `python tests/cli/fetch_sarif_schema.py`.

It travels in an npm package of Microsoft's SARIF SDK, and is unpacked into `.cache/sarif/`.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
MEMBER = "package/lib/schemas/sarif-2.1.0-rtm.5.json"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "sarif"


def main() -> None:
    """Download and unpack."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as files:
            content = files.extractfile(MEMBER)
            assert content is not None
            CACHE.mkdir(parents=True, exist_ok=True)
            (CACHE / "sarif-2.1.0.json").write_bytes(content.read())


if __name__ == "__main__":
    main()
