"""What an imported application has: its handlers with their places, and what its sources emit."""

from __future__ import annotations

import inspect
from dataclasses import replace
from enum import Enum, EnumMeta
from functools import partial
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_socketio import Namespace as FlaskNamespace
from flask_socketio import SocketIO
from socketio.base_namespace import BaseClientNamespace, BaseNamespace

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.codefirst.permissive_schemas import ANY_ARGUMENTS
from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.drift.applications import short_name
from asyncapi_guard.drift.compared import Declared, Handler
from asyncapi_guard.drift.emits import find_emits
from asyncapi_guard.drift.found_servers import is_client, is_of_python_socketio
from asyncapi_guard.drift.hints import is_decorated, is_silent, may_end, signed
from asyncapi_guard.drift.inference import Inference, Source
from asyncapi_guard.drift.instances import instances_of
from asyncapi_guard.drift.python_source import parse_source
from asyncapi_guard.drift.registrations import Registration, find_registrations
from asyncapi_guard.drift.scopes import scopes_of
from asyncapi_guard.drift.told_types import with_told_types
from asyncapi_guard.guard.plans import reserved_for
from asyncapi_guard.integrations.handlers.registered import LIBRARIES, methods_of, registered
from asyncapi_guard.spec.additions import NewEvent, new_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.drift.applications import Loaded
    from asyncapi_guard.drift.emits import Emissions, Emit
    from asyncapi_guard.drift.scopes import Scope

__all__ = [
    "arguments_before",
    "declared_of",
    "emissions_from",
    "emissions_of",
    "events_of",
    "handlers_of",
    "inference_of",
    "registered_with",
    "sources_of",
]

_RESERVED = frozenset(("connect", "disconnect"))
_OF_CLIENTS = reserved_for(Perspective.CLIENT) - {"*"}
#: How `codefirst.document` writes the namespace of handlers of all namespaces.
_ANY_ADDRESS = "/{namespace}"


# -- handlers --------------------------------------------------------------------------------------


