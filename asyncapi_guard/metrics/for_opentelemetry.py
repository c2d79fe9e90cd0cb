"""A guard's counters, times and spans, for OpenTelemetry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.metrics import Observation

from asyncapi_guard.integrations.observing import observe_connects, observe_events, observe_times
from asyncapi_guard.metrics.batches import Batches
from asyncapi_guard.metrics.labels import LABELS, counted
from asyncapi_guard.metrics.named_times import HANDLING, JUDGING, NamedTimes
from asyncapi_guard.metrics.spans import PREFIX, Spans, attributes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["export"]

_SCOPE = "asyncapi_guard"
#: In seconds, as for Prometheus.
_JUDGING = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 1e-1)
#: As the conventions have them.
_HANDLING = (5e-3, 1e-2, 2.5e-2, 5e-2, 7.5e-2, 1e-1, 2.5e-1, 5e-1, 7.5e-1, 1.0, 2.5, 5.0, 7.5, 10.0)


def export(
    guard: AsyncAPIGuard,
    tracer_provider: Any,
    meter_provider: Any,
    *,
    spans: float,
    histograms: bool,
) -> None:
    """Have what a guard does in OpenTelemetry; see `opentelemetry`."""
    meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
    times = _Times(meter) if histograms else None

    def observe(_options: object) -> Iterable[Observation]:
        if times is not None:
            times.record()  # while somebody collects, just before histograms are read
        for labels, number in counted(guard).items():
            named = {PREFIX + name: label for name, label in zip(LABELS, labels, strict=True)}
            yield Observation(number, named)

    meter.create_observable_counter(
        f"{PREFIX}messages",
        callbacks=[observe],
        unit="{message}",
        description="Messages that the guard validated, by what was done.",
    )
    if times is not None:
        named = partial(NamedTimes, times.observe)
        guard.observe_adapters(lambda adapter: observe_times(adapter, named))
    if spans:
        tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        made = partial(Spans, tracer, spans)
        guard.observe_adapters(lambda adapter: observe_events(adapter, made))
        guard.observe_adapters(lambda adapter: observe_connects(adapter, made))


class _Times:
    """The histograms: of judging, and of handlers."""

    def __init__(self, meter: Any) -> None:
        judging = meter.create_histogram(
            f"{PREFIX}judging.duration",
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
        return self._batches[kind].of(attributes_of("process", namespace, event))

    def record(self) -> None:
        """Hand over what has gathered."""
        for batches in self._batches.values():
            batches.record()
