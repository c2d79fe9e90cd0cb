"""The console of a file: what an author edits, without a server that it guards."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Optional
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.console.edition import Edition
from asyncapi_guard.console.gate import Gate
from asyncapi_guard.console.routes import Console
from asyncapi_guard.console.wsgi import ConsoleWSGI
from asyncapi_guard.contract import Perspective
from asyncapi_guard.guard import Guard
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator

    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.spec.references import Documents

__all__ = ["FileDocument", "console_of_file"]

#: When a file was changed, and its size; `None` for one that is not there.
_State = Optional["tuple[int, int]"]


class FileDocument:
    """A document in a file, read again after it, or a file that it refers to, has changed.

    Args:
        path: of the file.
        allow_http: hosts that references may lead to; see `load`.
        root: the folder that references may not leave; see `load`.
        engine: as for `load`.
        perspective: the side that the document describes.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        allow_http: Collection[str] = (),
        root: str | os.PathLike[str] | None = None,
        engine: EngineName = "auto",
        perspective: Perspective = Perspective.SERVER,
    ) -> None:
        self._path = path
        self._allow_http = allow_http
        self._root = root
        self._engine: EngineName = engine
        self._perspective = perspective
        self._edition: Edition | None = None
        self._states: dict[Path, _State] = {}
        self._reading = threading.Lock()

    def edition(self) -> Edition:
        """The document as it is in the file now.

        Raises:
            SpecError: it cannot be used.
        """
        with self._reading:
            changed = any(_state_of(path) != state for path, state in self._states.items())
            if self._edition is None or changed:
                self._edition = None  # should it fail now, it is read again
                self._edition = self._read()
            return self._edition

    def _read(self) -> Edition:
        # Before it is read: what changes meanwhile is seen the next time.
        states = {Path(self._path): _state_of(Path(self._path))}
        documents = open_documents(self._path, allow_http=self._allow_http, root=self._root)
        contract = compile_contract(documents, self._engine)
        for path in _files_of(documents):
            states.setdefault(path, _state_of(path))
        self._states = states
        seen = replace(contract, perspective=self._perspective).seen_by(Perspective.SERVER)
        return Edition(Guard(seen), documents)


def _files_of(documents: Documents) -> Iterator[Path]:
    for source in documents.sources():
        if source.uri.startswith("file:"):
            yield Path(url2pathname(urlsplit(source.uri).path))


def _state_of(path: Path) -> _State:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def console_of_file(
    document: FileDocument, *, title: str | None = None, connect: str | None = None
) -> ConsoleWSGI:
    """The WSGI application that serves the console of a file, at `/`.

    Its judge answers this machine alone. When the file cannot be used, pages say where and why.

    Args:
        document: the file.
        title: of the pages; by default the document's.
        connect: the URL of the Socket.IO server that pages connect to; `None` for none elsewhere.

    Raises:
        ValueError: `connect` is not such a URL.
    """
    console = Console(document, title=title, connect=connect, says_faults=True)
    return ConsoleWSGI(None, console, "", Gate(None))
