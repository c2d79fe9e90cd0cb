"""Events in, and the acks that answer them."""

from __future__ import annotations

import logging
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import ContractViolation, violation_error
from asyncapi_guard.guard import RESERVED_EVENTS
from asyncapi_guard.integrations.deciding.desk import Seat, trouble
from asyncapi_guard.integrations.deciding.outcomes import Rejected, Unjudged
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.registered import dispatches_itself, never_runs
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.packets import (
    BinaryArguments,
    Junk,
    name_of_event,
    opened,
    strictly,
)
from asyncapi_guard.integrations.wire.strict_json import Malformed
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.wire.codec import Outbound
    from asyncapi_guard.violations import Violation

__all__ = ["Incoming"]


class Call:
    """An event on its way to its handler, and back as an ack.

    Attributes:
        sid: the client in the namespace.
        eio_sid: the client's connection.
        namespace: the Socket.IO namespace.
        id: the ack id; `None` where no ack was asked for.
        data: the event's name and its arguments; anything else where nothing is enforced.
        message: the message of the contract that matched.
        rule: what the event was judged by; `None` where the contract has no rule.
    """

    __slots__ = ("data", "eio_sid", "id", "message", "namespace", "rule", "sid")

    def __init__(  # an event, taken apart
        self,
        sid: str,
        eio_sid: str,
        namespace: str,
        id: int | None,
        data: Any,
        message: Message | None,
        rule: Rule | None,
    ) -> None:
        self.sid: str = sid
        self.eio_sid: str = eio_sid
        self.namespace: str = namespace
        self.id: int | None = id
        self.data: Any = data
        self.message: Message | None = message
        self.rule: Rule | None = rule

    @property
    def event(self) -> Any:
        """The event's name."""
        return name_of_event(self.data)

    @property
    def args(self) -> list[Any]:
        """The event's arguments."""
        return self.data[1:] if isinstance(self.data, list) else []


