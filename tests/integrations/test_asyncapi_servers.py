"""`AsyncAPIServer` and `AsyncAPIAsyncServer`: hints are the contract, over real sockets."""

from __future__ import annotations

import functools
import queue
import subprocess
import sys
from collections.abc import Callable  # noqa: TC003  # hints are read
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  # hints are read
from typing import Annotated, Any

import pytest
import socketio as pysocketio
from code_first_stage import KINDS, Stage
from pydantic import BaseModel, Field, field_validator

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    EmitValidationError,
    Handshake,
    InstallationError,
    Message,
    Policy,
    RegistrationError,
    SessionId,
    ack_options,
    load,
)
from asyncapi_guard.lint import lint


class Move(BaseModel):
    """A cell."""

    x: int = Field(ge=0, le=2)

    @field_validator("x")
    @classmethod
    def is_free(cls, x: int) -> int:
        if x == 2:
            raise ValueError("it is taken")
        return x


class Done(BaseModel):
    ok: bool


class Auth(BaseModel):
    token: str = Field(min_length=4)


@dataclass
class Point:
    x: int
    y: int = 0


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, net: Any) -> Callable[..., Stage]:
    """Makes drop-ins; options go to them."""
    return functools.partial(Stage, request.param, net)


def code_of(answer: list[Any]) -> Any:
    (only,) = answer
    return only["error"]["code"]


# -- handlers --------------------------------------------------------------------------------------


def test_a_handler_gets_instances_and_answers_with_them(stage: Any) -> None:
    """With the session id first, as python-socketio gives it."""
    made = stage(typed=True)

    @made.on("move")
    def move(sid: str, move: Move) -> Done:
        made.got.append((sid, move))
        return Done(ok=True)

    client = made.client()
    assert client.ask("move", {"x": 1}) == [{"ok": True}]
    assert made.got == [(made.sid(), Move(x=1))]
    assert code_of(client.ask("move", {"x": 3})) == "request_validation_error"
    assert code_of(client.ask("move", {"x": "1"})) == "request_validation_error"
    assert code_of(client.ask("move", {"x": 2})) == "request_validation_error"
    assert len(made.got) == 1
    assert [each.event for each in made.violations] == ["move"] * 3


def test_a_handler_without_sid_gets_none(stage: Any) -> None:
    """Its hints say that its parameters are arguments."""
    made = stage(typed=True)

    @made.on("move")
    def move(move: Move, by: str = "ann") -> str:
        return f"{move.x} {by}"

    @made.on("leave")
    def leave() -> str:
        return "bye"

    @made.on("add")
    def add(first: Annotated[int, Field(ge=1)], *more: int) -> int:
        return first + sum(more)

    @made.on("at")
    def at(point: Point) -> Point:
        assert type(point) is Point
        return Point(point.y, point.x)

    client = made.client()
    assert client.ask("move", {"x": 1}) == ["1 ann"]
    assert client.ask("move", {"x": 1}, "bob") == ["1 bob"]
    assert client.ask("leave") == ["bye"]
    assert code_of(client.ask("leave", 1)) == "request_validation_error"
    assert client.ask("add", 1, 2, 3) == [6]
    assert code_of(client.ask("add", 0)) == "request_validation_error"
    assert client.ask("at", {"x": 1, "y": 2}) == [{"x": 2, "y": 1}]


def test_a_handler_that_is_registered_again_has_its_new_types(stage: Any) -> None:
    """Although it is the same function, which was called before."""
    made = stage()

    def see(sid: str, item: Any) -> str:
        return type(item).__name__

    for model, data in ((Move, {"x": 1}), (Done, {"ok": True})):
        made.on("see", request_model=model)(see)
        client = made.client()
        assert [client.ask("see", data) for _ in range(2)] == [[model.__name__]] * 2


def test_a_handler_that_is_registered_again_may_have_no_types(stage: Any) -> None:
    """It gets what python-socketio gives."""
    made = stage()

    @made.on("move", get_from_typehint=True)
    def move(move: Move) -> int:
        return move.x

    @made.on("move")
    def move_again(sid: Any, data: Any) -> list[Any]:
        return [sid, data]

    client = made.client()
    assert client.ask("move", {"x": "any"}) == [[made.sid(), {"x": "any"}]]


