"""All decisions about the traffic of one server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.connects import ConnectDecisions
from asyncapi_guard.integrations.deciding.events import EventDecisions
from asyncapi_guard.integrations.deciding.limits import Limits
from asyncapi_guard.integrations.deciding.queue import Hosts
from asyncapi_guard.integrations.deciding.queued import QueueDecisions
from asyncapi_guard.integrations.deciding.renewals import RenewalDecisions
from asyncapi_guard.integrations.wire.serializers import packets_of

if TYPE_CHECKING:
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.wire.packets import PacketCodec

__all__ = ["ServerDecisions"]


class ServerDecisions(RenewalDecisions, EventDecisions, QueueDecisions, ConnectDecisions):
    """All decisions about the traffic of one server.

    Args:
        guarding: whose guard judges.
        packet_class: the server's, before it was guarded.
        largest: how many bytes one message of engine.io may have.
    """

    def __init__(self, guarding: Guarding, packet_class: Any, largest: float) -> None:
        self.packets: PacketCodec = packets_of(packet_class, largest, self.mode_of_packet)
        super().__init__(guarding, self.packets)
        self.limits: Limits | None = Limits()
        self.hosts: Hosts = Hosts()

    def has_come(self, sid: str, namespace: str, eio_sid: str) -> None:
        """A client has a session id now."""
        if self.limits is not None:
            self.limits.enter(sid, eio_sid, namespace)

    def has_left(self, sid: str, namespace: str, eio_sid: str | None) -> None:
        """Forget a client that has left.

        Args:
            sid: its session id.
            namespace: which one it has left.
            eio_sid: its connection; `None` if that has ended.
        """
        self.sessions.close(sid, namespace)
        if self.limits is not None:
            self.limits.leave(sid, eio_sid, namespace)

    def has_ended(self, eio_sid: str) -> None:
        """Forget a connection that has ended."""
        self.sessions.forget(eio_sid)
        if self.limits is not None:
            self.limits.forget(eio_sid)

    def forget_clients(self) -> None:
        """Forget all clients."""
        self.sessions.clear()
        if self.limits is not None:
            self.limits.clear()
