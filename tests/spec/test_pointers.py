"""JSON Pointers as text and as URI fragments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.spec.pointers import format_pointer, parse_fragment


@pytest.mark.parametrize(
    ("fragment", "parts"),
    [
        ("", ()), ("/", ("",)), ("/a/b", ("a", "b")), ("/a~1b", ("a/b",)), ("/m~0n", ("m~n",)),
        ("/~01", ("~1",)), ("/a%20b", ("a b",)), ("/%7E0", ("~",)), ("/a%2Fb", ("a", "b")),
        ("/%C3%A9", ("\u00e9",)), ("/0", ("0",)), ("/a//b", ("a", "", "b")), ("/ü", ("ü",)),
    ],
)  # fmt: skip
def test_a_fragment_is_unescaped(fragment, parts):
    """Percent escapes are read first, then those of RFC 6901."""
    assert parse_fragment(fragment) == parts


@pytest.mark.parametrize("fragment", ["a", "anchor", "/~", "/~2", "/a~", "/%ff", "%61"])
def test_what_is_no_pointer_is_refused(fragment):
    """Anchors, bad escapes and bytes that are no text are no pointers."""
    with pytest.raises(ValueError):
        parse_fragment(fragment)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%"))))
def test_a_pointer_comes_back(parts):
    """What `format_pointer` writes, `parse_fragment` reads."""
    assert parse_fragment(format_pointer(parts)) == tuple(parts)


def test_indexes_are_parts():
    """Indexes stand in a pointer as digits."""
    assert format_pointer(("a", 0, "b")) == "/a/0/b"
