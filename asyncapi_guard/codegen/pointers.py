"""References to places in a document: without absolute paths, the same on every machine."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from asyncapi_guard.spec.pointers import parse_fragment
from asyncapi_guard.spec.references import Node

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.spec.source import Source

__all__ = ["Pointers"]


class Pointers:
    """Knows the files of a document by their names.

    Args:
        documents: as they are when all references have been followed.
    """

    def __init__(self, documents: Documents) -> None:
        self._main = documents.main
        # The longest first: one name may begin as another one does.
        sources = sorted(documents.sources(), key=lambda source: -len(source.name))
        self._sources = [(f"{source.name}#", source) for source in sources]

    def source(self, place: str) -> tuple[Source, str]:
        """The file of a place (`file#/json/pointer`), and the pointer into it."""
        for prefix, source in self._sources:
            if place.startswith(prefix):
                return source, place[len(prefix) :]
        return self._main, place.partition("#")[2]

    def relative(self, place: str) -> str:
        """A place as a reference from the document: `#/pointer`, or `other.yml#/pointer`."""
        source, pointer = self.source(place)
        if source is self._main:
            return f"#{pointer}"
        return f"{_relative(self._main.uri, source.uri)}#{pointer}"

    def node(self, place: str) -> Node:
        """The value at a place."""
        source, pointer = self.source(place)
        node = Node(source, (), source.data)
        for part in _path(source.data, pointer):
            node = node.child(part)
        return node

    def finding(self, place: str, message: str) -> Finding:
        """What is to be said about a place, with its line."""
        source, pointer = self.source(place)
        return source.finding(_path(source.data, pointer), message, key=True)


def _path(data: Any, pointer: str) -> Path:
    """The parts of a pointer, indexes of sequences as numbers."""
    path: list[str | int] = []
    for part in parse_fragment(pointer):
        below: Any = None  # where the place stands for what was not written
        if isinstance(data, list) and part.isdecimal():
            path.append(int(part))
            below = data[int(part)] if int(part) < len(data) else None
        else:
            path.append(part)
            below = data.get(part) if isinstance(data, dict) else None
        data = below
    return tuple(path)


def _relative(base: str, uri: str) -> str:
    here, there = urlsplit(base), urlsplit(uri)
    if (here.scheme, there.scheme) != ("file", "file"):
        return uri
    folder = os.path.dirname(unquote(here.path))  # noqa: PTH120  # of a URI's path
    try:
        path = os.path.relpath(unquote(there.path), folder)
    except ValueError:  # another drive
        return uri
    return quote(PurePath(path).as_posix())
