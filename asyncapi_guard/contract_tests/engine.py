"""Runs the tests: phase after phase, within the time of the settings."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Perspective
from asyncapi_guard.contract_tests.connecting import secrets_of
from asyncapi_guard.contract_tests.engine_io import CannotConnect, Request, open_connection
from asyncapi_guard.contract_tests.exploring import Explorer, cannot_enter
from asyncapi_guard.contract_tests.failures import Check, Failure, Group, Phase, Report
from asyncapi_guard.contract_tests.judge import Judge
from asyncapi_guard.contract_tests.laboratory import Laboratory
from asyncapi_guard.contract_tests.missing import testing_extra
from asyncapi_guard.contract_tests.phases.coverage import invalid_coverage, valid_coverage
from asyncapi_guard.contract_tests.phases.drawn import drawn
from asyncapi_guard.contract_tests.phases.examples import examples
from asyncapi_guard.contract_tests.phases.security import security
from asyncapi_guard.contract_tests.phases.stateful import plots, walks
from asyncapi_guard.contract_tests.phases.transport import transport
from asyncapi_guard.contract_tests.reporting import Places
from asyncapi_guard.contract_tests.running import Patience
from asyncapi_guard.contract_tests.settings import NotInDocument
from asyncapi_guard.contract_tests.shortened import Shortened
from asyncapi_guard.contract_tests.shrinking import shorten
from asyncapi_guard.guard.plans import RESERVED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.laboratory import Found
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["run"]

#: What is done in a run: the phase, what it does, and what part of the time must be left after it.
#: First what finds most, and last what can go on as long as there is time.
_PLAN: tuple[tuple[Phase, Callable[[Laboratory], None], float], ...] = (
    (Phase.EXAMPLES, examples, 0.8),
    (Phase.COVERAGE, valid_coverage, 0.66),
    (Phase.STATEFUL, plots, 0.48),
    (Phase.COVERAGE, invalid_coverage, 0.36),
    (Phase.SECURITY, security, 0.34),
    (Phase.TRANSPORT, transport, 0.31),
    (Phase.STATEFUL, walks, 0.18),
    (Phase.RANDOM, drawn, 0.12),
)
#: The part of the time that exploring takes at most.
_EXPLORING = 0.8
#: For how many seconds one failure is shortened at most.
_MOST_SHORTENING = 6.0
_MOST_SHORTENING_OF_WARNINGS = 1.5


def run(
    contract: Contract,
    settings: Settings,
    progress: Callable[[Phase, int, int], None] | None = None,
) -> Report:
    """Test a server against its contract.

    Args:
        contract: of the server, as `asyncapi_guard.load` returns it.
        settings: what is tested, and how long.
        progress: called now and then with the phase that runs, how many events it has sent, and how
            many failures there are.

    Raises:
        CannotConnect: nobody answers at the URL, or it is no Socket.IO server.
        ImportError: the extra `testing` is not installed.
        NotInDocument: the settings name a namespace or an event that the document does not have.
    """
    for module in ("websocket", "hypothesis"):
        testing_extra(module)
    began = time.monotonic()
    patience = Patience(settings.ack_timeout, deadline=began + settings.time)
    judge = Judge(
        contract.seen_by(Perspective.SERVER), settings.rejected_when, secrets_of(settings)
    )
    _reach(settings)
    lab = Laboratory(settings, judge, patience, Phase.EXAMPLES, progress=progress)
    lab.namespaces = _namespaces(settings, judge)
    lab.confirm = lambda found: shorten(found, lab, _MOST_SHORTENING)
    _explore(lab)
    for phase, do, share in _PLAN:
        if phase in settings.phases:
            _begin(lab, phase, share)
            if lab.is_over:
                stopped = "the server stopped answering"
                over = "the time was over, or there were enough failures"
                lab.note(f"phase {phase}", stopped if lab.has_stopped else over)
                continue
            sent = patience.sent
            do(lab)
            lab.sent[phase] += patience.sent - sent
    if lab.has_stopped:
        _blame(lab)
    _note_silence(lab)
    failures = _failures(lab)
    fails = [f for f in failures if f.check.group is Group.CONTRACT or settings.transport_fails]
    return Report(
        failures=tuple(fails),
        warnings=tuple(each for each in failures if each not in fails),
        phases=dict(lab.sent),
        checks={check: count for check, count in lab.checks.items() if count},
        untested=tuple(lab.untested.values()),
        events_sent=patience.sent,
        seconds=time.monotonic() - began,
        seed=settings.seed,
    )


def _reach(settings: Settings) -> None:
    """Make sure that somebody answers.

    Raises:
        CannotConnect: nobody does.
    """
    try:
        open_connection(Request(settings), _Nobody(), min(settings.time, 5.0)).close()
    except CannotConnect as error:
        # Who rejects the handshake is there.
        if error.status not in (401, 403):
            raise


class _Nobody:
    """Hears nothing."""

    def message(self, text: str) -> None:
        """Take a message."""

    def attachment(self, data: bytes) -> None:
        """Take bytes."""

    def closed(self, reason: str) -> None:
        """Hear that the connection has ended."""


def _namespaces(settings: Settings, judge: Judge) -> list[str]:
    declared = judge.namespaces()
    unknown = [n for n in settings.namespaces if judge.guard.plan_of(n) is None]
    if unknown:
        raise NotInDocument(f"the document does not have the namespace {unknown[0]!r}")
    chosen = list(settings.namespaces) or declared
    events = {each.event for n in chosen for each in judge.received(n)}
    missing = [each for each in settings.events if each not in events]
    if missing:
        raise NotInDocument(f"the server does not receive an event {missing[0]!r} in the document")
    return chosen


def _begin(lab: Laboratory, phase: Phase, share: float) -> None:
    lab.phase = phase
    lab.share = lab.settings.time * share


def _explore(lab: Laboratory) -> None:
    _begin(lab, Phase.COVERAGE, _EXPLORING)
    sent = lab.patience.sent
    for namespace in list(lab.namespaces):
        if not lab.can_enter(namespace):
            lab.namespaces.remove(namespace)
            untested = cannot_enter(lab, namespace)
            lab.note(untested.subject, untested.reason)
    for group in lab.groups():
        Explorer(lab, group).run()
    lab.sent[Phase.COVERAGE] += lab.patience.sent - sent


def _blame(lab: Laboratory) -> None:
    """Make the last ack that did not come the reason why the server has stopped."""
    for key, found in reversed(lab.found.items()):
        if key.check is Check.NO_ACK:
            what = f"the server stopped answering all clients: {found.finding.message}"
            hang = replace(found.finding, check=Check.HANG, message=what)
            del lab.found[key]
            lab.found[hang.key] = replace(found, finding=hang)
            return


def _note_silence(lab: Laboratory) -> None:
    """Name the events that the server may emit, and that never came."""
    for namespace in lab.namespaces:
        for event, _ in lab.judge.emitted(namespace):
            if (namespace, event) not in lab.seen_events and event not in RESERVED_EVENTS:
                lab.note(f"event {event}", "the server never emitted it while it was tested")


def _failures(lab: Laboratory) -> list[Failure]:
    """What was found, shortened."""
    places = Places(lab.judge.contract)
    made: dict[object, Failure] = {}
    # What only warns waits for what fails.
    found = sorted(lab.found.values(), key=lambda each: each.finding.check.group)
    for number, each in enumerate(found):
        warns = each.finding.check.group is Group.TRANSPORT
        most = _MOST_SHORTENING_OF_WARNINGS if warns else _MOST_SHORTENING
        seconds = min(lab.patience.left / (len(found) - number), most)
        failure = _failure(each, lab, seconds, places)
        if failure is not None:
            made.setdefault((failure.check, failure.event, failure.message), failure)
    return list(made.values())


def _failure(found: Found, lab: Laboratory, seconds: float, places: Places) -> Failure | None:
    key = found.finding.key
    confirmed = lab.confirmed
    if key in confirmed:
        shortened = confirmed[key]
    elif lab.has_stopped:
        shortened = Shortened(found.finding, found.trace, 0, 0, reduced=False)
    else:
        shortened = shorten(found, lab, seconds)
    if shortened is None:
        return None
    finding = shortened.finding
    place, pointer = places.of(finding.location or places.default(finding, lab.judge))
    return Failure(
        finding.check,
        finding.namespace,
        finding.event,
        finding.message,
        place,
        pointer,
        shortened.trace.packets,
        shortened.trace.steps,
        lab.settings.seed,
        found.phase,
        shortened.seen,
        shortened.runs,
        shortened.reduced,
    )
