"""Finds the shortest program that shows a finding, and how often it does."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.checks import examine
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.places_in_values import (
    at,
    leaves,
    places,
    pointer_of,
    put,
    without,
)
from asyncapi_guard.contract_tests.programs import (
    closure,
    dependents,
    joined,
    subset,
    with_other_clients,
)
from asyncapi_guard.contract_tests.running import Patience, run_program
from asyncapi_guard.contract_tests.shortened import Shortened
from asyncapi_guard.contract_tests.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract_tests.findings import Finding, Key
    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.laboratory import Found, Laboratory
    from asyncapi_guard.contract_tests.running import Trace
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["shorten"]

#: How long an ack is awaited while a program is made shorter.
_SHORT_WAIT = 0.6
#: And when it is run for the last time: who is only slow is not at fault.
_LONG_WAIT = 5.0
#: How often the shortest program runs again.
_AGAIN = 2
#: For how many seconds a server may go on with clients that have left: between runs, and at last.
_SETTLING, _SETTLED = 0.03, 0.3
#: The end of a program that shows what a server does later.
_LATER = Step(Action.WAIT, seconds=1.0)
_ABOUT_ACKS = (Check.NO_ACK, Check.HANG)
_NO_TIME = "an ack did not arrive, and the run ended before a longer wait was possible"


def shorten(found: Found, lab: Laboratory, seconds: float) -> Shortened | None:
    """The shortest program that shows a finding.

    Returns:
        `None` where the finding was none: the server was only slow.
    """
    programs = [found, *lab.others.get(found.finding.key, ())]
    first: Shortened | None = None
    for number, program in enumerate(programs):
        shortened = _Shortening(program, lab, seconds / (len(programs) - number)).run()
        if shortened is not None and shortened.seen:
            return shortened
        first = first or shortened
    return first


class _Shortening:
    def __init__(self, found: Found, lab: Laboratory, seconds: float) -> None:
        self._found = found
        self._key: Key = found.finding.key
        self._judge: Judge = lab.judge
        self._settings: Settings = lab.settings
        self._answers: Callable[[Arrival], tuple[Any, ...] | None] = lab.answer
        self._lab = lab
        deadline = lab.patience.deadline - max(lab.patience.left - seconds, 0.0)
        short = min(_SHORT_WAIT, lab.settings.ack_timeout)
        most = 60.0 if self._key.variant.startswith("late") else short
        self._patience = Patience(short, most, deadline)
        self._best: tuple[Finding, Trace] = (found.finding, found.trace)
        self._steps = found.steps

    def run(self) -> Shortened | None:
        shown = self._first()
        if shown:
            while self._fewer_steps() and not self._patience.is_over:
                pass
            self._smaller_values()
        reduced = shown and not self._patience.is_over
        try:
            shortened = self._confirm(reduced=reduced)
            if shortened is not None and shortened.runs and not shortened.seen:
                return self._whole() or shortened
            return shortened
        finally:
            self._lab.patience.sent += self._patience.sent

    def _whole(self) -> Shortened | None:
        """The program as it was, where only leftovers of others made a shorter one show it."""
        time.sleep(min(_SETTLED, self._patience.left))
        steps = self._found.steps
        shows = self._shows((*steps, _LATER)) or self._shows(_by_two(steps))
        return self._confirm(reduced=False) if shows else None

    def _shows(self, steps: tuple[Step, ...]) -> bool:
        """Whether a program shows the finding; it is the best one then."""
        if self._patience.is_over:
            return False
        time.sleep(_SETTLING)  # who has just left has gone then
        again = self._lab.again(steps)
        trace = run_program(again, self._settings, self._patience, self._answers)
        for finding in examine(trace, self._judge):
            if finding.key == self._key:
                self._best = (finding, trace)
                self._steps = subset(trace.steps, range(min(len(trace.steps), len(steps))))
                return True
        return False

    def _first(self) -> bool:
        """Begin with the few steps that the step of the finding needs, if these show it."""
        last = min(self._found.finding.step, len(self._steps) - 1)
        until = self._steps[: last + 1]
        few = subset(until, closure(until, last)) if until else ()
        clients = [index for index, each in enumerate(until) if each.action is Action.CONNECT]
        # What a server keeps from run to run gives other values now: then the old ones may show it.
        as_sent = tuple(replace(each, taken=()) for each in few)
        more = subset(until, [*clients, *closure(until, last)])
        candidates = [few, more, until, self._steps, as_sent]
        if any(each and self._shows(each) for each in candidates):
            return True
        # Or what it has kept stands in the way: then something new, as the context makes it.
        anew = _anew(until[-1], self._lab) if until else ()
        # Or it takes time, or another client that does the same, as those of other workers did.
        return any(each and self._shows(each) for each in (anew, (*until, _LATER), _by_two(until)))

    def _fewer_steps(self) -> bool:
        """Leave steps out, many at once first; whether some were left out."""
        before = len(self._steps)
        size = max(before // 2, 1)
        while size:
            start = 0
            while start < len(self._steps):
                everything = range(len(self._steps))
                gone = dependents(self._steps, everything[start : start + size])
                kept = [index for index in everything if index not in gone]
                if not kept or not self._shows(subset(self._steps, kept)):
                    start += size
                if self._patience.is_over:
                    return False
            size //= 2
        return len(self._steps) < before

    def _smaller_values(self) -> None:
        """Make the arguments of each event simpler, in one place after the other."""
        for index in range(len(self._steps)):
            tried: set[str] = set()
            better = True
            while better and not self._patience.is_over:
                better = False
                step = self._steps[index] if index < len(self._steps) else None
                if step is None or step.action is not Action.EMIT or not step.args:
                    break
                for args in _simpler(step):
                    if repr(args) in tried or not self._same_kind(step, args):
                        continue
                    tried.add(repr(args))
                    changed = replace(step, args=args)
                    steps = (*self._steps[:index], changed, *self._steps[index + 1 :])
                    if self._shows(steps):
                        better = True
                        break

    def _same_kind(self, step: Step, args: tuple[Any, ...]) -> bool:
        """Whether other arguments are valid where those of the step are, or else are not."""
        where = step.namespace, step.event
        before = self._judge.input(*where, step.args)[0] is None
        return before is (self._judge.input(*where, args)[0] is None)

    def _confirm(self, *, reduced: bool) -> Shortened | None:
        """Run the shortest program again, and wait longer for what is missing."""
        finding, trace = self._best
        slow = finding.check in _ABOUT_ACKS and not finding.variant.startswith("late")
        steps = self._steps
        if slow:
            steps = tuple(_patient(each) for each in steps)
            steps = (*steps, replace(self._probe(), client=90))
        elif _is_indirect(finding):
            # What others hear may come a little later.
            steps = (*steps, Step(Action.WAIT, seconds=_SHORT_WAIT))
        left = self._lab.patience.left
        patience = Patience(self._settings.ack_timeout, deadline=self._lab.patience.deadline)
        seen = runs = 0
        for _ in range(1 if slow else _AGAIN):
            if left <= 0 or patience.left < (_SHORT_WAIT if slow else 0.05):
                break
            time.sleep(min(_SETTLED, left / 4))
            again = run_program(self._lab.again(steps), self._settings, patience, self._answers)
            runs += 1
            for each in examine(again, self._judge):
                same = each.key == self._key
                if same or (slow and each.check in _ABOUT_ACKS and each.event == finding.event):
                    seen += 1
                    finding, trace = each, again
                    break
        self._lab.patience.sent += patience.sent
        # Nor is an ack missing for which there was no time to wait; but somebody may want to.
        if slow and not runs:
            self._lab.note(f"event {finding.event}", _NO_TIME)
        if (slow and not seen) or (_is_indirect(finding) and seen < _AGAIN):
            return None
        return Shortened(finding, trace, seen, runs, reduced)

    def _probe(self) -> Step:
        connects = [each for each in self._steps if each.action is Action.CONNECT]
        return connects[0] if connects else Step(Action.CONNECT, 90)


def _by_two(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A program after another client has run it, and stays."""
    return joined(with_other_clients(steps, 10), steps)


