"""Models of a document: modules that import, whose types say what the document says."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import types
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from levels import LEVEL

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import pydantic
from drawing import values
from hypothesis import HealthCheck, Phase, given, settings

from asyncapi_guard.codegen.catalogue import read_catalogue
from asyncapi_guard.codegen.python.datamodel_generator import GenerationError
from asyncapi_guard.codegen.python.models import HEADER, Destination, Generated, generate_models
from asyncapi_guard.codegen.python.options import STYLES, Options
from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.codegen.catalogue import Form
    from asyncapi_guard.contract import Message

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "real"
ALL = LEVEL.everything
slow = pytest.mark.skipif(not ALL, reason="takes several seconds: set REQUIRE_ALL=1")
TEXT = {"type": "string"}
TYPES = [sys.executable, "-m"]


def document(
    payload: Any = True,
    schemas: dict[str, Any] | None = None,
    *,
    ack: Any = None,
    event: str = "say",
    address: str = "/",
    **messages: Any,
) -> dict[str, Any]:
    """A document in which one channel receives and sends the same."""
    message = {"name": event, "payload": payload, **({} if ack is None else {"x-ack": ack})}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": address, "messages": {"m": message, **messages}}},
        "operations": {
            "r": {"action": "receive", "channel": {"$ref": "#/channels/c"}},
            "s": {"action": "send", "channel": {"$ref": "#/channels/c"}},
        },
        "components": {"schemas": schemas or {}},
    }


def generated(spec: Any, *, package: bool = False, **options: Any) -> Generated:
    name = Path(spec).name if isinstance(spec, (str, Path)) else "asyncapi.yml"
    destination = Destination(name, "models" if package else "models.py", package)
    return generate_models(open_documents(spec), Options(**options), destination)


def imported(made: Generated) -> types.ModuleType:
    """The module that was made, run."""
    module = types.ModuleType("generated")
    sys.modules[module.__name__] = module  # where Pydantic looks for what annotations name
    exec(compile(made.files[""], "generated.py", "exec"), module.__dict__)
    return module


def module(payload: Any = True, schemas: Any = None, **more: Any) -> Any:
    return imported(generated(document(payload, schemas, **more)))


def accepts(kind: Any, value: Any) -> bool:
    try:
        pydantic.TypeAdapter(kind).validate_python(value)
    except pydantic.ValidationError:
        return False
    return True


def losses(payload: Any, schemas: Any = None) -> set[tuple[str, str]]:
    found = generated(document(payload, schemas)).losses
    return {(loss.keyword, loss.place.partition("#")[2]) for loss in found}


# -- names -----------------------------------------------------------------------------------------


def test_types_have_the_names_of_the_catalogue() -> None:
    """Also where the library would have made up names, and where ours are wanted."""
    point = {"type": "object", "properties": {"x": {"type": "integer"}}}
    schemas = {
        "EVENTS": point,
        "Handlers": point,
        "Field": TEXT,
        "any": TEXT,
        "Text": TEXT,
        "user-name": TEXT,
        "order": {
            "type": "object",
            "properties": {
                "customer": point,
                "lines": {"type": "array", "items": point},
                "codes": {"type": "array", "items": {"type": "string", "minLength": 2}},
            },
        },
    }
    made = module({"$ref": "#/components/schemas/order"}, schemas)
    assert {"EVENTS2", "Handlers", "Field2", "Any2", "Text", "UserName", "Order"} <= vars(
        made
    ).keys()
    assert {"OrderCustomer", "OrderLinesItem", "OrderCodesItem"} <= vars(made).keys()
    assert made.SayPayload is made.Order
    assert isinstance(made.EVENTS, dict)
    assert made.RootHandlers if hasattr(made, "RootHandlers") else made.NamespaceHandlers


def test_arguments_have_the_names_of_the_document() -> None:
    """Their titles, else those of the schemas they refer to; what helpers need stays theirs."""
    titles = ["room name", None, "to", "class", "room-name", "answered", "map", "arg9", "rest"]
    items: list[Any] = [{"title": t, "type": "string"} if t else TEXT for t in titles]
    items.append({"$ref": "#/components/schemas/UserName"})
    spec = document(
        {"type": "array", "items": items, "minItems": len(items), "additionalItems": TEXT},
        {"UserName": TEXT},
        ack=TEXT,
    )
    made = imported(generated(spec))
    names = [
        *("room_name", "arg2", "arg3", "arg4", "arg5", "arg6", "arg7", "arg8", "arg9"),
        *("user_name", "rest"),
    ]
    assert list(inspect.signature(made.Handlers.on_say).parameters) == ["self", *names]
    assert list(inspect.signature(made.emit_say).parameters)[1 : len(names) + 1] == names
    sent = Sent()
    made.emit_say(sent, *"abcdefghijkl", callback=print)
    assert sent.args == ("say", tuple("abcdefghijkl"))


class Sent:
    """What was sent, and where."""

    def emit(self, *args: Any, namespace: str, **_: Any) -> None:
        self.args, self.namespace = args, namespace


def test_the_main_namespace_has_the_plain_names() -> None:
    """Wherever it stands in the document."""
    spec = document(TEXT, address="/chat")
    spec["channels"]["d"] = {"address": "/", "messages": {"say": {"payload": TEXT}}}
    for action in ("receive", "send"):
        spec["operations"][action] = {"action": action, "channel": {"$ref": "#/channels/d"}}
    made = imported(generated(spec))
    assert made.EVENTS["/", "send", "say"].payloads[0].kind is made.SayPayload
    sent = Sent()
    made.emit_say(sent, "x")
    assert sent.namespace == "/"
    made.emit_chat_say(sent, "x")
    assert sent.namespace == "/chat"
    assert [key[0] for key in made.EVENTS] == ["/chat", "/chat", "/", "/"]


def test_a_payload_that_is_a_reference_is_an_alias() -> None:
    """No wrapper: it can be made, and is the same class."""
    schema = {"type": "object", "properties": {"a": TEXT}}
    made = module({"$ref": "#/components/schemas/A"}, {"A": schema})
    assert made.SayPayload(a="x") == made.A(a="x")


def test_places_are_references_into_the_document() -> None:
    """Each class leads to where it stands, also what stands in the midst of something else."""
    inner = {"type": "object", "properties": {"b": {"type": "object", "properties": {"c": TEXT}}}}
    made = module(inner, {"x/y": inner})
    assert made.SOURCE.file == "asyncapi.yml"
    assert made.SOURCE.schemas == {
        made.XY: "#/components/schemas/x~1y",
        made.XYB: "#/components/schemas/x~1y/properties/b",
        made.SayPayload: "#/channels/c/messages/m/payload",
        made.SayPayloadB: "#/channels/c/messages/m/payload/properties/b",
    }
    (form,) = made.EVENTS["/", "receive", "say"].payloads
    assert form == (made.SayPayload, (made.SayPayload,), 1, None, "#/channels/c/messages/m")


def test_places_in_other_files_are_relative(tmp_path: Path) -> None:
    """As the references are: nothing tells where the project lies."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a b.json").write_text(json.dumps({"definitions": {"n": TEXT}}))
    spec = document({"$ref": "shared/a%20b.json#/definitions/n"})
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    made = generated(tmp_path / "spec.json")
    assert "shared/a%20b.json#/definitions/n" in imported(made).SOURCE.schemas.values()
    assert str(tmp_path) not in made.files[""]


