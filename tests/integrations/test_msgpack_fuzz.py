"""Mutated frames of MessagePack against each adapter: nothing bad gets anywhere.

As `test_fuzz.py`, which says for how long.
"""

from __future__ import annotations

from typing import Any

import pytest
from levels import LEVEL, SEED
from test_fuzz import FEW, HERE, _quiet, in_a_process, pytestmark, see
from traffic_fuzz import fuzz
from traffic_msgpack_fuzz import PackedMutations
from traffic_processes import is_missing
from traffic_ways import ON_GREENLETS

__all__ = ["_quiet", "pytestmark"]  # for pytest


@pytest.mark.parametrize("adapter", HERE)
def test_no_mutated_frame_gets_past_the_guard(adapter: str, record_property: Any) -> None:
    """A fifth of them at the least keep the contract, and reach their handlers."""
    see(fuzz(f"{adapter}+msgpack", SEED).run(seconds=LEVEL.fuzzing, frames=FEW), record_property)


@pytest.mark.greenlets
@pytest.mark.parametrize("adapter", ON_GREENLETS)
def test_no_mutated_frame_gets_past_the_guard_on_greenlets(
    adapter: str, skip_or_fail: Any, record_property: Any
) -> None:
    """In a process of their own, whose standard library they change."""
    if reason := is_missing(adapter):
        skip_or_fail(reason)
    see(in_a_process(f"{adapter}+msgpack"), record_property)


@pytest.mark.parametrize("adapter", HERE)
def test_they_get_past_where_there_is_no_guard(adapter: str) -> None:
    """Else nothing could be found."""
    outcome = fuzz(f"{adapter}+msgpack", SEED, guarded=False).run(frames=200)
    assert len(outcome.leaks) >= 20


def test_a_seed_draws_the_same_frames() -> None:
    """So a finding is found again."""
    first, second = PackedMutations(7), PackedMutations(7)
    frames = [first.frame() for _ in range(300)]
    assert frames == [second.frame() for _ in range(300)]
    assert len({*frames}) > 150
