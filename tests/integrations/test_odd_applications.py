"""Applications with ideas of their own, which work under the guard as they do without."""

from __future__ import annotations

import functools
import json
import logging
import queue
import threading
import zlib
from types import SimpleNamespace
from typing import Any

import engineio
import pytest
import requests
import socketio
from flask.sessions import SecureCookieSessionInterface
from socketio import packet

from asyncapi_guard import AckValidationError, AsyncAPIGuard, Policy


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    monkeypatch.setattr(logging.getLogger("engineio.server"), "disabled", True)
    # Own JSON modules are kept for the whole process.
    before = packet.Packet.json, engineio.packet.Packet.json
    yield
    packet.Packet.json, engineio.packet.Packet.json = before


# -- connect handlers ------------------------------------------------------------------------------


def injecting(function: Any) -> Any:
    @functools.wraps(function)
    def inner(*args: Any) -> Any:
        return function("database", *args)

    return inner


def injecting_by_name(function: Any) -> Any:
    @functools.wraps(function)
    def inner(auth: Any = None) -> Any:
        return function("database", auth)

    return inner


@pytest.mark.parametrize("decorate", [injecting, injecting_by_name])
def test_a_decorator_that_adds_an_argument_gets_the_auth(
    decorate: Any, entrances: Any, net: Any
) -> None:
    """It says what it decorates, which takes one more than the decorator does."""
    for way in ("init_app", "AsyncAPISocketIO"):
        made, seen = entrances(way), []  # type: ignore[var-annotated]

        def connect(database: str, auth: Any, seen: Any = seen) -> None:
            seen.append((database, auth))

        made.io.on("connect", namespace="/locked")(decorate(connect))
        client = net.raw(net.serve(made.wsgi))
        client.enter()
        assert client.enter("/locked", '{"token":"abcd"}').startswith("0/locked,")
        assert seen == [("database", {"token": "abcd"})]


def test_always_connect_accepts_at_once(entrance: Any, net: Any) -> None:
    """That is what the option is for: broadcasts arrive while the handler runs."""
    made = entrance(server={"always_connect": True})
    running, release = threading.Event(), threading.Event()

    def connect(auth: Any = None) -> None:
        running.set()
        assert release.wait(120)

    made.on("connect")(connect)
    client = net.raw(net.serve(made.wsgi))
    client.send("0")
    assert client.receive().startswith("0")
    assert running.wait(120)
    made.emit("plain", "news")
    assert client.receive() == '2["plain","news"]'
    release.set()


# -- clients that leave ----------------------------------------------------------------------------


class Polling:
    """A client that speaks over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url + "/socket.io/?EIO=4&transport=polling"
        opened = json.loads(requests.get(self._url, timeout=120).text[1:])
        self._url += "&sid=" + opened["sid"]

    def post(self, body: str) -> None:
        requests.post(self._url, data=body, timeout=120)


@pytest.mark.parametrize("more", ["1\x1e40", '1\x1e40/locked,{"token":"abcd"}', "41\x1e40", "1"])
def test_who_has_left_is_in_no_namespace(more: str, entrance: Any, net: Any) -> None:
    """Whatever comes after the end, or beside it."""
    made = entrance()
    running, release = threading.Event(), threading.Event()
    ended: queue.Queue[str] = queue.Queue()

    def connect(auth: Any = None) -> None:
        running.set()
        assert release.wait(120)

    made.on("connect")(connect)
    made.on("disconnect")(lambda *reason: ended.put("/"))
    made.on("connect", "/locked")(lambda auth: None)
    client = Polling(net.serve(made.wsgi))
    thread = threading.Thread(target=client.post, args=("40",))
    thread.start()
    assert running.wait(120)
    client.post(more)
    release.set()
    thread.join(120)
    assert ended.get(timeout=120) == "/"
    assert made.server.manager.rooms == {}
    assert made.guard.installed
    assert made.server._asyncapi_guard.entrants._entrants == {}


def test_what_was_kept_arrives_when_the_guard_goes(entrance: Any, net: Any) -> None:
    """A client that was connecting misses nothing."""
    made = entrance()
    running, release = threading.Event(), threading.Event()

    def connect(auth: Any = None) -> None:
        running.set()
        assert release.wait(120)

    made.on("connect")(connect)
    client = net.raw(net.serve(made.wsgi))
    client.send("0")
    assert running.wait(120)
    made.emit("plain", "news")
    made.guard.uninstall()
    release.set()
    assert client.receive().startswith("0")
    assert client.receive() == '2["plain","news"]'


# -- what is on the wire ---------------------------------------------------------------------------


class Zipped(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """Packets that are bytes."""

    def encode(self) -> Any:
        return zlib.compress(super().encode().encode())

    def decode(self, encoded_packet: Any) -> Any:
        return super().decode(zlib.decompress(encoded_packet).decode())


def test_packets_of_an_own_class_may_be_bytes(entrance: Any, net: Any) -> None:
    made = entrance(server={"serializer": Zipped})
    made.on("word")(lambda word: (1, word))
    client = net.raw(net.serve(made.wsgi))
    client.send(zlib.compress(b"0"))
    assert zlib.decompress(client.ws.recv()).startswith(b"0")
    client.send(zlib.compress(b'27["word","a"]'))
    assert zlib.decompress(client.ws.recv()) == b'37[1,"a"]'
    client.send(zlib.compress(b'27["word",1]'))
    assert b"request_validation_error" in zlib.decompress(client.ws.recv())


class Escaping:
    """A JSON module that writes texts otherwise."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(data: Any, **options: Any) -> str:
        return json.dumps(data, **options).replace("&", "&amp;")


