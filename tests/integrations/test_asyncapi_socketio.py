"""`AsyncAPISocketIO`: hints are the contract, over the test client and over a real websocket."""

# ruff: noqa: UP006, UP007, UP035, UP045  # the old spellings of types are tested, too

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import functools
import json
import logging
import queue
import sys
import threading
import time
import uuid
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable  # noqa: TC003  # a hint that is read
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Dict,
    Generic,
    List,
    Literal,
    NamedTuple,
    Optional,
    Set,
    Tuple,
    TypeVar,
    Union,
)

import flask
import flask_socketio
import pydantic
import pytest
import socketio
import typing_extensions
from either_pydantic import (
    OLD,
    GenericModel,
    as_root,
    checked_as_a_whole,
    computed_field,
    config,
    field,
    field_validator,
    only_pydantic_2,
    root_model,
)
from flask import Flask
from pydantic import BaseModel, Field

from asyncapi_guard import (
    AckValidationError,
    AsyncAPISocketIO,
    ContractViolation,
    EmitValidationError,
    Mode,
    Policy,
    RegistrationError,
    RequestValidationError,
    ResponseValidationError,
    SpecError,
    load,
)
from asyncapi_guard.errors import AsyncAPIGuardError
from asyncapi_guard.lint import lint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract

SECRET = "hunter2-is-my-password"
TYPED = {"get_from_typehint": True}


class Move(BaseModel):
    """A move."""

    x: int = Field(ge=0, le=2)
    y: int = 0


class Done(BaseModel):
    ok: bool


class User(BaseModel, **config(populate_by_name=True)):
    first_name: str = Field(alias="firstName")


class Conversation:
    """An `AsyncAPISocketIO`, and one client that talks with it.

    Attributes:
        got: what reached the handlers that append to it.
    """

    def __init__(self, way: str, net: Any, **options: Any) -> None:
        self.way = way
        self.violations: list[Any] = []
        self.got: list[Any] = []
        self.app = Flask(__name__)
        self.app.secret_key = "tests"
        options.setdefault("on_violation", self.violations.append)
        self.io = AsyncAPISocketIO(self.app, async_mode="threading", **options)
        self._net = net

    @functools.cached_property
    def client(self) -> Any:
        """The client, connected to `/`."""
        if self.way == "test client":
            return self.io.test_client(self.app)
        return self._net.client(self._net.serve(self.app))

    def connect(self) -> None:
        """Have a client; asking does it, too."""
        assert self.client is not None

    def enter(self, namespace: str, auth: Any = None) -> bool:
        """Connect to one more namespace: whether the client was let in."""
        if self.way == "test client":
            self.client.connect(namespace, auth=auth)
            entered: bool = self.client.is_connected(namespace)
            return entered
        return self.client.enter(namespace, auth) is None

    def ask(self, event: str, *args: Any, namespace: str = "/") -> Any:
        """The value of the ack; a list, if it has none or several."""
        if self.way == "test client":
            return self.client.emit(event, *args, callback=True, namespace=namespace)
        values = self.client.ask(event, *args, namespace=namespace)
        return values[0] if len(values) == 1 else values

    def send(self, event: str, *args: Any) -> None:
        """Send an event without asking for an ack."""
        if self.way == "test client":
            self.client.emit(event, *args)
        else:
            self.client.io.emit(event, args)

    def receive(self, namespace: str = "/") -> tuple[str, list[Any]]:
        """The next event."""
        if self.way == "test client":
            (event,) = self.client.get_received(namespace)
            return event["name"], event["args"]
        _, name, args = self.client.receive()
        return name, args


WAYS = ("test client", "websocket")


@pytest.fixture(params=WAYS)
def start(request: Any, net: Any) -> Callable[..., Conversation]:
    """Makes a conversation, by the test client or by a real one."""
    return functools.partial(Conversation, request.param, net)


@pytest.fixture
def here(net: Any) -> Callable[..., Conversation]:
    """Makes a conversation by the test client."""
    return functools.partial(Conversation, "test client", net)


@pytest.fixture
def far(net: Any) -> Callable[..., Conversation]:
    """Makes a conversation over a websocket."""
    return functools.partial(Conversation, "websocket", net)


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What threads raise."""
    found: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: found.append(args.exc_value))
    return found


def code(answer: Any) -> str | None:
    """The code of a rejection."""
    return answer["error"]["code"] if isinstance(answer, dict) and "error" in answer else None


REJECTED, FAULTY = "request_validation_error", "response_validation_error"


def document_of(talk: Conversation) -> dict[str, Any]:
    """The document, which is strictly clean."""
    document = talk.io.asyncapi_doc.dict()
    assert findings_of(document) == []
    load(document)
    return document


def findings_of(document: dict[str, Any]) -> list[str]:
    """What the linter says, but that an event without a letter is odd: a test has one."""
    return [str(finding) for finding in lint(document) if finding.code != "event-name"]


@pytest.fixture(autouse=True)
def clean_documents(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test registers makes a document without findings."""
    made: list[AsyncAPISocketIO] = []
    original = AsyncAPISocketIO.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(AsyncAPISocketIO, "__init__", init)
    yield
    for io in made:
        if io.spec is None and io.generate_docs:
            document = io.asyncapi_doc.dict()
            assert findings_of(document) == []
            load(document)


# -- models in, models out -------------------------------------------------------------------------


def test_a_model_comes_in_and_a_model_goes_out_as_an_object(start: Any) -> None:
    """The handler gets an instance, the client an object: no JSON inside of a string."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        talk.got.append(data)
        return Done(ok=True)

    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert talk.got == [Move(x=1)]


def test_classes_of_a_function_can_be_hints(start: Any) -> None:
    """Annotations are strings here, and these classes are names of this function alone."""
    talk = start()

    class Local(BaseModel):
        word: str

    @talk.io.on("say", **TYPED)
    def say(data: Local) -> Local:
        assert type(data) is Local
        return data

    assert talk.ask("say", {"word": "a"}) == {"word": "a"}
    assert code(talk.ask("say", {"word": 1})) == REJECTED


def test_a_list_of_models(start: Any) -> None:
    """`List[M]` and `list[M]` are lists of instances."""
    talk = start()

    @talk.io.on("old", **TYPED)
    def old(moves: List[Move]) -> List[Move]:
        talk.got.append(moves)
        return moves

    @talk.io.on("new", **TYPED)
    def new(moves: list[Move]) -> int:
        talk.got.append(moves)
        return len(moves)

    assert talk.ask("old", [{"x": 1}, {"x": 2}]) == [{"x": 1, "y": 0}, {"x": 2, "y": 0}]
    assert talk.ask("new", [{"x": 1}]) == 1
    assert talk.got == [[Move(x=1), Move(x=2)], [Move(x=1)]]
    assert code(talk.ask("old", [{"x": 3}])) == REJECTED


def test_class_namespaces_are_typed(start: Any) -> None:
    """The hints of `on_*` methods count as those of functions do: when somebody says so."""
    talk = start(typed=True)

    class Moves(flask_socketio.Namespace):
        def on_connect(self) -> None:
            pass

        def on_move(self, data: Move) -> Done:
            talk.got.append(data)
            return Done(ok=True)

        def on_free(self, data):
            talk.got.append(data)

        def on_disconnect(self, reason: str) -> None:
            pass

    talk.io.on_namespace(Moves("/moves"))
    talk.connect()
    assert talk.enter("/moves")
    assert talk.ask("move", {"x": 1}, namespace="/moves") == {"ok": True}
    assert code(talk.ask("move", {"x": "1"}, namespace="/moves")) == REJECTED
    assert talk.ask("free", {"x": "1"}, namespace="/moves") == []
    assert talk.got == [Move(x=1), {"x": "1"}]


@pytest.mark.parametrize("typed", [None, True, False])
@pytest.mark.parametrize("given", [None, True, False])
def test_functions_and_class_namespaces_are_typed_by_the_same_words(
    typed: bool | None, given: bool | None, start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """`typed=` of the server, `get_from_typehint=` of a registration; else a line says it."""
    talk = start(typed=typed)

    class Moves(flask_socketio.Namespace):
        def on_move(self, data: Move) -> None: ...

    @talk.io.on("move", get_from_typehint=given)
    def move(data: Move) -> None: ...

    talk.io.on_namespace(Moves("/moves"), get_from_typehint=given)
    talk.connect()
    assert talk.enter("/moves")
    judged = typed if given is None else given
    for namespace in ("/", "/moves"):
        answer = talk.ask("move", {"x": "1"}, namespace=namespace)
        assert (code(answer) == REJECTED) is bool(judged)
    said = [line for line in caplog.messages if "type hints without effect" in line]
    assert len(said) == (typed is given is None)
    assert all("move" in line and "on_move" in line for line in said)


@pytest.mark.parametrize("args", [(), ({"x": 1}, 2), ({"x": 1}, {"x": 1})], ids=str)
def test_a_wrong_number_of_arguments_is_answered(args: Any, start: Any) -> None:
    """No `TypeError`, no client that waits."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        raise NotImplementedError

    assert code(talk.ask("move", *args)) == REJECTED


