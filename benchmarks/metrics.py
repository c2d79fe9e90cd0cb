"""What metrics and traces add to an event and its ack, in µs of CPU.

    python benchmarks/metrics.py [--quick] [--json] [--rounds N]

A guarded `socketio.Server` runs a handler that does nothing where the packet is read, with what is
measured and without it, in turns. Each row is in a process of its own, because prometheus_client
chooses how it keeps numbers when it is imported.

- *counters* are read when somebody scrapes; in multiprocess mode, a thread carries them
  once a second.
- *histograms* measure judging and the handler: two observations for each event.
- *spans* are made by OpenTelemetry's SDK: all of them, one of 100, or none (`TraceIdRatioBased`).
  Spans that are sampled are handed to an exporter that drops them. One span for each event.
  `spans=0.01` is the guard's own share: of other events, the SDK is not asked.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from typing import Any

from measuring import Figure, compare, pin, slices
from tables import environment, progress, table

#: µs at most for an event; what OpenTelemetry's SDK takes for itself has no goal.
GOALS = {
    "counters, Prometheus": 1.0,
    "counters, Prometheus, multiprocess": 1.0,
    "counters, OpenTelemetry": 1.0,
    "histograms, Prometheus": 3.0,
    "histograms, Prometheus, multiprocess": 3.0,
    "histograms, OpenTelemetry": 3.0,
    "spans=0.01, all sampled": None,
    "spans, none sampled": None,
    "spans, 0.01 sampled": None,
    "spans, all sampled": None,
}
_SAMPLED = {"spans, none sampled": 0.0, "spans, 0.01 sampled": 0.01}
_DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "channels": {
        "main": {
            "address": "/",
            "messages": {"say": {"payload": {"type": "string"}, "x-ack": {"type": "boolean"}}},
        }
    },
    "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
}


def server(row: str | None) -> Any:
    """What handles one event on a server that is measured so."""
    import socketio

    from asyncapi_guard import AsyncAPIGuard

    io = socketio.Server(async_handlers=False)
    io.on("say", lambda _sid, _text: True)
    guard = AsyncAPIGuard(_DOCUMENT)
    guard.protect(io)
    if row is not None:
        add(guard, row)
    io.eio.send_packet = lambda _eio_sid, _packet: None
    io._handle_eio_connect("e1", {})
    io._handle_eio_message("e1", "0")
    return lambda: io._handle_eio_message("e1", '27["say","hello"]')


def add(guard: Any, row: str) -> None:
    """Measure a guard as a row says."""
    from asyncapi_guard import metrics

    histograms = row.startswith("histograms")
    if "Prometheus" in row:
        metrics.prometheus(guard, histograms=histograms)
        return
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    class Nowhere(SpanExporter):
        def export(self, _spans: Any) -> Any:
            return SpanExportResult.SUCCESS

    tracers = TracerProvider(sampler=TraceIdRatioBased(_SAMPLED.get(row, 1.0)))
    tracers.add_span_processor(SimpleSpanProcessor(Nowhere()))
    metrics.opentelemetry(
        guard,
        tracer_provider=tracers,
        meter_provider=MeterProvider([InMemoryMetricReader()]),
        spans=0.01 if row.startswith("spans=") else row.startswith("spans"),
        histograms=histograms,
    )


def measure_here(row: str, rounds: int) -> Figure:
    pin()
    return compare(slices(server(None)), slices(server(row)), rounds)


def measure(row: str, rounds: int) -> dict[str, float]:
    """The figure of a row, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ}
        if "multiprocess" in row:
            env["PROMETHEUS_MULTIPROC_DIR"] = folder
        command = [sys.executable, __file__, "--row", row, "--rounds", str(rounds)]
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
        found: dict[str, float] = json.loads(done.stdout)
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--row", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        print(json.dumps(asdict(measure_here(options.row, options.rounds))))
        return
    rounds = 15 if options.quick else options.rounds
    results = {}
    for row in GOALS:
        progress(f"{row} ...")
        results[row] = measure(row, rounds)
    progress("")
    faults = [
        f"{row}: {found['difference']:.2f} µs, not {GOALS[row]:g}"
        for row, found in results.items()
        if GOALS[row] is not None and found["difference"] > GOALS[row]
    ]
    if options.json:
        shown = {"environment": environment(), "results": results, "missed": faults}
        print(json.dumps(shown))
    else:
        print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
        rows = [
            (
                row,
                f"{found['first']:.1f}",
                f"{found['second']:.1f}",
                f"{found['difference']:+.2f}",
                "" if GOALS[row] is None else f"≤ {GOALS[row]:g}",
            )
            for row, found in results.items()
        ]
        print(table(("what", "without µs", "with µs", "difference µs", "goal"), rows), end="\n\n")
        print("\n".join(f"MISSED: {each}." for each in faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
