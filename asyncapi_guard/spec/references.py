"""References: from a `$ref` to the place it means, across files.

AsyncAPI's Reference Object follows JSON Reference: the fragment is a JSON Pointer into the file,
siblings of `$ref` are ignored, and a pointer may run *through* another reference
(`#/channels/alias/messages/m`, where `alias` is a `$ref`), which no JSON Schema library follows.
So walking a pointer is ours; finding and keeping documents is `referencing`'s (its `Registry`,
with our retrieval). It is imported when a document refers to another file: most do not, and the
import costs more than reading them.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, Limits
from asyncapi_guard.spec.pointers import Path, format_pointer, parse_fragment
from asyncapi_guard.spec.wording import cut, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from asyncapi_guard.spec.source import Source

__all__ = [
    "UNRESOLVABLE",
    "Documents",
    "Node",
    "Unresolvable",
    "is_file",
    "is_reference",
    "named_by",
    "path_of",
]

#: The code of findings about references that lead nowhere.
UNRESOLVABLE = "unresolvable-reference"
# Of pointers that run through references, whose pointers do, and so on.
_DEEPEST = 50
_MOST_FILES = 1_000
# Of a chain of references that leads nowhere, which is not followed again.
_LONG = 50
# The standard library's URL functions leave these out without a word.
_BLANKS = re.compile(r"^\s|\s$|[\x00-\x1f\x7f]")


class Unresolvable(Exception):
    """A reference has no target; carries the findings, made where the reference stands."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(*findings)


