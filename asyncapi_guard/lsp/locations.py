"""Where things are, in the protocol's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.findings import to_range
from asyncapi_guard.spec.references import is_file, path_of

if TYPE_CHECKING:
    from asyncapi_guard.lsp.open_files import Document, OpenFiles
    from asyncapi_guard.lsp.snapshots import Snapshot
    from asyncapi_guard.lsp.views import View
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["location_of", "range_in"]


def location_of(files: OpenFiles, view: View, source: Source, path: Path) -> types.Location | None:
    """Where the key of a value is, or the value if it has no key.

    `None` where it is not written, or no file has it.
    """
    if not is_file(source.uri):
        return None
    place = path_of(source.uri)
    document = files.at(place)
    if document is None:
        snapshot = view.snapshot_of(source)
        span = _span(snapshot, path)
        if span is None:
            return None
        found = to_range(snapshot.text.place(span[0]), snapshot.text.place(span[1]))
        return types.Location(place.as_uri(), found)
    opened = document.snapshot()
    span = _span(opened, path) if opened is not None else None
    range = range_in(document, span) if span is not None else None
    return types.Location(document.uri, range) if range is not None else None


def range_in(document: Document, span: tuple[int, int]) -> types.Range | None:
    """The range in the present text of offsets in the latest one that could be read."""
    found = document.range_of(*span)
    return to_range(*found) if found is not None else None


def _span(snapshot: Snapshot, path: Path) -> tuple[int, int] | None:
    """The key of a value; the whole text's first character for the document itself."""
    return snapshot.span(path, key=True) if path else (0, 0)
