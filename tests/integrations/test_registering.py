"""Handlers that a threaded server cannot run are an error where they are registered."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
from typing import Any

import flask
import flask_socketio
import pytest
import socketio

from asyncapi_guard import (
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    Policy,
    RegistrationError,
)


async def coroutine(*args: Any) -> int:
    return 1


class Object:
    """A handler that is an object."""

    async def __call__(self, *args: Any) -> int:
        return 1


class Methods:
    async def method(self, *args: Any) -> int:
        return 1

    @staticmethod
    async def static(*args: Any) -> int:
        return 1

    @classmethod
    async def of_class(cls, *args: Any) -> int:
        return 1


async def generator(*args: Any) -> Any:
    yield 1


HANDLERS = {
    "a function": coroutine,
    "a generator": generator,
    "a partial of an object": functools.partial(Object()),
    "a partial": functools.partial(coroutine, 1),
    "an object": Object(),
    "a method": Methods().method,
    "a static method": Methods.static,
    "a class method": Methods.of_class,
}


@pytest.mark.parametrize("event", ["word", "connect", "disconnect", "*"])
@pytest.mark.parametrize("name", HANDLERS)
def test_a_coroutine_function_is_an_error_where_it_is_registered(
    name: str, event: str, entrance: Any
) -> None:
    """It says which server runs it."""
    made = entrance()
    for register in (made.io.on(event), lambda handler: made.server.on(event, handler)):
        with pytest.raises(RegistrationError, match=r"socketio\.AsyncServer"):
            register(HANDLERS[name])


@pytest.mark.parametrize("way", ["init_app", "protect"])
def test_one_that_is_there_already_is_an_error_when_the_guard_comes(
    way: str, entrances: Any, contract: Any
) -> None:
    """And the server stays as it was."""
    made = entrances(way, guarded=False)
    made.io.on("word")(coroutine)
    guard = AsyncAPIGuard(contract())
    before = dict(vars(made.server))
    with pytest.raises(RegistrationError, match=r"'word'.*test_registering\.py"):
        guard.protect(made.server) if way == "protect" else guard.init_app(made.app, made.io)
    assert vars(made.server) == before


def test_methods_of_class_namespaces_are_looked_at(entrances: Any) -> None:
    """Of Flask-SocketIO's and of python-socketio's."""

    class OfFlask(flask_socketio.Namespace):  # type: ignore[misc]  # carries no types
        async def on_word(self, word: str) -> int:
            return 1

    class Bare(socketio.Namespace):  # type: ignore[misc]  # carries no types
        async def on_word(self, sid: str, word: str) -> int:
            return 1

    for way in ("init_app", "AsyncAPISocketIO"):
        with pytest.raises(RegistrationError):
            entrances(way).io.on_namespace(OfFlask("/"))
    with pytest.raises(RegistrationError):
        entrances("protect").io.register_namespace(Bare("/"))


def test_in_report_mode_it_is_logged(entrances: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The server starts, as without the guard; off says nothing."""
    for policy, lines in ((Policy(mode="report"), 1), (Policy(mode="off"), 0)):
        caplog.clear()
        made = entrances("protect", policy=policy)
        with caplog.at_level(logging.ERROR, "asyncapi_guard"):
            made.io.on("word", coroutine)
        assert len([r for r in caplog.records if "coroutine function" in r.message]) == lines


def hidden(*args: Any) -> Any:
    """Nothing tells that it makes a coroutine, before it does."""
    return coroutine(*args)


@functools.wraps(coroutine)
def decorated(*args: Any) -> Any:
    """Its decorator says what it decorates, and not whether it runs it."""
    return coroutine(*args)


@functools.wraps(coroutine)
def runs(*args: Any) -> Any:
    """This one does."""
    return asyncio.run(coroutine(*args))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("handler", [hidden, decorated])