class Stamped(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """A packet class with a say in how packets are written."""

    def encode(self) -> Any:
        return super().encode()


@pytest.mark.parametrize("policy", [None, Policy(mode="report"), Policy(mode="off")])
@pytest.mark.parametrize("serializer", ["default", Stamped])
def test_an_own_json_module_writes_once(
    serializer: Any, policy: Any, entrance: Any, net: Any
) -> None:
    """Also where the packet class is the application's own."""
    made = entrance(policy=policy, server={"json": Escaping, "serializer": serializer})
    made.on("word")(lambda word: (1, "a&b"))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    made.emit("plain", "a&b")
    assert client.receive() == '2["plain","a&amp;b"]'
    client.send('27["word","a"]')
    assert client.receive() == '37[1,"a&amp;b"]'


class Reviving:
    """A JSON module that makes objects."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str, **_: Any) -> Any:
        return json.loads(text, object_hook=lambda data: SimpleNamespace(**data))


def test_an_own_json_module_may_make_objects(entrance: Any, net: Any) -> None:
    """What is validated is the JSON; handlers get the objects."""
    made, seen = entrance(server={"json": Reviving}), []  # type: ignore[var-annotated]
    made.on("bag")(lambda bag: seen.append(bag.a))
    made.on("connect", "/locked")(lambda auth: seen.append(auth.token))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["bag",{"a":1}]')
    assert client.receive() == "37[]"
    client.send('27["move",{"x":9}]')
    assert '"request_validation_error"' in client.receive()
    assert client.enter("/locked", '{"token":"abcd"}').startswith("0/locked,")
    assert client.enter("/locked", '{"token":1}').startswith("4/locked,")
    assert seen == [1, "abcd"]


class Looking(socketio.Manager):
    """A manager that looks into what is sent."""

    def emit(self, event: str, data: Any, namespace: str, **options: Any) -> Any:
        self.seen = data
        return super().emit(event, data, namespace, **options)


@pytest.mark.parametrize("policy", [None, Policy(mode="report"), Policy(mode="off")])
def test_an_own_manager_gets_data_in_the_form_that_was_sent(policy: Any, entrances: Any) -> None:
    """In report mode, and off, the very data."""
    for way in ("init_app", "protect"):
        manager = Looking()
        made = entrances(way, policy=policy, server={"client_manager": manager})
        for event, data in (("bag_sent", {"a": 1}), ("spread", (1, "a")), ("ended", None)):
            made.server.emit(event, data)
            assert manager.seen == data
            assert type(manager.seen) is type(data)
            assert policy is None or manager.seen is data


def test_a_leave_whose_data_is_no_json_is_no_leave(entrance: Any, net: Any) -> None:
    """As without the guard, in every mode."""
    for policy in (None, Policy(mode="report"), Policy(mode="off")):
        made = entrance(policy=policy)
        made.on("begin")(lambda: None)
        client = net.raw(net.serve(made.wsgi))
        client.enter()
        client.send("1x")
        client.send('27["begin"]')
        assert client.receive() == "37[]"


# -- values ----------------------------------------------------------------------------------------


class Unreadable(tuple[Any, ...]):
    """A tuple that raises when somebody looks into it."""

    __slots__ = ()

    def __iter__(self) -> Any:
        raise RuntimeError("not now")


class Ending(dict[str, Any]):
    """A dictionary that ends its reader."""

    def items(self) -> Any:
        raise SystemExit

    keys = values = __iter__ = items


@pytest.mark.parametrize("kind", [Unreadable, Ending])
def test_an_ack_that_nobody_can_read_is_answered(kind: Any, entrances: Any, net: Any) -> None:
    for way in ("init_app", "protect"):
        made = entrances(way)
        made.on("word")(lambda word: kind())
        client = net.raw(net.serve(made.wsgi))
        client.enter()
        for _ in range(2):
            client.send('27["word","a"]')
            assert '_error"' in client.receive()


def test_a_call_that_emits_more_hands_rejections_to_nobody_else(entrances: Any, net: Any) -> None:
    """Only `call` knows what to do with one."""
    got: queue.Queue[Any] = queue.Queue()

    class Copying(socketio.Manager):  # type: ignore[misc]  # carries no types
        def emit(self, event: str, data: Any, namespace: str, **options: Any) -> Any:
            result = super().emit(event, data, namespace, **options)
            if event == "question" and not copying:
                copying.append(True)
                self.server.emit(
                    "question", "copy", to=options.get("room"), callback=lambda *v: got.put(v)
                )
            return result

    copying: list[bool] = []
    made = entrances("protect", server={"client_manager": Copying()})
    client = net.client(net.serve(made.wsgi))
    client.answers["question"] = "wrong"
    with pytest.raises(AckValidationError):
        made.server.call("question", "q", to=client.io.get_sid(), timeout=120)
    client.ask("begin")
    assert got.empty()


@pytest.mark.parametrize("way", ["init_app", "AsyncAPISocketIO"])
def test_a_dictionary_that_changes_meanwhile_is_no_error(way: str, entrances: Any) -> None:
    made = entrances(way)
    shared: dict[str, Any] = {f"k{number}": [number] for number in range(50)}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared[f"n{number % 99}"] = number
            shared.pop(f"n{(number + 50) % 99}", None)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(2000):
            made.emit("bag_sent", shared)
    finally:
        stop.set()
        thread.join()


# -- violations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["lobby", ["lobby"], None])
def test_the_ack_of_a_room_is_the_clients_who_sent_it(to: Any, entrance: Any, net: Any) -> None:
    """Its session and address; the room's name is neither."""
    made = entrance()
    client = net.raw(net.serve(made.wsgi))
    sid = json.loads(client.enter()[1:])["sid"]
    made.server.enter_room(sid, "lobby")
    made.server.emit("question", "q", to=to, callback=lambda *_: pytest.fail("it ran"))
    client.receive()
    client.send('31["wrong"]')
    made.on("begin")(lambda: None)
    client.send('27["begin"]')
    client.receive()
    (violation,) = made.violations
    assert (violation.sid, violation.address) == (sid, "127.0.0.1")


class Failing(SecureCookieSessionInterface):
    """A session store that is down."""

    def open_session(self, app: Any, request: Any) -> Any:
        raise ConnectionError("the store is down")


def test_a_violation_is_counted_and_told_where_its_context_cannot_be_made(
    net: Any, entrances: Any
) -> None:
    made = entrances("init_app")
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    made.app.session_interface = Failing()
    client.send('27["word",1]')
    assert '"request_validation_error"' in client.receive()
    assert [v.event for v in made.violations] == ["word"]
    assert sum(s.rejected for s in made.guard.statistics()) == 1


def test_a_hook_has_the_session_of_the_handlers(net: Any, entrances: Any) -> None:
    """The one that Flask-SocketIO keeps for a client."""
    import flask

    found: queue.Queue[Any] = queue.Queue()
    made = entrances("init_app", on_violation=lambda _: found.put(flask.session.get("user")))

    @made.io.on("connect")
    def connect() -> None:
        flask.session["user"] = "ann"

    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["word",1]')
    assert found.get(timeout=120) == "ann"


def test_the_admin_ui_of_one_server_opens_nothing_on_another(contract: Any) -> None:
    """Of one guard for both."""
    guard = AsyncAPIGuard(contract())
    one = socketio.Server(async_mode="threading", async_handlers=False)
    other = socketio.Server(async_mode="threading", async_handlers=False)
    guard.protect(one)
    guard.protect(other)
    one._asyncapi_guard._let_through("/admin")
    assert one._asyncapi_guard.decide.guard.connect("/admin", None).violation is None
    assert other._asyncapi_guard.decide.guard.connect("/admin", None).violation is not None


@pytest.mark.parametrize("ends", [True, False])
def test_events_that_are_not_validated_wait_for_clients_as_well(
    ends: bool, entrance: Any, net: Any
) -> None:
    """A broadcast of an event whose mode is off reaches a client once, when it is in."""
    made = entrance(policy=Policy(operations={"main_plain": "off"}))
    running, release = threading.Event(), threading.Event()

    def connect(auth: Any = None) -> bool:
        running.set()
        assert release.wait(120)
        return ends

    made.on("connect")(connect)
    made.on("begin")(lambda: None)
    client = net.raw(net.serve(made.wsgi))
    client.send("0")
    assert running.wait(120)
    made.emit("plain", "news")
    release.set()
    assert client.receive()[0] == ("0" if ends else "4")
    if ends:
        assert client.receive() == '2["plain","news"]'
        client.send('27["begin"]')
        assert client.receive() == "37[]"
