"""What the drop-ins for python-socketio's servers and clients share."""

# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false
# (python-socketio says nothing of the types of its parameters, and pyright guesses them)
from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar, overload

from asyncapi_guard.codefirst.ack_options import read_ack_options
from asyncapi_guard.codefirst.hidden_hints import check_hints_are_seen
from asyncapi_guard.codefirst.signatures import describe, is_hinted
from asyncapi_guard.errors import InstallationError, RegistrationError
from asyncapi_guard.integrations.asked import asked_by
from asyncapi_guard.integrations.code_first_application import CodeFirstApplication
from asyncapi_guard.integrations.code_first_guard import RenewedGuard
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.response_models import ResponseModels
from asyncapi_guard.integrations.typed_calls import TypedCalls
from asyncapi_guard.spec.acks import NO_OPTIONS, AckOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.asked import Asked
    from asyncapi_guard.integrations.deciding.calls import Shortcut
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["Base", "DropIn"]

_Handler = TypeVar("_Handler", bound="Callable[..., Any]")


class Base:
    """Stands for the class of python-socketio that comes after it."""

    if TYPE_CHECKING:  # python-socketio carries no types: it has whatever is asked for
        _get_event_handler: Any
        _get_namespace_handler: Any
        _get_real_value: Any
        _handle_connect: Any
        call: Any
        emit: Any
        event: Any
        on: Any
        register_namespace: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...


