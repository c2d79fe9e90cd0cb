"""Flat schemas, and the one way of saying a thing."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.schema.comparison.flat_schemas import (
    by_type,
    common_type,
    is_a,
    own_keywords,
    says_nothing,
    tidy,
)


@pytest.mark.parametrize(
    ("schema", "flat"),
    [
        ({"const": 1, "title": "A", "x-y": 2}, [{"enum": ["1"]}]),
        ({"type": ["string", "null"]}, [{"type": "string"}, {"enum": ["null"]}]),
        ({"type": "string", "nullable": True}, [{"type": "string"}, {"enum": ["null"]}]),
        ({"type": ["integer", "number"]}, [{"type": "number"}]),
        ({"type": "string", "enum": [1, 2]}, []),
        ({"type": "string", "minimum": 1, "format": "nonsense"}, [{"type": "string"}]),
        ({"type": "integer", "exclusiveMaximum": 5}, [{"type": "integer", "maximum": 4}]),
        ({"type": "number", "exclusiveMaximum": 5}, [{"type": "number", "exclusiveMaximum": 5}]),
        (
            {"type": "array", "prefixItems": [{}], "items": False},
            [{"type": "array", "items": [{}], "maxItems": 1}],
        ),
        ({"type": "object", "properties": {"a": {"title": "A"}}}, [{"type": "object"}]),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            [{"type": "object", "properties": {"a": {}}, "additionalProperties": False}],
        ),
    ],
)
def test_a_schema_by_its_types(schema: Any, flat: Any) -> None:
    """One flat schema for each type, with what judges values of it, said in one way."""
    assert by_type(own_keywords(schema)) == flat


def test_tidying_twice_changes_nothing() -> None:
    """What is tidy stays as it is, whatever its keywords."""
    for flat in ({"type": "array", "items": [{}], "maxItems": 1}, {"type": "object"}, {}):
        assert tidy(tidy(flat)) == tidy(flat)


def test_types_of_values() -> None:
    """As JSON Schema has them: whole numbers are integers, booleans are no numbers."""
    assert is_a(1.0, "integer")
    assert not is_a(True, "integer")
    assert not is_a(None, "object")
    assert is_a([], "array")
    assert is_a("a", None)
    assert common_type("integer", "number") == "integer"
    assert common_type(None, "string") == "string"
    assert common_type("string", "null") is False


def test_what_says_nothing() -> None:
    """Annotations and extensions do not judge."""
    assert says_nothing({"title": "A", "x-a": 1})
    assert says_nothing(True)
    assert not says_nothing(False)
    assert not says_nothing({"const": None})
