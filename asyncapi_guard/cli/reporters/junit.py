"""For servers that draw test results: JUnit's XML, a suite for each file.

An error is a failed test. A warning is a passed one with something to say, because a failure would
turn a build red that the exit code calls good. A file without findings is one passed test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from asyncapi_guard.cli.reporters.text import errors_and_warnings, place, pointed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["render"]

# What XML 1.0 has no way to write, not even as a reference; and CR, which comes back as LF.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Sequence[FileReport], *, quiet: bool = False) -> str:  # noqa: ARG001  # the same for all
    """The document, in ASCII: whatever the stream's encoding, its declaration is right."""
    every = [finding for report in reports for finding in report.findings]
    cases = sum(max(1, len(report.findings)) for report in reports)
    seconds = sum(report.seconds for report in reports)
    root = Element("testsuites", _totals("asyncapi-guard", cases, every, seconds))
    for report in reports:
        root.append(_suite(report))
    indent(root)
    written: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii")


def _suite(report: FileReport) -> Element:
    name = _legal(report.file)
    cases = max(1, len(report.findings))
    suite = Element("testsuite", _totals(name, cases, report.findings, report.seconds))
    for finding in report.findings:
        suite.append(_case(name, finding))
    if not report.findings:
        SubElement(suite, "testcase", {"classname": name, "name": "no findings"})
    return suite


def _totals(name: str, tests: int, findings: Sequence[Finding], seconds: float) -> dict[str, str]:
    errors, _ = errors_and_warnings(findings)
    return {
        "name": name,
        "tests": str(tests),
        "failures": str(errors),
        "errors": "0",
        "time": f"{seconds:.3f}",
    }


def _case(suite: str, finding: Finding) -> Element:
    name = f"{finding.code} at {finding.pointer}" if finding.pointer else finding.code
    about = {"classname": suite, "name": _legal(name), "file": _legal(finding.file)}
    if finding.line:
        about["line"] = str(finding.line)
    case = Element("testcase", about)
    text = _legal(f"{place(finding)}: {pointed(finding)}")
    if finding.severity.value == "error":
        facts = {"type": _legal(finding.code), "message": _legal(finding.message)}
        SubElement(case, "failure", facts).text = text
    else:
        SubElement(case, "system-out").text = f"warning: {text}"
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
