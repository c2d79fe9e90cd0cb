"""What handlers get, and clients are answered, by generated types of each style: over sockets."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import socketio as pysocketio
from flask import Flask
from test_models import accepts, document, generated, imported
from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard import AsyncAPISocketIO, RegistrationError
from asyncapi_guard.codegen.catalogue import read_catalogue
from asyncapi_guard.codegen.typescript import RESERVED, typescript
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 120
STRING = {"type": "string"}
SERVED = ["pydantic", "dataclass", "typeddict"]


class _Silent(WSGIRequestHandler):
    def log(self, *args: Any) -> None:
        pass


@contextlib.contextmanager
def conversation(spec: Any, register: Callable[[Any], None]) -> Iterator[Any]:
    """A client of a guarded server, connected by websocket."""
    app = Flask(__name__)
    server = AsyncAPISocketIO(app, spec=spec, typed=True, async_mode="threading")
    register(server)
    made = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    client = pysocketio.Client(reconnection=False, handle_sigint=False)
    try:
        address = f"http://127.0.0.1:{made.server_port}"
        client.connect(address, transports=["websocket"], wait_timeout=PATIENCE)
        yield client
    finally:
        if client.eio.ws is not None:
            client.eio.ws.close = functools.partial(client.eio.ws.close, timeout=0)
        client.disconnect()
        client.eio.wait()
        made.shutdown()
        thread.join(PATIENCE)


def echo(server: Any, event: str, kind: Any, got: list[Any]) -> None:
    """A handler that answers with what it got."""

    def handle(value: Any) -> Any:
        got.append(value)
        return value

    handle.__annotations__ = {"value": kind, "return": kind}
    server.on(event)(handle)


def answered(spec: Any, kind: Any, value: Any) -> tuple[Any, Any]:
    """What a handler of `say` got, and what its client was answered."""
    got: list[Any] = []
    with conversation(spec, lambda server: echo(server, "say", kind, got)) as client:
        answer = client.call("say", value, timeout=PATIENCE)
    return (got[0] if got else None), answer


def of(schema: Any, schemas: dict[str, Any] | None = None) -> Any:
    """A document in which `say` is answered with what it brings."""
    return document(schema, schemas, ack=schema)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


# -- unions ----------------------------------------------------------------------------------------

CIRCLE = {
    "type": "object",
    "required": ["form", "radius"],
    "properties": {"form": {"const": "Circle"}, "radius": {"type": "number"}},
}
SQUARE = {
    "type": "object",
    "required": ["form", "side"],
    "properties": {"form": {"const": "Square"}, "side": {"type": "number"}},
}


def shapes(word: str = "oneOf", **beside: Any) -> dict[str, Any]:
    union = {
        "type": "object",
        "discriminator": "form",
        "required": ["form"],
        "properties": {"form": STRING},
        word: [ref("Circle"), ref("Square")],
        **beside,
    }
    return {"Shape": union, "Circle": CIRCLE, "Square": SQUARE}


@pytest.mark.parametrize("word", ["oneOf", pytest.param("anyOf", marks=pytest.mark.slow)])
@pytest.mark.parametrize("style", SERVED)
def test_a_union_is_of_the_components_own_classes(style: str, word: str) -> None:
    """Also where what tells them apart is said beside the alternatives, as it should be."""
    spec = of(ref("Shape"), shapes(word))
    made = imported(generated(spec, style=style))
    got, answer = answered(spec, made.Shape, {"form": "Square", "side": 2.5})
    assert answer == {"form": "Square", "side": 2.5}
    if style == "typeddict":
        assert got == answer
    else:
        assert type(got) is made.Square
    assert "Shape1" not in vars(made)


def test_a_union_of_unions_is_of_the_components_classes_too() -> None:
    nested = {
        "type": "object",
        "discriminator": "form",
        "required": ["form"],
        "properties": {"form": {"enum": ["Circle", "Square", "Line"]}},
        "oneOf": [ref("Shape"), ref("Line")],
    }
    line = {"type": "object", "required": ["form"], "properties": {"form": {"const": "Line"}}}
    schemas = {**shapes(), "Figure": nested, "Line": line}
    spec = of(ref("Figure"), schemas)
    made = imported(generated(spec))
    assert type(answered(spec, made.Figure, {"form": "Circle", "radius": 1})[0]) is made.Circle
    assert "allOf" not in {loss.keyword for loss in generated(spec).losses}


def test_what_alternatives_lack_is_in_subclasses_of_them() -> None:
    """A common property that the components do not have is kept, and they are told apart."""
    common = {"form": STRING, "id": {"type": "integer"}}
    spec = of(ref("Shape"), shapes(properties=common, required=["form", "id"]))
    made = imported(generated(spec))
    got, answer = answered(spec, made.Shape, {"form": "Circle", "radius": 1, "id": 7})
    assert isinstance(got, made.Circle)
    assert got.id == 7
    assert answer == {"form": "Circle", "radius": 1, "id": 7}
    assert not accepts(made.Shape, {"form": "Circle", "radius": 1})


def test_what_is_said_beside_alternatives_alone_is_reported() -> None:
    beside = {"form": {"type": "string", "maxLength": 4}}
    found = generated(of(ref("Shape"), shapes(properties=beside))).losses
    assert [(loss.keyword, "form" in loss.text) for loss in found] == [("properties", True)]
    closed = generated(of(ref("Shape"), shapes(additionalProperties=False))).losses
    assert "the alternative isn't an instance of the component" in {loss.text for loss in closed}


# -- types that others extend ----------------------------------------------------------------------

VEHICLE = {
    "type": "object",
    "discriminator": "sort",
    "required": ["sort"],
    "properties": {"sort": STRING, "wheels": {"type": "integer"}},
}
VEHICLES = {
    "Vehicle": VEHICLE,
    "Truck": {"allOf": [ref("Vehicle"), {"properties": {"load": {"type": "number"}}}]},
}
TRUCK = {"sort": "Truck", "wheels": 6, "load": 2.5}


@pytest.mark.parametrize("style", SERVED)
def test_what_a_subtype_adds_is_kept(style: str) -> None:
    """A handler of the type that has a discriminator gets it, and it goes out again."""
    spec = of(ref("Vehicle"), VEHICLES)
    made = imported(generated(spec, style=style))
    got, answer = answered(spec, made.Vehicle, TRUCK)
    assert answer == TRUCK
    assert (got["load"] if style == "typeddict" else got.load) == 2.5


@pytest.mark.parametrize("style", SERVED)
def test_what_a_subtype_adds_is_kept_inside_of_something(style: str) -> None:
    garage = {"type": "object", "properties": {"cars": {"type": "array", "items": ref("Vehicle")}}}
    spec = of(ref("Garage"), {**VEHICLES, "Garage": garage})
    made = imported(generated(spec, style=style))
    assert answered(spec, made.Garage, {"cars": [TRUCK]})[1] == {"cars": [TRUCK]}


@pytest.mark.parametrize("style", SERVED)
@pytest.mark.parametrize(
    "extra",
    [True, *(pytest.param(e, marks=pytest.mark.slow) for e in (None, False, {"type": "integer"}))],
)
def test_properties_that_match_patterns_are_kept(style: str, extra: Any) -> None:
    schema = {
        "type": "object",
        "required": ["key"],
        "properties": {"key": {"type": "integer"}},
        "patternProperties": {"^x-": STRING},
        **({} if extra is None else {"additionalProperties": extra}),
    }
    spec = of(ref("Labels"), {"Labels": schema})
    made = imported(generated(spec, style=style))
    value = {"key": 1, "x-colour": "red", **({"more": 2} if extra not in (None, False) else {})}
    assert answered(spec, made.Labels, value)[1] == value


def test_what_msgspec_drops_is_reported() -> None:
    found = generated(of(ref("Vehicle"), VEHICLES), style="msgspec").losses
    assert ("additionalProperties", "#/components/schemas/Vehicle") in {
        (loss.keyword, loss.place[loss.place.index("#") :]) for loss in found
    }


# -- styles ----------------------------------------------------------------------------------------

LETTER = {
    "type": "object",
    "required": ["class", "x-id"],
    "properties": {
        "class": STRING,
        "x-id": {"type": "integer"},
        "from": STRING,
        "replyTo": {"type": "object", "properties": {"in": STRING, "note": STRING}},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "package",
    [pytest.param(True, id="package"), pytest.param(False, id="module", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("style", SERVED)
def test_names_on_the_wire_are_those_of_the_document(
    style: str, package: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of what Python cannot call so, and without nulls for what was not there."""
    spec = of(ref("Letter"), {"Letter": LETTER})
    made = generated(spec, style=style, package=package)
    if package:
        (tmp_path / f"letters_{style}").mkdir()
        for name, text in made.files.items():
            (tmp_path / f"letters_{style}" / name).write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        __import__(f"letters_{style}.root")
        module = sys.modules[f"letters_{style}.root"]
    else:
        module = imported(made)
    for value in (
        {"class": "a", "x-id": 1, "from": "ann", "replyTo": {"in": "box"}},
        {"class": "b", "x-id": 2},
    ):
        assert answered(spec, module.Letter, value)[1] == value


