"""Processes that only publish: what a manager without a server writes to the channel is judged."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import flask
import orjson
import pytest
import socketio
import test_queue
from flask_socketio import SocketIO
from socketio import kombu_manager
from socketio.async_pubsub_manager import AsyncPubSubManager
from test_queue import settle
from test_queued import Ear

from asyncapi_guard import (
    AsyncAPIGuard,
    AsyncAPISocketIO,
    EmitValidationError,
    InstallationError,
    Policy,
)
from asyncapi_guard.integrations.deciding.queue_signing import is_signed

if TYPE_CHECKING:
    from collections.abc import Callable

redis_url, cluster = test_queue.redis_url, test_queue.cluster

BAD, GOOD = {"x": "1"}, {"x": 1}


class _Writes:
    """What is published, as text; and a way to call both kinds of managers."""

    json: Any
    _publish: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"write_only": True, **options})
        self.texts: list[str] = []

    def _write(self, data: Any) -> None:
        text = self.json.dumps(data)
        self.texts.append(text if isinstance(text, str) else text.decode())

    def _written(self) -> list[dict[str, Any]]:
        """What a receiver reads."""
        return [json.loads(each) for each in self.texts]


class OnThreads(_Writes, socketio.PubSubManager):  # type: ignore[misc]  # python-socketio carries no types
    """An application's own manager."""

    def _publish(self, data: Any) -> None:
        self._write(data)


class OnAsyncio(_Writes, AsyncPubSubManager):  # type: ignore[misc]  # as above
    """The same on asyncio."""

    async def _publish(self, data: Any) -> None:
        self._write(data)


class Publisher:
    """A guarded manager; its methods return when they are done."""

    def __init__(self, manager: Any, guard: AsyncAPIGuard) -> None:
        self.manager = manager
        self.guard = guard

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.manager, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            value = method(*args, **kwargs)
            return asyncio.run(value) if asyncio.iscoroutine(value) else value

        return call

    @property
    def published(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.manager._written()
        return found


@pytest.fixture(params=[OnThreads, OnAsyncio], ids=["threads", "asyncio"])
def kind(request: Any) -> Any:
    """A class of managers."""
    return request.param


@pytest.fixture
def make(kind: Any, contract: Any) -> Callable[..., Publisher]:
    """Make a guarded publisher."""

    def made(manager: dict[str, Any] | None = None, **options: Any) -> Publisher:
        guard = AsyncAPIGuard(contract(), **options)
        publisher = Publisher(kind(**(manager or {})), guard)
        guard.protect(publisher.manager)
        return publisher

    return made


GOOD_EVENTS: dict[str, tuple[str, Any, str | None, list[Any]]] = {
    "one argument": ("moved", GOOD, None, [GOOD]),
    "several": ("spread", (1, "a"), None, [1, "a"]),
    "none": ("ended", None, None, [None]),
    "no argument in a tuple": ("ended", (), None, []),
    "bytes": (
        "file",
        {"data": b"\x00\xff"},
        None,
        [[{"data": {"_placeholder": True, "num": 0}}], "AP8="],
    ),
    "a key that is no text": ("bag_sent", {1: 2}, None, [{"1": 2}]),
    "a tuple within": ("bag_sent", {"a": (1, 2)}, None, [{"a": [1, 2]}]),
    "another namespace": ("said", "hi", "/rooms/red", ["hi"]),
}


@pytest.mark.parametrize("row", GOOD_EVENTS, ids=str)
def test_what_keeps_the_contract_is_published(row: str, make: Any) -> None:
    """As without the guard."""
    event, data, namespace, written = GOOD_EVENTS[row]
    publisher = make()
    publisher.emit(event, data, namespace=namespace, room="r", skip_sid=["a", "b"])
    (message,) = publisher.published
    assert (message["event"], message["data"]) == (event, written)
    assert (message["namespace"], message["binary"]) == (namespace or "/", event == "file")
    assert (message["room"], message["skip_sid"]) == ("r", ["a", "b"])


def _cycle() -> Any:
    made: dict[str, Any] = {}
    made["itself"] = made
    return made


BAD_EVENTS: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "a wrong type": ("moved", BAD, {}, "emit_validation_error"),
    "too many arguments": ("spread", (1, "a", 2), {}, "emit_validation_error"),
    "a list for several": ("spread", [1, "a"], {}, "emit_validation_error"),
    "bytes for a text": ("plain", b"x", {}, "emit_validation_error"),
    "nothing": ("moved", None, {}, "emit_validation_error"),
    "something for nothing": ("ended", 1, {}, "emit_validation_error"),
    "NaN": ("bag_sent", {"k": float("nan")}, {}, "emit_validation_error"),
    "an infinity": ("bag_sent", {"k": float("-inf")}, {}, "emit_validation_error"),
    "half a surrogate": ("plain", "\ud800", {}, "emit_validation_error"),
    "a set": ("bag_sent", {"k": {1}}, {}, "emit_validation_error"),
    "a key that JSON lacks": ("bag_sent", {(1, 2): 1}, {}, "emit_validation_error"),
    "a cycle": ("bag_sent", _cycle(), {}, "emit_validation_error"),
    "an unknown event": ("nope", 1, {}, "undeclared_event"),
    "a reserved name": ("connect", None, {}, "undeclared_event"),
    "every event": ("*", 1, {}, "undeclared_event"),
    "an event that clients send": ("begin", None, {}, "undeclared_event"),
    "a name that is no text": (5, 1, {}, "malformed_packet"),
    "a name without a hash": (["moved"], GOOD, {}, "malformed_packet"),
    "an unknown namespace": ("moved", GOOD, {"namespace": "/typo"}, "undeclared_namespace"),
    "a namespace that is no text": ("moved", GOOD, {"namespace": 5}, "malformed_packet"),
    "a namespace without a hash": ("moved", GOOD, {"namespace": ["/"]}, "malformed_packet"),
    "a set of rooms": ("moved", GOOD, {"room": {"a"}}, "malformed_packet"),
    "a room of bytes": ("moved", GOOD, {"to": b"a"}, "malformed_packet"),
    "a room that is no Unicode": ("moved", GOOD, {"room": "\udcff"}, "malformed_packet"),
    "a room that is an object": ("moved", GOOD, {"room": {"a": 1}}, "malformed_packet"),
    "a set of clients to skip": ("moved", GOOD, {"skip_sid": {"a"}}, "malformed_packet"),
}


