"""The document that an application's code makes: what it handles, declares and emits.

An `AsyncAPISocketIO` has the document of its handlers and of what `doc_emit` declares; any other
server has handlers, whose hints and docstrings make one here. What the sources emit besides is
added to it. A server that enforces the document lets its own traffic pass: where the code says too
little, so does the document, and a note says where.
"""

from __future__ import annotations

import copy
import typing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from socketio.base_namespace import BaseNamespace

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.codefirst.permissive_schemas import ANY_VALUE
from asyncapi_guard.contract import Action
from asyncapi_guard.drift.discovery import arguments_before, registered_with
from asyncapi_guard.drift.endings import may_return_nothing
from asyncapi_guard.drift.found_servers import is_of_python_socketio
from asyncapi_guard.drift.hints import hinted_receiver
from asyncapi_guard.drift.sends.events import Note, Sends, sends_of
from asyncapi_guard.guard.plans import template
from asyncapi_guard.schema.dialects import replace_subschemas
from asyncapi_guard.spec.acks import schema_in_ack, with_schema
from asyncapi_guard.spec.additions import NewEvent, new_events, with_additions
from asyncapi_guard.spec.ids import slug
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.contract import Contract
    from asyncapi_guard.drift.applications import Loaded
    from asyncapi_guard.drift.compared import Handler
    from asyncapi_guard.drift.emits import Emissions, Emit
    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["CodeDocument", "code_document", "missing_sends"]

_RESERVED = frozenset(("connect", "disconnect"))
_ANY = "*"
#: How `codefirst.document` writes the namespace of handlers of all namespaces.
_ANY_ADDRESS = "/{namespace}"


@dataclass(frozen=True, slots=True)
class CodeDocument:
    """A document that was made of code.

    Attributes:
        data: the document.
        notes: what it says less of than the code may.
        is_of_code: it is no file's own.
    """

    data: dict[str, Any]
    notes: tuple[Note, ...]
    is_of_code: bool = True


def code_document(
    application: Loaded, handlers: Sequence[Handler], emissions: Emissions, inference: Inference
) -> CodeDocument:
    """The document of an application; that of its file, if it has one.

    Args:
        application: what was imported.
        handlers: its handlers, in the order in which the server knows them.
        emissions: what it emits.
        inference: of its sources.

    Raises:
        SpecError: the hints, or the file, make no document.
        RuntimeError: the application is to have no document.
    """
    server = application.server
    if getattr(server, "spec", None) is not None:
        return CodeDocument(server.asyncapi_doc.dict(), (), is_of_code=False)
    data, derived = _handled(server, handlers, inference)
    # A document that models came from has names of its author's.
    called = _called if data == derived else _as_neighbours
    data = _with(data, map(called, _in_each_namespace(data, derived)))
    trusts = _trusting(handlers, inference, heeded=hasattr(server, "registry"))
    sends = _sends(_contract(data), emissions, inference, trusts)
    data = _with(data, map(called, sends.events))
    return CodeDocument(data, (*_wide(handlers), *sends.notes))


def _with(data: dict[str, Any], events: Iterable[NewEvent]) -> dict[str, Any]:
    """A document with more events."""
    new = list(events)
    if not new:
        return data
    data.setdefault("components", {}).setdefault("messages", {})
    return with_additions(data, _contract(data), new)


def _as_neighbours(event: NewEvent) -> NewEvent:
    return event


def _called(event: NewEvent) -> NewEvent:
    """An event with the names that `codefirst.document` gives to its own."""
    is_root = event.namespace == "/"
    prefix = "" if is_root else f"{slug(event.namespace, 'namespace')}_"
    name = slug(event.event, "event")
    return replace(event, key=f"{prefix}{name}", operation=f"{prefix}{event.action}_{name}")


def _contract(data: Mapping[str, Any]) -> Contract:
    from asyncapi_guard.spec import load

    return load(data)


# -- what is received ------------------------------------------------------------------------------


