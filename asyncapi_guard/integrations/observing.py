"""Looks at what an adapter does: events that are judged, handlers that run, events that are sent.

It replaces methods of the instances that are looked at. So adapters know nothing of it, and events
of others take no step more.
"""

from __future__ import annotations

import inspect
import logging
from contextlib import ExitStack
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["EventObserver", "TimeObserver", "observe_events", "observe_times"]


class TimeObserver(Protocol):
    """What wants to know how long things take."""

    def judged(self, namespace: str, event: Any, verdict: Verdict, seconds: float) -> None:
        """An event that came was judged."""
        ...

    def handled(self, namespace: str, event: Any, expected: bool, seconds: float) -> None:  # noqa: FBT001  # each event's
        """A handler is done, whichever way it ended."""
        ...


class EventObserver(Protocol):
    """What wants to know what becomes of events."""

    def rejected(self, adapter: Any, call: Any, verdict: Verdict) -> None:
        """An event that came was rejected."""
        ...

    def running(self, adapter: Any, call: Any, *, reported: bool) -> Any:
        """A context around the handler of an event and its answer."""
        ...

    def acknowledged(self, verdict: Verdict) -> None:
        """An ack was judged, within that context."""
        ...

    def sent(self, namespace: str, event: Any, verdict: Verdict) -> None:
        """An event that is sent was judged."""
        ...


def observe_times(adapter: Any, make: Callable[[Guarding], TimeObserver]) -> None:
    """Measure how long an adapter's events take.

    Args:
        adapter: what was put on a server or a client.
        make: makes what wants to know, for the guard of the adapter.
    """
    decide = getattr(adapter, "decide", None)
    if decide is None or not hasattr(adapter, "_handle"):
        return
    observer = make(decide.guarding)
    judge, handle = decide.event, adapter._handle
    told_of = _safely(observer.judged)
    told_of_handler = _safely(observer.handled)

    def event(eio_sid: str, sid: str, namespace: str, id: int | None, data: Any) -> Any:
        began = perf_counter()
        judged = judge(eio_sid, sid, namespace, id, data)
        seconds = perf_counter() - began
        told_of(namespace, judged[0].event, judged[1], seconds)
        return judged

    decide.event = event
    if inspect.iscoroutinefunction(handle):

        async def handled_later(call: Any) -> Any:
            began = perf_counter()
            try:
                return await handle(call)
            finally:
                seconds = perf_counter() - began
                told_of_handler(call.namespace, call.event, call.expected is not None, seconds)

        adapter._handle = handled_later
        return

    def handled(call: Any) -> Any:
        began = perf_counter()
        try:
            return handle(call)
        finally:
            seconds = perf_counter() - began
            told_of_handler(call.namespace, call.event, call.expected is not None, seconds)

    adapter._handle = handled


#: How many calls are remembered whose events were reported, until their handlers run.
_MOST = 1_000


def observe_events(adapter: Any, make: Callable[[Guarding], EventObserver]) -> None:
    """Tell what becomes of an adapter's events; arguments as for `observe_times`."""
    decide = getattr(adapter, "decide", None)
    if decide is None or not hasattr(adapter, "_run"):
        return
    judge, run, acknowledge, emitted = decide.event, adapter._run, decide.ack, decide.emitted
    observer = make(decide.guarding)
    rejected, sent = _safely(observer.rejected), _safely(observer.sent)
    acknowledged = _safely(observer.acknowledged)
    reported: dict[int, Any] = {}

    def event(eio_sid: str, sid: str, namespace: str, id: int | None, data: Any) -> Any:
        judged = judge(eio_sid, sid, namespace, id, data)
        call, verdict = judged
        violation = verdict.violation
        if violation is not None:
            if violation.rejected:
                rejected(adapter, call, verdict)
            elif _has_handler(call) and len(reported) < _MOST:
                reported[_key(call)] = call
        return judged

    def context(call: Any) -> Any:
        return observer.running(adapter, call, reported=reported.pop(_key(call), None) is not None)

    def ack(call: Any, value: Any) -> Any:
        judged = acknowledge(call, value)
        acknowledged(judged[1])
        return judged

    def emit(namespace: str, name: Any, data: Any, callback: object) -> Any:
        judged = emitted(namespace, name, data, callback)
        sent(namespace, name, judged[0])
        return judged

    decide.event, decide.ack, decide.emitted = event, ack, emit
    adapter._run = _within(run, context)


def _has_handler(call: Any) -> bool:
    """Whether an event goes to a handler, and not to python-socketio as it came."""
    return call.unusual is None and isinstance(call.event, str)


def _safely(function: Callable[..., None]) -> Callable[..., None]:
    """A function whose faults cost traffic nothing."""

    def call(*args: Any) -> None:
        try:
            function(*args)
        except Exception as error:  # noqa: BLE001  # a client waits for its answer
            write(logging.ERROR, "a measurement failed: %s", type(error).__name__)

    return call


def _key(call: Any) -> int:
    return id(call)


def _within(run: Callable[..., Any], context: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function that runs within a context; without it, where it cannot be entered."""
    enter = _safely(lambda stack, call: stack.enter_context(context(call)))
    if inspect.iscoroutinefunction(run):

        async def run_later(call: Any) -> None:
            with ExitStack() as stack:
                enter(stack, call)
                await run(call)

        return run_later

    def run_now(call: Any) -> None:
        with ExitStack() as stack:
            enter(stack, call)
            run(call)

    return run_now
