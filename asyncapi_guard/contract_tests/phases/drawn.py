"""The phase `random`: arguments that Hypothesis draws, valid ones and nearly valid ones."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.disputed import is_disputed
from asyncapi_guard.contract_tests.inputs import Input
from asyncapi_guard.contract_tests.missing import testing_extra
from asyncapi_guard.contract_tests.phases.coverage import Trial, share_of
from asyncapi_guard.contract_tests.places_in_values import at, put

if TYPE_CHECKING:
    from asyncapi_guard.contract import Message
    from asyncapi_guard.contract_tests.judge import Received
    from asyncapi_guard.contract_tests.laboratory import Laboratory

__all__ = ["drawn"]


def drawn(lab: Laboratory) -> None:
    """Send what Hypothesis draws for each event, in the context in which it is accepted."""
    trials = [
        Trial(lab, received)
        for namespace in lab.namespaces
        for received in lab.received(namespace)
        if (namespace, received.event) in lab.contexts
    ]

    def run(trial: Trial) -> None:
        if not trial.is_over:
            trial.send(_inputs(lab, trial.received, trial.kept))

    share_of(lab, trials, run)


def _inputs(lab: Laboratory, received: Received, kept: frozenset[str]) -> list[Input]:
    """What is drawn for an event, valid and invalid in turn."""
    context = lab.contexts[received.namespace, received.event][-1].args
    valid: list[Input] = []
    invalid: list[Input] = []
    for message in received.messages:
        for drawn in _draw(lab, message):
            args = drawn
            for pointer in kept:
                if at(args, pointer)[0]:
                    args = put(args, pointer, at(context, pointer)[1])
            violation = lab.judge.input(received.namespace, received.event, args)[0]
            if not is_disputed(received, args, violation):
                kind = valid if violation is None else invalid
                kind.append(Input(args, violation is None, "", "drawn"))
    pairs = zip_longest(valid, invalid)
    return [each for pair in pairs for each in pair if each is not None]


def _draw(lab: Laboratory, message: Message) -> list[tuple[Any, ...]]:
    hypothesis = testing_extra("hypothesis")
    strategies = testing_extra("asyncapi_guard.values.hypothesis_choices")
    schema = message.payload
    if schema is None:
        return []
    found: list[tuple[Any, ...]] = []
    seen: set[str] = set()

    def keep(args: Any) -> None:
        if repr(args) not in seen:
            seen.add(repr(args))
            found.append(tuple(args))

    for strategy, most in (
        (strategies.arguments_strategy(schema), lab.settings.max_examples),
        (
            strategies.invalid_strategy(schema).map(lambda case: case.arguments),
            lab.settings.max_examples // 5,
        ),
    ):
        if most < 1:
            continue
        collect = hypothesis.given(strategy)(keep)
        collect = hypothesis.seed(lab.settings.seed)(collect)
        chosen = hypothesis.settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=(hypothesis.Phase.generate,),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        try:
            chosen(collect)()
        except hypothesis.errors.Unsatisfiable:
            continue
    return found
