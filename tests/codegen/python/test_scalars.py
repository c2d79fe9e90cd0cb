"""Values that stand in generated code."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.codegen.python.scalars import is_default


@pytest.mark.parametrize(
    ("default", "schema"),
    [
        (5, {"type": "integer", "minimum": 5, "maximum": 5}),
        (0, {"type": "integer", "multipleOf": 3}),
        (-6, {"type": "number", "multipleOf": 3, "exclusiveMaximum": 0}),
        (0.5, {"type": "number", "exclusiveMinimum": 0}),
        (True, {"type": "boolean"}),
        ("", {"type": "string"}),
        ("ab", {"type": "string", "minLength": 2, "maxLength": 2, "pattern": "^a"}),
        ("é", {"type": ["string", "null"], "maxLength": 1}),
        ([], {"type": "array"}),
        ("a", {"enum": ["a", 1]}),
    ],
)
def test_a_default_that_fits(default: Any, schema: dict[str, Any]) -> None:
    assert is_default(default, schema)


@pytest.mark.parametrize(
    ("default", "schema"),
    [
        (1, {"type": "integer", "minimum": 5}),
        (6, {"type": "integer", "maximum": 5}),
        (4, {"type": "integer", "multipleOf": 3}),
        (0, {"type": "number", "exclusiveMinimum": 0}),
        (0, {"type": "number", "exclusiveMaximum": 0}),
        ("a", {"type": "string", "minLength": 2}),
        ("abc", {"type": "string", "maxLength": 2}),
        ("b", {"type": "string", "pattern": "^a"}),
        ("b", {"type": "string", "pattern": r"\\p{L}"}),
        ([], {"type": "array", "minItems": 1}),
        ([1], {"type": "array"}),
        (None, {"type": ["string", "null"]}),
        (True, {"type": "integer"}),
        ("b", {"enum": ["a", 1]}),
        ("2020-01-01", {"type": "string", "format": "date"}),
    ],
)
def test_a_default_that_does_not_fit_is_left_out(default: Any, schema: dict[str, Any]) -> None:
    """A dataclass would have it, and the guard refuse what is sent with it."""
    assert not is_default(default, schema)
