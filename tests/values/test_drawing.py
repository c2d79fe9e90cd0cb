"""Values that are drawn are valid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from schemas import compiled, message

from asyncapi_guard.contract import Ack
from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    ack_judge,
    boundary_cases,
    draw_ack,
    draw_arguments,
    draw_value,
    example_acks,
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


def test_values_are_valid() -> None:
    """By the judge."""
    schema = compiled(POINT)
    assert all(schema.is_valid(draw_value(schema, RandomChoices(seed))) for seed in range(20))


def test_threads_draw_the_same_values() -> None:
    """A schema is looked at by all of them at once."""
    choice = {"oneOf": [POINT, {"not": POINT}, {"type": "array", "items": POINT, "minItems": 1}]}
    for _ in range(5):
        schemas = [compiled(choice)] * 16
        with ThreadPoolExecutor(8) as pool:
            found = [*pool.map(lambda each: draw_value(each, RandomChoices(3)), schemas)]
        assert found == [found[0]] * 16


def test_a_value_is_the_callers_own() -> None:
    """What is changed in it changes neither the document nor the next one."""
    schema = compiled({"enum": [{"a": [1]}]})
    draw_value(schema, RandomChoices(1))["a"].append(2)
    assert draw_value(schema, RandomChoices(1)) == {"a": [1]}


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


def test_an_ack_of_several_alternatives_matches_one_of_them() -> None:
    """Each of them is drawn, and never a value of two."""
    one = {"type": "object", "properties": {"a": {"type": "integer"}}}
    other = {"type": "object", "required": ["b"], "properties": {"a": {"type": "integer"}}}
    ack = Ack((compiled(one), compiled(other), compiled({"type": "null"})))
    judge = ack_judge(ack)
    found = [draw_ack(ack, RandomChoices(seed)) for seed in range(30)]
    assert all(map(judge, found))
    assert {len(each) for each in found} == {0, 1}


def test_an_ack_without_values_is_named() -> None:
    """Two alternatives that accept the same leave nothing."""
    schema = {"type": "integer"}
    with pytest.raises(NoValue, match="/payload"):
        draw_ack(Ack((compiled(schema), compiled(schema))), RandomChoices(1))


def test_arguments_are_those_that_the_caller_accepts_as_well() -> None:
    """As where several messages have one event name."""
    schema = compiled({"type": "integer", "minimum": 0, "maximum": 9})
    found = draw_arguments(schema, RandomChoices(1), accepts=lambda args: args[0] > 5)
    assert found[0] > 5
    with pytest.raises(NoValue):
        draw_arguments(schema, RandomChoices(1), accepts=lambda _: False)


def test_no_payload_has_no_arguments() -> None:
    """It accepts anything, and most handlers of such an event take nothing."""
    assert draw_arguments(None, RandomChoices(1)) == []


def test_examples_of_acks_come_from_their_schemas() -> None:
    """There is no other place for them."""
    ack = message(payload=True, **{"x-ack": {**POINT, "example": {"x": 4}}}).ack
    assert [*example_acks(ack)] == [[{"x": 4}]]


@pytest.mark.parametrize(
    ("payload", "example", "arguments"),
    [
        ({"type": "null"}, None, [[]]),
        ({"type": "array", "items": [{"type": "integer"}], "minItems": 1}, [5], [[5]]),
        ({"type": "array", "items": {"type": "integer"}}, [5], [[[5]]]),
        (True, 5, [[5]]),
    ],
)
def test_examples_stand_for_as_many_arguments(payload: Any, example: Any, arguments: Any) -> None:
    """As the payload does."""
    examples = [{"payload": example}, {"headers": {}}]
    assert [*example_arguments(message(payload=payload, examples=examples))] == arguments


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
