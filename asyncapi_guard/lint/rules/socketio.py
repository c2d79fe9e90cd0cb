"""Rules of the Socket.IO profile (`docs/profile.md`): what Socket.IO cannot do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.habits import stands_for
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.schemas import ack_schema
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES"]

#: Protocols over which Socket.IO may travel, as documents call them.
_PROTOCOLS = ("ws", "http", "socket", "sio", "engine")
#: Socket.IO's own, in some of its implementations at least.
_RESERVED = RESERVED_EVENTS | {"disconnecting", "newListener", "removeListener"}
_HANDSHAKE = frozenset(("connect", "disconnect"))
#: How events are spelled, and titles for people hardly.
_SPELLED = re.compile(r"[a-z][a-z0-9]*(?:[_:.\-/][a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
_PAST = {"receive": "received", "send": "sent"}

_warning = group("Socket.IO profile", Severity.WARNING)

RULES = (
    _warning(
        "namespace-slash",
        "The address of a channel is a namespace: it begins with `/`.",
        "Socket.IO's namespaces do. The guard refuses to serve a channel that has another address.",
        """
        channels: {chat: {address: chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "duplicate-namespace",
        "A namespace is described by one channel.",
        """
        Two channels with one address are put together. That is allowed, and makes it hard to see
        what may be sent there.
        """,
        "channels: {chat: {address: /chat}, news: {address: /chat}}",
        "channels: {chat: {address: /chat}, news: {address: /news}}",
    ),
    _warning(
        "duplicate-event",
        "An event is described by one message for each direction.",
        """
        Several messages with one event name are alternatives, of which exactly one must
        match: if two of them accept a payload, it is refused. One message with a `oneOf` says it in
        one place.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say: {payload: {type: string}}
              shout: {name: say, payload: {type: string}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say: {payload: {type: string}}
              shout: {payload: {type: string}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "reserved-event",
        "No event has a name that Socket.IO keeps for itself.",
        """
        `connect_error`, `disconnecting`, `newListener`, `*` and the like never travel as events.
        `connect` and `disconnect` may be *received*: they describe the handshake and its end.
        """,
        """
        channels:
          chat: {address: /chat, messages: {connect_error: {payload: {type: string}}}}
        operations:
          all: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {refused: {payload: {type: string}}}}
        operations:
          all: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "connect-ack",
        "`connect` and `disconnect` have no `x-ack`.",
        "Nothing acknowledges them. What a client learns of a refused connect is `connect_error`.",
        """
        channels:
          chat: {address: /chat, messages: {connect: {payload: {}, x-ack: {type: string}}}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {connect: {payload: {}}}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "orphan-message",
        "An operation has each message of a channel.",
        """
        What may be sent and received is what operations say. A message of no operation is neither:
        the guard refuses it.
        """,
        "channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}",
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "no-payload",
        "A message has a payload.",
        """
        Without one, any arguments will do. `payload: {type: 'null'}` says that there are none, and
        `payload: {}` that one of any kind is meant.
        """,
        """
        channels: {chat: {address: /chat, messages: {leave: {}}}}
        operations:
          leave: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {leave: {payload: {type: 'null'}}}}}
        operations:
          leave: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "unjudged-headers",
        "A message has no `headers`.",
        "Socket.IO has no place for them: they are kept in the document, and never judged.",
        """
        channels:
          chat:
            address: /chat
            messages: {say: {headers: {type: object}, payload: {type: string}}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages: {say: {payload: {type: string}}}
        """,
    ),
    _warning(
        "title-as-event",
        "The name of an event is in `name`, not in `title`.",
        """
        A title is for people. The event is the message's `name`, or else its key. A title that is
        the key in another spelling (`make_move` and `makeMove`) is most likely the event that
        clients emit, and the guard would wait for the key.
        """,
        """
        channels:
          game:
            address: /game
            messages: {makeMove: {title: make_move, payload: {type: string}}}
        operations:
          move: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
        """
        channels:
          game:
            address: /game
            messages: {makeMove: {name: make_move, payload: {type: string}}}
        operations:
          move: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
    ),
    _warning(
        "mixed-arguments",
        "Positional items stand at the top of a payload.",
        """
        A payload with positional items describes several arguments. Inside of a `oneOf`, `anyOf` or
        `allOf` the same describes *one* argument that is a list. Who means "one argument or two"
        writes positional items with `minItems`.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say:
                payload:
                  oneOf:
                    - {type: string}
                    - {items: [{type: string}, {type: integer}]}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say:
                payload: {items: [{type: string}, {type: integer}], minItems: 1, maxItems: 2}
        """,
    ),
)


