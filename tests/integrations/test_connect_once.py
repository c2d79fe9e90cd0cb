"""A connect handler runs once, with what the client sent; a `TypeError` from within rejects.

python-socketio and Flask-SocketIO take a `TypeError` for that of a handler without a parameter for
the auth, and call it again without one.
"""

from __future__ import annotations

import functools
from typing import Any

import flask_socketio
import pytest
import socketio

SPEC_WITH_TOKEN = '/locked,{"token":"abcd"}'


def kept(function: Any) -> Any:
    """A decorator that says what it decorates."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Callable:
    """A handler that is an object."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, auth: Any = None) -> Any:
        return self.function(auth)


def fails(ran: list[Any]) -> Any:
    """A handler that looks up what is not there, and lets guests in."""

    def connect(auth: Any = None) -> Any:
        ran.append(auth)
        user: Any = None
        return user["name"] if auth is not None else True

    return connect


def of_anything(function: Any) -> Any:
    """A decorator that says nothing of what it decorates."""

    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


HANDLERS = {
    "a function": lambda handler: handler,
    "a decorated function": kept,
    "a function of anything": of_anything,
    "a partial": functools.partial,
    "an object": Callable,
}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    monkeypatch.setattr(logging.getLogger("engineio.server"), "disabled", True)


@pytest.mark.parametrize("handled", [False, True])
@pytest.mark.parametrize("name", HANDLERS)
def test_a_type_error_from_within_rejects(
    name: str, handled: bool, entrance: Any, net: Any
) -> None:
    """The handler ran once, whatever it is and whoever handles errors; nobody is in."""
    made, ran = entrance(), []  # type: ignore[var-annotated]
    made.on("connect", "/locked")(HANDLERS[name](fails(ran)))
    if handled and made.way != "protect":
        made.io.on_error_default(lambda error: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send("0" + SPEC_WITH_TOKEN)
    assert '"handler_error"' in client.receive()
    assert ran == [{"token": "abcd"}]
    assert "/locked" not in made.server.manager.rooms


@pytest.mark.parametrize("auth", [None, {}])
def test_without_auth_it_runs_once_as_well(auth: Any, entrance: Any, net: Any) -> None:
    """Here python-socketio itself would call it again."""
    made, ran = entrance(), []  # type: ignore[var-annotated]

    def connect(auth: Any = None) -> Any:
        ran.append(auth)
        raise TypeError("inside")

    made.on("connect")(connect)
    client = net.raw(net.serve(made.wsgi))
    assert '"handler_error"' in client.enter(auth="" if auth is None else "{}")
    assert len(ran) == 1
    assert made.server.manager.rooms == {}


def of_two(ran: list[Any]) -> Any:
    def connect(sid: str, environ: Any) -> None:
        ran.append("ran")

    return connect


def of_none(ran: list[Any]) -> Any:
    def connect() -> None:
        ran.append("ran")

    return connect


@pytest.mark.parametrize("auth", ["", '{"token":"abcd"}'])
@pytest.mark.parametrize("decorate", [lambda handler: handler, kept])
def test_a_handler_without_a_parameter_for_the_auth_still_works(
    decorate: Any, auth: str, entrances: Any, net: Any
) -> None:
    """Under Flask-SocketIO it has no parameter at all, else two; python-socketio gives the auth."""
    for way in ("init_app", "protect", "AsyncAPISocketIO"):
        made, ran = entrances(way), []  # type: ignore[var-annotated]
        if way == "protect":
            if auth:
                continue  # python-socketio calls no handler of two with an auth
            made.io.on("connect", decorate(of_two(ran)))
        else:
            made.io.on("connect")(decorate(of_none(ran)))
        assert net.raw(net.serve(made.wsgi)).enter(auth=auth).startswith("0")
        assert ran == ["ran"]


def test_class_namespaces_run_theirs_once(net: Any, entrances: Any) -> None:
    """With the auth where there is a parameter, and without where there is none."""
    ran: list[Any] = []

    class OfFlask(flask_socketio.Namespace):  # type: ignore[misc]  # carries no types
        def on_connect(self, auth: Any = None) -> None:
            ran.append(auth)
            raise TypeError("inside")

    class Bare(socketio.Namespace):  # type: ignore[misc]  # carries no types
        def on_connect(self, sid: str, environ: Any, auth: Any) -> None:
            ran.append(auth)
            raise TypeError("inside")

    class Old(socketio.Namespace):  # type: ignore[misc]  # carries no types
        def on_connect(self, sid: str, environ: Any) -> None:
            ran.append("old")

    for way in ("init_app", "AsyncAPISocketIO", "protect"):
        made = entrances(way)
        if way == "protect":
            made.io.register_namespace(Bare("/locked"))
            made.io.register_namespace(Old("/"))
        else:
            made.io.on_namespace(OfFlask("/locked"))
        client = net.raw(net.serve(made.wsgi))
        assert client.enter().startswith("0")
        client.send("0" + SPEC_WITH_TOKEN)
        assert '"handler_error"' in client.receive()
    assert ran == [{"token": "abcd"}, {"token": "abcd"}, "old", {"token": "abcd"}]


def test_in_report_mode_it_is_as_without_the_guard(entrance: Any, net: Any) -> None:
    """The libraries' second call included."""
    from asyncapi_guard import Policy

    outcomes = []
    for options in ({"guarded": False}, {"policy": Policy(mode="report")}):
        made, ran = entrance(**options), []  # type: ignore[var-annotated]
        made.on("connect", "/locked")(fails(ran))
        client = net.raw(net.serve(made.wsgi))
        client.enter()
        client.send("0" + SPEC_WITH_TOKEN)
        client.send('2/locked,7["say","hi"]')
        made.on("begin")(lambda: None)
        client.send('28["begin"]')
        while client.receive() != "38[]":
            pass
        outcomes.append(list(ran))
    assert outcomes[0] == outcomes[1]
