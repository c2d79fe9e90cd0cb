"""Schemas of a new contract that are compiled before it is in force, so that no event waits.

A process uses a few of a document's schemas, so they are compiled on first use. Where a contract
takes the place of another one, it is known which those are: the same ones as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract

__all__ = ["prepare_as_used"]


def prepare_as_used(contract: Contract, before: Contract) -> None:
    """Compile the schemas of a contract that were in use in another one.

    Args:
        contract: the new one.
        before: what was in force.
    """
    used = {place for place, schema in _schemas(before) if getattr(schema, "in_use", False)}
    for place, schema in _schemas(contract):
        if place in used:
            prepare = getattr(schema, "prepare", None)
            if prepare is not None:
                prepare()


def _schemas(contract: Contract) -> Iterator[tuple[tuple[str | None, str, bool], Any]]:
    """Schemas, each with the namespace, the event, and whether it is of its ack."""
    for channel in contract.channels.values():
        for message in channel.messages.values():
            if message.payload is not None:
                yield (channel.address, message.event, False), message.payload
            for schema in () if message.ack is None else message.ack.alternatives:
                yield (channel.address, message.event, True), schema
