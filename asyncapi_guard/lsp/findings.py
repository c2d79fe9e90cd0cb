"""Findings as diagnostics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.errors import Severity
from asyncapi_guard.spec.pointers import parse_fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lsp.texts import Place, Text
    from asyncapi_guard.spec.position import Position
    from asyncapi_guard.spec.source import Source

__all__ = ["SOURCE", "add_related", "diagnostic_of", "range_at", "to_range"]

#: How editors call where a diagnostic comes from.
SOURCE = "asyncapi-guard"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
#: Rules about what can go.
_UNNECESSARY = frozenset(("unused-component", "unused-ignore"))
_QUOTED = re.compile(r""""(?:[^"\\\r\n]|\\.)*"|'(?:[^'\r\n]|'')*'""")
_PLAIN = re.compile(r"[^\r\n]*?(?=:[ \t]|:?[ \t]*$|[ \t]+#|[\r\n])", re.MULTILINE)
_PLAIN_IN_BRACKETS = re.compile(r"[^\s,\[\]{}:]+")
_COMMENT = re.compile(r"#[^\r\n]*")
_FIRST_ON_LINE = re.compile(r"first defined on line (\d+)")
_POINTER = re.compile(r"(?<![\w.])#?(/(?:channels|components|operations|servers)/[^\s'\",;:)]+)")


def to_range(start: Place, end: Place) -> types.Range:
    """A range in the protocol's words."""
    return types.Range(types.Position(*start), types.Position(*end))


def range_at(text: Text, line: int, column: int) -> types.Range:
    """The key, the value or the comment that begins at a place; both from 1, or 0 for none."""
    start = text.offset_of(line, column)
    end = start
    for pattern in (_QUOTED, _COMMENT, _PLAIN_IN_BRACKETS, _PLAIN):
        if pattern is _PLAIN_IN_BRACKETS and not _is_in_brackets(text, start):
            continue
        found = pattern.match(text.value, start)
        if found is not None and found.end() > start:
            end = found.end()
            break
    if end == start:
        end = min(start + 1, len(text.value))
        if text.value[start:end] in "\r\n":
            end = start
    return to_range(text.place(start), text.place(end))


def _is_in_brackets(text: Text, offset: int) -> bool:
    before = text.value[text.starts[text.place(offset).line] : offset]
    return before.count("{") + before.count("[") > before.count("}") + before.count("]")


def diagnostic_of(
    finding: Finding,
    text: Text,
    source: Source | None,
    uri: str,
    rule_url: Callable[[str], str | None],
) -> types.Diagnostic:
    """A finding in the protocol's words.

    Args:
        finding: what was found.
        text: the text of its file.
        source: the same with its data, if it could be read.
        uri: the URI of the file.
        rule_url: where a rule is explained.
    """
    url = rule_url(finding.code)
    related = _related(finding, text, source, uri)
    return types.Diagnostic(
        range=range_at(text, finding.line, finding.column),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(url) if url else None,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
        related_information=related or None,
        data={"code": finding.code, "pointer": finding.pointer},
    )


def add_related(
    diagnostic: types.Diagnostic, uri: str, text: Text, position: Position, message: str
) -> None:
    """Add another place of which people should know."""
    more = _information(uri, range_at(text, *position), message)
    diagnostic.related_information = [*(diagnostic.related_information or ()), more]


def _related(
    finding: Finding, text: Text, source: Source | None, uri: str
) -> list[types.DiagnosticRelatedInformation]:
    """Other places of which a finding speaks: a line, or a JSON Pointer that points to a value."""
    found = []
    line = _FIRST_ON_LINE.search(finding.message)
    if line is not None:
        content = text.line(int(line[1]) - 1)
        column = len(content) - len(content.lstrip()) + 1
        place = range_at(text, int(line[1]), column)
        found.append(_information(uri, place, "first here"))
    if source is not None:
        for pointer in dict.fromkeys(_POINTER.findall(finding.message)):
            path = _path_to(source, pointer)
            if path is not None and pointer != finding.pointer:
                position = source.position(path, key=True)
                found.append(_information(uri, range_at(text, *position), pointer))
    return found


def _information(uri: str, place: types.Range, message: str) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(types.Location(uri, place), message)


def _path_to(source: Source, pointer: str) -> tuple[str | int, ...] | None:
    """The path of a pointer whose value is there."""
    try:
        parts = parse_fragment(pointer)
    except ValueError:
        return None
    value = source.data
    for part in parts:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and str(part).isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return tuple(parts)
