"""`AsyncAPIClient` and `AsyncAPIAsyncClient`: hints are the contract, over real sockets."""

from __future__ import annotations

import dataclasses
import functools
import gc
from typing import TYPE_CHECKING, Annotated, Any

import pytest
import socketio
from code_first_client_stage import KINDS, ClientStage, Server
from pydantic import BaseModel, Field, field_validator

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIAsyncClient,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    EmitValidationError,
    Handshake,
    InstallationError,
    Message,
    Policy,
    RegistrationError,
    SessionId,
    load,
)
from asyncapi_guard.contract import Perspective
from asyncapi_guard.integrations.deciding.calls import connecting, handled
from asyncapi_guard.lint import lint
from asyncapi_guard.lint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

both = pytest.mark.parametrize("made", [AsyncAPIClient, AsyncAPIAsyncClient])


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


class Secret(Auth):
    """What is not declared to be sent."""

    password: str = "p"


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """Engine.io's clients leave HTTP sessions to the garbage collector, which says so."""
    yield
    gc.collect()


@pytest.fixture
def server(net: Any) -> Server:
    """A server that is not guarded."""
    return Server(net)


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, net: Any) -> Callable[..., ClientStage]:
    """Makes drop-ins; options go to them."""
    return lambda **options: net.also_close(ClientStage(request.param, **options))


def code_of(answer: Any) -> Any:
    return answer["error"]["code"]


# -- what a client hears ---------------------------------------------------------------------------


def test_a_handler_gets_instances_and_answers_with_them(stage: Any, server: Server) -> None:
    """What the server sends besides is rejected; it is told, and so is the hook."""
    made = stage(typed=True)

    @made.on("moved")
    def moved(move: Move, by: str = "ann") -> Done:
        made.got.append((move, by))
        return Done(ok=True)

    @made.on("wrong")
    def wrong() -> int:
        return "none"  # type: ignore[return-value]  # that is the point

    made.connect(server.url)
    assert server.ask("moved", {"x": 1}) == {"ok": True}
    assert server.ask("moved", ({"x": 0}, "bob")) == {"ok": True}
    assert made.got == [(Move(x=1), "ann"), (Move(x=0), "bob")]
    for bad in ({"x": 3}, {"x": "1"}, {"x": 2}, ({"x": 1}, 7)):
        assert code_of(server.ask("moved", bad)) == "request_validation_error"
    assert code_of(server.ask("wrong")) == "response_validation_error"
    assert len(made.got) == 2
    assert [each.event for each in made.violations] == [*["moved"] * 4, "wrong"]
    assert {each.perspective for each in made.violations} == {"client"}


def test_every_way_of_registering(stage: Any, server: Server) -> None:
    """`on` with a handler, `event` with and without arguments, and class-based namespaces."""
    made = stage(typed=True)

    def first(move: Move) -> int:
        return move.x

    def on_fourth(self: Any, move: Move) -> int:
        return move.x

    def on_connect(self: Any) -> None:
        made.got.append("in")

    assert made.io.on("first", made.handler(first)) is None
    second = made.handler(first)
    second.__name__ = "second"
    assert made.io.event(second) is second
    third = made.handler(first)
    third.__name__ = "third"
    made.io.event(namespace="/other", get_from_typehint=True)(third)
    methods = {each.__name__: made.handler(each) for each in (on_fourth, on_connect)}
    made.io.register_namespace(type("Rooms", (made.namespace,), methods)("/rooms"))
    made.connect(server.url, namespaces=["/", "/other", "/rooms"])
    assert made.got == ["in"]
    for namespace, event in [
        ("/", "first"), ("/", "second"), ("/other", "third"), ("/rooms", "fourth"),
    ]:  # fmt: skip
        assert server.ask(event, {"x": 1}, namespace) == 1, event
        assert code_of(server.ask(event, {"x": 9}, namespace)) == "request_validation_error"


def test_hints_count_where_somebody_says_so(stage: Any, server: Server) -> None:
    """A changed import alone puts none in force; a handler without hints is called as ever."""
    made = stage()

    @made.on("free")
    def free(move: Move) -> str:
        return type(move).__name__

    @made.on("said", request_model=Move, response_model=Done)
    def said(move):  # type: ignore[no-untyped-def]  # that is the point
        return {"ok": type(move) is Move}

    @made.on("plain", get_from_typehint=True)
    def plain() -> int:
        return 1

    made.connect(server.url)
    assert server.ask("free", {"x": "no"}) == "dict"
    assert server.ask("said", {"x": 1}) == {"ok": True}
    assert code_of(server.ask("said", {})) == "request_validation_error"
    assert server.ask("plain") == 1
    assert code_of(server.ask("plain", 1)) == "request_validation_error"


