"""The files of the server: open documents, which shadow files on the disk, and files as they are.

Whatever is read is read once, until it changes. A document that is open counts as the editor has
it, for references from other files as well. One lock guards what handlers and the thread that
validates share.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from asyncapi_guard.errors import UnreadableDocument
from asyncapi_guard.lsp.parts import Reader
from asyncapi_guard.lsp.snapshots import Snapshot
from asyncapi_guard.lsp.texts import Place, Text
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.memory import Memory
from asyncapi_guard.spec.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Document", "OpenFiles", "path_of_uri"]

#: Of files that nobody has open.
_MOST_KEPT = 500


def path_of_uri(uri: str, language: str = "") -> Path:
    """The path of a document; of one that was never saved, the path it might get."""
    from urllib.request import url2pathname

    parts = urlsplit(uri)
    if parts.scheme == "file":
        name = url2pathname(parts.path)
        if parts.netloc and parts.netloc != "localhost":
            name = f"//{parts.netloc}{name}"
        return Path(os.path.abspath(name))  # noqa: PTH100  # pathlib keeps the `..`
    name = unquote(parts.path or uri).rstrip("/").rpartition("/")[2].replace(":", "-") or "document"
    path = Path.cwd() / name
    return path.with_name(f"{name}.json") if language == "json" and not path.suffix else path


def identity(path: Path) -> str:
    """What tells files apart, links followed."""
    return os.path.realpath(path)


class Document:
    """A document that is open in the editor.

    Attributes:
        uri: as the editor writes it.
        path: where it is, or would be saved.
        version: the editor's count of changes.
        text: the present text.
    """

    def __init__(self, uri: str, path: Path, version: int, text: str) -> None:
        self.uri: str = uri
        self.path: Path = path
        self.version: int = version
        self.text: Text = Text(text)
        self._read: Text | None = None
        self._fault: UnreadableDocument | None = None
        self._good: Snapshot | None = None
        #: What validating earlier texts found out.
        self.memory: Memory = Memory()
        self._reader = Reader()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What it is called in findings: relative to the working directory, if it is below it."""
        try:
            return str(self.path.relative_to(Path.cwd()))
        except ValueError:
            return str(self.path)

    def read(self, name: str, uri: str, text: Text | None = None) -> Source:
        """The present text, read.

        Raises:
            UnreadableDocument: it cannot be read now.
        """
        wanted = text or self.text
        with self._lock:
            if self._read is not wanted:
                self._read_now(wanted)
            if self._fault is not None:
                raise _renamed(self._fault, name)
            source = self._good.source if self._good is not None else None
        if source is None:
            raise AssertionError("a text was read, or it has findings")
        return _called(source, name, uri)

    def _read_now(self, text: Text) -> None:
        self._read, self._fault = text, None
        try:
            source = self._reader.read(self.name, self.path.as_uri(), text.value)
        except UnreadableDocument as error:
            self._fault = error
            return
        self._good = Snapshot(source, text)

    def snapshot(self) -> Snapshot | None:
        """The latest text that could be read; `None` when none could."""
        with suppress(UnreadableDocument):
            self.read(self.name, self.path.as_uri())
        return self._good

    @property
    def is_readable(self) -> bool:
        """Whether the present text can be read."""
        return self.snapshot() is not None and self._fault is None

    # -- the present text and the snapshot ---------------------------------------------------------

    def in_snapshot(self, line: int, column: int) -> int | None:
        """The offset in the snapshot of a place in the present text.

        `None` where they differ, and without a snapshot.
        """
        snapshot = self.snapshot()
        if snapshot is None:
            return None
        if snapshot.text is self.text:
            return self.text.offset(line, column)
        same = _Same(self.text, snapshot.text).other(line)
        return None if same is None else snapshot.text.offset(same, column)

    def range_of(self, start: int, end: int) -> tuple[Place, Place] | None:
        """The range in the present text of offsets in the snapshot; `None` where they differ."""
        snapshot = self.snapshot()
        if snapshot is None:
            return None
        first, last = snapshot.text.place(start), snapshot.text.place(end)
        if snapshot.text is self.text:
            return first, last
        same = _Same(snapshot.text, self.text)
        begin, stop = same.other(first.line), same.other(last.line)
        if begin is None or stop is None:
            return None
        return Place(begin, first.column), Place(stop, last.column)


