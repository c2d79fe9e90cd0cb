"""What the hints and the signature of a handler say that nothing puts in force.

Flask-SocketIO and python-socketio do not look at hints, so a handler may have some, all or none. A
parameter without one takes anything; a hint that no document can express is passed over, and told.
"""

from __future__ import annotations

import ast
import collections.abc
import functools
import inspect
import typing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.drift.endings import may_return_nothing
from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.extras import install_line
from asyncapi_guard.integrations.handlers.registered import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asyncapi_guard.codefirst.hints import Direction, Hint
    from asyncapi_guard.codefirst.registry import Receiver
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.drift.arity import Numbers
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["Signed", "hinted_receiver", "is_decorated", "is_silent", "may_end", "signed"]

_INSTALL = f"Pydantic reads hints; {install_line('pydantic')}"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a handler's signature says.

    Attributes:
        takes: how many arguments it can be called with; `None` when nobody knows.
        payload: what its hints say of its arguments; `None` when they say nothing.
        ack: what its hint says of what it returns; `None` when it says nothing.
        unread: why hints were passed over.
        by_name: parameters that it needs by name.
        generated: the documents whose generated types its arguments and its ack have, if any.
    """

    takes: Numbers | None = None
    payload: Schema | None = None
    ack: Schema | None = None
    unread: tuple[str, ...] = field(default=())
    by_name: tuple[str, ...] = ()
    generated: tuple[Path | None, Path | None] = (None, None)


def signed(namespace: str, event: str, handler: Callable[..., Any], *, before: int) -> Signed:
    """What a handler says of its event.

    Args:
        namespace: the event's.
        event: its name.
        handler: what is registered.
        before: how many arguments it gets before those of the event: the client's session id.
    """
    foreign = _foreign_wrapper(handler)
    try:
        outer = inspect.signature(foreign or handler, follow_wrapped=foreign is None)
    except (TypeError, ValueError):
        return Signed()
    takes = _numbers(outer, before)
    try:
        receiver, unread = hinted_receiver(namespace, event, handler, before=before)
        payload, ack = _hinted(receiver)
    except ModuleNotFoundError as error:
        if "pydantic" not in (error.name, getattr(error.__cause__, "name", None)):
            raise
        from asyncapi_guard.codefirst.signatures import is_hinted

        receiver, payload, ack = None, None, None
        unread = (_INSTALL,) if is_hinted(handler) else ()
    if foreign is not None and payload is not None:
        # It may add arguments, or take some away: what comes in is not what the function gets.
        payload = None
    ack = ack if foreign is None else None
    generated = _generated(receiver) if receiver is not None else (None, None)
    return Signed(takes, payload, ack, unread, _needed_by_name(outer), generated)


def _foreign_wrapper(handler: Any) -> Any:
    """The outermost function that somebody else has put around the one that was written."""
    while True:
        if isinstance(handler, functools.partial):
            return None
        inner = getattr(handler, "__func__", handler)
        wrapped = getattr(inner, "__wrapped__", None)
        if wrapped is None:
            return None
        home = getattr(inner, "__globals__", {}).get("__name__", "")
        if home.partition(".")[0] not in LIBRARIES:
            return handler
        handler = wrapped


def _numbers(signature: inspect.Signature, before: int) -> Numbers:
    least = most = 0
    endless = False
    for each in signature.parameters.values():
        if each.kind is each.VAR_POSITIONAL:
            endless = True
        elif each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            most += 1
            least += each.default is each.empty
    return max(least - before, 0), None if endless else max(most - before, 0)


def _needed_by_name(signature: inspect.Signature) -> tuple[str, ...]:
    every = signature.parameters.values()
    return tuple(p.name for p in every if p.kind is p.KEYWORD_ONLY and p.default is p.empty)


def _hinted(receiver: Receiver) -> tuple[Schema | None, Schema | None]:
    """The schemas of the arguments and of the ack, as far as hints say something."""
    from asyncapi_guard.codefirst import About, Registry, build_document
    from asyncapi_guard.codefirst.document import without_anything
    from asyncapi_guard.spec import load

    if receiver.arguments is None and receiver.ack is None:
        return None, None
    registry = Registry()
    registry.add(receiver)
    contract = load(without_anything(build_document(registry, About())))
    (operation,) = contract.operations.values()
    (message,) = operation.messages
    ack = message.ack
    acks = () if ack is None or ack.none else ack.alternatives
    payload = message.payload if receiver.arguments is not None else None
    return payload, acks[0] if acks else None


def _generated(receiver: Receiver) -> tuple[Path | None, Path | None]:
    """The documents whose generated types an event's arguments and its ack have.

    Types say less than the document: a field that nobody set is not sent, and is no null.
    """
    from asyncapi_guard.codefirst import Registry
    from asyncapi_guard.codefirst.origin import has_ack, origin_of, takes_payload
    from asyncapi_guard.contract import Action

    registry = Registry()
    registry.add(receiver)
    origin = origin_of(registry)
    if origin is None:
        return None, None
    models = origin.event(receiver.namespace, Action.RECEIVE, receiver.event)
    payload = receiver.arguments is not None and any(takes_payload(receiver, m) for m in models)
    ack = receiver.ack is not None and any(has_ack(receiver.ack, each) for each in models)
    return origin.file if payload else None, origin.file if ack else None


def hinted_receiver(
    namespace: str, event: str, handler: Callable[..., Any], *, before: int
) -> tuple[Receiver, tuple[str, ...]]:
    """An event with what its handler's hints say of it, and why hints were passed over.

    Args:
        namespace: the Socket.IO namespace.
        event: its name.
        handler: what is registered.
        before: how many arguments it gets before those of the event.
    """
    from asyncapi_guard.codefirst.registry import Receiver
    from asyncapi_guard.codefirst.signatures import MISSING, is_hinted, read_signature

    silent = Receiver(namespace, event, handler)
    try:
        if not is_hinted(handler):
            return silent, ()
        signature = read_signature(handler).without(before)
    except RegistrationError as error:
        return silent, (str(error),)
    unread: list[str] = []
    ack = None
    if signature.returns is not MISSING:
        ack = _read(_awaited(signature.returns), event, "serialization", unread)
    if all(each.hint is MISSING for each in signature.arguments):
        return replace(silent, ack=ack), tuple(unread)
    arguments = tuple(_read(each.hint, event, "validation", unread) for each in signature.arguments)
    rest = None
    if signature.rest is not None:
        rest = _read(signature.rest.hint, event, "validation", unread)
    required = sum(not each.optional for each in signature.arguments)
    names = signature.names
    receiver = Receiver(namespace, event, handler, arguments, required, rest, ack, names)
    return receiver, tuple(unread)


def _read(hint: Any, event: str, direction: Direction, unread: list[str]) -> Hint:
    """A hint; anything, where there is none or no document can say what it means."""
    from asyncapi_guard.codefirst.hint_check import check_hint
    from asyncapi_guard.codefirst.hints import read_hint
    from asyncapi_guard.codefirst.signatures import MISSING

    place = f"the handler of {event!r}"
    if hint is not MISSING:
        try:
            found = read_hint(hint, place)
            check_hint(found, direction)
        except RegistrationError as error:
            unread.append(str(error))
        else:
            return found
    return read_hint(Any, place)


def _awaited(hint: Any) -> Any:
    """What a coroutine's function is said to give, where it says so in full."""
    if typing.get_origin(hint) in (collections.abc.Awaitable, collections.abc.Coroutine):
        return typing.get_args(hint)[-1]
    return hint


