"""`AsyncAPIServer`, `AsyncAPIAsyncServer`: python-socketio, with type hints for a contract."""

# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false
# (python-socketio says nothing of the types of its parameters, and pyright guesses them)
from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar, overload

from socketio.admin import InstrumentedServer
from socketio.async_admin import InstrumentedAsyncServer

from asyncapi_guard.codefirst.hidden_hints import check_hints_are_seen
from asyncapi_guard.codefirst.signatures import describe, is_hinted
from asyncapi_guard.errors import InstallationError, RegistrationError, violation_error
from asyncapi_guard.integrations.aio import calling as aio_calling
from asyncapi_guard.integrations.asked import asked_by, given_to
from asyncapi_guard.integrations.code_first_guard import RenewedGuard
from asyncapi_guard.integrations.code_first_server import CodeFirstServer
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.handshake import keep_auth
from asyncapi_guard.integrations.response_models import ResponseModels
from asyncapi_guard.integrations.threads import calling as threads_calling
from asyncapi_guard.integrations.typed_calls import TypedCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.guard import Identity, Verdict
    from asyncapi_guard.integrations.asked import Asked
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

    # python-socketio carries no types: to type checkers, its servers have whatever is asked for.
    class BaseServer:
        _get_event_handler: Any
        _get_namespace_handler: Any
        _handle_connect: Any
        call: Any
        emit: Any
        event: Any
        on: Any
        register_namespace: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...

    class ThreadedServer(BaseServer): ...

    class AsyncServer(BaseServer): ...
else:
    from socketio import AsyncServer
    from socketio import Server as ThreadedServer
    from socketio.base_server import BaseServer

__all__ = ["AsyncAPIAsyncServer", "AsyncAPIServer"]

Model = TypeVar("Model")
_Handler = TypeVar("_Handler", bound="Callable[..., Any]")


