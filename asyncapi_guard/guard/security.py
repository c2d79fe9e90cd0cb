"""Who may enter a namespace, and who may send which event: what the document's `security` says.

Each requirement is a list of schemes, of which any one will do; where a server and an operation
have one, a client must meet both. The verifiers of the application say who a client is; here it is
compared with what is required: whether there is an identity, whether it is still good, and whether
it has the scopes.
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
    """Whether an identity has ended."""
    return identity.expires_at is not None and identity.expires_at <= now


class Requirement(NamedTuple):
    """Schemes of which any one will do."""

    schemes: tuple[SecurityScheme, ...]

    def lacks(
        self, identities: Mapping[str, Identity], now: float, excused: Collection[str] = ()
    ) -> Code | None:
        """What a client does not meet; `None` if it meets the requirement.

        Args:
            identities: what the verifiers said, by the names of schemes.
            now: seconds since the epoch.
            excused: names of schemes that the application verifies in another way.
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
    """What a client does not meet of several requirements: who it is, before what it may do."""
    found = {each.lacks(identities, now, excused) for each in required}
    return next((code for code in (Code.UNAUTHORIZED, Code.FORBIDDEN) if code in found), None)


class Entrance:
    """What clients of a namespace must show.

    Args:
        servers: what the server requires.
        operations: those of the namespace by which the server receives.

    Attributes:
        connects: what is required to enter; all of it.
        own_connects: the part of it that operations require.
        schemes: those by which clients may show who they are, of all requirements.
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
        """What is required to send an event.

        Args:
            event: its name.
            message: the one that matched; without, all messages of that name have their say.
        """
        for each, requirement in self._events.get(event, ()):
            if message is None or _place(each) == _place(message):
                yield requirement

    def renews(self, event: str, message: Message | None) -> bool:
        """Whether a client shows again who it is by an event; the arguments are the same."""
        marked = self._renewing.get(event)
        if marked is None:
            return False
        return message is None or any(_place(each) == _place(message) for each in marked)


def _place(message: Message) -> str:
    return message.location or message.id


def of_servers(contract: Contract) -> tuple[Requirement, ...]:
    """What the servers of a contract require; each thing once."""
    found = (Requirement(server.security) for server in contract.servers.values())
    return tuple(dict.fromkeys(each for each in found if each.schemes))


def used_schemes(contract: Contract) -> tuple[SecurityScheme, ...]:
    """The schemes by which clients of a contract may show who they are, each once."""
    servers = (scheme for each in contract.servers.values() for scheme in each.security)
    received = (
        scheme
        for operation in contract.operations.values()
        if operation.action is Action.RECEIVE
        for scheme in operation.security
    )
    return tuple(dict.fromkeys((*servers, *received)))
