"""For servers that draw test results: JUnit's XML, with a test for each check.

A check without failures is a passed test. Warnings are passed tests with something to say, because
a failure would turn a build red that the exit code calls good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from asyncapi_guard.contract_tests.wording import headline, summary_of

if TYPE_CHECKING:
    from asyncapi_guard.cli.contract_test_reports import ContractTestReport, Shown

__all__ = ["render"]

# What XML 1.0 has no way to write, not even as a reference; and CR, which comes back as LF.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: ContractTestReport, *, quiet: bool = False) -> str:  # noqa: ARG001  # always whole
    """The document, in ASCII: whatever the stream's encoding, its declaration is right."""
    suite = Element("testsuite")
    for each in report.failures:
        facts = {"type": str(each.failure.check), "message": _legal(each.failure.message)}
        SubElement(_case(suite, each, report), "failure", facts).text = _text(each, report)
    for each in report.warnings:
        case = _case(suite, each, report)
        SubElement(case, "system-out").text = f"warning: {_text(each, report)}"
    bad = {each.failure.check for each in (*report.failures, *report.warnings)}
    for check in report.report.checks:
        if check not in bad:
            names = {"classname": _legal(report.document), "name": str(check)}
            SubElement(suite, "testcase", names)
    totals = {
        "name": _legal(report.document),
        "tests": str(len(suite)),
        "failures": str(len(report.failures)),
        "errors": "0",
        "time": f"{report.report.seconds:.3f}",
    }
    suite.attrib.update(totals)
    root = Element("testsuites", {**totals, "name": "asyncapi-guard test"})
    root.append(suite)
    indent(root)
    written: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii")


def _case(suite: Element, shown: Shown, report: ContractTestReport) -> Element:
    failure = shown.failure
    about = {
        "classname": _legal(report.document),
        "name": _legal(f"{failure.check}: {headline(failure)}"),
    }
    return SubElement(suite, "testcase", about)


def _text(shown: Shown, report: ContractTestReport) -> str:
    replays = [f"replay: {each}" for each in shown.replays]
    return _legal("\n".join([summary_of(shown.failure, report.secrets), *replays]))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
