"""Histograms in OpenTelemetry's SDK: the same as if each time had been recorded by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from measured import document
from opentelemetry import metrics as api
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.metrics.view import (
    DropAggregation,
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)

from asyncapi_guard.metrics import batches
from asyncapi_guard.metrics.batches import Batches

if TYPE_CHECKING:
    from pathlib import Path

BOUNDS = (1.0, 2.0, 4.0)
ATTRIBUTES = [{"event": "say", "namespace": "/"}, {"event": "ask", "namespace": "/"}]
DELTA = {Histogram: AggregationTemporality.DELTA}

#: Readers and views that an application may have.
SET_UPS: dict[str, Any] = {
    "plain": lambda: ([InMemoryMetricReader()], []),
    "delta": lambda: ([InMemoryMetricReader(preferred_temporality=DELTA)], []),
    "two readers": lambda: (
        [InMemoryMetricReader(), InMemoryMetricReader(preferred_temporality=DELTA)],
        [],
    ),
    "exponential": lambda: (
        [
            InMemoryMetricReader(
                preferred_aggregation={Histogram: ExponentialBucketHistogramAggregation()}
            )
        ],
        [],
    ),
    "own buckets": lambda: (
        [InMemoryMetricReader()],
        [
            View(
                instrument_name="times",
                aggregation=ExplicitBucketHistogramAggregation((0.5, 3.0)),
                name="mine",
            )
        ],
    ),
    "two views": lambda: (
        [InMemoryMetricReader()],
        [
            View(instrument_name="times", name="a"),
            View(instrument_name="times", name="b", attribute_keys={"event"}),
        ],
    ),
    "one attribute": lambda: (
        [InMemoryMetricReader()],
        [View(instrument_name="times", attribute_keys={"namespace"})],
    ),
    "dropped": lambda: (
        [InMemoryMetricReader()],
        [View(instrument_name="times", aggregation=DropAggregation())],
    ),
    "no reader": lambda: ([], []),
}


class Sdk:
    """An SDK of its own, with one histogram."""

    def __init__(self, set_up: str) -> None:
        self.readers, views = SET_UPS[set_up]()
        self.provider = MeterProvider(self.readers, views=views)
        meter = self.provider.get_meter("test")
        self.histogram = meter.create_histogram("times", explicit_bucket_boundaries_advisory=BOUNDS)

    def points(self) -> list[Any]:
        """What each reader collects, without times of day."""
        return [sorted(map(self._shown, self._points(reader))) for reader in self.readers]

    @staticmethod
    def _points(reader: Any) -> list[tuple[str, Any]]:
        data = reader.get_metrics_data()
        return [
            (metric.name, point)
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            for point in metric.data.data_points
        ]

    @staticmethod
    def _shown(found: tuple[str, Any]) -> Any:
        name, point = found
        counts = getattr(point, "bucket_counts", None) or point.positive.bucket_counts
        about = tuple(sorted(point.attributes.items()))
        return name, about, point.count, round(point.sum, 6), point.min, point.max, tuple(counts)


def numbers(count: int) -> list[float]:
    return [(index * 7 % 50) / 10 for index in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 1_000, 2_345])
@pytest.mark.parametrize("set_up", SET_UPS)
def test_a_batch_is_what_each_record_would_be(set_up: str, count: int) -> None:
    """Whatever the application's readers and views make of it, and twice."""
    one_by_one, together = Sdk(set_up), Sdk(set_up)
    gathered = Batches(together.histogram)
    for _ in range(2):
        for attributes in ATTRIBUTES:
            observe = gathered.of(attributes)
            for number in numbers(count):
                one_by_one.histogram.record(number, attributes)
                observe(number)
        gathered.record()
        assert together.points() == one_by_one.points()


def test_what_is_over_the_limit_of_the_sdk_is_not_lost() -> None:
    """Of more sets of attributes than it takes, it makes one; so do batches."""
    sdk = Sdk("plain")
    gathered = Batches(sdk.histogram)
    for index in range(2_010):
        observe = gathered.of({"event": str(index)})
        for number in (1.0, 2.0, 3.0):
            observe(number)
    gathered.record()
    (points,) = sdk.points()
    assert sum(count for _name, _about, count, *_rest in points) == 3 * 2_010


