"""Rules about acks: who judges them, and what is meant as one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.profile import HANDSHAKE
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.acks import ack_schema
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.lint.profile import ProfileMessage, ProfileOperation, SocketIOProfile
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_acks"]

_ANSWER = re.compile(
    r"(?P<event>.+?)[-_:./ ]?(?:ack|acknowledge(?:d|ment)?|response|resp|reply|result|ok|success"
    r"|callback|cb|confirm(?:ed|ation)?)s?",
    re.IGNORECASE,
)
#: What an event is called by who takes it for the ack of any.
_BARE = re.compile(r"acks?|acknowledge(?:d|ment)?|callback", re.IGNORECASE)
_ANSWER_FIRST = re.compile(r"(?:ack|reply|response)[-_:./ ](?P<event>.+)", re.IGNORECASE)
_OTHER_SIDE = {"receive": "send", "send": "receive"}

_warning = group("Socket.IO profile", Severity.WARNING)

RULES = (
    _warning(
        "unjudged-ack",
        "An ack that is described should be validated.",
        """
        Without `x-ack`, a reply's messages describe the ack, unless an operation also lists them as
        events. In that case the reply means that one event follows another, and the guard doesn't
        validate the ack. An operation without `messages` lists all messages of its channel. Write
        `x-ack` on the message that is acknowledged, or keep the reply's messages out of operations.
        """,
        """
        channels:
          chat:
            address: /chat
            messages: {say: {payload: {type: string}}, said: {payload: {type: boolean}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              channel: {$ref: '#/channels/chat'}
              messages: [{$ref: '#/channels/chat/messages/said'}]
        """,
        """
        channels:
          chat:
            address: /chat
            messages: {say: {payload: {type: string}}, said: {payload: {type: boolean}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            messages: [{$ref: '#/channels/chat/messages/say'}]
            reply:
              channel: {$ref: '#/channels/chat'}
              messages: [{$ref: '#/channels/chat/messages/said'}]
        """,
    ),
    _warning(
        "ack-event",
        "An ack should not be an event of its own.",
        """
        The return value of a handler goes to the callback that the client passed to `emit`: no
        event is sent. Describe it as `x-ack` of the message that is acknowledged. If your server
        does emit an event of that name, ignore this finding.
        """,
        """
        channels:
          game:
            address: /game
            messages: {move: {payload: {type: integer}}, move_ack: {payload: {type: boolean}}}
        operations:
          in:
            action: receive
            channel: {$ref: '#/channels/game'}
            messages: [{$ref: '#/channels/game/messages/move'}]
          out:
            action: send
            channel: {$ref: '#/channels/game'}
            messages: [{$ref: '#/channels/game/messages/move_ack'}]
        """,
        """
        channels:
          game:
            address: /game
            messages: {move: {payload: {type: integer}, x-ack: {type: boolean}}}
        operations:
          in: {action: receive, channel: {$ref: '#/channels/game'}}
        """,
    ),
    _warning(
        "connect-ack",
        "`connect` and `disconnect` should not have an `x-ack`.",
        """
        Socket.IO never acknowledges them. A client learns about a rejected connection from
        `connect_error`.
        """,
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
)


def check_acks(context: Context, profile: SocketIOProfile) -> None:
    """Report acks that nobody judges, and events that are acks."""
    # What an operation has by mistake is reported, and may be what a reply has.
    for operation in profile.operations if profile.knows_operations else ():
        if operation.reply is not None and operation.action in _OTHER_SIDE:
            _reply(context, profile, operation)
    acks = {entry.place for o in profile.operations for entry in profile.replies.acks(o.place)}
    for message in profile.messages:
        if "x-ack" in message.fields:
            _handshake(context, message)
            if message.entry.place in acks:
                text = "'x-ack' has no effect here, because an ack is never acknowledged; remove it"
                context.report("unjudged-ack", message.fields["x-ack"], text, key=True)
    _acks_as_events(context, profile)
    _bare_acks(context, profile)


def _handshake(context: Context, message: ProfileMessage) -> None:
    if message.event in HANDSHAKE and "send" not in message.carried:
        text = (
            f"'x-ack' has no effect on {message.event!r}, which Socket.IO never acknowledges; "
            "remove it"
        )
        context.report("connect-ack", message.fields["x-ack"], text, key=True)


# -- replies ---------------------------------------------------------------------------------------


def _reply(context: Context, profile: SocketIOProfile, operation: ProfileOperation) -> None:
    """An ack is judged by one who says so, unless an event answers."""
    if not operation.answers:
        _empty_reply(context, operation)
        return
    events = profile.replies.events
    other = _OTHER_SIDE[operation.written]
    if all(other in events.get(entry.place, ()) for entry in operation.answers):
        return  # an event answers
    for entry in operation.answers:
        if entry.place in events:
            _report_reply(context, profile, operation, entry)
            return
    _second_ack(context, profile, operation)


def _report_reply(
    context: Context, profile: SocketIOProfile, operation: ProfileOperation, entry: Node
) -> None:
    place = entry.place
    lists = next(o for o in profile.operations if any(place == each.place for each in o.entries))
    text = (
        f"the reply's message {shown(entry.path[-1])} is also an event of the operation "
        f"{shown(lists.id)}, so it doesn't validate the ack; list only the events in the "
        "operation's 'messages', or write 'x-ack' on the acknowledged message"
    )
    context.report("unjudged-ack", operation.place.child("reply"), text, key=True)


def _empty_reply(context: Context, operation: ProfileOperation) -> None:
    reply = operation.reply
    if reply is None or reply.value.get("messages") or "channel" not in reply.value:
        return
    is_known = context.field(reply, "channel", dict) is not None
    if is_known and is_reference(reply.value["channel"]):
        text = (
            "the reply has no messages, so the ack isn't validated; list its messages, or write "
            "'x-ack' on the message that is acknowledged"
        )
        context.report("unjudged-ack", operation.place.child("reply"), text, key=True)


def _second_ack(context: Context, profile: SocketIOProfile, operation: ProfileOperation) -> None:
    """A reply beside messages that all have an `x-ack`, which says something else."""
    messages = [message for entry in operation.entries for message in profile.at(entry)]
    own = [message.fields["x-ack"] for message in messages if "x-ack" in message.fields]
    if not messages or len(own) < len(messages):
        return
    if _schemas(context, map(ack_schema, own)) != _schemas(context, _payloads(context, operation)):
        text = (
            "the operation's messages have an 'x-ack', so this reply doesn't validate the ack; "
            "remove one of the two"
        )
        context.report("unjudged-ack", operation.place.child("reply"), text, key=True)


def _payloads(context: Context, operation: ProfileOperation) -> Iterator[Node]:
    for place in map(context.resolve, operation.answers):
        if place is not None and isinstance(place.value, dict):
            payload = context.merged(place).get("payload")
            if payload is not None:
                yield payload


def _schemas(context: Context, nodes: Iterator[Node]) -> list[object]:
    """What some places mean, to be compared."""
    resolved = (context.resolve(node) for node in nodes)
    values: list[object] = []
    for node in resolved:
        if node is not None and node.value not in values:
            values.append(node.value)
    return values


# -- acks as events --------------------------------------------------------------------------------


def _acks_as_events(context: Context, profile: SocketIOProfile) -> None:
    """A sent event whose name is a received one's with `ack` or the like."""
    with_ack = [each for each in profile.operations if profile.replies.acks(each.place)]
    answered = {entry.place for operation in with_ack for entry in operation.entries}
    for channel in profile.channels:
        received = {
            _letters(message.event): message
            for message in channel.events
            if "receive" in message.carried
            and "x-ack" not in message.fields
            and message.entry.place not in answered
        }
        for message in channel.events if received else ():
            if message.carried == {"send"}:
                _ack_as_event(context, message, received)


def _ack_as_event(
    context: Context, message: ProfileMessage, received: Mapping[str, ProfileMessage]
) -> None:
    for pattern in (_ANSWER, _ANSWER_FIRST):
        found = pattern.fullmatch(message.event)
        event = received.get(_letters(found["event"])) if found is not None else None
        if event is not None:
            text = (
                f"event {shown(message.event)} looks like the ack of {shown(event.event)}, but an "
                f"ack is not an event; write its payload as 'x-ack' of message {shown(event.key)}, "
                "and remove this message"
            )
            context.report("ack-event", message.entry, text, key=True)
            return


def _bare_acks(context: Context, profile: SocketIOProfile) -> None:
    """Events that are called `ack`, or the like."""
    for message in profile.messages:
        if message.is_event and _BARE.fullmatch(message.event):
            text = (
                f"event {shown(message.event)} looks like an ack, but an ack is not an event and "
                "has no name; write its payload as 'x-ack' of the message that is acknowledged, "
                "and remove this message"
            )
            context.report("ack-event", message.entry, text, key=True)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
