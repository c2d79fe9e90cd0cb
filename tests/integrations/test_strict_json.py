"""Strict JSON: the quick way of reading says what the one that looks at every name says."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.handlers.hints import Dumped
from asyncapi_guard.integrations import strict_json
from asyncapi_guard.integrations.strict_json import Malformed, StrictJSON

STRICT = StrictJSON(json)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def values(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """JSON with such fractions."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    )


PLAIN = values(NUMBERS)
#: What encoders spell in one way: `1e+16` is 1e16 to some.
SPELLED = values(NUMBERS.filter(lambda number: "e" not in repr(number)))
TEXTS = (
    PLAIN.map(json.dumps)
    | PLAIN.map(lambda data: json.dumps(data, ensure_ascii=False, indent=1))
    | st.text(alphabet='{}[]",:0123456789.eE+-\\u dD8truefalsnNaInity \n\t\r\x00é', max_size=40)
)
TRICKY = [
    '{"a":1,"a":2}',
    '{"a":{"b":1},"a":1}',
    '{"a:":1,"a:" :2}',
    '{"\\u0061":1,"a":2}',
    '{"a":1,"a":2,"b":"\\u003a"}',
    '{"a":1,"a":2,"b":"\\u003A"}',
    '{"a":1,"\\u003a":2}',
    '[{"a":1},{"a":1}]',
    '["{\\"a\\":1,\\"a\\":2}"]',
    '{"a"\n:1,"a" :2,"b:":3}',
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    "[1e400]",
    "[-1e400]",
    "[1e308,1e-400,-0,-0.0,0.1,123456789012345678901234567890]",
    "[" + "9" * 4301 + "]",
    '["\\ud800"]',
    '["\\ud83d\\ude00"]',
    '{"\\ud800":1}',
    "[" * 150 + "]" * 150,
    "[" * 300 + "]" * 300,
    "[" * 100_000,
    "\ufeff[]",
    " [1] ",
    "[1] 2",
    "[01]",
    "[1.]",
    "[.5]",
    "[+1]",
    '["\t"]',
    "[tru]",
    "",
    "1",
    '"a"',
    "[1,]",
    "{'a':1}",
]


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal types; -0.0 is not 0.0."""
    if isinstance(one, Malformed) or isinstance(other, Malformed):
        return type(one) is type(other) and one.reason == other.reason
    return repr(one) == repr(other)


@given(TEXTS)
def test_both_ways_read_the_same(text: str) -> None:
    assert same(STRICT.loads(text), strict_json._checked(text))


@pytest.mark.parametrize("text", TRICKY, ids=range(len(TRICKY)))
def test_both_ways_read_the_same_of_what_is_odd(text: str) -> None:
    assert same(STRICT.loads(text), strict_json._checked(text))


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)
def test_both_ways_read_the_same_numbers(text: str) -> None:
    assert same(STRICT.loads(f"[{text}]"), strict_json._checked(f"[{text}]"))


@pytest.mark.parametrize("exponent", ["308", "+308", "-320", "0308", "-0000320", "99999", "-99999"])
@pytest.mark.parametrize("letter", ["e", "E"])
def test_numbers_that_msgspec_is_slow_at_are_left_to_python(
    monkeypatch: pytest.MonkeyPatch, letter: str, exponent: str
) -> None:
    """A packet of them would take seconds, in which no other client is served."""
    monkeypatch.setattr(strict_json, "_read", pytest.fail)
    for number in ("1", "-1.7", "0.0001", "12345678901234567890"):
        text = f"[{number}{letter}{exponent}]"
        assert same(STRICT.loads(text), strict_json._checked(text))


@pytest.mark.parametrize(
    "data", [{"a": [1, 2.5, None, True, "b"]}, ["a:b", {"c:": ":"}], {"é": "日本 \n \\ 🎲"}, []]
)
def test_the_quick_way_is_taken(monkeypatch: pytest.MonkeyPatch, data: Any) -> None:
    """Else the tests above compare nothing."""
    monkeypatch.setattr(strict_json, "_checked", pytest.fail)
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=2)):
        assert STRICT.loads(text) == data


@given(st.dictionaries(st.text(), PLAIN), st.text())
def test_what_pydantic_has_made_is_written_as_any_other_data(
    data: dict[str, Any], event: str
) -> None:
    for values in ([Dumped(data)], [event, Dumped(data)], [event, 1, Dumped(data)]):
        assert json.loads(STRICT.dumps(values)) == [
            *values[:-1],
            data,
        ]


@given(SPELLED, st.text())
def test_the_quick_way_writes_what_the_standard_library_writes(data: Any, event: str) -> None:
    assert STRICT.dumps([event, data]) == json.dumps([event, data], separators=(",", ":"))


@given(NUMBERS)
def test_the_quick_way_writes_the_same_numbers(number: float) -> None:
    assert same(json.loads(STRICT.dumps([number])), [number])


@pytest.mark.parametrize(
    "character", [chr(code) for code in (*range(0x21), 0x22, 0x2F, 0x5C, 0x7F)]
)
def test_characters_are_written_as_the_standard_library_writes_them(character: str) -> None:
    assert STRICT.dumps(["e", character]) == json.dumps(["e", character], separators=(",", ":"))


class Text(str):
    """A string, and more than that."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {1: 2},
        {None: 1},
        {True: 1},
        {1.5: 1},
        2**70,
        Text("a"),
        {Text("a"): 1},
        "é",
        "\ud800",
    ],
    ids=ascii,
)
def test_what_is_not_plain_is_written_by_the_standard_library(value: Any) -> None:
    for data in (value, [value], {"a": value}):
        assert STRICT.dumps(["e", data]) == json.dumps(["e", data], separators=(",", ":"))


@pytest.mark.parametrize("value", [{1, 2}, b"a", 1j, datetime(2020, 1, 1, tzinfo=timezone.utc)])
def test_what_another_encoder_could_write_is_none_for_ours(value: Any) -> None:
    with pytest.raises(TypeError):
        STRICT.dumps(["e", {"a": [value]}])


def test_data_that_holds_itself_is_not_written() -> None:
    data: list[Any] = []
    data.append(data)
    with pytest.raises(ValueError):
        STRICT.dumps(["e", data])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_json_is_not_written(value: float) -> None:
    with pytest.raises(ValueError):
        STRICT.dumps(["event", Dumped(a=value)])


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "\ud800"])
def test_texts_that_look_like_it_are_written(text: str) -> None:
    assert json.loads(STRICT.dumps([Dumped({text: text})])) == [{text: text}]
