"""A hint is a schema, makes instances, and makes plain data."""

# ruff: noqa: UP045  # the old spellings of types are tested, too

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import uuid
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, Optional, TypeVar

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from asyncapi_guard import RegistrationError
from asyncapi_guard.codefirst import ConstructionError, plain
from asyncapi_guard.codefirst.hints import Hint, read_hint

SECRET = "hunter2"


class Inner(BaseModel):
    value: int = Field(alias="theValue")


class Outer(BaseModel):
    inner: Inner
    when: dt.date | None = None


class Size(BaseModel):
    size: float


class Blob(BaseModel):
    data: bytes
    when: dt.date = dt.date(2026, 1, 2)


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int


class Pair(NamedTuple):
    a: int
    b: bytes


@dataclasses.dataclass
class File:
    data: bytes
    colour: Colour


def hint(type_: Any) -> Hint:
    return read_hint(type_, "here")


def test_instances_are_made() -> None:
    """All the way down."""
    made = hint(list[Outer]).construct([{"inner": {"theValue": 1}, "when": "2026-01-02"}])
    assert made == [Outer(inner=Inner(theValue=1), when=dt.date(2026, 1, 2))]


@pytest.mark.parametrize("type_", [Any, object, str, dict, list, bool, None])
def test_what_json_gives_is_not_copied(type_: Any) -> None:
    """The handler gets the very object."""
    value: list[Any] = [1]
    assert hint(type_).construct(value) is value


def test_strict_models_are_made_of_json() -> None:
    """They want Python's types from Python, and text from JSON: this is JSON."""

    class Strict(BaseModel):
        model_config = pydantic.ConfigDict(strict=True)

        id: uuid.UUID
        at: dt.datetime
        colour: Colour
        pair: tuple[int, str]
        tags: set[str]
        price: decimal.Decimal

    text = {"id": "12345678-1234-5678-1234-567812345678", "at": "2026-01-02T03:04:05"}
    value = {**text, "colour": "red", "pair": [1, "a"], "tags": ["b"], "price": "1.5"}
    made = hint(Strict).construct(value)
    assert (made.colour, made.pair, made.tags) == (Colour.RED, (1, "a"), {"b"})
    with pytest.raises(ConstructionError):
        hint(Strict).construct({**value, "pair": [1, 2]})


def test_strict_models_are_made_of_json_with_bytes() -> None:
    """JSON has no bytes; a packet has."""

    class Strict(BaseModel):
        model_config = pydantic.ConfigDict(strict=True)

        at: dt.date
        data: bytes
        pair: tuple[int, str]

    value = {"at": "2026-01-02", "data": b"\xff", "pair": [1, "a"]}
    made = hint(Strict).construct(value)
    assert (made.at, made.data, made.pair) == (dt.date(2026, 1, 2), b"\xff", (1, "a"))


@pytest.mark.parametrize("data", [{}, {"data": b"\xff"}], ids=["json", "bytes"])
def test_what_is_wrong_with_a_strict_model_is_told(data: dict[str, bytes]) -> None:
    """And not that JSON is no Python, which is wrong with nothing."""

    class Strict(BaseModel):
        model_config = pydantic.ConfigDict(strict=True)

        at: dt.date
        word: str
        data: bytes = b""

        @pydantic.field_validator("word")
        @classmethod
        def check(cls, value: str) -> str:
            raise ValueError

    with pytest.raises(ConstructionError) as caught:
        hint(Strict).construct({"at": "2026-01-02", "word": SECRET, **data})
    assert [problem.path for problem in caught.value.problems] == ["/word"]


def test_a_float_is_made_of_an_integer() -> None:
    """JSON does not tell them apart, Python code does."""
    assert type(hint(float).construct(1)) is float


