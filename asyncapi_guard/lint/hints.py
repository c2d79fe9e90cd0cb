"""What to write where a value of another type stands: a list for a map, a name for a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.habits import ACK_ADVICE, server_address
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.schema_habits import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.lint.grammar import Type
    from asyncapi_guard.spec.references import Node

__all__ = ["choice_hint", "hint_for", "kind_hint"]

_SHOWN = 120
_EXAMPLES = "a list of examples, each with the data under 'payload': [{payload: ...}]"
#: The fields that texts are written for, where an object with fields is wanted.
_FIELD_FOR = {"Tag": "name", "ExternalDocs": "url", "License": "name"}
_SECTIONS = {
    "Channel": ("channels",),
    "Server": ("servers",),
    "Message": ("components", "messages"),
    "SecurityScheme": ("components", "securitySchemes"),
    "OperationTrait": ("components", "operationTraits"),
    "MessageTrait": ("components", "messageTraits"),
}
#: What is written for an object of which nothing is said.
_EMPTY = {"Parameter": "{}", "Message": "{payload: {type: 'null'}} if it has no arguments"}
_MODES = {True: "enforce", False: "'off'"}
_WORDS_FOR_MODES = {
    **dict.fromkeys(("on", "true", "yes", "strict", "block", "reject", "enforced"), "enforce"),
    **dict.fromkeys(("warn", "warning", "log", "monitor", "shadow", "audit", "dry-run"), "report"),
    **dict.fromkeys(("off", "false", "no", "none", "disabled", "ignore", "skip"), "'off'"),
}
#: Where what is referred to is written.
_IN_PLACE = {
    "Channel": "write the channel under 'channels'",
    "Message": "write the message under the channel's 'messages'",
    "Server": "write the server under 'servers'",
}
#: Maps of these have the names that something is referred to by.
_NAMED = frozenset(
    ("Channel", "Message", "Operation", "Parameter", "Schema", "Server", "ServerVariable")
)


def hint_for(root: Node, node: Node, type: Type) -> str:
    """What to write in place of a value of another type; empty where that is not known.

    Args:
        root: the document, where references lead.
        node: the value.
        type: what is wanted.
    """
    if type.kind == "choice":
        return _as_choice(node)
    if node.value is None:
        empty = _EMPTY.get(type.name) if type.kind == "object" else None
        empty = f", or write {node.path[-1]}: {empty}" if empty else ", or remove it"
        return f"; indent its entries further{empty}"
    if type.kind == "map":
        return _as_map(node, type)
    if type.kind == "list" and type.item is not None:
        return _as_list(root, node, type.item)
    return _as_object(root, node, type) if type.kind == "object" else ""


def _as_choice(node: Node) -> str:
    """What to write for one of several words."""
    if node.path[-1] == "mode" and isinstance(node.value, bool):
        return f"; write mode: {_MODES[node.value]}"
    if node.path[-1] != "action":
        return ""
    written = "action: receive for events that clients emit, or action: send"
    return "; write an operation for each" if isinstance(node.value, list) else f"; write {written}"


def _as_map(node: Node, type: Type) -> str:
    if type.item is not None and type.item.name == "Server":
        first = node.value[0] if isinstance(node.value, list) and node.value else node.value
        fields = server_address(first)
        if fields:
            return f"; write a map, each server under its name: servers: {{main: {{{fields}}}}}"
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
    return _map_as_list(root, node, item) if isinstance(node.value, dict) else ""


def _map_as_list(root: Node, node: Node, item: Type) -> str:
    field, value = node.path[-1], node.value
    if any(key.startswith("-") for key in value):
        return "; a blank is missing behind the '-' of an item"
    if not value.keys().isdisjoint(("oneOf", "anyOf")):
        return f"; write the list itself: {field}: [...]"
    if item.name == "MessageExample":
        is_one = not value.keys().isdisjoint(("payload", "headers"))
        return f"; write a list: {field}: [{{...}}]" if is_one else f"; write {_EXAMPLES}"
    if len(value) == 1:
        ((name, only),) = value.items()
        inner = _written(root, node, name, item)
        is_one = isinstance(only, list) or is_reference(only)
        return f"; write a list: {field}: [{inner}]" if inner and is_one else "; write a list"
    return "; write a list"


def _as_object(root: Node, node: Node, type: Type) -> str:
    if isinstance(node.value, dict) and type.reference == "must":
        return _as_reference(node.value, type)
    if type.name == "Reply":
        return f"; {ACK_ADVICE}"
    if type.name.endswith("Bindings") and isinstance(node.value, list):
        names = [name for name in node.value if isinstance(name, str)]
        return f"; write bindings: {{{', '.join(f'{_shown(name)}: {{}}' for name in names)}}}"
    if type.name.endswith("Guard") and isinstance(node.value, (bool, str)):
        written = f"{{mode: {_mode(node.value)}}}"
    elif isinstance(node.value, str):
        written = _in_place(node.value, type) or _written(root, node, node.value, type)
    else:
        written = ""
    is_item = isinstance(node.path[-1], int)
    return f"; write {written if is_item else f'{node.path[-1]}: {written}'}" if written else ""


def _as_reference(value: dict[str, Any], type: Type) -> str:
    """What to write for a mapping where a reference is wanted."""
    within: Any = next(iter(value.values()), None) if len(value) == 1 else None
    if is_reference(within):
        return f"; write the reference itself: {{$ref: '{_shown(within['$ref'])}'}}"
    return f"; {_IN_PLACE[type.name]}, and refer to it" if type.name in _IN_PLACE else ""


def _mode(value: bool | str) -> str:  # noqa: FBT001  # what an author wrote
    if isinstance(value, bool):
        return _MODES[value]
    return _WORDS_FOR_MODES.get(value.lower(), _shown(value))


def _in_place(text: str, type: Type) -> str:
    """What a text stands for where an object is written, and not referred to."""
    write = _TEXTS.get(type.name)
    return write(text) if write is not None and type.reference != "must" else ""


def _contact(text: str) -> str:
    field = "email" if "@" in text else "url" if "://" in text else "name"
    return f"{{{field}: {_shown(text)}}}"


def _server(text: str) -> str:
    fields = server_address(text)
    return f"{{{_shown(fields)}}}" if "/" in text and fields else ""


def _message(text: str) -> str:
    return f"{{payload: {{type: {text.lower()}}}}}" if text.lower() in TYPES else ""


_TEXTS: Mapping[str, Callable[[str], str]] = {
    "Channel": lambda text: f"{{address: {_shown(text)}}}" if text.startswith("/") else "",
    "Contact": _contact,
    "CorrelationId": lambda text: f"{{location: '{_shown(text)}'}}",
    "Info": lambda text: f"{{title: {_shown(text)}, version: 1.0.0}}",
    "Message": _message,
    "Parameter": lambda _: "{}, as each parameter is a string",
    "Server": _server,
}


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


#: Schemes of security, as people name them.
_SCHEMES = {
    **dict.fromkeys(("bearer", "jwt", "token", "bearertoken"), "type: http, scheme: bearer"),
    **dict.fromkeys(("basic", "basicauth", "password"), "type: http, scheme: basic"),
    **dict.fromkeys(("cookie", "header", "query", "session"), "type: httpApiKey, with name and in"),
    **dict.fromkeys(("oauth", "oauth2.0"), "type: oauth2"),
    **dict.fromkeys(("oidc", "openid"), "type: openIdConnect"),
}


def choice_hint(node: Node) -> str:
    """What a word is called that is none of several."""
    word = node.value.lower() if isinstance(node.value, str) else ""
    if node.path[-1:] == ("action",):
        return _action_hint(word)
    if node.path[-1:] == ("mode",) and word in _WORDS_FOR_MODES:
        return f"; write mode: {_WORDS_FOR_MODES[word]}"
    if node.path[-1:] == ("type",) and word in _SCHEMES:
        return f"; write {_SCHEMES[word]}"
    return ""


def _action_hint(word: str) -> str:
    if "send" in word and "receive" in word:
        return "; write an operation for each"
    meant = "receive" if word in _RECEIVED else "send" if word in _SENT else ""
    if not meant:
        return ""
    said = f" ({word} in AsyncAPI 2)" if word in ("publish", "subscribe") else ""
    return (
        f"; an action describes the server, which receives the events that clients emit, and sends "
        f"the events that they listen to; write {meant}{said}"
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
            f"; refer to a schema, or to the message's payload: '{reference}/payload'"
            if has_payload
            else ""
        )
    if name == "Message" and kind == "Schema":
        return _of_a_schema(reference)
    if name == "Channel" and kind == "Message":
        channel, is_of_channel, _ = reference.partition("/messages/")
        is_of_channel = is_of_channel and channel.startswith("#/channels/")
        return f"; refer to the channel: '{channel}'" if is_of_channel else ""
    if name == "Message" and kind == "Channel":
        return f"; refer to one of its messages: '{reference}/messages/...'"
    return ""


def _of_a_schema(reference: str) -> str:
    """What to refer to in place of a schema where a message is wanted."""
    if reference.endswith("/payload"):
        return f"; refer to the message: '{reference.removesuffix('/payload')}'"
    return f"; to use it as the payload, write payload: {{$ref: '{reference}'}}"
