"""Decides the actions of a mock from contract, scenario and traffic, without sending."""

from __future__ import annotations

import logging
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.marks import is_answered_by_guard
from asyncapi_guard.guard.plans import RESERVED_EVENTS
from asyncapi_guard.mock.expressions import NOTHING, Facts, Missing, filled
from asyncapi_guard.mock.refusals import is_refusal
from asyncapi_guard.mock.rules import CONNECT, DISCONNECT, Scenario
from asyncapi_guard.mock.turns import Act, Disconnect, Emit, Join, Leave, Turn, Wait
from asyncapi_guard.values import NoValue
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.guard.rules import Rule as Contracted
    from asyncapi_guard.mock.addresses import Addresses
    from asyncapi_guard.mock.drawing import Drawer
    from asyncapi_guard.mock.rules import Emission, Rule, Step

__all__ = ["Script", "as_payload", "given_arguments", "logger"]

logger: logging.Logger = logging.getLogger("asyncapi_guard.mock")


class Script:
    """Decides what a mock does.

    Args:
        guard: judges as the server sees the contract.
        addresses: the namespaces of its contract.
        scenario: what happens besides.
        drawer: makes values.
        delay: seconds before each ack.
        on_connect: a client that connects gets one of each event that the server may send.
    """

    def __init__(  # what it decides from
        self,
        guard: Guard,
        addresses: Addresses,
        scenario: Scenario,
        drawer: Drawer,
        *,
        delay: float = 0,
        on_connect: bool = False,
    ) -> None:
        self._guard = guard
        self._addresses = addresses
        self._scenario = scenario
        self._drawer = drawer
        self._delay = delay
        self._on_connect = on_connect
        #: How often each thing was done: for each client, and for all of a namespace.
        self._times: dict[str, Counter[str]] = {}
        self._auth: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    # -- what happens ------------------------------------------------------------------------------

    def connects(self, namespace: str, sid: str, auth: Any) -> Turn:
        """A client that the guard lets in connects."""
        facts = self._facts(namespace, sid, auth=auth)
        rule = self._answering(CONNECT, facts)
        if rule is not None and rule.refuse is not NOTHING:
            return Turn(refusal=self._refusal(rule, facts))
        with self._lock:
            self._auth[namespace, sid] = auth
        after: list[Act] = []
        if rule is not None:
            after += self._moves(rule, facts)
            after += self._steps(rule.then, facts)
        after += self._heard(CONNECT, facts)
        if self._on_connect:
            after += (
                act
                for event in self.sendable(namespace)
                for act in self._emitted(event, facts, sid)
            )
        return Turn(after=tuple(after))

    def receives(self, namespace: str, sid: str, event: str, args: Sequence[Any]) -> Turn:
        """An event came that the guard has let through."""
        message = self._message(namespace, event, args)
        facts = self._facts(namespace, sid, payload=as_payload(message, args))
        rule = self._answering(event, facts)
        ack, how = self.answer(rule, message, facts)
        facts = _with_ack(facts, ack)
        before: list[Act] = []
        after: list[Act] = []
        if rule is not None:
            before += self._moves(rule, facts)
            after += self._steps(rule.then, facts)
        delay = self._delay if rule is None or rule.delay is None else rule.delay
        if delay:
            before.append(Wait(delay))
        if not is_refusal(ack):
            after += self._heard(event, facts)
        return Turn(tuple(before), tuple(ack), after=tuple(after), how=how)

    def leaves(self, namespace: str, sid: str) -> Turn:
        """A client has left."""
        facts = self._facts(namespace, sid)
        rule = self._answering(DISCONNECT, facts)
        after = [] if rule is None else list(self._steps(rule.then, facts))
        after += self._heard(DISCONNECT, facts)
        with self._lock:
            self._times.pop(sid, None)
            self._auth.pop((namespace, sid), None)
        return Turn(after=tuple(after))

    def recurring(self) -> tuple[Rule, ...]:
        """The rules that are played after some seconds, again and again."""
        return tuple(each for each in self._scenario.rules if each.every)

    def recurs(self, rule: Rule, namespaces: Iterable[str]) -> Turn:
        """The seconds of such a rule are over.

        Args:
            rule: it.
            namespaces: those in which there are clients.
        """
        after: list[Act] = []
        here = [
            each
            for each in sorted(namespaces)
            if self._is_for(rule, each) and self._sends_all(rule, each)
        ]
        if any(step.emission and step.emission.namespace for step in rule.then):
            del here[1:]  # what names its namespace itself is emitted once
        for namespace in here:
            facts = self._facts(namespace)
            after += self._steps(rule.then, facts) if rule.holds(facts) else ()
        return Turn(after=tuple(after))

    def ticks(self, namespaces: Iterable[str]) -> Turn:
        """The seconds of `--interval` are over: each namespace gets its next event."""
        after: list[Act] = []
        for namespace in sorted(namespaces):
            events = self.sendable(namespace)
            if events:
                event = events[self._count("", f"tick {namespace}") % len(events)]
                after += self._emitted(event, self._facts(namespace), None)
        return Turn(after=tuple(after))

    def emits(self, namespace: str, event: str, payload: Any, room: str | None) -> Turn:
        """Somebody wants an event to be emitted."""
        facts = self._facts(namespace)
        if payload is NOTHING:
            return Turn(after=tuple(self._emitted(event, facts, room)))
        rule = self._guard.rule_of_sent(namespace, event)
        args = given_arguments(payload, rule)
        return Turn(after=(Emit(event, tuple(args), namespace, room, asks=_asks(rule)),))

    def sendable(self, namespace: str) -> list[str]:
        """The events that the server may send in a namespace; not those that the guard sends."""
        plan = self._guard.plan_of(namespace)
        if plan is None:
            return []
        return [
            event for event in plan.send if event not in RESERVED_EVENTS and event not in plan.ends
        ]

    # -- answers -----------------------------------------------------------------------------------

    def answer(
        self, rule: Rule | None, message: Message | None, facts: Facts
    ) -> tuple[list[Any], str]:
        """The values of an ack, and where they are from."""
        ack = None if message is None else message.ack
        if message is None or ack is None or ack.none or is_answered_by_guard(message):
            return [], ""
        if rule is not None and rule.ack is not NOTHING:
            try:
                given = filled(rule.ack, facts)
            except Missing as missing:
                _say_missing(rule, missing)
            else:
                contracted = self._guard.rule_of_received(facts.namespace, message.event)
                judge = None if contracted is None else contracted.ack_of(message)
                return given_arguments(given, judge), "scenario"
        error = rule is not None and rule.error
        times = self._count(_client(facts), f"ack {facts.namespace} {message.event} {error}")
        sources = [] if error else [facts.payload, facts.parameters]
        try:
            return self._drawer.ack(message, ack, times, sources, error=error), "document"
        except NoValue:
            _say_no_value(f"the ack of {printable(message.event)}", "an 'ack'")
            return [], ""

    def _refusal(self, rule: Rule, facts: Facts) -> Any:
        try:
            return filled(rule.refuse, facts)
        except Missing as missing:
            _say_missing(rule, missing)
            return None

    def _message(self, namespace: str, event: str, args: Sequence[Any]) -> Message | None:
        rule = self._guard.rule_of_received(namespace, event)
        if rule is None:
            return None
        if rule.only is not None:
            return rule.only.message
        found = rule.judge(namespace, args).message
        return found or next((each.message for each in rule.offers), None)

    # -- rules -------------------------------------------------------------------------------------

    def _answering(self, on: str, facts: Facts) -> Rule | None:
        """The first rule that is about what happened, and whose conditions hold."""
        return next(self._played(on, facts, listens=False), None)

    def _heard(self, on: str, facts: Facts) -> Iterator[Act]:
        """What messages that the server sends are emitted for."""
        for rule in self._played(on, facts, listens=True):
            yield from self._steps(rule.then, facts)

    def _played(self, on: str, facts: Facts, *, listens: bool) -> Iterator[Rule]:
        return (
            rule
            for rule in self._scenario.rules
            if rule.on == on
            and rule.listens is listens
            and self._is_for(rule, facts.namespace)
            and (rule.namespace is not None or self._sends_all(rule, facts.namespace))
            and rule.holds(facts)
        )

    def _is_for(self, rule: Rule, namespace: str) -> bool:
        wanted = rule.namespace
        return wanted in (None, namespace) or wanted == self._addresses.of(namespace)

    def _sends_all(self, rule: Rule, namespace: str) -> bool:
        return all(
            step.emission is None
            or step.emission.namespace is not None
            or self._guard.rule_of_sent(namespace, step.emission.event) is not None
            for step in rule.then
        )

    def _moves(self, rule: Rule | Step, facts: Facts) -> Iterator[Act]:
        for kind, rooms in ((Join, rule.join), (Leave, rule.leave)):
            for room in rooms:
                try:
                    yield kind(_room(room, facts))
                except Missing as missing:
                    _say_missing(rule, missing)

    def _steps(self, steps: Iterable[Step], facts: Facts) -> Iterator[Act]:
        for step in steps:
            if step.delay:
                yield Wait(step.delay)
            yield from self._moves(step, facts)
            if step.emission is not None:
                try:
                    yield self.emission(step.emission, facts)
                except Missing as missing:
                    _say_missing(step, missing)
                except NoValue:
                    _say_no_value(printable(step.emission.event))
            if step.disconnect:
                yield Disconnect()

    def emission(self, emission: Emission, facts: Facts) -> Emit:
        """What an emission of a scenario is now.

        Raises:
            Missing: an expression leads to nothing.
            NoValue: no arguments were found.
        """
        namespace = emission.namespace or facts.namespace
        rule = self._guard.rule_of_sent(namespace, emission.event)
        if emission.payload is not NOTHING:
            args = given_arguments(filled(emission.payload, facts), rule)
        else:
            args = self._arguments(namespace, emission.event, facts)
        sid = None if facts.sid is NOTHING else facts.sid
        kind, room = emission.to.kind, None
        skip = sid if kind == "others" or emission.skip_sender else None
        if kind == "room":
            room = _room(emission.to.room, facts)
        elif kind == "sender":
            room = sid
        return Emit(emission.event, tuple(args), namespace, room, skip, _asks(rule))

    def _emitted(self, event: str, facts: Facts, room: str | None) -> Iterator[Emit]:
        rule = self._guard.rule_of_sent(facts.namespace, event)
        try:
            args = self._arguments(facts.namespace, event, facts)
        except NoValue:
            _say_no_value(printable(event))
        else:
            yield Emit(event, tuple(args), facts.namespace, room, asks=_asks(rule))

    def _arguments(self, namespace: str, event: str, facts: Facts) -> list[Any]:
        rule = self._guard.rule_of_sent(namespace, event)
        if rule is None:
            return []
        address = self._addresses.of(namespace)
        times = self._count(_client(facts), f"emit {namespace} {event}")
        sources = [facts.ack, facts.payload, facts.parameters]
        return self._drawer.arguments(rule, f"{address} {event}", times, sources)

    # -- facts -------------------------------------------------------------------------------------

    def _facts(
        self, namespace: str, sid: Any = NOTHING, *, payload: Any = NOTHING, auth: Any = NOTHING
    ) -> Facts:
        if auth is NOTHING:
            auth = self._auth.get((namespace, sid), NOTHING)
        found = NOTHING if auth is None else auth
        parameters = self._addresses.parameters(namespace)
        return Facts(namespace, sid, payload, auth=found, parameters=parameters)

    def _count(self, who: str, what: str) -> int:
        """How often something was done before."""
        with self._lock:
            counter = self._times.setdefault(who, Counter())
            counter[what] += 1
            return counter[what] - 1


