"""Strict JSON: the quick way of reading says what the one that looks at every name says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.integrations.wire import strict_json
from asyncapi_guard.integrations.wire.strict_json import Malformed, StrictJSON

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


#: Of characters that are a surrogate's half no JSON can be written.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)


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
def test_numbers_near_the_ends_of_floats(letter: str, exponent: str) -> None:
    """None becomes an infinity."""
    for number in ("1", "-1.7", "0.0001", "12345678901234567890"):
        text = f"[{number}{letter}{exponent}]"
        assert same(STRICT.loads(text), strict_json._checked(text))


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
def test_what_clients_write_is_read_as_it_was(data: Any) -> None:
    """Without blanks, and with letters as they are or escaped."""
    for ascii_only in (True, False):
        text = json.dumps(data, ensure_ascii=ascii_only, separators=(",", ":"))
        assert same(STRICT.loads(text), data)


@given(st.dictionaries(TEXT, SCALARS, min_size=1), SCALARS, st.booleans(), st.booleans())
def test_two_properties_of_one_name(data: Any, value: Any, escaped: bool, blank: bool) -> None:
    """Wherever the second stands, whatever it holds, and however it is spelled."""
    name = next(iter(data))
    text = json.dumps([data], ensure_ascii=False, separators=(",", ":"))
    again = "".join(f"\\u{ord(c):04x}" for c in name) if escaped and name.isascii() else None
    second = f'"{again}"' if again is not None else json.dumps(name, ensure_ascii=False)
    text = f"{text[:-2]},{' ' if blank else ''}{second}:{json.dumps(value)}}}]"
    found = STRICT.loads(text)
    assert isinstance(found, Malformed)
    assert "same name" in found.reason


@pytest.mark.parametrize(
    "data", [{"a": [1, 2.5, None, True, "b"]}, ["a:b", {"c:": ":"}], {"é": "日本 \n \\ 🎲"}, []]
)
def test_the_quick_way_is_taken(monkeypatch: pytest.MonkeyPatch, data: Any) -> None:
    """Else the tests above compare nothing."""
    monkeypatch.setattr(strict_json, "_checked", pytest.fail)
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=2)):
        assert STRICT.loads(text) == data


LONG = "9" * 101


@pytest.mark.parametrize(
    "text",
    [
        f"[{LONG}]",
        f"[-{LONG[:-1]}]",
        f'{{"a":{{"b":[1,{LONG}]}}}}',
        f'["{"x" * 5000}",{LONG}{LONG}]',
        f"[{'1,' * 30_000}{LONG}]",
    ],
    ids=range(5),
)
def test_integers_that_python_takes_long_for_are_not_read(text: str) -> None:
    """Reading takes the square of their length, and the next one to print them pays again."""
    assert STRICT.loads(text).reason == "an integer has more than 100 digits"


@pytest.mark.parametrize(
    "text", [f"[{LONG[:-1]}]", f'["{LONG}"]', f"[0.{LONG}]", f"[-{LONG[:-2]}]"]
)
def test_other_long_runs_of_digits_are_read(text: str) -> None:
    assert STRICT.loads(text) == json.loads(text)


@given(st.integers(min_value=0, max_value=60), st.integers(min_value=95, max_value=140))
def test_long_integers_are_found_wherever_they_stand(before: int, digits: int) -> None:
    text = f'["{"é" * before}",{"1" * digits},{{"é":1}}]'
    assert isinstance(STRICT.loads(text), Malformed) is (digits > 100)


@pytest.mark.parametrize("escape", ["\\ud800", "\\uD800", "\\udfff", "\\uDFFF"])
def test_half_of_a_surrogate_pair_is_no_text(escape: str) -> None:
    """However it is spelled, and wherever it stands."""
    for text in (f'["{escape}"]', f'{{"{escape}":1}}', f'[{{"a":["b{escape}c"]}}]'):
        assert STRICT.loads(text).reason == "a text has half of a surrogate pair"
        assert strict_json._checked(text).reason == "a text has half of a surrogate pair"


@pytest.mark.parametrize("text", ['["\\ud83d\\ude00"]', '["\\uD83D\\uDE00"]', '["\\u00e9"]'])
def test_escapes_that_are_characters_are_text(text: str) -> None:
    """A whole pair is one."""
    assert STRICT.loads(text) == strict_json._checked(text) == json.loads(text)


def deepest(leaf: str) -> int:
    """How deep a text may stand."""

    def is_read(depth: int) -> bool:
        return type(strict_json._checked("[" * depth + leaf + "]" * depth)) is list

    least, most = 1, 200_000
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if is_read(middle) else (least, middle)
    return least


def test_escapes_may_stand_as_deep_as_letters() -> None:
    """Only those of surrogates are looked for, which takes a step more."""
    assert deepest('"\\u00e9"') == deepest('"é"') > 1
    assert deepest('"\\ud83d\\ude00"') > 1


def test_each_fault_has_its_reason() -> None:
    """It says what a lenient parser would have taken."""
    reasons = {
        "[1e400]": "a number is too large",
        "[-1e400]": "a number is too large",
        "[NaN]": "NaN and infinities are not JSON",
        '{"a":1,"a":2}': "two properties of one object have the same name",
        f"[{LONG}]": "an integer has more than 100 digits",
        "[1": "the data is not JSON",
        "[" * 100_000: "the data is nested too deeply",
    }
    assert {text: STRICT.loads(text).reason for text in reasons} == reasons


class Raising:
    """A JSON module that raises what it likes."""

    @staticmethod
    def loads(text: str, **_: Any) -> Any:
        raise KeyError(text)

    dumps = staticmethod(json.dumps)


def test_an_own_module_may_raise_anything() -> None:
    """And what it quotes is not passed on."""
    found = StrictJSON(Raising).loads('["secret"]')
    assert isinstance(found, Malformed)
    assert "secret" not in found.reason


def test_what_is_malformed_can_be_read_as_without_the_guard() -> None:
    """By the server's own module, which is more lenient or not."""
    assert STRICT.loads('{"a":1,"a":2}').as_unguarded() == {"a": 2}
    with pytest.raises(ValueError):
        STRICT.loads("[1").as_unguarded()


def test_what_strict_json_has_no_room_for_is_read_as_without_the_guard() -> None:
    """By the module of the application, or as it came; what nobody can read stays unread."""
    assert Malformed("a reason", "[1]").as_unguarded() == [1]
    assert Malformed("a reason", "[NaN]", data=1).as_unguarded() != 1
    assert Malformed("a reason", data=[2]).as_unguarded() == [2]
    with pytest.raises(ValueError, match="it can't be read"):
        Malformed("a reason").as_unguarded()


@pytest.mark.parametrize(
    ("raised", "reason"),
    [(RecursionError, "the data is nested too deeply"), (KeyError, "the data is not JSON")],
)
def test_what_the_applications_module_cannot_read_is_malformed(
    raised: type[Exception], reason: str
) -> None:
    """Although it is JSON."""

    class Module:
        dumps = staticmethod(json.dumps)

        @staticmethod
        def loads(text: str, **options: Any) -> Any:
            raise raised

    found = StrictJSON(Module).loads("[1]")
    assert isinstance(found, Malformed)
    assert found.reason == reason
