"""The spans of connects, and what is sampled, by the SDK's in-memory exporter."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from measured import KINDS, Measured, document
from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id
from test_opentelemetry import SPAN, TRACE, Telemetry, wait_for

from asyncapi_guard import AsyncAPIGuard, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    made = Telemetry()
    yield made
    made.tracers.shutdown()
    made.meters.shutdown()


def locked(**policy: Any) -> tuple[dict[str, Any], Policy]:
    """A document whose connects take a text."""
    data = document()
    data["channels"]["main"]["messages"]["connect"] = {"payload": {"type": "string"}}
    reference = {"$ref": "#/channels/main/messages/connect"}
    data["operations"]["receive_main"]["messages"].append(reference)
    return data, Policy(**policy)


class Door:
    """A server that lets clients in, or not: without sockets, as its packets come."""

    def __init__(self, kind: str, telemetry: Telemetry, answer: Any, **policy: Any) -> None:
        awaits = kind == "asyncio"
        io: Any = (
            socketio.AsyncServer(async_mode="asgi")
            if awaits
            else socketio.Server(async_mode="threading")
        )
        data, chosen = locked(**policy)

        def connect(_sid: str, _environ: Any, _auth: Any) -> Any:
            trace.get_tracer("app", tracer_provider=telemetry.tracers).start_span("within").end()
            if isinstance(answer, BaseException):
                raise answer
            return answer

        async def connect_later(sid: str, environ: Any, auth: Any) -> Any:
            return connect(sid, environ, auth)

        for namespace in ("/", "/rooms/7"):
            io.on("connect", connect_later if awaits else connect, namespace=namespace)
        self.guard = AsyncAPIGuard(data, policy=chosen)
        self.guard.protect(io)
        telemetry.export(self.guard)
        self.io, self.awaits = io, awaits

    def knock(self, packet: str, **environ: str) -> None:
        """A client sends a connect packet."""
        if self.awaits:
            asyncio.run(self._knock(packet, environ))
            return
        self.io.eio.send_packet = lambda *_: None
        self.io._handle_eio_connect("e1", environ)
        with suppress(RuntimeError):  # python-engineio logs it
            self.io._handle_eio_message("e1", packet)

    async def _knock(self, packet: str, environ: dict[str, str]) -> None:
        async def send(*_: Any) -> None:
            return

        self.io.eio.send_packet = send
        await self.io._handle_eio_connect("e1", environ)
        with suppress(RuntimeError):
            await self.io._handle_eio_message("e1", packet)


def test_a_connect_has_a_span(kind: str, telemetry: Telemetry, net: Any) -> None:
    """It begins a trace, with a link to that of the handshake; the room is its address."""
    made = Measured(kind, net)
    telemetry.export(made.guard)
    net.client(
        made.url,
        namespaces=["/", "/rooms/1"],
        headers={"traceparent": f"00-{TRACE}-{SPAN}-01"},
    )
    (span,) = wait_for(telemetry, "connect /rooms/{id}")
    assert span.kind is SpanKind.SERVER
    assert span.parent is None
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes) == {
        "messaging.system": "socketio",
        "messaging.operation.name": "connect",
        "messaging.destination.name": "/rooms/{id}",
        "asyncapi_guard.namespace": "/rooms/{id}",
        "asyncapi_guard.event": "connect",
        "asyncapi_guard.outcome": "accepted",
    }
    assert format_trace_id(span.links[0].context.trace_id) == TRACE
    (main,) = wait_for(telemetry, "connect /")
    assert main.context.trace_id != span.context.trace_id


@pytest.mark.parametrize(
    ("packet", "answer", "policy", "outcome", "error"),
    [
        ('0"secret"', None, {}, "accepted", None),
        ("0", None, {}, "rejected", "request_validation_error"),
        ("0", None, {"mode": "report"}, "reported", None),
        ('0"secret"', False, {}, "rejected", "connection_refused"),
        (
            '0"secret"',
            socketio.exceptions.ConnectionRefusedError("secret"),
            {},
            "rejected",
            "connection_refused",
        ),
        ('0"secret"', RuntimeError("secret"), {}, "rejected", "RuntimeError"),
        ('0"secret"', TypeError("secret"), {}, "rejected", "TypeError"),
        ("0/nowhere,", None, {}, "rejected", "undeclared_namespace"),
    ],
    ids=["in", "auth", "reported", "false", "refused", "raised", "type error", "nowhere"],
)
def test_what_became_of_it_is_in_the_span(
    packet: str, answer: Any, policy: Any, outcome: str, error: Any, kind: str, telemetry: Telemetry
) -> None:
    """And nothing of what was sent, or said."""
    try:
        Door(kind, telemetry, answer, **policy).knock(packet)
    except TypeError:
        assert error == "TypeError"
    (span,) = [s for s in telemetry.exporter.get_finished_spans() if s.name.startswith("connect")]
    assert span.attributes["asyncapi_guard.outcome"] == outcome
    assert span.attributes.get("error.type") == error
    failed = span.status.status_code is StatusCode.ERROR
    assert failed == (error is not None)
    assert "secret" not in span.to_json()
    if error not in ("request_validation_error", "undeclared_namespace"):
        (within,) = telemetry.spans("within")
        assert within.parent.span_id == span.context.span_id


def test_the_request_that_brought_it_is_linked(kind: str, telemetry: Telemetry) -> None:
    """Where the application traces its HTTP requests."""
    door = Door(kind, telemetry, None)
    tracer = trace.get_tracer("web", tracer_provider=telemetry.tracers)
    with tracer.start_as_current_span("POST /socket.io/"):
        door.knock('0"fine"')
    (request,) = telemetry.spans("POST /socket.io/")
    (span,) = telemetry.spans("connect /")
    assert span.parent is None
    assert [link.context.span_id for link in span.links] == [request.context.span_id]
    assert trace.get_current_span() is trace.INVALID_SPAN


@pytest.mark.parametrize(
    "sampler", [ALWAYS_OFF, ParentBased(TraceIdRatioBased(0))], ids=["never", "by the trace"]
)
def test_what_is_not_sampled_leaves_nothing(
    sampler: Any, kind: str, telemetry: Telemetry, net: Any
) -> None:
    """Neither an event, nor what it sends; it is answered as ever."""
    telemetry.tracers.sampler = sampler
    made = Measured(kind, net)
    telemetry.export(made.guard)
    client = net.client(made.url)
    assert client.ask("say", "fine") == [1]
    assert client.receive() == ("/", "said", ["heard"])
    assert client.ask("say", 5)[0]["error"]["code"] == "request_validation_error"
    assert telemetry.exporter.get_finished_spans() == ()


def test_a_share_of_all_traces_is_made(
    kind: str, telemetry: Telemetry, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the others there is no span, of nothing that their handlers send either."""
    drawn = iter([0.9, 0.1, 0.5, 0.49, 0.5])  # connect; three events, one of them in vain; connect
    monkeypatch.setattr("asyncapi_guard.metrics.spans.random", lambda: next(drawn))
    made = Measured(kind, net)
    telemetry.export(made.guard, spans=0.5)
    client = net.client(made.url)
    assert client.ask("say", "fine") == [1]
    (span,) = wait_for(telemetry, "process / say")
    assert client.ask("say", "fine") == [1]
    assert client.ask("say", 5)[0]["error"]["code"] == "request_validation_error"
    assert len(wait_for(telemetry, "process / say", 2)) == 2
    (sent,) = telemetry.spans("send / said")
    assert sent.parent.span_id == span.context.span_id
    assert telemetry.spans("connect /") == []
    assert span.attributes["asyncapi_guard.ack.outcome"] == "accepted"