def _client(facts: Facts) -> str:
    return "" if facts.sid is NOTHING else str(facts.sid)


def _with_ack(facts: Facts, ack: list[Any]) -> Facts:
    value = ack[0] if len(ack) == 1 else list(ack)
    return Facts(
        facts.namespace,
        facts.sid,
        facts.payload,
        value if ack else NOTHING,
        facts.auth,
        facts.parameters,
    )


def _room(room: str, facts: Facts) -> str:
    found = filled(room, facts)
    return found if isinstance(found, str) else str(found)


def _asks(rule: Contracted | None) -> bool:
    """Whether clients are asked for an ack: the document describes one."""
    acks = [each.message.ack for each in rule.offers] if rule is not None else []
    return any(ack is not None and not ack.none for ack in acks)


def as_payload(message: Message | None, args: Sequence[Any]) -> Any:
    """Arguments as expressions see them: one as itself, several as a list."""
    payload = None if message is None else message.payload
    if len(args) == 1 and not (payload is not None and payload.positional):
        return args[0]
    return list(args) if args else NOTHING


def given_arguments(value: Any, rule: Contracted | None) -> list[Any]:
    """A value of a scenario as arguments: the first way that the contract allows."""
    ways = [[value]]
    if isinstance(value, list):
        ways.insert(0, list(value))
    if value is None:
        ways.insert(0, [])
    if rule is not None:
        ways = [each for each in ways if rule.accepts(each)] or ways
    return ways[0]


def _say_missing(where: Rule | Step, missing: Missing) -> None:
    finding = where.node.finding("")
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    logger.warning("%s: %s has no value this time, so it is left out", place, missing.text)


def _say_no_value(what: str, field: str = "a 'payload'") -> None:
    text = "no value was found for %s; give it an example in the document, or %s in a scenario"
    logger.error(text, what, field)
