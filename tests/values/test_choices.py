"""Decisions by a seed are the same everywhere."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from typing import Any

import pytest
from schemas import compiled

from asyncapi_guard.values import RandomChoices, boundary_cases, draw_value

EVERYTHING = {
    "type": "object",
    "required": ["id", "at", "tags", "n"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"enum": ["b", "a", "c"]}, "uniqueItems": True},
        "n": {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^[a-z]{2,9}$"}]},
        "more": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}


def decisions() -> list[Any]:
    """One of each kind."""
    choices = RandomChoices(42)
    found: list[Any] = [choices.integer(0, 99) for _ in range(6)]
    found += [choices.boolean() for _ in range(4)]
    return [*found, choices.one_of("abcdef"), choices.text(3, 3), choices.binary(2, 2)]


def test_decisions_are_those_of_every_python() -> None:
    """So a seed that somebody reports makes the same values for everybody."""
    assert decisions() == EXPECTED


def test_another_process_draws_the_same_values() -> None:
    """Whatever the hashes of texts are there."""
    schema = compiled(EVERYTHING)
    here = [draw_value(schema, RandomChoices(seed)) for seed in range(5)]
    here += [case.arguments for case in boundary_cases(schema)]
    script = (
        "import sys; sys.path.insert(0, 'tests/values')\n"
        "from test_choices import *\n"
        "schema = compiled(EVERYTHING)\n"
        "found = [draw_value(schema, RandomChoices(seed)) for seed in range(5)]\n"
        "found += [case.arguments for case in boundary_cases(schema)]\n"
        "print(ascii(found))"
    )
    for hashes in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hashes, "PYTHONPATH": ":".join(filter(None, sys.path))},
        )
        assert done.stdout.strip() == ascii(here)


def test_a_generator_is_used_up_further() -> None:
    """A mock draws one value after the other from one of its own."""
    generator = random.Random(3)
    one = RandomChoices(generator).integer(0, 10**9)
    assert RandomChoices(generator).integer(0, 10**9) != one
    assert RandomChoices(random.Random(3)).integer(0, 10**9) == one


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-3, 3), (5, 6), (-(2**70), 2**70)])
def test_numbers_are_within_their_bounds(low: int, high: int) -> None:
    """Both of which are drawn, too."""
    choices = RandomChoices(1)
    found = {choices.integer(low, high) for _ in range(200)}
    assert min(found) >= low
    assert max(found) <= high
    assert high - low > 100 or found == {*range(low, high + 1)}


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1e308, 1e308), (2.5, 2.5)])
def test_fractions_are_finite(low: float, high: float) -> None:
    """However far apart the bounds are."""
    choices = RandomChoices(1)
    for _ in range(100):
        found = choices.number(low, high)
        assert math.isfinite(found)
        assert low <= found <= high


EXPECTED: list[Any] = [81, 14, 3, 94, 35, 31, False, False, True, False, "f", "Lc:", b"7;"]
