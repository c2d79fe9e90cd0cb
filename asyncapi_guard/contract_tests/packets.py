"""The packets between the tests and the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Packet"]


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of a connection, as it was sent or received.

    Attributes:
        direction: `out` from the tests to the server, `in` from the server.
        client: which client of the run, from 1.
        seconds: since the run of the program began.
        namespace: the Socket.IO namespace; empty for packets of Engine.IO.
        type: Socket.IO's name for it, such as `EVENT`, `BINARY_ACK` or `CONNECT_ERROR`; or what
            happened to the connection: `OPEN`, `CLOSE`; `INVALID` for text that is no packet.
        text: what is on the wire, without Engine.IO's own digit.
        attachments: the bytes that belong to a binary packet.
    """

    direction: Literal["in", "out"]
    client: int
    seconds: float
    namespace: str
    type: str
    text: str
    attachments: tuple[bytes, ...] = ()
