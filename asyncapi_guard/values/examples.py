"""The arguments that a document has as examples."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from asyncapi_guard.values.drawing import list_place, places_of
from asyncapi_guard.values.judges import ack_judge, arguments_judge
from asyncapi_guard.values.making import DeadEnd, Maker, examples_of
from asyncapi_guard.values.whole_values import WholeChoices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.contract import Ack, Message, Schema

__all__ = ["example_acks", "example_arguments"]


def example_arguments(message: Message) -> Iterator[list[Any]]:
    """The examples that a document has for the arguments of a message, the valid ones alone.

    Those of the message come first, then those of the payload's schema, and then one that is made
    of the examples of the schemas within, where each text and number has one.

    Args:
        message: its `examples` are the document's, traits applied.
    """
    schema = message.payload
    if schema is None:
        schemas: list[Schema] = []
    else:
        schemas = [schema]
    written = message.meta.get("examples")
    listed = written if isinstance(written, list) else []
    payloads = [each["payload"] for each in listed if isinstance(each, dict) and "payload" in each]
    values = [(schema, payload) for payload in payloads]
    values += [(schema, value) for schema in schemas for value in _of_schema(schema)]
    yield from _valid(values, arguments_judge(schema))


def example_acks(ack: Ack) -> Iterator[list[Any]]:
    """The examples that a document has for an ack, as `example_arguments` finds them."""
    values = [(schema, value) for schema in ack.alternatives for value in _of_schema(schema)]
    yield from _valid(values, ack_judge(ack))


def _valid(
    values: Sequence[tuple[Schema | None, Any]], accepts: Callable[[Sequence[Any]], bool]
) -> Iterator[list[Any]]:
    found: list[list[Any]] = []
    for schema, value in values:
        if schema is not None and schema.nothing:
            arguments: list[Any] = []
        elif schema is not None and schema.positional:
            arguments = value if isinstance(value, list) else [value]
        else:
            arguments = [value]
        if arguments not in found and accepts(arguments):
            found.append(arguments)
            yield copy.deepcopy(arguments)


def _of_schema(schema: Schema) -> Iterator[Any]:
    """The examples that are in a schema, and a value made of those within it."""
    places = places_of(schema)
    place = list_place(places) if schema.positional else places.root
    yield from examples_of(place)
    maker = Maker(places, WholeChoices(full=True), examples=True)
    try:
        made = maker.unjudged(place)
    except (DeadEnd, RecursionError):
        return
    if maker.taken and not maker.made_up:
        yield made
