"""Rules of the Socket.IO profile (`docs/reference/profile.md`): what Socket.IO cannot do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.habits import stands_for
from asyncapi_guard.lint.profile import HANDSHAKE, profile_of
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.rules.acks import check_acks
from asyncapi_guard.lint.rules.events import check_events
from asyncapi_guard.lint.rules.namespaces import check_namespaces
from asyncapi_guard.spec.acks import ack_schema
from asyncapi_guard.spec.protocols import is_for_others
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.lint.profile import ProfileChannel, ProfileMessage, SocketIOProfile
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_ACTIONS = frozenset(("receive", "send"))
_AUTH = frozenset(("auth", "authenticate", "authentication", "authorization", "handshake"))
_ITS_OWN = "; remove the message, which is never sent"
#: What to do about names that Socket.IO keeps, in some of its implementations at least.
_RESERVED = {
    **dict.fromkeys(sorted(RESERVED_EVENTS - HANDSHAKE), _ITS_OWN),
    "connect_error": ", and sends it to clients whose connection was rejected; remove the message",
    "*": " for handlers of every event; name each event",
    "disconnecting": "; to describe why clients leave, name a [received|sent] message 'disconnect'",
    "newListener": _ITS_OWN,
    "removeListener": _ITS_OWN,
}
_CONNECTION = "; to describe the auth data of clients, name a [received|sent] message 'connect'"
_HANDSHAKE = {"connect": "its auth data", "disconnect": "its reason"}
_OTHERS = ", and a [server receives|client sends] it; write action: [receive|send]"
_SENT = {
    "connect": _OTHERS + "[, or pass --perspective client if the document describes a client|]",
    "disconnect": _OTHERS
    + ", or remove the message, because a server ends a connection without an event",
}
_FROM_LIBRARY = ", and the client's own library raises it; remove the message"
#: What socket.io-client tells its application itself.
_CLIENT_SIDE = frozenset(
    (
        *("connect_timeout", "reconnect", "reconnecting"),
        *("reconnect_attempt", "reconnect_error", "reconnect_failed"),
    )
)
#: How events are spelled, and titles for people hardly.
_SPELLED = re.compile(r"[a-z][a-z0-9]*(?:[_:.\-/][a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")

_warning = group("Socket.IO profile", Severity.WARNING)
_error = group("Socket.IO profile", Severity.ERROR, elsewhere=Severity.WARNING)

RULES = (
    _warning(
        "duplicate-event",
        "An event should be described by one message for each direction.",
        """
        Several messages with one event name are alternatives, and exactly one must match: a payload
        that matches two is rejected. Combine the alternatives into one message with a `oneOf`.
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
    _error(
        "copied-name",
        "A message that was copied must have its own name.",
        """
        Two messages with the same name describe the same event, even if their keys differ. The
        event that the second key suggests is not declared, so the guard rejects it. Change the
        `name`. To describe alternatives of one event, write one message with a `oneOf`, or start
        each key with the name of the event.
        """,
        """
        channels:
          game:
            address: /game
            messages:
              makeMove: {name: make_move, payload: {type: integer}}
              undoMove: {name: make_move, payload: {type: 'null'}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
        """
        channels:
          game:
            address: /game
            messages:
              makeMove: {name: make_move, payload: {type: integer}}
              undoMove: {name: undo_move, payload: {type: 'null'}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
    ),
    _warning(
        "reserved-event",
        "An event should not have a name that Socket.IO reserves.",
        """
        `connect_error`, `disconnecting`, `newListener`, `*` and similar names are never sent as
        events. The server can *receive* `connect` and `disconnect`: they describe the handshake and
        its end. A document that describes a client *sends* them. For such a document, pass
        `--perspective client`, or list it under `clients` in the configuration.
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
        "auth-event",
        "Clients should authenticate when they connect.",
        """
        Until its `authenticate` event arrives, an unauthenticated client is in the namespace.
        Socket.IO clients send their token in the handshake (`io(url, {auth: {token}})`). Describe
        it as the payload of a received message named `connect`, and reject clients without it.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              authenticate:
                payload: {type: object, required: [token], properties: {token: {type: string}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              connect:
                payload: {type: object, required: [token], properties: {token: {type: string}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "handshake-method",
        "The handshake of a channel must be a GET request.",
        """
        Every Socket.IO client starts with a GET request, over both WebSocket and long polling. A
        `ws` binding that requires POST would reject every client, so the guard doesn't start with
        it.
        """,
        """
        channels: {chat: {address: /chat, bindings: {ws: {method: POST}}}}
        """,
        """
        channels: {chat: {address: /chat, bindings: {ws: {method: GET}}}}
        """,
    ),
    _warning(
        "handshake-arguments",
        "`connect` and `disconnect` should have at most one argument.",
        """
        A client connects with one value (`io(url, {auth: …})`), and a connection ends for one
        reason. No second argument is ever sent, so if the payload requires one, the guard rejects
        every client. To describe several values, write an object with a property for each.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              connect:
                payload: {type: array, items: [{type: string}, {type: integer}], minItems: 2}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              connect:
                payload:
                  type: object
                  required: [token, room]
                  properties: {token: {type: string}, room: {type: integer}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "orphan-message",
        "Every message of a channel should be used by an operation.",
        """
        Operations define which events clients and the server can send. A message that no operation
        uses can't be sent in either direction: the guard rejects it.
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
        "A message should have a payload.",
        """
        Without a payload, any arguments are accepted. For an event without arguments, write
        `payload: {type: 'null'}`. For one argument of any type, write `payload: {}`.
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
        "A message should not have `headers`.",
        "Socket.IO messages have no headers, so the guard never validates this schema.",
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
        "The name of an event should be in `name`, not in `title`.",
        """
        A title is for people. The event is the message's `name`, or its key if it has no name. If
        the title is the key in another spelling (`make_move` and `makeMove`), clients probably emit
        the title, while the guard expects the key.
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
        "Positional items should be at the top of a payload.",
        """
        A payload with positional items describes several arguments. In a `oneOf`, `anyOf` or
        `allOf`, positional items describe *one* argument that is a list. To accept one or two
        arguments, use positional items with `minItems: 1`.
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


def _check_profile(context: Context) -> None:
    """Report what the guard could not do, or would not do as the document means it."""
    if is_for_others(context.documents):
        return
    profile = profile_of(context)
    check_namespaces(context, profile)
    check_acks(context, profile)
    check_events(context, profile)
    _duplicate_events(context, profile)
    for message in profile.messages:
        # An operation of which that is not known might be the one that has the message.
        if not message.carried and profile.knows_operations:
            _report_orphan(context, message)
        _check_message(context, profile, message)
    for channel in profile.channels:
        _check_auth(context, channel)
        _check_method(context, channel)


# -- events ----------------------------------------------------------------------------------------


def _duplicate_events(context: Context, profile: SocketIOProfile) -> None:
    addresses = {
        channel.id: str(channel.place.value.get("address")) for channel in profile.channels
    }
    seen: dict[tuple[str, str, str], ProfileMessage] = {}
    for message in profile.messages:
        for action in message.carried & _ACTIONS:
            first = seen.setdefault((addresses[message.channel], message.event, action), message)
            if first.place.place != message.place.place:
                _report_duplicate(context, first, message)


def _report_duplicate(context: Context, first: ProfileMessage, second: ProfileMessage) -> None:
    if _is_copy_of(first, second):
        first, second = second, first
    keys = f"messages {shown(first.key)} and {shown(second.key)}"
    if first.channel != second.channel:
        keys += f" of channels {shown(first.channel)} and {shown(second.channel)}"
    text = f"event {shown(second.event)} is described by {keys}, and exactly one must match"
    if _is_copy_of(second, first):
        name = _in_the_style_of(first, second.key)
        text += f"; give {shown(second.key)} its own name, such as {shown(name)}"
        context.report("copied-name", second.fields["name"], text)
    else:
        text += "; combine both with oneOf, or rename one"
        context.report("duplicate-event", second.entry, text, key=True)


def _is_copy_of(copy: ProfileMessage, message: ProfileMessage) -> bool:
    """Whether a message has the name of another, and a key that says it should have its own.

    A key that is more than the name, such as `makeMoveFast`, is an alternative.
    """
    names = copy.fields.get("name"), message.fields.get("name")
    if None in names or copy.channel != message.channel:
        return False
    event, key = _letters(copy.event), _letters(copy.key)
    return _letters(message.key) == event and event not in key and key not in event


def _in_the_style_of(message: ProfileMessage, key: str) -> str:
    """A key as an event, written as another message's key and event are."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", key)
    separator = next((sign for sign in "_-:." if sign in message.event), "")
    return separator.join(word.lower() for word in words) if separator and words else key


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _check_auth(context: Context, channel: ProfileChannel) -> None:
    events = {message.event for message in channel.messages}
    if "connect" in events:
        return
    for message in channel.events:
        if message.event.lower() in _AUTH and "receive" in message.carried:
            text = (
                f"event {shown(message.event)} arrives after the client has connected; name the "
                "message 'connect', so that its payload describes the client's auth data"
            )
            context.report("auth-event", message.entry, text, key=True)


def _check_method(context: Context, channel: ProfileChannel) -> None:
    bindings = context.resolve(channel.place.get("bindings"))
    binding = context.resolve(bindings.get("ws")) if bindings is not None else None
    method = binding.get("method") if binding is not None else None
    if method is not None and method.value == "POST" and (channel.address or "").startswith("/"):
        text = (
            "no client can connect, because Socket.IO's handshake is a GET request; remove 'method'"
        )
        context.report("handshake-method", method, text)


# -- one message -----------------------------------------------------------------------------------


def _report_orphan(context: Context, message: ProfileMessage) -> None:
    text = (
        f"no operation uses message {shown(message.key)}, so the guard rejects it; add it to an "
        "operation's 'messages'"
    )
    context.report("orphan-message", message.entry, text, key=True)


def _check_message(context: Context, profile: SocketIOProfile, message: ProfileMessage) -> None:
    entry, fields = message.entry, message.fields
    _check_name(context, profile, message)
    _check_title(context, message)
    place = message.place.value
    if "payload" not in fields and not stands_for("Message", place, "payload", OBJECTS["Message"]):
        text = (
            f"message {shown(message.key)} has no payload, so any arguments are accepted; for "
            f"none, write payload: {{type: 'null'}}"
        )
        context.report("no-payload", entry, text, key=True)
    if "headers" in fields:
        text = "Socket.IO has no message headers, so they are never validated; remove 'headers'"
        context.report("unjudged-headers", fields["headers"], text, key=True)
    if "payload" in fields:
        _check_arguments(context, fields["payload"])
        if message.event in HANDSHAKE and "receive" in message.carried:
            _check_handshake(context, message.event, fields["payload"])
    if "x-ack" in fields:
        _check_arguments(context, ack_schema(fields["x-ack"]))


def _check_title(context: Context, message: ProfileMessage) -> None:
    title = message.fields.get("title")
    if title is None or "name" in message.fields or not isinstance(title.value, str):
        return
    is_event = _SPELLED.fullmatch(title.value) and title.value != message.key
    if is_event and _letters(title.value) == _letters(message.key):
        text = f"the event is {shown(message.key)}, because the message has no name; write 'name' "
        context.report("title-as-event", title, f"{text}if it is {shown(title.value)}", key=True)


def _check_name(context: Context, profile: SocketIOProfile, message: ProfileMessage) -> None:
    fields, event = message.fields, message.event
    advice = _advice(event, message.carried)
    if advice is not None:
        advice = profile.in_its_words(advice)
        text = f"Socket.IO reserves the event name {shown(event)}{advice}"
        place = fields.get("name", message.entry)
        context.report("reserved-event", place, text, key="name" not in fields)


def _advice(event: str, carried: set[str]) -> str | None:
    """What to do about a reserved name; `None` if it may stand there."""
    if event in HANDSHAKE:
        return _SENT.get(event) if "send" in carried else None
    if event in _CLIENT_SIDE and ("send" in carried or event != "reconnect"):
        return _FROM_LIBRARY
    if event == "connection" and carried:
        return _CONNECTION
    return _RESERVED.get(event)


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
                    f"positional items in {keyword} describe one argument that is a list; for "
                    "several arguments, move them to the top of the payload"
                )
                context.report("mixed-arguments", branch, text)
                return


def _check_handshake(context: Context, event: str, payload: Node) -> None:
    """Arguments of a handshake that never come."""
    found = context.schema_behind(payload)
    if found is None or not found.dialect.is_positional(found.node.value):
        return
    schema = found.node.value
    least = schema.get("minItems")
    if isinstance(least, int) and least > 1 and event == "connect":
        text = (
            "no client can connect, because 'connect' has one argument, its auth data, and "
            f"{least} "
            "are required"
        )
    elif len(schema[found.dialect.tuple_keyword]) > 1:
        text = f"{event!r} has one argument, {_HANDSHAKE[event]}, so the others are never sent"
    else:
        return
    text += "; write an object with a property for each"
    context.report("handshake-arguments", payload, text, key=True)


CHECKS = (_check_profile,)
