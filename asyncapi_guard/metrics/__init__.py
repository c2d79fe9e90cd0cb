"""What a guard counts and measures, for Prometheus and for OpenTelemetry.

    from asyncapi_guard import AsyncAPIGuard, metrics

    guard = AsyncAPIGuard("asyncapi.yml")
    metrics.prometheus(guard)

Both need an extra: `pip install 'asyncapi-guard[prometheus]'` or `'asyncapi-guard[opentelemetry]'`.
Nothing is added to an event that was not asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError

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
        InstallationError: prometheus_client is not installed, or the guard is in the registry.
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
    spans: bool = True,
    histograms: bool = False,
) -> None:
    """Have the counters of a guard, and a span for each event, in OpenTelemetry.

    Only its API is needed; without an SDK, nothing leaves.

    Args:
        guard: the guard.
        tracer_provider: the global one by default.
        meter_provider: the global one by default.
        spans: make a span for each event that comes or is sent.
        histograms: measure how long judging and handlers take, too.

    Raises:
        InstallationError: OpenTelemetry's API is not installed.
    """
    try:
        from asyncapi_guard.metrics.for_opentelemetry import export
    except ImportError as error:
        raise _missing(error, "opentelemetry", "opentelemetry") from None
    export(guard, tracer_provider, meter_provider, spans=spans, histograms=histograms)


def _missing(error: ImportError, package: str, extra: str) -> BaseException:
    if (error.name or "").partition(".")[0] != package:
        return error
    return InstallationError(
        f"metrics.{extra} needs {package}: pip install 'asyncapi-guard[{extra}]'"
    )
