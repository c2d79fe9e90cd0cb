"""A tag is released only if it is the version's, and the changelog has something to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tag

import asyncapi_guard
from asyncapi_guard import project_urls

TAG = f"v{asyncapi_guard.__version__}"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # As the workflow does: without anything that is installed.
    return subprocess.run(
        [sys.executable, "-I", "-S", str(Path(tag.__file__)), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_notes(tmp_path: Path) -> None:
    """Are those of the version, with links that can be followed from a release."""
    notes = tmp_path / "notes.md"
    done = run(TAG, "--notes", str(notes))
    assert (done.returncode, done.stderr) == (0, "")
    text = notes.read_text(encoding="utf-8")
    assert project_urls.page("docs/how-to/", TAG) in text
    assert "](docs/" not in text
    assert "## [" not in text


def test_another_tag_is_no_release(tmp_path: Path) -> None:
    """The message says which tag would be."""
    notes = tmp_path / "notes.md"
    done = run("v0.0.1", "--notes", str(notes))
    assert done.returncode == 1
    assert f"expected the tag {TAG}, got v0.0.1" in done.stderr
    assert not notes.exists()


@pytest.mark.parametrize(
    "changelog",
    [
        "# Changelog\n\n## [Unreleased]\n\n- More.\n",
        "## [Unreleased]\n\n## [1.2.0]\n\n- No date.\n",
        "## [1.2.0] - 2026-01-01\n\n## [1.1.0] - 2025-01-01\n\n- Older.\n",
        "## [1.2.0] - 2026-01-01\n\n[1.2.0]: https://example.com\n",
    ],
)
def test_a_changelog_without_the_version(changelog: str, tmp_path: Path) -> None:
    """It is no release without a heading, a date, and an entry."""
    package = tmp_path / "asyncapi_guard"
    package.mkdir()
    (package / "__init__.py").write_text('__version__ = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    with pytest.raises(SystemExit, match=r"expected a heading '## \[1\.2\.0\] - YYYY-MM-DD'"):
        tag.notes_of("v1.2.0", tmp_path)
