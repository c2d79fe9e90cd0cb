"""Checks whether events arrive at the clients that the document describes.

Which rooms there are is not in a document, but most documents say for people whom an event is for:
"tell every client", "to the players of one game", "to everybody else". Only where the text is plain
is an event held against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.answers import Answer, looks_like_error
from asyncapi_guard.contract_tests.checks.boundaries import names_something
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding
from asyncapi_guard.contract_tests.places_in_values import leaves
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Outcome, Trace
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["audience", "recipients"]

_OTHERS = re.compile(
    r"\b(other|another)\b|\belse\b|\bexcept\b|\bbut (not )?(the|its|their) sender|\bexcluding\b"
    r"|\bopponent",
    re.IGNORECASE,
)
_EVERYBODY = re.compile(
    r"\b(everybody|everyone|anybody|anyone)\b(?! (of|in|who|that|on|inside|else) ?)"
    r"|\b(every|all)( the| of the)?( connected)? (client|user|connection|socket|visitor)s?\b"
    r"(?! (of|in|who|that|on|inside) )|\bbroadcasts?\b(?! (to|in|within) (the|a|its|their|that) )",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"\b(rooms?|members?|players?|participants?|subscribers?|followers?|watchers?|viewers?"
    r"|listeners?|both|who (have |has )?joined|collaborators?|occupants?)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(only|just|privately|private|direct(ly)?)\b.{0,40}\b(to )?(the|this|that|one|its)? ?"
    r"(client|sender|caller|user|requester|recipient|author|owner)\b"
    r"|\bto the (sender|caller|requester|recipient|author|owner)\b",
    re.IGNORECASE,
)
_ENTERS = re.compile(
    r"join|enter|subscri|create|open|start|host|watch|follow|attach|sit|register|new",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"leave|unsub|quit|exit|close|end|stop|kick|delete|remove|resign", re.IGNORECASE
)


def audience(text: str) -> str:
    """Whom an event is for: `everybody`, `members`, `others`, `one`; empty if nobody knows."""
    if _OTHERS.search(text):
        return "others"
    if _EVERYBODY.search(text):
        return "everybody"
    if _MEMBERS.search(text):
        return "members"
    return "one" if _ONE.search(text) else ""


@dataclass
class _Client:
    """What is known of a client at a moment."""

    namespaces: set[str] = field(default_factory=set)
    #: It sent events, or came back: the server may know it.
    active: bool = False
    #: What it has to do with: fields and values of what it sent and was answered.
    knows: set[tuple[str, Any]] = field(default_factory=set)
    #: What it entered: the same.
    entered: set[tuple[str, Any]] = field(default_factory=set)


def recipients(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Events that came to the wrong clients, or not to the right ones."""
    said: dict[str, dict[str, str]] = {}
    given = frozenset(
        _plain(each.into.rpartition("/")[2])
        for outcome in trace.outcomes
        for each in outcome.step.taken
    )
    clients: dict[int, _Client] = {}
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        namespace = step.namespace
        if namespace and namespace not in said:
            said[namespace] = {event: audience(text) for event, text in judge.emitted(namespace)}
        if step.action is Action.EMIT and outcome.accepted and not outcome.problem:
            about = said[namespace]
            before = {number: _copy(each) for number, each in clients.items()}
            scene = _Scene(trace, about, given)
            _note(outcome, clients, judge, scene)
            yield from _wrong(index, outcome, scene, before, clients)
        elif step.action is Action.CONNECT and outcome.accepted:
            client = clients.setdefault(step.client, _Client())
            client.active = client.active or bool(client.namespaces)
            client.namespaces.add(namespace)
        elif step.action is Action.DISCONNECT and step.client in clients:
            was = clients.pop(step.client)
            clients[step.client] = _Client(active=was.active)


def _copy(client: _Client) -> _Client:
    return _Client(set(client.namespaces), client.active, set(client.knows), set(client.entered))


@dataclass(frozen=True)
class _Scene:
    """What is known of a run: whom events are for, and the names of fields that refer to things."""

    trace: Trace
    about: dict[str, str]
    given: frozenset[str]

    def who_heard(self, event: str, *told: list[tuple[Any, ...]]) -> set[int]:
        """The clients that the same came to at any time: some hear of things a little later."""
        said = [args for each in told for args in each]
        return {
            each.client for each in self.trace.arrivals if each.event == event and each.args in said
        }

    def names(self, values: Any) -> list[tuple[str, Any]]:
        """The fields that refer to something, with their values."""
        return [
            (_plain(key), value)
            for key, value in _scalars(values)
            if names_something(key) or _plain(key) in self.given
        ]