class _DropIn(CodeFirstServer, BaseServer):
    """What both drop-ins have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        CodeFirstServer.__init__(self)
        super(CodeFirstServer, self).__init__(*args, **self._take_options(kwargs))
        self.about.servers()  # raises for a name of which nothing says where it is
        self._handlers.follow(self)
        self._handlers.constructs = self.validate
        self._calls: TypedCalls = TypedCalls(self._handlers, self)
        self._calls.identity_of = self._identity_of
        self._calls.event_handler = super()._get_event_handler
        self._calls.namespace_handler = super()._get_namespace_handler
        self._response_models: ResponseModels = ResponseModels(self.engine)
        if self.validate:
            self._guarded = RenewedGuard(self, self.spec)
            self._guarded.protect(self)

    @property
    def guard(self) -> AsyncAPIGuard:
        """The guard of the server: its counters, and `on_error`.

        Raises:
            InstallationError: with `validate=False` there is none.
        """
        if self._guarded is None:
            raise InstallationError("nothing guards this server: validate is False")
        return self._guarded

    # -- registrations -----------------------------------------------------------------------------

    @overload
    def on(
        self,
        event: str,
        handler: None = ...,
        namespace: str | None = ...,
        *,
        get_from_typehint: bool | None = ...,
        request_model: Any = ...,
        response_model: Any = ...,
    ) -> Callable[[_Handler], _Handler]: ...

    @overload
    def on(
        self,
        event: str,
        handler: Callable[..., Any],
        namespace: str | None = ...,
        *,
        get_from_typehint: bool | None = ...,
        request_model: Any = ...,
        response_model: Any = ...,
    ) -> None: ...

    def on(
        self,
        event: str,
        handler: Any = None,
        namespace: str | None = None,
        *,
        get_from_typehint: bool | None = None,
        request_model: Any = None,
        response_model: Any = None,
    ) -> Any:
        """Register an event handler, as a decorator or with the handler as an argument.

        Args:
            event: the name of the event.
            handler: it.
            namespace: the Socket.IO namespace; `/` by default.
            get_from_typehint: the handler's type hints say what is received and acknowledged.
            request_model: the type of the one argument, instead of a hint.
            response_model: the type of what is returned, instead of a hint.

        Raises:
            RegistrationError: its hints cannot be modelled, or leave open what a parameter is.
        """
        models = {"request_model": request_model, "response_model": response_model}
        decided = get_from_typehint is not None or any(each is not None for each in models.values())

        def decorator(function: _Handler) -> _Handler:
            if _is_of_the_admin_ui(function):
                super(_DropIn, self).on(event, function, namespace)
                return function
            wanted = self._wants_hints(get_from_typehint)
            entry = self._receive(
                namespace or "/",
                event,
                function,
                wanted=wanted,
                said=bool(get_from_typehint),
                models=models,
            )
            self._decide(entry, decided=decided)
            super(_DropIn, self).on(event, function, namespace)
            return function

        if handler is None:
            return decorator
        decorator(handler)
        return None

    @overload
    def event(self, handler: _Handler, /) -> _Handler: ...

    @overload
    def event(
        self,
        *,
        namespace: str | None = ...,
        get_from_typehint: bool | None = ...,
        request_model: Any = ...,
        response_model: Any = ...,
    ) -> Callable[[_Handler], _Handler]: ...

    def event(self, *args: Any, **kwargs: Any) -> Any:
        """Register a handler of the event that has the handler's name; options as for `on`."""
        return super().event(*args, **kwargs)

    def register_namespace(
        self, namespace_handler: Any, *, get_from_typehint: bool | None = None
    ) -> None:
        """Register a class-based namespace.

        Args:
            namespace_handler: it.
            get_from_typehint: the type hints of its `on_*` methods say what is received and
                acknowledged.

        Raises:
            RegistrationError: as from `on`.
        """
        super().register_namespace(namespace_handler)
        self._receive_methods(namespace_handler, get_from_typehint)

    def on_namespace(
        self, namespace_handler: Any, *, get_from_typehint: bool | None = None
    ) -> None:
        """As `register_namespace`, by Flask-SocketIO's name for it."""
        self.register_namespace(namespace_handler, get_from_typehint=get_from_typehint)

    def _receive_method(
        self, namespace: str, event: str, method: Callable[..., Any], *, wanted: bool
    ) -> Receiver:
        return self._receive(namespace, event, method, wanted=wanted)

    def _receive(
        self,
        namespace: str,
        event: str,
        handler: Callable[..., Any],
        *,
        wanted: bool,
        said: bool = False,
        models: dict[str, Any] | None = None,
    ) -> Receiver:
        """Read what a handler asks for, if its hints count.

        Args:
            namespace: for which it is registered.
            event: as well.
            handler: it.
            wanted: its hints count if it has some.
            said: they count in any case, somebody has said so.
            models: types in place of hints.
        """
        self._check_it_runs(namespace, event, handler)
        models = models or {}
        asked: Asked | None = None
        if wanted:
            if models.get("request_model") is None:
                check_hints_are_seen(handler)
            if said or is_hinted(handler) or _takes_nothing(handler):
                asked = asked_by(handler, namespace, event)
                asked = asked if said or asked.hinted else None
        if models.get("request_model") is not None:
            _check_it_takes_one(handler, namespace, event, asked)
        entry = self.registry.receive(
            namespace,
            event,
            handler,
            hints=asked is not None,
            signature=asked.signature if asked is not None else None,
            **models,
        )
        self._calls.ask(entry, asked)
        return entry

    # -- traffic -----------------------------------------------------------------------------------

    def _get_event_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        return self._calls.typed_handler(event, namespace, args)

    def _get_namespace_handler(self, namespace: str, args: Any) -> tuple[Any, Any]:
        return self._calls.typed_namespace(namespace, args)

    def _identity_of(self, sid: str, namespace: str) -> Identity | None:
        return None if self._guarded is None else self._guarded.identity(sid, namespace)

    def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> Any:
        keep_auth(self.environ.get(eio_sid), namespace or "/", data)
        return super()._handle_connect(eio_sid, namespace, data)

    def _plain(self, event: str, namespace: str | None, data: Any) -> Any:
        """What is emitted, with plain data in place of instances."""
        (plain,) = self._handlers.dumped(event, (data,), {"namespace": namespace})
        return plain

    def _answer(
        self, model: Any, namespace: str | None, event: str, value: Any
    ) -> tuple[Any, Verdict | None]:
        """An instance for what a client answered to `call`, and what is wrong with that."""
        if model is None or isinstance(value, RejectedAck):
            return value, None
        return self._response_models.instance(model, namespace or "/", event, value)

    def _adapter(self) -> Any:
        """What the guard has put on the server; `None` without a guard."""
        return next(iter(self._guarded._adapters()), None) if self._guarded is not None else None


