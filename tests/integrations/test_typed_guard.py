"""`typed=True` of a guard: its document judges, and handlers get instances of their hints."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import importlib.util
import logging
import queue
from typing import TYPE_CHECKING, Any

import flask_socketio
import pytest
import socketio as pysocketio
from flask import Flask
from pydantic import BaseModel, Field

from asyncapi_guard import (
    AsyncAPIGuard,
    AsyncAPISocketIO,
    InstallationError,
    Mode,
    Policy,
    RegistrationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = {"type": "integer"}
TEXT = {"type": "string"}
ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer", "maximum": 99}, "from": TEXT},
}


def shop() -> dict[str, Any]:
    """A document with an order, its receipt, and news about it; `/staff` wants a badge."""
    messages = {
        "order": {"payload": ORDER, "x-ack": ORDER},
        "both": {"payload": {"type": "array", "items": [ORDER, NUMBER], "minItems": 1}},
        "plain": {"payload": TEXT, "x-ack": TEXT},
        "news": {"payload": ORDER, "x-ack": ORDER},
    }
    staff = {"connect": {"payload": ORDER}, "order": {"payload": ORDER, "x-ack": ORDER}}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "channels": {
            "shop": {"address": "/", "messages": messages},
            "staff": {"address": "/staff", "messages": staff},
        },
        "operations": {
            "in": {
                "action": "receive",
                "channel": {"$ref": "#/channels/shop"},
                "messages": [
                    {"$ref": f"#/channels/shop/messages/{name}"}
                    for name in ("order", "both", "plain")
                ],
            },
            "out": {
                "action": "send",
                "channel": {"$ref": "#/channels/shop"},
                "messages": [{"$ref": "#/channels/shop/messages/news"}],
            },
            "staff": {"action": "receive", "channel": {"$ref": "#/channels/staff"}},
        },
    }


class Order(BaseModel):
    id: int = Field(ge=1)  # more than the document says
    sender: str = Field("nobody", alias="from")


def new(id: int, sender: str | None = None) -> Order:
    return Order(**{"id": id, **({"from": sender} if sender else {})})


def doubled(order: Order) -> Order:
    assert isinstance(order, Order)
    return new(order.id * 2, order.sender)


class Shop:
    """A server of one of both kinds, guarded before or after its handlers are registered."""

    def __init__(self, way: str, when: str, **options: Any) -> None:
        self.way = way
        self.ran: list[Any] = []
        self.app = Flask(__name__)
        if way == "protect":
            self.io: Any = pysocketio.Server(async_mode="threading")
            self.server: Any = self.io
            self.wsgi: Any = pysocketio.WSGIApp(self.io)
        else:
            self.io = flask_socketio.SocketIO(self.app, async_mode="threading")
            self.server, self.wsgi = self.io.server, self.app
        self.guard = AsyncAPIGuard(shop(), **options)
        if when == "before":
            self.protect()
        self.register()
        if when == "after":
            self.protect()

    def protect(self) -> None:
        if self.way == "protect":
            self.guard.protect(self.io, typed=True)
        else:
            self.guard.init_app(self.app, self.io, typed=True)

    def register(self) -> None:
        """The same handlers, with the session id or without."""
        with_sid = self.way == "protect"

        def order(order: Order) -> Order:
            self.ran.append(order)
            return doubled(order)

        def both(first: Order, second: int = 7) -> None:
            self.ran.append((first, second))

        def plain(text):  # type: ignore[no-untyped-def]
            return new(3).sender + text

        def order_with_sid(sid: str, order: Order) -> Order:
            self.ran.append(order)
            return doubled(order)

        def both_with_sid(sid: str, first: Order, second: int = 7) -> None:
            self.ran.append((first, second))

        def plain_with_sid(sid: str, text):  # type: ignore[no-untyped-def]
            return new(3).sender + text

        if with_sid:
            self.io.on("order")(order_with_sid)
            self.io.on("both", both_with_sid)
            self.io.on("plain", plain_with_sid)
            self.io.register_namespace(_ServerStaff("/staff"))
        else:
            self.io.on("order")(order)
            self.io.on_event("both", both)
            self.io.on("plain")(plain)
            self.io.on_namespace(_FlaskStaff("/staff"))


class _FlaskStaff(flask_socketio.Namespace):  # type: ignore[misc]
    def on_connect(self, auth: Order) -> None:
        assert isinstance(auth, Order)

    def on_order(self, order: Order) -> Order:
        return doubled(order)


class _ServerStaff(pysocketio.Namespace):  # type: ignore[misc]
    def on_connect(self, sid: str, environ: dict[str, Any], auth: Order) -> None:
        assert isinstance(auth, Order)
        assert "REQUEST_METHOD" in environ

    def on_order(self, sid: str, order: Order) -> Order:
        return doubled(order)


WAYS = [(way, when) for way in ("init_app", "protect") for when in ("before", "after")]


@pytest.fixture(params=WAYS, ids="-".join)
def open_shop(request: pytest.FixtureRequest) -> Callable[..., Shop]:
    """Makes a server, guarded in any way at any time."""
    return lambda **options: Shop(*request.param, **options)


def test_handlers_get_instances_and_return_them(open_shop: Any, net: Any) -> None:
    made = open_shop()
    client = net.client(net.serve(made.wsgi))
    assert client.ask("order", {"id": 4, "from": "ann"}) == [{"id": 8, "from": "ann"}]
    assert client.ask("both", {"id": 1}, 2) == []
    assert client.ask("both", {"id": 1}) == []
    assert client.ask("plain", "x") == ["nobodyx"]
    order, *pairs = made.ran
    assert order == new(4, "ann")
    assert pairs == [(new(1), 2), (new(1), 7)]


def test_the_document_judges_and_types_reject_what_they_cannot_make(
    open_shop: Any, net: Any
) -> None:
    made = open_shop()
    client = net.client(net.serve(made.wsgi))
    for value, keyword in (({"id": 100}, "maximum"), ({"id": "7"}, "type"), ({"id": 0}, None)):
        (answer,) = client.ask("order", value)
        assert answer["error"]["code"] == "request_validation_error"
        if keyword is not None:
            assert answer["error"]["problems"][0]["keyword"] == keyword
    assert made.ran == []
    (answer,) = client.ask("order", {"id": 60})
    assert answer["error"]["code"] == "response_validation_error"


def test_what_types_cannot_make_is_rejected_in_every_mode(open_shop: Any, net: Any) -> None:
    made = open_shop(policy=Policy(mode=Mode.REPORT))
    client = net.client(net.serve(made.wsgi))
    (answer,) = client.ask("order", {"id": 0})
    assert answer["error"]["code"] == "request_validation_error"
    assert client.ask("order", {"id": 70}) == [{"id": 140, "from": "nobody"}]


def test_namespaces_and_auth(open_shop: Any, net: Any) -> None:
    made = open_shop()
    url = net.serve(made.wsgi)
    client = net.client(url, namespaces=["/", "/staff"], auth={"id": 5})
    assert client.ask("order", {"id": 2}, namespace="/staff") == [{"id": 4, "from": "nobody"}]
    other = net.client(url)
    for auth in (None, {}, {"id": 100}, {"id": 0}):
        rejection = other.enter("/staff", auth)
        assert rejection["data"]["error"]["code"] == "request_validation_error", auth
    assert other.enter("/staff", {"id": 1}) is None


def test_emits_take_instances(open_shop: Any, net: Any) -> None:
    made = open_shop()
    client = net.client(net.serve(made.wsgi))
    made.io.emit("news", new(6))
    made.server.emit("news", data=new(7))
    made.io.emit("news", [new(1)][0])
    for id in (6, 7, 1):
        assert client.receive() == ("/", "news", [{"id": id, "from": "nobody"}])
    with pytest.raises(Exception, match="maximum"):
        made.io.emit("news", new(100))
    client.answers["news"] = {"id": 9}
    sid = next(iter(made.server.manager.get_participants("/", None)))[0]
    got: queue.Queue[Any] = queue.Queue()
    made.io.start_background_task(lambda: got.put(made.io.call("news", new(8), to=sid, timeout=60)))
    assert client.receive() == ("/", "news", [{"id": 8, "from": "nobody"}])
    assert got.get(timeout=60) == {"id": 9}


@dataclasses.dataclass
class Note:
    id: int
    at: dt.datetime


def test_what_has_no_declared_type_may_be_any_instance(open_shop: Any, net: Any) -> None:
    """Dataclasses and dates leave as they do from an AsyncAPISocketIO."""
    made = open_shop(policy=Policy(undeclared_events=Mode.REPORT))
    at = dt.datetime(2024, 2, 29, tzinfo=dt.timezone.utc)
    made.io.on("note")(lambda *given: Note(1, at))
    client = net.client(net.serve(made.wsgi))
    written = {"id": 1, "at": "2024-02-29T00:00:00Z"}
    assert client.ask("note") == [written]
    made.io.emit("noted", Note(1, at))
    assert client.receive() == ("/", "noted", [written])


def test_error_handlers_answer_and_may_return_instances(net: Any) -> None:
    made = Shop("init_app", "before")
    made.io.on_error_default(lambda error: new(1, error.errors()[0]["path"]))
    client = net.client(net.serve(made.wsgi))
    for value in ({"id": 100}, {"id": 0}):
        assert client.ask("order", value) == [{"id": 1, "from": "/id"}]


def test_wide_handlers_of_a_server(net: Any) -> None:
    """Where there are no hints, and where there are; for any event, and in any namespace."""
    server = pysocketio.Server(async_mode="threading")
    AsyncAPIGuard(shop()).protect(server, typed=True)

    @server.on("*")  # type: ignore[untyped-decorator]
    def any_event(event: str, sid: str, order: Order) -> Order:
        assert event == "order"
        return doubled(order)

    @server.on("order", namespace="*")  # type: ignore[untyped-decorator]
    def any_namespace(namespace: str, sid: str, order: Order) -> Order:
        assert namespace == "/staff"
        return doubled(order)

    @server.on("connect", namespace="/staff")
    def connect(sid, environ):  # type: ignore[no-untyped-def]
        return None

    url = net.serve(pysocketio.WSGIApp(server))
    client = net.client(url, namespaces=["/", "/staff"], auth={"id": 5})
    for namespace in ("/", "/staff"):
        answer = client.ask("order", {"id": 3}, namespace=namespace)
        assert answer == [{"id": 6, "from": "nobody"}]


@pytest.mark.parametrize("way", ["init_app", "protect"])
def test_afterwards_everything_is_as_before(way: str) -> None:
    made = Shop(way, "after")
    made.guard.uninstall()
    for owner in (made.io, made.server):
        names = {"on", "on_namespace", "emit", "call", "_handle_event", "_get_event_handler"}
        assert not names & vars(owner).keys()


@pytest.mark.parametrize("way", ["init_app", "protect"])
def test_hints_that_cannot_be_modelled_are_an_error_where_they_are(way: str) -> None:
    made = Shop(way, "never")

    class Odd: ...

    def odd(sid: str, odd: Odd) -> None: ...

    made.io.on("odd")(odd)
    with pytest.raises(RegistrationError, match="odd"):
        made.protect()
    assert not made.guard.installed
    assert "_asyncapi_guard" not in vars(made.server)
    later = Shop(way, "before")
    with pytest.raises(RegistrationError, match="odd"):
        later.io.on("odd")(odd)


def test_without_pydantic_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "pydantic" else find(name, *a)
    )
    for way in ("init_app", "protect"):
        made = Shop(way, "never")
        with pytest.raises(InstallationError, match=r"pip install"):
            made.protect()
        assert not made.guard.installed


# -- what is said ----------------------------------------------------------------------------------


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    # Connections of other tests may come to their end meanwhile.
    ours = [each for each in caplog.records if each.name.startswith("asyncapi_guard")]
    found = [each.message for each in ours if each.levelno >= logging.WARNING]
    return [line for line in found if "/elsewhere" not in line]


@pytest.mark.parametrize("typed", [None, False, True])
@pytest.mark.parametrize("way", ["init_app", "protect"])
def test_models_that_nothing_makes_are_said_once(
    way: str, typed: bool | None, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = Shop(way, "never")
    if way == "protect":
        made.guard.protect(made.io, typed=typed)
    else:
        made.guard.init_app(made.app, made.io, typed=typed)
    url = net.serve(made.wsgi)
    for _ in range(2):
        net.client(url).enter("/elsewhere")  # after what is done at the first connection
    lines = warnings(caplog)
    assert len(lines) == (typed is None)
    for line in lines:
        assert ".both" in line
        assert "1 more" in line  # that with plain data is none of them
        assert "typed=True" in line


def test_hints_of_plain_data_promise_nothing(net: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    AsyncAPIGuard(shop()).init_app(app, io)
    for event in ("order", "both", "plain"):

        @io.on(event)  # type: ignore[untyped-decorator]
        def handler(data: dict[str, Any] | str, *more: int) -> dict[str, Any] | None: ...

    io.on("order", namespace="/staff")(lambda order: order)
    net.client(net.serve(app)).enter("/elsewhere")
    assert warnings(caplog) == []


def test_what_a_decorator_makes_is_not_missed(net: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever decorates a handler may make instances of what comes."""

    def making(handler: Any) -> Any:
        @functools.wraps(handler)
        def call(data: Any) -> Any:
            handler(Order(**data))
            return data

        return call

    got: list[Any] = []

    @making
    def order(order: Order) -> None:
        got.append(order)

    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    AsyncAPIGuard(shop()).init_app(app, io)
    io.on("order")(order)
    for event in ("both", "plain"):
        io.on(event)(lambda *_: None)
    io.on("order", namespace="/staff")(lambda order: order)
    client = net.client(net.serve(app))
    assert client.ask("order", {"id": 3}) == [{"id": 3}]
    assert got == [new(3)]
    assert warnings(caplog) == []


def test_a_drop_in_that_judges_nothing_may_have_such_a_guard(net: Any) -> None:
    app = Flask(__name__)
    io = AsyncAPISocketIO(app, validate=False, async_mode="threading")
    AsyncAPIGuard(shop()).init_app(app, io, typed=True)

    @io.on("order", get_from_typehint=True)
    def order(order: Order) -> Order:
        return doubled(order)

    client = net.client(net.serve(app))
    assert client.ask("order", {"id": 3}) == [{"id": 6, "from": "nobody"}]
