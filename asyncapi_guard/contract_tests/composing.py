"""Events made of plain arguments and of values that the server gave before.

A server that has answered `{"game_id": 7}` is sent 7 where an event has a `game_id`. Names agree
where they are the same but for case and underscores, or where one says what the other's event says:
the `id` in the ack of `create_game` is a `game_id`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.contract_tests.answers import Answer, looks_like_error
from asyncapi_guard.contract_tests.checks.boundaries import names_something
from asyncapi_guard.contract_tests.places_in_values import at, leaves, pointer_of, put
from asyncapi_guard.contract_tests.steps import Action, Source, Step, Taken

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract_tests.judge import Judge, Received
    from asyncapi_guard.contract_tests.running import Outcome, Session

__all__ = ["compose", "event_step", "names_agree"]

_SHORT = ("id", "uuid", "key", "code", "token", "ref", "number", "name", "no", "slug")


class _Given(NamedTuple):
    """A value that may be sent again."""

    path: tuple[str | int, ...]
    value: Any
    taken: Taken | None
    event: str


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def names_agree(asked: str, path: Sequence[str | int], event: str, asking: str) -> bool:
    """Whether a field means the same as what is at a path of what the server sent.

    Args:
        asked: the name of the field that is sent.
        path: where the value is, in what the server sent.
        event: the event that this belongs to.
        asking: the event that is to be sent.
    """
    wanted = _plain(asked)
    names = [_plain(part) for part in path if isinstance(part, str)]
    last = names[-1] if names else ""
    if last and last in (wanted, f"{wanted}s"):
        return True
    around = [_plain(event), *names[:-1]]
    for short in _SHORT:
        stem = wanted.removesuffix(short)
        if wanted.endswith(short) and last in ("", short) and len(stem) > 1:
            return any(stem in each or each.rstrip("s") == stem for each in around if each)
        known = last.removesuffix(short)
        if wanted == short and last.endswith(short) and len(known) > 1:
            return known in _plain(asking)
    return last == "" and wanted in around


def compose(  # noqa: PLR0913  # the parts of an event
    session: Session,
    received: Received,
    client: int,
    base: tuple[Any, ...],
    judge: Judge,
    rng: random.Random,
    *,
    all_names: bool = True,
    always: frozenset[str] = frozenset(),
    ack: bool | None = None,
) -> Step:
    """An event with values that were given before, where names agree and the contract allows them.

    Args:
        session: what has happened so far.
        received: the event.
        client: who sends it.
        base: plain arguments.
        judge: knows which values are allowed.
        rng: chooses where several values agree.
        all_names: not only fields that refer to something, such as `game_id`, but all.
        always: JSON Pointers to fields that refer to something whatever they are called.
        ack: whether it asks for an ack; `None` where the document lets it.
    """
    given = list(_given(session.outcomes, session, judge))
    args = base
    taken: list[Taken] = []
    for path, _ in list(leaves(base)):
        field = next((part for part in reversed(path) if isinstance(part, str)), "")
        into = pointer_of(path)
        if field and not (all_names or names_something(field) or into in always):
            continue
        fitting = _fitting(given, field, received, args, into, judge)
        if not fitting and names_something(field) and isinstance(at(base, into)[1], str):
            fitting = _without_a_name(given, received, args, into, judge)
        if fitting:
            # What the server gave, before what clients made up.
            given_by_server = [each for each in fitting if each.taken is not None]
            if given_by_server and rng.random() < 0.9:
                fitting = given_by_server
            chosen = fitting[-1] if rng.random() < 0.75 else rng.choice(fitting)
            args = put(args, into, chosen.value)
            if chosen.taken is not None:
                taken.append(replace(chosen.taken, into=into))
    return event_step(received, client, args, taken=tuple(taken), ack=ack)


def event_step(
    received: Received,
    client: int,
    args: tuple[Any, ...],
    *,
    taken: tuple[Taken, ...] = (),
    note: str = "",
    ack: bool | None = None,
) -> Step:
    """The step that sends an event."""
    asks = received.asks if ack is None else ack
    return Step(
        Action.EMIT,
        client,
        received.namespace,
        received.event,
        args,
        ack=asks,
        taken=taken,
        note=note,
        seconds=_seconds(received) if asks else 0.0,
    )


def _seconds(received: Received) -> float:
    """For how many seconds an ack is awaited; 0 where nothing is said about that."""
    ack = received.ack
    if ack is None or not received.declares_ack:
        return UNDECLARED_ACK
    return 0.0 if ack.timeout is None else ack.timeout + LATE


#: For how many seconds an ack is awaited that the document does not declare.
UNDECLARED_ACK = 0.5
#: How many values agree with a field at most: the latest.
_MOST = 12
#: How much longer than the document allows: an ack that comes too late is not one that never comes.
LATE = 2.5


def _may_be(_field: str, path: Sequence[str | int], _event: str, _asking: str) -> bool:
    """Whether a value could be that of an argument without a name: it refers to something."""
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    return last != "" and names_something(last)


def _fitting(
    given: list[_Given],
    field: str,
    received: Received,
    args: tuple[Any, ...],
    into: str,
    judge: Judge,
) -> list[_Given]:
    """The values that a field may have, the latest last."""
    found = []
    now = at(args, into)[1]
    for each in given:
        if isinstance(each.value, bool) or not isinstance(each.value, (str, int, float)):
            continue
        if not (names_agree if field else _may_be)(field, each.path, each.event, received.event):
            continue
        if isinstance(now, str) is not isinstance(each.value, str):
            continue
        if not field and (each.taken is None or not isinstance(each.value, str)):
            continue
        changed = put(args, into, each.value)
        if judge.input(received.namespace, received.event, changed)[0] is None:
            found.append(each)
    return found[-_MOST:]


def _without_a_name(
    given: list[_Given], received: Received, args: tuple[Any, ...], into: str, judge: Judge
) -> list[_Given]:
    """Texts that were the whole argument of an accepted event: `join("lobby")` names the room."""
    return [
        each
        for each in given
        if len(each.path) == 1
        and isinstance(each.value, str)
        and each.event != received.event
        and judge.input(received.namespace, received.event, put(args, into, each.value))[0] is None
    ][-_MOST:]


def _went_wrong(outcome: Outcome, session: Session, judge: Judge) -> bool:
    """Whether the server said that it did not take an event, by its ack or by another event."""
    if outcome.ack is not None and judge.meaning(outcome.ack.args) is not Answer.ACCEPTED:
        return True
    return any(
        each.is_event
        and each.client == outcome.step.client
        and (looks_like_error(each.event) or any(map(looks_like_error, each.args)))
        for each in session.wire.arrivals[outcome.first : outcome.last]
    )


def _given(outcomes: list[Outcome], session: Session, judge: Judge) -> Iterator[_Given]:
    """All values that were sent and not rejected, or that came."""
    arrivals = session.wire.arrivals
    for index, outcome in enumerate(outcomes):
        step = outcome.step
        if step.action is not Action.EMIT:
            continue
        sent = [] if _went_wrong(outcome, session, judge) else list(leaves(step.args))
        for path, value in sent:
            pointer = pointer_of(path)
            before = next((each for each in step.taken if each.into == pointer), None)
            yield _Given(path, value, before, step.event)
        for arrival in arrivals[outcome.first : outcome.last]:
            if arrival.is_event:
                for path, value in leaves(arrival.args):
                    pointer = pointer_of(path)
                    taken = Taken("", index, Source.EVENT, pointer, arrival.event)
                    yield _Given(path, value, taken, arrival.event)
        if outcome.ack is not None:
            for path, value in leaves(outcome.ack.args):
                taken = Taken("", index, Source.ACK, pointer_of(path))
                yield _Given(path, value, taken, step.event)
