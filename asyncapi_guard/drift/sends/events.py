"""The events that the sources emit, as a document has them, and what only the run knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action
from asyncapi_guard.drift.scopes import qualified
from asyncapi_guard.drift.sends.calls import Calls
from asyncapi_guard.drift.sends.schemas import (
    ANYTHING_GOES,
    COMPONENTS_OF_ANYTHING,
    forms_of,
    payload_of,
)
from asyncapi_guard.drift.sends.shapes import holes
from asyncapi_guard.spec.additions import NewEvent
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asyncapi_guard.drift.emits import Emit
    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.sends.shapes import Shape

__all__ = ["Note", "Sends", "sends_of"]

#: Of one emit, that are told.
_MOST_HOLES = 5


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """What a document says less of than the code may, and where that is.

    Attributes:
        file: the source.
        line: 1-based.
        message: what is not known.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Sends:
    """What an application sends.

    Attributes:
        events: as a document has them.
        notes: what only the run knows of them.
    """

    events: tuple[NewEvent, ...]
    notes: tuple[Note, ...]


@dataclass(slots=True)
class _Event:
    """An event, with all that emits it."""

    forms: list[tuple[Shape, ...] | None] = field(default_factory=list)
    senders: dict[str, None] = field(default_factory=dict)
    acknowledged: bool = False


def sends_of(
    emits: Iterable[Emit],
    inference: Inference,
    trusts: Callable[[Scope], bool],
) -> Sends:
    """The events that sources emit.

    Args:
        emits: where they do, and into which namespaces.
        inference: of these sources.
        trusts: whether the hints of a handler's parameters are in force.
    """
    reading = Calls(inference, trusts)
    found: dict[tuple[str, str], _Event] = {}
    notes: dict[Note, None] = {}
    for emit in emits:
        forms = [form for sent in emit.sent for form in _forms(reading, sent)]
        notes.update(dict.fromkeys(_notes(emit, forms)))
        for namespace in emit.namespaces:
            event = found.setdefault((namespace, emit.event), _Event())
            event.forms += forms
            event.senders[_sender(emit, inference)] = None
            event.acknowledged |= emit.acknowledged
    events = tuple(_new(namespace, name, each) for (namespace, name), each in found.items())
    return Sends(events, tuple(notes))


def _forms(reading: Calls, sent: Sequence[object] | None) -> Iterator[tuple[Shape, ...] | None]:
    shapes = None if sent is None else [reading.of(each) for each in sent]  # type: ignore[arg-type]  # arguments
    return forms_of(shapes)


def _new(namespace: str, name: str, event: _Event) -> NewEvent:
    payload, schemas = payload_of(event.forms)
    ack = None
    if event.acknowledged:
        ack, schemas = dict(ANYTHING_GOES), {**schemas, **COMPONENTS_OF_ANYTHING}
    description = f"Emitted by {', '.join(event.senders)}."
    return NewEvent(namespace, name, Action.SEND, payload, ack, schemas, description)


def _notes(emit: Emit, forms: Sequence[tuple[Shape, ...] | None]) -> Iterator[Note]:
    name = shown(emit.event)
    if None in forms or not forms:
        text = f"the payload of {name} is known only at run time, so it accepts anything"
        yield Note(emit.file, emit.line, text)
        return
    places = list(dict.fromkeys(_holes(forms)))
    if places:
        more = ", …" if len(places) > _MOST_HOLES else ""
        what = [each or "the value" for each in places[:_MOST_HOLES]]
        text = f"part of the payload of {name} is known only at run time: {', '.join(what)}{more}"
        yield Note(emit.file, emit.line, text)


def _holes(forms: Iterable[tuple[Shape, ...] | None]) -> Iterator[str]:
    for form in forms:
        for index, shape in enumerate(form or ()):
            yield from holes(shape, f"/{index}" if len(form or ()) > 1 else "")


def _sender(emit: Emit, inference: Inference) -> str:
    """The function that emits, or hands over what is emitted, by its name; or the module."""
    around = [each for each in inference.scopes if _is_around(each, emit, inference)]
    inner = around[-1]
    module: str = inference.module(inner).__name__
    return f"{module}.{qualified(inner)}" if inner.parent is not None else module


def _is_around(scope: Scope, emit: Emit, inference: Inference) -> bool:
    if inference.file(scope) != emit.file:
        return False
    if scope.parent is None:
        return True
    last = getattr(scope.node, "end_lineno", 0) or 0
    named = hasattr(scope.node, "name")
    return named and scope.first_line <= emit.line <= last
