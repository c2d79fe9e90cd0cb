"""A document as the Socket.IO profile reads it: what the rules of the profile have in common.

The rules are about a server. A document that describes a client is read as its server sees it, and
what a finding says of actions is in the document's words (`written`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.habits import stands_for
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.replies import Replies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = [
    "HANDSHAKE",
    "ProfileChannel",
    "ProfileMessage",
    "ProfileOperation",
    "SocketIOProfile",
    "profile_of",
]

#: Words for a server's document, and for a client's.
_CHOICE = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
#: Received messages of these names are no events.
HANDSHAKE = frozenset(("connect", "disconnect"))


@dataclass(frozen=True, slots=True)
class ProfileMessage:
    """A message as a channel has it.

    Attributes:
        channel: the channel's key.
        key: its own.
        entry: where the channel has it.
        place: that, references followed.
        fields: its fields, traits merged.
        carried: what has it: `send`, `receive` or `reply`.
    """

    channel: str
    key: str
    entry: Node
    place: Node
    fields: Mapping[str, Node]
    carried: set[str] = field(default_factory=set)

    @property
    def event(self) -> str:
        """The Socket.IO event: its name, else its key."""
        name = self.fields.get("name")
        return name.value if name is not None and isinstance(name.value, str) else self.key

    @property
    def is_event(self) -> bool:
        """Whether it travels, for all that operations say."""
        return bool(self.carried - {"reply"}) and self.event not in HANDSHAKE


@dataclass(frozen=True, slots=True)
class ProfileChannel:
    """A channel of the document.

    Attributes:
        id: its key.
        place: it, references followed.
        messages: what it has.
        used: an operation has it.
    """

    id: str
    place: Node
    messages: tuple[ProfileMessage, ...]
    used: bool

    @property
    def address(self) -> str | None:
        """Its address, if that is a string."""
        address = self.place.value.get("address")
        return address if isinstance(address, str) else None

    @property
    def events(self) -> list[ProfileMessage]:
        """Those of its messages that travel as events."""
        return [message for message in self.messages if message.is_event]


@dataclass(frozen=True, slots=True)
class ProfileOperation:
    """An operation of the document.

    Attributes:
        id: its key.
        place: it, references followed.
        action: what the server does.
        written: the action as it stands there: of a client's document, what the client does.
        entries: its messages, as channels have them.
        reply: its reply, references followed; `None` without one.
        answers: the messages of the reply, as channels have them.
    """

    id: str
    place: Node
    action: str
    written: str
    entries: list[Node]
    reply: Node | None
    answers: list[Node]


class SocketIOProfile:
    """What a document says in the words of the profile.

    Attributes:
        channels: all of the document.
        messages: those of all channels.
        operations: all of the document.
        replies: which replies are acks.
        knows_operations: it is known of each operation what it has; what is not was reported.
        is_client: the document describes a client.
    """

    def __init__(self, context: Context) -> None:
        self.is_client: bool = context.perspective is Perspective.CLIENT
        self.replies: Replies = Replies(context.documents)
        self.operations: list[ProfileOperation] = [
            self._operation(context, id, place)
            for id, _, place in context.entries(context.main, "operations")
        ]
        self._used = {_channel(context, each.place) for each in self.operations}
        self.channels: list[ProfileChannel] = [
            self._channel(context, id, place)
            for id, _, place in context.entries(context.main, "channels")
        ]
        self.messages: list[ProfileMessage] = [m for c in self.channels for m in c.messages]
        self._by_place: dict[Any, list[ProfileMessage]] = {}
        for message in self.messages:
            self._by_place.setdefault(message.entry.place, []).append(message)
            if message.place.place != message.entry.place:
                # A list that names what the entry refers to has a fault of its own.
                self._by_place.setdefault(message.place.place, []).append(message)
        self._carry()
        self.knows_operations: bool = _knows_operations(context, self._by_place.keys())

    def written(self, action: str) -> str:
        """How the document writes what the server does; or what the server does, of how it is."""
        known = self.is_client and action in (Action.SEND, Action.RECEIVE)
        return str(Action(action).mirrored) if known else action

    def in_its_words(self, text: str) -> str:
        """A text about a server's document, as it is said of this one.

        Args:
            text: what stands in brackets is for a server's document, and behind the bar for a
                client's: `[receive|send]`.
        """
        return _CHOICE.sub(r"\2" if self.is_client else r"\1", text)

    def at(self, entry: Node) -> list[ProfileMessage]:
        """The messages that a place is: several, where a channel has two keys."""
        return self._by_place.get(entry.place, [])

    def _operation(self, context: Context, id: str, place: Node) -> ProfileOperation:
        reply = context.field(place, "reply", dict)
        written = str(place.value.get("action"))
        return ProfileOperation(
            id=id,
            place=place,
            action=self.written(written),
            written=written,
            entries=self.replies.entries(place),
            reply=reply,
            answers=self.replies.entries(reply) if reply is not None else [],
        )

    def _channel(self, context: Context, id: str, place: Node) -> ProfileChannel:
        messages = (
            ProfileMessage(id, key, entry, message, context.merged(message))
            for key, entry, message in context.entries(place, "messages")
        )
        return ProfileChannel(id, place, tuple(messages), used=id in self._used)

    def _carry(self) -> None:
        for operation in self.operations:
            carriers = ((operation.entries, operation.action), (operation.answers, "reply"))
            for entries, direction in carriers:
                for message in (each for entry in entries for each in self.at(entry)):
                    message.carried.add(direction)


def profile_of(context: Context) -> SocketIOProfile:
    """A document as the Socket.IO profile reads it, made once."""
    if "profile" not in context.shared:
        context.shared["profile"] = SocketIOProfile(context)
    found: SocketIOProfile = context.shared["profile"]
    return found


def _channel(context: Context, operation: Node) -> str | None:
    """The key of an operation's channel."""
    ref = operation.get("channel")
    target = context.target(ref) if ref is not None and is_reference(ref.value) else None
    if target is None or target.source is not context.main.source:
        return None
    return str(target.path[1]) if target.path[:-1] == ("channels",) else None


