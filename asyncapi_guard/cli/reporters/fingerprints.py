"""By what a finding is known again after edits elsewhere in its file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from asyncapi_guard.cli.reporters.github import relative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.errors import Finding

__all__ = ["fingerprints"]


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """A fingerprint for each finding, no two of them equal.

    It is made of the rule, the file and the pointer: neither lines nor words count. Findings that
    have all three in common are numbered.
    """
    met: dict[str, int] = {}
    made = []
    for finding in findings:
        identity = _identity(finding)
        met[identity] = met.get(identity, 0) + 1
        made.append(f"{identity}:{met[identity]}")
    return made


def _identity(finding: Finding) -> str:
    facts = json.dumps([finding.code, relative(finding.file), finding.pointer])
    return hashlib.sha256(facts.encode()).hexdigest()[:32]
