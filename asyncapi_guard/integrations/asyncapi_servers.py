"""`AsyncAPIServer`, `AsyncAPIAsyncServer`: servers whose type hints are the contract."""

# pyright: reportIncompatibleMethodOverride=false
# (python-socketio says nothing of the types of its parameters, and pyright guesses them)
from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from socketio.admin import InstrumentedServer
from socketio.async_admin import InstrumentedAsyncServer

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.aio import calling as aio_calling
from asyncapi_guard.integrations.asked import given_to
from asyncapi_guard.integrations.drop_ins import Base, DropIn
from asyncapi_guard.integrations.handshake import keep_auth
from asyncapi_guard.integrations.threads import calling as threads_calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Identity

    class ThreadedServer(Base): ...

    class AsyncServer(Base): ...
else:
    from socketio import AsyncServer
    from socketio import Server as ThreadedServer

__all__ = ["AsyncAPIAsyncServer", "AsyncAPIServer"]

Model = TypeVar("Model")


class _ServerDropIn(DropIn):
    """The common part of both drop-ins for servers."""

    _kind = "server"
    _given = staticmethod(given_to)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._calls.identity_of = self._identity_of

    def on_namespace(
        self, namespace_handler: Any, *, get_from_typehint: bool | None = None
    ) -> None:
        """Register a class-based namespace, by Flask-SocketIO's name for `register_namespace`.

        Args:
            namespace_handler: the class-based namespace.
            get_from_typehint: whether the type hints of its `on_*` methods define the arguments and
                acks of events.
        """
        self.register_namespace(namespace_handler, get_from_typehint=get_from_typehint)

    def _is_of_contract(self, event: str, handler: Any) -> bool:  # noqa: ARG002  # as for clients
        """Return whether a namespace isn't python-socketio's own, as the admin UI's is."""
        owner = getattr(handler, "__self__", None)
        return not isinstance(owner, (InstrumentedServer, InstrumentedAsyncServer))

    def _identity_of(self, sid: str, namespace: str) -> Identity | None:
        return None if self._guarded is None else self._guarded.identity(sid, namespace)

    def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> Any:
        keep_auth(self.environ.get(eio_sid), namespace or "/", data)
        return super()._handle_connect(eio_sid, namespace, data)


class AsyncAPIServer(_ServerDropIn, ThreadedServer):
    """A drop-in for `socketio.Server`.

    Args:
        *args: the arguments of `socketio.Server`.
        **kwargs: the options of `socketio.Server`, and of `AsyncAPISocketIO`. They are
            `typed`, `spec`, `policy`, `validate`, `generate_docs`, `title`, `version`,
            `description`, `server_url`, `server_name`, `security`, `verifiers`,
            `security_timeout`, `server`, `engine`, `on_violation`, `addresses`, `reject_event`,
            `respond_unhandled`, `docs`, `docs_auth`, `live`, `watch`, `violations`,
            `violations_size`, `violations_salt`, `violations_keep`, `usage`, `usage_version` and
            `usage_size`. To serve the console, use `server.guard.wsgi(app)`.

    Raises:
        SpecError: an invalid document.
        RegistrationError: type hints that can't become models; raised by registrations.
    """

    _calling = threads_calling
    _remedy = "pass typed=True to AsyncAPIServer, or typed=False if this is intended"

    def emit(  # noqa: PLR0913, PLR0917  # python-socketio's own signature
        self,
        event: str,
        data: Any = None,
        to: Any = None,
        room: Any = None,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,  # noqa: FBT001, FBT002  # python-socketio's own signature
    ) -> None:
        """Emit an event; instances of models become plain data.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        super().emit(
            event,
            data=self._plain(event, namespace, data),
            to=to,
            room=room,
            skip_sid=skip_sid,
            namespace=namespace,
            callback=callback,
            ignore_queue=ignore_queue,
        )

    @overload
    def call(
        self,
        event: str,
        data: Any = ...,
        to: str | None = ...,
        sid: str | None = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        ignore_queue: bool = ...,  # noqa: FBT001  # as above
        *,
        response_model: type[Model],
    ) -> Model: ...

    @overload
    def call(
        self,
        event: str,
        data: Any = ...,
        to: str | None = ...,
        sid: str | None = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        ignore_queue: bool = ...,  # noqa: FBT001  # as above
        *,
        response_model: Any = ...,
    ) -> Any: ...

    def call(  # noqa: PLR0913  # as above
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float = 60,
        ignore_queue: bool = False,  # noqa: FBT001, FBT002  # as above
        *,
        response_model: Any = None,
    ) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data.

        Args:
            event: its name.
            data: the argument; a tuple is several arguments.
            to: the session id of the client.
            sid: another name of `to`.
            namespace: the Socket.IO namespace. Defaults to `/`.
            timeout: the number of seconds to wait.
            ignore_queue: whether to send only to clients of this process. Defaults to false.
            response_model: the type of the ack, which overrides `doc_emit`. `call` returns an
                instance of it.

        Raises:
            AckValidationError: an ack that breaks the contract, or isn't of that type.
            EmitValidationError: an event that breaks the contract.
        """
        if response_model is not None:
            self._response_models.read(response_model)  # raises for what cannot be modelled
        value = super().call(
            event,
            data=data,
            to=to,
            sid=sid,
            namespace=namespace,
            timeout=timeout,
            ignore_queue=ignore_queue,
        )
        instance, verdict = self._answer(response_model, namespace, event, value)
        if verdict is not None and verdict.violation is not None:
            adapter, violation = self._adapter(), verdict.violation
            if adapter is not None:
                violation = adapter._record(verdict, None, to or sid, value) or violation
            raise violation_error(violation)
        return instance


