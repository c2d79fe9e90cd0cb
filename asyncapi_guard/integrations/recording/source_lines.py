"""Where the schemas of a contract are in its files, for log lines.

A contract keeps no lines, so a file is read again when the first violation points into it, and
never after that: neither for the next violation nor when it is changed.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.source import Source, read_text
from asyncapi_guard.violations import without_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.contract import SourceFile

__all__ = ["SourceLines", "shown_path"]


class SourceLines:
    """The files and lines in which a contract's schemas stand.

    Args:
        files: what the contract was read from.
    """

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._files = {file.name: file for file in files}
        self._sources: dict[str, Source | None] = {}
        self._found: dict[str, str] = {}
        self._reading = threading.Lock()

    def of(self, location: str) -> str:
        """Return `file:line:column` for the location of a schema (`file#/json/pointer`).

        The file is relative to the working directory if it is below it. If the file has changed
        since the contract was loaded, or cannot be read, the result is `file#/json/pointer`; if
        the document was passed as data, only `#/json/pointer`.
        """
        found = self._found.get(location)
        if found is None:
            with self._reading:
                found = self._found[location] = self._find(location)
        return found

    def _find(self, location: str) -> str:
        file = self._file(location)
        if file is None or not file.digest or not file.uri.startswith("file:"):
            return without_mapping(location)
        pointer = location.removeprefix(f"{file.name}#")
        path = Path(url2pathname(urlsplit(file.uri).path))
        if file.name not in self._sources:
            self._sources[file.name] = _read(file, path)
        source = self._sources[file.name]
        if source is None:
            return f"{shown_path(path)}#{pointer}"
        line, column = source.position_of(pointer)
        return f"{shown_path(path)}:{line}:{column}"

    def _file(self, location: str) -> SourceFile | None:
        file = self._files.get(location.partition("#")[0])
        if file is not None:
            return file
        # A file's name might have a '#' itself.
        return next((f for f in self._files.values() if location.startswith(f"{f.name}#")), None)


def _read(file: SourceFile, path: Path) -> Source | None:
    """The file, if it is still what was loaded."""
    try:
        if path.stat().st_size > DEFAULT_LIMITS.size:
            return None
        source = read_text(file.name, file.uri, path.read_bytes())
    except (OSError, SpecError):
        return None
    return source if source.digest == file.digest else None


def shown_path(path: Path) -> str:
    """The path for people: relative to the working directory if it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):  # elsewhere, or the working directory is gone
        return str(path)
