"""The servers of two versions: where they are, and what they require of clients."""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Kind, Level
from asyncapi_guard.compatibility.requirements import compare_requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.contract import Contract, SecurityScheme, Server

__all__ = ["compare_availability", "compare_servers"]

_VARIABLE = re.compile(r"\{([^{}]*)\}")
#: Addresses of one server.
_MOST = 60


def compare_servers(old: Contract, new: Contract) -> Iterator[Change]:
    """The changes of where clients connect, and of what they must show there."""
    before, after = _by_address(old), _by_address(new)
    for address in dict.fromkeys([*before, *after]):
        one, other = before.get(address), after.get(address)
        if one is not None and other is not None:
            change = Change(
                Level.COMPATIBLE, Direction.TO_SERVER, Area.SECURITY, f"to connect to {address}",
                old=one.location, new=other.location, kind=Kind.OTHER,
            )  # fmt: skip
            yield from compare_requirements(_requirements(one), _requirements(other), change)
            continue
        server = one or other
        assert server is not None
        # Without any servers, a document does not say where clients connect.
        gone = other is None
        level = Level.BREAKING if gone and after else Level.COMPATIBLE
        text = f"server {server.id} at {address} was {'removed' if gone else 'added'}"
        yield Change(
            level, Direction.TO_SERVER, Area.SERVER, text,
            old=server.location if gone else "", new="" if gone else server.location,
            kind=Kind.OTHER,
        )  # fmt: skip


def _requirements(server: Server) -> list[tuple[SecurityScheme, ...]]:
    return [server.security] if server.security else []


def compare_availability(
    namespace: str, old: Contract, new: Contract, places: tuple[str, str]
) -> Iterator[Change]:
    """The changes of which servers have a namespace, of those that both versions have.

    Args:
        namespace: its address.
        old: the old version.
        new: the new version.
        places: where they say it.
    """
    before, after = _servers_of(namespace, old), _servers_of(namespace, new)
    common = _by_address(old).keys() & _by_address(new).keys()
    for address in sorted(common & (before ^ after)):
        gone = address in before
        text = f"namespace {namespace} is {'no longer' if gone else 'now'} at {address}"
        for direction in Direction:
            yield Change(
                Level.BREAKING if gone else Level.COMPATIBLE,
                direction, Area.SERVER, text, namespace, old=places[0], new=places[1],
                kind=Kind.OTHER,
            )  # fmt: skip


def _servers_of(address: str, contract: Contract) -> set[str]:
    """The addresses of the servers on which a namespace is."""
    found: set[str] = set()
    for channel in contract.channels.values():
        if channel.address == address:
            ids = contract.servers.keys() if channel.servers is None else channel.servers
            metas = [contract.servers[id].meta for id in ids if id in contract.servers]
            found.update(each for meta in metas for each in _addresses(meta))
    return found


def _by_address(contract: Contract) -> dict[str, Server]:
    found: dict[str, Server] = {}
    for server in contract.servers.values():
        for address in _addresses(server.meta):
            found.setdefault(address, server)
    return found


def _addresses(meta: Mapping[str, Any]) -> list[str]:
    """The URLs of a server: one for each listed value of its variables.

    The name of a variable that may be anything is in no URL, so it stands there without a name.
    """
    protocol, host = meta.get("protocol", ""), meta.get("host", "")
    url = f"{protocol}://{host}{meta.get('pathname', '')}".lower()
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    variables = meta.get("variables")
    known = variables if isinstance(variables, dict) else {}
    lower = {str(name).lower(): each for name, each in known.items()}
    listed = [_listed(lower.get(name)) for name in names]
    # Names of variables stand between the others.
    parts = _VARIABLE.split(url)
    found = []
    for chosen in islice(product(*listed), _MOST):
        values = dict(zip(names, chosen, strict=True))
        found.append("".join(values[p] if i % 2 else p for i, p in enumerate(parts)))
    return found


def _listed(variable: Any) -> list[str]:
    several = variable.get("enum") if isinstance(variable, dict) else None
    if not isinstance(several, list) or not several:
        return ["{}"]
    return [str(each).lower() for each in several]
