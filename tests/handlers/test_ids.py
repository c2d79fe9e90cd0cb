"""Ids are legal, readable, and never collide."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.handlers.ids import Names, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user/create", "user_create"),
        ("a-b", "a_b"),
        ("Ünïcode", "u_ni_code"),
        ("событие", "event"),
        ("*", "event"),
        ("", "event"),
        ("__x__", "x"),
        ("A  B", "a_b"),
    ],
)
def test_a_slug_reads_like_its_name(name: str, expected: str) -> None:
    """Letters, digits, underscores; something, in any case."""
    assert slug(name, "event") == expected


@given(st.lists(st.text(max_size=6), max_size=12))
def test_names_are_taken_once(wanted: list[str]) -> None:
    """Whatever was wanted, also names that look like ours."""
    names = Names()
    taken = [names.take(slug(name, "event")) for name in (*wanted, "a", "a", "a_2", "a")]
    assert len(set(taken)) == len(taken)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in taken)


def test_the_first_one_has_the_name_itself() -> None:
    """Later ones are numbered in order."""
    names = Names()
    assert [names.take("a") for _ in range(3)] == ["a", "a_2", "a_3"]
