"""Declared names similar to an unknown one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["near_names"]

#: Near names are looked for among so many: it takes a millisecond, and a client can ask often.
_MOST_NAMES = 100


def near_names(name: str, names: Collection[str]) -> tuple[str, ...]:
    """Return at most three names that are most similar to an unknown one."""
    from difflib import get_close_matches

    name = name[:200]
    if len(names) > _MOST_NAMES:
        ends = name[:3], name[-3:]
        alike = (n for n in names if (n[:3] == ends[0] or n[-3:] == ends[1]) and _close(n, name))
        names = list(islice(alike, _MOST_NAMES))
    return tuple(get_close_matches(name, sorted(names), n=3, cutoff=0.5))


def _close(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 3
