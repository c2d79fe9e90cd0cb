"""The adapter for Flask-SocketIO: the server's hooks, and the application's error handlers.

A violation is raised *through* `SocketIO._handle_event`, as if the application's own handler had
raised it; so `on_error` and `on_error_default` run with their request context, session and
`request.event`, and what they return becomes the ack.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

from asyncapi_guard.errors import ContractViolation, InstallationError
from asyncapi_guard.integrations import socketio as adapter
from asyncapi_guard.integrations.contexts import make_lighter
from asyncapi_guard.integrations.outcomes import ConnectFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["install"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


def install(middleware: AsyncAPIGuard, app: Flask, socketio: SocketIO | None) -> adapter.Hooks:
    """Put the guard on the server of a Flask application.

    Raises:
        InstallationError: there is no initialised `SocketIO`, it is guarded already, or the
            arguments are something else.
    """
    _check_kinds(app, socketio)
    if socketio is None:
        socketio = app.extensions.get("socketio")
    server: Any = getattr(socketio, "server", None)
    if socketio is None or server is None:
        raise InstallationError(
            "the SocketIO has no server yet: call socketio.init_app(app) before guard.init_app(app)"
        )
    application = FlaskApplication(socketio)
    hooks = adapter.install(middleware, server, application)
    hooks.also_replace(socketio, "_handle_event", application.handle_event)
    app.extensions["asyncapi_guard"] = middleware
    return hooks


def _check_kinds(app: Any, socketio: Any) -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    if not isinstance(app, Flask) or not isinstance(socketio, (SocketIO, type(None))):
        given = (app,) if socketio is None else (app, socketio)
        kinds = " and a ".join(map(adapter.kind_of, given))
        raise InstallationError(
            "init_app(app, socketio) takes the Flask application and its "
            f"flask_socketio.SocketIO, not a {kinds}"
        )


class FlaskApplication:
    """A `SocketIO` object's error handlers."""

    def __init__(self, socketio: Any) -> None:
        self.socketio = socketio
        self._handle_event: Callable[..., Any] = socketio._handle_event

    def has_say(self, namespace: str) -> bool:
        """Whether there is an `on_error`, an `on_error_default`, or a class namespace's `error`."""
        return (
            namespace in self.socketio.exception_handlers
            or self.socketio.default_exception_handler is not None
            or self._error_method(namespace) is not None
        )

    def _error_method(self, namespace: str) -> Callable[[Exception], Any] | None:
        handler = self.socketio.server.namespace_handlers.get(namespace)
        return getattr(handler, "error", None)

    def answer(
        self, error: ContractViolation, namespace: str, sid: str, event: str, args: Sequence[Any]
    ) -> tuple[bool, Any]:
        """Raise the error where handlers raise theirs: whether somebody took it, and the answer."""
        if not self.has_say(namespace) or not self.socketio.server.get_environ(sid, namespace):
            return False, None

        def handler(*_: Any) -> NoReturn:
            raise error

        try:
            try:
                return True, self._handle_event(handler, event, namespace, sid, *args)
            except ContractViolation as raised:
                method = self._error_method(namespace)
                if raised is not error or method is None:
                    raise
                return True, method(error)
        except ContractViolation:
            return False, None  # the handler does not want it
        except Exception:
            logger.exception("the application's error handler failed")
            return False, None

    def handle_event(self, handler: Any, message: Any, namespace: str, sid: str, *args: Any) -> Any:
        """`SocketIO._handle_event`, in which a connect handler that raises refuses.

        Without this, an error handler that returns `None` lets the client in.

        Raises:
            ConnectFailed: in place of what an error handler took.
        """
        if message != "connect":
            environ = self.socketio.server.get_environ(sid, namespace)
            if environ and self.socketio.manage_session:
                make_lighter(environ)
            return self._handle_event(handler, message, namespace, sid, *args)
        raised: list[Exception] = []

        def connecting(*auth: Any) -> Any:
            raised.clear()
            try:
                return handler(*auth)
            except Exception as error:
                raised.append(error)
                raise

        try:
            value = self._handle_event(connecting, message, namespace, sid, *args)
        except Exception as error:
            method = self._error_method(namespace)
            if method is None:
                raise
            method(error)
            raise ConnectFailed(error) from error
        if raised:
            raise ConnectFailed(raised[0])
        return value
