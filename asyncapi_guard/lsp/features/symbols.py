"""Symbols: channels with their events, operations, components and servers.

Of a document as a tree, and of all documents by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.locations import location_of, range_in
from asyncapi_guard.lsp.meaning import operation_hint
from asyncapi_guard.spec.references import is_file, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.lsp.open_files import Document, OpenFiles
    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.views import View
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node

__all__ = ["Symbol", "register", "search", "symbols", "tree"]

_Kind = types.SymbolKind
_KINDS = {
    "channels": _Kind.Namespace,
    "messages": _Kind.Event,
    "operations": _Kind.Function,
    "schemas": _Kind.Struct,
    "securitySchemes": _Kind.Key,
    "servers": _Kind.Interface,
}
#: In an answer for all documents.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of a document.

    Attributes:
        name: what people look for.
        detail: what it is.
        kind: the protocol's kind.
        path: where it is.
        below: what it has.
    """

    name: str
    detail: str
    kind: types.SymbolKind
    path: Path
    below: list[Symbol] = field(default_factory=list)

    def walk(self, around: str = "") -> Iterator[tuple[Symbol, str]]:
        """It and all below, each with the name of what is around it."""
        yield self, around
        for each in self.below:
            yield from each.walk(self.name)


def symbols(view: View) -> list[Symbol]:
    """The symbols of a document, in its order."""
    if not isinstance(view.root.value, dict):
        return []
    found = []
    for key in view.root.value:
        if key == "channels":
            below = [_channel(view, *each) for each in view.entries(view.root, "channels")]
        elif key == "operations":
            below = [_operation(view, *each) for each in view.operations()]
        elif key == "components":
            below = list(_components(view))
        elif key == "servers":
            below = [_plain(key, name, entry) for name, entry, _ in view.entries(view.root, key)]
        else:
            continue
        section = view.root.child(key)
        found.append(Symbol(key, "", _Kind.Module, section.path, below))
    return found


def _channel(view: View, key: str, entry: Node, channel: Node) -> Symbol:
    address = view.address(channel)
    messages = [
        _message(view, name, each, message)
        for name, each, message in view.entries(channel, "messages")
        if each.path[: len(entry.path)] == entry.path and each.source is entry.source
    ]
    name = address or key
    return Symbol(name, f"channel {key}", _Kind.Namespace, entry.path, messages)


def _message(view: View, key: str, entry: Node, message: Node) -> Symbol:
    name = view.event_name(key, message)
    detail = "event" if name == key else f"event, message {key}"
    return Symbol(name or key, detail, _Kind.Event, entry.path)


def _operation(view: View, id: str, entry: Node, operation: Node) -> Symbol:
    return Symbol(id or '""', operation_hint(view, operation), _Kind.Function, entry.path)


def _components(view: View) -> Iterator[Symbol]:
    components = view.mapping(view.root, "components")
    if components is None or components.source is not view.snapshot.source:
        return
    for kind, section in components.items():
        if not isinstance(section.value, dict):
            continue
        below = []
        for key, entry in section.items():
            means = view.resolve(entry)
            if kind == "messages" and means is not None and isinstance(means.value, dict):
                below.append(_message(view, str(key), entry, means))
            else:
                below.append(_plain(str(kind), str(key), entry))
        yield Symbol(str(kind), "", _Kind.Module, section.path, below)


def _plain(kind: str, key: str, entry: Node) -> Symbol:
    detail = kind.removesuffix("s")
    return Symbol(key or '""', detail, _KINDS.get(kind, _Kind.Object), entry.path)


def tree(view: View, document: Document) -> list[types.DocumentSymbol]:
    """The symbols of an open document in the protocol's words."""

    def shown(symbol: Symbol) -> types.DocumentSymbol | None:
        extent = view.snapshot.extent(symbol.path)
        key = view.snapshot.span(symbol.path, key=True)
        around = range_in(document, extent) if extent is not None else None
        own = range_in(document, key) if key is not None else None
        if around is None or own is None:
            return None
        below = [each for each in map(shown, symbol.below) if each is not None]
        detail = symbol.detail or None
        return types.DocumentSymbol(symbol.name, symbol.kind, around, own, detail, children=below)

    return [each for each in map(shown, symbols(view)) if each is not None]


def search(files: OpenFiles, views: Iterable[View], query: str) -> Iterator[types.WorkspaceSymbol]:
    """The symbols of documents that match a query."""
    wanted = query.casefold()
    for view in views:
        for top in symbols(view):
            for symbol, around in top.walk(_file(view)):
                if symbol.kind is _Kind.Module or not _matches(wanted, symbol):
                    continue
                place = location_of(files, view, view.snapshot.source, symbol.path)
                if place is not None:
                    yield types.WorkspaceSymbol(
                        location=place, name=symbol.name, kind=symbol.kind, container_name=around
                    )


def register(server: GuardServer) -> None:
    """Add the handlers."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        document = server.files.document(params.text_document.uri)
        view = server.views.of(document) if document is not None else None
        return tree(view, document) if document is not None and view is not None else []

    @server.feature(types.WORKSPACE_SYMBOL)
    def workspace_symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        found = search(server.files, server.views.every(), params.query)
        return list(islice(found, _MOST))


def _matches(wanted: str, symbol: Symbol) -> bool:
    """Whether the letters of a query come in a symbol in this order, as editors match them."""
    letters = iter(f"{symbol.name} {symbol.path[-1]}".casefold())
    return all(letter in letters for letter in wanted)


def _file(view: View) -> str:
    uri = view.snapshot.source.uri
    return path_of(uri).name if is_file(uri) else uri
