"""Regular expressions of rules, which run in linear time: the engine of schemas runs them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from asyncapi_guard.schema import dialect_of, get_engine
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.spec.wording import cut

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["matcher", "pattern_fault"]

_LONGEST = 1_000
#: An escape, a class of characters, or look-around.
_PARTS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]", re.DOTALL)


def pattern_fault(pattern: str) -> str:
    """Why a pattern cannot be used; empty if it can."""
    if len(pattern) > _LONGEST:
        return f"has {len(pattern):,} characters; at most {_LONGEST:,} are compiled"
    if any(_needs_backtracking(part) for part in _PARTS.findall(pattern)):
        return (
            "needs backtracking (look-around or a back-reference), which can take exponential "
            "time; combine 'matches' and 'not-matches' instead"
        )
    try:
        faults = get_engine().check({"pattern": pattern}, dialect_of(None))
        matcher(pattern)
    except ValueError as error:
        return f"is not a regular expression: {cut(str(error))}"
    return "is not a regular expression" if faults else ""


def _needs_backtracking(part: str) -> bool:
    return part[0] == "(" or (part[0] == "\\" and part[1] in "123456789k")


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """A predicate for texts: whether the pattern matches anywhere in one, as in JSON Schema.

    Raises:
        ValueError: it is not a regular expression.
    """
    dialect = dialect_of(None)
    schema = adapt({"pattern": pattern}, dialect)
    return get_engine().compile(schema, dialect, cyclic=False, binary=False)
