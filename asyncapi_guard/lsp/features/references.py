"""Find references: every `$ref` to a place, in all documents, and operations without `messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from asyncapi_guard.lsp.locations import location_of
from asyncapi_guard.lsp.parts import references_in
from asyncapi_guard.spec.references import Node, is_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.snapshots import Spot
    from asyncapi_guard.lsp.views import View

__all__ = ["meant", "references_to", "register"]


def meant(view: View, spot: Spot) -> Node | None:
    """What the place at a cursor is, or refers to."""
    path = spot.path
    if path and path[-1] == "$ref":
        around = view.snapshot.node(path[:-1])
        if around is not None and is_reference(around.value):
            return view.target(around)
    return view.snapshot.node(path) if path and spot.on_key else None


def references_to(view: View, place: Any) -> list[Node]:
    """What refers to a place in a document and its files, directly or by way of other references.

    An operation without `messages` refers to each message of its channel.
    """
    by_target: dict[Any, list[Node]] = {}
    for source in view.documents.sources():
        for node in references_in(source):
            target = view.target(node)
            if target is not None:
                by_target.setdefault(target.place, []).append(node)
    for _, _, operation in view.operations():
        if "messages" not in operation.value:
            for event in view.events(operation):
                by_target.setdefault(event.entry.place, []).append(operation)
    found: dict[Any, Node] = {}
    todo = [place]
    while todo:
        for node in by_target.get(todo.pop(), ()):
            if node.place not in found:
                found[node.place] = node
                todo.append(node.place)
    return list(found.values())


def _locations(server: GuardServer, views: Iterable[View], place: Any) -> Iterator[types.Location]:
    for view in views:
        for node in references_to(view, place):
            path = (*node.path, "$ref") if is_reference(node.value) else node.path
            location = location_of(server.files, view, node.source, path)
            if location is not None:
                yield location


def register(server: GuardServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location]:
        found = server.spot(params.text_document.uri, params.position)
        if found is None:
            return []
        view, spot = found
        node = meant(view, spot)
        if node is None:
            return []
        every = [view, *(each for each in server.views.every() if each is not view)]
        locations = list(_locations(server, every, node.place))
        if params.context.include_declaration:
            own = location_of(server.files, view, node.source, node.path)
            locations += [own] if own is not None else []
        return [each for index, each in enumerate(locations) if each not in locations[:index]]