def is_decorated(handler: Any) -> bool:
    """Whether somebody else's function stands around a handler, and may return something else."""
    return _foreign_wrapper(handler) is not None


def is_silent(handler: Any, functions: dict[tuple[str, int], Scope]) -> bool:
    """Whether a handler never returns a value, whoever stands around it.

    Args:
        handler: what is registered.
        functions: those of the sources, by file and first line.
    """
    scope = _written(handler, functions)
    body = getattr(scope.node, "body", None) if scope is not None else None
    return scope is not None and isinstance(body, list) and not _gives(scope) and not _is_stub(body)


def may_end(handler: Any, functions: dict[tuple[str, int], Scope]) -> bool:
    """Whether a handler that returns values may return none; arguments as in `is_silent`."""
    scope = _written(handler, functions)
    if scope is None or scope.yields or not _gives(scope):
        return False
    return may_return_nothing(scope)


def _written(handler: Any, functions: dict[tuple[str, int], Scope]) -> Scope | None:
    """The function of the sources that a handler is, with nobody else's around it."""
    if _foreign_wrapper(handler) is not None:
        return None
    code = getattr(written_function(handler), "__code__", None)
    return functions.get((code.co_filename, code.co_firstlineno)) if code is not None else None


def _gives(scope: Scope) -> bool:
    """Whether a function returns something somewhere."""
    return not all(map(_is_none, (*scope.returns, *scope.yields)))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether a body is not written yet, or always raises."""
    last = body[-1]
    dots = isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant)
    return dots or isinstance(last, ast.Raise)