@pytest.mark.parametrize("set_up", ["plain", "delta"])
def test_nothing_is_lost_or_counted_twice_while_somebody_collects(set_up: str) -> None:
    """Threads observe, and others collect."""
    sdk = Sdk(set_up)
    gathered = Batches(sdk.histogram)
    observe = gathered.of(ATTRIBUTES[0])
    done = threading.Event()
    seen: list[int] = []

    def collect() -> None:
        gathered.record()
        (points,) = sdk.points()
        seen.extend(count for _name, _about, count, *_rest in points)

    def keep_collecting() -> None:
        while not done.is_set():
            collect()

    def work() -> None:
        for number in numbers(20_000):
            observe(number)

    collecting = threading.Thread(target=keep_collecting)
    working = [threading.Thread(target=work) for _ in range(3)]
    for each in (collecting, *working):
        each.start()
    for each in working:
        each.join(120)
    done.set()
    collecting.join(120)
    collect()
    assert (sum(seen) if set_up == "delta" else seen[-1]) == 60_000


def test_an_sdk_that_is_another_gets_each_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    """It is said once what that costs."""

    class Another:
        record: Any

    sdk = Sdk("plain")
    another = Another()
    another.record = sdk.histogram.record
    gathered = Batches(another)
    for _ in range(2):
        for number in numbers(50):
            gathered.of(ATTRIBUTES[0])(number)
        gathered.record()
    ((point,),) = sdk.points()
    assert point[2] == 100
    assert len(caplog.records) == 1
    assert "recorded one by one" in caplog.text


@pytest.mark.parametrize("provider", [None, NoOpMeterProvider()], ids=["not set", "no-op"])
def test_without_an_sdk_nothing_is_said(provider: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The API alone keeps nothing, and costs nothing more."""
    made = api.get_meter("test", meter_provider=provider).create_histogram("times")
    gathered = Batches(made)
    for number in numbers(2_500):
        gathered.of(ATTRIBUTES[0])(number)
    gathered.record()
    assert caplog.text == ""


def test_the_sdk_that_is_installed_takes_batches(caplog: pytest.LogCaptureFixture) -> None:
    """With the lowest and the newest version that tests run with."""
    sdk = Sdk("plain")
    gathered = Batches(sdk.histogram)
    for number in numbers(50):
        gathered.of(ATTRIBUTES[0])(number)
    gathered.record()
    assert caplog.text == ""
    assert next(batches._matches(sdk.histogram)) is not None


_LATE = """
import json, sys
import socketio
from opentelemetry import metrics as api
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from asyncapi_guard import AsyncAPIGuard, metrics

io = socketio.Server(async_handlers=False)
io.on("say", lambda sid, text: 1)
guard = AsyncAPIGuard(json.load(open(sys.argv[1])))
guard.protect(io)
metrics.opentelemetry(guard, histograms=True, spans=False)
io.eio.send_packet = lambda eio_sid, packet: None
io._handle_eio_connect("e1", {})
io._handle_eio_message("e1", "0")
reader = InMemoryMetricReader()
api.set_meter_provider(MeterProvider([reader]))
for _ in range(2500):
    io._handle_eio_message("e1", '27["say","hello"]')
(resource,) = reader.get_metrics_data().resource_metrics
for metric in resource.scope_metrics[0].metrics:
    print(metric.name, *[getattr(p, "count", None) for p in metric.data.data_points])
"""


def test_a_provider_may_be_set_later(tmp_path: Path) -> None:
    """As applications do it that set up their SDK after their server."""
    (tmp_path / "asyncapi.json").write_text(json.dumps(document()))
    command = [sys.executable, "-c", _LATE, str(tmp_path / "asyncapi.json")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "one by one" not in done.stderr
    lines = done.stdout.splitlines()
    assert "asyncapi_guard.judging.duration 2500" in lines
    assert "messaging.process.duration 2500" in lines
