"""Hover: findings and their rules, what a part means in Socket.IO's terms, and what fields mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.field_texts import field_text
from asyncapi_guard.lsp.grammar_places import Kind, kind_of_place
from asyncapi_guard.lsp.locations import range_in
from asyncapi_guard.lsp.meaning import (
    ack_text,
    channel_text,
    guard_text,
    message_text,
    operation_text,
    scheme_text,
    shape,
)
from asyncapi_guard.lsp.open_files import path_of_uri
from asyncapi_guard.lsp.parts import references_in
from asyncapi_guard.spec.references import Node, is_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.lsp.checking import Found
    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.snapshots import Spot
    from asyncapi_guard.lsp.views import View
    from asyncapi_guard.spec.pointers import Path

__all__ = ["explained", "kind_at", "register"]


def kind_at(view: View, owner: View, path: Path) -> Kind | None:
    """What a place is: by the grammar, or by what refers to the file.

    Args:
        view: the file.
        owner: the document that it belongs to; the same if the file is a document.
        path: the place in the file.
    """
    if owner is view:
        return kind_of_place(path, view.root.value)
    best: tuple[int, Kind | None] = (-1, None)
    for reference in references_in(owner.snapshot.source):
        if reference.value["$ref"].startswith("#"):
            continue
        target = owner.target(reference)
        if target is None or target.source.uri != view.snapshot.source.uri:
            continue
        length = len(target.path)
        if path[:length] == target.path and length > best[0]:
            there = kind_of_place(reference.path, owner.root.value)
            if there is not None and there.name:
                best = length, kind_of_place(path[length:], target.value, there.name)
    return best[1]


def explained(view: View, owner: View, spot: Spot) -> str:
    """What the place at a cursor means, in Markdown; empty when nothing is known of it."""
    path = spot.path
    around = view.snapshot.node(path[:-1]) if path else None
    if path and path[-1] == "$ref" and around is not None and is_reference(around.value):
        return _target(owner if owner is not view else view, around)
    node = view.snapshot.node(path)
    kind = kind_at(view, owner, path)
    if node is None or kind is None:
        return ""
    parts = []
    if spot.on_key or kind.name:
        parts.append(_object(owner, str(path[-1]) if path else "", node, kind))
    value = _value(owner, kind, path, view)
    field = "" if kind.is_entry else field_text(kind)
    if field:
        parts.append(f"**{kind.field}**: {field}" if spot.on_key else field)
    return "\n\n".join(part for part in [value, *parts] if part)


def _target(view: View, reference: Node) -> str:
    """What a reference points to."""
    target = view.target(reference)
    if target is None:
        return "This reference points to nothing."
    kind = kind_of_place(target.path, target.source.data)
    if kind is None or target.source is not view.documents.main:
        there = kind_of_place(reference.path, reference.source.data)
        kind = there if there is not None else kind
    end = view.resolve(target)
    text = ""
    if kind is not None and end is not None:
        text = _object(view, str(target.path[-1]) if target.path else "", end, kind)
    return "\n\n".join(part for part in (f"`{target.location}`", text) if part)


def _object(view: View, key: str, node: Node, kind: Kind) -> str:
    """What an object means."""
    means = view.resolve(node)
    if means is None:
        return "This reference points to nothing."
    if kind.name in ("Schema", "ObjectSchema"):
        return f"```\n{shape(view, means)}\n```" + _description(means)
    if kind.name == "Ack":
        text = ack_text(view, node)
        return text[:1].upper() + text[1:] + "."
    if not isinstance(means.value, dict):
        return ""
    if kind.name in _TEXTS:
        return _TEXTS[kind.name](view, key, means)
    return _description(means).strip() if kind.is_entry else ""


#: What objects mean, by their names in the grammar.
_TEXTS: dict[str, Callable[[View, str, Node], str]] = {
    "Operation": operation_text,
    "Channel": lambda view, _key, channel: channel_text(view, channel),
    "Message": message_text,
    "SecurityScheme": lambda _view, key, scheme: scheme_text(key, scheme),
    "Guard": lambda _view, _key, guard: guard_text(guard.value),
    "MessageGuard": lambda _view, _key, guard: guard_text(guard.value),
}


def _description(node: Node) -> str:
    if not isinstance(node.value, dict):
        return ""
    texts = (node.value.get(name) for name in ("title", "summary", "description"))
    return "".join(f"\n\n{text}" for text in texts if isinstance(text, str))


def _value(view: View, kind: Kind, path: Path, file: View) -> str:
    """What a plain value means where it is."""
    if kind.owner == "Channel" and kind.field == "address":
        holder = file.snapshot.node(path[:-1])
        return channel_text(view, holder) if holder is not None else ""
    if kind.owner == "Operation" and kind.field == "action":
        holder = file.snapshot.node(path[:-1])
        if holder is not None and isinstance(holder.value, dict):
            return operation_text(view, str(path[-2]) if len(path) > 1 else "", holder)
    return ""


def _about_findings(server: GuardServer, found: list[Found], uri: str) -> list[str]:
    texts = []
    path = path_of_uri(uri)
    for each in found:
        rule = server.surroundings.rule_text(each.finding.code, path)
        texts.append(f"**{each.finding.code}**: {each.finding.message}")
        if rule:
            texts.append(rule)
    return texts


def _holds(place: types.Range, position: types.Position) -> bool:
    start, end = place.start, place.end
    here = (position.line, position.character)
    return (start.line, start.character) <= here <= (end.line, end.character)


def register(server: GuardServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        uri, position = params.text_document.uri, params.position
        here = [f for f in server.checks.found(uri) if _holds(f.diagnostic.range, position)]
        texts = _about_findings(server, here, uri)
        where = here[0].diagnostic.range if here else None
        document, found = server.files.document(uri), server.spot(uri, position)
        if document is not None and found is not None:
            view, spot = found
            others = [e for e in server.views.at(document) if e is not view]
            text = explained(view, others[0] if others else view, spot)
            if text:
                texts.append(text)
                where = where or range_in(document, (spot.start, spot.end))
        if not texts:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(texts))
        return types.Hover(content, where)
