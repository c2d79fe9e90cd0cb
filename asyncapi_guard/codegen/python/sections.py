"""The code below the models: further names, the index of events, and code for events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.python.clients import client_classes
from asyncapi_guard.codegen.python.event_types import EventTypes
from asyncapi_guard.codegen.python.handlers import handler_protocols
from asyncapi_guard.codegen.python.helpers import helper_functions
from asyncapi_guard.codegen.python.writing import ANYTHING, quoted
from asyncapi_guard.contract import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from asyncapi_guard.codegen.catalogue import Event, Form
    from asyncapi_guard.codegen.names import TypeNames
    from asyncapi_guard.codegen.python.bundle import Arguments

__all__ = ["Section", "Writer"]


@dataclass(frozen=True, slots=True)
class Section:
    """The lines about the events of one namespace, and what they define.

    Attributes:
        events: entries of the index.
        blocks: definitions.
        names: what they define, in order.
    """

    events: tuple[str, ...]
    blocks: tuple[str, ...]
    names: tuple[str, ...]


class Writer:
    """Writes sections.

    Args:
        arguments: what each form stands for.
        names: gives names to classes.
        pointer: makes a pointer, relative to the spec, of a place.
        reads: whether plain data becomes instances.
    """

    def __init__(
        self,
        arguments: Mapping[str, Arguments],
        names: TypeNames,
        pointer: Callable[[str], str],
        *,
        reads: bool,
    ) -> None:
        self._types = EventTypes(arguments, reads=reads)
        self._names = names
        self._pointer = pointer
        self._functions: set[str] = set()

    def section(self, namespace: str, events: Sequence[Event], *, alone: bool) -> Section:
        """The lines about a namespace.

        Args:
            namespace: its address.
            events: all of its events.
            alone: no other namespace of the module has events that are received.
        """
        found = dict(self._definitions(namespace, events, alone=alone))
        return Section(tuple(map(self._entry, events)), tuple(found.values()), tuple(found))

    def _definitions(
        self, namespace: str, events: Sequence[Event], *, alone: bool
    ) -> Iterator[tuple[str, str]]:
        """Names, and what defines them."""
        received = [event for event in events if event.direction is Action.RECEIVE]
        sent = [event for event in events if event.direction is Action.SEND]
        yield from handler_protocols(
            namespace, received, self._types, self._names, self._functions, alone=alone
        )
        yield from helper_functions(sent, self._types, self._functions)
        yield from client_classes(namespace, received, sent, self._types, self._names)

    def forget_functions(self) -> None:
        """Begin another module, in which names of functions are free again."""
        self._functions.clear()

    # -- the index ---------------------------------------------------------------------------------

    def _entry(self, event: Event) -> str:
        key = ", ".join(map(quoted, (event.namespace, event.direction.value, event.name)))
        lines = [f"    ({key}): EventModels("]
        for field, forms in (("payloads", event.payloads), ("acks", event.acks)):
            if forms:
                shown = [f"            {self._form(form)}," for form in forms]
                lines += [f"        {field}=(", *shown, "        ),"]
            else:
                lines.append(f"        {field}=(),")
        return "\n".join([*lines, "    ),"])

    def _form(self, form: Form) -> str:
        found = self._types.of(form)
        each = "".join(f"{kind or ANYTHING}, " for kind in found.each)
        args = f"({each.rstrip() if len(found.each) == 1 else each.rstrip(', ')})"
        anything = found.whole is None and found.rest is not None
        kind = ANYTHING if anything else found.whole
        rest = ANYTHING if found.rest == "" else found.rest
        pointer = quoted(self._pointer(form.message))
        return f"EventForm({kind}, {args}, {found.required}, {rest}, {pointer})"
