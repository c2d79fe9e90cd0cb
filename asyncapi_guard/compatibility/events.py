"""The events of one namespace, and their acks, in two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Kind, Level
from asyncapi_guard.compatibility.judged_values import Slot, compare_judges
from asyncapi_guard.compatibility.judges import ANYTHING, Judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.compatibility.judged_values import Budget
    from asyncapi_guard.contract import Ack, Message
    from asyncapi_guard.guard.plans import Plan
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.violations import Problem

__all__ = ["compare_events", "judge_of"]

_OTHER = {Direction.TO_SERVER: Direction.TO_CLIENT, Direction.TO_CLIENT: Direction.TO_SERVER}


def compare_events(namespace: str, old: Plan, new: Plan, budget: Budget) -> Iterator[Change]:
    """The changes of what clients send in a namespace, and of what they are sent."""
    for direction, before, after in (
        (Direction.TO_SERVER, old.receive, new.receive),
        (Direction.TO_CLIENT, old.send, new.send),
    ):
        yield from _one_way(namespace, direction, before, after, budget)
        for event in dict.fromkeys([*before, *after]):
            yield from _marks(namespace, direction, event, before.get(event), after.get(event))


def _one_way(
    namespace: str,
    direction: Direction,
    before: Mapping[str, Rule],
    after: Mapping[str, Rule],
    budget: Budget,
) -> Iterator[Change]:
    for event in dict.fromkeys([*before, *after]):
        old, new = before.get(event), after.get(event)
        if old is not None and new is not None:
            yield from _both(namespace, direction, event, old, new, budget)
            continue
        gone = new is None
        rule = old or new
        place = rule.offers[0].message.location if rule is not None else ""
        if direction is Direction.TO_SERVER:
            text = f"{event} is {'no longer accepted' if gone else 'new, so clients can send it'}"
        else:
            text = f"{event} is {'no longer sent' if gone else 'new, so the server can send it'}"
        yield Change(
            Level.BREAKING if gone else Level.COMPATIBLE,
            direction, Area.EVENT, text, namespace, event,
            old=place if gone else "", new="" if gone else place, kind=Kind.PRESENCE,
        )  # fmt: skip


def _both(
    namespace: str, direction: Direction, event: str, old: Rule, new: Rule, budget: Budget
) -> Iterator[Change]:
    slot = Slot(direction, Area.PAYLOAD, namespace, event, f"the payload of {event}")
    yield from compare_judges(slot, judge_of(old, namespace), judge_of(new, namespace), budget)
    answers = _OTHER[direction]
    for one, another in _pairs(old, new):
        slot = Slot(answers, Area.ACK, namespace, event, f"the ack of {event}")
        if not (one.ack is not None and one.ack.none) and not (another.ack and another.ack.none):
            judges = _judge_of_ack(old, one, namespace), _judge_of_ack(new, another, namespace)
            yield from compare_judges(slot, *judges, budget)
        yield from _ack_options(namespace, direction, event, one, another)


def _judge_of_ack(rule: Rule, message: Message, namespace: str) -> Judge:
    """What a document says of the ack of a message: where it says nothing, anything may come."""
    if message.ack is None:
        return ANYTHING
    return judge_of(rule.ack_of(message), namespace, message.ack.location)


def judge_of(rule: Rule, namespace: str, place: str = "") -> Judge:
    """What a rule says, by itself."""

    def problems(args: Sequence[Any]) -> tuple[Problem, ...]:
        violation = rule.judge(namespace, args).violation
        return violation.problems if violation is not None else ()

    messages = [offer.message for offer in rule.offers]
    place = place or (messages[0].location if messages else "")
    schemas = [each.schema for each in rule.alternatives]

    def message_of(args: Sequence[Any]) -> str | None:
        message = rule.judge(namespace, args).message
        return message.id if message is not None else None

    ids = frozenset(each.id for each in messages)
    return Judge(schemas, rule.accepts, problems, place, message_of=message_of, messages=ids)


def _pairs(old: Rule, new: Rule) -> list[tuple[Message, Message]]:
    """Messages whose acks belong together: those of one payload, else of one key, else all."""
    before, after = _messages(old), _messages(new)
    found = []
    for one in before:
        near = [each for each in after if each.payload == one.payload]
        near = near or [each for each in after if each.id == one.id]
        found += [(one, each) for each in near or after]
    return found


def _messages(rule: Rule) -> list[Message]:
    """The messages of a rule, each once."""
    return [*{m.location or m.id: m for m in (offer.message for offer in rule.offers)}.values()]


# -- whether and when an ack comes -----------------------------------------------------------------


def _ack_options(
    namespace: str, direction: Direction, event: str, old: Message, new: Message
) -> Iterator[Change]:
    """The changes of whether an ack is asked for, and by when it comes."""
    before, after = old.ack, new.ack
    answers = _OTHER[direction]
    for kind, (level, sender, text) in (
        *((Kind.ASKING, told) for told in _required(event, direction, before, after)),
        *((Kind.RULED_OUT, told) for told in _ruled_out(event, direction, before, after)),
        *((Kind.TIMEOUT, told) for told in _timeout(event, answers, before, after)),
    ):
        yield Change(
            level, sender, Area.ACK, text, namespace, event,
            old=before.location if before is not None else old.location,
            new=after.location if after is not None else new.location, kind=kind,
        )  # fmt: skip


_Told = tuple[Level, Direction, str]


def _required(
    event: str, direction: Direction, old: Ack | None, new: Ack | None
) -> Iterator[_Told]:
    """Whoever sends the event must ask for an ack, or need not any more."""
    was, is_now = bool(old and old.required), bool(new and new.required)
    if was == is_now:
        return
    by_client = direction is Direction.TO_SERVER
    text = f"{event} {'now requires' if is_now else 'no longer requires'} a request for an ack"
    # A server that asks always has promised that; a client that must ask may not have done so.
    level = Level.BREAKING if is_now is by_client else Level.COMPATIBLE
    yield level, direction, text


def _ruled_out(
    event: str, direction: Direction, old: Ack | None, new: Ack | None
) -> Iterator[_Told]:
    """Nobody may ask for an ack, or may now."""
    was, is_now = bool(old and old.none), bool(new and new.none)
    if was == is_now:
        return
    by_client = direction is Direction.TO_SERVER
    text = f"{event} {'no longer has an ack' if is_now else 'can now request an ack'}"
    level = Level.BREAKING if is_now is by_client else Level.COMPATIBLE
    yield level, direction, text


def _timeout(event: str, answers: Direction, old: Ack | None, new: Ack | None) -> Iterator[_Told]:
    """The ack must come sooner, or may come later."""
    before = old.timeout if old is not None else None
    after = new.timeout if new is not None else None
    if before == after or (new is not None and new.none) or (old is not None and old.none):
        return
    sooner = before is None or (after is not None and after < before)
    said = [f"within {each:g} s" if each is not None else "at any time" for each in (after, before)]
    text = f"the ack of {event} now arrives {said[0]}, previously {said[1]}"
    # Clients that answer must be sooner; those that wait must wait longer.
    hurts = sooner is (answers is Direction.TO_SERVER)
    yield Level.BREAKING if hurts else Level.COMPATIBLE, answers, text


# -- what the guard does by an event ---------------------------------------------------------------


def _marks(
    namespace: str, direction: Direction, event: str, old: Rule | None, new: Rule | None
) -> Iterator[Change]:
    """The changes of what `x-guard` marks an event for."""
    for name, meaning in (
        ("reauthenticate", "renews a client's identity"),
        ("expired", "tells a client that its identity has ended"),
    ):
        was, is_now = (
            [m for m in (_messages(rule) if rule is not None else ()) if getattr(m, name)]
            for rule in (old, new)
        )
        if bool(was) == bool(is_now) or old is None or new is None:
            continue
        text = f"{event} {'now' if is_now else 'no longer'} {meaning}"
        yield Change(
            Level.COMPATIBLE if is_now else Level.BREAKING,
            direction, Area.GUARD, text, namespace, event,
            old=_messages(old)[0].location, new=_messages(new)[0].location, kind=Kind.OTHER,
        )  # fmt: skip
