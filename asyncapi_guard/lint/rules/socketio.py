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
_ITS_OWN = "; remove the message, which never travels"
#: What to do about names that Socket.IO keeps, in some of its implementations at least.
_RESERVED = {
    **dict.fromkeys(sorted(RESERVED_EVENTS - HANDSHAKE), _ITS_OWN),
    "connect_error": ", and answers rejected connects with it; remove the message",
    "*": ", as a handler's name for every event; name each event",
    "disconnecting": "; to describe why clients leave, name a [received|sent] message 'disconnect'",
    "newListener": _ITS_OWN,
    "removeListener": _ITS_OWN,
}
_CONNECTION = "; to describe what clients connect with, name a [received|sent] message 'connect'"
_HANDSHAKE = {"connect": "its auth value", "disconnect": "its reason"}
_OTHERS = (
    ", and a [server receives|client sends] it, for actions are the [server's|client's]; write "
    "action: [receive|send]"
)
_SENT = {
    "connect": _OTHERS + "[, or pass --perspective client if the document describes a client|]",
    "disconnect": _OTHERS
    + ", or remove the message, because a server ends a connection without an event",
}
_FROM_LIBRARY = ", and clients hear it from their own library; remove the message"
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
        "An event is described by one message for each direction.",
        """
        Several messages with one event name are alternatives, of which exactly one must
        match: if two of them accept a payload, it is rejected. One message with a `oneOf` says it
        in one place.
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
        "A message that was copied has a name of its own.",
        """
        Two messages with one name are one event, whatever their keys: the event that the second key
        speaks of is not declared, and the guard rejects it. Change the `name`. For alternatives of
        one event, write one message with a `oneOf`, or keys that begin with the event.
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
        "No event has a name that Socket.IO keeps for itself.",
        """
        `connect_error`, `disconnecting`, `newListener`, `*` and the like never travel as events.
        `connect` and `disconnect` may be *received*: they describe the handshake and its end. A
        document that describes a client *sends* them; for such a document, pass `--perspective
        client`, or list it as `clients` in the configuration.
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
        "Who may connect is decided when they connect.",
        """
        A client that may not be there is in the namespace until its `authenticate` event arrives.
        Socket.IO's clients give their token with the connect (`io(url, {auth: {token}})`): describe
        it as the payload of a received message named `connect`, and reject who has none there.
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
        "The handshake of a channel is a GET.",
        """
        Every client of Socket.IO begins with a GET request, over WebSocket as over long polling. A
        `ws` binding that asks for a POST would let nobody in, so the guard does not start with it.
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
        "`connect` and `disconnect` have one argument at most.",
        """
        A client connects with one value (`io(url, {auth: …})`), and a connection ends for one
        reason. So a second argument never comes: where the payload requires it, the guard rejects
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
        "An operation has each message of a channel.",
        """
        What may be sent and received is what operations say. A message of no operation is neither:
        the guard rejects it.
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
    keys = f"{shown(first.key)} and {shown(second.key)}"
    if first.channel != second.channel:
        keys += f" of the channels {shown(first.channel)} and {shown(second.channel)}"
    text = f"two messages are the event {shown(second.event)}: {keys}, and exactly one must match"
    if _is_copy_of(second, first):
        name = _in_the_style_of(first, second.key)
        text += f"; write the name that {shown(second.key)} is to have, such as {shown(name)}"
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
                f"event {shown(message.event)} arrives after the client is connected; name the "
                "message 'connect', and its payload is the auth value of the connect"
            )
            context.report("auth-event", message.entry, text, key=True)


def _check_method(context: Context, channel: ProfileChannel) -> None:
    bindings = context.resolve(channel.place.get("bindings"))
    binding = context.resolve(bindings.get("ws")) if bindings is not None else None
    method = binding.get("method") if binding is not None else None
    if method is not None and method.value == "POST" and (channel.address or "").startswith("/"):
        text = "no client could connect: Socket.IO's handshake is a GET; remove the method"
        context.report("handshake-method", method, text)


# -- one message -----------------------------------------------------------------------------------


def _report_orphan(context: Context, message: ProfileMessage) -> None:
    text = f"no operation has the message {shown(message.key)}: nobody may send it"
    context.report("orphan-message", message.entry, text, key=True)


def _check_message(context: Context, profile: SocketIOProfile, message: ProfileMessage) -> None:
    entry, fields = message.entry, message.fields
    _check_name(context, profile, message)
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
        text = f"the event is {shown(message.key)}, as the message has no name; write 'name' "
        context.report("title-as-event", title, f"{text}if it is {shown(title.value)}", key=True)


def _check_name(context: Context, profile: SocketIOProfile, message: ProfileMessage) -> None:
    fields, event = message.fields, message.event
    advice = _advice(event, message.carried)
    if advice is not None:
        advice = profile.in_its_words(advice)
        text = f"Socket.IO keeps the event name {shown(event)} for itself{advice}"
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
                    f"positional items inside of {keyword} are one argument, a list: several "
                    "arguments stand at the top of a payload"
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
            f"no client can connect, for a connect has one argument, its auth value, and {least} "
        )
        text += "are required"
    elif len(schema[found.dialect.tuple_keyword]) > 1:
        text = f"a {event} has one argument, {_HANDSHAKE[event]}, so the others never come"
    else:
        return
    text += "; write an object with a property for each"
    context.report("handshake-arguments", payload, text, key=True)


CHECKS = (_check_profile,)
