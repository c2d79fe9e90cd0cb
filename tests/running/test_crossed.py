"""Which part of a table runs always."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from crossed import covering, left_out


def cases(*sizes: int) -> dict[str, frozenset[tuple[str, str]]]:
    """Each value of each parameter with each of the others."""
    values = [[(f"p{at}", str(number)) for number in range(size)] for at, size in enumerate(sizes)]
    return {str(case): frozenset(case) for case in itertools.product(*values)}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(1,), (40,), (40, 8), (3, 8), (8, 4, 2), (200, 4, 2, 2)])
def test_each_value_is_in_a_few_cases(sizes: tuple[int, ...], seed: int) -> None:
    """In hardly more than the longest parameter has values."""
    table = cases(*sizes)
    taken = covering(table, seed)
    assert set().union(*(table[name] for name in taken)) == set().union(*table.values())
    assert len(taken) <= max(sizes) + len(sizes) - 1


def test_a_seed_draws_the_same_cases_in_any_order() -> None:
    """And another one draws others."""
    table = cases(40, 8)
    turned = dict(reversed(table.items()))
    assert covering(table, 1) == covering(turned, 1) != covering(table, 2)


pytest_plugins = ["pytester"]

TABLE = """
import pytest

@pytest.mark.crossed
@pytest.mark.parametrize(("server", "end"), [(s, e) for s in "abc" for e in "xyz"])
@pytest.mark.parametrize("row", range(7))
def test_table(row, server, end):
    pass

@pytest.mark.crossed
def test_alone():
    pass
"""


@pytest.mark.parametrize(("names", "rest"), [(("server", "end"), 56), ((), 0)])
def test_a_test_that_is_marked_runs_for_each_value(
    names: Any, rest: int, pytester: pytest.Pytester
) -> None:
    """Also where two parameters are given together; what is not parametrized runs."""
    text = TABLE if names else TABLE.replace("@pytest.mark.crossed", "")
    items = pytester.getitems(text)
    gone = left_out(items, 1)
    assert len(gone) == rest
    kept = [item.callspec.params for item in items if item not in gone and "[" in item.name]
    for name, size in (("row", 7), ("server", 3), ("end", 3)):
        assert len({params[name] for params in kept}) == size
