"""How python-socketio's servers and clients call handlers with instances, and get plain data."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from types import CoroutineType
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncapi_guard.codefirst import CATCH_ALL, ConstructionError
from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.asked import (
    EVENT,
    HANDSHAKE,
    IDENTITY,
    MESSAGE,
    NAMESPACE,
    SID,
    given_to,
)
from asyncapi_guard.integrations.deciding.calls import ASKING, Rejected, Shortcut
from asyncapi_guard.integrations.handlers.registered import dispatches_itself
from asyncapi_guard.integrations.handshake import handshake_of
from asyncapi_guard.integrations.message import judged_call, message_of
from asyncapi_guard.integrations.replacing import is_from_library
from asyncapi_guard.integrations.typed_handlers import TypedHandlers, construct, rejected_by
from asyncapi_guard.schema.compiled import CompiledSchema

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.asked import Asked

__all__ = ["TypedCalls"]

#: What a handler is called with, by position and by name, for what python-socketio gives.
_Arguments: TypeAlias = "Callable[[tuple[Any, ...]], tuple[Any, dict[str, Any]]]"

#: Events whose handlers need not take what there is: the auth, and the reason.
_UNASKED = ("connect", "disconnect")
_NO_NAMES: dict[str, Any] = {}


class TypedCalls:
    """In the place of what a server finds its handlers by.

    Args:
        typed: their types.
        server: the server or the client of python-socketio.
        given: what that gives to a handler before the arguments of an event.
    """

    identity_of: Callable[[str, str], Any]
    event_handler: Callable[..., Any]
    namespace_handler: Callable[..., Any]
    #: `typed_handler`, where it is what the server finds handlers by.
    find: Callable[..., Any] | None = None

    def __init__(
        self,
        typed: TypedHandlers,
        server: Any,
        given: Callable[[str, str], tuple[str, ...]] = given_to,
    ) -> None:
        self._typed = typed
        self._registry = typed.registry
        self._server = server
        self._given = given
        self._awaits: bool = server.is_asyncio_based()
        self._asked: dict[tuple[str, str], Asked] = {}
        self._made: dict[tuple[str, str], tuple[Receiver, Callable[..., Any]]] = {}
        #: The same by handlers that are found by name, for as long as nothing else is registered.
        self._known: dict[tuple[str, str], tuple[Any, int, Callable[..., Any]]] = {}

    def ask(self, receiver: Receiver, asked: Asked | None) -> None:
        """Give a handler what it asks for; without that, what python-socketio does."""
        self._asked.pop((receiver.namespace, receiver.event), None)
        if asked is not None:
            self._asked[receiver.namespace, receiver.event] = asked
            if any(kind == MESSAGE for _, kind in asked.parameters):
                setattr(self._server, ASKING, True)

    def typed_handler(self, event: str, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_event_handler`, with a handler that is called with instances."""
        known = self._known.get((namespace, event))
        if known is not None and known[1] == self._registry.changes:
            # What python-socketio looks for first, where nobody else has a say in it.
            registered = self._server.handlers.get(namespace)
            if registered is not None and registered.get(event) is known[0]:
                return known[2], args
        handler, given = self.event_handler(event, namespace, args)
        return (handler and self.typed(handler, namespace, event)), given

    def typed_namespace(self, namespace: str, args: Any) -> tuple[Any, Any]:
        """As `Server._get_namespace_handler`, with a namespace of such methods."""
        found, given = self.namespace_handler(namespace, args)
        if found is None or dispatches_itself(found):
            return found, given
        return _TypedNamespace(found, self, namespace), given

    def typed(self, handler: Any, namespace: str, event: str) -> Any:
        """A handler that is called with instances and returns plain data.

        Args:
            handler: it.
            namespace: of the client.
            event: the client's.
        """
        registry, place = self._typed.registry, (namespace, event)
        receiver = registry.receiver(namespace, event, handler) or registry.receiver(
            namespace, CATCH_ALL, handler
        )
        if receiver is None:
            return handler
        own = receiver.namespace, receiver.event
        made = self._made.get(own)
        if made is None or made[0] is not receiver:
            made = self._made[own] = receiver, self._call_of(receiver)
        # Else a client may choose names, or somebody has a say in which handler it is.
        if own == place and self._is_found_by_name():
            self._known[place] = handler, registry.changes, made[1]
        return made[1]

    def _is_found_by_name(self) -> bool:
        """Whether handlers are found as python-socketio finds them."""
        return is_from_library(self.event_handler)

    def shortcut(self, receiver: Receiver, rule: Rule) -> Shortcut | None:
        """Return what judges an event by making the instance that its handler gets.

        `None` where it is not proven that the contract accepts whatever there is an instance of.

        Args:
            receiver: the handler, which is registered for this event only.
            rule: what judges the event.
        """
        asked = self._asked.get((receiver.namespace, receiver.event))
        only, hints = rule.only, receiver.arguments
        if rule.mode is Mode.OFF or only is None or not only.plain or not hints:
            return None
        if not self._typed.constructs or not self._takes_one(receiver, asked):
            return None
        find = self.find
        if find is None or not isinstance(only.schema, CompiledSchema):
            return None
        construct = hints[0].strictly(only.schema.bundle)
        if construct is None:
            return None
        handler = self.typed(receiver.handler, receiver.namespace, receiver.event)
        return Shortcut(construct, only.accepted, find, handler, self._run_of(receiver, asked))

    def _call_of(self, receiver: Receiver) -> Callable[..., Any]:
        """What is called in the place of a handler; it takes what python-socketio gives."""
        asked = self._asked.get((receiver.namespace, receiver.event))
        arguments: _Arguments = functools.partial(self._arguments, receiver, asked)
        if self._takes_one(receiver, asked):
            arguments = self._one_argument(receiver, asked)

        handler = receiver.handler
        dump = self._typed.plain if receiver.ack is None else receiver.ack.dump

        def call(*args: Any) -> Any:
            positional, named = arguments(args)
            return dump(handler(*positional, **named))

        async def call_later(*args: Any) -> Any:
            positional, named = arguments(args)
            value = handler(*positional, **named)
            if type(value) is CoroutineType or inspect.isawaitable(value):
                value = await value
            return dump(value)

        made = call_later if self._awaits else call
        if asked is None:  # with its signature: connect handlers have two
            return functools.wraps(receiver.handler)(made)
        return made

    def _takes_one(self, receiver: Receiver, asked: Asked | None) -> bool:
        """Whether a handler takes one argument, which must be there, and maybe the session id."""
        if asked is None or receiver.rest is not None or receiver.required != 1:
            return False
        if len(receiver.arguments or ()) != 1 or receiver.event in _UNASKED:
            return False
        if self._given(receiver.namespace, receiver.event) != (SID,):
            return False
        return [kind for _, kind in asked.parameters] in ([SID, None], [None])

    def _one_argument(self, receiver: Receiver, asked: Asked | None) -> _Arguments:
        """As `_arguments`, in one step, for a handler that takes what nearly all of them take."""
        typed, with_session = self._typed, _takes_session(asked)
        assert receiver.arguments
        construct_one = receiver.arguments[0].construct

        def arguments(args: tuple[Any, ...]) -> tuple[Any, dict[str, Any]]:
            if len(args) != 2 or not typed.constructs:
                return self._arguments(receiver, asked, args)
            try:
                value = construct_one(args[1])
            except ConstructionError as error:
                rejected = rejected_by(receiver, receiver.namespace, receiver.event, error)
                raise typed.rejection(rejected) from None
            return ((args[0], value) if with_session else (value,)), _NO_NAMES

        return arguments

    def _run_of(self, receiver: Receiver, asked: Asked | None) -> Callable[[str, Any], Any]:
        """What calls a handler with one instance, and maybe with the session id."""
        handler, with_session = receiver.handler, _takes_session(asked)
        dump = self._typed.plain if receiver.ack is None else receiver.ack.dump
        kind, quick = (None, None) if receiver.ack is None else receiver.ack.quick_dump()

        def run(sid: str, instance: Any) -> Any:
            value = handler(sid, instance) if with_session else handler(instance)
            if type(value) is kind:
                try:
                    return value if quick is None else quick(value)
                except ValueError:
                    pass
            return dump(value)

        async def run_later(sid: str, instance: Any) -> Any:
            value = handler(sid, instance) if with_session else handler(instance)
            if type(value) is CoroutineType or inspect.isawaitable(value):
                value = await value
            if type(value) is kind:
                try:
                    return value if quick is None else quick(value)
                except ValueError:
                    pass
            return dump(value)

        return run_later if self._awaits else run

    def _arguments(
        self, receiver: Receiver, asked: Asked | None, args: tuple[Any, ...]
    ) -> tuple[Any, dict[str, Any]]:
        """What a handler is called with, for what python-socketio gives.

        Raises:
            Rejected: its types reject a value.
        """
        expected = self._given(receiver.namespace, receiver.event)
        own = dict(zip(expected, args, strict=False))
        values = received = args[len(expected) :]
        if receiver.event in _UNASKED and asked is not None and receiver.rest is None:
            values = values[: len(receiver.arguments or ())]
        namespace, event = own.get(NAMESPACE, receiver.namespace), own.get(EVENT, receiver.event)
        if receiver.typed and self._typed.constructs:
            values = self._constructed(receiver, namespace, event, values)
        if asked is None:
            return (*args[: len(expected)], *values), {}

        def find(kind: str) -> Any:
            if kind == HANDSHAKE:
                return handshake_of(self._server, own[SID], namespace)
            if kind == MESSAGE:
                return message_of(judged_call(self._server), event, namespace, received)
            if kind == IDENTITY:
                return self.identity_of(own[SID], namespace)
            return own[kind]

        return asked.arguments(find, values)

    def _constructed(
        self, receiver: Receiver, namespace: str, event: str, values: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        if receiver.event == CATCH_ALL:
            receiver = dataclasses.replace(receiver, event=event)
        try:
            return construct(receiver, namespace, values)
        except Rejected as rejected:
            raise self._typed.rejection(rejected) from None


def _takes_session(asked: Asked | None) -> bool:
    return asked is not None and len(asked.parameters) == 2


class _TypedNamespace:
    """A class namespace whose methods are called with instances."""

    def __init__(self, inside: Any, calls: TypedCalls, namespace: str) -> None:
        self._inside, self._calls = inside, calls
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inside, name)
        if not name.startswith("on_"):
            return value
        return self._calls.typed(value, self._namespace, name.removeprefix("on_"))

    def trigger_event(self, event: str, *args: Any) -> Any:
        """As `Namespace.trigger_event`, which looks for its methods here."""
        return type(self._inside).trigger_event(self, event, *args)
