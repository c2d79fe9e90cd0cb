"""Spans of OpenTelemetry: one for each connect, each event that comes, and each that is sent.

Each connect and each event begins a trace, with a link to that of the request with which the client
connected: a connection lasts for hours, and a trace of all its events would help nobody. What a
handler does, and what it sends, is within its span.

All that can be known when a span starts is made once for each name. So of a span that is not
sampled, little more is left than what the SDK takes to say so. That is still more than the guard
takes for an event; so a share can be chosen here, before the SDK is asked.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from random import random
from typing import TYPE_CHECKING, Any, TypeAlias

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from asyncapi_guard.integrations.recording.statistics import UNDECLARED
from asyncapi_guard.metrics.labels import Names

if TYPE_CHECKING:
    from contextvars import Token

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.observing import Entry
    from asyncapi_guard.violations import Violation

__all__ = ["PREFIX", "Spans", "attributes_of"]

PREFIX = "asyncapi_guard."
_PROPAGATOR = TraceContextTextMapPropagator()
#: That of a span which begins a trace.
_ROOT = Context()
#: How many names are remembered.
_MOST = 10_000
_CONNECT, _PROCESS, _SEND = "connect", "process", "send"
#: In the place of a span that is not made.
_SKIPPED: Any = trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)
#: The span of the event that is being handled; `None` for no event.
_current: ContextVar[Any] = ContextVar("asyncapi_guard_span", default=None)


def attributes_of(operation: str, address: str, event: str) -> dict[str, Any]:
    """The attributes of an event, by the conventions for messaging.

    Args:
        operation: what is done with it.
        address: its namespace, as the document has it.
        event: its name in the document, or `UNDECLARED`.
    """
    return {
        "messaging.system": "socketio",
        "messaging.operation.name": operation,
        **({} if operation == _CONNECT else {"messaging.operation.type": operation}),
        "messaging.destination.name": address,
        f"{PREFIX}namespace": address,
        f"{PREFIX}event": event,
    }


class Spans:
    """Makes the spans of an adapter.

    Args:
        tracer: of OpenTelemetry's API.
        share: of how many of the traces spans are made, from 0 to 1; the SDK's sampler decides
            about these.
        guarding: what the adapter's guard has in force.
    """

    def __init__(self, tracer: Any, share: float, guarding: Guarding) -> None:
        self._start = tracer.start_span
        self._share = share
        self._guarding = guarding
        self._names = Names()
        self._contract: Contract | None = None
        self._known: dict[tuple[str, str, str, str], tuple[str, dict[str, Any]]] = {}

    # -- events ------------------------------------------------------------------------------------

    def rejected(self, adapter: Any, call: Any, verdict: Verdict) -> None:
        """An event was rejected."""
        if not self._chosen():
            return
        name = call.event if verdict.declared else UNDECLARED
        span = self._process(adapter, call, name, "rejected")
        _fail(span, verdict.violation)
        span.end()

    def begin(self, adapter: Any, call: Any, reported: bool) -> Any:  # noqa: FBT001  # each event's
        """A handler runs, and its event is answered."""
        if not self._chosen():
            return _SKIPPED, None, _current.set(_SKIPPED)
        name = UNDECLARED if call.expected is None else call.event
        return _entered(self._process(adapter, call, name, "reported" if reported else "accepted"))

    def end(self, begun: Any, error: BaseException | None) -> None:
        """It is done."""
        if begun is not None:
            _left(begun, error)

    def acknowledged(self, verdict: Verdict) -> None:
        """An ack was judged, in the context of its event."""
        span = _current.get()
        if span is not None and span.is_recording():
            span.set_attribute(f"{PREFIX}ack.outcome", _outcome(verdict.violation))
            _fail(span, verdict.violation)

    def sent(self, namespace: str, event: Any, verdict: Verdict) -> None:
        """An event that is sent was judged."""
        within = _current.get()
        if within is _SKIPPED or (within is None and not self._chosen()):
            return
        violation = verdict.violation
        declared = event if verdict.declared else UNDECLARED
        name, attributes = self._named(_SEND, namespace, declared, _outcome(violation))
        span = self._start(name, kind=SpanKind.PRODUCER, attributes=attributes)
        _fail(span, violation)
        span.end()

    # -- connects ----------------------------------------------------------------------------------

    def entering(self, adapter: Any, eio_sid: str, namespace: str) -> Any:
        """A client wants to enter a namespace."""
        if not self._chosen():
            return _SKIPPED, None, _current.set(_SKIPPED)
        name, attributes = self._named(_CONNECT, namespace, _CONNECT, "")
        links = [*_links(adapter, eio_sid)]
        around = trace.get_current_span().get_span_context()
        if around.is_valid and all(around.trace_id != each.context.trace_id for each in links):
            links.append(Link(around))  # the HTTP request that brought the packet, if it is traced
        kind = SpanKind.SERVER
        return _entered(self._start(name, _ROOT, kind, attributes=attributes, links=links))

    def entered(self, begun: Any, entry: Entry) -> None:
        """It has entered, or may not."""
        if begun is None:
            return
        span = begun[0]
        span.set_attribute(f"{PREFIX}outcome", entry.outcome)
        violation = entry.violation
        _fail(span, violation)
        rejected = violation is not None and violation.rejected
        if entry.outcome == "rejected" and entry.error is None and not rejected:
            _fail_with(span, "connection_refused")  # the connect handler has, or python-socketio
        _left(begun, None if rejected else entry.error)

    # -- both --------------------------------------------------------------------------------------

    def _chosen(self) -> bool:
        """Whether another trace has spans."""
        return self._share >= 1 or random() < self._share  # noqa: S311  # no secret

    def _process(self, adapter: Any, call: Any, event: str, outcome: str) -> Any:
        name, attributes = self._named(_PROCESS, call.namespace, event, outcome)
        links = _links(adapter, call.eio_sid)
        return self._start(name, _ROOT, SpanKind.CONSUMER, attributes, links)

    def _named(
        self, operation: str, namespace: str, event: str, outcome: str
    ) -> tuple[str, dict[str, Any]]:
        """The name of a span, and the attributes with which it starts."""
        contract = self._guarding.in_force.contract
        if contract is not self._contract:
            self._names.follow(contract)
            self._known, self._contract = {}, contract
        key = operation, namespace, event, outcome
        found = self._known.get(key)
        if found is None:
            address = self._names.namespace(namespace)
            attributes = attributes_of(operation, address, event)
            if outcome:
                attributes[f"{PREFIX}outcome"] = outcome
            ending = "" if operation == _CONNECT else f" {event}"
            found = f"{operation} {address}{ending}", attributes
            if UNDECLARED not in (event, address) and len(self._known) < _MOST:
                self._known[key] = found
        return found


#: A span, what makes the one before the current one again, and the same for the guard's own.
_Begun: TypeAlias = "tuple[Any, Any, Token[Any]]"


def _entered(span: Any) -> _Begun:
    """Make a span the current one."""
    return span, context.attach(trace.set_span_in_context(span)), _current.set(span)


def _left(begun: _Begun, error: BaseException | None) -> None:
    """End a span that was the current one."""
    span, token, own = begun
    _current.reset(own)
    if span is _SKIPPED:
        return
    context.detach(token)
    if error is not None and span.is_recording():
        # Without its text: that may quote what a client sent.
        _fail_with(span, type(error).__qualname__)
    span.end()


def _outcome(violation: Violation | None) -> str:
    if violation is None:
        return "accepted"
    return "rejected" if violation.rejected else "reported"


def _fail(span: Any, violation: Violation | None) -> None:
    if violation is not None and violation.rejected:
        _fail_with(span, violation.code.value)


def _fail_with(span: Any, error_type: str) -> None:
    span.set_attribute("error.type", error_type)
    span.set_status(StatusCode.ERROR)


def _links(adapter: Any, eio_sid: str) -> tuple[Link, ...]:
    """A link to the trace of the request with which a client connected."""
    server = getattr(adapter, "server", None)
    environ: Any = None if server is None else server.environ.get(eio_sid)
    parent = environ.get("HTTP_TRACEPARENT") if environ else None
    if not isinstance(parent, str):
        return ()
    state = environ.get("HTTP_TRACESTATE")
    return _linked(parent, state if isinstance(state, str) else "")


@lru_cache(maxsize=1_024)
def _linked(parent: str, state: str) -> tuple[Link, ...]:
    carrier = {"traceparent": parent, "tracestate": state}
    found = trace.get_current_span(_PROPAGATOR.extract(carrier, _ROOT)).get_span_context()
    return (Link(found),) if found.is_valid else ()
