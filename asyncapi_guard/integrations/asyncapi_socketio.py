"""`AsyncAPISocketIO`: Flask-SocketIO with a contract from the type hints of handlers."""

# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false
# pyright: reportIncompatibleVariableOverride=false, reportArgumentType=false
# (its stubs of Flask-SocketIO lack what Flask-SocketIO has, and know narrower types)
from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from flask_socketio import SocketIO

from asyncapi_guard.codefirst.ack_options import read_ack_options
from asyncapi_guard.codefirst.hidden_hints import check_hints_are_seen
from asyncapi_guard.codefirst.signatures import is_hinted
from asyncapi_guard.integrations.asked import HANDSHAKE, IDENTITY, SID, asked_by_type
from asyncapi_guard.integrations.code_first_application import AsyncAPIDoc, CodeFirstApplication
from asyncapi_guard.integrations.code_first_guard import RenewedGuard
from asyncapi_guard.integrations.handlers.registered import registered
from asyncapi_guard.integrations.handshake import handshake_of, keep_auth
from asyncapi_guard.integrations.message import judged_call, message_of
from asyncapi_guard.integrations.threads import calling as threads_calling
from asyncapi_guard.integrations.what_to_pass import publishing_manager

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from flask_socketio import Namespace

    from asyncapi_guard.codefirst import Receiver

__all__ = ["AsyncAPIDoc", "AsyncAPISocketIO"]


