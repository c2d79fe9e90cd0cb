"""Which handlers a server has, and which of them it can never run."""

from __future__ import annotations

import functools
from typing import Any

import flask_socketio
import pytest
import socketio
from flask import Flask

from asyncapi_guard import AsyncAPISocketIO
from asyncapi_guard.integrations.handlers.registered import (
    dispatches_itself,
    is_coroutine_function,
    methods_of,
    registered,
)


def found_in(namespace: Any) -> list[tuple[str, str]]:
    return sorted((place, event) for place, event, _ in methods_of(namespace))


@pytest.mark.parametrize("base", [socketio.Namespace, flask_socketio.Namespace])
def test_the_methods_of_a_class_namespace_are_its_handlers(base: Any) -> None:
    """Whatever its name begins with `on_` and can be called; properties are not asked."""

    class Chat(base):
        on_none = None

        def on_connect(self) -> None: ...

        @property
        def on_move(self) -> Any:
            raise AssertionError

        def on_say(self) -> None: ...

        def say(self) -> None: ...

    chat = Chat("/chat")
    assert found_in(chat) == [("/chat", "connect"), ("/chat", "say")]
    assert not dispatches_itself(chat)
    (say,) = (method for _, event, method in methods_of(chat) if event == "say")
    assert say == chat.on_say


def test_a_class_that_dispatches_itself_handles_what_it_likes() -> None:
    """Also what it inherits that from."""

    class Own(socketio.Namespace):
        def trigger_event(self, event: str, *args: Any) -> Any: ...

        def on_say(self) -> None: ...

    class Heir(Own): ...

    for kind in (Own, Heir):
        assert found_in(kind("/own")) == [("/own", "*"), ("/own", "say")]
        assert dispatches_itself(kind("/own"))


def test_a_class_namespace_of_the_guards_own_socketio_has_its_methods() -> None:
    """It is wrapped, and dispatches as any other."""
    io: Any = AsyncAPISocketIO(Flask(__name__), async_mode="threading")

    class Chat(flask_socketio.Namespace):
        def on_say(self, text: str) -> None: ...

    io.on_namespace(Chat("/chat"))
    found = registered(io.server.handlers, io.server.namespace_handlers)
    assert [(place, event) for place, event, _ in found] == [("/chat", "say")]


def test_all_handlers_are_found() -> None:
    """Functions by namespace and event, and the methods of classes."""

    class Chat(socketio.Namespace):
        def on_say(self) -> None: ...

    server = socketio.Server(async_mode="threading")
    for namespace, event in (("/", "move"), ("/", "*"), ("/b", "move")):
        server.on(event, print, namespace=namespace)
    server.register_namespace(Chat("/chat"))
    found = list(registered(server.handlers, server.namespace_handlers))
    assert [(place, event) for place, event, _ in found] == [
        ("/", "move"),
        ("/", "*"),
        ("/b", "move"),
        ("/chat", "say"),
    ]
    assert {handler for *_, handler in found[:3]} == {print}


async def coroutine(*args: Any) -> None: ...


async def generator(*args: Any) -> Any:
    yield


def function(*args: Any) -> Any: ...


class Awaited:
    async def __call__(self) -> None: ...

    async def method(self) -> None: ...

    def plain(self) -> None: ...


class Called:
    def __call__(self) -> None: ...


@functools.wraps(coroutine)
def running(*args: Any) -> Any:
    """It may run what it decorates."""


@pytest.mark.parametrize(
    "handler",
    [
        coroutine,
        generator,
        functools.partial(coroutine, 1),
        functools.partial(functools.partial(coroutine, 1), 2),
        Awaited(),
        Awaited().method,
    ],
)
def test_what_makes_a_coroutine_is_told(handler: Any) -> None:
    """By itself, behind arguments, and as an object."""
    assert is_coroutine_function(handler)


def test_what_flask_socketio_registers_is_looked_through() -> None:
    """It wraps each handler in a function of its own."""
    io = flask_socketio.SocketIO(Flask(__name__), async_mode="threading")
    for handler in (coroutine, function):
        io.on_event("say", handler)
        made = io.server.handlers["/"]["say"]
        assert made is not handler
        assert is_coroutine_function(made) is (handler is coroutine)


@pytest.mark.parametrize(
    "handler",
    [function, print, functools.partial(function, 1), Awaited().plain, Called(), running, None],
)
def test_what_makes_no_coroutine_is_not_told(handler: Any) -> None:
    """Others' decorators among them, whatever they decorate."""
    assert not is_coroutine_function(handler)
