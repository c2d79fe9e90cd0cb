"""A document with all that it refers to, as features look at it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.lsp.parts import references_in
from asyncapi_guard.lsp.snapshots import Snapshot
from asyncapi_guard.lsp.surroundings import Options, UnusableConfiguration
from asyncapi_guard.spec.references import (
    Documents,
    Node,
    Unresolvable,
    is_file,
    path_of,
)
from asyncapi_guard.spec.replies import Replies
from asyncapi_guard.spec.traits import merge_traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.contract import Perspective
    from asyncapi_guard.lsp.open_files import Document, OpenFiles
    from asyncapi_guard.lsp.surroundings import Surroundings
    from asyncapi_guard.spec.source import Source

__all__ = ["Event", "View", "Views"]

#: Of documents in the editor's directories that nobody opened.
_MOST_CLOSED = 200


class Event(NamedTuple):
    """A message of an operation.

    Attributes:
        name: the event.
        entry: the message as its channel has it.
        message: the message itself, references followed.
    """

    name: str
    entry: Node
    message: Node


class View:
    """A document with all that it refers to, as they are now.

    Attributes:
        snapshot: the document.
        documents: follows references.
        perspective: the side that the document describes.
    """

    def __init__(self, snapshot: Snapshot, files: OpenFiles, options: Options) -> None:
        self.snapshot: Snapshot = snapshot
        source = snapshot.source
        own = path_of(source.uri).parent if is_file(source.uri) else Path.cwd()
        root = Path(options.root) if options.root is not None else own
        self.documents: Documents = Documents(source, root=root, read=files.read)
        self.perspective: Perspective = options.settings.describes(source.name)
        self._snapshots: dict[Source, Snapshot] = {source: snapshot}

    @property
    def root(self) -> Node:
        """All of the document."""
        return self.snapshot.root

    @cached_property
    def replies(self) -> Replies:
        """Which replies are acks."""
        return Replies(self.documents)

    @property
    def actor(self) -> str:
        """Whose operations the document has: `server` or `client`."""
        return self.perspective.value

    def snapshot_of(self, source: Source) -> Snapshot:
        """A file of the document."""
        if source not in self._snapshots:
            self._snapshots[source] = Snapshot(source)
        return self._snapshots[source]

    # -- following ---------------------------------------------------------------------------------

    def resolve(self, node: Node | None) -> Node | None:
        """What a node means; `None` where a reference has no target."""
        if node is None:
            return None
        try:
            return self.documents.resolve(node)
        except Unresolvable:
            return None

    def target(self, reference: Node) -> Node | None:
        """What a reference names, one step; `None` where it has no target."""
        try:
            return self.documents.target(reference)
        except Unresolvable:
            return None

    def mapping(self, node: Node | None, name: str) -> Node | None:
        """A field that is a mapping, references followed."""
        if node is None or not isinstance(node.value, dict):
            return None
        found = self.resolve(node.get(name))
        return found if found is not None and isinstance(found.value, dict) else None

    def entries(self, node: Node | None, name: str) -> Iterator[tuple[str, Node, Node]]:
        """The entries of a map of mappings: key, entry, and what the entry means."""
        found = self.mapping(node, name)
        for key, entry in found.items() if found is not None else ():
            means = self.resolve(entry)
            if means is not None and isinstance(means.value, dict):
                yield str(key), entry, means

    def fields(self, node: Node) -> Mapping[str, Node]:
        """The fields of a message or an operation, traits applied."""
        traits = self.resolve(node.get("traits"))
        if traits is None or not isinstance(traits.value, list):
            return dict(node.items())
        resolved = [self.resolve(each) for each in traits.values()]
        return merge_traits(node, [t for t in resolved if t and isinstance(t.value, dict)])

    # -- Socket.IO ---------------------------------------------------------------------------------

    def event_name(self, key: str, message: Node) -> str:
        """The event of a message: its name, else its key."""
        name = message.value.get("name")
        if name is None and "traits" in message.value:
            merged = self.fields(message).get("name")
            name = merged.value if merged is not None else None
        return name if isinstance(name, str) else key

    def channel(self, operation: Node) -> Node | None:
        """The channel of an operation or a reply."""
        return self.mapping(operation, "channel")

    def address(self, channel: Node | None) -> str | None:
        """The namespace of a channel; `None` when it has none."""
        found = channel.value.get("address") if channel is not None else None
        return found if isinstance(found, str) else None

    def events(self, operation: Node) -> list[Event]:
        """The events of an operation: those that it lists, or all of its channel."""
        return list(self._events(self.replies.entries(operation)))

    def acks(self, operation: Node) -> list[Event]:
        """The messages of the operation's reply that are acks."""
        return list(self._events(self.replies.acks(operation)))

    def _events(self, entries: list[Node]) -> Iterator[Event]:
        for entry in entries:
            message = self.resolve(entry)
            if message is not None and isinstance(message.value, dict):
                key = str(entry.path[-1]) if entry.path else ""
                yield Event(self.event_name(key, message), entry, message)

    def operations(self) -> Iterator[tuple[str, Node, Node]]:
        """The operations of the document: key, entry, and what the entry means."""
        return self.entries(self.root, "operations")


