"""Go to definition: from a `$ref` to what it names, and from an operation to its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.locations import location_of
from asyncapi_guard.spec.references import Node, is_reference

if TYPE_CHECKING:
    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.snapshots import Spot
    from asyncapi_guard.lsp.views import View

__all__ = ["definitions", "register"]


def definitions(view: View, spot: Spot) -> list[Node]:
    """What the place at a cursor is defined by: the target of a reference, or messages."""
    path = spot.path
    around = view.snapshot.node(path[:-1]) if path else None
    if around is not None and path[-1] == "$ref" and is_reference(around.value):
        found = view.target(around)
        return [found] if found is not None else []
    node = view.snapshot.node(path)
    if node is None:
        return []
    if is_reference(node.value):
        found = view.target(node)
        return [found] if found is not None else []
    if len(path) == 2 and path[0] == "operations" and isinstance(node.value, dict):
        return [event.entry for event in view.events(node)]
    return [node] if spot.on_key else []


def register(server: GuardServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location]:
        found = server.spot(params.text_document.uri, params.position)
        if found is None:
            return []
        view, spot = found
        nodes = definitions(view, spot)
        several = (location_of(server.files, view, node.source, node.path) for node in nodes)
        return [location for location in several if location is not None]
