"""The document of handlers is legal, complete, in order, and always the same."""

# ruff: noqa: UP007, UP045  # the old spellings of types are tested, too

from __future__ import annotations

import enum
import json
import re
from typing import Annotated, Any, Generic, Literal, NamedTuple, Optional, TypeVar, Union

import pytest
from either_pydantic import GenericModel, computed_field, config, only_pydantic_2, root_model
from pydantic import BaseModel, Field, Json, create_model

from asyncapi_guard import Policy, load
from asyncapi_guard.codefirst import About, Registry, build_document
from asyncapi_guard.codefirst.document import server_of
from asyncapi_guard.guard import Guard
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.serializing import to_yaml

LEGAL = re.compile(r"[A-Za-z0-9._\-]+")
T = TypeVar("T")


class Move(BaseModel, **config(json_schema_extra={"examples": [{"x": 1}]})):
    """A move on the board."""

    x: int = Field(ge=0, description="the column", examples=[1])


class Tree(BaseModel):
    children: list[Tree] = []


class Shape(BaseModel):
    """Is not the same both ways."""

    side: float

    @computed_field
    def area(self) -> float:
        return self.side**2


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Pair(NamedTuple):
    left: int
    right: str


class Kind(enum.Enum):
    NEW = "new"
    OLD = "old"


class Box(GenericModel, Generic[T]):
    content: T


def registry_of(*handlers: tuple[str, str, Any]) -> Registry:
    registry = Registry()
    for namespace, event, handler in handlers:
        registry.receive(namespace, event, handler, hints=True)
    return registry


def document_of(registry: Registry, **about: Any) -> dict[str, Any]:
    """The document, which is strictly clean, loads, and has only legal names."""
    document = build_document(registry, About(**about))
    # An event without a letter is odd, and a document can say it.
    found = [finding for finding in lint(document) if finding.code != "event-name"]
    assert [str(finding) for finding in found] == []
    load(document)
    for names in (
        document["channels"],
        document["operations"],
        document.get("servers", ()),
        *document.get("components", {}).values(),
        *(channel["messages"] for channel in document["channels"].values()),
    ):
        assert all(LEGAL.fullmatch(name) for name in names), names
    return document


def takes_move(data: Move) -> Move:
    """Make a move."""
    return data


def with_hints(**hints: Any) -> Any:
    def handler(*args: Any) -> Any: ...

    import inspect

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind) for name in hints if name != "return"]
    handler.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    handler.__annotations__ = hints
    return handler


ODD = ["user/create", "user~1create", "user create", "user_create", "User-Create", "a-b", "a_b"]
ODDER = ["событие", "*x", "🎲", "%41", "a.b", "", " ", "{x}", "a_b_2", "x" * 200, "новое"]


def test_ids_are_legal_and_do_not_collide() -> None:
    """Any event in any namespace, received and sent, has one message and one operation."""
    registry = Registry()
    namespaces = ["/", "/a-b", "/a_b", "/a/b", "/чат", "/root", "/A_B"]
    for namespace in namespaces:
        for event in (*ODD, *ODDER):
            registry.receive(namespace, event, takes_move, hints=True)
            registry.send(namespace, event, Move)
    document = document_of(registry)
    total = len(namespaces) * len((*ODD, *ODDER)) * 2
    assert len(document["operations"]) == len(document["components"]["messages"]) == total
    assert [c["address"] for c in document["channels"].values()] == namespaces
    contract = load(document)
    heard = {
        (contract.channels[o.channel].address, o.action.value, o.messages[0].event)
        for o in contract.operations.values()
    }
    assert len(heard) == total


def test_the_order_of_registration_is_kept() -> None:
    """Of namespaces and of events."""
    registry = registry_of(*(("/z", e, takes_move) for e in "cab"), ("/a", "x", takes_move))
    registry.send("/z", "b", Move)
    document = document_of(registry)
    assert list(document["channels"]) == ["z", "a"]
    names = [m["name"] for m in document["components"]["messages"].values()]
    assert names == ["c", "a", "b", "x", "b"]


