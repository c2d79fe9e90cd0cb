"""What an imported application has: its handlers with their places, and what its sources emit."""

from __future__ import annotations

import inspect
from dataclasses import replace
from enum import Enum, EnumMeta
from functools import partial
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask_socketio
from socketio.base_namespace import BaseNamespace
from socketio.base_server import BaseServer

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.codefirst.permissive_schemas import ANY_ARGUMENTS
from asyncapi_guard.contract import Action
from asyncapi_guard.drift.applications import short_name
from asyncapi_guard.drift.comparing import Declared, Handler
from asyncapi_guard.drift.emits import Emit, Names, find_emits
from asyncapi_guard.drift.registrations import Registration, find_registrations
from asyncapi_guard.integrations.handlers.registered import LIBRARIES, methods_of, registered
from asyncapi_guard.spec.additions import NewEvent, new_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.drift.applications import Loaded

__all__ = ["declared_of", "emits_of", "events_of", "handlers_of", "sources_of"]

_SERVERS = (flask_socketio.SocketIO, BaseServer)
_FUNCTIONS = ("emit", "send", "call")
#: How `codefirst.document` writes the namespace of handlers of all namespaces.
_ANY_ADDRESS = "/{namespace}"


# -- handlers --------------------------------------------------------------------------------------


def handlers_of(application: Loaded, sources: Mapping[str, str]) -> list[Handler]:
    """The handlers of a `SocketIO` or a python-socketio server, with what their hints say.

    Args:
        application: what was imported.
        sources: its texts (`sources_of`).

    Raises:
        SpecError: the hints make no document.
    """
    typed = _typed(application.server)
    registrations = [
        registration
        for module in application.modules
        for registration in find_registrations(
            _name(module), sources[_name(module)], partial(_text_of, module)
        )
    ]
    return [
        _placed(_handler(namespace, event, function, typed.get((namespace, event))), registrations)
        for namespace, event, function in _registered(application.server)
    ]


def _placed(handler: Handler, registrations: Sequence[Registration]) -> Handler:
    """A handler at the place where it was registered, when the one that is known is a wrapper's."""
    wrapped = "<locals>" in handler.name or handler.name.endswith(".__call__")
    if handler.line and not wrapped:
        return handler
    own = [
        each
        for each in registrations
        if each.event == handler.event and each.namespace in (None, handler.namespace)
    ]
    if len(own) != 1 or (handler.line and own[0].called):
        return handler
    return replace(handler, name=own[0].name, file=own[0].file, line=own[0].line)


def _registered(server: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Namespace, event and function of each handler."""
    inner = server if isinstance(server, BaseServer) else server.server
    if inner is not None:
        yield from registered(inner.handlers, inner.namespace_handlers)
        return
    yield from ((namespace, event, handler) for event, handler, namespace in server.handlers)
    for each in server.namespace_handlers:
        yield from methods_of(each)


def _handler(
    namespace: str, event: str, handler: Callable[..., Any], typed: _Said | None
) -> Handler:
    function = written_function(handler)
    name = getattr(function, "__qualname__", None) or repr(handler)
    file, line = _place(function)
    payload, ack = typed or (None, None)
    return Handler(namespace, event, name, file, line, payload, ack)


def _place(function: Any) -> tuple[str, int]:
    code = getattr(function, "__code__", None)
    if code is None:
        return getattr(function, "__module__", None) or "<unknown>", 0
    return short_name(str(Path(code.co_filename).resolve())), code.co_firstlineno


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


def events_of(server: Any, keys: Sequence[tuple[str, Action, str]]) -> list[NewEvent]:
    """Events of a server, as they would stand in a file: with their types, where it has some.

    Args:
        server: a `SocketIO` or a python-socketio server.
        keys: namespace, direction and name of each.
    """
    registry = getattr(server, "registry", None)
    known: dict[tuple[str, Action, str], NewEvent] = {}
    if registry is not None:
        from asyncapi_guard.codefirst import build_document

        events = new_events(build_document(registry, server.about))
        known = {(event.namespace, event.action, event.event): event for event in events}
    return [known.get(key) or _undescribed(*key) for key in keys]


def _undescribed(namespace: str, action: Action, event: str) -> NewEvent:
    anything = {"$ref": "#/components/schemas/Anything"}
    return NewEvent(namespace, event, action, anything, schemas={"Anything": ANY_ARGUMENTS})


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


def sources_of(application: Loaded) -> dict[str, str]:
    """The texts of the application's own modules, by the names that findings give to them."""
    return {_name(module): _text(module) for module in application.modules}


def _path(module: ModuleType) -> Path:
    return Path(str(module.__file__)).resolve()


def _name(module: ModuleType) -> str:
    return short_name(str(_path(module)))


def _text(module: ModuleType) -> str:
    """A module's source, as Python reads it; empty where that fails."""
    try:
        return decode_source(_path(module).read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""


def emits_of(
    application: Loaded, sources: Mapping[str, str], handlers: Sequence[Handler]
) -> list[Emit]:
    """The events that the application's own modules emit.

    Args:
        application: what was imported.
        sources: its texts (`sources_of`).
        handlers: its handlers: what they emit goes to their namespaces.
    """
    lines = _handler_lines(handlers)
    classes = _classes(application.server)
    found = []
    for module in application.modules:
        name = _name(module)
        found += find_emits(name, sources[name], _names(module, classes, lines.get(name, {})))
    return found


def _handler_lines(handlers: Sequence[Handler]) -> dict[str, dict[int, tuple[str, ...]]]:
    """By file and first line, the namespaces of the functions that handle events."""
    lines: dict[str, dict[int, tuple[str, ...]]] = {}
    for handler in handlers:
        if handler.namespace != "*":
            of_file = lines.setdefault(handler.file, {})
            known = of_file.get(handler.line, ())
            of_file[handler.line] = tuple(dict.fromkeys((*known, handler.namespace)))
    return lines


def _classes(server: Any) -> dict[type, tuple[str, ...]]:
    """The class-based namespaces and what they are made of, with what they serve."""
    inner = server if isinstance(server, BaseServer) else server.server
    instances = (
        server.namespace_handlers if inner is None else list(inner.namespace_handlers.values())
    )
    found: dict[type, tuple[str, ...]] = {}
    for each in instances:
        for base in type(each).__mro__:
            if base.__module__.partition(".")[0] not in {*LIBRARIES, "builtins"}:
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
    return Names(functions, servers, own, frozenset(others), lines, partial(_text_of, module))


def _text_of(module: ModuleType, dotted: str) -> str | None:
    """What a dotted name in a module stands for, when it is a text, or an enum's member of one.

    Only what is there is looked at: nothing is called to find out.
    """
    value: Any = module
    for name in dotted.split("."):
        if isinstance(value, EnumMeta):
            value = value.__members__.get(name)
        elif isinstance(value, Enum):
            value = value._value_ if name == "value" else None
        else:
            value = inspect.getattr_static(value, name, None)
    if isinstance(value, Enum):
        value = value._value_
    return value if isinstance(value, str) else None


def _emits_to(value: Any) -> str:
    """Where a server or a namespace emits to by default; empty for anything else."""
    if issubclass(type(value), _SERVERS):
        return "/"
    return str(value.namespace) if issubclass(type(value), BaseNamespace) else ""
