"""Type hints that a decorator hides: it calls a typed handler, and shows none of its hints.

What `functools.wraps` leaves would tell. Without it, a typed server sees a function that takes
anything, and the handler gets what clients send, whatever its hints say.
"""

from __future__ import annotations

import functools
import inspect
import typing
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.generated_models import generated_by
from asyncapi_guard.codefirst.signatures import describe
from asyncapi_guard.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FunctionType

__all__ = ["refuse_hidden_hints"]

_SAYS_NOTHING = (None, "None", Any, object, "Any", "typing.Any", "object")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_LOCAL = ".<locals>."


def refuse_hidden_hints(handler: Callable[..., Any], leading: int = 0) -> None:
    """See that nothing stands between a handler's hints and who reads them.

    Args:
        handler: what is registered.
        leading: how many parameters before its arguments are the server's own.

    Raises:
        RegistrationError: it calls a function with type hints, and shows none of them.
    """
    hidden = None if _makes_instances(handler) else _hidden_in(handler, leading, set())
    if hidden is not None:
        raise RegistrationError(
            f"{describe(handler)} hides the type hints of {describe(hidden)}: nothing would heed "
            "them; use @functools.wraps(function) in the decorator, or give what it returns hints "
            "of its own"
        )


def _makes_instances(handler: Any) -> bool:
    """Whether a generated module has registered a handler, and makes what it is called with."""
    function = getattr(handler, "__func__", handler)
    while function is not None:
        module = getattr(function, "__globals__", {}).get("__name__", "")
        if generated_by(module) is not None:
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def _hidden_in(handler: Any, leading: int, seen: set[int]) -> Any:
    """The typed function that a handler without hints calls; `None` if there is none."""
    own = leading + inspect.ismethod(handler)
    wrapper = _unwrapped(handler)
    seen.add(id(wrapper))
    if not inspect.isfunction(wrapper) or any(_hints_of_arguments(wrapper, own)):
        return None
    for inner in _held(handler, wrapper):
        if id(inner) in seen or not _is_made_for(wrapper, inner):
            continue
        if any(_hints_of_arguments(inner, own)) or _hint(inner, "return"):
            return inner
        found = _hidden_in(inner, own, seen)
        if found is not None:
            return found
    return None


def _unwrapped(handler: Any) -> Any:
    """The function that runs when a handler is called."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    if not inspect.isroutine(handler):
        handler = type(handler).__call__
    return inspect.unwrap(getattr(handler, "__func__", handler))


def _held(handler: Any, wrapper: FunctionType) -> Iterator[FunctionType]:
    """The functions that a wrapper holds: its closure's, its object's, its partial's."""
    holders: list[Any] = [cell.cell_contents for cell in wrapper.__closure__ or () if _is_set(cell)]
    while isinstance(handler, functools.partial):
        holders += handler.args
        handler = handler.func
    if not inspect.isroutine(handler):
        holders += getattr(handler, "__dict__", {}).values()
    yield from _functions(holders)


def _functions(values: Iterable[Any]) -> Iterator[FunctionType]:
    for value in values:
        function = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else None
        if inspect.isfunction(function):
            yield function


def _is_set(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # raises for a name that is not bound yet
    except ValueError:
        return False
    return True


def _is_made_for(wrapper: FunctionType, inner: FunctionType) -> bool:
    """Whether a wrapper stands for a function, rather than being written beside it to use it."""
    if inner.__module__ == wrapper.__module__ and _scope(inner) == _scope(wrapper) != "":
        return False
    names, rest = _parameters(wrapper)
    return bool(rest) or names == _parameters(inner)[0]


def _scope(function: FunctionType) -> str:
    """The function that a function is defined in; none for those of modules and classes."""
    return function.__qualname__.rpartition(_LOCAL)[0]


def _parameters(function: FunctionType) -> tuple[list[str], list[str]]:
    """The names of the positional parameters, and of the one for any further ones."""
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    names = [each.name for each in parameters if each.kind in _POSITIONAL]
    return names, [each.name for each in parameters if each.kind is each.VAR_POSITIONAL]


def _hints_of_arguments(function: FunctionType, leading: int) -> list[str | None]:
    names, rest = _parameters(function)
    return [_hint(function, name) for name in (*names[leading:], *rest)]


def _hint(function: FunctionType, name: str) -> str | None:
    """A hint, if it says more than that there is a value."""
    hint = function.__annotations__.get(name)
    passed_on = isinstance(hint, typing.ParamSpecArgs) or str(hint).endswith(".args")
    return None if passed_on or hint in _SAYS_NOTHING else str(hint)
