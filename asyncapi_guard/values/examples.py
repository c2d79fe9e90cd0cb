"""The arguments that a document has as examples."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.values.judges import ack_judge, arguments_judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.contract import Ack, Message, Schema
    from asyncapi_guard.schema.compiled import CompiledSchema

__all__ = ["example_acks", "example_arguments"]


def example_arguments(message: Message) -> Iterator[list[Any]]:
    """The examples of a message that its payload accepts, and then those of the payload's schema.

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
    """The examples of the schemas of an ack that the ack accepts."""
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
    """The examples that stand in a schema, and its default."""
    root = cast("CompiledSchema", schema).bundle.root
    if not isinstance(root, dict):
        return
    listed = root.get("examples")
    yield from listed if isinstance(listed, list) else ()
    yield from (root[keyword] for keyword in ("example", "default") if keyword in root)
