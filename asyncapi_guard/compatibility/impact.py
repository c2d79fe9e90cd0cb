"""Whom a change hurts, by what the clients of each version really use.

For each version there are three answers: the change hurts it, or does not, or nobody can tell. What
is counted are facts and no values. So whether a field, a member of an enum, an alternative or an
event is used can be told, and whether a text is longer than 100 characters cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Kind, Level
from asyncapi_guard.compatibility.findings import (
    ARE_SENT,
    ASK,
    SEND,
    UNHURT,
    Effect,
    Finding,
    Verb,
)
from asyncapi_guard.compatibility.used_values import finding_of_values

if TYPE_CHECKING:
    from asyncapi_guard.usage.client_versions import Label
    from asyncapi_guard.usage.lines import Sender
    from asyncapi_guard.usage.reading import Usage, Use

__all__ = ["Affected", "Impact", "impact_of"]

_CONNECT = Verb("still connects to", "still connect to")
_USE = Verb("was", "were")


@dataclass(frozen=True, slots=True)
class Affected:
    """Versions of which the same can be said.

    Attributes:
        finding: what.
        labels: the versions.
    """

    finding: Finding
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change does to the versions of clients that were seen.

    Attributes:
        seen: all of them.
        hurt: those that it hurts.
        unknown: those of which nobody can tell.
    """

    seen: tuple[Label, ...]
    hurt: tuple[Affected, ...] = ()
    unknown: tuple[Affected, ...] = ()

    @property
    def spares_all(self) -> bool:
        """Whether it is known to hurt nobody."""
        return not (self.hurt or self.unknown)


def impact_of(change: Change, usage: Usage) -> Impact | None:
    """What a change does to the versions of clients that were seen; `None` of a compatible one.

    Args:
        change: it.
        usage: what clients use.
    """
    if change.level is Level.COMPATIBLE:
        return None
    groups: dict[Finding, list[Label]] = {}
    for label in usage.labels:
        groups.setdefault(_finding(change, usage, label), []).append(label)
    found = [Affected(finding, (*labels,)) for finding, labels in groups.items()]
    return Impact(
        tuple(usage.labels),
        tuple(each for each in found if each.finding.effect is Effect.HURT),
        tuple(each for each in found if each.finding.effect is Effect.UNKNOWN),
    )


def _finding(change: Change, usage: Usage, label: Label) -> Finding:
    if not change.namespace:
        return Finding(Effect.UNKNOWN, _USE, "seen", "servers and requests are not counted")
    if not usage.use(label, change.namespace, change.event or None, None, "event").count:
        return UNHURT
    if change.area in (Area.SECURITY, Area.SERVER, Area.BINDING):
        why = "credentials, servers and requests are not counted"
        return Finding(Effect.UNKNOWN, _CONNECT, f"`{change.namespace}`", why)
    if change.area is Area.NAMESPACE:
        return Finding(Effect.HURT, _CONNECT, f"`{change.namespace}`")
    if change.area is not Area.ACK:
        return _of_event(change, usage, label)
    about_asking = change.kind in (Kind.ASKING, Kind.RULED_OUT)
    return (_of_asking if about_asking else _of_ack)(change, usage, label)


def _of_event(change: Change, usage: Usage, label: Label) -> Finding:
    """A change of an event, or of what it has."""
    to_server = change.direction is Direction.TO_SERVER
    sender: Sender = "client" if to_server else "server"
    use = usage.use(label, change.namespace, change.event, sender, "event")
    if change.area in (Area.EVENT, Area.GUARD):
        return _used(use, SEND if to_server else ARE_SENT, f"`{change.event}`")
    return finding_of_values(change, use)


def _used(use: Use, verb: Verb, object: str) -> Finding:
    return Finding(Effect.HURT, verb, object) if use.count else UNHURT


def _of_asking(change: Change, usage: Usage, label: Label) -> Finding:
    """Whether an ack is asked for, by whoever sends the event."""
    to_server = change.direction is Direction.TO_SERVER
    sender: Sender = "client" if to_server else "server"
    use = usage.use(label, change.namespace, change.event, sender, "event")
    if not to_server:
        return _used(use, ARE_SENT, f"`{change.event}`")
    if change.kind is Kind.RULED_OUT:
        found = Finding(Effect.HURT, ASK, f"an ack of `{change.event}`")
        return found if use.asked else UNHURT
    found = Finding(Effect.HURT, SEND, f"`{change.event}` without requesting an ack")
    return found if use.count > use.asked else UNHURT


def _of_ack(change: Change, usage: Usage, label: Label) -> Finding:
    """What an ack is, or when it comes; it is sent by the other side than the event."""
    to_server = change.direction is Direction.TO_SERVER
    sender: Sender = "server" if to_server else "client"
    use = usage.use(label, change.namespace, change.event, sender, "ack")
    if change.kind is not Kind.TIMEOUT:
        return finding_of_values(change, use)
    verb = SEND if to_server else ASK
    found = Finding(Effect.UNKNOWN, verb, f"acks of `{change.event}`", "times are not counted")
    return found if use.count else UNHURT