@pytest.mark.parametrize("row", BAD_EVENTS, ids=str)
def test_what_breaks_it_raises_where_it_was_emitted(row: str, make: Any) -> None:
    """And nothing is published; the hook, the counters and the log have it."""
    event, data, more, code = BAD_EVENTS[row]
    told: list[Any] = []
    publisher = make(on_violation=told.append)
    with pytest.raises(EmitValidationError) as raised:
        publisher.emit(event, data, **more)
    assert publisher.published == []
    assert raised.value.violation.code == code
    assert [each.checkpoint for each in told] == ["send_event"]
    counted = [
        (each.rejected, each.seen)
        for each in publisher.guard.statistics()
        if each.checkpoint == "send_event"
    ]
    assert counted == [(1, 1)]


def test_an_ack_that_the_contract_requires_cannot_be_asked_for(make: Any) -> None:
    """A manager without a server has no callbacks, says python-socketio."""
    publisher = make()
    with pytest.raises(RuntimeError):
        publisher.emit("question", "q", room="r", callback=print)
    assert publisher.published == []


@pytest.mark.parametrize("mode", ["report", "off"])
@pytest.mark.parametrize("data", [BAD, float("nan")], ids=["invalid", "NaN"])
def test_the_other_modes_publish_all_the_same(mode: str, data: Any, make: Any) -> None:
    """What is reported is on record."""
    told: list[Any] = []
    publisher = make(policy=Policy(mode=mode), on_violation=told.append)
    publisher.emit("moved", data)
    assert len(publisher.published) == 1
    assert [each.rejected for each in told] == ([False] if mode == "report" else [])


def test_what_is_judged_is_what_is_published(make: Any) -> None:
    """Whatever other threads do to it meanwhile, or its class: a copy goes on."""

    class Shifty(dict[str, Any]):
        """Shows one thing to the first who looks, and another to all others."""

        def items(self) -> Any:
            shown = {"x": self.pop("x", "evil")}
            return shown.items()

    publisher = make()
    publisher.emit("moved", Shifty(x=1))
    (message,) = publisher.published
    assert message["data"] == [GOOD]


CONTROLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "enter_room": (("sid", "/", "r"), {"sid": "sid", "room": "r"}),
    "leave_room": (("sid", "/", "r"), {"sid": "sid", "room": "r"}),
    "close_room": (("r", "/"), {"room": "r"}),
}


