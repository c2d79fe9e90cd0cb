"""Reads and sums usage logs, by client version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.process_files.line_reader import LineReader
from asyncapi_guard.usage.adding import added
from asyncapi_guard.usage.client_versions import Label
from asyncapi_guard.usage.lines import DroppedLine, Line, UseLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from asyncapi_guard.usage.lines import PlaceCount, Sender, What

__all__ = ["Usage", "UsageReader", "Use"]

#: How many versions, and things that they use, are told apart.
_MOST_VERSIONS, _MOST_USES = 1_000, 200_000


class Use:
    """How one event, or its ack, was used by the clients of one version.

    Args:
        lines: one for each message.
    """

    def __init__(self, lines: Sequence[UseLine]) -> None:
        self._lines = lines

    @property
    def count(self) -> int:
        """How often."""
        return sum(line.count for line in self._lines)

    @property
    def asked(self) -> int:
        """How often an ack was asked for."""
        return sum(line.asked for line in self._lines)

    @property
    def looked(self) -> int:
        """How many of these were looked into."""
        return sum(line.looked for line in self._lines)

    @property
    def is_whole(self) -> bool:
        """Whether all were looked into, as a whole."""
        return all(line.looked == line.count and not line.part for line in self._lines)

    @property
    def part(self) -> int:
        """How many of these were too large to be looked at as a whole."""
        return sum(line.part for line in self._lines)

    @property
    def messages(self) -> set[str | None]:
        """The ids of the messages that matched; `None` for what matched none, and was let pass."""
        return {line.message for line in self._lines}

    def of_message(self, id: str | None) -> Use:
        """The same of one message."""
        return Use([line for line in self._lines if line.message == id])

    def places(self, path: str) -> list[PlaceCount]:
        """What was counted at a path, in which an index stands for all items as well.

        Args:
            path: a JSON Pointer.
        """
        wanted = _pattern(path)
        return [
            count
            for line in self._lines
            for at, count in line.places.items()
            if wanted.fullmatch(at)
        ]

    def types(self, path: str) -> dict[str, int]:
        """How often there was something at a path, by its type."""
        return _together(place.types for place in self.places(path))

    def members(self, path: str) -> dict[str, int]:
        """How often there was a member of an enum at a path, by its JSON text."""
        return _together(place.members for place in self.places(path))

    def fits(self, path: str) -> dict[str, int]:
        """How often something at a path fitted an alternative, by where that stands."""
        return _together(place.fits for place in self.places(path))

    def lengths(self, path: str) -> dict[str, int]:
        """How often a text at a path had so many characters at least, by powers of two."""
        return _together(place.lengths for place in self.places(path))

    def sizes(self, path: str) -> dict[str, int]:
        """How often an array at a path had so many items at least, by powers of two."""
        return _together(place.sizes for place in self.places(path))

    def unknown(self, path: str) -> int:
        """How often an object at a path had properties that the document does not name."""
        return sum(place.unknown for place in self.places(path))


def _together(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for counts in several:
        for name, count in counts.items():
            found[name] = found.get(name, 0) + count
    return found


def _pattern(path: str) -> re.Pattern[str]:
    """The paths that say the same as one of an example, whose items have indices."""
    parts = [
        rf"/(?:{part}|\*)" if part.isdecimal() or part == "*" else "/" + re.escape(part)
        for part in path.replace("*", r"\*").split("/")[1:]
    ]
    return re.compile("".join(parts))


class Usage:
    """What usage logs add up to.

    Args:
        since: the first day that counts; `None` for all.

    Attributes:
        first: the first day of which something is known; `None` for none.
        last: the last one, likewise.
        dropped: the last day of which a full file has lost something; `None` for none.
    """

    def __init__(self, since: date | None = None) -> None:
        self.first: date | None = None
        self.last: date | None = None
        self.dropped: date | None = None
        self._since = since
        self._uses: dict[Label, dict[tuple[Any, ...], UseLine]] = {}
        self._size = 0

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines.

        Raises:
            OverflowError: there is more in them than in those of a document.
        """
        for line in lines:
            if isinstance(line, DroppedLine):
                if self._since is None or line.until >= self._since:
                    self.dropped = max(line.until, self.dropped or line.until)
            elif isinstance(line, UseLine) and (self._since is None or line.day >= self._since):
                self._add(line)

    def _add(self, line: UseLine) -> None:
        self.first = min(line.day, self.first or line.day)
        self.last = max(line.day, self.last or line.day)
        label = Label(line.kind, line.client if line.kind == "version" else None)
        uses = self._uses.setdefault(label, {})
        key = line.namespace, line.event, line.sender, line.what, line.message
        known = uses.get(key)
        if known is None:
            self._size += 1
            if len(self._uses) > _MOST_VERSIONS or self._size > _MOST_USES:
                raise OverflowError("too many versions, or too many events")
        uses[key] = line if known is None else added(known, line)

    @property
    def labels(self) -> list[Label]:
        """Whose use is known: versions in their order, then those without one."""
        return sorted(self._uses, key=lambda label: (label.text is None, _order(label.text or "")))

    @property
    def events(self) -> set[tuple[str, str, str]]:
        """The namespaces, events and senders that were seen."""
        return {(key[0], key[1], key[2]) for uses in self._uses.values() for key in uses}

    def use(
        self, label: Label, namespace: str, event: str | None, sender: Sender | None, what: What
    ) -> Use:
        """How an event was used by the clients of a version.

        Args:
            label: the version.
            namespace: the address of the channel.
            event: the event; `None` for all.
            sender: who sends it; `None` for both.
            what: the event, or its ack.
        """
        return Use(
            [
                line
                for (at, name, by, kind, _), line in self._uses.get(label, {}).items()
                if at == namespace
                and kind == what
                and event in (None, name)
                and sender in (None, by)
            ]
        )


def _order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Versions in their order: 1.9 before 1.10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


class UsageReader(LineReader[Line]):
    """Reads the lines of usage logs."""

    def __init__(self) -> None:
        super().__init__(Line)
