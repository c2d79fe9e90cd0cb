"""What is done in answer to something, as a script decides it: a server does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from asyncapi_guard.mock.expressions import NOTHING

__all__ = ["Act", "Disconnect", "Emit", "Join", "Leave", "Turn", "Wait"]


class Wait(NamedTuple):
    """Let some seconds pass."""

    seconds: float


class Join(NamedTuple):
    """The client enters a room."""

    room: str


class Leave(NamedTuple):
    """The client leaves a room."""

    room: str


class Disconnect(NamedTuple):
    """The client is disconnected from its namespace."""


class Emit(NamedTuple):
    """An event is emitted.

    Attributes:
        event: its name.
        args: its arguments.
        namespace: the Socket.IO namespace.
        room: who gets it: a room, or the session id of a client; `None` for everyone.
        skip: the session id of a client that does not get it.
        asks: clients are asked for an ack.
    """

    event: str
    args: tuple[Any, ...]
    namespace: str
    room: str | None = None
    skip: str | None = None
    asks: bool = False


Act = Wait | Join | Leave | Disconnect | Emit


@dataclass(frozen=True, slots=True)
class Turn:
    """What is done in answer to something that a client did.

    Attributes:
        before: what is done before it is answered.
        ack: the values of the ack.
        refusal: what a client is told that may not connect; `NOTHING` for one that may.
        after: what is done after it was answered.
        how: where the ack is from, for people: `example`, `scenario`; empty without one.
    """

    before: tuple[Act, ...] = ()
    ack: tuple[Any, ...] = ()
    refusal: Any = NOTHING
    after: tuple[Act, ...] = ()
    how: str = ""
