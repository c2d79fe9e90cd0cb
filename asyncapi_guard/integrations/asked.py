"""The parameters of a handler: values that the server provides, and the arguments of the event.

python-socketio calls a handler with the session id first; before it, the name of the event and the
namespace, where the handler takes any; after it, the environment of a connect. Here a handler asks:

- a parameter that has one of those names (`event`, `namespace`, `sid`, `environ`), or no type hint,
  gets what python-socketio gives at its place; `SessionId` is a hint for the session id under any
  name; a session id or an environment that no parameter asks for is not given;
- a parameter hinted `Handshake`, `Message` or `Identity` gets that, at any place;
- all others are arguments of the event.

A client is in no session of its server's, and no client connects to it: its handlers get the name
of the event and the namespace at most.

Flask-SocketIO gives a handler the arguments of the event alone, and the event's name before them
where it takes any. There a handler asks by type, for the session id as well.

Where a hint leaves open which of them is meant, the registration says so.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst import CATCH_ALL
from asyncapi_guard.codefirst.signatures import (
    MISSING,
    Argument,
    Signature,
    describe,
    read_signature,
)
from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.guard import Identity
from asyncapi_guard.integrations.handshake import Handshake, SessionId
from asyncapi_guard.integrations.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ENVIRON",
    "EVENT",
    "HANDSHAKE",
    "IDENTITY",
    "MESSAGE",
    "NAMESPACE",
    "SID",
    "Asked",
    "asked_by",
    "asked_by_type",
    "given_to",
    "given_to_client",
]

EVENT, NAMESPACE, SID, ENVIRON = "event", "namespace", "sid", "environ"
HANDSHAKE, MESSAGE, IDENTITY = "handshake", "message", "identity"
#: What a handler asks for by type, at any place.
_BY_TYPE: dict[Any, str] = {Handshake: HANDSHAKE, Message: MESSAGE, Identity: IDENTITY}
#: What only a server can give, and what it is.
_OF_SERVERS = {
    HANDSHAKE: "Handshake, the request of a client to its server",
    IDENTITY: "Identity, the identity of a server's client",
}

_WHAT = {
    EVENT: "the name of the event",
    NAMESPACE: "the namespace",
    SID: "the session id",
    ENVIRON: "the environment of the request",
}
#: Names that people give to a session id, besides those that have `sid` in them.
_SESSION_NAMES = frozenset(
    ("_", "client", "client_id", "clientid", "session", "session_id", "sessionid", "socket_id")
)
_ANYTHING = (MISSING, Any, object)


def given_to(namespace: str, event: str) -> tuple[str, ...]:
    """Return the values that python-socketio passes before the arguments of an event, in order.

    Args:
        namespace: for which a handler is registered; `*` for all.
        event: as well.
    """
    return (
        *((EVENT,) if event == CATCH_ALL else ()),
        *((NAMESPACE,) if namespace == CATCH_ALL else ()),
        SID,
        *((ENVIRON,) if event == "connect" else ()),
    )


def given_to_client(namespace: str, event: str) -> tuple[str, ...]:
    """Return the same for the handlers of a client."""
    return tuple(each for each in given_to(namespace, event) if each in (EVENT, NAMESPACE))


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a handler.

    Attributes:
        parameters: the name of each parameter, and the value that it receives; `None` for an
            argument of the event.
        signature: the signature of the arguments, and of the event's name for catch-all handlers.
        hinted: whether the hints describe more than the session id.
    """

    parameters: tuple[tuple[str, str | None], ...]
    signature: Signature
    hinted: bool

    def arguments(
        self, own: Callable[[str], Any], values: Sequence[Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments to call the handler with, by position and by name.

        Args:
            own: gives what the server has.
            values: the arguments of the event; some that are optional might be missing.
        """
        positional: list[Any] = []
        named: dict[str, Any] = {}
        left = iter(values)
        ended = False
        for name, kind in self.parameters:
            if kind is not None and ended:
                named[name] = own(kind)
            elif kind is not None:
                positional.append(own(kind))
            elif not ended:
                value = next(left, MISSING)
                ended = value is MISSING
                positional.extend(() if ended else (value,))
        return [*positional, *left], named


def asked_by(handler: Callable[..., Any], given: Sequence[str]) -> Asked:
    """Read the parameters of a handler.

    Args:
        handler: the handler.
        given: the values that python-socketio passes before the arguments of the event.

    Raises:
        RegistrationError: a parameter whose meaning its hint leaves open.
    """
    signature = read_signature(handler)
    reader = _Reader(describe(handler), list(given))
    kinds = [reader.kind_of(each) for each in signature.arguments]
    reader.end(signature.rest)
    pairs = list(zip(signature.arguments, kinds, strict=True))
    arguments = tuple(each for each, kind in pairs if kind is None or kind == EVENT)
    by_type = (None, ENVIRON, *_BY_TYPE.values())
    said = [each.hint for each, kind in pairs if kind in by_type]
    rest = [signature.rest.hint] if signature.rest is not None else []
    hinted = (
        signature.returns is not MISSING
        or not [*said, *rest]
        or any(hint is not MISSING for hint in [*said, *rest])
    )
    parameters = tuple((each.name, kind) for each, kind in pairs)
    return Asked(parameters, replace(signature, arguments=arguments), hinted)


def asked_by_type(handler: Callable[..., Any]) -> Asked | None:
    """Read the parameters of a Flask-SocketIO handler; `None` if all are the event's arguments."""
    signature = read_signature(handler)
    pairs = [(each, _in_flask(each.hint)) for each in signature.arguments]
    if not any(kind for _, kind in pairs):
        return None
    arguments = tuple(each for each, kind in pairs if kind is None)
    parameters = tuple((each.name, kind) for each, kind in pairs)
    return Asked(parameters, replace(signature, arguments=arguments), hinted=True)


def _in_flask(hint: Any) -> str | None:
    return SID if _bare(hint) is SessionId else _asked_by_type(hint)


class _Reader:
    """A reader of a handler's parameters, from left to right.

    Args:
        name: the name of the handler, for messages.
        left: the values of python-socketio that no parameter has received yet; empty after the
            first argument.
    """

    def __init__(self, name: str, left: list[str]) -> None:
        self._name = name
        self._left = left
        self._has_sid = False
        self._connects = ENVIRON in left
        self._at_server = SID in left
        self._arguments = 0

    def kind_of(self, parameter: Argument) -> str | None:
        """Return the value that a parameter receives; `None` for an argument of the event.

        Raises:
            RegistrationError: an ambiguous parameter.
        """
        asked = _asked_by_type(parameter.hint)
        if asked is not None:
            self._see_that_there_is_one(asked, parameter)
            return asked
        kind = self._own(parameter)
        if kind is not None:
            self._has_sid |= kind == SID
            del self._left[: self._left.index(kind) + 1]
            return kind
        self._check_argument(parameter)
        self._left.clear()
        self._arguments += 1
        return None

    def _see_that_there_is_one(self, asked: str, parameter: Argument) -> None:
        if asked in _OF_SERVERS and not self._at_server:
            raise RegistrationError(
                f"{self._name}, parameter {parameter.name!r}: a client has no {_OF_SERVERS[asked]}"
            )

    def _own(self, parameter: Argument) -> str | None:
        """Return which of the remaining values a parameter receives."""
        asked = SID if parameter.hint is SessionId else parameter.name
        if asked in self._left:
            where = f"parameter {parameter.name!r}"
            self._see_that_nothing_is_skipped(asked, where)
            if not _can_be(asked, parameter.hint):
                raise RegistrationError(
                    f"{self._name}, {where}: it receives {_WHAT[asked]}, which isn't of its type; "
                    "rename it if it is an argument of the event"
                )
            return asked
        if parameter.hint is MISSING and self._left and parameter.name != "auth":
            return self._left[0]
        return None

    def _see_that_nothing_is_skipped(self, asked: str, where: str) -> None:
        first = self._left[0]
        if first in (EVENT, NAMESPACE) and asked != first:
            raise RegistrationError(
                f"{self._name}, {where}: a handler like this receives {_WHAT[first]} first; name "
                f"the parameter `{first}`"
            )

    def _check_argument(self, parameter: Argument) -> None:
        where = f"parameter {parameter.name!r}"
        if self._left:
            self._see_that_nothing_is_skipped("", where)
        if not self._at_server:
            self._see_that_it_is_no_session_id(parameter, where)
            return
        named = parameter.name == SID or parameter.hint is SessionId
        if named and not self._has_sid:
            raise RegistrationError(
                f"{self._name}, {where}: the session id must come first, before the arguments"
            )
        if SID in self._left and _is_like_a_session_id(parameter):
            raise RegistrationError(
                f"{self._name}, {where}: it could be the session id or an argument of the event; "
                "for the session id, name it `sid` or hint it `SessionId`; for an argument, put "
                "`sid` before it"
            )
        if ENVIRON in self._left and parameter.name != "auth" and _is_like_environ(parameter.hint):
            raise RegistrationError(
                f"{self._name}, {where}: it could be the environment of the request or the auth "
                "value; name it `environ` or `auth`"
            )
        if self._connects and self._arguments and not parameter.optional:
            raise RegistrationError(
                f"{self._name}, {where}: a connect handler has one argument, the auth value; put "
                "`sid` and `environ` before it"
            )

    def _see_that_it_is_no_session_id(self, parameter: Argument, where: str) -> None:
        if parameter.hint is SessionId:
            raise RegistrationError(
                f"{self._name}, {where}: handlers of a client receive no session id; call "
                "get_sid() of the client instead"
            )

    def end(self, rest: Argument | None) -> None:
        """End the parameters, except for `*args`.

        Raises:
            RegistrationError: `*args` with an ambiguous meaning.
        """
        if self._left:
            self._see_that_nothing_is_skipped("", "parameters")
        if rest is not None and SID in self._left and rest.hint in (*_ANYTHING, str):
            raise RegistrationError(
                f"{self._name}, parameter {rest.name!r}: they could include the session id; put "
                "`sid` before them"
            )


def _bare(hint: Any) -> Any:
    """Return a hint without the metadata of `Annotated`."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def _asked_by_type(hint: Any) -> str | None:
    """Return the value that a hint asks for; `None` without one."""
    bare = _bare(hint)
    args = typing.get_args(bare)
    if len(args) == 2 and Identity in args and type(None) in args:
        return IDENTITY  # or None, of clients that nobody asked who they are
    return next((asked for kind, asked in _BY_TYPE.items() if bare is kind), None)


def _can_be(asked: str, hint: Any) -> bool:
    """Return whether a hint asks for a value of the server."""
    if asked == ENVIRON:
        return hint is MISSING or _is_like_environ(_bare(hint))
    return any(_bare(hint) is kind for kind in (*_ANYTHING, str, SessionId))


def _is_like_a_session_id(parameter: Argument) -> bool:
    name = parameter.name.lower()
    is_open = any(parameter.hint is kind for kind in (str, Any, object))
    return is_open and (name in _SESSION_NAMES or "sid" in name.split("_"))


def _is_like_environ(hint: Any) -> bool:
    kinds = (dict, Mapping, MutableMapping)
    return hint in (Any, object) or (typing.get_origin(hint) or hint) in kinds
