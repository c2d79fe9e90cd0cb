"""Any schema: values are valid, cases are judged, and where there is a value, one is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from schemas import compiled

from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    boundary_cases,
    draw_arguments,
    invalid_arguments,
)
from asyncapi_guard.values.hypothesis_choices import arguments_strategy
from asyncapi_guard.values.judges import arguments_judge

_NAMES = st.sampled_from("abc")
_texts = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(2, 5),
        "pattern": st.sampled_from(["^a", "^[a-c]*$", "b$", "^[0-9]{3}$", "^(?=.*b)[ab]+$"]),
        "format": st.sampled_from(["date", "uuid", "email"]),
    },
)
_numbers = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(1, 4),
        "exclusiveMinimum": st.sampled_from([0, -0.5, 1]),
        "exclusiveMaximum": st.integers(1, 4),
        "multipleOf": st.sampled_from([1, 2, 3, 0.5, 0.1]),
    },
)
_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 6),
        st.sampled_from([0.5, 1.5, 0.1]),
        st.text("abc1", max_size=6),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from("abcd"), below, max_size=3)
    ),
    max_leaves=6,
)
_leaves = st.one_of(
    _texts,
    _numbers,
    st.just({"type": "null"}),
    st.just({"type": "boolean"}),
    st.just({}),
    st.builds(lambda values: {"enum": values}, st.lists(_values, min_size=1, max_size=3)),
    st.builds(lambda value: {"const": value}, _values),
)


def _objects(below: Any) -> Any:
    return st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(_NAMES, below, max_size=3),
            "required": st.lists(_NAMES, unique=True, max_size=2),
            "additionalProperties": st.one_of(st.just(False), below),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), below, max_size=1),
            "propertyNames": st.sampled_from([{"maxLength": 1}, {"enum": ["a", "d"]}]),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(1, 3),
            "dependentRequired": st.dictionaries(_NAMES, st.lists(_NAMES, max_size=1), max_size=1),
            "dependentSchemas": st.dictionaries(_NAMES, below, max_size=1),
            "unevaluatedProperties": st.booleans(),
        },
    )


def _lists(below: Any) -> Any:
    return st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": below,
            "prefixItems": st.lists(below, min_size=1, max_size=2),
            "minItems": st.integers(0, 3),
            "maxItems": st.integers(1, 3),
            "uniqueItems": st.booleans(),
            "contains": below,
        },
    )


def _choices(below: Any) -> Any:
    several = st.lists(below, min_size=1, max_size=3)
    keywords = st.sampled_from(["anyOf", "oneOf", "allOf"])
    return st.one_of(
        st.builds(lambda keyword, schemas: {keyword: schemas}, keywords, several),
        st.builds(lambda schema: {"not": schema}, below),
        st.builds(
            lambda *three: dict(zip(("if", "then", "else"), three, strict=True)), *[below] * 3
        ),
    )


_schemas = st.recursive(
    _leaves,
    lambda below: st.one_of(_objects(below), _lists(below), _choices(below)),
    max_leaves=5,
)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@given(schema=_schemas, seed=st.integers(0, 9), value=_values)
@settings(quick, max_examples=150)
def test_a_value_is_found_where_there_is_one(schema: Any, seed: int, value: Any) -> None:
    """And it is valid by the judge, as all are."""
    payload = compiled(schema, "2020-12")
    accepts = arguments_judge(payload)
    try:
        assert accepts(draw_arguments(payload, RandomChoices(seed)))
    except NoValue:
        arguments = value if payload.positional and isinstance(value, list) else [value]
        event("no value was found")
        assert not accepts(arguments)


@pytest.mark.slow
@given(schema=_schemas, data=st.data())
@settings(quick, max_examples=60)
def test_strategies_draw_what_is_valid(schema: Any, data: st.DataObject) -> None:
    """Several times, and from one of several sources."""
    payload = compiled(schema, "2020-12")
    try:
        draw_arguments(payload, RandomChoices(0))
    except NoValue:
        return
    accepts = arguments_judge(payload)
    for _ in range(3):
        assert accepts(data.draw(arguments_strategy(payload)))


@pytest.mark.slow
@given(schema=_schemas)
@settings(quick, max_examples=60)
def test_cases_say_what_the_judge_says(schema: Any) -> None:
    """And there are not too many of them."""
    payload = compiled(schema, "2020-12")
    accepts = arguments_judge(payload)
    cases = [*boundary_cases(payload)]
    assert len(cases) < 500
    assert all(case.valid == accepts(case.arguments) for case in cases)


@pytest.mark.slow
@given(schema=_schemas, seed=st.integers(0, 9))
@settings(quick, max_examples=60)
def test_invalid_arguments_are_refused(schema: Any, seed: int) -> None:
    """Where anything is."""
    payload = compiled(schema, "2020-12")
    try:
        case = invalid_arguments(payload, RandomChoices(seed))
    except NoValue:
        event("nothing was refused")
        return
    assert not arguments_judge(payload)(case.arguments)
