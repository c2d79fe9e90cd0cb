"""Edits of mappings and lists in brackets: YAML's flow style, and JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.edit.edits import ImpossibleError
from asyncapi_guard.spec.edit.splices import Splice
from asyncapi_guard.spec.edit.writing import flow_key, in_brackets, json_lines, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.spec.edit.layout import Entry, Layout, Place
    from asyncapi_guard.spec.edit.style import Style
    from asyncapi_guard.spec.pointers import Path

__all__ = ["clear", "insert", "remove", "set_value", "style_in"]

_COMMENTS = "there are comments inside its brackets: edit it by hand"


def style_in(style: Style, place: Place | None) -> Style:
    """The style inside of a mapping: like JSON where its keys are written so."""
    if place is None or style.json or not place.is_flow or not place.entries:
        return style
    keys = [entry.key for entry in place.entries if entry.key is not None]
    if not keys or any(key.style != '"' for key in keys):
        return style
    return replace(style, json=True)


def insert(
    layout: Layout,
    style: Style,
    place: Place,
    after: Entry | None,
    pairs: Sequence[tuple[str | None, Any]],
) -> Iterator[Splice]:
    """New entries behind one, or behind the last: keys with values, or items without keys."""
    if layout.text[place.content : place.content + 1] not in ("{", "["):
        raise ImpossibleError((), "it has no brackets of its own: edit it by hand")
    entry = after or place.entries[-1]
    column = layout.column(entry.start)
    on_lines = layout.is_first(entry.start) and column > 0
    indent = layout.text[layout.line_start(entry.start) : entry.start] if on_lines else ""
    texts = [_entry(style, pair, indent, on_lines=on_lines) for pair in pairs]
    comma = layout.skip(entry.end)
    has_comma = layout.text[comma : comma + 1] == ","
    if not on_lines:
        yield Splice(entry.end, entry.end, "".join(style.comma + text for text in texts))
        return
    behind = comma + 1 if has_comma else entry.end
    if not has_comma:
        yield Splice(entry.end, entry.end, ",")
    at = layout.line_end(behind) if layout.is_last(behind) else behind
    glue = "," + style.newline + indent
    text = style.newline + indent + glue.join(texts) + "," * has_comma
    yield Splice(at, at, text)


def _entry(style: Style, pair: tuple[str | None, Any], indent: str, *, on_lines: bool) -> str:
    key, value = pair
    name = "" if key is None else flow_key(key, style)
    return name + _value(style, value, indent, on_lines=on_lines)


def _value(style: Style, value: Any, indent: str, *, on_lines: bool) -> str:
    if style.json and on_lines:
        lines = json_lines(value, style)
        return (style.newline + indent).join(lines)
    return in_brackets(value, style)


# -- another value ---------------------------------------------------------------------------------


def set_value(
    layout: Layout, style: Style, entry: Entry | None, place: Place, value: Any
) -> Iterator[Splice]:
    """Another value inside of brackets, or at the top of a document in brackets."""
    if place.tagged:
        raise ImpossibleError((), "it has a tag: edit it by hand")
    on_lines = entry is None or layout.is_first(entry.start)
    line = layout.line_start(entry.start if entry is not None else place.start)
    indent = layout.text[line : layout.skip(line)] if entry is not None and on_lines else ""
    quote = place.style if place.kind == "scalar" and place.style in ("'", '"') else ""
    if isinstance(value, str) and quote and not style.json and "\n" not in value:
        text = quoted(value, quote)
    else:
        text = _value(style, value, indent, on_lines=on_lines)
    if entry is not None and entry.key is not None and entry.lead < 0:
        yield Splice(entry.key.end, entry.key.end, f": {text}")
    elif place.is_empty and entry is not None:
        lead = layout.anchor_end(place) if place.anchor else entry.lead
        yield Splice(lead, lead, f" {text}")
    else:
        yield Splice(place.content, place.end, text)


# -- removal ---------------------------------------------------------------------------------------


def clear(layout: Layout, place: Place, path: Path) -> Iterator[Splice]:
    """All entries go."""
    start, end = place.content + 1, place.end - 1
    if any(layout.has_comment(*gap) for gap in _gaps(place)):
        raise ImpossibleError(path, _COMMENTS)
    yield Splice(start, end, "")


def _gaps(place: Place) -> Iterator[tuple[int, int]]:
    """The parts of the text between the entries."""
    offset = place.content
    for entry in place.entries:
        yield offset, entry.start
        offset = entry.end
    yield offset, place.end


def remove(layout: Layout, place: Place, index: int, path: Path) -> Iterator[Splice]:
    """One of several entries goes, with its comma."""
    entry = place.entries[index]
    if index + 1 < len(place.entries):
        yield from _remove_before(layout, entry, place.entries[index + 1], path)
        return
    before = place.entries[index - 1]
    comma = layout.skip(entry.end)
    if layout.text[comma : comma + 1] == ",":
        # A comma before the bracket, as YAML allows: the one before this entry takes its part.
        yield from _remove_between(layout, layout.skip(before.end) + 1, entry, comma + 1, path)
    elif not layout.has_comment(before.end, entry.start):
        yield Splice(before.end, entry.end, "")
    else:
        comma = layout.skip(before.end)
        yield Splice(comma, comma + 1, "")
        yield from _remove_line(layout, entry, entry.end, path)


def _remove_before(layout: Layout, entry: Entry, following: Entry, path: Path) -> Iterator[Splice]:
    if not layout.has_comment(entry.end, following.start):
        yield Splice(entry.start, following.start, "")
    else:
        yield from _remove_line(layout, entry, layout.skip(entry.end) + 1, path)


def _remove_between(
    layout: Layout, start: int, entry: Entry, end: int, path: Path
) -> Iterator[Splice]:
    if not layout.has_comment(start, entry.start) and not layout.has_comment(entry.end, end):
        yield Splice(start, end, "")
    else:
        yield from _remove_line(layout, entry, end, path)


def _remove_line(layout: Layout, entry: Entry, end: int, path: Path) -> Iterator[Splice]:
    if not layout.is_first(entry.start) or not layout.is_last(end):
        raise ImpossibleError(path, _COMMENTS)
    yield Splice(layout.line_start(entry.start), layout.next_line(end), "")