@pytest.mark.parametrize("method", CONTROLS)
def test_what_is_said_of_rooms_is_published(method: str, make: Any) -> None:
    """It is no event, so it is not counted as one."""
    publisher = make()
    args, fields = CONTROLS[method]
    getattr(publisher, method)(*args)
    (message,) = publisher.published
    assert message["host_id"] == publisher.manager.host_id
    assert message.items() >= {"method": method, "namespace": "/", **fields}.items()
    assert publisher.guard.statistics() == []


@pytest.mark.parametrize("method", CONTROLS)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"/": "/typo"}, "undeclared_namespace"),
        ({"r": b"r"}, "malformed_packet"),
        ({"r": float("nan")}, "malformed_packet"),
        ({"r": None}, "malformed_packet"),
        ({"/": 5}, "malformed_packet"),
        ({"/": "chat"}, "malformed_packet"),
    ],
    ids=["unknown namespace", "bytes", "NaN", "none", "a number", "no slash"],
)
def test_nothing_else_is(method: str, wrong: Any, code: str, make: Any) -> None:
    """The hosts would reject it, and nobody would hear of that."""
    publisher = make()
    args = [wrong.get(each, each) for each in CONTROLS[method][0]]
    with pytest.raises(EmitValidationError) as raised:
        getattr(publisher, method)(*args)
    assert publisher.published == []
    assert publisher.guard.statistics()[0].rejected == 1
    assert raised.value.violation.code == code


@pytest.mark.parametrize("method", ["disconnect", "can_disconnect"])
def test_clients_are_disconnected_as_far_as_python_socketio_can(method: str, make: Any) -> None:
    """Most of its ways lead by the server, which there is none."""
    publisher = make()
    disconnect = getattr(publisher, method)
    if isinstance(publisher.manager, OnThreads) or method == "disconnect":
        with pytest.raises(AttributeError):
            disconnect("sid", "/")
        assert publisher.published == []
        return
    disconnect("sid", "/")
    assert [each["method"] for each in publisher.published] == ["disconnect"]
    for wrong in (("sid", "/typo"), (None, "/"), ("", "/")):
        with pytest.raises(EmitValidationError):
            disconnect(*wrong)
    assert len(publisher.published) == 1


class _AddsTime(OnThreads):
    """One that changes what it is given."""

    def emit(self, event: str, data: Any, room: Any = None, namespace: str = "/") -> None:
        super().emit(event, {**data, "t": 1}, room=room, namespace=namespace)


class _AddsTimeOnAsyncio(OnAsyncio):
    """The same."""

    async def emit(self, event: str, data: Any, room: Any = None, namespace: str = "/") -> None:
        await super().emit(event, {**data, "t": 1}, room=room, namespace=namespace)


def test_what_a_manager_of_ones_own_makes_of_an_event_is_judged(kind: Any, contract: Any) -> None:
    """It is what goes to the channel, and it is counted once."""
    own = _AddsTime if kind is OnThreads else _AddsTimeOnAsyncio
    guard = AsyncAPIGuard(contract())
    publisher = Publisher(own(), guard)
    guard.protect(publisher.manager)
    with pytest.raises(EmitValidationError):
        publisher.emit("moved", GOOD)
    with pytest.raises(EmitValidationError):
        publisher.emit("bag_sent", {"k": float("nan")})
    publisher.emit("bag_sent", {})
    assert [each["data"] for each in publisher.published] == [[{"t": 1}]]
    seen = {each.event: each.seen for each in guard.statistics()}
    assert seen == {"moved": 1, "bag_sent": 2}


@pytest.mark.parametrize(
    "message",
    [
        {"method": "emit", "event": "moved", "data": [BAD], "namespace": "/"},
        {"method": "emit", "event": "moved", "namespace": "/"},
        {"method": "emit", "event": "file", "data": [{"_placeholder": 1}], "binary": True},
        {"method": "callback", "host_id": "h", "sid": "s", "id": 1, "args": []},
        {"method": "dance"},
        {"method": ["emit"]},
        {},
        ["method"],
        "text",
        None,
    ],
    ids=str,
)
def test_what_goes_past_the_methods_is_judged(message: Any, make: Any) -> None:
    """Managers of one's own publish by themselves."""
    publisher = make()
    with pytest.raises(EmitValidationError):
        publisher._publish(message)
    assert publisher.published == []


