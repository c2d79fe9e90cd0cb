"""Where everything stands in a text: a tree of places with offsets, made of the parser's events.

Offsets are of characters. The parser's end of a block (a mapping or a list without brackets, a
block of text) is where the next thing begins; here a place ends with its last character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from asyncapi_guard.spec.edit.edits import ImpossibleError
from asyncapi_guard.spec.yaml_text import as_read, events, without_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["BREAK", "BREAKS", "Entry", "Layout", "Place", "Written"]

#: Line breaks as YAML 1.2 counts them.
BREAK = re.compile("\r\n|[\n\r]")
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*")
_BLANKS = " \t"
BREAKS = "\n\r"


@dataclass(slots=True)
class Place:
    """A value in the text.

    Attributes:
        kind: `scalar`, `mapping`, `sequence` or `alias`.
        start: where it begins, its anchor and tag included.
        content: where it begins without these.
        end: behind its last character.
        style: of a scalar `'`, `"`, `|`, `>`, or empty for plain; of a collection `{` or empty for
            a block.
        keeps: of a block of text, whether blank lines at its end belong to it (`|+`).
        text: of a scalar, what it says; of an alias, the anchor.
        anchor: its anchor; empty for none.
        tagged: whether it has a tag.
        entries: what is in a collection.
        holder: the collection in which it is an entry.
    """

    kind: str
    start: int
    content: int
    end: int
    style: str = ""
    keeps: bool = False
    text: str = ""
    anchor: str = ""
    tagged: bool = False
    entries: list[Entry] = field(default_factory=list)
    holder: Place | None = None

    @property
    def is_flow(self) -> bool:
        """Whether it stands in brackets of its own."""
        return self.style == "{"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there, which means null."""
        return self.kind == "scalar" and self.content == self.end

    def walk(self) -> Iterator[Place]:
        """It, and all values below it."""
        todo: list[Place] = [self]
        while todo:
            place = todo.pop()
            yield place
            todo.extend(entry.value for entry in place.entries)


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item.

    Attributes:
        start: where it begins: the key, its `?`, the `-`, or the item in brackets.
        key: none for an item.
        value: what stands there.
        lead: behind the `:` or the `-`; -1 where there is none.
    """

    start: int
    key: Place | None
    value: Place
    lead: int

    @property
    def end(self) -> int:
        """Behind its last character."""
        key_end = self.key.end if self.key is not None else 0
        if self.value.is_empty and self.value.start == self.value.content:
            # The parser puts nothing where the next thing begins.
            return max(self.lead, key_end)
        return max(self.value.end, self.lead, key_end)


class Layout:
    """A text and its places.

    Attributes:
        text: as it was given.
        root: the value of the document.
        used: the anchors that aliases name.
    """

    def __init__(self, text: str) -> None:
        self.text: str = text
        self._length = len(text)
        self.used: set[str] = set()
        self.root: Place = self._read()

    # -- finding places ----------------------------------------------------------------------------

    def find(self, path: Path) -> tuple[Entry | None, Place]:
        """The entry at a path (none for the document itself) and its value.

        Raises:
            ImpossibleError: nothing stands there, or it stands elsewhere in truth.
        """
        entry: Entry | None = None
        place = self.root
        for end, part in enumerate(path):
            if place.kind == "alias":
                raise ImpossibleError(
                    path[:end],
                    f"this is the alias *{place.text[:60]}: edit the value at its anchor",
                )
            found = _entry(place, part)
            if found is None:
                reason = f"no {part!r} is written there"
                if any(key.text == "<<" for key in _keys(place)):
                    reason += "; it is merged in with '<<': edit it there"
                raise ImpossibleError(path[:end], reason)
            entry, place = found, found.value
        return entry, place

    # -- the text ----------------------------------------------------------------------------------

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        while offset > 0 and self.text[offset - 1] not in BREAKS:
            offset -= 1
        return offset

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its break."""
        while offset < self._length and self.text[offset] not in BREAKS:
            offset += 1
        return offset

    def next_line(self, offset: int) -> int:
        """Where the next line begins, or the text ends."""
        end = self.line_end(offset)
        found = BREAK.match(self.text, end)
        return found.end() if found else end

    def column(self, offset: int) -> int:
        """How many characters stand before an offset in its line."""
        return offset - self.line_start(offset)

    def is_first(self, offset: int) -> bool:
        """Whether only blanks stand before an offset in its line."""
        return not self.text[self.line_start(offset) : offset].strip(_BLANKS)

    def is_last(self, offset: int) -> bool:
        """Whether nothing but a comment stands behind an offset in its line."""
        rest = self.text[offset : self.line_end(offset)]
        blanks = len(rest) - len(rest.lstrip(_BLANKS))
        return blanks == len(rest) or (rest[blanks] == "#" and (blanks > 0 or offset == 0))

    def anchor_end(self, place: Place) -> int:
        """Behind the anchor of a place that has one."""
        found = _PROPERTY.match(self.text, place.start)
        return found.end() if found is not None else place.start

    def has_comment(self, start: int, end: int) -> bool:
        """Whether there is a comment in a part of the text that has no values."""
        return "#" in self.text[start:end]

    def skip(self, offset: int) -> int:
        """The next offset at which something is written: no blank, no comment."""
        text, end = self.text, self._length
        while offset < end:
            if text[offset] in _BLANKS or text[offset] in BREAKS:
                offset += 1
            elif text[offset] == "#":
                offset = self.line_end(offset)
            else:
                return offset
        return end

    def next_text(self, offset: int) -> int:
        """The first line from an offset, which begins a line, that is not blank; or the end."""
        while (end := self.next_line(offset)) > offset and self._is_blank(offset, end):
            offset = end
        return offset

    def _is_blank(self, start: int, end: int) -> bool:
        # `str.strip` would take away more: to YAML, a no-break space is text.
        return not self.text[start:end].strip(_BLANKS + BREAKS)

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> Place:
        try:
            return self._places()
        except yaml.YAMLError:
            # It was read before, as JSON that YAML does not have.
            raise ImpossibleError((), "its JSON cannot be read as YAML") from None

    def _places(self) -> Place:
        stack: list[Place] = []
        keys: list[Place | None] = []
        root: Place | None = None
        for event in events(without_surrogates(self.text)):
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                place = stack.pop()
                keys.pop()
                self._close(place, event)
            elif isinstance(event, yaml.NodeEvent):
                place = self._place(event)
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append(place)
                    keys.append(None)
                    continue
            else:
                continue
            if not stack:
                root = place
            elif stack[-1].kind == "mapping" and keys[-1] is None:
                keys[-1] = place
            else:
                self._enter(stack[-1], keys[-1], place)
                keys[-1] = None
        if root is None:
            raise ImpossibleError((), "the file is empty")
        return root

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            self.used.add(str(event.anchor))
            return Place("alias", start, start, end, text=str(event.anchor))
        content = self._behind_properties(start, event)
        place = Place("scalar", start, content, end, anchor=event.anchor or "")
        place.tagged = event.tag is not None and event.tag != "!"
        if isinstance(event, yaml.ScalarEvent):
            place.style = event.style or ""
            place.text = event.value
            place.end = self._scalar_end(place)
        else:
            place.kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            place.style = "{" if event.flow_style else ""
        return place

    def _behind_properties(self, start: int, event: Any) -> int:
        offset = behind = start
        for _ in range(bool(event.anchor) + (event.tag is not None)):
            found = _PROPERTY.match(self.text, self.skip(offset))
            if found is None:
                break
            offset = behind = found.end()
        end: int = event.end_mark.index
        if isinstance(event, yaml.ScalarEvent) and end <= behind:
            return behind  # nothing is written
        return self.skip(behind) if behind > start else start

    def _scalar_end(self, place: Place) -> int:
        if place.style not in ("|", ">"):
            return max(place.end, place.content)
        text = self.text[place.content : place.end]
        header = text[: self.line_end(place.content) - place.content]
        place.keeps = "+" in header.partition("#")[0]
        if place.keeps:
            # Blank lines at its end are text.
            return place.content + len(text.rstrip(_BLANKS).removesuffix("\n").removesuffix("\r"))
        return self._text_end(place, place.content + len(text.rstrip(_BLANKS + BREAKS)))

    def _text_end(self, place: Place, end: int) -> int:
        """The end of a block of text: of the lines of blanks behind it, longer ones are text."""
        lines = BREAK.split(self.text[self.next_line(place.content) : end])
        lines = [line for line in lines if line.strip(_BLANKS)]
        indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=self._length)
        offset = self.next_line(end)
        while offset < place.end:
            if self.line_end(offset) - offset > indent:
                end = self.line_end(offset)
            offset = self.next_line(offset)
        return end

    def _close(self, place: Place, event: Any) -> None:
        if place.is_flow:
            place.end = event.end_mark.index
        elif place.entries:
            place.end = place.entries[-1].end

    def _enter(self, holder: Place, key: Place | None, value: Place) -> None:
        value.holder = holder
        before = holder.entries[-1].end if holder.entries else holder.content
        if key is not None:
            lead = self._behind(":", key.end, value)
            holder.entries.append(Entry(self._key_start(before, key), key, value, lead))
        elif holder.is_flow:
            holder.entries.append(Entry(value.start, None, value, -1))
        else:
            dash = self.skip(before)
            holder.entries.append(Entry(dash, None, value, dash + 1))

    def _behind(self, indicator: str, offset: int, value: Place) -> int:
        """Behind the indicator that stands before a value; -1 if there is none."""
        found = self.skip(offset)
        has = self.text[found : found + 1] == indicator and (found < value.start or value.is_empty)
        return found + 1 if has else -1

    def _key_start(self, before: int, key: Place) -> int:
        """The key, or the `?` before it."""
        offset = self.skip(before)
        if self.text[offset : offset + 1] in (",", "{"):
            offset = self.skip(offset + 1)
        return offset if self.text[offset : offset + 1] == "?" and offset < key.start else key.start


def _entry(place: Place, part: str | int) -> Entry | None:
    if place.kind == "sequence" and isinstance(part, int):
        return place.entries[part] if 0 <= part < len(place.entries) else None
    if place.kind != "mapping":
        return None
    # As the text is read here, halves of escaped pairs are other characters.
    names = {part} if str(part).isascii() else {part, as_read(str(part))}
    return next((each for each in place.entries if each.key and each.key.text in names), None)


def _keys(place: Place) -> Iterator[Place]:
    return (entry.key for entry in place.entries if entry.key is not None)


class Written:
    """What stands in a source as it is written: `1.10` where the data says 1.1."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _layout(self) -> Layout | None:
        try:
            return Layout(self._source.text) if self._source.text is not None else None
        except ImpossibleError:
            return None

    def plain(self, path: Path) -> str | None:
        """The text of a plain scalar; `None` where something else stands."""
        if self._layout is None:
            return None
        try:
            _, place = self._layout.find(path)
        except ImpossibleError:
            return None
        is_plain = place.kind == "scalar" and not place.style and not place.tagged
        return self._layout.text[place.content : place.end] if is_plain else None
