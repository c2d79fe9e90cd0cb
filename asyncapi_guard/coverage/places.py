"""The locations of facts: files and lines of a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.source import Source, read_text

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract, SourceFile

__all__ = ["Places", "path_of"]


class Places:
    """The files and lines of a contract.

    Args:
        contract: it.
    """

    def __init__(self, contract: Contract) -> None:
        self._files = {file.name: file for file in contract.sources}
        self._sources: dict[str, Source | None] = {}
        self._found: dict[str, tuple[str, int]] = {}

    def of(self, location: str) -> tuple[str, int]:
        """The file and the line of a location (`file#/json/pointer`).

        The line is 0 if nobody knows it: the document came as data, or the file has changed since.
        The file is an empty text if there is none.
        """
        found = self._found.get(location)
        if found is None:
            found = self._found[location] = self._find(location)
        return found

    def _find(self, location: str) -> tuple[str, int]:
        name, _, pointer = location.rpartition("#")
        file = self._files.get(name)
        path = None if file is None else path_of(file)
        if file is None or path is None:
            return "", 0
        if name not in self._sources:
            self._sources[name] = _read(file, path)
        source = self._sources[name]
        line = 0 if source is None else source.position_of(pointer).line
        return _shown(path), line


def path_of(file: SourceFile) -> Path | None:
    """The path of a file that a contract was read from; `None` for what is no file."""
    if not file.digest or not file.uri.startswith("file:"):
        return None
    return Path(url2pathname(urlsplit(file.uri).path))


def _read(file: SourceFile, path: Path) -> Source | None:
    """The file, if it is still what was loaded."""
    try:
        source = read_text(file.name, file.uri, path.read_bytes())
    except (OSError, SpecError):
        return None
    return source if source.digest == file.digest else None


def _shown(path: Path) -> str:
    """Relative to the working directory if it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)