def test_the_class_s_own_method_is_no_way_around(kind: Any, make: Any) -> None:
    """It publishes by the same method of the instance."""
    publisher = make()
    with pytest.raises(EmitValidationError):
        asyncio.run(kind.emit(publisher.manager, "moved", BAD))
    assert publisher.published == []


class _Strict:
    """A JSON module that writes bytes, and has no `separators`."""

    dumps, loads = staticmethod(orjson.dumps), staticmethod(orjson.loads)


def test_any_json_module_that_the_manager_can_write_with_is_asked(make: Any) -> None:
    """What it writes is what is judged."""
    publisher = make({"json": _Strict})
    publisher.emit("moved", GOOD)
    publisher.emit("file", {"data": b"x"})
    with pytest.raises(EmitValidationError):
        publisher.emit("moved", BAD)
    with pytest.raises(EmitValidationError):  # orjson writes null
        publisher.emit("bag_sent", {"k": float("nan")})
    assert [each["event"] for each in publisher.published] == ["moved", "file"]


class _Broken:
    """No JSON module."""

    @staticmethod
    def dumps(_value: Any) -> Any:
        raise TypeError


# -- what those who hear it make of it -------------------------------------------------------------

KEY = "what all of them share"


def _publish_all(publisher: Publisher) -> int:
    """Publish all that is good, but for what orjson does not write; how much that is."""
    events = [each for row, each in GOOD_EVENTS.items() if row != "a key that is no text"]
    for event, data, namespace, _ in events:
        publisher.emit(event, data, namespace=namespace, room=["a", 5], skip_sid=("x", "y"))
        publisher.emit(event, data, namespace=namespace, to="ä")
    for method, (args, _) in CONTROLS.items():
        getattr(publisher, method)(*args)
    return 2 * len(events) + len(CONTROLS)


@pytest.mark.parametrize("json_module", [None, _Strict], ids=["json", "orjson"])
@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_guarded_servers_take_whatever_a_guarded_publisher_writes(
    key: str | None, json_module: Any, make: Any
) -> None:
    """It is signed where there is a key, and says that its host is guarded."""
    publisher = make({"json": json_module}, policy=Policy(queue_key=key))
    count = _publish_all(publisher)
    texts = publisher.manager.texts
    assert len(texts) == count
    ear = Ear(queue_key=key, queue_control="own-hosts")
    heard = [ear.heard(text) for text in texts]
    assert [violation for _, violation in heard] == [None] * count
    assert None not in [message for message, _ in heard]
    if key is not None:
        stranger = Ear(queue_key="of somebody else")
        assert {stranger.heard(text)[0] for text in texts} == {None}


def test_what_has_no_form_in_json_is_not_signed_and_that_is_said(make: Any, caplog: Any) -> None:
    """In `report`, it is published all the same."""
    publisher = make(policy=Policy(mode="report", queue_key=KEY))
    publisher.emit("bag_sent", {"k": float("nan")})
    assert "guard" not in publisher.published[0]
    assert any("has no signature" in each.getMessage() for each in caplog.records)


def test_a_guard_that_was_taken_off_signs_nothing(make: Any) -> None:
    """Its methods may still be called by what wrapped them."""
    publisher = make(policy=Policy(queue_key=KEY))
    publish = publisher.manager._publish
    publisher.guard.uninstall()
    value = publish({"method": "emit"})
    if asyncio.iscoroutine(value):
        asyncio.run(value)
    assert publisher.published == [{"method": "emit"}]


def test_a_socketio_signs_what_it_publishes(contract: Any) -> None:
    """Events, and what it says of rooms."""
    manager = OnThreads()
    made = _socketio(manager)
    AsyncAPIGuard(contract(), policy=Policy(queue_key=KEY)).protect(made)
    made.emit("moved", GOOD)
    made.close_room("r")
    assert [is_signed(each, KEY.encode()) for each in manager._written()] == [True, True]


# -- putting it on, and taking it off --------------------------------------------------------------


def test_uninstalling_puts_everything_back(make: Any) -> None:
    """The methods are those of the class again, and nothing is judged."""
    publisher = make()
    before = set(vars(type(publisher.manager)()))
    publisher.guard.uninstall()
    assert set(vars(publisher.manager)) == before
    publisher.emit("moved", BAD)
    assert len(publisher.published) == 1
    publisher.guard.protect(publisher.manager)
    with pytest.raises(EmitValidationError):
        publisher.emit("moved", BAD)


