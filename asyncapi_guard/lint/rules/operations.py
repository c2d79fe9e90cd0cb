"""Rules about operations and replies: their channels, their messages, their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.references import Node, is_reference, named_by
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES"]

_error = group("Semantics", Severity.ERROR)

RULES = (
    _error(
        "operation-channel",
        "An operation must reference one of the document's own channels.",
        """
        The `channel` of a root operation must reference an entry of the root `channels`, not an
        entry of `components` or of another file. The entry itself can be a reference to either.
        """,
        """
        operations:
          say: {action: receive, channel: {$ref: '#/components/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
        """
        channels: {chat: {$ref: '#/components/channels/chat'}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
    ),
    _error(
        "operation-messages",
        "The messages of an operation must be entries of its own channel.",
        """
        Write `#/channels/NAME/messages/KEY`, not the component that the entry refers to, and not a
        message of another channel. An operation without `messages` has all messages of its channel.
        """,
        """
        channels:
          chat: {messages: {say: {$ref: '#/components/messages/say'}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            messages: [{$ref: '#/components/messages/say'}]
        components: {messages: {say: {payload: {type: string}}}}
        """,
        """
        channels:
          chat: {messages: {say: {$ref: '#/components/messages/say'}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            messages: [{$ref: '#/channels/chat/messages/say'}]
        components: {messages: {say: {payload: {type: string}}}}
        """,
    ),
    _error(
        "reply-channel",
        "A reply must reference one of the document's own channels.",
        """
        The reply's `channel` must reference an entry of the document's own `channels`, as an
        operation's does. See `operation-channel`.
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply: {channel: {$ref: '#/components/channels/answers'}}
        components: {channels: {answers: {address: /answers}}}
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: /answers}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply: {channel: {$ref: '#/channels/answers'}}
        """,
    ),
    _error(
        "reply-messages",
        "The messages of a reply must be entries of the reply's channel.",
        """
        Write `#/channels/NAME/messages/KEY` with the channel that the reply references, as in an
        operation. See `operation-messages`.
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}}}}
          answers: {messages: {said: {payload: {type: string}}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              channel: {$ref: '#/channels/answers'}
              messages: [{$ref: '#/channels/chat/messages/say'}]
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}}}}
          answers: {messages: {said: {payload: {type: string}}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              channel: {$ref: '#/channels/answers'}
              messages: [{$ref: '#/channels/answers/messages/said'}]
        """,
    ),
    _error(
        "reply-address",
        "A reply with an address must use a channel without an address.",
        """
        `reply.address` says that each message contains the address to reply to, so the reply's
        channel can't have a fixed one. Set its `address` to null, or leave it out.
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: /answers}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              address: {location: $message.header#/replyTo}
              channel: {$ref: '#/channels/answers'}
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: null}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              address: {location: $message.header#/replyTo}
              channel: {$ref: '#/channels/answers'}
        """,
    ),
)


def _check_operations(context: Context) -> None:
    for operation in context.all("Operation"):
        is_root = context.is_root(operation, "operations")
        _channel_of(context, operation, "operation", is_root=is_root)


def _check_replies(context: Context) -> None:
    for reply in context.all("Reply"):
        is_root = reply.source is context.main.source and reply.path[:1] == ("operations",)
        _channel_of(context, reply, "reply", is_root=is_root)
        _reply_address(context, reply)


def _channel_of(context: Context, owner: Node, name: str, *, is_root: bool) -> None:
    """An operation or a reply: its channel, and its messages as the channel has them."""
    channel = owner.get("channel")
    if channel is None and name == "reply":
        _messages_without_channel(context, owner)
    if channel is None or not is_reference(channel.value):
        return
    # Which messages are meant is known when the channel is.
    if not is_root or context.must_be_own(channel, "channels", f"{name}-channel"):
        _messages_of(context, owner, channel, f"{name}-messages")


def _messages_without_channel(context: Context, reply: Node) -> None:
    """Those of a reply that names no channel are entries of channels, too."""
    for _, ref in context.items(reply, "messages"):
        target = context.target(ref) if is_reference(ref.value) else None
        if target is not None and target.path[:2] == ("components", "messages"):
            name = shown(ref.value["$ref"])
            message = f"{name} is not an entry of a channel's messages"
            hint = "; write '#/channels/NAME/messages/KEY', and add the reply's channel"
            context.report("reply-messages", ref, message + hint)


def _messages_of(context: Context, owner: Node, channel: Node, code: str) -> None:
    """The messages that are listed must be named as entries of the channel."""
    section = owner.get("messages")
    place = context.resolve(channel)
    if section is None or not isinstance(section.value, list) or place is None:
        return
    if not context.objects.has_visited(place, "Channel"):
        return  # it leads to something else, which was reported
    channel_uri, prefix = named_by(channel)
    entries = context.field(place, "messages", dict)
    known: Mapping[str, Any] = entries.value if entries is not None else {}
    for ref in section.values():
        if not is_reference(ref.value) or prefix is None or context.target(ref) is None:
            continue
        uri, parts = named_by(ref)
        key = str(parts[-1]) if parts else ""
        if (
            not parts
            or uri != channel_uri
            or parts != (*prefix, "messages", key)
            or key not in known
        ):
            context.report(code, ref, _no_message_of(ref, channel, key, known))


def _no_message_of(ref: Node, channel: Node, key: str, known: Collection[str]) -> str:
    message = f"{shown(ref.value['$ref'])} is not an entry of the channel's messages"
    base = f"{channel.value['$ref']}/messages"
    return message + (f"; write '{base}/{key}'" if key in known else f"; expected '{base}/...'")


def _reply_address(context: Context, reply: Node) -> None:
    channel = context.field(reply, "channel", dict)
    address = channel.get("address") if channel is not None else None
    if "address" in reply.value and address is not None and address.value is not None:
        message = (
            "a reply with an address needs a channel without one; write address: null in the "
            "channel, or remove this address"
        )
        context.report("reply-address", reply.child("address"), message, key=True)


CHECKS = (_check_operations, _check_replies)
