"""What a metaschema says of a schema: the same of either engine, in words for people."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.schema import dialect_of
from asyncapi_guard.spec.metaschemas import faults

ENGINES = pytest.mark.parametrize("engine", ["rust", "jsonschema"])
FORMS = {
    "asyncapi": None,
    "04": "application/schema+json;version=draft-04",
    "06": "application/schema+json;version=draft-06",
    "07": "application/schema+json;version=draft-07",
    "2019": "application/schema+json;version=2019-09",
    "2020": "application/schema+json;version=2020-12",
    "openapi": "application/vnd.oai.openapi;version=3.0.0",
}


def found(schema, engine, form="asyncapi"):
    return list(faults(schema, dialect_of(FORMS[form]), engine))


@ENGINES
@pytest.mark.parametrize("form", FORMS)
def test_valid_schemas_have_no_faults(engine, form):
    """In each dialect, and no looking into data."""
    schema = {
        "type": "object",
        "properties": {"a": {"enum": [{"type": 1}]}},
        "default": {"type": 1},
    }
    assert found(schema, engine, form) == []
    assert found({}, engine, form) == []


@ENGINES
@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "strin"}, ("type",), "unknown type 'strin'; did you mean 'string'?"),
        ({"type": "zzz"}, ("type",), "unknown type 'zzz'; there are array, boolean, integer, null, number, object, string"),
        ({"type": ["string", "nul"]}, ("type",), "unknown type 'nul'; did you mean 'null'?"),
        ({"type": ["string", "string"]}, ("type",), "expected a type, or a list of different types"),
        ({"type": []}, ("type",), "expected a type, or a list of different types"),
        ({"type": 1}, ("type",), "expected a type, or a list of different types"),
        ({"type": [1]}, ("type",), "expected a type, or a list of different types"),
        ({"minLength": "1"}, ("minLength",), "expected an integer, got a string; remove the quotes: minLength: 1"),
        ({"maximum": "1"}, ("maximum",), "expected a number, got a string; remove the quotes: maximum: 1"),
        ({"title": 1}, ("title",), "expected a string, got a number; put it in quotes"),
        ({"uniqueItems": "yes"}, ("uniqueItems",), "expected true or false, got a string; YAML 1.2 reads 'yes' as text: write true"),
        ({"required": "a"}, ("required",), "expected a list, got a string; write a list: required: [a]"),
        ({"properties": []}, ("properties",), "expected a mapping, got a list"),
        ({"properties": {"a": {"title": 1}}}, ("properties", "a", "title"), "expected a string, got a number; put it in quotes"),
        ({"not": {"allOf": [{}, {"title": 1}]}}, ("not", "allOf", 1, "title"), "expected a string, got a number; put it in quotes"),
        ({"exclusiveMinimum": True}, ("exclusiveMinimum",),
         "expected a number, got a boolean, because exclusiveMinimum is the limit itself; write the limit, as in exclusiveMinimum: 0"),
        ({"items": 1}, ("items",), "expected a schema, or a list of schemas, got a number"),
        ({"items": {"type": "x"}}, ("items", "type"), "unknown type 'x'; there are array, boolean, integer, null, number, object, string"),
        ({"items": [{}, {"minLength": "1"}]}, ("items", 1, "minLength"), "expected an integer, got a string; remove the quotes: minLength: 1"),
        ({"items": {"items": [{"title": 1}]}}, ("items", "items", 0, "title"), "expected a string, got a number; put it in quotes"),
        ({"dependencies": {"a": 1}}, ("dependencies", "a"), "expected a schema, or a list of schemas, got a number"),
        ({"dependencies": {"a": {"title": 1}}}, ("dependencies", "a", "title"), "expected a string, got a number; put it in quotes"),
        ({"properties": {"items": {"title": 1}}}, ("properties", "items", "title"), "expected a string, got a number; put it in quotes"),
    ],
)  # fmt: skip
def test_faults(engine, schema, path, message):
    """Each is said once, as deep as it is, in the same words by both engines."""
    assert [(fault.path, fault.message, fault.pattern) for fault in found(schema, engine)] == [
        (path, message, False)
    ]


@ENGINES
@pytest.mark.parametrize("schema", [1, "a", None, [], 1.5])
def test_what_is_no_schema(engine, schema):
    """It is found where it stands, and called by its kind."""
    (fault,) = found({"not": {"allOf": [{}, schema]}}, engine)
    assert fault.path == ("not", "allOf", 1)
    assert fault.message.startswith("expected ")
    assert "a mapping" in fault.message


def test_both_engines_say_the_same():
    """Findings do not depend on the engine."""
    schema = {"properties": {"a": 1}}
    assert found(schema, "rust") == found(schema, "jsonschema")


@ENGINES
def test_patterns(engine):
    """What is no regular expression is marked."""
    (fault,) = found({"items": {"pattern": "("}}, engine)
    assert fault == (
        ("items", "pattern"),
        "not a regular expression of ECMA-262 (Unicode mode); each bracket needs its other half, and what is meant as a sign a backslash",
        True,
    )


@ENGINES
def test_several_faults(engine):
    """All are found."""
    schema = {"minLength": "1", "items": [{"title": 1}, {"type": "x"}], "required": 1}
    paths = {fault.path for fault in found(schema, engine)}
    assert paths == {("minLength",), ("items", 0, "title"), ("items", 1, "type"), ("required",)}


@ENGINES
@pytest.mark.parametrize("value", ["x" * 5000, ["x" * 5000], {"a": "x" * 5000}, list(range(5000))])
def test_messages_are_short(engine, value):
    """However large the schema is; the value at fault is not repeated whole."""
    for schema in (
        {"minLength": value},
        {"type": value},
        {"required": [value, value]},
        {"enum": value},
    ):
        assert all(len(fault.message) < 400 for fault in found(schema, engine))


@ENGINES
@pytest.mark.parametrize(
    ("form", "schema", "path"),
    [
        ("04", {"minimum": 1, "exclusiveMinimum": 1}, ("exclusiveMinimum",)), ("06", {"exclusiveMinimum": True}, ("exclusiveMinimum",)),
        ("07", {"if": 1}, ("if",)), ("2019", {"dependentRequired": {"a": 1}}, ("dependentRequired", "a")),
        ("2019", {"$defs": {"a": {"type": "x"}}}, ("$defs", "a", "type")), ("2020", {"prefixItems": []}, ("prefixItems",)),
        ("2020", {"items": [{}]}, ("items",)), ("2020", {"$anchor": "1 a"}, ("$anchor",)), ("openapi", {"minimum": "a"}, ("minimum",)),
    ],
)  # fmt: skip
def test_dialects(engine, form, schema, path):
    """Each has its own metaschema."""
    assert {fault.path for fault in found(schema, engine, form)} == {path}


@ENGINES
def test_an_empty_list_of_items(engine):
    """Draft-04 does not allow one; that is what is wrong with it."""
    (fault,) = found({"items": []}, engine, "04")
    assert fault.message != "expected a schema, or a list, got a list"


@ENGINES
@pytest.mark.parametrize(
    ("form", "schema", "path", "message"),
    [
        ("asyncapi", {"minLength": -1}, ("minLength",), "expected at least 0, got -1"),
        ("asyncapi", {"multipleOf": 0}, ("multipleOf",), "expected more than 0, got 0"),
        ("04", {"multipleOf": 0}, ("multipleOf",), "expected more than 0, got 0"),
        ("04", {"exclusiveMinimum": True}, (), "'minimum' is missing"),
        ("asyncapi", {"required": ["a", "a"]}, ("required",), "two items of this list are equal; remove one of them"),
        ("asyncapi", {"allOf": []}, ("allOf",), "expected at least 1 item, got an empty list"),
        ("asyncapi", {"$id": "a b"}, ("$id",), "'a b' is not a valid uri-reference"),
        ("2020", {"$anchor": "1"}, ("$anchor",), "'1' does not match the pattern ^[A-Za-z_][-A-Za-z0-9._]*$"),
        ("2020", {"$vocabulary": {"a b": True}}, ("$vocabulary",), "one of its names is not a valid uri"),
        ("asyncapi", {"patternProperties": {"(": {}}}, ("patternProperties", "("), "not a regular expression of ECMA-262 (Unicode mode); each bracket needs its other half, and what is meant as a sign a backslash"),
    ],
)  # fmt: skip
def test_words_are_ours(engine, form, schema, path, message):
    """Whatever a metaschema asks for, both engines' findings are the same, in our own words."""
    (fault,) = found(schema, engine, form)
    assert (fault.path, fault.message) == (path, message)
