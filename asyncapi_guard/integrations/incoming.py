"""Events in, and the acks that answer them."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.integrations.outcomes import Refused, Unjudged
from asyncapi_guard.integrations.seat import Seat, trouble
from asyncapi_guard.integrations.strict_json import Malformed
from asyncapi_guard.integrations.wire import BinaryArguments
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.violations import Violation

__all__ = ["Incoming"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


class Incoming(Seat):
    """In the place of `Server._handle_event`.

    Here real names are seen (a catch-all handler or a class namespace hides them later), and the
    ack id. It judges an event before a thread is spent on it, runs the handler, judges the ack, and
    answers whatever happens.
    """

    def handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """An event came."""
        server = self.server
        namespace = namespace or "/"
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if not server.manager.is_connected(sid, namespace):
            logger.debug("%s is not connected to %s", sid, printable(namespace))
            return
        verdict = self._judge_event(namespace, data)
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                self._refuse_event(verdict.violation, sid, eio_sid, namespace, id, data)
                return
        if server.logger.isEnabledFor(logging.INFO):
            server.logger.info("received event %s from %s", printable(data[0]), sid)
        if server.async_handlers:
            server.start_background_task(
                self._run, sid, eio_sid, namespace, id, data, verdict.message
            )
        else:
            self._run(sid, eio_sid, namespace, id, data, verdict.message)

    def _judge_event(self, namespace: str, data: Any) -> Verdict:
        if isinstance(data, list) and data:
            judge, binary = self.guard.receive_event, type(data) is BinaryArguments
            return self.middleware.judge(
                Checkpoint.RECEIVE_EVENT, judge, namespace, data[0], data[1:], binary=binary
            )
        reason = data.reason if isinstance(data, Malformed) else "an event is a list with a name"
        return self._malformed(Checkpoint.RECEIVE_EVENT, namespace, "", reason)

    def _refuse_event(  # a packet, taken apart
        self,
        violation: Violation,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int | None,
        data: Any,
    ) -> None:
        error = violation_error(violation)
        if not self.application.has_say(namespace):
            self._tell(error, eio_sid, namespace, id)
            return
        args = data[1:] if isinstance(data, list) else []

        def ask() -> None:
            answered, value = self.application.answer(error, namespace, sid, violation.event, args)
            if not answered:
                self._tell(error, eio_sid, namespace, id)
            elif id is not None:
                self._answer(eio_sid, namespace, id, value, error.answer())

        if self.server.async_handlers:
            self.server.start_background_task(ask)
        else:
            ask()

    def _tell(self, error: ContractViolation, eio_sid: str, namespace: str, id: int | None) -> None:
        """Answer a refusal ourselves: as the ack, or as the event for those who asked for none."""
        if id is not None:
            self._send_ack(eio_sid, namespace, id, [error.answer()])
        elif self.middleware.reject_event is not None:
            self._send(
                eio_sid, packet.EVENT, namespace, [self.middleware.reject_event, error.answer()]
            )

    def _run(  # a packet, taken apart
        self,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int | None,
        data: list[Any],
        message: Message | None,
    ) -> None:
        """Run the handler and answer, whatever happens."""
        server, event = self.server, data[0]
        try:
            value = server._trigger_event(event, namespace, sid, *data[1:])
        except Refused as refused:
            self.middleware.record(refused.verdict)
            if refused.verdict.violation is not None:
                self._refuse_event(refused.verdict.violation, sid, eio_sid, namespace, id, data)
            return
        except Exception as error:
            if id is not None:
                answer = trouble(Code.HANDLER, namespace, event)
                if isinstance(error, ContractViolation):
                    answer = error.answer()
                self._send_ack(eio_sid, namespace, id, [answer])
            raise
        if id is None:
            return
        if value is server.not_handled:
            self._send_ack(eio_sid, namespace, id, [trouble(Code.UNHANDLED, namespace, event)])
            return
        if isinstance(value, Unjudged):
            self._answer(
                eio_sid, namespace, id, value.value, trouble(Code.HANDLER, namespace, event)
            )
            return
        self._acknowledge(sid, eio_sid, namespace, id, data, message, _ack_values(value))

    def _acknowledge(  # a packet, taken apart
        self,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int,
        data: list[Any],
        message: Message | None,
        values: list[Any],
    ) -> None:
        pkt, binary = None, True
        with suppress(RecursionError):  # too deep to tell
            pkt = self.server.packet_class(packet.ACK, namespace=namespace, id=id, data=values)
            binary = pkt.packet_type == packet.BINARY_ACK
        verdict = self._judge_out(
            Checkpoint.SEND_ACK,
            self.guard.send_ack,
            namespace,
            data[0],
            values,
            message,
            binary=binary,
        )
        if verdict.violation is not None:
            self.middleware.record(verdict)
        if verdict.violation is not None and verdict.violation.refused:
            self._answer_fault(verdict.violation, sid, eio_sid, namespace, id, data)
            return
        try:
            if pkt is None:
                self._send_ack(eio_sid, namespace, id, values)
            else:
                self.server._send_packet(eio_sid, pkt)
        except (TypeError, ValueError, RecursionError):
            verdict = self.guard.unsendable(Checkpoint.SEND_ACK, namespace, data[0])
            self.middleware.record(verdict)
            if verdict.violation is not None:
                self._answer_fault(verdict.violation, sid, eio_sid, namespace, id, data)
            raise

    def _answer_fault(
        self,
        violation: Violation,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int,
        data: list[Any],
    ) -> None:
        """Answer in place of an ack that was refused."""
        error = violation_error(violation)
        answered, value = self.application.answer(error, namespace, sid, data[0], data[1:])
        otherwise = error.answer()
        self._answer(eio_sid, namespace, id, value if answered else otherwise, otherwise)

    def _answer(
        self, eio_sid: str, namespace: str, id: int, value: Any, otherwise: dict[str, Any]
    ) -> None:
        """Send what an error handler returned; something else where that cannot be sent."""
        try:
            self._send_ack(eio_sid, namespace, id, _ack_values(value))
        except (TypeError, ValueError, RecursionError):
            logger.exception("what the application's error handler returned cannot be sent")
            self._send_ack(eio_sid, namespace, id, [otherwise])


def _ack_values(value: Any) -> list[Any]:
    """A handler's return value as the values of an ack."""
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [value]
