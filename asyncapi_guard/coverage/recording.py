"""Marks the parts of a document that traffic covers. No values are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.coverage.looking import Look
from asyncapi_guard.coverage.model import Model
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.coverage.facts import Fact, Key
    from asyncapi_guard.coverage.model import Judged, Spot
    from asyncapi_guard.guard import Verdict

__all__ = ["Recording", "Seen"]

_ACKS = (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)
_RECEIVED = (Checkpoint.CONNECT, Checkpoint.RECEIVE_EVENT, Checkpoint.RECEIVE_ACK)
#: What a server does with what passes there.
_AT_SERVER = {
    Checkpoint.CONNECT: Action.RECEIVE,
    Checkpoint.RECEIVE_EVENT: Action.RECEIVE,
    Checkpoint.SEND_ACK: Action.RECEIVE,
    Checkpoint.SEND_EVENT: Action.SEND,
    Checkpoint.RECEIVE_ACK: Action.SEND,
}
#: How many events are known of which all was seen; clients choose namespaces of a template.
_MOST = 10_000
#: Rejections for who somebody is.
_WHO = (Code.UNAUTHORIZED, Code.FORBIDDEN)
#: And for what they send.
_WHAT = (Code.REQUEST, Code.RESPONSE, Code.EMIT, Code.ACK)


class Seen(Protocol):
    """Traffic, as `integrations.traffic.Traffic` has it."""

    @property
    def checkpoint(self) -> Checkpoint: ...  # noqa: D102  # as there
    @property
    def namespace(self) -> str: ...  # noqa: D102  # as there
    @property
    def event(self) -> Any: ...  # noqa: D102  # as there
    @property
    def arguments(self) -> Sequence[Any]: ...  # noqa: D102  # as there
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102  # as there
    @property
    def message(self) -> Message | None: ...  # noqa: D102  # as there
    @property
    def perspective(self) -> Perspective: ...  # noqa: D102  # as there
    @property
    def auth(self) -> Any: ...  # noqa: D102  # as there


class Recording:
    """What was seen of one document, by one process.

    Args:
        contract: of the document, as a server sees it.
        tell: is told of the keys that are new, after each piece of traffic that has some.
    """

    def __init__(self, contract: Contract, tell: Callable[[list[Key]], object]) -> None:
        self.model: Model = Model(contract)
        self._tell = tell
        #: Checkpoints, sides, namespaces and names of which there is nothing more to see.
        self._done: set[tuple[Checkpoint, Perspective, str, str]] = set()

    def follow(self, contract: Contract) -> None:
        """Go on with another contract, and keep what it has in common with the one before."""
        seen = self.keys()
        self.model = Model(contract)
        self.model.mark(seen)
        self._done.clear()

    def keys(self) -> list[Key]:
        """What was seen."""
        return [key for key, fact in self.model.facts.items() if fact.seen]

    def see(self, traffic: Seen) -> None:
        """Mark what a piece of traffic shows."""
        violation, event = traffic.verdict.violation, traffic.event
        if not isinstance(event, str):
            return
        place = traffic.checkpoint, traffic.perspective, traffic.namespace, event
        if violation is None and place in self._done:
            return
        action = _at_server(traffic)
        spots = [] if action is None else self.model.find(action, traffic.namespace, event)
        if not spots:
            return
        found: list[Fact] = []
        if violation is not None:
            _see_violation(spots, traffic, found)
        elif traffic.checkpoint in _ACKS:
            _see_ack(spots, traffic, found)
        else:
            _see_event(spots, traffic, found)
        if found:
            self._tell([fact.key for fact in found])
        elif violation is None and len(self._done) < _MOST:
            is_done = _is_answered if traffic.checkpoint in _ACKS else _is_seen
            if all(map(is_done, spots)):
                self._done.add(place)


def _at_server(traffic: Seen) -> Action | None:
    """What a server does with an event, or with the event that is acknowledged."""
    action = _AT_SERVER.get(traffic.checkpoint)
    is_client = traffic.perspective is Perspective.CLIENT
    if action is None or not is_client or traffic.checkpoint is Checkpoint.CONNECT:
        return action
    return action.mirrored


def _is_seen(spot: Spot) -> bool:
    """Whether nothing more is to be seen of a message that is valid."""
    seen = spot.message_seen.seen and spot.operation_seen.seen
    return seen and (spot.payload is None or not spot.payload.is_open)


def _is_answered(spot: Spot) -> bool:
    """Whether nothing more is to be seen of its ack."""
    seen = spot.ack_seen is None or spot.ack_seen.seen
    return seen and not any(judged.is_open for judged in spot.acks)


def _mark(fact: Fact | None, found: list[Fact]) -> None:
    if fact is not None and not fact.seen:
        fact.seen = True
        found.append(fact)


def _see_violation(spots: list[Spot], traffic: Seen, found: list[Fact]) -> None:
    """What others sent, and must not, was rejected."""
    violation = traffic.verdict.violation
    if violation is None or not violation.rejected or traffic.checkpoint not in _RECEIVED:
        return
    for spot in spots:
        if traffic.message is not None and not spot.is_about(traffic.message):
            continue
        if violation.code in _WHO:
            _mark(spot.refused_sender, found)
        elif violation.code in _WHAT and traffic.checkpoint is Checkpoint.RECEIVE_ACK:
            _mark(spot.refused_ack, found)
        elif violation.code in _WHAT:
            _mark(spot.refused, found)


def _see_event(spots: list[Spot], traffic: Seen, found: list[Fact]) -> None:
    args = traffic.arguments
    if traffic.checkpoint is Checkpoint.CONNECT:
        args = () if traffic.auth is None else (traffic.auth,)
    if traffic.message is not None:
        spots = [spot for spot in spots if spot.is_about(traffic.message)]
    else:  # nobody has looked, as with `off`
        fitting = [spot for spot in spots if spot.payload is None or spot.payload.accepts(args)]
        spots = fitting if len({spot.message.id for spot in fitting}) == 1 else []
    for spot in spots:
        _mark(spot.operation_seen, found)
        _mark(spot.message_seen, found)
        if spot.payload is not None and spot.payload.is_open:
            if traffic.auth == {} and not spot.payload.accepts(args):
                continue  # what clients send for none
            _look(spot.payload, args, found)


def _see_ack(spots: list[Spot], traffic: Seen, found: list[Fact]) -> None:
    for spot in spots:
        if spot.ack_seen is None or (
            traffic.message is not None and not spot.is_about(traffic.message)
        ):
            continue
        if spot.ack_seen.seen and not any(judged.is_open for judged in spot.acks):
            continue
        fitting = [judged for judged in spot.acks if judged.accepts(traffic.arguments)]
        if len(fitting) == 1:
            _mark(spot.ack_seen, found)
            _mark(fitting[0].fact, found)
            _look(fitting[0], traffic.arguments, found)


def _look(judged: Judged, args: Sequence[Any], found: list[Fact]) -> None:
    if not judged.is_open:
        return
    if args or judged.schema.positional:
        Look(found.append).at(judged.shape, judged.value_of(args))
    judged.settle()
