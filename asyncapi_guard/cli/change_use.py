"""Whom changes hurt, by usage logs: read, and said in words and as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.log_files import opened_logs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.compatibility import Affected, Change, Impact
    from asyncapi_guard.contract import Contract
    from asyncapi_guard.usage.client_versions import Label
    from asyncapi_guard.usage.reading import Usage

__all__ = ["Used", "data_of", "read_usage", "sentence_of"]

#: So many versions stand in a sentence.
_MOST = 6


@dataclass(frozen=True, slots=True)
class Used:
    """What clients use, as far as it is known.

    Attributes:
        usage: it.
        period: when that was, in words.
        notes: what whoever reads the report should know of it.
    """

    usage: Usage
    period: str
    notes: tuple[str, ...] = ()

    def impact(self, change: Change) -> Impact | None:
        """What a change does to whom."""
        from asyncapi_guard.compatibility import impact_of

        return impact_of(change, self.usage)


def read_usage(arguments: Iterable[str], since: datetime | None, old: Contract) -> Used:
    """Read usage logs.

    Args:
        arguments: names of files, and globs.
        since: what was on days before is left out.
        old: the contract that clients follow.

    Raises:
        CannotRun: a file cannot be read, or nothing is in them.
    """
    from asyncapi_guard.usage.reading import Usage, UsageReader

    usage = Usage(None if since is None else since.date())
    reader = UsageReader()
    for name, stream in opened_logs(arguments, "usage log"):
        lines, unreadable = reader.lines, reader.unreadable
        try:
            usage.add(reader.read(stream))
        except OverflowError as error:
            raise CannotRun(f"{name!r} cannot be added up: {error}") from error
        if reader.lines == lines and reader.unreadable > unreadable:
            raise CannotRun(f"{name!r} is not a usage log: none of its lines can be read")
    if usage.first is None:
        raise CannotRun(
            "the logs have no client of that time, so the clients that a change breaks are unknown"
        )
    return Used(usage, _period(usage, since), tuple(_notes(usage, reader.unreadable, old)))


def _period(usage: Usage, since: datetime | None) -> str:
    if since is None:
        return f"since {usage.first}"
    ago = datetime.now(timezone.utc) - since
    days = round(ago / timedelta(days=1))
    if days > 0 and abs(ago - timedelta(days=days)) < timedelta(minutes=5):
        return "in the last day" if days == 1 else f"in the last {days} days"
    return f"since {since.date()}"


def _notes(usage: Usage, unreadable: int, old: Contract) -> Iterable[str]:
    if unreadable:
        yield f"{unreadable} lines of the usage logs cannot be read, and are left out"
    if usage.dropped is not None:
        yield (
            f"a usage log was full: what was until {usage.dropped} is not whole; raise usage_size"
        )
    declared = {
        (old.channels[operation.channel].address, message.event)
        for operation in old.operations.values()
        for message in operation.messages
    }
    others = sorted(
        {event for at, event, _ in usage.events if (at, event) not in declared} - {"connect"}
    )
    if others:
        yield (
            f"clients use {', '.join(others[:_MOST])}, which OLD does not have: was it recorded "
            "with another document?"
        )


# -- in words --------------------------------------------------------------------------------------


def sentence_of(impact: Impact, period: str) -> str:
    """Whom a change hurts, in one sentence."""
    seen = [label for label in impact.seen if label.text is not None]
    total = f"{len(seen)} client version{'' if len(seen) == 1 else 's'}"
    parts = []
    for verb, several in (("breaks", impact.hurt), ("may break", impact.unknown)):
        if several:
            labels = [label for each in several for label in each.labels]
            versions = sum(label.text is not None for label in labels)
            said = "; ".join(_said(each) for each in several)
            parts.append(f"{verb} {versions} of {total} seen {period}: {said}")
    return "; ".join(parts) or f"breaks none of {total} seen {period}"


def _said(affected: Affected) -> str:
    finding = affected.finding
    who = _names(affected.labels)
    verb = (
        finding.verb.several if len(affected.labels) > 1 or who.endswith("s") else finding.verb.one
    )
    why = f" ({finding.why})" if finding.why else ""
    return f"{who} {verb} {finding.object}{why}"


def _names(labels: tuple[Label, ...]) -> str:
    names = [label_of(label) for label in labels]
    if len(names) > _MOST:
        names = [*names[: _MOST - 1], f"{len(names) - _MOST + 1} others"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def label_of(label: Label) -> str:
    """A version; or what stands for clients without one, and for those that are too many."""
    if label.text is not None:
        return label.text
    return "clients without a version" if label.kind == "unknown" else "other versions"


# -- for programs ----------------------------------------------------------------------------------


def data_of(impact: Impact) -> dict[str, Any]:
    """Whom a change hurts, as data."""
    return {
        "hurt": [_one(each) for each in impact.hurt],
        "unknown": [_one(each) for each in impact.unknown],
    }


def _one(affected: Affected) -> dict[str, Any]:
    finding = affected.finding
    return {
        "versions": [label.text for label in affected.labels if label.text is not None],
        "without_version": any(label.kind == "unknown" for label in affected.labels),
        "other_versions": any(label.kind == "others" for label in affected.labels),
        "why": " ".join(filter(None, (finding.verb.several, finding.object))),
        "untold": finding.why or None,
    }
