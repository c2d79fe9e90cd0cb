"""The events that a server receives and sends, by its handlers and declarations."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.ack_options import options_of
from asyncapi_guard.codefirst.declarations import Beside, Declaration
from asyncapi_guard.codefirst.generated_models import generated_by, named_by
from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.codefirst.hint_check import check_hint
from asyncapi_guard.codefirst.hints import is_model, plain, read_hint
from asyncapi_guard.codefirst.signatures import MISSING, Signature, describe, read_signature
from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.spec.acks import NO_OPTIONS, AckOptions
from asyncapi_guard.spec.deep_stack import TOO_DEEP, with_room
from asyncapi_guard.spec.ids import check_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from asyncapi_guard.codefirst.hints import Direction, Hint

__all__ = ["CATCH_ALL", "Receiver", "Registry", "Sender", "plain_models", "plain_values"]

#: The name under which handlers of all other events are registered.
CATCH_ALL = "*"


def plain_values(value: Any) -> Any:
    """Plain data of which no type is known; a tuple of any class is several values."""
    return plain(tuple(value) if isinstance(value, tuple) else value)


def plain_models(value: Any) -> Any:
    """A value in which models are plain data, and everything else is what it was."""
    kind = type(value)
    if kind is dict:
        return {key: plain_models(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(map(plain_models, value))
    return plain(value) if is_model(kind) else value


@dataclass(frozen=True, slots=True)
class Receiver:
    """An event that is received, and its handler.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        handler: the user's function.
        arguments: the hints of its arguments, in order; `None` when nothing is known of them.
        required: how many of them must be there.
        rest: the hint of any further arguments; `None` when there may be none.
        ack: the hint of what it returns; `None` when nothing is known of that.
        names: the parameters of the arguments, and that of any further ones.
        ack_options: whether an ack is required, and how long it may take.
        reauthenticate: by it, clients show again who they are.
    """

    namespace: str
    event: str
    handler: Callable[..., Any]
    arguments: tuple[Hint, ...] | None = None
    required: int = 0
    rest: Hint | None = None
    ack: Hint | None = None
    names: tuple[str, ...] = ()
    ack_options: AckOptions = NO_OPTIONS
    reauthenticate: bool = False

    @property
    def typed(self) -> bool:
        """Whether values are made into instances."""
        return self.arguments is not None

    @property
    def description(self) -> str:
        """The handler's docstring."""
        handler: Any = self.handler
        while isinstance(handler, functools.partial):  # which has one of its own
            handler = handler.func
        return inspect.getdoc(handler) or ""

    def construct(self, args: Sequence[Any]) -> list[Any]:
        """What the handler is called with.

        Raises:
            ConstructionError: a validator of a model rejects a value.
        """
        hints = self.arguments or ()
        single = len(hints) == 1 and self.required == 1 and self.rest is None
        if hints and single and len(args) == 1:
            return [hints[0].construct(args[0])]
        values = []
        for index, value in enumerate(args):
            hint = hints[index] if index < len(hints) else self.rest
            path = "" if single else f"/{index}"
            values.append(hint.construct(value, path) if hint is not None else value)
        # No arguments satisfy one that may be null.
        while len(values) < self.required and hints[len(values)].accepts_none:
            values.append(None)
        return values

    def dump(self, value: Any, undeclared: Callable[[Any], Any] = plain_values) -> Any:
        """What is acknowledged for what the handler returned.

        Args:
            value: what that is.
            undeclared: makes plain data of it where no type is declared.
        """
        return self.ack.dump(value) if self.ack is not None else undeclared(value)


@dataclass(frozen=True, slots=True)
class Sender:
    """An event that is sent.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        payloads: the hints of what is sent, one of which fits.
        ack: the hint of what clients answer; `None` when nothing is known of that.
        description: for the document.
        ack_options: whether an ack is required, and how long it may take.
        expired: it tells clients that their identity has ended.
    """

    namespace: str
    event: str
    payloads: tuple[Hint, ...]
    ack: Hint | None = None
    description: str = ""
    ack_options: AckOptions = NO_OPTIONS
    expired: bool = False

    def dump(self, value: Any) -> Any:
        """What goes over the wire."""
        if len(self.payloads) == 1:
            return self.payloads[0].dump(value)
        # A subclass is an instance of its base, too: its own type goes first.
        for payload in sorted(self.payloads, key=lambda hint: hint.hint is not type(value)):
            if payload.is_instance(value):
                return payload.dump(value)
        return plain_values(value)


