"""Which channels stand for an event: people who come from WebSocket tutorials make one for each.

In the profile a channel's address is a namespace, and a message is an event. An address such as
`chat:join` is no namespace. Where it might be one, nothing is decided.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.upgrade.names import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["event_of", "is_for_socketio", "is_habit"]

_PROTOCOLS = frozenset(("http", "https", "socket.io", "socketio", "ws", "wss"))
_SEPARATOR = re.compile(r"[:.\s]")
_WORDS_BESIDE = re.compile(r"(?:message|event|payload|msg|data|request)$")


def is_for_socketio(data: Mapping[str, Any]) -> bool:
    """Whether a document may be about Socket.IO: a server says so, or an address is a namespace."""
    servers = _values(data.get("servers"))
    if servers:
        protocols = [server.get("protocol") for server in servers if isinstance(server, dict)]
        return any(not isinstance(p, str) or p.lower() in _PROTOCOLS for p in protocols)
    return any(_has_slash(channel) for channel in _values(data.get("channels")))


def _values(section: Any) -> list[Any]:
    return list(section.values()) if isinstance(section, dict) else []


def _has_slash(channel: Any) -> bool:
    return isinstance(channel, dict) and str(channel.get("address")).startswith("/")


def is_habit(channels: list[tuple[str, list[str]]]) -> bool:
    """Whether several addresses are events, by habit: with a colon, or called as their message is.

    Args:
        channels: addresses, each with what its messages are called.
    """
    found = [_is_alike(address, names) for address, names in channels if _may_be(_bare(address))]
    return len(found) > 1 and all(found)


def event_of(address: str, names: list[str], *, habit: bool) -> str | None:
    """The event that an address stands for; `None` if it is a namespace, or may be one.

    Args:
        address: of a channel with one message.
        names: what the message is called: its name, its key.
        habit: whether the document has one channel for each event.
    """
    text = _bare(address)
    if not _may_be(text):
        return None
    if text != address:
        return text if habit else None  # with a slash before it, one alone may be a namespace
    is_event = _SEPARATOR.search(text) or habit or _plain(text) in map(_plain, names)
    return text if is_event else None


def _bare(address: str) -> str:
    """An address with a colon, without the slash that makes it look like a namespace."""
    return address.removeprefix("/") if ":" in address else address


def _may_be(address: str) -> bool:
    return bool(address) and not re.search(r"[/{}?#]", address)


def _is_alike(address: str, names: list[str]) -> bool:
    plain = _plain(address)
    return ":" in address or any(
        plain == _WORDS_BESIDE.sub("", _plain(name)) or plain == _plain(name) for name in names
    )


def _plain(text: str) -> str:
    return identifier(text, "").replace("_", "").lower()
