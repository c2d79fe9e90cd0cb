"""Messages that `x-guard` marks for the guard's own use, and the check of these marks.

With a message with `reauthenticate`, a client authenticates again. A message with `expired` tells a
client that its identity has expired. A mark without an effect is an error in the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.errors import Finding, InvalidDocument
from asyncapi_guard.guard.credentials import is_shown_by_auth
from asyncapi_guard.guard.security import REASONS, Entrance, of_servers
from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract, Message, Operation, Schema

__all__ = [
    "EXPIRED",
    "MARKS",
    "REAUTHENTICATE",
    "Fault",
    "check_marks",
    "is_answered_by_guard",
    "mark_faults",
    "takes_the_end",
    "violation_of_end",
]

#: What `x-guard` of a message says besides its mode.
MARKS = REAUTHENTICATE, EXPIRED = "reauthenticate", "expired"
#: Names that Socket.IO keeps for the beginning and the end of a connection.
_NO_EVENTS = frozenset(("connect", "disconnect", "connect_error", "*"))


class Fault(NamedTuple):
    """A mark without an effect.

    Attributes:
        message: the message that has it.
        mark: its name.
        text: the reason, in words.
    """

    message: Message
    mark: str
    text: str


def check_marks(contract: Contract) -> None:
    """Reject a contract that has marks without an effect.

    Raises:
        InvalidDocument: with every such mark.
    """
    findings = []
    for message, mark, text in mark_faults(contract):
        file, _, pointer = message.location.partition("#")
        findings.append(Finding(file, 0, 0, f"{pointer}/x-guard/{mark}", text))
    if findings:
        raise InvalidDocument(findings)


def mark_faults(contract: Contract) -> Iterator[Fault]:
    """Return the marks of a contract that have no effect, each once."""
    contract = contract.seen_by(Perspective.SERVER)
    seen: set[tuple[str, str]] = set()
    for operation in contract.operations.values():
        for message in operation.messages:
            for mark, text in _texts(contract, operation, message):
                key = message.location or message.id, mark
                if text and key not in seen:
                    seen.add(key)
                    yield Fault(message, mark, text)


def is_answered_by_guard(message: Message) -> bool:
    """Return whether an event needs no handler, because the guard handles and acknowledges it."""
    return message.reauthenticate and (
        message.ack is None or any(map(_takes_nothing, message.ack.alternatives))
    )


def _takes_nothing(schema: Schema) -> bool:
    return schema.nothing or schema.is_valid([] if schema.positional else None)


def _texts(contract: Contract, operation: Operation, message: Message) -> Iterator[tuple[str, str]]:
    if message.reauthenticate:
        yield REAUTHENTICATE, _about_reauthenticate(contract, operation, message)
    if message.expired:
        yield EXPIRED, _about_expired(contract, operation, message)


def _about_reauthenticate(contract: Contract, operation: Operation, message: Message) -> str:
    name = repr(message.event)
    if operation.action is not Action.RECEIVE:
        return (
            f"clients authenticate again with an event that they send, but the server sends {name}"
        )
    if message.event in _NO_EVENTS:
        return f"{name} isn't an event, so clients can't authenticate again with it"
    schemes = _entrance(contract, operation).schemes
    if not schemes:
        return (
            f"no security applies here, so clients have nothing to authenticate again with {name}"
        )
    if not any(map(is_shown_by_auth, schemes)):
        return (
            f"{name} can carry a token, a username and a password, or a key, but no security "
            "scheme of this namespace accepts one of them"
        )
    return ""


def _about_expired(contract: Contract, operation: Operation, message: Message) -> str:
    name = repr(message.event)
    if operation.action is not Action.SEND:
        return f"the guard sends an expiry event to clients, but clients send {name}"
    if message.event in _NO_EVENTS:
        return f"{name} isn't an event, so the guard can't send it"
    if not _entrance(contract, operation).schemes:
        return f"no security applies here, so no identity expires; remove {name}"
    if not takes_the_end(message.payload):
        return (
            f"the payload of {name} accepts neither the error object nor an event without "
            "arguments, so the guard can't send it"
        )
    return ""


def _entrance(contract: Contract, operation: Operation) -> Entrance:
    address = contract.channels[operation.channel].address
    here = {each.id for each in contract.channels.values() if each.address == address}
    return Entrance(
        of_servers(contract),
        [each for each in contract.operations.values() if each.channel in here],
    )


def takes_the_end(schema: Schema | None) -> bool:
    """Return whether a payload accepts the error object, or an event without arguments."""
    if schema is None or schema.nothing:
        return True
    told = violation_of_end("/").as_dict()
    if schema.positional:
        return schema.is_valid([told]) or schema.is_valid([])
    return schema.is_valid(told) or schema.is_valid(None)


def violation_of_end(namespace: str) -> Violation:
    """Return the violation that tells a client that its identity has expired."""
    reason = REASONS[Code.UNAUTHORIZED]
    problem = Problem("", "security", reason)
    checkpoint = Checkpoint.RECEIVE_EVENT
    return Violation(checkpoint, Code.UNAUTHORIZED, namespace, "disconnect", (problem,), reason)
