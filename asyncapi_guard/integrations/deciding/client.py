"""All decisions about the traffic of one client: those about a server's, mirrored.

The guard that judges sees the contract from the client's side, so what a server sends is received
here. A connect is what the client sends, and what the server says to it is looked at, too.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import EmitValidationError
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.emits import EmitDecisions
from asyncapi_guard.integrations.deciding.events import EventDecisions
from asyncapi_guard.integrations.deciding.rejections import rejection_by_server
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.serializers import packets_of
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.deciding.emits import Emitted
    from asyncapi_guard.integrations.wire.packets import PacketCodec

    # python-socketio carries no types.
    NotConnected = Exception
else:
    from socketio.exceptions import ConnectionError as NotConnected

__all__ = ["ClientDecisions", "RejectedConnect"]

_NOT_ASKED = "the client did not connect to the namespace"
_IS_IN = "the client is already in the namespace"
_NO_SESSION = "the object that accepts a connection must have the session id as its sid"


class RejectedConnect(EmitValidationError, NotConnected):
    """What a client sends to enter a namespace breaks the contract, so it did not connect.

    It is a `ConnectionError` for those who try again, above all python-socketio.
    """


class ClientDecisions(EventDecisions, EmitDecisions):
    """All decisions about the traffic of one client.

    Args:
        guarding: whose guard judges.
        packet_class: the client's, before it was guarded.
    """

    def __init__(self, guarding: Guarding, packet_class: Any) -> None:
        # A server may send as much as it likes: the client has no limit of its own.
        self.packets: PacketCodec = packets_of(packet_class, math.inf, self.mode_of_packet)
        super().__init__(guarding, self.packets)

    @property
    def guard(self) -> Guard:
        """The guard that is in force now, as a client sees the contract."""
        return self.guarding.in_force.mirrored

    def told(self, call: Call, error: ContractViolation) -> Any:
        """Return the ack that tells the server of a rejection, if it asked for one."""
        if call.id is None:
            return None
        return self.packets.ack(call.namespace, call.id, [error.answer()])

    # -- connects ----------------------------------------------------------------------------------

    def connecting(self, namespace: str, auth: Any) -> tuple[Verdict, Any]:
        """Judge what the client sends to enter a namespace.

        Returns:
            The verdict, and the auth to send: nobody else holds it.
        """
        try:
            encoded = self.codec.encode([auth])
        except Unsendable:
            encoded = None
        if encoded is None or encoded.attachments:
            guard = self.guard
            return self._unsendable(guard, Checkpoint.CONNECT, namespace, "connect"), auth
        judge = self.guard.connect
        values = encoded.values[0]

        def connect(namespace: str, _event: str) -> Verdict:
            return judge(namespace, values)

        verdict = self._ask(Checkpoint.CONNECT, connect, namespace, "connect")
        return verdict, encoded.copy[0]

    def let_in(self, namespace: str, data: Any, fault: str | None, *, asked: bool) -> Verdict:
        """Judge what says that the client is in a namespace.

        Args:
            namespace: the Socket.IO namespace.
            data: of the packet.
            fault: what is wrong with it.
            asked: the client wanted to enter.
        """
        if fault is None and not _has_session(data):
            fault = _NO_SESSION
        return self._about_session(namespace, fault, asked=asked)

    def turned_away(
        self, namespace: str, fault: str | None, *, asked: bool, is_in: bool = False
    ) -> Verdict:
        """Judge what says that the client may not enter a namespace, or that it must leave.

        Args:
            namespace: the Socket.IO namespace.
            fault: what is wrong with the packet.
            asked: the client wanted to enter.
            is_in: it is about entering, and the client was let in before.
        """
        return self._about_session(namespace, _IS_IN if is_in else fault, asked=asked)

    def _about_session(self, namespace: str, fault: str | None, *, asked: bool) -> Verdict:
        if not asked:
            fault = _NOT_ASKED
        if fault is None:
            return PASSED
        return self._malformed(Checkpoint.CONNECT, namespace, "connect", fault)

    def uninvited(self, namespace: str, event: Any) -> Verdict:
        """Return the verdict on an event in a namespace that the client is not in."""
        return self._malformed(Checkpoint.RECEIVE_EVENT, namespace, event, _NOT_ASKED)

    # -- acks --------------------------------------------------------------------------------------

    def answered_by_server(self, sent: Emitted, values: Sequence[Any]) -> Verdict:
        """Judge the ack of a server; one by which a guard rejected the event is told as that."""
        verdict = self.answered_by_client(sent, values)
        if verdict.violation is None:
            return verdict
        return replace(verdict, violation=rejection_by_server(verdict.violation, values))


def _has_session(data: Any) -> bool:
    return data is None or (isinstance(data, dict) and isinstance(data.get("sid", ""), str))
