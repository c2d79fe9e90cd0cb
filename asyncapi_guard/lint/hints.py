"""What to write where a value of another type stands: a list for a map, a name for a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.habits import ACK_ADVICE
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import is_reference

if TYPE_CHECKING:
    from asyncapi_guard.lint.grammar import Type
    from asyncapi_guard.spec.references import Node

__all__ = ["action_hint", "hint_for", "kind_hint"]

_SHOWN = 120
#: The fields that texts are written for, where an object with fields is wanted.
_FIELD_FOR = {"Tag": "name", "ExternalDocs": "url", "License": "name", "Contact": "name"}
_SECTIONS = {
    "Channel": ("channels",),
    "Server": ("servers",),
    "Message": ("components", "messages"),
    "SecurityScheme": ("components", "securitySchemes"),
    "OperationTrait": ("components", "operationTraits"),
    "MessageTrait": ("components", "messageTraits"),
}
#: Where what is referred to is written.
_IN_PLACE = {
    "Channel": "write the channel below 'channels'",
    "Message": "write the message below the channel's 'messages'",
    "Server": "write the server below 'servers'",
}
#: Maps of these have the names that something is referred to by.
_NAMED = frozenset(("Channel", "Message", "Operation", "Parameter", "Schema", "Server"))


def hint_for(root: Node, node: Node, type: Type) -> str:
    """What to write in place of a value of another type; empty where that is not known.

    Args:
        root: the document, where references lead.
        node: the value.
        type: what is wanted.
    """
    if node.value is None:
        return "; nothing is below it: indent its entries further, or remove it"
    if type.kind == "choice":
        return "; write an operation for each" if node.path[-1] == "action" else ""
    if type.kind == "map":
        return _as_map(node, type)
    if type.kind == "list" and type.item is not None:
        return _as_list(root, node, type.item)
    return _as_object(root, node, type) if type.kind == "object" else ""


def _as_map(node: Node, type: Type) -> str:
    if not isinstance(node.value, list) or not node.value or type.item is None:
        return ""
    if type.item.name not in _NAMED and type.item.kind == "object":
        return ""
    first = node.value[0]
    name = _name_of(first)
    inner = f"{{$ref: '{first['$ref']}'}}" if is_reference(first) else "{}"
    if not is_reference(first) and type.item.name != "Parameter":
        inner = "{...}"
    return f"; write a map, each entry below its name: {node.path[-1]}: {{{name}: {inner}}}"


def _name_of(item: Any) -> str:
    if is_reference(item):
        return _shown(item["$ref"].rpartition("/")[2]) or "name"
    if isinstance(item, str) and item:
        return _shown(item)
    names = (item.get(key) for key in ("name", "id", "title")) if isinstance(item, dict) else ()
    return next((_shown(name) for name in names if isinstance(name, str) and name), "name")


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _as_list(root: Node, node: Node, item: Type) -> str:
    field = node.path[-1]
    if is_reference(node.value):
        return f"; write a list: {field}: [{{$ref: '{_shown(node.value['$ref'])}'}}]"
    if isinstance(node.value, str):
        inner = _written(root, node, node.value, item) or _shown(node.value)
        return f"; write a list: {field}: [{inner}]"
    if isinstance(node.value, dict) and any(key.startswith("-") for key in node.value):
        return "; a blank is missing behind the '-' of an item"
    if isinstance(node.value, dict) and not node.value.keys().isdisjoint(("oneOf", "anyOf")):
        return f"; write the list itself: {field}: [...]"
    if isinstance(node.value, dict) and len(node.value) == 1:
        ((name, value),) = node.value.items()
        inner = _written(root, node, name, item)
        is_one = isinstance(value, list) or is_reference(value)
        return f"; write a list: {field}: [{inner}]" if inner and is_one else "; write a list"
    return "; write a list" if isinstance(node.value, dict) else ""


def _as_object(root: Node, node: Node, type: Type) -> str:
    if isinstance(node.value, dict) and type.reference == "must":
        return f"; {_IN_PLACE[type.name]}, and refer to it" if type.name in _IN_PLACE else ""
    if type.name == "Reply":
        return f"; {ACK_ADVICE}"
    if not isinstance(node.value, str):
        return ""
    written = _written(root, node, node.value, type)
    is_item = isinstance(node.path[-1], int)
    return f"; write {written if is_item else f'{node.path[-1]}: {written}'}" if written else ""


def _written(root: Node, node: Node, text: str, type: Type) -> str:
    """What a text stands for where an object or a reference is wanted."""
    field = _FIELD_FOR.get(type.name)
    if field is not None:
        return f"{{{field}: {_shown(text)}}}"
    if type.name not in _SECTIONS:
        return ""
    return f"{{$ref: '{_shown(_pointer(root, node, text, type.name))}'}}"


def _pointer(root: Node, node: Node, text: str, name: str) -> str:
    if "#" in text:
        return text
    if name == "Message":
        return _message_pointer(root, node, text)
    section = _SECTIONS[name]
    return "#" + format_pointer((*section, _id_of(root, section, text)))


def _id_of(root: Node, section: tuple[str, ...], text: str) -> str:
    """The key of an entry: the text itself, or that of the entry with such an address."""
    entries: Any = root.value
    for part in section:
        entries = entries.get(part) if isinstance(entries, dict) else None
    if not isinstance(entries, dict) or text in entries:
        return text
    named = (
        key
        for key, entry in entries.items()
        if isinstance(entry, dict) and entry.get("address") == text
    )
    return next(named, text.strip("/") if text.strip("/") in entries else text)


def _message_pointer(root: Node, node: Node, text: str) -> str:
    """A message of the operation's own channel."""
    owner: Any = node.source.data
    for part in node.path[: node.path.index("messages")] if "messages" in node.path else ():
        owner = owner[part]
    channel: Any = owner.get("channel") if isinstance(owner, dict) else None
    if is_reference(channel):
        return f"{channel['$ref']}/messages/{text}"
    if isinstance(channel, str):
        return f"#/channels/{_id_of(root, ('channels',), channel)}/messages/{text}"
    return f"#/channels/NAME/messages/{text}"


