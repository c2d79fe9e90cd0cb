"""Hints, read by the Pydantic whose models they name.

A module is imported when a hint needs it: Pydantic 2 is not there where Pydantic 1 is installed,
and `pydantic.v1` is slow to import, and warns under Python 3.14.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.hints.pydantic_versions import OLD, is_of_v1
from asyncapi_guard.errors import RegistrationError

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
        RecursionError: it needs more room on the stack.
    """
    struct = _struct_in(hint)
    if struct is not None:
        raise RegistrationError(
            f"{place}: {struct.__qualname__} is a Struct of msgspec, which Pydantic can't "
            "instantiate; use a Pydantic model, a dataclass or a TypedDict, which `asyncapi-guard "
            "models` generates with a different --style"
        )
    if OLD:
        from asyncapi_guard.codefirst.hints.pydantic1 import Hint1

        return Hint1(hint, place)
    from asyncapi_guard.codefirst.hints.pydantic2 import Hint2, plain

    if is_of_v1(hint):
        from asyncapi_guard.codefirst.hints.pydantic1 import Hint1

        return Hint1(hint, place, others=plain)
    return Hint2(hint, place)


def _struct_in(hint: Any, seen: tuple[Any, ...] = ()) -> type | None:
    """A class of msgspec that a hint names, which is not imported for it."""
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint if hasattr(hint, "__struct_fields__") else None
    parts = (getattr(hint, "__value__", None), *typing.get_args(hint))
    inner = (part for part in parts if not any(part is each for each in seen))
    found = (_struct_in(part, (*seen, hint)) for part in inner)
    return next((struct for struct in found if struct is not None), None)