def test_hints_count_where_somebody_says_so(stage: Any) -> None:
    """A changed import alone puts none in force, and handlers are called as by python-socketio."""
    made = stage()

    @made.on("free")
    def free(sid: str, move: Move) -> str:
        return type(move).__name__

    @made.on("typed", get_from_typehint=True)
    def typed(move: Move) -> str:
        return type(move).__name__

    @made.on("said", request_model=Move, response_model=Done)
    def said(sid, move):  # type: ignore[no-untyped-def]  # that is the point
        return {"ok": type(move) is Move}

    client = made.client()
    assert client.ask("free", {"x": "no"}) == ["dict"]
    assert client.ask("typed", {"x": 1}) == ["Move"]
    assert code_of(client.ask("typed", {"x": "no"})) == "request_validation_error"
    assert client.ask("said", {"x": 1}) == [{"ok": True}]
    assert code_of(client.ask("said", {})) == "request_validation_error"


def test_typed_leaves_out_handlers_without_hints(stage: Any) -> None:
    """They are called as by python-socketio; one without parameters takes nothing."""
    made = stage(typed=True)

    @made.on("plain")
    def plain(client, data):  # type: ignore[no-untyped-def]  # that is the point
        return [client, data]

    @made.on("only_sid")
    def only_sid(sid: str, data):  # type: ignore[no-untyped-def]  # as above
        return data

    @made.on("nothing")
    def nothing():  # type: ignore[no-untyped-def]  # as above
        return 1

    @made.on("excepted", get_from_typehint=False)
    def excepted(sid: str, move: Move) -> str:
        return type(move).__name__

    client = made.client()
    assert client.ask("plain", 7) == [[made.sid(), 7]]
    assert client.ask("only_sid", 7) == [7]
    assert client.ask("nothing") == [1]
    assert code_of(client.ask("nothing", 1)) == "request_validation_error"
    assert client.ask("excepted", {"x": "no"}) == ["dict"]


def test_every_way_of_registering(stage: Any) -> None:
    """`on` with a handler, `event` with and without arguments, and class-based namespaces."""
    made = stage(typed=True)

    def first(move: Move) -> int:
        return move.x

    def second(sid: str, move: Move) -> int:
        return move.x

    def third(move: Move) -> int:
        return move.x

    assert made.io.on("first", made.handler(first)) is None
    assert made.io.event(made.handler(second)).__name__ == "second"
    made.io.event(namespace="/other", get_from_typehint=True)(made.handler(third))

    def on_fourth(self: Any, sid: str, move: Move) -> int:
        return move.x

    def on_fifth(self: Any, move: Move) -> int:
        return move.x

    def on_connect(self: Any, sid: str, environ: Any, auth: Auth | None = None) -> None:
        made.got.append(auth)

    methods = {each.__name__: made.handler(each) for each in (on_fourth, on_fifth, on_connect)}
    made.io.on_namespace(type("Rooms", (made.namespace,), methods)("/rooms"))
    client = made.client(namespaces=["/", "/other"])
    assert client.enter("/rooms", {"token": "abcd"}) is None
    assert made.got == [Auth(token="abcd")]
    for namespace, event in [
        ("/", "first"), ("/", "second"), ("/other", "third"),
        ("/rooms", "fourth"), ("/rooms", "fifth"),
    ]:  # fmt: skip
        assert client.ask(event, {"x": 1}, namespace=namespace) == [1], event
        answer = client.ask(event, {"x": 9}, namespace=namespace)
        assert code_of(answer) == "request_validation_error", event