def test_where_somebody_wrapped_ours_it_lets_everything_pass(make: Any) -> None:
    """It stays, and does what was there before."""
    publisher = make()
    ours = publisher.manager.emit
    publisher.manager.emit = functools.partial(ours)
    publisher.guard.uninstall()
    publisher.emit("moved", BAD)
    assert len(publisher.published) == 1


def test_a_manager_is_guarded_once(make: Any, contract: Any) -> None:
    """Whoever guards it."""
    publisher = make()
    for guard in (publisher.guard, AsyncAPIGuard(contract())):
        with pytest.raises(InstallationError, match="this manager is already guarded"):
            guard.protect(publisher.manager)


def test_one_that_listens_is_guarded_with_its_server(kind: Any, contract: Any) -> None:
    """It says what to pass, or what to make of the manager."""
    with pytest.raises(InstallationError, match="write_only=True"):
        AsyncAPIGuard(contract()).protect(kind(write_only=False))


@pytest.mark.parametrize("write_only", [True, False])
def test_one_that_serves_is_guarded_with_its_server(
    write_only: bool, kind: Any, contract: Any
) -> None:
    """It says so."""
    manager = kind(write_only=write_only)
    server = socketio.Server if kind is OnThreads else socketio.AsyncServer
    mode = "threading" if kind is OnThreads else "asgi"
    server(async_mode=mode, client_manager=manager)
    with pytest.raises(InstallationError, match="pass its server, which is a socketio"):
        AsyncAPIGuard(contract()).protect(manager)


def test_a_guarded_publisher_is_not_given_to_a_server(kind: Any, make: Any) -> None:
    """Its clients would not be guarded, and nobody would say so."""
    publisher = make()
    server = socketio.Server if kind is OnThreads else socketio.AsyncServer
    mode = "threading" if kind is OnThreads else "asgi"
    with pytest.raises(InstallationError, match=r"protect\(\) with the server"):
        server(async_mode=mode, client_manager=publisher.manager)
    publisher.guard.uninstall()
    server(async_mode=mode, client_manager=publisher.manager)


@pytest.mark.parametrize("what", [socketio.RedisManager, socketio.AsyncRedisManager])
def test_a_class_is_no_manager(what: Any, contract: Any) -> None:
    """An instance is."""
    with pytest.raises(InstallationError, match="pass an instance of it"):
        AsyncAPIGuard(contract()).protect(what)


def test_a_json_module_that_cannot_write_is_told_at_once(kind: Any, contract: Any) -> None:
    """Not at each emit."""
    with pytest.raises(InstallationError, match="json="):
        AsyncAPIGuard(contract()).protect(kind(json=_Broken))


def test_types_are_for_servers(kind: Any, contract: Any) -> None:
    """A publisher has no handlers."""
    with pytest.raises(InstallationError, match="typed=True is for servers"):
        AsyncAPIGuard(contract()).protect(kind(), typed=True)


def test_a_guard_without_a_document_guards_no_manager(kind: Any) -> None:
    """It says so."""
    with pytest.raises(InstallationError, match="no document"):
        AsyncAPIGuard().protect(kind())


async def _hook(_violation: Any) -> None:
    """One that is awaited."""


def test_a_hook_that_nobody_awaits_is_refused(contract: Any) -> None:
    """As for servers on threads."""
    with pytest.raises(InstallationError, match=r"socketio\.PubSubManager never awaits"):
        AsyncAPIGuard(contract(), on_violation=_hook).protect(OnThreads())
    guard = AsyncAPIGuard(contract())
    guard.protect(OnThreads())
    with pytest.raises(InstallationError):
        guard.on_violation = _hook


def test_a_hook_on_asyncio_is_awaited(contract: Any) -> None:
    """Before the error is raised."""
    told: list[Any] = []

    async def hook(violation: Any) -> None:
        await asyncio.sleep(0)
        told.append(violation.event)

    guard = AsyncAPIGuard(contract(), on_violation=hook)
    manager = OnAsyncio()
    guard.protect(manager)
    with pytest.raises(EmitValidationError):
        asyncio.run(manager.emit("moved", BAD))
    assert told == ["moved"]


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_hook_that_raises_publishes_nothing(error: type[BaseException], make: Any) -> None:
    """What is no order to stop is logged, and the emit raises as it would."""

    def hook(_violation: Any) -> None:
        raise error

    publisher = make(on_violation=hook)
    with pytest.raises((EmitValidationError, error)):
        publisher.emit("moved", BAD)
    assert publisher.published == []


