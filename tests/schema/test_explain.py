"""Explanations: the right place and keyword, never a value, always within the budget."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard.schema import Bundle, CompiledSchema
from asyncapi_guard.schema.dialects import ASYNCAPI
from asyncapi_guard.schema.explain import _PROBLEMS

D4 = "application/schema+json;version=draft-04"
D19 = "application/schema+json;version=2019-09"
D20 = "application/schema+json;version=2020-12"
OLD_API = "application/vnd.oai.openapi;version=3.0.0"


def problems(schema, value, **options):
    assert not schema.is_valid(value)
    return [
        (p.path, p.keyword, p.message, p.schema) for p in schema.explain(value, **options).problems
    ]


@pytest.mark.parametrize(
    ("schema", "value", "path", "keyword", "message", "place"),
    [
        ({"type": "string"}, 1, "", "type", "expected string, got integer", "/type"),
        ({"type": ["string", "null"]}, 1.5, "", "type", "expected string or null, got number", "/type"),
        ({"type": "string"}, True, "", "type", "expected string, got boolean", "/type"),
        ({"type": "string"}, None, "", "type", "expected string, got null", "/type"),
        ({"type": "string"}, [], "", "type", "expected string, got array", "/type"),
        ({"type": "string"}, {}, "", "type", "expected string, got object", "/type"),
        ({"type": "string"}, b"", "", "type", "expected string, got bytes", "/type"),
        ({"type": "string"}, {1}, "", "type", "expected string, got set", "/type"),
        ({"type": "integer"}, "x", "", "type", "expected integer, got string", "/type"),
        ({"enum": [1, "a"]}, 2, "", "enum", 'expected one of 1, "a"', "/enum"),
        ({"const": {"a": 1}}, 2, "", "const", 'expected {"a": 1}', "/const"),
        ({"format": "date"}, "x", "", "format", "is not a valid date", "/format"),
        ({"format": "int32"}, 2**40, "", "format", "is not a valid int32", "/format"),
        ({"pattern": "^a"}, "x", "", "pattern", "does not match the pattern ^a", "/pattern"),
        ({"minimum": 1}, 0, "", "minimum", "is less than the minimum of 1", "/minimum"),
        ({"maximum": 1}, 2, "", "maximum", "is more than the maximum of 1", "/maximum"),
        ({"exclusiveMinimum": 1}, 1, "", "exclusiveMinimum", "is not more than 1", "/exclusiveMinimum"),
        ({"exclusiveMaximum": 1}, 1, "", "exclusiveMaximum", "is not less than 1", "/exclusiveMaximum"),
        ({"multipleOf": 2}, 3, "", "multipleOf", "is not a multiple of 2", "/multipleOf"),
        ({"minLength": 2}, "a", "", "minLength", "is shorter than 2 characters", "/minLength"),
        ({"minLength": 1}, "", "", "minLength", "is shorter than 1 character", "/minLength"),
        ({"maxLength": 1}, "ab", "", "maxLength", "is longer than 1 character", "/maxLength"),
        ({"maxLength": 2}, "abc", "", "maxLength", "is longer than 2 characters", "/maxLength"),
        ({"minItems": 1}, [], "", "minItems", "has fewer than 1 item", "/minItems"),
        ({"maxItems": 1}, [1, 2], "", "maxItems", "has more than 1 item", "/maxItems"),
        ({"uniqueItems": True}, [1, 1], "", "uniqueItems", "has equal items", "/uniqueItems"),
        ({"minProperties": 1}, {}, "", "minProperties", "has fewer than 1 property", "/minProperties"),
        ({"maxProperties": 0}, {"a": 1}, "", "maxProperties", "has more than 0 properties", "/maxProperties"),
        ({"required": ["a/b"]}, {}, "/a~1b", "required", "'a/b' is a required property", "/required"),
        ({"properties": {"a": {"type": "null"}}}, {"a": 1}, "/a", "type", "expected null, got integer",
         "/properties/a/type"),
        ({"patternProperties": {"^a": {"type": "null"}}}, {"ab": 1, "b": 1}, "/ab", "type",
         "expected null, got integer", "/patternProperties/^a/type"),
        ({"properties": {"a": {}}, "patternProperties": {"^b": {}}, "additionalProperties": False},
         {"a": 1, "b": 1, "c~d": 1}, "/c~0d", "additionalProperties",
         "'c~d' is not an expected property", "/additionalProperties"),
        ({"additionalProperties": {"type": "null"}}, {"a": 1}, "/a", "type", "expected null, got integer",
         "/additionalProperties/type"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "/ab", "propertyNames",
         "'ab' is not an allowed property name", "/propertyNames"),
        ({"items": {"type": "null"}}, [None, 1], "/1", "type", "expected null, got integer", "/items/type"),
        ({"items": [{}, {"type": "null"}]}, [1, 1], "/1", "type", "expected null, got integer", "/items/1/type"),
        ({"items": [{}], "additionalItems": {"type": "null"}}, [1, 1], "/1", "type",
         "expected null, got integer", "/additionalItems/type"),
        ({"items": [{}], "additionalItems": False}, [1, 2, 3], "", "additionalItems",
         "expected at most 1 item, got 3", "/additionalItems"),
        ({"contains": {"const": 1}}, [2], "", "contains",
         "0 items are as 'contains' says; expected at least 1", "/contains"),
        ({"allOf": [{}, {"type": "null"}]}, 1, "", "type", "expected null, got integer", "/allOf/1/type"),
        ({"not": {"type": "integer"}}, 1, "", "not", "is what 'not' excludes", "/not"),
        ({"if": {"type": "integer"}, "then": {"minimum": 5}}, 1, "", "minimum",
         "is less than the minimum of 5", "/then/minimum"),
        ({"if": {"type": "string"}, "else": {"minimum": 5}}, 1, "", "minimum",
         "is less than the minimum of 5", "/else/minimum"),
        ({"dependencies": {"a": ["b"]}}, {"a": 1}, "/b", "dependencies", "'b' is required beside 'a'",
         "/dependencies/a"),
        ({"dependencies": {"a": {"maxProperties": 1}}}, {"a": 1, "b": 1}, "", "maxProperties",
         "has more than 1 property", "/dependencies/a/maxProperties"),
        ({"properties": {"a": False}}, {"a": 1}, "/a", "false", "nothing is allowed here", "/properties/a"),
        (False, 1, "", "false", "nothing is allowed here", ""),
        ({"type": "string", "format": "binary", "maxLength": 1}, b"ab", "", "format",
         "expected bytes of an allowed length", "/format"),
        ({"properties": {"a": {"type": "string", "format": "binary"}}}, {"a": "x"}, "/a", "format",
         "expected bytes of an allowed length", "/properties/a/format"),
        ({"items": {"properties": {"~/": {"items": {"type": "null"}}}}}, [{"~/": [1]}], "/0/~0~1/0", "type",
         "expected null, got integer", "/items/properties/~0~1/items/type"),
    ],
)  # fmt: skip
def test_a_problem_has_path_keyword_message_and_place(
    make, schema, value, path, keyword, message, place
):
    """For every keyword: where in the value, which keyword, what is expected, where it stands."""
    assert problems(make(schema), value) == [(path, keyword, message, "f.yml#/s0" + place)]


@pytest.mark.parametrize(
    ("schema_format", "schema", "value", "path", "keyword", "place"),
    [
        (D20, {"prefixItems": [{"type": "null"}]}, [1], "/0", "type", "/prefixItems/0/type"),
        (D20, {"prefixItems": [{}], "items": False}, [1, 2], "/1", "false", "/items"),
        (D20, {"items": {"type": "null"}}, [1], "/0", "type", "/items/type"),
        (D20, {"dependentRequired": {"a": ["b"]}}, {"a": 1}, "/b", "dependentRequired", "/dependentRequired/a"),
        (D20, {"dependentSchemas": {"a": False}}, {"a": 1}, "", "false", "/dependentSchemas/a"),
        (D20, {"contains": {"const": 1}, "minContains": 2}, [1], "", "contains", "/contains"),
        (D19, {"contains": {"const": 1}, "maxContains": 1}, [1, 1], "", "contains", "/contains"),
        (D20, {"unevaluatedProperties": False}, {"a": 1}, "", "schema", ""),
        (D20, {"unevaluatedItems": False}, [1], "", "schema", ""),
        (D20, {"$ref": "guard:/s1", "maxLength": 1}, "ab", "", "maxLength", "/maxLength"),
        (D20, {"$defs": {"a": {"$anchor": "z", "type": "null"}}, "$ref": "#z"}, 1, "", "schema", ""),
        (D4, {"minimum": 1, "exclusiveMinimum": True}, 1, "", "minimum", "/minimum"),
        (D4, {"maximum": 1, "exclusiveMaximum": True}, 1, "", "maximum", "/maximum"),
        (OLD_API, {"type": "string", "nullable": True}, 1, "", "type", "/type"),
    ],
)  # fmt: skip
def test_problems_of_other_dialects(make, schema_format, schema, value, path, keyword, place):
    """Keywords mean what their dialect says; what cannot be walked is said of the whole value."""
    (found,) = problems(make(schema, schema_format, s1={}), value)
    assert (found[0], found[1], found[3]) == (path, keyword, "f.yml#/s0" + place)


@pytest.mark.parametrize(
    ("schema", "value"),
    [({"prefixItems": [{"type": "null"}], "minItems": 2}, [1]),
     ({"items": [{}], "additionalItems": True, "minItems": 2}, [1]),
     ({"additionalItems": False, "items": {}, "minItems": 2}, [1])],
)  # fmt: skip
def test_keywords_of_another_dialect_are_not_walked(make, schema, value):
    """`prefixItems` says nothing in Draft 07, `additionalItems` nothing without a tuple."""
    assert [found[1] for found in problems(make(schema), value)] == ["minItems"]


def test_a_problem_behind_a_reference_stands_where_the_keyword_is(make):
    """The place of a problem is that of the schema which was referred to."""
    schema = make({"items": {"$ref": "#/definitions/t"}}, t={"type": "null"})
    assert problems(schema, [1]) == [("/0", "type", "expected null, got integer", "f.yml#/t/type")]


def test_alternatives_tell_the_nearest(make):
    """Where none matches, the problems of the alternative that was probably meant are told."""
    schema = make({
        "oneOf": [
            {"properties": {"kind": {"const": "a"}, "x": {"type": "string"}}},
            {"properties": {"kind": {"const": "b"}, "x": {"type": "integer"}}},
            {"type": "null"},
        ]
    })  # fmt: skip
    assert problems(schema, {"kind": "b", "x": None}) == [
        ("", "oneOf", "matches none of the 3 alternatives", "f.yml#/s0/oneOf"),
        ("/x", "type", "expected integer, got null", "f.yml#/s0/oneOf/1/properties/x/type"),
    ]
    assert problems(make({"anyOf": [{"type": "null"}, {"minimum": 3}]}), 1) == [
        ("", "anyOf", "matches none of the 2 alternatives", "f.yml#/s0/anyOf"),
        ("", "minimum", "is less than the minimum of 3", "f.yml#/s0/anyOf/1/minimum"),
    ]
    assert problems(make({"anyOf": [{"type": "null"}]}), 1)[0] == (
        ("", "anyOf", "does not match the only alternative", "f.yml#/s0/anyOf")
    )


def test_too_many_matching_alternatives_are_told(make):
    """`oneOf` with two that match says how many."""
    assert problems(make({"oneOf": [{}, {"type": "integer"}, {"type": "null"}]}), 1) == [
        ("", "oneOf", "matches 2 of the 3 alternatives; expected exactly one", "f.yml#/s0/oneOf")
    ]


SECRET = "hunter2-s3cr3t"


@pytest.mark.parametrize(
    "schema",
    [{"type": "null"}, {"enum": [1]}, {"const": 1}, {"format": "date"}, {"pattern": "^a"}, {"maxLength": 1},
     {"minLength": 99}, {"not": {}}, {"oneOf": [{}, {}]}, {"anyOf": [{"type": "null"}]}, False,
     {"type": "string", "format": "binary"}, {"if": {}, "then": {"format": "ipv4"}}],
)  # fmt: skip
def test_messages_hold_no_values(make, schema):
    """Whatever fails, the value is in no message, unless values were asked for."""
    for wrapped, value in (
        (schema, SECRET),
        ({"properties": {"p": schema}}, {"p": SECRET}),
        ({"items": schema}, [SECRET]),
        ({"additionalProperties": schema}, {"p": SECRET}),
    ):
        found = make(wrapped).explain(value)
        assert SECRET not in repr(found)
        shown = make(wrapped).explain(value, include_values=True)
        assert any(SECRET in str(problem.value) for problem in shown.problems)


def test_values_that_were_asked_for_are_cut(make):
    """`include_values` shows at most two hundred characters of a value."""
    (problem,) = make({"maxLength": 1}).explain("x" * 10_000, include_values=True).problems
    assert len(problem.value) <= 201


def test_names_of_a_client_are_cut(make):
    """Long property names, and long lists in a schema, are cut in paths and messages."""
    explanation = make({"additionalProperties": False}).explain({"n" * 10_000: 1})
    assert len(repr(explanation)) < 1_000
    (problem,) = make({"enum": ["v" * 50] * 99}).explain(1).problems
    assert len(problem.message) < 300


# -- the budget ------------------------------------------------------------------------------------


def test_an_overlapping_recursive_union_is_explained_within_the_budget(make):
    """A hundred bytes that have exponentially many ways to fail use up the steps, and no more."""
    node = {"$ref": "#/definitions/n"}
    schema = make(
        node,
        n={
            "oneOf": [
                {"type": "array", "items": node},
                {"type": "array", "items": node, "minItems": 0},
                {"type": "array", "items": node, "maxItems": 99},
                {"type": "string"},
            ]
        },
    )
    # Only the explanation: the reference engine's verdict takes exponential time here.
    value = json.loads("[" * 50 + "1" + "]" * 50)
    explanation = schema.explain(value)
    assert explanation.truncated
    assert 1 <= len(explanation.problems) <= _PROBLEMS


def test_a_thousand_missing_properties_are_twenty_problems(make):
    """No more than twenty problems are told, and that there are more."""
    explanation = make({"required": [f"p{i}" for i in range(1000)]}).explain({})
    assert len(explanation.problems) == 20
    assert explanation.truncated


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"items": {"type": "integer"}}, ["x"] * 100_000),
        ({"items": {"type": "integer"}}, [1] * 100_000 + ["x"]),
        ({"contains": {"const": 1}}, [2] * 100_000),
        ({"additionalProperties": {"type": "null"}}, {str(i): i for i in range(100_000)}),
        ({"propertyNames": {"maxLength": 1}}, {f"n{i}": 1 for i in range(100_000)}),
        ({"patternProperties": {"^z": {}}, "maxProperties": 1}, {str(i): i for i in range(100_000)}),
        ({"items": {"anyOf": [{"type": "null"}, {"minLength": 9}]}}, ["x"] * 100_000),
        ({"items": [{}], "additionalItems": {"type": "null"}}, [1] * 100_000),
    ],
)  # fmt: skip
def test_huge_values_are_explained_within_the_budget(make, schema, value):
    """A hundred thousand faults, or one behind as many, end in a truncated explanation."""
    schema = make(schema)
    assert not schema.is_valid(value)
    explanation = schema.explain(value)
    assert explanation.truncated
    assert 1 <= len(explanation.problems) <= _PROBLEMS


def test_a_problem_deeper_than_the_walk_goes_is_said_of_the_whole(make):
    """Below 64 levels nothing is looked for."""
    value = "x"
    for _ in range(100):
        value = {"a": value}
    schema = make(
        {"$ref": "#/definitions/t"},
        t={"properties": {"a": {"$ref": "#/definitions/t"}}, "type": "object"},
    )
    explanation = schema.explain(value)
    assert explanation.truncated
    assert [p.keyword for p in explanation.problems] == ["schema"]


def test_recursion_through_keywords_that_count_is_bounded(make):
    """`not`, `contains` and `if` begin new walks; together they are within the budget, too."""
    value = 1
    for _ in range(100):
        value = [value, value]
    node = {"$ref": "#/definitions/t"}
    for t in (
        {"not": {"items": {"not": node}}},
        {"type": "array", "contains": node},
        {"if": {"contains": node}, "then": False, "else": {"items": node}},
    ):
        assert make(node, t=t).explain(value).problems


# -- properties ------------------------------------------------------------------------------------

TREE = {"$ref": "#/definitions/t"}
SCHEMAS = [
    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
    {"oneOf": [{"type": "number"}, {"multipleOf": 1}, {"minLength": 1}, TREE]},
    {"anyOf": [{"const": {"a": 1}}, {"contains": {"const": 1}}, {"type": "null"}]},
    {"if": {"type": "string"}, "then": {"pattern": "^a"}, "else": {"not": {"type": "boolean"}}},
    {"patternProperties": {"^a": {"type": "string"}}, "propertyNames": {"maxLength": 2},
     "dependencies": {"a": ["b"], "b": {"minProperties": 2}}},
    {"items": [{"type": "integer"}, TREE], "additionalItems": False, "uniqueItems": True},
    {"not": {"not": TREE}}, TREE, {"type": "string", "format": "binary"}, False,
    {"format": "uuid", "minLength": 3, "minimum": 1, "minItems": 1, "minProperties": 1},
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "abc"]) | st.text(max_size=2), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["rust", "jsonschema"])
@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@settings(max_examples=60, deadline=None)
@given(value=JSON)
def test_whatever_is_not_valid_has_a_problem(name, schema, value):
    """Any JSON value that a schema refuses gets one problem at least; explaining never raises."""
    tree = {"type": ["array", "string"], "items": TREE, "maxItems": 2}
    bundle = Bundle(
        ASYNCAPI, {"s0": schema, "t": tree}, {"s0": "f#", "t": "f#/t"}, cyclic=True, binary=True
    )
    made = CompiledSchema("f#", ASYNCAPI, lambda: bundle, name, positional=False, nothing=False)
    explanation = made.explain(value)
    assert len(explanation.problems) >= 1
    if not made.is_valid(value):
        for problem in explanation.problems:
            assert problem.message
            assert problem.schema.startswith("f#")
            assert problem.value is None
