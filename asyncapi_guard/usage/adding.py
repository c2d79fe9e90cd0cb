"""Sums lines about the same use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from asyncapi_guard.usage.lines import VERSION, DroppedLine, Line, PlaceCount, UseLine, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

__all__ = ["Sum", "add_up", "added"]

#: What lines are about that can be added up.
Key = tuple[Any, ...]


class Sum:
    """Adds up lines of use.

    Attributes:
        by_key: what they add up to.
        dropped: the last day of which something was left out; `None` for nothing.
    """

    def __init__(self) -> None:
        self.by_key: dict[Key, UseLine] = {}
        self.dropped: date | None = None

    def add(self, line: Line) -> None:
        """Add a line."""
        if isinstance(line, DroppedLine):
            self.drop(line.until)
        elif isinstance(line, UseLine):
            key = key_of(line)
            known = self.by_key.get(key)
            self.by_key[key] = line if known is None else added(known, line)

    def drop(self, until: date) -> None:
        """Say that something is left out."""
        self.dropped = until if self.dropped is None else max(self.dropped, until)

    def lines(self) -> list[Line]:
        """As lines."""
        first = [] if self.dropped is None else [DroppedLine(VERSION, self.dropped)]
        return [*first, *self.by_key.values()]


def key_of(line: UseLine) -> Key:
    """What a line is about."""
    about = line.namespace, line.event, line.sender, line.what, line.message
    return (line.day, line.kind, line.client, *about)


def added(one: UseLine, other: UseLine) -> UseLine:
    """Two lines about the same, as one."""
    places = dict(one.places)
    for path, count in other.places.items():
        known = places.get(path)
        places[path] = count if known is None else _places_added(known, count)
    return msgspec.structs.replace(
        one,
        count=one.count + other.count,
        looked=one.looked + other.looked,
        part=one.part + other.part,
        asked=one.asked + other.asked,
        places=places,
    )


def _places_added(one: PlaceCount, other: PlaceCount) -> PlaceCount:
    return PlaceCount(
        types=_counts_added(one.types, other.types),
        members=_counts_added(one.members, other.members),
        others=one.others + other.others,
        lengths=_counts_added(one.lengths, other.lengths),
        sizes=_counts_added(one.sizes, other.sizes),
        unknown=one.unknown + other.unknown,
        fits=_counts_added(one.fits, other.fits),
    )


def _counts_added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


_decoder = msgspec.json.Decoder(Line)


def add_up(lines: Iterable[bytes], most: int) -> list[bytes]:
    """Fewer lines that say the same as many, without line breaks both.

    Args:
        lines: the lines of a file. What is no line is left out.
        most: how many bytes the new ones may have. If they have more, the first days go.
    """
    sum = Sum()
    for line in lines:
        try:
            sum.add(_decoder.decode(line))
        except (msgspec.DecodeError, RecursionError, ValueError):
            continue
    while True:
        found = [encode(line)[:-1] for line in sum.lines()]
        days = sorted({line.day for line in sum.by_key.values()})
        if not days or _size(found) <= most:
            return found
        if len(days) > 1:
            gone = {key for key, line in sum.by_key.items() if line.day == days[0]}
        else:  # what is used most stays
            by_count = sorted(sum.by_key, key=lambda key: sum.by_key[key].count)
            gone = {*by_count[: max(1, len(by_count) // 2)]}
        for key in gone:
            del sum.by_key[key]
        sum.drop(days[0])


def _size(lines: list[bytes]) -> int:
    return len(lines) + len(b"".join(lines))
