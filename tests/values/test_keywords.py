"""Each keyword of JSON Schema: values are valid, and boundaries are tried on both sides."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from keyword_table import SCHEMAS
from schemas import compiled

from asyncapi_guard.values import (
    Case,
    NoValue,
    RandomChoices,
    boundary_cases,
    draw_arguments,
    invalid_arguments,
)
from asyncapi_guard.values.judges import arguments_judge


def schemas(rows: int) -> pytest.MarkDecorator:
    """Every schema of the table; always, one of so many."""
    mark = pytest.mark.sampled(rows)
    return pytest.mark.parametrize("name", [pytest.param(name, marks=mark) for name in SCHEMAS])


EVERY_KEYWORD = {
    *("type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("multipleOf", "minLength", "maxLength", "pattern", "format", "required", "properties"),
    *("additionalProperties", "unevaluatedProperties", "propertyNames", "minProperties"),
    *("maxProperties", "items", "additionalItems", "unevaluatedItems", "minItems", "maxItems"),
    *("uniqueItems", "contains", "minContains", "maxContains", "anyOf", "oneOf", "not", "if"),
    *("dependencies", "dependentRequired"),
}
#: Cases of no keyword: the number of arguments, and whole values.
_APPLIED = ("arguments", "")


@cache
def schema_of(name: str) -> Any:
    """A row of the table, compiled once for all tests."""
    row = SCHEMAS[name]
    return compiled(row.schema, row.draft, row.components)


@schemas(4)
def test_values_are_valid(name: str) -> None:
    """Whatever is drawn."""
    schema = schema_of(name)
    accepts = arguments_judge(schema)
    for seed in range(8):
        assert accepts(draw_arguments(schema, RandomChoices(seed)))


@schemas(2)
def test_each_keyword_is_tried_on_both_sides(name: str) -> None:
    """The judge accepts one case and refuses another, and a case says what the judge says."""
    schema = schema_of(name)
    accepts = arguments_judge(schema)
    found: dict[str, set[bool]] = {}
    for case in boundary_cases(schema):
        assert case.valid == accepts(case.arguments)
        found.setdefault(case.keyword, set()).add(case.valid)
    lacking = {word for word in SCHEMAS[name].keywords.split() if found.get(word) != {True, False}}
    assert lacking == set()


@schemas(8)
def test_cases_are_the_same_each_time(name: str) -> None:
    """In one order, and few."""
    schema = schema_of(name)
    cases = [*boundary_cases(schema)]
    again = schema_of.__wrapped__(name)
    assert repr(cases) == repr([*boundary_cases(again)])
    assert len(cases) < 100


@schemas(8)
def test_a_case_says_where_its_keyword_is(name: str) -> None:
    """In the document, and what is tried there."""
    schema = schema_of(name)
    for case in boundary_cases(schema):
        assert case.what
        assert case.schema.startswith("<mapping>#/")
        if case.keyword not in _APPLIED:
            assert f"/{case.keyword}" in case.schema


@schemas(8)
def test_invalid_arguments_are_refused(name: str) -> None:
    """By the judge; all schemas but those that accept everything have some."""
    schema = schema_of(name)
    accepts = arguments_judge(schema)
    for seed in range(4):
        case = invalid_arguments(schema, RandomChoices(seed))
        assert isinstance(case, Case)
        assert not case.valid
        assert not accepts(case.arguments)


def test_there_are_keywords_of_every_kind() -> None:
    """What this file claims of every keyword holds for the table as a whole."""
    keywords = {word for row in SCHEMAS.values() for word in row.keywords.split()}
    assert keywords >= EVERY_KEYWORD
    assert len(SCHEMAS) > 60


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {}},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["b"], "minLength": 3}}},
        {"type": "array", "minItems": 3, "items": {"type": "boolean"}, "uniqueItems": True},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"oneOf": [{"type": "integer"}, {"type": "integer"}]},
    ],
)
def test_a_schema_without_values_is_named(schema: object) -> None:
    """In bounded time, and by its place."""
    with pytest.raises(NoValue, match="channels/c/messages/m/payload") as raised:
        draw_arguments(compiled(schema, "draft-07"), RandomChoices(1))
    assert raised.value.location.endswith("/payload/schema")