def test_the_same_registrations_make_the_same_document() -> None:
    """To the byte."""

    def text() -> str:
        registry = registry_of(
            ("/", "a", takes_move), ("/", "b", with_hints(t=Tree, **{"return": Shape}))
        )
        registry.receive("/", "bare", lambda data: data, hints=False)
        return to_yaml(document_of(registry))

    assert text() == text()


def test_a_document_of_nothing_is_clean() -> None:
    """An application in its first minute."""
    document = document_of(Registry())
    assert document["channels"] == {}
    assert document["operations"] == {}


def test_descriptions_and_examples_come_from_code() -> None:
    """Docstrings, fields, models, and what `doc_emit` is told."""
    registry = registry_of(("/", "move", takes_move))
    registry.send("/", "moved", Move, description="It moved.")
    document = document_of(registry, description="A game.")
    messages, schemas = document["components"]["messages"], document["components"]["schemas"]
    assert document["info"]["description"] == "A game."
    assert messages["move"]["description"] == "Make a move."
    assert messages["moved"]["description"] == "It moved."
    assert schemas["Move"]["description"] == "A move on the board."
    assert schemas["Move"]["examples"] == [{"x": 1}]
    assert schemas["Move"]["properties"]["x"]["description"] == "the column"
    assert schemas["Move"]["properties"]["x"]["examples"] == [1]


@only_pydantic_2("has no computed fields; those that it leaves out are tested with hints")
def test_a_model_that_is_the_same_both_ways_is_one_component() -> None:
    """One that is not is two."""
    registry = registry_of(
        ("/", "move", takes_move), ("/", "shape", with_hints(a=Shape, **{"return": Shape}))
    )
    schemas = document_of(registry)["components"]["schemas"]
    assert sorted(schemas) == ["Move", "Shape-Input", "Shape-Output"]
    assert "area" in schemas["Shape-Output"]["required"]
    assert "area" not in schemas["Shape-Input"]["properties"]


def test_models_of_one_name_are_told_apart() -> None:
    """Generic ones, and those of different modules, by legal names."""
    one, two = create_model("Same", a=(int, ...)), create_model("Same", b=(str, ...))
    odd, anything = create_model("Имя", a=(int, ...)), create_model("Anything", a=(int, ...))
    registry = registry_of(
        ("/", "e", with_hints(a=one, b=two, c=odd, d=anything, e=Box[int], f=Box[Move]))
    )
    registry.receive("/", "bare", lambda data: data, hints=False)
    document = document_of(registry)
    schemas = document["components"]["schemas"]
    assert len(schemas) == 8
    items = document["components"]["messages"]["e"]["payload"]["items"]
    names = [item["allOf"][0]["$ref"].rpartition("/")[2] for item in items]
    assert names == ["Same", "Same_2", "schema", "Anything_2", "Box_int", "Box_Move"]
    found = [schemas[name]["properties"] for name in names]
    assert list(map(list, found)) == [["a"], ["b"], ["a"], ["a"], ["content"], ["content"]]


@pytest.mark.parametrize(
    ("hints", "payload"),
    [
        ({}, {"type": "null"}),
        ({"a": int}, {"type": "integer"}),
        (
            {"a": tuple[int, str]},
            {"items": [{"items": [{"type": "integer"}, {"type": "string"}]}], "maxItems": 1},
        ),
        ({"a": int, "b": str}, {"items": [{"type": "integer"}, {"type": "string"}], "minItems": 2}),
        ({"a": Move}, {"$ref": "#/components/schemas/Move"}),
        (
            {"a": Optional[Move]},
            {"anyOf": [{"$ref": "#/components/schemas/Move"}, {"type": "null"}]},
        ),
        ({"a": Json[Move]}, {"type": "string", "contentMediaType": "application/json"}),
        ({"a": list[Tree]}, {"items": {"$ref": "#/components/schemas/Tree"}}),
    ],
    ids=str,
)
def test_arguments_are_said_in_the_profiles_words(hints: Any, payload: Any) -> None:
    """One schema for one argument, positions for several."""
    document = document_of(registry_of(("/", "e", with_hints(**hints))))
    assert _has(document["components"]["messages"]["e"]["payload"], payload)