def test_catch_alls(stage: Any) -> None:
    """They get what python-socketio gives them, by name or at its place, and are judged."""
    made = stage(typed=True)

    @made.on("*")
    def anything(event: str, move: Move) -> str:
        return f"{event} {move.x}"

    @made.on("say", namespace="*")
    def everywhere(namespace: str, sid: str, move: Move) -> str:
        assert sid
        return f"{namespace} {move.x}"

    @made.on("*", namespace="*")
    def all_of_it(event, namespace, who, move: Move) -> str:  # type: ignore[no-untyped-def]  # that is the point
        assert who
        return f"{event} {namespace} {move.x}"

    made.io.namespaces = "*"
    client = made.client(namespaces=["/", "/a"])
    for namespace, event, answer in [
        ("/", "whatever", "whatever 1"), ("/a", "say", "/a 1"), ("/a", "else", "else /a 1"),
    ]:  # fmt: skip
        assert client.ask(event, {"x": 1}, namespace=namespace) == [answer]
        for bad in ({"x": 2}, {"x": "1"}):
            rejected = client.ask(event, bad, namespace=namespace)
            assert code_of(rejected) == "request_validation_error"


def test_classes_for_all_namespaces(stage: Any) -> None:
    """Their methods get the namespace first."""
    made = stage(typed=True)

    def on_say(self: Any, namespace: str, move: Move) -> str:
        return f"{namespace} {move.x}"

    made.io.register_namespace(
        type("Any", (made.namespace,), {"on_say": made.handler(on_say)})("*")
    )
    made.io.namespaces = "*"
    client = made.client(namespaces=["/b"])
    assert client.ask("say", {"x": 1}, namespace="/b") == ["/b 1"]
    assert code_of(client.ask("say", {"x": 7}, namespace="/b")) == "request_validation_error"


# -- what handlers ask for by type -----------------------------------------------------------------


def test_the_handshake(stage: Any) -> None:
    """At any place, in any event; it has what the client connected with."""
    made = stage(typed=True)

    @made.on("connect")
    def connect(handshake: Handshake, auth: Auth) -> None:
        made.got.append((handshake.auth, auth))

    @made.on("who")
    def who(sid: SessionId, handshake: Handshake, move: Move | None = None) -> list[Any]:
        headers, query = handshake.headers, handshake.query
        assert "x-nothing" not in headers
        assert handshake.environ["QUERY_STRING"]
        return [sid, headers["X-Here"], query["q"], handshake.auth["token"], handshake.address]

    @made.on("after")
    def after(word: str = "none", *, handshake: Any = None) -> str:
        return word

    url = made.serve()
    client = made._net.client(f"{url}?q=7", auth={"token": "abcd"}, headers={"x-here": "yes"})
    assert made.got == [({"token": "abcd"}, Auth(token="abcd"))]
    expected = [made.sid(), "yes", "7", "abcd", "127.0.0.1"]
    assert client.ask("who") == [expected]
    assert client.ask("who", {"x": 1}) == [expected]
    assert client.ask("after") == ["none"]


def test_the_message(stage: Any) -> None:
    """At any place, `Annotated` or not, in any event; it is no argument of the event."""
    made = stage(typed=True)

    def said(message: Message, *more: Any) -> list[Any]:
        return [message.event, message.namespace, list(message.args), message.id,
                message.wants_ack, *more]  # fmt: skip

    @made.on("connect")
    def connect(sid: str, message: Message, auth: Auth | None = None) -> None:
        made.got.append(said(message))

    @made.on("move", namespace="/a")
    def move(move: Move, message: Annotated[Message, "it"], by: str = "none") -> list[Any]:
        return said(message, move.x, by)

    @made.on("tell", namespace="/a")
    def tell(sid: str, message: Message, word: str = "") -> None:
        made.got.append(said(message))

    @made.on("*", namespace="/a")
    def anything(event: str, message: Message, data: Any = None) -> list[Any]:
        return said(message)

    @made.on("only")
    def only(message: Message) -> list[Any]:
        return said(message)

    client = made.client(namespaces=["/", "/a"], auth={"token": "abcd"})
    assert made.got == [["connect", "/", [{"token": "abcd"}], "connect", False]]
    expected = ["move", "/a", [{"x": 1}], "a_move", True, 1, "none"]
    assert client.ask("move", {"x": 1}, namespace="/a") == [expected]
    client.io.emit("tell", "hi", namespace="/a")
    expected = ["else", "/a", [7], None, True]
    assert client.ask("else", 7, namespace="/a") == [expected]
    assert made.got[1:] == [["tell", "/a", ["hi"], "a_tell", False]]
    assert client.ask("only") == [["only", "/", [], "only", True]]
    assert code_of(client.ask("only", 1)) == "request_validation_error"
    payload = made.io.asyncapi_doc.dict()["components"]["messages"]["a_tell"]["payload"]
    assert (payload["items"], payload["maxItems"]) == ([{"title": "word", "type": "string"}], 1)


