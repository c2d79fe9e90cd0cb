"""What no engine can read: rejected by any schema if it is no Unicode, and explained as itself."""

# ruff: noqa: E501  # the cases are tables, many to a line
from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard.schema.unreadable_values import is_text, unreadable

HALF = "a\ud800b"
D20 = "application/schema+json;version=2020-12"
T = {"$ref": "#/definitions/t"}

SCHEMAS = [
    {}, True, {"type": ["string", "array", "object"]}, {"not": {"type": "null"}}, {"uniqueItems": True},
    {"maxLength": 99}, {"pattern": "^"}, {"minItems": 0, "minProperties": 0}, T,
    {"items": T, "properties": {"a": T}}, {"items": {"type": "string"}}, {"items": {"type": ["string", "object"]}},
    {"properties": {"a": {"type": ["string", "array", "object"]}}}, {"properties": {"z": {}}}, {"items": [True]},
    {"items": [{"type": "string"}, {"type": "string"}], "additionalItems": {}}, {"additionalProperties": True},
    {"patternProperties": {"^a": {}}}, {"required": []}, {"if": {"type": "array", "minItems": 1}, "then": {"contains": {}}},
    {"allOf": [T, {"properties": {"a": {}}}]}, {"anyOf": [{"type": "object"}, {"type": ["array", "string"]}]},
    {"oneOf": [{"type": "object", "properties": {"b": {}}}, {"items": {}, "type": ["array", "string"]}]},
    {"not": {"enum": [1]}}, {"if": {"type": "array"}, "then": {}, "else": {}}, {"propertyNames": {}},
    {"not": {"type": "object", "properties": {"a": {"maxLength": 0}}, "required": ["nothing"]}}, {"dependencies": {"a": {}}},
]  # fmt: skip
HALVES = [
    (HALF, ""), ([HALF], "/0"), (["x", HALF], "/1"), ([HALF, HALF], "/0"), ([[HALF], "x"], "/0/0"),
    ({"a": HALF}, "/a"), ({HALF: "x"}, ""), ([{HALF: "x"}], "/0"), ({"a": [{"b": HALF}]}, "/a/0/b"),
    ([["x", [HALF]]], "/0/1/0"), ({"unknown": {"b": {HALF: 1}}}, "/unknown/b"), (["\udfff"], "/0"),
    (["x", "y", HALF], "/2"), ({"a": {"a": HALF}}, "/a/a"),
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("schema_format", [None, D20], ids=["draft-07", "2020-12"])
def test_half_a_surrogate_pair_is_valid_by_no_schema(make, schema, schema_format):
    """In a text or a name, seen by a keyword or by none: not valid, with a problem of its own."""
    if schema_format and ("definitions" in str(schema) or "'items': [" in str(schema)):
        pytest.skip("as Draft 07 writes it")
    made = make(schema, schema_format, t={"title": "anything"})
    for value, path in HALVES:
        assert not made.is_valid(value), value
        problems = made.explain(value).problems
        assert {problem.keyword for problem in problems} == {"unicode"}
        assert problems[0].path == path
        assert "half of a surrogate pair" in problems[0].message
        "".join(str(problem) for problem in problems).encode()


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_whole_pairs_are_texts(make, schema):
    """What is beyond the first plane, or beyond ASCII, is a text as any other."""
    made = make(schema, t={"title": "anything"})
    for value in ("\U0001f600", ["é", "\U0001f600"], {"a": "\uffff"}, {"€": ["", "\x00"]}, [], {}):
        assert made.is_valid(value), value


@pytest.mark.parametrize(
    "schema",
    [
        {"unevaluatedProperties": False, "properties": {"a": {}}},
        {"unevaluatedProperties": {"type": "string"}},
        {"$ref": "guard:/t", "unevaluatedProperties": False},
        {"properties": {"a": {"$dynamicRef": "#x"}}, "$defs": {"x": {"$dynamicAnchor": "x"}}},
        {"properties": {"a": {"$ref": "#x"}}, "not": {"properties": {"b": {"$anchor": "x"}},
                                                      "required": ["nothing"]}},
    ],
)  # fmt: skip
def test_half_a_pair_where_places_depend_on_others(make, schema):
    """What others left, dynamic references and anchors anywhere change nothing about the rule."""
    made = make(schema, D20, t={"properties": {"a": True}})
    assert made.is_valid({"a": "x"})
    assert not made.is_valid({"a": HALF})
    assert made.explain({"a": HALF}).problems[0].keyword == "unicode"


class Text(str):
    """A string of a type of its own."""

    __slots__ = ()


@pytest.mark.parametrize(
    "schema",
    [
        {"items": {"type": ["integer", "string"]}, "uniqueItems": True, "minItems": 9},
        {"enum": [[1]]}, {"const": 1}, {"not": {}}, False,
        {"oneOf": [{"items": {"type": "integer"}}, {"items": {"enum": ["x"]}}], "minItems": 9},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ({1}, "JSON has no value of type set"),
        (dt.date(2024, 1, 1), "JSON has no value of type date"),
        (object(), "JSON has no value of type object"),
        (b"x", "JSON has no value of type bytes"),
        (float("nan"), "NaN and infinities are not JSON numbers"),
        (float("-inf"), "NaN and infinities are not JSON numbers"),
        ({1: 2}, "a property name is of type int, and not a string"),
        ({None: 2}, "a property name is of type NoneType, and not a string"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_no_json_is_explained_as_that(make, schema, thing, said):
    """A thing that no engine reads is named, with its place, and no other keyword is blamed."""
    made = make(schema)
    for value, path in ([1, thing], "/1"), ([[], [thing]], "/1/0"):
        assert not made.is_valid(value)
        problems = made.explain(value).problems
        foreign = [p for p in problems if p.keyword == "type" and p.path == path]
        assert foreign or [(p.path, p.keyword, p.message) for p in problems] == [
            (path, "json", said)
        ]
        assert all(p.path == path for p in problems)


def test_the_types_that_only_one_engine_reads(make, engine):
    """A string of a type of its own is read by jsonschema, and explained as itself for the other."""
    made = make({"items": {"type": "string"}, "maxItems": 1})
    (problem,) = made.explain([Text("x"), Text("y")]).problems[:1]
    assert problem.keyword == ("maxItems" if engine == "jsonschema" else "type")


def test_bytes_are_read_where_a_schema_takes_them(make):
    """Bytes are named only in schemas that have no place for them."""
    made = make({"items": {"type": "string", "format": "binary"}, "maxItems": 1})
    assert made.is_valid([b"x"])
    assert [problem.keyword for problem in made.explain([b"x", b"y"]).problems] == ["maxItems"]


def test_no_value_is_in_a_problem(make):
    """A problem names the place and the kind, and can be written wherever it goes."""
    made = make({"type": "object"})
    explanation = made.explain({HALF: {"secret\ud800": {"hunter2\udfff"}}}, include_values=False)
    assert "hunter2" not in repr(explanation)
    for problem in explanation.problems:
        (problem.path + problem.message + problem.schema).encode()


def test_many_things_are_named_up_to_a_limit(make):
    """Twenty places are enough."""
    explanation = make({"type": "array"}).explain([HALF] * 100_000)
    assert len(explanation.problems) == 20


def test_any_value_is_looked_through():
    """Deep values, values in several places and values that contain themselves have an end."""
    deep: list[object] = [HALF]
    for _ in range(100_000):
        deep = [deep]
    assert not is_text(deep)
    assert next(unreadable(deep)).path == (0,) * 100_001
    wide: list[object] = [HALF]
    for _ in range(100):
        wide = [wide, wide]
    assert len(list(unreadable(wide))) == 1
    loop: list[object] = []
    loop.append(loop)
    assert list(unreadable(loop)) == []
    assert is_text([10**400, {1}, object(), "é"])


JSON = st.recursive(
    st.none() | st.integers(-3, 3) | st.text(alphabet=st.characters(categories=["L", "Cs"]), max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "z", "\ud800"]), inner, max_size=2)
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(value=JSON, schema=st.sampled_from([s for s in SCHEMAS if "$ref" not in str(s)]))
def test_both_engines_agree_about_texts(make_schema, value, schema):
    """Whatever the value and the schema: the same verdict, and never valid without being text."""
    verdicts = {make_schema(schema, engine).is_valid(value) for engine in ("rust", "jsonschema")}
    assert len(verdicts) == 1
    assert is_text(value) or verdicts == {False}