def _has(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return all(key in found and _has(found[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_has, found, expected))
    return bool(found == expected)


def test_optional_arguments_and_the_rest() -> None:
    """How many there may be is said."""

    def handler(a: int, b: str = "", *rest: float) -> None: ...

    def closed(a: int = 1) -> None: ...

    messages = document_of(registry_of(("/", "e", handler), ("/", "f", closed)))["components"][
        "messages"
    ]
    assert messages["e"]["payload"] == {
        "type": "array",
        "items": [{"title": "a", "type": "integer"}, {"title": "b", "type": "string"}],
        "minItems": 1,
        "additionalItems": {"title": "rest", "type": "number"},
    }
    assert (messages["f"]["payload"]["minItems"], messages["f"]["payload"]["maxItems"]) == (0, 1)
    assert messages["e"]["x-ack"] == {"type": "null"}


def test_positions_say_which_parameter_they_are() -> None:
    """Beside whatever stands there; a title of its own stays."""

    def handler(
        whole: Move,
        some: list[Move],
        any: Any,
        named: Annotated[int, Field(title="Own", ge=1)],
        pair: tuple[int, str],
        last: Optional[Move] = None,
        *more: Move,
    ) -> None: ...

    payload = document_of(registry_of(("/", "e", handler)))["components"]["messages"]["e"][
        "payload"
    ]
    move = {"$ref": "#/components/schemas/Move"}
    assert payload["items"] == [
        {"title": "whole", "allOf": [move]},
        {"title": "some", "type": "array", "items": move},
        {"title": "any", "anyOf": [{}, {"type": "string", "format": "binary"}]},
        {"title": "Own", "type": "integer", "minimum": 1},
        {
            "title": "pair",
            "type": "array",
            "items": [{"type": "integer"}, {"type": "string"}],
            "minItems": 2,
            "maxItems": 2,
            "additionalItems": False,
        },
        {"title": "last", "anyOf": [move, {"type": "null"}]},
    ]
    assert payload["additionalItems"] == {"title": "more", "allOf": [move]}


def test_a_catch_all_handlers_event_is_no_position() -> None:
    """Its first parameter is the event's name."""

    def handler(event: str, one: int, two: int) -> None: ...

    (channel,) = document_of(registry_of(("/", "*", handler)))["channels"].values()
    items = channel["x-catch-all"]["payload"]["items"]
    assert [item["title"] for item in items] == ["one", "two"]


def test_unions_are_judged_by_their_tags() -> None:
    """The alternatives have constants that say which."""
    pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]
    document = document_of(registry_of(("/", "e", with_hints(a=pet))))
    assert len(document["components"]["messages"]["e"]["payload"]["oneOf"]) == 2


#: What is declared to be sent, what is sent, and what is not.
SENT: dict[str, tuple[list[Any], list[list[Any]], list[list[Any]]]] = {
    "one or several": (
        [int, tuple[int, str]],
        [[1], [1, "a"]],
        [[], ["a"], [1, 2], [[1, "a"]], [[1]], [1, "a", 1], [None]],
    ),
    "several or one": ([tuple[int, str], Move], [[1, "a"], [{"x": 1}]], [[1], [{"x": "1"}]]),
    "two forms of several": (
        [tuple[int, str], tuple[str, int, int]],
        [[1, "a"], ["a", 1, 1]],
        [["a", 1], [1, "a", 1], [], [[1, "a"]]],
    ),
    "several or none": ([tuple[int, str], None], [[], [1, "a"]], [[1], [None]]),
    "any or several": ([Any, tuple[int, str]], [[], [1], [1, 2, 3], [[1, "a"]]], []),
    "optional or several": ([Optional[int], tuple[int, str]], [[], [None], [1], [1, "a"]], [["a"]]),
    "bytes or several": ([bytes, tuple[int, str]], [[b"a"], [1, "a"]], [[1], [b"a", "a"], ["a"]]),
    "a list that is one argument": (
        [list[int], tuple[int, int]],
        [[[1, 2]], [1, 2], [[1]]],
        [[1], [["a"]]],
    ),
    "a named tuple": ([Pair, int], [[1, "a"], [1]], [["a"], [1, 2]]),
    "a model that is a tuple": (
        [root_model(tuple[int, str]), int],
        [[[1, "a"]], [1]],
        [[1, "a"], [[1]]],
    ),
    "one argument of two kinds": ([int, Move], [[1], [{"x": 1}]], [[], ["a"], [1, 1]]),
}


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@pytest.mark.parametrize("row", SENT)
def test_what_is_sent_may_have_several_forms(row: str, engine: Any) -> None:
    """Each with its number of arguments; the document is clean, and the guard judges by it."""
    types, fitting, others = SENT[row]
    registry = Registry()
    for type in types:
        registry.send("/", "e", type)
    guard = Guard(load(document_of(registry), engine=engine), Policy())
    for args in (*fitting, *others):
        verdict = guard.send_event("/", "e", args, binary=any(isinstance(a, bytes) for a in args))
        assert (verdict.violation is None) == (args in fitting), args


def test_catch_all_handlers_stand_beside_the_messages() -> None:
    """AsyncAPI has no word for them."""
    registry = Registry()

    def everything(event: str, data: Move) -> None: ...

    registry.receive("/", "*", everything, hints=True)
    registry.receive("*", "move", takes_move, hints=True)
    registry.receive("*", "*", everything, hints=True)
    document = document_of(registry)
    root, wide = document["channels"].values()
    assert root["x-catch-all"]["payload"] == {"$ref": "#/components/schemas/Move"}
    assert wide["address"] == "/{namespace}"


def test_connects_and_disconnects_are_messages_without_acks() -> None:
    """What they return is no ack."""

    def connect(auth: Move) -> bool: ...

    def disconnect(reason: str) -> None: ...

    def bare() -> None: ...

    registry = registry_of(
        ("/", "connect", connect),
        ("/", "disconnect", disconnect),
        ("/n", "connect", bare),
        ("/n", "disconnect", bare),
    )
    registry.receive("/m", "connect", lambda: None, hints=False)
    messages = document_of(registry)["components"]["messages"]
    assert messages["connect"]["payload"] == {"$ref": "#/components/schemas/Move"}
    assert messages["n_connect"]["payload"] == {}
    assert messages["n_disconnect"]["payload"] == {"type": "string"}
    assert not any("x-ack" in message for message in messages.values())


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://localhost:5000", {"host": "localhost:5000", "protocol": "socketio"}),
        ("https://example.com", {"host": "example.com", "protocol": "socketio"}),
        ("wss://example.com/", {"host": "example.com", "protocol": "socketio"}),
        ("ws://example.com", {"host": "example.com", "protocol": "socketio"}),
        ("example.com:80", {"host": "example.com:80", "protocol": "socketio"}),
        ("localhost", {"host": "localhost", "protocol": "socketio"}),
        ("http://[::1]:5000", {"host": "[::1]:5000", "protocol": "socketio"}),
        (
            "https://user:secret@example.com:8443/base/path?token=secret#secret",
            {"host": "example.com:8443", "protocol": "socketio", "pathname": "/base/path"},
        ),
        ("HTTPS://EXAMPLE.com", {"host": "example.com", "protocol": "socketio"}),
    ],
)
def test_a_server_is_read_from_its_url(url: str, server: dict[str, str]) -> None:
    """What is secret in it stays out."""
    assert server_of(url) == server
    document = document_of(Registry(), server_url=url, server_name="My server/1")
    assert list(document["servers"].values()) == [server]
    assert "secret" not in json.dumps(document)