def test_the_message_says_which_of_several_matched(stage: Any) -> None:
    """Of one event, in a document that rules; `on_*` methods ask for it, too."""
    shapes = {"circle": {"radius": {}}, "square": {"side": {}}}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "root": {
                "address": "/",
                "messages": {
                    name: {
                        "name": "draw",
                        "title": name.upper(),
                        "payload": {"type": "object", "properties": each, "required": [*each]},
                    }
                    for name, each in shapes.items()
                },
            }
        },
        "operations": {"in": {"action": "receive", "channel": {"$ref": "#/channels/root"}}},
    }
    made = stage(typed=True, spec=document)

    def on_draw(self: Any, message: Message, shape: dict[str, Any]) -> list[Any]:
        return [message.id, message.title]

    made.io.register_namespace(
        type("Draws", (made.namespace,), {"on_draw": made.handler(on_draw)})("/")
    )
    client = made.client()
    assert client.ask("draw", {"radius": 1}) == [["circle", "CIRCLE"]]
    assert client.ask("draw", {"side": 1}) == [["square", "SQUARE"]]
    assert code_of(client.ask("draw", {"radius": 1, "side": 1})) == "request_validation_error"


def test_the_message_where_nothing_judges(stage: Any) -> None:
    """Nobody knows then which message it is, nor whether an ack is asked for."""
    made = stage(typed=True, validate=False)

    @made.on("say")
    def say(message: Message, word: str) -> list[Any]:
        return [message.event, list(message.args), message.id, message.wants_ack]

    assert made.client().ask("say", 1) == [["say", [1], None, None]]


def test_connect_and_disconnect(stage: Any, patience: int) -> None:
    """A hint is the contract of the auth; both get what their parameters ask for, or nothing."""
    made = stage(typed=True)
    gone: queue.Queue[Any] = queue.Queue()

    @made.on("connect")
    def connect(auth: Auth) -> None:
        made.got.append(auth)
        if auth.token == "none":
            raise ConnectionRefusedError("no such token")

    @made.on("disconnect")
    def disconnect(sid: str, reason: str) -> None:
        gone.put((sid, reason))

    @made.on("connect", namespace="/bare")
    def bare() -> None:
        made.got.append("bare")

    @made.on("disconnect", namespace="/bare")
    def bare_gone() -> None:
        gone.put("bare")

    @made.on("connect", namespace="/environ")
    def with_environ(sid: str, environ: dict[str, Any], auth: Auth | None = None) -> None:
        made.got.append((environ["QUERY_STRING"] != "", auth))

    client = made.client(namespaces=["/bare"], auth={"more": 1})
    assert made.got == ["bare"]
    assert "request_validation_error" in str(client.enter("/", {"token": "s"}))
    assert "request_validation_error" in str(client.enter("/"))
    assert "message" in client.enter("/", {"token": "none"})
    assert client.enter("/", {"token": "abcd"}) is None
    assert client.enter("/environ") is None
    assert made.got[1:] == [Auth(token="none"), Auth(token="abcd"), (True, None)]
    sid = made.sid()
    made.do(made.io.disconnect(sid))
    assert gone.get(timeout=patience) == (sid, "server disconnect")
    made.do(made.io.disconnect(made.sid("/bare"), namespace="/bare"))
    assert gone.get(timeout=patience) == "bare"


# -- registrations that leave something open -------------------------------------------------------


