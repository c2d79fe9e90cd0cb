"""Looks through a trace: each check by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.checks.answered import answered, unfinished
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

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.findings import Finding
    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["examine"]

_CHECKS = (
    answered,
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


def examine(trace: Trace, judge: Judge) -> list[Finding]:
    """Everything wrong in a trace: each kind and place once, in the order of the steps."""
    found: dict[object, Finding] = {}
    for check in _CHECKS:
        for finding in check(trace, judge):
            found.setdefault(finding.key, finding)
    return sorted(found.values(), key=lambda each: each.step)
