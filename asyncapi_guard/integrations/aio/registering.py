"""Handlers as they are registered: those that this server cannot run, and the admin UI's.

A threaded server calls an `async def` handler and gets a coroutine, which nobody awaits: the
handler never runs, and nobody is told. python-socketio's admin instrumentation registers handlers
in a namespace of its own, which no contract is about.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

from socketio.async_admin import InstrumentedAsyncServer
from socketio.base_namespace import BaseNamespace

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.integrations.aio.adapter import Decides, Guarded
from asyncapi_guard.integrations.aio.calling import cannot_run, never_runs
from asyncapi_guard.integrations.handlers.registered import methods_of
from asyncapi_guard.violations import Checkpoint, printable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Registering"]


class Registering(Guarded[Decides]):
    """In the place of `on` and `register_namespace` of a server, or of a client."""

    _on: Callable[..., Any]
    _register: Callable[..., Any]

    def look_at_handlers(self) -> None:
        """Look at what was registered before.

        Raises:
            RegistrationError: one of the handlers cannot run on it.
        """
        target = self.target
        for namespace, handlers in list(target.handlers.items()):
            for event, handler in list(handlers.items()):
                self._look_at(namespace, event, handler)
        for namespace_handler in list(target.namespace_handlers.values()):
            self._look_at_namespace(namespace_handler)

    def on(
        self, event: str, handler: Any = None, namespace: str | None = None, **options: Any
    ) -> Any:
        """A handler is registered.

        Raises:
            RegistrationError: it cannot run on it.
        """
        if handler is not None:
            self._look_at(namespace or "/", event, handler)
            return self._on(event, handler, namespace, **options)

        def decorator(function: Any) -> Any:
            self._look_at(namespace or "/", event, function)
            return self._on(event, namespace=namespace, **options)(function)

        return decorator

    def register_namespace(self, namespace_handler: Any, **options: Any) -> Any:
        """A class namespace is registered.

        Raises:
            RegistrationError: one of its methods cannot run on it.
        """
        self._look_at_namespace(namespace_handler)
        return self._register(namespace_handler, **options)

    def _look_at_namespace(self, namespace_handler: Any) -> None:
        if not isinstance(namespace_handler, BaseNamespace):
            return  # which python-socketio raises for
        namespace = getattr(namespace_handler, "namespace", None) or "/"
        for _, event, method in methods_of(namespace_handler):
            self._look_at(namespace, event, method)

    def _look_at(self, namespace: str, event: str, handler: Any) -> None:
        if isinstance(getattr(handler, "__self__", None), InstrumentedAsyncServer):
            self._let_through(namespace)
        elif cannot_run(handler):
            self._say_it_never_runs(namespace, event, handler)

    def _let_through(self, namespace: str) -> None:
        """Judge nothing in a namespace of the admin UI, unless the contract declares it."""
        declared = namespace in self.recorder.namespaces
        if not declared and namespace not in self.decide.admin_namespaces:
            self.decide.leave_alone(namespace)
            self.recorder.log(
                logging.WARNING,
                "%s is the namespace of the admin UI, so its traffic is not validated",
                printable(namespace),
            )

    def _say_it_never_runs(self, namespace: str, event: str, handler: Any) -> None:
        checkpoint = Checkpoint.CONNECT if event == "connect" else Checkpoint.RECEIVE_EVENT
        # No contract is about these two, so what is done about any event is done about them.
        name = None if event in ("disconnect", "*") else event
        mode = self.decide.guard.mode_of_handler(checkpoint, namespace, name)
        code = getattr(inspect.unwrap(handler), "__code__", None)
        place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
        text = never_runs(f"the handler of {event!r} in {namespace!r}{place}")
        if mode is Mode.ENFORCE:
            raise RegistrationError(text)
        if mode is Mode.REPORT:
            self.recorder.log(logging.ERROR, "%s", text)
