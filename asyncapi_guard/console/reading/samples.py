"""Arguments and acks that schemas accept, made once for schemas that say the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.console.reading.sample_values import NO_SAMPLE, sample

if TYPE_CHECKING:
    from asyncapi_guard.contract import Ack, Schema
    from asyncapi_guard.schema import CompiledSchema

__all__ = ["Samples"]


class Samples:
    """Makes what the examples of a document's events are made of.

    A sample is tried on a validator of its schema, which takes long to make, and many events are
    acknowledged with the same.
    """

    def __init__(self) -> None:
        self._made: dict[str, list[Any]] = {}

    def arguments(self, schema: Schema | None) -> list[Any]:
        """Arguments that a schema accepts; none if no such are known."""
        if schema is None or schema.nothing:
            return []
        bundle = cast("CompiledSchema", schema).bundle  # as every schema of a contract is
        said = [bundle.dialect.name, schema.positional, *bundle.schemas.items()]
        key = json.dumps(said, default=repr)
        if key not in self._made:
            self._made[key] = _made_up(schema)
        return self._made[key]

    def ack(self, ack: Ack | None) -> list[Any]:
        """What an event can be acknowledged with, by the first of its schemas that has a sample."""
        for schema in ack.alternatives if ack is not None and not ack.none else ():
            arguments = self.arguments(schema)
            if arguments:
                return arguments
        return []


def _made_up(schema: Schema) -> list[Any]:
    value = sample(schema)
    if value is NO_SAMPLE:
        return []
    return value if schema.positional and isinstance(value, list) else [value]
