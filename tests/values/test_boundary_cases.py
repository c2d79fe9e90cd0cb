"""Cases: what is tried, in which place, and what a case says of itself."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest
from schemas import compiled, message

from asyncapi_guard.values import (
    Case,
    NoValue,
    RandomChoices,
    ack_judge,
    boundary_cases,
    invalid_arguments,
)

PLACE = "<mapping>#/channels/c/messages/m/payload"


def cases(schema: Any, **options: Any) -> list[Case]:
    """All cases of a schema."""
    return [*boundary_cases(compiled(schema, **options))]


def tried(schema: Any, keyword: str, path: str = "", **options: Any) -> list[tuple[Any, bool]]:
    """What is tried of a keyword at a place in the one argument, and whether it is valid."""
    found = [c for c in cases(schema, **options) if (c.keyword, c.path) == (keyword, path)]
    return [(_at(case.arguments[0], path), case.valid) for case in found]


def _at(value: Any, path: str) -> Any:
    for part in path.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def in_object(schema: Any) -> Any:
    """A schema within two objects and a list."""
    items = {"type": "array", "items": schema, "minItems": 1}
    inner = {"type": "object", "required": ["list"], "properties": {"list": items}}
    return {"type": "object", "required": ["a"], "properties": {"a": inner}}


@pytest.mark.parametrize(
    ("schema", "keyword", "expected"),
    [
        ({"type": "integer", "minimum": 3}, "minimum", [(3, True), (2, False)]),
        ({"type": "integer", "maximum": 3}, "maximum", [(3, True), (4, False)]),
        (
            {"type": "integer", "exclusiveMinimum": 3},
            "exclusiveMinimum",
            [(3, False), (2, False), (4, True)],
        ),
        ({"type": "integer", "multipleOf": 5}, "multipleOf", [(5, True), (10, True), (6, False)]),
        (
            {"type": "integer", "multipleOf": 5, "minimum": 12},
            "minimum",
            [(15, True), (10, False)],
        ),
        (
            {"type": "string", "minLength": 2},
            "minLength",
            [("aa", True), ("a", False), ("🙂🙂", True)],
        ),
        ({"type": "string", "maxLength": 1}, "maxLength", [("a", True), ("aa", False)]),
        ({"const": 5}, "const", [(5, True), (6, False), (4, False), ("5", False)]),
        (
            {"type": "array", "maxItems": 1, "items": {"const": 1}},
            "maxItems",
            [([1], True), ([1, 1], False)],
        ),
        ({"type": "object", "required": ["b"]}, "required", [({}, False), ({"b": "a"}, True)]),
    ],
)
def test_a_boundary_is_tried_and_one_step_beyond(
    schema: Any, keyword: str, expected: list[tuple[Any, bool]]
) -> None:
    """At a place of its own, and deep in a value alike."""
    found = tried(schema, keyword)
    assert [each for each in expected if each not in found] == []
    deep = tried(in_object(schema), keyword, "/a/list/0")
    assert [each for each in expected if each[1] is False and each not in deep] == []


@pytest.mark.parametrize(
    ("type", "wrong"),
    [
        ("integer", [None, True, "1", 1.5, [], {}]),
        ("number", [None, True, "1.0", [], {}]),
        ("string", [None, True, 5, [], {}, ["a"], b"a"]),
        ("boolean", [None, 1, 0, "true", [], {}]),
        ("array", [None, "a", {}, "[]", 5]),
        ("object", [None, "a", [], "{}", 5]),
        ("null", ["a", False, 5, [], {}]),
    ],
)
def test_values_of_each_other_type_are_refused(type: str, wrong: list[Any]) -> None:
    """Those that programs take for the right one among them."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": type}}}
    found = [repr(value) for value, valid in tried(schema, "type", "/a") if not valid]
    assert [value for value in wrong if repr(value) not in found and type != "null"] == []
    if type == "null":
        assert "'a'" in found


@pytest.mark.parametrize(
    ("type", "value"),
    [("integer", 0), ("string", ""), ("boolean", False), ("array", []), ("object", {})],
)
def test_what_programs_take_for_missing_is_tried(type: str, value: Any) -> None:
    """Where it is valid: of an optional property, too."""
    schema = {"type": "object", "properties": {"a": {"type": type}}}
    assert [0 for found, valid in tried(schema, "type", "/a") if found == value and valid]


def test_a_whole_number_may_have_a_point() -> None:
    """It is an integer to JSON Schema."""
    found = [each for each in tried({"type": "integer"}, "type") if isinstance(each[0], float)]
    assert (1.0, True) in found


def test_a_case_changes_one_place_only() -> None:
    """All else is as it was in a valid whole."""
    schema = {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "integer", "minimum": 3}, "b": in_object({"type": "boolean"})},
    }
    for case in cases(schema):
        if case.path == "/a":
            assert case.arguments[0]["b"] == {"a": {"list": [True, True]}}
        if case.path.startswith("/b/a/list/"):
            assert case.arguments[0]["a"] == 3


def test_a_case_says_where_and_what() -> None:
    """Where in the value, and where in the document."""
    schema = {"type": "object", "properties": {"a/b~c": {"type": "string", "maxLength": 10}}}
    (case,) = [each for each in cases(schema) if each.what == "one longer than maxLength 10"]
    assert case.arguments == [{"a/b~c": "a" * 11}]
    assert case.path == "/a~1b~0c"
    assert case.schema == f"{PLACE}/properties/a~1b~0c/maxLength"
    assert (case.keyword, case.valid) == ("maxLength", False)


