"""A text that could be read: its data, and where each value is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

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
        self.path = path
        self.start = start
        self.end = end
        self.on_key = on_key


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
        layout = self._layout
        if layout is None:
            return None
        place: LaidOut = layout.root
        path: Path = ()
        while place.entries:
            for index, entry in enumerate(place.entries):
                key = entry.key
                part = index if key is None else key.text
                if key is not None and key.start <= offset <= key.end:
                    return Spot((*path, part), key.start, key.end, on_key=True)
                if entry.value.start <= offset <= entry.value.end:
                    path, place = (*path, part), entry.value
                    break
            else:
                return None
        if not place.start <= offset <= place.end:
            return None
        return Spot(path, place.start, place.end, on_key=False)

    def span(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Where a value, or with `key` its key, begins and ends; `None` if it is not written."""
        if self._layout is None:
            return None
        try:
            entry, place = self._layout.find(path)
        except ImpossibleError:
            return None
        if key and entry is not None and entry.key is not None:
            return entry.key.start, entry.key.end
        return place.start, place.end
