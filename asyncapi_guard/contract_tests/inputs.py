"""The arguments that each event is tried with: plain ones, and variations of them in one place.

A variation differs from arguments that the server accepts in one place only. So an answer to it
says something about that place, and values that the server gave before stay where they are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.disputed import is_disputed
from asyncapi_guard.contract_tests.places_in_values import (
    at,
    places,
    pointer_of,
    put,
    without,
)
from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    boundary_cases,
    draw_arguments,
    example_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract import Message
    from asyncapi_guard.contract_tests.judge import Judge, Received
    from asyncapi_guard.violations import Violation

__all__ = [
    "Input",
    "examples_of",
    "is_plain",
    "plain_arguments",
    "variations",
]

#: How many plain arguments an event has.
_PLAIN = 8
#: How many cases of one event are tried, of those that are valid and of those that are not.
_MOST = 160
#: How often one event has the wrong number of arguments.
_COUNTS = 4


@dataclass(frozen=True, slots=True)
class Input:
    """Arguments of an event.

    Attributes:
        args: they.
        valid: whether the contract allows them.
        place: JSON Pointer into `args` to what is special; empty for all.
        what: what is special, in a few words and without values.
        keyword: the keyword of the schema that it tries, if one is known.
    """

    args: tuple[Any, ...]
    valid: bool
    place: str = ""
    what: str = ""
    keyword: str = ""


def examples_of(received: Received, judge: Judge) -> list[tuple[Any, ...]]:
    """The arguments that the document has as examples and allows."""
    found: list[tuple[Any, ...]] = []
    for message in received.messages:
        for each in example_arguments(message):
            args = tuple(each)
            if args not in found and _violation(judge, received, args) is None:
                found.append(args)
    return found


def plain_arguments(received: Received, judge: Judge, seed: int) -> list[tuple[Any, ...]]:
    """Different arguments that the contract allows: examples, then others."""
    found = examples_of(received, judge)[: _PLAIN // 2]
    for message in received.messages:
        for number in range(_PLAIN):
            with suppress(NoValue):
                args = tuple(draw_arguments(message.payload, RandomChoices(seed + number)))
                if args not in found and is_plain(judge, received, args):
                    found.append(args)
    return found


def variations(
    received: Received,
    base: tuple[Any, ...],
    judge: Judge,
    *,
    keep: frozenset[str] = frozenset(),
    enough: Callable[[], bool] = lambda: False,
) -> list[Input]:
    """Variations of arguments in one place, valid ones first.

    Args:
        received: the event.
        base: arguments that are valid.
        judge: knows which variations are valid.
        keep: JSON Pointers to values that stay, unless they are what is tried.
        enough: whether there is no time for more.
    """
    # Their texts tell `1`, `1.0` and `True` apart, which are different on the wire.
    seen = {repr(base)}
    valid: list[Input] = []
    invalid: list[Input] = []
    counts = 0
    for input in _all(received, base, keep):
        if enough():
            break
        key = repr(input.args)
        if key in seen:
            continue
        seen.add(key)
        violation = _violation(judge, received, input.args)
        if is_disputed(received, input.args, violation, input.keyword):
            continue
        is_valid = violation is None
        kept = valid if is_valid else invalid
        if len(input.args) != len(base) and not is_valid:
            counts += 1
            if counts > _COUNTS:
                continue
        if len(kept) < _MOST:
            kept.append(Input(input.args, is_valid, input.place, input.what, input.keyword))
    return valid + invalid


def _guess(args: tuple[Any, ...], place: str, what: str, keyword: str) -> Input:
    """Arguments of which nobody knows yet whether they are valid."""
    return Input(args, valid=False, place=place, what=what, keyword=keyword)


def _violation(judge: Judge, received: Received, args: tuple[Any, ...]) -> Violation | None:
    """What is wrong with arguments; those of `connect` are none or one `auth` value."""
    if received.event == "connect":
        return judge.connect(received.namespace, args[0] if args else None)
    return judge.input(received.namespace, received.event, args)[0]


def is_plain(judge: Judge, received: Received, args: tuple[Any, ...]) -> bool:
    """Whether the contract allows arguments, and no right server disagrees."""
    violation = _violation(judge, received, args)
    return violation is None and not is_disputed(received, args, violation)


def _all(received: Received, base: tuple[Any, ...], keep: frozenset[str]) -> Iterator[Input]:
    yield from _simple(base)
    for message in received.messages:
        yield from _of_message(message, base, keep)
    yield from _counts(base)


def _of_message(message: Message, base: tuple[Any, ...], keep: frozenset[str]) -> Iterator[Input]:
    schema = message.payload
    if schema is None:
        return
    for case in islice(boundary_cases(schema), 1_000):
        args = tuple(case.arguments)
        place = case.path if schema.positional else f"/0{case.path}" if case.path else ""
        if place and len(args) == len(base):
            is_there, value = at(args, place)
            parent = place.rpartition("/")[0]
            if at(base, parent)[0]:
                args = put(base, place, value) if is_there else without(base, place)
        for pointer in keep:
            # What the server gave stays, unless that is what is tried.
            if not f"{place}/".startswith(f"{pointer}/") and at(args, pointer)[0]:
                args = put(args, pointer, at(base, pointer)[1])
        yield Input(args, case.valid, place, case.what, case.keyword)


#: Values that servers take for others, by the types they are tried in place of.
_TEXTS = (
    ("an empty text", ""),
    ("a text of one space", " "),
    ("text that is not ASCII", "\u00e9\u4e2d\U0001f600"),
    ("text with a quote and a tag", "<b>'\"&</b>"),
    ("text that looks like a number", "0"),
    ("a text with a line break", "a\nb"),
    ("a text of 300 characters", "abcdefghij" * 30),
)
_NUMBERS = (
    ("zero", 0), ("one", 1), ("two", 2), ("minus one", -1), ("ten", 10), ("a hundred", 100),
    ("2**31", 2**31), ("2**53 - 1", 2**53 - 1), ("2**53 + 1", 2**53 + 1),
    ("a number with a fraction", 0.5),
)  # fmt: skip
_OTHERS: tuple[tuple[str, Any], ...] = (
    ("null", None), ("a number in a text", "1"), ("a text", "text"), ("a number", 1),
    ("zero", 0), ("true", True), ("a list", []), ("an object", {}), ("a list with an item", [1]),
)  # fmt: skip


def _simple(base: tuple[Any, ...]) -> Iterator[Input]:
    """Variations that need no schema."""
    for path, value in places(base):
        if not path:
            continue
        place = pointer_of(path)
        if isinstance(path[-1], str):
            yield _guess(without(base, place), place, "left out", "required")
        for what, other in _instead(value):
            yield _guess(put(base, place, other), place, what, "type")
        if isinstance(value, dict) and len(path) < 4:
            more = {**value, "unexpected_property": 1}
            yield _guess(put(base, place, more), place, "an object with an extra property",
                        "additionalProperties")  # fmt: skip
        if isinstance(value, list) and value:
            yield _guess(put(base, place, []), place, "an empty list", "minItems")
            yield _guess(put(base, place, value[:1]), place, "a list with one item", "minItems")
            yield _guess(put(base, place, [*value, value[0]]), place, "an item twice",
                        "uniqueItems")  # fmt: skip
            yield _guess(put(base, place, value[::-1]), place, "a list turned around", "items")
    optional = [p for p, _ in places(base) if len(p) > 1 and isinstance(p[-1], str)]
    if len(optional) > 1:
        least = base
        for path in optional:
            least = without(least, pointer_of(path))
        yield _guess(least, "/0", "no properties", "required")


def _instead(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str):
        yield from _TEXTS
    elif isinstance(value, bool):
        yield "the other truth value", not value
    elif isinstance(value, (int, float)):
        yield from _NUMBERS
    yield from _OTHERS


def _counts(base: tuple[Any, ...]) -> Iterator[Input]:
    """The wrong number of arguments."""
    if base:
        yield _guess(base[:-1], "", "one argument too few", "arguments")
    yield _guess((*base, "another"), "", "one argument too many", "arguments")
