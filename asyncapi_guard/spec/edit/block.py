"""Edits of mappings and lists that stand in lines of their own."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.edit.edits import ImpossibleError
from asyncapi_guard.spec.edit.layout import BREAKS
from asyncapi_guard.spec.edit.splices import Splice
from asyncapi_guard.spec.edit.writing import (
    block,
    indented,
    is_block,
    item_lines,
    key_text,
    lines_behind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.spec.edit.layout import Entry, Layout, Place
    from asyncapi_guard.spec.edit.style import Style
    from asyncapi_guard.spec.pointers import Path

__all__ = ["append", "clear", "insert", "remove", "set_value"]


def insert(
    layout: Layout,
    style: Style,
    place: Place,
    after: Entry | None,
    pairs: Sequence[tuple[str, Any]],
) -> Iterator[Splice]:
    """New keys behind an entry, or behind the last one."""
    at = _behind(layout, place, after)
    style = _style_before(layout, style, at, layout.column(place.entries[0].start))
    quotes = {entry.key.style for entry in place.entries if entry.key is not None}
    quote = quotes.pop() if len(quotes) == 1 else ""
    written = []
    for key, value in pairs:
        first, rest = lines_behind(value, style)
        name = key_text(key, style, quote)
        written.append([f"{name}:{' ' * bool(first)}{first}", *rest])
    yield _new_lines(layout, style, place, at, written)


def append(layout: Layout, style: Style, place: Place, values: Sequence[Any]) -> Iterator[Splice]:
    """New items behind the last one."""
    at = _behind(layout, place, None)
    style = _style_before(layout, style, at, layout.column(place.entries[0].start))
    yield _new_lines(layout, style, place, at, [item_lines(value, style) for value in values])


def _new_lines(
    layout: Layout, style: Style, place: Place, at: int, written: list[list[str]]
) -> Splice:
    """Entries of a block, each with a blank line before it where all others have one."""
    indent = " " * layout.column(place.entries[0].start)
    before = max((entry for entry in place.entries if entry.end <= at), key=lambda each: each.end)
    # Blank lines behind text that keeps them would be more of it.
    blank = [""] * (_is_spaced(layout, place) and not _last(before.value).keeps)
    lines = [indent + line if line else "" for entry in written for line in (*blank, *entry)]
    return Splice(at, at, "".join(style.newline + line for line in lines))


def _is_spaced(layout: Layout, place: Place) -> bool:
    pairs = list(pairwise(place.entries))
    return bool(pairs) and all(_has_blank_line(layout, one, other) for one, other in pairs)


def _has_blank_line(layout: Layout, one: Entry, other: Entry) -> bool:
    offset = layout.next_line(one.end)
    while offset < other.start:
        if layout.line_end(offset) < other.start and layout.is_first(layout.line_end(offset)):
            return True
        offset = layout.next_line(offset)
    return False


def _behind(layout: Layout, place: Place, after: Entry | None) -> int:
    """The end of the last line of an entry (or of all), with the comments below that belong to it.

    These are deeper than its key; at the end of a mapping inside of another they may be as deep.
    """
    entry, is_end = after or place.entries[-1], after is None
    column = layout.column(place.entries[0].start)
    if not layout.is_last(entry.end):
        raise ImpossibleError((), "something else follows it on its line")
    end = layout.line_end(entry.end)
    while (start := layout.next_line(end)) > end:
        line = layout.text[start : layout.line_end(start)]
        comment = line.lstrip(" \t")
        depth = len(line) - len(comment)
        if not comment.startswith("#") or depth < column + (column == 0 or not is_end):
            break
        end = layout.line_end(start)
    return end


def _style_before(layout: Layout, style: Style, at: int, column: int) -> Style:
    """The style of values of entries in a column that end at an offset.

    What is blank below is no text of theirs, and neither are comments that stand deeper.
    """
    start = layout.next_line(at)
    blank = _blank(layout, start)
    if blank.strip(BREAKS) or _is_deeper_comment(layout, start + len(blank), column):
        return replace(style, blocks="")
    return replace(style, blocks="|") if blank else style


def _is_deeper_comment(layout: Layout, start: int, column: int) -> bool:
    line = layout.text[start : layout.line_end(start)]
    comment = line.lstrip(" \t")
    return comment.startswith("#") and len(line) - len(comment) > column


def _blank(layout: Layout, offset: int) -> str:
    """The blank lines that begin at an offset."""
    return layout.text[offset : layout.next_text(offset)]


# -- another value ---------------------------------------------------------------------------------


def set_value(
    layout: Layout, style: Style, entry: Entry, place: Place, value: Any
) -> Iterator[Splice]:
    """Another value behind a key or a dash."""
    if place.tagged or entry.lead < 0:
        raise ImpossibleError((), "it has a tag, or its key has no colon: edit it by hand")
    lead = layout.anchor_end(place) if place.anchor else entry.lead
    column = layout.column(entry.start)
    style = _style_before(layout, style, layout.line_end(max(place.end, lead)), column)
    on_line = not place.is_empty and layout.line_start(place.content) <= lead
    comment = "" if on_line or place.is_empty else _comment_behind(layout, place)
    if comment:
        style = replace(style, blocks="")
    if entry.key is None and on_line and not place.anchor:
        style = replace(style, item=place.content - entry.start)
    head, lines = _behind_lead(style, entry, place, value)
    gap = style.item - 1 if entry.key is None and not place.anchor else 1
    head_behind = " " * gap + head if head else ""
    tail = "".join(style.newline + (" " * column + line if line else "") for line in lines)
    if place.is_empty:
        yield Splice(lead, lead, head_behind)
        yield _at_line_end(layout, lead, tail)
    elif on_line:
        start = place.content if head else lead
        yield Splice(start, place.end, head)
        yield _at_line_end(layout, place.end, tail)
    else:
        # It begins on a line of its own; comments between stay, and so does one behind it.
        yield Splice(lead, lead, head_behind)
        at = _end_of_line_before(layout, place.content)
        kept = style.newline + " " * layout.column(place.content) + comment if comment else ""
        yield Splice(at, layout.line_end(place.end), tail + kept)


def _comment_behind(layout: Layout, place: Place) -> str:
    """The comment behind a value; in a block, it belongs to what stands last in that."""
    if place.entries and not place.is_flow:
        return ""
    return layout.text[place.end : layout.line_end(place.end)].strip(" \t")


def _behind_lead(style: Style, entry: Entry, place: Place, value: Any) -> tuple[str, list[str]]:
    """What stands on the line of the key or dash, and the lines below, relative to it."""
    if entry.key is None and is_block(value, style):
        if place.anchor:
            return "", indented(block(value, style), style.item)
        first, *rest = item_lines(value, style)
        return first[1:].lstrip(" "), rest
    quote = place.style if place.kind == "scalar" and place.style in ("'", '"') else ""
    return lines_behind(value, style, quote)


def _at_line_end(layout: Layout, offset: int, tail: str) -> Splice:
    if not layout.is_last(offset):
        raise ImpossibleError((), "something else follows it on its line")
    end = layout.line_end(offset)
    return Splice(end, end, tail)


def _end_of_line_before(layout: Layout, offset: int) -> int:
    start = layout.line_start(offset)
    return start - (2 if layout.text[start - 2 : start] == "\r\n" else 1)


# -- removal ---------------------------------------------------------------------------------------


def clear(layout: Layout, style: Style, entry: Entry, place: Place) -> Iterator[Splice]:
    """All entries go; brackets say that there is nothing. Comments between them stay."""
    empty: Any = {} if place.kind == "mapping" else []
    lead = layout.anchor_end(place) if place.anchor else entry.lead
    if place.tagged or layout.line_start(place.content) <= lead:
        yield from set_value(layout, style, entry, place, empty)
        return
    yield Splice(lead, lead, f" {empty}")
    for index in range(len(place.entries)):
        yield from remove(layout, place, index, ())


def remove(
    layout: Layout, place: Place, index: int, path: Path, before: int | None = None
) -> Iterator[Splice]:
    """One of several entries goes, with its lines; `before` is the last that stays before it."""
    entry = place.entries[index]
    if layout.is_first(entry.start):
        if not layout.is_last(entry.end):
            raise ImpossibleError(path, "something else follows it on its line")
        end = layout.next_line(entry.end)
        if before is not None and _takes_in(layout, place, before, end):
            end = layout.next_text(end)
        yield Splice(layout.line_start(entry.start), end, "")
    elif index == 0 and not layout.has_comment(entry.end, place.entries[1].start):
        # Behind a dash: the next entry moves up to its place.
        yield Splice(entry.start, place.entries[1].start, "")
    else:
        yield Splice(entry.start, entry.end, "")


def _takes_in(layout: Layout, place: Place, index: int, end: int) -> bool:
    """Whether an entry ends with text that, when the next ones go, has the blank lines behind."""
    value, behind = _last(place.entries[index].value), place.entries[index + 1].start
    if value.style not in ("|", ">") or layout.text[value.end : behind].strip():
        return False
    return value.keeps or bool(_blank(layout, end).strip(BREAKS))


def _last(place: Place) -> Place:
    """What ends where a place ends."""
    while place.entries:
        place = place.entries[-1].value
    return place