def _handled(
    server: Any, handlers: Sequence[Handler], inference: Inference
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document of the handlers, and the one that their types alone make."""
    from asyncapi_guard.codefirst import About, build_document

    if hasattr(server, "asyncapi_doc"):
        data: dict[str, Any] = server.asyncapi_doc.dict()
        derived = build_document(server.registry, server.about)
    else:
        derived = data = _taking_bytes(
            build_document(_registry(server, handlers, inference), About())
        )
    return data, derived


def _taking_bytes(data: dict[str, Any]) -> dict[str, Any]:
    """A document in which what may be anything may be bytes: nobody heeds the hints that say it."""
    components = data.get("components", {})
    for name, schema in components.get("schemas", {}).items():
        components["schemas"][name] = _with_bytes(schema)
    for message in components.get("messages", {}).values():
        for field in ("payload", "x-ack"):
            if field in message:
                schema = _with_bytes(schema_in_ack(message[field]))
                message[field] = with_schema(message[field], schema)
    return data


def _with_bytes(schema: Any) -> Any:
    if schema in (True, {}):
        return copy.deepcopy(ANY_VALUE)
    if not isinstance(schema, dict) or schema == ANY_VALUE:
        return schema
    return replace_subschemas(schema, lambda _, inner: _with_bytes(inner))


def _registry(server: Any, handlers: Sequence[Handler], inference: Inference) -> Any:
    """The handlers of a server that does not look at hints, with what these say."""
    from asyncapi_guard.codefirst import Registry

    registry = Registry()
    for (namespace, event, function), handler in zip(
        registered_with(server), handlers, strict=True
    ):
        before = arguments_before(server, namespace, function)
        receiver, _ = hinted_receiver(namespace, event, function, before=before)
        if event == "connect":
            before += _gets_environ(server, function)
            receiver, _ = hinted_receiver(namespace, event, function, before=before)
            registry.add(_lenient(receiver))
            continue
        if handler.payload is None:
            receiver = replace(receiver, arguments=None, rest=None, names=())
        if handler.ack is None:
            receiver = replace(receiver, ack=None)
        registry.add(_as_it_returns(receiver, inference))
    return registry


def _gets_environ(server: Any, function: Any) -> bool:
    """Whether a handler of connects gets the request as python-socketio hands it over."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, BaseNamespace):
        return arguments_before(server, "/", function) > 0
    return is_of_python_socketio(server)


def _lenient(receiver: Receiver) -> Receiver:
    """A connect whose `auth` may be missing: nobody who does not look at hints insists on it."""
    from asyncapi_guard.codefirst.hints import read_hint

    if not receiver.arguments:
        return replace(receiver, arguments=None, rest=None, names=(), ack=None)
    auth = receiver.arguments[0]
    hint = read_hint(Any if auth.is_anything else _or_nothing(auth.hint), auth.place)
    return replace(receiver, arguments=(hint,), required=1, rest=None, names=(), ack=None)


def _as_it_returns(receiver: Receiver, inference: Inference) -> Receiver:
    """A handler whose hint does not say that it may return nothing."""
    from asyncapi_guard.codefirst.hints import read_hint

    ack = receiver.ack
    scope = inference.function(written_function(receiver.handler))
    if ack is None or ack.accepts_none or scope is None or not may_return_nothing(scope):
        return receiver
    return replace(receiver, ack=read_hint(_or_nothing(ack.hint), ack.place))


def _or_nothing(hint: Any) -> Any:
    return typing.Optional[hint]  # noqa: UP045  # of a value


def _in_each_namespace(data: Mapping[str, Any], derived: Mapping[str, Any]) -> list[NewEvent]:
    """The events of handlers of all namespaces, for the namespaces that have others, too."""
    events = [each for each in new_events(derived) if each.namespace == _ANY_ADDRESS]
    contract = _contract(data)
    known = _declared(contract)
    return [
        replace(event, namespace=address)
        for address in (_addresses(contract) if events else ())
        if "{" not in address
        for event in events
        if event.event not in _RESERVED and (address, Action.RECEIVE, event.event) not in known
    ]


def _wide(handlers: Sequence[Handler]) -> Iterator[Note]:
    """Handlers of which no document can say what they take."""
    for each in handlers:
        if each.event == _ANY:
            where = "any namespace" if each.namespace == _ANY else shown(each.namespace)
            text = (
                f"{each.name} handles any event of {where}, which a document can't describe; a "
                "guard rejects the events that the document doesn't name"
            )
            yield Note(each.file, each.line, text)


# -- what is sent ----------------------------------------------------------------------------------


def missing_sends(
    contract: Contract, handlers: Sequence[Handler], emissions: Emissions, inference: Inference
) -> Sends:
    """The events that sources emit and that a file declares to be sent in none of their namespaces.

    Args:
        contract: of the file.
        handlers: those of the application.
        emissions: what it emits.
        inference: of its sources.
    """
    # The file may allow more than the hints of a handler that nobody heeds.
    trusts = _trusting(handlers, inference, heeded=True)
    return _sends(contract, emissions, inference, trusts, anywhere=True)


def _trusting(
    handlers: Sequence[Handler], inference: Inference, *, heeded: bool
) -> Callable[[Scope], bool]:
    """Whether a handler gets only what its hints say, where the document is in force.

    Args:
        handlers: those of the application.
        inference: of its sources.
        heeded: only if its server heeds them: else the document says what they say.
    """
    doubted = {
        (each.file, each.line)
        for each in handlers
        if each.payload is None or (heeded and not each.in_force)
    }
    return lambda scope: (inference.file(scope), scope.first_line) not in doubted


def _sends(
    contract: Contract,
    emissions: Emissions,
    inference: Inference,
    trusts: Callable[[Scope], bool],
    *,
    anywhere: bool = False,
) -> Sends:
    """What is emitted, and not declared where it may go; or not anywhere of that."""
    known = _declared(contract)
    found: list[Emit] = []
    notes: list[Note] = []
    for emit in emissions.emits:
        places = [_address(contract, each) for each in emit.namespaces] or _addresses(contract)
        new = [each for each in places if (each, Action.SEND, emit.event) not in known]
        if emit.declares or not new or (anywhere and len(new) < len(places)):
            continue
        found.append(replace(emit, namespaces=tuple(new)))
        if not emit.namespaces:
            name = shown(emit.event)
            text = (
                f"the namespace of event {name} is known only at run time, so it was added to all"
            )
            notes.append(Note(emit.file, emit.line, text))
    sends = sends_of(found, inference, trusts)
    return Sends(sends.events, (*notes, *sends.notes))


def _addresses(contract: Contract) -> list[str]:
    return [str(c.address) for c in contract.channels.values() if c.is_namespace] or ["/"]


def _declared(contract: Contract) -> set[tuple[str | None, Action, str]]:
    return {
        (contract.channels[operation.channel].address, operation.action, message.event)
        for operation in contract.operations.values()
        for message in operation.messages
    }


def _address(contract: Contract, namespace: str) -> str:
    """The address of the channel that serves a namespace; of a new one, the namespace."""
    channels = [c for c in contract.channels.values() if c.address is not None and c.is_namespace]
    if any(channel.address == namespace for channel in channels):
        return namespace
    templates = [c for c in channels if "{" in str(c.address)]
    found = (c.address for c in templates if template(c).fullmatch(namespace))
    return next((each for each in found if each is not None), namespace)
