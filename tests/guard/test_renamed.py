"""Names that changed work for one more release, and say what they are called now."""

from __future__ import annotations

import dataclasses

import pytest

from asyncapi_guard import Checkpoint, Code, Problem, Statistic, Verdict, Violation

VIOLATION = Violation(
    Checkpoint.RECEIVE_EVENT, Code.REQUEST, "/", "say", (Problem("", "type", "?"),), "wrong"
)
STATISTIC = Statistic("/", "say", Checkpoint.RECEIVE_EVENT, seen=3, rejected=2, reported=1)


@pytest.mark.parametrize("owner", [VIOLATION, STATISTIC, Verdict(VIOLATION)], ids=repr)
def test_an_attribute_by_its_old_name(owner):
    """It has the same value, and the warning is about the line that reads it."""
    with pytest.warns(DeprecationWarning, match=r"refused is now called rejected") as told:
        assert owner.refused == owner.rejected
    assert told[0].filename == __file__


def test_an_argument_by_its_old_name():
    """A test of an application may make violations and counters itself."""
    with pytest.warns(DeprecationWarning, match="now called rejected") as told:
        old = dataclasses.replace(VIOLATION, refused=False)
    assert old == dataclasses.replace(VIOLATION, rejected=False)
    with pytest.warns(DeprecationWarning, match="now called rejected") as told:
        assert Statistic("/", "say", Checkpoint.RECEIVE_EVENT, 3, refused=2, reported=1) == (
            STATISTIC
        )
    assert told[0].filename == __file__
