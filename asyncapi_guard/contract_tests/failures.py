"""The failures that a test of a server found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.contract_tests.packets import Packet
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["Check", "Failure", "Group", "Phase", "Report", "Untested"]


class Group(str, Enum):
    """Whose fault a failure is."""

    #: The application does not keep its contract.
    CONTRACT = "contract"
    #: The framework lets something through.
    TRANSPORT = "transport"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Phase(str, Enum):
    """A part of a run; the order here is the order of the run."""

    EXAMPLES = "examples"
    COVERAGE = "coverage"
    SECURITY = "security"
    TRANSPORT = "transport"
    STATEFUL = "stateful"
    RANDOM = "random"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Check(str, Enum):
    """What a server is tested for. The value is its name in reports."""

    NO_ACK = "no_ack"
    ACK_BREAKS_CONTRACT = "ack_breaks_contract"
    EXTRA_ACK = "extra_ack"
    EMIT_BREAKS_CONTRACT = "emit_breaks_contract"
    CONNECT_ERROR_BREAKS_CONTRACT = "connect_error_breaks_contract"
    UNDECLARED_EMIT = "undeclared_emit"
    INVALID_INPUT_ACCEPTED = "invalid_input_accepted"
    VALID_INPUT_REJECTED = "valid_input_rejected"
    UNAUTHORIZED_ACCEPTED = "unauthorized_accepted"
    HANG = "hang"
    CONNECTION_DROPPED = "connection_dropped"
    SERVER_ERROR = "server_error"
    SECRET_ECHOED = "secret_echoed"  # noqa: S105  # the name of a check
    WRONG_RECIPIENT = "wrong_recipient"
    RESERVED_EVENT_RUNS_HANDLER = "reserved_event_runs_handler"
    NAN_ACCEPTED = "nan_accepted"
    DUPLICATE_NAME_ACCEPTED = "duplicate_name_accepted"
    WRONG_ARGUMENT_COUNT = "wrong_argument_count"
    HALF_OPEN_CONNECTION = "half_open_connection"
    EMIT_BEFORE_CONNECT = "emit_before_connect"

    __hash__ = str.__hash__
    __str__ = str.__str__

    @property
    def group(self) -> Group:
        """Whose fault it is."""
        return Group.TRANSPORT if self in _TRANSPORT else Group.CONTRACT

    @property
    def sentence(self) -> str:
        """What is wrong where it fails, in one sentence without a period."""
        return _SENTENCES[self]


_TRANSPORT = frozenset(
    (
        Check.RESERVED_EVENT_RUNS_HANDLER,
        Check.NAN_ACCEPTED,
        Check.DUPLICATE_NAME_ACCEPTED,
        Check.WRONG_ARGUMENT_COUNT,
        Check.HALF_OPEN_CONNECTION,
        Check.EMIT_BEFORE_CONNECT,
    )
)
_SENTENCES = {
    Check.NO_ACK: "the server does not send the ack that the document declares",
    Check.ACK_BREAKS_CONTRACT: "the server sends an ack that breaks the contract",
    Check.EXTRA_ACK: "the server sends an ack that no client asked for, or sends it twice",
    Check.EMIT_BREAKS_CONTRACT: "the server emits an event with arguments that break the contract",
    Check.CONNECT_ERROR_BREAKS_CONTRACT: (
        "the server rejects a connection with data that breaks the contract"
    ),
    Check.UNDECLARED_EMIT: "the server emits an event that the document does not declare",
    Check.INVALID_INPUT_ACCEPTED: "the server accepts arguments that break the contract",
    Check.VALID_INPUT_REJECTED: "the server rejects arguments that the contract allows",
    Check.UNAUTHORIZED_ACCEPTED: "the server accepts a client that does not authenticate",
    Check.HANG: "the server stops answering",
    Check.CONNECTION_DROPPED: "the server closes the connection of a client",
    Check.SERVER_ERROR: "an error inside the server reaches the client",
    Check.SECRET_ECHOED: "the server sends a secret where the document does not declare it",
    Check.WRONG_RECIPIENT: "the server emits an event to a client that it is not meant for",
    Check.RESERVED_EVENT_RUNS_HANDLER: "a client runs a handler by an event with a reserved name",
    Check.NAN_ACCEPTED: "the server accepts NaN, which is not JSON",
    Check.DUPLICATE_NAME_ACCEPTED: "the server accepts an object with the same name twice",
    Check.WRONG_ARGUMENT_COUNT: (
        "the server does not reject an event with the wrong number of arguments"
    ),
    Check.HALF_OPEN_CONNECTION: "a client that did not connect to a namespace can use it",
    Check.EMIT_BEFORE_CONNECT: "the server emits events to a client before it accepts the client",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that a server does and must not do.

    Attributes:
        check: what it was tested for.
        namespace: the Socket.IO namespace.
        event: the event that was sent, or that came; `connect` for connecting.
        message: what happened and what was expected, in one sentence; without values.
        place: where the document says so, as `file:line:column`; empty where it does not.
        pointer: the JSON Pointer of that place in its file.
        packets: the packets of the shortest program that shows it, in their order.
        steps: that program.
        seed: the seed of the run.
        phase: the part of the run that found it.
        seen: how often the program showed it when it ran again.
        runs: how often it ran again.
        reduced: the program was shortened as far as it goes; otherwise time was over.
    """

    check: Check
    namespace: str
    event: str
    message: str
    place: str = ""
    pointer: str = ""
    packets: tuple[Packet, ...] = ()
    steps: tuple[Step, ...] = ()
    seed: int = 0
    phase: Phase = Phase.COVERAGE
    seen: int = 0
    runs: int = 0
    reduced: bool = False

    @property
    def flaky(self) -> bool:
        """Whether the program did not show it each time."""
        return self.seen < self.runs


@dataclass(frozen=True, slots=True)
class Untested:
    """Something that was not tested.

    Attributes:
        subject: what: a phase, an event, a namespace, a security scheme.
        reason: why, in one sentence.
    """

    subject: str
    reason: str


def _nothing() -> Mapping[Any, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run.

    Attributes:
        failures: each kind and place once; those of the group `transport` only where the settings
            say that they fail.
        warnings: those of the group `transport` otherwise.
        phases: how many events each phase sent; `coverage` has those, too, that look for the way to
            each event.
        checks: how often each check was made.
        untested: what was not tested, and why.
        events_sent: in the whole run, also to shorten failures.
        seconds: how long the run took.
        seed: reproduces the values of the run.
    """

    failures: tuple[Failure, ...] = ()
    warnings: tuple[Failure, ...] = ()
    phases: Mapping[Phase, int] = field(default_factory=_nothing)
    checks: Mapping[Check, int] = field(default_factory=_nothing)
    untested: tuple[Untested, ...] = ()
    events_sent: int = 0
    seconds: float = 0.0
    seed: int = 0

    @property
    def passed(self) -> bool:
        """Whether there is no failure."""
        return not self.failures
