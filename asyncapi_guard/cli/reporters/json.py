"""For programs: everything as one JSON object, described in `docs/reference/output.md`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from asyncapi_guard.cli.reporters.text import distinct, errors_and_warnings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["VERSION", "render"]

#: Rises when a field goes or changes its meaning; new fields may come at any time.
VERSION = 1


def render(reports: Sequence[FileReport], *, quiet: bool = False) -> str:  # noqa: ARG001  # the same for all
    """The object, in ASCII: names of files need not be text that every terminal can encode."""
    findings = distinct(reports)
    whole = {
        "version": VERSION,
        "files": [_file(report) for report in reports],
        "findings": [_finding(finding) for finding in findings],
        "summary": {**_counts(findings), "files": len(reports), "codes": _by_code(findings)},
    }
    return json.dumps(whole, indent=2)


def _file(report: FileReport) -> dict[str, Any]:
    return {"file": report.file, **_counts(report.findings)}


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    errors, warnings = errors_and_warnings(findings)
    return {"errors": errors, "warnings": warnings}


def _by_code(findings: Sequence[Finding]) -> dict[str, int]:
    """How many there are of each code: the most first, then by code."""
    found = Counter(finding.code for finding in findings)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "pointer": finding.pointer,
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
    }
