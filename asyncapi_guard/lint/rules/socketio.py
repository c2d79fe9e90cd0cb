"""The Socket.IO profile (`docs/profile.md`): what AsyncAPI allows and Socket.IO cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schemas import UnjudgeableError, ack_schema
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.lint.context import Context

__all__ = ["check_components", "check_profile", "speaks_socketio"]

#: Protocols over which Socket.IO may travel, as documents call them.
_PROTOCOLS = ("ws", "http", "socket", "sio", "engine")
#: Socket.IO's own, in some of its implementations at least.
_RESERVED = RESERVED_EVENTS | {"disconnecting", "newListener", "removeListener"}
_HANDSHAKE = frozenset(("connect", "disconnect"))
_PAST = {"receive": "received", "send": "sent"}


def speaks_socketio(context: Context) -> bool:
    """Whether a document may describe a Socket.IO server: its servers do not all speak others."""
    protocols = [
        str(server.value.get("protocol", "")).lower()
        for _, _, server in context.entries(context.main, "servers")
    ]
    return not protocols or any(name.startswith(_PROTOCOLS) for name in protocols)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as a channel has it."""

    channel: str
    key: str
    entry: Node
    place: Node
    fields: Mapping[str, Node]

    @property
    def event(self) -> str:
        name = self.fields.get("name")
        return name.value if name is not None and isinstance(name.value, str) else self.key


#: Which messages are carried, with `send`, `receive` or `reply`.
_Carried = dict[tuple[str, str], set[str]]


def check_profile(context: Context) -> None:
    """Report what the guard could not do, or would not do as its author means it."""
    channels = list(context.entries(context.main, "channels"))
    messages = [
        _Message(id, key, entry, place, context.merged(place))
        for id, _, channel in channels
        for key, entry, place in context.entries(channel, "messages")
    ]
    carried = _carried(context, channels, messages)
    all_known = all(
        context.field(operation, "channel", dict) is not None
        for _, _, operation in context.entries(context.main, "operations")
    )
    _namespaces(context, channels, {id for id, _ in carried})
    _duplicate_events(context, channels, messages, carried)
    for message in messages:
        directions = carried.get((message.channel, message.key), set())
        # An operation whose channel is not known might be the one that has the message.
        if not directions and all_known:
            _report_orphan(context, message)
        _check_message(context, message, directions)


def _carried(
    context: Context, channels: list[tuple[str, Node, Node]], messages: list[_Message]
) -> _Carried:
    places = {id: place.place for id, _, place in channels}
    # By the place of a channel, and by its own: two channels may be the same, by reference.
    found: dict[Any, list[_Message]] = {}
    for message in messages:
        found.setdefault(places[message.channel], []).append(message)
        found.setdefault(message.entry.place, []).append(message)
    carried: _Carried = {}
    for _, _, operation in context.entries(context.main, "operations"):
        owners = [(operation, str(operation.value.get("action")))]
        reply = context.field(operation, "reply", dict)
        if reply is not None:
            owners.append((reply, "reply"))
        for owner, direction in owners:
            for place in _places_of(context, owner):
                for message in found.get(place, ()):
                    carried.setdefault((message.channel, message.key), set()).add(direction)
    return carried


def _places_of(context: Context, owner: Node) -> Iterator[Any]:
    """Where the messages of an operation or a reply stand: those it lists, or its channel."""
    if "messages" not in owner.value:
        channel = context.field(owner, "channel", dict)
        if channel is not None:
            yield channel.place
        return
    for _, ref in context.items(owner, "messages"):
        target = context.target(ref) if is_reference(ref.value) else None
        if target is not None:
            yield target.place


# -- namespaces and events -------------------------------------------------------------------------


