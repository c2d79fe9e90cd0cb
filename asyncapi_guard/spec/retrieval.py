"""Other files of a spec: read only where that was allowed.

Files only below the root folder, symlinks followed first and checked then; http only from hosts
that were listed, redirects included. Imported when a reference first leads to another file.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asyncapi_guard.spec.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.spec.limits import Limits

__all__ = ["Retriever"]

_NO_ROOT = "a document that came as data refers to no files; give root="
_TIMEOUT = 10  # seconds for a document over http


class Retriever:
    """Reads the file that a URI names.

    Args:
        main: the document that refers to others; they are named relative to it.
        root: the folder that they may not leave; none for a document that came as data.
        hosts: where http may lead.
        limits: how large a file may be.
        reading: reads a file in place of the disk, or leaves it to the disk.
    """

    def __init__(
        self,
        main: Source,
        root: Path | None,
        hosts: frozenset[str],
        limits: Limits,
        reading: Callable[[str, str, Path], Source | None] | None = None,
    ) -> None:
        self._main = main
        self._root = root
        self._hosts = hosts
        self._limits = limits
        self._reading = reading

    def read(self, uri: str) -> Source:
        """The document at a URI.

        Raises:
            UnreadableDocument: it is no document.
            ValueError: it may not be read; the message says why.
            OSError: it could not be read.
        """
        scheme = urlsplit(uri).scheme
        if scheme == "file":
            return self._read_file(uri)
        if scheme in ("http", "https"):
            return self._read_http(uri)
        if not scheme:
            raise ValueError(_NO_ROOT)
        raise ValueError(f"only files and http are read, not {scheme}: URIs")

    def _read_file(self, uri: str) -> Source:
        path = Path(urllib.request.url2pathname(urlsplit(uri).path))
        if self._root is None:
            raise ValueError(_NO_ROOT)
        real = path.resolve()
        if not real.is_relative_to(self._root):
            raise ValueError(
                f"it is outside the document's directory {self._root.name!r}; see root="
            )
        name = _shown(path, self._main)
        held = self._reading(name, uri, real) if self._reading is not None else None
        if held is not None:
            return held
        if not real.is_file():
            raise ValueError("there is no such file")
        if real.stat().st_size > self._limits.size:
            raise ValueError(f"the file is larger than {self._limits.size:,} bytes")
        return read_source(name, uri, real.read_bytes(), self._limits)

    def _read_http(self, uri: str) -> Source:
        self._check_host(uri)
        opener = urllib.request.build_opener(_Redirects(self._check_host))
        try:
            with opener.open(uri, timeout=_TIMEOUT) as response:
                raw: bytes = response.read(self._limits.size + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise ValueError(str(error)) from None
        return read_source(uri, uri, raw, self._limits)

    def _check_host(self, uri: str) -> None:
        parts = urlsplit(uri)
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"{parts.scheme}: is not http")
        if not {parts.netloc, parts.hostname} & self._hosts:
            raise ValueError(
                "references over http are not followed"
                if not self._hosts
                else f"the host {parts.hostname!r} is not allowed"
            )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to allowed hosts only."""

    def __init__(self, check: Any) -> None:
        self._check = check

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            self._check(newurl)
        except ValueError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _shown(path: Path, main: Source) -> str:
    """The name of a file as people would type it: relative to the main document's."""
    folder = Path(urllib.request.url2pathname(urlsplit(main.uri).path)).parent
    try:
        relative = path.relative_to(folder)
    except ValueError:
        return str(path)
    return str(Path(main.name).parent / relative)
