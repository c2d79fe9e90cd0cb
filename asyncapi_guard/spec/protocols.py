"""Whether a document describes a Socket.IO server: the one place where that is decided.

AsyncAPI has no field that says it. A document for Kafka is a good document that no guard will ever
load, so what the guard cannot do with it is not its fault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.spec.references import Node, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.references import Documents

__all__ = [
    "is_for_others",
    "is_for_socketio",
    "is_only_for_socketio",
    "may_be_for_socketio",
    "may_carry_socketio",
]

#: Protocols over which Socket.IO travels, and its own names, as documents write them.
_PROTOCOLS = frozenset(
    (
        *("ws", "wss", "http", "https", "websocket", "websockets", "websocketsecure"),
        *("socketio", "sio", "engineio"),
    )
)
_SEPARATORS = re.compile(r"[-_. ]")
#: Of `socket.io v4`.
_VERSION = re.compile(r"(?<=[a-z])v?\d+$")
#: An address that is written as an event, as only Socket.IO's users write one.
_EVENT = re.compile(r"[^/{}?#]*:[^/{}?#]*")


def is_for_others(documents: Documents) -> bool:
    """Whether each server of a document names a protocol over which Socket.IO does not travel."""
    servers = list(_protocols(documents))
    return bool(servers) and not any(map(may_carry_socketio, servers))


def is_only_for_socketio(documents: Documents) -> bool:
    """Whether no server speaks anything else, so that no address is a topic or a queue."""
    return all(map(may_carry_socketio, _protocols(documents)))


def is_for_socketio(documents: Documents) -> bool:
    """Whether a document is for Socket.IO.

    It is, unless each of its servers names another protocol, or it has no server and no address
    that begins with `/`.
    """
    if any(True for _ in _protocols(documents)):
        return not is_for_others(documents)
    return any(address.startswith("/") for address in _addresses(documents))


def may_be_for_socketio(documents: Documents) -> bool:
    """Whether a document is for Socket.IO, or might be once its addresses are namespaces.

    Without servers, an address such as `chat:join` says so, which is no namespace yet.
    """
    if is_for_socketio(documents):
        return True
    if any(True for _ in _protocols(documents)):
        return False
    return any(_EVENT.fullmatch(address) for address in _addresses(documents))


def may_carry_socketio(protocol: str | None) -> bool:
    """Whether Socket.IO travels over a protocol, or is it; a server may leave it out."""
    if protocol is None:
        return True
    return _VERSION.sub("", _SEPARATORS.sub("", protocol.lower())) in _PROTOCOLS


def _protocols(documents: Documents) -> Iterator[str | None]:
    """The protocol of each server; `None` where it says none."""
    for server in _entries(documents, "servers"):
        protocol = server.value.get("protocol") if server is not None else None
        yield protocol if isinstance(protocol, str) else None


def _addresses(documents: Documents) -> Iterator[str]:
    for channel in _entries(documents, "channels"):
        address = channel.value.get("address") if channel is not None else None
        if isinstance(address, str):
            yield address


def _entries(documents: Documents, section: str) -> Iterator[Node | None]:
    """The objects of a root section, references followed; `None` for what is none."""
    found = Node(documents.main, (), documents.main.data).get(section)
    if found is None or not isinstance(found.value, dict):
        return
    for entry in found.values():
        try:
            place = documents.resolve(entry)
        except Unresolvable:
            place = None
        yield place if place is not None and isinstance(place.value, dict) else None
