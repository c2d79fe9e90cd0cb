"""How much runs."""

from __future__ import annotations

import pytest
from levels import level_of


def test_each_level_has_all_of_the_one_before() -> None:
    """The default, what `.ci/run` has, and what `nox -s full` has."""
    default, ci, full = map(level_of, ("", "1", "full"))
    assert (default.everything, ci.everything, full.everything) == (False, True, True)
    assert default.fuzzing < ci.fuzzing < full.fuzzing


def test_a_level_that_there_is_not_is_an_error() -> None:
    """Rather than less than was asked for."""
    with pytest.raises(ValueError, match="REQUIRE_ALL is 'yes'"):
        level_of("yes")
