"""The way of an event to this process' clients: past what would only pass it on.

What an event is on the wire is put into the queue of each client, where nothing else would come of
sending it; see `deciding/outboxes.py`. Else it is handed to the server, as python-socketio's own
manager does. The order in which a client gets what is sent is the same: packets get into its queue
in the order in which they are sent, and all parts of one in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engineio import packet as eio_packet

from asyncapi_guard.integrations.aio.calling import all_sent, sending
from asyncapi_guard.integrations.deciding.entrants import NOBODY
from asyncapi_guard.integrations.deciding.outboxes import Outboxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.deciding.entrants import Entrants
    from asyncapi_guard.integrations.wire.packets import PacketCodec

__all__ = ["Delivery"]


class Delivery:
    """Sends events to this process' clients.

    Args:
        server: whose clients; its manager is python-socketio's own.
        packets: makes packets, whatever class of them the server has meanwhile.
        entrants: the clients that are on their way in.
    """

    def __init__(self, server: Any, packets: PacketCodec, entrants: Entrants) -> None:
        self._manager = server.manager
        self._server = server
        self._packets = packets
        self._entrants = entrants
        self._outboxes = Outboxes(server)

    async def send(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any,
        skip_sid: Any,
        callback: Any,
        held: frozenset[str] = NOBODY,
    ) -> None:
        """As `AsyncManager.emit`.

        Args:
            event: the event's name.
            data: a tuple of arguments, one argument, or `None` for none.
            namespace: the Socket.IO namespace.
            room: a room, several, or `None` for everybody.
            skip_sid: who does not get it; one or several.
            callback: takes the ack of each client; `None` if none is asked for.
            held: those who get it later.
        """
        if namespace not in self._manager.rooms:
            return
        to = self._participants(namespace, room, held)
        if skip_sid is not None:
            skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
            to = [each for each in to if each[0] not in skipped]
        find = self._outboxes.find if self._outboxes.are_open() else None
        if callback:
            await self._send_each((event, *_arguments(data)), namespace, to, find, callback)
        else:
            await self._send_all(
                self._packets.encoded_event(namespace, event, _arguments(data)), to, find
            )

    def _participants(
        self, namespace: str, room: Any, held: frozenset[str]
    ) -> list[tuple[str, str]]:
        """Who is in a room, and may have what is sent to it now."""
        # Looked at first: whoever comes after that is not in it.
        found = list(self._manager.get_participants(namespace, room))
        if not held and namespace not in self._entrants.namespaces:
            return found
        return list(self._entrants.only_admitted(found, namespace, room, held))

    def takes(self, eio_sid: str, made: Any) -> bool:
        """Put a packet into the queue of a client; whether it may be put there."""
        if not self._outboxes.are_open():
            return False
        queue = self._outboxes.find(eio_sid)
        if queue is None:
            return False
        encoded = made.encode()
        if isinstance(encoded, list):
            return _is_put(queue, _parts(encoded))
        try:  # in one step: nearly every ack has no attachments
            queue.put_nowait(eio_packet.Packet(eio_packet.MESSAGE, encoded))
        except Exception:  # noqa: BLE001  # whatever it is, sending by the socket raises it again
            return False
        return True

    async def _send_all(
        self,
        encoded: Any,
        to: list[tuple[str, str]],
        find: Callable[[str], Any] | None,
    ) -> None:
        """Send the same to all."""
        send, tasks = self._server._send_eio_packet, list[Any]()
        parts, shares = _parts(encoded), type(encoded) is str
        for _, eio_sid in to:
            queue = None if find is None else find(eio_sid)
            if queue is None or not _is_put(queue, parts):
                for part in parts:
                    tasks.append(sending(send, eio_sid, part))
            if not shares:  # a packet keeps what it is by one client's transport
                parts = _parts(encoded)
        if to:
            await all_sent(tasks)

    async def _send_each(
        self,
        content: tuple[Any, ...],
        namespace: str,
        to: list[tuple[str, str]],
        find: Callable[[str], Any] | None,
        callback: Any,
    ) -> None:
        """Send to each with an ack id of its own."""
        tasks: list[Any] = []
        for sid, eio_sid in to:
            id = self._manager._generate_ack_id(sid, callback)
            made = self._packets.event(namespace, *content, id=id)
            queue = None if find is None else find(eio_sid)
            if queue is None or not _is_encoded_and_put(queue, made):
                tasks.append(sending(self._server._send_packet, eio_sid, made))
        if to:
            await all_sent(tasks)


def _arguments(data: Any) -> tuple[Any, ...]:
    """The arguments of an event, as `emit` takes them."""
    if isinstance(data, tuple):
        return data
    return () if data is None else (data,)


def _parts(encoded: Any) -> tuple[Any, ...]:
    """The packets of engine.io that a packet becomes."""
    if type(encoded) is str:
        return (eio_packet.Packet(eio_packet.MESSAGE, encoded),)
    each = encoded if isinstance(encoded, list) else [encoded]
    return tuple([eio_packet.Packet(eio_packet.MESSAGE, part) for part in each])


def _is_put(queue: Any, parts: tuple[Any, ...]) -> bool:
    """Put packets into a queue; whether it took them."""
    try:
        for part in parts:
            queue.put_nowait(part)
    except Exception:  # noqa: BLE001  # whatever it is, sending by the socket raises it again
        return False
    return True


def _is_encoded_and_put(queue: Any, made: Any) -> bool:
    """Put a packet into a queue; whether it can be encoded, and the queue took it."""
    try:
        parts = _parts(made.encode())
    except Exception:  # noqa: BLE001  # as above
        return False
    return _is_put(queue, parts)
