"""The seat at a server that all hooks share: what they judge with, and how they send."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.wire.codec import Codec, Outbound, Unsendable
from asyncapi_guard.integrations.wire.packets import guarded_packet_class, sends_text
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.deciding.outcomes import Application
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.violations import Violation

__all__ = ["Seat", "trouble"]


class Seat:
    """A guarded server.

    Attributes:
        middleware: whose guard judges, and who records.
        server: the `socketio.Server`.
        application: its say in what a rejected client is answered.
        active: whether anything is judged.
        codec: encodes what leaves.
        packet_class: the server's packets while it is guarded; also of events that were on their
            way when the guard was taken off.
    """

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        self.middleware: AsyncAPIGuard = middleware
        self.server: Any = server
        self.application: Application = application
        self.active: bool = False
        #: Namespaces of this server's admin UI.
        self._admin_namespaces: frozenset[str] = frozenset()
        self._own_guard: tuple[Guard, Guard] | None = None
        base = server.packet_class
        self.codec: Codec = Codec(base.json)
        #: Packets can be made of encoded data; another packet class has a say in it.
        self._sends_text: bool = sends_text(base)
        self.packet_class: Any = guarded_packet_class(
            base, server.eio.max_http_buffer_size, self._mode_of_packet
        )

    @property
    def guard(self) -> Guard:
        """The middleware's, which may take another contract; without the admin UI's namespaces."""
        guard = self.middleware.guard
        if not self._admin_namespaces:
            return guard
        if self._own_guard is None or self._own_guard[0] is not guard:
            self._own_guard = guard, guard.excluding(self._admin_namespaces)
        return self._own_guard[1]

    def _mode_of_packet(self, namespace: str, event: Any, *, ack: bool) -> Mode:
        if not self.active:
            return Mode.OFF
        if event == "connect":
            return self.guard.mode_of(Checkpoint.CONNECT, namespace, "connect")
        checkpoint = Checkpoint.RECEIVE_ACK if ack else Checkpoint.RECEIVE_EVENT
        return self.guard.mode_of(checkpoint, namespace, None if ack else event)

    def enforces_connects(self, namespace: str) -> bool:
        """Whether the guard has the last word on who enters a namespace."""
        mode = self.guard.mode_of(Checkpoint.CONNECT, namespace, "connect")
        return self.active and mode is Mode.ENFORCE

    # -- judging -----------------------------------------------------------------------------------

    def _malformed(
        self, checkpoint: Checkpoint, namespace: str, event: Any, reason: str
    ) -> Verdict:
        def judge(namespace: str, event: str) -> Verdict:
            return self.guard.malformed(checkpoint, namespace, event, reason)

        return self.middleware.judge(checkpoint, judge, namespace, event)

    def _judge_out(
        self,
        checkpoint: Checkpoint,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
    ) -> tuple[Verdict, Outbound | None]:
        """Judge Python objects by what they become on the wire: the verdict, and what they became.

        Nothing is encoded, and the second is `None`, where nobody wants to know.
        """
        guard = self.guard
        judge: Callable[..., Verdict] = guard.send_event
        more: tuple[Any, ...] = ()
        if checkpoint is Checkpoint.SEND_ACK:
            judge, more = guard.send_ack, (message,)
        ask = self.middleware.judge
        if guard.mode_of(checkpoint, namespace, event, message) is Mode.OFF:
            return ask(checkpoint, judge, namespace, event, args, *more), None
        try:
            outbound = self.codec.encode(args)
        except Unsendable:
            judge = partial(guard.unsendable, checkpoint)
            return ask(checkpoint, judge, namespace, event, *more), None
        binary = bool(outbound.attachments)
        verdict = ask(
            checkpoint, judge, namespace, event, outbound.values, *more, binary=binary, read=True
        )
        return verdict, outbound

    def _judge_by(
        self,
        rule: Rule,
        checkpoint: Checkpoint,
        namespace: str,
        args: Sequence[Any],
        message: Message | None = None,
    ) -> tuple[Verdict, Outbound | None]:
        """As `_judge_out`, where the rule is known and somebody wants to know."""
        try:
            outbound = self.codec.encode(args)
        except Unsendable:
            return self._judge_out(checkpoint, namespace, rule.event, args, message)
        binary = bool(outbound.attachments)
        verdict = self.middleware.judge_by(
            rule, checkpoint, namespace, outbound.values, binary=binary
        )
        return verdict, outbound

    def _record(
        self,
        verdict: Verdict,
        eio_sid: str | None = None,
        sid: str | None = None,
        args: Sequence[Any] = (),
    ) -> Violation | None:
        """Log and count a violation, within what the application finds around it.

        Returns:
            The violation, with the client that it came from.
        """
        violation = verdict.violation
        if violation is None:
            return None
        if eio_sid is None and sid is not None:
            eio_sid = self.server.manager.eio_sid_from_sid(sid, violation.namespace)
        environ = self.server.environ.get(eio_sid) or {}
        with ExitStack() as stack:
            address = environ.get("REMOTE_ADDR")
            try:
                if violation.checkpoint is Checkpoint.SEND_EVENT:
                    environ = {}  # what is around whoever emits stays
                around = self.application.context(
                    environ, violation.namespace, sid, violation.event, args
                )
                address = stack.enter_context(around) or address
            except Exception as error:  # noqa: BLE001  # it is the application's own
                kind = type(error).__name__
                self.middleware.log(
                    logging.ERROR, "a violation is told without its context: %s", kind
                )
            return self.middleware.record(verdict, sid, address)

    # -- sending -----------------------------------------------------------------------------------

    def _ready(self, values: Sequence[Any], outbound: Outbound | None) -> Sequence[Any] | Outbound:
        """What of an ack goes into its packet: above all, what was judged."""
        if outbound is None:
            return values
        return outbound if self._sends_text else outbound.copy

    def _send_ack(
        self, eio_sid: str, namespace: str, id: int, values: Sequence[Any] | Outbound
    ) -> None:
        """Send an ack; what is not encoded yet is sent as without the guard."""
        data = [values] if isinstance(values, Outbound) else list(values)
        self._send(eio_sid, packet.ACK, namespace, data, id)

    def _send(
        self, eio_sid: str, kind: int, namespace: str, data: Any, id: int | None = None
    ) -> None:
        made = self.packet_class(kind, namespace=namespace, id=id, data=data)
        self.server._send_packet(eio_sid, made)


def trouble(code: Code, namespace: str, event: str) -> dict[str, Any]:
    """What a client is told of a fault that no violation describes."""
    return {"error": {"code": str(code), "namespace": namespace, "event": event}}
