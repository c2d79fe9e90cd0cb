"""How handlers of python-socketio's servers are called with instances, and return plain data."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst import CATCH_ALL
from asyncapi_guard.integrations.asked import EVENT, HANDSHAKE, IDENTITY, NAMESPACE, SID, given_to
from asyncapi_guard.integrations.deciding.calls import Rejected
from asyncapi_guard.integrations.handlers.registered import dispatches_itself
from asyncapi_guard.integrations.handshake import handshake_of
from asyncapi_guard.integrations.typed_handlers import TypedHandlers, construct

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.integrations.asked import Asked

__all__ = ["TypedCalls"]

#: Events whose handlers need not take what there is: the auth, and the reason.
_UNASKED = ("connect", "disconnect")


class TypedCalls:
    """In the place of what a server finds its handlers by.

    Args:
        typed: their types.
        server: the python-socketio server.
    """

    identity_of: Callable[[str, str], Any]
    event_handler: Callable[..., Any]
    namespace_handler: Callable[..., Any]

    def __init__(self, typed: TypedHandlers, server: Any) -> None:
        self._typed = typed
        self._server = server
        self._awaits: bool = server.is_asyncio_based()
        self._asked: dict[tuple[str, str], Asked] = {}
        self._made: dict[tuple[str, str], tuple[Receiver, Callable[..., Any]]] = {}

    def ask(self, receiver: Receiver, asked: Asked | None) -> None:
        """Give a handler what it asks for; without that, what python-socketio does."""
        self._asked.pop((receiver.namespace, receiver.event), None)
        if asked is not None:
            self._asked[receiver.namespace, receiver.event] = asked

    def typed_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_event_handler`, with a handler that is called with instances."""
        handler, given = self.event_handler(event, namespace, args)
        return (handler and self.typed(handler, namespace, event)), given

    def typed_namespace(self, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_namespace_handler`, with a namespace of such methods."""
        found, given = self.namespace_handler(namespace, args)
        if found is None or dispatches_itself(found):
            return found, given
        return _TypedNamespace(found, self, namespace), given

    def typed(self, handler: Any, namespace: str, event: str) -> Any:
        """A handler that is called with instances and returns plain data.

        Args:
            handler: it.
            namespace: of the client.
            event: the client's.
        """
        registry = self._typed.registry
        receiver = registry.receiver(namespace, event, handler) or registry.receiver(
            namespace, CATCH_ALL, handler
        )
        if receiver is None:
            return handler
        place = receiver.namespace, receiver.event
        made = self._made.get(place)
        if made is None or made[0] is not receiver:
            made = self._made[place] = receiver, self._call_of(receiver)
        return made[1]

    def _call_of(self, receiver: Receiver) -> Callable[..., Any]:
        """What is called in the place of a handler; it takes what python-socketio gives."""
        asked = self._asked.get((receiver.namespace, receiver.event))
        arguments = functools.partial(self._arguments, receiver, asked)

        def call(*args: Any) -> Any:
            positional, named = arguments(args)
            value = receiver.handler(*positional, **named)
            return receiver.dump(value, self._typed.plain)

        async def call_later(*args: Any) -> Any:
            positional, named = arguments(args)
            value = receiver.handler(*positional, **named)
            if inspect.isawaitable(value):
                value = await value
            return receiver.dump(value, self._typed.plain)

        made = call_later if self._awaits else call
        if asked is None:  # with its signature: connect handlers have two
            return functools.wraps(receiver.handler)(made)
        return made

    def _arguments(
        self, receiver: Receiver, asked: Asked | None, args: tuple[Any, ...]
    ) -> tuple[Any, dict[str, Any]]:
        """What a handler is called with, for what python-socketio gives.

        Raises:
            Rejected: its types reject a value.
        """
        expected = given_to(receiver.namespace, receiver.event)
        own = dict(zip(expected, args, strict=False))
        values = args[len(expected) :]
        if receiver.event in _UNASKED and asked is not None and receiver.rest is None:
            values = values[: len(receiver.arguments or ())]
        namespace = own.get(NAMESPACE, receiver.namespace)
        if receiver.typed and self._typed.constructs:
            event = own.get(EVENT, receiver.event)
            values = self._constructed(receiver, namespace, event, values)
        if asked is None:
            return (*args[: len(expected)], *values), {}

        def find(kind: str) -> Any:
            if kind == HANDSHAKE:
                return handshake_of(self._server, own[SID], namespace)
            if kind == IDENTITY:
                return self.identity_of(own[SID], namespace)
            return own[kind]

        return asked.arguments(find, values)

    def _constructed(
        self, receiver: Receiver, namespace: str, event: str, values: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        if receiver.event == CATCH_ALL:
            receiver = dataclasses.replace(receiver, event=event)
        try:
            return construct(receiver, namespace, values)
        except Rejected as rejected:
            raise self._typed.rejection(rejected) from None


class _TypedNamespace:
    """A class namespace whose methods are called with instances."""

    def __init__(self, inside: Any, calls: TypedCalls, namespace: str) -> None:
        self._inside, self._calls = inside, calls
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inside, name)
        if not name.startswith("on_"):
            return value
        return self._calls.typed(value, self._namespace, name.removeprefix("on_"))

    def trigger_event(self, event: str, *args: Any) -> Any:
        """As `Namespace.trigger_event`, which looks for its methods here."""
        return type(self._inside).trigger_event(self, event, *args)
