"""Which replies are acks: the one rule, for whoever asks.

Without `x-ack`, an operation's `reply` says what the ack is, when no operation lists its messages
as events, whatever channel they are in. A reply of which some message is an event is no ack: it
says that an event answers an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import Node, Unresolvable, is_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.spec.references import Documents

__all__ = ["Replies"]


class Replies:
    """What the operations of a document say of events, and of acks."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._events: dict[Any, set[str]] | None = None

    @property
    def events(self) -> Mapping[Any, set[str]]:
        """The actions of the operations that have a message, by the place of its entry."""
        if self._events is None:
            self._events = {}
            root = Node(self._documents.main, (), self._documents.main.data)
            for operation in map(self._map, self._children(self._map(root.get("operations")))):
                if operation is not None:
                    for entry in self.entries(operation):
                        action = str(operation.value.get("action"))
                        self._events.setdefault(entry.place, set()).add(action)
        return self._events

    def entries(self, owner: Node) -> list[Node]:
        """The messages of an operation or a reply, as its channel has them: those it lists, or all.

        What leads nowhere is left out.
        """
        if "messages" not in owner.value:
            channel = self._map(owner.get("channel"))
            return self._children(self._map(channel.get("messages")) if channel else None)
        listed = self._resolved(owner.get("messages"))
        if listed is None or not isinstance(listed.value, list):
            return []
        return [entry for entry in map(self._target, listed.values()) if entry is not None]

    def acks(self, operation: Node) -> list[Node]:
        """The messages of an operation's reply, as entries, if they are what its acks are."""
        reply = self._map(operation.get("reply"))
        entries = self.entries(reply) if reply is not None else []
        return [] if any(entry.place in self.events for entry in entries) else entries

    def _target(self, item: Node) -> Node | None:
        if not is_reference(item.value):
            return item
        try:
            self._documents.resolve(item)
            return self._documents.target(item)
        except Unresolvable:
            return None

    def _resolved(self, node: Node | None) -> Node | None:
        try:
            return self._documents.resolve(node) if node is not None else None
        except Unresolvable:
            return None

    def _map(self, node: Node | None) -> Node | None:
        found = self._resolved(node)
        return found if found is not None and isinstance(found.value, dict) else None

    @staticmethod
    def _children(node: Node | None) -> list[Node]:
        return list(node.values()) if node is not None else []
