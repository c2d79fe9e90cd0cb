"""Application factories: the functions that give a `SocketIO` its application, and its handlers.

A `SocketIO()` at the top of a module knows nothing before `create_app()` has called
`socketio.init_app(app)` and imported the handlers. So the factory is what has to be named.
"""

from __future__ import annotations

import inspect
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["factories_of", "is_empty", "is_initialised"]

#: Flask's own name for one comes first; it looks for these two.
_USUAL = ("create_app", "make_app")


def is_initialised(server: Any) -> bool:
    """Whether a Socket.IO server has what it needs to serve: a `SocketIO` has its application."""
    return getattr(server, "server", server) is not None


def is_empty(server: Any) -> bool:
    """Whether nothing is known of a `SocketIO` without an application, not even a document."""
    if getattr(server, "spec", None) is not None:
        return False
    registry = getattr(server, "registry", None)
    if registry is not None:
        return not any(True for _ in (*registry.receivers(), *registry.senders()))
    return not (server.handlers or server.namespace_handlers)


def factories_of(server: Any, modules: Iterable[ModuleType]) -> list[str]:
    """The factories that initialise a server, as commands take them; the likeliest first.

    Args:
        server: a `SocketIO`.
        modules: where to look.
    """
    found = dict.fromkeys(_factories(server, modules))
    return [f"{each.__module__}:{each.__qualname__}()" for each in sorted(found, key=_rank)]


def _rank(factory: FunctionType) -> tuple[bool, bool, int, str]:
    name = factory.__name__
    return (name not in _USUAL, _needs_arguments(factory), factory.__module__.count("."), name)


def _needs_arguments(factory: FunctionType) -> bool:
    parameters = inspect.signature(factory).parameters.values()
    flexible = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(each.default is each.empty and each.kind not in flexible for each in parameters)


def _factories(server: Any, modules: Iterable[ModuleType]) -> Iterator[FunctionType]:
    for module in modules:
        for value in list(vars(module).values()):
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                names = value.__code__.co_names
                if "init_app" in names and (value.__name__ in _USUAL or _names(value, server)):
                    yield value


def _names(function: FunctionType, server: Any) -> bool:
    """Whether a function names a server: by itself, or as what one of its modules has."""
    names = function.__code__.co_names
    for name in names:
        value = function.__globals__.get(name)
        if value is server:
            return True
        if isinstance(value, ModuleType) and any(vars(value).get(each) is server for each in names):
            return True
    return False
