"""The handlers that a python-socketio server knows."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "CALLS",
    "LIBRARIES",
    "dispatches_itself",
    "is_async_generator_function",
    "is_coroutine_function",
    "lacks_a_handler",
    "lacks_a_method",
    "methods_of",
    "never_runs",
    "registered",
]

LIBRARIES = frozenset(("asyncapi_guard", "flask_socketio", "socketio"))
#: The attribute of what is called in a handler's place; it has the handler.
CALLS = "asyncapi_guard_calls"
_PREFIX = "on_"


def registered(
    handlers: Mapping[str, Mapping[str, Callable[..., Any]]],
    namespace_handlers: Mapping[str, Any],
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Yield namespace, event and callable of each handler; `*` stands for all.

    Args:
        handlers: by namespace and event, as `socketio.Server.handlers`.
        namespace_handlers: class-based namespaces, as `socketio.Server.namespace_handlers`.
    """
    # Copies: another thread might be registering.
    for namespace, by_event in list(handlers.items()):
        for event, handler in list(by_event.items()):
            yield namespace, event, handler
    for instance in list(namespace_handlers.values()):
        yield from methods_of(instance)


def methods_of(namespace: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """The handlers of a class-based namespace; `*` for one that dispatches events itself."""
    if dispatches_itself(namespace):  # it handles what it likes
        yield namespace.namespace, "*", type(namespace).trigger_event
    names = (name for name in dir(namespace) if name.startswith(_PREFIX))
    for name in names:
        if isinstance(inspect.getattr_static(namespace, name, None), property):
            continue  # whose value only running it would tell
        method = getattr(namespace, name)
        if callable(method):
            yield namespace.namespace, name.removeprefix(_PREFIX), method


def dispatches_itself(namespace: Any) -> bool:
    """Whether a class-based namespace has its own way from an event to a method."""
    module: str = type(namespace).trigger_event.__module__
    return module.partition(".")[0] not in LIBRARIES


def lacks_a_method(server: Any, namespace: str, event: Any) -> bool:
    """Return whether events go to a class-based namespace that has no method for this one."""
    if not isinstance(event, str):
        return False
    handler, _ = server._get_event_handler(event, namespace, ())
    if handler is not None:
        return False
    found, _ = server._get_namespace_handler(namespace, ())
    if found is None or dispatches_itself(found):
        return False
    return not hasattr(found, f"on_{event}")


def lacks_a_handler(target: Any, namespace: str, event: Any) -> bool:
    """Return whether nothing takes an event, neither a handler nor a method of a namespace."""
    handler, _ = target._get_event_handler(event, namespace, ())
    found, _ = target._get_namespace_handler(namespace, ())
    return handler is None and (found is None or lacks_a_method(target, namespace, event))


def is_coroutine_function(handler: Any) -> bool:
    """Whether calling a handler makes a coroutine, or an asynchronous generator."""
    function = _function_in(handler)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def is_async_generator_function(handler: Any) -> bool:
    """Whether calling a handler makes an asynchronous generator."""
    return inspect.isasyncgenfunction(_function_in(handler))


def _function_in(handler: Any) -> Any:
    """The function that runs when a handler is called.

    Of decorators, only Flask-SocketIO's own is looked through: others may run what they decorate.
    """
    function = handler
    if getattr(function, "__globals__", {}).get("__name__") in LIBRARIES:
        function = getattr(function, "__wrapped__", function)
    while isinstance(function, functools.partial):
        function = function.func
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        function = getattr(type(function), "__call__", function)  # noqa: B004  # looked at, not asked
    return function


def never_runs(what: str) -> str:
    """What to say of a coroutine that nobody awaits."""
    return (
        f"{what} is a coroutine function, and a socketio.Server or Client never awaits it: use "
        "def, or a socketio.AsyncServer or AsyncClient"
    )