def test_what_a_validator_rejects_has_a_path_and_no_values() -> None:
    """Pydantic's own errors quote both input and the validator's words."""

    class Checked(BaseModel):
        word: str

        @pydantic.field_validator("word")
        @classmethod
        def check(cls, value: str) -> str:
            raise ValueError(f"no {value}")

    with pytest.raises(ConstructionError) as caught:
        hint(list[Checked]).construct([{"word": SECRET}], "/1")
    (problem,) = caught.value.problems
    assert (problem.path, problem.keyword) == ("/1/0/word", "value_error")
    assert SECRET not in f"{caught.value!s}{caught.value!r}{problem}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_custom_error_may_quote_values_and_is_not_quoted() -> None:
    """`PydanticCustomError` has the application's own words, too."""

    def check(value: str) -> str:
        raise PydanticCustomError("mine", "no {value}", {"value": value})

    with pytest.raises(ConstructionError) as caught:
        hint(Annotated[str, pydantic.AfterValidator(check)]).construct(SECRET)
    assert SECRET not in str(caught.value.problems)


def test_errors_of_parsing_quote_nothing() -> None:
    """Pydantic's words for dates, numbers, enums and keys have no input in them."""
    for type_, value in (
        (dt.datetime, SECRET),
        (decimal.Decimal, SECRET),
        (uuid.UUID, SECRET),
        (Colour, SECRET),
        (pydantic.HttpUrl, SECRET),
        (pydantic.EmailStr, SECRET),
        (dict[int, int], {SECRET: 1}),
    ):
        with pytest.raises(ConstructionError) as caught:
            hint(type_).construct(value)
        messages = "".join(problem.message for problem in caught.value.problems)
        assert SECRET not in messages, type_


class Open(BaseModel):
    extra: Any
    left: Optional[str]
    when: dt.date

    @pydantic.field_serializer("left", when_used="json")
    def say(self, left: str | None) -> str:
        return left or "nothing"


class Public(BaseModel):
    name: str


class Private(Public):
    password: str = SECRET


class Namesake(BaseModel):
    name: str
    password: str = SECRET


class Team(BaseModel):
    lead: Public
    size: int = 1


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]


class Names(pydantic.RootModel[list[Public]]):
    """A list."""


@dataclasses.dataclass
class Seat:
    by: Public
    row: int = 1


@dataclasses.dataclass
class PaidSeat(Seat):
    card: str = SECRET


class Hall(BaseModel):
    best: Seat


ANN = Private(name="Ann")

