"""Clients of a namespace: its events as the other side sends and receives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.codegen.python.handlers import handler_names
from asyncapi_guard.codegen.python.writing import (
    Sending,
    Way,
    definition,
    docstring,
    free,
    function_name,
    function_text,
    prose,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.codegen.catalogue import Event
    from asyncapi_guard.codegen.names import TypeNames
    from asyncapi_guard.codegen.python.event_types import EventTypes

__all__ = ["client_classes"]

_RESERVED = ("connect", "disconnect")


class _Kind(NamedTuple):
    """A client with threads, or one that is awaited.

    Attributes:
        name: the end of the class's name, and what it is over.
        socket: the type of that.
        way: whether it is awaited.
    """

    name: str
    socket: str
    way: Way


_KINDS = (
    _Kind("Client", "ClientSocket", Way.THREADS),
    _Kind("AsyncClient", "AsyncClientSocket", Way.ASYNC),
)


def client_classes(
    namespace: str,
    received: Sequence[Event],
    sent: Sequence[Event],
    types: EventTypes,
    names: TypeNames,
) -> Iterator[tuple[str, str]]:
    """Names and code of the clients of a namespace.

    Args:
        namespace: its address.
        received: what the server receives, and a client emits.
        sent: what the server sends, and a client hears.
        types: of their arguments and acks.
        names: gives names to classes.
    """
    emitted = [event for event in received if event.name not in _RESERVED]
    heard = [event for event in sent if event.name not in _RESERVED]
    if not emitted and not heard:
        return
    for kind in _KINDS:
        name = names.take([f"{namespace} {kind.name}", f"{namespace} Namespace {kind.name}"])
        parts = [
            _head(name, kind, namespace),
            *_sending(emitted, kind, types),
            *(_hearing(*each, kind, types) for each in handler_names(heard).values()),
        ]
        yield name, "\n\n".join(parts)


def _head(name: str, kind: _Kind, namespace: str) -> str:
    usual = "" if "{" in namespace else f" = {quoted(namespace)}"
    params = ["self", f"socketio: {kind.socket}", f"namespace: str{usual}"]
    return "\n".join(
        [
            f"class {name}:",
            f'    """A client of {prose(namespace)}, over a `socketio.{kind.name}`."""',
            "",
            *definition("__init__", params, "None", 4),
            "        self.socketio = socketio",
            "        self.namespace = namespace",
        ]
    )


def _sending(events: Sequence[Event], kind: _Kind, types: EventTypes) -> Iterator[str]:
    """Methods that send events, and those that wait for their acks."""
    taken: set[str] = set()
    for event in events:
        for verb in ("emit", "call") if event.acks else ("emit",):
            made = Sending(
                name=free([f"{verb}_{function_name(event.name)}"], taken),
                verb=verb,
                event=event,
                way=kind.way,
                owner="self",
                socketio="_of(self.socketio)",
                target="namespace=self.namespace",
                options=[],
                signatures=types.signatures(event),
                answer=types.answer(event),
                callback=types.callback(event),
                indent=4,
            )
            yield function_text(made)


def _hearing(name: str, event: Event, kind: _Kind, types: EventTypes) -> str:
    """A method that registers a function, and gives it back to be a decorator as well."""
    result = types.returned(event)
    if kind.way is Way.ASYNC and result not in ("object", "Any"):
        result = f"{result} | Awaitable[{result}]"
    function = types.taken_by_callable(event, result)
    key = ", ".join(map(quoted, (event.namespace, "send", event.name)))
    where = f"self.socketio, self.namespace, {quoted(event.name)}"
    usual = f'        """Register a handler for `{prose(event.name)}`."""'
    return "\n".join(
        [
            *definition(name, ["self", f"handler: {function}"], function, 4),
            *(docstring(event, 8) or [usual]),
            f"        _hear({where}, handler, EVENTS[{key}].payloads)",
            "        return handler",
        ]
    )
