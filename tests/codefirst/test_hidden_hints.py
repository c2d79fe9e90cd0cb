"""A decorator that hides a handler's type hints is an error; what calls typed helpers is not."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import flask_socketio
import pytest
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, RegistrationError
from asyncapi_guard.codefirst.hidden_hints import check_hints_are_seen

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def bare(function):  # type: ignore[no-untyped-def]
    def inner(*args, **kwargs):  # type: ignore[no-untyped-def]
        return function(*args, **kwargs)

    return inner


def hinted(function: Callable[P, R]) -> Callable[P, R]:
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return inner


def of_anything(function: Any) -> Any:
    def inner(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return inner


def with_one_argument(function: Any) -> Any:
    def inner(data):  # type: ignore[no-untyped-def]
        return function(data)

    return inner


def with_arguments(_level: str) -> Any:
    def decorator(function: Any) -> Any:
        def inner(*args: Any) -> Any:
            return function(*args)

        return inner

    return decorator


def kept(function: Any) -> Any:
    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return inner


def typed_anew(function: Any) -> Any:
    def inner(data: dict[str, int]) -> None:
        function(**data)

    return inner


class Logged:
    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)


class Checks:
    def method(self, function: Any) -> Any:
        def inner(*args: Any) -> Any:
            return function(*args)

        return inner


def twice(function: Any) -> Any:
    return bare(of_anything(function))


def kept_above_hidden(function: Any) -> Any:
    return kept(bare(function))


def hidden_above_kept(function: Any) -> Any:
    return bare(kept(function))


HIDING: dict[str, Any] = {
    "without hints": bare,
    "with hints of nothing": of_anything,
    "with a ParamSpec": hinted,
    "with one argument": with_one_argument,
    "with arguments of its own": with_arguments("high"),
    "a class": Logged,
    "a method": Checks().method,
    "two of them": twice,
    "below one that keeps them": kept_above_hidden,
    "above one that keeps them": hidden_above_kept,
    "a partial of one": lambda function: functools.partial(bare(function)),
}
#: Called, they are no longer told from functions that call others.
BY_CALL = {name: each for name, each in HIDING.items() if name != "with one argument"}


def typed(count: int) -> int:
    return count


@bare
def decorated(count: int) -> int:
    return count


class Methods:
    @with_one_argument
    def on_count(self, count: int) -> int:
        return count


# -- what hides ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HIDING)
def test_a_decorator_that_hides_hints_is_an_error(name: str) -> None:
    """With both places, and what to write."""
    hide = HIDING[name]
    io = AsyncAPISocketIO(typed=True)
    with pytest.raises(RegistrationError, match=r"test_hidden_hints\.py:\d+\) hides the") as caught:

        @io.on("count")
        @hide
        def count(number: int) -> int:
            return number

    assert "count (" in str(caught.value)
    assert "test_hidden_hints.py:" in str(caught.value).partition("hides")[2]
    assert "functools." in str(caught.value)


@pytest.mark.parametrize("name", BY_CALL)
def test_so_is_one_that_is_called(name: str) -> None:
    """Where no `def` tells whose decorator it is."""
    with pytest.raises(RegistrationError, match="hides the type hints of typed"):
        AsyncAPISocketIO(typed=True).on_event("count", BY_CALL[name](typed))


def named_otherwise(function: Any) -> Any:
    target = bare(function)

    def around(*args: Any) -> Any:
        return target(*args)

    return around


def test_the_remedy_is_for_the_outermost_of_several() -> None:
    """By the name that the handler, or what is around it, has there."""
    io = AsyncAPISocketIO(typed=True)
    with pytest.raises(RegistrationError, match=r"wraps\(target\)` above `def around`"):

        @io.on("count")
        @named_otherwise
        def count(number: int) -> int:
            return number


def test_so_is_one_that_was_called_before() -> None:
    """By the name of the function, in its module or in its class."""
    with pytest.raises(RegistrationError, match=r"write `@functools.wraps\(function\)` above"):
        AsyncAPISocketIO(typed=True).on_event("count", decorated)
    with pytest.raises(RegistrationError, match=r"hides the type hints of Methods\.on_count"):
        check_hints_are_seen(Methods().on_count)


def test_so_is_one_above_a_method_of_a_class_namespace() -> None:
    class Game(flask_socketio.Namespace):
        @with_one_argument
        def on_count(self, number: int) -> int:
            return number

    with pytest.raises(RegistrationError, match=r"Game\.on_count"):
        AsyncAPISocketIO(typed=True).on_namespace(Game("/game"))


def test_so_is_one_on_a_server_that_a_guard_has_made_typed() -> None:
    """The same words, for Flask-SocketIO's own class."""
    document = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}, "channels": {}}
    app = Flask(__name__)
    io = SocketIO(app, async_mode="threading")
    AsyncAPIGuard(document).init_app(app, io, typed=True)
    with pytest.raises(RegistrationError, match="hides the type hints"):

        @io.on("count")
        @bare
        def count(number: int) -> int:
            return number