DUMPS: dict[str, tuple[Any, Any, Any]] = {
    "a subclass": (Public, ANN, {"name": "Ann"}),
    "a subclass in a list": (list[Public], [ANN], [{"name": "Ann"}]),
    "a subclass beside data": (
        list[Public],
        [ANN, {"name": "Bo"}],
        [{"name": "Ann"}, {"name": "Bo"}],
    ),
    "a subclass in another kind of array": (list[Public], (ANN,), ({"name": "Ann"},)),
    "a subclass in a dict beside data": (
        dict[str, Public],
        {"a": ANN, "b": {"name": "Bo"}},
        {"a": {"name": "Ann"}, "b": {"name": "Bo"}},
    ),
    "a subclass beside what is wrong": (tuple[Public, int], (ANN, "x"), ({"name": "Ann"}, "x")),
    "a subclass in a model beside what is wrong": (
        list[Team],
        [Team.model_construct(lead=ANN, size="x"), 1],
        [{"lead": {"name": "Ann"}, "size": "x"}, 1],
    ),
    "a subclass in a page of anything": (
        Page[Public],
        Page(items=[ANN]),
        {"items": [{"name": "Ann"}]},
    ),
    "a subclass in a page of it": (
        Page[Public],
        Page[Private](items=[ANN]),
        {"items": [{"name": "Ann"}]},
    ),
    "a subclass in data": (Team, {"lead": ANN, "size": 1}, {"lead": {"name": "Ann"}, "size": 1}),
    "a subclass of a dataclass in data": (
        Hall,
        {"best": PaidSeat(ANN)},
        {"best": {"by": {"name": "Ann"}, "row": 1}},
    ),
    "several for one": (Public, [ANN], [{"name": "Ann"}]),
    "a subclass in what is no root model": (Names, [ANN], [{"name": "Ann"}]),
    "a subclass of a dataclass beside data": (
        list[Seat],
        [PaidSeat(ANN), {"by": ANN}],
        [{"by": {"name": "Ann"}, "row": 1}, {"by": {"name": "Ann"}}],
    ),
    "another model that has what is wanted": (Public, Namesake(name="Ann"), {"name": "Ann"}),
    "several of another model": (list[Public], [Namesake(name="Ann")], [{"name": "Ann"}]),
    "a model": (Outer, Outer(inner=Inner(theValue=1)), {"inner": {"theValue": 1}, "when": None}),
    "data in a model's place": (Outer, {"inner": {"theValue": 1}}, {"inner": {"theValue": 1}}),
    "a model in data": (dict, {"a": Inner(theValue=1)}, {"a": {"theValue": 1}}),
    "an optional model": (Optional[Inner], Inner(theValue=1), {"theValue": 1}),
    "another model": (Outer, Inner(theValue=1), {"theValue": 1}),
    "an integer for a float": (float, 1, 1),
    "an integer for a float in a model": (Size, Size.model_construct(size=1), {"size": 1}),
    "bytes": (bytes, b"\xff", b"\xff"),
    "bytes in a model": (Blob, Blob(data=b"\xff"), {"data": b"\xff", "when": "2026-01-02"}),
    "bytes in anything": (Any, {"a": [b"\xff"]}, {"a": [b"\xff"]}),
    "text bytes in anything": (Any, [b"a"], [b"a"]),
    "text bytes in a dict": (dict, {"a": b"a"}, {"a": b"a"}),
    "bytes that are no text, where nothing is said of them": (
        list[dict[str, Any]],
        [{"a": b"\xff"}],
        [{"a": b"\xff"}],
    ),
    "text bytes in anything of a model": (
        Open,
        Open(extra={"a": b"a"}, left=None, when=dt.date(2026, 1, 2)),
        {"extra": {"a": b"a"}, "left": None, "when": "2026-01-02"},
    ),
    "no bytes in anything of a model": (
        Open,
        Open(extra=Colour.RED, left=None, when=dt.date(2026, 1, 2)),
        {"extra": "red", "left": "nothing", "when": "2026-01-02"},
    ),
    "another model in a list": (list[Inner], [Size(size=1.5)], [{"size": 1.5}]),
    "another model in a dict": (dict[str, Inner], {"a": Size(size=1.5)}, {"a": {"size": 1.5}}),
    "another model in a union": (Optional[list[Inner]], [Size(size=1.5)], [{"size": 1.5}]),
    "a tuple of any length": (tuple[int, ...], (1, 2), [1, 2]),
    "an optional tuple": (Optional[tuple[int, int]], (1, 2), [1, 2]),
    "a tuple that is annotated": (Annotated[tuple[int, int], "x"], (1, 2), (1, 2)),
    "a tuple": (tuple[int, Inner], (1, Inner(theValue=1)), (1, {"theValue": 1})),
    "a set": (set[int], {1}, [1]),
    "a date": (dt.date, dt.date(2026, 1, 2), "2026-01-02"),
    "a decimal": (decimal.Decimal, decimal.Decimal("1.50"), "1.50"),
    "an enum": (Colour, Colour.RED, "red"),
    "a dataclass": (Point, Point(1), {"x": 1}),
    "a dataclass in anything": (Any, [Point(1), Colour.RED], [{"x": 1}, "red"]),
    "what is wrong stays as it is": (int, "seven", "seven"),
    "none": (Outer, None, None),
}


@pytest.mark.parametrize("row", DUMPS)
def test_plain_data_is_made(row: str) -> None:
    """By alias, in JSON's types; bytes stay bytes. What does not fit is left to the judge."""
    type_, value, expected = DUMPS[row]
    dumped = hint(type_).dump(value)
    assert dumped == expected
    assert type(dumped) is type(expected)


class MoreInner(Inner):
    secret: str = SECRET