def test_catch_alls_and_the_message(stage: Any, server: Server) -> None:
    """They get the event and the namespace; a `Message` is no argument."""
    made = stage(typed=True)

    @made.on("*")
    def anything(event: str, move: Move) -> str:
        return f"{event} {move.x}"

    @made.on("say", namespace="*")
    def everywhere(namespace: str, sid: str, message: Message) -> list[Any]:
        return [namespace, sid, list(message.args), message.id, message.wants_ack]

    @made.on("tell")
    def tell(message: Annotated[Message, "it"], word: str) -> list[Any]:
        return [message.event, message.namespace, message.id, word]

    made.connect(server.url, namespaces=["/", "/a"])
    assert server.ask("whatever", {"x": 1}) == "whatever 1"
    for bad in ({"x": 2}, {"x": "1"}):
        assert code_of(server.ask("whatever", bad)) == "request_validation_error"
    assert server.ask("say", "hi", "/a") == ["/a", "hi", ["hi"], "namespace_say", True]
    assert code_of(server.ask("say", 1, "/a")) == "request_validation_error"
    assert server.ask("tell", "x") == ["tell", "/", "tell", "x"]


def test_its_own_events_are_no_part_of_the_contract(stage: Any, server: Server) -> None:
    """They are called by python-socketio, with what it has."""
    made = stage(typed=True)

    @made.on("connect")
    def connect() -> None:
        made.got.append("in")

    @made.on("connect_error")
    def connect_error(data: Move) -> None:
        made.got.append(data)

    @made.on("disconnect")
    def disconnect(reason: str) -> None:
        made.got.append(reason)

    made.connect(server.url)
    server.io.on("connect", lambda *_: False, namespace="/closed")
    with pytest.raises(socketio.exceptions.ConnectionError):
        made.connect(server.url, namespaces=["/closed"])
    assert made.got[0] == "in"
    assert made.io.asyncapi_doc.dict()["channels"] == {}


@both
def test_what_a_client_has_not(made: Any) -> None:
    """No session id, and no handshake: the registration says so."""
    client = made(typed=True)

    def handshake(it: Handshake) -> None: ...
    def session(it: SessionId) -> None: ...

    for handler in (handshake, session):
        with pytest.raises(RegistrationError, match="client"):
            client.on("move", handler)
    with pytest.raises(TypeError, match="has no option 'reject_event'"):
        made(reject_event="no")


def test_a_handler_that_a_client_on_threads_cannot_run_is_none() -> None:
    """Of a class namespace as well, typed or not."""

    async def later(*args: Any) -> None: ...

    for options in ({"typed": True}, {}):
        with pytest.raises(RegistrationError, match="coroutine function"):
            AsyncAPIClient(**options).on("move", later)
        namespace = type("Later", (socketio.ClientNamespace,), {"on_move": later})("/")
        with pytest.raises(RegistrationError, match="coroutine function"):
            AsyncAPIClient(**options).register_namespace(namespace)


# -- what a client sends ---------------------------------------------------------------------------


def test_declared_emits_are_judged_before_they_leave(stage: Any, server: Server) -> None:
    """Instances become plain data, of `emit`, `send`, `call` and class namespaces alike."""
    made = stage(typed=True)
    made.io.doc_emit("move", Move, "Somebody moves.", ack_model=Done)
    made.io.doc_emit("message", Move)
    made.io.doc_emit("pair", tuple[int, str], namespace="/a")
    rooms = made.namespace("/a")
    made.io.register_namespace(rooms)
    made.connect(server.url, namespaces=["/", "/a"])
    server.answers["move"] = {"ok": True}
    assert made.call("move", Move(x=1)) == {"ok": True}
    made._run(made.io.send, Move(x=0))
    made._run(rooms.emit, "pair", (1, "a"))
    for bad in ({"x": 3}, {"x": "1"}, Move.model_construct(x=7)):
        with pytest.raises(EmitValidationError):
            made.emit("move", bad)
    with pytest.raises(EmitValidationError):
        made._run(rooms.emit, "pair", ("a", 1))
    assert made.call("free", Move(x=1)) is None  # undeclared
    assert server.got == [
        ("/", "move", [{"x": 1}]), ("/", "message", [{"x": 0}]),
        ("/a", "pair", [1, "a"]), ("/", "free", [{"x": 1}]),
    ]  # fmt: skip


