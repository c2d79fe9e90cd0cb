"""`AsyncAPIClient`, `AsyncAPIAsyncClient`: clients whose type hints are the contract."""

# pyright: reportIncompatibleMethodOverride=false
# (python-socketio says nothing of the types of its parameters, and pyright guesses them)
from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar, overload

from asyncapi_guard.contract import Perspective
from asyncapi_guard.errors import violation_error
from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.guard.plans import reserved_for
from asyncapi_guard.integrations.aio import calling as aio_calling
from asyncapi_guard.integrations.asked import given_to_client
from asyncapi_guard.integrations.deciding.rejections import rejection_by_server
from asyncapi_guard.integrations.drop_ins import Base, DropIn
from asyncapi_guard.integrations.replacing import own
from asyncapi_guard.integrations.threads import calling as threads_calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict

    class Client(Base): ...

    class AsyncClient(Base): ...
else:
    from socketio import AsyncClient, Client

__all__ = ["AsyncAPIAsyncClient", "AsyncAPIClient"]

Model = TypeVar("Model")
#: Events of the client itself, which no server sends; a handler of all events gets none of them.
_ITS_OWN = reserved_for(Perspective.CLIENT) - {"*"}


class _ClientDropIn(DropIn):
    """The common part of both drop-ins for clients."""

    side = Perspective.CLIENT
    _kind = "client"
    _given = staticmethod(given_to_client)
    #: Nobody is told of a rejection by an event, and nobody connects to a client.
    _options = (DropIn._options | {"perspective"}) - {
        *("docs", "docs_auth", "live", "reject_event", "server"),
        *("usage", "usage_version", "usage_size"),
    }
    #: A connect has what the client sends to enter a namespace.
    _never_sent = RESERVED_EVENTS - {"connect"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adapter = self._adapter()
        if adapter is not None:
            adapter.take_instances(self._plain)

    def _is_of_contract(self, event: str, handler: Any) -> bool:  # noqa: ARG002  # as for servers
        """Return whether an event is the server's, and not about the client's own sessions."""
        return event not in _ITS_OWN

    def _sent_to_connect(self, value: Any) -> Any:
        """Return the `auth` value of a client, with plain data instead of instances."""
        # The guard knows for which namespace it is.
        return value if self._is_guarded() else self._handlers.plain(value)

    def _answer(
        self, model: Any, namespace: str | None, event: str, value: Any
    ) -> tuple[Any, Verdict | None]:
        instance, verdict = super()._answer(model, namespace, event, value)
        if verdict is None or verdict.violation is None:
            return instance, verdict
        seen = dataclasses.replace(verdict.violation, perspective=self.side)
        violation = rejection_by_server(seen, (value,))
        return instance, dataclasses.replace(verdict, violation=violation)


class AsyncAPIClient(_ClientDropIn, Client):
    """A drop-in for `socketio.Client`.

    Its handlers declare the events that the client receives, and `doc_emit` the events that it
    sends. `asyncapi_doc` describes the client application.

    Args:
        *args: the arguments of `socketio.Client`.
        **kwargs: the options of `socketio.Client`, and these options of `AsyncAPISocketIO`:
            `typed`, `policy`, `validate`, `generate_docs`, `title`, `version`, `description`,
            `server_url`, `server_name`, `security`, `engine`, `on_violation`, `addresses`,
            `respond_unhandled`, `watch`, `violations`, `violations_size`, `violations_salt`,
            `violations_keep`, and `spec`. `spec` is the document of the server or, with
            `perspective="client"`, of the client.

    Raises:
        SpecError: an invalid document.
        RegistrationError: type hints that can't become models; raised by registrations.
    """

    _calling = threads_calling
    _remedy = "pass typed=True to AsyncAPIClient, or typed=False if this is intended"

    @own
    def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> None:
        """Emit an event to the server; instances of models become plain data.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        super().emit(
            event, data=self._plain(event, namespace, data), namespace=namespace, callback=callback
        )

    @overload
    def call(
        self,
        event: str,
        data: Any = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        *,
        response_model: type[Model],
    ) -> Model: ...

    @overload
    def call(
        self,
        event: str,
        data: Any = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        *,
        response_model: Any = ...,
    ) -> Any: ...

    def call(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        timeout: float = 60,
        *,
        response_model: Any = None,
    ) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data.

        Args:
            event: its name.
            data: the argument; a tuple is several arguments.
            namespace: the Socket.IO namespace. Defaults to `/`.
            timeout: the number of seconds to wait.
            response_model: the type of the ack, which overrides the document. `call` returns an
                instance of it.

        Raises:
            AckValidationError: an ack that breaks the contract, isn't of that type, or is an error
                response of the server.
            EmitValidationError: an event that breaks the contract.
        """
        if response_model is not None:
            self._response_models.read(response_model)  # raises for what cannot be modelled
        value = super().call(event, data=data, namespace=namespace, timeout=timeout)
        instance, verdict = self._answer(response_model, namespace, event, value)
        if verdict is not None and verdict.violation is not None:
            adapter, violation = self._adapter(), verdict.violation
            if adapter is not None:
                violation = adapter._record(verdict) or violation
            raise violation_error(violation)
        return instance

    def _get_real_value(self, value: Any) -> Any:
        return self._sent_to_connect(super()._get_real_value(value))


class AsyncAPIAsyncClient(_ClientDropIn, AsyncClient):
    """A drop-in for `socketio.AsyncClient`.

    Its handlers declare the events that the client receives, and `doc_emit` the events that it
    sends. `asyncapi_doc` describes the client application.

    Args:
        *args: the arguments of `socketio.AsyncClient`.
        **kwargs: the options of `socketio.AsyncClient`, and these options of `AsyncAPISocketIO`:
            `typed`, `policy`, `validate`, `generate_docs`, `title`, `version`, `description`,
            `server_url`, `server_name`, `security`, `engine`, `on_violation`, `addresses`,
            `respond_unhandled`, `watch`, `violations`, `violations_size`, `violations_salt`,
            `violations_keep`, and `spec`. `spec` is the document of the server or, with
            `perspective="client"`, of the client.

    Raises:
        SpecError: an invalid document.
        RegistrationError: type hints that can't become models; raised by registrations.
    """

    _calling = aio_calling
    _remedy = "pass typed=True to AsyncAPIAsyncClient, or typed=False if this is intended"

    @own
    async def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> None:
        """Emit an event to the server; instances of models become plain data.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        await super().emit(
            event, data=self._plain(event, namespace, data), namespace=namespace, callback=callback
        )

    @overload
    async def call(
        self,
        event: str,
        data: Any = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        *,
        response_model: type[Model],
    ) -> Model: ...

    @overload
    async def call(
        self,
        event: str,
        data: Any = ...,
        namespace: str | None = ...,
        timeout: float = ...,
        *,
        response_model: Any = ...,
    ) -> Any: ...

    async def call(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        timeout: float = 60,
        *,
        response_model: Any = None,
    ) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data.

        Args:
            event: its name.
            data: the argument; a tuple is several arguments.
            namespace: the Socket.IO namespace. Defaults to `/`.
            timeout: the number of seconds to wait.
            response_model: the type of the ack, which overrides the document. `call` returns an
                instance of it.

        Raises:
            AckValidationError: an ack that breaks the contract, isn't of that type, or is an error
                response of the server.
            EmitValidationError: an event that breaks the contract.
        """
        if response_model is not None:
            self._response_models.read(response_model)  # raises for what cannot be modelled
        value = await super().call(event, data=data, namespace=namespace, timeout=timeout)
        instance, verdict = self._answer(response_model, namespace, event, value)
        if verdict is not None and verdict.violation is not None:
            adapter, violation = self._adapter(), verdict.violation
            if adapter is not None:
                violation = await adapter._record(verdict) or violation
            raise violation_error(violation)
        return instance

    async def _get_real_value(self, value: Any) -> Any:
        return self._sent_to_connect(await super()._get_real_value(value))