def test_two_models_in_two_arguments(start: Any) -> None:
    """Each argument has its type; both must be there."""
    talk = start()

    @talk.io.on("two", **TYPED)
    def two(a: Move, b: User) -> str:
        talk.got.append((a, b))
        return b.first_name

    assert talk.ask("two", {"x": 1}, {"firstName": "Ann"}) == "Ann"
    assert talk.got == [(Move(x=1), User(firstName="Ann"))]
    for bad in (({"x": 1},), ({"firstName": "Ann"}, {"x": 1}), ({"x": 1}, {"firstName": 1})):
        assert code(talk.ask("two", *bad)) == REJECTED


def test_text_is_no_number(start: Any) -> None:
    """Pydantic alone would take each of these."""
    talk = start()

    @talk.io.on("n", **TYPED)
    def n(a: int, b: bool, c: float, d: str) -> None:
        talk.got.append((a, b, c, d))

    good = (7, True, 1.5, "a")
    talk.ask("n", *good)
    for place, bad in enumerate(("7", "yes", "1.5", 1)):
        args = [*good[:place], bad, *good[place + 1 :]]
        answer = talk.ask("n", *args)
        assert code(answer) == REJECTED
        assert answer["error"]["problems"][0]["path"] == f"/{place}"
    assert code(talk.ask("n", True, True, 1.5, "a")) == REJECTED
    assert talk.got == [good]


# -- connects --------------------------------------------------------------------------------------


def test_a_whole_float_is_an_integer(start: Any) -> None:
    """7.0 is an integer to JSON Schema, and 7 to the handler."""
    talk = start()

    @talk.io.on("d", **TYPED)
    def d(number: int) -> str:
        return f"{type(number).__name__} {number}"

    assert talk.ask("d", 7.0) == "int 7"


def test_an_error_handler_may_answer_with_a_model(start: Any) -> None:
    """What `on_error_default` returns is made plain, as acks are."""
    talk = start()

    @talk.io.on("d", **TYPED)
    def d(number: int) -> None:
        raise NotImplementedError

    @talk.io.on_error_default
    def answer(_error: Exception) -> Done:
        return Done(ok=False)

    assert talk.ask("d", "seven") == {"ok": False}


class Token(BaseModel):
    token: str = Field(min_length=4)


def test_a_typed_connect_that_fails_rejects(start: Any) -> None:
    """The handler gets an instance, or the client is not let in."""
    talk = start()

    @talk.io.on("connect", "/locked", **TYPED)
    def connect(auth: Token) -> None:
        talk.got.append(auth)

    talk.connect()
    for bad in (None, {}, {"token": "abc"}, {"token": 12345}, "abcd"):
        assert not talk.enter("/locked", bad)
    assert talk.enter("/locked", {"token": "abcd"})
    assert talk.got == [Token(token="abcd")]


def test_auth_that_may_be_left_out(start: Any) -> None:
    """python-socketio's clients send an empty object for none."""
    talk = start()

    def connect(auth: Optional[Token] = None) -> None:
        talk.got.append(auth)

    for namespace in ("/a", "/b", "/c", "/d"):
        talk.io.on("connect", namespace, **TYPED)(connect)
    talk.connect()
    assert not talk.enter("/a", {"token": "abc"})
    for namespace, auth in {"/b": None, "/c": {}, "/d": {"token": "abcd"}}.items():
        assert talk.enter(namespace, auth)
    assert talk.got == [None, None, Token(token="abcd")]


def test_a_typed_connect_that_a_validator_fails_rejects(start: Any) -> None:
    """Whatever error handlers return; the client is told without values."""
    talk = start()
    talk.io.on_error_default(lambda error: True)

    class Checked(BaseModel):
        token: str

        @field_validator("token")
        @classmethod
        def check(cls, value: str) -> str:
            if value != "good":
                raise ValueError(value)
            return value

    @talk.io.on("connect", "/locked", **TYPED)
    def connect(auth: Checked) -> None:
        talk.got.append(auth)

    talk.connect()
    if talk.way == "test client":
        assert not talk.enter("/locked", {"token": SECRET})
    else:
        rejection = talk.client.enter("/locked", {"token": SECRET})
        assert code(rejection["data"]) == REJECTED
        assert [problem["path"] for problem in rejection["data"]["error"]["problems"]] == ["/token"]
        assert SECRET not in json.dumps(rejection)
    assert [v.checkpoint for v in talk.violations] == ["connect"]
    assert talk.got == []
    assert talk.enter("/locked", {"token": "good"})


def test_auth_may_be_optional(start: Any) -> None:
    """By a default, or by a hint that takes `None`."""
    talk = start()

    @talk.io.on("connect", "/default", **TYPED)
    def default(auth: Token = Token(token="none")) -> None:  # noqa: B008  # immutable enough
        talk.got.append(auth.token)

    @talk.io.on("connect", "/none", **TYPED)
    def none(auth: Optional[Token]) -> None:
        talk.got.append(auth and auth.token)

    talk.connect()
    for namespace in ("/default", "/none"):
        assert not talk.enter(namespace, {"token": 1})
        assert talk.enter(namespace)
    assert talk.got == ["none", None]


def test_auth_that_is_given_reaches_an_optional_parameter(start: Any) -> None:
    """As an instance."""
    talk = start()

    @talk.io.on("connect", "/none", **TYPED)
    def none(auth: Token | None = None) -> None:
        talk.got.append(auth)

    talk.connect()
    assert talk.enter("/none", {"token": "abcd"})
    assert talk.got == [Token(token="abcd")]


class Settings(BaseModel):
    quiet: bool = False


@pytest.mark.parametrize(
    ("hint", "expected"),
    [(Settings, Settings()), (dict[str, int], {}), (dict, {}), (Optional[Settings], Settings())],
    ids=str,
)
def test_empty_auth_reaches_the_handler(hint: Any, expected: Any, start: Any) -> None:
    """Python's client sends it when it is given none; python-socketio's server drops it."""
    talk = start()

    def connect(auth: Any) -> None:
        talk.got.append(auth)

    connect.__annotations__ = {"auth": hint}
    talk.io.on("connect", "/open", **TYPED)(connect)
    talk.connect()
    assert talk.enter("/open", {})
    assert talk.got == [expected]


def test_empty_auth_that_only_the_spec_takes_is_none(start: Any) -> None:
    """As it is for handlers without types."""
    document = spec()
    document["channels"]["open"] = {"address": "/open"}
    talk = start(spec=document)

    @talk.io.on("connect", "/open", **TYPED)
    def connect(auth: Token | None = None) -> None:
        talk.got.append(auth)

    talk.connect()
    assert talk.enter("/open", {})
    assert talk.got == [None]


def test_a_connect_handler_without_parameters_lets_clients_in(start: Any) -> None:
    """As in Flask-SocketIO, with and without auth."""
    talk = start()

    @talk.io.on("connect", "/open", **TYPED)
    def connect() -> None:
        talk.got.append(flask.request.sid)  # type: ignore[attr-defined]

    talk.connect()
    assert talk.enter("/open")
    assert len(talk.got) == 1


def test_auth_for_a_connect_handler_without_parameters(start: Any) -> None:
    """Clients may send the same auth to every namespace."""
    talk = start()

    @talk.io.on("connect", "/open", **TYPED)
    def connect() -> None:
        talk.got.append(1)

    talk.connect()
    assert talk.enter("/open", {"token": "abcd"})
    assert talk.got == [1]


@pytest.mark.parametrize("handled", [True, False])
def test_a_connect_handler_that_raises_type_error_runs_once(
    handled: bool, start: Any, raised: list[Any]
) -> None:
    """Flask-SocketIO would run it again, without arguments."""
    talk = start()
    if handled:
        talk.io.on_error_default(lambda error: None)

    @talk.io.on("connect", "/locked", **TYPED)
    def connect(auth: Token) -> None:
        talk.got.append(auth)
        raise TypeError("inside")

    talk.connect()
    if talk.way == "test client" and not handled:
        with pytest.raises(TypeError, match="inside"):
            talk.enter("/locked", {"token": "abcd"})
        assert not talk.client.is_connected("/locked")
    else:
        assert not talk.enter("/locked", {"token": "abcd"})
    assert len(talk.got) == 1


def test_the_handler_of_connect_may_reject(start: Any) -> None:
    """`False` and `ConnectionRefusedError` do what they did."""
    talk = start()

    @talk.io.on("connect", "/no", **TYPED)
    def connect(auth: Token) -> bool:
        return auth.token == "good"

    @talk.io.on("connect", "/never", **TYPED)
    def never(auth: Token) -> None:
        raise flask_socketio.ConnectionRefusedError("no", {"error": {"namespace": "/never"}})

    talk.connect()
    assert talk.enter("/no", {"token": "good"})
    talk.client.enter("/never", {"token": "good"}) if talk.way == "websocket" else None


@pytest.mark.parametrize("typed", [True, False])
def test_disconnect_has_a_reason(typed: bool, start: Any) -> None:
    """With a parameter or without one."""
    talk = start(typed=typed)
    done = threading.Event()

    @talk.io.on("disconnect", "/a")
    def disconnect(reason: str) -> None:
        talk.got.append(reason)

    @talk.io.on("disconnect", "/b")
    def bare() -> None:
        talk.got.append(None)
        done.set()

    for namespace in ("/a", "/b"):
        talk.io.on("connect", namespace)(lambda: None)
    talk.connect()
    for namespace in ("/a", "/b"):
        assert talk.enter(namespace)
        if talk.way == "test client":
            talk.client.disconnect(namespace)
        else:
            talk.client.io.emit("x", namespace=namespace)
    if talk.way == "websocket":
        talk.client.close()
        assert done.wait(120)
    assert None in talk.got
    assert any(isinstance(reason, str) for reason in talk.got)


