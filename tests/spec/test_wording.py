"""How findings speak of values and names."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.spec.wording import kind_of, nearest, shown


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "a boolean"), (0, "a number"), (1.5, "a number"), ("", "a string"), ([], "a list"), ({}, "a mapping")],
)  # fmt: skip
def test_kinds(value, kind):
    """Values are called as people call them; a boolean is no number."""
    assert kind_of(value) == kind


def test_what_is_shown_is_short_and_on_one_line():
    """A document's text is quoted, cut, and cannot break a line."""
    assert shown("it's") == '"it\'s"'
    assert shown("a\nb\x1b") == r"'a\nb\x1b'"
    assert shown("x" * 120) == repr("x" * 120)
    assert shown("x" * 121) == repr("x" * 120 + "…")
    assert shown(1) == "'1'"


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("adress", ["address", "messages"], "address"), ("Address", ["address"], "address"), ("ADDRESS", ["address"], "address"),
        ("adress", ["Address"], "Address"), ("zzz", ["address"], None), ("", ["address"], None), ("adress", [], None),
        (1, ["1"], None), (None, ["None"], None), (["address"], ["address"], None), ("adress", [1, None, "address"], "address"),
        ("a" * 121, ["a" * 120], None), ("a" * 120, ["a" * 120 + "b"], "a" * 120 + "b"),
    ],
)  # fmt: skip
def test_what_was_meant(name, names, meant):
    """The nearest name is offered, whatever its case; nothing where none is near."""
    assert nearest(name, names) == (f"; did you mean {meant!r}?" if meant else "")


def test_the_nearest_of_several_is_offered():
    """One, not all."""
    assert nearest("mesage", ["messages", "message", "messenger"]) == "; did you mean 'message'?"


def test_among_many_names_those_that_begin_or_end_alike_are_compared():
    """Comparing is slow: a document can have thousands of names, and a typo in each reference."""
    many = [f"{chr(97 + i % 26)}{i:04}{chr(97 + i % 25)}" for i in range(400)]
    assert nearest("message", ["mesage", *many]) == "; did you mean 'mesage'?"
    assert nearest("zzzzzzzzzzzzzzzz", many) == ""
