"""For GitLab: a Code Quality report, which merge requests show at the lines of the diff.

It is the part of the Code Climate format that GitLab reads: a list with an object for each finding.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.cli.reporters.fingerprints import fingerprints
from asyncapi_guard.cli.reporters.github import relative
from asyncapi_guard.cli.reporters.text import distinct, pointed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["render"]

#: An error fails the job; GitLab has `blocker` and `critical` for what is worse.
_SEVERITIES = {"error": "major", "warning": "minor"}


def render(reports: Sequence[FileReport], *, quiet: bool = False) -> str:  # noqa: ARG001  # the same for all
    """The list, in ASCII; empty when nothing was found."""
    findings = distinct(reports)
    pairs = zip(findings, fingerprints(findings), strict=True)
    return json.dumps([_issue(finding, fingerprint) for finding, fingerprint in pairs], indent=2)


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": pointed(finding),
        "check_name": finding.code,
        "fingerprint": hashlib.sha256(fingerprint.encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity.value],
        # A line is wanted, also of a file as a whole.
        "location": {"path": relative(finding.file), "lines": {"begin": max(1, finding.line)}},
    }
