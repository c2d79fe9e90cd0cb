"""What can be said of one change and the clients of one version."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["ARE_SENT", "ASK", "SEND", "UNHURT", "Effect", "Finding", "Verb", "shown"]


class Effect(str, Enum):
    """What a change does to the clients of a version."""

    #: They use what it takes away.
    HURT = "hurt"
    #: They do not.
    UNHURT = "unhurt"
    #: Nobody can tell by what was counted.
    UNKNOWN = "unknown"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Verb:
    """What clients do, of one and of several versions."""

    one: str
    several: str


SEND = Verb("still sends", "still send")
ARE_SENT = Verb("is sent", "are sent")
ASK = Verb("still requests", "still request")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a change does to the clients of a version, and why.

    Attributes:
        effect: what it does.
        verb: what the clients do.
        object: with what.
        why: why nobody can tell; empty where somebody can.
    """

    effect: Effect
    verb: Verb = SEND
    object: str = ""
    why: str = ""


UNHURT = Finding(Effect.UNHURT)


def shown(path: str, otherwise: str) -> str:
    """A path in a value as people write it; the name of the whole for an empty one."""
    parts = ["*" if part.isdecimal() else part for part in path.split("/")[1:]]
    return f"`{'/'.join(parts) or otherwise}`"
