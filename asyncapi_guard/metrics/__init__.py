"""What a guard counts and measures, for Prometheus and for OpenTelemetry.

    from asyncapi_guard import AsyncAPIGuard, metrics

    guard = AsyncAPIGuard("asyncapi.yml")
    metrics.prometheus(guard)

Both need an extra: `pip install "asyncapi-guard[prometheus]"` or `"asyncapi-guard[opentelemetry]"`.
Nothing is added to an event that was not asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.extras import missing_extra

if TYPE_CHECKING:
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["opentelemetry", "prometheus"]


def prometheus(guard: AsyncAPIGuard, *, registry: Any = None, histograms: bool = False) -> None:
    """Have the counters of a guard in a registry of prometheus_client.

    They are read when somebody scrapes, so they cost events nothing. In prometheus_client's
    multiprocess mode, a thread writes them to its memory-mapped files once a second.

    Args:
        guard: as many as you have can share a registry, and are added up.
        registry: prometheus_client's own by default.
        histograms: measure how long judging and handlers take, too.

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
    """Have the counters of a guard, and spans for connects and events, in OpenTelemetry.

    Only its API is needed; without an SDK, nothing leaves.

    Args:
        guard: the guard.
        tracer_provider: the global one by default.
        meter_provider: the global one by default.
        spans: make a span for each connect, and for each event that comes or is sent. A number from
            0 to 1 is the share of traces that are made; the sampler of your SDK decides about
            these. `False` and 0 are for none.
        histograms: measure how long judging and handlers take, too.

    Raises:
        MissingExtraError: OpenTelemetry's API is not installed.
        ValueError: the share is less than 0 or more than 1.
    """
    if not 0 <= spans <= 1:
        raise ValueError(f"spans is a share from 0 to 1, or True or False, not {spans!r}")
    try:
        from asyncapi_guard.metrics.for_opentelemetry import export
    except ImportError as error:
        raise _missing(error, "opentelemetry", "opentelemetry") from None
    export(guard, tracer_provider, meter_provider, spans=spans, histograms=histograms)


def _missing(error: ImportError, package: str, extra: str) -> BaseException:
    if (error.name or "").partition(".")[0] != package:
        return error
    return missing_extra(f"metrics.{extra}", package, extra)