# -- what types say --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (True, [None, 1, {}], []),
        (TEXT, ["", "x"], [1, None]),
        ({"type": ["string", "null"], "minLength": 2}, [None, "xx"], ["x", 1]),
        ({"type": ["integer", "string"], "minimum": 3, "maxLength": 1}, [3, "x"], [2, "xx", None]),
        ({"type": "integer", "minimum": 0.5}, [1], [0]),
        ({"type": "number", "exclusiveMaximum": 2, "maximum": 2}, [1.5], [2]),
        (
            {"type": "string", "format": "date-time"},
            ["2020-01-01T00:00:00Z"],
            ["2020-01-01T00:00:00"],
        ),
        ({"type": "string", "format": "binary"}, [b"\xff"], [1]),
        ({"type": "string", "format": "password"}, ["secret"], []),
        ({"enum": ["a", 1, None]}, ["a", 1, None], ["b", 2]),
        ({"enum": [1.5, {"a": 1}]}, [1.5, {"a": 1}], ["x"]),
        ({"const": "x"}, ["x"], ["y"]),
        ({"enum": [2**63 - 1, 2**70]}, [2**63 - 1, 2**70], ["x"]),
        ({"const": None}, [None], [0]),
        ({"type": "array", "items": False}, [[]], [[1]]),
        (
            {"type": "object", "required": ["a"], "properties": {"b": TEXT}},
            [{"a": 1}, {"a": None, "b": "x", "c": 1}],
            [{}, {"a": 1, "b": 2}],
        ),
        (
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
            [{}, {"a": "x"}],
            [{"b": 1}],
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, [{"a": 1}], [{"a": "x"}]),
        (
            {
                "type": "object",
                "properties": {"a": TEXT},
                "patternProperties": {"^x": {"type": "integer"}},
                "additionalProperties": False,
            },
            [{"a": "s", "x1": 1}],
            [{"x1": "s"}],
        ),
        (
            {
                "type": "object",
                "properties": {"a": TEXT, "b": TEXT},
                "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
            [{"a": "x"}, {"b": "x"}],
            [{}, {"a": 1}],
        ),
        (
            {
                "allOf": [
                    {"type": "object", "properties": {"k": TEXT, "o": TEXT}, "required": ["k"]},
                    {"properties": {"k": {"const": "s"}}, "required": ["o"]},
                ]
            },
            [{"k": "s", "o": "x"}],
            [{"k": "t", "o": "x"}, {"k": "s"}],
        ),
        ({"allOf": [TEXT, {"minLength": 2}, {"maxLength": 3}]}, ["xx"], ["x", "xxxx"]),
        (
            {
                "allOf": [
                    {"type": ["object", "null"], "properties": {"a": TEXT}},
                    {"properties": {"b": TEXT}, "required": ["b"]},
                ]
            },
            [None, {"b": "x"}, {"a": "x", "b": "x"}],
            [{}, {"a": 1, "b": "x"}, {"b": 1}],
        ),
        (
            {
                "allOf": [
                    {"type": ["object", "null"], "properties": {"a": TEXT}},
                    {"type": "object", "properties": {"b": TEXT}},
                ]
            },
            [{"a": "x", "b": "x"}],
            [None, {"a": 1}, {"b": 1}],
        ),
        ({"allOf": [{"type": ["string", "null"]}, {"minLength": 2}]}, [None, "xx"], ["x", 1]),
        ({"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "b$"}]}, ["ab"], ["b"]),
        ({"allOf": [{"type": "integer", "minimum": 0}, {"enum": [2, "a"]}]}, [2], [3, -1]),
        (
            {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}},
            [{"a": 1}],
            [{"a": "x"}, {"a": 1, "b": "x"}],
        ),
    ],
)
def test_types_say_what_schemas_say(schema: Any, good: list[Any], bad: list[Any]) -> None:
    """Values that fit are accepted, and others refused where types can tell."""
    (form,) = module(schema).EVENTS["/", "receive", "say"].payloads
    assert [value for value in good if not accepts(form.kind, value)] == []
    assert [value for value in bad if accepts(form.kind, value)] == []


