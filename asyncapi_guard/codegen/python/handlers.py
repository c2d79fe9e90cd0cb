"""Protocols of the handlers of a namespace, and the function that registers them.

There are three, for the ways in which servers call handlers: Flask-SocketIO's without the session
id, python-socketio's with it, and `AsyncServer`'s, which are coroutine functions.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.codegen.python.writing import (
    definition,
    docstring,
    free,
    function_name,
    parameters,
    prose,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.codegen.catalogue import Event
    from asyncapi_guard.codegen.names import TypeNames
    from asyncapi_guard.codegen.python.event_types import EventTypes

__all__ = ["handler_names", "handler_protocols"]


class _Kind(NamedTuple):
    """A way of calling handlers.

    Attributes:
        name: the end of the protocol's name.
        whose: who calls handlers so, for people.
        sid: they get the session id.
        awaits: they are coroutine functions.
    """

    name: str
    whose: str
    sid: bool = False
    awaits: bool = False


_KINDS = (
    _Kind("Handlers", "Flask-SocketIO"),
    _Kind("ServerHandlers", "a `Server` of python-socketio", sid=True),
    _Kind("AsyncHandlers", "an `AsyncServer`", sid=True, awaits=True),
)


def handler_protocols(
    namespace: str,
    events: Sequence[Event],
    types: EventTypes,
    names: TypeNames,
    taken: set[str],
    *,
    alone: bool,
) -> Iterator[tuple[str, str]]:
    """Names and code of the protocols of a namespace, and of what registers such handlers.

    Args:
        namespace: its address.
        events: those that are received there.
        types: of their arguments and acks.
        names: gives names to classes.
        taken: names of functions; it grows.
        alone: no other namespace of the module is handled, so this one has the plain name.
    """
    if not events:
        return
    methods = handler_names(events)
    found = []
    for kind in _KINDS:
        name = names.take([f"{namespace} {kind.name}", f"{namespace} Namespace {kind.name}"])
        found.append(name)
        yield name, _protocol(name, kind, namespace, methods, types)
    inside = function_name(namespace) if namespace.strip("/") else ""
    plain = ["register"] if alone or not inside else []
    name = free([*plain, f"register_{inside or 'root'}"], taken)
    yield name, _register(name, namespace, found, methods)


def handler_names(events: Sequence[Event]) -> dict[str, tuple[str, Event]]:
    """The methods that handle events, by the events' names.

    Class namespaces look for `on_` and the event's name, so where that is a name in Python it is
    the method's. Else it is one like it, which only `register` finds.
    """
    taken = {f"on_{event.name}" for event in events if _is_dispatched(event.name)}
    found = {}
    for event in events:
        name = f"on_{event.name}"
        if not _is_dispatched(event.name):
            name = free([f"on_{function_name(event.name)}"], taken)
        found[event.name] = name, event
    return found


def _is_dispatched(event: str) -> bool:
    name = f"on_{event}"
    # Python reads names in this form.
    return name.isidentifier() and unicodedata.normalize("NFKC", name) == name


def _protocol(
    name: str,
    kind: _Kind,
    namespace: str,
    methods: Mapping[str, tuple[str, Event]],
    types: EventTypes,
) -> str:
    lines = [
        f"class {name}(Protocol):",
        f'    """Handlers of events that clients send to {prose(namespace)}, for {kind.whose}."""',
    ]
    for method, event in methods.values():
        given = ["self", *_parameters(event, kind, types)]
        head = definition(method, given, types.returned(event), 4, awaits=kind.awaits)
        lines += ["", *head, *docstring(event, 8), "        ..."]
    return "\n".join(lines)


def _parameters(event: Event, kind: _Kind, types: EventTypes) -> list[str]:
    signature, required = types.taken_by_handler(event)
    before = []
    if kind.sid:
        environ = ["environ: dict[str, Any]"] if event.name == "connect" else []
        before = ["sid: str", *environ]
    params, count = _renamed(parameters(signature), before), len(signature.kinds)
    optional = [f"{each} = ..." for each in params[required:count]]
    return [*before, *params[:required], *optional, "/", *params[count:]]


def _renamed(params: Sequence[str], before: Sequence[str]) -> list[str]:
    """Parameters, those with another name that are called as one before them."""
    taken = {each.partition(":")[0] for each in before}
    return [
        each.replace(":", "_:", 1) if each.partition(":")[0] in taken else each for each in params
    ]


def _register(
    name: str, namespace: str, kinds: Sequence[str], methods: Mapping[str, tuple[str, Event]]
) -> str:
    target = ["*", "namespace: str"] if "{" in namespace else []
    params = ["socketio: Registrar", f"handlers: {' | '.join(kinds)}", *target]
    entries = []
    for event, (method, _) in methods.items():
        key = ", ".join(map(quoted, (namespace, "receive", event)))
        entries.append(f"        {quoted(event)}: (handlers.{method}, EVENTS[{key}].payloads),")
    return "\n".join(
        [
            *definition(name, params, "None", 0),
            f'    """Register handlers of events that clients send to {prose(namespace)}.',
            "",
            "    They are registered by their names on the wire, and receive and return instances.",
            '    """',
            "    methods: dict[str, tuple[Callable[..., object], tuple[EventForm, ...]]] = {",
            *entries,
            "    }",
            f"    _register(socketio, {'namespace' if target else quoted(namespace)}, methods)",
        ]
    )
