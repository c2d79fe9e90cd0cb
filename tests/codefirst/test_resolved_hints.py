"""Hints mean the same on each version of Python."""

# ruff: noqa: UP045, PYI061  # the old spellings of types are tested, too

from __future__ import annotations

import typing
from typing import Annotated, Any, Literal

import pytest

from asyncapi_guard.codefirst.resolved_hints import resolved_hints


def function(hint: Any, names: dict[str, Any] | None = None) -> Any:
    """A function of one parameter with this hint, from a module with these names."""
    namespace = {"hint": hint, "int": int, **(names or {})}
    source = "def handler(value: hint = None): ..."
    exec(compile(source, "<source>", "exec", dont_inherit=True), namespace)
    return namespace["handler"]


@pytest.mark.parametrize(
    "hint",
    [
        Any,
        int,
        int | None,
        typing.Optional[int],
        list[int],
        Annotated[Any, "said"],
        Literal["int", None],
        list[Literal["int"]],
        Annotated[list[int], "Nowhere"],
    ],
)
def test_a_default_adds_nothing(hint: Any) -> None:
    """A parameter that may be left out is not one that takes null."""
    assert resolved_hints(function(hint))["value"] == hint


@pytest.mark.parametrize(
    ("hint", "meant"),
    [
        (list["int"], list[int]),
        (dict[str, "list[int]"], dict[str, list[int]]),
        (int | list["int"], int | list[int]),
        (typing.Optional[list["int"]], typing.Optional[list[int]]),
        (tuple["int", ...], tuple[int, ...]),
        (Annotated[list["int"], "said"], Annotated[list[int], "said"]),
        (typing.List[list["int"]], typing.List[list[int]]),  # noqa: UP006  # the old spelling, too
        ("list['int']", list[int]),
        (type["int"], type[int]),
    ],
)
def test_strings_are_looked_up_however_deep(hint: Any, meant: Any) -> None:
    """In the generics of Python as in those of typing."""
    assert resolved_hints(function(hint))["value"] == meant


def test_names_of_the_function_around_are_found_in_generics() -> None:
    """Where they are given."""

    class Local:
        pass

    handler = function(dict[str, list["Local"]])
    with pytest.raises(NameError, match="Local"):
        resolved_hints(handler)
    assert resolved_hints(handler, {"Local": Local})["value"] == dict[str, list[Local]]


def test_an_alias_that_names_itself_comes_to_an_end() -> None:
    """Its module knows the name, so it could be looked up for ever."""
    tree = int | list["Tree"]  # noqa: F821  # its own module's
    assert resolved_hints(function(tree, {"Tree": tree}))["value"] is not None