def open_session(client: str, move: Move) -> None: ...
def open_sid(user_sid: str, move: Move) -> None: ...
def open_anything(client: Any, move: Move) -> None: ...
def no_sid(sid: int, move: Move) -> None: ...
def late_sid(move: Move, sid: str) -> None: ...
def late_typed_sid(move: Move, who: SessionId) -> None: ...
def any_number(*args: Any) -> None: ...
def missing(move: Move, more) -> None: ...  # type: ignore[no-untyped-def]  # that is the point
def keyword(*, move: Move) -> None: ...
def called(sid: str, back: Callable[[int], int]) -> None: ...


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (
            open_session,
            "'client': it could be the session id or an argument of the event",
        ),
        (open_sid, "'user_sid': it could be the session id"),
        (open_anything, "'client': it could be the session id"),
        (no_sid, "'sid': it receives the session id, which isn't of its type"),
        (late_sid, "'sid': the session id must come first"),
        (late_typed_sid, "'who': the session id must come first"),
        (any_number, "'args': they could include the session id; put `sid`"),
        (missing, "'more': it has no type hint"),
        (keyword, "'move': events have no keyword arguments"),
        (called, "'back': "),
    ],
)
@pytest.mark.parametrize("kind", [AsyncAPIServer, AsyncAPIAsyncServer])
def test_what_nobody_can_tell_is_said(kind: Any, handler: Any, words: str) -> None:
    """Where the handler is registered; nothing is registered then."""
    io = kind(typed=True)
    with pytest.raises(RegistrationError) as caught:
        io.on("move", handler)
    assert words in str(caught.value)
    assert handler.__name__ in str(caught.value)
    assert io.handlers == {}


def some_dict(data: dict[str, Any]) -> None: ...
def sid_and_dict(sid: str, env: dict[str, Any]) -> None: ...
def unhinted_auth(sid, auth) -> None: ...  # type: ignore[no-untyped-def]  # that is the point
def two(sid: str, auth: Auth, more: int) -> None: ...
def no_environ(environ: Auth) -> None: ...
def environ_last(auth: Auth, environ: dict[str, Any]) -> None: ...


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (some_dict, "'data': it could be the environment of the request or the"),
        (sid_and_dict, "'env': it could be the environment"),
        (unhinted_auth, "'auth': it has no type hint"),
        (two, "'more': a connect handler has one argument, the auth"),
        (no_environ, "'environ': it receives the environment of the request, which isn't of"),
        (
            environ_last,
            "'environ': a connect handler has one argument, the auth value; put `sid`",
        ),
    ],
)
def test_what_nobody_can_tell_of_a_connect(handler: Any, words: str) -> None:
    """The environment, or the auth."""
    with pytest.raises(RegistrationError) as caught:
        AsyncAPIServer(typed=True).on("connect", handler)
    assert words in str(caught.value)


def no_event(move: Move) -> None: ...
def no_parameters() -> None: ...
def odd_event(event: Move) -> None: ...
def no_namespace(event: str, sid: str, move: Move) -> None: ...


@pytest.mark.parametrize(
    ("event", "namespace", "handler", "words"),
    [
        ("*", "/", no_event, "'move': a handler like this receives the name of the event first"),
        (
            "*",
            "/",
            no_parameters,
            "receives the name of the event first; name the parameter `event`",
        ),
        (
            "*",
            "/",
            odd_event,
            "'event': it receives the name of the event, which isn't of its type",
        ),
        ("*", "*", no_namespace, "'sid': a handler like this receives the namespace first"),
        ("say", "*", no_event, "'move': a handler like this receives the namespace first"),
    ],
)
def test_catch_alls_name_what_comes_first(
    event: str, namespace: str, handler: Any, words: str
) -> None:
    """Else it would be taken for an argument."""
    with pytest.raises(RegistrationError) as caught:
        AsyncAPIServer(typed=True).on(event, handler, namespace)
    assert words in str(caught.value)


def test_request_model_needs_a_parameter() -> None:
    """Beside that of the session id."""

    def handler(move):  # type: ignore[no-untyped-def]  # that is the point
        ...

    with pytest.raises(RegistrationError, match=r"no parameter for .* write \(sid, value\)"):
        AsyncAPIServer().on("move", handler, request_model=Move)