def test_what_has_no_effect_on_a_publisher_is_said(make: Any, caplog: Any) -> None:
    """Verifiers, and a console."""
    with caplog.at_level(logging.WARNING, "asyncapi_guard"):
        make(docs="/asyncapi")
    assert [each.getMessage() for each in caplog.records] == [
        "docs=: ignored, because only a server serves the console"
    ]


def test_threads_publish_at_once(contract: Any) -> None:
    """Each judges its own: no bad one gets by with a good one."""
    guard, manager = AsyncAPIGuard(contract()), OnThreads()
    guard.protect(manager)
    refused: list[Any] = []

    def publish(data: Any) -> None:
        for _ in range(200):
            try:
                manager.emit("moved", data)
            except EmitValidationError:
                refused.append(data)

    threads = [threading.Thread(target=publish, args=[each]) for each in (GOOD, BAD) * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(manager.texts), len(refused)) == (400, 400)
    assert all(each["data"] == [GOOD] for each in manager._written())


def test_tasks_publish_at_once(contract: Any) -> None:
    """The same on asyncio, where publishing has to wait."""

    class Slow(OnAsyncio):
        async def _publish(self, data: Any) -> None:
            await asyncio.sleep(0)
            self._write(data)

    guard, manager = AsyncAPIGuard(contract()), Slow()
    guard.protect(manager)

    async def run() -> list[Any]:
        emits = (manager.emit("moved", each) for each in (GOOD, BAD) * 100)
        return await asyncio.gather(*emits, return_exceptions=True)

    found = asyncio.run(run())
    assert sum(isinstance(each, EmitValidationError) for each in found) == 100
    assert [each["data"] for each in manager._written()] == [[GOOD]] * 100


# -- Flask-SocketIO without an application ---------------------------------------------------------


def _socketio(manager: Any, **options: Any) -> SocketIO:
    made = SocketIO(async_mode="threading")
    made.init_app(None, client_manager=manager, **options)
    return made


def _protect(guard: AsyncAPIGuard, made: Any) -> None:
    guard.protect(made)


def _init_app(guard: AsyncAPIGuard, made: Any) -> None:
    guard.init_app(None, made)


@pytest.mark.parametrize("enter", [_protect, _init_app])
def test_a_socketio_without_an_application_is_a_publisher(enter: Any, contract: Any) -> None:
    """Its `emit` and `send` are judged, whichever entrance the guard took."""
    guard, manager = AsyncAPIGuard(contract()), OnThreads()
    made = _socketio(manager)
    enter(guard, made)
    made.emit("moved", GOOD)
    for bad in (
        lambda: made.emit("moved", BAD),
        lambda: made.send("hello"),
        lambda: made.emit("moved", GOOD, to={"a"}),
        lambda: made.close_room("r", namespace="/typo"),
    ):
        with pytest.raises(EmitValidationError):
            bad()
    assert [each["data"] for each in manager._written()] == [[GOOD]]
    with pytest.raises(InstallationError, match="already guarded"):
        enter(guard, made)
    guard.uninstall()
    made.emit("moved", BAD)
    assert len(manager.texts) == 2


def test_the_drop_in_is_a_publisher_too(contract: Any) -> None:
    """`AsyncAPISocketIO(message_queue=...)` guards what it publishes by itself."""
    manager = OnThreads()
    made = AsyncAPISocketIO(async_mode="threading", spec=contract())
    made.init_app(None, client_manager=manager)
    made.emit("moved", GOOD)
    for bad in (
        lambda: made.emit("moved", BAD),
        lambda: made.emit("moved", GOOD, skip_sid={"a"}),
        lambda: made.close_room("r", namespace="/typo"),
    ):
        with pytest.raises(EmitValidationError):
            bad()
    assert [each["data"] for each in manager._written()] == [[GOOD]]
    with pytest.raises(InstallationError, match="it guards itself"):
        AsyncAPIGuard(contract()).protect(made)


@pytest.mark.parametrize("enter", [_protect, _init_app])
def test_a_socketio_with_an_application_has_its_own_entrance(enter: Any, contract: Any) -> None:
    """The message names it."""
    made = SocketIO(flask.Flask(__name__), async_mode="threading")
    with pytest.raises(InstallationError, match=r"call guard\.init_app\(app, socketio\)"):
        enter(AsyncAPIGuard(contract()), made)


