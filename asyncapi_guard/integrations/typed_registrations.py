"""Typed handlers for a guard with a document of its own: the document judges, types construct.

What is registered is followed on the server instance, before and after the guard is put on it.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncapi_guard.codefirst import CATCH_ALL, Registry
from asyncapi_guard.codefirst.hidden_hints import check_hints_are_seen
from asyncapi_guard.codefirst.signatures import is_hinted, read_signature
from asyncapi_guard.integrations.handlers.registered import LIBRARIES, methods_of, registered
from asyncapi_guard.integrations.typed_calls import TypedCalls
from asyncapi_guard.integrations.typed_handlers import TypedHandlers

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.threads.server import ThreadedServer

__all__ = ["follow_flask", "follow_server"]

_Handle: TypeAlias = "Callable[..., Any]"


def follow_flask(
    adapter: ThreadedServer | AsyncioServer, socketio: Any, inner: _Handle, outer: _Handle
) -> tuple[_Handle, _Handle]:
    """Have the handlers of a `SocketIO` called with instances, and its emits take them.

    Args:
        adapter: of its server.
        socketio: it.
        inner: its own `_handle_event`.
        outer: what the guard makes of that.

    Returns:
        Both, for typed handlers.

    Raises:
        RegistrationError: a handler's hints cannot be modelled.
    """
    typed = _followed(adapter)
    server, replace = adapter.server, adapter.replaced.replace

    def receive(namespace: str, event: str, handler: Any) -> None:
        check_hints_are_seen(handler)
        typed.registry.receive(namespace, event, handler, hints=is_hinted(handler))

    def on(message: str, namespace: str | None = None, **more: Any) -> Callable[[Any], Any]:
        def decorator(handler: Any) -> Any:
            receive(namespace or "/", message, handler)
            return theirs(message, namespace, **more)(handler)

        return decorator

    def on_namespace(namespace_handler: Any) -> None:
        registering(namespace_handler)
        _receive_methods(namespace_handler, receive)

    for namespace, event, handler in registered(server.handlers, {}):
        receive(namespace, event, _inside(handler))
    for each in list(server.namespace_handlers.values()):
        _receive_methods(each, receive)
    theirs = replace(socketio, "on", on)
    registering = replace(socketio, "on_namespace", on_namespace)
    return functools.partial(typed.handle, inner), functools.partial(typed.handle, outer)


def follow_server(adapter: ThreadedServer | AsyncioServer) -> None:
    """Have the handlers of a server called with instances, and its emits take them.

    Raises:
        RegistrationError: a handler's hints cannot be modelled.
    """
    follower = _ServerHandlers(_followed(adapter), adapter.server)
    server, replace = adapter.server, adapter.replaced.replace
    for namespace, event, handler in registered(server.handlers, {}):
        follower.receive(namespace, event, handler)
    for each in list(server.namespace_handlers.values()):
        _receive_methods(each, follower.receive)
    register, find = follower.register_class, follower.typed_namespace
    with adapter.replaced.at_once():
        follower.on = replace(server, "on", follower.register)
        follower.register_namespace = replace(server, "register_namespace", register)
        follower.event_handler = replace(server, "_get_event_handler", follower.typed_handler)
        follower.namespace_handler = replace(server, "_get_namespace_handler", find)


def _followed(adapter: ThreadedServer | AsyncioServer) -> TypedHandlers:
    """Typed handlers of a server whose emits take instances."""
    typed = TypedHandlers(Registry(), lambda: adapter.active)
    typed.follow(adapter.server)
    for name in ("emit", "call"):
        theirs = getattr(adapter.server, name)
        adapter.replaced.replace(adapter.server, name, _dumping(typed, theirs))
    return typed


def _dumping(typed: TypedHandlers, send: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(send)
    async def sending_later(event: str, *args: Any, **kwargs: Any) -> Any:
        return await send(event, *typed.dumped(event, args, kwargs), **kwargs)

    @functools.wraps(send)
    def sending(event: str, *args: Any, **kwargs: Any) -> Any:
        return send(event, *typed.dumped(event, args, kwargs), **kwargs)

    return sending_later if inspect.iscoroutinefunction(send) else sending


def _inside(handler: Any) -> Any:
    """The handler that somebody gave to Flask-SocketIO, in what that registers."""
    if getattr(handler, "__globals__", {}).get("__name__") in LIBRARIES:
        return getattr(handler, "__wrapped__", handler)
    return handler


def _receive_methods(namespace_handler: Any, receive: Callable[[str, str, Any], None]) -> None:
    for namespace, event, method in methods_of(namespace_handler):
        if event != CATCH_ALL:  # it dispatches events itself
            receive(namespace, event, method)


class _ServerHandlers(TypedCalls):
    """In the place of what a server registers, and finds its handlers by."""

    on: Callable[..., Any]
    register_namespace: Callable[..., Any]

    def receive(self, namespace: str, event: str, handler: Any) -> None:
        """Read a handler's types; the session id, and what else is before its arguments, is not."""
        leading = _leading(namespace, event)
        check_hints_are_seen(handler, leading)
        # Hints of the session id alone say nothing.
        signature = read_signature(handler).without(leading) if is_hinted(handler) else None
        hints = signature is not None and signature.hinted
        self._typed.registry.receive(namespace, event, handler, hints=hints, signature=signature)

    def register(self, event: str, handler: Any = None, namespace: str | None = None) -> Any:
        """As `Server.on`."""
        if handler is None:
            return functools.partial(self._decorated, event, namespace)
        self.receive(namespace or "/", event, handler)
        return self.on(event, handler, namespace)

    def _decorated(self, event: str, namespace: str | None, handler: Any) -> Any:
        self.register(event, handler, namespace)
        return handler

    def register_class(self, namespace_handler: Any) -> Any:
        """As `Server.register_namespace`."""
        given = self.register_namespace(namespace_handler)
        _receive_methods(namespace_handler, self.receive)
        return given


def _leading(namespace: str, event: str) -> int:
    """How many parameters of a handler are the server's own, besides the name of any event."""
    return 1 + (namespace == CATCH_ALL) + (event == "connect")
