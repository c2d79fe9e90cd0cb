"""What may happen in a namespace, and which channels a namespace has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action, Channel, Contract
from asyncapi_guard.errors import Finding, InvalidDocument
from asyncapi_guard.guard.rules import Offer, Rule
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.guard.policy import Policy

__all__ = ["RESERVED_EVENTS", "Plan", "by_address", "check_addresses", "template"]

#: Names that a client may not send as events.
RESERVED_EVENTS = frozenset(("connect", "connect_error", "disconnect", "*"))


class Plan:
    """What may happen in one namespace."""

    __slots__ = ("connect", "receive", "send")

    def __init__(self, channels: Iterable[Channel], contract: Contract, policy: Policy) -> None:
        here = {channel.id for channel in channels}
        offers: dict[tuple[Action, str], list[Offer]] = {}
        for operation in contract.operations.values():
            if operation.channel not in here:
                continue
            for message in operation.messages:
                mode = policy.operations.get(operation.id) or message.mode or operation.mode
                key = (operation.action, message.event)
                offers.setdefault(key, []).append(Offer(message, mode))
        self.receive: dict[str, Rule] = {}
        self.send: dict[str, Rule] = {}
        self.connect: Rule | None = None
        for (action, event), offered in offers.items():
            if action is Action.SEND:
                self.send[event] = Rule.of(Checkpoint.SEND_EVENT, event, offered, policy)
            elif event == "connect":
                self.connect = Rule.of(Checkpoint.CONNECT, event, offered, policy)
            elif event not in RESERVED_EVENTS:
                self.receive[event] = Rule.of(Checkpoint.RECEIVE_EVENT, event, offered, policy)

    def rule(self, checkpoint: Checkpoint, event: str) -> Rule | None:
        """The rule of an event, or of the event that an ack belongs to."""
        if checkpoint is Checkpoint.CONNECT:
            return self.connect
        received = checkpoint in (Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_ACK)
        return (self.receive if received else self.send).get(event)

    def missing(self, checkpoint: Checkpoint, event: str) -> tuple[str, list[str]]:
        """Why an event is not expected, and the names that are."""
        receiving = checkpoint is Checkpoint.RECEIVE_EVENT
        mine, other = (self.receive, self.send) if receiving else (self.send, self.receive)
        if event in other:
            does = "sends" if receiving else "receives"
            return f"the event is declared, but the server {does} it", []
        return "the event is not declared", sorted(mine)


def by_address(contract: Contract) -> dict[str, list[Channel]]:
    """The channels of each address."""
    addresses: dict[str, list[Channel]] = {}
    for channel in contract.channels.values():
        if channel.is_namespace and channel.address is not None:
            addresses.setdefault(channel.address, []).append(channel)
    return addresses


def check_addresses(contract: Contract) -> None:
    """Reject a contract whose operations use channels that are no namespaces.

    Raises:
        InvalidDocument: with every such channel.
    """
    used = {operation.channel for operation in contract.operations.values()}
    findings = []
    for channel in contract.channels.values():
        if channel.id in used and channel.address is not None and not channel.is_namespace:
            file, _, pointer = channel.location.partition("#")
            message = (
                f"the address {channel.address!r} is no Socket.IO namespace: it must begin with '/'"
            )
            findings.append(Finding(file, 0, 0, pointer, message))
    if findings:
        raise InvalidDocument(findings)


def template(channel: Channel) -> re.Pattern[str]:
    """What the namespaces of an address with parameters look like."""
    parts = re.split(r"\{([^{}]*)\}", channel.address or "")
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            values = channel.parameters.get(part)
            allowed = "|".join(map(re.escape, values)) if values else "(?!)"
            pattern += "[^/]+" if values is None else f"(?:{allowed})"
    return re.compile(pattern)