def _anew(step: Step, lab: Laboratory) -> tuple[Step, ...]:
    """A step after what must happen first, and with the values that this gives."""
    context = lab.contexts.get((step.namespace, step.event))
    if step.action is not Action.EMIT or context is None:
        return ()
    *before, last = lab.again(context)
    args = step.args
    for taken in last.taken:
        args = put(args, taken.into, at(last.args, taken.into)[1])
    return (*before, replace(step, client=last.client, args=args, taken=last.taken))


def _is_indirect(finding: Finding) -> bool:
    """Whether a finding is concluded from several things, and so must show each time."""
    return finding.check is Check.WRONG_RECIPIENT or finding.variant.startswith(
        ("unfinished", "boundary", "acted")
    )


def _patient(step: Step) -> Step:
    return replace(step, seconds=_LONG_WAIT) if step.action is Action.EMIT and step.ack else step


def _simpler(step: Step) -> Iterator[tuple[Any, ...]]:
    """Arguments that are simpler in one place."""
    args = step.args
    given = {each.into for each in step.taken}
    for path, value in places(args):
        pointer = pointer_of(path)
        if not path or pointer in given:
            continue
        if len(path) > 1:
            yield without(args, pointer)
        if isinstance(value, list) and len(value) > 1:
            yield put(args, pointer, value[: len(value) // 2])
    for path, value in leaves(args):
        pointer = pointer_of(path)
        if pointer not in given and path:
            for other in _smaller(value):
                yield put(args, pointer, other)


def _smaller(value: Any) -> Iterator[Any]:
    if isinstance(value, str) and value:
        yield from ("", "a")
        if len(value) > 2:
            yield value[: len(value) // 2]
            yield value[:-1]
    elif isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        for other in (0, 1, value // 2 if isinstance(value, int) else int(value)):
            if abs(other) < abs(value):
                yield other