def test_subclasses_have_the_names_of_their_bases() -> None:
    schemas = {
        "Note": {"type": "object", "properties": {"from": STRING}},
        "Memo": {"allOf": [ref("Note"), {"type": "object", "properties": {"to-do": STRING}}]},
    }
    spec = of(ref("Memo"), schemas)
    made = imported(generated(spec, style="dataclass"))
    value = {"from": "ann", "to-do": "rest"}
    got, answer = answered(spec, made.Memo, value)
    assert (got.from_, got.to_do, answer) == ("ann", "rest", value)


def test_structs_are_refused_with_the_reason() -> None:
    spec = of(ref("Letter"), {"Letter": {"type": "object", "properties": {"text": STRING}}})
    made = imported(generated(spec, style="msgspec"))
    server = AsyncAPISocketIO(Flask(__name__), spec=spec, typed=True, async_mode="threading")
    for kind in (made.Letter, list[made.Letter]):
        with pytest.raises(RegistrationError, match=r"Letter is a Struct of msgspec.*--style"):
            echo(server, "say", kind, [])


def test_an_ack_that_is_a_list_of_itself_is_given_as_it_is() -> None:
    """By msgspec, which knows no such type."""
    spec = document(True, {"Tree": {"type": "array", "items": ref("Tree")}}, ack=ref("Tree"))
    made = imported(generated(spec, style="msgspec"))

    class Forest:
        def call(self, *_: Any, **__: Any) -> Any:
            return [[], [[]]]

        emit = call

    assert made.call_say(Forest(), 1, to="x") == [[], [[]]]