@pytest.mark.parametrize("event", ["move", "*", "disconnect", "connect"])
def test_what_never_runs_is_said(event: str, caplog: pytest.LogCaptureFixture) -> None:
    """By the mode, though no contract knows the event yet; in classes as well."""

    async def coroutine(*args): ...  # type: ignore[no-untyped-def]  # that is the point

    async def generator(*args):  # type: ignore[no-untyped-def]  # as above
        yield

    class Rooms(pysocketio.Namespace):  # type: ignore[misc]  # it carries no types
        async def on_move(self, sid: str) -> None: ...

    for kind, handler, words in [
        (AsyncAPIServer, coroutine, "is a coroutine function"),
        (AsyncAPIAsyncServer, generator, "is an asynchronous generator"),
    ]:
        with pytest.raises(RegistrationError, match=words):
            kind().on(event, handler)
        kind(policy=Policy(mode="report")).on(event, handler)
        assert words in caplog.messages[-1]
        kind(policy=Policy(mode="off")).on(event, handler)
    with pytest.raises(RegistrationError, match="coroutine function"):
        AsyncAPIServer().register_namespace(Rooms("/rooms"))


ADMIN = """
import asyncapi_guard
io = asyncapi_guard.{kind}(typed=True)
io.instrument(auth=False)
print(io.asyncapi_doc.dict()["channels"])
"""


