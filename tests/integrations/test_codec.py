"""What leaves: one encoding, and its text is what is validated and what is sent."""

from __future__ import annotations

import enum
import json
import threading
import uuid
from collections import OrderedDict, UserDict
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio import packet

from asyncapi_guard.integrations.wire import codec
from asyncapi_guard.integrations.wire.codec import Codec, Unsendable

STANDARD = Codec(json)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def values(numbers: st.SearchStrategy[float], *more: st.SearchStrategy[Any]) -> Any:
    """JSON with such fractions, and with more kinds of leaves."""
    leaves = st.none() | st.booleans() | st.integers() | numbers | st.text()
    for each in more:
        leaves |= each
    return st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
    )


PLAIN = values(NUMBERS)
#: What encoders spell in one way: `1e+16` is 1e16 to some.
SPELLED = values(NUMBERS.filter(lambda number: "e" not in repr(number)))


def compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


@given(st.lists(SPELLED, max_size=3), st.text())
def test_the_text_is_the_standard_librarys(args: list[Any], event: str) -> None:
    encoded = STANDARD.encode(args)
    assert encoded.text == compact(args)
    assert encoded.after(event) == compact([event, *args])


@given(st.lists(PLAIN, max_size=3))
def test_what_is_validated_is_what_the_text_says(args: list[Any]) -> None:
    for given_args in (args, tuple(args)):
        encoded = STANDARD.encode(given_args)
        assert list(encoded.values) == json.loads(encoded.text) == args


@given(st.lists(values(NUMBERS, st.binary()), min_size=1, max_size=3))
def test_bytes_are_taken_out_and_put_back(args: list[Any]) -> None:
    """Wherever they stand; the attachments are what python-socketio sends."""
    encoded = STANDARD.encode(args)
    assert list(encoded.values) == args
    expected = packet.Packet.deconstruct_binary(args)
    assert (json.loads(encoded.text), list(encoded.attachments)) == expected


@pytest.mark.parametrize(
    "character", [chr(code) for code in (*range(0x21), 0x22, 0x2F, 0x5C, 0x7F, 0xE9, 0x1F3B2)]
)
def test_characters_are_written_as_the_standard_library_writes_them(character: str) -> None:
    for args in ([character], [{"k": character}], [{character: 1}]):
        assert STANDARD.encode(args).text == compact(args)


class Text(str):
    """A string, and more than that."""

    __slots__ = ()


class Words(str, enum.Enum):
    ONE = "one"


class Numbers(enum.IntEnum):
    ONE = 1


class Plain(enum.Enum):
    ONE = 1


class Pair(NamedTuple):
    a: int
    b: int


class Names(dict[str, Any]):
    """Shows a reader something else than what it has, as `request.form` does."""

    def items(self) -> Any:
        return [(key, value[0]) for key, value in super().items()]


ODD = [
    (1, 2),
    {1: 2},
    {None: 1},
    {True: 1},
    {1.5: 1},
    {"a": {2: (3,)}},
    2**70,
    -(2**70),
    Text("a"),
    {Text("a"): 1},
    "é",
    Words.ONE,
    Numbers.ONE,
    Pair(1, 2),
    OrderedDict(a=1),
    Names(a=[1, 2]),
    [Names(a=[1, 2])],
]


@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_what_is_not_plain_leaves_as_the_standard_library_writes_it(value: Any) -> None:
    """And is validated as it leaves."""
    for args in ([value], [[value]], [{"a": value}], [1, value]):
        encoded = STANDARD.encode(args)
        assert encoded.text == compact(args)
        assert list(encoded.values) == json.loads(encoded.text)


@dataclass
class Point:
    x: int = 1


NOT_JSON = [
    {1, 2},
    frozenset(),
    1j,
    object(),
    Plain.ONE,
    Point(),
    Decimal(1),
    uuid.UUID(int=1),
    datetime(2020, 1, 1, tzinfo=timezone.utc),
    UserDict(a=1),
    range(2),
    memoryview(b"a"),
    float("nan"),
    float("inf"),
    -float("inf"),
    "\ud800",
    {"\ud800": 1},
    {(1, 2): 1},
    (b"a",),
    iter([1]),
]