def test_the_ack_of_a_call(stage: Any, server: Server) -> None:
    """By `ack_model`, and as an instance by `response_model`."""
    made = stage()
    made.io.doc_emit("move", Move, ack_model=Done)
    made.connect(server.url)
    for answer, good in [({"ok": True}, True), ({"ok": 1}, False), (None, False)]:
        server.answers |= {"move": answer, "free": answer}
        for event in ("move", "free"):
            call = functools.partial(made.call, event, {"x": 1}, response_model=Done)
            if good:
                assert call() == Done(ok=True)
            else:
                with pytest.raises(AckValidationError) as caught:
                    call()
                assert caught.value.violation.perspective == "client"
    server.answers["free"] = {"ok": True}
    assert made.call("free") == {"ok": True}
    assert len(made.violations) == 4


def test_the_ack_of_a_guarded_server(stage: Any, net: Any) -> None:
    """A rejection is told by the server's code, whatever type the caller names."""
    guarded = AsyncAPIServer(async_mode="threading", typed=True)

    @guarded.event
    def move(sid: str, move: Move) -> Done:
        return Done(ok=True)

    made = stage()
    made.connect(net.serve(socketio.WSGIApp(guarded)))
    assert made.call("move", {"x": 1}, response_model=Done) == Done(ok=True)
    with pytest.raises(AckValidationError) as caught:
        made.call("move", {"x": 9}, response_model=Done)
    assert caught.value.violation.code == "request_validation_error"
    assert [each.path for each in caught.value.violation.problems] == ["/x"]


@pytest.mark.parametrize("validate", [True, False])
def test_the_auth_is_what_is_declared(stage: Any, server: Server, validate: Any) -> None:
    """`doc_emit("connect", ...)` says what the client enters a namespace with."""
    made = stage(validate=validate)
    made.io.doc_emit("connect", Auth, namespace="/locked")
    if validate:
        for bad in ({"token": "a"}, None, Move(x=1)):
            with pytest.raises(EmitValidationError) as caught:
                made.connect(server.url, namespaces=["/locked"], auth=bad)
            assert isinstance(caught.value, socketio.exceptions.ConnectionError)
    made.connect(server.url, namespaces=["/locked"], auth=lambda: Secret(token="abcd"))
    expected = {"token": "abcd"} if validate else {"token": "abcd", "password": "p"}
    assert server.auths == [expected]


@both
def test_nobody_emits_a_reserved_event(made: Any) -> None:
    """But for a connect, which is not acknowledged."""
    for event in ("disconnect", "connect_error", "*"):
        with pytest.raises(RegistrationError, match="reserves the name"):
            made().doc_emit(event, Move)
    with pytest.raises(RegistrationError, match="never acknowledges a connection"):
        made().doc_emit("connect", Auth, ack_model=Done)
    with pytest.raises(RegistrationError, match="reserves the name"):
        AsyncAPIServer().doc_emit("connect", Auth)


# -- the document ----------------------------------------------------------------------------------


@both
def test_the_document_is_that_of_the_client(made: Any) -> None:
    """It receives what it hears, and sends what it declares."""
    client = made(typed=True, title="Player", version="2", server_url="http://example.com")
    client.doc_emit("connect", Auth)
    client.doc_emit("move", Move, "Moves.", ack_model=Done)

    @client.event
    def moved(move: Move) -> None:
        """Somebody has moved."""

    document = client.asyncapi_doc.dict()
    assert document["info"] == {"title": "Player", "version": "2"}
    found = {
        (operation["action"], operation["messages"][0]["$ref"].rpartition("/")[2])
        for operation in document["operations"].values()
    }
    assert found == {("receive", "moved"), ("send", "move"), ("send", "connect")}
    assert document["components"]["messages"]["moved"]["description"] == "Somebody has moved."
    seen = client.guard.contract.seen_by(Perspective.CLIENT)
    assert seen == dataclasses.replace(load(document), perspective=Perspective.CLIENT)
    # To the linter, a document describes a server unless it is told.
    assert [each.code for each in lint(document)] == ["reserved-event"]
    assert lint(document, settings=Settings(perspective=Perspective.CLIENT)) == ()
    assert "moved" in client.get_agent_schema_json()