# -- values ----------------------------------------------------------------------------------------

_RECEIVED = frozenset(("publish", "pub", "on", "listen", "in", "input", "request", "consume"))
_SENT = frozenset(("subscribe", "sub", "emit", "out", "output", "push", "broadcast", "produce"))


def action_hint(node: Node) -> str:
    """What an action by another name is called."""
    if node.path[-1:] != ("action",) or not isinstance(node.value, str):
        return ""
    word = node.value.lower()
    meant = "receive" if word in _RECEIVED else "send" if word in _SENT else ""
    if not meant:
        return ""
    said = f" ({word} in AsyncAPI 2)" if word in ("publish", "subscribe") else ""
    return (
        f"; an action is what the server does: 'receive' what clients emit, 'send' what they "
        f"listen to; write {meant}{said}"
    )


def kind_hint(ref: Node, target: Node, kind: str, name: str) -> str:
    """What to refer to in place of an object of another kind."""
    reference = ref.value["$ref"]
    if name == "Reply":
        return f"; {ACK_ADVICE}"
    wants_schema = name in ("Schema", "ObjectSchema", "Ack")
    if wants_schema and kind == "Message":
        has_payload = isinstance(target.value, dict) and "payload" in target.value
        return (
            f"; refer to a schema, or to the message's: '{reference}/payload'"
            if has_payload
            else ""
        )
    if name == "Message" and kind == "Schema":
        return f"; to use it as payload, write payload: {{$ref: '{reference}'}}"
    if name == "Channel" and kind == "Message":
        channel, is_of_channel, _ = reference.partition("/messages/")
        is_of_channel = is_of_channel and channel.startswith("#/channels/")
        return f"; refer to the channel: '{channel}'" if is_of_channel else ""
    if name == "Message" and kind == "Channel":
        return f"; refer to a message of it: '{reference}/messages/...'"
    return ""
