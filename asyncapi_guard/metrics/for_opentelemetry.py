"""A guard's counters, times and spans, for OpenTelemetry."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.metrics import Observation
from opentelemetry.trace import Link, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from asyncapi_guard.integrations.observing import observe_events, observe_times
from asyncapi_guard.integrations.recording.statistics import UNDECLARED
from asyncapi_guard.metrics.batches import Batches
from asyncapi_guard.metrics.labels import LABELS, Names, counted
from asyncapi_guard.metrics.named_times import HANDLING, JUDGING, NamedTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.violations import Violation

__all__ = ["export"]

_SCOPE = "asyncapi_guard"
_PREFIX = "asyncapi_guard."
_PROPAGATOR = TraceContextTextMapPropagator()
#: In seconds, as for Prometheus.
_JUDGING = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 1e-1)
#: As the conventions have them.
_HANDLING = (5e-3, 1e-2, 2.5e-2, 5e-2, 7.5e-2, 1e-1, 2.5e-1, 5e-1, 7.5e-1, 1.0, 2.5, 5.0, 7.5, 10.0)


def export(
    guard: AsyncAPIGuard,
    tracer_provider: Any,
    meter_provider: Any,
    *,
    spans: bool,
    histograms: bool,
) -> None:
    """Have what a guard does in OpenTelemetry; see `opentelemetry`."""
    meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)

    times = _Times(meter) if histograms else None

    def observe(_options: object) -> Iterable[Observation]:
        if times is not None:
            times.record()  # while somebody collects, just before histograms are read
        for labels, number in counted(guard).items():
            named = {_PREFIX + name: label for name, label in zip(LABELS, labels, strict=True)}
            yield Observation(number, named)

    meter.create_observable_counter(
        f"{_PREFIX}messages",
        callbacks=[observe],
        unit="{message}",
        description="Messages that the guard validated, by what was done.",
    )
    if times is not None:
        named = partial(NamedTimes, times.observe)
        guard.observe_adapters(lambda adapter: observe_times(adapter, named))
    if spans:
        events = partial(_Spans, trace.get_tracer(_SCOPE, tracer_provider=tracer_provider))
        guard.observe_adapters(lambda adapter: observe_events(adapter, events))


class _Times:
    """The histograms: of judging, and of handlers."""

    def __init__(self, meter: Any) -> None:
        judging = meter.create_histogram(
            f"{_PREFIX}judging.duration",
            unit="s",
            description="How long the guard took to validate events that came.",
            explicit_bucket_boundaries_advisory=_JUDGING,
        )
        handling = meter.create_histogram(
            "messaging.process.duration",
            unit="s",
            description="How long the handlers of events took.",
            explicit_bucket_boundaries_advisory=_HANDLING,
        )
        self._batches = {JUDGING: Batches(judging), HANDLING: Batches(handling)}

    def observe(self, kind: str, namespace: str, event: str) -> Callable[[float], None]:
        """What takes the times of an event."""
        return self._batches[kind].of(_attributes("process", namespace, event))

    def record(self) -> None:
        """Hand over what has gathered."""
        for batches in self._batches.values():
            batches.record()


def _attributes(operation: str, address: str, event: str) -> dict[str, Any]:
    """Those of an event, by the conventions for messaging."""
    return {
        "messaging.system": "socketio",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": address,
        f"{_PREFIX}namespace": address,
        f"{_PREFIX}event": event,
    }


class _Attributes:
    """The attributes of events, by the conventions for messaging.

    Their values are the document's; what it does not have is one value.
    """

    def __init__(self, guarding: Guarding) -> None:
        self._guarding = guarding
        self._names = Names()
        self._known: dict[tuple[str, str, str], dict[str, Any]] = {}

    def of(self, operation: str, namespace: str, event: str) -> dict[str, Any]:
        """Those of a declared event, or of `UNDECLARED`."""
        key = operation, namespace, event
        found = self._known.get(key)
        if found is None:
            self._names.follow(self._guarding.in_force.contract)
            found = _attributes(operation, self._names.namespace(namespace), event)
            if event != UNDECLARED and len(self._known) < 10_000:
                self._known[key] = found
        return found


class _Spans:
    """Makes a span for each event.

    Each event that comes begins a trace, with a link to that of the handshake: a connection lasts
    for hours, and a trace of all its events would help nobody. What a handler does, and what it
    sends, is within its span.
    """

    def __init__(self, tracer: Any, guarding: Guarding) -> None:
        self._tracer = tracer
        self._attributes = _Attributes(guarding)

    def rejected(self, adapter: Any, call: Any, verdict: Verdict) -> None:
        """An event was rejected."""
        violation = verdict.violation
        name = call.event if verdict.declared else UNDECLARED
        span = self._started(adapter, call, name)
        _fail(span, violation)
        span.set_attribute(f"{_PREFIX}outcome", "rejected")
        span.end()

    def _started(self, adapter: Any, call: Any, event: str) -> Any:
        attributes = self._attributes.of("process", call.namespace, event)
        return self._tracer.start_span(
            f"process {attributes['messaging.destination.name']} {event}",
            context=Context(),
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=_links(adapter, call.eio_sid),
        )

    @contextmanager
    def running(self, adapter: Any, call: Any, *, reported: bool) -> Iterator[None]:
        """A handler runs, and its event is answered."""
        span = self._started(adapter, call, UNDECLARED if call.expected is None else call.event)
        span.set_attribute(f"{_PREFIX}outcome", "reported" if reported else "accepted")
        # Its exceptions may quote what a client sent.
        with trace.use_span(
            span, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise

    def acknowledged(self, verdict: Verdict) -> None:
        """An ack was judged, in the context of its event."""
        span = trace.get_current_span()
        span.set_attribute(f"{_PREFIX}ack.outcome", _outcome(verdict.violation))
        _fail(span, verdict.violation)

    def sent(self, namespace: str, event: Any, verdict: Verdict) -> None:
        """An event that is sent was judged."""
        name = event if verdict.declared else UNDECLARED
        attributes = self._attributes.of("send", namespace, name)
        span = self._tracer.start_span(
            f"send {attributes['messaging.destination.name']} {name}",
            kind=SpanKind.PRODUCER,
            attributes=attributes,
        )
        span.set_attribute(f"{_PREFIX}outcome", _outcome(verdict.violation))
        _fail(span, verdict.violation)
        span.end()


def _outcome(violation: Violation | None) -> str:
    if violation is None:
        return "accepted"
    return "rejected" if violation.rejected else "reported"


def _fail(span: Any, violation: Violation | None) -> None:
    if violation is not None and violation.rejected:
        span.set_attribute("error.type", violation.code.value)
        span.set_status(StatusCode.ERROR)


def _links(adapter: Any, eio_sid: str) -> list[Link]:
    """A link to the trace of the request with which a client connected."""
    server = getattr(adapter, "server", None)
    environ = (server.environ.get(eio_sid) if server is not None else None) or {}
    parent = environ.get("HTTP_TRACEPARENT")
    if not isinstance(parent, str):
        return []
    carrier = {"traceparent": parent, "tracestate": environ.get("HTTP_TRACESTATE") or ""}
    found = trace.get_current_span(_PROPAGATOR.extract(carrier, Context())).get_span_context()
    return [Link(found)] if found.is_valid else []