@pytest.mark.parametrize("value", NOT_JSON, ids=lambda value: type(value).__name__)
def test_what_has_no_form_in_json_is_not_sent(value: Any) -> None:
    """One error, whatever is wrong and wherever it stands; it quotes nothing."""
    for args in ([value], (value,), [[value]], [{"a": value}], [b"x", value], [{"é": [value]}]):
        for encoder in (STANDARD, Codec(Own)):
            with pytest.raises(Unsendable) as caught:
                encoder.encode(args)
            assert str(caught.value) == "it has no form in JSON"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "null"])
def test_texts_that_look_like_it_are_sent(text: str) -> None:
    assert STANDARD.encode([{text: text}]).values == [{text: text}]


def test_data_that_holds_itself_or_is_too_deep_is_not_sent() -> None:
    ring: list[Any] = []
    ring.append(ring)
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    for args in ([ring], [deep], [b"", deep]):
        with pytest.raises(Unsendable):
            STANDARD.encode(args)


class Own:
    """A JSON module of an application's own."""

    @staticmethod
    def dumps(data: Any, **options: Any) -> str:
        return json.dumps(data, **options)

    @staticmethod
    def loads(text: str, **options: Any) -> Any:
        return json.loads(text, **options)


class Nulls(Own):
    """A JSON module that writes `null` for numbers that JSON does not have."""

    @staticmethod
    def dumps(data: Any, **options: Any) -> str:
        return json.dumps(data, **options).replace("NaN", "null").replace("Infinity", "null")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_found_wherever_they_stand(number: float) -> None:
    """Also where an own JSON module would make something else of them."""
    for args in ([number], [[number]], [(number,)], [{"a": number}], [{"a": [{"b": number}]}]):
        with pytest.raises(Unsendable):
            Codec(Nulls).encode(args)
    assert Codec(Nulls).encode([{"a": None, "b": 1.5}]).values == [{"a": None, "b": 1.5}]


class Lying(dict[str, Any]):
    """Tells each reader something else."""

    def __init__(self, *told: dict[str, Any]) -> None:
        super().__init__(told[0])
        self.told = list(told)

    def _next(self) -> dict[str, Any]:
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]

    def items(self) -> Any:
        return self._next().items()

    def values(self) -> Any:
        return self._next().values()

    def __iter__(self) -> Any:
        return iter(self._next())

    def __getitem__(self, key: str) -> Any:
        return self._next()[key]


@pytest.mark.parametrize("module", [json, Own])
@pytest.mark.parametrize("first", [{"x": 1}, {"x": b"1"}])
def test_a_value_that_reads_differently_each_time_is_validated_as_it_leaves(
    module: Any, first: Any
) -> None:
    """It is read until there is one text, and then no more."""
    told = [first, {"x": 2}, {"x": "three"}, {"x": [4]}, {"x": None}]
    for args in ([Lying(*told)], [[Lying(*told)]], [{"a": Lying(*told), "b": b""}]):
        encoded = Codec(module).encode(args)
        read = packet.Packet.reconstruct_binary(json.loads(encoded.text), list(encoded.attachments))
        assert list(encoded.values) == read


def test_nobody_else_holds_what_was_validated() -> None:
    """A change that comes later changes neither."""
    inner, data = [1], bytearray(b"a")
    args = [{"inner": inner, "data": data}, {"plain": inner}]
    encoded = STANDARD.encode(args)
    inner.append(2)
    data.extend(b"b")
    assert list(encoded.values) == [{"inner": [1], "data": b"a"}, {"plain": [1]}]
    assert encoded.attachments == (b"a",)


@pytest.mark.parametrize("other", [{}, {"b": b""}, {"é": "日本"}, {"t": (1,)}], ids=ascii)
def test_what_another_thread_changes_meanwhile_leaves_as_it_was_validated(other: Any) -> None:
    """Whatever the moment: the text and the values agree, and no change is an error."""
    shared: dict[str, Any] = {"x": 1, **other}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared["x"] = number if number % 2 else str(number)
            shared[f"k{number % 50}"] = [number]
            shared.pop(f"k{(number + 25) % 50}", None)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(3000):
            encoded = STANDARD.encode([shared])
            read = packet.Packet.reconstruct_binary(
                json.loads(encoded.text), list(encoded.attachments)
            )
            assert list(encoded.values) == read
    finally:
        stop.set()
        thread.join()


def test_the_quick_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would not be tested."""
    monkeypatch.setattr(Codec, "_carefully", pytest.fail)
    for args in ([{"a": [1, 2.5, None, True, "b"]}], ["a"], [], ["é", {"é": "🎲"}], (1, 2)):
        STANDARD.encode(args)
    assert codec.Codec is Codec
