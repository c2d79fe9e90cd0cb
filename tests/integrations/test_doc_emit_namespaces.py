"""`doc_emit` beside a handler declares what is sent in the handler's namespace."""

from __future__ import annotations

import functools
from typing import Any

import flask_socketio
import pytest
from flask import Flask
from pydantic import BaseModel

from asyncapi_guard import AsyncAPISocketIO, EmitValidationError


class Moved(BaseModel):
    by: str


class Score(BaseModel):
    points: int


@pytest.fixture
def app() -> Flask:
    return Flask(__name__)


@pytest.fixture
def io(app: Flask) -> AsyncAPISocketIO:
    return AsyncAPISocketIO(app, async_mode="threading")


def sent(io: AsyncAPISocketIO) -> dict[str, list[str]]:
    """The events that the document says are sent, by namespace."""
    document = io.asyncapi_doc.dict()
    found: dict[str, list[str]] = {}
    for operation in document["operations"].values():
        if operation["action"] == "send":
            channel = document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
            (message,) = operation["messages"]
            key = message["$ref"].rpartition("/")[2]
            name = document["components"]["messages"][key]["name"]
            found.setdefault(channel["address"], []).append(name)
    return found


def logged(function: Any) -> Any:
    @functools.wraps(function)
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


@pytest.mark.parametrize("order", ["above", "below", "above a decorator", "registered later"])
def test_the_namespace_is_the_handlers(order: str, io: AsyncAPISocketIO) -> None:
    """On whichever side of the registration it stands."""

    def go(*args: Any) -> None: ...

    declares, registers = io.doc_emit("moved", Moved), io.on("go", namespace="/game")
    if order == "above":
        declares(registers(go))
    elif order == "below":
        registers(declares(go))
    elif order == "above a decorator":
        registers(logged(declares(logged(go))))
    else:
        io.on_event("go", declares(go), namespace="/game")
    assert sent(io) == {"/game": ["moved"]}


def test_a_handler_of_two_namespaces_sends_in_both(io: AsyncAPISocketIO) -> None:
    """And several declarations go along."""

    @io.doc_emit("moved", Moved)
    @io.on("go", namespace="/a")
    @io.doc_emit("scored", Score)
    @io.on("go", namespace="/b")
    def go() -> None: ...

    assert sent(io) == {"/a": ["moved", "scored"], "/b": ["moved", "scored"]}


def test_what_is_said_stays(io: AsyncAPISocketIO) -> None:
    """A namespace, and a call that stands beside nothing; types of one event are told apart."""
    io.doc_emit("moved", Moved)

    @io.doc_emit("moved", Score)
    @io.doc_emit("scored", Score, namespace="/")
    @io.on("go", namespace="/game")
    def go() -> None: ...

    @io.doc_emit("told", str)
    def tell() -> None: ...

    assert sent(io) == {"/": ["moved", "scored", "told"], "/game": ["moved"]}
    root, game = io.registry.sender("/", "moved"), io.registry.sender("/game", "moved")
    assert root is not None
    assert game is not None
    assert [hint.hint for hint in root.payloads] == [Moved]
    assert [hint.hint for hint in game.payloads] == [Score]


def test_methods_of_a_class_namespace_send_in_it(io: AsyncAPISocketIO) -> None:
    """Handlers, what they call, and the class itself."""

    @io.doc_emit("whole", int)
    class Game(flask_socketio.Namespace):
        @io.doc_emit("moved", Moved)
        def on_go(self) -> None: ...

        @io.doc_emit("scored", Score)
        def tell(self) -> None: ...

    io.on_namespace(Game("/game"))
    assert sent(io) == {"/game": ["whole", "moved", "scored"]}


@pytest.mark.parametrize("kind", ["function", "class"])
def test_what_a_handler_emits_is_judged_in_its_namespace(
    kind: str, app: Flask, io: AsyncAPISocketIO, net: Any
) -> None:
    """Over a socket: what fits arrives, what does not is rejected where it was emitted."""
    found: list[str] = []

    def tell(by: Any) -> None:
        try:
            flask_socketio.emit("moved", {"by": by})
        except EmitValidationError as error:
            found.append(error.namespace)

    if kind == "function":

        @io.doc_emit("moved", Moved)
        @io.on("go", namespace="/game")
        def go(by: Any) -> None:
            tell(by)

    else:

        class Game(flask_socketio.Namespace):
            @io.doc_emit("moved", Moved)
            def on_go(self, by: Any) -> None:
                tell(by)

        io.on_namespace(Game("/game"))
    client = net.client(net.serve(app), namespaces=["/game"])
    client.ask("go", 7, namespace="/game")
    client.ask("go", "ann", namespace="/game")
    assert client.received() == [("/game", "moved", [{"by": "ann"}])]
    assert found == ["/game"]
