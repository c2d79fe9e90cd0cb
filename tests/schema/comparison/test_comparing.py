"""Whether two schemas say the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard.schema.comparison import differences, is_anything
from asyncapi_guard.spec import load

#: Values of every type, to see whether schemas that are called equal judge alike.
VALUES = [
    None,
    *(True, False, 0, 1, 2, 1.5, -1, "", "a", "abcd", "a@example.com", "2024-01-01T00:00:00Z"),
    *([], [1], [1, "a"], [1, 2, 3], ["a"], {}, {"a": 1}, {"a": "x"}, {"a": 1, "b": 2}, {"b": None}),
    *({"k": "one", "x": 1}, {"k": "two"}, {"next": None}, {"next": {"next": None}}, {"next": 1}),
]
TREE = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}}}


def schema(payload: Any, schemas: Any = None) -> Any:
    """A schema as a document has it."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": payload}}}},
        "components": {"schemas": schemas or {}},
    }
    return load(document).channels["c"].messages["m"].payload


def closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SAME = [
    ({"title": "A", "description": "B", "default": 1, "examples": [1]}, {"x-more": 1}),
    ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
    (
        {"type": ["string", "null"], "minLength": 2},
        {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]},
    ),
    ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    ({"enum": ["a", "abcd", None]}, {"anyOf": [{"enum": ["abcd", "a"]}, {"type": "null"}]}),
    ({"enum": [1, "a"], "type": "string"}, {"const": "a"}),
    ({"type": "boolean"}, {"enum": [True, False]}),
    ({"type": ["number", "integer"]}, {"type": "number"}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ({"allOf": [{"type": "integer"}], "minimum": 1}, {"type": "integer", "minimum": 1}),
    (
        {"allOf": [{"minimum": 1}, {"minimum": 2}, {"type": "integer"}]},
        {"type": "integer", "minimum": 2},
    ),
    ({"type": "string", "minimum": 5, "minLength": 0}, {"type": "string"}),
    ({"type": "string", "format": "nonsense"}, {"type": "string"}),
    (
        {"type": "object", "properties": {"a": {}, "b": {"type": "integer"}}},
        {"type": "object", "properties": {"b": {"type": "integer"}}, "additionalProperties": True},
    ),
    (
        {"type": "object", "required": ["b", "a"]},
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"title": "A"}}},
    ),
    (
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    ),
    (
        {"oneOf": [closed(a={"type": "integer"}), closed(b={"type": "integer"})]},
        {"anyOf": [closed(b={"type": "integer"}), closed(a={"type": "integer"})]},
    ),
    (
        {"oneOf": [closed(k={"const": "one"}, x={}), closed(k={"const": "two"})]},
        {"anyOf": [closed(k={"const": "two"}), closed(k={"const": "one"}, x=True)]},
    ),
    (
        {"oneOf": [{"minimum": 1}, {"maximum": 2}]},
        {"oneOf": [{"maximum": 2}, {"minimum": 1}]},
    ),
    (
        {"type": "array", "items": [{"type": "integer"}], "additionalItems": False, "minItems": 1},
        {"type": "integer"},
    ),
    (
        {"type": "array", "items": [{"type": "integer"}], "minItems": 1, "maxItems": 1},
        {"type": "array", "items": [{"type": "integer"}], "additionalItems": False, "minItems": 1},
    ),
    ({"type": "null"}, False),
    (
        {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
        },
        {"type": "array", "items": [{"type": "integer"}], "additionalItems": False},
    ),
    (
        {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {
                "$defs": {"a": {"type": "integer"}},
                "$ref": "#/channels/c/messages/m/payload/schema/$defs/a",
                "minimum": 1,
            },
        },
        {"type": "integer", "minimum": 1},
    ),
]

