"""The seat at a server that all hooks share: what they judge with, and how they send."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.wire import to_wire
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.integrations.outcomes import Application
    from asyncapi_guard.violations import Violation

__all__ = ["Seat", "trouble"]


class Seat:
    """A guarded server.

    Attributes:
        middleware: whose guard judges, and who records.
        server: the `socketio.Server`.
        application: its say in what a refused client is answered.
        active: whether anything is judged.
    """

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        self.middleware: AsyncAPIGuard = middleware
        self.server: Any = server
        self.application: Application = application
        self.active: bool = False

    @property
    def guard(self) -> Guard:
        """The middleware's, which may take another contract."""
        return self.middleware.guard

    # -- judging -----------------------------------------------------------------------------------

    def _malformed(
        self, checkpoint: Checkpoint, namespace: str, event: str, reason: str
    ) -> Verdict:
        def judge(namespace: str, event: str) -> Verdict:
            return self.guard.malformed(checkpoint, namespace, event, reason)

        return self.middleware.judge(checkpoint, judge, namespace, event)

    def _judge_out(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        event: str,
        args: Sequence[Any],
        *more: Any,
        **options: Any,
    ) -> Verdict:
        """Judge Python objects by what they become on the wire."""
        packet_class = self.server.packet_class
        ask: Callable[..., Verdict] = self.middleware.judge
        verdict = None
        if packet_class.json.standard:
            verdict = ask(checkpoint, judge, namespace, event, args, *more, **options)
            if verdict.violation is None or not _is_plain_fault(verdict.violation):
                return verdict
            ask = self.middleware.ask  # it is counted
        # Tuples, integer keys, enums, or an own JSON module: only encoding shows what is sent.
        try:
            wire = to_wire(packet_class, args)
        except (TypeError, ValueError, RecursionError):
            judge = partial(self.guard.unsendable, checkpoint)
            return ask(checkpoint, judge, namespace, event)
        if verdict is not None and wire == list(args):
            return verdict
        return ask(checkpoint, judge, namespace, event, wire, *more, **options)

    def _raise(self, verdict: Verdict) -> None:
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                raise violation_error(verdict.violation)

    # -- sending -----------------------------------------------------------------------------------

    def _send_ack(  # a packet, taken apart
        self, eio_sid: str, namespace: str, id: int, values: list[Any], *, binary: bool = True
    ) -> None:
        self._send(eio_sid, packet.ACK, namespace, values, id, binary=binary)

    def _send(  # a packet, taken apart
        self,
        eio_sid: str,
        kind: int,
        namespace: str,
        data: Any,
        id: int | None = None,
        *,
        binary: bool = True,
    ) -> None:
        """Send a packet; `binary=False` if it is known that there are no bytes in it."""
        server = self.server
        look = None if binary else False
        pkt = server.packet_class(kind, namespace=namespace, id=id, data=data, binary=look)
        server._send_packet(eio_sid, pkt)


def trouble(code: Code, namespace: str, event: str) -> dict[str, Any]:
    """What a client is told of a fault that no violation describes."""
    return {"error": {"code": str(code), "namespace": namespace, "event": event}}


def _is_plain_fault(violation: Violation) -> bool:
    """Whether another form of the same value might be judged differently."""
    return violation.code in (Code.EMIT, Code.RESPONSE)
