"""References of documents, in all their files: where each is, and what each part of it names.

Text that only looks like a reference, such as a `$ref` in an example, is not one: a reference is
what the linter follows.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import UnreadableDocument
from asyncapi_guard.lint.linter import examine_opened
from asyncapi_guard.lsp.open_files import identity
from asyncapi_guard.lsp.surroundings import UnusableConfiguration
from asyncapi_guard.spec.pointers import Path, parse_fragment
from asyncapi_guard.spec.references import (
    Documents,
    Node,
    Unresolvable,
    is_file,
    is_reference,
    path_of,
)
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lsp.open_files import OpenFiles
    from asyncapi_guard.lsp.surroundings import Surroundings

__all__ = ["Place", "Reference", "all_references", "place_of"]

#: The identity of a file, and a path in it.
Place = tuple[str, Path]


def place_of(node: Node) -> Place | None:
    """The file and the path of a value; `None` for what is not in a file."""
    uri = node.source.uri
    return (identity(path_of(uri)), node.path) if is_file(uri) else None


class Reference:
    """A reference.

    Attributes:
        node: the mapping with the `$ref`.
        places: for each part of its pointer, the place of the value that the part names.
    """

    def __init__(self, node: Node, places: list[Place | None]) -> None:
        self.node: Node = node
        self.places: list[Place | None] = places

    def renamed(self, target: Place, name: str) -> str:
        """The text of the reference, with another name for a place."""
        uri, _, fragment = self.node.value["$ref"].partition("#")
        first, *parts = fragment.split("/")
        new = [
            _written(name) if place == target else part
            for part, place in zip(parts, self.places, strict=True)
        ]
        return f"{uri}#{'/'.join([first, *new])}"


#: What must be escaped in a fragment, besides what a JSON Pointer escapes.
_ESCAPED = frozenset(' "<>\\^`{|}%#')


def _written(name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return "".join(f"%{ord(char):02X}" if char in _ESCAPED else char for char in escaped)


class _Followed(Documents):
    """Documents that remember which references were followed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.followed: dict[tuple[str, Path], Node] = {}

    def resolve(self, node: Node, **options: Any) -> Node:
        """The value that a node means."""
        if is_reference(node.value):
            self.followed.setdefault(node.place, node)
        return super().resolve(node, **options)

    def target(self, node: Node) -> Node:
        """The value that a reference names."""
        self.followed.setdefault(node.place, node)
        return super().target(node)

    def _target(self, node: Node, trail: Any) -> Node:
        self.followed.setdefault(node.place, node)
        return super()._target(node, trail)


def _references_of(path: FilePath, files: OpenFiles, surroundings: Surroundings) -> list[Reference]:
    """Return all references of a document and of the files that it refers to.

    Args:
        path: the document.
        files: all files, of which open ones count as the editor has them.
        surroundings: says which files can be read.

    Raises:
        UnreadableDocument: the document can't be read.
        UnusableConfiguration: its configuration can't be used.
    """
    options = surroundings.options(path)
    uri = path.as_uri()
    document = files.at(path)
    if document is not None:
        main = document.read(str(path), uri)
    else:
        main = read_source(str(path), uri, path.read_bytes())
    root = FilePath(options.root) if options.root is not None else path.parent
    documents = _Followed(main, root=root, allow_http=options.allow_http, read=files.read)
    examine_opened(documents)
    found = []
    for node in list(documents.followed.values()):
        places = list(_places(documents, node))
        if places:
            found.append(Reference(node, places))
    return found


def _places(documents: Documents, ref: Node) -> Iterator[Place | None]:
    """The places of the values that the parts of a pointer name, references on the way followed."""
    uri, _, fragment = ref.value["$ref"].partition("#")
    try:
        parts = parse_fragment(fragment)
        node = documents.target(Node(ref.source, (), {"$ref": f"{uri}#"})) if uri else _root(ref)
    except (ValueError, Unresolvable):
        return
    current: Node | None = node
    for part in parts:
        current = _step(documents, current, part)
        yield place_of(current) if current is not None else None


def _root(node: Node) -> Node:
    return Node(node.source, (), node.source.data)


def _step(documents: Documents, node: Node | None, part: str) -> Node | None:
    try:
        if node is not None and is_reference(node.value) and part not in node.value:
            node = documents.resolve(node)
        if node is None or isinstance(node.value, (str, int, float)):
            return None
        return node.child(int(part) if isinstance(node.value, list) else part)
    except (Unresolvable, KeyError, IndexError, TypeError, ValueError):
        return None


def all_references(
    paths: list[FilePath], files: OpenFiles, surroundings: Surroundings
) -> tuple[list[Reference], list[FilePath]]:
    """Return the references of several documents, each once, and the unreadable documents."""
    found: dict[tuple[str, Path], Reference] = {}
    unreadable: list[FilePath] = []
    for path in paths:
        try:
            references = _references_of(path, files, surroundings)
        except (UnreadableDocument, UnusableConfiguration, OSError):
            unreadable.append(path)
            continue
        for each in references:
            place = place_of(each.node)
            if place is not None:
                found.setdefault(place, each)
    return list(found.values()), unreadable
