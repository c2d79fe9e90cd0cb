"""Values that are drawn are valid."""

from __future__ import annotations

from typing import Any

import pytest
from schemas import compiled, message

from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    boundary_cases,
    draw_ack,
    draw_arguments,
    draw_value,
    example_arguments,
    invalid_arguments,
)

POINT = {
    "type": "object",
    "required": ["x"],
    "properties": {"x": {"type": "integer", "minimum": 3}, "y": {"type": "string"}},
}


def test_one_seed_makes_the_same_values() -> None:
    """Whoever draws them."""
    schema = compiled(POINT)
    one, other = ([draw_value(schema, RandomChoices(7)) for _ in range(3)] for _ in range(2))
    assert one == other


@pytest.mark.parametrize("seed", range(20))
def test_values_are_valid(seed: int) -> None:
    """By the judge."""
    schema = compiled(POINT)
    assert schema.is_valid(draw_value(schema, RandomChoices(seed)))


def test_a_schema_without_values_is_named() -> None:
    """By its place in the document."""
    with pytest.raises(NoValue, match="channels/c/messages/m/payload"):
        draw_value(compiled({"not": {}}), RandomChoices(1))


@pytest.mark.parametrize(
    ("schema", "count"),
    [
        ({"type": "null"}, 0),
        ({"type": "integer"}, 1),
        ({"type": "array", "items": [{"type": "integer"}, {"type": "string"}], "minItems": 2}, 2),
    ],
)
def test_as_many_arguments_are_drawn_as_a_payload_stands_for(schema: Any, count: int) -> None:
    """Positional items are several, and `null` is none."""
    assert len(draw_arguments(compiled(schema), RandomChoices(1))) == count


def test_an_ack_matches_exactly_one_alternative() -> None:
    """As the guard judges it."""
    ack = message(**{"payload": True, "x-ack": POINT}).ack
    (value,) = draw_ack(ack, RandomChoices(1))
    assert ack.alternatives[0].is_valid(value)


def test_examples_come_from_the_document() -> None:
    """Those that are valid, first of the message, then of its schema."""
    examples = [{"payload": {"x": 5}}, {"payload": {"x": 1}}]
    found = example_arguments(message(payload={**POINT, "examples": [{"x": 6}]}, examples=examples))
    assert [*found] == [[{"x": 5}], [{"x": 6}]]


def test_examples_within_a_schema_make_one() -> None:
    """Properties have some more often than messages do."""
    name = {"type": "string", "examples": ["Ada", "Grace"]}
    user = {"type": "object", "required": ["name", "n"], "properties": {"name": name}}
    found = example_arguments(message(payload={**user, "additionalProperties": {"type": "null"}}))
    assert [*found] == [[{"name": "Ada", "n": None}]]


def test_what_would_be_made_up_in_part_is_no_example() -> None:
    """What is drawn is drawn anew each time."""
    names = {"name": {"type": "string", "example": "Ada"}, "age": {"type": "integer"}}
    assert [*example_arguments(message(payload={"type": "object", "properties": names}))] == []


def test_an_example_that_is_not_valid_is_left_out() -> None:
    """Nobody is sent what the document itself refuses."""
    assert [*example_arguments(message(payload={**POINT, "examples": [{"x": 1}]}))] == []


def test_values_do_not_depend_on_what_was_drawn_before() -> None:
    """A seed that somebody reports says all."""
    choice = {"oneOf": [POINT, {"type": "string", "pattern": "^(?=.*a)[ab]+$"}, {"not": POINT}]}
    used, fresh = compiled(choice), compiled(choice)
    for seed in range(40):
        draw_value(used, RandomChoices(seed))
    one, other = ([draw_value(each, RandomChoices(3))] for each in (used, fresh))
    assert one == other


def test_boundary_cases_are_judged() -> None:
    """There are valid ones and others."""
    schema = compiled(POINT)
    found = [*boundary_cases(schema)]
    assert {case.valid for case in found} == {True, False}
    assert all(
        case.valid == (len(case.arguments) == 1 and schema.is_valid(case.arguments[0]))
        for case in found
    )


def test_invalid_arguments_are_refused() -> None:
    """By the judge."""
    schema = compiled(POINT)
    case = invalid_arguments(schema, RandomChoices(1))
    assert not case.valid
    assert not (len(case.arguments) == 1 and schema.is_valid(case.arguments[0]))
