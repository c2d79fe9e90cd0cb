"""The way of an event from the manager to its clients: past what would only pass it on.

What an event is on the wire is put into the queue of each client, where nothing else would come of
sending it; see `deciding/outboxes.py`. Else it is sent as python-socketio's own manager does. The
order in which a client gets what is sent is the same: packets get into its queue in the order in
which they are sent, and all parts of one in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio
from engineio import packet as eio_packet

from asyncapi_guard.integrations.deciding.outboxes import Outboxes
from asyncapi_guard.integrations.threads.calling import STARTS_TASKS, all_sent, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.wire.packets import PacketCodec

__all__ = ["Delivery"]


#: Python-socketio's own. It takes the stand-in for the manager.
_send_by_manager: Callable[..., Any] = socketio.Manager.emit


class Delivery:
    """Sends events to this process' clients.

    Args:
        manager: stands in for the server's manager; see `sending.py`.
        server: the server itself.
        packets: makes packets.
    """

    def __init__(self, manager: Any, server: Any, packets: PacketCodec) -> None:
        self._manager = manager
        self._server = server
        self._packets = packets
        self._outboxes = Outboxes(server)

    def send(
        self, event: str, data: Any, namespace: str, room: Any, skip_sid: Any, callback: Any
    ) -> None:
        """As `AsyncManager.emit`."""
        manager = self._manager
        rooms = manager.rooms.get(namespace)
        if rooms is None:
            return
        name, _ = room
        if not STARTS_TASKS and isinstance(name, str) and len(rooms.get(name, ())) == 1:
            # To one client, python-socketio's own way is as short, where it needs no task.
            _send_by_manager(manager, event, data, namespace, room, skip_sid, callback)
            return
        found = manager.get_participants(namespace, room)
        if skip_sid is not None:
            skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
            found = [each for each in found if each[0] not in skipped]
        find = self._outboxes.find if self._outboxes.are_open() else _nowhere
        if callback:
            content = event, *_arguments(data)
            self._send_each(content, namespace, found, find, callback)
        else:
            made = self._packets.event(namespace, event, *_arguments(data))
            self._send_all(made.encode(), found, find)

    def takes(self, eio_sid: str, made: Any) -> bool:
        """Put a packet into the queue of a client; whether it may be put there."""
        if not self._outboxes.are_open():
            return False
        queue = self._outboxes.find(eio_sid)
        return queue is not None and _is_put(queue, _parts(made.encode()))

    def _send_all(
        self, encoded: Any, to: list[tuple[str, str]], find: Callable[[str], Any]
    ) -> None:
        """Send the same to all."""
        parts, tasks = _parts(encoded), list[Any]()
        shares = not any(part.binary for part in parts)
        for _, eio_sid in to:
            if not shares:  # a packet keeps what it is by one client's transport
                parts = _parts(encoded)
            queue = find(eio_sid)
            if queue is None or not _is_put(queue, parts):
                send = self._server._send_eio_packet
                tasks += [sending(send, eio_sid, part) for part in parts]
        if to:
            all_sent(tasks)

    def _send_each(
        self,
        content: tuple[Any, ...],
        namespace: str,
        to: list[tuple[str, str]],
        find: Callable[[str], Any],
        callback: Any,
    ) -> None:
        """Send to each with an ack id of its own."""
        tasks: list[Any] = []
        for sid, eio_sid in to:
            id = self._manager._generate_ack_id(sid, callback)
            made = self._packets.event(namespace, *content, id=id)
            queue = find(eio_sid)
            if queue is None or not _is_encoded_and_put(queue, made):
                tasks.append(sending(self._server._send_packet, eio_sid, made))
        if to:
            all_sent(tasks)


def _nowhere(_eio_sid: str) -> None:
    """The queue of a client where packets may not be put into one."""


def _arguments(data: Any) -> Any:
    """The arguments of an event, as `emit` takes them."""
    if isinstance(data, tuple):
        return data
    return () if data is None else (data,)


def _parts(encoded: Any) -> list[Any]:
    """The packets of engine.io that a packet becomes."""
    texts = encoded if isinstance(encoded, list) else [encoded]
    return [eio_packet.Packet(eio_packet.MESSAGE, text) for text in texts]


def _is_put(queue: Any, parts: list[Any]) -> bool:
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
