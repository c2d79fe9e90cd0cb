"""`drift`: where the code of an application and its AsyncAPI file say different things.

Both sides are given as values: handlers with their places and what their hints say, the events that
the sources emit, and the contract of the file. Every difference is a finding, at the code where
there is code, and its message names the place in the file; what only the file has is found there.

`connect` and `disconnect` need not be on both sides: the guard judges what the file says of them
without a handler, and handlers of them are no events. Catch-all handlers handle whatever the file
has in their namespace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action, Channel, Contract, Message, Schema
from asyncapi_guard.errors import Finding
from asyncapi_guard.handlers.equivalence import differences, is_anything
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.handlers.sources import Emit
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Documents

__all__ = ["CODES", "Declared", "Handler", "drift"]

#: The codes of these findings, and what each says.
CODES: Mapping[str, str] = {
    "handler-without-spec": "A handler's event is not declared to be received.",
    "spec-without-handler": "An event that is declared to be received has no handler.",
    "payload-differs": "The types of a handler's arguments say another thing than the payload.",
    "ack-differs": "The type of what a handler returns says another thing than the ack.",
    "undeclared-emit": "An event that the code emits is not declared to be sent.",
}
_RESERVED = frozenset(("connect", "disconnect"))
_ANY = "*"
#: Of one schema, that are told.
_MOST = 3
_NOTHING_SAID = "the file says nothing of it"


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler of an event, and where it is.

    Attributes:
        namespace: the Socket.IO namespace; `*` for all.
        event: its name; `*` for all.
        name: the function's.
        file: its source.
        line: 1-based; 0 when nobody knows.
        payload: what its hints say of its arguments; `None` when they say nothing.
        ack: what its hints say of what it returns; `None` when they say nothing.
    """

    namespace: str
    event: str
    name: str
    file: str
    line: int
    payload: Schema | None = None
    ack: Schema | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """An event that the code declares to send (`doc_emit`).

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        payload: what its model says.
        ack: what its model of the ack says; `None` when there is none.
    """

    namespace: str
    event: str
    payload: Schema | None
    ack: Schema | None = None


def drift(
    handlers: Sequence[Handler],
    emits: Sequence[Emit],
    declared: Sequence[Declared],
    contract: Contract,
    documents: Documents,
) -> tuple[Finding, ...]:
    """Every difference, in the order of files and lines.

    Args:
        handlers: those of the application.
        emits: what its sources emit or declare to.
        declared: the models of what it sends.
        contract: what the file says.
        documents: the file, for its lines.
    """
    comparison = _Comparison(contract, _Places(documents))
    found: dict[Finding, None] = {}
    found.update(dict.fromkeys(comparison.of_handlers(handlers)))
    found.update(dict.fromkeys(comparison.unhandled(handlers)))
    found.update(dict.fromkeys(comparison.of_emits(emits)))
    found.update(dict.fromkeys(comparison.of_declared(declared, emits)))
    return tuple(sorted(found))


class _Comparison:
    """The file's side, by namespaces and events."""

    def __init__(self, contract: Contract, places: _Places) -> None:
        self._places = places
        self._file = contract.file
        self._channels = [c for c in contract.channels.values() if c.is_namespace]
        self._received = _messages(contract, Action.RECEIVE)
        self._sent = _messages(contract, Action.SEND)

    # -- handlers ----------------------------------------------------------------------------------

    def of_handlers(self, handlers: Sequence[Handler]) -> Iterator[Finding]:
        """Handlers that the file does not know, or knows otherwise."""
        for handler in handlers:
            if handler.event == _ANY:
                continue
            messages = self._find(self._received, handler.namespace, handler.event)
            if messages:
                yield from self._models(handler, messages)
            elif handler.event not in _RESERVED:
                where = self._missing(handler.namespace, handler.event, self._received, self._sent)
                message = f"{handler.name} handles {shown(handler.event)}: {where}"
                yield _at(handler, message, "handler-without-spec")

    def _models(self, handler: Handler, messages: Sequence[Message]) -> Iterator[Finding]:
        place = self._places.name(messages[0].location)
        event = shown(handler.event)
        told = _different(handler.payload, [m.payload for m in messages])
        if told:
            message = f"{handler.name} takes other arguments of {event} than {place} says: {told}"
            yield _at(handler, message, "payload-differs")
        told = _different_ack(handler.ack, messages) if handler.event not in _RESERVED else ""
        if told:
            message = f"{handler.name} acknowledges {event} otherwise than {place} says: {told}"
            yield _at(handler, message, "ack-differs")

    def unhandled(self, handlers: Sequence[Handler]) -> Iterator[Finding]:
        """What the file declares to be received, and nobody handles."""
        for (id, event), messages in self._received.items():
            channel = next(each for each in self._channels if each.id == id)
            if event in _RESERVED or any(_handles(h, channel, event) for h in handlers):
                continue
            names = [h.event for h in handlers if _fits(channel, h.namespace)]
            message = (
                f"{shown(event)} is received in {shown(channel.address)}, and no handler is "
                f"registered for it{nearest(event, names)}"
            )
            yield self._places.finding(messages[0].location, message, "spec-without-handler")

    # -- emits -------------------------------------------------------------------------------------

    def of_emits(self, emits: Sequence[Emit]) -> Iterator[Finding]:
        """Events that the sources emit and the file does not declare to be sent."""
        for emit in emits:
            namespaces = emit.namespaces or (_ANY,)
            if any(self._find(self._sent, each, emit.event) for each in namespaces):
                continue
            where = self._missing(namespaces[0], emit.event, self._sent, self._received)
            message = f"{shown(emit.event)} is emitted: {where}"
            yield Finding(emit.file, emit.line, emit.column, "", message, "undeclared-emit")

    def of_declared(self, declared: Sequence[Declared], emits: Sequence[Emit]) -> Iterator[Finding]:
        """Models of what is sent that the file does not know, or knows otherwise."""
        for each in declared:
            known = [e for e in emits if e.event == each.event and each.namespace in e.namespaces]
            messages = self._find(self._sent, each.namespace, each.event)
            event = shown(each.event)
            if not messages:
                if not known:  # else it was told above
                    missing = self._missing(each.namespace, each.event, self._sent, self._received)
                    message = f"{event} is declared by doc_emit: {missing}"
                    yield Finding(self._file, 0, 0, "", message, "undeclared-emit")
                continue
            location = messages[0].location
            told = _different(each.payload, [m.payload for m in messages])
            if told:
                message = f"doc_emit has another model of {event} than the file: {told}"
                yield self._places.finding(location, message, "payload-differs")
            told = _different_ack(each.ack, messages)
            if told:
                message = f"doc_emit has another ack of {event} than the file: {told}"
                yield self._places.finding(location, message, "ack-differs")

    # -- finding -----------------------------------------------------------------------------------

    def _find(self, messages: _Messages, namespace: str, event: str) -> list[Message]:
        """The messages of an event in the channels that serve a namespace."""
        ids = [channel.id for channel in self._channels if _fits(channel, namespace)]
        return [message for id in ids for message in messages.get((id, event), ())]

    def _missing(self, namespace: str, event: str, wanted: _Messages, opposite: _Messages) -> str:
        """Where the file ought to have an event."""
        channels = [channel for channel in self._channels if _fits(channel, namespace)]
        if not channels:
            addresses = [channel.address for channel in self._channels]
            hint = nearest(namespace, addresses)
            return f"{self._file} has no channel for the namespace {shown(namespace)}{hint}"
        place = self._places.name(channels[0].location)
        other = self._find(opposite, namespace, event)
        way = "sent" if wanted is self._sent else "received"
        if other:
            against = "received" if way == "sent" else "sent"
            return f"{self._places.name(other[0].location)} declares it to be {against}, not {way}"
        ids = {channel.id for channel in channels}
        names = [name for id, name in wanted if id in ids]
        return f"{place} does not declare it to be {way}{nearest(event, names)}"