# -- validate=False --------------------------------------------------------------------------------


def test_without_validate_nothing_is_judged_and_nothing_constructed(start: Any) -> None:
    """The handler gets the raw data, whatever it is; acks and emits are not looked at."""
    talk = start(validate=False)
    talk.io.doc_emit("moved", Move)

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        talk.got.append(data)
        talk.io.emit("moved", {"x": "bad"})
        return {"ok": "maybe"}  # type: ignore[return-value]

    @talk.io.on("connect", "/locked", **TYPED)
    def connect(auth: Token) -> None:
        talk.got.append(auth)

    assert talk.ask("move", {"x": "bad"}) == {"ok": "maybe"}
    assert talk.receive() == ("moved", [{"x": "bad"}])
    assert talk.ask("move", {"x": 1}) == {"ok": "maybe"}
    assert talk.enter("/locked", {"token": 1})
    assert talk.got == [{"x": "bad"}, {"x": 1}, {"token": 1}]
    assert talk.violations == []


def test_without_validate_models_can_still_be_sent(start: Any) -> None:
    """A return value or an emit that is a model would be an error otherwise."""
    talk = start(validate=False)

    @talk.io.on("move", **TYPED)
    def move(data: dict[str, Any]) -> Done:
        talk.io.emit("moved", Move(x=1))
        return Done(ok=True)

    assert talk.ask("move", {}) == {"ok": True}
    assert talk.receive() == ("moved", [{"x": 1, "y": 0}])


class Named(NamedTuple):
    name: str
    data: bytes


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (OrderedDict(a=b"\xff"), [{"a": b"\xff"}]),
        (defaultdict(bytes, a=b"text"), [{"a": b"text"}]),
        (type("Names", (list,), {})([b"text"]), [[b"text"]]),
        (Named("a", b"text"), ["a", b"text"]),
        (OrderedDict({None: 1}), [{"null": 1}]),
    ],
    ids=str,
)
def test_what_is_not_declared_is_sent_as_flask_socketio_sends_it(
    value: Any,
    expected: Any,
    validate: bool,
    far: Any,
) -> None:
    """Bytes in whatever holds them, and the values of a named tuple."""
    talk = far(validate=validate)

    @talk.io.on("get")
    def get() -> Any:
        talk.io.emit("got", value)
        return value

    assert talk.client.ask("get") == expected
    assert talk.client.receive() == ("/", "got", expected)


class Roman:
    """A JSON module that has its own form of numbers and dates."""

    @staticmethod
    def dumps(data: Any, **options: Any) -> str:
        forms: dict[type, Any] = {decimal.Decimal: float, dt.date: lambda date: date.strftime("%Y")}
        return json.dumps(data, default=lambda item: forms[type(item)](item), **options)

    loads = json.loads


@pytest.mark.parametrize("validate", [True, False])
def test_an_own_json_module_writes_what_is_not_declared(
    validate: bool, here: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with Flask-SocketIO; models alone are made plain, for which it has no form."""
    # python-socketio sets it for all servers of the process.
    monkeypatch.setattr(socketio.packet.Packet, "json", socketio.packet.Packet.json)
    talk = here(validate=validate, json=Roman)
    day, amount = dt.date(2026, 1, 2), decimal.Decimal("1.5")

    @talk.io.on("get")
    def get() -> Any:
        talk.io.emit("got", [day, Move(x=1)])
        return {"day": day, "amount": amount, "done": (Done(ok=True),)}

    assert talk.ask("get") == {"day": "2026", "amount": 1.5, "done": [{"ok": True}]}
    assert talk.receive() == ("got", [["2026", {"x": 1, "y": 0}]])


# -- emits and acks --------------------------------------------------------------------------------


def test_emit_takes_data_by_keyword(start: Any) -> None:
    """`emit("ev", data={...})` is judged and sent."""
    talk = start()
    talk.io.doc_emit("moved", Move)
    talk.connect()
    talk.io.emit("moved", data={"x": 1, "y": 2})
    assert talk.receive() == ("moved", [{"x": 1, "y": 2}])
    with pytest.raises(EmitValidationError):
        talk.io.emit("moved", data={"x": 7})


def test_a_model_can_be_emitted(start: Any) -> None:
    """By itself, in a container, by keyword, in a tuple of arguments; declared or not."""
    talk = start()
    talk.io.doc_emit("moved", Move)
    talk.io.doc_emit("two", Tuple[Move, int])
    talk.connect()
    for emit, expected in (
        (lambda: talk.io.emit("moved", Move(x=1)), ("moved", [{"x": 1, "y": 0}])),
        (lambda: talk.io.emit("moved", data=Move(x=2)), ("moved", [{"x": 2, "y": 0}])),
        (lambda: talk.io.emit("two", (Move(x=1), 5)), ("two", [{"x": 1, "y": 0}, 5])),
        (lambda: talk.io.emit("free", [Move(x=1)]), ("free", [[{"x": 1, "y": 0}]])),
        (lambda: talk.io.emit("free", {"m": Move(x=1)}), ("free", [{"m": {"x": 1, "y": 0}}])),
        (lambda: talk.io.emit("none"), ("none", [])),
        (lambda: talk.io.send(Move(x=1), json=True), None),
    ):
        emit()
        if expected is not None:
            assert talk.receive() == expected


def test_emit_from_a_handler_takes_models(start: Any) -> None:
    """Flask-SocketIO's `emit` and `send` functions go the same way."""
    talk = start()
    talk.io.doc_emit("moved", Move, namespace="/")

    @talk.io.on("go")
    def go() -> None:
        flask_socketio.emit("moved", Move(x=1))

    @talk.io.on("wrong")
    def wrong() -> str:
        try:
            flask_socketio.emit("moved", {"x": "1"})
        except EmitValidationError as error:
            return json.loads(error.json())["error"]["code"]  # type: ignore[no-any-return]
        return "sent"

    talk.ask("go")
    assert talk.receive() == ("moved", [{"x": 1, "y": 0}])
    assert talk.ask("wrong") == "emit_validation_error"


def test_an_emit_of_a_class_namespace_takes_models(start: Any) -> None:
    """And it is judged by its namespace."""
    talk = start()
    talk.io.doc_emit("moved", Move, namespace="/n")

    class There(flask_socketio.Namespace):
        def on_go(self, data: Any) -> str:
            try:
                self.emit("moved", data)
            except EmitValidationError:
                return "rejected"
            self.emit("moved", Move(x=2))
            return "sent"

    talk.io.on_namespace(There("/n"))
    talk.connect()
    assert talk.enter("/n")
    assert talk.ask("go", {"x": 1}, namespace="/n") == "sent"
    assert talk.ask("go", {"x": 9}, namespace="/n") == "rejected"


@pytest.mark.parametrize("bad", [False, True])
def test_call_and_client_acks_are_judged(bad: bool, far: Any) -> None:
    """By `ack_model`; `call` raises, a callback is not called."""
    talk = far()
    talk.io.doc_emit("question", str, ack_model=Done)
    talk.client.answers["question"] = {"ok": "no"} if bad else {"ok": True}
    answers: queue.Queue[Any] = queue.Queue()

    @talk.io.on("go")
    def go() -> None:
        sid = flask.request.sid  # type: ignore[attr-defined]

        def later() -> None:
            try:
                answers.put(talk.io.call("question", "?", to=sid))
            except AckValidationError as error:
                answers.put(error)

        talk.io.start_background_task(later)

    talk.client.io.emit("go")
    answer = answers.get(timeout=120)
    if bad:
        assert isinstance(answer, AckValidationError)
        assert answer.event == "question"
    else:
        assert answer == {"ok": True}
    talk.io.emit("question", "?", callback=answers.put)
    if not bad:
        assert answers.get(timeout=120) == {"ok": True}
    assert [v.checkpoint for v in talk.violations[:1]] == (["receive_ack"] if bad else [])


def test_an_ack_of_none_is_flagged(start: Any) -> None:
    """An ack was asked for, a model is declared, and the handler returns nothing."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        return None  # type: ignore[return-value]

    assert code(talk.ask("move", {"x": 1})) == FAULTY
    assert [v.checkpoint for v in talk.violations] == ["send_ack"]
    talk.send("move", {"x": 1})
    assert len(talk.violations) == 1


def test_a_wrong_ack_is_flagged_without_details(start: Any) -> None:
    """The client learns that, the log why."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        return {"ok": SECRET}  # type: ignore[return-value]

    answer = talk.ask("move", {"x": 1})
    assert code(answer) == FAULTY
    assert "problems" not in answer["error"]


@pytest.mark.parametrize("by", ["firstName", "first_name"])
def test_aliases_are_the_same_on_the_wire_and_in_the_document(by: str, start: Any) -> None:
    """In and out, by alias; the field's own name is no name on the wire."""
    talk = start()
    talk.io.doc_emit("welcome", User)

    @talk.io.on("sign_up", **TYPED)
    def sign_up(user: User) -> User:
        talk.got.append(user.first_name)
        talk.io.emit("welcome", User(first_name="Bob"))
        return User(first_name="Cyd")

    answer = talk.ask("sign_up", {by: "Ann"})
    if by == "first_name":
        assert code(answer) == REJECTED
        return
    assert answer == {"firstName": "Cyd"}
    assert talk.got == ["Ann"]
    assert talk.receive() == ("welcome", [{"firstName": "Bob"}])
    schema = document_of(talk)["components"]["schemas"]["User"]
    assert list(schema["properties"]) == schema["required"] == ["firstName"]


@only_pydantic_2("has one alias for both directions")
def test_one_alias_in_and_another_out(start: Any) -> None:
    """The document says which is which."""
    talk = start()

    class Both(BaseModel):
        name: str = Field(validation_alias="nameIn", serialization_alias="nameOut")

    @talk.io.on("both", **TYPED)
    def both(data: Both) -> Both:
        return data

    assert talk.ask("both", {"nameIn": "a"}) == {"nameOut": "a"}
    assert code(talk.ask("both", {"nameOut": "a"})) == REJECTED
    schemas = document_of(talk)["components"]["schemas"]
    assert sorted(k for s in schemas.values() for k in s["properties"]) == ["nameIn", "nameOut"]


def test_doc_emit_is_a_call_and_a_decorator_and_says_several_types(start: Any) -> None:
    """Declared twice, either type may be sent; a list of models is a type like any other."""
    talk = start()
    talk.io.doc_emit("news", Move, "one of them")
    talk.io.doc_emit("news", Done)
    talk.io.doc_emit("news", Done)

    @talk.io.doc_emit("all", list[Move], "all of them")
    @talk.io.on("go")
    def go() -> None:
        talk.io.emit("all", [Move(x=1), {"x": 2, "y": 0}])

    assert go.__name__ == "go"
    talk.connect()
    talk.io.emit("news", Move(x=1))
    assert talk.receive() == ("news", [{"x": 1, "y": 0}])
    talk.io.emit("news", Done(ok=True))
    assert talk.receive() == ("news", [{"ok": True}])
    talk.ask("go")
    assert talk.receive() == ("all", [[{"x": 1, "y": 0}, {"x": 2, "y": 0}]])
    for event, bad in (("news", {}), ("news", 1), ("all", {"x": 1}), ("all", [{"x": 9}])):
        with pytest.raises(EmitValidationError):
            talk.io.emit(event, bad)
    messages = document_of(talk)["components"]["messages"]
    assert messages["news"]["description"] == "one of them"
    assert len(messages["news"]["payload"]["anyOf"]) == 2


def test_a_misspelt_description_is_deprecated(here: Any) -> None:
    """The peer's `discription` is taken, with a warning; nothing else is."""
    talk = here()
    with pytest.warns(DeprecationWarning, match="discription"):
        talk.io.doc_emit("moved", Move, discription="it moved")
    assert document_of(talk)["components"]["messages"]["moved"]["description"] == "it moved"
    with pytest.raises(TypeError, match="beschreibung"):
        talk.io.doc_emit("moved", Move, beschreibung="nein")


def test_the_warning_names_the_line_that_is_misspelt() -> None:
    """And not one of the package."""
    with pytest.warns(DeprecationWarning, match="discription") as warned:
        AsyncAPISocketIO().doc_emit("moved", Move, discription="it moved")
    assert [warning.filename for warning in warned] == [__file__]


def test_how_clients_show_who_they_are_is_in_the_document() -> None:
    """By the name that the scheme has in `security=`."""
    scheme = {"type": "httpApiKey", "name": "token", "in": "query"}
    io = AsyncAPISocketIO(security={"token": scheme}, server_url="https://example.com")
    assert io.document()["components"]["securitySchemes"] == {"token": scheme}


def test_the_catalogue_is_json_for_people() -> None:
    """Two blanks a level, and sorted, so that a change of it is small."""
    io = AsyncAPISocketIO()
    io.doc_emit("moved", Move)
    text = io.get_agent_schema_json()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True)


