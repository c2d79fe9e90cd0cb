"""Decorators that hide the hints of a typed handler are an error where it is registered."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import flask_socketio
import pytest
import socketio as pysocketio
from flask import Flask
from pydantic import BaseModel

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable


class Point(BaseModel):
    x: int


def bare(function: Any) -> Any:
    def wrapper(*args, **kwargs):  # type: ignore[no-untyped-def]
        return function(*args, **kwargs)

    return wrapper


def of_anything(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def of_one(function: Any) -> Any:
    def wrapper(point):  # type: ignore[no-untyped-def]
        return function(point)

    return wrapper


class Counted:
    """A decorator that is a class."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)


def pass_on(function: Any, *args: Any) -> Any:
    return function(*args)


def in_a_partial(function: Any) -> Any:
    return functools.partial(pass_on, function)


def twice(function: Any) -> Any:
    return bare(of_anything(function))


def kept(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def own_hints(function: Any) -> Any:
    def wrapper(data: dict[str, Any]) -> Any:
        return function(Point(**data))

    return wrapper


HIDING = [bare, of_anything, of_one, Counted, in_a_partial, twice]
POINT = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "Points", "version": "1"},
    "channels": {"root": {"address": "/", "messages": {"point": {"payload": POINT}}}},
    "operations": {"in": {"action": "receive", "channel": {"$ref": "#/channels/root"}}},
}


def point(point: Point) -> str:
    return type(point).__name__


def point_of(sid: str, point: Point) -> str:
    return type(point).__name__


def asked(**options: Any) -> tuple[AsyncAPISocketIO, Flask]:
    app = Flask(__name__)
    return AsyncAPISocketIO(app, async_mode="threading", **options), app


@pytest.mark.parametrize("hide", HIDING)
def test_the_drop_in_refuses_them_where_hints_count(hide: Any) -> None:
    io, _ = asked()
    with pytest.raises(RegistrationError, match=r"hides the type hints of point .*functools\."):
        io.on("point", get_from_typehint=True)(hide(point))
    typed, _ = asked(typed=True)
    with pytest.raises(RegistrationError, match="hides the type hints"):
        typed.on("point")(hide(point))


@pytest.mark.parametrize("hide", [bare, of_anything])
def test_class_namespaces_are_the_same(hide: Any) -> None:
    class Points(flask_socketio.Namespace):  # type: ignore[misc]  # it carries no types
        @hide
        def on_point(self, point: Point) -> None: ...

    io, _ = asked(typed=True)
    with pytest.raises(RegistrationError, match="hides the type hints"):
        io.on_namespace(Points("/"))


@pytest.mark.parametrize("hide", HIDING)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_typed_guard_refuses_them(hide: Any, when: str) -> None:
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    guard = AsyncAPIGuard(DOCUMENT)
    with pytest.raises(RegistrationError, match="hides the type hints"):  # noqa: PT012  # when it is registered differs
        if when == "before":
            guard.init_app(app, io, typed=True)
        io.on("point")(hide(point))
        guard.init_app(app, io, typed=True)
    assert guard.installed is (when == "before")


@pytest.mark.parametrize("hide", [bare, of_anything, Counted, twice])
def test_the_session_id_is_no_argument(hide: Any) -> None:
    server = pysocketio.Server(async_mode="threading")
    AsyncAPIGuard(DOCUMENT).protect(server, typed=True)
    with pytest.raises(RegistrationError, match="hides the type hints of point_of"):
        server.on("point", hide(point_of))

    def only_the_session(sid: str, data):  # type: ignore[no-untyped-def]
        return data

    server.on("point", hide(only_the_session))


def test_what_shows_its_hints_is_registered() -> None:
    io, app = asked(typed=True)
    io.on("kept")(kept(point))
    io.on("own")(own_hints(point))
    io.on("untyped")(bare(lambda data: "anything"))
    client = io.test_client(app)
    for event, answer in (("kept", "Point"), ("own", "Point"), ("untyped", "anything")):
        assert client.emit(event, {"x": 1}, callback=True) == answer


def test_helpers_of_a_factory_are_no_decorated_handlers() -> None:
    """A handler that uses a typed function beside it hides nothing."""
    io, app = asked(typed=True)

    def told(name: str) -> str:
        return f"told {name}"

    @io.on("tell")
    def tell(*data):  # type: ignore[no-untyped-def]
        return told(data[0])

    assert io.test_client(app).emit("tell", "Ann", callback=True) == "told Ann"


def test_where_hints_do_not_count_nothing_is_hidden() -> None:
    io, app = asked(typed=True)
    io.on("off", get_from_typehint=False)(bare(lambda data: "off"))
    io.on("point", get_from_typehint=False)(bare(point))
    assert io.test_client(app).emit("point", {"x": "no"}, callback=True) == "dict"
