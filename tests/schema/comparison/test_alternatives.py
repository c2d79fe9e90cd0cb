"""A schema as alternatives, and which of them exclude one another."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.schema.comparison.alternatives import alternatives_of
from asyncapi_guard.schema.comparison.compared_schema import (
    ComparedSchema,
    TooMuchError,
    closed,
    resolved,
)
from asyncapi_guard.schema.comparison.exclusive import are_exclusive

DEFINITIONS = {"A": {"type": "string"}, "B": {"$ref": "#/$defs/A"}, "C": {"$ref": "#/$defs/none"}}
ROOT = ComparedSchema(True, DEFINITIONS, positional=False, nothing=False, siblings=True)


def alternatives(schema: Any) -> Any:
    return alternatives_of(schema, ROOT)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, [{}]),
        (False, []),
        ({"anyOf": [{"type": "string"}, {}]}, [{}]),
        ({"anyOf": [{"const": 1}, {"enum": ["a", 1]}]}, [{"enum": ['"a"', "1"]}]),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, []),
        ({"$ref": "#/$defs/B", "minLength": 1}, [{"type": "string", "minLength": 1}]),
        ({"$ref": "#/$defs/C"}, [{"$ref": "#/$defs/none"}]),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            [{"type": "string"}, {"type": "integer"}],
        ),
        (
            {"oneOf": [{"minimum": 1}, {"minLength": 2}]},
            [{"oneOf": [{"minimum": 1}, {"minLength": 2}]}],
        ),
    ],
)
def test_alternatives(schema: Any, expected: Any) -> None:
    """References are followed, what is said together is put together, lists of values are one."""
    assert alternatives(schema) == expected


def test_too_many_alternatives_are_not_looked_at() -> None:
    """Combinations grow fast, and recursion without an end has none."""
    union = {"anyOf": [{"minimum": n} for n in range(20)]}
    with pytest.raises(TooMuchError):
        alternatives({"allOf": [union, union]})
    endless = ComparedSchema(True, {"A": {"allOf": [{"$ref": "#/$defs/A"}]}}, False, False, True)
    with pytest.raises(TooMuchError):
        alternatives_of({"$ref": "#/$defs/A"}, endless)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ({"const": 1}, {"const": 2}, True),
        ({"enum": [1, 2]}, {"enum": [2, 3]}, False),
        ({"const": 1}, {"type": "string"}, True),
        ({"type": "integer"}, {"type": "number"}, False),
        (
            {"type": "object", "properties": {"k": {"const": 1}}, "required": ["k"]},
            {"type": "object", "properties": {"k": {"const": 2}}, "required": ["k"]},
            True,
        ),
        (
            {"type": "object", "properties": {"k": {"const": 1}}, "required": ["k"]},
            {"type": "object", "properties": {"k": {"const": 2}}},
            False,
        ),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "required": ["k"]},
            True,
        ),
    ],
)
def test_what_excludes_one_another(one: Any, other: Any, apart: bool) -> None:
    """By type, by values, and by properties that one must and the other cannot have."""
    several = [alternatives(one), alternatives(other)]
    assert are_exclusive(several, alternatives) == apart
    assert are_exclusive(several[::-1], alternatives) == apart


def test_chains_of_references_end() -> None:
    """At the schema, at a reference to nothing, and where they go round."""
    assert resolved({"$ref": "#/$defs/B"}, ROOT) == {"type": "string"}
    assert resolved({"$ref": "#/$defs/C"}, ROOT) == {"$ref": "#/$defs/none"}
    round = ComparedSchema(True, {"A": {"$ref": "#/$defs/A"}}, False, False, True)
    assert resolved({"$ref": "#/$defs/A"}, round) == {"$ref": "#/$defs/A"}


def test_objects_are_closed_where_schemas_stand() -> None:
    """Names that look like keywords stay names; what must fit several schemas stays open."""
    named = {"properties": {"properties": {"type": "string"}}}
    root = ComparedSchema(
        {"items": [named], "enum": [named]}, {"A": {"not": named}}, False, False, True
    )
    shut = {**named, "additionalProperties": False}
    assert closed(root).schema == {"items": [shut], "enum": [named]}
    assert closed(root).definitions == {"A": {"not": shut}}
    several = ComparedSchema({"allOf": [named, named]}, {}, False, False, True)
    assert closed(several).schema == several.schema