@pytest.mark.parametrize(
    "url",
    [
        *("", "http://", "://", "http://:80", "http://a:port", "http://[::1", "http://u:secret@:1"),
        *("http://{secret}/", "http://a secret/"),
    ],
)
def test_what_is_no_url_is_rejected_without_its_secrets(url: str) -> None:
    """A URL may hold a password, also a wrong one."""
    with pytest.raises(ValueError, match="server_url") as caught:
        server_of(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_braces_in_a_path_are_no_variables() -> None:
    """A URL has them as they are; AsyncAPI takes them for a variable that is not there."""
    url = "http://example.com/a{b}%7Bc d/é"
    assert server_of(url)["pathname"] == "/a%7Bb%7D%7Bc%20d/%C3%A9"
    assert lint(document_of(Registry(), server_url=url)) == ()


def test_how_clients_show_who_they_are_is_said_when_it_is_declared() -> None:
    """A scheme among the components, and who wants it."""
    schemes = {
        "token": {"type": "httpApiKey", "in": "query", "name": "token"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    document = document_of(Registry(), server_url="https://a.example", security=schemes)
    assert document["components"]["securitySchemes"] == schemes
    assert document["servers"]["BACKEND"]["security"] == [
        {"$ref": "#/components/securitySchemes/token"},
        {"$ref": "#/components/securitySchemes/basic"},
    ]
    assert lint(document) == ()
    document["components"]["securitySchemes"]["token"]["in"] = "header"
    assert schemes["token"]["in"] == "query"


@pytest.mark.parametrize(
    "security",
    [
        ["token"],
        {"token": "secret"},
        {"token": {}},
        {"to ken": {"type": "plain"}},
        {1: {"type": "x"}},
    ],
)
def test_security_that_is_none_is_rejected(security: Any) -> None:
    with pytest.raises(ValueError, match="Security Scheme Objects by name, such as") as caught:
        document_of(Registry(), security=security)
    assert "secret" not in str(caught.value)


def test_a_server_is_called_a_server_when_nothing_is_left_of_its_name() -> None:
    """Keys of servers have Latin letters."""
    document = document_of(Registry(), server_url="http://a", server_name="сервер")
    assert list(document["servers"]) == ["server"]


def test_a_server_that_nobody_has_declared_is_in_no_document() -> None:
    """A host that an application does not say would be sent to whoever reads the document."""
    assert "servers" not in document_of(Registry())
    with pytest.raises(ValueError, match="also pass server_url"):
        build_document(Registry(), About(server_name="PROD"))


def test_security_without_a_server_is_said_of_the_operations() -> None:
    """Who may enter is not lost with the place where the server is."""
    scheme = {"type": "httpApiKey", "in": "query", "name": "token"}
    document = document_of(registry_of(("/", "move", takes_move)), security={"token": scheme})
    (operation,) = document["operations"].values()
    assert operation["security"] == [{"$ref": "#/components/securitySchemes/token"}]


def test_titles_are_those_that_authors_write() -> None:
    """Of classes and of fields; what Pydantic makes of their names says nothing new."""

    class Own(BaseModel, **config(title="A thing of one's own")):
        first_name: str
        last_name: str = Field(title="Family name")
        kind: Kind
        pair: Pair

    def handler(data: Own) -> Own:
        return data

    components = document_of(registry_of(("/", "e", handler)))["components"]["schemas"]
    assert components["Own"]["title"] == "A thing of one's own"
    assert components["Own"]["properties"]["first_name"] == {"type": "string"}
    assert components["Own"]["properties"]["last_name"]["title"] == "Family name"
    assert "title" not in components["Kind"]
    assert json.dumps(components).count('"title"') == 4  # and the two positions of a pair
    assert '"title": "left"' in json.dumps(components)


def test_what_a_program_knows_is_not_changed_by_reading_it() -> None:
    """Documents of one registry do not share what is in them."""
    registry = registry_of(("/", "move", takes_move), ("/", "any", with_hints(a=Any)))
    registry.receive("/", "bare", lambda data: data, hints=False)
    first = document_of(registry)
    text = json.dumps(first)
    _spoil(first)
    assert json.dumps(document_of(registry)) == text


def _spoil(data: Any) -> None:
    for item in list(data.values()) if isinstance(data, dict) else data:
        if isinstance(item, (dict, list)):
            _spoil(item)
    data.clear()


@pytest.mark.parametrize(
    "hint", [Any, object, Optional[Any], Any | None, Annotated[Any, "said"], Union[int, Any]]
)
def test_whatever_says_nothing_takes_binary_data(hint: Any) -> None:
    """However it is spelt: nothing is left out of it that `Any` takes."""
    registry = registry_of(("/", "save", with_hints(data=hint)))
    document = document_of(registry)
    (message,) = document["components"]["messages"].values()
    assert message["payload"] == {"anyOf": [{}, {"type": "string", "format": "binary"}]}


def test_a_constraint_on_anything_stays() -> None:
    """It says something."""
    registry = registry_of(("/", "save", with_hints(data=Annotated[Any, Field(title="Data")])))
    (message,) = document_of(registry)["components"]["messages"].values()
    assert message["payload"] == {"title": "Data"}
