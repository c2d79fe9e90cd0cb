"""Checks for allowed values that the server treats as missing or as too long.

A server may reject what the contract allows: an unknown number, a taken cell. But where it rejects
the smallest value in the same words as a missing one, and takes a larger one right after that, it
takes the value for something that it is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.answers import Answer
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding
from asyncapi_guard.contract_tests.places_in_values import at, places, pointer_of, put, without
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["boundaries", "differing_place", "names_something"]

_NAMES = re.compile(
    r"(^|[_-])(id|ids|uuid|key|code|token|ref|slug|room|game|channel|session|user|username|player"
    r"|number|handle|owner|target|recipient|to|from|topic|password|secret|pin)$|[a-z]I[dD]s?$",
)


def names_something(key: str) -> bool:
    """Whether a field of that name refers to something that may not be there."""
    return bool(_NAMES.search(key)) or key.lower().endswith("id")


def differing_place(one: Any, other: Any) -> str | None:
    """The only place in which two values differ, as a JSON Pointer; `None` if there are more."""
    for path, value in places(one):
        pointer = pointer_of(path)
        if not path or (isinstance(value, (dict, list)) and value):
            continue
        is_there, there = at(other, pointer)
        if is_there and type(there) is type(value) and there == value:
            continue
        changed = put(one, pointer, there) if is_there else without(one, pointer)
        return pointer if changed == other else None
    return None


def boundaries(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Values at a boundary that the server rejects as if they were beyond it."""
    emits = [
        (index, each)
        for index, each in enumerate(trace.outcomes)
        if each.step.action is Action.EMIT and each.ack is not None and each.accepted
    ]
    for index, outcome in emits:
        step, ack = outcome.step, outcome.ack
        where = step.namespace, step.event
        if ack is None or judge.meaning(ack.args) is not Answer.REJECTED:
            continue
        if judge.input(*where, step.args)[0] is not None:
            continue
        same = [
            (other_index, each)
            for other_index, each in emits
            if (each.step.namespace, each.step.event, each.step.client) == (*where, step.client)
            and each is not outcome
        ]
        for _, beyond in same:
            place = differing_place(step.args, beyond.step.args)
            if place is None or names_something(place.rpartition("/")[2]):
                continue
            if beyond.ack is None or beyond.ack.args != ack.args:
                continue
            violation = judge.input(*where, beyond.step.args)[0]
            if violation is None:
                continue
            fine = any(
                later > index
                and differing_place(step.args, each.step.args) == place
                and each.ack is not None
                and judge.meaning(each.ack.args) is Answer.ACCEPTED
                and judge.input(*where, each.step.args)[0] is None
                for later, each in same
            )
            if fine:
                what = (
                    f"the server rejected a value of {place} that the contract allows"
                    f"{f' ({step.note})' if step.note else ''} in the same words as one that it"
                    " does not allow, and accepted another one"
                )
                location = violation.problems[0].schema
                check = Check.VALID_INPUT_REJECTED
                yield Finding(check, *where, what, index, location, f"boundary {place}")
                break