# -- what does not ---------------------------------------------------------------------------------


def register(io: Any, compute: Any) -> None:
    @io.on("handed")
    def handler(data: Any) -> Any:
        return compute(data)

    @io.on("bare")
    def bare_handler(data):  # type: ignore[no-untyped-def]
        return compute(data)


def test_handlers_that_call_typed_functions_are_none() -> None:
    """From a closure, from an argument, with any number of arguments; nor are untyped handlers."""
    io = AsyncAPISocketIO(typed=True)

    def helper(count: int) -> int:
        return count

    @io.on("from a closure")
    def closed(data):  # type: ignore[no-untyped-def]
        return helper(data)

    @io.on("with any arguments")
    def anything(*args):  # type: ignore[no-untyped-def]
        return helper(len(args))

    @io.on("an untyped one")
    @bare
    def untyped(data):  # type: ignore[no-untyped-def]
        return data

    @io.on("two around an untyped one")
    @bare
    @of_anything
    def deep(data):  # type: ignore[no-untyped-def]
        return data

    register(io, helper)
    register(io, typed)
    assert len(list(io.registry.receivers())) == 6


class Anything:
    """A proxy: it has whatever is asked for, and is asked for nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    def __call__(self, *args: Any) -> Any: ...


class Service:
    def __init__(self) -> None:
        self.helper = typed

    def __call__(self, *args: Any) -> Any:
        return self.helper(*args)


def test_what_handlers_hold_is_only_looked_at() -> None:
    """Proxies in closures and in class namespaces; an object that has typed helpers of its own."""
    io, proxy = AsyncAPISocketIO(typed=True), Anything()

    class Game(flask_socketio.Namespace):
        store = proxy

        def on_go(self, data):  # type: ignore[no-untyped-def]
            return proxy(data)

    @io.on("go")
    def go(*args):  # type: ignore[no-untyped-def]
        return proxy(*args)

    io.on_namespace(Game("/game"))
    io.on_event("served", Service())
    assert len(list(io.registry.receivers())) == 3


def test_decorators_that_say_what_they_do_are_none() -> None:
    """That keep the hints, or have some of their own."""
    io = AsyncAPISocketIO(typed=True)

    @io.on("kept")
    @kept
    def first(count: int) -> int:
        return count

    @io.on("typed anew")
    @typed_anew
    def second(count: int) -> None: ...

    assert [str(receiver.arguments) for receiver in io.registry.receivers()] != []
    assert all(receiver.typed for receiver in io.registry.receivers())


@pytest.mark.parametrize("options", [{"typed": None}, {"typed": False}])
def test_where_hints_do_not_count_nothing_is_hidden(options: dict[str, Any]) -> None:
    """For a server, and for one handler; types that are said stand in place of hints."""
    io = AsyncAPISocketIO(**options)
    io.on("a")(bare(typed))
    io = AsyncAPISocketIO(typed=True)
    io.on("b", get_from_typehint=False)(bare(typed))
    io.on("c", request_model=int, response_model=int)(bare(typed))