def test_a_coroutine_that_comes_out_of_a_handler_is_a_fault(
    handler: Any, entrance: Any, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is answered, and the exception says what to do."""
    raised: list[Any] = []
    monkeypatch.setattr("threading.excepthook", lambda args: raised.append(args.exc_value))
    made = entrance()
    made.on("word")(handler)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    for _ in range(2):
        client.send('27["word","a"]')
        assert '"handler_error"' in client.receive()
    assert "socketio.AsyncServer" in str(raised[0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("handler", [hidden, decorated])
def test_a_coroutine_that_comes_out_of_a_connect_handler_rejects(
    handler: Any, entrance: Any, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it would have looked at, it never did."""
    monkeypatch.setattr(logging.getLogger("engineio.server"), "disabled", True)
    made = entrance()
    made.on("connect")(handler)
    assert '"handler_error"' in net.raw(net.serve(made.wsgi)).enter()
    assert made.server.manager.rooms == {}


def test_a_decorator_that_runs_the_coroutine_is_in_order(entrance: Any, net: Any) -> None:
    """Flask's `ensure_sync` is one."""
    made = entrance()
    made.on("begin")(runs)
    made.on("connect")(runs)
    client = net.raw(net.serve(made.wsgi))
    assert client.enter().startswith("0")
    client.send('27["begin"]')
    assert client.receive() == "37[1]"


def test_error_handlers_that_are_coroutines_answer_nothing(
    entrances: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets the guard's own answer, and the log says what to do."""
    for way in ("init_app", "AsyncAPISocketIO"):
        made = entrances(way)
        made.on("word")(lambda word: None)
        made.io.on_error_default(coroutine)
        client = net.raw(net.serve(made.wsgi))
        client.enter()
        client.send('27["word",1]')
        assert '"request_validation_error"' in client.receive()
        assert "an error handler is a coroutine function" in caplog.text
        caplog.clear()


def test_a_property_of_a_class_namespace_is_not_run(entrances: Any) -> None:
    """It may need a request; python-socketio does not look at it, either."""

    class OfFlask(flask_socketio.Namespace):  # type: ignore[misc]  # carries no types
        @property
        def on_air(self) -> Any:
            raise RuntimeError("outside of a request")

        def on_word(self, word: str) -> int:
            return 1

    for way in ("init_app", "AsyncAPISocketIO"):
        entrances(way).io.on_namespace(OfFlask("/"))


@pytest.mark.parametrize("event", ["disconnect", "*"])
def test_other_handlers_are_logged_in_report_mode_as_well(event: str, entrances: Any) -> None:
    """The server starts, as without the guard."""
    for policy in (Policy(mode="report"), Policy(mode="off"), Policy(exclude=["/"])):
        entrances("protect", policy=policy).io.on(event, coroutine)


# -- by which way a handler comes, and what is done about it ---------------------------------------


async def _never(*args: Any) -> None: ...


class _Chat(socketio.Namespace):
    async def on_say(self, *args: Any) -> None: ...


def _by_call(server: Any, event: str, namespace: str | None) -> None:
    server.on(event, _never, namespace=namespace)


def _by_decorator(server: Any, event: str, namespace: str | None) -> None:
    server.on(event, namespace=namespace)(_never)


@pytest.mark.parametrize("register", [_by_call, _by_decorator])
@pytest.mark.parametrize("namespace", [None, "/locked"])
@pytest.mark.parametrize("first", [False, True])
def test_a_coroutine_is_rejected_by_whichever_way_it_comes(
    register: Any, namespace: str | None, first: bool, contract: Any
) -> None:
    """By a call and by a decorator, before the guard and after it; the message says where."""
    server = socketio.Server(async_mode="threading")
    guard = AsyncAPIGuard(contract())
    steps = [lambda: guard.protect(server), lambda: register(server, "say", namespace)]
    steps = steps[::-1] if first else steps
    steps[0]()
    with pytest.raises(RegistrationError) as caught:
        steps[1]()
    assert f"the handler of 'say' in {namespace or '/'!r} (" in str(caught.value)


@pytest.mark.parametrize("first", [False, True])
def test_a_coroutine_of_a_class_is_rejected_before_and_after(first: bool, contract: Any) -> None:
    """With the namespace of its class."""
    server = socketio.Server(async_mode="threading")
    guard = AsyncAPIGuard(contract())
    steps = [
        lambda: guard.protect(server),
        lambda: server.register_namespace(_Chat("/locked")),
    ]
    steps = steps[::-1] if first else steps
    steps[0]()
    with pytest.raises(RegistrationError, match="the handler of 'say' in '/locked' "):
        steps[1]()


def test_a_decorator_registers_and_gives_the_handler_back(contract: Any) -> None:
    """In its namespace, as without the guard."""
    server = socketio.Server(async_mode="threading")
    AsyncAPIGuard(contract()).protect(server)

    def say(sid: str, text: str) -> None: ...

    assert server.on("say", namespace="/locked")(say) is say
    assert server.handlers["/locked"]["say"] is say
    assert "/" not in server.handlers


@pytest.mark.parametrize(
    ("checkpoint", "reported", "rejected"),
    [("connect", "connect", "say"), ("receive_event", "say", "connect")],
)
def test_a_coroutine_is_reported_where_its_event_is(
    checkpoint: str, reported: str, rejected: str, contract: Any, caplog: Any
) -> None:
    """By the mode of its own checkpoint."""
    policy = Policy(checkpoints={checkpoint: "report"})  # type: ignore[dict-item]
    server = socketio.Server(async_mode="threading")
    AsyncAPIGuard(contract(), policy=policy).protect(server)
    server.on(reported, _never, namespace="/locked")
    (line,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert "is a coroutine function" in line.getMessage()
    with pytest.raises(RegistrationError):
        server.on(rejected, _never, namespace="/locked")


# -- every entrance says so ------------------------------------------------------------------------

SAYS = "is a coroutine function"
DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "Words", "version": "1.0.0"},
    "channels": {"words": {"address": "/", "messages": {"word": {"payload": {"type": "string"}}}}},
    "operations": {
        direction: {"action": direction, "channel": {"$ref": "#/channels/words"}}
        for direction in ("receive", "send")
    },
}
_EVENTS = ("word", "undeclared", "*", "connect", "disconnect")
_NAMESPACES = ("/", "/undeclared", "*")


class _Place:
    """Where handlers are registered: a server or a client, and how it comes to be guarded.

    Attributes:
        io: what has `on`.
        bases: the class of its class-based namespaces.
        start: what is done after registrations.
    """

    def __init__(self, io: Any, base: Any, start: Any = lambda: None) -> None:
        self.io, self.base, self.start = io, base, start

    def register(self, event: str, namespace: str, handler: Any, *, in_class: bool) -> None:
        """Register a handler as a function, or as a method; and start."""
        if in_class:
            # A class that dispatches events itself takes all of them.
            method = "trigger_event" if event == "*" else f"on_{event}"
            kind = type("Kind", (self.base,), {method: handler})
            register = getattr(self.io, "on_namespace", None) or self.io.register_namespace
            register(kind(namespace))
        else:
            self.io.on(event, namespace=namespace)(handler)
        self.start()


def _under_flask(*, early: bool, **options: Any) -> _Place:
    app = flask.Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    policy = options.pop("policy", None)

    def init() -> None:
        AsyncAPIGuard(DOCUMENT, policy=policy).init_app(app, io, **options)

    return _early_or_late(io, flask_socketio.Namespace, init, early=early)


def _bare(kind: Any, base: Any, *, early: bool, policy: Policy | None = None) -> _Place:
    def protect() -> None:
        AsyncAPIGuard(DOCUMENT, policy=policy).protect(kind)

    return _early_or_late(kind, base, protect, early=early)


def _early_or_late(io: Any, base: Any, guard: Any, *, early: bool) -> _Place:
    if not early:
        return _Place(io, base, guard)
    guard()
    return _Place(io, base)


def _drop_in(*, early: bool = True, **options: Any) -> _Place:
    def app() -> Any:
        return flask.Flask(__name__)

    io = AsyncAPISocketIO(app() if early else None, async_mode="threading", **options)
    init = (lambda: None) if early else (lambda: io.init_app(app()))
    return _Place(io, flask_socketio.Namespace, init)


def _server(**options: Any) -> _Place:
    return _Place(AsyncAPIServer(async_mode="threading", **options), socketio.Namespace)


def _new_server() -> Any:
    return socketio.Server(async_mode="threading")


PLACES: dict[str, Any] = {
    "init_app, then handlers": lambda **o: _under_flask(early=True, **o),
    "handlers, then init_app": lambda **o: _under_flask(early=False, **o),
    "init_app, typed": lambda **o: _under_flask(early=True, typed=True, **o),
    "protect, then handlers": lambda **o: _bare(_new_server(), socketio.Namespace, early=True, **o),
    "handlers, then protect": lambda **o: _bare(
        _new_server(), socketio.Namespace, early=False, **o
    ),
    "a client": lambda **o: _bare(socketio.Client(), socketio.ClientNamespace, early=True, **o),
    "a client, late": lambda **o: _bare(
        socketio.Client(), socketio.ClientNamespace, early=False, **o
    ),
    "AsyncAPISocketIO": _drop_in,
    "AsyncAPISocketIO, late": lambda **o: _drop_in(early=False, **o),
    "AsyncAPISocketIO, typed": lambda **o: _drop_in(typed=True, **o),
    "AsyncAPISocketIO, spec": lambda **o: _drop_in(spec=DOCUMENT, **o),
    "AsyncAPIServer": _server,
    "AsyncAPIServer, spec": lambda **o: _server(spec=DOCUMENT, **o),
}
WITHOUT_VALIDATION = {
    "AsyncAPISocketIO": lambda: _drop_in(validate=False),
    "AsyncAPISocketIO, late": lambda: _drop_in(early=False, validate=False),
    "AsyncAPIServer": lambda: _server(validate=False),
}


#: Each way for a handler to be registered: its event, its namespace, and whether it is a method.
_WAYS = tuple(itertools.product(_EVENTS, _NAMESPACES, (False, True)))


@pytest.mark.parametrize("place", PLACES)
def test_every_entrance_rejects_a_coroutine_function(place: str) -> None:
    """Whatever the event and the namespace, in a function and in a class."""
    for event, namespace, in_class in _WAYS:
        with pytest.raises(RegistrationError, match=SAYS):
            PLACES[place]().register(event, namespace, coroutine, in_class=in_class)


@pytest.mark.parametrize("place", WITHOUT_VALIDATION)
def test_a_drop_in_that_validates_nothing_rejects_it_too(place: str) -> None:
    """It knows its handlers all the same."""
    for event, namespace, in_class in _WAYS:
        with pytest.raises(RegistrationError, match=SAYS):
            WITHOUT_VALIDATION[place]().register(event, namespace, coroutine, in_class=in_class)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("mode", "lines"), [("report", 1), ("off", 0)])
