"""The console of a file: what an author edits, without a server that it guards."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Optional
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

from asyncapi_guard.console.edition import Edition, relative_name
from asyncapi_guard.console.gate import Gate
from asyncapi_guard.console.routes import Console
from asyncapi_guard.console.wsgi import ConsoleWSGI
from asyncapi_guard.contract import Perspective
from asyncapi_guard.errors import InvalidDocument, SpecError
from asyncapi_guard.guard import Guard
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.spec.references import Documents

__all__ = ["FileDocument", "console_of_file"]

#: What tells one state of a file from another; `None` for one that is not there.
_State = Optional["tuple[int, ...]"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


class FileDocument:
    """A document in a file, read again after it, or a file that it refers to, has changed.

    If the file cannot be used then, for it is half written, say, or gone, the document stays what
    it was; `Edition.faults` says what is wrong. The log names the files with their paths.

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
        self._path = Path(path)
        self._allow_http = allow_http
        self._root = root
        self._engine: EngineName = engine
        self._perspective = perspective
        self._edition: Edition | None = None
        self._states: dict[Path, _State] = {}
        self._reading = threading.Lock()

    def edition(self) -> Edition:
        """The document as it is in the file now, or as it was when it could be used last.

        Raises:
            SpecError: it could never be used.
        """
        with self._reading:
            changed = any(_state_of(path) != state for path, state in self._states.items())
            if self._edition is None or changed:
                self._edition = self._read()
            return self._edition

    def _read(self) -> Edition:
        # Before it is read: what changes meanwhile is seen the next time.
        states = {self._path: _state_of(self._path)}
        documents: Documents | None = None
        try:
            documents = open_documents(self._path, allow_http=self._allow_http, root=self._root)
            contract = compile_contract(documents, self._engine)
        except SpecError as error:
            # Whichever file is mended, or is there at last, it is read again.
            named = () if documents is None else _files_named_in(documents)
            for path in (*self._states, *named):
                states.setdefault(path, _state_of(path))
            return self._kept(error, states)
        for path in _files_of(documents):
            states.setdefault(path, _state_of(path))
        self._states = states
        seen = replace(contract, perspective=self._perspective).seen_by(Perspective.SERVER)
        return Edition(Guard(seen), documents)

    def _kept(self, error: SpecError, states: dict[Path, _State]) -> Edition:
        """The document as it was, with what is wrong with the file."""
        logger.error("the file cannot be used: %s", error)
        faults = [_shown(each, self._path) for each in error.findings]
        if states[self._path] is None:
            faults = [replace(faults[0], message=_GONE)]
        if self._edition is None:
            raise InvalidDocument(faults) from error
        self._states = states
        return self._edition.with_faults(faults)


_GONE = "there is no such file; restore it, or start again with its new name"


def _shown(finding: Finding, path: Path) -> Finding:
    """A finding without paths of this machine."""
    here = path.absolute().parent
    message = finding.message
    for folder in sorted({str(here), str(here.resolve()), str(Path.cwd())}, key=len, reverse=True):
        message = message.replace(f"{folder}{os.sep}", "").replace(folder, ".")
    file = finding.file
    if "://" not in file:
        file = relative_name(Path(file).absolute().as_uri(), path.absolute().as_uri())
    return replace(finding, file=file, message=message)


def _files_of(documents: Documents) -> Iterator[Path]:
    return _paths(source.uri for source in documents.sources())


def _files_named_in(documents: Documents) -> Iterator[Path]:
    """The files of documents, and those that their references name; some may not be there."""
    todo = [(source.uri, source.data) for source in documents.sources()]
    yield from _files_of(documents)
    seen: set[int] = set()
    while todo:
        base, value = todo.pop()
        if not isinstance(value, (dict, list)) or id(value) in seen:
            continue
        seen.add(id(value))
        todo += [(base, each) for each in (value.values() if isinstance(value, dict) else value)]
        reference = value.get("$ref") if isinstance(value, dict) else None
        if isinstance(reference, str) and not reference.startswith("#"):
            with suppress(ValueError):
                yield from _paths([urldefrag(urljoin(base, reference)).url])


def _paths(uris: Iterable[str]) -> Iterator[Path]:
    for uri in uris:
        if uri.startswith("file:"):
            yield Path(url2pathname(urlsplit(uri).path))


def _state_of(path: Path) -> _State:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def console_of_file(
    document: FileDocument, *, title: str | None = None, connect: str | None = None
) -> ConsoleWSGI:
    """The WSGI application that serves the console of a file, at `/`.

    Its judge answers this machine alone. When the file cannot be used, pages show an earlier
    version, and say where and why.

    Args:
        document: the file.
        title: of the pages; by default the document's.
        connect: the URL of the Socket.IO server that pages connect to; `None` for none elsewhere.

    Raises:
        ValueError: `connect` is not such a URL.
    """
    console = Console(document, title=title, connect=connect, says_faults=True)
    return ConsoleWSGI(None, console, "", Gate(None))