class _Same:
    """Lines that two texts share: those before all differences, and those behind."""

    def __init__(self, one: Text, two: Text) -> None:
        self._one, self._two = one, two

    def other(self, line: int) -> int | None:
        """The number of a line of the first text in the second one."""
        one, two = self._one, self._two
        if not 0 <= line < len(one.starts):
            return None
        start, end = one.starts[line], one.starts[line] + len(one.line(line))
        if one.value[:end] == two.value[:end] and one.line(line) == two.line(line):
            return line
        behind = len(one.value) - start
        if behind <= len(two.value) and one.value[start:] == two.value[-behind:]:
            number = line - len(one.starts) + len(two.starts)
            return number if number >= 0 and two.line(number) == one.line(line) else None
        return None


def _called(source: Source, name: str, uri: str) -> Source:
    """A source by another name: what it is called depends on the document that refers to it."""
    return source if (source.name, source.uri) == (name, uri) else source.renamed(name, uri)


def _renamed(error: UnreadableDocument, name: str) -> UnreadableDocument:
    from dataclasses import replace

    return UnreadableDocument([replace(each, file=name) for each in error.findings])


class _Kept:
    """A file on the disk that was read."""

    __slots__ = ("source", "stamp")

    def __init__(self, stamp: tuple[int, int], source: Source) -> None:
        self.stamp = stamp
        self.source = source


class OpenFiles:
    """All files that the server knows of."""

    def __init__(self) -> None:
        #: How often anything changed.
        self.generation: int = 0
        self._documents: dict[str, Document] = {}
        self._by_path: dict[str, Document] = {}
        self._kept: dict[str, _Kept] = {}

    # -- open documents ----------------------------------------------------------------------------

    def open(self, uri: str, language: str, version: int, text: str) -> Document:
        """Take a document that the editor opened."""
        document = Document(uri, path_of_uri(uri, language), version, text)
        self.generation += 1
        self._documents[uri] = document
        self._by_path[identity(document.path)] = document
        return document

    def change(
        self, uri: str, version: int, changes: Iterable[tuple[Place, Place, str] | str]
    ) -> Document | None:
        """Take changes: ranges with new texts, or whole texts."""
        document = self._documents.get(uri)
        if document is None:
            return None
        text = document.text
        for change in changes:
            text = Text(change) if isinstance(change, str) else text.changed(*change)
        self.generation += 1
        document.text, document.version = text, version
        return document

    def close(self, uri: str) -> Document | None:
        """Forget a document: from now on its file counts."""
        self.generation += 1
        document = self._documents.pop(uri, None)
        if document is not None:
            self._by_path.pop(identity(document.path), None)
        return document

    def document(self, uri: str) -> Document | None:
        """An open document."""
        return self._documents.get(uri)

    def documents(self) -> list[Document]:
        """All open documents."""
        return list(self._documents.values())

    def at(self, path: Path) -> Document | None:
        """The open document at a path."""
        return self._by_path.get(identity(path))

    def uri_of(self, path: Path) -> str:
        """The URI of a file: as the editor writes it, if the file is open."""
        document = self.at(path)
        return document.uri if document is not None else path.as_uri()

    # -- reading -----------------------------------------------------------------------------------

    def read(self, name: str, uri: str, path: Path) -> Source | None:
        """A file to which a document refers: as it is open, else as it was read, while it is so.

        Raises:
            UnreadableDocument: it is no document.
        """
        document = self._by_path.get(str(path))
        if document is not None:
            return document.read(name, uri)
        stamp = _stamp(path)
        if stamp is None or stamp[1] > DEFAULT_LIMITS.size:
            return None
        kept = self._kept.get(str(path))
        if kept is None or kept.stamp != stamp:
            kept = _Kept(stamp, read_source(name, uri, path.read_bytes()))
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[str(path)] = kept
        return _called(kept.source, name, uri)

    def snapshot(self, path: Path) -> Snapshot | None:
        """A file, open or not; `None` when it cannot be read."""
        document = self.at(path)
        if document is not None:
            return document.snapshot()
        try:
            source = self.read(str(path), path.as_uri(), path)
        except (UnreadableDocument, OSError):
            return None
        return Snapshot(source) if source is not None else None

    def forget(self, path: Path) -> None:
        """Read a file again when it is next needed."""
        self.generation += 1
        self._kept.pop(identity(path), None)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
