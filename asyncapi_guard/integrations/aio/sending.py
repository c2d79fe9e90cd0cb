"""How an event that was validated gets to its clients.

What python-socketio's own manager would send to this process' clients is sent in `delivery.py`.
Other managers (message queues, an application's own) call what sends themselves, and look for
participants in the manager's place.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.delivery import Delivery
from asyncapi_guard.integrations.aio.entering import Entering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Sending"]

#: Set while another manager sends an event: those who get it later.
_sending: ContextVar[frozenset[str] | None] = ContextVar("asyncapi_guard_sending", default=None)


class Sending(Entering):
    """In the place of what tells who is in a room."""

    _participants: Callable[..., Any]

    def __init__(self, server: Any, decide: ServerDecisions, application: AsyncApplication) -> None:
        super().__init__(server, decide, application)
        self._delivery = Delivery(server, decide.packets, self.entrants)

    def _takes(self, eio_sid: str, packet: Any) -> bool:
        """Put a packet into the queue of its client; whether it may be put there."""
        return self._delivery.takes(eio_sid, packet)

    async def send_by(self, send: Callable[[], Any], held: frozenset[str]) -> Any:
        """Send an event by another manager."""
        token = _sending.set(held)
        try:
            return await send()
        finally:
            _sending.reset(token)

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        """Who is in a room; while something is sent, only those who may have it."""
        participants: Iterable[tuple[str, str]] = self._participants(namespace, room)
        held = _sending.get()
        if held is None or not self.decide.active:
            return participants
        return self.entrants.only_admitted(participants, namespace, room, held)
