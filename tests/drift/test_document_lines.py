"""The lines of locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.drift.document_lines import DocumentLines
from asyncapi_guard.errors import Severity
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_of_locations(tmp_path: Path) -> None:
    """Escaped keys and items are found; a file that was not read has no lines."""
    file = tmp_path / "asyncapi.yml"
    file.write_text("asyncapi: 3.1.0\nx-a/b:\n  - one\n  - c~d:\n      e: 1\n")
    lines = DocumentLines(open_documents(file))
    assert lines.name(f"{file}#/x-a~1b/1/c~0d/e") == f"{file}:5"
    assert lines.name("other.yml#/a") == "other.yml"
    found = lines.finding(f"{file}#/x-a~1b/0", "a message", "a-code", Severity.WARNING)
    assert (found.line, found.column, found.message) == (3, 5, "a message")
    assert (found.code, found.severity) == ("a-code", Severity.WARNING)
