"""Inlay hints: behind each operation, what it means: `receives /chat say`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.meaning import operation_hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.views import View

__all__ = ["hints", "register"]


def hints(view: View, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The hints between two offsets: the offset behind the key of an operation, and the text."""
    for _, entry, operation in view.operations():
        if entry.source is not view.snapshot.source:
            continue
        key = view.snapshot.span(entry.path, key=True)
        if key is not None and start <= key[0] <= end:
            text = operation_hint(view, operation)
            if text:
                yield key[1], text


def register(server: GuardServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        document = server.files.document(params.text_document.uri)
        view = server.views.of(document) if document is not None else None
        if document is None or view is None or not document.is_readable:
            return []
        text = document.text
        first, last = params.range.start, params.range.end
        start, end = (
            text.offset(first.line, first.character),
            text.offset(last.line, last.character),
        )
        found = []
        for offset, hint in hints(view, start, end):
            # Behind the colon, where the line of the key ends.
            colon = text.value.find(":", offset)
            place = text.place(colon + 1 if 0 <= colon < offset + 3 else offset)
            found.append(
                types.InlayHint(
                    position=types.Position(*place),
                    label=hint,
                    padding_left=True,
                )
            )
        return found