class Loose(BaseModel):
    """A field of which nothing is said."""

    anything: Any = None
    share: Optional[float] = None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")], ids=str)
def test_numbers_that_json_has_not_are_never_sent_as_null(number: float, start: Any) -> None:
    """Instances and plain data alike; Pydantic would write `null` for some of them."""
    talk = start()
    talk.io.doc_emit("loose", Loose)
    talk.io.doc_emit("open", Dict[str, Any])
    talk.io.on("connect")(lambda: None)
    for event, data in (
        ("loose", Loose(anything=number)),
        ("loose", Loose(anything=[{"a": number}])),
        ("loose", Loose(share=number)),
        ("loose", {"share": number}),
        ("loose", {"anything": number}),
        ("open", {"a": [number]}),
    ):
        with pytest.raises(EmitValidationError, match="can't be sent as JSON"):
            talk.io.emit(event, data)


# -- catch-all handlers ----------------------------------------------------------------------------


def test_a_catch_all_handler_is_typed(start: Any) -> None:
    """Every event without a handler of its own has these types."""
    talk = start()

    @talk.io.on("*", **TYPED)
    def everything(event: str, data: Move) -> Done:
        talk.got.append((event, data))
        return Done(ok=True)

    @talk.io.on("own")
    def own(data: Any) -> Any:
        return data

    assert talk.ask("move", {"x": 1}) == {"ok": True}
    for bad in (({"x": "1"},), (), ({"x": 1}, 2)):
        assert code(talk.ask("push", *bad)) == REJECTED
    assert talk.ask("own", 7) == 7
    assert talk.got == [("move", Move(x=1))]


def test_the_ack_of_a_catch_all_handler_is_judged(start: Any) -> None:
    """What it returns has a type, too."""
    talk = start()

    @talk.io.on("*", **TYPED)
    def everything(event: str, data: Any) -> Done:
        return data  # type: ignore[no-any-return]

    assert talk.ask("a", {"ok": True}) == {"ok": True}
    assert code(talk.ask("a", {"ok": 7})) == FAULTY


def test_a_catch_all_handler_says_nothing_of_events_that_have_their_own(start: Any) -> None:
    """Where the document does not name them, and the policy does not mind."""
    document = {"asyncapi": "3.1.0", "info": {"title": "t", "version": "1"}}
    undeclared = Policy(undeclared_events="off", undeclared_namespaces="off")
    talk = start(spec=document, policy=undeclared)

    @talk.io.on("*", **TYPED)
    def everything(event: str, data: Move) -> Done:
        return Done(ok=True)

    @talk.io.on("own")
    def own(data: Any) -> Any:
        return data

    assert talk.ask("own", "anything") == "anything"
    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert code(talk.ask("move", {"x": "1"})) == REJECTED


def test_a_handler_of_every_namespace_is_typed(start: Any) -> None:
    """In namespaces that the document names for other reasons, too."""
    talk = start(namespaces="*")

    @talk.io.on("move", "*", **TYPED)
    def move(data: Move) -> Done:
        talk.got.append(data)
        return Done(ok=True)

    talk.io.on("other")(lambda: None)
    talk.io.on("other", "/n")(lambda: None)
    talk.connect()
    for namespace in ("/n", "/m"):
        assert talk.enter(namespace)
        assert talk.ask("move", {"x": 1}, namespace=namespace) == {"ok": True}
        assert code(talk.ask("move", {"x": "1"}, namespace=namespace)) == REJECTED
    assert talk.got == [Move(x=1)] * 2


# -- errors ----------------------------------------------------------------------------------------


def test_on_error_default_answers(start: Any) -> None:
    """As in SIO-AsyncAPI's README: what it returns is the ack."""
    talk = start()

    @talk.io.on("user_sign_up", **TYPED)
    def sign_up(request: User) -> Done:
        raise NotImplementedError

    @talk.io.on_error_default
    def default_error_handler(error: Exception) -> Any:
        talk.got.append(error)
        if isinstance(error, RequestValidationError):
            return {"success": False, "error": error.errors()}
        raise error

    answer = talk.ask("user_sign_up", {"firstName": 1})
    assert answer["success"] is False
    assert [problem["path"] for problem in answer["error"]] == ["/firstName"]
    (error,) = talk.got
    assert (error.event, error.namespace) == ("user_sign_up", "/")
    assert json.loads(error.json())["error"]["code"] == REJECTED


