"""What handlers of `AsyncAPISocketIO` ask for by type: the handshake, the message, who it is."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from conftest import PATIENCE
from flask import Flask, request
from flask_socketio import Namespace
from pydantic import BaseModel
from test_asyncapi_socketio import Conversation

from asyncapi_guard import Handshake, Identity, Message, SessionId
from asyncapi_guard.lint import lint

if TYPE_CHECKING:
    from collections.abc import Callable


class Move(BaseModel):
    x: int


@pytest.fixture(params=["test client", "websocket"])
def start(request: Any, net: Any) -> Callable[..., Conversation]:
    """Makes a conversation, by the test client or by a real one."""
    return functools.partial(Conversation, request.param, net)


def test_they_are_no_arguments(start: Any) -> None:
    """They stand at any place, and the document does not know them."""
    talk = start(typed=True)

    @talk.io.on("move")
    def move(message: Message, move: Move, sid: SessionId, shake: Handshake, n: int = 3) -> Any:
        same = sid == request.sid  # type: ignore[attr-defined]  # Flask-SocketIO's
        data = [message.event, message.namespace, message.args, message.wants_ack, message.id]
        return [*data, same, move.x, n, shake.environ["PATH_INFO"]]

    @talk.io.on("only")
    def only(message: Annotated[Message, "it"], who: Identity | None) -> Any:
        return [list(message.args), who]

    assert talk.ask("move", {"x": 1})[:8] == ["move", "/", [{"x": 1}], True, "move", True, 1, 3]
    assert talk.ask("move", {"x": 1}, 4)[7] == 4
    assert talk.ask("move", {"x": 1})[8].startswith("/socket.io")
    assert talk.ask("move", {"x": "1"})["error"]["code"] == "request_validation_error"
    assert talk.ask("only") == [[], None]
    document = talk.io.asyncapi_doc.dict()
    assert document["components"]["messages"]["only"]["payload"] == {"type": "null"}
    assert set(document["components"]["schemas"]) & {"Message", "Handshake", "Identity"} == set()
    assert lint(document) == ()


def test_connects_and_disconnects(start: Any) -> None:
    """A handshake has the auth, also where no connect handler is."""
    talk = start(typed=True)
    left = threading.Event()

    class Room(Namespace):
        def on_connect(self, handshake: Handshake, auth: Move) -> None:
            talk.got.append((handshake.auth, auth.x))

        def on_who(self, handshake: Handshake, message: Message) -> Any:
            return [handshake.auth, message.namespace]

        def on_disconnect(self, message: Message) -> None:
            talk.got.append(message.args)
            left.set()

    talk.io.on_namespace(Room("/room"))

    @talk.io.on("who", "/bare")
    def who(handshake: Handshake) -> Any:
        return handshake.auth

    talk.connect()
    assert talk.enter("/room", {"x": 1})
    assert talk.ask("who", namespace="/room") == [{"x": 1}, "/room"]
    assert talk.enter("/bare", {"y": 2})
    assert talk.ask("who", namespace="/bare") == {"y": 2}
    if talk.way == "test client":
        talk.client.disconnect("/room")
    else:
        talk.client.close()
    assert left.wait(PATIENCE)
    (entered, (reason,)) = talk.got
    assert (entered, type(reason)) == (({"x": 1}, 1), str)


def test_those_that_take_any_event(start: Any) -> None:
    """The name of the event comes first among the arguments."""
    talk = start(typed=True)

    @talk.io.on("*")
    def anything(message: Message, event: str, *data: Any) -> Any:
        return [event, message.event, list(message.args), list(data)]

    assert talk.ask("x", 1) == ["x", "x", [1], [1]]


@pytest.mark.parametrize("options", [{"validate": False}, {"typed": False}])
def test_where_nothing_is_constructed(options: Any, start: Any) -> None:
    """Without `validate` they come all the same; where hints do not count, nothing does."""
    talk = start(**{"typed": True, **options})

    @talk.io.on("shake")
    def shake(move: Move, handshake: Handshake = None) -> Any:  # type: ignore[assignment]  # as above
        return [move, handshake is None]

    assert talk.ask("shake", {"x": 1}) == [{"x": 1}, "typed" in options and not options["typed"]]


def test_who_a_client_is(net: Any) -> None:
    """As `flask.g` has it."""
    scheme = {"type": "httpApiKey", "in": "query", "name": "token"}
    talk = Conversation(
        "websocket",
        net,
        typed=True,
        server_url="http://example.com",
        security={"token": scheme},
        verifiers={"token": lambda credential, _handshake: Identity(credential.upper())},
    )

    @talk.io.on("who")
    def who(identity: Identity) -> Any:
        return identity.subject

    client = net.client(net.serve(talk.app) + "/?token=ada")
    assert client.ask("who") == ["ADA"]


def test_an_error_handler_hears_of_a_handler_that_asks(net: Any) -> None:
    """As of any other one."""
    talk = Conversation("test client", net, typed=True)

    @talk.io.on("bad")
    def bad(message: Message) -> Any:
        raise LookupError(message.event)

    @talk.io.on_error_default
    def failed(error: Exception) -> Any:
        return str(error.args[0])

    assert isinstance(talk.app, Flask)
    assert talk.ask("bad") == "bad"