@pytest.mark.parametrize("kind", ["AsyncAPIServer", "AsyncAPIAsyncServer"])
def test_the_admin_ui_is_no_part_of_the_document(kind: str) -> None:
    """Its handlers are python-socketio's; it replaces methods for the whole process."""
    command = [sys.executable, "-c", ADMIN.format(kind=kind)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "{}\n"


# -- emits, and calls ------------------------------------------------------------------------------


def test_emits_take_instances_and_are_judged(stage: Any) -> None:
    """Of the server, of `send`, and of a class-based namespace."""
    made = stage()
    made.io.doc_emit("moved", Move, "Somebody moved.")
    made.io.doc_emit("message", Done)
    made.io.doc_emit("moved", Move, namespace="/rooms")
    rooms = made.namespace("/rooms")
    made.io.register_namespace(rooms)
    client = made.client(namespaces=["/", "/rooms"])
    made.emit("moved", Move(x=1))
    made.do(made.io.send(Done(ok=True)))
    made.do(rooms.emit("moved", Move(x=0)))
    assert [client.receive() for _ in range(3)] == [
        ("/", "moved", [{"x": 1}]),
        ("/", "message", [{"ok": True}]),
        ("/rooms", "moved", [{"x": 0}]),
    ]
    for wrong in ({"x": 5}, {}):
        with pytest.raises(EmitValidationError):
            made.emit("moved", wrong)
    with pytest.raises(EmitValidationError):
        made.do(rooms.emit("moved", {}))


def test_call_gives_what_is_asked_for(stage: Any) -> None:
    """An instance of the response model, strictly; whatever is declared."""
    made = stage()
    client = made.client()
    sid = made.sid()
    client.answers["vote"] = {"x": 1}
    assert made.call("vote", to=sid) == {"x": 1}
    assert made.call("vote", to=sid, response_model=Move) == Move(x=1)
    assert made.call("vote", to=sid, response_model=dict[str, int]) == {"x": 1}
    for bad in ({"x": "1"}, {"x": 9}, {"x": 2}, None, [], ({"x": 1}, 2)):
        client.answers["vote"] = bad
        with pytest.raises(AckValidationError) as caught:
            made.call("vote", to=sid, response_model=Move)
        assert (caught.value.namespace, caught.value.event) == ("/", "vote")
    assert [each.sid for each in made.violations] == [sid] * 6
    client.answers["vote"] = None
    assert made.call("vote", to=sid, response_model=Move | None) is None
    client.answers["vote"] = (3, "a")
    assert made.call("vote", to=sid, response_model=tuple[int, str]) == (3, "a")
    with pytest.raises(RegistrationError):
        made.call("vote", to=sid, response_model=Handshake)


def test_a_declared_ack_is_judged_by_its_declaration(stage: Any) -> None:
    """As without a response model."""
    made = stage()
    made.io.doc_emit("vote", str, ack_model=bool)
    client = made.client()
    client.answers["vote"] = "yes"
    for model in (None, bool, str):
        with pytest.raises(AckValidationError):
            made.call("vote", "q", to=made.sid(), response_model=model)
    client.answers["vote"] = True
    assert made.call("vote", "q", to=made.sid(), response_model=bool) is True


# -- faults ----------------------------------------------------------------------------------------


def test_faults_of_handlers_are_answered(stage: Any) -> None:
    """One that raises, and one whose ack breaks the contract; the guard hears of both."""
    made = stage(typed=True)

    @made.io.guard.on_error
    def on_error(error: Exception, event: str, sid: str) -> Any:
        made.got.append((type(error).__name__, event))
        if isinstance(error, LookupError):
            return {"sorry": str(error)}
        raise error

    @made.on("raises")
    def raises(move: Move) -> int:
        raise LookupError("no")

    @made.on("wrong")
    def wrong(move: Move) -> int:
        return "one"  # type: ignore[return-value]  # that is the point

    client = made.client()
    assert client.ask("raises", {"x": 1}) == [{"sorry": "no"}]
    assert code_of(client.ask("wrong", {"x": 1})) == "response_validation_error"
    assert code_of(client.ask("wrong", {"x": 2})) == "request_validation_error"
    assert [name for name, _ in made.got] == [
        "LookupError", "ResponseValidationError", "RequestValidationError",
    ]  # fmt: skip
    assert {each.event for each in made.io.guard.statistics()} >= {"raises", "wrong"}


# -- documents and options -------------------------------------------------------------------------


def test_the_document_says_what_is_registered(stage: Any) -> None:
    """Without what is the server's own: the session id, the handshake."""
    made = stage(typed=True, title="Game", version="2.0")

    @made.on("connect")
    def connect(sid: str, environ: dict[str, Any], auth: Auth) -> None: ...

    @made.on("move")
    def move(sid: str, handshake: Handshake, move: Move) -> Done:
        """Move somewhere."""
        return Done(ok=True)

    @made.on("*")
    def rest(event: str, sid: str, *words: str) -> None: ...

    made.io.doc_emit("moved", Move)
    document = made.io.asyncapi_doc.dict()
    assert document["info"] == {"title": "Game", "version": "2.0"}
    messages = document["components"]["messages"]
    assert messages["connect"]["payload"] == {"$ref": "#/components/schemas/Auth"}
    assert messages["move"] == {
        "name": "move",
        "payload": {"$ref": "#/components/schemas/Move"},
        "description": "Move somewhere.",
        "x-ack": {"$ref": "#/components/schemas/Done"},
    }
    catch_all = document["channels"]["root"]["x-catch-all"]["payload"]
    assert catch_all["additionalItems"] == {"title": "words", "type": "string"}
    assert [str(each) for each in lint(document)] == []
    assert load(document).title == "Game"
    assert "Move somewhere." in made.io.asyncapi_doc.get_yaml()
    assert {each["name"] for each in made.io.get_agent_schema()["events"]} >= {"move", "moved"}


def test_a_document_rules(stage: Any, contract: Any) -> None:
    """With `spec=`, hints only make instances."""
    made = stage(typed=True, spec=contract())

    @made.on("move")
    def move(move: Move) -> Done:
        return Done(ok=type(move) is Move)

    client = made.client()
    assert client.ask("move", {"x": 1}) == [{"ok": True}]
    assert code_of(client.ask("move", {"x": 1, "more": 1})) == "request_validation_error"
    assert code_of(client.ask("nothing_like_it")) == "undeclared_event"
    with pytest.raises(EmitValidationError):
        made.emit("nothing_like_it")


def test_report_and_off(stage: Any) -> None:
    """What is reported is let through, if something can be made of it."""
    made = stage(typed=True, policy=Policy(mode="report"))

    @made.on("add")
    def add(number: Annotated[int, Field(ge=5)]) -> str:
        return type(number).__name__

    @made.on("count")
    def count(number: int) -> str:
        return "no"  # type: ignore[return-value]  # reported

    client = made.client()
    assert client.ask("count", 7) == ["no"]
    assert [each.rejected for each in made.violations] == []


def test_validate_false_judges_nothing(stage: Any) -> None:
    """Handlers get what clients send, at the places of what they ask for."""
    made = stage(typed=True, validate=False)

    @made.on("move")
    def move(move: Move, handshake: Handshake) -> Any:
        return [type(move).__name__, type(handshake).__name__, Done(ok=True)]

    @made.on("connect")
    def connect(handshake: Handshake) -> None:
        made.got.append(handshake.auth)

    client = made.client(auth={"a": 1})
    assert client.ask("move", {"x": "?"}) == [["dict", "Handshake", {"ok": True}]]
    assert made.got == [{"a": 1}]
    with pytest.raises(InstallationError, match="validate is False"):
        _ = made.io.guard
    client.answers["vote"] = {"x": 1}
    assert made.call("vote", to=made.sid(), response_model=Move) == Move(x=1)
    client.answers["vote"] = {"x": 9}
    with pytest.raises(AckValidationError):
        made.call("vote", to=made.sid(), response_model=Move)


def test_generate_docs_false_has_none() -> None:
    """As for the drop-in for Flask-SocketIO."""
    io = AsyncAPIServer(generate_docs=False)
    with pytest.raises(RuntimeError, match="generate_docs is False"):
        io.asyncapi_doc.dict()


def test_it_guards_itself() -> None:
    """A second guard is an error that says so."""
    for kind in (AsyncAPIServer, AsyncAPIAsyncServer):
        with pytest.raises(InstallationError, match="already guarded"):
            AsyncAPIGuard({"asyncapi": "3.1.0", "info": {"title": "a", "version": "1"}}).protect(
                kind()
            )


def test_without_its_guard_it_serves_on(stage: Any) -> None:
    """Traffic passes unjudged, and what no instance can be made of is answered all the same."""
    made = stage(typed=True)

    @made.on("move")
    def move(move: Move) -> int:
        return move.x

    made.io.guard.uninstall()
    client = made.client()
    assert client.ask("move", {"x": 1}) == [1]


def test_hints_without_effect_are_said(stage: Any, caplog: pytest.LogCaptureFixture) -> None:
    """When the first client comes, once."""
    made = stage()

    @made.io.on("move")  # itself: what is decorated may get what its hints say from there
    def move(sid: str, move: Move) -> None: ...

    made.client().ask("move", {})
    said = [each for each in caplog.messages if "type hints without effect" in each]
    name = type(made.io).__name__
    assert len(said) == 1
    assert f"pass typed=True to {name}" in said[0]


SAID = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels: {chat: {address: /, messages: {move: {payload: {}}, go: {payload: {}}}}}
operations: {all: {action: receive, channel: {$ref: '#/channels/chat'}}}
"""


@pytest.mark.parametrize("ruled", ["drop-in", "plain"])
def test_ack_options_without_effect_are_said(
    ruled: str, net: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a document rules, what stands at a handler does not; options of `on` as well."""
    spec = tmp_path / "asyncapi.yml"
    spec.write_text(SAID)
    io: Any
    if ruled == "drop-in":
        io = AsyncAPIServer(async_mode="threading", spec=str(spec))
        io.on("go", ack_timeout=5)(lambda sid, data: None)
    else:
        io = pysocketio.Server(async_mode="threading")
        AsyncAPIGuard(spec).protect(io)
        io.on("go", lambda sid, data: None)

    @io.on("move")
    @ack_options(ack_required=True)
    def move(sid: Any, data: Any) -> None: ...

    client = net.client(net.serve(pysocketio.WSGIApp(io)))
    client.io.emit("move", 1)  # without an ack
    client.ask("go", 1)
    (said,) = [each for each in caplog.messages if "ack options without effect" in each]
    assert said.count("lambda") == (ruled == "drop-in")
    assert "move" in said
    assert "write them in its x-ack" in said
