"""`drift`: where the code of an application and its AsyncAPI file say different things.

Both sides are given as values: handlers with their places and what their hints say, the events that
the sources emit, and the contract of the file. Every difference is a finding, at the code where
there is code, and its message names the place in the file; what only the file has is found there.

`connect` and `disconnect` need not be on both sides: the guard judges what the file says of them
without a handler, and handlers of them are no events. Catch-all handlers handle whatever the file
has in their namespace.

Types that differ are an error where it hurts who keeps to the file, and a warning elsewhere. Of
what is received, that is a client whose arguments a narrower type rejects; a wider type takes
what the guard rejects before the handler sees it, if there is one that enforces the file, and
what the handler gets otherwise, which the message says. Of what is sent it is the other way
round: a wider type lets out what clients do not expect, a narrower one is only less than was
promised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action, Channel, Contract, Message, Schema
from asyncapi_guard.drift.applications import short_name
from asyncapi_guard.drift.arity import in_words, numbers_of, takes_all, told
from asyncapi_guard.drift.document_lines import DocumentLines
from asyncapi_guard.drift.sent_values import contradicted_ack, contradiction
from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.schema.comparison import (
    Difference,
    contradictions,
    differences,
    is_anything,
)
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.codefirst.stale_models import StaleModels
    from asyncapi_guard.drift.arity import Numbers
    from asyncapi_guard.drift.emits import Answer, Emit, Unread
    from asyncapi_guard.spec.references import Documents

__all__ = ["CODES", "Declared", "Handler", "drift", "missing_events"]

#: The codes of these findings; `asyncapi-guard rules` says what they mean.
CODES: Mapping[str, Severity] = {
    "handler-without-spec": Severity.ERROR,
    "spec-without-handler": Severity.ERROR,
    "payload-differs": Severity.ERROR,
    "ack-differs": Severity.ERROR,
    "payload-inexact": Severity.WARNING,
    "ack-inexact": Severity.WARNING,
    "undeclared-emit": Severity.ERROR,
    "stale-models": Severity.ERROR,
    "spec-without-emit": Severity.WARNING,
    "unread-emit": Severity.WARNING,
}
_RESERVED = frozenset(("connect", "disconnect"))
_ANY = "*"
#: Of one schema, that are told.
_MOST = 3
_NOTHING_SAID = Difference("the file says nothing of it", wider=False)


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
        in_force: its hints decide what it gets and what it acknowledges.
        takes: how many arguments it can be called with; `None` when nobody knows.
        silent: it never returns a value.
        unread: hints that could not be read, with the reason.
        decorated: what it returns goes through a decorator that may change it.
        by_name: parameters that it needs by name, and that no event can give it.
        ends: it may come to its end, or to a `return`, without a value.
        generated: the documents whose generated types its arguments and its ack have, if any.
    """

    namespace: str
    event: str
    name: str
    file: str
    line: int
    payload: Schema | None = None
    ack: Schema | None = None
    in_force: bool = True
    takes: Numbers | None = None
    silent: bool = False
    unread: tuple[str, ...] = ()
    decorated: bool = False
    by_name: tuple[str, ...] = ()
    ends: bool = False
    generated: tuple[Path | None, Path | None] = (None, None)


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


def drift(  # noqa: PLR0913  # what an application has, and what its file says
    handlers: Sequence[Handler],
    emits: Sequence[Emit],
    declared: Sequence[Declared],
    contract: Contract,
    documents: Documents,
    unread: Sequence[Unread] = (),
    *,
    enforced: bool = False,
    stale: Sequence[StaleModels] = (),
    answers: Mapping[tuple[str, int], Sequence[Answer]] | None = None,
    partial: bool = False,
) -> tuple[Finding, ...]:
    """Every difference, in the order of files and lines.

    Args:
        handlers: those of the application.
        emits: what its sources emit or declare to.
        declared: the models of what it sends.
        contract: what the file says.
        documents: the file, for its lines.
        unread: emits of which only the run knows what they emit.
        enforced: the server enforces the file, whatever the types in the code say.
        stale: generated modules that are out of date.
        answers: what functions return, by their files and first lines (`Emissions.answers`).
        partial: the file is the other side's, of which the application need not use everything.
    """
    comparison = _Comparison(contract, DocumentLines(documents), enforced=enforced)
    found: dict[Finding, None] = {}
    found.update(dict.fromkeys(comparison.of_handlers(handlers)))
    found.update(dict.fromkeys(comparison.of_answers(handlers, answers or {})))
    if not partial:
        found.update(dict.fromkeys(comparison.unhandled(handlers)))
        found.update(dict.fromkeys(comparison.unsent(emits, declared, unread)))
    found.update(dict.fromkeys(comparison.of_emits(emits)))
    found.update(dict.fromkeys(comparison.of_declared(declared, emits)))
    found.update(dict.fromkeys(comparison.of_unread(unread)))
    found.update(dict.fromkeys(map(_stale, stale)))
    return tuple(sorted(found))