# -- what is known ---------------------------------------------------------------------------------


def _knows_operations(context: Context, messages: Collection[Any]) -> bool:
    root = context.main.value
    if "operations" not in root and stands_for("AsyncAPI", root, "operations", OBJECTS["AsyncAPI"]):
        return False
    if context.report.has_misplaced("#/operations/"):
        return False
    operations = root.get("operations", {})
    if not isinstance(operations, dict) or _has_operations_of_version_2(context):
        return False
    return all(
        _knows_messages(context, entry, "Operation", messages)
        for _, entry in context.items(context.main, "operations")
    )


def _has_operations_of_version_2(context: Context) -> bool:
    return any(
        not channel.value.keys().isdisjoint(("publish", "subscribe"))
        for _, _, channel in context.entries(context.main, "channels")
    )


def _knows_messages(context: Context, entry: Node, name: str, messages: Collection[Any]) -> bool:
    owner = context.resolve(entry)
    if owner is None or not isinstance(owner.value, dict):
        return False
    channel, listed = owner.get("channel"), owner.get("messages")
    if name == "Operation" and (channel is None or not is_reference(channel.value)):
        return False
    if channel is not None and context.field(owner, "channel", dict) is None:
        return False
    if listed is None:
        is_known = not stands_for(name, owner.value, "messages", OBJECTS[name])
    else:
        is_known = isinstance(listed.value, list) and all(
            _is_one_of(context, ref, messages) for ref in listed.values()
        )
    reply = owner.get("reply")
    return is_known and (reply is None or _knows_messages(context, reply, "Reply", messages))


def _is_one_of(context: Context, ref: Node, messages: Collection[Any]) -> bool:
    target = context.target(ref) if is_reference(ref.value) else None
    return target is not None and target.place in messages
