"""Events in socket.io's TypeScript style: interfaces of functions, one for each direction.

An ack is a callback after the arguments, and it is required where the document says what the ack
is. A client may leave it out on the wire; but with an optional one `emitWithAck` could not know
what it gives, and an answer that somebody described is seldom meant to be thrown away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.catalogue import with_positions
from asyncapi_guard.codegen.typescript.comments import comment
from asyncapi_guard.codegen.typescript.parameter_names import label, told_apart
from asyncapi_guard.codegen.typescript.type_model import (
    NEVER,
    UNDEFINED,
    UNKNOWN,
    Function,
    Member,
    Object,
    Parameter,
    Reference,
    Type,
    either,
)
from asyncapi_guard.contract import Action
from asyncapi_guard.guard import RESERVED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.codegen.catalogue import Event, Form
    from asyncapi_guard.codegen.typescript.schemas import Types

__all__ = ["auth", "events"]

#: The parameters of one way to call a function.
_Call = tuple[Parameter, ...]
_CALLBACK = "callback"
#: More optional arguments than these, before a callback, are not told apart.
_MOST_OPTIONAL = 12


def events(found: Iterable[Event], types: Types, error: Type | None = None) -> Object:
    """The interface of some events; connecting is none, and neither is what a guard refuses.

    The first value of an ack that clients wait for may be `undefined` rather than missing: of
    callbacks with optional parameters only, socket.io's `timeout().emitWithAck()` believes that
    they answer with the error of the timeout.

    Args:
        found: the events.
        types: the types of what they carry.
        error: what the first value of an ack may be besides, where a guard answers in its place.
    """
    return Object(
        tuple(
            Member(
                event.name, _function(event, types, error), required=True, comment=_comment(event)
            )
            for event in found
            if event.name not in RESERVED_EVENTS
        )
    )


def auth(connect: Event | None, types: Types) -> Type:
    """What the `auth` of a connect may be; `undefined` where it may be left out."""
    if connect is None:
        return UNKNOWN
    found: list[Type] = []
    for form in connect.payloads:
        for call in _calls(form, types, "auth"):
            found += [parameter.type for parameter in call[:1]]
            found += [UNDEFINED] if not call or call[0].optional else []
    return either(found)


def _comment(event: Event) -> tuple[str, ...]:
    return comment(event.title, event.description, ["@deprecated"] if event.deprecated else [])


def _function(event: Event, types: Types, error: Type | None) -> Function:
    with_ack = {ack.message for ack in event.acks}
    answered = [form for form in event.payloads if form.message in with_ack]
    others = [form for form in event.payloads if form.message not in with_ack]
    calls = _all_calls(answered, types, "payload")
    if calls:
        answers = _all_calls(event.acks, types, "ack")
        if event.direction is Action.RECEIVE:
            answers = [_or_error(_first_there(call), error) for call in answers]
        answer = Function(tuple(answers))
        calls = [(*call, Parameter(_CALLBACK, answer)) for call in _written_out(calls)]
    return Function((*calls, *_all_calls(others, types, "payload")))


def _all_calls(forms: Sequence[Form], types: Types, name: str) -> list[_Call]:
    """The ways to give arguments; those that take one each, and differ in its type, are one."""
    found: list[_Call] = []
    for form in forms:
        for call in _calls(form, types, name):
            at = next((n for n, other in enumerate(found) if _alike(call, other)), None)
            if at is None:
                found.append(call)
            else:
                (one,), (other,) = found[at], call
                found[at] = (replace(one, type=either((one.type, other.type))),)
    return found


def _alike(one: _Call, other: _Call) -> bool:
    if len(one) != 1 or len(other) != 1 or one[0].rest or other[0].rest:
        return False
    return one[0].optional == other[0].optional


def _calls(form: Form, types: Types, name: str) -> list[_Call]:
    if form.nothing:
        return [()]
    if form.definition is None:
        return [(Parameter("args", UNKNOWN, rest=True),)]
    if form.positions is not None:
        return [_positions(form, types)]
    type_ = Reference(form.definition.name)
    # No argument at all satisfies a payload that may be null.
    return [(Parameter(name, type_, optional="null" in types.kinds(type_)),)]


def _positions(form: Form, types: Types) -> _Call:
    assert form.definition is not None  # the positions are its own
    # What its references lead to was not known to the catalogue.
    form = with_positions(replace(form, definition=types.definition(form.definition.name)))
    assert form.positions is not None  # that is why we are here
    assert form.definition is not None
    wanted = [label(place) or f"arg{at}" for at, place in enumerate(form.positions, 1)]
    _, *names, rest_name = told_apart([_CALLBACK, *wanted, "rest"])
    parameters = [
        Parameter(name, types.place(form.definition.name, at, place), optional=at >= form.required)
        for at, (name, place) in enumerate(zip(names, form.positions, strict=True))
    ]
    # Of arguments that nobody describes, there is not even a number.
    rest = types.rest(form.definition.name, form.rest) if form.rest != {} else NEVER
    if rest != NEVER:
        parameters.append(Parameter(rest_name, rest, rest=True))
    return tuple(parameters)


def _first_there(call: _Call) -> _Call:
    if not call or not call[0].optional:
        return call
    first = replace(call[0], type=either((call[0].type, UNDEFINED)), optional=False)
    return (first, *call[1:])


def _or_error(call: _Call, error: Type | None) -> _Call:
    """An ack whose first value may be an error; further ones are missing then."""
    if error is None:
        return call
    if not call or call[0].rest:
        return (Parameter("error", either((error, UNDEFINED))), *call)
    first = replace(call[0], type=either((call[0].type, error)))
    return (first, *(p if p.rest else replace(p, optional=True) for p in call[1:]))


def _written_out(calls: Iterable[_Call]) -> Iterable[_Call]:
    """Ways without optional arguments, which cannot stand before a callback."""
    for call in calls:
        required = [p for p in call if not (p.optional or p.rest)]
        if len(call) - len(required) > _MOST_OPTIONAL:
            further = either(p.type for p in call[len(required) :])
            yield (*required, Parameter("rest", further, rest=True))
            continue
        for count in range(len(required), len(call) + 1):
            if count == len(call) or not call[count].rest:
                yield tuple(replace(p, optional=False) for p in call[:count])