def _stale(models: StaleModels) -> Finding:
    code = "stale-models"
    file = short_name(str(models.file))
    return Finding(file, 1, 1, "", str(models), code, CODES[code])


def missing_events(
    handlers: Sequence[Handler],
    declared: Sequence[Declared],
    contract: Contract,
    documents: Documents,
) -> list[tuple[str, Action, str]]:
    """Namespace, direction and name of what is handled, or declared to be sent, beside the file.

    Handlers of all events or of all namespaces have no place in it.
    """
    comparison = _Comparison(contract, DocumentLines(documents))
    wanted = [(each.namespace, Action.RECEIVE, each.event) for each in handlers]
    wanted += [(each.namespace, Action.SEND, each.event) for each in declared]
    return [
        key
        for key in dict.fromkeys(wanted)
        if _ANY not in (key[0], key[2]) and key[2] not in _RESERVED and not comparison.has(*key)
    ]


class _Comparison:
    """The file's side, by namespaces and events."""

    def __init__(self, contract: Contract, lines: DocumentLines, *, enforced: bool = False) -> None:
        self._lines = lines
        self._enforced = enforced
        self._file = contract.file
        self._path = Path(contract.file).resolve()
        self._channels = [c for c in contract.channels.values() if c.is_namespace]
        self._received = _messages(contract, Action.RECEIVE)
        self._sent = _messages(contract, Action.SEND)

    def has(self, namespace: str, action: Action, event: str) -> bool:
        """Whether the file declares an event."""
        messages = self._received if action is Action.RECEIVE else self._sent
        return bool(self._find(messages, namespace, event))

    # -- handlers ----------------------------------------------------------------------------------

    def of_handlers(self, handlers: Sequence[Handler]) -> Iterator[Finding]:
        """Handlers that the file does not know, or knows otherwise."""
        for handler in handlers:
            if handler.event == _ANY:
                continue
            messages = self._find(self._received, handler.namespace, handler.event)
            if messages and handler.in_force:
                yield from self._models(handler, messages)
            if messages and handler.event not in _RESERVED:
                yield from self._plain(handler, messages)
            if handler.by_name:
                yield self._uncallable(handler)
            if messages:
                continue
            if handler.event not in _RESERVED:
                where = self._missing(handler.namespace, handler.event, self._received, self._sent)
                message = f"{handler.name} handles {shown(handler.event)}: {where}"
                yield _at(handler, message, "handler-without-spec")

    def _uncallable(self, handler: Handler) -> Finding:
        names = ", ".join(map(shown, handler.by_name))
        text = f"{handler.name} needs {names} by name, and an event gives arguments by position"
        return _at(handler, f"{text}: give it a default, or remove the *", "payload-differs")

    def _models(self, handler: Handler, messages: Sequence[Message]) -> Iterator[Finding]:
        place = self._lines.name(messages[0].location)
        name, event = handler.name, shown(handler.event)
        for hurts, said in _received(_payloads(handler.payload, messages)):
            text = (
                f"{name} may reject arguments of {event} that {place} allows"
                if hurts
                else f"{name} takes arguments of {event} that {place} does not allow, "
                f"{self._consequence()}"
            )
            code = "payload-differs" if hurts else "payload-inexact"
            yield _at(handler, f"{text}: {said}", code)
        if handler.event in _RESERVED:
            return
        for hurts, said in _sent(_acks(handler.ack, messages)):
            text = (
                f"{name} may acknowledge {event} with what {place} does not allow"
                if hurts
                else f"{name} acknowledges {event} with less than {place} allows{_HARMLESS}"
            )
            yield _at(handler, f"{text}: {said}", "ack-differs" if hurts else "ack-inexact")

    def _consequence(self) -> str:
        """What becomes of arguments that the code takes and the file does not allow."""
        if self._enforced:
            return "which is harmless, for the server enforces the file"
        return "and the server lets them through, for it does not enforce the file"

    def _plain(self, handler: Handler, messages: Sequence[Message]) -> Iterator[Finding]:
        """What a handler contradicts that nothing puts in force, or that no hint says."""
        place = self._lines.name(messages[0].location)
        name, event = handler.name, shown(handler.event)
        payloads = [message.payload for message in messages if message.payload is not None]
        given = numbers_of(payloads) if len(payloads) == len(messages) else None
        if not handler.in_force:
            if given and handler.takes is not None and not takes_all(handler.takes, given):
                text = f"{name} takes {told(handler.takes)}, and {place} allows {in_words(given)}"
                yield _at(handler, f"{text} of {event}", "payload-differs")
            elif (
                handler.payload is not None
                and len(payloads) == len(messages)
                and handler.generated[0] != self._path
            ):
                for each in _some(contradictions(payloads, [handler.payload])):
                    text = f"the hints of {name} contradict {place}, which declares {event}"
                    yield _at(handler, f"{text}: {each}", "payload-differs")
        acks = _acks(handler.ack, messages)
        if acks.silent:
            return
        said = handler.in_force and handler.ack is not None
        if handler.silent and not said and not any(each.is_valid(None) for each in acks.file):
            text = f"{name} returns nothing, and {place} promises an ack of {event}"
            yield _at(handler, text, "ack-differs")
        elif _may_lack_ack(handler) and not any(each.is_valid(None) for each in acks.file):
            text = f"{name} may return nothing, and {place} promises an ack of {event}"
            yield _at(handler, f"{text}: return a value on every way out", "ack-differs")
        elif (
            handler.ack is not None and not handler.in_force and handler.generated[1] != self._path
        ):
            for each in _some(contradictions([handler.ack], acks.file, vague=True)):
                text = f"the hint of what {name} returns contradicts {place}, the ack of {event}"
                yield _at(handler, f"{text}: {each}", "ack-differs")

    def of_answers(
        self,
        handlers: Sequence[Handler],
        answers: Mapping[tuple[str, int], Sequence[Answer]],
    ) -> Iterator[Finding]:
        """What handlers write down to return, where no hint says what that is."""
        for handler in handlers:
            told = handler.ack is not None or handler.silent or handler.decorated
            if told or handler.event in {_ANY, *_RESERVED}:
                continue
            messages = self._find(self._received, handler.namespace, handler.event)
            acks = _acks(None, messages)
            returned = () if acks.silent else answers.get((handler.file, handler.line), ())
            problems = (contradicted_ack(each, acks.file) for each in returned)
            for problem in dict.fromkeys(each for each in problems if each is not None):
                place = self._lines.name(messages[0].location)
                text = (
                    f"{handler.name} acknowledges {shown(handler.event)} with what {place} does "
                    f"not allow: {problem}"
                )
                yield _at(handler, text, "ack-differs")

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
            yield self._lines.finding(
                messages[0].location, message, "spec-without-handler", Severity.ERROR
            )

    # -- emits -------------------------------------------------------------------------------------

    def of_emits(self, emits: Sequence[Emit]) -> Iterator[Finding]:
        """Events that the sources emit and the file does not declare to be sent."""
        for emit in emits:
            namespaces = emit.namespaces or (_ANY,)
            messages = [
                message
                for each in namespaces
                for message in self._find(self._sent, each, emit.event)
            ]
            if messages:
                yield from self._sent_value(emit, messages)
                continue
            where = self._missing(namespaces[0], emit.event, self._sent, self._received)
            room = self._mistaken_room(emit)
            message = f"{shown(emit.event)} is emitted{f' {room}' if room else f': {where}'}"
            yield Finding(emit.file, emit.line, emit.column, "", message, "undeclared-emit")

    def _mistaken_room(self, emit: Emit) -> str | None:
        """Where an emit goes to whose room is called as a namespace that has the event."""
        for room in emit.rooms:
            if (
                room.startswith("/")
                and room not in emit.namespaces
                and self._find(self._sent, room, emit.event)
            ):
                text = "to the room {0}, which is a namespace of {1}: write namespace={0}"
                return text.format(shown(room), self._file)
        return None

    def _sent_value(self, emit: Emit, messages: Sequence[Message]) -> Iterator[Finding]:
        """What an emit writes down, against what the file allows."""
        place, event = self._lines.name(messages[0].location), shown(emit.event)

        def finding(message: str, code: str) -> Finding:
            return Finding(emit.file, emit.line, emit.column, "", message, code, CODES[code])

        problem = _emitted(emit, messages)
        if problem is not None:
            text = f"{event} is emitted with what {place} does not allow: {problem}"
            yield finding(text, "payload-differs")
        room = self._mistaken_room(emit)
        if room is not None:
            yield finding(f"{event} is emitted {room}", "undeclared-emit")
        acks = _acks(None, messages)
        given = None if acks.silent else numbers_of(acks.file)
        if emit.callback is not None and given and not takes_all(emit.callback, given):
            values = told(emit.callback, "value")
            text = f"the callback of {event} takes {values}, and {place} allows an ack of"
            yield finding(f"{text} {in_words(given)}", "ack-differs")

    def of_unread(self, unread: Sequence[Unread]) -> Iterator[Finding]:
        """Emits of which only the run knows what they emit."""
        code = "unread-emit"
        for each in unread:
            text = (
                "only the run knows which event is emitted here, so it is not compared with "
                f"{self._file}"
                if each.event is None
                else f"only the run knows whether a server emits {shown(each.event)} here, so it "
                f"is not compared with {self._file}"
            )
            yield Finding(each.file, each.line, each.column, "", text, code, CODES[code])

    def unsent(
        self, emits: Sequence[Emit], declared: Sequence[Declared], unread: Sequence[Unread]
    ) -> Iterator[Finding]:
        """What the file declares to be sent, and nothing that could be read emits."""
        for (id, event), messages in self._sent.items():
            channel = next(each for each in self._channels if each.id == id)
            sent = any(each.event == event and _goes_to(channel, each) for each in emits)
            sent = sent or any(e.event == event and _fits(channel, e.namespace) for e in declared)
            perhaps = any(
                each.event in (None, event) and _reaches(channel, each.namespaces)
                for each in unread
            )
            if sent or perhaps:
                continue
            names = [each.event for each in emits if _reaches(channel, each.namespaces)]
            text = (
                f"{shown(event)} is sent in {shown(channel.address)}, and no code of the "
                f"application emits it{nearest(event, names)}"
            )
            code = "spec-without-emit"
            yield self._lines.finding(messages[0].location, text, code, CODES[code])

    def of_declared(self, declared: Sequence[Declared], emits: Sequence[Emit]) -> Iterator[Finding]:
        """Models of what is sent that the file does not know, or knows otherwise."""
        for each in declared:
            known = [e for e in emits if e.event == each.event and each.namespace in e.namespaces]
            messages = self._find(self._sent, each.namespace, each.event)
            if messages:
                call = next((emit for emit in known if emit.declares), None)
                yield from self._declared(each, messages, call)
            elif not known:  # else it was told above
                missing = self._missing(each.namespace, each.event, self._sent, self._received)
                message = f"{shown(each.event)} is declared by doc_emit: {missing}"
                yield Finding(self._file, 0, 0, "", message, "undeclared-emit")

    def _declared(
        self, declared: Declared, messages: Sequence[Message], call: Emit | None
    ) -> Iterator[Finding]:
        location = messages[0].location
        place, event = self._lines.name(location), shown(declared.event)

        def finding(message: str, code: str) -> Finding:
            if call is None:
                return self._lines.finding(location, message, code, CODES[code])
            return Finding(call.file, call.line, call.column, "", message, code, CODES[code])

        for hurts, said in _sent(_payloads(declared.payload, messages)):
            text = (
                f"doc_emit allows {event} to be sent with what {place} does not allow"
                if hurts
                else f"doc_emit allows less of {event} than {place}{_HARMLESS}"
            )
            yield finding(f"{text}: {said}", "payload-differs" if hurts else "payload-inexact")
        for hurts, said in _received(_acks(declared.ack, messages)):
            text = (
                f"the ack_model of doc_emit may reject answers to {event} that {place} allows"
                if hurts
                else f"the ack_model of doc_emit takes answers to {event} that {place} does not "
                f"allow{_HARMLESS}"
            )
            yield finding(f"{text}: {said}", "ack-differs" if hurts else "ack-inexact")

    # -- finding -----------------------------------------------------------------------------------

    def _find(self, messages: _Messages, namespace: str, event: str) -> list[Message]:
        """The messages of an event in the channels that serve a namespace."""
        ids = [channel.id for channel in self._channels if _fits(channel, namespace)]
        return [message for id in ids for message in messages.get((id, event), ())]

    def _missing(self, namespace: str, event: str, wanted: _Messages, opposite: _Messages) -> str:
        """Where the file ought to have an event."""
        channels = [channel for channel in self._channels if _fits(channel, namespace)]
        if not self._channels:
            return f"{self._file} has no channels"
        if not channels:
            addresses = [channel.address for channel in self._channels]
            hint = nearest(namespace, addresses)
            return f"{self._file} has no channel for the namespace {shown(namespace)}{hint}"
        place = self._lines.name(channels[0].location)
        other = self._find(opposite, namespace, event)
        way = "sent" if wanted is self._sent else "received"
        if other:
            against = "received" if way == "sent" else "sent"
            return f"{self._lines.name(other[0].location)} declares it to be {against}, not {way}"
        ids = {channel.id for channel in channels}
        names = [name for id, name in wanted if id in ids]
        if namespace == _ANY:
            return f"{self._file} does not declare it to be {way} anywhere{nearest(event, names)}"
        return f"{place} does not declare it to be {way}{nearest(event, names)}"


