"""Handlers as an asyncio server calls them: awaited, and their cancellation is no silence.

A handler in which `CancelledError` surfaces, because somebody cancelled what it awaited, has
failed: its client is rejected, and its event is answered with an error. Whatever can be awaited is
awaited, whether a coroutine function, a decorator, a partial or a callable object returned it. So
the handlers that python-socketio looks up are called by way of this module, and that is the only
thing in which the adapter for asyncio is more than the one for threads with `await`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.aio.calling import is_pending
from asyncapi_guard.integrations.aio.cancelling import is_being_cancelled
from asyncapi_guard.integrations.handlers.registered import (
    CALLS,
    dispatches_itself,
    methods_of,
)
from asyncapi_guard.violations import Checkpoint, Perspective, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.aio.client import AsyncioClient
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.deciding.calls import Call

__all__ = ["await_handlers", "await_handlers_of_client"]

#: Their handlers are called in other ways.
_SESSIONS = frozenset(("connect", "disconnect"))
#: The attribute of a class-based namespace whose methods are replaced.
_MARK = "_asyncapi_guard_awaits"


def await_handlers(adapter: AsyncioServer) -> None:
    """Have the handlers of a guarded server awaited; whoever else looks them up comes before."""
    awaiting = _Awaiting(adapter)
    awaiting.install()
    awaiting.trigger = adapter._trigger
    adapter._trigger = awaiting.trigger_event
    awaiting.shorten(adapter)


def await_handlers_of_client(adapter: AsyncioClient) -> None:
    """Have the handlers of a guarded client awaited."""
    awaiting = _Awaiting(adapter)
    awaiting.install()
    replace = adapter.replaced.replace
    awaiting.trigger = replace(adapter.client, "_trigger_event", awaiting.trigger_event)


class _Cancelled(BaseException):
    """`CancelledError`, past what would swallow it.

    Attributes:
        error: it.
    """

    def __init__(self, error: asyncio.CancelledError) -> None:
        self.error: asyncio.CancelledError = error
        super().__init__(error)


def _awaited(handler: Any) -> Any:
    """What is called in the place of a handler."""

    async def call(*args: Any) -> Any:
        try:
            value = handler(*args)
            return await value if is_pending(value) else value
        except asyncio.CancelledError as error:
            raise _Cancelled(error) from error

    setattr(call, CALLS, handler)
    return call


class _Awaiting:
    """In the place of what handlers are found by, and of what calls them."""

    find: Callable[..., Any]
    find_namespace: Callable[..., Any]
    trigger: Callable[..., Any]
    _call: Callable[[Call], Any]
    _caller: Any

    def __init__(self, adapter: AsyncioServer | AsyncioClient) -> None:
        self._target = adapter.target
        self._decide = adapter.decide
        self._recorder = adapter.recorder
        self._replaced = adapter.replaced

    def install(self) -> None:
        """Replace what handlers are found by."""
        replace, target = self._replaced.replace, self._target
        self._finder = self.event_handler
        self.find = replace(target, "_get_event_handler", self._finder)
        self.find_namespace = replace(target, "_get_namespace_handler", self.namespace_handler)

    def shorten(self, adapter: AsyncioServer) -> None:
        """Have handlers called by the shortest way, where nobody else has a say in it."""
        if adapter._calls_itself:
            adapter._calls_itself = False  # it is done here, where cancellation is seen
            self._call, self._caller = adapter._handle, adapter._caller
            adapter._handle = self.handle  # type: ignore[method-assign]  # of one server

    async def handle(self, call: Call) -> Any:
        """Call the handler of an event: what `AsyncServer._trigger_event` does, in one step."""
        names, event, namespace = self._target.__dict__, call.event, call.namespace
        if (
            names.get("_trigger_event") is not self._caller
            or names.get("_get_event_handler") is not self._finder
            or event in _SESSIONS
        ):
            return await self._call(call)
        handler, args = self.find(event, namespace, (call.sid, *call.args))
        if not handler:
            return await self._call(call)
        shortcut = call.shortcut
        try:
            if shortcut is not None and shortcut.find is self.find and shortcut.handler is handler:
                return await shortcut.run(call.sid, call.instance)
            value = handler(*args)
            return await value if is_pending(value) else value
        except asyncio.CancelledError:
            if not self._is_fault(event, namespace):
                return None  # as without the guard
            self._say_it_was_cancelled(event, namespace)
            raise

    def event_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `AsyncServer._get_event_handler`."""
        handler, args = self.find(event, namespace, args)
        return (None if handler is None else _awaited(handler)), args

    def namespace_handler(self, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `AsyncServer._get_namespace_handler`."""
        found, args = self.find_namespace(namespace, args)
        if found is None:
            return found, args
        if not dispatches_itself(found):
            return _AwaitedNamespace(found), args
        self._replace_methods(found)
        return found, args

    def _replace_methods(self, found: Any) -> None:
        """Have the methods awaited of a namespace that finds them in its own way."""
        if hasattr(found, _MARK):
            return
        self._replaced.replace(found, _MARK, True)  # noqa: FBT003  # an attribute's value
        for _, event, method in methods_of(found):
            if event != "*":
                self._replaced.replace(found, f"on_{event}", _awaited(method))

    async def trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        """As `AsyncServer._trigger_event`.

        Raises:
            CancelledError: it surfaced in the handler, and the event is enforced.
        """
        try:
            return await self.trigger(event, namespace, *args)
        except asyncio.CancelledError:  # from a namespace that dispatches events itself
            self._say_it_was_cancelled(event, namespace)
            raise
        except _Cancelled as cancelled:
            if not self._is_fault(event, namespace):
                return None  # as without the guard
            self._say_it_was_cancelled(event, namespace)
            raise cancelled.error from None

    def _say_it_was_cancelled(self, event: str, namespace: str) -> None:
        if is_being_cancelled():
            return  # the server ends
        self._recorder.log(
            logging.ERROR,
            "the handler of %s in %s was cancelled, because a task that it awaited was cancelled",
            printable(event),
            printable(namespace),
        )

    def _is_fault(self, event: str, namespace: str) -> bool:
        guard = self._decide.guard
        if not self._decide.active:
            return False
        if event == "connect" and guard.perspective is Perspective.SERVER:
            return self._decide.enforces_connects(namespace)
        if event in guard.reserved:
            return False  # the session begins or ends in any case
        mode = guard.mode_of(Checkpoint.RECEIVE_EVENT, namespace, event)
        return mode is Mode.ENFORCE


class _AwaitedNamespace:
    """A class-based namespace whose methods are awaited."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._found, name)
        return _awaited(value) if name.startswith("on_") else value

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """As `AsyncNamespace.trigger_event`, which looks for its methods here."""
        return await type(self._found).trigger_event(self, event, *args)
