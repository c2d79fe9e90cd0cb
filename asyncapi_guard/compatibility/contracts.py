"""Two versions of a contract, compared: servers, namespaces, and all that happens in them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Kind, Level
from asyncapi_guard.compatibility.entering import compare_entrances
from asyncapi_guard.compatibility.events import compare_events
from asyncapi_guard.compatibility.judged_values import Budget
from asyncapi_guard.compatibility.namespaces import address_of, sample_namespaces
from asyncapi_guard.compatibility.servers import compare_availability, compare_servers
from asyncapi_guard.contract import Perspective
from asyncapi_guard.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Channel, Contract

__all__ = ["compare"]

_BOTH = (Direction.TO_SERVER, Direction.TO_CLIENT)


def compare(old: Contract, new: Contract) -> list[Change]:
    """What changes for those who follow the old version of a contract.

    Whether something is breaking depends on who sends it: clients may go on sending what they sent,
    and are sent nothing that they did not know.

    Args:
        old: what clients follow.
        new: what the server will follow.

    Raises:
        InvalidDocument: one of them is no contract for Socket.IO.
    """
    budget = Budget()
    old, new = _without_modes(old), _without_modes(new)
    found = [*compare_servers(old, new)]
    before, after = Guard(old), Guard(new)
    told: set[tuple[str, ...]] = set()
    for namespace in sample_namespaces(old, new):
        for change in _in_namespace(namespace, old, new, before, after, budget):
            # A template stands for many namespaces; each change is told once.
            address = address_of(change.namespace, old, new) if change.namespace else ""
            named = replace(change, namespace=address)
            key = (
                *(str(named.level), str(named.direction), str(named.area)),
                *(address, named.event, named.path, named.text.replace(change.namespace, "")),
            )
            if key not in told:
                told.add(key)
                found.append(named)
    order = [*Level]
    return sorted(found, key=lambda change: order.index(change.level))


def _in_namespace(
    namespace: str, old: Contract, new: Contract, before: Guard, after: Guard, budget: Budget
) -> Iterator[Change]:
    old_plan, new_plan = before.plan_of(namespace), after.plan_of(namespace)
    if old_plan is None and new_plan is None:
        return
    if old_plan is None or new_plan is None:
        gone = new_plan is None
        channel = _channel(namespace, old if gone else new)
        yield from _whole(namespace, channel, gone=gone)
        return
    channels = _channel(namespace, old), _channel(namespace, new)
    places = tuple(each.location if each is not None else "" for each in channels)
    addresses = {each.address or namespace for each in channels if each is not None}
    if len(addresses) == 1:
        yield from compare_availability(addresses.pop(), old, new, (places[0], places[1]))
    yield from compare_entrances(namespace, old_plan, new_plan, budget)
    yield from compare_events(namespace, old_plan, new_plan, budget)


def _whole(namespace: str, channel: Channel | None, *, gone: bool) -> Iterator[Change]:
    """The changes of a namespace that only one version has."""
    place = channel.location if channel is not None else ""
    level = Level.BREAKING if gone else Level.COMPATIBLE
    text = f"namespace {namespace} was {'removed' if gone else 'added'}"
    for direction in _BOTH:
        yield Change(
            level, direction, Area.NAMESPACE, text, namespace,
            old=place if gone else "", new="" if gone else place, kind=Kind.PRESENCE,
        )  # fmt: skip


def _channel(namespace: str, contract: Contract) -> Channel | None:
    address = address_of(namespace, contract)
    return next((each for each in contract.channels.values() if each.address == address), None)


def _without_modes(contract: Contract) -> Contract:
    """The contract as it is meant, seen by the server: what is enforced of it is another matter."""
    operations = {
        key: replace(
            operation,
            mode=None,
            messages=tuple(replace(message, mode=None) for message in operation.messages),
        )
        for key, operation in contract.operations.items()
    }
    plain = replace(contract, operations=MappingProxyType(operations))
    return plain.seen_by(Perspective.SERVER)