def test_a_span_of_others_is_left_alone(kind: str, telemetry: Telemetry) -> None:
    """Where an event has no span of its own, that of the HTTP request gets nothing from it."""
    door = Door(kind, telemetry, None)
    tracer = trace.get_tracer("web", tracer_provider=telemetry.tracers)
    telemetry.exporter.clear()
    telemetry.export(door.guard, spans=1e-12)
    with tracer.start_as_current_span("POST /socket.io/"):
        door.knock('0"fine"')
    (request,) = telemetry.spans("POST /socket.io/")
    assert dict(request.attributes) == {}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_from_0_to_1(share: float, telemetry: Telemetry) -> None:
    guard = AsyncAPIGuard(document())
    with pytest.raises(ValueError, match="spans must be True, False, or a share from 0 to 1"):
        telemetry.export(guard, spans=share)


def test_spans_follow_a_reload(kind: str, telemetry: Telemetry) -> None:
    """A namespace has the address of the document in force."""
    door = Door(kind, telemetry, None)
    door.knock("0/rooms/7,")
    changed, _ = locked()
    changed["channels"]["room"]["address"] = "/rooms/{name}"
    changed["channels"]["room"]["parameters"] = {"name": {}}
    door.guard.reload(changed)
    door.knock("0/rooms/7,")
    names = [each.name for each in telemetry.exporter.get_finished_spans()]
    assert [name for name in names if name != "within"] == [
        "connect /rooms/{id}",
        "connect /rooms/{name}",
    ]
