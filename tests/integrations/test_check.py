"""Handlers that the document does not know, and declared events without one, are logged once."""

from __future__ import annotations

import functools
import inspect
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask_socketio
import pytest
import socketio as pysocketio
from flask import Flask

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, Policy
from asyncapi_guard.integrations.handlers.check import HandlerCheck, unmatched

if TYPE_CHECKING:
    from collections.abc import Callable

CHAT = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root:
    address: /
    messages:
      connect: {payload: {type: 'null'}}
      say: {}
      leave: {}
      said: {}
  room:
    address: /rooms/{id}
    parameters: {id: {enum: [red, blue]}}
    messages:
      enter: {}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/root'}
    messages:
      - $ref: '#/channels/root/messages/connect'
      - $ref: '#/channels/root/messages/say'
      - $ref: '#/channels/root/messages/leave'
  send:
    action: send
    channel: {$ref: '#/channels/root'}
    messages: [$ref: '#/channels/root/messages/said']
  enter:
    action: receive
    channel: {$ref: '#/channels/room'}
"""
HERE = Path(__file__)


def handler(*args: Any) -> None: ...


def line_of(function: Any) -> int:
    return inspect.unwrap(function).__code__.co_firstlineno


@pytest.fixture
def guard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AsyncAPIGuard]:
    """Guards of the document, in the working directory."""
    (tmp_path / "asyncapi.yml").write_text(CHAT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def make(**policy: Any) -> AsyncAPIGuard:
        return AsyncAPIGuard("asyncapi.yml", policy=Policy(**policy))

    return make


def server_with(*events: tuple[str, str], classes: Any = ()) -> Any:
    """A server with handlers, by namespace and event."""
    server = pysocketio.Server(async_mode="threading")
    for namespace, event in events:
        server.on(event, handler, namespace=namespace)
    for each in classes:
        server.register_namespace(each)
    return server


def names(server: Any, guard: AsyncAPIGuard) -> list[tuple[str, str, bool]]:
    """Namespace, event, and whether it is the handler that is there."""
    found = unmatched(server.handlers, server.namespace_handlers, guard.guard)
    return [(each.namespace, each.event, each.handler is not None) for each in found]


ALL = [("/", "say"), ("/", "leave"), ("/rooms/red", "enter")]


def test_a_server_that_fits_its_document_has_nothing_to_say(guard_of: Any) -> None:
    """Every received event has a handler, every handler an event."""
    assert names(server_with(*ALL), guard_of()) == []


def test_both_sides_are_found(guard_of: Any) -> None:
    """What only the code has, then what only the document has."""
    server = server_with(("/", "say"), ("/", "laeve"), ("/nope", "say"), ("/rooms/green", "enter"))
    assert names(server, guard_of()) == [
        ("/", "laeve", True),
        ("/nope", "say", True),
        ("/rooms/green", "enter", True),
        ("/", "leave", False),
        ("/rooms/{id}", "enter", False),
    ]


def test_connect_and_disconnect_are_never_missing(guard_of: Any) -> None:
    """Neither in the code nor in the document."""
    server = server_with(*ALL, ("/", "connect"), ("/", "disconnect"), ("/nope", "connect"))
    assert names(server, guard_of()) == []


WIDE = [
    ([("/", "*"), ("/rooms/blue", "*")], []),
    ([("*", "*")], []),
    ([("*", "say"), ("*", "leave"), ("*", "enter")], []),
    ([("*", "enter"), ("/", "*")], []),
    ([("*", "say"), ("/", "leave")], [("/rooms/{id}", "enter", False)]),
    ([*ALL, ("*", "entre")], [("*", "entre", True)]),
    ([*ALL, ("/nope", "*")], [("/nope", "*", True)]),
]


@pytest.mark.parametrize(("handlers", "found"), WIDE, ids=str)
def test_wide_handlers_take_every_event(handlers: Any, found: Any, guard_of: Any) -> None:
    """A handler for `*` takes what has no handler; in a namespace that is not declared, nothing."""
    assert names(server_with(*handlers), guard_of()) == found


class Room(pysocketio.Namespace):
    on_constant = 5

    def on_enter(self, sid: str) -> None: ...
    def on_connect(self, sid: str, environ: Any) -> None: ...
    def on_dance(self, sid: str) -> None: ...

    @property
    def on_fire(self) -> Any:
        raise AssertionError("nobody asked")


class Dispatcher(pysocketio.Namespace):
    def trigger_event(self, event: str, *args: Any) -> None: ...


def test_methods_of_class_namespaces_are_handlers(guard_of: Any) -> None:
    """What begins with `on_` and can be called; properties are not read."""
    server = server_with(*ALL[:2], classes=[Room("/rooms/red")])
    assert names(server, guard_of()) == [("/rooms/red", "dance", True)]


def test_a_namespace_that_dispatches_itself_takes_everything(guard_of: Any) -> None:
    """It overrides `trigger_event`."""
    server = server_with(classes=[Dispatcher("/"), Dispatcher("/rooms/blue")])
    assert names(server, guard_of()) == []
    assert names(server_with(classes=[Dispatcher("*")]), guard_of()) == []


MODES = [
    ({"exclude": ["/nope"]}, [("/", "leave", False)]),
    ({"exclude": ["/nope", "/"]}, []),
    ({"undeclared_events": "off"}, [("/nope", "x", True), ("/", "leave", False)]),
    ({"undeclared_namespaces": "off"}, [("/", "leave", False)]),
    ({"mode": "off"}, []),
    ({"mode": "report"}, [("/nope", "x", True), ("/", "leave", False)]),
]


@pytest.mark.parametrize(("policy", "found"), MODES, ids=str)
def test_what_the_policy_ignores_is_not_found(policy: Any, found: Any, guard_of: Any) -> None:
    """Excluded namespaces, and undeclared events and namespaces in mode `off`."""
    server = server_with(("/", "say"), ("/rooms/red", "enter"), ("/nope", "x"))
    assert names(server, guard_of(**policy)) == found


def test_code_first_handlers_fit_by_themselves() -> None:
    """Typed or not, wide or not: what is not declared is ignored there."""
    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading")

    @socketio.on("typed", get_from_typehint=True)
    def typed(data: int) -> None: ...

    socketio.on_event("untyped", handler, namespace="/n")
    socketio.on_event("*", handler, namespace="*")
    assert names(socketio.server, socketio._guarded) == []  # type: ignore[arg-type]


# -- the log ---------------------------------------------------------------------------------------


def logged(server: Any, guard: AsyncAPIGuard, caplog: Any) -> list[str]:
    caplog.clear()
    HandlerCheck(guard.recorder.place_in_document).run(server, guard.guard)
    return list(caplog.messages)


def test_lines_name_the_handler_and_the_line_of_the_document(
    guard_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Both are places that editors open."""
    server = server_with(("/", "say"), ("/", "laeve"), ("/", "said"), ("/rooms/red", "enter"))
    place = f"{__name__}:handler ({HERE}:{line_of(handler)})"
    assert logged(server, guard_of(), caplog) == [
        (
            f"the guard rejects event 'laeve' in namespace '/', although {place} handles it:"
            " the event is not declared; did you mean 'leave'?"
        ),
        (
            f"the guard rejects event 'said' in namespace '/', although {place} handles it:"
            " the event is declared, but the server sends it"
        ),
        "no handler for event 'leave' in namespace '/' (asyncapi.yml:9:7)",
    ]