def test_on_error_default_answers_for_a_wrong_ack(start: Any) -> None:
    """`ResponseValidationError` goes there, too."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        return {}  # type: ignore[return-value]

    @talk.io.on_error_default
    def default_error_handler(error: Exception) -> str:
        return type(error).__name__

    assert talk.ask("move", {"x": 1}) == ResponseValidationError.__name__


def test_on_error_default_answers_for_an_exception(start: Any) -> None:
    """What it returns is the ack; it need not look like the one that the handler promised."""
    talk = start()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        raise LookupError("no such game")

    @talk.io.on_error_default
    def default_error_handler(error: Exception) -> Any:
        talk.got.append(type(error))
        return {"error": {"code": str(error)}}, Move(x=1)

    answer = talk.ask("move", {"x": 1})
    assert answer == [{"error": {"code": "no such game"}}, {"x": 1, "y": 0}]
    assert talk.got == [LookupError]
    assert talk.violations == []


class Careful(BaseModel):
    """Rejects what JSON Schema has no words for, and quotes it."""

    first: str
    second: str

    @field_validator("first")
    @classmethod
    def no_digits(cls, value: str) -> str:
        if any(map(str.isdigit, value)):
            raise ValueError(f"{value} has digits")
        return value

    @checked_as_a_whole
    def equal(values: Any) -> None:
        assert values["first"] == values["second"], f"{values['first']} is not {values['second']}"


@pytest.mark.parametrize(
    ("data", "path"),
    [({"first": SECRET, "second": ""}, "/first"), ({"first": "a", "second": SECRET}, "")],
    ids=["field", "model"],
)
def test_a_validator_that_rejects_is_answered_without_values(
    data: Any, path: str, start: Any, caplog: Any, capfd: Any
) -> None:
    """There is no error handler; nothing of the payload stands in the answer or in the log."""
    caplog.set_level(logging.DEBUG, "asyncapi_guard")
    talk = start()

    @talk.io.on("careful", **TYPED)
    def careful(data: Careful) -> None:
        talk.got.append(data)

    answer = talk.ask("careful", data)
    assert code(answer) == REJECTED
    assert [problem["path"] for problem in answer["error"]["problems"]] == [path]
    assert talk.ask("careful", {"first": "a", "second": "a"}) == []
    assert talk.got == [Careful(first="a", second="a")]
    assert "rejected event 'careful' from a client" in caplog.text
    logged = "".join(r.getMessage() for r in caplog.records if r.name == "asyncapi_guard")
    assert SECRET not in logged + json.dumps(answer) + "".join(capfd.readouterr())
    talk.send("careful", data)
    deadline = time.monotonic() + 120
    while len(talk.violations) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(talk.violations) == 2


def test_no_error_quotes_values(start: Any, caplog: Any, capfd: Any) -> None:
    """Requests, acks and emits: neither `str` nor the log has what was sent."""
    caplog.set_level(logging.DEBUG, "asyncapi_guard")
    talk = start()
    talk.io.doc_emit("moved", Move)
    errors: list[Any] = []
    talk.io.on_error_default(lambda error: (errors.append(error), {})[1])

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        return {"ok": SECRET}  # type: ignore[return-value]

    talk.ask("move", {"x": SECRET})
    talk.ask("move", {"x": 1})
    with pytest.raises(EmitValidationError) as caught:
        talk.io.emit("moved", {"x": SECRET})
    errors.append(caught.value)
    kinds = [RequestValidationError, ResponseValidationError, EmitValidationError]
    assert [type(error) for error in errors] == kinds
    logged = "".join(r.getMessage() for r in caplog.records if r.name == "asyncapi_guard")
    text = "".join(f"{e} {e!r} {e.json()} {e.errors()}" for e in errors)
    assert "rejected" in logged
    assert SECRET not in logged + text + "".join(capfd.readouterr())


def test_a_handler_that_raises_is_answered(far: Any, raised: list[Any]) -> None:
    """Without an error handler; the exception goes where it went before."""
    others = set(threading.enumerate())  # such as timers of earlier tests
    talk = far()

    @talk.io.on("move", **TYPED)
    def move(data: Move) -> Done:
        raise RuntimeError(SECRET)

    answer = talk.ask("move", {"x": 1})
    assert code(answer) == "handler_error"
    assert SECRET not in json.dumps(answer)
    for thread in set(threading.enumerate()) - others:
        if thread.name.endswith("(_run)"):
            thread.join(120)
    assert [str(error) for error in raised] == [SECRET]


def test_a_class_namespace_with_an_error_method_answers(start: Any) -> None:
    """For violations of schemas and of validators."""
    talk = start(typed=True)

    class There(flask_socketio.Namespace):
        def on_careful(self, data: Careful) -> None:
            raise NotImplementedError

        def error(self, error: Exception) -> str:
            return type(error).__name__

    talk.io.on_namespace(There("/n"))
    talk.connect()
    assert talk.enter("/n")
    for bad in ({}, {"first": "a", "second": "b"}):
        assert talk.ask("careful", bad, namespace="/n") == "RequestValidationError"


# -- registrations ---------------------------------------------------------------------------------


def test_decorators_stack(start: Any) -> None:
    """Above and below `on`; those that keep `__wrapped__` keep the hints."""
    talk = start()

    def logged(function: Any) -> Any:
        @functools.wraps(function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            talk.got.append("called")
            return function(*args, **kwargs)

        return inner

    @talk.io.on("move", **TYPED)
    @logged
    def move(data: Move) -> Done:
        talk.got.append(data)
        return Done(ok=True)

    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert code(talk.ask("move", {"x": "1"})) == REJECTED
    assert talk.got == ["called", Move(x=1)]


def test_one_function_handles_several_events(start: Any) -> None:
    """Registered twice, it is the same function both times."""
    talk = start()

    @talk.io.on("b", **TYPED)
    @talk.io.on("a", **TYPED)
    def both(data: Move) -> Done:
        return Done(ok=True)

    for event in "ab":
        assert talk.ask(event, {"x": 1}) == {"ok": True}
        assert code(talk.ask(event, {"x": "1"})) == REJECTED


def test_decorators_return_the_function_unchanged(here: Any) -> None:
    """It can be called, tested and decorated like before."""
    talk = here(typed=True)

    def handler(data: Move) -> Done:
        return Done(ok=data.x == 1)

    for decorate in (
        talk.io.on("a", **TYPED),
        talk.io.on("b"),
        talk.io.on("c", request_model=Move, response_model=Done),
        talk.io.event,
        talk.io.event(namespace="/x"),
        talk.io.doc_emit("d", Move),
    ):
        assert decorate(handler) is handler
    assert handler(Move(x=1)) == Done(ok=True)


class Handlers:
    def __init__(self) -> None:
        self.got: list[Any] = []

    def method(self, data: Move) -> Done:
        self.got.append(data)
        return Done(ok=True)

    @classmethod
    def of_class(cls, data: Move) -> Done:
        return Done(ok=True)

    @staticmethod
    def static(data: Move) -> Done:
        return Done(ok=True)

    def __call__(self, data: Move) -> Done:
        return self.method(data)

    def two(self, ok: bool, data: Move) -> Done:
        return Done(ok=ok)


def _two(ok: bool, data: Move) -> Done:
    return Done(ok=ok)


CALLABLES: dict[str, Callable[[], Any]] = {
    "bound method": lambda: Handlers().method,
    "class method": lambda: Handlers.of_class,
    "static method": lambda: Handlers.static,
    "callable object": Handlers,
    "partial": lambda: functools.partial(_two, True),
    "partial by keyword": lambda: functools.partial(Handlers().method),
    "partial of a partial": lambda: functools.partial(functools.partial(_two), True),
    "partial of a bound method": lambda: functools.partial(Handlers().two, True),
    "partial of a callable object": lambda: functools.partial(Handlers()),
}


@pytest.mark.parametrize("kind", CALLABLES)
def test_every_kind_of_callable_is_typed(kind: str, start: Any) -> None:
    """It need not be a function."""
    talk = start()
    talk.io.on_event("move", _named(CALLABLES[kind]()), **TYPED)
    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert code(talk.ask("move", {"x": "1"})) == REJECTED


def _named(handler: Any) -> Any:
    return handler


def test_a_parameter_that_a_partial_gave_by_keyword_is_no_argument(here: Any) -> None:
    """The client cannot send it."""
    talk = here()

    def handler(data: Move, database: Any) -> Done:
        return Done(ok=database == "db")

    talk.io.on_event("move", functools.partial(handler, database="db"), **TYPED)
    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert code(talk.ask("move", {"x": 1}, "mine")) == REJECTED


def test_defaults_are_optional_arguments(start: Any) -> None:
    """Those that are sent are judged."""
    talk = start()

    @talk.io.on("f", **TYPED)
    def f(a: int, b: Move = Move(x=2), *, internal: str = "i") -> int:  # noqa: B008
        return a * 10 + b.x

    assert talk.ask("f", 1) == 12
    assert talk.ask("f", 1, {"x": 1}) == 11
    for bad in ((), ("1",), (1, {}), (1, None), (1, {"x": 1}, "mine")):
        assert code(talk.ask("f", *bad)) == REJECTED


def test_only_optional_arguments(start: Any) -> None:
    """None of them need be there."""
    talk = start()

    @talk.io.on("f", **TYPED)
    def f(data: Move | None = None) -> int:
        return -1 if data is None else data.x

    assert talk.ask("f") == -1
    assert talk.ask("f", None) == -1
    assert talk.ask("f", {"x": 1}) == 1
    assert code(talk.ask("f", {"x": 9})) == REJECTED


def test_any_number_of_models(start: Any) -> None:
    """`*args: M` is any number of them, after what stands before."""
    talk = start()

    @talk.io.on("all", **TYPED)
    def everything(*moves: Move) -> int:
        return sum(move.x for move in moves)

    @talk.io.on("more", **TYPED)
    def more(word: str, *moves: Move) -> str:
        return word * len(moves)

    assert talk.ask("all") == 0
    assert talk.ask("all", {"x": 1}, {"x": 2}) == 3
    assert talk.ask("more", "a", {"x": 1}, {"x": 2}) == "aa"
    for event, bad in (("all", ({"x": 1}, {})), ("more", ()), ("more", ("a", {"x": 1}, "b"))):
        assert code(talk.ask(event, *bad)) == REJECTED


def test_no_arguments(start: Any) -> None:
    """Then there must be none."""
    talk = start()

    @talk.io.on("f", **TYPED)
    def f() -> int:
        return 1

    assert talk.ask("f") == 1
    assert code(talk.ask("f", 1)) == REJECTED


def test_handlers_registered_after_traffic_count(start: Any) -> None:
    """The guard follows."""
    talk = start()
    talk.io.on("a", **TYPED)(_takes_a_move)
    assert code(talk.ask("a", {})) == REJECTED
    talk.io.on("b", **TYPED)(_takes_a_move)
    assert code(talk.ask("b", {})) == REJECTED
    assert talk.ask("b", {"x": 1}) == {"ok": True}
    assert code(talk.ask("a", {})) == REJECTED
    talk.io.emit("moved", {"x": "1"})
    talk.io.doc_emit("moved", Move)
    with pytest.raises(EmitValidationError):
        talk.io.emit("moved", {"x": "1"})


def _takes_a_move(data: Move) -> Done:
    return Done(ok=True)


class Slow(AsyncAPISocketIO):
    """A server whose contract takes as long as the test likes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asked, self.ready = threading.Event(), threading.Event()
        self.ready.set()
        super().__init__(*args, **kwargs)

    def contract(self) -> Contract:
        made = super().contract()
        self.asked.set()
        assert self.ready.wait(120)
        return made


