"""Generated helpers send to real clients, by each kind of server."""

from __future__ import annotations

import functools
import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import pydantic
import socketio as pysocketio
from flask import Flask
from flask_socketio import SocketIO
from test_models import TEXT, document, generated, imported
from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard import AsyncAPISocketIO

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120
SPEC = document(
    TEXT,
    {
        "Room": {"enum": ["garden", "kitchen"]},
        "Text": {
            "type": "object",
            "properties": {
                "from": TEXT,
                "at": {"type": "string", "format": "date-time"},
                "data": {"type": "string", "format": "binary"},
                "note": TEXT,
            },
            "required": ["from"],
            "additionalProperties": False,
        },
    },
    said={
        "payload": {
            "type": "array",
            "items": [
                {"$ref": "#/components/schemas/Room"},
                {"$ref": "#/components/schemas/Text"},
            ],
            "minItems": 2,
            "additionalItems": False,
        },
        "x-ack": {"type": "object", "properties": {"at": {"type": "string", "format": "date"}}},
    },
    ping={"payload": {"type": "null"}, "x-ack": {"type": "null"}},
    listed={"payload": {"type": "array", "items": {"$ref": "#/components/schemas/Text"}}},
)


class _Silent(WSGIRequestHandler):
    def log(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def models() -> Any:
    return imported(generated(SPEC))


@pytest.fixture(params=["SocketIO", "AsyncAPISocketIO", "Server"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """A server that emits, and its address."""
    app: Any = Flask(__name__)
    if request.param == "Server":
        emitter: Any = pysocketio.Server(async_mode="threading")
        app = pysocketio.WSGIApp(emitter)
        emitter.on("connect", lambda *_: None)
    elif request.param == "SocketIO":
        emitter = SocketIO(app, async_mode="threading")
        emitter.on_event("connect", lambda *_: None)
    else:
        emitter = AsyncAPISocketIO(app, spec=SPEC, async_mode="threading")
    made = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield emitter, f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join(PATIENCE)


@pytest.fixture
def client(server: tuple[Any, str]) -> Iterator[Any]:
    """A client that keeps what it hears, and answers."""
    io = pysocketio.Client(reconnection=False, handle_sigint=False)
    io.inbox = queue.Queue()
    io.on("said", lambda *args: (io.inbox.put(("said", args)), {"at": "2020-02-02"})[1])
    io.on("ping", lambda *args: io.inbox.put(("ping", args)))
    io.on("listed", lambda *args: io.inbox.put(("listed", args)))
    io.connect(server[1], transports=["websocket"], wait_timeout=PATIENCE)
    yield io
    if io.eio.ws is not None:
        io.eio.ws.close = functools.partial(io.eio.ws.close, timeout=0)
    io.disconnect()
    io.eio.wait()


def test_several_arguments_arrive(server: tuple[Any, str], client: Any, models: Any) -> None:
    """By the document's names, without what was not given; times as text, bytes as bytes."""
    text = models.Text(from_="ann", at="2020-01-02T03:04:05Z", data=b"\xff\x00")
    models.emit_said(server[0], "kitchen", text, to=client.get_sid("/"))
    event, (room, heard) = client.inbox.get(timeout=PATIENCE)
    assert (event, room) == ("said", "kitchen")
    assert heard == {"from": "ann", "at": "2020-01-02T03:04:05Z", "data": b"\xff\x00"}


def test_no_argument_and_a_list_arrive(server: tuple[Any, str], client: Any, models: Any) -> None:
    """A list is one argument, and nothing is none."""
    models.emit_ping(server[0])
    assert client.inbox.get(timeout=PATIENCE) == ("ping", ())
    models.emit_listed(server[0], [models.Text(from_="ann"), models.Text(from_="bob")])
    expected = ([{"from": "ann"}, {"from": "bob"}],)
    assert client.inbox.get(timeout=PATIENCE) == ("listed", expected)
    models.emit_listed(server[0], [], skip_sid=client.get_sid("/"))
    models.emit_ping(server[0])
    assert client.inbox.get(timeout=PATIENCE) == ("ping", ())


def test_acks_are_instances(server: tuple[Any, str], client: Any, models: Any) -> None:
    """What `call` gives, and what a callback gets."""
    sid = client.get_sid("/")
    answer = models.call_said(
        server[0], "garden", models.Text(from_="ann"), to=sid, timeout=PATIENCE
    )
    assert isinstance(answer, models.SaidAck)
    assert str(answer.at) == "2020-02-02"
    answers: queue.Queue[Any] = queue.Queue()
    models.emit_said(server[0], "garden", models.Text(from_="a"), to=sid, callback=answers.put)
    assert answers.get(timeout=PATIENCE) == answer


def test_an_answer_that_does_not_fit_raises(models: Any) -> None:
    """Where no guard has refused it before."""

    class Liar:
        def call(self, *_: Any, **__: Any) -> Any:
            return {"at": "never"}

    with pytest.raises(pydantic.ValidationError):
        models.call_said(Liar(), "garden", models.Text(from_="a"), to="x")
    with pytest.raises(ValueError, match="number of values"):
        models.call_ping(Liar(), to="x")
