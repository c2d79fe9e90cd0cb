"""Checks of traffic that a server's framework accepts before the application sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests import frames
from asyncapi_guard.contract_tests.answers import Answer
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding
from asyncapi_guard.contract_tests.steps import Action
from asyncapi_guard.guard.plans import RESERVED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["framework"]


def framework(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Packets that no application should have to think of, and that the server accepted."""
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        if outcome.ack is None or judge.meaning(outcome.ack.args) is not Answer.ACCEPTED:
            continue
        where = step.namespace, step.event
        if step.action is Action.EMIT and step.event in RESERVED_EVENTS:
            what = f"a client sent an event named {step.event!r}, and a handler answered"
            yield Finding(Check.RESERVED_EVENT_RUNS_HANDLER, *where, what, index)
        elif step.action is Action.SEND and not outcome.accepted:
            what = "the server answered an event of a client that is not in the namespace"
            yield Finding(Check.HALF_OPEN_CONNECTION, *where, what, index, "", "answered")
        elif step.action is Action.SEND:
            problem = frames.read(step.text).problem
            if "twice" in problem:
                what = "the server accepted an object that has the same name twice"
                yield Finding(Check.DUPLICATE_NAME_ACCEPTED, *where, what, index)
            elif "NaN" in problem or "Infinity" in problem:
                what = "the server accepted arguments with NaN in them"
                yield Finding(Check.NAN_ACCEPTED, *where, what, index)
