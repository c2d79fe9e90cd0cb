"""Names of types and of functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.codegen.names import TypeNames, module_names, pascal, snake


@pytest.mark.parametrize(
    ("text", "type_", "function"),
    [
        ("user", "User", "user"),
        ("user-status", "UserStatus", "user_status"),
        ("user_status", "UserStatus", "user_status"),
        ("userStatus", "UserStatus", "user_status"),
        ("HTTPError", "HTTPError", "http_error"),
        ("user/create", "UserCreate", "user_create"),
        ("чат", "Чат", "чат"),
        ("  ", "", ""),
        ("a__b", "AB", "a_b"),
        ("move made!", "MoveMade", "move_made"),
    ],
)
def test_words_are_joined(text: str, type_: str, function: str) -> None:
    assert (pascal(text), snake(text)) == (type_, function)


def test_names_of_modules() -> None:
    """Legal in Python and on every system, and each is given once."""
    namespaces = ("/", "/root", "/a-b", "/a_b", "/class", "/1", "/common", "/con", "/Nul", "/com1")
    assert list(module_names(namespaces, {"common"}).values()) == [
        *("root", "root_2", "a_b", "a_b_2", "ns_class", "ns_1", "common_2"),
        *("ns_con", "ns_nul", "ns_com1"),
    ]


def test_the_first_free_one_is_taken() -> None:
    names = TypeNames({"Any"})
    assert [names.take(["any", "any thing"]), names.take(["any", "any thing"])] == [
        "AnyThing",
        "AnyThing2",
    ]
    assert names.take(["ANYTHING"]) == "ANYTHING3"


def test_nothing_is_left_of_a_name() -> None:
    names = TypeNames()
    assert [names.take(["!", ""]), names.take(["***"]), names.take(["3d"])] == [
        "Type2",
        "Type3",
        "Type3d",
    ]


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1))
def test_names_are_legal_and_given_once(wanted: list[list[str]]) -> None:
    names = TypeNames({"Any", "Type"})
    taken = [names.take(texts) for texts in wanted]
    assert all(name.isidentifier() for name in taken)
    folded = [name.casefold() for name in (*taken, "Any", "Type")]
    assert len(set(folded)) == len(folded)
