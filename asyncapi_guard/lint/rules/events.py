"""Rules about events: what people take them for who come from WebSockets, or from a client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.lint.profile import (
        ProfileChannel,
        ProfileMessage,
        ProfileOperation,
        SocketIOProfile,
    )
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_events"]

_warning = group("Socket.IO profile", Severity.WARNING)

RULES = (
    _warning(
        "websocket-event",
        "A WebSocket event should not be described as a Socket.IO event.",
        """
        `open`, `close` and `error` are events that a WebSocket raises in its own program, and
        `onConnect` is a function: clients emit none of them. To describe a connection, write
        received messages named `connect` and `disconnect`. WebSocket programs often send one
        `message` whose `type` says what it is. In Socket.IO, give each kind its own event, with its
        own payload and ack. If your clients do emit an event of that name, ignore this finding.
        """,
        """
        channels:
          chat:
            address: /chat
            messages: {error: {payload: {type: string}}, onConnect: {payload: {}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {connect: {payload: {}}}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "event-name",
        "An event should be named exactly as it is sent.",
        """
        The guard compares names character by character. `room:{id}` and `state:*` are not patterns,
        a trailing space is part of a name, and the namespace is not. Put the varying part into the
        payload, and describe each event with a message.
        """,
        """
        channels: {chat: {address: /chat, messages: {said: {name: 'said:{room}', payload: {}}}}}
        operations:
          out: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              said: {payload: {type: object, properties: {room: {type: string}}}}
        operations:
          out: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "event-as-argument",
        "The name of an event should not be one of its arguments.",
        """
        Socket.IO sends the name before the arguments: `emit('move', 3)` has one argument. A payload
        that also lists the name rejects the events that clients emit.
        """,
        """
        channels:
          game:
            address: /game
            messages: {move: {payload: {type: array, items: [{const: move}, {type: integer}]}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
        """
        channels: {game: {address: /game, messages: {move: {payload: {type: integer}}}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
    ),
    _warning(
        "client-action",
        "An action should describe what the server does.",
        """
        AsyncAPI describes the server: it receives the events that clients emit, and sends the
        events that they listen to. An operation named `onState` that sends, or a summary such as
        "the client sends", describes a client. The guard would then validate each event in the
        wrong direction. If the action is right, rename the operation, or ignore this finding.
        """,
        """
        channels: {game: {address: /game, messages: {state: {payload: {type: string}}}}}
        operations:
          onState: {action: send, channel: {$ref: '#/channels/game'}}
        """,
        """
        channels: {game: {address: /game, messages: {state: {payload: {type: string}}}}}
        operations:
          sendState: {action: send, channel: {$ref: '#/channels/game'}}
        """,
    ),
)


def check_events(context: Context, profile: SocketIOProfile) -> None:
    """Report events that are something else, and actions that are a client's."""
    for channel in profile.channels:
        received = {m.event for m in channel.events if "receive" in m.carried}
        for message in channel.messages:
            if message.carried - {"reply"}:
                _check_event(context, profile, channel, message, received)
    _check_actions(context, profile)


def _check_event(
    context: Context,
    profile: SocketIOProfile,
    channel: ProfileChannel,
    message: ProfileMessage,
    received: set[str],
) -> None:
    at, is_key = _name_of(message)
    name = _name_fault(channel, message.event)
    habit = profile.in_its_words(_of_websockets(message, received))
    if name:
        text = f"event {shown(message.event)} {name}"
        context.report("event-name", at, text, key=is_key)
    elif habit:
        text = f"event {shown(message.event)} {habit}"
        context.report("websocket-event", at, text, key=is_key)
    else:
        _check_envelope(context, message)
        _check_own_name(context, message)


def _name_of(message: ProfileMessage) -> tuple[Node, bool]:
    """Where an event has its name, and whether that is a key."""
    name = message.fields.get("name")
    return (name, False) if name is not None else (message.entry, True)


# -- names -----------------------------------------------------------------------------------------

_QUOTES = "'\"`"
_VARIES = re.compile(r"\{[^{}]*\}|<[\w:]+>|\$\{|^\*.|.\*$|\.\*")


def _name_fault(channel: ProfileChannel, event: str) -> str:  # noqa: PLR0911  # one each
    """What is wrong with an event's name; empty if nothing is."""
    if not event.strip():
        return "is empty; write the name that clients emit"
    if event != event.strip():
        return (
            f"starts or ends with a space, which is part of the name; write {shown(event.strip())}"
        )
    if event[0] in _QUOTES and event[-1] in _QUOTES:
        return f"has quotes, which are part of the name; write {event[1:-1]} with one pair"
    if event.endswith("()"):
        return f"is a name, not a call; write {shown(event[:-2])}"
    if "|" in event or ", " in event:
        return "is one name; write a message for each event"
    if _VARIES.search(event):
        return (
            "is compared character by character, not as a pattern; name each event, and put the "
            "varying part into the payload"
        )
    address = (channel.address or "").rstrip("/")
    if address and event.startswith(f"{address}/"):
        own = event.removeprefix(f"{address}/")
        return f"starts with its namespace, which is the channel's address; write {shown(own)}"
    return ""


# -- what WebSockets have --------------------------------------------------------------------------

_LIFECYCLE = frozenset(("open", "close", "error", "message"))
_CONNECTS = (
    "; to describe the auth data of clients, or why they leave, name a [received|sent] message "
    "'connect' or 'disconnect'"
)
#: Functions that are registered, and what a connection is called.
_FUNCTION = re.compile(
    r"(?:on|handle)[_-]?(?P<event>connect(?:ion)?|disconnect(?:ion)?|open|close|message|error)",
    re.IGNORECASE,
)


def _of_websockets(message: ProfileMessage, received: set[str]) -> str:
    """What is meant by an event that no client emits; empty for another one."""
    event = message.event
    if _FUNCTION.fullmatch(event):
        return f"is the name of a function, not of an event{_CONNECTS}"
    if "receive" not in message.carried:
        return ""
    if event.lower() == "disconnection":
        return "is not a Socket.IO event; to describe why clients leave, name it 'disconnect'"
    if event == "error":
        return (
            "is an event that libraries raise locally, and that clients rarely emit; remove the "
            "message, or write action: [send|receive] if [your|the] server emits it"
        )
    if event in ("open", "close") and len(_LIFECYCLE & received) > 1:
        return f"is a WebSocket event, and Socket.IO has its own{_CONNECTS}"
    return ""


_ENVELOPES = frozenset(("message", "msg", "event", "data", "json", "packet", "action"))
#: What such a payload tells its kinds apart by.
_TELLS = ("type", "event", "action", "kind", "name", "cmd", "command", "op")


def _check_envelope(context: Context, message: ProfileMessage) -> None:
    if message.event.lower() not in _ENVELOPES or "payload" not in message.fields:
        return
    found = context.schema_behind(message.fields["payload"])
    kinds = list(dict.fromkeys(_kinds(context, found.node))) if found is not None else []
    if len(kinds) > 1:
        names = ", ".join(f"{kind}: …" for kind in kinds[:_SHOWN])
        text = (
            f"event {shown(message.event)} carries several kinds of messages, which should be "
            f"separate events in Socket.IO; write messages: {{{names}}}"
        )
        at, is_key = _name_of(message)
        context.report("websocket-event", at, text, key=is_key)


_SHOWN = 3


def _kinds(context: Context, schema: Node) -> Iterator[str]:
    """The values that a payload, or its alternatives, are told apart by."""
    branches = [
        resolved
        for keyword in ("oneOf", "anyOf")
        for _, branch in context.items(schema, keyword)
        if (resolved := context.resolve(branch)) is not None
    ]
    for each in (schema, *branches):
        properties: Any = each.value.get("properties") if isinstance(each.value, dict) else None
        if isinstance(properties, dict):
            for name in _TELLS:
                yield from _values(properties.get(name))


def _values(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        listed = schema.get("enum")
        values = [schema.get("const"), *(listed if isinstance(listed, list) else ())]
        yield from (value for value in values if isinstance(value, str))


def _may_be_positional(payload: Any) -> bool:
    """Whether a payload lists arguments, for all that it says itself."""
    if not isinstance(payload, dict):
        return False
    return isinstance(payload.get("items"), list) or not _ELSEWHERE.isdisjoint(payload)


_ELSEWHERE = frozenset(("$ref", "schemaFormat", "prefixItems"))


def _check_own_name(context: Context, message: ProfileMessage) -> None:
    """A first argument that is the event's name."""
    found = (
        context.schema_behind(message.fields["payload"]) if "payload" in message.fields else None
    )
    if found is None or not found.dialect.is_positional(found.node.value):
        return
    items = found.node.get(found.dialect.tuple_keyword)
    first = items.child(0) if items is not None and items.value else None
    if first is not None and list(_values(first.value)) == [message.event]:
        text = (
            f"the first argument is the event's name {shown(message.event)}, which Socket.IO sends "
            "before the arguments; remove it from the items"
        )
        context.report("event-as-argument", first, text)


# -- actions ---------------------------------------------------------------------------------------

_LISTENS = re.compile(r"(?:on|handle|receive|listen|subscribe|consume)(?=[A-Z_\-:.]|$)")
_EMITS = re.compile(r"(?:emit|send|publish|push|broadcast|notify)(?=[A-Z_\-:.]|$)")
_BY_CLIENTS = re.compile(
    r"\b(?:sent|emitted|published) (?:by|from) (?:the |a |each |every )?clients?\b"
    r"|\b(?:the |a )?clients? (?:sends?|emits?|publishe?s?)\b"
    r"|\bclients? ?(?:to|->|=>|→) ?(?:the )?server\b",
    re.IGNORECASE,
)
_BY_SERVERS = re.compile(
    r"\b(?:sent|emitted|published|broadcast|pushed) (?:by|from) the server\b"
    r"|\b(?:the )?server (?:sends?|emits?|broadcasts?|pushes|publishe?s?)\b"
    r"|\bserver ?(?:to|->|=>|→) ?(?:the |all )?clients?\b",
    re.IGNORECASE,
)
_IDS = {"send": (_LISTENS, _EMITS), "receive": (_EMITS, _LISTENS)}
_TEXTS = {"send": (_BY_CLIENTS, _BY_SERVERS), "receive": (_BY_SERVERS, _BY_CLIENTS)}
_OTHER = {"send": "receive", "receive": "send"}


def _check_actions(context: Context, profile: SocketIOProfile) -> None:
    """One finding for all operations whose ids, or texts, are what clients do."""
    operations = [each for each in profile.operations if each.action in _OTHER]
    told = [each for each in operations if _texts_are_clients(each)]
    # Where one id says what the server does, the others are names and no more.
    if not told and not any(_id_is(profile, each, 1) for each in operations):
        told = [each for each in operations if _id_is(profile, each, 0)]
    if told:
        first = told[0]
        more = f", and {len(told) - 1} more," if len(told) > 1 else ""
        told_of = profile.in_its_words(
            "reads as if a [client|server] acted, but an action describes the [server, which "
            "receives the events that clients emit|client, which sends the events that it emits]; "
            "write action: "
        )
        text = f"operation {shown(first.id)}{more} {told_of}{_OTHER[first.written]}, or rename it"
        context.report("client-action", first.place.child("action"), text)


def _id_is(profile: SocketIOProfile, operation: ProfileOperation, which: int) -> bool:
    """Whether an id begins with a word for what the other side (0), or the own one (1), does."""
    found = _IDS[operation.written][which].match(str(operation.id))
    if found is None:
        return False
    events = {m.event.lower() for entry in operation.entries for m in profile.at(entry)}
    # The id `sendMessage` may be that of the event `send_message`.
    return not any(event.startswith(found[0]) for event in events)


def _texts_are_clients(operation: ProfileOperation) -> bool:
    wrong, right = _TEXTS[operation.action]
    fields = ("title", "summary", "description")
    texts = [value for name in fields if isinstance(value := operation.place.value.get(name), str)]
    return any(map(wrong.search, texts)) and not any(map(right.search, texts))
