"""Whether a tag, the version and the changelog agree; what the changelog says goes into a file.

    python tests/release/tag.py v1.0.0rc1 --notes notes.md

`.github/workflows/release.yml` runs it with an interpreter that has nothing installed.
"""

from __future__ import annotations

import argparse
import re
import runpy
from pathlib import Path

__all__ = ["notes_of"]

ROOT = Path(__file__).parents[2]


def notes_of(tag: str, root: Path = ROOT) -> str:
    """Return what the changelog says of a release.

    Raises:
        SystemExit: The tag isn't the version's, or the changelog has no such heading with a date.
    """
    said = (root / "asyncapi_guard" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', said, re.MULTILINE)
    if version is None or tag != f"v{version[1]}":
        expected = f"v{version[1]}" if version else "a version"
        raise SystemExit(
            f"asyncapi_guard/__init__.py: expected the tag {expected}, got {tag}; "
            "delete the tag, or set __version__"
        )
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = (
        rf"^## \[{re.escape(version[1])}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## \[|^\[[^\]]+\]: |\Z)"
    )
    notes = re.search(heading, text, re.MULTILINE | re.DOTALL)
    if notes is None or not notes[1].strip():
        raise SystemExit(
            f"CHANGELOG.md: expected a heading '## [{version[1]}] - YYYY-MM-DD' and entries; "
            "move those of [Unreleased] there"
        )
    urls = runpy.run_path(str(root / "asyncapi_guard" / "project_urls.py"))
    absolute: str = urls["with_absolute_links"](notes[1].strip() + "\n", tag)
    return absolute


def main() -> None:
    """Check the tag that was passed, and write the notes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag")
    parser.add_argument("--notes", type=Path, required=True)
    asked = parser.parse_args()
    asked.notes.write_text(notes_of(asked.tag), encoding="utf-8")


if __name__ == "__main__":
    main()
