"""How the author of a file writes: what most places of the file do, new ones do, too."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from asyncapi_guard.spec.edit.layout import BREAK

if TYPE_CHECKING:
    from asyncapi_guard.spec.edit.layout import Entry, Layout, Place

__all__ = ["Style", "newline_of", "style_of"]

_T = TypeVar("_T")
_TABBED = re.compile("[\n\r]\t")


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of a file.

    Attributes:
        step: how many columns a mapping stands behind the key that it belongs to.
        dash: the same for the dashes of a list.
        item: from a dash to what stands behind it.
        newline: the line break.
        quote: of strings that need quotes.
        json: the file is JSON, and stays so.
        colon: between a key and its value, in brackets.
        comma: between two entries on one line, in brackets.
        brace: a blank or nothing inside of braces.
        flow_references: whether `$ref` stands in braces: `{$ref: '#/...'}`.
        ascii: whether JSON escapes what is not ASCII.
        tabs: whether JSON is indented with tabs.
        blocks: which blocks of text may stand there: `+` for all, `|` for those that do not keep
            the blank lines below, empty for none.
    """

    step: int = 2
    dash: int = 2
    item: int = 2
    newline: str = "\n"
    quote: str = "'"
    json: bool = False
    colon: str = ": "
    comma: str = ", "
    brace: str = ""
    flow_references: bool = False
    ascii: bool = False
    tabs: bool = False
    blocks: str = "+"


class _Habits:
    """What was seen, and how often."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.step: Counter[int] = Counter()
        self.dash: Counter[int] = Counter()
        self.item: Counter[int] = Counter()
        self.quote: Counter[str] = Counter()
        self.colon: Counter[str] = Counter()
        self.comma: Counter[str] = Counter()
        self.brace: Counter[str] = Counter()
        self.reference: Counter[bool] = Counter()

    def look(self, place: Place) -> None:
        if place.kind == "scalar":
            self._quotes(place)
        elif place.is_flow:
            self._brackets(place)
        for entry in place.entries:
            if entry.key is not None:
                self._quotes(entry.key)
            if not place.is_flow:
                self._indentation(entry)

    def _quotes(self, place: Place) -> None:
        if place.style in ("'", '"'):
            self.quote[place.style] += 1

    def _indentation(self, entry: Entry) -> None:
        layout, value = self.layout, entry.value
        if entry.key is None:
            if not value.is_empty and layout.line_start(value.start) <= entry.start:
                self.item[value.start - entry.start] += 1
            return
        self.reference.update(_is_flow_reference(value))
        if value.entries and not value.is_flow and layout.line_start(value.content) > entry.start:
            behind = layout.column(value.entries[0].start) - layout.column(entry.start)
            (self.step if value.kind == "mapping" else self.dash)[behind] += 1

    def _brackets(self, place: Place) -> None:
        layout, text = self.layout, self.layout.text
        if not place.entries:
            return
        first = place.entries[0]
        inside = text[place.content + 1 : first.start]
        if inside.strip(" ") == "":
            self.brace[inside] += place.kind == "mapping"
        elif layout.is_first(first.start):
            line = layout.column(layout.skip(layout.line_start(place.content)))
            self.step[layout.column(first.start) - line] += 1
        for before, entry in pairwise(place.entries):
            gap = text[before.end : entry.start]
            if gap.strip(" ") == ",":
                self.comma["," + gap.partition(",")[2]] += 1
        for entry in place.entries:
            if entry.key is not None and entry.lead >= 0 and not entry.value.is_empty:
                self.colon[text[entry.key.end : entry.value.start]] += 1


def _is_flow_reference(value: Place) -> list[bool]:
    if value.kind != "mapping" or len(value.entries) != 1:
        return []
    key = value.entries[0].key
    return [value.is_flow] if key is not None and key.text == "$ref" else []


def style_of(layout: Layout, *, json: bool) -> Style:
    """The habits of the author of a text; where nothing is seen, those of most people."""
    habits = _Habits(layout)
    for place in layout.root.walk():
        habits.look(place)
    step = _most({n: c for n, c in habits.step.items() if n > 0}, 2)
    return Style(
        step=step,
        dash=_most({n: c for n, c in habits.dash.items() if n >= 0}, step),
        item=_most({n: c for n, c in habits.item.items() if n > 1}, 2),
        newline=newline_of(layout.text),
        quote=_most(habits.quote, "'"),
        json=json,
        colon=_most({t: c for t, c in habits.colon.items() if t in (":", ": ")}, ": "),
        comma=_most(habits.comma, ", "),
        brace=_most(habits.brace, ""),
        flow_references=_most(habits.reference, default=False),
        ascii=json and layout.text.isascii() and "\\u" in layout.text,
        tabs=json and _TABBED.search(layout.text) is not None,
    )


def newline_of(text: str) -> str:
    """The line break of a text; that of most systems where it has none."""
    found = BREAK.search(text)
    return found[0] if found is not None and found[0] in ("\n", "\r\n", "\r") else "\n"


def _most(seen: dict[_T, int], default: _T) -> _T:
    """What was seen most often; of several, what was seen first."""
    return max(seen, key=seen.__getitem__) if any(seen.values()) else default
