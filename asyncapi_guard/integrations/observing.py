"""Looks at what an adapter does: connects, events that are judged, handlers, events that are sent.

It replaces methods of the instances that are looked at. So adapters know nothing of it, and events
of others take no step more.
"""

from __future__ import annotations

import inspect
import logging
from contextvars import ContextVar
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.errors import ContractViolation
from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.violations import Violation

__all__ = [
    "ConnectObserver",
    "Entry",
    "EventObserver",
    "TimeObserver",
    "observe_connects",
    "observe_events",
    "observe_times",
]


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

    def begin(self, adapter: Any, call: Any, reported: bool) -> Any:  # noqa: FBT001  # each event's
        """The handler of an event is about to run; what this returns is given to `end`."""
        ...

    def end(self, begun: Any, error: BaseException | None) -> None:
        """It is done, and its event is answered; in the context in which it began."""
        ...

    def acknowledged(self, verdict: Verdict) -> None:
        """An ack was judged, between the two."""
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
    acknowledged, end = _safely(observer.acknowledged), _safely(observer.end)
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

    def begin(call: Any) -> Any:
        was_reported = bool(reported) and reported.pop(_key(call), None) is not None
        return observer.begin(adapter, call, was_reported)

    def ack(call: Any, value: Any) -> Any:
        judged = acknowledge(call, value)
        acknowledged(judged[1])
        return judged

    def emit(namespace: str, name: Any, data: Any, callback: object) -> Any:
        judged = emitted(namespace, name, data, callback)
        sent(namespace, name, judged[0])
        return judged

    decide.event, decide.ack, decide.emitted = event, ack, emit
    adapter._run = _between(run, _safely(begin), end)


def _has_handler(call: Any) -> bool:
    """Whether an event goes to a handler, and not to python-socketio as it came."""
    return call.unusual is None and isinstance(call.event, str)


def _safely(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose faults cost traffic nothing."""

    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:  # noqa: BLE001  # a client waits for its answer
            write(logging.ERROR, "a measurement failed: %s", type(error).__name__)
            return None

    return call


def _key(call: Any) -> int:
    return id(call)


def _between(
    run: Callable[..., Any], begin: Callable[..., Any], end: Callable[..., Any]
) -> Callable[..., Any]:
    """A function that runs between two others; the last one gets what it raised."""
    if inspect.iscoroutinefunction(run):

        async def run_later(*args: Any) -> Any:
            begun = begin(*args)
            try:
                value = await run(*args)
            except BaseException as error:
                end(begun, error)
                raise
            end(begun, None)
            return value

        return run_later

    def run_now(*args: Any) -> Any:
        begun = begin(*args)
        try:
            value = run(*args)
        except BaseException as error:
            end(begun, error)
            raise
        end(begun, None)
        return value

    return run_now


# -- connects --------------------------------------------------------------------------------------


class Entry:
    """A client that wants to enter a namespace.

    Attributes:
        violation: how its connect broke the contract, if it did.
        error: what the connect handler raised, as far as python-socketio does not take it for an
            answer.
        outcome: `accepted`, `rejected` or `reported`; `gone` for a client that did not wait.
    """

    def __init__(self) -> None:
        self.violation: Violation | None = None
        self.error: BaseException | None = None
        self.outcome: str = "accepted"

    def settle(self, server: Any, eio_sid: str, namespace: str) -> None:
        """See what became of it."""
        if self.error is not None or (self.violation is not None and self.violation.rejected):
            self.outcome = "rejected"
        elif server.manager.sid_from_eio_sid(eio_sid, namespace) is not None:
            self.outcome = "accepted" if self.violation is None else "reported"
        else:
            self.outcome = "rejected" if eio_sid in server.environ else "gone"


class ConnectObserver(Protocol):
    """What wants to know who enters."""

    def entering(self, adapter: Any, eio_sid: str, namespace: str) -> Any:
        """A client wants to enter a namespace; what this returns is given to `entered`."""
        ...

    def entered(self, begun: Any, entry: Entry) -> None:
        """It has entered, or may not; in the context in which it began."""
        ...


#: The clients that are about to enter, one for each observer.
_entries: ContextVar[tuple[Entry, ...]] = ContextVar("asyncapi_guard_entries", default=())


def observe_connects(adapter: Any, make: Callable[[Guarding], ConnectObserver]) -> None:
    """Tell what becomes of clients that want to enter; arguments as for `observe_times`."""
    decide, server = getattr(adapter, "decide", None), getattr(adapter, "server", None)
    if decide is None or server is None or not hasattr(adapter, "_handle_connect"):
        return
    observer = make(decide.guarding)
    enter, leave, settle = _safely(observer.entering), _safely(observer.entered), _safely(_settle)
    connecting, admitted, end_connect = decide.connecting, decide.admitted, adapter._end_connect

    def begin(eio_sid: str, namespace: str, *_: Any) -> Any:
        entry = Entry()
        token = _entries.set((*_entries.get(), entry))
        return entry, token, enter(adapter, eio_sid, namespace), (eio_sid, namespace)

    def end(begun: Any, error: BaseException | None) -> None:
        entry, token, entered, client = begun
        _entries.reset(token)
        entry.error = entry.error or error
        settle(entry, server, *client)
        leave(entered, entry)

    def judged(*args: Any) -> Any:
        found = connecting(*args)
        _note(found[0].violation)
        return found

    def known(admission: Any) -> Any:
        found = admitted(admission)
        _note(found[0].violation)
        return found

    decide.connecting, decide.admitted = judged, known
    adapter._end_connect = _between(end_connect, _note_error, lambda _begun, _error: None)
    adapter._handle_connect = _between(adapter._handle_connect, begin, end)


def _settle(entry: Entry, server: Any, eio_sid: str, namespace: str) -> None:
    entry.settle(server, eio_sid, namespace)


def _note(violation: Violation | None) -> None:
    if violation is not None:
        for entry in _entries.get():
            entry.violation = violation


def _note_error(_eio_sid: str, _namespace: str, error: BaseException) -> None:
    if isinstance(error, ContractViolation):
        _note(error.violation)
        return
    for entry in _entries.get():
        entry.error = error
