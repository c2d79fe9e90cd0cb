"""Namespaces that stand for all that two versions have: addresses, and examples of templates."""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from asyncapi_guard.guard.plans import template

if TYPE_CHECKING:
    from asyncapi_guard.contract import Channel, Contract

__all__ = ["address_of", "sample_namespaces"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
#: Of one template: for each parameter all that it may be, and something else.
_MOST = 60
#: A value that no document lists.
_OTHER = "another-value"


def sample_namespaces(*contracts: Contract) -> list[str]:
    """Namespaces of all channels that operations use; of templates, one for each listed value."""
    found: dict[str, None] = {}
    listed: dict[str, None] = {_OTHER: None}
    for contract in contracts:
        for channel in _used(contract):
            for values in channel.parameters.values():
                listed.update(dict.fromkeys(values or ()))
    for contract in contracts:
        for channel in _used(contract):
            found.update(dict.fromkeys(_of_channel(channel, [*listed])))
    return [*found]


def _used(contract: Contract) -> list[Channel]:
    """The channels that are namespaces, each once."""
    return [channel for channel in contract.channels.values() if channel.is_namespace]


def _of_channel(channel: Channel, listed: list[str]) -> list[str]:
    address = channel.address or ""
    if "{" not in address:
        return [address]
    names = _PARAMETER.findall(address)
    values = [[*(channel.parameters.get(name) or ()), *listed] for name in names]
    pattern = template(channel)
    found = []
    for chosen in islice(product(*map(dict.fromkeys, values)), _MOST):
        several = iter(chosen)
        namespace = _PARAMETER.sub(lambda _, each=several: next(each), address)  # type: ignore[misc]  # mypy does not infer the default
        if pattern.fullmatch(namespace):
            found.append(namespace)
    return found


def address_of(namespace: str, *contracts: Contract) -> str:
    """The address as a document has it, which a namespace belongs to; else the namespace."""
    for contract in contracts:
        channels = _used(contract)
        if any(channel.address == namespace for channel in channels):
            return namespace
        for channel in channels:
            if "{" in (channel.address or "") and template(channel).fullmatch(namespace):
                return channel.address or namespace
    return namespace
