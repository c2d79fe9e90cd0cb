"""What a shape keeps of values, and what not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.learning.schemas import BOUNDS, Style, schema_of
from asyncapi_guard.learning.shapes import MOST_FIELDS, Room, Shape, looks_like_an_id
from asyncapi_guard.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "correct horse battery staple"


def shape_of(*values: Any, words_of: Any = ()) -> Shape:
    shape = Shape()
    for value in values:
        shape.add(value, words_of=words_of)
    return shape


def written(shape: Shape) -> str:
    return json.dumps(shape.as_dict())


def judge_of(schema: Any) -> Callable[[Any], bool]:
    """What a guard with that schema accepts."""
    contract = load(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "Judged", "version": "1"},
            "channels": {
                "c": {
                    "address": "/",
                    "messages": {"m": {"payload": {"type": "object", "properties": {"v": schema}}}},
                }
            },
            "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        }
    )
    payload = contract.channels["c"].messages["m"].payload
    assert payload is not None
    return lambda value: payload.is_valid({"v": value})


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(max_size=30)
    | st.sampled_from(["2026-01-02", "2026-01-02T03:04:05Z", "a@example.com", "10.0.0.1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["id", "name"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(PLAIN, min_size=1, max_size=6), st.sampled_from(BOUNDS), st.booleans())
def test_a_schema_takes_all_that_was_seen(values: list[Any], bounds: Any, closed: bool) -> None:
    """Whichever the bounds are, by the judge that guards traffic."""
    schema = schema_of(shape_of(*values), Style(bounds, closed)).schema
    accepts = judge_of(schema)
    for value in values:
        assert accepts(value), schema


@given(st.lists(PLAIN, max_size=5), st.lists(PLAIN, max_size=5))
def test_shapes_add_up(one: list[Any], other: list[Any]) -> None:
    """Two processes know together what one would know, after writing and reading as well."""
    both = shape_of(*one)
    both.merge(shape_of(*other))
    assert both == shape_of(*one, *other)
    assert Shape.read(json.loads(written(both))) == both


def test_texts_leave_their_lengths_alone() -> None:
    """Neither a text nor a part of one."""
    text = written(shape_of({"password": SECRET, "tags": [SECRET], "of": {SECRET: 1}}))
    assert "horse" not in text
    assert shape_of(SECRET).texts.lengths.as_dict() == {"count": 1, "low": 28, "high": 28}


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (7, 7, 7),
        (1_000, 1_000, 1_000),
        (123_456_789, 100_000_000, 200_000_000),
        (-4_242, -5_000, -4_000),
        (2_000, 2_000, 2_000),
    ],
)
def test_large_numbers_leave_their_first_digit(value: int, low: int, high: int) -> None:
    """A number that could be somebody's is rounded outwards."""
    span = shape_of(value).integers
    assert (span.low, span.high) == (low, high)


def test_fractions_leave_whole_numbers() -> None:
    """A place on a map is none any more."""
    span = shape_of(52.520008, 13.404954).numbers
    assert (span.low, span.high) == (13, 53)


@pytest.mark.parametrize(
    ("name", "is_id"),
    [
        ("name", False),
        ("createdAt", False),
        ("created_at", False),
        ("x1", False),
        ("oauth2", False),
        ("HTTPStatus", False),
        ("$ref", False),
        ("42", True),
        ("user-20260102", True),
        ("f47ac10b-58cc-4372-a567-0e02b2c3d479", True),
        ("9PcnX8Gt8I4gyyNmAAAB", True),
        ("ann@example.com", True),
        ("Ann Smith", True),
        ("", True),
        ("deadbeef01", True),
    ],
)
def test_names_of_maps_are_told_from_names_of_fields(name: str, is_id: bool) -> None:
    """Those of maps are values."""
    assert looks_like_an_id(name) is is_id
    assert (json.dumps(name) in written(shape_of({name: 1}))) is not is_id


def test_too_many_names_are_a_map() -> None:
    """None of them is kept, and none that comes later."""
    shape = shape_of(
        {f"word{chr(97 + i // 26)}{chr(97 + i % 26)}": i for i in range(MOST_FIELDS + 1)}
    )
    shape.add({"late": 1})
    assert shape.objects.is_map
    assert shape.objects.fields == {}
    assert "late" not in written(shape)
    assert shape.objects.others is not None
    assert shape.objects.others.count == MOST_FIELDS + 2


def test_words_are_kept_where_they_are_asked_for() -> None:
    """Of that field alone, and only while they are few."""
    shape = shape_of(*({"mood": m, "name": m} for m in ("glad", "sad", "glad")), words_of=["mood"])
    assert shape.objects.fields["mood"].texts.words == {"glad": 2, "sad": 1}
    assert shape.objects.fields["name"].texts.words is None
    assert schema_of(shape, Style()).schema["properties"]["mood"] == {
        "type": "string",
        "enum": ["glad", "sad"],
    }
    many = shape_of(*({"mood": str(i)} for i in range(21)), words_of=["mood"])
    assert many.objects.fields["mood"].texts.words is None


def test_a_value_that_is_too_large_is_any_value() -> None:
    """What was not looked at is not described."""
    deep: Any = 1
    for _ in range(30):
        deep = [deep]
    assert judge_of(schema_of(shape_of(deep), Style()).schema)(deep)
    wide = [0] * 100_001
    wide.append("x")
    assert judge_of(schema_of(shape_of(wide), Style()).schema)(wide)


def test_names_that_clients_make_up_fill_no_memory() -> None:
    """What finds no room any more is any value, and what is known is learnt all the same."""
    room, shape = Room(5), Shape()
    letters = "abcdefgh"
    for first in letters:
        for second in letters:
            shape.add({first: {second: [1]}}, room=room)
    shape.add({"a": {"a": [2]}}, room=room)
    assert room.left == 0
    assert written(shape).count('"count"') < 30
    assert judge_of(schema_of(shape, Style()).schema)({"zz": 1})
    huge = shape_of(10**5000)
    assert judge_of(schema_of(huge, Style()).schema)(10**40)
    assert "unknown" in written(huge)


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"count": -1},
        {"count": True},
        {"integers": {"low": "a"}},
        {"texts": []},
        {"texts": {"lengths": 1}},
        {"objects": {"fields": {"a": 1}}},
        {"arrays": {"items": "x"}},
    ],
)
def test_what_is_no_shape_is_a_value_error(data: Any) -> None:
    """Whatever stands in a file."""
    with pytest.raises(ValueError, match=r"."):
        Shape.read(data)
