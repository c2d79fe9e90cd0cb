"""The state that all phases share: the server, its contract, and the findings."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.checks import examine, made_in
from asyncapi_guard.contract_tests.connecting import auth_values, connect_step
from asyncapi_guard.contract_tests.failures import Group, Untested
from asyncapi_guard.contract_tests.programs import freshened
from asyncapi_guard.contract_tests.running import Session
from asyncapi_guard.contract_tests.steps import Action
from asyncapi_guard.values import NoValue, RandomChoices, draw_ack

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract_tests.failures import Check, Phase
    from asyncapi_guard.contract_tests.findings import Finding, Key
    from asyncapi_guard.contract_tests.inputs import Input
    from asyncapi_guard.contract_tests.judge import Judge, Received
    from asyncapi_guard.contract_tests.running import Patience, Trace
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.shortened import Shortened
    from asyncapi_guard.contract_tests.steps import Step
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["Found", "Laboratory"]


#: How many more programs are kept for each finding: one may not show it again.
_OTHERS = 2
#: After how many connects that are not answered a server has stopped.
_SILENT = 2
#: How many namespaces are tested together at most.
_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, with the program that showed it."""

    finding: Finding
    steps: tuple[Step, ...]
    trace: Trace
    phase: Phase


@dataclass
class Laboratory:
    """What all phases work with.

    Attributes:
        settings: what is tested.
        judge: what the contract says.
        patience: how much time there is.
        namespaces: those that are tested.
        found: what was found, each kind and place once.
        others: programs that showed the same later.
        untested: what was not tested, and why.
        sent: how many events each phase sent.
        checks: how often each check was made.
        phase: the one that runs.
        auths: `auth` values by namespaces, where the settings have none.
        bases: plain arguments of events.
        contexts: for each event, a program that ends with the server accepting it.
        inputs: variations of the arguments of events.
        seen_events: the events that came.
        unrepeatable: events that the server accepts only with other names each time.
        progress: see `run`.
        share: how many seconds must be left for what comes after the phase.
        silent: how many sessions in a row began with a connect that was not answered.
        confirm: shortens a finding; `None` where it turns out to be none.
        confirmed: what that has returned.
        lock: held where something is noted.
    """

    settings: Settings
    judge: Judge
    patience: Patience
    phase: Phase
    namespaces: list[str] = field(default_factory=list)
    found: dict[Key, Found] = field(default_factory=dict)
    others: dict[Key, list[Found]] = field(default_factory=dict)
    untested: dict[str, Untested] = field(default_factory=dict)
    sent: Counter[Phase] = field(default_factory=Counter)
    checks: Counter[Check] = field(default_factory=Counter)
    auths: dict[str, list[Any]] = field(default_factory=dict)
    bases: dict[tuple[str, str], list[tuple[Any, ...]]] = field(default_factory=dict)
    contexts: dict[tuple[str, str], tuple[Step, ...]] = field(default_factory=dict)
    inputs: dict[tuple[str, str], list[Input]] = field(default_factory=dict)
    seen_events: set[tuple[str, str]] = field(default_factory=set)
    progress: Callable[[Phase, int, int], None] | None = None
    unrepeatable: set[tuple[str, str]] = field(default_factory=set)
    share: float = 1.0
    silent: int = 0
    confirm: Callable[[Found], Shortened | None] | None = None
    confirmed: dict[Key, Shortened | None] = field(default_factory=dict)
    _fresh: int = 1000
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def rng(self) -> random.Random:
        """Random numbers; the same for the same seed and phase."""
        return random.Random(f"{self.settings.seed} {self.phase}")  # noqa: S311  # no secret

    @property
    def is_over(self) -> bool:
        """Whether the phase must end."""
        return self.has_stopped or self.patience.left <= self.share or self._has_enough()

    @property
    def has_stopped(self) -> bool:
        """Whether the server does not answer clients that connect any more."""
        return self.silent >= _SILENT

    def _has_enough(self) -> bool:
        """Whether there are as many failures as the settings allow.

        What is only concluded may turn out to be none, so each is looked at once more.
        """
        most = self.settings.max_failures
        if most is None:
            return False
        fails = [each for each in list(self.found.values()) if self._fails(each)]
        if len(fails) < most or self.confirm is None:
            return False
        for each in fails:
            key = each.finding.key
            if key not in self.confirmed:
                self.confirmed[key] = self.confirm(each)
        return sum(self.confirmed[each.finding.key] is not None for each in fails) >= most

    def _fails(self, found: Found) -> bool:
        is_contract = found.finding.check.group is Group.CONTRACT
        return is_contract or self.settings.transport_fails

    def session(self) -> Session:
        """New clients."""
        return Session(self.settings, self.patience, self.answer)

    def connect(self, client: int, namespace: str) -> Step:
        """The step by which a client connects."""
        if namespace not in self.auths:
            self.auths[namespace] = auth_values(self.judge, self.settings, namespace)
        return connect_step(self.settings, client, namespace, self.auths[namespace])

    def can_enter(self, namespace: str) -> bool:
        """Whether clients can connect; later ones use the `auth` values with which they can."""
        self.connect(1, namespace)
        values = self.auths[namespace] if self.settings.auth is None else []
        with self.session() as session:
            accepted = [
                bool(session.do(self.connect(number + 1, namespace)).accepted)
                for number in range(max(len(values), 1))
            ]
            self.examine(session)
        if values:
            self.auths[namespace] = [v for v, fits in zip(values, accepted, strict=True) if fits]
        return any(accepted)

    def enter(self, session: Session, *clients: int, namespaces: list[str]) -> None:
        """Connect clients to namespaces, unless they are there."""
        for client in clients:
            known = session.clients.get(client)
            here = known.accepted if known is not None and known.is_open else set()
            for namespace in namespaces:
                if namespace not in here:
                    session.do(self.connect(client, namespace))

    def groups(self) -> list[list[str]]:
        """The namespaces that are tested together: what one gives, another may need."""
        if len(self.namespaces) <= _TOGETHER:
            return [self.namespaces] if self.namespaces else []
        return [[each] for each in self.namespaces]

    def received(self, namespace: str) -> list[Received]:
        """The events to test in a namespace."""
        only = self.settings.events
        return [e for e in self.judge.received(namespace) if not only or e.event in only]

    def note(self, subject: str, reason: str) -> None:
        """Remember what is not tested, and why."""
        self.untested.setdefault(subject, Untested(subject, reason))

    def again(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """A program that the server accepts once more, with other names if it needs them."""
        if not any((each.namespace, each.event) in self.unrepeatable for each in steps):
            return steps
        self._fresh += 1
        return freshened(steps, self._fresh, self.judge)

    def context(self, received: Received) -> tuple[Step, ...]:
        """A program that ends with the event."""
        return self.again(self.contexts[received.namespace, received.event])

    def examine(self, session: Session) -> list[Finding]:
        """Look through what came of a session, and keep what is new."""
        trace = session.trace()
        findings = examine(trace, self.judge)
        connects = [each for each in trace.outcomes if each.step.action is Action.CONNECT]
        with self.lock:
            if connects and not self.has_stopped:
                # `False` is an answer as well.
                self.silent = self.silent + 1 if connects[0].accepted is None else 0
            self.checks.update(made_in(trace))
            for arrival in trace.arrivals:
                if arrival.is_event:
                    self.seen_events.add((arrival.frame.namespace, arrival.event))
            for each in findings:
                found = Found(each, trace.steps, trace, self.phase)
                self.found.setdefault(each.key, found)
                again = self.others.setdefault(each.key, [])
                if self.found[each.key] is not found and len(again) < _OTHERS:
                    again.append(found)
        if self.progress is not None:
            self.progress(self.phase, self.patience.sent, len(self.found))
        return findings

    def answer(self, arrival: Arrival) -> tuple[Any, ...] | None:
        """What a client acknowledges an event with."""
        rule = self.judge.guard.rule_of_sent(arrival.frame.namespace, arrival.event)
        acks = [offer.message.ack for offer in (() if rule is None else rule.offers)]
        ack = next((each for each in acks if each is not None), None)
        if ack is None:
            return ()
        if ack.none:
            return None
        try:
            # Not always the same: what follows a yes is to be seen, and what follows a no.
            rng = random.Random(f"{self.settings.seed} {arrival.frame.id}")  # noqa: S311  # no secret
            return tuple(draw_ack(ack, RandomChoices(rng)))
        except NoValue:
            return ()