class AsyncAPIServer(_DropIn, ThreadedServer):
    """A drop-in for `socketio.Server`.

    Args:
        *args: as for `socketio.Server`.
        **kwargs: as for `socketio.Server`, and the options of `AsyncAPISocketIO`: `typed`,
            `spec`, `policy`, `validate`, `generate_docs`, `title`, `version`,
            `description`, `server_url`, `server_name`, `security`, `verifiers`,
            `security_timeout`, `engine`, `on_violation`, `addresses`, `reject_event`,
            `respond_unhandled`.

    Raises:
        SpecError: the document cannot be used.
        RegistrationError: from registrations, for hints that cannot be modelled.
    """

    _calling = threads_calling
    _remedy = "pass typed=True to AsyncAPIServer, or typed=False if this is meant"

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
            EmitValidationError: it breaks the contract.
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
            data: what is sent; a tuple is several arguments.
            to: the session id of the client.
            sid: as `to`.
            namespace: the Socket.IO namespace; `/` by default.
            timeout: how many seconds to wait.
            ignore_queue: send to clients of this process alone.
            response_model: the type of the ack, whatever `doc_emit` says of that; what is returned
                is an instance of it.

        Raises:
            AckValidationError: the ack breaks the contract, or is nothing of that type.
            EmitValidationError: the event breaks the contract.
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
            adapter = self._adapter()
            if adapter is not None:
                adapter._record(verdict, None, to or sid, value)
            raise violation_error(verdict.violation)
        return instance


class AsyncAPIAsyncServer(_DropIn, AsyncServer):
    """A drop-in for `socketio.AsyncServer`.

    Args:
        *args: as for `socketio.AsyncServer`.
        **kwargs: as for `socketio.AsyncServer`, and the options of `AsyncAPISocketIO`: `typed`,
            `spec`, `policy`, `validate`, `generate_docs`, `title`, `version`,
            `description`, `server_url`, `server_name`, `security`, `verifiers`,
            `security_timeout`, `engine`, `on_violation`, `addresses`, `reject_event`,
            `respond_unhandled`.

    Raises:
        SpecError: the document cannot be used.
        RegistrationError: from registrations, for hints that cannot be modelled.
    """

    _calling = aio_calling
    _remedy = "pass typed=True to AsyncAPIAsyncServer, or typed=False if this is meant"

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
            EmitValidationError: it breaks the contract.
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
            data: what is sent; a tuple is several arguments.
            to: the session id of the client.
            sid: as `to`.
            namespace: the Socket.IO namespace; `/` by default.
            timeout: how many seconds to wait.
            ignore_queue: send to clients of this process alone.
            response_model: the type of the ack, whatever `doc_emit` says of that; what is returned
                is an instance of it.

        Raises:
            AckValidationError: the ack breaks the contract, or is nothing of that type.
            EmitValidationError: the event breaks the contract.
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
            adapter = self._adapter()
            if adapter is not None:
                await adapter._record(verdict, None, to or sid, value)
            raise violation_error(verdict.violation)
        return instance


def _is_of_the_admin_ui(handler: Any) -> bool:
    """Whether it is python-socketio's own, of no contract."""
    owner = getattr(handler, "__self__", None)
    return isinstance(owner, (InstrumentedServer, InstrumentedAsyncServer))


def _takes_nothing(handler: Callable[..., Any]) -> bool:
    """Whether python-socketio cannot call a handler, which has no parameter for a session id."""
    try:
        return not inspect.signature(handler).parameters
    except (TypeError, ValueError):  # something of C's, which does not say
        return False


def _check_it_takes_one(
    handler: Callable[..., Any], namespace: str, event: str, asked: Asked | None
) -> None:
    """See that a handler has a parameter for its `request_model`.

    Raises:
        RegistrationError: it has none.
    """
    given = given_to(namespace, event)
    if not _takes_one(handler, given, asked):
        written = ", ".join((*given, "value"))
        raise RegistrationError(
            f"{describe(handler)}: it has no parameter for what request_model says; "
            f"write ({written})"
        )


def _takes_one(handler: Callable[..., Any], given: tuple[str, ...], asked: Asked | None) -> bool:
    if asked is not None:
        arguments = [kind for _, kind in asked.parameters if kind is None]
        return bool(arguments) or asked.signature.rest is not None
    try:
        inspect.signature(handler).bind(*given, None)
    except TypeError:
        return False
    except ValueError:  # as above
        return True
    return True
