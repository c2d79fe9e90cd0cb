"""Metrics and spans of a guard, for Prometheus and for OpenTelemetry.

    from asyncapi_guard import AsyncAPIGuard, metrics

    guard = AsyncAPIGuard("asyncapi.yml")
    metrics.prometheus(guard)

Both need an extra: `pip install "asyncapi-guard[prometheus]"` or `"asyncapi-guard[opentelemetry]"`.
Events cost more only if you enable histograms or spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.extras import missing_extra

if TYPE_CHECKING:
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["opentelemetry", "prometheus"]


def prometheus(guard: AsyncAPIGuard, *, registry: Any = None, histograms: bool = False) -> None:
    """Export the counters of a guard to a registry of prometheus_client.

    The counters are read during a scrape, so they don't slow down events. In prometheus_client's
    multiprocess mode, a thread writes them to its memory-mapped files once a second.

    Args:
        guard: the guard. Several guards can share a registry, and are summed.
        registry: the registry. Defaults to prometheus_client's own.
        histograms: whether to also measure the duration of validation and handlers. Defaults to
            false.

    Raises:
        InstallationError: prometheus_client is not installed, which is a `MissingExtraError`, or
            the guard is in the registry.
    """
    try:
        from asyncapi_guard.metrics.for_prometheus import export
    except ImportError as error:
        raise _missing(error, "prometheus_client", "prometheus") from None
    export(guard, registry, histograms=histograms)


def opentelemetry(
    guard: AsyncAPIGuard,
    *,
    tracer_provider: Any = None,
    meter_provider: Any = None,
    spans: float = True,
    histograms: bool = False,
) -> None:
    """Export the counters of a guard, and spans for connections and events, to OpenTelemetry.

    Only the OpenTelemetry API is required. Without an SDK, nothing is exported.

    Args:
        guard: the guard.
        tracer_provider: the tracer provider. Defaults to the global one.
        meter_provider: the meter provider. Defaults to the global one.
        spans: whether to make a span for each connection and for each event that is received or
            sent. A number from 0 to 1 is the share of traces; the sampler of your SDK then decides
            about these. `False` and 0 disable spans. Defaults to true.
        histograms: whether to also measure the duration of validation and handlers. Defaults to
            false.

    Raises:
        MissingExtraError: OpenTelemetry's API is not installed.
        ValueError: the share is less than 0 or more than 1.
    """
    if not 0 <= spans <= 1:
        raise ValueError(f"spans must be True, False, or a share from 0 to 1, not {spans!r}")
    try:
        from asyncapi_guard.metrics.for_opentelemetry import export
    except ImportError as error:
        raise _missing(error, "opentelemetry", "opentelemetry") from None
    export(guard, tracer_provider, meter_provider, spans=spans, histograms=histograms)


def _missing(error: ImportError, package: str, extra: str) -> BaseException:
    if (error.name or "").partition(".")[0] != package:
        return error
    return missing_extra(f"metrics.{extra}", package, extra)