# -- enums, and what cannot be changed -------------------------------------------------------------

LAMP = {
    "type": "object",
    "required": ["state"],
    "properties": {
        "state": {"oneOf": [{"const": "on", "title": "On"}, {"const": "off"}]},
        "level": {"enum": [1, 2, 3], "default": 2},
        "mood": {"type": ["string", "null"], "enum": ["warm", "cold", None]},
        "rooms": {"type": "array", "items": ref("Room")},
        "mixed": {"enum": [1, "one", True]},
        "upper": {"enum": ["title", "name", "mro", "A b", "a b", ""]},
    },
    "additionalProperties": False,
}
LAMPS = {"Lamp": LAMP, "Room": {"enum": ["attic", "cellar"]}}


@pytest.mark.parametrize("style", SERVED)
def test_lists_of_values_are_enums_on_request(style: str) -> None:
    """Handlers get members, and clients the values; mixed lists are no enum."""
    spec = of(ref("Lamp"), LAMPS)
    made = imported(generated(spec, style=style, enums=True))
    value = {"state": "off", "level": 3, "mood": "warm", "rooms": ["attic"], "mixed": 1}
    value["upper"] = "A b"
    got, answer = answered(spec, made.Lamp, value)
    assert answer == value
    lamp = got if style == "typeddict" else vars(got)
    assert lamp["state"] is made.LampState.OFF
    assert lamp["level"] is made.LampLevel(3)
    assert lamp["mood"] is made.LampMood.WARM
    assert lamp["rooms"] == [made.Room.ATTIC]
    assert lamp["mixed"] == 1
    nothing = {"state": "on", "mood": None} if style != "dataclass" else {"state": "on"}
    sent = answered(spec, made.Lamp, nothing)[1]
    assert sent == nothing if style != "dataclass" else sent.items() >= nothing.items()


