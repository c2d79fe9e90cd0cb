"""Channels, their parameters, and the operations that 2.x kept inside of them.

A 2.x document says what *others* do: `publish` means that clients publish and the application
receives. 3.x says what the application does, so `publish` becomes `receive`, `subscribe` `send`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from asyncapi_guard.spec.protocols import is_only_for_socketio
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.conversion import OMIT, pointer_to
from asyncapi_guard.spec.upgrade.messages import Use, convert_ack, convert_message, uses
from asyncapi_guard.spec.upgrade.names import COMPONENT, SERVER, Names, capital, identifier, legal
from asyncapi_guard.spec.upgrade.objects import convert_fields, note_foreign, omit
from asyncapi_guard.spec.upgrade.parameters import convert_parameter
from asyncapi_guard.spec.upgrade.servers import convert_security
from asyncapi_guard.spec.upgrade.traits import convert_operation_traits, convert_with_traits
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

__all__ = ["Channels"]

_ACTIONS = {"publish": "receive", "subscribe": "send"}
_EXPRESSION = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel that is being converted.

    Attributes:
        id: its key in 3.x.
        place: where it goes.
        fields: what 2.x says of it, those of a referenced channel included.
    """

    id: str
    place: Path
    fields: dict[str, Node]


class Channels:
    """The channels of a document.

    Attributes:
        operations: those of the root channels, by id.
        spare_operations: those of channels in `components` that no root channel uses.
    """

    def __init__(self, conversion: Conversion) -> None:
        self.operations: dict[str, Any] = {}
        self.spare_operations: dict[str, Any] = {}
        self._conversion = conversion
        self._ids = Names()
        self._operation_ids = Names(frozenset(_operation_ids(conversion.root)))
        self._used: set[Any] = set()

    # -- sections ----------------------------------------------------------------------------------

    def convert(self, node: Node) -> Any:
        """The `channels` of the document."""
        channels: dict[str, Any] = {}
        for address, item in self._conversion.mapping(node, "channels"):
            id = self._ids.take(identifier(address, "root"))
            place = ("channels", id)
            self._conversion.move(item.path, place)
            channel = self._root_channel(address, item, id, place)
            if channel is not OMIT:
                channels[id] = channel
        return channels if isinstance(node.value, dict) else OMIT

    def convert_spare(self, node: Node, new: Path) -> Any:
        """A channel in `components`: left out if it went to the root, where its address is."""
        if node.place in self._used:
            return OMIT
        if is_reference(node.value) or not isinstance(node.value, dict):
            return self._unresolved(node)
        channel = _Channel(identifier(str(new[-1]), "channel"), new, dict(node.items()))
        return self._channel(channel, {}, self.spare_operations)

    # -- channels ----------------------------------------------------------------------------------

    def _root_channel(self, address: str, node: Node, id: str, place: Path) -> Any:
        fields = self._fields(node, place)
        if fields is None:
            return self._unresolved(node)
        return self._channel(_Channel(id, place, fields), {"address": address}, self.operations)

    def _unresolved(self, node: Node) -> Any:
        if not is_reference(node.value):
            self._conversion.note(node, f"a channel must be a mapping, not {kind_of(node.value)}")
            return OMIT
        note_foreign(self._conversion, node, "a channel with its operations")
        return self._conversion.reference(node)

    def _fields(self, node: Node, place: Path) -> dict[str, Node] | None:
        """The fields of a channel and of the one that it refers to."""
        target = self._conversion.resolve(node)
        if target is None or not isinstance(target.value, dict):
            return None
        if target is not node:
            # An address can be said in a channel only, so each that refers to it has a copy.
            self._used.add(target.place)
            self._conversion.move(target.path, place)
        own = dict(node.items())
        own.pop("$ref", None)
        fields = dict(target.items()) if target is not node else {}
        return {**fields, **own}

    def _channel(
        self, channel: _Channel, head: dict[str, Any], operations: dict[str, Any]
    ) -> dict[str, Any]:
        messages: dict[str, Any] = {}
        names = Names()
        keys: dict[Any, str] = {}
        for field, action in _in_order(channel.fields):
            place = self._operation_place(channel, field, spare=operations is self.spare_operations)
            found = self._messages(channel, field, messages, names, keys)
            operation = self._operation(channel, field, action, found, place)
            if operation is not OMIT:
                operations[str(place[-1])] = operation
        bindings = self._address(channel, head)
        parameters = self._parameters(channel, head)
        rest = convert_fields(
            self._conversion,
            channel.fields,
            channel.place,
            "ChannelItem",
            {"servers": self._servers},
            done=("publish", "subscribe", "parameters"),
        )
        if bindings:
            _add_query(rest, bindings)
        result = {**head, **({"messages": messages} if messages else {}), **rest}
        return {**result, **({"parameters": parameters} if parameters else {})}

    def _servers(self, conversion: Conversion, node: Node, _new: Path) -> Any:
        known = conversion.root.get("servers")
        references: list[Any] = []
        for item in conversion.sequence(node, "servers"):
            if known is None or not isinstance(item.value, str) or known.get(item.value) is None:
                conversion.note(item, f"there is no server {shown(item.value)}; left out")
                continue
            reference = conversion.reference_to(("servers", item.value))
            if reference not in references:
                references.append(reference)
        return references if references or not node.value else OMIT

    # -- addresses and parameters ------------------------------------------------------------------

    def _address(self, channel: _Channel, head: dict[str, Any]) -> dict[str, Any]:
        """Take query and fragment off the address; the query as a schema, where it is a URL's."""
        address: str = head.get("address", "")
        end = re.search(r"[?#](?![^{}]*\})", address)
        if end is None:
            return {}
        node = self._node(channel)
        head["address"], removed = address[: end.start()], address[end.start() :]
        query = removed[1:].partition("#")[0] if removed[0] == "?" else ""
        if not query or not is_only_for_socketio(self._conversion.documents):
            message = f"an address has no query or fragment in 3.x: {shown(removed)} is left out"
            self._conversion.note(node, message, key=True)
            return {}
        self._conversion.note(
            node, "the query of the address goes to the channel's ws binding", key=True
        )
        return {
            name: {"type": "string"} if _EXPRESSION.fullmatch(value) else {"const": value}
            for name, value in parse_qsl(query, keep_blank_values=True)
        }

    def _node(self, channel: _Channel) -> Node:
        return next(iter(channel.fields.values()), self._conversion.root)

    def _parameters(self, channel: _Channel, head: dict[str, Any]) -> dict[str, Any]:
        """What is declared of the address's parameters; an empty one for each of the others."""
        section = channel.fields.get("parameters")
        declared = dict(self._conversion.mapping(section, "parameters"))
        if "address" not in head:
            wanted = list(declared)
        else:
            wanted = list(dict.fromkeys(_EXPRESSION.findall(head["address"])))
        names = Names(frozenset(name for name in wanted if SERVER.fullmatch(name)))
        parameters = {}
        for old in wanted:
            name = old if SERVER.fullmatch(old) else names.take(legal(old, SERVER, "parameter"))
            if name != old:
                head["address"] = head.get("address", "").replace(f"{{{old}}}", f"{{{name}}}")
            place = (*channel.place, "parameters", name)
            parameters[name] = self._parameter(declared.pop(old, None), place)
        for node in declared.values():
            self._conversion.note(node, "the address has no such parameter; left out", key=True)
        return parameters

    def _parameter(self, node: Node | None, place: Path) -> Any:
        if node is None:
            return {}
        self._conversion.move(node.path, place)
        value = convert_parameter(self._conversion, node, place)
        return {} if value is OMIT else value

    # -- messages and operations -------------------------------------------------------------------

    def _messages(
        self,
        channel: _Channel,
        field: str,
        messages: dict[str, Any],
        names: Names,
        keys: dict[Any, str],
    ) -> list[str] | None:
        """The keys of an operation's messages; `None` when it says none.

        Those that the channel did not have yet are converted and added to it.
        """
        operation = self._conversion.resolve(channel.fields[field])
        message = operation.get("message") if operation is not None else None
        if message is None:
            return None
        found = []
        for use in uses(self._conversion, message):
            if use.identity not in keys:
                key = keys[use.identity] = names.take(use.name)
                self._conversion.message_keys.add(key)
                place = (*channel.place, "messages", key)
                value = self._message(use, place)
                self._note_invented(use, key)
                if value is not OMIT:
                    messages[key] = value
            if keys[use.identity] in messages:
                found.append(keys[use.identity])
            if not _in_components(use.node):
                place = (*channel.place, "messages", keys[use.identity])
                self._conversion.move(use.node.path, place)
        return list(dict.fromkeys(found))

    def _note_invented(self, use: Use, key: str) -> None:
        if not use.has_name(self._conversion, key):
            message = f"the message has no name; its event is called {shown(key)} in the result"
            self._conversion.note(use.target or use.node, message)

    def _message(self, use: Use, place: Path) -> Any:
        target = use.target
        if target is not None and target is use.node and _in_components(target):
            # An alternative of a component, which becomes a component of its own.
            return self._conversion.reference_to(tuple(map(str, target.path)))
        if target is None or _in_components(target):
            return convert_message(self._conversion, use.node, place)
        if target is use.node or target.path[:1] != ("channels",):
            self._conversion.move(target.path, place)
            return convert_message(self._conversion, target, place)
        return self._conversion.reference(use.node)

    def _operation_place(self, channel: _Channel, field: str, *, spare: bool) -> Path:
        id = self._operation_id(channel, field)
        if not spare:
            return ("operations", id)
        return ("components", "operations", legal(id, COMPONENT, "operation"))

    def _operation_id(self, channel: _Channel, field: str) -> str:
        operation = self._conversion.resolve(channel.fields[field])
        node = operation.get("operationId") if operation is not None else None
        if node is not None and isinstance(node.value, str):
            if self._operation_ids.claim(node.value):
                return node.value
            self._conversion.note(
                node, f"the operationId {shown(node.value)} is taken; another is made"
            )
        return self._operation_ids.take(_ACTIONS[field] + capital(channel.id))

    def _operation(
        self, channel: _Channel, field: str, action: str, messages: list[str] | None, place: Path
    ) -> Any:
        node = self._conversion.resolve(channel.fields[field])
        if node is None or not isinstance(node.value, dict):
            self._conversion.note(channel.fields[field], f"{field} must be a mapping; left out")
            return OMIT
        self._conversion.move(channel.fields[field].path, place)
        special = {
            "message": omit,
            "operationId": omit,
            "security": convert_security,
            "traits": convert_operation_traits,
            "x-ack": convert_ack,
        }
        rest = convert_with_traits(self._conversion, node, place, "Operation", special)
        if messages is None:
            self._conversion.note(
                node, "the operation names no message, so 'messages' is empty in 3.x", key=True
            )
        references = [
            {"$ref": pointer_to((*channel.place, "messages", key))} for key in messages or ()
        ]
        self._conversion.spend(node, len(references))
        head = {"action": action, "channel": {"$ref": pointer_to(channel.place)}}
        return {**head, **rest, "messages": references}


