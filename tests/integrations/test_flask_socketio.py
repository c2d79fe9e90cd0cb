"""The guard of a Flask application: what it is put on, who answers, and what hooks find around."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import flask
import pytest
from flask import Flask
from flask_socketio import Namespace, SocketIO

from asyncapi_guard import (
    AsyncAPIGuard,
    EmitValidationError,
    InstallationError,
    Policy,
    RequestValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BAD = {"x": "no"}


class Shop:
    """A guarded application, a client of it, and what its hook found."""

    def __init__(self, spec: Any, namespace: str = "/") -> None:
        self.app = Flask("shop")
        self.app.secret_key = "tests"
        self.io: Any = SocketIO(self.app, async_mode="threading")
        self.found: list[dict[str, Any]] = []
        self.guard = AsyncAPIGuard(spec, on_violation=self.look)
        self.guard.init_app(self.app)
        self.namespace = namespace

    def look(self, violation: Any) -> None:
        request: Any = flask.request
        self.found.append(
            {
                "app": flask.current_app.name,
                "sid": request.sid,
                "namespace": request.namespace,
                "event": request.event,
                "address": request.remote_addr,
                "user": flask.session.get("user"),
            }
        )

    def ask(self, event: str, *args: Any) -> Any:
        self.client = self.io.test_client(
            self.app, namespace=self.namespace, auth={"token": "abcd"}
        )
        return self.client.emit(event, *args, callback=True, namespace=self.namespace)


@pytest.fixture
def shop(contract: Any) -> Callable[..., Shop]:
    def make(namespace: str = "/") -> Shop:
        return Shop(contract(), namespace)

    return make


# -- what it is put on -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda app: (object(),), "not an object"),
        (lambda app: (app, object()), "not a flask.app.Flask and an object"),
        (
            lambda app: (object(), SocketIO(app)),
            "not an object and a flask_socketio.SocketIO",
        ),
        (lambda app: (SocketIO(app), app), "not a flask_socketio.SocketIO and a flask.app.Flask"),
        (lambda app: (app,), "the SocketIO has no server yet"),
        (lambda app: (app, SocketIO()), "the SocketIO has no server yet"),
    ],
)
def test_what_can_not_be_guarded_is_told(given: Any, said: str, contract: Any) -> None:
    """Other kinds by their names, in their order; and a server that is not there yet."""
    app = Flask(__name__)
    with pytest.raises(InstallationError) as caught:
        AsyncAPIGuard(contract()).init_app(*given(app))
    assert said in str(caught.value)
    assert "asyncapi_guard" not in app.extensions


def test_the_server_that_is_given_is_guarded(contract: Any) -> None:
    """Not the one that the application has; without one, that."""
    app = Flask(__name__)
    one, other = (SocketIO(app, async_mode="threading") for _ in range(2))
    assert app.extensions["socketio"] is other
    guard = AsyncAPIGuard(contract())
    guard.init_app(app, one)
    plain = other._handle_event
    assert vars(other).get("_handle_event") is None
    guard.uninstall()
    guard.init_app(app)
    assert other._handle_event != plain


# -- who answers -----------------------------------------------------------------------------------


def test_an_error_handler_answers_in_its_own_namespace(shop: Any) -> None:
    """Elsewhere the guard does."""
    for namespace, expected in (("/", "mine"), ("/locked", None)):
        one = shop()
        one.io.on_error(namespace)(lambda error: "mine")
        answer = one.ask("move", BAD)
        assert (answer if expected else answer["error"]["code"]) == (
            expected or "request_validation_error"
        )


def test_the_default_error_handler_answers_everywhere(shop: Any) -> None:
    """It gets the error itself."""
    got: list[Any] = []
    one = shop()
    one.io.on_error_default(lambda error: got.append(error) or "default")
    assert one.ask("move", BAD) == "default"
    assert [type(error) for error in got] == [RequestValidationError]


class _Answering(Namespace):
    def on_say(self, text: str) -> None: ...

    def error(self, error: Exception) -> Any:
        return type(error).__name__


class _Raising(_Answering):
    def error(self, error: Exception) -> Any:
        raise error


def test_the_error_method_of_a_class_namespace_answers(shop: Any) -> None:
    """In its namespace; one that raises the error again leaves the answer to the guard."""
    one = shop("/locked")
    one.io.on_namespace(_Answering("/locked"))
    assert one.ask("say", 5) == "RequestValidationError"
    other = shop()
    other.io.on_namespace(_Answering("/locked"))
    assert other.ask("move", BAD)["error"]["code"] == "request_validation_error"
    third = shop("/locked")
    third.io.on_namespace(_Raising("/locked"))
    assert third.ask("say", 5)["error"]["code"] == "request_validation_error"


def test_an_error_handler_that_does_not_want_it_leaves_it_to_the_guard(
    shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """By raising what it was given; another exception is logged, with where it came from."""
    one = shop()

    @one.io.on_error_default
    def again(error: Exception) -> None:
        raise error

    assert one.ask("move", BAD)["error"]["code"] == "request_validation_error"
    assert not [record for record in caplog.records if record.levelno == logging.ERROR]
    other = shop()

    @other.io.on_error_default
    def broken(error: Exception) -> None:
        raise KeyError("a fault of its own")

    assert other.ask("move", BAD)["error"]["code"] == "request_validation_error"
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info
    assert record.exc_info[0] is KeyError


# -- what hooks find around them -------------------------------------------------------------------


def test_a_hook_finds_the_client_around_it(shop: Any) -> None:
    """Its application, its session, its address, and the event, as a handler would."""
    one = shop()

    @one.io.on("begin")
    def begin() -> None:
        flask.session["user"] = "ann"

    client = one.io.test_client(one.app)
    client.emit("begin")
    client.emit("move", BAD)
    (found,) = one.found
    assert found == {
        "app": "shop",
        "sid": one.io.server.manager.sid_from_eio_sid(client.eio_sid, "/"),
        "namespace": "/",
        "event": {"message": "move", "args": (BAD,)},
        "address": found["address"],
        "user": "ann",
    }


def test_a_hook_of_an_ack_finds_the_client_whose_handler_returned(shop: Any) -> None:
    """Also when several clients ask, each for itself."""
    one = shop()
    one.io.on("move")(lambda move: "wrong")
    clients = [one.io.test_client(one.app) for _ in range(2)]
    for client in clients:
        client.emit("move", {"x": 1}, callback=True)
    sid_of = one.io.server.manager.sid_from_eio_sid
    assert [found["sid"] for found in one.found] == [sid_of(c.eio_sid, "/") for c in clients]
    assert [found["event"]["message"] for found in one.found] == ["move", "move"]


@pytest.mark.parametrize(("mode", "connected"), [("enforce", False), ("report", True)])
def test_an_error_handler_lets_in_whose_connect_failed_where_nothing_is_enforced(
    mode: str, connected: bool, contract: Any
) -> None:
    """As without the guard; where it enforces, a connect handler that raises rejects."""
    app = Flask(__name__)
    io: Any = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(contract(), policy=Policy(mode=mode)).init_app(app, io)  # type: ignore[arg-type]
    io.on_error_default(lambda error: None)

    @io.on("connect")
    def connect() -> None:
        raise KeyError

    assert io.test_client(app).is_connected() is connected


def test_a_hook_of_what_a_handler_sends_is_in_the_handlers_context(shop: Any) -> None:
    """It finds what the handler has put there."""
    one = shop()
    seen: list[Any] = []
    one.guard.on_violation = lambda violation: seen.append(
        (flask.request.sid, flask.g.get("user"))  # type: ignore[attr-defined]
    )

    @one.io.on("begin")
    def begin() -> None:
        flask.g.user = "ann"
        with pytest.raises(EmitValidationError):
            one.io.emit("moved", BAD, to=flask.request.sid)  # type: ignore[attr-defined]

    client = one.io.test_client(one.app)
    client.emit("begin")
    assert seen == [(one.io.server.manager.sid_from_eio_sid(client.eio_sid, "/"), "ann")]


def test_the_error_method_of_a_class_hears_of_a_connect_that_failed(contract: Any) -> None:
    """Once; its client is rejected all the same."""
    heard: list[str] = []

    class Failing(Namespace):
        def on_connect(self, auth: Any = None) -> None:
            raise KeyError

        def error(self, error: Exception) -> None:
            heard.append(type(error).__name__)

    app = Flask(__name__)
    io: Any = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(contract()).init_app(app, io)
    io.on_namespace(Failing("/rooms/red"))
    assert not io.test_client(app, namespace="/rooms/red").is_connected("/rooms/red")
    assert heard == ["KeyError"]
