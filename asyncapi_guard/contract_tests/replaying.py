"""Runs a program of steps again, to find out whether the server still breaks the contract."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Perspective
from asyncapi_guard.contract_tests.checks import examine
from asyncapi_guard.contract_tests.connecting import secrets_of
from asyncapi_guard.contract_tests.engine_io import CannotConnect
from asyncapi_guard.contract_tests.failures import Failure, Group, Phase
from asyncapi_guard.contract_tests.judge import Judge
from asyncapi_guard.contract_tests.laboratory import Laboratory
from asyncapi_guard.contract_tests.missing import testing_extra
from asyncapi_guard.contract_tests.reporting import Places
from asyncapi_guard.contract_tests.running import Patience
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.running import Outcome
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["replay"]


def replay(contract: Contract, settings: Settings, steps: Iterable[Step]) -> tuple[Failure, ...]:
    """Do the steps, and judge what comes of them.

    Args:
        contract: of the server.
        settings: where it is, and who the clients are.
        steps: what they do.

    Returns:
        What the server did and must not do, in the order of the steps; failures of the group
        `transport` only where the settings say that they fail.

    Raises:
        CannotConnect: nobody answers at the URL, or it is no Socket.IO server.
        ImportError: the extra `testing` is not installed.
    """
    testing_extra("websocket")
    seen_by_server = contract.seen_by(Perspective.SERVER)
    judge = Judge(seen_by_server, settings.rejected_when, secrets_of(settings))
    patience = Patience(settings.ack_timeout, time.monotonic() + settings.time)
    lab = Laboratory(settings, judge, patience, Phase.EXAMPLES)
    with lab.session() as session:
        for step in steps:
            _reached(session.do(step))
        trace = session.trace()
    places = Places(judge.contract)
    found = []
    for finding in examine(trace, judge):
        place, pointer = places.of(finding.location or places.default(finding, judge))
        found.append(
            Failure(
                finding.check,
                finding.namespace,
                finding.event,
                finding.message,
                place,
                pointer,
                trace.packets,
                trace.steps,
            )
        )
    own = (Group.CONTRACT, Group.TRANSPORT) if settings.transport_fails else (Group.CONTRACT,)
    return tuple(each for each in found if each.check.group in own)


def _reached(outcome: Outcome) -> None:
    """Make sure that a client that connects meets somebody.

    Raises:
        CannotConnect: it did not.
    """
    nobody = outcome.accepted is None and not outcome.status
    if outcome.step.action is Action.CONNECT and nobody and outcome.problem:
        raise CannotConnect(outcome.problem)
