"""Fetch SIO-AsyncAPI's own tests, into `.cache/sio-asyncapi/tests`.

    python tests/integrations/fetch_sio_asyncapi_suite.py [REPOSITORY]

Its source distributions have no tests, so they come from its repository: of the commit whose
sources are those of the release, which is compared. REPOSITORY is what `git clone` takes, a folder
as well; by default the one on GitHub.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.0.0"
COMMIT = "28b7fa588a5cc431df66ca9c73c7707a843d8d30"
REPOSITORY = "https://github.com/daler-rahimov/sio-asyncapi.git"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "sio-asyncapi"


def main(repository: str = REPOSITORY) -> None:
    """Download the release, clone the repository, and keep its tests if both are of one version."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release, clone = _release(folder / "release"), folder / "clone"
        subprocess.run(["git", "clone", "--quiet", repository, str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", COMMIT], check=True)
        _compare(release / "src", clone / "src")
        shutil.rmtree(CACHE, ignore_errors=True)
        shutil.copytree(clone / "tests", CACHE / "tests")


def _release(folder: Path) -> Path:
    """The unpacked source distribution."""
    options = ["--no-deps", "--no-binary=:all:", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, f"sio-asyncapi=={VERSION}"]
    subprocess.run(command, check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    (unpacked,) = (each for each in folder.iterdir() if each.is_dir())
    return unpacked


def _compare(release: Path, clone: Path) -> None:
    """See that two folders have the same sources."""
    names = [str(path.relative_to(release)) for path in release.rglob("*.py")]
    _, different, missing = filecmp.cmpfiles(release, clone, names, shallow=False)
    if different or missing:
        raise SystemExit(f"{COMMIT} is not release {VERSION}: {sorted(different + missing)}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
