"""A part of a table in which each row occurs, and each of what the rows are crossed with.

A test that is parametrized twice, by 200 rows and by 12 kinds of conversation, runs 2,400 times.
The part that always runs has each row with some conversation, and each conversation with some rows.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Values = frozenset[tuple[str, str]]


def covering(cases: Mapping[str, Values], seed: int) -> set[str]:
    """The names of a few cases that have all values, each of which is a parameter and what it is.

    The same seed draws the same cases, in whatever order they are given.
    """
    drawn = sorted(cases)
    random.Random(seed).shuffle(drawn)
    missing = set().union(*cases.values())
    taken: set[str] = set()
    for news in range(max(map(len, cases.values()), default=0), 0, -1):
        for name in drawn:
            if len(cases[name] & missing) >= news:
                taken.add(name)
                missing -= cases[name]
    return taken


def left_out(items: Iterable[Any], seed: int) -> list[Any]:
    """The tests that are marked `crossed`, but for those that have all that there is to cross."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("crossed") and hasattr(item, "callspec"):
            groups[item.nodeid.partition("[")[0]].append(item)
    return [item for group in groups.values() for item in _rest(group, seed)]


def _rest(group: list[Any], seed: int) -> list[Any]:
    cases = {item.nodeid: _values(item.callspec.params) for item in group}
    taken = covering(cases, seed)
    return [item for item in group if item.nodeid not in taken]


def _values(parameters: Mapping[str, Any]) -> Values:
    return frozenset((name, repr(value)) for name, value in parameters.items())
