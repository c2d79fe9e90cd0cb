"""How an event that was validated gets to its clients.

What python-socketio's own manager sends to this process' clients is sent with a stand-in for the
manager, so that it becomes the guard's packets, whatever the server has meanwhile, and sees
those participants who may have the event. Other managers (message queues, an application's own)
call it themselves, and look for participants in the manager's place.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.threads.delivery import Delivery
from asyncapi_guard.integrations.threads.entering import Entering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Sending"]

#: Set while another manager sends an event: those who get it later.
_sending: ContextVar[frozenset[str] | None] = ContextVar("asyncapi_guard_sending", default=None)


class Sending(Entering):
    """In the place of what tells who is in a room."""

    _participants: Callable[..., Any]

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        self._delivery = Delivery(_Manager(self), server, decide.packets)

    def _send(self, eio_sid: str, packet: Any) -> None:
        """Send a packet to a client; `None` is nothing to send."""
        if packet is not None and not self._delivery.takes(eio_sid, packet):
            self.server._send_packet(eio_sid, packet)

    def send_by(self, send: Callable[[], Any], held: frozenset[str]) -> Any:
        """Send an event by another manager."""
        token = _sending.set(held)
        try:
            return send()
        finally:
            _sending.reset(token)

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        """Who is in a room; while something is sent, only those who may have it."""
        participants: Iterable[tuple[str, str]] = self._participants(namespace, room)
        held = _sending.get()
        if held is None or not self.decide.active:
            return participants
        return self.entrants.only_admitted(participants, namespace, room, held)


class _Server:
    """Stands in for the server."""

    def __init__(self, server: Any, packet_class: Any) -> None:
        self._server = server
        self.packet_class = packet_class

    @property
    def _send_eio_packet(self) -> Any:
        return self._server._send_eio_packet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class _Manager:
    """Stands in for the manager."""

    def __init__(self, sending: Sending) -> None:
        self._entrants = sending.entrants
        self._manager = sending.server.manager
        self.server = _Server(sending.server, sending.decide.packets.packet_class)

    @property
    def rooms(self) -> Any:
        return self._manager.rooms

    def get_participants(
        self, namespace: str, room_and_held: tuple[Any, frozenset[str]]
    ) -> list[tuple[str, str]]:
        room, held = room_and_held
        # Looked at first: whoever comes after that is not in it.
        found = list(self._manager.get_participants(namespace, room))
        if not held and namespace not in self._entrants.namespaces:
            return found
        return list(self._entrants.only_admitted(found, namespace, room, held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)
