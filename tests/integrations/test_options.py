"""Every option of python-socketio and Flask-SocketIO works under the guard as it does without."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import engineio
import pytest
import socketio
from socketio import packet


class Simple:
    """A logger that is none of the standard library's, and has not all of their methods."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, message: str, *args: Any, **_: Any) -> None:
        self.lines.append(message % args if args else message)

    warning = error = exception = debug = info


class Broken:
    """A logger whose methods raise."""

    def info(self, *args: Any, **_: Any) -> None:
        raise OSError("the disk is full")

    warning = error = exception = debug = info


class Handler(logging.Handler):
    """A handler of the standard library's logging that raises."""

    def handle(self, record: logging.LogRecord) -> bool:
        raise OSError("the disk is full")


def with_broken_handler() -> logging.Logger:
    made = logging.getLogger("tests.broken")
    made.setLevel(logging.DEBUG)
    made.propagate = False
    made.addHandler(Handler())
    return made


def talkative() -> logging.Logger:
    made = logging.getLogger("tests.talkative")
    made.setLevel(logging.DEBUG)
    return made


class Compact:
    """A JSON module of the application's own."""

    @staticmethod
    def dumps(data: Any, **_: Any) -> str:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)

    @staticmethod
    def loads(text: str, **_: Any) -> Any:
        return json.loads(text)


class Watching(socketio.Manager):
    """A manager that looks at what is sent."""

    def emit(self, event: str, data: Any, namespace: str, **options: Any) -> Any:
        assert isinstance(data, (dict, list, tuple, str, int, bytes))
        return super().emit(event, data, namespace, **options)


class Stamped(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """A packet class that has a say in how packets are written."""

    def encode(self) -> Any:
        made = super().encode()
        return made.replace("hello", "HELLO") if isinstance(made, str) else made


OPTIONS: dict[str, Any] = {
    "nothing": {},
    "a simple logger": {"logger": Simple},
    "a standard logger": {"logger": lambda: logging.getLogger("tests.options")},
    "a logger that says everything": {"logger": talkative},
    "an adapter of a logger": {"logger": lambda: logging.LoggerAdapter(talkative(), {})},
    "logging switched on": {"logger": lambda: True},
    "a simple logger of engine.io": {"engineio_logger": Simple},
    "handlers in line": {"async_handlers": lambda: False},
    "clients connected at once": {"always_connect": lambda: True},
    "further namespaces": {"namespaces": lambda: ["/", "/locked"]},
    "all namespaces": {"namespaces": lambda: "*"},
    "an own JSON module": {"json": lambda: Compact},
    "the standard JSON module": {"json": lambda: json},
    "an own packet class": {"serializer": lambda: Stamped},
    "an own manager": {"client_manager": Watching},
    "a large buffer": {"max_http_buffer_size": lambda: 10**9},
    "a buffer without an end": {"max_http_buffer_size": lambda: float("inf")},
    "no monitor": {"monitor_clients": lambda: False},
    "websocket alone": {"transports": lambda: ["websocket"]},
    "pings": {"ping_interval": lambda: (25, 5)},
    "a cookie": {"cookie": lambda: "io"},
    "other origins": {"cors_allowed_origins": lambda: "*"},
}


def conversation(made: Any, net: Any) -> list[str]:
    """What a client hears, without what differs from client to client."""
    made.on("word")(lambda word: (1, word))
    made.on("connect")(lambda auth=None: None)
    client = net.raw(net.serve(made.wsgi))
    heard = [client.enter()]
    for frame in ('21["word","hello"]', '22["word","é"]', '2["word","no ack"]', '23["word","x"]'):
        client.send(frame)
        if frame[1] != "[":
            heard.append(client.receive())
    made.emit("plain", "hello")
    made.emit("spread", 1, "a")
    made.emit("file", {"data": b"x"})
    heard += [client.receive() for _ in range(3)]
    heard.append(client.ws.recv())  # the attachment
    return [
        re.sub(r'"sid":"[^"]*"', '"sid"', frame) if "sid" in str(frame) else frame
        for frame in heard
    ]


@pytest.fixture
def _own_json() -> Any:
    """python-socketio keeps an own module for the whole process."""
    before = packet.Packet.json, engineio.packet.Packet.json
    yield
    packet.Packet.json, engineio.packet.Packet.json = before


@pytest.mark.usefixtures("_own_json")
@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.sampled(3)
def test_an_option_works_as_without_the_guard(name: str, entrance: Any, net: Any) -> None:
    """The same conversation, frame by frame."""
    heard = []
    for guarded in (False, True):
        options = {key: make() for key, make in OPTIONS[name].items()}
        made = entrance(guarded=guarded, server=options)
        heard.append(conversation(made, net))
        assert made.violations == []
    assert heard[0] == heard[1]


@pytest.mark.parametrize("make", [Broken, with_broken_handler])
def test_a_logger_that_fails_costs_no_event(make: Any, entrance: Any, net: Any) -> None:
    """Neither one that keeps the contract nor the answer to one that breaks it."""
    made = entrance(server={"logger": make()})
    made.on("word")(lambda word: (1, word))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('21["word","a"]')
    assert client.receive() == '31[1,"a"]'
    client.send('22["word",1]')
    assert json.loads(client.receive()[2:])[0]["error"]["code"] == "request_validation_error"


def test_a_simple_logger_is_told_of_events(entrance: Any, net: Any) -> None:
    """As by python-socketio; a name cannot forge a line."""
    log = Simple()
    made = entrance(server={"logger": log})
    made.on("word")(lambda word: (1, word))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('21["word","a"]')
    client.receive()
    assert [line for line in log.lines if "received event" in line and "word" in line]


def test_sessions_of_flask_work_with_and_without_being_managed(net: Any, entrances: Any) -> None:
    """`manage_session=False` leaves them to Flask."""
    import flask

    for manage in (True, False):
        made = entrances("init_app", server={"manage_session": manage})

        @made.io.on("word")
        def word(text: str) -> Any:
            flask.session["n"] = flask.session.get("n", 0) + 1
            return flask.session["n"], text

        client = net.raw(net.serve(made.wsgi))
        client.enter()
        for _ in range(2):
            client.send('21["word","a"]')
            client.receive()
        client.send('22["word","a"]')
        assert client.receive() == ('32[3,"a"]' if manage else '32[1,"a"]')