def test_report_mode_says_that_it_reports(guard_of: Any, caplog: Any) -> None:
    """Nothing is rejected then."""
    server = server_with(*ALL, ("/nope", "*"))
    (line,) = logged(server, guard_of(mode="report"), caplog)
    assert line.startswith("the guard reports every event in namespace '/nope', although ")
    assert line.endswith(" handles it: the namespace is not declared")


def test_wrapped_handlers_have_their_own_place(
    guard_of: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under Flask-SocketIO, in decorators and in partials; relative to the working directory."""
    app = Flask(__name__)
    socketio = flask_socketio.SocketIO(app, async_mode="threading")
    guard = guard_of()
    monkeypatch.chdir(HERE.parent)

    def decorated(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return function(*args)

        return wrapper

    @socketio.on("one")
    @decorated
    def one() -> None: ...

    socketio.on_event("two", functools.partial(decorated(handler), 1))

    class Three(flask_socketio.Namespace):
        def on_three(self) -> None: ...

    socketio.on_namespace(Three("/"))
    lines = [line for line in logged(socketio.server, guard, caplog) if "although" in line]
    places = [(one, "one"), (handler, "handler"), (Three.on_three, "Three.on_three")]
    for line, (function, name) in zip(lines, places, strict=True):
        assert f"{name} ({HERE.name}:{line_of(function)}) handles it" in line


class Object:
    def __call__(self, *args: Any) -> None: ...


def test_handlers_that_are_no_functions_have_a_name(guard_of: Any, caplog: Any) -> None:
    """Objects that can be called, and functions of C."""
    server = server_with(*ALL)
    server.on("object", Object())
    server.on("builtin", print)
    first, second = logged(server, guard_of(), caplog)
    assert f"although {__name__}:Object.__call__ ({HERE}:" in first
    assert "although builtins:print handles it" in second


def test_the_check_runs_once(guard_of: Any, caplog: Any) -> None:
    """However many clients connect at the same time."""
    guard, server = guard_of(), server_with()
    check = HandlerCheck(guard.recorder.place_in_document)
    run = functools.partial(check.run, server, guard.guard)
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run()
    assert len(caplog.messages) == 3


def test_very_many_lines_end_in_a_number(guard_of: Any, caplog: Any) -> None:
    """Fifty of them, and where to get the others."""
    server = server_with(*ALL, *(("/", f"event {number}") for number in range(60)))
    lines = logged(server, guard_of(), caplog)
    assert len(lines) == 51
    assert lines[-1].startswith("and 10 more handlers and events that do not match; run")


def test_fifty_lines_have_no_more(guard_of: Any, caplog: Any) -> None:
    """There is nothing to count then."""
    server = server_with(*ALL, *(("/", f"event {number}") for number in range(50)))
    lines = logged(server, guard_of(), caplog)
    assert len(lines) == 50
    assert all("although" in line for line in lines)


def test_a_handler_in_all_namespaces_is_named_so(guard_of: Any, caplog: Any) -> None:
    """With the reason of a namespace that is there, which is that no event has its name."""
    (line,) = logged(server_with(*ALL, ("*", "sya")), guard_of(), caplog)
    assert line.startswith("the guard rejects event 'sya' in all namespaces, although ")
    assert "the event is not declared; did you mean 'say'?" in line


def test_an_event_of_several_messages_is_missing_once(caplog: Any) -> None:
    """One handler would do for all of them."""
    messages = {key: {"name": "say", "payload": {"type": key}} for key in ("string", "integer")}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Chat", "version": "1"},
        "channels": {"c": {"address": "/", "messages": messages}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    (line,) = logged(server_with(), AsyncAPIGuard(document), caplog)
    assert line.startswith("no handler for event 'say' in namespace '/'")


def test_a_check_that_fails_is_logged(guard_of: Any, caplog: Any) -> None:
    """It is called while a client connects, who is let in."""
    guard = guard_of()
    HandlerCheck(guard.recorder.place_in_document).run(Object(), guard.guard)
    (record,) = caplog.records
    assert (record.levelno, record.exc_info[0]) == (logging.ERROR, AttributeError)


def test_names_are_escaped(guard_of: Any, caplog: Any) -> None:
    """They may come from anywhere."""
    (line,) = logged(server_with(*ALL, ("/", "a\nb")), guard_of(), caplog)
    assert "event 'a\\nb' in" in line


# -- when it runs ----------------------------------------------------------------------------------


def test_the_first_client_has_the_handlers_checked(guard_of: Any, net: Any, caplog: Any) -> None:
    """Handlers may be registered until then; each server is checked once."""
    app = Flask(__name__)
    socketio = flask_socketio.SocketIO(app, async_mode="threading")
    guard_of().init_app(app, socketio)
    socketio.on_event("laeve", handler)
    url = net.serve(app)
    assert caplog.messages == []
    for _ in range(2):
        net.client(url)
    lines = [line.partition(" in ")[0] for line in caplog.messages]
    assert lines == [
        "the guard rejects event 'laeve'",
        "no handler for event 'say'",
        "no handler for event 'leave'",
        "no handler for event 'enter'",
    ]
    other = flask_socketio.SocketIO(async_mode="threading")
    other.init_app(app)
    app.extensions["asyncapi_guard"].init_app(app, other)
    other.test_client(app)
    assert len(caplog.messages) == 7
