"""The events that a document declares, by the namespaces that its channels serve."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action, Channel, Contract, Message
from asyncapi_guard.drift.compared import ANY
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.drift.document_lines import DocumentLines
    from asyncapi_guard.drift.emits import Emit

__all__ = ["DeclaredEvents", "fits", "goes_to", "reaches"]

#: Messages by the id of their channel and their event.
_Messages = dict[tuple[str, str], list[Message]]


class DeclaredEvents:
    """A document's side.

    Args:
        contract: what it says.
        lines: its lines.

    Attributes:
        file: its name.
        channels: those that are namespaces, by their ids.
        received, sent: messages by the id of their channel and their event.
        lines: as given.
    """

    def __init__(self, contract: Contract, lines: DocumentLines) -> None:
        self.file: str = contract.file
        self.lines: DocumentLines = lines
        self.channels: Mapping[str, Channel] = {
            each.id: each for each in contract.channels.values() if each.is_namespace
        }
        self.received: _Messages = _messages(contract, Action.RECEIVE)
        self.sent: _Messages = _messages(contract, Action.SEND)

    def receives(self, namespace: str, event: str) -> list[Message]:
        """The messages of a received event in the channels that serve a namespace."""
        return self._find(self.received, namespace, event)

    def sends(self, namespace: str, event: str) -> list[Message]:
        """The messages of a sent event in the channels that serve a namespace."""
        return self._find(self.sent, namespace, event)

    def has(self, namespace: str, action: Action, event: str) -> bool:
        """Whether the file declares an event."""
        return bool(self._find(self._of(action), namespace, event))

    def _of(self, action: Action) -> _Messages:
        return self.received if action is Action.RECEIVE else self.sent

    def _find(self, messages: _Messages, namespace: str, event: str) -> list[Message]:
        ids = [channel.id for channel in self.channels.values() if fits(channel, namespace)]
        return [message for id in ids for message in messages.get((id, event), ())]

    def missing(self, namespace: str, event: str, action: Action) -> str:
        """Where the file ought to have an event."""
        channels = [channel for channel in self.channels.values() if fits(channel, namespace)]
        if not self.channels:
            return f"{self.file} has no channels"
        if not channels:
            addresses = [channel.address for channel in self.channels.values()]
            hint = nearest(namespace, addresses)
            return f"{self.file} has no channel for namespace {shown(namespace)}{hint}"
        place = self.lines.name(channels[0].location)
        other = self._find(self._of(action.mirrored), namespace, event)
        way = "sent" if action is Action.SEND else "received"
        if other:
            against = "received" if way == "sent" else "sent"
            return f"{self.lines.name(other[0].location)} declares it as {against}, not {way}"
        ids = {channel.id for channel in channels}
        names = [name for id, name in self._of(action) if id in ids]
        if namespace == ANY:
            return f"{self.file} doesn't declare it as {way}{nearest(event, names)}"
        return f"{place} doesn't declare it as {way}{nearest(event, names)}"


def _messages(contract: Contract, action: Action) -> _Messages:
    found: _Messages = {}
    for operation in contract.operations.values():
        if operation.action is action and contract.channels[operation.channel].is_namespace:
            for message in operation.messages:
                known = found.setdefault((operation.channel, message.event), [])
                if message not in known:
                    known.append(message)
    return found


def reaches(channel: Channel, namespaces: Sequence[str]) -> bool:
    """Whether what is emitted may go to a channel; without namespaces, to any."""
    return not namespaces or any(fits(channel, each) for each in namespaces)


def goes_to(channel: Channel, emit: Emit) -> bool:
    """Whether an emit may go to a channel, or is meant to: rooms are found as they stand."""
    return reaches(channel, emit.namespaces) or any(fits(channel, each) for each in emit.rooms)


def fits(channel: Channel, namespace: str) -> bool:
    """Whether a channel serves a namespace; `*` is any."""
    if namespace in (ANY, channel.address):
        return True
    return "{" in (channel.address or "") and bool(_pattern(channel).fullmatch(namespace))


def _pattern(channel: Channel) -> re.Pattern[str]:
    parts = re.split(r"\{([^{}]*)\}", channel.address or "")
    for index in range(1, len(parts), 2):
        values = channel.parameters.get(parts[index])
        parts[index] = "[^/]+" if values is None else f"(?:{'|'.join(map(re.escape, values))})"
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts))