def test_nothing_passes_unjudged_while_the_contract_is_made(net: Any) -> None:
    """Many clients come at once when a server has started, and the first of them has it made."""
    app = Flask(__name__)
    io = Slow(app, async_mode="threading")
    got: list[Any] = []

    @io.on("move", **TYPED)
    def move(data: Move) -> Done:
        got.append(data)
        return Done(ok=True)

    answers: queue.Queue[Any] = queue.Queue()
    url = net.serve(app)
    io.asked.clear()
    io.ready.clear()

    begun: queue.Queue[None] = queue.Queue()

    def ask() -> None:
        begun.put(None)
        answers.put(net.client(url).ask("move", {"x": "1"})[0])

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert io.asked.wait(120)
    threads[1].start()
    for _ in threads:
        begun.get(timeout=120)
    io.ready.set()
    assert [code(answers.get(timeout=120)) for _ in threads] == [REJECTED] * 2
    assert got == []


def test_a_policy_may_name_operations_of_handlers_to_come(here: Any, caplog: Any) -> None:
    """They are registered after the server has its policy; a name that none has is logged."""
    policy = Policy(operations={"receive_move": Mode.OFF, "receive_mvoe": Mode.OFF})
    talk = here(policy=policy)

    @talk.io.on("move", response_model=Done)
    def move(*data: Any) -> Any:
        return {"ok": "maybe"}

    @talk.io.on("place", response_model=Done)
    def place(*data: Any) -> Any:
        return {"ok": "maybe"}

    assert talk.ask("move", 1) == {"ok": "maybe"}
    assert code(talk.ask("place", 1)) == FAULTY
    said = "the policy names operations that no handler has: 'receive_mvoe'"
    assert f"{said} (did you mean 'receive_move'?)" in caplog.messages


def test_a_policy_about_something_else_leaves_what_nobody_declared(here: Any) -> None:
    """Hints are added to a server one after the other; whoever wants more says so."""
    talk = here(policy=Policy(checkpoints={"send_ack": "report"}))
    talk.io.on_namespace(flask_socketio.Namespace("/other"))
    talk.io.emit("undeclared", 1)
    talk.io.emit("undeclared", 1, namespace="/other")
    strict = here(policy=Policy(undeclared_events="enforce"))
    strict.io.doc_emit("declared", int)
    with pytest.raises(EmitValidationError):
        strict.io.emit("undeclared", 1)


def test_a_handler_that_is_registered_again_takes_the_place(start: Any) -> None:
    """With its types."""
    talk = start()
    talk.io.on("a", **TYPED)(_takes_a_move)

    @talk.io.on("a", **TYPED)
    def again(data: int) -> int:
        return data

    assert talk.ask("a", 7) == 7
    assert code(talk.ask("a", {"x": 1})) == REJECTED


@pytest.mark.parametrize("where", ["constructor", "init_app"])
def test_init_app_later(where: str, net: Any) -> None:
    """Handlers first, application later, options in either place."""
    options = {"title": "Later", "version": "2.0.0", "typed": True}
    io = AsyncAPISocketIO(**(options if where == "constructor" else {"typed": True}))
    io.on("move")(_takes_a_move)
    app = Flask(__name__)
    io.init_app(app, async_mode="threading", **(options if where == "init_app" else {}))
    client = net.client(net.serve(app))
    assert client.ask("move", {"x": 1}) == [{"ok": True}]
    assert code(client.ask("move", {})[0]) == REJECTED
    info = io.asyncapi_doc.dict()["info"]
    assert (info["title"], info["version"]) == ("Later", "2.0.0")


def test_init_app_again_guards_the_new_server() -> None:
    """Tests of an application factory do this for each test."""
    io = AsyncAPISocketIO(typed=True)
    io.on("move")(_takes_a_move)
    io.on("connect", "/locked")(_takes_a_token)
    for validate in (True, True, False, True):
        app = Flask(__name__)
        io.init_app(app, async_mode="threading", validate=validate)
        client = io.test_client(app)
        answer = client.emit("move", {"x": 1, "y": "1"}, callback=True)
        assert code(answer) == (REJECTED if validate else None)
        client.connect("/locked", auth={"token": 1})
        assert client.is_connected("/locked") is not validate


def _takes_a_token(auth: Token) -> None:
    pass


def test_two_servers_do_not_mix(net: Any) -> None:
    """Each has its own contract."""
    one, two = Conversation("websocket", net), Conversation("websocket", net)
    one.io.on("a", **TYPED)(_takes_a_move)

    @two.io.on("a", **TYPED)
    def a(data: int) -> int:
        return data

    assert one.ask("a", {"x": 1}) == {"ok": True}
    assert code(one.ask("a", 1)) == REJECTED
    assert two.ask("a", 1) == 1
    assert code(two.ask("a", {"x": 1})) == REJECTED


def test_typed_takes_the_hints_of_every_handler(start: Any) -> None:
    """Except where a handler has none, or is told otherwise."""
    talk = start(typed=True)
    talk.io.on("typed")(_takes_a_move)
    talk.io.on("not", get_from_typehint=False)(lambda data: data)
    talk.io.on("bare")(lambda data: data)

    @talk.io.event
    def by_name(data: Move) -> int:
        return data.x

    assert talk.ask("typed", {"x": 1}) == {"ok": True}
    assert code(talk.ask("typed", {})) == REJECTED
    assert talk.ask("by_name", {"x": 1}) == 1
    assert code(talk.ask("by_name", {})) == REJECTED
    assert talk.ask("not", {}) == {}
    assert talk.ask("bare", {}) == {}


def test_hints_do_not_count_unless_they_are_asked_for(start: Any) -> None:
    """As in SIO-AsyncAPI, and as in Flask-SocketIO."""
    talk = start()

    @talk.io.on("move")
    def move(data: Move) -> Done:
        return data  # type: ignore[return-value]

    assert talk.ask("move", {"y": 1}) == {"y": 1}


def test_models_may_be_given_instead_of_hints(start: Any) -> None:
    """`request_model` and `response_model`, one of them, or both."""
    talk = start()

    @talk.io.on("both", request_model=Move, response_model=Done)
    def both(data):
        talk.got.append(data)
        return {"ok": True}

    @talk.io.on("request", request_model=Move)
    def request(data):
        return {"any": data.x}

    @talk.io.on("response", response_model=Done)
    def response(*data):
        talk.got.append(data)
        return {"ok": data != ({"x": 1},)}

    talk.io.on_event("called", lambda data: {"ok": data}, response_model=Done)
    assert talk.ask("both", {"x": 1}) == {"ok": True}
    assert talk.ask("request", {"x": 1}) == {"any": 1}
    assert talk.ask("response", {"x": 1}) == {"ok": False}
    assert talk.ask("response", 1, b"2") == {"ok": True}
    assert talk.got == [Move(x=1), ({"x": 1},), (1, b"2")]
    assert code(talk.ask("both", {})) == REJECTED
    assert code(talk.ask("both", {"x": 1}, 2)) == REJECTED
    assert code(talk.ask("called", 7)) == FAULTY


def test_generate_docs_can_be_off(here: Any) -> None:
    """There is no document, and the traffic is judged all the same."""
    talk = here(generate_docs=False)
    talk.io.on("move", **TYPED)(_takes_a_move)
    for read in (
        talk.io.asyncapi_doc.dict,
        talk.io.asyncapi_doc.get_yaml,
        talk.io.asyncapi_doc.get_json,
    ):
        with pytest.raises(RuntimeError, match="generate_docs"):
            read()
    assert talk.ask("move", {"x": 1}) == {"ok": True}
    assert code(talk.ask("move", {})) == REJECTED


# -- spec= -----------------------------------------------------------------------------------------


def spec() -> dict[str, Any]:
    """A document whose words for a move are narrower than the model's."""
    io = AsyncAPISocketIO()
    io.on("move", **TYPED)(_takes_a_move)
    io.doc_emit("moved", Move)
    document = io.asyncapi_doc.dict()
    schemas = document["components"]["schemas"]
    schemas["Move"] = {**schemas["Move"], "required": ["x", "y"]}
    return document


