"""Hints, read by the Pydantic whose models they name.

A module is imported when a hint needs it: Pydantic 2 is not there where Pydantic 1 is installed,
and `pydantic.v1` is slow to import, and warns under Python 3.14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.hints.pydantic_versions import OLD, is_of_v1

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.hints.hint import Hint

__all__ = ["read_hint"]


def read_hint(hint: Any, place: str) -> Hint:
    """Read a hint.

    Args:
        hint: any type that Pydantic has a schema for.
        place: whose hint it is, for error messages.

    Raises:
        RegistrationError: Pydantic cannot validate it, or JSON Schema cannot say it.
    """
    if OLD:
        from asyncapi_guard.codefirst.hints.pydantic1 import Hint1

        return Hint1(hint, place)
    from asyncapi_guard.codefirst.hints.pydantic2 import Hint2, plain

    if is_of_v1(hint):
        from asyncapi_guard.codefirst.hints.pydantic1 import Hint1

        return Hint1(hint, place, others=plain)
    return Hint2(hint, place)
