"""Checks a scenario against its contract: an impossible rule stops the mock from starting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.near_names import near_names
from asyncapi_guard.guard.plans import RESERVED_EVENTS
from asyncapi_guard.mock.credentials import check_listed
from asyncapi_guard.mock.expressions import NOTHING, Facts, Missing, expressions_in, filled
from asyncapi_guard.mock.rules import CONNECT, DISCONNECT
from asyncapi_guard.mock.script import as_payload, given_arguments
from asyncapi_guard.values import NoValue, draw_arguments, example_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asyncapi_guard.contract import Message
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.guard.rules import Rule as Contracted
    from asyncapi_guard.mock.addresses import Addresses
    from asyncapi_guard.mock.drawing import Drawer
    from asyncapi_guard.mock.expressions import Expression
    from asyncapi_guard.mock.rules import Rule, Scenario, Step
    from asyncapi_guard.spec.references import Node

__all__ = ["Checker"]

#: So many requests are made up to see whether what a scenario says of them is possible.
_REQUESTS = 40


class Checker:
    """Compares scenarios with a contract.

    Args:
        guard: judges as the server sees the contract.
        addresses: the namespaces of the contract.
        drawer: makes values.
        report: gets every fault.
    """

    def __init__(
        self,
        guard: Guard,
        addresses: Addresses,
        drawer: Drawer,
        report: Callable[[Finding], None],
    ) -> None:
        self._guard = guard
        self._addresses = addresses
        self._drawer = drawer
        self._report = report

    def check(self, scenario: Scenario) -> None:
        """Look at all of a scenario."""
        for listed, node in scenario.credentials.items():
            fault = check_listed(listed, self._guard.contract)
            if fault is not None:
                self._fault(node, fault)
        for rule in scenario.rules:
            self._rule(rule)

    # -- rules -------------------------------------------------------------------------------------

    def _rule(self, rule: Rule) -> None:
        namespaces = self._namespaces(rule)
        if not namespaces:
            return
        if rule.on and rule.on not in (CONNECT, DISCONNECT):
            having = [each for each in namespaces if self._received(each, rule.on)]
            if not having:
                self._fault(_child(rule.node, "on"), self._no_event(rule.on, namespaces, "receive"))
                return
            namespaces = having
        known = self._expressions(rule, namespaces)
        emitting = [
            each
            for each in namespaces
            if all(
                step.emission is None or self._sends(step.emission.namespace or each, step)
                for step in rule.then
            )
        ]
        for step in rule.then:
            self._step(step, rule, namespaces)
        for namespace in namespaces if known else ():
            self._values(rule, namespace, emits=namespace in emitting)

    def _namespaces(self, rule: Rule) -> list[str]:
        """The addresses that a rule is about."""
        if rule.namespace is None:
            return list(self._addresses.names)
        if rule.namespace in self._addresses.names:
            return [rule.namespace]
        address = self._addresses.of(rule.namespace)
        if address is not None:
            return [address]
        self._fault(_child(rule.node, "namespace"), self._no_namespace(rule.namespace))
        return []

    def _no_namespace(self, name: str) -> str:
        return f"the document has no namespace {name!r}{_hint(name, self._addresses.names)}"

    def _no_event(self, name: str, namespaces: Iterable[str], action: str) -> str:
        """What to say of an event that is not there in that direction."""
        receiving = action == "receive"
        mine, other = set[str](), set[str]()
        for namespace in namespaces:
            plan = self._guard.plan_of(self._addresses.example(namespace))
            if plan is not None:
                mine |= (plan.receive if receiving else plan.send).keys()
                other |= (plan.send if receiving else plan.receive).keys()
        where = " or ".join(sorted(namespaces))
        does = "clients send" if receiving else "the server sends"
        if name in other:
            does_other = "the server sends it" if receiving else "clients send it"
            return f"{does} no event {name!r} in {where}: {does_other}"
        return f"{does} no event {name!r} in {where}{_hint(name, mine)}"

    def _step(self, step: Step, rule: Rule, namespaces: list[str]) -> None:
        emission = step.emission
        if emission is None:
            return
        place = _child(step.node, "emit") if "emit" in step.node.value else step.node
        if emission.namespace is not None:
            if self._addresses.of(emission.namespace) is None:
                self._fault(_child(step.node, "namespace"), self._no_namespace(emission.namespace))
                return
            if emission.to.kind in ("sender", "others") and rule.on:
                self._fault(
                    _child(step.node, "namespace"),
                    "the client has a different session in each namespace; emit to everyone or to "
                    "a "
                    "room there, with 'to'",
                )
            namespaces = [self._addresses.of(emission.namespace) or emission.namespace]
        if emission.event in RESERVED_EVENTS:
            self._fault(place, f"Socket.IO reserves {emission.event!r}, so it can't be emitted")
            return
        sending = [each for each in namespaces if self._sends(each, step)]
        if not sending:
            self._fault(place, self._no_event(emission.event, namespaces, "send"))

    def _received(self, namespace: str, event: str) -> Contracted | None:
        return self._guard.rule_of_received(self._addresses.example(namespace), event)

    def _sends(self, namespace: str, step: Step) -> bool:
        emission = step.emission
        where = self._addresses.example(namespace)
        return emission is None or self._guard.rule_of_sent(where, emission.event) is not None

    # -- expressions -------------------------------------------------------------------------------

    def _expressions(self, rule: Rule, namespaces: list[str]) -> bool:
        """Whether everything that expressions are about is known where they are."""
        event = bool(rule.on) and rule.on not in (CONNECT, DISCONNECT)
        known = {"$namespace", "$parameters"}
        if rule.on:
            known |= {"$sid", "$auth"}
        if event:
            known.add("$message.payload")
        # Rooms are entered when the ack is known.
        later = known | {"$ack"} if event else known
        found = [
            self._expression(each.node, each.expression, known, namespaces, key=True)
            for each in rule.when
        ]
        for name in ("refuse", "ack", "join", "leave") if not rule.listens else ():
            allowed = known if name in ("refuse", "ack") else later
            found += self._of_value(rule.node.get(name), allowed, namespaces)
        for step in rule.then:
            for name in ("payload", "to", "join", "leave"):
                found += self._of_value(step.node.get(name), later, namespaces)
        return all(found)

    def _of_value(self, node: Node | None, known: set[str], namespaces: list[str]) -> list[bool]:
        if node is None:
            return []
        try:
            expressions = list(expressions_in(node.value))
        except ValueError:
            return [False]  # said already
        return [self._expression(node, each, known, namespaces) for each in expressions]

    def _expression(
        self,
        node: Node,
        expression: Expression,
        known: set[str],
        namespaces: list[str],
        *,
        key: bool = False,
    ) -> bool:
        text = ""
        if expression.name not in known:
            text = f"{expression.name} is not known here; use one of {', '.join(sorted(known))}"
        elif expression.name == "$parameters" and expression.path:
            there = {name for each in namespaces for name in self._addresses.parameter_names(each)}
            name = expression.path[0]
            if name not in there:
                text = f"the namespace has no parameter {name!r}{_hint(name, there)}"
        if text:
            self._report(node.finding(text, key=key))
        return not text

    # -- values ------------------------------------------------------------------------------------

    def _values(self, rule: Rule, address: str, *, emits: bool) -> None:
        """See that what is said can be said to some request at least."""
        namespace = self._addresses.example(address)
        contracted = self._received(address, rule.on) if rule.on else None
        if contracted is not None:
            self._ack(rule, contracted, namespace)
        if not emits:
            return
        facts = [
            self._answered(rule, each, message) for message, each in self._facts(rule, namespace)
        ]
        for step in rule.then:
            emission = step.emission
            if emission is None or emission.payload is NOTHING:
                continue
            where = emission.namespace or namespace
            sent = self._guard.rule_of_sent(where, emission.event)
            if sent is not None:
                place = _child(step.node, "payload")
                what = f"the payload of {emission.event!r}"
                self._fits(place, what, emission.payload, facts, [sent])

    def _ack(self, rule: Rule, contracted: Contracted, namespace: str) -> None:
        messages = [offer.message for offer in contracted.offers]
        if rule.ack is NOTHING and not rule.error:
            return
        name = "ack" if rule.ack is not NOTHING else "error"
        acks = [(each, each.ack) for each in messages if each.ack and not each.ack.none]
        if not acks:
            text = (
                f"the document describes no ack of {rule.on!r}, so {name!r} has no effect; "
                "give its message an x-ack, or remove this"
            )
            self._report(_child(rule.node, name).finding(text, key=True))
            return
        if rule.error:
            self._error(rule, acks)
            return
        facts = list(self._facts(rule, namespace))
        judges = [contracted.ack_of(message) for message, _ in acks]
        place, what = _child(rule.node, "ack"), f"the ack of {rule.on!r}"
        self._fits(place, what, rule.ack, [each for _, each in facts], judges)

    def _error(self, rule: Rule, acks: list[tuple[Message, Any]]) -> None:
        for message, ack in acks:
            try:
                self._drawer.ack(message, ack, 0, [], error=True)
            except NoValue:
                continue
            return
        self._report(
            _child(rule.node, "error").finding(
                f"no alternative of the ack of {rule.on!r} looks like an error, such as an object "
                "with 'error'; write the 'ack' itself instead",
                key=True,
            )
        )

    def _fits(  # all that is needed to say what is wrong
        self,
        node: Node,
        what: str,
        value: Any,
        facts: list[Facts],
        judges: list[Contracted],
    ) -> None:
        """Report a value that breaks the contract, whatever the request."""
        problem = ""
        for each in facts:
            try:
                given = filled(value, each)
            except Missing as missing:
                if missing.text.startswith("$auth"):
                    return  # whatever clients send of it, which nobody has made up
                problem = problem or f"there is nothing at {missing.text} in any request"
                continue
            for judge in judges:
                args = given_arguments(given, judge)
                if judge.accepts(args):
                    return
                violation = judge.judge(each.namespace, args).violation
                if violation is not None and violation.problems:
                    first = violation.problems[-1]
                    problem = f"{first.path or '(root)'}: {first.message}"
        if problem:
            self._fault(node, f"{what} breaks the contract: {problem}")

    def _answered(self, rule: Rule, facts: Facts, message: Message | None) -> Facts:
        """The facts of a request with the ack that it would get."""
        ack: list[Any] = []
        if rule.ack is not NOTHING:
            try:
                ack = [filled(rule.ack, facts)]
            except Missing:
                ack = []
        elif message is not None and message.ack is not None and not message.ack.none:
            try:
                ack = self._drawer.ack(message, message.ack, 0, [facts.payload], error=rule.error)
            except NoValue:
                ack = []
        value = NOTHING if not ack else ack[0] if len(ack) == 1 else ack
        return Facts(facts.namespace, facts.sid, facts.payload, value, facts.auth, facts.parameters)

    def _facts(self, rule: Rule, namespace: str) -> Iterator[tuple[Message | None, Facts]]:
        """Requests that a rule is for, made up; all of them where none that was tried fits."""
        made = list(self._made_up(rule, namespace))
        fitting = [(message, facts) for message, facts in made if rule.holds(facts)]
        yield from fitting or made

    def _made_up(self, rule: Rule, namespace: str) -> Iterator[tuple[Message | None, Facts]]:
        parameters = self._addresses.parameters(namespace)
        contracted = self._guard.rule_of_received(namespace, rule.on) if rule.on else None
        if contracted is None:
            yield None, Facts(namespace, "sid" if rule.on else NOTHING, parameters=parameters)
            return
        for offer in contracted.offers:
            message = offer.message
            for args in self._requests(message, contracted):
                payload = as_payload(message, args)
                yield message, Facts(namespace, "sid", payload, parameters=parameters)

    def _requests(self, message: Message, contracted: Contracted) -> Iterator[list[Any]]:
        yield from example_arguments(message)
        choices = self._drawer.choices("requests", message.location)
        for _ in range(_REQUESTS):
            try:
                yield draw_arguments(message.payload, choices, accepts=contracted.accepts)
            except NoValue:
                return

    def _fault(self, node: Node, text: str) -> None:
        self._report(node.finding(text))


def _child(node: Node, name: str) -> Node:
    return node.get(name) or node


def _hint(name: str, names: Iterable[str]) -> str:
    known = sorted(set(names))
    near = near_names(name, known)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(map(repr, known[:20]))}" if known else ""
