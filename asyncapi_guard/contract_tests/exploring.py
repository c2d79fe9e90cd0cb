"""Searches for the steps before each event after which the server accepts it.

A move needs a game, and a game two players. So the events are tried again and again, in the
document's order, by two clients, with what the server gave before, until the server accepts them.
The steps that led there, as few as possible, are the context in which other phases try the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.answers import Answer, looks_like_error
from asyncapi_guard.contract_tests.composing import compose
from asyncapi_guard.contract_tests.failures import Untested
from asyncapi_guard.contract_tests.inputs import plain_arguments
from asyncapi_guard.contract_tests.programs import closure, dependents, freshened, subset
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.judge import Received
    from asyncapi_guard.contract_tests.laboratory import Laboratory
    from asyncapi_guard.contract_tests.running import Outcome, Session
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["Explorer", "is_accepted", "is_rejected"]

#: How often all events are tried.
_ROUNDS = 4
#: How often one event is tried in a round.
_ATTEMPTS = 5
#: How many programs shorten a context.
_SHORTENING = 14


def is_accepted(lab: Laboratory, outcome: Outcome, session: Session) -> bool:
    """Whether the server took an event, as far as can be seen."""
    step = outcome.step
    received = lab.judge.event(step.namespace, step.event)
    if outcome.problem or not outcome.accepted:
        return False
    came = session.wire.arrivals[outcome.first :]
    if outcome.ack is not None and outcome.ack.args:
        return lab.judge.meaning(outcome.ack.args) is Answer.ACCEPTED
    if received is not None and received.declares_ack:
        return outcome.ack is not None
    own = [each for each in came if each.is_event and each.client == step.client]
    if any(_is_error(each.event, each.args) for each in own):
        return False
    return outcome.ack is not None or bool(own)


def is_rejected(lab: Laboratory, outcome: Outcome) -> bool:
    """Whether the server says that it did not take an event."""
    return outcome.ack is not None and lab.judge.meaning(outcome.ack.args) is not Answer.ACCEPTED


def _is_error(event: str, args: tuple[Any, ...]) -> bool:
    return looks_like_error(event) or any(map(looks_like_error, args))


class Explorer:
    """Looks for the way to each event of some namespaces."""

    def __init__(self, lab: Laboratory, namespaces: list[str]) -> None:
        self._lab = lab
        self._namespaces = namespaces
        self._rng = lab.rng

    def run(self) -> None:
        """Find what can be found."""
        lab = self._lab
        events = [each for namespace in self._namespaces for each in lab.received(namespace)]
        for each in events:
            key = (each.namespace, each.event)
            lab.bases[key] = plain_arguments(each, lab.judge, lab.settings.seed)
        with lab.session() as session:
            lab.enter(session, 1, 2, namespaces=self._namespaces)
            found = self._look(session, [e for e in events if lab.bases[e.namespace, e.event]])
            lab.examine(session)
        for key, steps in found.items():
            lab.contexts[key] = self._shortened(steps)
        while self._build_on_others(events):
            pass
        self._others(events)

    def _build_on_others(self, events: list[Received]) -> bool:
        """Try the events that are left after each event that is accepted; whether one is new.

        All events in a row undo each other: who has joined has left again.
        """
        lab = self._lab
        new = False
        for received in events:
            key = (received.namespace, received.event)
            if key in lab.contexts or not lab.bases[key]:
                continue
            for context in list(lab.contexts.values()):
                if lab.is_over:
                    return False
                steps = self._after(context, received)
                if steps:
                    lab.contexts[key] = self._shortened(steps)
                    new = True
                    break
        return new

    def _after(self, context: tuple[Step, ...], received: Received) -> tuple[Step, ...]:
        """A context, and then another event that the server accepts; empty if it does not."""
        with self._lab.session() as session:
            for step in self._lab.again(context):
                session.do(step)
            client = context[-1].client
            self._lab.enter(session, client, namespaces=[received.namespace])
            bases = self._lab.bases[received.namespace, received.event]
            for base in bases[:2]:
                step = compose(session, received, client, base, self._lab.judge, self._rng)
                outcome = session.do(step)
                if is_accepted(self._lab, outcome, session):
                    return tuple(each.step for each in session.outcomes)
            self._lab.examine(session)
        return ()

    def _look(
        self, session: Session, events: list[Received]
    ) -> dict[tuple[str, str], tuple[Step, ...]]:
        found: dict[tuple[str, str], tuple[Step, ...]] = {}
        for number in range(_ROUNDS):
            before = len(found)
            for received in events:
                key = (received.namespace, received.event)
                if self._lab.is_over:
                    return found
                if key not in found and self._try(session, received, number):
                    found[key] = tuple(each.step for each in session.outcomes)
            if len(found) == len(events) or (number and len(found) == before):
                break
        return found

    def _try(self, session: Session, received: Received, number: int) -> bool:
        """Try an event in several ways; whether the server accepts it."""
        bases = self._lab.bases[received.namespace, received.event]
        for attempt in range(_ATTEMPTS):
            client = 1 + attempt % 2
            base = bases[(number + attempt // 2) % len(bases)]
            step = compose(
                session, received, client, base, self._lab.judge, self._rng, all_names=attempt < 4
            )
            if attempt >= 2:
                (step,) = freshened((step,), self._rng.randint(10, 99), self._lab.judge)
            outcome = session.do(step)
            if outcome.problem:
                self._lab.enter(session, client, namespaces=self._namespaces)
            if is_accepted(self._lab, outcome, session):
                return True
        return False

    def _works(self, steps: tuple[Step, ...]) -> bool:
        lab = self._lab
        with lab.session() as session:
            outcomes = [session.do(step) for step in steps]
            works = is_accepted(lab, outcomes[-1], session)
            lab.examine(session)
        return works

    def _shortened(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The same context with fewer steps."""
        last = len(steps) - 1
        needed = subset(steps, closure(steps, last))
        if self._works(needed):
            return needed
        if not self._works(steps):
            fresh = freshened(steps, self._rng.randint(100, 999), self._lab.judge)
            if not self._works(fresh):
                return needed
            self._lab.unrepeatable.add((steps[-1].namespace, steps[-1].event))
            steps = fresh
        return self._without_needless(steps)

    def _without_needless(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        tried = 0
        index = len(steps) - 2
        while index >= 0 and tried < _SHORTENING and not self._lab.is_over:
            gone = dependents(steps, [index])
            needed = len(steps) - 1 in gone or steps[index].action is Action.CONNECT
            if not needed:
                fewer = subset(steps, set(range(len(steps))) - gone)
                tried += 1
                if self._works(self._lab.again(fewer)):
                    steps = fewer
                    index = min(index, len(steps) - 1)
            index -= 1
        return steps

    def _others(self, events: list[Received]) -> None:
        """Contexts of events that the server did not accept: there is nothing before them."""
        lab = self._lab
        for received in events:
            key = (received.namespace, received.event)
            bases = lab.bases[key]
            if not bases:
                lab.note(received.event, "no valid arguments were found for it")
            elif key not in lab.contexts:
                with lab.session() as session:
                    step = compose(session, received, 1, bases[0], lab.judge, self._rng)
                lab.contexts[key] = (lab.connect(1, received.namespace), step)
                if received.declares_ack:
                    lab.note(
                        received.event,
                        "the server accepted none of the valid arguments that were tried first",
                    )


def cannot_enter(lab: Laboratory, namespace: str) -> Untested:
    """What is said of a namespace that no client can connect to."""
    if lab.settings.has_credentials:
        reason = "the server rejected the clients' connections"
    elif lab.judge.requires_security(namespace):
        reason = "it requires credentials; pass them, such as auth"
    else:
        reason = "the server rejected clients without credentials; pass them, such as auth"
    return Untested(f"namespace {namespace}", reason)
