"""Events of a guarded Flask application: one session and one matched URL for each client."""

from __future__ import annotations

from collections import Counter
from threading import Thread
from traceback import walk_tb
from typing import Any

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface
from flask_socketio import SocketIO
from werkzeug.exceptions import NotFound

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO
from asyncapi_guard.integrations.request_contexts import make_lighter

CONTRACT = {
    "asyncapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "channels": {"c": {"address": "/", "messages": {"ask": {}}}},
    "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
}


class Counting(SecureCookieSessionInterface):
    """Counts the sessions that are opened."""

    opened = 0

    def open_session(self, *args: Any) -> Any:
        self.opened += 1
        return super().open_session(*args)


class Spying(flask.Flask):
    """Makes its contexts itself."""

    made = 0

    def request_context(self, environ: Any) -> Any:
        self.made += 1
        return super().request_context(environ)


def serve(kind: Any, app: flask.Flask, **options: Any) -> SocketIO:
    app.secret_key = "of a test"
    socketio: SocketIO = kind(app, async_mode="threading", **options)

    @socketio.on("count")
    def count() -> Any:
        flask.session["count"] = flask.session.get("count", 0) + 1
        request = flask.request
        return [
            flask.session["count"],
            flask.session.get("user"),
            request.path,
            str(request.url_rule),
            type(request.routing_exception).__name__,
            flask.current_app.name,
            request.event["message"],
            hasattr(flask.g, "seen"),
            flask.url_for("login", _external=True),
        ]

    @app.before_request
    def seen() -> None:
        flask.g.seen = True

    @app.get("/login")
    def login() -> str:
        flask.session["user"] = "ann"
        return ""

    return socketio


@pytest.mark.parametrize("manage_session", [True, False])
def test_handlers_see_what_they_see_without_the_guard(manage_session: bool) -> None:
    answers = []
    for kind in (SocketIO, AsyncAPISocketIO):
        app = flask.Flask("shop")
        socketio = serve(kind, app, manage_session=manage_session)
        browser = app.test_client()
        browser.get("/login")
        one = socketio.test_client(app, flask_test_client=browser)
        other = socketio.test_client(app)
        answers.append(
            [client.emit("count", callback=True) for client in (one, other, one, one, other)]
        )
    assert answers[0] == answers[1]


def test_a_session_is_opened_at_the_connect_alone() -> None:
    app = flask.Flask("shop")
    app.session_interface = sessions = Counting()
    client = serve(AsyncAPISocketIO, app).test_client(app)
    client.emit("count", callback=True)
    before = sessions.opened
    for _ in range(5):
        client.emit("count", callback=True)
    assert sessions.opened == before


def test_applications_that_make_their_contexts_are_asked() -> None:
    app = Spying("shop")
    client = serve(AsyncAPISocketIO, app).test_client(app)
    before = app.made
    for _ in range(5):
        client.emit("count", callback=True)
    assert app.made == before + 5


class Numbered(flask.Request):
    """Does something at each request."""

    made = 0

    def __init__(self, environ: Any) -> None:
        super().__init__(environ)
        type(self).made += 1


def test_requests_of_a_class_that_makes_them_itself_are_made_for_each_event() -> None:
    """It may have something new to say of each."""
    app = flask.Flask("shop")
    app.request_class = Numbered
    client = serve(AsyncAPISocketIO, app).test_client(app)
    before = Numbered.made
    for _ in range(5):
        client.emit("count", callback=True)
    assert Numbered.made == before + 5


class Polite(flask.Request):
    """Is made as Flask's are."""


def environment(socketio: SocketIO, app: flask.Flask) -> list[Any]:
    """What two handlers see of a request that others change, in whatever way."""
    seen: list[Any] = []

    @socketio.on("look")
    def look() -> None:
        request: Any = flask.request._get_current_object()  # type: ignore[attr-defined]  # a proxy
        told = request.path, request.remote_addr, request.method, request.query_string
        seen.extend([*told, request.headers.get("X-Told"), type(request).__name__])
        seen.extend([request.args.get("a"), request.server[1], hasattr(request, "mark")])
        seen.append(request.environ["werkzeug.request"] is request)
        request.mark = True
        request.environ.update(changes.pop())
        app.request_class = kinds.pop()

    changes: list[Any] = [{}, {"HTTP_X_TOLD": "1"}, {"REMOTE_ADDR": "10.1.1.1"}, {}]
    changes += [{"PATH_INFO": "/p", "QUERY_STRING": "a=1"}, {"SERVER_PORT": "81"}, {}]
    kinds: list[Any] = [flask.Request, Polite, *[flask.Request] * 5]
    client = socketio.test_client(app)
    while changes:
        client.emit("look")
    return seen


def test_what_is_changed_in_an_environment_is_seen_by_the_next_event() -> None:
    """As without the guard, whoever changes what; but nothing else goes from event to event."""
    seen = []
    for kind in (SocketIO, AsyncAPISocketIO):
        app = flask.Flask("shop")
        seen.append(environment(serve(kind, app), app))
    assert seen[0] == seen[1]
    assert {"/p", "10.1.1.1", "1", 81, "Polite"} <= set(seen[1])


def test_teardown_runs_after_each_event() -> None:
    app = flask.Flask("shop")
    ran: Counter[str] = Counter()
    app.teardown_request(lambda _: ran.update(["request"]))
    app.teardown_appcontext(lambda _: ran.update(["application"]))
    client = serve(AsyncAPISocketIO, app).test_client(app)
    before = ran.copy()
    for _ in range(3):
        client.emit("count", callback=True)
    assert ran - before == Counter(request=3, application=3)