def test_a_spec_rules_and_handlers_are_typed(start: Any) -> None:
    """What the file says is judged, what passes is made into instances."""
    talk = start(spec=spec(), typed=True)

    @talk.io.on("move")
    def move(data: Move) -> Done:
        talk.got.append(data)
        return Done(ok=True)

    talk.io.on("undeclared")(lambda: 1)
    assert talk.ask("move", {"x": 1, "y": 2}) == {"ok": True}
    assert code(talk.ask("move", {"x": 1})) == REJECTED
    assert code(talk.ask("undeclared")) == "undeclared_event"
    assert talk.got == [Move(x=1, y=2)]
    talk.io.emit("moved", Move(x=1))
    assert talk.receive() == ("moved", [{"x": 1, "y": 0}])
    with pytest.raises(EmitValidationError):
        talk.io.emit("moved", {"x": 1})


def test_what_the_spec_allows_and_the_hint_rejects_is_answered(start: Any) -> None:
    """The types do not fit the file: the client gets a rejection."""
    document = spec()
    document["components"]["messages"]["move"]["payload"] = {}
    talk = start(spec=document)
    talk.io.on("move", **TYPED)(_takes_a_move)
    for bad in ({}, {"x": "one"}, 7):
        assert code(talk.ask("move", bad)) == REJECTED
    assert talk.ask("move", {"x": 1}) == {"ok": True}


def test_the_document_of_a_spec_is_the_spec(here: Any) -> None:
    """Hints add nothing to it."""
    document = spec()
    talk = here(spec=document)
    talk.io.on("other", **TYPED)(_takes_a_move)
    assert talk.io.asyncapi_doc.dict() == document


def test_a_spec_from_a_file(here: Any, tmp_path: Any) -> None:
    """As YAML."""
    io = AsyncAPISocketIO()
    io.on("move", **TYPED)(_takes_a_move)
    path = tmp_path / "asyncapi.yml"
    path.write_text(io.asyncapi_doc.get_yaml())
    talk = here(spec=path)
    talk.io.on("move")(lambda data: data)
    assert code(talk.ask("move", {})) == REJECTED
    assert code(talk.ask("move", {"x": 1})) == FAULTY
    assert talk.io.asyncapi_doc.dict() == io.asyncapi_doc.dict()
    with pytest.raises(SpecError):
        here(spec=tmp_path / "missing.yml")


# -- types -----------------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Options(typing_extensions.TypedDict):
    name: str
    size: typing_extensions.NotRequired[int]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Line(BaseModel):
    start: Point
    end: Point
    colour: Colour = Colour.RED


class Node(BaseModel):
    value: int
    children: list[Node] = []


class Circle(BaseModel):
    radius: float

    @computed_field
    def diameter(self) -> float:
        return self.radius * 2


T = TypeVar("T")


class Page(GenericModel, Generic[T]):
    items: list[T]


class Blob(BaseModel):
    name: str
    data: bytes


Numbers = root_model(list[int])
NOON = dt.datetime(2026, 1, 2, 12, 0)  # noqa: DTZ001  # naive
AWARE = dt.datetime(2026, 1, 2, 12, 0, tzinfo=dt.timezone.utc)
SOME_ID = uuid.UUID("12345678-1234-5678-1234-567812345678")

#: The hint, what the client sends, what the handler gets, what goes back when it is returned, and
#: what is rejected.
TYPES: dict[str, tuple[Any, Any, Any, Any, list[Any]]] = {
    "optional": (Optional[Move], {"x": 1}, Move(x=1), {"x": 1, "y": 0}, [1, {}]),
    "none": (Optional[int], None, None, None, ["a", 1.5]),
    "union": (Union[int, Move], {"x": 1}, Move(x=1), {"x": 1, "y": 0}, ["1", 1.5, None]),
    "union of text and number": (Union[int, str], "7", "7", "7", [1.5, None, []]),
    "discriminated": (
        Annotated[Union[Cat, Dog], Field(discriminator="kind")],
        {"kind": "dog", "name": "Rex"},
        Dog(kind="dog", name="Rex"),
        {"kind": "dog", "name": "Rex"},
        [{"kind": "cow"}, {"kind": "cat", "name": "Tom"}, {"name": "Rex"}, {}],
    ),
    "literal": (Literal["a", 1], "a", "a", "a", ["b", "1", 2, True]),
    "enum": (Colour, "blue", Colour.BLUE, "blue", ["green", "RED"]),
    "int enum": (Level, 2, Level.HIGH, 2, [3, "2"]),
    "dataclass": (Point, {"x": 1}, Point(1), {"x": 1, "y": 0}, [{}, {"x": "1"}]),
    "annotated": (Annotated[str, field(min_length=2, pattern="^a")], "ab", "ab", "ab", ["a", "bb"]),
    "constrained": (pydantic.PositiveInt, 1, 1, 1, [0, -1, "1", True]),
    "bytes": (bytes, b"\x00\xff", b"\x00\xff", b"\x00\xff", ["text", 1]),
    "bytes in a model": (
        Blob,
        {"name": "n", "data": b"\x00\xff"},
        Blob(name="n", data=b"\x00\xff"),
        {"name": "n", "data": b"\x00\xff"},
        [{"name": "n", "data": "text"}, {"name": b"n", "data": b"d"}],
    ),
    "naive datetime": (dt.datetime, "2026-01-02T12:00:00", NOON, "2026-01-02T12:00:00", ["noon"]),
    "either datetime": (
        dt.datetime,
        "2026-01-02T12:00:00+00:00",
        AWARE,
        "2026-01-02T12:00:00+00:00" if OLD else "2026-01-02T12:00:00Z",
        [],
    ),
    "date": (dt.date, "2026-01-02", NOON.date(), "2026-01-02", ["2026-13-02", "tomorrow", 1]),
    "time": (dt.time, "12:00:00", NOON.time(), "12:00:00", ["noon"]),
    "timedelta": (
        dt.timedelta,
        "PT90S",
        dt.timedelta(seconds=90),
        90.0 if OLD else "PT1M30S",
        ["soon"],
    ),
    "decimal": (
        decimal.Decimal,
        "1.50",
        decimal.Decimal("1.50"),
        1.5 if OLD else "1.50",
        ["one", None],
    ),
    "decimal from a number": (decimal.Decimal, 2, decimal.Decimal(2), 2 if OLD else "2", [[]]),
    "uuid": (uuid.UUID, str(SOME_ID), SOME_ID, str(SOME_ID), ["12345678", 1]),
    "set": (Set[int], [1, 2], {1, 2}, [1, 2], [[1, 1], ["1"], {}]),
    "frozenset": (frozenset[str], ["a"], frozenset("a"), ["a"], [[1]]),
    "dict": (Dict[str, Move], {"a": {"x": 1}}, {"a": Move(x=1)}, {"a": {"x": 1, "y": 0}}, [[]]),
    "dict of ints": (dict[int, str], {"1": "a"}, {1: "a"}, {"1": "a"}, [[], {"1": 1}]),
    "nested": (
        Line,
        {"start": {"x": 1}, "end": {"x": 2}},
        Line(start=Point(1), end=Point(2)),
        {"start": {"x": 1, "y": 0}, "end": {"x": 2, "y": 0}, "colour": "red"},
        [{"start": {"x": 1}}, {"start": {"x": 1}, "end": {"x": "2"}}],
    ),
    "recursive": (
        Node,
        {"value": 1, "children": [{"value": 2}]},
        Node(value=1, children=[Node(value=2)]),
        {"value": 1, "children": [{"value": 2, "children": []}]},
        [{"value": 1, "children": [{}]}],
    ),
    "generic": (
        Page[Move],
        {"items": [{"x": 1}]},
        Page[Move](items=[Move(x=1)]),
        {"items": [{"x": 1, "y": 0}]},
        [{"items": [{}]}, {"items": {}}],
    ),
    "float": (float, 1, 1.0, 1.0, ["1", True]),
    "email": (pydantic.EmailStr, "a@example.com", "a@example.com", "a@example.com", ["a", 1]),
    "url": (
        pydantic.HttpUrl,
        "https://example.com/",
        pydantic.parse_obj_as(pydantic.HttpUrl, "https://example.com/")
        if OLD
        else pydantic.HttpUrl("https://example.com/"),
        "https://example.com/",
        ["example", 1],
    ),
    "secret": (pydantic.SecretStr, "a", pydantic.SecretStr("a"), "**********", [1]),
    "json": (pydantic.Json, "[1]", [1], [1], ["[", 1]),
    "any": (Any, {"a": [b"1"]}, {"a": [b"1"]}, {"a": [b"1"]}, []),
    "root model": (
        Numbers,
        [1],
        as_root(Numbers, [1]),
        [1],
        [["1"], 1],
    ),
}
if not OLD:
    # Pydantic 1 does not have these; and where annotations are strings, as here, it does not see
    # that a key of a typed dict is not required.
    TYPES |= {
        "aware datetime": (
            pydantic.AwareDatetime,
            "2026-01-02T12:00:00Z",
            AWARE,
            "2026-01-02T12:00:00Z",
            ["2026-01-02T12:00:00", 1767355200],
        ),
        "text with a form of its own": (pydantic.Base64Str, "aGk=", "hi", "aGk=", [1]),
        "number with a form of its own": (
            Annotated[int, pydantic.PlainSerializer(str, return_type=str)],
            7,
            7,
            "7",
            ["7", 1.5],
        ),
        "optional with a form of its own": (Optional[pydantic.Base64Str], None, None, None, [1]),
        "computed": (Circle, {"radius": 1}, Circle(radius=1), {"radius": 1, "diameter": 2}, [{}]),
        "typed dict": (Options, {"name": "a"}, {"name": "a"}, {"name": "a"}, [{}, {"name": 1}]),
    }


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("way", WAYS)
def test_types_go_in_and_out(kind: str, way: str, net: Any) -> None:
    """As an argument, as one of two, and as an ack; what does not fit is rejected."""
    hint, sent, constructed, returned, rejected = TYPES[kind]
    talk = Conversation(way, net)

    def one(data: Any) -> Any:
        talk.got.append(data)
        return data

    def two(data: Any, more: Any) -> None:
        talk.got.append(data)

    one.__annotations__ = {"data": hint, "return": hint}
    two.__annotations__ = {"data": hint, "more": int, "return": None}
    talk.io.on("one", **TYPED)(one)
    talk.io.on("two", **TYPED)(two)
    answer = talk.ask("one", sent)
    assert answer == (returned if returned is not None else [])
    assert talk.ask("two", sent, 1) == []
    assert talk.got == [constructed, constructed]
    assert [type(value) for value in talk.got] == [type(constructed)] * 2
    for bad in rejected:
        assert code(talk.ask("one", bad)) == REJECTED, bad
        assert code(talk.ask("two", bad, 1)) == REJECTED, bad
    assert len(talk.got) == 2


