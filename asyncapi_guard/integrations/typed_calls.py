"""How handlers of python-socketio's servers are called with instances, and return plain data."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst import CATCH_ALL
from asyncapi_guard.integrations.handlers.registered import dispatches_itself
from asyncapi_guard.integrations.typed_handlers import TypedHandlers, construct

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncapi_guard.codefirst import Receiver

__all__ = ["TypedCalls"]


class TypedCalls:
    """In the place of what a server finds its handlers by."""

    event_handler: Callable[..., Any]
    namespace_handler: Callable[..., Any]

    def __init__(self, typed: TypedHandlers, *, awaits: bool) -> None:
        self._typed = typed
        self._awaits = awaits

    def typed_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_event_handler`, with a handler that is called with instances."""
        handler, given = self.event_handler(event, namespace, args)
        return (handler and self.typed(handler, namespace, event, len(given) - len(args))), given

    def typed_namespace(self, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_namespace_handler`, with a namespace of such methods."""
        found, given = self.namespace_handler(namespace, args)
        if found is None or dispatches_itself(found):
            return found, given
        return _TypedNamespace(found, self, len(given) - len(args), namespace), given

    def typed(self, handler: Any, namespace: str, event: str, more: int) -> Any:
        """A handler that is called with instances and returns plain data.

        Args:
            handler: it.
            namespace: of the client.
            event: the client's.
            more: how many arguments tell it namespace and event.
        """
        registry = self._typed.registry
        receiver = registry.receiver(namespace, event, handler) or registry.receiver(
            namespace, CATCH_ALL, handler
        )
        if receiver is None:
            return handler
        first = more + (2 if event == "connect" else 1)

        @functools.wraps(handler)  # with its signature: connect handlers have two
        def call(*args: Any) -> Any:
            values = args[first:]
            if receiver.typed:
                named = dataclasses.replace(receiver, event=event)
                values = construct(named, namespace, values)
            value = handler(*args[:first], *values)
            if self._awaits and inspect.isawaitable(value):
                return self._dumped(receiver, value)
            return receiver.dump(value, self._typed.plain)

        return call

    async def _dumped(self, receiver: Receiver, value: Awaitable[Any]) -> Any:
        return receiver.dump(await value, self._typed.plain)


class _TypedNamespace:
    """A class namespace whose methods are called with instances."""

    def __init__(self, inside: Any, handlers: TypedCalls, more: int, namespace: str) -> None:
        self._inside, self._handlers = inside, handlers
        self._more, self._namespace = more, namespace

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inside, name)
        if not name.startswith("on_"):
            return value
        event = name.removeprefix("on_")
        return self._handlers.typed(value, self._namespace, event, self._more)

    def trigger_event(self, event: str, *args: Any) -> Any:
        """As `Namespace.trigger_event`, which looks for its methods here."""
        return type(self._inside).trigger_event(self, event, *args)
