"""Handlers that are called with instances of their hints' types, and return plain data.

The traffic was judged already, by a document. So what is left is to construct: what no instance can
be made of (a validator of a model rejects it) is rejected as if the document had said so.
"""

from __future__ import annotations

import dataclasses
import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from socketio.exceptions import ConnectionRefusedError as RefusedConnect

from asyncapi_guard.codefirst import CATCH_ALL, ConstructionError, plain_models, plain_values
from asyncapi_guard.errors import violation_error
from asyncapi_guard.guard import Verdict
from asyncapi_guard.integrations.deciding.calls import ASKING, Rejected, Unjudged, given_auth
from asyncapi_guard.integrations.wire.strict_json import StrictJSON
from asyncapi_guard.violations import Checkpoint, Code, Perspective, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.codefirst import Receiver, Registry
    from asyncapi_guard.integrations.asked import Asked

__all__ = ["TypedHandlers", "construct", "rejected_by"]

#: Events whose handlers need not take what there is: the auth, and the reason.
_UNASKED = ("connect", "disconnect")


class TypedHandlers:
    """The handlers of a server, called with instances.

    Args:
        registry: their types.
        is_guarded: whether somebody takes what stands for a rejection, and for an answer.
        side: the side that judges.

    Attributes:
        constructs: whether instances are made; else handlers get what clients send.
        own: gives what a handler asks for by type: of what kind, the event, the namespace, the
            session id, and the arguments as they came.
    """

    own: Callable[[str, str, str, str, Sequence[Any]], Any]

    def __init__(
        self,
        registry: Registry,
        is_guarded: Callable[[], bool],
        side: Perspective = Perspective.SERVER,
    ) -> None:
        self.registry: Registry = registry
        self.side: Perspective = side
        self.constructs: bool = True
        self._asked: dict[tuple[str, str], Asked] = {}
        self._server: Any = None
        self._plain: Callable[[Any], Any] = plain_values
        self._is_guarded = is_guarded

    def follow(self, server: Any) -> None:
        """Leave to a server's own JSON module what it has its own ideas of: all but models."""
        self._server = server
        self._keep_calls()
        module = server.packet_class.json
        # A server that is guarded already has the guard's, which has the application's in it.
        strict = module if isinstance(module, StrictJSON) else StrictJSON(module)
        self._plain = plain_values if strict.standard else plain_models

    def plain(self, value: Any) -> Any:
        """Plain data of a value of which no type is declared; generated models are noticed."""
        inside = value.values() if isinstance(value, dict) else value
        nested = inside if isinstance(value, (dict, list, tuple)) else ()
        names = {type(each).__module__ for each in (value, *nested)} - {"builtins"}
        if names:
            self.registry.use_models(names)
        return self._plain(value)

    def dumped(self, event: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments of an `emit` or a `call`, with plain data in place of instances."""
        if "data" in kwargs:
            args = (kwargs.pop("data"), *args)
        if not args:
            return args
        sender = self.registry.sender(kwargs.get("namespace") or "/", event)
        dump = sender.dump if sender is not None else self.plain
        return (dump(args[0]), *args[1:])

    # -- Flask-SocketIO ----------------------------------------------------------------------------

    def ask(self, receiver: Receiver, asked: Asked | None) -> None:
        """Give a handler what it asks for by type, besides the arguments of its event."""
        self._asked.pop((receiver.namespace, receiver.event), None)
        if asked is not None:
            self._asked[receiver.namespace, receiver.event] = asked
            self._keep_calls()

    def _keep_calls(self) -> None:
        """Let the server keep which call it handles, where a handler asks for it."""
        if self._server is not None and self._asked:
            setattr(self._server, ASKING, True)

    def handle(  # `SocketIO._handle_event`, and its arguments
        self,
        handle: Callable[..., Any],
        handler: Callable[..., Any],
        message: str,
        namespace: str,
        sid: str,
        *args: Any,
    ) -> Any:
        """Handle an event by a handler that is called with instances and returns plain data."""
        receiver = self.registry.receiver(namespace, message, handler)
        if receiver is None:
            value = handle(handler, message, namespace, sid, *args)
            # Else not ours: above all, what an error handler answers to a violation.
            return value if isinstance(handler, _Plain) else self.plain(value)
        asked = self._asked.get((receiver.namespace, receiver.event))
        if asked is None and not (self.constructs and receiver.typed):
            return handle(self._dumping(receiver), message, namespace, sid, *args)
        typed = self._typed(receiver, asked, namespace, sid)
        if message == "connect":
            return self._connect_typed(handle, typed, namespace, sid, args)
        raised: list[Exception] = []
        rejected: list[Rejected] = []

        def call(*values: Any) -> Any:
            try:
                return typed(*values)
            except Rejected as error:
                rejected.append(error)  # not raised here: Flask-SocketIO 5.5 hands it to on_error
                return None
            except Exception as error:
                raised.append(error)
                raise

        value = handle(_Plain(call), message, namespace, sid, *args)
        if rejected:
            raise self.rejection(rejected[0])
        if not raised:
            return value
        # What an error handler made of it is the ack, as it is.
        return Unjudged(self.plain(value)) if self._is_guarded() else self.plain(value)

    def rejection(self, rejected: Rejected) -> BaseException:
        """What to raise for values that a handler's types reject."""
        violation = rejected.verdict.violation
        if violation is not None:
            violation = dataclasses.replace(violation, perspective=self.side)
            rejected = Rejected(dataclasses.replace(rejected.verdict, violation=violation))
        if self._is_guarded() or violation is None:
            return rejected
        if violation.checkpoint is Checkpoint.CONNECT:
            refused: BaseException = RefusedConnect(violation.reason, violation.as_dict())
            return refused
        return violation_error(violation)

    def _typed(
        self, receiver: Receiver, asked: Asked | None, namespace: str, sid: str
    ) -> Callable[..., Any]:
        """The handler, called with instances and what it asks for, returning plain data."""

        def call(*args: Any) -> Any:
            values: Sequence[Any] = args
            if self.constructs and receiver.typed:
                values = construct(receiver, namespace, args)
            if asked is None:
                return receiver.dump(receiver.handler(*values), self.plain)
            if receiver.event in _UNASKED and receiver.rest is None:
                values = values[: len(receiver.arguments or ())]
            catches = receiver.event == CATCH_ALL
            event, received = (args[0], args[1:]) if catches else (receiver.event, args)

            def find(kind: str) -> Any:
                return self.own(kind, event, namespace, sid, received)

            positional, named = asked.arguments(find, values)
            return receiver.dump(receiver.handler(*positional, **named), self.plain)

        return call

    def _dumping(self, receiver: Receiver) -> Callable[..., Any]:
        """The handler, called with what the client sent, returning plain data."""

        @functools.wraps(receiver.handler)  # with its signature: connect handlers have two
        def call(*args: Any) -> Any:
            return receiver.dump(receiver.handler(*args), self.plain)

        return call

    def _connect_typed(
        self,
        handle: Callable[..., Any],
        typed: Callable[..., Any],
        namespace: str,
        sid: str,
        args: tuple[Any, ...],
    ) -> Any:
        """Run a connect handler, once.

        Flask-SocketIO and python-socketio both take a `TypeError` for that of a handler which has
        no such parameter, and call it again without.
        """
        failed: list[TypeError] = []
        rejected: list[Rejected] = []

        def call(*auth: Any) -> Any:
            if failed:
                raise failed[0]
            try:
                return typed(*auth)
            except Rejected as error:
                rejected.append(error)
                return None
            except TypeError as error:
                failed.append(error)
                raise

        try:
            value = handle(call, "connect", namespace, sid, *args)
        except TypeError as error:
            raise RuntimeError("the connect handler raised a TypeError") from error
        if rejected:
            raise self.rejection(rejected[0])
        return value


class _Plain:
    """A handler whose values are plain, or will be made so where it was made."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *args: Any) -> Any:
        return self._call(*args)


def construct(receiver: Receiver, namespace: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the handler is called with.

    Raises:
        Rejected: a validator of a model rejects a value.
    """
    event, before = receiver.event, ()
    if event == CATCH_ALL:
        event, before, args = args[0], args[:1], args[1:]
    elif event == "connect":
        args = _auth(receiver, args)
    try:
        return (*before, *receiver.construct(args))
    except ConstructionError as error:
        rejected = rejected_by(receiver, namespace, event, error)
    raise rejected


def rejected_by(
    receiver: Receiver, namespace: str, event: str, error: ConstructionError
) -> Rejected:
    """What stands for a rejection by the types of a handler."""
    violation = Violation(
        Checkpoint.CONNECT if event == "connect" else Checkpoint.RECEIVE_EVENT,
        Code.REQUEST,
        namespace,
        event,
        error.problems,
        "the payload does not fit the handler's types",
    )
    declared = CATCH_ALL not in (receiver.event, receiver.namespace)
    return Rejected(Verdict(violation, declared=declared))


def _auth(receiver: Receiver, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a connect handler; servers call it with `None` for no auth."""
    given = given_auth.get()
    if args == (None,) and given is not None:
        # Empty auth was dropped; where it is what the handler's types take, it is passed.
        with suppress(ConstructionError):
            receiver.construct((given,))
            args = (given,)
    if receiver.rest is None:
        args = args[: len(receiver.arguments or ())]
    return () if args == (None,) and not receiver.required else args