@pytest.mark.parametrize(
    ("format", "schema", "good", "bad"),
    [
        (
            "application/vnd.oai.openapi;version=3.0.3",
            {"type": "integer", "nullable": True, "minimum": 3, "exclusiveMinimum": True},
            [None, 4],
            [3],
        ),
        (
            "application/vnd.oai.openapi;version=3.0.3",
            {"type": "string", "nullable": True, "enum": ["a"]},
            ["a"],
            [None],
        ),
        (
            "application/schema+json;version=draft-04",
            {"type": "integer", "maximum": 3, "exclusiveMaximum": True},
            [2],
            [3],
        ),
        (
            "application/schema+json;version=2020-12",
            {
                "type": "object",
                "properties": {
                    "t": {
                        "type": "array",
                        "prefixItems": [TEXT, {"type": "integer"}],
                        "items": False,
                        "minItems": 2,
                    },
                    "r": {"$ref": "#/channels/c/messages/m/payload/schema/$defs/N", "minLength": 2},
                },
                "$defs": {"N": {"type": "string", "maxLength": 3}},
            },
            [{"t": ["x", 1], "r": "xx"}],
            [{"t": [1, "x"]}, {"t": ["x"]}, {"r": "x"}, {"r": "xxxx"}],
        ),
    ],
)  # fmt: skip
def test_dialects(format: str, schema: Any, good: list[Any], bad: list[Any]) -> None:
    """Each is read by its own rules."""
    (form,) = (
        module({"schemaFormat": format, "schema": schema}).EVENTS["/", "receive", "say"].payloads
    )
    assert [value for value in good if not accepts(form.kind, value)] == []
    assert [value for value in bad if accepts(form.kind, value)] == []


def test_circles() -> None:
    """Classes, lists, maps and unions that lead back to themselves."""
    ref = "#/components/schemas/"
    schemas = {
        "tree": {"type": "object", "properties": {"below": {"$ref": f"{ref}trees"}}},
        "trees": {"type": "array", "items": {"$ref": f"{ref}tree"}},
        "json": {
            "anyOf": [
                TEXT,
                {"type": "object", "additionalProperties": {"$ref": f"{ref}json"}},
            ]
        },
    }
    made = module({"$ref": f"{ref}tree"}, schemas)
    assert made.Tree.model_validate({"below": [{"below": []}]}).below[0].below == []
    assert not accepts(made.Tree, {"below": [{"below": 1}]})
    assert accepts(made.Json, {"a": {"b": "x"}})
    assert not accepts(made.Json, {"a": {"b": 1}})


@pytest.mark.parametrize("python", ["3.10", "3.12"] if sys.version_info >= (3, 12) else ["3.10"])
def test_lists_of_themselves(python: str) -> None:
    """Their items are what they are in the document, however they lead back."""
    a, b, c, d = ({"$ref": f"#/components/schemas/{name}"} for name in "ABCD")
    schemas = {
        "A": {"type": "array", "items": a, "maxItems": 2},
        "B": {"type": "array", "items": {"anyOf": [TEXT, b]}},
        "C": {"allOf": [{"type": "array", "items": c}, {"minItems": 1}]},
        "D": {"type": "array", "items": [TEXT, {"type": ["array", "null"], "items": d}]},
    }
    schemas["D"] |= {"minItems": 2, "maxItems": 2}
    made = imported(generated(document(a, schemas), python=python))
    for kind, good, bad in (
        (made.A, [[], [[[]], []]], [[1], [[1]], [[], [], []]]),
        (made.B, [[], ["x", ["y", []]]], [[1], [[1]]]),
        (made.C, [], [[], [1], [[]]]),
        (made.D, [["x", None], ["x", [["y", None]]]], [["x", "y"], ["x", [["y"]]]]),
    ):
        assert [value for value in good if not accepts(kind, value)] == []
        assert [value for value in bad if accepts(kind, value)] == []


def test_circles_that_mean_nothing() -> None:
    """Nothing refers to them, or the document could not be loaded; some have no types."""
    a, b = ({"$ref": f"#/components/schemas/{name}"} for name in "AB")
    thing = {"type": "object", "properties": {"x": TEXT}}
    for schemas in ({"A": a}, {"A": b, "B": a}, {"A": {"anyOf": [a, TEXT]}}):
        assert module(TEXT, schemas).SayPayload
    for schemas in ({"A": {"allOf": [thing, a, thing]}}, {"A": {"allOf": [thing, b]}, "B": a}):
        with pytest.raises(GenerationError, match="datamodel-code-generator: "):
            generated(document(TEXT, schemas))


def test_patterns_that_engines_do_not_take_are_left() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?!x)"}}}
    assert accepts(module(schema).SayPayload, {"a": "x"})
    place = "/channels/c/messages/m/payload/properties/a/pattern"
    assert losses(schema) == {("pattern", place)}


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (r"^\W$", "\u00e9"), (r"^[^\w]$", "\u00e9"), (r"^\D$", "\u0663"), ("^[[a]$", "["),
        ("^[a&&b]$", "&"), ("^[~~]$", "~"),
    ],
)  # fmt: skip
def test_patterns_that_mean_less_to_engines_are_left(pattern: str, value: str) -> None:
    """What a schema takes, its type takes; making it warns of nothing."""
    spec = document({"type": "string", "pattern": pattern})
    (message,) = read_catalogue(open_documents(spec)).contract.operations["r"].messages
    assert message.payload is not None
    assert message.payload.is_valid(value)
    assert accepts(imported(generated(spec)).SayPayload, value)


# -- what types cannot say -------------------------------------------------------------------------