class Incoming(Seat):
    """In the place of `Server._handle_event`, and of what hands frames to it.

    Here real names are seen (a catch-all handler or a class namespace hides them later), and the
    ack id. It judges an event before a thread is spent on it, runs the handler, judges the ack, and
    answers whatever happens.
    """

    _message: Callable[..., Any]
    _event: Callable[..., Any]

    def handle_message(self, eio_sid: str, data: Any) -> None:
        """A frame came."""
        try:
            self._message(eio_sid, data)
        except Junk as junk:
            self._reject_junk(eio_sid, junk)
        except Exception as error:
            if not self.active or not self._is_about_the_frame(error):
                raise
            self._reject_junk(eio_sid, Junk("the frame is not one that a client sends", data))

    def _is_about_the_frame(self, error: Exception) -> bool:
        """Whether python-socketio's dispatcher raised itself, and not a handler beneath it."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        theirs = (self._message, self._event)
        codes = [getattr(getattr(f, "__func__", f), "__code__", None) for f in theirs]
        return trace is not None and trace.tb_frame.f_code in codes

    def _reject_junk(self, eio_sid: str, junk: Junk) -> None:
        """Answer and record a frame that reaches no handler, with or without the guard."""
        header = junk.header
        sid = self.server.manager.sid_from_eio_sid(eio_sid, header.namespace)
        if self.active and header.asks and header.id is not None and sid is not None:
            self.handle_event(eio_sid, header.namespace, header.id, Malformed(junk.reason))
            return
        if not self.active:
            self.middleware.log(logging.WARNING, "ignored a frame: %s", junk.reason)
            return
        verdict = self._malformed(Checkpoint.RECEIVE_EVENT, header.namespace, None, junk.reason)
        if verdict.violation is not None:
            self._record(verdict, eio_sid, sid)
        else:
            self.middleware.log(logging.WARNING, "ignored a frame: %s", junk.reason)

    def handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """An event came."""
        namespace = namespace or "/"
        manager = self.server.manager
        sid = manager.sid_from_eio_sid(eio_sid, namespace)
        if not self.active:
            self._pass(eio_sid, namespace, id, opened(data)[0])
            return
        if not manager.is_connected(sid, namespace):
            logger.debug("%s is not connected to %s", sid, printable(namespace))
            return
        rule = None
        try:
            if type(data) is list and data and type(data[0]) is str:
                rule = self.guard.rule_of_received(namespace, data[0])
            if rule is not None:
                verdict = self.middleware.judge_by(
                    rule, Checkpoint.RECEIVE_EVENT, namespace, data[1:]
                )
            else:
                data, verdict = self._judge_odd(namespace, data)
        except Exception as error:  # noqa: BLE001  # there is no guard: fail closed
            event = name_of_event(data)
            verdict = self.middleware.failed(Checkpoint.RECEIVE_EVENT, namespace, event, error)
        call = Call(sid, eio_sid, namespace, id, data, verdict.message, rule)
        if verdict.violation is None:
            self._dispatch(call)
        else:
            self._go_on(verdict, call)

    def _pass(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:
        """Leave an event to python-socketio, which looks for its name before anything else."""
        if isinstance(data, (list, str)) and data:
            self._event(eio_sid, namespace, id, data)
        else:
            logger.debug("an event without a name in %s", printable(namespace))

    def _judge_odd(self, namespace: str, data: Any) -> tuple[Any, Verdict]:
        """Judge what is no plain list with a name: the data to go on with, and the verdict."""
        strict = strictly(data, None)
        data, fault = opened(data)
        event = name_of_event(data)
        if isinstance(event, str) and event in RESERVED_EVENTS:
            fault = None  # its name is worse
        elif fault is None and not (isinstance(data, list) and data):
            fault = "an event is a list with a name"
        if fault is not None:
            return data, self._malformed(Checkpoint.RECEIVE_EVENT, namespace, event, fault)
        args = data if strict is None else strict
        return data, self.middleware.judge(
            Checkpoint.RECEIVE_EVENT,
            self.guard.receive_event,
            namespace,
            event,
            args[1:],
            binary=type(data) is BinaryArguments,
            read=True,
        )

    def _go_on(self, verdict: Verdict, call: Call) -> None:
        """Record a violation, and then hand the event to its handler or reject it.

        Whatever the application's hook raises: the client gets its answer first.
        """
        violation = verdict.violation
        try:
            violation = self._record(verdict, call.eio_sid, call.sid, call.args)
        finally:
            if violation is not None and violation.rejected:
                self._reject_event(violation, call)
            else:
                self._dispatch(call)

    def _dispatch(self, call: Call) -> None:
        """Hand an event to its handler."""
        if not isinstance(call.data, list) or not call.data:
            self._pass(call.eio_sid, call.namespace, call.id, call.data)
            return
        if isinstance(call.data[0], (list, dict)):
            # python-socketio looks for a handler by it, and fails.
            logger.debug("an event in %s whose name is not a text", printable(call.namespace))
            return
        self._log_received(call)
        if self.server.async_handlers:
            self.server.start_background_task(self._run, call)
        else:
            self._run(call)

    def _log_received(self, call: Call) -> None:
        """As python-socketio does; its logger may be of any kind, and fail in any way."""
        log = self.server.logger
        if isinstance(log, logging.Logger) and not log.isEnabledFor(logging.INFO):
            return
        try:
            names = printable(call.event), call.sid, printable(call.namespace)
            log.info("received event %s from %s [%s]", *names)
        except Exception:  # noqa: BLE001  # the event is worth more than a line about it
            self.middleware.log(logging.ERROR, "the logger of the server failed")

    def _reject_event(self, violation: Violation, call: Call) -> None:
        error, id = violation_error(violation), call.id
        if not self.application.has_say(call.namespace):
            self._tell(error, call.eio_sid, call.namespace, id)
            return

        def ask() -> None:
            answered, value = False, None
            try:
                answered, value = self.application.answer(
                    error, call.namespace, call.sid, violation.event, call.args
                )
            finally:
                # Whatever the error handler raised: the client hears of it.
                if not answered:
                    self._tell(error, call.eio_sid, call.namespace, id)
                elif id is not None:
                    self._answer(call.eio_sid, call.namespace, id, value, error.answer())

        if self.server.async_handlers:
            self.server.start_background_task(ask)
        else:
            ask()

    def _tell(self, error: ContractViolation, eio_sid: str, namespace: str, id: int | None) -> None:
        """Answer a rejection: as the ack, or as the event for those who asked for none."""
        if id is not None:
            self._send_ack(eio_sid, namespace, id, [error.answer()])
        elif self.middleware.reject_event is not None:
            self._send(
                eio_sid, packet.EVENT, namespace, [self.middleware.reject_event, error.answer()]
            )

    # -- handlers ----------------------------------------------------------------------------------

    def _run(self, call: Call) -> None:
        """Run the handler and answer, whatever happens."""
        try:
            value = self.server._trigger_event(
                call.data[0], call.namespace, call.sid, *call.data[1:]
            )
            if type(value) is CoroutineType and self._enforces(call):
                value.close()
                raise TypeError(never_runs(f"the handler of {printable(call.event)}"))  # noqa: TRY301
        except Rejected as rejected:
            self._go_on(rejected.verdict, call)
            return
        except BaseException as error:
            self._tell_of_fault(call, error)
            raise
        if call.id is not None:
            self._acknowledge(call, call.id, value)

    def _tell_of_fault(self, call: Call, error: BaseException) -> None:
        """Answer for a handler that did not return, or returned what nobody can look at."""
        if call.id is None or not self._adds_acks(call):
            return
        answer = trouble(Code.HANDLER, call.namespace, call.event)
        if isinstance(error, ContractViolation):
            answer = error.answer()
        self._send_ack(call.eio_sid, call.namespace, call.id, [answer])
        if not isinstance(error, Exception):
            # It may end the server, and the answer is only queued: let it go out first.
            self.server.sleep(0)

    def _adds_acks(self, call: Call) -> bool:
        """Whether the guard answers where a server without it would be silent."""
        return self.middleware.respond_unhandled is not False and self._enforces(call)

    def _enforces(self, call: Call) -> bool:
        mode = self.guard.mode_of(Checkpoint.RECEIVE_EVENT, call.namespace, call.event)
        return self.active and mode is Mode.ENFORCE

    def _acknowledge(self, call: Call, id: int, value: Any) -> None:
        """Answer with what a handler returned."""
        if (value is self.server.not_handled or self._lacks_a_method(call, value)) and (
            self._adds_acks(call)
        ):
            answer = trouble(Code.UNHANDLED, call.namespace, call.event)
            self._send_ack(call.eio_sid, call.namespace, id, [answer])
            return
        if value is self.server.not_handled:
            return
        if type(value) is Unjudged:
            if self._enforces(call):
                otherwise = trouble(Code.HANDLER, call.namespace, call.event)
                self._answer(call.eio_sid, call.namespace, id, value.value, otherwise)
            else:
                self._send_ack(call.eio_sid, call.namespace, id, _ack_values(value.value))
            return
        try:
            values = _ack_values(value)
            if not self.active:
                self._send_ack(call.eio_sid, call.namespace, id, values)
                return
            verdict, outbound = self._judge_ack(call, values)
        except BaseException as error:
            self._tell_of_fault(call, error)
            raise
        if verdict.violation is None:
            self._send_ack(call.eio_sid, call.namespace, id, self._ready(values, outbound))
            return
        violation = verdict.violation
        try:
            violation = self._record(verdict, call.eio_sid, call.sid, call.args) or violation
        finally:
            if violation.rejected:
                self._answer_fault(violation, call, id)
            else:
                ready = self._ready(values, outbound)
                self._send_ack(call.eio_sid, call.namespace, id, ready)
        rejection = violation_error(violation)
        if violation.rejected and isinstance(rejection, TypeError):
            raise rejection  # as without the guard: the handler's author should see where

    def _lacks_a_method(self, call: Call, value: Any) -> bool:
        """Whether `None` came from a class namespace that has no method for the event."""
        if value is not None or not isinstance(call.event, str):
            return False
        handler, _ = self.server._get_event_handler(call.event, call.namespace, ())
        if handler is not None:
            return False
        found, _ = self.server._get_namespace_handler(call.namespace, ())
        if found is None or dispatches_itself(found):
            return False
        return not hasattr(found, f"on_{call.event}")

    def _judge_ack(self, call: Call, values: list[Any]) -> tuple[Verdict, Outbound | None]:
        """As `_judge_out`, by the rule that the event was judged by, whatever came since."""
        rule = None if call.rule is None else call.rule.ack_of(call.message)
        if rule is not None and rule.sending is not Mode.OFF:
            return self._judge_by(rule, Checkpoint.SEND_ACK, call.namespace, values, call.message)
        return self._judge_out(
            Checkpoint.SEND_ACK, call.namespace, call.event, values, call.message
        )

    def _answer_fault(self, violation: Violation, call: Call, id: int) -> None:
        """Answer in place of an ack that was rejected."""
        error = violation_error(violation)
        answered, value, otherwise = False, None, error.answer()
        try:
            answered, value = self.application.answer(
                error, call.namespace, call.sid, call.event, call.args
            )
        finally:
            given = value if answered else otherwise
            self._answer(call.eio_sid, call.namespace, id, given, otherwise)

    def _answer(
        self, eio_sid: str, namespace: str, id: int, value: Any, otherwise: dict[str, Any]
    ) -> None:
        """Send what an error handler returned; something else where that cannot be sent."""
        values = _ack_values(value)
        try:
            outbound = self.codec.encode(values)
        except Unsendable:
            self.middleware.log(
                logging.ERROR, "what the application's error handler returned cannot be sent"
            )
            self._send_ack(eio_sid, namespace, id, [otherwise])
        else:
            self._send_ack(eio_sid, namespace, id, self._ready(values, outbound))


def _ack_values(value: Any) -> list[Any]:
    """A handler's return value as the values of an ack."""
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [value]