DIFFERENT = [
    (
        {"type": "array"},
        {"not": {}},
        "the value may be array in the code, something in the document",
    ),
    (
        {"type": "array"},
        {"type": "array", "contains": {"type": "string"}},
        "the value has contains in the file only",
    ),
    (
        {"type": "string"},
        {"type": "integer"},
        'the value: type is "string" in the code, "integer" in the document',
    ),
    (
        {"type": "string"},
        {"type": "string", "format": "email"},
        'the value: format is absent in the code, "email" in the document',
    ),
    (
        {"type": "integer"},
        {"type": "number"},
        'the value: type is "integer" in the code, "number" in the document',
    ),
    (
        {"type": ["string", "null"]},
        {"type": "string"},
        "the value may be string or null in the code, string in the document",
    ),
    (
        closed(a={}),
        {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        "the value may have no other properties in the code",
    ),
    (
        closed(a={"type": "string"}),
        closed(a={"type": "integer"}),
        '/a: type is "string" in the code, "integer" in the document',
    ),
    (
        closed(a={"const": 1}),
        closed(a={"enum": [1, 2]}),
        "/a: enum is [1] in the code, [1, 2] in the document",
    ),
    (
        closed(a={}),
        closed(a={}, b={}),
        'the value: required is ["a"] in the code, ["a", "b"] in the document',
    ),
    (
        {"type": "array", "items": {"type": "integer"}},
        {"type": "array"},
        "/* may be integer in the code, anything in the document",
    ),
    (
        {"type": "integer"},
        {"type": "null"},
        "the value may be integer in the code, null in the document",
    ),
    (
        {"not": {"type": "integer"}},
        {"not": {"type": "string"}},
        '/not: type is "integer" in the code, "string" in the document',
    ),
    (
        {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
        {"type": "array", "items": [{"type": "integer"}, {"type": "integer"}]},
        '/1: type is "string" in the code, "integer" in the document',
    ),
    (
        {"allOf": [{"pattern": "a"}, {"pattern": "b"}], "type": "string"},
        {"allOf": [{"pattern": "a"}, {"pattern": "c"}], "type": "string"},
        "the value has another allOf",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_said_otherwise(one: Any, other: Any) -> None:
    """There is no difference in either direction, and the two judge all values alike."""
    left, right = schema(one), schema(other)
    assert differences([left], [right]) == []
    assert differences([right], [left]) == []
    if left.positional == right.positional and not left.nothing:
        assert [v for v in VALUES if left.is_valid(v) != right.is_valid(v)] == []


@pytest.mark.parametrize(("code", "file", "said"), DIFFERENT)
def test_a_difference_says_where_and_what(code: Any, file: Any, said: str) -> None:
    """The first difference has a path, and what each side says."""
    assert str(differences([schema(code)], [schema(file)])[0]) == said
    assert differences([schema(file)], [schema(code)])


def test_equal_only_to_itself() -> None:
    """Of all the schemas above that judge some value differently, no two are called the same."""
    pool = [each for one, other, *_ in [*SAME, *DIFFERENT] for each in (schema(one), schema(other))]
    plain = [each for each in pool if not each.positional and not each.nothing]
    for left in plain:
        for right in plain:
            if differences([left], [right]) == []:
                assert [v for v in VALUES if left.is_valid(v) != right.is_valid(v)] == []


def test_recursion_is_followed() -> None:
    """A schema that refers to itself is compared once around, whatever its parts are called."""
    ref = {"$ref": "#/components/schemas/Tree"}
    twice = {
        "Tree": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Other"}}},
        "Other": TREE,
    }
    assert differences([schema(ref, {"Tree": TREE})], [schema(ref, twice)]) == []
    other = {"type": "object", "properties": {"next": {"anyOf": [ref, {"type": "null"}]}}}
    found = differences([schema(ref, {"Tree": TREE})], [schema(ref, {"Tree": other})])
    assert [str(each) for each in found] == [
        "/next can be object in the code, object or null in the document"
    ]


def test_several_messages_of_an_event_are_alternatives() -> None:
    """Two messages on the file's side are a union on the code's."""
    ref = {"$ref": "#/components/schemas/A"}
    one, other = schema(ref, {"A": {"type": "string"}}), schema(ref, {"A": {"type": "integer"}})
    assert differences([schema({"type": ["integer", "string"]})], [one, other]) == []
    assert differences([schema({"type": "integer"})], [one, other]) != []


def test_what_is_too_large_is_said_to_be() -> None:
    """A comparison that would take too long says so: nothing is called equal unseen."""
    wide = {"allOf": [{"anyOf": [{"minimum": n}, {"maximum": n}]} for n in range(12)]}
    (difference,) = differences([schema(wide)], [schema(wide)])
    assert difference.text == "the schemas are too large to be compared"
    assert difference.wider
    assert difference.narrower


def test_anything_is_told() -> None:
    """A schema that refuses nothing is one, however it is said."""
    assert is_anything(schema({}))
    assert is_anything(schema({"title": "A", "anyOf": [{}, {"type": "string"}]}))
    assert not is_anything(schema({"type": "string"}))


# -- which side is wider ---------------------------------------------------------------------------


def direction(code: Any, file: Any) -> str:
    found = differences([schema(code)], [schema(file)])
    assert found
    wider, narrower = any(d.wider for d in found), any(d.narrower for d in found)
    return {(True, False): "wider", (False, True): "narrower", (True, True): "unknown"}[
        wider, narrower
    ]


def opened(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


WIDER = [
    ({}, {"type": "string"}),
    ({"type": "number"}, {"type": "integer"}),
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"type": "string"}, {"type": "string", "maxLength": 5}),
    ({"type": "string", "maxLength": 6}, {"type": "string", "maxLength": 5}),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2, "maximum": 9}),
    ({"type": "string"}, {"type": "string", "format": "email"}),
    ({"type": "string"}, {"enum": ["a", "b"]}),
    ({"enum": ["a", "b", "c"]}, {"enum": ["a", "b"]}),
    ({"type": "string"}, {"type": "string", "not": {"minLength": 2}}),
    ({"type": "array"}, {"type": "array", "contains": {}}),
    ({"type": "integer"}, {"type": "integer", "if": {"minimum": 2}, "then": {"maximum": 3}}),
    ({"type": ["string", "integer"]}, {"enum": ["a", 1]}),
    ({"type": ["string", "integer", "null"]}, {"type": ["string", "null"], "minLength": 2}),
    (opened(a={"type": "string"}), {**opened(a={"type": "string"}), "required": ["a"]}),
    (opened(a={}), {**opened(a={}), "minProperties": 1}),
    ({**closed(a={}, b={}), "required": ["a"]}, closed(a={})),
    (opened(a={"type": "string"}), opened(a={"enum": ["x"]}, b={"type": "integer"})),
    (opened(a={}), closed(a={"type": "integer"})),
    (
        {"type": "array", "items": {"type": "number"}},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    ),
    (
        {"type": "array", "items": [{"type": "string"}, {}], "minItems": 1, "maxItems": 2},
        {"type": "string"},
    ),
    (
        {"anyOf": [closed(k={"const": 1}), closed(k={"const": 2}, x={})]},
        closed(k={"const": 2}, x={"type": "string"}),
    ),
]


@pytest.mark.parametrize(("wide", "narrow"), WIDER)
def test_the_wider_side_is_known(wide: Any, narrow: Any) -> None:
    """Where one side accepts all that the other accepts, and more, that is said of it."""
    assert direction(wide, narrow) == "wider"
    assert direction(narrow, wide) == "narrower"


UNKNOWN = [
    ({"type": "string"}, {"type": "integer"}),
    ({"type": "string", "minLength": 2}, {"type": "string", "maxLength": 5}),
    ({"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"}),
    ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}),
    (opened(a={"type": "string"}), opened(b={"type": "string"})),
    ({"not": {"type": "integer"}}, {"not": {"type": "number"}}),
    (
        {"if": {"minimum": 1}, "then": {"maximum": 3}},
        {"if": {"minimum": 2}, "then": {"maximum": 3}},
    ),
    (
        {"type": "array", "contains": {"type": "number"}, "maxContains": 2},
        {"type": "array", "contains": {"type": "integer"}, "maxContains": 2},
    ),
]


