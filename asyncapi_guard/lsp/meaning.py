"""What parts of a document mean, in Socket.IO's terms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.acks import ack_options, ack_place, ack_schema
from asyncapi_guard.spec.references import is_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.lsp.views import Event, View
    from asyncapi_guard.spec.references import Node

__all__ = [
    "ack_text",
    "arguments",
    "channel_text",
    "guard_text",
    "listed",
    "message_text",
    "operation_hint",
    "operation_text",
    "scheme_text",
    "shape",
]

_VERBS = {"send": "sends", "receive": "receives"}
_HANDSHAKE = frozenset(("connect", "disconnect"))
#: More names, properties or alternatives than these are not written out.
_MOST = 8
_DEEPEST = 3
_MODES = {
    "enforce": "the guard rejects what breaks the contract",
    "report": "the guard lets through what breaks the contract, and reports it",
    "off": "the guard does not validate it",
}


def listed(names: Iterable[str], most: int = _MOST) -> str:
    """Names in one line, as code; of many, the first ones."""
    several = list(dict.fromkeys(names))
    shown = ", ".join(f"`{name}`" for name in several[:most])
    return f"{shown} and {len(several) - most} more" if len(several) > most else shown


# -- operations ------------------------------------------------------------------------------------


def operation_hint(view: View, operation: Node) -> str:
    """An operation in one line: `receives /chat say`; empty when it cannot be read."""
    verb = _VERBS.get(str(operation.value.get("action")))
    channel = view.channel(operation)
    if verb is None or channel is None:
        return ""
    address = view.address(channel)
    where = address if address is not None else "(no namespace)"
    names = list(dict.fromkeys(event.name for event in view.events(operation)))
    shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" * (len(names) > _MOST))
    if "messages" in operation.value:
        return f"{verb} {where} {shown}".rstrip()
    if not names:
        return f"{verb} {where} (the channel has no messages)"
    # Editors cut long hints, so the events come first.
    return f"{verb} {where} {shown} (all messages of the channel)"


def operation_text(view: View, id: str, operation: Node) -> str:
    """An operation in Markdown."""
    verb = _VERBS.get(str(operation.value.get("action")))
    channel = view.channel(operation)
    if verb is None or channel is None:
        return f"Operation `{id}`. It needs an `action` (`send` or `receive`) and a `channel`."
    address = view.address(channel)
    namespace = (
        f"in namespace `{address}`" if address is not None else "in a channel without address"
    )
    events = view.events(operation)
    names = listed(event.name for event in events)
    if "messages" not in operation.value:
        what = f"every message of the channel {namespace}" + (f": {names}" if names else ": none")
    elif not events:
        what = f"no event {namespace}: none of its `messages` can be found"
    else:
        noun = "event" if len({event.name for event in events}) == 1 else "events"
        what = f"{noun} {names} {namespace}"
    parts = [f"The {view.actor} {verb} {what}."]
    acks = view.acks(operation)
    parts += [_event_line(view, operation, event, acks) for event in events[:_MOST]]
    fields = view.fields(operation)
    parts += _security_lines(view, fields.get("security"))
    if "x-guard" in fields:
        parts.append(guard_text(fields["x-guard"].value))
    return "\n\n".join([*parts, *_prose(fields)])


def _event_line(view: View, operation: Node, event: Event, acks: list[Event]) -> str:
    fields = view.fields(event.message)
    if event.name in _HANDSHAKE and operation.value.get("action") == "receive":
        return _handshake(view, event)
    call = f"`{event.name}({', '.join(arguments(view, fields.get('payload')))})`"
    if "x-ack" in fields:
        return f"{call} → {ack_text(view, fields['x-ack'])}"
    if acks:
        answers = (view.fields(ack.message).get("payload") for ack in acks)
        texts = dict.fromkeys(", ".join(arguments(view, answer)) for answer in answers)
        return f"{call} → ack: {' or '.join(f'`({text})`' for text in texts)}"
    return f"{call} → ack: anything, because no `x-ack` describes it"


def _handshake(view: View, event: Event) -> str:
    payload = view.fields(event.message).get("payload")
    text = ", ".join(arguments(view, payload))
    if event.name == "connect":
        return f"`connect` isn't an event: its payload is the `auth` value of clients: `{text}`."
    return "`disconnect` isn't an event: Socket.IO tells the server by itself."


def _security_lines(view: View, security: Node | None) -> list[str]:
    if security is None or not isinstance(security.value, list) or not security.value:
        return []
    schemes = []
    for item in security.values():
        scheme = view.resolve(item)
        if scheme is None or not isinstance(scheme.value, dict):
            continue
        name = f"`{scheme.path[-1]}`" if is_reference(item.value) else "a scheme of its own"
        schemes.append(f"{name} ({scheme_summary(scheme.value)})")
    return [f"Security: a client needs one of: {'; '.join(schemes)}."] if schemes else []


def _prose(fields: Any) -> list[str]:
    texts = (fields.get(name) for name in ("title", "summary", "description"))
    return [text.value for text in texts if text is not None and isinstance(text.value, str)]


# -- channels, messages, security ------------------------------------------------------------------


def channel_text(view: View, channel: Node) -> str:
    """A channel in Markdown."""
    address = view.address(channel)
    if address is None:
        parts = [
            "A channel without an address: clients cannot reach it. An address is a namespace."
        ]
    elif "{" in address:
        parts = [f"Namespaces `{address}`: each value of the parameters is a namespace."]
    else:
        parts = [f"Namespace `{address}`."]
    parts += [f"Events: {names}." for names in [_names_in(view, channel)] if names]
    return "\n\n".join([*parts, *_prose(dict(channel.items()))])


def _names_in(view: View, channel: Node) -> str:
    return listed(view.event_name(key, m) for key, _, m in view.entries(channel, "messages"))


def message_text(view: View, key: str, message: Node) -> str:
    """A message in Markdown."""
    fields = view.fields(message)
    name = view.event_name(key, message)
    text = ", ".join(arguments(view, fields.get("payload")))
    if name == "connect":
        parts = [f"Event `connect`. Received, it is the `auth` value of clients: `{text}`."]
    elif text:
        parts = [f"Event `{name}` with arguments `({text})`."]
    else:
        parts = [f"Event `{name}` without arguments."]
    if "x-ack" in fields:
        parts.append(_capital(ack_text(view, fields["x-ack"])) + ".")
    if "x-guard" in fields:
        parts.append(guard_text(fields["x-guard"].value))
    parts += [f"{line}." for line in _users(view, message)]
    return "\n\n".join([*parts, *_prose(fields)])


def _users(view: View, message: Node) -> list[str]:
    """Which operations have a message."""
    users: dict[str, list[str]] = {}
    for id, _, operation in view.operations():
        verb = _VERBS.get(str(operation.value.get("action")))
        if verb is not None and any(
            message.place in (event.message.place, event.entry.place)
            for event in view.events(operation)
        ):
            users.setdefault(verb, []).append(id)
    return [f"The {view.actor} {verb} it in {listed(ids)}" for verb, ids in users.items()]


def ack_text(view: View, node: Node) -> str:
    """What an acknowledgement is, in one line."""
    place = ack_place(node, view.resolve)
    options = ack_options(place) if not _has_odd_options(place.value) else None
    if options is not None and options.none:
        return "no ack: clients must not ask for one"
    text = f"ack: `({', '.join(arguments(view, ack_schema(place)))})`"
    if options is not None and options.required:
        text += ", required"
    if options is not None and options.timeout is not None:
        text += f", within {options.timeout:g} s"
    return text


def _has_odd_options(value: Any) -> bool:
    if not isinstance(value, dict) or "args" not in value:
        return False
    timeout = value.get("timeout")
    return timeout is not None and (
        isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout > 1e9
    )


def guard_text(value: Any) -> str:
    """What an `x-guard` does."""
    if not isinstance(value, dict):
        return ""
    parts = []
    mode = value.get("mode")
    if isinstance(mode, str) and mode in _MODES:
        parts.append(f"mode `{mode}`: {_MODES[mode]}")
    if value.get("reauthenticate") is True:
        parts.append("clients renew their identity with this event")
    if value.get("expired") is True:
        parts.append("the server sends this event when a client's identity has expired")
    return f"`x-guard`: {'; '.join(parts)}." if parts else ""


def scheme_summary(scheme: dict[str, Any]) -> str:
    """A security scheme in a few words: `http bearer`, `httpApiKey X-Token in header`."""
    words = [scheme.get("type")]
    words += [scheme.get("scheme"), scheme.get("name")]
    if isinstance(scheme.get("in"), str):
        words += ["in", scheme["in"]]
    return " ".join(word for word in words if isinstance(word, str)) or "no type"


def scheme_text(key: str, scheme: Node) -> str:
    """A security scheme in Markdown."""
    summary = scheme_summary(scheme.value)
    kind = scheme.value.get("type")
    how = {
        "http": "The client shows credentials in the `Authorization` header of the handshake.",
        "httpApiKey": "The client shows a key in the request of the handshake.",
        "apiKey": "The client shows a key in the `auth` value with which it connects.",
        "userPassword": "The client shows a user name and a password in its `auth` value.",
    }.get(kind if isinstance(kind, str) else "", "A server passes a verifier for this scheme.")
    return "\n\n".join([f"Security scheme `{key}`: {summary}.", how, *_prose(dict(scheme.items()))])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- schemas ---------------------------------------------------------------------------------------


def arguments(view: View, payload: Node | None) -> list[str]:
    """The arguments of an event, one text each; `...any` when nothing describes them."""
    if payload is None:
        return ["...any"]
    node = view.resolve(payload)
    if node is None:
        return ["?"]
    if isinstance(node.value, dict) and "schema" in node.value and "schemaFormat" in node.value:
        node = view.resolve(node.child("schema"))
    if node is None or node.value is True:
        return ["...any"]
    if node.value is False or (isinstance(node.value, dict) and node.value.get("type") == "null"):
        return []
    positions = _positions(node)
    if positions is None:
        return [shape(view, node)]
    least = node.value.get("minItems")
    required = least if isinstance(least, int) else 0
    return [
        f"{shape(view, each)}{'' if index < required else '?'}"
        for index, each in enumerate(positions.values())
    ]


def _positions(node: Node) -> Node | None:
    if not isinstance(node.value, dict):
        return None
    for name in ("prefixItems", "items"):
        found = node.get(name)
        if found is not None and isinstance(found.value, list):
            return found
    return None


def shape(view: View, schema: Node, depth: int = _DEEPEST) -> str:
    """A schema in one line: `{x: integer, y?: integer}`."""
    node = view.resolve(schema)
    if node is None or not isinstance(node.value, dict):
        return "?" if node is None else "nothing" if node.value is False else "any"
    if node is not schema and is_reference(schema.value) and depth < _DEEPEST and node.path:
        simple = node.value.get("type")
        if simple not in ("string", "integer", "number", "boolean", "null"):
            return str(node.path[-1])
    value = node.value
    values = [value["const"]] if "const" in value else value.get("enum")
    if isinstance(values, list):
        return _joined([json.dumps(each, ensure_ascii=False) for each in values], " | ")
    return _combined(view, node, depth) or _by_type(view, node, depth)


def _combined(view: View, node: Node, depth: int) -> str:
    """A schema that gives its type only by other schemas; empty for others."""
    if "type" not in node.value and "properties" not in node.value and depth > -_DEEPEST:
        for keyword, sign in (("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")):
            several = node.get(keyword)
            if several is not None and isinstance(several.value, list):
                texts = [shape(view, each, depth - 1) for each in several.values()]
                return _joined(texts, sign)
    return ""


def _by_type(view: View, node: Node, depth: int) -> str:
    value = node.value
    types = value.get("type")
    if types is None:
        types = "object" if "properties" in value else "array" if "items" in value else "any"
    several = types if isinstance(types, list) else [types]
    texts = []
    for name in several:
        if name == "object":
            texts.append(_object(view, node, depth))
        elif name == "array":
            texts.append(_array(view, node, depth))
        else:
            texts.append("bytes" if value.get("format") == "binary" else str(name))
    return _joined(texts, " | ")


def _object(view: View, node: Node, depth: int) -> str:
    properties = node.get("properties")
    if properties is None or not isinstance(properties.value, dict) or not properties.value:
        return "{}" if node.value.get("additionalProperties") is False else "{…}"
    if depth <= 0:
        return "{…}"
    required = node.value.get("required")
    needed = required if isinstance(required, list) else ()
    texts = [
        f"{name}{'' if name in needed else '?'}: {shape(view, inner, depth - 1)}"
        for name, inner in list(properties.items())[:_MOST]
    ]
    return "{" + ", ".join([*texts, *["…"] * (len(properties.value) > _MOST)]) + "}"


def _array(view: View, node: Node, depth: int) -> str:
    positions = _positions(node)
    if depth <= 0:
        return "[…]"
    if positions is not None:
        texts = [shape(view, each, depth - 1) for each in list(positions.values())[:_MOST]]
        return "[" + ", ".join(texts) + "]"
    items = node.get("items")
    if items is None:
        return "any[]"
    item = shape(view, items, depth - 1)
    return f"({item})[]" if " " in item and not item.startswith("{") else f"{item}[]"


def _joined(texts: list[str], sign: str) -> str:
    several = list(dict.fromkeys(texts))
    return sign.join([*several[:_MOST], *["…"] * (len(several) > _MOST)])