# -- schemas ---------------------------------------------------------------------------------------


def _different(code: Schema | None, file: Sequence[Schema | None]) -> str:
    """How the code's schema differs from the file's alternatives; empty when it does not."""
    if code is None:
        return ""
    said = [schema for schema in file if schema is not None]
    if len(said) < len(file):
        return "" if is_anything(code) else _NOTHING_SAID
    return "; ".join(differences([code], said)[:_MOST])


def _different_ack(code: Schema | None, messages: Sequence[Message]) -> str:
    if code is None:
        return ""
    acks = [message.ack for message in messages if message.ack is not None]
    if not acks:
        return "" if code.nothing or is_anything(code) else _NOTHING_SAID
    alternatives = [schema for ack in acks for schema in ack.alternatives]
    unique = [s for i, s in enumerate(alternatives) if s not in alternatives[:i]]
    return "; ".join(differences([code], unique)[:_MOST])


# -- namespaces ------------------------------------------------------------------------------------

#: Messages by the id of their channel and their event.
_Messages = dict[tuple[str, str], list[Message]]


def _messages(contract: Contract, action: Action) -> _Messages:
    found: _Messages = {}
    for operation in contract.operations.values():
        if operation.action is action and contract.channels[operation.channel].is_namespace:
            for message in operation.messages:
                known = found.setdefault((operation.channel, message.event), [])
                if message not in known:
                    known.append(message)
    return found


def _handles(handler: Handler, channel: Channel, event: str) -> bool:
    return handler.event in (event, _ANY) and _fits(channel, handler.namespace)


def _fits(channel: Channel, namespace: str) -> bool:
    """Whether a channel serves a namespace; `*` is any."""
    if namespace in (_ANY, channel.address):
        return True
    return "{" in (channel.address or "") and bool(_pattern(channel).fullmatch(namespace))


def _pattern(channel: Channel) -> re.Pattern[str]:
    parts = re.split(r"\{([^{}]*)\}", channel.address or "")
    for index in range(1, len(parts), 2):
        values = channel.parameters.get(parts[index])
        parts[index] = "[^/]+" if values is None else f"(?:{'|'.join(map(re.escape, values))})"
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts))


# -- places ----------------------------------------------------------------------------------------


def _at(handler: Handler, message: str, code: str) -> Finding:
    return Finding(handler.file, handler.line, 1 if handler.line else 0, "", message, code)


class _Places:
    """The lines of what a contract's locations name."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def finding(self, location: str, message: str, code: str) -> Finding:
        """A finding at a location."""
        for source in self._documents.sources():
            if location.startswith(f"{source.name}#"):
                path = _path(source.data, location.removeprefix(f"{source.name}#"))
                return source.finding(path, message, code)
        return Finding(location.partition("#")[0], 0, 0, "", message, code)

    def name(self, location: str) -> str:
        """`file:line` of a location."""
        found = self.finding(location, "", "")
        return f"{found.file}:{found.line}" if found.line else found.file


def _path(data: Any, pointer: str) -> Path:
    """The path that a pointer writes down."""
    path: list[str | int] = []
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        is_index = isinstance(data, list)
        path.append(int(key) if is_index else key)
        data = data[path[-1]]
    return tuple(path)
