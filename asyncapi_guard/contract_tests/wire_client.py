"""Clients of Socket.IO 5 that send any packets, valid or not, and record what they receive.

All clients of a run write into one `Wire`, so that the order of packets is known across them.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests import frames
from asyncapi_guard.contract_tests.engine_io import ConnectionLost, Request, open_connection
from asyncapi_guard.contract_tests.packets import Packet

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract_tests.engine_io import Connection

__all__ = ["Arrival", "Wire", "WireClient"]

#: How many packets a run keeps: a server that floods does not fill the memory.
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet that came, read.

    Attributes:
        packet: as it was on the wire.
        frame: what it says.
        args: the arguments of an event, the values of an ack, or the data of a `CONNECT_ERROR`.
        event: the name of an event.
    """

    packet: Packet
    frame: frames.Frame
    args: tuple[Any, ...] = ()
    event: str = ""

    @property
    def client(self) -> int:
        """Whom it came to."""
        return self.packet.client

    @property
    def is_event(self) -> bool:
        """Whether it is an event."""
        return self.frame.type in frames.EVENTS


@dataclass
class Wire:
    """What passes between the clients of a run and the server, in its order.

    Attributes:
        packets: all of them, sent and received.
        arrivals: those received.
        changed: told of each packet, and of each connection that ends.
    """

    packets: list[Packet] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def sent(self, packet: Packet) -> None:
        """Note a packet that is sent."""
        with self.changed:
            self.packets.append(packet)

    def came(self, arrival: Arrival) -> None:
        """Note a packet that was received."""
        with self.changed:
            self.last = self.now()
            if len(self.packets) < _MOST:
                self.packets.append(arrival.packet)
                self.arrivals.append(arrival)
            self.changed.notify_all()

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so; whether it is."""
        with self.changed:
            return self.changed.wait_for(is_so, max(seconds, 0.0))

    def wait_for_quiet(self, quiet: float, most: float) -> None:
        """Wait until nothing has come for some time, and no longer than `most`."""
        until = self.now() + most
        with self.changed:
            start = self.now()
            while self.now() < until:
                idle = self.now() - max(self.last, start)
                if idle >= quiet:
                    return
                self.changed.wait(min(quiet - idle, until - self.now()) + 0.0005)


class WireClient:
    """A client, with one connection. One that comes back is a new object with the same number.

    Args:
        number: which client of the run, from 1.
        wire: where it writes what passes.
        answers: gives the values with which it acknowledges an event; `None` for no ack.

    Attributes:
        lost: why the connection has ended, without the client wanting it; empty while it has not.
        accepted: the namespaces it is connected to.
        ended: the namespaces that it or the server has left.
        refused: the data of `CONNECT_ERROR`, by namespaces.
        acks: the values of acks, by namespaces and numbers, in the order of their coming.
    """

    def __init__(
        self,
        number: int,
        wire: Wire,
        answers: Callable[[Arrival], tuple[Any, ...] | None] | None = None,
    ) -> None:
        self.number: int = number
        self.wire: Wire = wire
        self._answers = answers
        self.lost: str = ""
        self.accepted: set[str] = set()
        self.refused: dict[str, Any] = {}
        self.ended: set[str] = set()
        self.acks: dict[tuple[str, int], list[Arrival]] = {}
        self.asked: set[tuple[str, int]] = set()
        self._connection: Connection | None = None
        self._closing = False
        self._next = 0
        self._waiting: tuple[frames.Frame, str, list[bytes]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has a connection."""
        return self._connection is not None and not self.lost

    # -- what it does ------------------------------------------------------------------------------

    def open(self, request: Request, timeout: float) -> None:
        """Open the connection.

        Raises:
            CannotConnect: the server does not let it.
        """
        self._connection = open_connection(request, self, timeout)
        self.wire.sent(Packet("out", self.number, self.wire.now(), "", "OPEN", ""))

    def connect(self, namespace: str, auth: Any, timeout: float) -> bool | None:
        """Connect to a namespace: whether the server accepts; `None` if it does not say."""
        self.refused.pop(namespace, None)
        self.ended.discard(namespace)
        self.say("CONNECT", namespace, data=auth)
        self.wire.wait_for(
            lambda: namespace in self.accepted or namespace in self.refused or bool(self.lost),
            timeout,
        )
        if namespace in self.accepted:
            return True
        return False if namespace in self.refused else None

    def emit(self, namespace: str, event: str, args: tuple[Any, ...], *, ack: bool) -> int | None:
        """Send an event; the number of its ack, if it asks for one.

        Raises:
            ConnectionLost: there is no connection any more.
        """
        id = None
        if ack:
            id = self._next
            self._next += 1
            self.asked.add((namespace, id))
        self.say("EVENT", namespace, id, [event, *args])
        return id

    def say(self, type: str, namespace: str, id: int | None = None, data: Any = None) -> None:
        """Send a packet.

        Raises:
            ConnectionLost: there is no connection any more.
        """
        text, attachments = frames.write(type, namespace, id, data)
        self.send(text, attachments)

    def send(self, text: str, attachments: tuple[bytes, ...] = ()) -> None:
        """Send text as it is, and attachments after it.

        Raises:
            ConnectionLost: there is no connection any more.
        """
        if self._connection is None or self.lost:
            raise ConnectionLost(self.lost or "the client has no connection")
        frame = frames.read(text)
        now = self.wire.now()
        self.wire.sent(
            Packet("out", self.number, now, frame.namespace, frame.type, text, attachments)
        )
        self._connection.send(text, attachments)

    def leave(self, namespace: str) -> None:
        """Leave a namespace, and keep the connection."""
        self.accepted.discard(namespace)
        self.ended.add(namespace)
        self.say("DISCONNECT", namespace)

    def close(self) -> None:
        """Close the connection."""
        self._closing = True
        connection, self._connection = self._connection, None
        self.accepted.clear()
        if connection is not None:
            self.wire.sent(Packet("out", self.number, self.wire.now(), "", "CLOSE", ""))
            connection.close()

    def wait_for_ack(self, namespace: str, id: int, timeout: float) -> Arrival | None:
        """The first ack with a number; `None` if it does not come in time."""
        key = (namespace, id)
        self.wire.wait_for(
            lambda: key in self.acks or bool(self.lost) or namespace in self.ended, timeout
        )
        came = self.acks.get(key)
        return came[0] if came else None

    # -- what it hears -----------------------------------------------------------------------------

    def message(self, text: str) -> None:
        """Take a message."""
        frame = frames.read(text)
        if frame.attachments:
            self._waiting = (frame, text, [])
        else:
            self._take(frame, text, ())

    def attachment(self, data: bytes) -> None:
        """Take bytes, which belong to the message before them."""
        if self._waiting is None:
            frame = frames.Frame("INVALID", problem="bytes that don't belong to a packet")
            self._take(frame, "", (data,))
            return
        frame, text, found = self._waiting
        found.append(data)
        if len(found) == frame.attachments:
            self._waiting = None
            self._take(frame, text, tuple(found))

    def closed(self, reason: str) -> None:
        """Hear that the connection has ended."""
        if self._closing:
            return
        packet = Packet("in", self.number, self.wire.now(), "", "CLOSE", reason)
        self.lost = reason
        self.accepted.clear()
        self.wire.came(Arrival(packet, frames.Frame("CLOSE")))

    def _take(self, frame: frames.Frame, text: str, attachments: tuple[bytes, ...]) -> None:
        data = frame.data
        try:
            data = frames.attach(data, attachments) if attachments else data
        except ValueError as error:
            frame = frames.Frame("INVALID", frame.namespace, frame.id, problem=str(error))
        now = self.wire.now()
        packet = Packet("in", self.number, now, frame.namespace, frame.type, text, attachments)
        arrival = Arrival(packet, frame)
        if frame.type in frames.EVENTS:
            arrival = Arrival(packet, frame, tuple(data[1:]), data[0])
        elif frame.type in frames.ACKS and frame.id is not None:
            arrival = Arrival(packet, frame, tuple(data))
            self.acks.setdefault((frame.namespace, frame.id), []).append(arrival)
        elif frame.type == "INVALID" and frame.id is not None and text[:1] in ("3", "6"):
            self.acks.setdefault((frame.namespace, frame.id), []).append(arrival)
        elif frame.type == "CONNECT":
            self.accepted.add(frame.namespace)
        elif frame.type == "CONNECT_ERROR":
            self.refused[frame.namespace] = data
            arrival = Arrival(packet, frame, (data,))
        elif frame.type == "DISCONNECT":
            self.accepted.discard(frame.namespace)
            self.ended.add(frame.namespace)
        self.wire.came(arrival)
        if arrival.is_event and frame.id is not None:
            self._answer(arrival, frame.id)

    def _answer(self, arrival: Arrival, id: int) -> None:
        values = self._answers(arrival) if self._answers is not None else None
        if values is not None:
            with suppress(ConnectionLost):
                self.say("ACK", arrival.frame.namespace, id, list(values))
