"""The steps of clients, as a program that can be run again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

__all__ = ["Action", "Source", "Step", "Taken"]


class Action(str, Enum):
    """What a client does."""

    #: Connects to a namespace, with a new connection if the client has none.
    CONNECT = "connect"
    #: Sends an event.
    EMIT = "emit"
    #: Sends text as it is, and attachments after it: what no client library would send.
    SEND = "send"
    #: Does nothing for a time.
    WAIT = "wait"
    #: Closes the connection; with a namespace, leaves that namespace.
    DISCONNECT = "disconnect"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Source(str, Enum):
    """Where a value comes from that a later step sends."""

    ACK = "ack"
    EVENT = "event"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that the server gave earlier in the program, and a step sends.

    Attributes:
        into: JSON Pointer to it in the step's `args`, e.g. `/0/game_id`.
        step: the index of the step whose ack it was in; for an event, of the step that came before.
        source: whether it was in an ack or in an event.
        event: the name of that event; empty for acks.
        pointer: JSON Pointer to it in the values of the ack, or in the arguments of the event.
    """

    into: str
    step: int
    source: Source
    pointer: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that one client does.

    Attributes:
        action: what.
        client: which client, from 1.
        namespace: the Socket.IO namespace.
        event: of an `emit`: its name.
        args: of an `emit`: the arguments, as JSON values and `bytes`; of a `connect`: none or one
            `auth` value.
        credentials: of a `connect`: sends what the settings have (`auth`, headers, query, cookies)
            rather than `args`; secrets are in no step.
        request: of a `connect`: what its request has besides: `header`, `query` or `cookie`, with a
            name and a value. Never what the settings have.
        ack: of an `emit`: asks for an ack, and waits for it.
        seconds: of a `wait`: how long; of an `emit`: how long it waits for the ack at most.
        text: of a `send`: the packet, without Engine.IO's own digit. Without a connection, the
            client opens one, and connects to no namespace.
        attachments: of a `send`: the bytes after it.
        taken: values in `args` that the server gave earlier. `args` has those of the last run.
        note: what is special about the step, in a few words, such as `"text" one too long`.
    """

    action: Action
    client: int = 1
    namespace: str = "/"
    event: str = ""
    args: tuple[Any, ...] = ()
    credentials: bool = False
    request: tuple[tuple[str, str, str], ...] = ()
    ack: bool = False
    seconds: float = 0.0
    text: str = ""
    attachments: tuple[bytes, ...] = ()
    taken: tuple[Taken, ...] = ()
    note: str = ""