def test_tuples(start: Any) -> None:
    """One argument that is a tuple is a list on the wire; a tuple that is returned is several."""
    talk = start()

    @talk.io.on("pair", **TYPED)
    def pair(data: Tuple[int, str]) -> str:
        assert data == (1, "a")
        return "got"

    @talk.io.on("back", **TYPED)
    def back() -> Tuple[int, Move]:
        return 1, Move(x=1)

    @talk.io.on("many", **TYPED)
    def many(data: tuple[int, ...]) -> int:
        return sum(data)

    assert talk.ask("pair", [1, "a"]) == "got"
    assert talk.ask("back") == [1, {"x": 1, "y": 0}]
    assert talk.ask("many", [1, 2]) == 3
    for bad in (([1],), ([1, 2],), ([1, "a", 2],), (1, "a")):
        assert code(talk.ask("pair", *bad)) == REJECTED


def test_what_is_a_tuple_by_chance_is_one_value(start: Any) -> None:
    """Only a hint that is a tuple itself stands for several; anything may be several."""
    talk = start()

    Pair: Any = root_model(Tuple[int, str], "Pair")

    @talk.io.on("pair", **TYPED)
    def pair(data: Pair) -> Pair:
        return data

    @talk.io.on("many", **TYPED)
    def many() -> Tuple[int, ...]:
        return (1, 2)

    @talk.io.on("maybe", **TYPED)
    def maybe() -> Optional[Tuple[int, str]]:
        return (1, "a")

    @talk.io.on("any", **TYPED)
    def anything() -> Any:
        return (1, {"a": Move(x=1)})

    assert talk.ask("pair", [1, "a"]) == [1, "a"]
    assert code(talk.ask("pair", 1, "a")) == REJECTED
    assert talk.ask("many") == [1, 2]
    assert talk.ask("maybe") == [1, "a"]
    assert talk.ask("any") == [1, {"a": {"x": 1, "y": 0}}]
    assert talk.violations == [talk.violations[0]]
    talk.io.doc_emit("pair", Pair)
    talk.io.doc_emit("free", Any)
    talk.io.emit("pair", as_root(Pair, (1, "a")))
    assert talk.receive() == ("pair", [[1, "a"]])
    talk.io.emit("free", (Move(x=1), b"1"))
    assert talk.receive() == ("free", [{"x": 1, "y": 0}, b"1"])


def test_two_models_of_one_name_are_told_apart(start: Any) -> None:
    """On the wire and in the document."""
    talk = start()

    def make(type_: Any) -> Any:
        return pydantic.create_model("Same", value=(type_, ...))

    for number, hint in enumerate((make(int), make(str))):

        def handler(data: Any) -> Any:
            return data

        handler.__annotations__ = {"data": hint, "return": hint}
        talk.io.on(f"e{number}", **TYPED)(handler)
    assert talk.ask("e0", {"value": 1}) == {"value": 1}
    assert talk.ask("e1", {"value": "a"}) == {"value": "a"}
    assert code(talk.ask("e0", {"value": "a"})) == REJECTED
    assert code(talk.ask("e1", {"value": 1})) == REJECTED
    assert len(document_of(talk)["components"]["schemas"]) == 2


@pytest.mark.parametrize("event", ["user/create", "a b", "событие", "a~1b", "%41", "🎲", "a.b", ""])
def test_events_of_any_name_are_judged(event: str, start: Any) -> None:
    """Ids in the document are made of names; names stay what they are."""
    talk = start()
    talk.io.on(event, **TYPED)(_takes_a_move)
    assert talk.ask(event, {"x": 1}) == {"ok": True}
    assert code(talk.ask(event, {})) == REJECTED


# -- what cannot be modelled -----------------------------------------------------------------------


class Unknown:
    pass


def _unknown(data: Unknown) -> None: ...
def _unknown_return(data: int) -> Unknown: ...  # type: ignore[empty-body]
def _nested(data: list[Unknown]) -> None: ...
def _forward(data: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def _missing(data, other: int) -> None: ...
def _keyword(data: int, *, needed: int) -> None: ...
def _callable(data: Callable[[], int]) -> None: ...
def _rest(*data: Unknown) -> None: ...


@pytest.mark.parametrize(
    ("handler", "parameter"),
    [
        (_unknown, "data"),
        (_unknown_return, "return"),
        (_nested, "data"),
        (_forward, "Nowhere"),
        (_missing, "data"),
        (_keyword, "needed"),
        (_callable, "data"),
        (_rest, "data"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_modelled_is_an_error_at_registration(
    handler: Any, parameter: str, here: Any
) -> None:
    """It names the handler and the parameter, and nothing was registered."""
    talk = here()
    with pytest.raises(RegistrationError) as caught:
        talk.io.on("e", **TYPED)(handler)
    assert handler.__name__ in str(caught.value)
    assert parameter in str(caught.value)
    assert isinstance(caught.value, (AsyncAPIGuardError, TypeError))
    assert list(talk.io.registry.receivers()) == []


def test_what_cannot_be_modelled_is_an_error_of_doc_emit(here: Any) -> None:
    """And of models that are given."""
    talk = here()
    with pytest.raises(RegistrationError, match="moved"):
        talk.io.doc_emit("moved", Unknown)
    with pytest.raises(RegistrationError, match="ack_model"):
        talk.io.doc_emit("moved", int, ack_model=Unknown)
    for name in ("request_model", "response_model"):
        with pytest.raises(RegistrationError, match=name):
            talk.io.on("e", **{name: Unknown})(lambda data: None)
    assert talk.io.asyncapi_doc.dict()["operations"] == {}


def test_a_class_namespace_that_cannot_be_modelled_is_an_error(here: Any) -> None:
    """It names the method."""

    class There(flask_socketio.Namespace):
        def on_bad(self, data: Unknown) -> None: ...

    with pytest.raises(RegistrationError, match=r"on_bad.*data"):
        here().io.on_namespace(There("/n"), get_from_typehint=True)


@pytest.mark.parametrize(
    "url", ["", "http://", "//", "http://a:b", "http://[::1", "http://a:99999"]
)
def test_a_server_url_that_is_none_is_rejected(url: str) -> None:
    """When it is given."""
    with pytest.raises(ValueError, match="server_url"):
        AsyncAPISocketIO(server_url=url)


def test_a_server_name_needs_a_url(here: Any) -> None:
    """Which may come later, with the application; a name alone is no server."""
    with pytest.raises(ValueError, match="also pass server_url"):
        AsyncAPISocketIO(Flask(__name__), server_name="PROD")
    io = AsyncAPISocketIO(server_name="PROD")
    io.init_app(Flask(__name__), server_url="https://example.com")
    assert list(io.asyncapi_doc.dict()["servers"]) == ["PROD"]
    assert "servers" not in document_of(here())


def test_unknown_options_are_flask_socketios(here: Any) -> None:
    """Nothing of Flask-SocketIO's is taken away."""
    talk = here(ping_timeout=7, cors_allowed_origins=[])
    assert talk.io.server.eio.ping_timeout == 7


def test_the_document_says_what_the_options_say(here: Any) -> None:
    """SIO-AsyncAPI's names."""
    talk = here(
        title="T",
        version="3.0.0",
        description="D",
        server_url="https://user:pass@example.com:8443/base",
        server_name="PROD",
    )
    document = document_of(talk)
    assert document["info"] == {"title": "T", "version": "3.0.0", "description": "D"}
    assert document["servers"] == {
        "PROD": {"host": "example.com:8443", "protocol": "socketio", "pathname": "/base"}
    }
    assert json.loads(talk.io.asyncapi_doc.get_json()) == document


def test_registering_warns_of_nothing(here: Any) -> None:
    """Pydantic's warnings about schemas would be the user's."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        talk = here()

        @talk.io.on("d", **TYPED)
        def d(data: Move, when: dt.datetime = NOON, *rest: Point) -> decimal.Decimal:
            raise NotImplementedError

        document_of(talk)
    assert [str(w.message) for w in caught] == []


def test_errors_of_the_drop_in_are_contract_violations() -> None:
    """One `except` for all of them."""
    for error in (
        RequestValidationError,
        ResponseValidationError,
        EmitValidationError,
        AckValidationError,
    ):
        assert issubclass(error, ContractViolation)
    assert sys.version_info >= (3, 10)
