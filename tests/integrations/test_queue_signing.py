"""Signatures of what guarded processes publish."""

from __future__ import annotations

import copy
import enum
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.integrations.deciding.queue_signing import is_signed, sign

KEY, OTHER = b"k" * 32, b"o" * 32
MESSAGE = {
    "method": "emit",
    "event": "moved",
    "data": [{"x": 1.5, "note": "é\u2028\ud83c", "n": None, "b": True, "big": 2**70}],
    "room": None,
    "callback": ("room", "/", 1),
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def over_the_wire(message: Any) -> Any:
    return json.loads(json.dumps(message))


def test_a_signed_message_is_right_after_its_way() -> None:
    """Tuples come as lists; what was signed stays as it was."""
    before = copy.deepcopy(MESSAGE)
    assert is_signed(over_the_wire(sign(MESSAGE, KEY)), KEY)
    assert before == MESSAGE


@pytest.mark.slow
@given(st.dictionaries(st.text(), VALUES))
def test_any_json_can_be_signed(message: Any) -> None:
    """Whichever module writes the text."""
    signed = sign(message, KEY)
    assert is_signed(json.loads(json.dumps(signed)), KEY)
    assert not is_signed(json.loads(json.dumps(signed)), OTHER)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_another_writer(number: float) -> None:
    """A module that writes exponents and zeros in another way does not break a signature."""
    signed = sign({"data": [number]}, KEY)
    assert is_signed(orjson.loads(orjson.dumps(signed)), KEY)


class Color(str, enum.Enum):
    RED = "red"


@pytest.mark.parametrize("names", [{2: 0, 10: 0}, {True: 0, None: 1}, {Color.RED: Color.RED}])
def test_names_are_signed_as_json_has_them(names: Any) -> None:
    """Sorted as texts, which they are when they come."""
    assert is_signed(over_the_wire(sign({"data": [names]}, KEY)), KEY)


CHANGES = {
    "another event": lambda m: m.update(event="ended"),
    "another value": lambda m: m["data"][0].update(x=1),
    "one more field": lambda m: m.update(more=1),
    "a field less": lambda m: m.pop("room"),
    "no signature": lambda m: m.pop("guard"),
    "no mac": lambda m: m["guard"].pop("mac"),
    "a mac that is no text": lambda m: m["guard"].update(mac=0),
    "a mac of other letters": lambda m: m["guard"].update(mac="ä\ud800" * 32),
    "a mac in capitals": lambda m: m["guard"].update(mac=m["guard"]["mac"].upper()),
    "an empty mac": lambda m: m["guard"].update(mac=""),
    "another version": lambda m: m["guard"].update(v=2),
    "a version that is no number": lambda m: m["guard"].update(v=True),
    "more in the signature": lambda m: m["guard"].update(alg="none"),
    "a signature that is no object": lambda m: m.update(guard=1),
    "NaN": lambda m: m.update(data=[float("nan")]),
    "what is not JSON": lambda m: m.update(data=[b"x"]),
}


@pytest.mark.parametrize("row", CHANGES)
def test_whatever_is_changed_is_noticed(row: str) -> None:
    """And nothing raises."""
    message = over_the_wire(sign(MESSAGE, KEY))
    CHANGES[row](message)
    assert not is_signed(message, KEY)


def test_what_is_nested_too_deeply_is_not_signed() -> None:
    """It does not end what listens."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert not is_signed({**over_the_wire(sign(MESSAGE, KEY)), "data": deep}, KEY)


def test_signing_again_replaces_a_signature() -> None:
    """A message that is passed on has one signature."""
    assert sign(sign(MESSAGE, OTHER), KEY) == sign(MESSAGE, KEY)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {1}], ids=repr)
def test_what_has_no_form_in_json_is_not_signed(value: Any) -> None:
    """It raises where it would be published."""
    with pytest.raises((TypeError, ValueError)):
        sign({"data": [value]}, KEY)
