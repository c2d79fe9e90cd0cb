"""The handlers that a python-socketio server knows."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["LIBRARIES", "methods_of", "registered"]

LIBRARIES = frozenset(("asyncapi_guard", "flask_socketio", "socketio"))
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
    dispatch = type(namespace).trigger_event
    if dispatch.__module__.partition(".")[0] not in LIBRARIES:  # it handles what it likes
        yield namespace.namespace, "*", dispatch
    names = (name for name in dir(namespace) if name.startswith(_PREFIX))
    for name in names:
        if isinstance(inspect.getattr_static(namespace, name, None), property):
            continue  # whose value only running it would tell
        method = getattr(namespace, name)
        if callable(method):
            yield namespace.namespace, name.removeprefix(_PREFIX), method
