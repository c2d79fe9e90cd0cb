"""The handlers of an application against its document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action
from asyncapi_guard.drift.arity import in_words, numbers_of, takes_all, told
from asyncapi_guard.drift.compared import ANY, RESERVED, Handler, at_handler
from asyncapi_guard.drift.compared_types import (
    HARMLESS,
    acks_of,
    payloads_of,
    received,
    sent,
    some,
)
from asyncapi_guard.drift.declared_events import fits
from asyncapi_guard.drift.sent_values import contradicted_ack
from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.guard.marks import is_answered_by_guard
from asyncapi_guard.schema.comparison import contradictions
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Channel, Message
    from asyncapi_guard.drift.declared_events import DeclaredEvents
    from asyncapi_guard.drift.emits import Answer

__all__ = ["ComparedHandlers"]


_CHANGE_PAYLOAD = "; change the type hints or the payload"


class ComparedHandlers:
    """What handlers contradict in a document.

    Args:
        file: the document's side.
        enforced: the server enforces it, whatever the types in the code say.
    """

    def __init__(self, file: DeclaredEvents, *, enforced: bool = False) -> None:
        self._file = file
        self._path = Path(file.file).resolve()
        self._enforced = enforced

    def of_handlers(self, handlers: Sequence[Handler]) -> Iterator[Finding]:
        """Handlers that the file does not know, or knows otherwise."""
        for handler in handlers:
            if handler.event == ANY:
                continue
            messages = self._file.receives(handler.namespace, handler.event)
            if messages and handler.in_force:
                yield from self._models(handler, messages)
            if messages and handler.event not in RESERVED:
                yield from self._plain(handler, messages)
            if handler.by_name:
                yield self._uncallable(handler)
            if messages:
                continue
            if handler.event not in RESERVED:
                where = self._file.missing(handler.namespace, handler.event, Action.RECEIVE)
                message = f"handler {handler.name} handles {shown(handler.event)}, but {where}"
                yield at_handler(handler, message, "handler-without-spec")

    def _uncallable(self, handler: Handler) -> Finding:
        names = ", ".join(map(shown, handler.by_name))
        text = (
            f"handler {handler.name} requires keyword argument {names}, but events pass arguments "
        )
        text += "by position; give it a default, or remove the *"
        return at_handler(handler, text, "payload-differs")

    def _models(self, handler: Handler, messages: Sequence[Message]) -> Iterator[Finding]:
        place = self._file.lines.name(messages[0].location)
        name, event = handler.name, shown(handler.event)
        for hurts, said in received(payloads_of(handler.payload, messages)):
            text = (
                f"handler {name} rejects arguments of {event} that {place} allows"
                if hurts
                else f"handler {name} accepts arguments of {event} that {place} doesn't allow, "
                f"{self._consequence()}"
            )
            code = "payload-differs" if hurts else "payload-inexact"
            yield at_handler(handler, f"{text}: {said}{_CHANGE_PAYLOAD}", code)
        if handler.event in RESERVED:
            return
        for hurts, said in sent(acks_of(handler.ack, messages)):
            text = (
                f"handler {name} might return an ack of {event} that {place} doesn't allow"
                if hurts
                else f"handler {name} returns fewer acks of {event} than {place} allows{HARMLESS}"
            )
            yield at_handler(handler, f"{text}: {said}", "ack-differs" if hurts else "ack-inexact")

    def _consequence(self) -> str:
        """What becomes of arguments that the code takes and the file does not allow."""
        if self._enforced:
            return "which breaks no client, because the server enforces the document"
        return "and the server accepts them, because it doesn't enforce the document"

    def _plain(self, handler: Handler, messages: Sequence[Message]) -> Iterator[Finding]:
        """What a handler contradicts that nothing puts in force, or that no hint says."""
        place = self._file.lines.name(messages[0].location)
        name, event = handler.name, shown(handler.event)
        payloads = [message.payload for message in messages if message.payload is not None]
        given = numbers_of(payloads) if len(payloads) == len(messages) else None
        if not handler.in_force:
            if given and handler.takes is not None and not takes_all(handler.takes, given):
                text = f"handler {name} needs {told(handler.takes)}, but {place} allows "
                text += f"{in_words(given)} for {event}{_CHANGE_PAYLOAD}"
                yield at_handler(handler, text, "payload-differs")
            elif (
                handler.payload is not None
                and len(payloads) == len(messages)
                and handler.generated[0] != self._path
            ):
                for each in some(contradictions(payloads, [handler.payload])):
                    text = (
                        f"type hints of handler {name} contradict {place}, which declares {event}"
                    )
                    yield at_handler(handler, f"{text}: {each}", "payload-differs")
        acks = acks_of(handler.ack, messages)
        if acks.silent:
            return
        said = handler.in_force and handler.ack is not None
        if handler.silent and not said and not any(each.is_valid(None) for each in acks.file):
            text = f"handler {name} returns nothing, but {place} declares an ack of {event}"
            yield at_handler(handler, f"{text}; return a value, or remove the ack", "ack-differs")
        elif _may_lack_ack(handler) and not any(each.is_valid(None) for each in acks.file):
            text = f"handler {name} might return nothing, but {place} declares an ack of {event}"
            yield at_handler(handler, f"{text}; return a value on every path", "ack-differs")
        elif (
            handler.ack is not None and not handler.in_force and handler.generated[1] != self._path
        ):
            for each in some(contradictions([handler.ack], acks.file, vague=True)):
                text = f"return type of handler {name} contradicts {place}, the ack of {event}"
                yield at_handler(handler, f"{text}: {each}", "ack-differs")

    def of_answers(
        self,
        handlers: Sequence[Handler],
        answers: Mapping[tuple[str, int], Sequence[Answer]],
    ) -> Iterator[Finding]:
        """What handlers write down to return, where no hint says what that is."""
        for handler in handlers:
            told = handler.ack is not None or handler.silent or handler.decorated
            if told or handler.event in {ANY, *RESERVED}:
                continue
            messages = self._file.receives(handler.namespace, handler.event)
            acks = acks_of(None, messages)
            returned = () if acks.silent else answers.get((handler.file, handler.line), ())
            problems = (contradicted_ack(each, acks.file) for each in returned)
            for problem in dict.fromkeys(each for each in problems if each is not None):
                place = self._file.lines.name(messages[0].location)
                text = (
                    f"handler {handler.name} returns an ack of {shown(handler.event)} that {place} "
                    f"doesn't allow: {problem}"
                )
                yield at_handler(handler, text, "ack-differs")

    def unhandled(self, handlers: Sequence[Handler]) -> Iterator[Finding]:
        """What the file declares to be received, and nobody handles."""
        for (id, event), messages in self._file.received.items():
            channel = self._file.channels[id]
            if event in RESERVED or any(_handles(h, channel, event) for h in handlers):
                continue
            if all(map(is_answered_by_guard, messages)):
                continue
            names = [h.event for h in handlers if fits(channel, h.namespace)]
            message = (
                f"no handler for event {shown(event)} in namespace {shown(channel.address)}; "
                f"register one, or remove the event from the document{nearest(event, names)}"
            )
            yield self._file.lines.finding(
                messages[0].location, message, "spec-without-handler", Severity.ERROR
            )


def _may_lack_ack(handler: Handler) -> bool:
    """Whether a handler may return nothing, and no hint says so."""
    return handler.ends and (handler.ack is None or not handler.ack.is_valid(None))


def _handles(handler: Handler, channel: Channel, event: str) -> bool:
    return handler.event in (event, ANY) and fits(channel, handler.namespace)
