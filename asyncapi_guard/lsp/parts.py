"""Texts that are read part by part: what did not change is not read again.

A large block mapping is cut at its keys, where their column says that they begin, and so are large
values in it. A part is read by itself. What was read of the same part before is taken again, the
very same objects, so that whoever walks the data can tell what is as it was.

A cut can be wrong: in a text with quotes that goes on at the column of the keys, say. Then one of
the parts cannot be read, or is more than one key, and the mapping around it is read as a whole. The
same goes for anchors, which parts share, and for whatever else a part cannot know. In the end the
whole text is read as any other, and faults are told as everywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.edit.edits import ImpossibleError
from asyncapi_guard.spec.edit.layout import Layout
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.position import Position
from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.source import Source, no_garbage_collection, read_source
from asyncapi_guard.spec.yaml_text import Marks, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.spec.limits import Limits
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Part", "PartedSource", "Reader", "references_in"]

#: Characters from which on a part is cut.
_LARGE = 1_500
#: What comes before the first key: comments, and the mark at which a document begins.
_BEFORE = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\n)*(?:---[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*)?"
)
_NOT_FOR_PARTS = re.compile(r"\r(?!\n)|^(?:%|---|\.\.\.)|\ufeff", re.MULTILINE)
#: A key without a value on its line, and what is above the first key below it.
_HEAD = re.compile(r" *[^\s#][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?= )")
#: What a key never begins with, or one that is read otherwise.
_NO_KEY = r"""[^\s#\-?:,\[\]{}&*!|>%@`<]"""


class Part:
    """A key of a block mapping, and its value.

    Attributes:
        text: all of it, from the column of the key.
        key: the key.
        value: plain data.
        nodes: how many values it has, with its key, and one for the mapping around it.
        indent: the column of the key.
        head: where the first part below it begins.
        below: the parts of its value; none when it is read as a whole.
    """

    def __init__(
        self, text: str, key: str, value: Any, nodes: int, head: int, below: Sequence[Part]
    ) -> None:
        self.text = text
        self.key = key
        self.value = value
        self.nodes = nodes
        self.indent: int = len(text) - len(text.lstrip(" "))
        self.head = head
        self.below = below

    @cached_property
    def breaks(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The offsets at which the parts below it begin."""
        return list(_sums(self.head, (len(part.text) for part in self.below)))

    @cached_property
    def end(self) -> int:
        """Where its value ends: behind it are blanks and comments."""
        if self.below:
            return self.starts[-1] + self.below[-1].end
        return self.layout.root.end if self.layout is not None else len(self.text)

    @cached_property
    def lines(self) -> list[int]:
        """The lines at which the parts below it begin."""
        first = self.text.count("\n", 0, self.head)
        return list(_sums(first, (part.breaks for part in self.below)))

    @cached_property
    def keys(self) -> dict[str, int]:
        """The indexes of the parts below it."""
        return {part.key: index for index, part in enumerate(self.below)}

    @cached_property
    def _own_references(self) -> list[Path]:
        return list(_references({self.key: self.value}))

    def references(self) -> Iterator[tuple[Path, Any]]:
        """The paths of what looks like a reference, with its value."""
        if not self.below:
            for path in self._own_references:
                value: Any = {self.key: self.value}
                for name in path:
                    value = value[name]
                yield path, value
            return
        around = (self.key,) if self.key else ()
        for part in self.below:
            for path, value in part.references():
                yield (*around, *path), value

    @cached_property
    def marks(self) -> Marks:
        """Where its values begin, counted from its own first line."""
        with no_garbage_collection():
            return Marks.of(self.text)

    @cached_property
    def layout(self) -> Layout | None:
        """Where its values begin and end, counted from its own beginning.

        Of a part with parts below, only its key.
        """
        try:
            return Layout(self.text[: self.head] if self.below else self.text)
        except ImpossibleError:
            return None


def _sums(first: int, sizes: Iterator[int]) -> Iterator[int]:
    for size in sizes:
        yield first
        first += size


class PartedSource(Source):
    """A document that was read part by part.

    Attributes:
        whole: all parts, below one without a key.
    """

    __slots__ = ("whole",)

    def __init__(self, name: str, uri: str, text: str, whole: Part) -> None:
        super().__init__(name, uri, text, whole.value)
        self.whole: Part = whole

    def renamed(self, name: str, uri: str) -> PartedSource:
        """The same document by another name, with the data shared."""
        return PartedSource(name, uri, self.text or "", self.whole)

    def position(self, path: Path, *, key: bool = False) -> Position:
        """Where a value (or with `key` its key) is; its nearest ancestor if it is not there."""
        part, line = self.whole, 1
        place = Position(line + part.lines[0], part.below[0].indent + 1)
        for end, name in enumerate(path, 1):
            index = part.keys.get(name) if isinstance(name, str) else None
            if index is None:
                return place
            line += part.lines[index]
            part = part.below[index]
            if end == len(path) and key:
                return Position(line, part.indent + 1)
            if not part.below:
                found = part.marks.find((part.key, *path[end:]), key=key)
                return Position(found.line + line - 1, found.column)
            place = Position(line + part.lines[0], part.below[0].indent + 1)
        return place

    def part_at(self, offset: int) -> tuple[Part, int, Path]:
        """The smallest part at an offset, where it begins, and the path of what is around it."""
        part, start = self.whole, 0
        path: Path = ()
        while part.below:
            index = bisect_right(part.starts, offset - start) - 1
            if index < 0:
                break
            if part is not self.whole:
                path = (*path, part.key)
            start += part.starts[index]
            part = part.below[index]
        return part, start, path

    def part_of(self, path: Path) -> tuple[Part, int, Path]:
        """The smallest part with a path, where it begins, and the rest of the path.

        The rest begins with the key of the part.
        """
        part, start = self.whole, 0
        rest = path
        while part.below and rest:
            index = part.keys.get(rest[0]) if isinstance(rest[0], str) else None
            if index is None:
                break
            start += part.starts[index]
            part = part.below[index]
            if not part.below or len(rest) == 1:
                return part, start, rest
            rest = rest[1:]
        return part, start, (part.key, *rest) if part is not self.whole else rest


def references_in(source: Source) -> Iterator[Node]:
    """What looks like a reference in a file, wherever it is."""
    if isinstance(source, PartedSource):
        for path, value in source.whole.references():
            yield Node(source, path, value)
        return
    for path in _references(source.data):
        node = Node(source, (), source.data)
        for part in path:
            node = node.child(part)
        yield node


def _references(data: Any) -> Iterator[Path]:
    todo: list[tuple[Path, Any]] = [((), data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, (dict, list)):
            if is_reference(value):
                yield path
            items = value.items() if isinstance(value, dict) else enumerate(value)
            below = [((*path, k), v) for k, v in items if isinstance(v, (dict, list))]
            todo.extend(reversed(below))


class Reader:
    """Reads the texts of one document, one after the other."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._known: dict[tuple[int, str], Part] = {}
        self._kept: dict[tuple[int, str], Part] = {}

    def read(self, name: str, uri: str, text: str) -> Source:
        """A text, read.

        Raises:
            UnreadableDocument: it cannot be read.
        """
        whole = self._whole(uri, text)
        if whole is not None:
            return PartedSource(name, uri, text, whole)
        return read_source(name, uri, text.encode("utf-8", "surrogatepass"), self._limits)

    def _whole(self, uri: str, text: str) -> Part | None:
        if len(text) < _LARGE or uri.lower().endswith(".json") or text.lstrip().startswith("{"):
            return None
        # Bytes are what is limited; a character has at most four.
        if len(text) * 4 > self._limits.size and (
            len(text.encode("utf-8", "surrogatepass")) > self._limits.size
        ):
            return None
        before = _BEFORE.match(text)
        head = before.end() if before is not None else 0
        if _NOT_FOR_PARTS.search(text, head) or "\ufeff" in text[:head] or "\r" in text[:head]:
            return None
        self._kept = {}
        with no_garbage_collection():
            below = self._below(text, head, 0, 0)
        if below is None:
            return None
        self._known = self._kept
        nodes = 1 + sum(part.nodes - 1 for part in below)
        if nodes > self._limits.nodes:
            return None
        return Part(text, "", {part.key: part.value for part in below}, nodes, head, below)

    def _below(self, text: str, head: int, indent: int, depth: int) -> list[Part] | None:
        """The parts of a text from an offset on; `None` where a cut would be wrong."""
        if not re.compile(f"^ {{{indent}}}(?={_NO_KEY})", re.MULTILINE).match(text, head):
            return None
        # A line feed to begin with is looked for several times as fast as the begin of a line.
        keys = re.compile(f"\n{' ' * indent}(?={_NO_KEY})")
        cuts = [head, *(match.start() + 1 for match in keys.finditer(text, head))]
        parts = []
        for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
            part = self._part(text[start:end], depth)
            if part is None:
                return None
            parts.append(part)
        return parts if len({part.key for part in parts}) == len(parts) else None

    def _part(self, text: str, depth: int) -> Part | None:
        known = self._kept.get((depth, text)) or self._known.get((depth, text))
        if known is None:
            known = (self._cut(text, depth) if len(text) >= _LARGE else None) or self._read(
                text, depth
            )
            if known is None:
                return None
        self._keep(known, depth)
        return known

    def _keep(self, part: Part, depth: int) -> None:
        if self._kept.setdefault((depth, part.text), part) is part:
            for below in part.below:
                self._keep(below, depth + 1)

    def _cut(self, text: str, depth: int) -> Part | None:
        head = _HEAD.match(text)
        if head is None:
            return None
        own = len(text) - len(text.lstrip(" "))
        rest = text[head.end() : head.end() + 200]
        indent = len(rest) - len(rest.lstrip(" "))
        above = read_part(head[0], self._limits)
        if indent <= own or above is None or list(above[0].values()) != [None]:
            return None
        below = self._below(text, head.end(), indent, depth + 1)
        if below is None:
            return None
        nodes = 3 + sum(part.nodes - 1 for part in below)
        (key,) = above[0]
        return Part(text, key, {part.key: part.value for part in below}, nodes, head.end(), below)

    def _read(self, text: str, depth: int) -> Part | None:
        limits = replace(self._limits, depth=self._limits.depth - depth)
        found = read_part(text, limits)
        if found is None or len(found[0]) != 1:
            return None
        ((key, value),) = found[0].items()
        return Part(text, key, value, found[1], 0, ())
