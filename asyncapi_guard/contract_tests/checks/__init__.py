"""The checks, each of which inspects a trace by itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.checks.answered import acted_upon, answered, unfinished
from asyncapi_guard.contract_tests.checks.boundaries import boundaries
from asyncapi_guard.contract_tests.checks.connected import (
    connected,
    dropped,
    extra_acks,
    too_early,
)
from asyncapi_guard.contract_tests.checks.emitted import emitted
from asyncapi_guard.contract_tests.checks.framework import framework
from asyncapi_guard.contract_tests.checks.permitted import permitted
from asyncapi_guard.contract_tests.checks.recipients import recipients
from asyncapi_guard.contract_tests.checks.secrets import secrets
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.steps import Action
from asyncapi_guard.guard.plans import RESERVED_EVENTS

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.findings import Finding
    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["examine", "made_in"]

_CHECKS = (
    answered,
    acted_upon,
    unfinished,
    emitted,
    connected,
    dropped,
    extra_acks,
    too_early,
    boundaries,
    secrets,
    recipients,
    permitted,
    framework,
)


def made_in(trace: Trace) -> Counter[Check]:
    """How often each check had something to look at in a trace."""
    events = sum(each.is_event for each in trace.arrivals)
    acks = sum("ACK" in each.frame.type for each in trace.arrivals)
    emits = [each for each in trace.outcomes if each.step.action is Action.EMIT]
    connects = sum(each.step.action is Action.CONNECT for each in trace.outcomes)
    odd = [each for each in trace.outcomes if each.step.action is Action.SEND]
    reserved = sum(each.step.event in RESERVED_EVENTS for each in emits)
    return Counter(
        {
            Check.NO_ACK: sum(each.step.ack for each in emits),
            Check.HANG: connects,
            Check.ACK_BREAKS_CONTRACT: acks,
            Check.EXTRA_ACK: acks,
            Check.EMIT_BREAKS_CONTRACT: events,
            Check.UNDECLARED_EMIT: events,
            Check.WRONG_RECIPIENT: events,
            Check.EMIT_BEFORE_CONNECT: events,
            Check.SECRET_ECHOED: events + acks,
            Check.SERVER_ERROR: events + acks + connects,
            Check.INVALID_INPUT_ACCEPTED: len(emits),
            Check.VALID_INPUT_REJECTED: len(emits),
            Check.WRONG_ARGUMENT_COUNT: len(emits),
            Check.CONNECTION_DROPPED: len(emits),
            Check.UNAUTHORIZED_ACCEPTED: connects,
            Check.CONNECT_ERROR_BREAKS_CONTRACT: connects,
            Check.RESERVED_EVENT_RUNS_HANDLER: reserved,
            Check.NAN_ACCEPTED: sum("NaN" in each.step.text for each in odd),
            Check.DUPLICATE_NAME_ACCEPTED: sum("twice" in each.step.note for each in odd),
            Check.HALF_OPEN_CONNECTION: sum(not each.accepted for each in odd),
        }
    )


def examine(trace: Trace, judge: Judge) -> list[Finding]:
    """Everything wrong in a trace: each kind and place once, in the order of the steps."""
    found: dict[object, Finding] = {}
    for check in _CHECKS:
        for finding in check(trace, judge):
            found.setdefault(finding.key, finding)
    return sorted(found.values(), key=lambda each: each.step)
