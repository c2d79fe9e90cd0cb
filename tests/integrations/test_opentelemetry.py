"""What a guard counts and does, in OpenTelemetry's SDK, by its in-memory exporters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from measured import KINDS, Measured
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from asyncapi_guard import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

SPANS = "asyncapi_guard.metrics.spans"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Telemetry:
    """An SDK of its own."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    def export(self, guard: Any, **options: Any) -> None:
        providers = {"tracer_provider": self.tracers, "meter_provider": self.meters}
        metrics.opentelemetry(guard, **providers, **options)

    def spans(self, name: str) -> list[Any]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    def points(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    made = Telemetry()
    yield made
    made.tracers.shutdown()
    made.meters.shutdown()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def wait_for(telemetry: Telemetry, name: str, count: int = 1) -> list[Any]:
    """The spans of a name, which end after the ack is sent."""
    deadline = time.monotonic() + 120
    while len(found := telemetry.spans(name)) < count:
        assert time.monotonic() < deadline, [
            each.name for each in telemetry.exporter.get_finished_spans()
        ]
        time.sleep(0.005)
    return found


def test_each_event_has_a_span(kind: str, telemetry: Telemetry, net: Any) -> None:
    """By the conventions of messaging, with a link to the handshake; what it sends is within."""
    made = Measured(kind, net)
    telemetry.export(made.guard)
    client = net.client(made.url, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    client.ask("say", "fine")
    (span,) = wait_for(telemetry, "process / say")
    assert span.kind is SpanKind.CONSUMER
    assert span.parent is None
    assert dict(span.attributes) == {
        "messaging.system": "socketio",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "/",
        "asyncapi_guard.namespace": "/",
        "asyncapi_guard.event": "say",
        "asyncapi_guard.outcome": "accepted",
        "asyncapi_guard.ack.outcome": "accepted",
    }
    (link,) = span.links
    assert format_trace_id(link.context.trace_id) == TRACE
    assert format_span_id(link.context.span_id) == SPAN
    (sent,) = telemetry.spans("send / said")
    assert sent.kind is SpanKind.PRODUCER
    assert sent.parent.span_id == span.context.span_id
    assert sent.attributes["asyncapi_guard.outcome"] == "accepted"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("text", "error", "outcomes"),
    [
        (5, "request_validation_error", ("rejected", None)),
        ("wrong", "response_validation_error", ("accepted", "rejected")),
        ("fail", "RuntimeError", ("accepted", None)),
    ],
    ids=["rejected", "ack", "raised"],
)
def test_what_goes_wrong_is_in_the_span(
    text: Any, error: str, outcomes: Any, kind: str, telemetry: Telemetry, net: Any
) -> None:
    """Without what somebody sent, and without what an exception says."""
    made = Measured(kind, net)
    telemetry.export(made.guard)
    net.client(made.url).ask("say", text)
    (span,) = wait_for(telemetry, "process / say")
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == error
    found = tuple(span.attributes.get(f"asyncapi_guard.{n}") for n in ("outcome", "ack.outcome"))
    assert found == outcomes
    assert "secret" not in span.to_json()
    assert span.links == ()


def test_what_is_reported_runs(kind: str, telemetry: Telemetry, net: Any) -> None:
    made = Measured(kind, net, mode="report")
    telemetry.export(made.guard)
    net.client(made.url).ask("say", 5)
    (span,) = wait_for(telemetry, "process / say")
    assert span.attributes["asyncapi_guard.outcome"] == "reported"
    assert span.status.status_code is StatusCode.UNSET


def test_names_are_bounded(kind: str, telemetry: Telemetry, net: Any) -> None:
    """Rooms are their address, and what nobody declared is one name."""
    made = Measured(kind, net)
    telemetry.export(made.guard, histograms=True)
    client = net.client(made.url, namespaces=["/", "/rooms/1", "/rooms/2"])
    for namespace in ("/rooms/1", "/rooms/2"):
        client.ask("say", "fine", namespace=namespace)
    for index in range(5):
        client.ask(f"unheard of {index}", 1)
    assert len(wait_for(telemetry, "process /rooms/{id} say", 2)) == 2
    assert len(wait_for(telemetry, "process / (undeclared)", 5)) == 5
    counted = {
        tuple(point.attributes.values()): point.value
        for point in telemetry.points("asyncapi_guard.messages")
        if point.attributes["asyncapi_guard.checkpoint"] == "receive_event"
    }
    assert counted == {
        ("/rooms/{id}", "say", "receive_event", "accepted"): 2,
        ("/", "(undeclared)", "receive_event", "rejected"): 5,
    }
    for name, count in (("asyncapi_guard.judging.duration", 7), ("messaging.process.duration", 2)):
        assert sum(point.count for point in telemetry.points(name)) == count


def test_spans_can_be_left_out(telemetry: Telemetry, net: Any) -> None:
    made = Measured("threads", net)
    telemetry.export(made.guard, spans=False)
    net.client(made.url).ask("say", "fine")
    assert telemetry.points("asyncapi_guard.messages")
    assert telemetry.exporter.get_finished_spans() == ()


@pytest.mark.parametrize("broken", ["start_span", "attributes_of"])
def test_telemetry_that_fails_costs_no_answer(
    broken: str, kind: str, telemetry: Telemetry, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events are handled, answered and rejected as without it."""
    made = Measured(kind, net)
    owner = {"start_span": "opentelemetry.sdk.trace.Tracer", "attributes_of": SPANS}

    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(f"{owner[broken]}.{broken}", fails)
    telemetry.export(made.guard, histograms=True)
    client = net.client(made.url)
    assert client.ask("say", "fine") == [1]
    assert client.receive() == ("/", "said", ["heard"])
    assert client.ask("say", 5)[0]["error"]["code"] == "request_validation_error"


@pytest.mark.parametrize("header", ["nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "\xff"])
def test_a_traceparent_that_is_none_links_nothing(
    header: str, telemetry: Telemetry, net: Any
) -> None:
    """Clients send what they like."""
    made = Measured("threads", net)
    telemetry.export(made.guard)
    client = net.client(made.url, headers={"traceparent": header})
    assert client.ask("say", "fine") == [1]
    assert wait_for(telemetry, "process / say")[0].links == ()
