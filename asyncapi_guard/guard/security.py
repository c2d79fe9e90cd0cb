"""The document's `security`: the requirements for entering a namespace and for sending events.

Each requirement is a list of schemes, and a client must meet one of them. If a server and an
operation have requirements, a client must meet both. The application's verifiers return the
identity of a client. This module compares it with the requirements: whether an identity exists,
whether it has expired, and whether it has the scopes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.contract import Action
from asyncapi_guard.violations import Code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from asyncapi_guard.contract import Contract, Message, Operation, SecurityScheme
    from asyncapi_guard.guard.identity import Identity

__all__ = [
    "REASONS",
    "Entrance",
    "Requirement",
    "has_expired",
    "lacking",
    "of_servers",
    "used_schemes",
]

#: All that a client is told: never what was wrong.
REASONS = {
    Code.UNAUTHORIZED: "the client is not authorized",
    Code.FORBIDDEN: "the client does not have the rights that this needs",
}
#: The event that stands for a connect.
_CONNECT = "connect"


def has_expired(identity: Identity, now: float) -> bool:
    """Return whether an identity has expired."""
    return identity.expires_at is not None and identity.expires_at <= now


class Requirement(NamedTuple):
    """Schemes, one of which a client must meet."""

    schemes: tuple[SecurityScheme, ...]

    def lacks(
        self, identities: Mapping[str, Identity], now: float, excused: Collection[str] = ()
    ) -> Code | None:
        """Return the code of what a client lacks; `None` if it meets the requirement.

        Args:
            identities: the results of verifiers, by the names of schemes.
            now: seconds since the epoch.
            excused: the schemes that the application verifies itself.
        """
        lacking: Code | None = Code.UNAUTHORIZED
        for scheme in self.schemes:
            identity = identities.get(scheme.name)
            if scheme.name in excused:
                lacking = None
            elif identity is not None and not has_expired(identity, now):
                if scheme.scopes <= identity.scopes:
                    return None
                lacking = lacking and Code.FORBIDDEN
        return lacking


def lacking(
    required: Iterable[Requirement],
    identities: Mapping[str, Identity],
    now: float,
    excused: Collection[str],
) -> Code | None:
    """Return the code of what a client lacks: its identity first, then its scopes."""
    found = {each.lacks(identities, now, excused) for each in required}
    return next((code for code in (Code.UNAUTHORIZED, Code.FORBIDDEN) if code in found), None)


class Entrance:
    """The requirements for entering a namespace.

    Args:
        servers: the requirements of the server.
        operations: the namespace's operations that the server receives.

    Attributes:
        connects: all requirements for entering.
        own_connects: the requirements of operations for entering.
        schemes: the schemes of all requirements.
    """

    __slots__ = ("_events", "_renewing", "connects", "own_connects", "schemes")

    def __init__(
        self, servers: Iterable[Requirement], operations: Iterable[Operation] = ()
    ) -> None:
        connects = list(servers)
        count = len(connects)
        schemes = {scheme: None for each in connects for scheme in each.schemes}
        #: By the name of the event: messages, and what is required for them.
        self._events: dict[str, list[tuple[Message, Requirement]]] = {}
        #: By the name of the event: messages by which clients show again who they are.
        self._renewing: dict[str, list[Message]] = {}
        for operation in operations:
            if operation.action is not Action.RECEIVE:
                continue
            for message in operation.messages:
                if message.reauthenticate:
                    self._renewing.setdefault(message.event, []).append(message)
            if not operation.security:
                continue
            requirement = Requirement(operation.security)
            schemes.update(dict.fromkeys(operation.security))
            for message in operation.messages:
                if message.event == _CONNECT:
                    connects.append(requirement)
                else:
                    self._events.setdefault(message.event, []).append((message, requirement))
        self.connects: tuple[Requirement, ...] = tuple(dict.fromkeys(connects))
        self.own_connects: tuple[Requirement, ...] = tuple(connects[count:])
        self.schemes: tuple[SecurityScheme, ...] = tuple(schemes)

    def of_event(self, event: str, message: Message | None) -> Iterator[Requirement]:
        """Return the requirements for sending an event.

        Args:
            event: its name.
            message: the message that matched; if `None`, the requirements of all messages of that
                name.
        """
        for each, requirement in self._events.get(event, ()):
            if message is None or _place(each) == _place(message):
                yield requirement

    def renews(self, event: str, message: Message | None) -> bool:
        """Return whether a client authenticates again with an event; see `of_event`."""
        marked = self._renewing.get(event)
        if marked is None:
            return False
        return message is None or any(_place(each) == _place(message) for each in marked)


def _place(message: Message) -> str:
    return message.location or message.id


def of_servers(contract: Contract) -> tuple[Requirement, ...]:
    """Return the requirements of a contract's servers, each once."""
    found = (Requirement(server.security) for server in contract.servers.values())
    return tuple(dict.fromkeys(each for each in found if each.schemes))


def used_schemes(contract: Contract) -> tuple[SecurityScheme, ...]:
    """Return the schemes by which clients of a contract can authenticate, each once."""
    servers = (scheme for each in contract.servers.values() for scheme in each.security)
    received = (
        scheme
        for operation in contract.operations.values()
        if operation.action is Action.RECEIVE
        for scheme in operation.security
    )
    return tuple(dict.fromkeys((*servers, *received)))