P = "/channels/c/messages/m/payload"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array", "uniqueItems": True}, {("uniqueItems", f"{P}/uniqueItems")}),
        ({"type": "array", "uniqueItems": False}, set()),
        ({"type": "object", "propertyNames": False}, {("propertyNames", f"{P}/propertyNames")}),
        ({"type": "object", "propertyNames": True, "if": {"required": ["a"]}}, set()),
        (
            {"allOf": [{"type": "string", "pattern": p} for p in ("^a", "b$")]},
            {("allOf", P)},
        ),
        ({"allOf": [{"type": ["object", "null"]}, {"type": "null"}]}, {("type", P), ("allOf", P)}),
        ({"enum": ["a", "b"], "anyOf": [{"const": "a"}]}, {("anyOf", f"{P}/anyOf")}),
        ({"type": "string", "not": {"const": "x"}}, {("not", f"{P}/not")}),
        (
            {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}},
            {("if", f"{P}/if")},
        ),
        ({"type": "array", "contains": TEXT}, {("contains", f"{P}/contains")}),
        ({"type": "object", "dependencies": {"a": ["b"]}}, {("dependencies", f"{P}/dependencies")}),
        (
            {"type": "object", "patternProperties": {"^a": TEXT}},
            {("patternProperties", f"{P}/patternProperties")},
        ),
        (
            {"type": "object", "propertyNames": {"maxLength": 2}},
            {("propertyNames", f"{P}/propertyNames")},
        ),
        ({"const": {"a": 1}}, {("const", f"{P}/const")}),
        ({"enum": [1.5]}, {("enum", f"{P}/enum")}),
        ({"const": 2**63}, {("const", f"{P}/const")}),
        ({"type": "number", "multipleOf": 0.1}, {("multipleOf", f"{P}/multipleOf")}),
        ({"type": "number", "multipleOf": 3}, set()),
        ({"type": "string", "format": "email"}, {("format", f"{P}/format")}),
        ({"oneOf": [TEXT, {"type": "string", "maxLength": 3}]}, {("oneOf", f"{P}/oneOf")}),
        ({"oneOf": [TEXT, {"type": "integer"}]}, set()),
        (
            {
                "oneOf": [
                    {"type": "object", "properties": {"k": {"const": k}}, "required": ["k"]}
                    for k in "ab"
                ]
            },
            set(),
        ),
        (
            {"type": "object", "properties": {"a": TEXT}, "minProperties": 1},
            {("minProperties", f"{P}/minProperties")},
        ),
        ({"properties": {"a": TEXT}}, {("type", P)}),
        (
            {"allOf": [{"type": ["string", "null"]}, {"not": {"const": "x"}}]},
            {("type", P), ("not", f"{P}/allOf/1/not")},
        ),
        (
            {"type": "object", "properties": {"t": {"type": "array", "items": [TEXT]}}},
            {("items", f"{P}/properties/t/items")},
        ),
        ({"type": "object", "properties": {"a": False}}, {("false", f"{P}/properties/a")}),
        (
            {"type": "string", "oneOf": [{"minLength": 3}, {"pattern": "x"}]},
            {("oneOf", f"{P}/oneOf")},
        ),
    ],
)  # fmt: skip
def test_what_types_cannot_say_is_noted(schema: Any, expected: set[tuple[str, str]]) -> None:
    """Each with its place; and nothing that they do say."""
    assert losses(schema) == expected


