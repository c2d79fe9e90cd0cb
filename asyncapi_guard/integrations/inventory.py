"""What an imported application has: its handlers with their places, and what its sources emit."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask_socketio
from socketio.base_namespace import BaseNamespace
from socketio.base_server import BaseServer

from asyncapi_guard.contract import Action
from asyncapi_guard.handlers.drift import Declared, Handler
from asyncapi_guard.handlers.sources import Emit, Names, find_emits
from asyncapi_guard.integrations.applications import short_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.integrations.applications import Loaded

__all__ = ["declared_of", "emits_of", "handlers_of"]

_SERVERS = (flask_socketio.SocketIO, BaseServer)
_FUNCTIONS = ("emit", "send", "call")
_PREFIX = "on_"
#: How `handlers.document` writes the namespace of handlers of all namespaces.
_ANY_ADDRESS = "/{namespace}"


# -- handlers --------------------------------------------------------------------------------------


def handlers_of(server: Any) -> list[Handler]:
    """The handlers of a `SocketIO` or a python-socketio server, with what their hints say."""
    typed = _typed(server)
    return [
        _handler(namespace, event, function, typed.get((namespace, event)))
        for namespace, event, function in _registered(server)
    ]


def _registered(server: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Namespace, event and function of each handler."""
    inner = server if isinstance(server, BaseServer) else server.server
    if inner is None:  # before `init_app`
        yield from ((namespace, event, handler) for event, handler, namespace in server.handlers)
        classes = server.namespace_handlers
    else:
        for namespace, handlers in inner.handlers.items():
            yield from ((namespace, event, handler) for event, handler in handlers.items())
        classes = inner.namespace_handlers.values()
    for each in classes:
        yield from _methods(each)


def _methods(namespace: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for name in dir(namespace):
        method = getattr(namespace, name) if name.startswith(_PREFIX) else None
        if callable(method):
            yield namespace.namespace, name.removeprefix(_PREFIX), method


def _handler(
    namespace: str, event: str, handler: Callable[..., Any], typed: _Said | None
) -> Handler:
    function = _function(handler)
    name = getattr(function, "__qualname__", None) or repr(handler)
    file, line = _place(function)
    payload, ack = typed or (None, None)
    return Handler(namespace, event, name, file, line, payload, ack)


def _function(handler: Any) -> Any:
    """The function that somebody wrote: inside of wrappers, partials and bound methods."""
    while True:
        inner = inspect.unwrap(getattr(handler, "__func__", handler))
        if isinstance(inner, functools.partial):
            inner = inner.func
        elif not hasattr(inner, "__code__") and inspect.ismethod(getattr(inner, "__call__", None)):  # noqa: B004  # not whether, but what
            inner = inner.__call__
        if inner is handler:
            return handler
        handler = inner


def _place(function: Any) -> tuple[str, int]:
    code = getattr(function, "__code__", None)
    if code is None:
        return getattr(function, "__module__", None) or "<unknown>", 0
    return short_name(code.co_filename), code.co_firstlineno


# -- what hints say --------------------------------------------------------------------------------

#: The schemas of a payload and an ack.
_Said = tuple["Any", "Any"]


def _typed(server: Any) -> dict[tuple[str, str], _Said]:
    """What the hints of an `AsyncAPISocketIO`'s handlers say, by namespace and event."""
    registry = getattr(server, "registry", None)
    if registry is None:
        return {}
    messages = _messages(server.contract(), Action.RECEIVE)
    said: dict[tuple[str, str], _Said] = {}
    for receiver in registry.receivers():
        message = messages.get((_address(receiver.namespace), receiver.event))
        if message is not None:
            payload = message.payload if receiver.arguments is not None else None
            said[receiver.namespace, receiver.event] = payload, _ack(message)
    return said


def declared_of(server: Any) -> list[Declared]:
    """What an `AsyncAPISocketIO` declares to send (`doc_emit`)."""
    registry = getattr(server, "registry", None)
    if registry is None:
        return []
    messages = _messages(server.contract(), Action.SEND)
    found = []
    for sender in registry.senders():
        message = messages[_address(sender.namespace), sender.event]
        found.append(Declared(sender.namespace, sender.event, message.payload, _ack(message)))
    return found


def _messages(contract: Contract, action: Action) -> dict[tuple[str | None, str], Message]:
    return {
        (contract.channels[operation.channel].address, message.event): message
        for operation in contract.operations.values()
        if operation.action is action
        for message in operation.messages
    }


def _address(namespace: str) -> str:
    return _ANY_ADDRESS if namespace == "*" else namespace


def _ack(message: Message) -> Any:
    return message.ack.alternatives[0] if message.ack is not None else None


# -- what the sources emit -------------------------------------------------------------------------


def emits_of(application: Loaded) -> list[Emit]:
    """The events that the application's own modules emit."""
    lines = _handler_lines(application.server)
    classes = _classes(application.server)
    found = []
    for module in application.modules:
        path = Path(str(module.__file__)).resolve()
        names = _names(module, classes, lines.get(str(path), {}))
        found += find_emits(short_name(str(path)), path.read_text("utf-8", "replace"), names)
    return found


def _handler_lines(server: Any) -> dict[str, dict[int, tuple[str, ...]]]:
    """By file and first line, the namespaces of the functions that handle events."""
    lines: dict[str, dict[int, tuple[str, ...]]] = {}
    for namespace, _, handler in _registered(server):
        code = getattr(_function(handler), "__code__", None)
        if code is not None and namespace != "*":
            of_file = lines.setdefault(str(Path(code.co_filename).resolve()), {})
            known = of_file.get(code.co_firstlineno, ())
            of_file[code.co_firstlineno] = tuple(dict.fromkeys((*known, namespace)))
    return lines


def _classes(server: Any) -> dict[type, tuple[str, ...]]:
    """The class-based namespaces, with what they serve."""
    inner = server if isinstance(server, BaseServer) else server.server
    instances = (
        server.namespace_handlers if inner is None else list(inner.namespace_handlers.values())
    )
    found: dict[type, tuple[str, ...]] = {}
    for each in instances:
        for base in type(each).__mro__:
            if issubclass(base, BaseNamespace):
                found[base] = tuple(dict.fromkeys((*found.get(base, ()), each.namespace)))
    return found


def _names(
    module: ModuleType, classes: dict[type, tuple[str, ...]], lines: dict[int, tuple[str, ...]]
) -> Names:
    """What the names of a module stand for."""
    functions: dict[str, str] = {}
    servers: dict[str, str] = {}
    others = set()
    for name, value in vars(module).items():
        if value is flask_socketio:
            functions |= {f"{name}.{each}": each for each in _FUNCTIONS}
        elif inspect.ismodule(value):
            servers |= {f"{name}.{k}": to for k, v in vars(value).items() if (to := _emits_to(v))}
            others.add(name)
        elif any(value is getattr(flask_socketio, each) for each in _FUNCTIONS):
            functions[name] = value.__name__
        elif to := _emits_to(value):
            servers[name] = to
        elif value is not None:
            others.add(name)
    own = {c.__name__: ns for c, ns in classes.items() if c.__module__ == module.__name__}
    return Names(functions, servers, own, frozenset(others), lines)


def _emits_to(value: Any) -> str:
    """Where a server or a namespace emits to by default; empty for anything else."""
    if issubclass(type(value), _SERVERS):
        return "/"
    return str(value.namespace) if issubclass(type(value), BaseNamespace) else ""
