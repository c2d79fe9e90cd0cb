"""The functions behind handlers, and their names and locations in messages."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

__all__ = ["dotted_name", "written_function"]


def written_function(handler: Any) -> Any:
    """The function that somebody wrote: inside wrappers, partials and bound methods."""
    while True:
        inner = inspect.unwrap(getattr(handler, "__func__", handler))
        if isinstance(inner, partial):
            inner = inner.func
        elif not hasattr(inner, "__code__") and inspect.ismethod(getattr(inner, "__call__", None)):  # noqa: B004  # not whether, but what
            inner = inner.__call__
        if inner is handler:
            return handler
        handler = inner


def dotted_name(handler: Any) -> str:
    """The module and the name of a function or a class, as `myapp.events:on_say`."""
    function = written_function(handler)
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None)
    return f"{module}:{name}" if module else str(name)