def is_reference(value: Any) -> bool:
    """Whether a value is a Reference Object: a mapping whose `$ref` is a string.

    A mapping may have a property that is called `$ref`, whose value is a mapping then.
    """
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def named_by(ref: Node) -> tuple[str, Path | None]:
    """The file and the pointer that a reference names, as it is written; nothing is followed.

    Without a pointer where it is none.
    """
    try:
        uri, fragment = _split(ref.value["$ref"])
        return urljoin(ref.source.uri, uri) if uri else ref.source.uri, parse_fragment(fragment)
    except ValueError:
        return "", None


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and where it stands.

    Attributes:
        source: the document.
        path: the unescaped parts of the pointer to it.
        value: plain data; shared, never to be changed.
    """

    source: Source
    path: Path
    value: Any

    def child(self, key: str | int) -> Node:
        """The value below a key or an index; `KeyError` or `IndexError` if there is none."""
        return Node(self.source, (*self.path, key), self.value[key])

    def get(self, key: str) -> Node | None:
        """The value below a key, or `None`."""
        return self.child(key) if isinstance(self.value, dict) and key in self.value else None

    def items(self) -> Iterator[tuple[Any, Node]]:
        """Keys or indexes with their values, of a mapping or a sequence."""
        keys = self.value if isinstance(self.value, dict) else range(len(self.value))
        return ((key, self.child(key)) for key in keys)

    def values(self) -> Iterator[Node]:
        """The values of a mapping or a sequence."""
        return (child for _, child in self.items())

    @property
    def place(self) -> tuple[str, Path]:
        """What identifies it, hashable."""
        return self.source.uri, self.path

    @property
    def location(self) -> str:
        """`file#/json/pointer`."""
        return f"{self.source.name}#{format_pointer(self.path)}"

    def finding(
        self, message: str, code: str = "invalid-document", *, key: bool = False
    ) -> Finding:
        """A finding about this value (with `key`, about its key)."""
        return self.source.finding(self.path, message, code, key=key)


class _Trail:
    """The references that are being followed: a chain, and those whose pointers run through it."""

    __slots__ = ("_chain", "_outer", "depth")

    def __init__(self, outer: _Trail | None) -> None:
        self._outer = outer
        self._chain: set[tuple[str, Path]] = set()
        self.depth: int = outer.depth + 1 if outer is not None else 0

    def add(self, place: tuple[str, Path]) -> bool:
        """Go on to a reference; not if it is there already, or all this goes too deep."""
        trail: _Trail | None = self
        while trail is not None:
            if place in trail._chain:  # noqa: SLF001  # another of this class
                return False
            trail = trail._outer  # noqa: SLF001  # as above
        self._chain.add(place)
        return self.depth < _DEEPEST


class Documents:
    """The files of one spec, read when a reference first needs them.

    Args:
        main: the document itself.
        root: the folder that references may not leave.
        allow_http: hosts that references may lead to.
        limits: how large a file may be.
        read: reads a file in place of the disk, by its name, its URI and its path, links followed;
            `None` from it leaves the file to the disk. It is asked about files below the root only.
    """

    def __init__(
        self,
        main: Source,
        *,
        root: FilePath | None = None,
        allow_http: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
        read: Callable[[str, str, FilePath], Source | None] | None = None,
    ) -> None:
        self.main = main
        self._root = root.resolve() if root is not None else None
        self._hosts = frozenset(allow_http)
        self._limits = limits
        self._read = read
        self._sources = {_identity(main.uri): main}
        #: What a reference names in the file in which it stands.
        self._targets: dict[tuple[str, str], Node] = {}
        #: And where the chain of references that begins with it ends.
        self._ends: dict[tuple[str, str], Node | Unresolvable] = {}
        self._registry: Any = None
        #: The URIs of other files that references name, whether or not they were read.
        self._named: dict[str, None] = {}

    def put(self, source: Source) -> None:
        """Take a file as it is given, and not as it lies on the disk."""
        self._sources[_identity(source.uri)] = source

    def sources(self) -> tuple[Source, ...]:
        """The files that were read so far, the main one first."""
        return tuple(self._sources.values())

    def files(self) -> tuple[FilePath, ...]:
        """The paths of the files that were read, and of those that could not be.

        None where the document came as data, and refers to no files.
        """
        uris = (*(source.uri for source in self.sources()), *self._named)
        return tuple(dict.fromkeys(map(path_of, filter(is_file, uris))))

    def resolve(self, node: Node, *, _trail: _Trail | None = None) -> Node:
        """The value that a node means: itself, or what its chain of references leads to.

        Raises:
            Unresolvable: a reference has no target, may not be followed, or leads to itself.
        """
        passed: list[tuple[str, str]] = []
        try:
            node = self._walk(node, _Trail(_trail), passed)
        except Unresolvable as error:
            # Short chains are reported wherever they begin.
            if len(passed) > _LONG:
                self._ends.update(dict.fromkeys(passed, error))
            raise
        self._ends.update(dict.fromkeys(passed, node))
        return node

    def _walk(self, node: Node, trail: _Trail, passed: list[tuple[str, str]]) -> Node:
        """Follow a chain of references, and write down what it passes."""
        while is_reference(node.value):
            name = (node.source.uri, node.value["$ref"])
            if name in self._ends:
                return self._end(name)
            if not trail.add(node.place):
                message = (
                    "circular reference, which never reaches a value; refer to the value itself"
                )
                raise Unresolvable(node.finding(message, UNRESOLVABLE))
            passed.append(name)
            node = self._target(node, trail)
        return node

    def _end(self, name: tuple[str, str]) -> Node:
        end = self._ends[name]
        if isinstance(end, Unresolvable):
            raise Unresolvable(*end.findings)
        return end

    def target(self, node: Node) -> Node:
        """The value that a node's `$ref` names, one step; it may be a reference again.

        Raises:
            Unresolvable: see `resolve`.
        """
        trail = _Trail(None)
        trail.add(node.place)
        return self._target(node, trail)

    def _target(self, node: Node, trail: _Trail) -> Node:
        known = (node.source.uri, node.value["$ref"])
        if known not in self._targets:
            self._targets[known] = self._find(node, trail)
        return self._targets[known]

    def _find(self, node: Node, trail: _Trail) -> Node:
        reference: str = node.value["$ref"]
        at = node.child("$ref")
        try:
            uri, fragment = _split(reference)
            target = urljoin(node.source.uri, uri) if uri else node.source.uri
            parts = parse_fragment(fragment)
        except ValueError as error:
            from asyncapi_guard.spec.reference_advice import as_pointer

            message = f"invalid reference {shown(reference)}: {error}"
            message = as_pointer(node.source.data, reference) or message
            raise Unresolvable(at.finding(message, UNRESOLVABLE)) from None
        source = self._open(at, target) if uri else node.source
        straight = _straight(source, parts)
        if straight is not None:
            return straight
        found = Node(source, (), source.data)
        for part in parts:
            if is_reference(found.value) and part not in found.value:
                found = self.resolve(found, _trail=trail)
            below = _step(found, part)
            if below is None:
                message = _nothing_there(at, found, part)
                if "did you mean" not in message:
                    from asyncapi_guard.spec.reference_advice import elsewhere

                    message += elsewhere(node.source.data, reference)
                raise Unresolvable(at.finding(message, UNRESOLVABLE))
            found = below
        return found

    # -- other documents ---------------------------------------------------------------------------

    def _open(self, at: Node, uri: str) -> Source:
        known = _identity(uri)
        if len(self._named) < _MOST_FILES:
            self._named[uri] = None
        if known in self._sources:
            return self._sources[known]
        from asyncapi_guard.spec.reference_advice import as_pointer, path_of_windows

        windows = path_of_windows(at.value)
        if windows:
            raise Unresolvable(at.finding(f"{shown(at.value)} {windows}", UNRESOLVABLE))
        if len(self._sources) >= _MOST_FILES:
            message = (
                f"can't read {shown(at.value)}: a document can have at most {_MOST_FILES:,} files"
            )
            raise Unresolvable(at.finding(message, UNRESOLVABLE))
        from referencing import Registry, exceptions

        if self._registry is None:
            self._registry = Registry(retrieve=self._retrieve)  # type: ignore[call-arg]  # attrs class that mypy cannot see into
        try:
            retrieved = self._registry.get_or_retrieve(uri)
        except exceptions.Unretrievable as error:
            cause = error.__cause__
            if isinstance(cause, UnreadableDocument):
                reason = f"can't read {shown(at.value)}: {cut(str(cause))}"
                raise Unresolvable(at.finding(reason, UNRESOLVABLE), *cause.findings) from None
            reason = f"can't read {shown(at.value)}: {cut(str(cause))}"
            reason = as_pointer(at.source.data, at.value) or reason
            raise Unresolvable(at.finding(reason, UNRESOLVABLE)) from None
        self._registry = retrieved.registry
        source: Source = retrieved.value.contents
        return self._sources.setdefault(known, source)

    def _retrieve(self, uri: str) -> Any:
        from referencing import Resource, Specification

        from asyncapi_guard.spec.retrieval import Retriever

        retriever = Retriever(self.main, self._root, self._hosts, self._limits, self._read)
        source = retriever.read(uri)
        return Resource(contents=source, specification=Specification.OPAQUE)  # type: ignore[call-arg]  # see above


def is_file(uri: str) -> bool:
    """Whether a URI is that of a file; a document that came as data has one below its root."""
    return uri.startswith("file:") and not uri.endswith("/%3Cmapping%3E")


def path_of(uri: str) -> FilePath:
    """The path of the file that a URI names."""
    from urllib.request import url2pathname  # it takes long to import, and few ask

    return FilePath(url2pathname(urlsplit(uri).path))


def _identity(uri: str) -> str:
    """What tells files apart: one file has many URIs (`./x`, `%2e/x`, links, queries)."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    try:
        return f"file:{os.path.realpath(unquote(parts.path))}"
    except (OSError, ValueError):
        return uri


def _split(reference: str) -> tuple[str, str]:
    if _BLANKS.search(reference):
        raise ValueError("remove spaces around it, and control characters")
    if reference.startswith("#"):  # as nearly all do
        return "", reference[1:]
    uri, fragment = urldefrag(reference)
    return uri, fragment


def _straight(source: Source, path: Path) -> Node | None:
    """The value at a path through mappings alone; `None` where that is not all there is to it."""
    value = source.data
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return Node(source, path, value)


def _step(node: Node, part: str) -> Node | None:
    value = node.value
    if isinstance(value, dict):
        return node.child(part) if part in value else None
    if isinstance(value, list) and (part == "0" or (part.isdecimal() and part[0] != "0")):
        index = int(part) if len(part) < 10 else len(value)
        return node.child(index) if index < len(value) else None
    return None


def _nothing_there(at: Node, node: Node, part: str) -> str:
    where = f"{format_pointer(node.path) or 'the root'}"
    if node.source is not at.source:
        where += f" of {node.source.name}"
    message = f"unresolved reference {shown(at.value)}: no {shown(part)} in {where}"
    return message + nearest(part, node.value if isinstance(node.value, dict) else ())
