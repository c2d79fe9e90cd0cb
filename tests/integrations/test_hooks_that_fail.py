"""Whatever a log handler, `on_violation` or an error handler raises: the client is answered."""

from __future__ import annotations

import json
import logging
import queue
from typing import Any

import pytest

from asyncapi_guard import Policy


class Ending(BaseException):
    """As a time limit of gevent's: no Exception."""


RAISED = [RuntimeError, Ending, SystemExit, GeneratorExit]


def raising(kind: type[BaseException]) -> Any:
    def hook(*_: Any, **__: Any) -> Any:
        raise kind("in the hook")

    return hook


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    monkeypatch.setattr(logging.getLogger("engineio.server"), "disabled", True)


def error_of(frame: str) -> str:
    data = json.loads(frame[frame.index("[") :])
    return str(data[0]["error"]["code"])


@pytest.fixture
def broken_log() -> Any:
    """A handler of the log that raises, whatever it is given."""

    class Broken(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise OSError("the disk is full")

    handler = Broken()
    logging.getLogger("asyncapi_guard").addHandler(handler)
    yield
    logging.getLogger("asyncapi_guard").removeHandler(handler)


def start(entrance: Any, net: Any, **options: Any) -> tuple[Any, Any]:
    made = entrance(**options)
    made.on("word")(lambda word: (1, word) if word == "good" else "bad")
    made.on("number")(lambda number: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    return made, client


@pytest.mark.parametrize("in_line", [False, True])
def test_a_hook_that_raises_costs_no_answer(in_line: bool, entrance: Any, net: Any) -> None:
    """To an event, an ack, a malformed packet; the connection goes on."""
    _, client = start(
        entrance, net, on_violation=raising(RuntimeError), server={"async_handlers": not in_line}
    )
    for frame, code in (
        ('27["word","bad"]', "response_validation_error"),
        ('27["word",1]', "request_validation_error"),
        ("27[bad", "malformed_packet"),
        ('27["nope"]', "undeclared_event"),
    ):
        client.send(frame)
        assert error_of(client.receive()) == code


@pytest.mark.parametrize("kind", RAISED)
def test_a_hook_that_ends_the_handlers_thread_costs_no_ack(
    kind: Any, entrance: Any, net: Any
) -> None:
    """What a handler returned is answered for before the hook's exception goes on its way."""
    _, client = start(entrance, net, on_violation=raising(kind))
    for _ in range(2):
        client.send('27["word","bad"]')
        assert error_of(client.receive()) == "response_validation_error"


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('27["word",1]', "request_validation_error"),
        ("27[bad", "malformed_packet"),
        ('27["connect"]', "reserved_event"),
        ('0/locked,{"token":1}', "request_validation_error"),
        ("0/nope,", "undeclared_namespace"),
    ],
)
@pytest.mark.sampled(3)
def test_the_answer_comes_before_a_hook_ends_the_connection(
    frame: str, code: str, kind: Any, entrance: Any, net: Any
) -> None:
    """The thread that reads a client's frames is the one that calls the hook."""
    _, client = start(entrance, net, on_violation=raising(kind))
    client.send(frame)
    heard = client.receive()
    assert f'"{code}"' in heard


@pytest.mark.usefixtures("broken_log")
def test_a_broken_log_costs_nothing(entrance: Any, net: Any) -> None:
    """Neither answers nor events; in report mode as well."""
    _, client = start(entrance, net)
    for frame, code in (
        ('27["word",1]', "request_validation_error"),
        ('27["word","bad"]', "response_validation_error"),
        ("27[bad", "malformed_packet"),
    ):
        client.send(frame)
        assert error_of(client.receive()) == code
    client.send('27["word","good"]')
    assert client.receive() == '37[1,"good"]'
    _, client = start(entrance, net, policy=Policy(mode="report"))
    client.send('27["word",1]')
    assert client.receive() == '37["bad"]'