def _in_components(message: Node) -> bool:
    return message.path[:2] == ("components", "messages")


def _in_order(fields: dict[str, Node]) -> Iterator[tuple[str, str]]:
    return ((field, _ACTIONS[field]) for field in fields if field in _ACTIONS)


def _operation_ids(root: Node) -> Iterator[str]:
    """Every operationId of the document: no other operation is given one of these."""
    for section in (root.get("channels"), (root.get("components") or root).get("channels")):
        items = section.items() if section is not None and isinstance(section.value, dict) else ()
        for _, item in items:
            for field in _ACTIONS:
                operation = item.get(field)
                id = operation.get("operationId") if operation is not None else None
                if id is not None and isinstance(id.value, str):
                    yield id.value


def _add_query(channel: dict[str, Any], properties: dict[str, Any]) -> None:
    """Write the query of an address into the ws binding, beside what it says."""
    bindings = channel.setdefault("bindings", {})
    if not isinstance(bindings, dict) or "$ref" in bindings:
        return
    binding = bindings.setdefault("ws", {})
    query = binding.setdefault("query", {"type": "object"}) if isinstance(binding, dict) else None
    if isinstance(query, dict) and isinstance(query.setdefault("properties", {}), dict):
        for name, schema in properties.items():
            query["properties"].setdefault(name, schema)