@pytest.mark.parametrize(
    "container",
    [
        iter,
        deque,
        lambda items: (item for item in items),
    ],
    ids=["iterator", "deque", "generator"],
)
@pytest.mark.parametrize(
    "type_",
    [list[Inner], Optional[list[Inner]], Sequence[Inner], tuple[Inner, ...], Iterable[Inner]],
)
def test_what_stands_for_a_list_is_sent_whole(type_: Any, container: Any) -> None:
    """With the fields of the declared type."""
    made = container([Inner(theValue=1), MoreInner(theValue=2)])
    assert hint(type_).dump(made) == [{"theValue": 1}, {"theValue": 2}]


def test_an_iterator_that_was_read_in_vain_is_not_sent_as_an_empty_list() -> None:
    """Whoever encodes it says that it cannot be sent."""
    dumped = hint(dict[str, list[Inner]]).dump({"a": iter([Inner(theValue=1)])})
    with pytest.raises(TypeError):
        json.dumps(dumped)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1),
        ([Inner(theValue=1)], [{"theValue": 1}]),
        ((Inner(theValue=1), b"a"), ({"theValue": 1}, b"a")),
        ({"a": Blob(data=b"\xff")}, {"a": {"data": b"\xff", "when": "2026-01-02"}}),
        (dt.timedelta(seconds=1), "PT1S"),
        ({1, 2}, [1, 2]),
        (deque([Inner(theValue=1), b"\xff"]), [{"theValue": 1}, b"\xff"]),
        (iter([b"a"]), [b"a"]),
        (OrderedDict(a=b"\xff", b=[Inner(theValue=1)]), {"a": b"\xff", "b": [{"theValue": 1}]}),
        (OrderedDict({None: 1, Colour.RED: 2}), {None: 1, "red": 2}),
        (type("Names", (list,), {})([b"a"]), [b"a"]),
        (type("Blob", (bytes,), {})(b"a"), b"a"),
        ({"a": Pair(1, b"a")}, {"a": [1, b"a"]}),
        ({"a": File(b"\xff", Colour.RED)}, {"a": {"data": b"\xff", "colour": "red"}}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_undeclared_values_are_made_plain(value: Any, expected: Any) -> None:
    """Whatever they hold."""
    made = plain(value)
    assert made == expected
    assert type(made) is type(expected) or isinstance(value, bytes)


def test_what_cannot_be_made_plain_is_left() -> None:
    """Whoever encodes it says so."""
    thing = object()
    assert plain(thing) is thing


@pytest.mark.parametrize("type_", [object(), "Nowhere", 7, type("Unknown", (), {})])
def test_what_cannot_be_modelled_says_where(type_: Any) -> None:
    """Nothing is silently unvalidated."""
    with pytest.raises(RegistrationError, match=r"^here: "):
        hint(type_)


def test_accepting_none() -> None:
    """By the type, not by its name."""
    taking = [Any, None, Optional[int], pydantic.RootModel[int | None]]
    assert all(hint(type_).accepts_none for type_ in taking)
    assert not any(hint(type_).accepts_none for type_ in (int, Inner, list[Any]))


class Renamed(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    room_id: int = Field(0, alias="roomId")


@pytest.mark.skipif(
    tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 11),
    reason="Pydantic before 2.11 cannot be told which names count",
)
@pytest.mark.parametrize("type_", [Renamed, dict[str, Renamed], Renamed | int])
def test_fields_are_received_by_the_names_in_the_document_alone(type_: Any) -> None:
    """What has another name, nobody has judged."""
    value: Any = {"room_id": "7", "roomId": 1}
    made = hint(type_).construct({"a": value} if type_ == dict[str, Renamed] else value)
    assert (made["a"] if isinstance(made, dict) else made).room_id == 1
    other: Any = {"room_id": "7"}
    made = hint(type_).construct({"a": other} if type_ == dict[str, Renamed] else other)
    assert (made["a"] if isinstance(made, dict) else made).room_id == 0


def test_fields_that_are_in_the_document_by_name_are_received_so() -> None:
    config = {"validate_by_name": True, "validate_by_alias": False}
    model = type(
        "Named",
        (BaseModel,),
        {
            "model_config": config,
            "__module__": __name__,
            "__annotations__": {"room_id": int},
            "room_id": Field(0, alias="roomId"),
        },
    )
    assert hint(model).construct({"room_id": 7}).room_id == 7