def test_every_entrance_says_it_once_where_it_reports(
    place: str, mode: Any, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    """And starts; nothing is said where the guard is off."""
    for event, namespace, in_class in _WAYS:
        caplog.clear()
        made = PLACES[place](policy=Policy(mode=mode))
        made.register(event, namespace, coroutine, in_class=in_class)
        said = [each for each in caplog.messages if SAYS in each]
        assert len(said) == lines, (event, namespace, in_class, said)


@pytest.mark.parametrize("mode", ["off", "report"])
def test_a_handler_of_an_undeclared_event_is_reported(
    mode: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the policy leaves such events alone, a handler that never runs is no reason to stop."""
    policy = Policy(undeclared_events=mode, undeclared_namespaces=mode)
    for event, namespace in (("undeclared", "/"), ("word", "/undeclared"), ("word", "*")):
        caplog.clear()
        place = PLACES["protect, then handlers"](policy=policy)
        place.register(event, namespace, coroutine, in_class=False)
        assert [SAYS in each for each in caplog.messages] == [True], (event, namespace)


def test_a_handler_in_an_excluded_namespace_is_left_alone(caplog: Any) -> None:
    """As all else there."""
    place = PLACES["protect, then handlers"](policy=Policy(exclude=["/"]))
    place.register("word", "/", coroutine, in_class=False)
    assert caplog.messages == []


def test_a_coroutine_that_comes_out_of_a_disconnect_handler_is_logged(
    entrance: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The session ends; nobody else would tell that the handler did not run."""
    made = entrance()
    made.on("disconnect")(hidden)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send("1")
    client.enter()
    assert [each for each in caplog.messages if f"the disconnect handler {SAYS}" in each]
