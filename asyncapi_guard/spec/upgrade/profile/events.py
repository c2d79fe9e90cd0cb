"""Which channels stand for an event: people who come from WebSocket tutorials make one for each.

In the profile a channel's address is a namespace, and a message is an event. An address such as
`chat:join` is no namespace. Where it might be one, nothing is decided.
"""

from __future__ import annotations

import re

from asyncapi_guard.spec.upgrade.names import identifier

__all__ = ["event_of", "is_habit"]

# What is in names of events, and in no namespace.
_NO_NAMESPACE = re.compile(r"[:\s]")
_TWO = 2
_WORDS_BESIDE = re.compile(r"(?:message|event|payload|msg|data|request)$")


def is_habit(channels: list[tuple[str, list[str]]]) -> bool:
    """Whether a document has one channel for each event, by habit.

    Two might be namespaces, unless they are called as their messages; of three, nobody thinks so.

    Args:
        channels: addresses, each with what its one message is called, if it has one.
    """
    found = [(a, names) for a, names in channels if _may_be(_bare(a))]
    return (
        len(found) >= _TWO
        and all(names for _, names in found)
        and (len(found) > _TWO or all(_is_alike(address, names) for address, names in found))
    )


def event_of(address: str, *, habit: bool) -> str | None:
    """The event that an address stands for; `None` if it is a namespace, or may be one.

    Args:
        address: of a channel with one message.
        habit: whether the document has one channel for each event.
    """
    text = _bare(address)
    if not _may_be(text):
        return None
    # With a slash before it, one alone may be a namespace.
    return text if habit or (text == address and _NO_NAMESPACE.search(text)) else None


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
