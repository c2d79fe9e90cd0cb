"""Programs, changed: some of their steps, with other clients, with values of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.checks.boundaries import names_something
from asyncapi_guard.contract_tests.places_in_values import at, leaves, pointer_of, put
from asyncapi_guard.contract_tests.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.contract_tests.judge import Judge

__all__ = ["closure", "dependents", "freshened", "joined", "subset", "with_other_clients"]

#: How the names of fields end that are called like names.
_NAMES = ("name", "title", "email", "nick", "login", "alias", "label", "phone", "url")


def subset(steps: tuple[Step, ...], kept: Iterable[int]) -> tuple[Step, ...]:
    """Some of the steps; what later ones take from those that are left out stays as it was."""
    indexes = sorted(set(kept))
    moved = {old: new for new, old in enumerate(indexes)}
    made = []
    for index in indexes:
        taken = tuple(
            replace(each, step=moved[each.step])
            for each in steps[index].taken
            if each.step in moved
        )
        made.append(replace(steps[index], taken=taken))
    return tuple(made)


def closure(steps: tuple[Step, ...], last: int) -> list[int]:
    """The steps that one needs: those whose values it takes, and the connects of their clients."""
    needed: set[int] = set()
    waiting = [last]
    while waiting:
        index = waiting.pop()
        if index in needed:
            continue
        needed.add(index)
        step = steps[index]
        waiting += [each.step for each in step.taken if each.step < index]
        connects = [
            number
            for number, each in enumerate(steps[:index])
            if each.action is Action.CONNECT
            and (each.client, each.namespace) == (step.client, step.namespace)
        ]
        waiting += connects[-1:]
    return sorted(needed)


def dependents(steps: tuple[Step, ...], without: Iterable[int]) -> set[int]:
    """Some steps, and all that take values from them: what cannot be done without them."""
    gone = set(without)
    for index, step in enumerate(steps):
        if any(each.step in gone for each in step.taken):
            gone.add(index)
    return gone


def joined(first: tuple[Step, ...], second: tuple[Step, ...]) -> tuple[Step, ...]:
    """Two programs, one after the other."""
    shift = len(first)
    moved = (
        replace(each, taken=tuple(replace(t, step=t.step + shift) for t in each.taken))
        for each in second
    )
    return (*first, *moved)


def with_other_clients(steps: tuple[Step, ...], shift: int) -> tuple[Step, ...]:
    """The same program with other clients."""
    return tuple(replace(each, client=each.client + shift) for each in steps)


def freshened(
    steps: tuple[Step, ...], number: int, judge: Judge, *, all_texts: bool = False
) -> tuple[Step, ...]:
    """The same program with other names, for servers that take each name only once.

    A text that comes in several places is the same other text in all of them.

    Args:
        steps: the program.
        number: other for each program that is to have other names.
        judge: knows which names are allowed.
        all_texts: not only fields that are called like names.
    """
    changed: dict[str, str] = {}
    made = []
    for step in steps:
        if step.action is not Action.EMIT:
            made.append(step)
            continue
        args: tuple[Any, ...] = step.args
        given = {each.into for each in step.taken}
        for path, value in leaves(step.args):
            pointer = pointer_of(path)
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            is_name = all_texts or names_something(key) or key.lower().endswith(_NAMES)
            if not isinstance(value, str) or pointer in given or not is_name:
                continue
            for other in (changed.get(value), *_others(value, number)):
                if other is None:
                    continue
                candidate = put(args, pointer, other)
                if judge.input(step.namespace, step.event, candidate)[0] is None:
                    args = candidate
                    changed[value] = at(args, pointer)[1]
                    break
        made.append(replace(step, args=args))
    return tuple(made)


def _others(text: str, number: int) -> tuple[str, ...]:
    """Texts like another one, the likely ones first."""
    suffix = str(number)
    if "@" in text:
        return (f"u{suffix}{text}",)
    short = text[: max(len(text) - len(suffix), 0)] + suffix
    return (f"{text}{suffix}", short, f"{text}-{suffix}")