def test_a_reference_is_tried_where_it_stands_and_said_where_it_is() -> None:
    """Each property that refers to a schema is tried; the keyword is in the components."""
    point = {"type": "integer", "minimum": 0}
    ref = {"$ref": "#/components/schemas/P"}
    schema = {"type": "object", "properties": {"from": ref, "to": ref}}
    found = [c for c in cases(schema, components={"P": point}) if c.keyword == "minimum"]
    assert {case.path for case in found} == {"/from", "/to"}
    assert {case.schema for case in found} == {"<mapping>#/components/schemas/P/minimum"}


def test_several_arguments_are_tried_one_by_one() -> None:
    """The path begins with the position, and there are lists of other lengths."""
    schema = {"type": "array", "items": [{"type": "integer"}, {"type": "string"}], "minItems": 2}
    found = cases({**schema, "additionalItems": False})
    assert {case.path for case in found if case.keyword == "type"} >= {"/0", "/1"}
    lengths = {len(c.arguments): c.valid for c in found if c.keyword == "arguments"}
    assert lengths == {0: False, 1: False, 2: True, 3: False, 4: False}
    assert [c.arguments for c in found if c.keyword == "minItems" and not c.valid] == [[1]]


def test_one_argument_is_tried_with_none_and_with_two() -> None:
    """No argument is fine where the schema accepts `null`."""
    found = {
        len(c.arguments): c.valid for c in cases({"type": "integer"}) if c.keyword == "arguments"
    }
    assert found == {1: True, 0: False, 2: False}
    optional = cases({"type": ["integer", "null"]})
    assert [c.valid for c in optional if not c.arguments] == [True]


def test_an_event_without_arguments_is_tried_with_one() -> None:
    """Even with an explicit `null`."""
    found = [(case.arguments, case.valid) for case in cases({"type": "null"})]
    assert ([], True) in found
    assert ([None], False) in found


def test_each_alternative_is_tried_and_two_at_once() -> None:
    """`oneOf` allows one of them."""
    one, other = ({"required": [name]} for name in ("a", "b"))
    names = {"a": {"type": "integer"}, "b": {"type": "integer"}}
    found = tried({"type": "object", "properties": names, "oneOf": [one, other]}, "oneOf")
    shown = [(sorted(value), valid) for value, valid in found if isinstance(value, dict)]
    assert (["a"], True) in shown
    assert (["b"], True) in shown
    assert (["a", "b"], False) in shown


def test_keywords_of_each_alternative_are_tried() -> None:
    """In a whole that is of this alternative."""
    several = [
        {
            "type": "object",
            "required": ["kind", "n"],
            "properties": {"kind": {"const": kind}, "n": n},
        }
        for kind, n in (("a", {"type": "integer", "maximum": 5}), ("b", {"type": "boolean"}))
    ]
    found = cases({"oneOf": several})
    (beyond,) = [c for c in found if c.keyword == "maximum" and not c.valid]
    assert beyond.arguments == [{"kind": "a", "n": 6}]
    assert [c for c in found if c.path == "/n" and c.arguments[0]["kind"] == "b"]


def test_conditions_are_tried_on_both_sides() -> None:
    """What follows from a condition, and what follows otherwise."""
    schema = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a", "b"]}, "x": {"type": "integer"}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["x"]},
        "else": {"maxProperties": 1},
    }
    found = {
        (str(c.arguments[0].get("kind")), "x" in c.arguments[0], c.valid)
        for c in cases(schema)
        if c.arguments and isinstance(c.arguments[0], dict)
    }
    assert found >= {("a", True, True), ("a", False, False), ("b", False, True), ("b", True, False)}


def test_recursion_is_tried_once() -> None:
    """A level below is there in the whole, and the walk ends."""
    tree = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/T"}},
        },
    }
    found = cases({"$ref": "#/components/schemas/T"}, components={"T": tree})
    assert len(found) < 100
    assert {case.path for case in found} >= {"/name", "/below", "/below/0"}


def test_cases_are_bounded() -> None:
    """However large the schema is; outer places come first."""
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(300)}}
    payload = compiled(wide)
    assert len([*boundary_cases(payload)]) == 1_000
    assert len([*boundary_cases(payload, most=50)]) == 50
    assert all(not case.path for case in islice(boundary_cases(payload), 300))


def test_an_ack_is_judged_by_all_of_its_alternatives() -> None:
    """What judges is passed."""
    ack = message(payload=True, **{"x-ack": {"type": "integer"}}).ack
    found = [*boundary_cases(ack.alternatives[0], accepts=lambda args: args == [7])]
    assert not any(case.valid for case in found)
    assert [*boundary_cases(ack.alternatives[0], accepts=ack_judge(ack))]


def test_what_is_tried_has_no_values_in_its_words() -> None:
    """They may be written where values may not."""
    secret = {"type": "string", "enum": ["hunter2"], "pattern": "hunter2", "default": "hunter2"}
    found = cases({"type": "object", "properties": {"a": secret, "b": {"const": "hunter2"}}})
    assert found
    assert not [case.what for case in found if "hunter2" in case.what]


def test_no_payload_has_no_boundary() -> None:
    """Anything may be sent."""
    assert [*boundary_cases(None)] == []
    with pytest.raises(NoValue):
        invalid_arguments(None, RandomChoices(1))


def test_values_of_cases_are_not_shared() -> None:
    """Whoever changes one changes no other."""
    first, *others = cases(in_object({"type": "integer"}))
    before = json.dumps([case.arguments for case in others], default=repr)
    first.arguments[0]["a"]["list"].clear()
    assert json.dumps([case.arguments for case in others], default=repr) == before


def test_an_invalid_value_differs_in_one_place() -> None:
    """From the valid one that was drawn."""
    schema = compiled(in_object({"type": "integer", "minimum": 3}))
    paths = {invalid_arguments(schema, RandomChoices(seed)).path for seed in range(40)}
    assert paths >= {"", "/a", "/a/list", "/a/list/0"}
