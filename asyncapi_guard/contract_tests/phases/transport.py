"""The phase `transport`: packets that no client library sends."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests import frames
from asyncapi_guard.contract_tests.places_in_values import leaves, pointer_of, put
from asyncapi_guard.contract_tests.steps import Action, Step
from asyncapi_guard.guard.plans import RESERVED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.laboratory import Laboratory

__all__ = ["transport"]

#: Where the numbers of acks begin that packets written by hand ask for.
_NUMBER = 900_000
#: For how many seconds the answer to such a packet is awaited.
_WAIT = 0.5
_NAN = "\ufdd0nan"


def transport(lab: Laboratory) -> None:
    """Send what a server must not take, and see what its application gets of it."""
    for namespace in lab.namespaces:
        for name in sorted(RESERVED_EVENTS):
            _play(
                lab, [lab.connect(1, namespace), lab.connect(2, namespace), _named(namespace, name)]
            )
        for received in lab.received(namespace):
            if (namespace, received.event) not in lab.contexts:
                continue
            *before, last = lab.context(received)
            packets = list(_odd(last))
            for packet in packets:
                _play(lab, [*before, packet])
            _play(lab, [_alone(last)])
        _play(lab, list(_half_open(lab, namespace)))


def _play(lab: Laboratory, steps: list[Step]) -> None:
    if lab.is_over:
        return
    with lab.session() as session:
        for step in steps:
            session.do(step)
        lab.examine(session)


def _named(namespace: str, name: str) -> Step:
    return Step(
        Action.EMIT, 1, namespace, name, ({},), ack=True, seconds=_WAIT, note="a reserved name"
    )


def _odd(last: Step) -> Iterator[Step]:
    """An event with NaN for a number, and with a name twice in an object."""
    for path, value in leaves(last.args):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            text = _text(last, put(last.args, pointer_of(path), _NAN)).replace(f'"{_NAN}"', "NaN")
            yield _packet(last, text, "NaN for a number")
            break
    if last.args and isinstance(last.args[0], dict) and last.args[0]:
        name, value = next(iter(last.args[0].items()))
        once = f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'), default=str)}"
        text = _text(last, last.args)
        if once in text:
            yield _packet(last, text.replace(once, f"{once},{once}", 1), "the same name twice")


def _text(last: Step, args: tuple[Any, ...], number: int = 0) -> str:
    data = [last.event, *args]
    text, attachments = frames.write("EVENT", last.namespace, _NUMBER + number, data)
    return "" if attachments else text


def _packet(last: Step, text: str, note: str) -> Step:
    return replace(
        last, action=Action.SEND, text=text, args=(), taken=(), note=note, seconds=_WAIT, ack=False
    )


def _alone(last: Step) -> Step:
    """The event, from a client that has opened a connection and no more."""
    return replace(_packet(last, _text(last, last.args), "without a connect"), client=7)


def _half_open(lab: Laboratory, namespace: str) -> Iterator[Step]:
    """A client whose connect is rejected, and that goes on; others do what it might hear of."""
    connect = lab.connect(1, namespace)
    yield connect
    wrong: tuple[Any, ...] = ({"unexpected": "value"},)
    yield Step(Action.CONNECT, 8, namespace, args=wrong, note="an auth value that is not declared")
    for number, received in enumerate(lab.received(namespace)):
        steps = lab.contexts.get((namespace, received.event))
        if steps:
            last = steps[-1]
            yield replace(last, client=1, taken=())
            packet = _packet(last, _text(last, last.args, number), "after a rejected connect")
            yield replace(packet, client=8)
