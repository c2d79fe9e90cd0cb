"""What `differences` reads off two schemas, and what values show: neither misses what is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from chat_versions import changed
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard import load
from asyncapi_guard.compatibility import Level, compare

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract

_texts = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(2, 5),
        "pattern": st.sampled_from(["^a", "^[a-c]*$", "b$"]),
        "enum": st.lists(st.sampled_from(["a", "ab", "abc", ""]), min_size=1, unique=True),
    },
)
_numbers = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(1, 4),
        "exclusiveMaximum": st.integers(1, 4),
        "multipleOf": st.integers(1, 3),
    },
)
_leaves = st.one_of(_texts, _numbers, st.just({"type": "null"}), st.just({"type": "boolean"}))


def _objects(below: Any) -> Any:
    return st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), below, max_size=3),
            "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
            "additionalProperties": st.one_of(st.just(False), below),
            "maxProperties": st.integers(1, 3),
        },
    )


def _lists(below: Any) -> Any:
    return st.fixed_dictionaries(
        {"type": st.just("array"), "items": below},
        optional={
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(1, 3),
            "uniqueItems": st.booleans(),
        },
    )


_schemas = st.recursive(
    _leaves,
    lambda below: st.one_of(
        _objects(below),
        _lists(below),
        st.builds(lambda several: {"anyOf": several}, st.lists(below, min_size=1, max_size=2)),
    ),
    max_leaves=5,
)
_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 6),
        st.sampled_from([0.5, 1.5, 2.5]),
        st.text("abc", max_size=6),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from("abcd"), below, max_size=3)
    ),
    max_leaves=6,
)
_TYPING = "channels.chat.messages.typing.payload"


def contract(schema: Any) -> Contract:
    """A document in which clients send a value of the schema."""
    return load(changed({_TYPING: schema}))


@pytest.mark.slow
@given(old=_schemas, new=_schemas, value=_values)
@settings(max_examples=80)
def test_a_value_that_is_refused_now_is_told(old: Any, new: Any, value: Any) -> None:
    """Whatever value there is that only the old version accepts, the change is breaking."""
    before, after = contract(old), contract(new)

    def accepts(of: Contract) -> bool:
        payload = of.channels["chat"].messages["typing"].payload
        assert payload is not None
        return payload.is_valid(value)

    levels = {each.level for each in compare(before, after)}
    if accepts(before) and not accepts(after):
        assert levels & {Level.BREAKING, Level.DANGEROUS}


@pytest.mark.slow
@given(schema=_schemas.filter(lambda each: each.get("type") != "null"))  # no argument
@settings(max_examples=60)
def test_one_schema_in_two_ways_is_no_change(schema: Any) -> None:
    """What one alternative says, and what is all of one, is the same."""
    assert compare(contract(schema), contract({"allOf": [schema]})) == []
    assert compare(contract({"anyOf": [schema]}), contract(schema)) == []
