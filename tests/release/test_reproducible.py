"""A release can be built again by anybody, and is the same."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from built import ROOT, build

if TYPE_CHECKING:
    from pathlib import Path

#: As release.yml takes it from the last commit; another day than today.
EPOCH = "1767225600"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def copied(directory: Path) -> Path:
    """Unpack the sources of an sdist, whose files get the time of now."""
    with tarfile.open(build("sdist", directory / "sdist", SOURCE_DATE_EPOCH=EPOCH)) as archive:
        for member in archive.getmembers():
            if member.isfile():
                target = directory / "tree" / member.name.partition("/")[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                assert content is not None
                target.write_bytes(content.read())
                target.chmod(member.mode)
    return directory / "tree"


@pytest.mark.slow
def test_two_builds_are_the_same(tmp_path: Path) -> None:
    """In other folders, at other times: the wheel, the sdist, and the wheel of the sdist."""
    (tmp_path / "first").mkdir()
    (tmp_path / "again" / "elsewhere").mkdir(parents=True)
    trees = [copied(tmp_path / "first"), copied(tmp_path / "again" / "elsewhere")]
    for path in trees[1].rglob("*"):
        if path.is_file():
            path.touch()
    for target in ("sdist", "wheel"):
        sums = {
            sha256(build(target, tmp_path / f"{target}{n}", tree, SOURCE_DATE_EPOCH=EPOCH))
            for n, tree in enumerate((ROOT, *trees))
        }
        assert len(sums) == 1, f"the {target} differs from build to build"


def test_the_sdist_has_what_the_tests_need(sdist: Path) -> None:
    """All that the repository has, but what only editors and machines of ours read."""
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no clone, so nothing says what else there would be")
    tracked = set(listed.stdout.splitlines())
    missing = {name for name in tracked - packed if (ROOT / name).exists()}
    assert {name.partition("/")[0] for name in missing} <= {".ci"}
    strange = {name for name in packed - tracked if not (ROOT / name).is_dir()} - {"PKG-INFO"}
    untracked = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert strange <= set(untracked)


@pytest.mark.slow
def test_the_tests_run_from_the_sdist(tmp_path: Path) -> None:
    """With what is in it, and nothing of the repository."""
    tree = copied(tmp_path)
    shutil.rmtree(tmp_path / "sdist")
    tests = [
        "tests/schema/test_equality.py",
        "tests/release/test_metadata.py",
        "tests/test_docs.py",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests],
        cwd=tree, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tree), "REQUIRE_ALL": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert " passed" in done.stdout


def test_the_wheel_has_only_the_package(wheel: Path) -> None:
    """And the demo's example within it."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
        assert not [name for name in archive.namelist() if "__pycache__" in name]
    assert {top for top in tops if not top.endswith(".dist-info")} == {"asyncapi_guard"}
