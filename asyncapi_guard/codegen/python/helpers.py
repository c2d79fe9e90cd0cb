"""Functions that send an event from a server, and wait for its ack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.codegen.python.writing import (
    Sending,
    Way,
    free,
    function_name,
    function_text,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.codegen.catalogue import Event
    from asyncapi_guard.codegen.python.event_types import EventTypes

__all__ = ["helper_functions"]

#: What stands at the end of functions that are awaited.
_ASYNC = "_async"
_ROOMS = ("to: str | list[str] | None = None", "skip_sid: str | list[str] | None = None")


def helper_functions(
    events: Sequence[Event], types: EventTypes, taken: set[str]
) -> Iterator[tuple[str, str]]:
    """Names and code of the functions for events that are sent; `taken` grows by the names."""
    for suffix in ("", _ASYNC):
        for event in events:
            for verb in ("emit", "call") if event.acks else ("emit",):
                name = _name(verb, event, suffix, taken)
                sending = _sending(name, verb, event, types, awaits=suffix == _ASYNC)
                yield name, function_text(sending)


def _name(verb: str, event: Event, suffix: str, taken: set[str]) -> str:
    function = function_name(event.name)
    inside = f"{function_name(event.namespace)}_{function}".strip("_")
    return free([f"{verb}_{each}{suffix}" for each in (function, inside)], taken)


def _sending(name: str, verb: str, event: Event, types: EventTypes, *, awaits: bool) -> Sending:
    templated = "{" in event.namespace
    where = "namespace" if templated else quoted(event.namespace)
    more = "to=to" if verb == "call" else "to=to, skip_sid=skip_sid"
    return Sending(
        name=name,
        verb=verb,
        event=event,
        way=Way.ASYNC if awaits else Way.THREADS,
        owner=f"socketio: {'AsyncEmitter' if awaits else 'Emitter'}",
        socketio="_of(socketio)",
        target=f"namespace={where}, {more}",
        options=[
            *(["namespace: str"] if templated else []),
            *(["to: str"] if verb == "call" else _ROOMS),
        ],
        signatures=types.signatures(event),
        answer=types.answer(event),
        callback=types.callback(event),
    )