class AsyncAPIAsyncServer(_ServerDropIn, AsyncServer):
    """A drop-in for `socketio.AsyncServer`.

    Args:
        *args: the arguments of `socketio.AsyncServer`.
        **kwargs: the options of `socketio.AsyncServer`, and of `AsyncAPISocketIO`. They are
            `typed`, `spec`, `policy`, `validate`, `generate_docs`, `title`, `version`,
            `description`, `server_url`, `server_name`, `security`, `verifiers`,
            `security_timeout`, `server`, `engine`, `on_violation`, `addresses`, `reject_event`,
            `respond_unhandled`, `docs`, `docs_auth`, `live`, `watch`, `violations`,
            `violations_size`, `violations_salt`, `violations_keep`, `usage`, `usage_version` and
            `usage_size`. To serve the console, use `server.guard.asgi(app)`.

    Raises:
        SpecError: an invalid document.
        RegistrationError: type hints that can't become models; raised by registrations.
    """

    _calling = aio_calling
    _remedy = "pass typed=True to AsyncAPIAsyncServer, or typed=False if this is intended"

    async def emit(  # noqa: PLR0913, PLR0917  # python-socketio's own signature
        self,
        event: str,
        data: Any = None,
        to: Any = None,
        room: Any = None,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,  # noqa: FBT001, FBT002  # python-socketio's own signature
    ) -> None:
        """Emit an event; instances of models become plain data.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        await super().emit(
            event,
            data=self._plain(event, namespace, data),
            to=to,
            room=room,
            skip_sid=skip_sid,
            namespace=namespace,
            callback=callback,
            ignore_queue=ignore_queue,
        )

    @overload
    async def call(
        self,
        event: str,
        data: Any = ...,
        to: str | None = ...,
        sid: str | None = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        ignore_queue: bool = ...,  # noqa: FBT001  # as above
        *,
        response_model: type[Model],
    ) -> Model: ...

    @overload
    async def call(
        self,
        event: str,
        data: Any = ...,
        to: str | None = ...,
        sid: str | None = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        ignore_queue: bool = ...,  # noqa: FBT001  # as above
        *,
        response_model: Any = ...,
    ) -> Any: ...

    async def call(  # noqa: PLR0913  # as above
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float = 60,
        ignore_queue: bool = False,  # noqa: FBT001, FBT002  # as above
        *,
        response_model: Any = None,
    ) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data.

        Args:
            event: its name.
            data: the argument; a tuple is several arguments.
            to: the session id of the client.
            sid: another name of `to`.
            namespace: the Socket.IO namespace. Defaults to `/`.
            timeout: the number of seconds to wait.
            ignore_queue: whether to send only to clients of this process. Defaults to false.
            response_model: the type of the ack, which overrides `doc_emit`. `call` returns an
                instance of it.

        Raises:
            AckValidationError: an ack that breaks the contract, or isn't of that type.
            EmitValidationError: an event that breaks the contract.
        """
        if response_model is not None:
            self._response_models.read(response_model)  # raises for what cannot be modelled
        value = await super().call(
            event,
            data=data,
            to=to,
            sid=sid,
            namespace=namespace,
            timeout=timeout,
            ignore_queue=ignore_queue,
        )
        instance, verdict = self._answer(response_model, namespace, event, value)
        if verdict is not None and verdict.violation is not None:
            adapter, violation = self._adapter(), verdict.violation
            if adapter is not None:
                violation = await adapter._record(verdict, None, to or sid, value) or violation
            raise violation_error(violation)
        return instance
