"""Strategies: what Hypothesis draws is valid, and shrinks to what is plain."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from keyword_table import SCHEMAS
from schemas import compiled, message

from asyncapi_guard.values.hypothesis_choices import (
    ack_strategy,
    arguments_strategy,
    invalid_strategy,
    value_strategy,
)
from asyncapi_guard.values.judges import ack_judge, arguments_judge

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK = settings(
    max_examples=100, database=None, deadline=None, suppress_health_check=[*HealthCheck]
)
TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}
USER = {
    "type": "object",
    "required": ["email"],
    "properties": {
        "email": {"type": "string", "format": "email"},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
        "seen": {"type": "string", "format": "date"},
    },
}


def simplest(schema: Any, fails: Callable[[Any], bool] = lambda _: True, **options: Any) -> Any:
    """The value to which Hypothesis shrinks whatever fails."""
    return find(value_strategy(compiled(schema, **options)), fails, settings=QUICK)


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.sampled(10)) for n in SCHEMAS])
def test_what_is_drawn_is_valid(name: str) -> None:
    """By the judge."""
    row = SCHEMAS[name]
    schema = compiled(row.schema, row.draft, row.components)
    accepts = arguments_judge(schema)

    @settings(QUICK, max_examples=5)
    @given(arguments_strategy(schema))
    def drawn(arguments: list[Any]) -> None:
        assert accepts(arguments)

    drawn()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (USER, {"email": "a@example.com"}),
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": "integer", "maximum": -7}, -7),
        ({"type": "number"}, 0),
        ({"type": "string"}, ""),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {}),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": ["null", "string"]}, None),
        ({"type": "string", "pattern": "^[a-z]{2}-[0-9]+$"}, "aa-0"),
        ({"anyOf": [{"const": 5}, {"type": "string"}]}, 5),
    ],
)
def test_the_simplest_value_comes_first(schema: Any, value: Any) -> None:
    """The fewest properties, the smallest numbers, the shortest texts."""
    assert simplest(schema) == value


def test_a_failure_keeps_only_what_it_needs() -> None:
    """All else of a large value goes."""
    assert simplest(USER, lambda each: each.get("age", 0) > 17) == {
        "email": "a@example.com",
        "age": 18,
    }


def test_a_list_shrinks_to_the_items_that_matter() -> None:
    """And these shrink as well."""
    items = {"type": "array", "items": {"type": "integer"}}
    assert simplest(items, lambda each: sum(each) >= 100) == [100]
    assert simplest(items, lambda each: len(each) > 2) == [0, 0, 0]


def test_a_map_shrinks_to_one_entry() -> None:
    """Whichever it is."""
    found = simplest(
        {"type": "object", "additionalProperties": {"type": "integer"}},
        lambda each: any(value > 50 for value in each.values()),
    )
    assert found == {"a": 51}


def test_recursion_shrinks_to_the_level_that_matters() -> None:
    """And no further level is there."""
    found = simplest(
        {"$ref": "#/components/schemas/Tree"},
        lambda each: any(below.get("below") for below in each.get("below", ())),
        components={"Tree": TREE},
    )
    assert found == {"name": "", "below": [{"name": "", "below": [{"name": ""}]}]}


@given(st.data())
@settings(QUICK, max_examples=20)
def test_acks_match_exactly_one_alternative(data: st.DataObject) -> None:
    """As the guard judges them."""
    ack = message(payload=True, **{"x-ack": USER}).ack
    assert ack_judge(ack)(data.draw(ack_strategy(ack)))


@given(st.data())
@settings(QUICK, max_examples=20)
def test_invalid_arguments_are_refused(data: st.DataObject) -> None:
    """As the guard judges them."""
    schema = compiled(USER)
    case = data.draw(invalid_strategy(schema))
    assert not arguments_judge(schema)(case.arguments)


def test_without_hypothesis_the_extra_is_named() -> None:
    """And all else works without it."""
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import asyncapi_guard.values\n"
        "try:\n"
        "    import asyncapi_guard.values.hypothesis_choices\n"
        "except ImportError as error:\n"
        "    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert 'pip install "asyncapi-guard[testing]"' in done.stdout