# -- all documents ---------------------------------------------------------------------------------


class Views:
    """The views of all documents, each made again when a file has changed.

    Args:
        files: all files.
        surroundings: configuration.
    """

    def __init__(self, files: OpenFiles, surroundings: Surroundings) -> None:
        self._files = files
        self._surroundings = surroundings
        self._made: dict[Path, tuple[int, Source, View]] = {}
        self._closed: list[Path] | None = None
        self._directories: list[Path] = []

    def look_in(self, directories: list[Path]) -> None:
        """Where documents are that nobody opened."""
        self._directories = directories
        self._closed = None

    def of(self, document: Document) -> View | None:
        """The view of an open document; `None` while none of its texts could be read."""
        snapshot = document.snapshot()
        return self._view(document.path, snapshot) if snapshot is not None else None

    def every(self) -> Iterator[View]:
        """The views of all AsyncAPI documents that are open, or in the directories."""
        seen = set()
        for document in self._files.documents():
            seen.add(document.path)
            view = self.of(document)
            if view is not None and _is_document(view):
                yield view
        yield from (view for path, view in self._unopened() if path not in seen)

    def owners(self, document: Document) -> list[Path]:
        """The documents that nobody has open and that refer to a file, directly or not."""
        return [
            path
            for path, view in self._unopened()
            if self._files.at(path) is None and _reads(view, document.path.as_uri())
        ]

    def _unopened(self) -> Iterator[tuple[Path, View]]:
        if self._closed is None:
            found = (p for d in self._directories for p in self._surroundings.documents_below(d))
            self._closed = list(dict.fromkeys(found))[:_MOST_CLOSED]
        for path in self._closed:
            snapshot = self._files.snapshot(path)
            if snapshot is not None:
                yield path, self._view(path, snapshot)

    def at(self, document: Document) -> Iterator[View]:
        """The views that a file belongs to: its own, and those of documents that refer to it."""
        own = self.of(document)
        if own is not None:
            yield own
        if own is None or _is_document(own):
            return
        uri = document.path.as_uri()
        yield from (view for view in self.every() if _reads(view, uri))

    def _view(self, path: Path, snapshot: Snapshot) -> View:
        made = self._made.get(path)
        generation = self._files.generation
        if made is None or made[0] != generation or made[1] is not snapshot.source:
            try:
                options = self._surroundings.options(path)
            except UnusableConfiguration:
                from asyncapi_guard.lint.settings import Settings

                options = Options(Settings())
            made = (generation, snapshot.source, View(snapshot, self._files, options))
            self._made[path] = made
        return made[2]


def _is_document(view: View) -> bool:
    data = view.root.value
    return isinstance(data, dict) and "asyncapi" in data


def _reads(view: View, uri: str) -> bool:
    """Whether a document refers to a file, or to one that does."""
    done: set[str] = set()
    todo = [view.snapshot.source]
    while todo:
        source = todo.pop()
        if source.uri == uri:
            return True
        if source.uri in done:
            continue
        done.add(source.uri)
        for node in references_in(source):
            if not node.value["$ref"].startswith("#"):
                target = view.target(node)
                todo += [target.source] if target is not None else []
    return False
