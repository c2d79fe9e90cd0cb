"""What an application emits, and declares to, against its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action
from asyncapi_guard.drift.arity import in_words, numbers_of, takes_all, told
from asyncapi_guard.drift.compared import ANY, CODES, Declared
from asyncapi_guard.drift.compared_types import HARMLESS, acks_of, payloads_of, received, sent
from asyncapi_guard.drift.declared_events import fits, goes_to, reaches
from asyncapi_guard.drift.sent_values import contradiction
from asyncapi_guard.errors import Finding
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.drift.declared_events import DeclaredEvents
    from asyncapi_guard.drift.emits import Emit, Unread

__all__ = ["ComparedEmits"]


class ComparedEmits:
    """What emits and declarations contradict in a document.

    Args:
        file: the document's side.
    """

    def __init__(self, file: DeclaredEvents) -> None:
        self._file = file

    def of_emits(self, emits: Sequence[Emit]) -> Iterator[Finding]:
        """Events that the sources emit and the file does not declare to be sent."""
        for emit in emits:
            namespaces = emit.namespaces or (ANY,)
            messages = [
                message for each in namespaces for message in self._file.sends(each, emit.event)
            ]
            if messages:
                yield from self._sent_value(emit, messages)
                continue
            where = self._file.missing(namespaces[0], emit.event, Action.SEND)
            room = self._mistaken_room(emit)
            message = f"code emits {shown(emit.event)}{f' {room}' if room else f', but {where}'}"
            yield Finding(emit.file, emit.line, emit.column, "", message, "undeclared-emit")

    def _mistaken_room(self, emit: Emit) -> str | None:
        """Where an emit goes to whose room is called as a namespace that has the event."""
        for room in emit.rooms:
            if (
                room.startswith("/")
                and room not in emit.namespaces
                and self._file.sends(room, emit.event)
            ):
                text = "to room {0}, which is a namespace in {1}; write namespace={0}"
                return text.format(shown(room), self._file.file)
        return None

    def _sent_value(self, emit: Emit, messages: Sequence[Message]) -> Iterator[Finding]:
        """What an emit writes down, against what the file allows."""
        place, event = self._file.lines.name(messages[0].location), shown(emit.event)

        def finding(message: str, code: str) -> Finding:
            return Finding(emit.file, emit.line, emit.column, "", message, code, CODES[code])

        problem = _emitted(emit, messages)
        if problem is not None:
            text = f"emit of {event} has arguments that {place} doesn't allow: {problem}"
            yield finding(text, "payload-differs")
        room = self._mistaken_room(emit)
        if room is not None:
            yield finding(f"code emits {event} {room}", "undeclared-emit")
        acks = acks_of(None, messages)
        given = None if acks.silent else numbers_of(acks.file)
        if emit.callback is not None and given and not takes_all(emit.callback, given):
            values = told(emit.callback, "value")
            text = f"the callback for {event} needs {values}, but {place} allows an ack of"
            yield finding(f"{text} {in_words(given)}", "ack-differs")
        asking = None if emit.declares else _asking(emit, messages)
        if asking is not None:
            yield finding(f"emit of {event} {asking.format(place)}", "ack-differs")

    def of_unread(self, unread: Sequence[Unread]) -> Iterator[Finding]:
        """Emits of which only the run knows what they emit."""
        code = "unread-emit"
        for each in unread:
            text = (
                "the name of this event is known only at run time, so the emit isn't compared with "
                f"{self._file.file}"
                if each.event is None
                else f"{shown(each.event)} might not be emitted by a server here, so the emit "
                f"isn't compared with {self._file.file}"
            )
            yield Finding(each.file, each.line, each.column, "", text, code, CODES[code])

    def unsent(
        self, emits: Sequence[Emit], declared: Sequence[Declared], unread: Sequence[Unread]
    ) -> Iterator[Finding]:
        """What the file declares to be sent, and nothing that could be read emits."""
        for (id, event), messages in self._file.sent.items():
            channel = self._file.channels[id]
            sent = any(each.event == event and goes_to(channel, each) for each in emits)
            sent = sent or any(e.event == event and fits(channel, e.namespace) for e in declared)
            perhaps = any(
                each.event in (None, event) and reaches(channel, each.namespaces) for each in unread
            )
            if sent or perhaps or all(message.expired for message in messages):
                continue
            names = [each.event for each in emits if reaches(channel, each.namespaces)]
            text = (
                f"no code emits event {shown(event)} in namespace {shown(channel.address)}; emit "
                f"it, or remove the event from the document{nearest(event, names)}"
            )
            code = "spec-without-emit"
            yield self._file.lines.finding(messages[0].location, text, code, CODES[code])

    def of_declared(self, declared: Sequence[Declared], emits: Sequence[Emit]) -> Iterator[Finding]:
        """Models of what is sent that the file does not know, or knows otherwise."""
        for each in declared:
            known = [e for e in emits if e.event == each.event and each.namespace in e.namespaces]
            messages = self._file.sends(each.namespace, each.event)
            if messages:
                call = next((emit for emit in known if emit.declares), None)
                yield from self._declared(each, messages, call)
            elif not known:  # else it was told above
                missing = self._file.missing(each.namespace, each.event, Action.SEND)
                message = f"doc_emit declares {shown(each.event)}, but {missing}"
                yield Finding(self._file.file, 0, 0, "", message, "undeclared-emit")

    def _declared(
        self, declared: Declared, messages: Sequence[Message], call: Emit | None
    ) -> Iterator[Finding]:
        location = messages[0].location
        place, event = self._file.lines.name(location), shown(declared.event)

        def finding(message: str, code: str) -> Finding:
            if call is None:
                return self._file.lines.finding(location, message, code, CODES[code])
            return Finding(call.file, call.line, call.column, "", message, code, CODES[code])

        for hurts, said in sent(payloads_of(declared.payload, messages)):
            text = (
                f"doc_emit accepts payloads of {event} that {place} doesn't allow"
                if hurts
                else f"doc_emit accepts fewer payloads of {event} than {place}{HARMLESS}"
            )
            yield finding(f"{text}: {said}", "payload-differs" if hurts else "payload-inexact")
        for hurts, said in received(acks_of(declared.ack, messages)):
            text = (
                f"the ack_model of doc_emit rejects acks of {event} that {place} allows"
                if hurts
                else f"the ack_model of doc_emit accepts acks of {event} that {place} doesn't "
                f"allow{HARMLESS}"
            )
            yield finding(f"{text}: {said}", "ack-differs" if hurts else "ack-inexact")


def _asking(emit: Emit, messages: Sequence[Message]) -> str | None:
    """What is wrong with asking for an ack, or with not asking; the place is to be filled in."""
    acks = [message.ack for message in messages]
    if emit.asks is False and all(ack is not None and ack.required for ack in acks):
        return "has no callback, but {} requires an ack; pass a callback, or use call"
    if emit.asks is True and all(ack is not None and ack.none for ack in acks):
        return "requests an ack, but {} declares none; emit without a callback"
    return None


def _emitted(emit: Emit, messages: Sequence[Message]) -> str | None:
    """What is wrong with the values of an emit, or with every type that they may have."""
    if emit.arguments is not None:
        found = contradiction(emit.arguments, messages)
        if found is not None:
            return found
    problems = [contradiction(each, messages) for each in emit.told]
    return problems[0] if problems and None not in problems else None