class DropIn(CodeFirstApplication, Base):
    """A server or a client of python-socketio with type hints for a contract."""

    #: What it is, for people.
    _kind: str
    #: What python-socketio gives before the arguments of an event.
    _given: Callable[[str, str], tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        CodeFirstApplication.__init__(self)
        super(CodeFirstApplication, self).__init__(*args, **self._take_options(kwargs))
        self.about.servers()  # raises for a name of which nothing says where it is
        self._check_docs()
        self._handlers.follow(self)
        self._handlers.constructs = self.validate
        self._calls: TypedCalls = TypedCalls(self._handlers, self, self._given)
        self._calls.event_handler = super()._get_event_handler
        self._calls.namespace_handler = super()._get_namespace_handler
        if type(self)._get_event_handler is DropIn._get_event_handler:
            # One step less for each event.
            self._calls.find = self._calls.typed_handler
            self._get_event_handler = self._calls.find  # type: ignore[method-assign]  # of one
        self._response_models: ResponseModels = ResponseModels(self.engine)
        if self.validate:
            self._guarded = RenewedGuard(self, self.spec)
            self._guarded.protect(self)

    @property
    def guard(self) -> AsyncAPIGuard:
        """The guard of it: its counters, and `on_error`.

        Raises:
            InstallationError: with `validate=False` there is none.
        """
        if self._guarded is None:
            raise InstallationError(f"this {self._kind} is not guarded, because validate is False")
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
        ack_required: bool = ...,
        ack_timeout: float | None = ...,
        no_ack: bool = ...,
        reauthenticate: bool = ...,
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
        ack_required: bool = ...,
        ack_timeout: float | None = ...,
        no_ack: bool = ...,
        reauthenticate: bool = ...,
    ) -> None: ...

    def on(  # noqa: PLR0913  # a handler, and what is said of it
        self,
        event: str,
        handler: Any = None,
        namespace: str | None = None,
        *,
        get_from_typehint: bool | None = None,
        request_model: Any = None,
        response_model: Any = None,
        ack_required: bool = False,
        ack_timeout: float | None = None,
        no_ack: bool = False,
        reauthenticate: bool = False,
    ) -> Any:
        """Register an event handler, as a decorator or with the handler as an argument.

        Args:
            event: the name of the event.
            handler: it.
            namespace: the Socket.IO namespace; `/` by default.
            get_from_typehint: the handler's type hints say what is received and acknowledged.
            request_model: the type of the one argument, instead of a hint.
            response_model: the type of what is returned, instead of a hint.
            ack_required: the other side must ask for an ack.
            ack_timeout: within how many seconds the handler must answer.
            no_ack: the other side must not ask for an ack.
            reauthenticate: by the event, clients show again who they are; see `x-guard`. The
                handler runs once your verifiers have accepted that.

        Raises:
            RegistrationError: its hints cannot be modelled, or leave open what a parameter is.
        """
        models = {"request_model": request_model, "response_model": response_model}
        options = read_ack_options(
            f"on({event!r})",
            required=ack_required,
            timeout=ack_timeout,
            none=no_ack,
            typed=response_model is not None,
        )
        decided = get_from_typehint is not None or any(each is not None for each in models.values())

        def decorator(function: _Handler) -> _Handler:
            if not self._is_of_contract(event, function):
                self._check_it_runs(namespace or "/", event, function)
                super(DropIn, self).on(event, function, namespace)
                return function
            wanted = self._wants_hints(get_from_typehint)
            entry = self._receive(
                namespace or "/",
                event,
                function,
                wanted=wanted,
                said=bool(get_from_typehint),
                models=models,
                ack_options=options,
                reauthenticate=reauthenticate,
            )
            self._decide(entry, decided=decided)
            if reauthenticate:
                self._check_mark(f"on({event!r}): reauthenticate")
            super(DropIn, self).on(event, function, namespace)
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
        ack_required: bool = ...,
        ack_timeout: float | None = ...,
        no_ack: bool = ...,
        reauthenticate: bool = ...,
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

    def _receive_method(
        self, namespace: str, event: str, method: Callable[..., Any], *, wanted: bool
    ) -> Receiver:
        return self._receive(namespace, event, method, wanted=wanted)

    def _receive(  # noqa: PLR0913  # a handler, and what is said of it
        self,
        namespace: str,
        event: str,
        handler: Callable[..., Any],
        *,
        wanted: bool,
        said: bool = False,
        models: dict[str, Any] | None = None,
        ack_options: AckOptions = NO_OPTIONS,
        reauthenticate: bool = False,
    ) -> Receiver:
        """Read what a handler asks for, if its hints count.

        Args:
            namespace: for which it is registered.
            event: as well.
            handler: it.
            wanted: its hints count if it has some.
            said: they count in any case, somebody has said so.
            models: types in place of hints.
            ack_options: what is said of its ack besides.
            reauthenticate: by it, clients show again who they are.
        """
        self._check_it_runs(namespace, event, handler)
        given = self._given(namespace, event)
        models = models or {}
        asked: Asked | None = None
        if wanted:
            if models.get("request_model") is None:
                check_hints_are_seen(handler)
            if said or is_hinted(handler) or _takes_nothing(handler, given):
                asked = asked_by(handler, given)
                asked = asked if said or asked.hinted else None
        if models.get("request_model") is not None:
            _check_it_takes_one(handler, given, asked)
        entry = self.registry.receive(
            namespace,
            event,
            handler,
            hints=asked is not None,
            signature=asked.signature if asked is not None else None,
            ack_options=ack_options,
            reauthenticate=reauthenticate,
            **models,
        )
        self._calls.ask(entry, asked)
        return entry

    # -- traffic -----------------------------------------------------------------------------------

    def _get_event_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        return self._calls.typed_handler(event, namespace, args)

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:
        """Return what can validate a received event instead of its rule; `None` for nothing.

        Args:
            rule: the rule that validates the event by default.
            namespace: the Socket.IO namespace.
            event: its name.
        """
        receiver = self.registry.own_receiver(namespace, event)
        if receiver is None:
            return None
        # Only handlers that are registered as such: those of class namespaces are called by these.
        registered = self.handlers.get(namespace, {}).get(event)
        return self._calls.shortcut(receiver, rule) if registered is receiver.handler else None

    def _get_namespace_handler(self, namespace: str, args: Any) -> tuple[Any, Any]:
        return self._calls.typed_namespace(namespace, args)

    def _plain(self, event: str, namespace: str | None, data: Any) -> Any:
        """What is emitted, with plain data in place of instances."""
        (plain,) = self._handlers.dumped(event, (data,), {"namespace": namespace})
        return plain

    def _answer(
        self, model: Any, namespace: str | None, event: str, value: Any
    ) -> tuple[Any, Verdict | None]:
        """An instance for what the other side answered to `call`, and what is wrong with that."""
        if model is None or isinstance(value, RejectedAck):
            return value, None
        return self._response_models.instance(model, namespace or "/", event, value)

    def _adapter(self) -> Any:
        """What the guard has put on it; `None` without a guard."""
        return next(iter(self._guarded._adapters()), None) if self._guarded is not None else None


def _takes_nothing(handler: Callable[..., Any], given: tuple[str, ...]) -> bool:
    """Whether python-socketio cannot call a handler, which has no parameter for a session id."""
    try:
        return bool(given) and not inspect.signature(handler).parameters
    except (TypeError, ValueError):  # something of C's, which does not say
        return False


def _check_it_takes_one(
    handler: Callable[..., Any], given: tuple[str, ...], asked: Asked | None
) -> None:
    """See that a handler has a parameter for its `request_model`.

    Raises:
        RegistrationError: it has none.
    """
    if not _takes_one(handler, given, asked):
        written = ", ".join((*given, "value"))
        raise RegistrationError(
            f"{describe(handler)}: it has no parameter for request_model; write ({written})"
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