class Registry:
    """The receivers and senders of a server, in the order in which they were registered.

    Attributes:
        changes: grows with each registration.
        models: the names of modules with generated models that are used besides those of the hints.
    """

    def __init__(self) -> None:
        self.changes: int = 0
        self.models: tuple[str, ...] = ()
        self._receivers: dict[tuple[str, str], Receiver] = {}
        self._senders: dict[tuple[str, str], Sender] = {}
        self._declarations: list[Declaration] = []
        self._beside: Beside = Beside()

    def receivers(self) -> Iterator[Receiver]:
        """In the order of their registration."""
        return iter(list(self._receivers.values()))

    def senders(self) -> Iterator[Sender]:
        """In the order of their registration."""
        return iter(list(self._senders.values()))

    def copy(self) -> Registry:
        """What is registered now; later registrations do not change it."""
        made = Registry()
        made.changes, made.models = self.changes, self.models
        made._receivers, made._senders = dict(self._receivers), dict(self._senders)
        return made

    def receiver(self, namespace: str, event: str, handler: Callable[..., Any]) -> Receiver | None:
        """The entry of a handler."""
        for place in (namespace, CATCH_ALL):
            found = self._receivers.get((place, event))
            if found is not None and (found.handler is handler or found.handler == handler):
                return found
        return None

    def own_receiver(self, namespace: str, event: str) -> Receiver | None:
        """The entry of an event, where it has a handler of its own."""
        return self._receivers.get((namespace, event))

    def wide_receiver(self, namespace: str, event: str) -> Receiver | None:
        """The handler that takes an event that has none of its own, because it takes others too."""
        if (namespace, event) in self._receivers:
            return None
        for place in ((namespace, CATCH_ALL), (CATCH_ALL, event), (CATCH_ALL, CATCH_ALL)):
            if place in self._receivers:
                return self._receivers[place]
        return None

    def taker(self, namespace: str, event: str) -> Receiver | None:
        """The handler that takes an event, its own or a wide one."""
        return self._receivers.get((namespace, event)) or self.wide_receiver(namespace, event)

    def sender(self, namespace: str, event: str) -> Sender | None:
        """The declaration of an event that is sent."""
        return self._senders.get((namespace, event))

    def receive(  # noqa: PLR0913  # the handler, and what is said of it
        self,
        namespace: str,
        event: str,
        handler: Callable[..., Any],
        *,
        hints: bool,
        request_model: Any = None,
        response_model: Any = None,
        signature: Signature | None = None,
        ack_options: AckOptions = NO_OPTIONS,
        reauthenticate: bool = False,
    ) -> Receiver:
        """Register a handler; the last one of an event counts.

        Args:
            namespace: the Socket.IO namespace.
            event: the name of the event.
            handler: the user's function.
            hints: whether its type hints count.
            request_model: the type of its one argument, in place of a hint.
            response_model: the type of what it returns, in place of a hint.
            signature: what it takes, where some parameters are no arguments; read by default.
            ack_options: whether an ack is required, and how long it may take; by default what the
                decorator of that name says.
            reauthenticate: by it, clients show again who they are.

        Raises:
            RegistrationError: a hint is missing, cannot be resolved, or cannot be modelled; the
                namespace cannot be named; or the options of the ack cannot be.
        """
        name = describe(handler)
        check_names(namespace, event, name)
        ack_options = options_of(handler, ack_options, event, name)
        signature = (signature or read_signature(handler)) if hints else None
        names: tuple[str, ...] = ()
        if request_model is not None:
            arguments: tuple[Hint, ...] | None = (
                _hint(request_model, f"{name}, request_model", "validation"),
            )
            required, rest = 1, None
        elif signature is not None:
            arguments, required, rest = _arguments(signature, name, event)
            names = signature.names[1 if event == CATCH_ALL else 0 :]
        else:
            arguments, required, rest = None, 0, None
        ack = _ack(signature, response_model, name)
        if arguments is None and ack is not None and signature is None:
            arguments, rest, required = (), read_hint(Any, name), 0
        entry = Receiver(
            *(namespace, event, handler, arguments, required, rest, ack, names),
            ack_options,
            reauthenticate,
        )
        self.add(entry)
        self.take_along(handler, namespace)
        # Whether or not its hints count: whose types it names has the document of its events.
        self.use_models(named_by(handler))
        return entry

    def use_models(self, names: Iterable[str]) -> None:
        """Take the document of generated models for that of the server.

        Args:
            names: of modules; those that were not generated count for nothing.
        """
        found = [module.__name__ for module in map(generated_by, names) if module is not None]
        if not set(found) <= set(self.models):
            self.models = tuple(dict.fromkeys((*self.models, *found)))
            self.changes += 1

    def add(self, entry: Receiver) -> None:
        """Register a receiver in place of the one that its event had."""
        self._receivers.pop((entry.namespace, entry.event), None)
        self._receivers[entry.namespace, entry.event] = entry
        self.changes += 1

    def send(  # noqa: PLR0913  # an event, and what is said of it
        self,
        namespace: str | None,
        event: str,
        model: Any,
        *,
        ack_model: Any = None,
        description: str = "",
        ack_options: AckOptions = NO_OPTIONS,
        expired: bool = False,
        reserved: Collection[str] = RESERVED_EVENTS,
    ) -> Declaration:
        """Declare an event that is sent; again, with another type, for either of them.

        Without a namespace it is sent in `/`, unless it stands beside a handler.

        Args:
            namespace: the Socket.IO namespace.
            event: the name of the event.
            model: the type of what is sent.
            ack_model: the type of what is answered.
            description: for the document.
            ack_options: what is said of its ack besides.
            expired: it tells clients that their identity has ended.
            reserved: the names of events that nobody emits.

        Raises:
            RegistrationError: a type cannot be modelled, the namespace cannot be named, or the name
                of the event is one that Socket.IO keeps for itself.
        """
        place = f"doc_emit({event!r})"
        first = "/" if namespace is None else namespace
        check_names(first, event, place)
        if event in reserved:
            raise RegistrationError(
                f"{place}: Socket.IO reserves the name {event!r}, so it can't be emitted; use a "
                "different name"
            )
        payload = self._known_payload(event, model) or _hint(model, place, "serialization")
        ack = None
        if ack_model is not None and event == "connect":
            raise RegistrationError(
                f"{place}, ack_model: Socket.IO never acknowledges a connection; remove it"
            )
        if ack_model is not None:
            ack = _hint(ack_model, f"{place}, ack_model", "validation")
        made = Declaration(
            event, payload, ack, description, namespace is not None, (first,), ack_options, expired
        )
        self._declarations.append(made)
        _widen(self._senders, made)
        self.changes += 1
        return made

    def _known_payload(self, event: str, model: Any) -> Hint | None:
        declared = (each.payload for each in self._declarations if each.event == event)
        return next((payload for payload in declared if payload.hint == model), None)

    def stand_beside(self, function: Any, declaration: Declaration) -> None:
        """Let a declaration without a namespace of its own be sent where a function handles events.

        Args:
            function: a handler, registered already or later, or a class-based namespace.
            declaration: what `send` gave.
        """
        if declaration.is_placed:
            return
        self._beside.add(function, declaration)
        found = written_function(function)
        for receiver in self.receivers():
            if written_function(receiver.handler) is found:
                self.take_along(function, receiver.namespace)

    def take_along(self, function: Any, namespace: str) -> None:
        """Move what stands beside a function to the namespace in which it handles events."""
        declarations = self._beside.of(function)
        for declaration in declarations:
            declaration.follow(namespace)
        if declarations:
            senders: dict[tuple[str, str], Sender] = {}
            for each in self._declarations:
                _widen(senders, each)
            self._senders = senders
            self.changes += 1

    def add_sender(self, entry: Sender) -> None:
        """Declare an event that is sent, in place of what was declared of it."""
        self._senders[entry.namespace, entry.event] = entry
        self.changes += 1


