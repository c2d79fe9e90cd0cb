"""What the formats for people share: places, counts, and text that does not steer a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = [
    "closing",
    "code_of",
    "count",
    "distinct",
    "errors_and_warnings",
    "place",
    "plain",
    "pointed",
    "statistics",
]


def plain(text: str) -> str:
    """Text in one line, with everything escaped that a terminal would obey or hide."""
    # Most text is printable, and one call says so.
    return text if text.isprintable() else "".join(map(escape, text))


def escape(character: str) -> str:
    """A character as it can be shown: itself, or its code as in a Python string."""
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def place(finding: Finding) -> str:
    """`file:line:column`, or `file` for what has no lines."""
    name = plain(finding.file)
    return f"{name}:{finding.line}:{finding.column}" if finding.line else name


def pointed(finding: Finding) -> str:
    """The message and where in the document's data it applies."""
    return f"{finding.message} (at {finding.pointer})" if finding.pointer else finding.message


def code_of(finding: Finding, *, links: bool) -> str:
    """The code of a finding; with `links`, as a link to its rule."""
    code = plain(finding.code)
    if not links:
        return code
    from asyncapi_guard.cli.rule_links import linked

    return linked(code, finding.code)


def distinct(reports: Sequence[FileReport]) -> list[Finding]:
    """Every finding once: a file that two others refer to is found at fault twice."""
    return list(dict.fromkeys(finding for report in reports for finding in report.findings))


def errors_and_warnings(findings: Sequence[Finding]) -> tuple[int, int]:
    """How many of each."""
    errors = sum(finding.severity.value == "error" for finding in findings)
    return errors, len(findings) - errors


def statistics(reports: Sequence[FileReport], *, links: bool = False) -> str:
    """How many findings there are of each code and severity: the most first, then by code."""
    found = Counter((each.code, each.severity.value) for each in distinct(reports))
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    width = max((len(str(number)) for _, number in rows), default=0)
    of_code = {finding.code: finding for finding in distinct(reports)}
    lines = []
    for (code, kind), number in rows:
        severity = click.style(kind.ljust(7), fg="red" if kind == "error" else "yellow")
        shown = code_of(of_code[code], links=links)
        lines.append(f"{str(number).rjust(width)}  {severity}  {shown}")
    return "\n".join(lines)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def closing(reports: Sequence[FileReport], *, names: bool = True) -> str:
    """The last line, such as `2 errors, 1 warning in 3 files` or `asyncapi.yml: no findings`.

    Args:
        reports: all of them.
        names: a file may be called by its name.
    """
    findings = distinct(reports)
    if findings:
        errors, warnings = errors_and_warnings(findings)
        counts = [count(errors, "error")] * bool(errors)
        counts += [count(warnings, "warning")] * bool(warnings)
        return f"{', '.join(counts)} in {count(len(reports), 'file')}"
    only = plain(reports[0].file) if names and len(reports) == 1 else count(len(reports), "file")
    return f"{click.style(only, bold=True)}: {click.style('no findings', fg='green')}"