@pytest.mark.parametrize("side", ["server", "client"])
def test_a_document_rules(stage: Any, server: Server, tmp_path: Any, side: str) -> None:
    """The server's as `spec=`, mirrored, or the client's own; handlers are typed all the same."""
    made: Any = AsyncAPIServer() if side == "server" else AsyncAPIClient()
    host, player = (made, None) if side == "server" else (None, made)
    if host is not None:
        host.on("move", lambda sid, move: None, request_model=Move, response_model=Done)
        host.doc_emit("moved", Move)
    if player is not None:
        player.doc_emit("move", Move, ack_model=Done)
        player.on("moved", lambda move: None, request_model=Move)
    spec = tmp_path / "asyncapi.yml"
    spec.write_text(made.asyncapi_doc.get_yaml())
    made = stage(spec=spec, perspective=side, typed=True)

    @made.on("moved")
    def moved(move: Move) -> None:
        made.got.append(move)

    made.connect(server.url)
    server.answers["move"] = {"ok": True}
    assert made.call("move", Move(x=0)) == {"ok": True}
    for event, data in [("move", {"x": 3}), ("moved", {"x": 1}), ("other", 1)]:
        with pytest.raises(EmitValidationError):
            made.emit(event, data)
    server.answers["move"] = {"ok": 1}
    with pytest.raises(AckValidationError):
        made.call("move", Move(x=0))
    assert server.ask("moved", {"x": 1}) is None
    assert code_of(server.ask("moved", {"x": 5})) == "request_validation_error"
    assert code_of(server.ask("move", {"x": 1})) == "undeclared_event"
    assert made.got == [Move(x=1)]


# -- options ---------------------------------------------------------------------------------------


def test_without_validation_nothing_is_judged(stage: Any, server: Server) -> None:
    """Nor constructed; instances become plain data all the same."""
    made = stage(validate=False, typed=True)
    made.io.doc_emit("move", Move)

    @made.on("moved")
    def moved(move: Move) -> str:
        return type(move).__name__

    made.connect(server.url)
    assert server.ask("moved", {"x": 9}) == "dict"
    assert made.call("move", Move.model_construct(x=9)) is None
    server.answers["move"] = {"ok": 1}
    with pytest.raises(AckValidationError):
        made.call("move", 1, response_model=Done)
    assert server.got[0] == ("/", "move", [{"x": 9}])
    with pytest.raises(InstallationError, match="this client"):
        _ = made.io.guard


def test_a_client_that_connects_in_a_handler(server: Server, net: Any) -> None:
    """The event of that handler's server is none of the client's, whoever judges here."""
    made = net.also_close(ClientStage("AsyncClient", validate=False, typed=True))

    @made.on("moved")
    def moved(it: Move, message: Message) -> Any:
        return [message.id, message.wants_ack]

    async def connect_in_a_handler() -> None:
        call = connecting("e1", "/", None)
        call.event, call.id = "moved", 7
        handled.set(call)
        await made.io.connect(server.url, transports=["websocket"])

    made.run(connect_in_a_handler())
    assert server.ask("moved", {"x": 1}) == [None, None]


def test_reports_let_pass(stage: Any, server: Server) -> None:
    """A policy says so."""
    made = stage(typed=True, policy=Policy(mode="report"))
    made.io.doc_emit("move", Move)

    @made.on("moved")
    def moved(it: list[int]) -> str:
        return str(it)

    made.connect(server.url)
    assert made.call("move", {"x": 9}) is None
    assert "error" in server.ask("moved", 7)  # of which no instance can be made
    assert server.got == [("/", "move", [{"x": 9}])]
    assert [each.event for each in made.violations][:2] == ["move", "moved"]


def test_instances_are_taken_after_the_guard_is_gone(stage: Any, server: Server) -> None:
    """Nobody judges then."""
    made = stage(typed=True)
    made.io.doc_emit("move", Move)
    made.connect(server.url)
    made.io.guard.uninstall()
    assert made.call("move", Move.model_construct(x=9)) is None
    assert server.got == [("/", "move", [{"x": 9}])]


@both
def test_it_is_guarded_once(made: Any) -> None:
    """By itself."""
    with pytest.raises(InstallationError, match=r"already guarded: an AsyncAPI\w+ guards itself"):
        AsyncAPIGuard(made().asyncapi_doc.dict()).protect(made())


def test_the_second_of_two_arguments_is_not_taken_for_the_only_one(
    stage: Any, server: Server
) -> None:
    """A client has no session id before the arguments; in report mode, too many of them come."""
    made = stage(typed=True, policy=Policy(mode="report"))

    @made.on("moved")
    def moved(move: Move) -> Done:
        made.got.append(move)
        return Done(ok=True)

    made.connect(server.url)
    assert server.ask("moved", {"x": 1}) == {"ok": True}
    server.io.emit("moved", ({"x": 1}, {"x": 0}))
    assert server.ask("moved", {"x": 1}) == {"ok": True}
    assert Move(x=0) not in made.got
