"""The rules of a scenario: reactions to clients, and actions at intervals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.mock.expressions import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.mock.expressions import Expression, Facts
    from asyncapi_guard.spec.references import Node

__all__ = [
    "CONNECT",
    "DISCONNECT",
    "Condition",
    "Emission",
    "Listed",
    "Rule",
    "Scenario",
    "Step",
    "Target",
]

#: What a rule can be about besides events.
CONNECT, DISCONNECT = "connect", "disconnect"


@dataclass(frozen=True, slots=True)
class Target:
    """Who gets what is emitted.

    Attributes:
        kind: `sender`, `others`, `everyone` or `room`.
        room: of a room, its name, which may have expressions.
    """

    kind: str
    room: Any = None


@dataclass(frozen=True, slots=True)
class Emission:
    """An event that is emitted.

    Attributes:
        event: its name.
        payload: the argument, or a list of several; `NOTHING` for an example or a drawn one.
        to: who gets it.
        namespace: where; `None` for that of the client.
        skip_sender: the client that has brought it about does not get it.
    """

    event: str
    payload: Any
    to: Target
    namespace: str | None = None
    skip_sender: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done, or some in this order.

    Attributes:
        node: where it stands.
        delay: seconds to wait before.
        join: rooms that the client enters.
        leave: rooms that it leaves.
        emission: what is emitted then.
        disconnect: the client is disconnected at last.
    """

    node: Node = field(compare=False)
    delay: float = 0
    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    emission: Emission | None = None
    disconnect: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so for a rule to be played.

    Attributes:
        node: where it stands.
        expression: of what.
        fits: whether a value is as it must be.
    """

    node: Node = field(compare=False)
    expression: Expression
    fits: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens then.

    Attributes:
        node: where it stands.
        on: an event of clients, `connect` or `disconnect`; empty for what happens by itself.
        every: the seconds after which it happens again.
        namespace: the address of its namespaces; `None` for all that have the event.
        when: conditions, all of which must hold.
        refuse: what a client is told that may not connect; `NOTHING` for one that may.
        join: rooms that the client enters before it is answered.
        leave: rooms that it leaves.
        delay: seconds before it is answered; `None` for as many as before any other answer.
        ack: the ack: its value, or a list of several; `NOTHING` for an example or a drawn one.
        error: the ack is one of the document's alternatives for errors.
        then: what is done after that.
        listens: it is an `x-mock` of a message that the server sends, and so none of the rules of
            which the first one says how an event is answered.
    """

    node: Node = field(compare=False)
    on: str = ""
    every: float = 0
    namespace: str | None = None
    when: tuple[Condition, ...] = ()
    refuse: Any = NOTHING
    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    delay: float | None = None
    ack: Any = NOTHING
    error: bool = False
    then: tuple[Step, ...] = ()
    listens: bool = False

    def holds(self, facts: Facts) -> bool:
        """Whether all of its conditions do; what is not there meets none."""
        return all(each.fits(_or_nothing(each.expression, facts)) for each in self.when)


def _or_nothing(expression: Expression, facts: Facts) -> Any:
    from asyncapi_guard.mock.expressions import Missing

    try:
        return expression.value(facts)
    except Missing:
        return NOTHING


@dataclass(frozen=True, slots=True)
class Listed:
    """A credential that is right, and whose it is.

    Attributes:
        scheme: the name of its security scheme.
        credential: a token or key, or a user and a password with a colon between them.
        subject: whose it is.
        scopes: what that one may do; `None` for everything.
        expires: seconds after which that ends; `None` for never.
    """

    scheme: str
    credential: str = field(repr=False)
    subject: str = "mock"
    scopes: tuple[str, ...] | None = None
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that a scenario file says, and all `x-mock` of a document.

    Attributes:
        rules: in their order.
        credentials: those that are right, each with where it stands.
    """

    rules: tuple[Rule, ...] = ()
    credentials: Mapping[Listed, Node] = field(default_factory=dict)