class AsyncAPISocketIO(CodeFirstApplication, SocketIO):  # type: ignore[misc]  # Flask-SocketIO carries no types
    """A drop-in for `flask_socketio.SocketIO`.

    Args:
        app: the Flask application. You can also pass it to `init_app`.
        validate: whether to validate the traffic and construct instances. Defaults to true.
        generate_docs: whether `asyncapi_doc` is available. Defaults to true.
        version: the version of the API.
        title: the title of the API.
        description: the description of the API.
        server_url: the URL of the server. The document leaves out its credentials. Without a URL,
            the document has no server.
        server_name: the key of the server in the document.
        security: AsyncAPI's Security Scheme Objects by name, by which clients authenticate. The
            document lists them for the server, or for the operations if you don't pass
            `server_url`.
        verifiers: the verifiers, by the names of these schemes or of the schemes in `spec`; see
            `security` of `AsyncAPIGuard`. Your `connect` handler verifies schemes without a
            verifier.
        security_timeout: as for `AsyncAPIGuard`.
        server: as for `AsyncAPIGuard`, of the document that is `spec`.
        spec: an AsyncAPI document that is the contract instead of the type hints, which then only
            construct instances.
        policy: the response to violations. By default everything that is declared is enforced.
        engine: the JSON Schema validator: `rust`, `jsonschema`, or `auto`, the default.
        on_violation: a function that is called with each `Violation`.
        addresses: whether violations and log lines contain the addresses of clients. Defaults to
            true.
        reject_event: as for `AsyncAPIGuard`.
        respond_unhandled: as for `AsyncAPIGuard`.
        docs: the path of the console, such as `/asyncapi`; see `AsyncAPIGuard` for this option and
            the options up to `usage_size`.
        docs_auth: a function that decides who can see the console.
        live: whether the console shows the traffic.
        watch: whether to reload `spec` when its files change.
        violations: the name of a file for violations as lines of JSON.
        violations_size: the maximum size of one process's files for violations.
        violations_salt: the secret with which clients are hashed in these files.
        violations_keep: the number of ended processes whose files are kept.
        usage: the name of a file that counts the parts of the contract that clients use.
        usage_version: the source of the client's version.
        usage_size: the maximum size of one process's usage file.
        typed: whether to use the type hints of every handler that has them, including methods of
            class-based namespaces. By default, only hints of handlers registered with
            `get_from_typehint=True` are used.
        **kwargs: the options of `SocketIO`.

    Raises:
        SpecError: an invalid document.
        RegistrationError: type hints that can't become models; raised by registrations.
    """

    _calling = threads_calling
    _remedy = "pass typed=True to AsyncAPISocketIO, or typed=False if this is intended"

    def __init__(self, app: Flask | None = None, **kwargs: Any) -> None:
        CodeFirstApplication.__init__(self)
        SocketIO.__init__(self, app, **self._take_options(kwargs))

    def init_app(self, app: Flask | None, **kwargs: Any) -> None:
        """Initialize the server for an application; also accepts the options of the constructor."""
        # Each call makes another server.
        self.__dict__.pop("_handle_event", None)
        if self._guarded is not None:
            self._guarded.recorder.close()
        self._guarded = None
        super().init_app(app, **self._take_options(kwargs))
        self.about.servers()  # raises for a name of which nothing says where it is
        self._check_docs()
        self._handlers.follow(self.server)
        self._handlers.constructs = self.validate
        self._handlers.own = self._own
        self._keep_auth(self.server)
        for each in registered(self.server.handlers, self.server.namespace_handlers):
            self._check_it_runs(*each)
        self._check_marks()
        if not self.validate:
            return
        self._guarded = RenewedGuard(self, self.spec)
        if app is None:
            publishes = publishing_manager(self, of_drop_in=True) is not None
            self._guarded.protect(self if publishes else self.server)
            return
        self._guarded.init_app(app, self)
        # Inside of what the guard made of it, which looks at what connect handlers raise.
        handle = functools.partial(self._handlers.handle, self._handle_event)
        self.__dict__["_handle_event"] = handle

    # -- registrations -----------------------------------------------------------------------------

    @property
    def _has_options(self) -> bool:
        return self.server is not None  # else `init_app` takes some

    def on(  # noqa: PLR0913  # a handler, and what is said of it
        self,
        message: str,
        namespace: str | None = None,
        *,
        get_from_typehint: bool | None = None,
        request_model: Any = None,
        response_model: Any = None,
        ack_required: bool = False,
        ack_timeout: float | None = None,
        no_ack: bool = False,
        reauthenticate: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register an event handler.

        Args:
            message: the name of the event.
            namespace: the Socket.IO namespace. Defaults to `/`.
            get_from_typehint: whether the handler's type hints define its arguments and its ack.
            request_model: the type of the only argument, instead of a hint.
            response_model: the type of the ack, instead of a hint.
            ack_required: whether clients must ask for an ack.
            ack_timeout: the number of seconds within which the handler must return the ack.
            no_ack: whether clients must not ask for an ack.
            reauthenticate: whether clients authenticate again with this event; see `x-guard`. The
                handler runs after your verifiers have accepted the credential.
        """
        options = read_ack_options(
            f"on({message!r})",
            required=ack_required,
            timeout=ack_timeout,
            none=no_ack,
            typed=response_model is not None,
        )
        said = (get_from_typehint, request_model, response_model)

        def decorator(handler: Callable[..., Any]) -> Callable[..., Any]:
            self._check_it_runs(namespace or "/", message, handler)
            wanted = self._wants_hints(get_from_typehint)
            if wanted and request_model is None:
                check_hints_are_seen(handler)
            hints = bool(get_from_typehint or (wanted and is_hinted(handler)))
            entry = self._receive(
                namespace or "/",
                message,
                handler,
                hints=hints,
                request_model=request_model,
                response_model=response_model,
                ack_options=options,
                reauthenticate=reauthenticate,
            )
            self._decide(entry, decided=any(each is not None for each in said))
            if reauthenticate and self._has_options:
                self._check_mark(f"on({message!r}): reauthenticate")
            super(AsyncAPISocketIO, self).on(message, namespace)(handler)
            return handler

        return decorator

    def on_event(
        self,
        message: str,
        handler: Callable[..., Any],
        namespace: str | None = None,
        **models: Any,
    ) -> None:
        """Register an event handler, as `on` does.

        Args:
            message: the name of the event.
            handler: the function that is called with its arguments.
            namespace: the Socket.IO namespace.
            **models: the options of `on`.
        """
        self.on(message, namespace, **models)(handler)

    def on_namespace(
        self, namespace_handler: Namespace, *, get_from_typehint: bool | None = None
    ) -> None:
        """Register a class-based namespace.

        Args:
            namespace_handler: the namespace.
            get_from_typehint: whether the type hints of its `on_*` methods define the arguments and
                acks of events.
        """
        super().on_namespace(namespace_handler)
        self._receive_methods(namespace_handler, get_from_typehint)

    def _receive_method(
        self, namespace: str, event: str, method: Callable[..., Any], *, wanted: bool
    ) -> Receiver:
        self._check_it_runs(namespace, event, method)
        if wanted:
            check_hints_are_seen(method)
        return self._receive(namespace, event, method, hints=wanted and is_hinted(method))

    def _receive(
        self,
        namespace: str,
        event: str,
        handler: Callable[..., Any],
        *,
        hints: bool,
        **said: Any,
    ) -> Receiver:
        asked = asked_by_type(handler) if hints else None
        signature = None if asked is None else asked.signature
        entry = self.registry.receive(
            namespace, event, handler, hints=hints, signature=signature, **said
        )
        self._handlers.ask(entry, asked)
        return entry

    def _check_it_runs(self, namespace: str, event: str, handler: Callable[..., Any]) -> None:
        # Options may be yet to come: `init_app` looks at all handlers.
        if self.server is not None:
            super()._check_it_runs(namespace, event, handler)

    # -- what handlers ask for by type -------------------------------------------------------------

    def _own(self, kind: str, event: str, namespace: str, sid: str, received: Sequence[Any]) -> Any:
        """Return the value that a handler's parameter receives by its type."""
        if kind == SID:
            return sid
        if kind == HANDSHAKE:
            return handshake_of(self.server, sid, namespace)
        if kind == IDENTITY:
            return None if self._guarded is None else self._guarded.identity(sid, namespace)
        return message_of(judged_call(self.server), event, namespace, received)

    @staticmethod
    def _keep_auth(server: Any) -> None:
        """Keep the `auth` value of clients for handlers that ask for a `Handshake`."""
        handle = server._handle_connect

        def handle_connect(eio_sid: str, namespace: str, data: Any) -> Any:
            keep_auth(server.environ.get(eio_sid), namespace or "/", data)
            return handle(eio_sid, namespace, data)

        server._handle_connect = handle_connect

    # -- traffic -----------------------------------------------------------------------------------

    def _handle_event(
        self, handler: Callable[..., Any], message: str, namespace: str, sid: str, *args: Any
    ) -> Any:
        handle = super()._handle_event
        return self._handlers.handle(handle, handler, message, namespace, sid, *args)

    def emit(self, event: str, *args: Any, **kwargs: Any) -> Any:
        """Emit an event; instances of models become plain data."""
        args = self._handlers.dumped(event, args, kwargs)
        return super().emit(event, *args, **kwargs)

    def call(self, event: str, *args: Any, **kwargs: Any) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data."""
        args = self._handlers.dumped(event, args, kwargs)
        return super().call(event, *args, **kwargs)
