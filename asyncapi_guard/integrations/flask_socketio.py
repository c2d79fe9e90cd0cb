"""The adapter for Flask-SocketIO: the server's hooks, and the application's error handlers.

A violation is raised *through* `SocketIO._handle_event`, as if the application's own handler had
raised it; so `on_error` and `on_error_default` run with their request context, session and
`request.event`, and what they return becomes the ack.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import socketio as pysocketio
from flask import appcontext_pushed, g

from asyncapi_guard.errors import ContractViolation, InstallationError
from asyncapi_guard.integrations import targets
from asyncapi_guard.integrations.deciding.calls import ConnectFailed
from asyncapi_guard.integrations.handlers.parameters import takes
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.request_contexts import make_lighter
from asyncapi_guard.integrations.what_to_pass import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.threads.server import ThreadedServer

__all__ = ["install"]

_Known: TypeAlias = "Callable[[str, str], tuple[Identity | None] | None]"
#: Who the client is whose event is handled; `None` where nothing is required of clients.
_identity: ContextVar[tuple[Identity | None] | None] = ContextVar(
    "asyncapi_guard_identity", default=None
)
#: Where a `SocketIO` has the adapter of the server that was guarded last.
_MARK = "_asyncapi_guard"


def install(
    guarding: Guarding, app: Flask, socketio: SocketIO | None, *, typed: bool = False
) -> ThreadedServer | AsyncioServer:
    """Put the guard on the server of a Flask application.

    Args:
        guarding: whose guard it is.
        app: the application.
        socketio: its `SocketIO`; by default the one that it has.
        typed: call handlers with instances of the types in their hints.

    Raises:
        InstallationError: there is no initialised `SocketIO`, it is guarded already, the
            arguments are something else, or Pydantic, which `typed` needs, is not installed.
        RegistrationError: a handler's hints cannot be modelled.
    """
    _check_kinds(app, socketio)
    if socketio is None:
        socketio = app.extensions.get("socketio")
    server: Any = getattr(socketio, "server", None)
    if socketio is None or server is None:
        raise InstallationError(
            "the SocketIO has no server yet; call socketio.init_app(app) before guard.init_app(app)"
        )
    if typed:
        targets.need_pydantic()
    application = FlaskApplication(socketio, app)
    adapter = targets.install_on_server(guarding, server, application)
    previous = vars(socketio).get(_MARK)
    if previous is not None:
        # Of another server that this `SocketIO` had: it handles nothing any more.
        previous.replaced.put_back(socketio)
    owner: Any = socketio
    inner, outer = owner._handle_event, application.handle_event
    if typed:
        from asyncapi_guard.integrations.typed_registrations import follow_flask

        with adapter.undone_on_error():
            inner, outer = follow_flask(adapter, owner, inner, outer)
    application.wrap(inner, adapter.decide.enforces_connects, adapter.decide.known)
    adapter.replaced.replace(socketio, "_handle_event", outer)
    adapter.replaced.replace(socketio, _MARK, adapter)
    app.extensions["asyncapi_guard"] = guarding
    return adapter


def _check_kinds(app: Any, socketio: Any) -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    if not isinstance(app, Flask) or not isinstance(socketio, (SocketIO, type(None))):
        given = (app,) if socketio is None else (app, socketio)
        raise InstallationError(
            "init_app(app, socketio) needs the Flask application and its "
            f"flask_socketio.SocketIO, not {' and '.join(map(named, given))}"
            f"{_other_way(given)}"
        )


def _other_way(given: tuple[Any, ...]) -> str:
    """What to do with what `init_app` was given by mistake."""
    from flask_socketio import SocketIO

    for each in given:
        if isinstance(each, (pysocketio.Server, pysocketio.AsyncServer)):
            kind = "AsyncServer" if isinstance(each, pysocketio.AsyncServer) else "Server"
            return f"; for a socketio.{kind}, call guard.protect(server)"
    if isinstance(given[0], SocketIO):
        return "; the application comes first"
    return "; without Flask-SocketIO, call guard.protect(server)"


def _put_identity(*_: Any, **__: Any) -> None:
    """Put who a client is into `flask.g` of its event, once Flask has made that."""
    known = _identity.get()
    if known is not None:
        g.identity = known[0]


class FlaskApplication:
    """A `SocketIO` object's error handlers, and its way of calling handlers."""

    #: What Flask-SocketIO registers with the server shows the signature of what it wraps.
    shows_signatures = False

    def __init__(self, socketio: Any, app: Flask) -> None:
        self.socketio = socketio
        # `current_app` is another application in another context.
        self.app: Any = getattr(app, "_get_current_object", lambda: app)()
        self._handle_event: Callable[..., Any] = socketio._handle_event
        self._enforces_connects: Callable[[str], bool] = lambda _namespace: True
        self._known: _Known = lambda _sid, _namespace: None
        #: Flask tells of each context that it makes, which costs all requests something.
        self._is_told_of_contexts: bool = False

    def wrap(
        self,
        handle_event: Callable[..., Any],
        enforces_connects: Callable[[str], bool],
        known: _Known,
    ) -> None:
        """Stand in the place of `SocketIO._handle_event`."""
        self._handle_event = handle_event
        self._enforces_connects = enforces_connects
        self._known = known

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
                return self._answered(self._handle_event(handler, event, namespace, sid, *args))
            except ContractViolation as raised:
                method = self._error_method(namespace)
                if raised is not error or method is None:
                    raise
                return self._answered(method(error))
        except ContractViolation:
            return False, None  # the handler does not want it
        except Exception:  # noqa: BLE001  # the application's own: the client is answered otherwise
            write(logging.ERROR, "the application's error handler failed", exc_info=True)
            return False, None

    def raised(
        self,
        error: Exception,  # noqa: ARG002  # here and below, the protocol's arguments
        event: str,  # noqa: ARG002  # as above
        sid: str,  # noqa: ARG002  # as above
    ) -> tuple[bool, Any]:
        """Never: Flask-SocketIO gave it to error handlers where it was raised."""
        return False, None

    def _answered(self, value: Any) -> tuple[bool, Any]:
        if isinstance(value, CoroutineType):
            value.close()
            write(
                logging.ERROR,
                "an error handler is a coroutine function, which this server never awaits; use def",
            )
            return False, None
        return True, value

    @contextmanager
    def context(
        self, environ: Any, namespace: str, sid: str | None, event: str, args: Sequence[Any]
    ) -> Iterator[str | None]:
        """The request context that a handler of the event has, or would have had."""
        import flask

        if not environ or (flask.has_request_context() and getattr(flask.request, "sid", 0) == sid):
            yield None
            return
        context: Any = self.app.request_context({**environ, "flask.app": self.app})
        with context:
            if self.socketio.manage_session and "saved_session" in environ:
                # As Flask-SocketIO does, which knows the names that versions of Flask have.
                name = "_session" if hasattr(context, "_session") else "session"
                setattr(context, name, environ["saved_session"])
            request: Any = flask.request
            request.sid, request.namespace = sid, namespace
            request.event = {"message": event, "args": tuple(args)}
            yield request.remote_addr

    def handle_event(self, handler: Any, message: Any, namespace: str, sid: str, *args: Any) -> Any:
        """`SocketIO._handle_event`, in which a connect handler that raises rejects.

        Without this, an error handler that returns `None` lets the client in.

        Raises:
            ConnectFailed: in place of what the handler raised.
        """
        known = self._known(sid, namespace)
        if known is None and _identity.get() is None:
            return self._handle_unidentified(handler, message, namespace, sid, *args)
        if not self._is_told_of_contexts:
            appcontext_pushed.connect(_put_identity)
            self._is_told_of_contexts = True
        token = _identity.set(known)
        try:
            return self._handle_unidentified(handler, message, namespace, sid, *args)
        finally:
            _identity.reset(token)

    def _handle_unidentified(
        self, handler: Any, message: Any, namespace: str, sid: str, *args: Any
    ) -> Any:
        if message == "connect" and self._enforces_connects(namespace):
            return self._handle_connect(handler, namespace, sid, *args)
        environ = self.socketio.server.get_environ(sid, namespace)
        if message != "connect" and environ and self.socketio.manage_session:
            make_lighter(environ)
        return self._handle_event(handler, message, namespace, sid, *args)

    def _handle_connect(self, handler: Any, namespace: str, sid: str, *args: Any) -> Any:
        raised: list[BaseException] = []

        def connecting(*auth: Any) -> Any:
            if raised:
                # Flask-SocketIO takes a `TypeError` for that of a handler that has no parameter
                # for the auth, and calls it again without.
                raise raised[0]
            try:
                return handler(*(auth if takes(handler, auth) else ()))
            except BaseException as error:
                raised.append(error)  # Flask-SocketIO 5.5 hands any of them to error handlers
                raise

        try:
            value = self._handle_event(connecting, "connect", namespace, sid, *args)
        except Exception as error:
            method = self._error_method(namespace)
            if method is not None:
                method(error)
            elif not isinstance(error, TypeError):
                raise  # python-socketio tells the client of a `ConnectionRefusedError`
            raise ConnectFailed(error, seen=method is not None) from error
        if raised:
            raise ConnectFailed(raised[0], seen=isinstance(raised[0], Exception))
        return value