@pytest.mark.parametrize("kind", RAISED)
def test_in_report_mode_the_handler_runs_all_the_same(kind: Any, entrance: Any, net: Any) -> None:
    """The hook cannot stop what is only reported."""
    _, client = start(entrance, net, policy=Policy(mode="report"), on_violation=raising(kind))
    client.send('27["word",1]')
    assert client.receive() == '37["bad"]'


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("in_line", [False, True])
def test_an_error_handler_that_fails_is_no_answer(
    in_line: bool, kind: Any, entrances: Any, net: Any
) -> None:
    """The client gets the guard's own, for an event and for an ack."""
    for way in ("init_app", "AsyncAPISocketIO"):
        for frame, code in (
            ('27["word",1]', "request_validation_error"),
            ('27["word","bad"]', "response_validation_error"),
        ):
            made = entrances(way, server={"async_handlers": not in_line})
            made.on("word")(lambda word: "bad")
            made.io.on_error_default(raising(kind))
            client = net.raw(net.serve(made.wsgi))
            client.enter()
            client.send(frame)
            assert error_of(client.receive()) == code


# -- what a hook finds -----------------------------------------------------------------------------


def test_a_violation_has_its_client(entrance: Any, net: Any) -> None:
    """Session and address: of an event, its ack, a client's ack; of a connect, the address."""
    made, client = start(entrance, net)
    client.enter("/rooms/red")
    (sid,) = made.server.manager.rooms["/"][None]
    client.send('27["word",1]')
    client.receive()
    client.send('28["word","bad"]')
    client.receive()
    made.server.emit("question", "q", to=sid, callback=lambda *_: None)
    client.receive()
    client.send("31[]")
    client.send("31[")
    client.send('0/locked,{"token":1}')
    client.receive()
    found = {str(v.checkpoint): (v.sid, v.address) for v in made.violations}
    assert found == {
        "receive_event": (sid, "127.0.0.1"),
        "send_ack": (sid, "127.0.0.1"),
        "receive_ack": (sid, "127.0.0.1"),
        "connect": (None, "127.0.0.1"),
    }


def test_addresses_may_be_left_out(entrance: Any, net: Any) -> None:
    made, client = start(entrance, net, addresses=False)
    client.send('27["word",1]')
    client.receive()
    assert made.violations[0].address is None
    assert made.violations[0].sid is not None


@pytest.mark.parametrize("way", ["init_app", "AsyncAPISocketIO"])
def test_the_address_is_the_one_that_flask_sees(way: str, net: Any, entrances: Any) -> None:
    """Behind a proxy that the application trusts."""
    import websocket
    from werkzeug.middleware.proxy_fix import ProxyFix

    found: queue.Queue[Any] = queue.Queue()
    made = entrances(way, on_violation=found.put)
    url = net.serve(ProxyFix(made.wsgi, x_for=1))
    socket = websocket.create_connection(
        url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
        header=["X-Forwarded-For: 198.51.100.7"],
    )
    net.also_close(socket)
    socket.recv()
    socket.send("40")
    socket.recv()
    socket.send('42["word",1]')
    assert found.get(timeout=120).address == "198.51.100.7"


@pytest.mark.parametrize("way", ["init_app", "AsyncAPISocketIO"])
def test_under_flask_a_hook_has_the_request(way: str, net: Any, entrances: Any) -> None:
    """As a handler of the event has, or would have had; of a connect without a session id."""
    import flask

    found: queue.Queue[Any] = queue.Queue()

    def hook(violation: Any) -> None:
        request: Any = flask.request
        found.put(
            (
                str(violation.checkpoint),
                flask.current_app.name,
                request.sid == violation.sid,
                request.namespace,
                request.event["message"],
                request.remote_addr,
            )
        )

    made = entrances(way, on_violation=hook)
    made.on("word")(lambda word: "bad")
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    name = made.app.name
    for frame, checkpoint, namespace, event in (
        ('27["word",1]', "receive_event", "/", "word"),
        ('27["word","a"]', "send_ack", "/", "word"),
        ('0/locked,{"token":1}', "connect", "/locked", "connect"),
    ):
        client.send(frame)
        client.receive()
        assert found.get(timeout=120) == (checkpoint, name, True, namespace, event, "127.0.0.1")
