"""Arguments on which correct servers disagree, so that their result reveals nothing.

A server that validates by another library than the guard is right as well. Libraries and languages
differ about `1.0`, about Python's `$` in patterns, about digits that are not ASCII, about formats
that are nearly right, and about multiples of fractions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.places_in_values import at, leaves

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.judge import Received
    from asyncapi_guard.violations import Problem, Violation

__all__ = ["is_disputed"]

#: Larger packets are more than many servers take, whatever their document says.
_LARGEST = 100_000
#: What a text of most formats has one of.
_FORMAL = frozenset("0123456789@:/-.")


def is_disputed(
    received: Received, args: tuple[Any, ...], violation: Violation | None, keyword: str = ""
) -> bool:
    """Whether right servers disagree about arguments.

    Args:
        received: the event.
        args: the arguments.
        violation: what is wrong with them by the contract.
        keyword: which keyword they try, if one is known.
    """
    values = [value for _, value in leaves(args)]
    if any(map(_is_odd, values)) or len(repr(args)) > _LARGEST:
        return True
    if keyword == "multipleOf" and any(isinstance(value, float) for value in values):
        return True
    binary = any(each.payload is None or each.payload.binary for each in received.messages)
    if not binary and any(isinstance(value, (bytes, bytearray)) for value in values):
        return True
    return violation is not None and all(_is_subtle(args, each) for each in violation.problems)


def _is_odd(value: Any) -> bool:
    """Whether a value means different things: no client but those in Python writes `1.0`."""
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, str) and value.endswith("\n")


def _is_subtle(args: tuple[Any, ...], problem: Problem) -> bool:
    """Whether it takes a good library to see a problem."""
    is_there, value = at(args[0] if len(args) == 1 else args, problem.path)
    if problem.keyword == "pattern":
        return is_there and isinstance(value, str) and not value.isascii()
    if problem.keyword == "format":
        return not isinstance(value, str) or bool(_FORMAL & set(value))
    return False