def _namespaces(context: Context, channels: list[tuple[str, Node, Node]], used: set[str]) -> None:
    seen: dict[str, tuple[str, Node]] = {}
    for id, _, channel in channels:
        address = channel.get("address")
        if address is None or not isinstance(address.value, str):
            continue
        if id in used and not address.value.startswith("/"):
            message = f"{shown(address.value)} is no Socket.IO namespace: it begins with '/'"
            context.report("namespace-slash", address, message)
        first, place = seen.setdefault(address.value, (id, channel))
        if place.place != channel.place:
            message = f"the channel {shown(first)} has the namespace {shown(address.value)}, too"
            context.report("duplicate-namespace", address, message)


def _duplicate_events(
    context: Context,
    channels: list[tuple[str, Node, Node]],
    messages: list[_Message],
    carried: _Carried,
) -> None:
    addresses = {id: str(channel.value.get("address")) for id, _, channel in channels}
    seen: dict[tuple[str, str, str], _Message] = {}
    for message in messages:
        for action in carried.get((message.channel, message.key), set()) & _PAST.keys():
            first = seen.setdefault((addresses[message.channel], message.event, action), message)
            if first.place.place != message.place.place:
                text = (
                    f"the event {shown(message.event)} is {_PAST[action]} as {shown(first.key)}, "
                    "too: exactly one of them must match"
                )
                context.report("duplicate-event", message.entry, text, key=True)


# -- one message -----------------------------------------------------------------------------------


def _report_orphan(context: Context, message: _Message) -> None:
    text = f"no operation has the message {shown(message.key)}: nobody may send it"
    context.report("orphan-message", message.entry, text, key=True)


def _check_message(context: Context, message: _Message, directions: set[str]) -> None:
    entry, fields = message.entry, message.fields
    _check_name(context, message, directions)
    if "payload" not in fields:
        text = f"the message {shown(message.key)} has no payload: any arguments will do"
        context.report("no-payload", entry, text, key=True)
    if "headers" in fields:
        text = "Socket.IO has no message headers: they are never judged"
        context.report("unjudged-headers", fields["headers"], text, key=True)
    if "payload" in fields:
        _check_arguments(context, fields["payload"])
    if "x-ack" in fields:
        _check_arguments(context, ack_schema(fields["x-ack"]))


def _check_name(context: Context, message: _Message, directions: set[str]) -> None:
    fields, event = message.fields, message.event
    if event not in _RESERVED:
        return
    if event not in _HANDSHAKE or "send" in directions:
        text = f"Socket.IO keeps the event name {shown(event)} for itself"
        place = fields.get("name", message.entry)
        context.report("reserved-event", place, text, key="name" not in fields)
    elif "x-ack" in fields:
        text = f"a {event} is never acknowledged: its x-ack means nothing"
        context.report("connect-ack", fields["x-ack"], text, key=True)


def _check_arguments(context: Context, schema: Node) -> None:
    """Alternatives with positional items: one argument that is a list, or several arguments?"""
    try:
        root, dialect = context.schemas.root(schema)
    except (Unresolvable, UnjudgeableError):
        return
    if dialect.is_positional(root.value):
        return  # it is the list of arguments, in each of its alternatives
    for keyword in ("oneOf", "anyOf", "allOf"):
        for _, branch in context.items(root, keyword):
            resolved = context.resolve(branch)
            if resolved is not None and dialect.is_positional(resolved.value):
                text = (
                    f"positional items inside of {keyword} are one argument, a list: several "
                    "arguments stand at the top of a payload"
                )
                context.report("mixed-arguments", branch, text)
                return


# -- components ------------------------------------------------------------------------------------


def check_components(context: Context) -> None:
    """Report components that nothing refers to, but perhaps themselves."""
    components = context.main.get("components")
    if components is None or not isinstance(components.value, dict):
        return
    used = {
        pointer[1:3]
        for ref, pointer in context.uses()
        if pointer[:1] == ("components",) and ref.path[:3] != pointer[:3]
    }
    for section, entries in components.items():
        if section.startswith("x-") or not isinstance(entries.value, dict):
            continue
        for name, item in entries.items():
            if (section, name) not in used:
                message = f"nothing refers to '#/components/{section}/{name}'"
                context.report("unused-component", item, message, key=True)