@pytest.mark.parametrize("enter", [_protect, _init_app])
def test_a_socketio_that_has_no_server_yet_is_told(enter: Any, contract: Any) -> None:
    """It gets one with `message_queue=`, or from `init_app`."""
    with pytest.raises(InstallationError, match="no server yet"):
        enter(AsyncAPIGuard(contract()), SocketIO())


def test_the_application_that_comes_later_is_not_guarded_and_that_is_said(
    contract: Any, caplog: Any
) -> None:
    """Flask-SocketIO makes another server for it."""
    guard = AsyncAPIGuard(contract())
    made = _socketio(OnThreads())
    guard.protect(made)
    app = flask.Flask(__name__)
    with caplog.at_level(logging.WARNING, "asyncapi_guard"):
        made.init_app(app, client_manager=None)
    (line,) = [each.getMessage() for each in caplog.records]
    assert "call guard.init_app(app, socketio) after it" in line
    guard.init_app(app, made)
    guard.uninstall()
    assert not guard.installed
    assert "init_app" not in vars(made)


# -- the channel -----------------------------------------------------------------------------------

_SCRIPT = """
import asyncio, json, sys
import socketio
from asyncapi_guard import AsyncAPIGuard, EmitValidationError

url, kind, document = sys.argv[1:]
manager = getattr(socketio, kind)(url, write_only=True)
AsyncAPIGuard(json.loads(document)).protect(manager)


async def publish():
    for event, data in (
        ("moved", {"x": "1"}), ("nope", 1), ("moved", {"x": 1}), ("plain", float("nan")),
        ("spread", (1, "a", 2)), ("file", {"data": b"\\x00\\xff"}), ("plain", "last"),
    ):
        try:
            sent = manager.emit(event, data)
            if asyncio.iscoroutine(sent):
                await sent
        except EmitValidationError as error:
            print(error.violation.code)


asyncio.run(publish())
"""


@pytest.mark.parametrize(
    "name", ["RedisManager", pytest.param("AsyncRedisManager", marks=pytest.mark.slow)]
)
def test_another_process_publishes_by_redis(name: str, cluster: Any, contract: Any) -> None:
    """Real clients get the good events, and the servers get none of the bad ones to judge."""
    hosts, _ = cluster
    settle(cluster)
    command = [sys.executable, "-c", _SCRIPT, _url_of(hosts), name, json.dumps(contract())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == [
        *("emit_validation_error", "undeclared_event"),
        *("emit_validation_error", "emit_validation_error"),
    ]
    for host in hosts:
        got = [host.client.receive()[1:] for _ in range(3)]
        assert got == [
            ("moved", [GOOD]),
            ("file", [{"data": b"\x00\xff"}]),
            ("plain", ["last"]),
        ]
        assert host.violations.empty()


def _url_of(hosts: Any) -> str:
    url: str = hosts[0].manager.redis_url
    return url


def test_socketio_with_a_message_queue_publishes_by_redis(cluster: Any, contract: Any) -> None:
    """On Flask-SocketIO's channel, unless it is told another."""
    hosts, _ = cluster
    settle(cluster)
    made = SocketIO(message_queue=_url_of(hosts), channel="socketio", async_mode="threading")
    AsyncAPIGuard(contract()).protect(made)
    with pytest.raises(EmitValidationError):
        made.emit("moved", BAD)
    made.emit("moved", GOOD)
    assert settle(cluster) == [[("moved", [GOOD])]] * 2


def test_kombu_publishes_what_was_judged(contract: Any, skip_or_fail: Any) -> None:
    """By its transport in memory, with kombu's own consumer at the other end."""
    if kombu_manager.kombu is None:
        skip_or_fail("kombu is not installed")
    channel = "test-publishers"
    listens = socketio.KombuManager("memory://", channel=channel)
    manager = socketio.KombuManager("memory://", channel=channel, write_only=True)
    guard = AsyncAPIGuard(contract())
    guard.protect(manager)
    with listens._connection() as connection:
        queue = connection.SimpleQueue(listens._queue())
        with pytest.raises(EmitValidationError):
            manager.emit("moved", BAD)
        manager.emit("file", {"data": b"x"})
        manager.emit("moved", GOOD)
        got = [json.loads(queue.get(timeout=120).payload) for _ in range(2)]
        assert queue.qsize() == 0
    assert [each["event"] for each in got] == ["file", "moved"]
    assert got[1]["data"] == [GOOD]
