"""A folder with documents in it, and what the linter finds there."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.lint import lint
from asyncapi_guard.lint.rules import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.errors import Finding


class Folder:
    """Writes files, and lints `asyncapi.yml` among them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def findings(self, text: str, **options: Any) -> tuple[Finding, ...]:
        """What is found in a document; `asyncapi` and `info` are added where they are missing."""
        self.write("asyncapi.yml", Rule.document(textwrap.dedent(text)))
        return lint(self.path / "asyncapi.yml", **options)

    def found(self, text: str, *codes: str, **options: Any) -> list[tuple[str, str]]:
        """Code and pointer of each finding, or of those of some codes; without `unused-component`.

        Findings in other files have the file's name before the pointer.
        """
        pairs = []
        for finding in self.findings(text, **options):
            name = finding.file.rpartition("/")[2].removeprefix("asyncapi.yml")
            if finding.code in codes if codes else finding.code != "unused-component":
                pairs.append((finding.code, name + finding.pointer))
        return pairs


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
