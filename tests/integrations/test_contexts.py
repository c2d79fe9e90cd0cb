"""Events of a guarded Flask application: one session and one matched URL for each client."""

from __future__ import annotations

from collections import Counter
from typing import Any

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPISocketIO


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