@pytest.mark.parametrize(("one", "other"), UNKNOWN)
def test_in_doubt_either_side_may_be_wider(one: Any, other: Any) -> None:
    """What cannot be told, or is neither, is called neither."""
    assert direction(one, other) == "unknown"
    assert direction(other, one) == "unknown"


def test_models_may_be_taken_as_closed() -> None:
    """What an object does not say of other properties is then that it has none."""
    inner = {"type": "object", "properties": {"properties": {"type": "string"}}}
    model = opened(a={"type": "array", "items": inner}, b={"$ref": "#/components/schemas/B"})
    shut = {**inner, "additionalProperties": False}
    file = {**opened(a={"type": "array", "items": shut}, b=shut), "additionalProperties": False}
    code = schema(model, {"B": {"anyOf": [inner]}})
    assert any(each.wider for each in differences([code], [schema(file)]))
    assert differences([code], [schema(file)], closed=True) == []
    for more in ({"additionalProperties": {}}, {"patternProperties": {"^x": {}}}):
        loose = schema({**opened(a={}), **more})
        found = differences([loose], [schema(closed(a={}))], closed=True)
        assert any(each.wider for each in found)


_LEAVES = st.sampled_from(
    [
        *({}, {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "null"}),
        *({"type": ["string", "null"]}, {"type": "boolean"}, {"const": 1}, {"enum": ["a", None]}),
        *({"type": "integer", "minimum": 1}, {"type": "number", "exclusiveMaximum": 2}),
        *({"type": "string", "minLength": 1}, {"type": "string", "maxLength": 3}, {"minimum": 0}),
        *({"enum": ["a", "abcd", 1]}, {"type": "array"}, {"type": "object"}),
    ]
)


def _larger(schemas: Any) -> Any:
    names = st.dictionaries(st.sampled_from("abkx"), schemas, max_size=2)
    some = st.lists(schemas, min_size=1, max_size=3)
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": names},
        optional={
            "required": st.lists(st.sampled_from("abk"), unique=True, max_size=2),
            "additionalProperties": st.booleans() | schemas,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), schemas, max_size=1),
            "minProperties": st.integers(0, 2),
        },
    )
    arrays = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": schemas | some,
            "additionalItems": st.booleans() | schemas,
            "contains": schemas,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 3),
        },
    )
    combined = st.fixed_dictionaries({}, optional={"allOf": some, "anyOf": some, "oneOf": some})
    return objects | arrays | combined | st.fixed_dictionaries({"not": schemas})


_SCHEMAS = st.recursive(_LEAVES, _larger, max_leaves=6)


@settings(deadline=None, max_examples=200)
@given(_SCHEMAS, _SCHEMAS)
def test_nothing_is_called_harmless_that_is_not(one: Any, other: Any) -> None:
    """Of any two schemas, the side that is not called narrower accepts what the other accepts."""
    # One level down, so that no schema stands for several arguments or none.
    code, file = (schema({"type": "object", "properties": {"v": s}}) for s in (one, other))
    found = differences([code], [file])
    accepted = [(code.is_valid({"v": value}), file.is_valid({"v": value})) for value in VALUES]
    if not any(each.narrower for each in found):
        assert all(by_code for by_code, by_file in accepted if by_file)
    if not any(each.wider for each in found):
        assert all(by_file for by_code, by_file in accepted if by_code)
