"""The types of an event's arguments, and of its acks, as annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.codegen.python.writing import ANYTHING, Signature, shown, union

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.codegen.catalogue import Event, Form
    from asyncapi_guard.codegen.python.bundle import Arguments

__all__ = ["EventTypes"]

_RESERVED = ("connect", "disconnect")


class EventTypes:
    """What the events of a document take and are answered with.

    Args:
        arguments: what each form stands for.
        reads: whether plain data becomes instances.
    """

    def __init__(self, arguments: Mapping[str, Arguments], *, reads: bool) -> None:
        self._arguments = arguments
        self.reads: bool = reads

    def of(self, form: Form) -> Arguments:
        """What a form stands for."""
        return self._arguments[form.name]

    def taken_by_handler(self, event: Event) -> tuple[Signature, int]:
        """One signature that takes every form."""
        forms = [self.of(form) for form in event.payloads]
        most = max((len(form.each) for form in forms), default=0)
        kinds = []
        for index in range(most):
            here = [
                shown(form.each[index]) if index < len(form.each) else shown(form.rest or None)
                for form in forms
                if index < len(form.each) or form.rest is not None
            ]
            kinds.append(union(here))
        rests = [shown(form.rest or None) for form in forms if form.rest is not None]
        required = min((form.required for form in forms), default=0)
        called = forms[0].called if len(forms) == 1 else ()
        return Signature(tuple(kinds), union(rests) if rests else None, called), required

    def returned(self, event: Event) -> str:
        """The type of what a handler returns."""
        if event.has_no_ack:
            return "None"
        if not event.acks or event.name in _RESERVED:
            return "object"
        return union([self.value(form) for form in event.acks])

    def value(self, form: Form) -> str:
        """The type of what a handler returns, or `call` gives, for a form of an ack."""
        found = self.of(form)
        if found.whole is None:
            return "None" if found.rest is None else ANYTHING
        if found.each == (found.whole,):
            return found.whole
        if found.rest is None and found.required == len(found.each) > 1:
            return f"tuple[{', '.join(map(shown, found.each))}]"
        return ANYTHING

    def answer(self, event: Event) -> str:
        """The type of what a call gives."""
        return union([self.value(form) for form in event.acks]) if self.reads else ANYTHING

    def callback(self, event: Event) -> str:
        """The type of a function that takes the values of an ack."""
        return self._function([self.of(form) for form in event.acks], "object")

    def taken_by_callable(self, event: Event, result: str) -> str:
        """The type of a function that takes an event."""
        return self._function([self.of(form) for form in event.payloads], result)

    def _function(self, forms: Sequence[Arguments], result: str) -> str:
        counts = {len(form.each) for form in forms}
        fixed = all(form.rest is None and form.required == len(form.each) for form in forms)
        if not self.reads or not fixed or len(counts) > 1:
            return f"Callable[..., {result}]"
        kinds = [
            union(map(shown, each)) for each in zip(*(form.each for form in forms), strict=True)
        ]
        return f"Callable[[{', '.join(kinds)}], {result}]"

    def signatures(self, event: Event) -> list[Signature]:
        """The ways in which an event may be sent."""
        found: dict[tuple[tuple[str, ...], str | None], Signature] = {}
        for form in event.payloads:
            arguments = self.of(form)
            kinds, called = tuple(map(shown, arguments.each)), arguments.called
            for count in range(arguments.required, len(kinds)):
                found.setdefault((kinds[:count], None), Signature(kinds[:count], None, called))
            rest = None if arguments.rest is None else shown(arguments.rest or None)
            found.setdefault((kinds, rest), Signature(kinds, rest, called))
        single = [kinds for kinds, rest in found if len(kinds) == 1 and rest is None]
        if len(single) == len(found):
            return [Signature((union(kind for (kind,) in single),))]
        return list(found.values())