def test_enums_are_sent_as_their_values() -> None:
    """By the helpers, too, of each style."""
    spec = of(ref("Lamp"), LAMPS)
    sent: list[Any] = []

    class Recorder:
        def emit(self, event: str, args: Any, **_: Any) -> None:
            sent.append(json.loads(json.dumps(args)))

        call = emit

    for style in ("pydantic", "dataclass", "msgspec"):
        made = imported(generated(spec, style=style, enums=True))
        made.emit_say(Recorder(), made.Lamp(state=made.LampState.ON, level=made.LampLevel(1)))
    assert sent == [[{"state": "on", "level": 1}]] * 3


def test_a_mixed_list_is_reported() -> None:
    found = generated(of(ref("Lamp"), LAMPS), enums=True).losses
    assert [loss.place.rpartition("/")[2] for loss in found if loss.keyword == "enum"] == ["mixed"]


@pytest.mark.parametrize("style", ["pydantic", "dataclass", "msgspec"])
def test_frozen_instances_cannot_be_changed(style: str) -> None:
    spec = of(ref("Lamp"), {"Lamp": {"type": "object", "properties": {"on": {"type": "boolean"}}}})
    made = imported(generated(spec, style=style, frozen=True))
    lamp = made.Lamp(on=True)
    with pytest.raises((AttributeError, ValueError)):
        lamp.on = False
    assert hash(lamp) == hash(made.Lamp(on=True))
    if style != "msgspec":
        assert answered(spec, made.Lamp, {"on": True}) == (lamp, {"on": True})


# -- titles ----------------------------------------------------------------------------------------

PLACES = [{**ref("Person"), "title": "winner"}, {**ref("Person"), "title": "loser"}]
FORM = "application/schema+json;version=2020-12"
PERSON = {"Person": STRING}


def test_a_title_beside_a_reference_counts_where_the_dialect_says_so() -> None:
    """From 2019-09 on it does; in AsyncAPI's own it is ignored, as all that stands there."""
    schema = {"type": "array", "prefixItems": PLACES, "minItems": 2, "items": False}
    new = document({"schemaFormat": FORM, "schema": schema}, PERSON)
    new["components"]["schemas"] = {"Person": {"schemaFormat": FORM, "schema": STRING}}
    old = document(
        {"type": "array", "items": PLACES, "minItems": 2, "additionalItems": False}, PERSON
    )
    emit = [imported(generated(spec)).emit_say for spec in (new, old)]
    names = [[*inspect.signature(each).parameters][1:3] for each in emit]
    assert names == [["winner", "loser"], ["person", "arg2"]]
    types = [
        typescript(read_catalogue(open_documents(spec), reserved=RESERVED), [])
        for spec in (new, old)
    ]
    assert "(winner: Person, loser: Person)" in types[0]
    assert "(person: Person, person2: Person)" in types[1]