def _plain(key: str) -> str:
    return key.lower().replace("_", "")


def _scalars(values: Any) -> Iterator[tuple[str, Any]]:
    for path, value in leaves(values):
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        if key and isinstance(value, (str, int)) and not isinstance(value, bool):
            yield key, value


def _note(outcome: Outcome, clients: dict[int, _Client], judge: Judge, scene: _Scene) -> None:
    """What the sender has to do with after a step."""
    step = outcome.step
    client = clients.setdefault(step.client, _Client({step.namespace}))
    client.active = True
    values = scene.names(step.args)
    accepted = outcome.ack is None or judge.meaning(outcome.ack.args) is Answer.ACCEPTED
    for each in scene.trace.during(outcome):
        if each.is_event and each.client == step.client:
            if looks_like_error(each.event) or any(map(looks_like_error, each.args)):
                accepted = False
            else:
                values += scene.names(each.args)
    if outcome.ack is not None and accepted:
        values += scene.names(outcome.ack.args)
    client.knows.update(values)
    if _LEAVES.search(step.event):
        client.entered.difference_update(values)
    elif accepted and outcome.ack is not None and _ENTERS.search(step.event):
        # Many servers let a client into one room at a time.
        keys = {key for key, _ in values}
        client.entered = {each for each in client.entered if each[0] not in keys} | set(values)


def _wrong(  # the state before and after a step
    index: int,
    outcome: Outcome,
    scene: _Scene,
    before: dict[int, _Client],
    after: dict[int, _Client],
) -> Iterator[Finding]:
    step = outcome.step
    came: dict[str, dict[int, list[tuple[Any, ...]]]] = {}
    for arrival in scene.trace.during(outcome):
        if arrival.is_event and arrival.frame.namespace == step.namespace:
            came.setdefault(arrival.event, {}).setdefault(arrival.client, []).append(arrival.args)
    for event, by_client in came.items():
        kind = scene.about.get(event, "")
        here = [n for n, each in before.items() if step.namespace in each.namespaces]
        for number in here:
            got = number in by_client
            what = ""
            if got and number != step.client:
                what = _unexpected(kind, by_client[number], before[number], step, scene)
            elif got and kind == "others" and number == step.client and len(here) > 1:
                others = scene.who_heard(event, by_client[number]) - {number}
                what = "" if others else "it came to the client that caused it and to no other"
            elif not got and number not in scene.who_heard(event, *by_client.values()):
                what = _missed(kind, number, step.client, by_client, before[number], after, scene)
            if what:
                said = f"after {step.event!r}, {what}"
                where = step.namespace, event
                variant = "got" if got else "missed"
                yield Finding(Check.WRONG_RECIPIENT, *where, said, index, "", variant)


def _unexpected(
    kind: str, args: list[tuple[Any, ...]], client: _Client, step: Step, scene: _Scene
) -> str:
    if kind not in ("members", "one"):
        return ""
    if kind == "members" and not client.active:
        sent = set(_scalars(step.args))
        told = {each for values in args for each in _scalars(values)}
        named = any(scene.names(each) for each in args) or bool(sent & told)
        return "it came to a client that has only connected" if named else ""
    if kind == "members" and client.entered:
        about = {each for values in args for each in scene.names(values)}
        keys = {key for key, _ in client.entered}
        foreign = {each for each in about if each[0] in keys and each[0].endswith("id")}
        if foreign and not foreign & client.knows:
            return "it came to a client that has to do with another one"
    if kind == "one" and not client.active:
        return "it came to a client that has only connected"
    return ""


def _missed(  # who, whose step, and what came to whom
    kind: str,
    number: int,
    sender: int,
    by_client: dict[int, list[tuple[Any, ...]]],
    client: _Client,
    after: dict[int, _Client],
    scene: _Scene,
) -> str:
    if kind == "everybody":
        return "it did not come to all clients, only to some"
    if kind != "members" or number == sender:
        return ""
    args = [each for values in by_client.values() for each in values]
    about = {each for values in args for each in scene.names(values)}
    # Those that it came to entered the same thing as this one.
    shared = about & client.entered
    got_it = [each for each in by_client if shared & after[each].entered]
    return "it did not come to a client that has joined" if shared and got_it else ""
