"""The console's own files: scripts, styles and pictures."""

from __future__ import annotations

import functools
import gzip
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.console.lean_text import lean_script, lean_style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["StaticFile", "static_files", "tag_of"]

#: What is served, by the ends of names; anything else in the folder is not.
_TYPES = {
    "css": "text/css; charset=utf-8",
    "ico": "image/x-icon",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "woff2": "font/woff2",
}
#: What is served without comments and indentation.
_LEAN = (".css", ".js")


class StaticFile(NamedTuple):
    """A file of the console.

    Attributes:
        type: for `Content-Type`.
        body: the bytes; of scripts and styles, without comments and indentation.
        tag: for `ETag`, its quotes included.
        packed: the bytes, compressed with gzip.
    """

    type: str
    body: bytes
    tag: str
    packed: bytes


@functools.cache
def static_files() -> Mapping[str, StaticFile]:
    """All files by their paths below `static/`. They are read once; no request names a file."""
    return dict(_found(Path(__file__).with_name("static")))


def _found(folder: Path) -> Iterator[tuple[str, StaticFile]]:
    for path in sorted(folder.rglob("*")):
        kind = _TYPES.get(path.suffix[1:])
        if kind is not None and path.is_file():
            body = _body_of(path)
            packed = gzip.compress(body, mtime=0)
            found = StaticFile(kind, body, tag_of(body), packed)
            yield path.relative_to(folder).as_posix(), found


def _body_of(path: Path) -> bytes:
    if path.suffix not in _LEAN:
        return path.read_bytes()
    lean = lean_style if path.suffix == ".css" else lean_script
    return lean(path.read_text(encoding="utf-8")).encode()


def tag_of(body: bytes) -> str:
    """The `ETag` of some bytes."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
