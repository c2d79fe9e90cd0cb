"""A text that could be read: its data, and where each value is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from asyncapi_guard.lsp.parts import PartedSource
from asyncapi_guard.lsp.texts import Text
from asyncapi_guard.spec.edit.edits import ImpossibleError
from asyncapi_guard.spec.edit.layout import Layout
from asyncapi_guard.spec.references import Node

if TYPE_CHECKING:
    from asyncapi_guard.spec.edit.layout import Place as LaidOut
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["Snapshot", "Spot"]


class Spot:
    """What is at an offset of a text.

    Attributes:
        path: the path of the value; with `on_key`, of the value to which the key belongs.
        on_key: whether the offset is on the key.
        start: where the key or the value begins.
        end: where it ends.
    """

    __slots__ = ("end", "on_key", "path", "start")

    def __init__(self, path: Path, start: int, end: int, *, on_key: bool) -> None:
        self.path: Path = path
        self.start: int = start
        self.end: int = end
        self.on_key: bool = on_key


class Snapshot:
    """A text that could be read.

    Attributes:
        source: the text with its data.
        text: the text with its lines.
    """

    def __init__(self, source: Source, text: Text | None = None) -> None:
        self.source: Source = source
        self.text: Text = text if text is not None else Text(source.text or "")

    @property
    def root(self) -> Node:
        """All of it."""
        return Node(self.source, (), self.source.data)

    def node(self, path: Path) -> Node | None:
        """The value at a path; `None` when there is none."""
        node = self.root
        for part in path:
            try:
                node = node.child(part)
            except (KeyError, IndexError, TypeError):
                return None
        return node

    @cached_property
    def _layout(self) -> Layout | None:
        try:
            return Layout(self.text.value)
        except ImpossibleError:
            return None  # JSON that is no YAML

    def spot(self, offset: int) -> Spot | None:
        """The key or the plain value at an offset; `None` between them."""
        layout: Layout | None = None
        path: Path = ()
        start, is_head = 0, False
        if not isinstance(self.source, PartedSource):
            layout = self._layout
        elif (part := self.source.part_at(offset))[0] is not self.source.whole:
            (_, start, path), layout, is_head = part, part[0].layout, bool(part[0].below)
        found = _spot(layout, offset - start) if layout is not None else None
        if found is None:
            return None
        inner, key, span = found
        if is_head and not key:
            return None  # behind a key whose value is below it
        return Spot((*path, *inner), span[0] + start, span[1] + start, on_key=key)

    def span(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Where a value, or with `key` its key, begins and ends; `None` if it is not written."""
        start, rest = 0, path
        if isinstance(self.source, PartedSource):
            part, start, rest = self.source.part_of(path)
            if (part.below and not key) or not path:
                return start + part.head + part.below[0].indent, start + part.end
            layout = part.layout if part is not self.source.whole else None
        else:
            layout = self._layout
        if layout is None:
            return None
        try:
            entry, place = layout.find(rest)
        except ImpossibleError:
            return None
        if key and entry is not None and entry.key is not None:
            return start + entry.key.start, start + entry.key.end
        return start + place.start, start + place.end

    def extent(self, path: Path) -> tuple[int, int] | None:
        """Where a key with its value begins and ends."""
        key, value = self.span(path, key=True), self.span(path)
        return (key[0], max(key[1], value[1])) if key is not None and value is not None else None


def _spot(layout: Layout, offset: int) -> tuple[Path, bool, tuple[int, int]] | None:
    """The path at an offset, whether it is that of a key, and where the key or the value is."""
    place: LaidOut = layout.root
    path: Path = ()
    while place.entries:
        for index, entry in enumerate(place.entries):
            key = entry.key
            part = index if key is None else key.text
            if key is not None and key.start <= offset <= key.end:
                return (*path, part), True, (key.start, key.end)
            if entry.value.start <= offset <= entry.value.end:
                path, place = (*path, part), entry.value
                break
        else:
            return None
    is_here = place.start <= offset <= place.end
    return (path, False, (place.start, place.end)) if is_here else None