#: By keyword, a value of which a schema and the type that is made of it think differently.
DIFFERENCES = json.loads(Path(__file__).with_name("differences.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each["keyword"])
def test_where_types_and_schemas_differ(difference: dict[str, Any]) -> None:
    """The document's judge and the type say the opposite, and the report says so."""
    spec = document(difference["schema"])
    made = generated(spec)
    assert difference["keyword"] in {loss.keyword for loss in made.losses}
    (message,) = read_catalogue(open_documents(spec)).contract.operations["r"].messages
    assert message.payload is not None
    (form,) = imported(made).EVENTS["/", "receive", "say"].payloads
    said = message.payload.is_valid(difference["value"]), accepts(form.kind, difference["value"])
    assert said == (difference["valid"], not difference["valid"])


def test_every_difference_that_is_met_is_listed() -> None:
    """No document of others has one that the list does not show."""
    listed = {each["keyword"] for each in DIFFERENCES}
    met = {loss.keyword for file in usable() for loss in generated(file).losses}
    assert met <= listed


# -- odd documents ---------------------------------------------------------------------------------

ODD = [
    "", "a b", "123", "class", "\u00e9", "\u65e5\u672c", "\U0001f600", "a'b", 'a"b', "a\\b", "a\nb",
    "None", "self", "model_config", "__init__", "_x", "copy", "fooBar", "foo_bar", "foo-bar",
    "from", "from_", "schema", "json", "\\N{DASH}", '"""', "#", "{x}", "%s", "BaseModel",
    "str", "int", "list", "Any", "x" * 200, "a.b", "a/b", "\u2028", "\x7f", "payload", "socketio",
]  # fmt: skip


@pytest.mark.parametrize("style", ["pydantic", "dataclass", "typeddict"] if ALL else ["pydantic"])
def test_odd_names_and_texts(style: str) -> None:
    """What may stand in a document may stand in code: names, values, prose."""
    schemas = {name: {"type": "object", "properties": {"a": TEXT}} for name in ODD if name}
    thing = {
        "type": "object",
        "description": '"""\\',
        "properties": {
            name: {"enum": [name, "z"], "description": name, "default": name} for name in ODD
        },
        "required": ODD[::2],
    }
    events = {
        f"m{n}": {"name": name, "payload": TEXT, "x-ack": thing}
        for n, name in enumerate(ODD)
        if name
    }
    for event in events.values():
        event["description"] = event["name"]
    made = imported(generated(document(thing, schemas, **events), style=style))
    assert len(made.EVENTS) == 2 * len(ODD)
    assert len([name for name in vars(made) if name.startswith("emit_")]) == 2 * len(ODD)
    if style == "pydantic":
        value = dict.fromkeys(ODD, "z")
        assert accepts(made.SayPayload, value)
        assert made._wire(made.SayPayload(**value)) == value


#: Properties that want the same name of a field, or another than they have.
ALIKE = [
    ("fooBar", "foo_bar", "foo_bar_1", "FooBar"), ("class_", "class"), ("1a", "field_1a"),
    ("_id", "field_id", "id"), ("copy", "copy_"), ("model_dump", "model_dump_", "model_id"),
    ("e\u0301", "\u00e9"), ("\u017f",), ("\u2167", "VIII"), ("", "field_"), ("str", "str_"),
]  # fmt: skip


@pytest.mark.parametrize("names", ALIKE, ids=str)
def test_properties_that_look_alike(names: tuple[str, ...]) -> None:
    """Each value stays where it is, and no field takes what is another's."""
    kinds = {name: {"type": "array", "items": {"const": name}} for name in names}
    made = imported(generated(document({"type": "object", "properties": kinds})))
    for value in ({name: [name]} for name in names):
        found = pydantic.TypeAdapter(made.SayPayload).validate_python(value)
        assert made._wire(found) == value


def test_properties_of_a_part_that_look_alike() -> None:
    """A field of a class does not take the place of one that the class has from another."""
    base = {"type": "object", "properties": {"fooBar": {"type": "integer"}}}
    own = {"type": "object", "properties": {"foo_bar": TEXT}}
    made = module({"allOf": [{"$ref": "#/components/schemas/B"}, own]}, {"B": base})
    value = {"fooBar": 1, "foo_bar": "x"}
    assert made._wire(made.SayPayload(**value)) == value


def test_properties_of_typed_dicts_have_their_names() -> None:
    thing = {"type": "object", "properties": {"_id": TEXT, "__v": TEXT}, "required": ["_id"]}
    made = generated(document(thing), style="typeddict").files[""]
    assert "    _id: str\n    __v: NotRequired[str]\n" in made


def test_properties_of_dataclasses_that_are_called_as_types() -> None:
    """To a type checker, a field of this name would be meant where the type is."""
    thing = {"type": "object", "properties": {"O": {"$ref": "#/components/schemas/O"}}}
    made = imported(generated(document(thing, {"O": thing}), style="dataclass"))
    assert made._wire(made.O(O_=made.O())) == {"O": {}}


@pytest.mark.parametrize("address", ["/", "/chat", "/a/b-c", "/class", "/common", "/1", "/\u65e5"])
def test_packages_of_any_namespace(address: str, tmp_path: Path, monkeypatch: Any) -> None:
    """Each has a module of a legal name, which can be imported."""
    made = generated(document(TEXT, address=address), package=True)
    names = [name.removesuffix(".py") for name in made.files]
    assert all(name.isidentifier() for name in names)
    package = write(made, tmp_path, monkeypatch)
    assert (address, "receive", "say") in package.EVENTS


def write(made: Generated, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package that was made, imported under a name of its own."""
    name = f"models_{abs(hash(str(folder)))}"
    (folder / name).mkdir()
    for file, text in made.files.items():
        (folder / name / file).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module(name)


def test_a_package_has_shared_types_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one namespace alone needs is in its module; the rest in the common one."""
    ref = {"$ref": "#/components/schemas/Shared"}
    own = {"type": "object", "properties": {"s": ref}}
    spec = document(own, {"Shared": {"type": "object", "properties": {"a": TEXT}}, "Unused": TEXT})
    spec["channels"]["d"] = {
        "address": "/chat",
        "messages": {"talk": {"payload": ref, "x-ack": own}},
    }
    spec["operations"]["t"] = {"action": "send", "channel": {"$ref": "#/channels/d"}}
    made = generated(spec, package=True)
    assert list(made.files) == ["common.py", "root.py", "chat.py", "__init__.py"]
    package = write(made, tmp_path, monkeypatch)
    assert package.root.SayPayload.model_fields["s"]
    assert not hasattr(package.common, "SayPayload")
    assert package.chat.Shared is package.common.Shared is package.chat.TalkPayload
    assert package.SOURCE.schemas[package.common.Unused] == "#/components/schemas/Unused"
    assert package.SOURCE.file == "../asyncapi.yml"
    assert len(package.EVENTS) == 3
    one = imported(generated(spec))
    assert sorted(map(str, package.EVENTS)) == sorted(map(str, one.EVENTS))


@pytest.mark.parametrize("style", STYLES)
def test_a_package_of_every_style(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields that cannot be called as their properties are sent by these names."""
    if style == "msgspec":
        pytest.importorskip("msgspec")
    ref = {"$ref": "#/components/schemas/Shared"}
    shared = {"type": "object", "properties": {"class": TEXT}}
    spec = document({"type": "object", "properties": {"from": TEXT, "in": ref}}, {"Shared": shared})
    spec["channels"]["d"] = {"address": "/d", "messages": {"talk": {"payload": ref}}}
    spec["operations"]["t"] = {"action": "send", "channel": {"$ref": "#/channels/d"}}
    package = write(generated(spec, package=True, style=style), tmp_path, monkeypatch)
    sent: list[Any] = []
    emitter = types.SimpleNamespace(emit=lambda *args, **_: sent.append(args))
    value = {"from": "a", "in": {"class": "b"}}
    given = value
    if style != "typeddict":
        given = package.root.SayPayload(from_="a", in_=package.common.Shared(class_="b"))
    package.root.emit_say(emitter, given)
    assert sent == [("say", (value,))]


@pytest.mark.parametrize("style", ["pydantic", "msgspec"])
def test_an_answer_is_one_of_several_objects(style: str) -> None:
    """Also where the library of the style would want to be told by a tag which one it is."""
    if style == "msgspec":
        pytest.importorskip("msgspec")
    schemas = {
        name: {"type": "object", "properties": {key: TEXT}, "required": [key]}
        for name, key in (("Done", "id"), ("Refused", "error"))
    }
    ack = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}
    made = imported(generated(document(TEXT, schemas, ack=ack), style=style))
    answers: list[Any] = [{"error": "x"}, {"id": "y"}, {}]
    emitter = types.SimpleNamespace(call=lambda *_, **__: answers.pop(0))
    assert made.call_say(emitter, "a", to="x") == made.Refused(error="x")
    assert made.call_say(emitter, "a", to="x") == made.Done(id="y")
    with pytest.raises(ValueError):
        made.call_say(emitter, "a", to="x")


@pytest.mark.parametrize("style", STYLES)
def test_every_style(style: str) -> None:
    """EVENTS holds for each, and what is sent is plain data by the document's names."""
    if style == "msgspec":
        pytest.importorskip("msgspec")
    schema = {
        "type": "object",
        "properties": {"from": TEXT, "data": {"type": "string", "format": "binary"}, "note": TEXT},
        "required": ["from"],
    }
    made = imported(generated(document(schema, ack=TEXT), style=style))
    (form,) = made.EVENTS["/", "send", "say"].payloads
    assert form.kind is made.SayPayload
    given = (
        {"from": "a", "data": b"\xff"} if style == "typeddict" else {"from_": "a", "data": b"\xff"}
    )
    sent: list[Any] = []

    class Recorder:
        def emit(self, *args: Any, **kwargs: Any) -> None:
            sent.append((args, kwargs))

        def call(self, *args: Any, **kwargs: Any) -> Any:
            sent.append((args, kwargs))
            return "answer"

    made.emit_say(Recorder(), made.SayPayload(**given), to="room")
    assert sent[0][0] == ("say", ({"from": "a", "data": b"\xff"},))
    assert {"namespace": "/", "to": "room"}.items() <= sent[0][1].items()
    assert made.call_say(Recorder(), made.SayPayload(**given), to="x") == "answer"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("more", [{}, {"propertyNames": {"maxLength": 9}}], ids=str)
def test_an_object_of_anything_keeps_all_of_it(more: dict[str, Any], style: str) -> None:
    """A schema that names no property is a dict wherever it stands, and a base of others."""
    if style == "msgspec":
        pytest.importorskip("msgspec")
    anything = {"type": "object", "description": "Anything.", **more}
    own = {"type": "object", "properties": {"a": TEXT}}
    based = {"allOf": [{"$ref": "#/components/schemas/Anything"}, own]}
    made = imported(generated(document(anything, {"Anything": anything, "B": based}), style=style))
    assert pydantic.TypeAdapter(made.SayPayload).validate_python({"x": [1]}) == {"x": [1]}
    assert made._wire({"x": [1]}) == {"x": [1]}
    assert made._wire(made.B(a="x")) == {"a": "x"}


def test_further_properties_are_kept_where_the_document_speaks_of_them() -> None:
    """As in the types of TypeScript; else a model has the properties that are listed."""
    thing = {"type": "object", "properties": {"a": TEXT}}
    further = {"additionalProperties": True}
    typed = {"additionalProperties": {"type": "integer"}}
    value = {"a": "x", "b": 1}
    for extra, kept in ((further, value), (typed, value), ({}, {"a": "x"})):
        made = module({**thing, **extra})
        assert made._wire(made.SayPayload(**value)) == kept
    both = module({"allOf": [{**thing, **typed}, {**thing, **further}]})
    assert not accepts(both.SayPayload, {"b": "x"})


def test_missing_properties_may_be_missing() -> None:
    """With `--optional missing`, absent and null are two things."""
    if tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 14):
        pytest.skip("MISSING came with Pydantic 2.14")
    schema = {"type": "object", "properties": {"a": TEXT, "n": {"type": ["string", "null"]}}}
    spec = document(schema)
    plain = imported(generated(spec)).SayPayload
    missing = imported(generated(spec, optional="missing", pydantic="2.14")).SayPayload
    assert accepts(plain, {"a": None})
    assert not accepts(missing, {"a": None})
    assert accepts(missing, {"n": None})
    assert missing().model_dump() == {}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type` statements came with Python 3.12")
def test_newer_python() -> None:
    schemas = {"A": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}, "B": TEXT}
    made = generated(document(TEXT, schemas), python="3.12")
    assert "type B = str" in made.files[""]
    assert accepts(imported(made).A, [[], [[]]])


# -- the same everywhere ---------------------------------------------------------------------------

AGAIN = """
import sys
from asyncapi_guard.codegen.python.models import Destination, generate_models
from asyncapi_guard.codegen.python.options import Options
from asyncapi_guard.spec.loader import open_documents
made = generate_models(open_documents(sys.argv[1]), Options(), Destination("s.yml", "m", True))
sys.stdout.buffer.write(repr(sorted(made.files.items())).encode())
"""


@slow
def test_the_same_document_gives_the_same_bytes() -> None:
    """Whatever the hash seed."""
    spec = str(ROOT / "specs" / "tictactoe.yml")
    outputs = {
        subprocess.run(
            [sys.executable, "-c", AGAIN, spec],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert b"m/" not in outputs.pop()[:100]


def test_the_header_says_where_it_comes_from() -> None:
    text = generated(document(), style="typeddict").files[""]
    assert text.startswith(f"{HEADER} from asyncapi.yml: do not edit.\n")
    assert "asyncapi-guard models asyncapi.yml -o models.py --style typeddict\n" in text


# -- every document --------------------------------------------------------------------------------


def documents() -> Iterator[Path]:
    yield from sorted((ROOT / "specs").glob("*.yml"))
    yield from sorted((ROOT / "examples").glob("*/asyncapi.yml"))
    found = sorted(file for file in CORPUS.rglob("*") if file.suffix in (".yml", ".yaml", ".json"))
    yield from found if ALL else found[::40]


@cache
def usable() -> tuple[Path, ...]:
    """Those that can be read; of the others there is no contract, and so nothing to type."""
    found = []
    for file in documents():
        try:
            read_catalogue(open_documents(file))
        except SpecError:
            continue
        found.append(file)
    return tuple(found)


def test_every_document_gives_models() -> None:
    """Modules and packages, of all styles where all is asked for, that can be imported."""
    for file in usable():
        for style in STYLES if ALL else STYLES[:1]:
            imported(generated(file, style=style))
        assert generated(file, package=True).files.keys() >= {"common.py", "__init__.py"}


@slow
def test_code_of_each_style_with_its_options_passes_a_type_checker(tmp_path: Path) -> None:
    """Also with enums, frozen instances, names of other properties, and a long ring."""
    text = {"type": "string"}
    schemas: dict[str, Any] = {
        f"Ring{n}": {"properties": {"next": {"$ref": f"#/components/schemas/Ring{(n + 1) % 40}"}}}
        for n in range(40)
    }
    schemas["Parcel"] = {
        "discriminator": "sort",
        "properties": {"sort": text, "from": text, "size": {"enum": ["title", "name"]}},
    }
    schemas["Box"] = {
        "allOf": [{"$ref": "#/components/schemas/Parcel"}, {"properties": {"x-ray": text}}]
    }
    for style in STYLES:
        frozen = style != "typeddict"
        made = generated(document(True, schemas), style=style, enums=True, frozen=frozen)
        (tmp_path / f"{style}_models.py").write_text(made.files[""], encoding="utf-8")
    checked(tmp_path, "mypy", "--strict", "--cache-dir", os.devnull, ".")


@slow
def test_generated_code_passes_type_checkers(tmp_path: Path) -> None:
    """`mypy --strict` and pyright have nothing to say."""
    sample = usable()[:: max(1, len(usable()) // 20)]
    for index, file in enumerate(sample):
        (tmp_path / f"one{index}.py").write_text(generated(file).files[""], encoding="utf-8")
        folder = tmp_path / f"several{index}"
        folder.mkdir()
        for name, text in generated(file, package=True).files.items():
            (folder / name).write_text(text, encoding="utf-8")
    checked(tmp_path, "pyright", "--pythonpath", sys.executable, ".")
    checked(tmp_path, "mypy", "--strict", "--cache-dir", os.devnull, ".")


MISTAKES = """
from __future__ import annotations

from game import GameReference, Handlers, Move, MakeMoveAck, Position, Victory
from game import CreateGameAck, JoinGameAck, Refusal, emit_game_created, emit_game_won
from flask_socketio import Namespace, SocketIO
from asyncapi_guard import AsyncAPISocketIO
import chat
import socketio as pysocketio

server = SocketIO()


class Right:
    def on_create_game(self) -> CreateGameAck:
        return Refusal(error="no")

    def on_join_game(self, reference: GameReference) -> Refusal:
        return Refusal(error="no")

    def on_make_move(self, move: Move) -> MakeMoveAck:
        return MakeMoveAck()


right: Handlers = Right()
emit_game_created(server, GameReference(game_id=1))
emit_game_created(AsyncAPISocketIO(), GameReference(game_id=1), to="x")
emit_game_created(pysocketio.Server(), GameReference(game_id=1), to=["x"], skip_sid="y")
emit_game_won(server, Victory(game_id=1, winner="X"))
chat.emit_said(server, "kitchen", chat.Text(body="x"), to="y")
chat.emit_said(server, "kitchen", chat.Text(body="x"), callback=lambda n: n + 1)
count: int = chat.call_said(server, "kitchen", chat.Text(body="x"), to="y")
chat.emit_ping(server)
chat.emit_many(server, "a", 1, 2)


class NoHandler:
    def on_create_game(self) -> CreateGameAck:
        return Refusal(error="no")

    def on_join_game(self, reference: GameReference) -> JoinGameAck:
        return Refusal(error="no")


class WrongPayload(Right):
    def on_make_move(self, move: Position) -> MakeMoveAck:  # type: ignore[override]
        return MakeMoveAck()


class WrongAck(Right):
    def on_make_move(self, move: Move) -> int:  # type: ignore[override]
        return 1


class NoPayload:
    def on_create_game(self) -> CreateGameAck:
        return Refusal(error="no")

    def on_join_game(self) -> JoinGameAck:
        return Refusal(error="no")

    def on_make_move(self, move: Move) -> MakeMoveAck:
        return MakeMoveAck()


wrong1: Handlers = NoHandler()  # wrong
wrong2: Handlers = WrongPayload()  # wrong
wrong3: Handlers = WrongAck()  # wrong
wrong4: Handlers = NoPayload()  # wrong
emit_game_created(server)  # wrong
emit_game_created(server, Victory(game_id=1, winner="X"))  # wrong
emit_game_created(server, {"game_id": 1})  # wrong
emit_game_created(server, GameReference(game_id=1), GameReference(game_id=1))  # wrong
emit_game_created(server, GameReference(game_id=1), namespace="/other")  # wrong
emit_game_created("server", GameReference(game_id=1))  # wrong
emit_game_won(server, Victory(game_id=1, winner="Z"))  # wrong
emit_game_won(server, Victory(game_id=1))  # wrong
chat.emit_said(server, chat.Text(body="x"), "kitchen")  # wrong
chat.emit_said(server, "cellar", chat.Text(body="x"))  # wrong
chat.emit_said(server, "kitchen")  # wrong
chat.emit_said(server, "kitchen", chat.Text(body="x"), callback=lambda a, b: None)  # wrong
text: str = chat.call_said(server, "kitchen", chat.Text(body="x"), to="y")  # wrong
chat.call_said(server, "kitchen", chat.Text(body="x"))  # wrong
chat.emit_ping(server, None)  # wrong
chat.emit_many(server, "a", "b")  # wrong
chat.emit_typo(server)  # wrong
"""


@slow
def test_type_checkers_find_mistakes(tmp_path: Path) -> None:
    """Each planted one, and none besides."""
    game = generated(ROOT / "specs" / "tictactoe.yml")
    (tmp_path / "game.py").write_text(game.files[""], encoding="utf-8")
    room, text = ({"$ref": f"#/components/schemas/{name}"} for name in ("Room", "Text"))
    spec = document(
        schemas={
            "Room": {"enum": ["garden", "kitchen"]},
            "Text": {"type": "object", "properties": {"body": TEXT}, "required": ["body"]},
        },
        said={
            "payload": {"type": "array", "items": [room, text], "minItems": 2, "maxItems": 2},
            "x-ack": {"type": "integer"},
        },
        ping={"payload": {"type": "null"}},
        many={
            "payload": {
                "type": "array",
                "items": [TEXT],
                "minItems": 1,
                "additionalItems": {"type": "integer"},
            }
        },
    )
    (tmp_path / "chat.py").write_text(generated(spec).files[""], encoding="utf-8")
    (tmp_path / "mistakes.py").write_text(MISTAKES, encoding="utf-8")
    wrong = {n for n, line in enumerate(MISTAKES.split("\n"), 1) if line.endswith("# wrong")}
    assert len(wrong) == 21
    settings = (
        "[mypy]\nstrict = True\n[mypy-socketio.*,flask_socketio.*]\nignore_missing_imports=True\n"
    )
    (tmp_path / "mypy.ini").write_text(settings)
    for command in (
        ["mypy", "--cache-dir", os.devnull, "mistakes.py"],
        ["pyright", "--pythonpath", sys.executable, "mistakes.py"],
    ):
        done = subprocess.run(
            [*TYPES, *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        found = re.findall(r"mistakes\.py:(\d+):.*\berror\b", done.stdout)
        assert set(map(int, found)) == wrong, done.stdout


def checked(folder: Path, *command: str) -> None:
    if importlib.util.find_spec(command[0]) is None:
        pytest.fail(f"{command[0]} is not installed")
    done = subprocess.run(
        [*TYPES, *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_values_of_schemas_are_values_of_types() -> None:
    """At least 99 in 100 of those drawn, where types can say all that a document says of types."""
    counts = {"valid": 0, "refused": 0, "of others": 0, "refused of others": 0}
    for file in usable():
        made = generated(file)
        note = " of others" if any(loss.keyword == "type" for loss in made.losses) else ""
        for form, judge, kind in judged(file, imported(made)):
            drawn, refused = acceptance(form, judge, kind, file)
            counts["valid" if not note else note.strip()] += drawn
            counts[f"refused{note}"] += refused
    assert counts["valid"] > 100
    assert counts["refused"] <= counts["valid"] / 100, counts
    assert counts["refused of others"] <= counts["of others"] / 100, counts


def judged(file: Path, made: Any) -> Iterator[tuple[Form, Callable[[Any], bool], Any]]:
    """The forms of a document that stand for one value, what judges it, and its type."""
    catalogue = read_catalogue(open_documents(file))
    messages: dict[str, Message] = {
        message.location: message
        for operation in catalogue.contract.operations.values()
        for message in operation.messages
    }
    for event in catalogue.events:
        found = made.EVENTS[event.namespace, event.direction.value, event.name]
        for form, typed in zip(event.payloads, found.payloads, strict=True):
            schema = messages[form.message].payload
            if form.definition is not None and form.positions is None and schema is not None:
                yield form, schema.is_valid, typed.kind


def acceptance(form: Form, judge: Callable[[Any], bool], kind: Any, file: Path) -> tuple[int, int]:
    """How many values that fit the schema were drawn, and how many of them the type refused."""
    adapter, counts = pydantic.TypeAdapter(kind), [0, 0]
    definitions = read_catalogue(open_documents(file)).definitions
    assert form.definition is not None

    @settings(
        max_examples=30 if ALL else 10,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(values(form.definition, definitions))
    def draw(value: Any) -> None:
        if judge(value):
            counts[0] += 1
            try:
                adapter.validate_python(value)
            except pydantic.ValidationError:
                counts[1] += 1

    draw()
    return counts[0], counts[1]


def test_options_of_acks() -> None:
    """A callback is required, or there is none to give; a handler has nothing to return."""
    thing = {"type": "object", "properties": {"a": TEXT}}
    required = {"args": thing, "required": True, "timeout": 5}
    made = imported(generated(document(thing, ack=required)))
    parameter = inspect.signature(made.emit_say).parameters["callback"]
    assert parameter.default is inspect.Parameter.empty
    assert callable(made.call_say)
    made = imported(generated(document(thing, ack=False)))
    assert "callback" not in inspect.signature(made.emit_say).parameters
    assert not hasattr(made, "call_say")
    assert inspect.signature(made.Handlers.on_say).return_annotation in ("None", None)
