"""The phase `stateful`: sequences of events."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.composing import compose
from asyncapi_guard.contract_tests.exploring import is_accepted
from asyncapi_guard.contract_tests.inputs import is_plain
from asyncapi_guard.contract_tests.places_in_values import leaves, pointer_of, put
from asyncapi_guard.contract_tests.programs import freshened, joined, with_other_clients
from asyncapi_guard.contract_tests.steps import Action, Step
from asyncapi_guard.values import NoValue, RandomChoices, draw_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract_tests.judge import Received
    from asyncapi_guard.contract_tests.laboratory import Laboratory
    from asyncapi_guard.contract_tests.running import Session

__all__ = ["plots", "walks"]

#: How often an event is sent again.
_TIMES = 6
#: And how often with larger numbers each time.
_RISING = 4
#: How often a game goes on from what was accepted last.
_RISEN = 0.3
#: How many steps a random walk has.
_WALK = 24
_LONG_WALK = 36
#: The names of events by which clients come together, and by which they part.
_JOINING = re.compile(r"join|enter|subscri|watch|follow|attach|sit", re.IGNORECASE)
_LEAVING = re.compile(
    r"leave|unsub|quit|exit|close|end|stop|kick|delete|remove|resign|cancel|logout|abort",
    re.IGNORECASE,
)
#: How often arguments are drawn anew, in place of plain ones.
_DRAWN = 0.6
#: How long a client is away before it comes back.
_AWAY = 0.05
#: How long it is waited for what the server does in the background.
_LATER = 0.6
#: For which part of the time nobody does anything, so that timers show.
_IDLE = 0.07


def plots(lab: Laboratory) -> None:
    """Each plot once."""
    _run(lab, _plots)


def walks(lab: Laboratory) -> None:
    """Games and random walks, while there is time."""
    _run(lab, _walks)


def _run(
    lab: Laboratory,
    of: Callable[[_Stage, int], Iterator[Callable[[Session, random.Random], None]]],
) -> None:
    for namespaces in lab.groups():
        events = [
            each
            for namespace in namespaces
            for each in lab.received(namespace)
            if (namespace, each.event) in lab.contexts
        ]
        if not events:
            continue
        stage = _Stage(lab, namespaces, events)
        for number, plot in enumerate(of(stage, lab.settings.max_examples)):
            if lab.is_over:
                return
            with lab.session() as session:
                plot(session, random.Random(f"{lab.settings.seed} {number}"))  # noqa: S311  # no secret
                lab.examine(session)


def _plots(stage: _Stage, _most: int) -> Iterator[Callable[[Session, random.Random], None]]:
    yield stage.together
    yield stage.apart
    for plot in (stage.again, stage.by_others, stage.back, stage.left_alone):
        for received in stage.events:
            yield partial(plot, received=received)
    yield stage.idle


def _walks(stage: _Stage, most: int) -> Iterator[Callable[[Session, random.Random], None]]:
    for _ in range(most):
        yield from stage.games()
        yield stage.walk
        yield stage.long_walk


class _Stage:
    """Plots in some namespaces.

    Attributes:
        events: those that clients may send there.
    """

    def __init__(self, lab: Laboratory, namespaces: list[str], events: list[Received]) -> None:
        self._lab = lab
        self._namespaces = namespaces
        self.events: list[Received] = events

    # -- plots -------------------------------------------------------------------------------------

    def together(self, session: Session, rng: random.Random) -> None:
        """Three clients send each event in turn, twice."""
        self._enter(session, 1, 2, 3)
        for _ in range(2):
            for received in self.events:
                for client in (1, 2, 3):
                    self._send(session, rng, received, client)
        session.do(Step(Action.WAIT, seconds=_LATER))

    def apart(self, session: Session, _rng: random.Random) -> None:
        """Two groups of clients do the same, and one client only looks on."""
        self._enter(session, 9)
        for received in self.events:
            program = self._lab.context(received)
            for shift in (0, 4):
                moved = with_other_clients(program, shift)
                start = len(session.outcomes)
                for step in joined((Step(Action.WAIT),) * start, moved)[start:]:
                    entered = step.action is Action.CONNECT and self._is_in(session, step)
                    session.do(Step(Action.WAIT, step.client) if entered else step)

    def again(self, session: Session, rng: random.Random, received: Received) -> None:
        """The same event several times, in the same words and in others."""
        last = self._lead(session, received)
        for _ in range(_TIMES):
            session.do(last)
        for number in range(1, _RISING + 1):
            session.do(self._risen(last, received, number))
        for number in range(_TIMES):
            self._send(session, rng, received, last.client, number)

    def by_others(self, session: Session, rng: random.Random, received: Received) -> None:
        """The same event by a second and a third client."""
        last = self._lead(session, received)
        session.do(last)
        others = [client for client in (1, 2, 3) if client != last.client]
        self._enter(session, *others)
        for client in others:
            self._bring(session, rng, received, client)
        for _ in range(2):
            for client in others:
                session.do(replace(last, client=client))
                self._send(session, rng, received, client)
            session.do(last)

    def back(self, session: Session, rng: random.Random, received: Received) -> None:
        """A client leaves and comes back."""
        last = self._lead(session, received)
        session.do(last)
        session.do(Step(Action.DISCONNECT, last.client, ""))
        session.do(Step(Action.WAIT, last.client, seconds=_AWAY))
        self._enter(session, last.client)
        session.do(last)
        for each in self.events:
            self._send(session, rng, each, last.client)
        session.do(last)

    def left_alone(self, session: Session, rng: random.Random, received: Received) -> None:
        """The other clients leave, and one goes on."""
        last = self._lead(session, received)
        session.do(last)
        self._enter(session, 1, 2)
        other = 2 if last.client == 1 else 1
        self._bring(session, rng, received, other)
        session.do(Step(Action.DISCONNECT, other, ""))
        session.do(Step(Action.WAIT, other, seconds=_AWAY))
        session.do(last)
        for each in self.events:
            self._send(session, rng, each, last.client)
        self._enter(session, other)
        for each in self.events:
            self._send(session, rng, each, other)

    def idle(self, session: Session, rng: random.Random) -> None:
        """Two clients do a little, and then nobody does anything."""
        self._enter(session, 1, 2)
        for received in self.events:
            if not _LEAVING.search(received.event):
                for client in (1, 2):
                    self._send(session, rng, received, client)
        session.do(Step(Action.WAIT, seconds=self._lab.settings.time * _IDLE))

    def walk(self, session: Session, rng: random.Random, steps: int = _WALK) -> None:
        """Clients come and go, and send what they like."""
        self._enter(session, 1, 2)
        last: Step | None = None
        for _ in range(steps):
            if self._lab.is_over:
                return
            client = rng.choice((1, 1, 2, 2, 3))
            chance = rng.random()
            if client not in session.clients:
                self._enter(session, client)
            elif chance < 0.05:
                session.do(Step(Action.DISCONNECT, client, ""))
            elif chance < 0.2 and last is not None and last.client in session.clients:
                session.do(last)
            else:
                last = self._send(session, rng, rng.choice(self.events), client)

    def games(self) -> Iterator[Callable[[Session, random.Random], None]]:
        """A plot for each event that needs others before it: there may be an end to come to."""
        deep = [each for each in self.events if self._goes_on(each)]
        deep.sort(key=lambda each: -len(self._lab.contexts[each.namespace, each.event]))
        for received in deep[:4]:
            yield partial(self.game, received=received)

    def _goes_on(self, received: Received) -> bool:
        """Whether an event is about something that there is, rather than a beginning."""
        return bool(self._lab.contexts[received.namespace, received.event][-1].taken)

    def game(self, session: Session, rng: random.Random, received: Received) -> None:
        """Two clients take turns with one event, about what they have begun together."""
        last = self._lead(session, received)
        self._enter(session, 1, 2)
        other = 2 if last.client == 1 else 1
        self._bring(session, rng, received, other)
        session.do(last)
        client = other
        for _ in range(_LONG_WALK):
            if self._lab.is_over:
                return
            if rng.random() < _RISEN:
                session.do(replace(self._risen(last, received, rng.randrange(1, 4)), client=client))
            else:
                self._send(session, rng, received, client)
            accepted = is_accepted(self._lab, session.outcomes[-1], session)
            last = session.outcomes[-1].step if accepted else last
            if rng.random() < (0.9 if accepted else 0.4):
                client = 3 - client

    def long_walk(self, session: Session, rng: random.Random) -> None:
        """A context, and a walk from there that stays with a few events."""
        chosen = rng.choice(self.events)
        last = self._lead(session, chosen)
        self._enter(session, 1, 2)
        session.do(last)
        client = last.client
        for _ in range(_LONG_WALK):
            if self._lab.is_over:
                return
            received = chosen if rng.random() < 0.8 else rng.choice(self.events)
            # Where clients take turns, it is the other one's after what the server accepted.
            taken = is_accepted(self._lab, session.outcomes[-1], session)
            if rng.random() < (0.8 if taken else 0.3):
                client = 3 - client if client in (1, 2) else 1
            self._send(session, rng, received, client)

    @staticmethod
    def _is_in(session: Session, step: Step) -> bool:
        """Whether the client of a step is in its namespace."""
        client = session.clients.get(step.client)
        return client is not None and step.namespace in client.accepted

    # -- what they are made of ---------------------------------------------------------------------

    def _enter(self, session: Session, *clients: int) -> None:
        self._lab.enter(session, *clients, namespaces=self._namespaces)

    def _base(self, received: Received, rng: random.Random, number: int | None) -> tuple[Any, ...]:
        """Plain arguments, or others that are drawn now."""
        if number is None and rng.random() < _DRAWN:
            with suppress(NoValue):
                payload = rng.choice(received.messages).payload
                args = tuple(draw_arguments(payload, RandomChoices(rng)))
                if is_plain(self._lab.judge, received, args):
                    return args
        bases = self._lab.bases[received.namespace, received.event]
        return bases[rng.randrange(len(bases)) if number is None else number % len(bases)]

    def _lead(self, session: Session, received: Received) -> Step:
        """Do all that comes before an event, and return the step that sends it."""
        *before, last = self._lab.context(received)
        for step in before:
            session.do(step)
        self._lab.enter(session, last.client, namespaces=[last.namespace])
        return last

    def _bring(self, session: Session, rng: random.Random, received: Received, client: int) -> None:
        """Let another client do what comes before an event, about the same things."""
        steps = self._lab.contexts[received.namespace, received.event]
        sources = {each.step for step in steps for each in step.taken}
        for index, step in enumerate(steps[:-1]):
            event = self._lab.judge.event(step.namespace, step.event)
            if event is None or _LEAVING.search(step.event):
                continue
            if step.taken:
                self._send(session, rng, event, client)
            elif index not in sources:
                # As who registers: under another name.
                (fresh,) = freshened(
                    (replace(step, client=client),), client * 7, self._lab.judge, all_texts=True
                )
                session.do(fresh)
        for each in self.events:
            joins = _JOINING.search(each.event) and self._goes_on(each)
            if joins and each.namespace == received.namespace:
                self._send(session, rng, each, client)

    def _risen(self, last: Step, received: Received, number: int) -> Step:
        """The same event with larger numbers, for servers that take nothing less."""
        given = {each.into for each in last.taken}
        args = last.args
        for path, value in leaves(args):
            pointer = pointer_of(path)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and pointer not in given:
                risen = put(args, pointer, value + number)
                if self._lab.judge.input(received.namespace, received.event, risen)[0] is None:
                    args = risen
        return replace(last, args=args)

    def _send(
        self,
        session: Session,
        rng: random.Random,
        received: Received,
        client: int,
        number: int | None = None,
    ) -> Step:
        """Send an event with values that were given before."""
        self._lab.enter(session, client, namespaces=[received.namespace])
        base = self._base(received, rng, number)
        context = self._lab.contexts[received.namespace, received.event]
        step = compose(
            session,
            received,
            client,
            base,
            self._lab.judge,
            rng,
            all_names=rng.random() < 0.3,
            always=frozenset(each.into for each in context[-1].taken),
        )
        session.do(step)
        return step
