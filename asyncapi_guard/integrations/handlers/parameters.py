"""Which arguments a handler takes, as its signature says."""

from __future__ import annotations

import inspect
from typing import Any

from asyncapi_guard.integrations.handlers.registered import CALLS

__all__ = ["takes"]


def takes(function: Any, args: tuple[Any, ...], *, unwrapped: bool = True) -> bool:
    """Whether a function takes all arguments; so if nothing says that it takes one less.

    Args:
        function: what is called.
        args: as many as it would get; the auth of a connect is the last.
        unwrapped: look through decorators that say what they decorate.
    """
    function = getattr(function, CALLS, function)
    outer = _signature(function, unwrapped=False)
    if outer is None or not _binds(outer, args):
        return outer is None
    if not unwrapped or not _takes_any_number(outer):
        return True
    # It hands on what it gets: what it decorates may be of the old kind, without the auth.
    inner = _signature(function, unwrapped=True)
    return inner is None or _binds(inner, args) or not _binds(inner, args[:-1])


def _signature(function: Any, *, unwrapped: bool) -> inspect.Signature | None:
    try:
        return inspect.signature(function, follow_wrapped=unwrapped)
    except (TypeError, ValueError):
        return None


def _binds(signature: inspect.Signature, args: tuple[Any, ...]) -> bool:
    try:
        signature.bind(*args)
    except TypeError:
        return False
    return True


def _takes_any_number(signature: inspect.Signature) -> bool:
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    return inspect.Parameter.VAR_POSITIONAL in kinds