def _speaks_socketio(context: Context) -> bool:
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


def _check_profile(context: Context) -> None:
    """Report what the guard could not do, or would not do as the document means it."""
    if not _speaks_socketio(context):
        return
    channels = list(context.entries(context.main, "channels"))
    messages = [
        _Message(id, key, entry, place, context.merged(place))
        for id, _, channel in channels
        for key, entry, place in context.entries(channel, "messages")
    ]
    carried = _carried(context, channels, messages)
    all_known = _knows_operations(context)
    _namespaces(context, channels, {id for id, _ in carried})
    _duplicate_events(context, channels, messages, carried)
    for message in messages:
        directions = carried.get((message.channel, message.key), set())
        # An operation whose channel is not known might be the one that has the message.
        if not directions and all_known:
            _report_orphan(context, message)
        _check_message(context, message, directions)


def _knows_operations(context: Context) -> bool:
    """Whether it is known of each operation what it has; what is not was reported."""
    root = context.main.value
    if "operations" not in root and stands_for("AsyncAPI", root, "operations", OBJECTS["AsyncAPI"]):
        return False
    if context.report.has_misplaced("#/operations/"):
        return False
    operations = root.get("operations", {})
    if not isinstance(operations, dict) or _has_operations_of_version_2(context):
        return False
    return all(
        _knows_messages(context, entry, "Operation")
        for _, entry in context.items(context.main, "operations")
    )


def _has_operations_of_version_2(context: Context) -> bool:
    return any(
        not channel.value.keys().isdisjoint(("publish", "subscribe"))
        for _, _, channel in context.entries(context.main, "channels")
    )


def _knows_messages(context: Context, entry: Node, name: str) -> bool:
    owner = context.resolve(entry)
    if owner is None or not isinstance(owner.value, dict):
        return False
    channel, messages = owner.get("channel"), owner.get("messages")
    if name == "Operation" and (channel is None or not is_reference(channel.value)):
        return False
    if channel is not None and context.field(owner, "channel", dict) is None:
        return False
    if messages is None:
        is_known = not stands_for(name, owner.value, "messages", OBJECTS[name])
    else:
        is_known = isinstance(messages.value, list) and all(
            is_reference(ref.value) and context.target(ref) is not None for ref in messages.values()
        )
    reply = owner.get("reply")
    return is_known and (reply is None or _knows_messages(context, reply, "Reply"))


def _carried(
    context: Context, channels: list[tuple[str, Node, Node]], messages: list[_Message]
) -> _Carried:
    places = {id: place.place for id, _, place in channels}
    # By the place of a channel, and by its own: two channels may be the same, by reference.
    found: dict[Any, list[_Message]] = {}
    for message in messages:
        found.setdefault(places[message.channel], []).append(message)
        found.setdefault(message.entry.place, []).append(message)
        # A list that names what the entry refers to has a fault of its own.
        found.setdefault(message.place.place, []).append(message)
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
    _check_title(context, message)
    place = message.place.value
    if "payload" not in fields and not stands_for("Message", place, "payload", OBJECTS["Message"]):
        text = f"the message {shown(message.key)} has no payload: any arguments will do"
        context.report("no-payload", entry, text, key=True)
    if "headers" in fields:
        text = "Socket.IO has no message headers: they are never judged"
        context.report("unjudged-headers", fields["headers"], text, key=True)
    if "payload" in fields:
        _check_arguments(context, fields["payload"])
    if "x-ack" in fields:
        _check_arguments(context, ack_schema(fields["x-ack"]))


def _check_title(context: Context, message: _Message) -> None:
    title = message.fields.get("title")
    if title is None or "name" in message.fields or not isinstance(title.value, str):
        return
    is_event = _SPELLED.fullmatch(title.value) and title.value != message.key
    if is_event and _letters(title.value) == _letters(message.key):
        text = f"the event is {shown(message.key)}, as the message has no name; write 'name' "
        context.report("title-as-event", title, f"{text}if it is {shown(title.value)}", key=True)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


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
    found = context.schema_behind(schema)
    if found is None:
        return
    root, dialect = found.node, found.dialect
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


CHECKS = (_check_profile,)
