"""The phase `coverage`: each boundary once, where the server accepts the event."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.checks.boundaries import names_something
from asyncapi_guard.contract_tests.exploring import is_accepted, is_rejected
from asyncapi_guard.contract_tests.inputs import variations
from asyncapi_guard.contract_tests.judge import Received
from asyncapi_guard.contract_tests.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract_tests.inputs import Input
    from asyncapi_guard.contract_tests.laboratory import Laboratory
    from asyncapi_guard.contract_tests.running import Outcome, Session

__all__ = ["Trial", "invalid_coverage", "share_of", "valid_coverage"]

#: How many events one session has at most: programs are shortened afterwards.
_LONGEST = 40
#: How many invalid values beside a valid one are tried after the server has rejected that one.
_BESIDE = 8
#: For how many seconds the answer to the wrong number of arguments is awaited.
_WRONG_COUNT = 0.5
#: How many clients connect in one session.
_CONNECTS = 30


def valid_coverage(lab: Laboratory) -> None:
    """Try variations of the arguments of each event that are valid."""
    for namespace in lab.namespaces:
        _connects(lab, namespace)
    share_of(lab, _trials(lab), partial(Trial.run, valid=True))


def invalid_coverage(lab: Laboratory) -> None:
    """Try variations of the arguments of each event that are not valid."""
    share_of(lab, _trials(lab), partial(Trial.run, valid=False))


def _trials(lab: Laboratory) -> list[Trial]:
    return [
        Trial(lab, received)
        for namespace in lab.namespaces
        for received in lab.received(namespace)
        if (namespace, received.event) in lab.contexts
    ]


def share_of(lab: Laboratory, trials: list[Trial], run: Callable[[Trial], None]) -> None:
    """Run trials, several at a time, so that each gets its part of the time.

    Args:
        lab: what all phases work with.
        trials: one for each event.
        run: what is done with each.
    """
    end = min(lab.patience.left, lab.share)
    waiting = len(trials)
    workers = lab.settings.workers

    def one(trial: Trial) -> None:
        nonlocal waiting
        left = max(lab.patience.left - end, 0.0)
        # The last ones get what the others leave.
        trial.until = lab.patience.left - left / max(waiting / workers, 1.0)
        waiting -= 1
        run(trial)

    if workers == 1:
        for trial in trials:
            one(trial)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(one, trial) for trial in trials]:
            done.result()


def _connects(lab: Laboratory, namespace: str) -> None:
    """Connect with each boundary of the `auth` value, unless the settings have one."""
    messages = lab.judge.connect_messages(namespace)
    base = lab.connect(1, namespace)
    if base.credentials or not base.args:
        return
    received = Received(namespace, "connect", messages)
    inputs = [each for each in variations(received, base.args, lab.judge) if len(each.args) < 2]
    for first in range(0, len(inputs), _CONNECTS):
        with lab.session() as session:
            for number, input in enumerate(inputs[first : first + _CONNECTS]):
                if lab.is_over:
                    return
                note = f"{input.place} {input.what}".strip()
                step = replace(base, client=number + 1, args=input.args[:1], note=note)
                session.do(step)
                session.do(Step(Action.DISCONNECT, number + 1, ""))
            lab.examine(session)


class Trial:
    """The variations of one event.

    Attributes:
        received: the event.
        until: how many seconds of the run must be left.
        kept: where in the arguments values are that the server gave.
    """

    def __init__(self, lab: Laboratory, received: Received) -> None:
        self._lab = lab
        self.received: Received = received
        self._last = lab.contexts[received.namespace, received.event][-1]
        self.kept: frozenset[str] = frozenset(each.into for each in self._last.taken)
        self._session: Session | None = None
        self._used = 0
        self.until: float = 0.0

    def run(self, *, valid: bool) -> None:
        """Try all that are valid, or all that are not."""
        if self.is_over:
            return
        inputs = self._inputs(valid=valid)
        if inputs and not valid and not self.received.declares_ack:
            # What the server emits for valid arguments tells what it does for others.
            self._do(self._last)
        self.send(inputs)

    def send(self, inputs: list[Input]) -> None:
        """Try some arguments."""
        for input in inputs:
            if self.is_over:
                break
            if input.valid:
                self._try_valid(input)
            else:
                self._try_invalid(input)
        self._end()

    @property
    def is_over(self) -> bool:
        """Whether the time of the event is over."""
        return self._lab.is_over or self._lab.patience.left <= self.until

    def _inputs(self, *, valid: bool) -> list[Input]:
        """The variations, made when they are needed for the first time."""
        lab, key = self._lab, (self.received.namespace, self.received.event)
        if key not in lab.inputs:
            lab.inputs[key] = variations(
                self.received,
                self._last.args,
                lab.judge,
                keep=self.kept,
                enough=lambda: self.is_over,
            )
        return [each for each in lab.inputs[key] if each.valid is valid]

    def _step(self, input: Input) -> Step:
        note = f"{input.place} {input.what}".strip()
        taken = tuple(
            each for each in self._last.taken if not f"{input.place}/".startswith(f"{each.into}/")
        )
        step = replace(self._last, args=input.args, note=note, taken=taken)
        if not input.valid and len(input.args) != len(self._last.args):
            # Frameworks fail before the application can answer.
            return replace(step, seconds=_WRONG_COUNT)
        return step

    def _try_valid(self, input: Input) -> None:
        outcome = self._do(self._step(input))
        if is_rejected(self._lab, outcome) and self._used > 1:
            # What was sent before may be why: once more, in a context of its own.
            self._end()
            outcome = self._do(self._step(input))
        if is_rejected(self._lab, outcome) and input.place:
            self._beside(input)
            self._end()

    def _try_invalid(self, input: Input) -> None:
        outcome = self._do(self._step(input))
        session = self._session
        if session is not None and is_accepted(self._lab, outcome, session):
            self._end()

    def _beside(self, input: Input) -> None:
        """What is not valid in the same place, and then what the server accepts."""
        if names_something(input.place.rpartition("/")[2]):
            return
        beside = [each for each in self._inputs(valid=False) if each.place == input.place]
        for each in beside[:_BESIDE]:
            self._do(self._step(each))
        self._do(self._last)

    def _do(self, step: Step) -> Outcome:
        if self._session is None or self._used >= _LONGEST:
            self._end()
            self._session = self._lab.session()
            for each in self._lab.context(self.received)[:-1]:
                self._session.do(each)
            self._used = 0
        self._used += 1
        outcome = self._session.do(step)
        if outcome.problem:
            self._end()
        return outcome

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with session:
                self._lab.examine(session)
