"""What changed between two versions of a document, and for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.compatibility.judges import Evidence

__all__ = ["Area", "Change", "Direction", "Kind", "Level", "worst"]


class Level(str, Enum):
    """What a change does to somebody who follows the old version."""

    #: What was right is refused, or what was promised is no longer so.
    BREAKING = "breaking"
    #: Nobody can say: it may be breaking.
    DANGEROUS = "dangerous"
    #: All that was right is still right.
    COMPATIBLE = "compatible"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Direction(str, Enum):
    """Who sends what a change is about."""

    TO_SERVER = "client-to-server"
    TO_CLIENT = "server-to-client"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Area(str, Enum):
    """What a change is about."""

    PAYLOAD = "payload"
    ACK = "ack"
    EVENT = "event"
    NAMESPACE = "namespace"
    CONNECT = "connect"
    SECURITY = "security"
    BINDING = "binding"
    SERVER = "server"
    GUARD = "guard"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Kind(str, Enum):
    """How something changed."""

    #: What values may be.
    VALUES = "values"
    #: It is there, or is not, any more.
    PRESENCE = "presence"
    #: Whether an ack is asked for.
    ASKING = "asking"
    #: Whether nobody may ask for an ack.
    RULED_OUT = "ruled-out"
    #: By when an ack comes.
    TIMEOUT = "timeout"
    #: What else the document says.
    OTHER = "other"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        level: what it does to those who follow the old version.
        direction: who sends what it is about.
        area: what it is about.
        text: one sentence.
        namespace: the address of the channel; empty for what is about servers.
        event: the Socket.IO event; empty for what is about no event.
        path: where in the value, as a JSON Pointer; empty for the whole.
        old: where the old version says it, as `file#/json/pointer`; empty if nowhere.
        new: where the new version says it, likewise.
        example: arguments that one version accepts and the other does not; `None` without any.
        kind: how it changed.
        evidence: more such arguments, and what judges them; `None` without any.
    """

    level: Level
    direction: Direction
    area: Area
    text: str
    namespace: str = ""
    event: str = ""
    path: str = ""
    old: str = ""
    new: str = ""
    example: tuple[object, ...] | None = None
    kind: Kind = Kind.VALUES
    evidence: Evidence | None = field(default=None, compare=False, repr=False)


_ORDER = (Level.BREAKING, Level.DANGEROUS, Level.COMPATIBLE)


def worst(levels: list[Level]) -> Level | None:
    """The worst of some levels; `None` where there is none."""
    return next((level for level in _ORDER if level in levels), None)
