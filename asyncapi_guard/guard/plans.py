"""The plan of a namespace: its channels, and the rules of its events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action, Channel, Contract, Perspective
from asyncapi_guard.errors import Finding, InvalidDocument
from asyncapi_guard.guard.handshakes import HandshakeRule
from asyncapi_guard.guard.rules import Offer, Rule
from asyncapi_guard.guard.security import Entrance, of_servers
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.guard.policy import Policy

__all__ = [
    "RESERVED_EVENTS",
    "Plan",
    "by_address",
    "check_addresses",
    "check_handshakes",
    "reserved_for",
    "template",
]

#: Names that a client may not send as events.
RESERVED_EVENTS = frozenset(("connect", "connect_error", "disconnect", "*"))
#: A name that python-socketio's clients have a meaning for besides.
_FINAL = "__disconnect_final"


def reserved_for(perspective: Perspective) -> frozenset[str]:
    """Return the names that one side must not receive as events."""
    return RESERVED_EVENTS | ({_FINAL} if perspective is Perspective.CLIENT else set())


class Plan:
    """The rules of one namespace."""

    __slots__ = (
        "_queued",
        "connect",
        "ends",
        "entrance",
        "handshake",
        "perspective",
        "receive",
        "send",
    )

    def __init__(self, channels: Iterable[Channel], contract: Contract, policy: Policy) -> None:
        channels = list(channels)
        here = {channel.id for channel in channels}
        self.handshake: HandshakeRule = HandshakeRule(channels)
        #: The events that tell a client that its identity has ended.
        self.ends: list[str] = []
        offers: dict[tuple[Action, str], list[Offer]] = {}
        operations = [each for each in contract.operations.values() if each.channel in here]
        self.entrance: Entrance = Entrance(of_servers(contract), operations)
        for operation in operations:
            for message in operation.messages:
                mode = policy.operations.get(operation.id) or message.mode or operation.mode
                key = (operation.action, message.event)
                offers.setdefault(key, []).append(Offer(message, mode))
                if message.expired and operation.action is Action.SEND:
                    self.ends.append(message.event)
        self.perspective: Perspective = contract.perspective
        self.receive: dict[str, Rule] = {}
        self.send: dict[str, Rule] = {}
        #: Made when the first of them comes: most servers have no message queue.
        self._queued: dict[str, Rule] = {}
        self.connect: Rule | None = None
        at_server = self.perspective is Perspective.SERVER
        by_client = Action.RECEIVE if at_server else Action.SEND
        received = reserved_for(self.perspective)
        sent = frozenset[str]() if at_server else RESERVED_EVENTS
        for (action, event), offered in offers.items():
            known = event, offered, policy, self.perspective
            if action is by_client and event == "connect":
                self.connect = Rule.of(Checkpoint.CONNECT, *known)
            elif action is Action.SEND and event not in sent:
                self.send[event] = Rule.of(Checkpoint.SEND_EVENT, *known)
            elif action is Action.RECEIVE and event not in received:
                self.receive[event] = Rule.of(Checkpoint.RECEIVE_EVENT, *known)

    def rule(self, checkpoint: Checkpoint, event: str) -> Rule | None:
        """Return the rule of an event, or of the event that an ack belongs to."""
        if checkpoint is Checkpoint.CONNECT:
            return self.connect
        if checkpoint is Checkpoint.QUEUE_EVENT:
            return self.queued(event)
        received = checkpoint in (Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_ACK)
        return (self.receive if received else self.send).get(event)

    def queued(self, event: str) -> Rule | None:
        """Return the rule of an event that another process sends by a message queue."""
        rule = self._queued.get(event)
        if rule is None and event in self.send:
            rule = self._queued[event] = self.send[event].queued()
        return rule

    def missing(self, checkpoint: Checkpoint, event: str) -> tuple[str, list[str]]:
        """Return the reason why an event isn't expected, and the expected names."""
        receiving = checkpoint is Checkpoint.RECEIVE_EVENT
        mine, other = (self.receive, self.send) if receiving else (self.send, self.receive)
        if event in other:
            at_server = self.perspective is Perspective.SERVER
            does = "sends" if receiving is at_server else "receives"
            return f"the event is declared, but the server {does} it", []
        return "the event is not declared", sorted(mine)


def by_address(contract: Contract) -> dict[str, list[Channel]]:
    """Return the channels of each address."""
    addresses: dict[str, list[Channel]] = {}
    for channel in contract.channels.values():
        if channel.is_namespace and channel.address is not None:
            addresses.setdefault(channel.address, []).append(channel)
    return addresses


def check_addresses(contract: Contract) -> None:
    """Reject a contract whose operations use channels that aren't namespaces.

    Raises:
        InvalidDocument: with every such channel.
    """
    used = {operation.channel for operation in contract.operations.values()}
    findings = []
    for channel in contract.channels.values():
        if channel.id in used and channel.address is not None and not channel.is_namespace:
            file, _, pointer = channel.location.partition("#")
            message = (
                f"address {channel.address!r} isn't a Socket.IO namespace, because it doesn't "
                "start with '/'"
            )
            findings.append(Finding(file, 0, 0, pointer, message))
    if findings:
        raise InvalidDocument(findings)


def check_handshakes(contract: Contract) -> None:
    """Reject a contract with channels that clients can't connect to.

    Raises:
        InvalidDocument: with every such channel.
    """
    findings = []
    for channel in contract.channels.values():
        method = channel.websocket.method if channel.websocket is not None else None
        if channel.is_namespace and method not in (None, "GET"):
            file, _, pointer = channel.location.partition("#")
            message = (
                f"clients can't connect, because Socket.IO's handshake is a GET, not a {method}"
            )
            findings.append(Finding(file, 0, 0, f"{pointer}/bindings/ws/method", message))
    if findings:
        raise InvalidDocument(findings)


def template(channel: Channel) -> re.Pattern[str]:
    """Return the pattern of the namespaces of an address with parameters."""
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