def handlers_of(application: Loaded, sources: Mapping[str, str]) -> list[Handler]:
    """The handlers of a `SocketIO`, or of a server or client of python-socketio, with their hints.

    Args:
        application: what was imported.
        sources: its texts (`sources_of`).

    Raises:
        SpecError: the hints make no document.
    """
    typed = _typed(application.server)
    functions = _functions(application, sources)
    registrations = [
        registration
        for module in application.modules
        for registration in find_registrations(
            _name(module), sources[_name(module)], partial(_text_of, module)
        )
    ]
    return [
        _placed(
            _handler(
                (namespace, event, function),
                typed.get((namespace, event)),
                functions,
                before=arguments_before(application.server, namespace, function),
            ),
            registrations,
        )
        for namespace, event, function in registered_with(application.server)
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


def registered_with(server: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Namespace, event and function of each handler."""
    inner = server if is_of_python_socketio(server) else server.server
    if inner is not None:
        found = registered(inner.handlers, inner.namespace_handlers)
        # A client's sessions are no events of its server.
        own = _OF_CLIENTS if is_client(inner) else frozenset()
        yield from (each for each in found if each[1] not in own)
        return
    yield from ((namespace, event, handler) for event, handler, namespace in server.handlers)
    for each in server.namespace_handlers:
        yield from methods_of(each)


def arguments_before(server: Any, namespace: str, handler: Any) -> int:
    """How many arguments a handler gets before those of the event."""
    owner = getattr(handler, "__self__", None)
    if isinstance(owner, BaseNamespace):
        return 0 if isinstance(owner, (FlaskNamespace, BaseClientNamespace)) else 1
    if not is_of_python_socketio(server):
        return 0
    return (namespace == "*") + (not is_client(server))


def _functions(application: Loaded, sources: Mapping[str, str]) -> dict[tuple[str, int], Scope]:
    """The functions of the sources, by file and first line."""
    return {
        (str(module.__file__), scope.first_line): scope
        for module in application.modules
        for scope in scopes_of(parse_source(sources[_name(module)]))
        if scope.is_function
    }


def _handler(
    registration: tuple[str, str, Callable[..., Any]],
    typed: _Said | None,
    functions: dict[tuple[str, int], Scope],
    *,
    before: int,
) -> Handler:
    namespace, event, handler = registration
    function = written_function(handler)
    name = getattr(function, "__qualname__", None) or repr(handler)
    file, line = _place(function)
    payload, ack = typed or (None, None)
    found = Handler(
        namespace,
        event,
        name,
        file,
        line,
        payload,
        ack,
        silent=is_silent(handler, functions),
        decorated=is_decorated(handler),
        ends=may_end(handler, functions),
    )
    if payload is not None or ack is not None or "*" in (event, namespace) or event in _RESERVED:
        return found
    said = signed(namespace, event, handler, before=before)
    return replace(
        found,
        payload=said.payload,
        ack=said.ack,
        in_force=False,
        takes=said.takes,
        unread=said.unread,
        by_name=said.by_name,
        generated=said.generated,
    )


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
        server: a `SocketIO`, or a server or a client of python-socketio.
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
    ack = message.ack
    return None if ack is None or ack.none else ack.alternatives[0]


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


def emissions_of(
    application: Loaded, sources: Mapping[str, str], handlers: Sequence[Handler]
) -> Emissions:
    """What the application's own modules emit, and what of it only the run knows.

    Args:
        application: what was imported.
        sources: its texts (`sources_of`).
        handlers: its handlers: what they emit goes to their namespaces.
    """
    inference = inference_of(application, sources, handlers)
    return with_told_types(emissions_from(application, inference), inference)


def inference_of(
    application: Loaded, sources: Mapping[str, str], handlers: Sequence[Handler]
) -> Inference:
    """What the expressions of the application's own modules may stand for; see `emissions_of`."""
    modules = application.modules
    roots = [application.server, *(each for _, _, each in registered_with(application.server))]
    return Inference(
        [Source(module, _name(module), sources[_name(module)]) for module in modules],
        instances_of(modules, roots),
        _handler_lines(handlers),
        _classes(application.server),
        _servers(application),
    )


def emissions_from(application: Loaded, inference: Inference) -> Emissions:
    """What is emitted and declared, by an inference that is there already; see `emissions_of`."""
    found = find_emits(inference)
    return replace(found, emits=tuple(_declared_where(found.emits, application.server)))


def _declared_where(emits: Sequence[Emit], server: Any) -> Iterator[Emit]:
    """Emits; those that are declared without a namespace, with those that the server knows."""
    registry = getattr(server, "registry", None)
    senders = list(registry.senders()) if registry is not None else []
    for each in emits:
        if not each.declares or each.namespaces:
            yield each
            continue
        said = [e.namespaces for e in emits if e.declares and e.event == each.event]
        others = {namespace for namespaces in said for namespace in namespaces}
        known = [sender.namespace for sender in senders if sender.event == each.event]
        left = [namespace for namespace in known if namespace not in others]
        yield replace(each, namespaces=tuple(left or known))


def _servers(application: Loaded) -> list[Any]:
    """A server, the one inside of it, and whatever of Flask-SocketIO's is around it."""
    server = application.server
    inner = server if is_of_python_socketio(server) else server.server
    around = [
        value
        for module in application.modules
        for value in vars(module).values()
        if issubclass(type(value), SocketIO) and inner is not None and value.server is inner
    ]
    return [each for each in (server, inner, *around) if each is not None]


def _handler_lines(handlers: Sequence[Handler]) -> dict[str, dict[int, tuple[str, ...]]]:
    """By file and first line, the namespaces of the functions that handle events."""
    lines: dict[str, dict[int, tuple[str, ...]]] = {}
    for handler in handlers:
        of_file = lines.setdefault(handler.file, {})
        known = of_file.get(handler.line, ())
        # A handler of all namespaces emits to whichever it was called in.
        some = () if handler.namespace == "*" else (handler.namespace,)
        of_file[handler.line] = tuple(dict.fromkeys((*known, *some)))
    return lines


def _classes(server: Any) -> dict[type, tuple[str, ...]]:
    """The class-based namespaces and what they are made of, with what they serve."""
    inner = server if is_of_python_socketio(server) else server.server
    instances = (
        server.namespace_handlers if inner is None else list(inner.namespace_handlers.values())
    )
    found: dict[type, tuple[str, ...]] = {}
    for each in instances:
        for base in type(each).__mro__:
            if base.__module__.partition(".")[0] not in {*LIBRARIES, "builtins"}:
                found[base] = tuple(dict.fromkeys((*found.get(base, ()), each.namespace)))
    return found


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
