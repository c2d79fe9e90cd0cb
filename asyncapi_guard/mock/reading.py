"""Reads the rules of a scenario file or of `x-mock`; each error has its location."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from asyncapi_guard.mock.expressions import NOTHING, expressions_in, parse
from asyncapi_guard.mock.rules import (
    CONNECT,
    DISCONNECT,
    Condition,
    Emission,
    Listed,
    Rule,
    Scenario,
    Step,
    Target,
)
from asyncapi_guard.schema import dialect_of, get_engine
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.equality import equal
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.references import Node

__all__ = ["Reader"]

_STEP = (
    "delay",
    "join",
    "leave",
    "emit",
    "payload",
    "to",
    "namespace",
    "skip_sender",
    "disconnect",
)
_OF_EMIT = ("payload", "to", "namespace", "skip_sender")
_ANSWER = ("when", "refuse", "join", "leave", "delay", "ack", "error", "then")
_RULE = ("on", "every", "namespace", *_ANSWER)
_LISTENS = ("on", "every", "when", "delay", "payload", "to", "skip_sender")
_CREDENTIAL = ("scheme", "token", "key", "username", "password", "subject", "scopes", "expires")
_TARGETS = ("sender", "others", "everyone")
_LONGEST = 86_400


class Reader:
    """Reads scenarios.

    Args:
        report: gets every fault.
    """

    def __init__(self, report: Callable[[Finding], None]) -> None:
        self._report = report

    # -- what there is -----------------------------------------------------------------------------

    def scenario(self, root: Node) -> Scenario:
        """A scenario file."""
        if not self._is_mapping(root, ("rules", "credentials")):
            return Scenario()
        rules = [self.rule(each) for each in self._several(root.get("rules"))]
        listed = {}
        for node in self._several(root.get("credentials")):
            credential = self._credential(node)
            if credential is not None:
                listed[credential] = node
        return Scenario(tuple(each for each in rules if each is not None), listed)

    def rule(self, node: Node) -> Rule | None:
        """A rule of a scenario file."""
        if not self._is_mapping(node, _RULE):
            return None
        on, every = self._text(node, "on"), self._seconds(node, "every")
        if ("on" in node.value) == ("every" in node.value):
            self._fault(node, "a rule needs its trigger; give it either 'on' or 'every'")
            return None
        if every == 0 and "every" in node.value:
            if node.value["every"] == 0:
                self._fault(node.child("every"), "'every' must be a number of seconds more than 0")
            return None
        return self._rule(node, on, every, self._text(node, "namespace") or None)

    def of_received(self, node: Node, event: str, namespace: str) -> Rule | None:
        """An `x-mock` of a message that clients send."""
        if not self._is_mapping(node, _ANSWER):
            return None
        return self._rule(node, event, 0, namespace)

    def of_sent(self, node: Node, event: str, namespace: str) -> Rule | None:
        """An `x-mock` of a message that the server sends."""
        if not self._is_mapping(node, _LISTENS):
            return None
        on, every = self._text(node, "on"), self._seconds(node, "every")
        if bool(on) == bool(every):
            self._fault(
                node,
                f"{shown(event)} has no trigger; give 'x-mock' either 'on', with an event of "
                "clients, 'connect' or 'disconnect', or 'every', with seconds",
            )
            return None
        step = self._step(node, event, everyone=bool(every) or on == DISCONNECT)
        return Rule(
            node, on, every, namespace, when=self._conditions(node), then=(step,), listens=True
        )

    # -- rules -------------------------------------------------------------------------------------

    def _rule(self, node: Node, on: str, every: float, namespace: str | None) -> Rule | None:
        if on == CONNECT:
            unfit: tuple[str, ...] = ("ack", "error", "delay")
        elif on == DISCONNECT or every:
            unfit = ("refuse", "ack", "error", "delay", "join", "leave")
        else:
            unfit = ("refuse",)
        for name in unfit:
            if name in node.value:
                what = f"on {on!r}" if on else "with 'every'"
                self._fault(node.child(name), f"{name!r} has no effect {what}; remove it", key=True)
        error = node.value.get("error", False)
        if not isinstance(error, bool):
            self._fault(node.child("error"), f"expected true or false, not {kind_of(error)}")
        if error is True and "ack" in node.value:
            self._fault(node, "'ack' already defines the ack, so 'error' has no effect; remove one")
        everyone = bool(every) or on == DISCONNECT
        then = tuple(
            self._step(each, "", everyone=everyone)
            for each in self._several(node.get("then"))
            if self._is_mapping(each, _STEP)
        )
        return Rule(
            node,
            on,
            every,
            namespace,
            when=self._conditions(node),
            refuse=self._refusal(node),
            join=self._rooms(node, "join"),
            leave=self._rooms(node, "leave"),
            delay=self._seconds(node, "delay") if "delay" in node.value else None,
            ack=self._value(node, "ack"),
            error=error is True,
            then=then,
        )

    def _refusal(self, node: Node) -> Any:
        refuse = self._value(node, "refuse")
        if refuse is False:
            return NOTHING
        return refuse

    def _step(self, node: Node, event: str, *, everyone: bool) -> Step:
        emits = event or self._text(node, "emit")
        for name in _OF_EMIT:
            if not emits and name in node.value:
                self._fault(node.child(name), f"{name!r} needs 'emit', with an event", key=True)
        disconnect = node.value.get("disconnect", False)
        if not isinstance(disconnect, bool):
            self._fault(node.child("disconnect"), f"expected true, not {kind_of(disconnect)}")
        for name in ("join", "leave", "disconnect", "skip_sender"):
            if everyone and node.value.get(name):
                self._fault(
                    node.child(name), f"a rule with 'every' has no client for {name!r}; remove it"
                )
        return Step(
            node,
            self._seconds(node, "delay"),
            self._rooms(node, "join"),
            self._rooms(node, "leave"),
            self._emission(node, emits, everyone=everyone) if emits else None,
            disconnect is True,
        )

    def _emission(self, node: Node, event: str, *, everyone: bool) -> Emission:
        skip = node.value.get("skip_sender", False)
        if not isinstance(skip, bool):
            self._fault(node.child("skip_sender"), f"expected true or false, not {kind_of(skip)}")
        return Emission(
            event,
            self._value(node, "payload"),
            self._target(node, everyone=everyone),
            self._text(node, "namespace") or None,
            skip is True,
        )

    def _target(self, node: Node, *, everyone: bool) -> Target:
        to = node.get("to")
        if to is None:
            return Target("everyone" if everyone else "sender")
        if isinstance(to.value, dict) and isinstance(to.value.get("room"), str):
            self._is_mapping(to, ("room",))
            self._check_expressions(to.child("room"))
            return Target("room", to.value["room"])
        allowed = ("everyone",) if everyone else _TARGETS
        if to.value not in allowed:
            names = ", ".join(allowed)
            self._fault(
                to, f"{shown(to.value)} isn't a receiver; write one of {names}, or {{room: NAME}}"
            )
        return Target(str(to.value) if to.value in allowed else "everyone")

    def _conditions(self, node: Node) -> tuple[Condition, ...]:
        when = node.get("when")
        if when is None:
            return ()
        if not isinstance(when.value, dict):
            self._fault(when, f"expected values by expressions, not {kind_of(when.value)}")
            return ()
        return tuple(
            each for each in map(self._condition, *zip(*when.items(), strict=True)) if each
        )

    def _condition(self, key: str, node: Node) -> Condition | None:
        try:
            expression = parse(key)
        except ValueError as error:
            self._report(node.finding(str(error), key=True))
            return None
        expected = node.value
        if not isinstance(expected, dict):
            return Condition(
                node, expression, lambda value: value is not NOTHING and equal(expected, value)
            )
        engine, dialect = get_engine("auto"), dialect_of(None)
        for problem in engine.check(expected, dialect):
            place = "".join(f"/{part}" for part in problem.path) or "the schema"
            self._fault(
                node, f"not a JSON Schema: {place} breaks {problem.keyword!r} of its metaschema"
            )
            return None
        try:
            fits = engine.compile(adapt(expected, dialect), dialect, cyclic=True, binary=False)
        except ValueError:
            self._fault(
                node,
                "this JSON Schema can't be used here, because it refers to a different document",
            )
            return None
        return Condition(node, expression, lambda value: value is not NOTHING and fits(value))

    # -- credentials -------------------------------------------------------------------------------

    def _credential(self, node: Node) -> Listed | None:
        if not self._is_mapping(node, _CREDENTIAL):
            return None
        texts = {name: self._text(node, name) for name in _CREDENTIAL[:6]}
        shown_as = texts["token"] or texts["key"]
        if texts["username"] and texts["password"]:
            shown_as = f"{texts['username']}:{texts['password']}"
        if not texts["scheme"] or not shown_as:
            self._fault(
                node,
                "a credential needs a 'scheme', and a 'token', a 'key', or a 'username' with a "
                "'password'",
            )
            return None
        scopes = node.get("scopes")
        if scopes is not None and not _are_texts(scopes.value):
            self._fault(scopes, "'scopes' must be a list of names")
            return None
        return Listed(
            texts["scheme"],
            shown_as,
            texts["subject"] or texts["username"] or "mock",
            None if scopes is None else tuple(scopes.value),
            self._seconds(node, "expires") if "expires" in node.value else None,
        )

    # -- fields ------------------------------------------------------------------------------------

    def _fault(self, node: Node, message: str, *, key: bool = False) -> None:
        self._report(node.finding(message, key=key))

    def _is_mapping(self, node: Node, known: Collection[str]) -> bool:
        """Whether a value is a mapping; its fields that nobody knows are faults."""
        if not isinstance(node.value, dict):
            self._fault(node, f"expected a mapping, not {kind_of(node.value)}")
            return False
        for key in node.value:
            if key is True:
                self._fault(
                    node,
                    "a reader of YAML 1.1, such as PyYAML, has read the key 'on' as true; pass the "
                    'path of the scenario, or write "on" with quotes',
                )
            elif key not in known and not str(key).startswith("x-"):
                hint = nearest(str(key), known) or f"; there are {', '.join(known)}"
                self._fault(node.child(key), f"unknown field {shown(key)}{hint}", key=True)
        return True

    def _several(self, node: Node | None) -> list[Node]:
        """The items of a list; a mapping is one of itself."""
        if node is None:
            return []
        if isinstance(node.value, list):
            return [item for _, item in node.items()]
        if isinstance(node.value, dict):
            return [node]
        self._fault(node, f"expected a list, not {kind_of(node.value)}")
        return []

    def _text(self, node: Node, name: str) -> str:
        item = node.get(name)
        if item is None:
            return ""
        if not isinstance(item.value, str) or not item.value:
            self._fault(item, f"expected a string, not {kind_of(item.value)}")
            return ""
        return item.value

    def _seconds(self, node: Node, name: str) -> float:
        item = node.get(name)
        if item is None:
            return 0
        value = item.value
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not isfinite(value) or not 0 <= value <= _LONGEST:
            self._fault(item, f"{name!r} must be a number of seconds from 0 to {_LONGEST}")
            return 0
        return float(value)

    def _rooms(self, node: Node, name: str) -> tuple[str, ...]:
        item = node.get(name)
        if item is None:
            return ()
        rooms = item.value if isinstance(item.value, list) else [item.value]
        if not rooms or not _are_texts(rooms):
            self._fault(item, f"{name!r} must be the name of a room, or a list of names")
            return ()
        self._check_expressions(item)
        return tuple(rooms)

    def _value(self, node: Node, name: str) -> Any:
        item = node.get(name)
        if item is None:
            return NOTHING
        return item.value if self._check_expressions(item) else NOTHING

    def _check_expressions(self, node: Node) -> bool:
        try:
            list(expressions_in(node.value))
        except ValueError as error:
            self._report(node.finding(str(error)))
            return False
        return True


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) and each for each in values)