def _may_lack_ack(handler: Handler) -> bool:
    """Whether a handler may return nothing, and no hint says so."""
    return handler.ends and (handler.ack is None or not handler.ack.is_valid(None))


def _emitted(emit: Emit, messages: Sequence[Message]) -> str | None:
    """What is wrong with the values of an emit, or with every type that they may have."""
    if emit.arguments is not None:
        found = contradiction(emit.arguments, messages)
        if found is not None:
            return found
    problems = [contradiction(each, messages) for each in emit.told]
    return problems[0] if problems and None not in problems else None


# -- schemas ---------------------------------------------------------------------------------------

_HARMLESS = ", which is harmless"


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the code and the file say of the same values."""

    code: Schema | None
    file: Sequence[Schema]
    silent: bool

    def differences(self, *, closed: bool = False) -> list[Difference]:
        """How they differ."""
        if self.code is None:
            return []
        if self.silent:
            return [] if is_anything(self.code) else [_NOTHING_SAID]
        return differences([self.code], self.file, closed=closed)


def _payloads(code: Schema | None, messages: Sequence[Message]) -> _Sides:
    said = [message.payload for message in messages if message.payload is not None]
    return _Sides(code, said, silent=len(said) < len(messages))


def _acks(code: Schema | None, messages: Sequence[Message]) -> _Sides:
    said = [message.ack for message in messages if message.ack is not None]
    acks = [ack for ack in said if not ack.none]
    if not acks and code is not None and code.nothing:
        return _Sides(None, (), silent=True)
    alternatives = [schema for ack in acks for schema in ack.alternatives]
    unique = [s for i, s in enumerate(alternatives) if s not in alternatives[:i]]
    return _Sides(code, unique, silent=not acks)


def _received(sides: _Sides) -> Iterator[tuple[bool, str]]:
    """Of what is received, a narrower type hurts."""
    found = sides.differences()
    return _judged([each.text for each in found if each.narrower], found)


def _sent(sides: _Sides) -> Iterator[tuple[bool, str]]:
    """Of what is sent, a wider type hurts; models send their fields alone."""
    found = sides.differences()
    wider = sides.differences(closed=True) if any(each.wider for each in found) else []
    return _judged([each.text for each in wider if each.wider], found)


def _judged(hurting: Sequence[str], found: Sequence[Difference]) -> Iterator[tuple[bool, str]]:
    """The differences as one; those that hurt are told first."""
    if found:
        told = dict.fromkeys([*hurting, *(each.text for each in found)])
        yield bool(hurting), "; ".join(list(told)[:_MOST])


def _some(texts: Sequence[str]) -> list[str]:
    """The first of several, as one."""
    return ["; ".join(texts[:_MOST])] if texts else []


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


def _reaches(channel: Channel, namespaces: Sequence[str]) -> bool:
    """Whether what is emitted may go to a channel; without namespaces, to any."""
    return not namespaces or any(_fits(channel, each) for each in namespaces)


def _goes_to(channel: Channel, emit: Emit) -> bool:
    """Whether an emit may go to a channel, or is meant to: rooms are found as they stand."""
    return _reaches(channel, emit.namespaces) or any(_fits(channel, each) for each in emit.rooms)


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


def _at(handler: Handler, message: str, code: str) -> Finding:
    column = 1 if handler.line else 0
    return Finding(handler.file, handler.line, column, "", message, code, CODES[code])
