"""For code scanning: SARIF 2.1.0, a run with its rules and results.

The log says nothing about the machine: files in the working directory are named relative to it, and
where that lies is left open, as `uriBaseId` allows. The log of an unchanged document is unchanged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asyncapi_guard import __version__
from asyncapi_guard.cli.reporters import excerpt
from asyncapi_guard.cli.reporters.fingerprints import fingerprints
from asyncapi_guard.cli.reporters.github import relative
from asyncapi_guard.cli.reporters.text import distinct
from asyncapi_guard.cli.rule_links import rule_url
from asyncapi_guard.cli.rule_markdown import markdown_of
from asyncapi_guard.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.rule import Rule

__all__ = ["render"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"


def render(reports: Sequence[FileReport], *, quiet: bool = False) -> str:  # noqa: ARG001  # the same for all
    """The log, in ASCII."""
    findings = distinct(reports)
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {"driver": _driver(codes, reports)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The working directory."}}},
        "artifacts": [{"location": _artifact(f)} for f in dict.fromkeys(r.file for r in reports)],
        "results": _results(findings, codes, excerpt.lines_in(reports)),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


# -- the rules -------------------------------------------------------------------------------------


def _driver(codes: Sequence[str], reports: Sequence[FileReport]) -> dict[str, Any]:
    own = {code: rule for report in reports for code, rule in report.own.items()}
    return {
        "name": "asyncapi-guard",
        "semanticVersion": __version__,
        "rules": [_rule(code, RULES.get(code) or own.get(code)) for code in codes],
    }


def _rule(code: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": code}
    url = rule_url(code)
    return {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": f"{rule.title} {rule.why}".rstrip(), "markdown": markdown_of(rule)},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {"level": rule.severity.value},
    }


# -- the results -----------------------------------------------------------------------------------


def _results(
    findings: Sequence[Finding], codes: Sequence[str], lines: excerpt.Lines
) -> list[dict[str, Any]]:
    return [
        {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": finding.severity.value,
            "message": {"text": finding.message},
            "locations": [_location(finding, lines)],
            "partialFingerprints": {"asyncapiGuard/v1": fingerprint},
        }
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]


def _location(finding: Finding, lines: excerpt.Lines) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(finding.file)}
    if finding.line >= 1:
        physical["region"] = _region(finding, lines)
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer}]
    return location


def _region(finding: Finding, lines: excerpt.Lines) -> dict[str, int]:
    region = {"startLine": finding.line}
    if finding.column >= 1:
        region["startColumn"] = finding.column
        text = excerpt.lines_of(finding.file, lines)
        if finding.line <= len(text):
            region["endColumn"] = excerpt.token_end(text, finding.line, finding.column)
    return region


def _artifact(file: str) -> dict[str, str]:
    if file.startswith(("http://", "https://")):
        return {"uri": _quoted(file, safe=":/?#@!$&'()*+,;=%")}
    name = relative(file)
    if Path(name).is_absolute():
        return {"uri": f"file:///{_quoted(name.lstrip('/'))}"}
    return {"uri": _quoted(name), "uriBaseId": _BASE}


def _quoted(name: str, safe: str = "/") -> str:
    # Names of files need not be text: what stands for their other bytes becomes those bytes again.
    try:
        raw = name.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode(errors="replace")
    return quote(raw, safe=safe)