def _widen(senders: dict[tuple[str, str], Sender], declaration: Declaration) -> None:
    """Add to what is declared what one more declaration says."""
    payload, ack, description = declaration.payload, declaration.ack, declaration.description
    ack_options = declaration.ack_options
    for namespace in declaration.namespaces:
        key = namespace, declaration.event
        known = senders.get(key) or Sender(*key, ())
        payloads = known.payloads
        if all(each.hint != payload.hint for each in payloads):
            payloads = (*payloads, payload)
        options = known.ack_options if declaration.ack_options == NO_OPTIONS else ack_options
        senders[key] = Sender(
            *(*key, payloads, ack or known.ack, description or known.description),
            options,
            declaration.expired or known.expired,
        )


def _arguments(
    signature: Signature, name: str, event: str
) -> tuple[tuple[Hint, ...], int, Hint | None]:
    parameters = signature.arguments
    if event == CATCH_ALL:
        parameters = parameters[1:]  # the event's name
    hints = []
    for parameter in parameters:
        place = f"{name}, parameter {parameter.name!r}"
        if parameter.hint is MISSING:
            raise RegistrationError(f"{place}: it has no type hint; write Any to accept anything")
        hints.append(_hint(parameter.hint, place, "validation"))
    rest = None
    if signature.rest is not None:
        hint = Any if signature.rest.hint is MISSING else signature.rest.hint
        rest = _hint(hint, f"{name}, parameter {signature.rest.name!r}", "validation")
    required = sum(not parameter.optional for parameter in parameters)
    return tuple(hints), required, rest


def _ack(signature: Signature | None, response_model: Any, name: str) -> Hint | None:
    if response_model is not None:
        return _hint(response_model, f"{name}, response_model", "serialization")
    if signature is None or signature.returns is MISSING:
        return None
    return _hint(signature.returns, f"{name}, return value", "serialization")


def _hint(type: Any, place: str, direction: Direction) -> Hint:
    def read() -> Hint:
        hint = read_hint(type, place)
        check_hint(hint, direction)
        return hint

    try:
        return with_room(read)
    except RecursionError:
        raise RegistrationError(f"{place}: {TOO_DEEP}") from None
