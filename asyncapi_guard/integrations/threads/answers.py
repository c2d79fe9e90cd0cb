"""Events that came: handed to their handlers, and answered whatever happens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.deciding.calls import ASKING, Rejected, Unjudged, handled
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.recording.redacting import mark, quiet
from asyncapi_guard.integrations.threads.adapter import Decides, Guarded
from asyncapi_guard.integrations.threads.calling import (
    is_pending,
    let_out,
    never_awaited,
    start,
)
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.violations import Violation

__all__ = ["Answers"]


class Answers(Guarded[Decides]):
    """Runs the handler of an event that was judged, has the ack judged, and answers."""

    #: What python-socketio returns in place of a handler that is not there.
    _not_handled: Any
    _message: Callable[..., Any]
    _event: Callable[..., Any]

    # -- what a server and a client do in their own ways -------------------------------------------

    @property
    def _apart(self) -> bool:
        """Whether each event needs a thread or a task of its own."""
        raise NotImplementedError

    def _handle(self, call: Call) -> Any:
        """Call the handler of an event."""
        raise NotImplementedError

    def _lacks_handler(self, call: Call) -> bool:
        """Whether an event has no handler, although something was returned."""
        raise NotImplementedError

    def _pass(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:
        """Leave an event to python-socketio."""
        raise NotImplementedError

    # -- events ------------------------------------------------------------------------------------

    def _is_about_the_frame(self, error: Exception) -> bool:
        """Whether python-socketio's dispatcher raised itself, and not a handler beneath it."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        theirs = (self._message, self._event)
        codes = [getattr(getattr(f, "__func__", f), "__code__", None) for f in theirs]
        return trace is not None and trace.tb_frame.f_code in codes

    def _go_on(self, call: Call, verdict: Verdict) -> None:
        """Record a violation, and then hand the event to its handler or reject it.

        Whatever the application's hook raises: the client gets its answer first.
        """
        violation = verdict.violation
        try:
            violation = self._record(verdict, call.eio_sid, call.sid, call.args)
        finally:
            if violation is not None and violation.rejected:
                self._reject(call, violation)
            else:
                self._dispatch(call)

    def _dispatch(self, call: Call) -> None:
        """Hand an event to its handler."""
        if call.unusual is not None:
            self._pass(call.eio_sid, call.namespace, call.id, call.unusual[0])
            return
        if isinstance(call.event, (list, dict)):
            # python-socketio looks for a handler by it, and fails.
            logger.debug("the name of an event in %s is not a string", printable(call.namespace))
            return
        log = self.target.logger
        if not isinstance(log, logging.Logger) or log.isEnabledFor(logging.INFO):
            self._log_received(log, call)
        if call.timeout is not None and call.deadline is None:
            call.deadline = self.clock.set(call.timeout, self._answer_overdue, call)
        if not self._apart:
            self._run(call)
        elif not call.counted:
            start(self.target, self._run, call)
        else:
            self._start_counted(call)

    def _start_counted(self, call: Call) -> None:
        """Run a handler that counts among those of its client, until it is done."""
        self.decide.begin_handler(call)
        try:
            start(self.target, self._run_counted, call)
        except BaseException:
            self.decide.end_handler(call)
            raise

    def _run_counted(self, call: Call) -> None:
        try:
            self._run(call)
        finally:
            self.decide.end_handler(call)

    def _log_received(self, log: Any, call: Call) -> None:
        """As python-socketio does; its logger may be of any kind, and fail in any way."""
        try:
            names = printable(call.event), call.sid, printable(call.namespace)
            log.info("received event %s from %s [%s]", *names)
        except Exception:  # noqa: BLE001  # the event is worth more than a line about it
            self.recorder.log(logging.ERROR, "the logger of the server failed")

    def _reject(self, call: Call, violation: Violation) -> None:
        """Answer an event that is rejected; the application may have an answer of its own."""
        error = violation_error(violation)
        if not self.application.has_say(call.namespace):
            self._send(call.eio_sid, self.decide.told(call, error))
            self._answered(violation)
        elif self._apart:
            start(self.target, self._ask, call, error)
        else:
            self._ask(call, error)

    def _ask(self, call: Call, error: ContractViolation) -> None:
        """Answer with what the application's error handler says of a rejection."""
        answered, value = False, None
        try:
            answered, value = self.application.answer(
                error, call.namespace, call.sid, error.violation.event, call.args
            )
        finally:
            # Whatever the error handler raised: the client hears of it.
            if answered:
                self._send(call.eio_sid, self.decide.answered(call, value, error.answer()))
            else:
                self._send(call.eio_sid, self.decide.told(call, error))
            self._answered(error.violation)

    # -- handlers ----------------------------------------------------------------------------------

    def _run(self, call: Call) -> None:  # noqa: C901, PLR0912  # a frame less for each event
        """Run the handler and answer, whatever happens."""
        late, asking = False, call.session is not None or ASKING in self.target.__dict__
        if asking:
            handled.set(call)
        try:
            try:
                if call.renewal is not None:
                    self.renew(call)
                value = self._handle(call)
            finally:
                if asking:
                    handled.set(None)
                    call.session = None  # whatever the handler has started sees who it is now
                late = call.deadline is not None and self._is_too_late(call)
            if is_pending(value):
                self._reject_pending(call, value)
        except Rejected as rejected:
            if late:
                self._record(rejected.verdict, call.eio_sid, call.sid, call.args)
            else:
                self._go_on(call, rejected.verdict)
            return
        except BaseException as error:
            mark(error, self._shown_by(call.eio_sid))
            answered, value = False, None
            try:
                answered, value = self._ask_about(call, error)
            finally:
                if not answered and not late:
                    self._tell_of_fault(call, error)
            if not answered:
                quiet(error)
                raise
            value = Unjudged(value)
        if call.id is not None and not late:
            self._acknowledge(call, value)

    def _is_too_late(self, call: Call) -> bool:
        """Whether a handler is done after its client was answered, or was to be."""
        return not call.deadline.met() and self.decide.drops_late_answer(call)

    def _answer_overdue(self, call: Call) -> None:
        """Answer in place of a handler that did not do so in time."""
        self._acknowledge_violation(call, None, self.decide.overdue(call))

    def _reject_pending(self, call: Call, value: Any) -> None:
        """Reject what nobody awaits.

        Raises:
            TypeError: the handler returned it, and the event is enforced.
        """
        if self.decide.enforces(call):
            raise never_awaited(value, f"the handler of {printable(call.event)}")

    def _ask_about(self, call: Call, error: BaseException) -> tuple[bool, Any]:
        """Give what a handler raised to the error handler: whether it answered, and what."""
        if not isinstance(error, Exception) or not self.decide.active:
            return False, None
        return self.application.raised(error, call.event, call.sid)

    def _tell_of_fault(self, call: Call, error: BaseException) -> None:
        """Answer for a handler that did not return, or returned what nobody can look at."""
        packet = self.decide.fault(call, error)
        self._send(call.eio_sid, packet)
        if packet is not None and not isinstance(error, (Exception, GeneratorExit)):
            # It may end the server, and the answer is only queued: let it go out first.
            let_out(self.target)

    def _acknowledge(self, call: Call, value: Any) -> None:
        """Answer with what a handler returned."""
        not_handled = value is self._not_handled
        if call.renewal is not None and call.renewal.renewed:
            value = None if not_handled else value  # the guard has done what the event is for
        elif not_handled or (value is None and self._lacks_handler(call)):
            packet = self.decide.unhandled(call)
            if packet is not None or not_handled:
                self._send(call.eio_sid, packet)
                return
        try:
            packet, verdict = self.decide.ack(call, value)
        except BaseException as error:
            self._tell_of_fault(call, error)
            raise
        if verdict.violation is not None:
            self._acknowledge_violation(call, packet, verdict)
        elif packet is not None and not self._takes(call.eio_sid, packet):
            self._hand_over(call.eio_sid, packet)  # without another coroutine for each ack

    def _acknowledge_violation(self, call: Call, packet: Any, verdict: Verdict) -> None:
        """Record an ack that breaks the contract, and answer with it or in its place."""
        violation = verdict.violation
        try:
            violation = self._record(verdict, call.eio_sid, call.sid, call.args) or violation
        finally:
            if violation is not None and violation.rejected:
                self._answer_for_handler(call, violation_error(violation))
            else:
                self._send(call.eio_sid, packet)
        if violation is not None and violation.rejected:
            rejection = violation_error(violation)
            if isinstance(rejection, TypeError):
                raise rejection  # as without the guard: the handler's author should see where

    def _answer_for_handler(self, call: Call, error: ContractViolation) -> None:
        """Answer in place of an ack that was rejected."""
        answered, value = False, None
        try:
            answered, value = self.application.answer(
                error, call.namespace, call.sid, call.event, call.args
            )
        finally:
            given = value if answered else error.answer()
            self._send(call.eio_sid, self.decide.answered(call, given, error.answer()))