def test_applications_whose_method_was_replaced_are_asked() -> None:
    app = flask.Flask("shop")
    made: Counter[str] = Counter()

    def request_context(environ: Any) -> Any:
        made.update(["context"])
        return flask.Flask.request_context(app, environ)

    client = serve(AsyncAPISocketIO, app).test_client(app)
    app.request_context = request_context  # type: ignore[method-assign]
    for _ in range(5):
        client.emit("count", callback=True)
    assert made["context"] == 5


class Probe:
    """What handlers see of their context, or do to it."""

    def __init__(self, kind: Any, app: flask.Flask) -> None:
        app.secret_key = "of a test"
        self.app = app
        self.socketio: SocketIO = kind(app, async_mode="threading")
        for name in ("application", "arguments", "another", "copied", "streamed", "raised"):
            self.socketio.on_event(name, getattr(self, name))
        self.socketio.on_event("disconnect", self.disconnect)
        self.last: list[Any] = []
        self.frames: set[int] = set()

    def run(self) -> list[Any]:
        client = self.socketio.test_client(self.app)
        events = ("application", "arguments", "another", "copied", "streamed", "raised")
        seen = [client.emit(event, callback=True) for event in events * 3]
        client.disconnect()
        return [*seen, *self.last]

    def application(self) -> list[bool]:
        app = flask.request.environ["flask.app"]
        return [app is self.app, flask.current_app._get_current_object() is app]  # type: ignore[attr-defined]

    def arguments(self) -> Any:
        args = flask.request.view_args
        if args is not None:
            args["more"] = args.get("more", 0) + 1
        return args

    def another(self) -> list[Any]:
        app = flask.request.environ["flask.app"]
        environ = {**flask.request.environ, "PATH_INFO": "/another"}
        with app.request_context(environ):
            seen = [flask.request.path, flask.request.view_args]
        with app.test_request_context("/yet/another"):
            return [*seen, flask.request.path, flask.request.view_args, dict(flask.session)]

    def copied(self) -> list[Any]:
        flask.session["copied"] = flask.session.get("copied", 0) + 1
        seen: list[Any] = []

        @flask.copy_current_request_context
        def background(sid: str) -> None:
            request: Any = flask.request
            seen.extend([request.sid == sid, request.path, str(request.url_rule)])
            seen.extend([dict(flask.session), self.application()])

        thread = Thread(target=background, args=[flask.request.sid])  # type: ignore[attr-defined]
        thread.start()
        thread.join()
        return seen

    def streamed(self) -> list[str]:
        return list(flask.stream_with_context(flask.request.path for _ in range(2)))

    def raised(self) -> list[Any]:
        try:
            raise flask.request.routing_exception or RuntimeError
        except Exception as error:
            self.frames.add(len(list(walk_tb(error.__traceback__))))
            return [type(error).__name__, str(error), len(self.frames)]

    def disconnect(self, *_: Any) -> None:
        self.last = [*self.application(), dict(flask.session)]


@pytest.mark.parametrize("route", ["/other", "/<path:path>"])
def test_contexts_are_what_they_are_without_the_guard(route: str) -> None:
    seen = []
    for kind in (SocketIO, AsyncAPISocketIO):
        app = flask.Flask("shop")
        app.add_url_rule(route, "page", lambda **_: "")
        seen.append(Probe(kind, app).run())
    assert seen[0] == seen[1]


def test_a_handler_can_answer_with_the_exception_of_its_url() -> None:
    """Each event has one of its own, with all that it is made of."""
    app = flask.Flask(__name__)
    socketio: Any = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(CONTRACT).init_app(app, socketio)
    seen = []

    @socketio.on("ask")
    def ask() -> Any:
        exception = flask.request.routing_exception
        seen.append(exception)
        return [exception.code, exception.description, exception.get_response().status_code]

    client = socketio.test_client(app)
    answers = [client.emit("ask", callback=True) for _ in range(3)]
    assert answers == [[404, NotFound.description, 404]] * 3
    assert len({id(exception) for exception in seen}) == 3


def test_an_application_that_takes_over_a_client_makes_its_contexts() -> None:
    """Not the one before it."""
    environ: dict[str, Any] = {"saved_session": {}}
    for name in ("one", "other"):
        environ["flask.app"] = flask.Flask(name)
        make_lighter(environ)
        assert environ["flask.app"].name == name


def test_a_client_keeps_what_makes_its_contexts() -> None:
    """It is made once, so that a URL is matched once."""
    app = flask.Flask("one")
    environ: dict[str, Any] = {"saved_session": {}}
    made = []
    for _ in range(2):
        environ["flask.app"] = app
        make_lighter(environ)
        made.append(environ["flask.app"])
    assert made[0] is made[1] is not app


def test_an_application_may_be_given_by_its_proxy() -> None:
    """The guard knows it afterwards, where there is no current application."""
    app = flask.Flask("shop")
    socketio: Any = SocketIO(app, async_mode="threading")
    names: list[str] = []
    guard = AsyncAPIGuard(CONTRACT, on_violation=lambda _: names.append(flask.current_app.name))
    with app.app_context():
        guard.init_app(flask.current_app, socketio)  # type: ignore[arg-type]
    socketio.test_client(app).emit("nope")
    assert names == ["shop"]
