"""Failures and packets in words: for reports, and for tests that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.packets import Packet
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["headline", "packet_lines", "secrets_of", "summary_of", "without_secrets"]

#: A packet that is longer is cut.
_LONGEST = 300
#: How many packets are shown of a longer program: the first ones and the last ones.
_FIRST, _LAST = 8, 24
_HIDDEN = "***"
#: Texts that are shorter are part of anything.
_SHORTEST_SECRET = 4


def headline(failure: Failure) -> str:
    """The event and its namespace."""
    return f"{failure.event} in {failure.namespace}" if failure.event else failure.namespace


def summary_of(failure: Failure, secrets: Iterable[str] = ()) -> str:
    """A failure in plain lines, for an exception."""
    lines = [
        f"{failure.check}: {headline(failure)}: {failure.check.sentence}",
        failure.message,
    ]
    if failure.place:
        lines.append(f"{failure.place} (at {failure.pointer})")
    lines += [f"  {line}" for line in packet_lines(failure.packets, secrets)]
    return "\n".join(lines)


def packet_lines(packets: tuple[Packet, ...], secrets: Iterable[str] = ()) -> Iterator[str]:
    """A line for each packet, without what clients show who they are with.

    Args:
        packets: in their order.
        secrets: texts that nobody may read.
    """
    hidden = tuple(secrets)
    several = len({each.client for each in packets}) > 1
    left_out = len(packets) - _FIRST - _LAST
    for index, packet in enumerate(packets):
        if left_out > 0 and index == _FIRST:
            yield f"… {left_out} packets …"
        if left_out <= 0 or index < _FIRST or index >= len(packets) - _LAST:
            yield _line(packet, hidden, several=several)


def _line(packet: Packet, secrets: tuple[str, ...], *, several: bool) -> str:
    arrow = "→" if packet.direction == "out" else "←"
    who = f"client {packet.client} " if several else ""
    text = without_secrets(packet.text, secrets)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(text)} characters)"
    if packet.type in ("OPEN", "CLOSE"):
        text = {"OPEN": "the connection opens", "CLOSE": "the connection closes"}[packet.type]
    sizes = "".join(f" + {len(each)} bytes" for each in packet.attachments)
    return f"{who}{arrow} {text}{sizes}"


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The texts with which clients show who they are, the longest first."""
    found = {*_texts(settings.auth), *_texts(dict(settings.headers))}
    found |= {*_texts(dict(settings.query)), *_texts(dict(settings.cookies))}
    found |= {part for each in found for part in each.split() if len(each.split()) == 2}
    return tuple(sorted((each for each in found if len(each) >= _SHORTEST_SECRET), key=len))[::-1]


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Text in which stars stand for secrets."""
    for each in secrets:
        text = text.replace(each, _HIDDEN)
    return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
