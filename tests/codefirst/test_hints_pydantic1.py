"""A hint of Pydantic 1 is a schema, makes instances, and makes plain data.

These tests run wherever `pydantic.v1` is: within Pydantic 2, and where it is installed itself.
"""

# ruff: noqa: UP006, UP007, UP035, UP045  # the old spellings of types are tested, too

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import inspect
import ipaddress
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import (
    Annotated,
    Any,
    Callable,
    Deque,
    Dict,
    Generic,
    List,
    Literal,
    NamedTuple,
    Optional,
    Set,
    Tuple,
    TypeVar,
    Union,
)

import pytest
import typing_extensions

if sys.version_info >= (3, 14):
    pytest.skip("Pydantic 1 knows no Python after 3.13", allow_module_level=True)

import pydantic
from either_pydantic import only_pydantic_2
from pydantic import v1
from pydantic.v1 import BaseModel, Field, create_model, root_validator, validator
from pydantic.v1 import dataclasses as v1_dataclasses
from pydantic.v1.errors import EnumError, PydanticValueError
from pydantic.v1.generics import GenericModel
from pydantic.v1.json import timedelta_isoformat

from asyncapi_guard import RegistrationError, load
from asyncapi_guard.codefirst import About, ConstructionError, Registry, build_document, plain
from asyncapi_guard.codefirst.components import components_of
from asyncapi_guard.codefirst.hints import read_hint
from asyncapi_guard.codefirst.hints.pydantic1 import Hint1
from asyncapi_guard.codefirst.hints.pydantic1 import plain as plain_1
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.ids import Names

SECRET = "hunter2"
UUID = "12345678-1234-4678-8234-567812345678"
T = TypeVar("T")


class Inner(BaseModel):
    value: int = Field(alias="theValue")


class Outer(BaseModel):
    inner: Inner
    when: Optional[dt.date] = None


class Size(BaseModel):
    size: float


class Blob(BaseModel):
    data: bytes
    when: dt.date = dt.date(2026, 1, 2)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Room(str, enum.Enum):
    garden = "garden"


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@v1_dataclasses.dataclass
class Checked:
    """Checks itself."""

    x: int
    inner: Optional[Inner] = None


class Place(NamedTuple):
    name: str
    at: Optional[int]


# Where annotations are strings, Pydantic 1 does not see that a key is not required.
Options = typing_extensions.TypedDict(
    "Options", {"name": str, "size": typing_extensions.NotRequired[int], "in": Optional[int]}
)


class Page(GenericModel, Generic[T]):
    items: List[T]


class Numbers(BaseModel):
    __root__: List[int]


class Maybe(BaseModel):
    __root__: Optional[int]


class Tree(BaseModel):
    value: int
    children: List[Tree] = []


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog", "puppy"]
    name: str


class Kept(BaseModel):
    shown: int
    hidden: int = Field(exclude=True)


class Encoded(BaseModel):
    took: dt.timedelta
    price: decimal.Decimal
    inner: Optional[Kept] = None

    class Config:
        json_encoders = {dt.timedelta: timedelta_isoformat, decimal.Decimal: str}


Tree.update_forward_refs()
INNER, LEAF = Inner(theValue=1), Tree(value=2)
Pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]


def hint(type_: Any) -> Hint1:
    return Hint1(type_, "here")


def schema_of(type_: Any, direction: Any = "validation") -> Any:
    """As it stands in the document, with its component in place of a reference to that."""
    found, components = components_of([("", direction, hint(type_))], Names())
    schema = found[""]
    return components[schema["$ref"].rpartition("/")[2]] if schema.keys() == {"$ref"} else schema


def model(**fields: Any) -> Any:
    return create_model("Model", **fields)


# -- what is read by whom --------------------------------------------------------------------------


@dataclasses.dataclass
class Holder:
    inner: Dict[str, Inner]


class HolderTuple(NamedTuple):
    inner: Inner


@pytest.mark.parametrize(
    "type_",
    [
        Inner,
        List[Inner],
        Optional[Inner],
        Dict[str, Page[int]],
        Page[Inner],
        v1.EmailStr,
        v1.conint(ge=1),
        Annotated[int, Field(ge=1)],
        List[Annotated[int, Field(ge=1)]],
        Checked,
        Holder,
        HolderTuple,
    ],
    ids=str,
)
def test_what_is_of_pydantic_1_is_read_by_it(type_: Any) -> None:
    """Wherever it stands in a hint: an application may have moved half of its models."""
    assert type(read_hint(type_, "here")) is Hint1


@only_pydantic_2("is alone where it is installed itself")
def test_models_of_both_in_one_hint_are_rejected() -> None:
    """They cannot be put together, and the place is named."""
    newer = pydantic.create_model("Newer", x=(int, ...))
    with pytest.raises(RegistrationError, match=r"^here: .*Newer"):
        read_hint(Union[Inner, newer], "here")


# -- instances -------------------------------------------------------------------------------------

#: The type, what the client sends, and what the handler gets.
MADE: dict[str, tuple[Any, Any, Any]] = {
    "models": (List[Outer], [{"inner": {"theValue": 1}}], [Outer(inner=Inner(theValue=1))]),
    "an optional model": (Optional[Inner], {"theValue": 1}, Inner(theValue=1)),
    "none": (Optional[Inner], None, None),
    "text in a union": (Union[int, str], "7", "7"),
    "a boolean in a union": (Union[int, bool], True, True),
    "texts in a list": (List[Union[int, str]], ["7", 7], ["7", 7]),
    "a tagged model": (Pet, {"kind": "puppy", "name": "Rex"}, Dog(kind="puppy", name="Rex")),
    "a literal": (Literal["a", 1], 1, 1),
    "an enum": (Colour, "red", Colour.RED),
    "an int enum": (Level, 1, Level.LOW),
    "a dataclass": (Point, {"x": 1}, Point(1)),
    "a dataclass of Pydantic's": (
        Checked,
        {"x": 1, "inner": {"theValue": 2}},
        Checked(1, Inner(theValue=2)),
    ),
    "a typed dict": (Options, {"name": "a", "in": None}, {"name": "a", "in": None}),
    "a named tuple": (Place, ["a", None], Place("a", None)),
    "a generic model": (Page[Inner], {"items": [{"theValue": 1}]}, Page[Inner](items=[INNER])),
    "a root model": (Numbers, [1, 2], Numbers(__root__=[1, 2])),
    "models by key": (Dict[str, Inner], {"a": {"theValue": 1}}, {"a": Inner(theValue=1)}),
    "numbers as keys": (Dict[int, str], {"1": "a"}, {1: "a"}),
    "a tree": (Tree, {"value": 1, "children": [{"value": 2}]}, Tree(value=1, children=[LEAF])),
    "an integer for a float": (float, 1, 1.0),
    "a whole float for an integer": (int, 7.0, 7),
    "a date": (dt.date, "2026-01-02", dt.date(2026, 1, 2)),
    "a duration": (dt.timedelta, 1.5, dt.timedelta(seconds=1.5)),
    "a duration in a text": (dt.timedelta, "P1DT1S", dt.timedelta(1, 1)),
    "a decimal": (decimal.Decimal, "1.50", decimal.Decimal("1.50")),
    "bytes": (bytes, b"\xff", b"\xff"),
    "a URL": (v1.HttpUrl, "https://example.com/ö", "https://example.com/ö"),
    "a secret": (v1.SecretStr, "a", v1.SecretStr("a")),
    "a UUID": (v1.UUID4, UUID, uuid.UUID(UUID)),
    "JSON": (v1.Json[List[int]], "[1]", [1]),
    "a set": (Set[int], [1], {1}),
}  # fmt: skip


@pytest.mark.parametrize("row", MADE)
def test_instances_are_made(row: str) -> None:
    """Of the type that the hint says, all the way down."""
    type_, value, expected = MADE[row]
    made = hint(type_).construct(value)
    assert made == expected
    if not isinstance(made, str):
        assert type(made) is type(expected)


def test_dataclasses_are_made_in_several_threads_at_once() -> None:
    """Pydantic 1 turns their validation on and off for all threads."""

    def construct(dated: Hint1) -> list[Any]:
        together.wait()
        return [dated.construct({"day": "2026-01-02"}).day for _ in range(20)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    together = threading.Barrier(8)
    try:
        with ThreadPoolExecutor(8) as pool:
            # After the first time it is on for good, more often than not.
            for _ in range(200):
                dated = hint(dataclasses.make_dataclass("Dated", [("day", dt.date)]))
                days = {day for made in pool.map(construct, [dated] * 8) for day in made}
                assert days == {dt.date(2026, 1, 2)}
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("type_", [Any, object, str, dict, list, bool, None])
def test_what_json_gives_is_not_copied(type_: Any) -> None:
    """The handler gets the very object."""
    value: list[Any] = [1]
    assert hint(type_).construct(value) is value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (float, 10**400),
        (dt.timedelta, 1e308),
        (v1.condecimal(multiple_of=decimal.Decimal("0.1")), "1e900"),
        (model(a=(List[float], ...)), {"a": [10**400]}),
    ],
    ids=str,
)
def test_numbers_that_are_too_large_are_rejected(type_: Any, value: Any) -> None:
    """Pydantic 1 raises what is no `ValidationError` for them."""
    with pytest.raises(ConstructionError):
        hint(type_).construct(value, "/0")


def test_accepting_none() -> None:
    """By the type, not by its name."""
    assert all(hint(type_).accepts_none for type_ in (Any, None, Optional[int]))
    assert not any(hint(type_).accepts_none for type_ in (int, Inner, List[Any], Numbers, Maybe))


def test_being_of_a_type() -> None:
    """As it is, and not as what could be made of it."""
    assert hint(Inner).is_instance(Inner(theValue=1))
    assert hint(List[Inner]).is_instance([Inner(theValue=1)])
    assert hint(float).is_instance(1)
    for type_, value in ((Inner, {"theValue": 1}), (int, "7"), (int, True), (Inner, Size(size=1))):
        assert not hint(type_).is_instance(value)
    assert not hint(float).is_instance(10**400)


# -- problems --------------------------------------------------------------------------------------


class Careful(BaseModel):
    word: str
    pet: Optional[Pet] = None
    words: Dict[str, List[str]] = {}

    @validator("word")
    def no_digits(cls, value: str) -> str:
        if any(map(str.isdigit, value)):
            raise ValueError(f"no {value}")
        return value

    @validator("words", each_item=True)
    def no_secrets(cls, value: Any) -> Any:
        assert SECRET not in value, value
        return value

    @root_validator(skip_on_failure=True)
    def not_both(cls, values: Any) -> Any:
        if values["word"] == "both":
            raise TypeError(values["word"])
        return values


class Quoting(PydanticValueError):
    code = "mine"
    msg_template = "no {value}"


def _quote(value: str) -> str:
    raise Quoting(value=value)


def _quote_by_pydantic(value: str) -> str:
    raise EnumError(value=value)


class Root(BaseModel):
    __root__: Dict[str, Careful]


@pytest.mark.parametrize(
    ("type_", "value", "path", "keyword"),
    [
        (List[Careful], [{"word": SECRET}], "/1/0/word", "value_error"),
        (Careful, {"word": "both"}, "/1", "type_error"),
        (Root, {"a/b": {"word": SECRET}}, "/1/a~1b/word", "value_error"),
        (Careful, {"word": "a", "words": {"x": [SECRET]}}, "/1/words/x", "assertion_error"),
        (
            model(a=(Pet, ...)),
            {"a": {"kind": "cat", "lives": "x"}},
            "/1/a/lives",
            "type_error.integer",
        ),
        (Pet, {"kind": SECRET}, "/1", "value_error.discriminated_union.invalid_discriminator"),
        (Careful, {}, "/1/word", "value_error.missing"),
        (Dict[int, int], {SECRET: 1}, "/1", "type_error.integer"),
        (Tuple[int, Careful], [1, {"word": "1"}], "/1/1/word", "value_error"),
        (Union[Numbers, Careful], {"word": "1"}, "/1/word", "value_error"),
    ],
)
def test_problems_say_where(type_: Any, value: Any, path: str, keyword: str) -> None:
    """In the value, and not in Pydantic's names for parts of the type."""
    with pytest.raises(ConstructionError) as caught:
        hint(type_).construct(value, "/1")
    problem = caught.value.problems[-1]
    assert (problem.path, problem.keyword) == (path, keyword)
    assert SECRET not in f"{caught.value!s}{caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "type_",
    [
        dt.datetime,
        decimal.Decimal,
        uuid.UUID,
        Colour,
        Literal["a"],
        v1.HttpUrl,
        v1.EmailStr,
        v1.FilePath,
        v1.PyObject,
        v1.ByteSize,
        v1.constr(regex="^[0-9]+$"),
        *(
            model(x=(str, ...), __validators__={"a": validator("x", allow_reuse=True)(check)})
            for check in (_quote, _quote_by_pydantic)
        ),
    ],
    ids=str,
)  # fmt: skip
def test_words_quote_nothing(type_: Any) -> None:
    """Neither Pydantic's nor the application's."""
    value: Any = {"x": SECRET} if getattr(type_, "__name__", "") == "Model" else SECRET
    field: Any = create_model("Hint", __root__=(type_, ...)).__fields__["__root__"]
    made = object.__new__(Hint1)
    made._validate, made._is_as_it_is = field.validate, False
    with pytest.raises(ConstructionError) as caught:
        made.construct(value)
    assert caught.value.problems
    assert SECRET not in str(caught.value.problems)


def test_words_of_pydantic_are_told() -> None:
    """Where they quote nothing, they help."""
    long = Annotated[str, Field(min_length=3)]
    with pytest.raises(v1.ValidationError) as theirs:
        create_model("Long", x=(long, ...))(x="a")
    with pytest.raises(ConstructionError) as caught:
        hint(long).construct("a")
    (problem,) = caught.value.problems
    assert problem.message == theirs.value.errors()[0]["msg"]


# -- plain data ------------------------------------------------------------------------------------


class Public(BaseModel):
    name: str


class Private(Public):
    password: str = SECRET


class Team(BaseModel):
    lead: Public = Field(alias="by")
    size: int = 1


class BigTeam(Team):
    password: str = SECRET


ANN = Private(name="Ann")

DUMPS: dict[str, tuple[Any, Any, Any]] = {
    "a subclass": (Public, ANN, {"name": "Ann"}),
    "a subclass in an option": (Optional[Public], ANN, {"name": "Ann"}),
    "a subclass in a list": (
        List[Public],
        [ANN, {"name": "Bo"}],
        [{"name": "Ann"}, {"name": "Bo"}],
    ),
    "a subclass in a dict": (Dict[str, Public], {"a": ANN}, {"a": {"name": "Ann"}}),
    "a subclass in a tuple": (Tuple[Public, int], (ANN, 1), ({"name": "Ann"}, 1)),
    "a subclass in a subclass": (Team, BigTeam(by=ANN), {"by": {"name": "Ann"}, "size": 1}),
    "a subclass in a model": (
        List[Team],
        [Team.construct(lead=ANN)],
        [{"by": {"name": "Ann"}, "size": 1}],
    ),
    "a subclass that is declared": (Private, ANN, {"name": "Ann", "password": SECRET}),
    "a model": (Outer, Outer(inner=Inner(theValue=1)), {"inner": {"theValue": 1}, "when": None}),
    "data in a model's place": (Outer, {"inner": {"theValue": 1}}, {"inner": {"theValue": 1}}),
    "a model in data": (dict, {"a": Inner(theValue=1)}, {"a": {"theValue": 1}}),
    "an optional model": (Optional[Inner], Inner(theValue=1), {"theValue": 1}),
    "another model": (Outer, Inner(theValue=1), {"theValue": 1}),
    "another model in a list": (List[Inner], [Size(size=1.5)], [{"size": 1.5}]),
    "a root model": (Numbers, Numbers(__root__=[1]), [1]),
    "a generic model": (Page[int], Page[int](items=[1]), {"items": [1]}),
    "bytes": (bytes, b"\xff", b"\xff"),
    "bytes in a model": (Blob, Blob(data=b"\xff"), {"data": b"\xff", "when": "2026-01-02"}),
    "bytes in anything": (Any, {"a": [b"\xff"]}, {"a": [b"\xff"]}),
    "several of anything": (Any, (1, Inner(theValue=1)), (1, {"theValue": 1})),
    "a tuple of any length": (Tuple[int, ...], (1, 2), [1, 2]),
    "an optional tuple": (Optional[Tuple[int, int]], (1, 2), [1, 2]),
    "a tuple that is annotated": (Annotated[Tuple[int, int], "x"], (1, 2), (1, 2)),
    "a tuple": (Tuple[int, Inner], (1, Inner(theValue=1)), (1, {"theValue": 1})),
    "a named tuple": (Place, Place("a", None), ("a", None)),
    "a named tuple in a list": (List[Place], [Place("a", None)], [["a", None]]),
    "a set": (Set[int], {1}, [1]),
    "a deque": (Deque[int], collections.deque([1]), [1]),
    "a date": (dt.date, dt.date(2026, 1, 2), "2026-01-02"),
    "a time": (dt.datetime, dt.datetime(2026, 1, 2, 3), "2026-01-02T03:00:00"),  # noqa: DTZ001
    "a duration": (dt.timedelta, dt.timedelta(minutes=1.5), 90.0),
    "a decimal": (decimal.Decimal, decimal.Decimal("1.50"), 1.5),
    "a whole decimal": (decimal.Decimal, decimal.Decimal(2), 2),
    "an enum": (Colour, Colour.RED, "red"),
    "an enum of texts": (Room, Room.garden, "garden"),
    "an enum of numbers": (Level, Level.LOW, 1),
    "enums as keys": (Dict[Colour, int], {Colour.RED: 1}, {"red": 1}),
    "a dataclass": (Point, Point(1), {"x": 1, "y": 0}),
    "a dataclass with a model": (
        Checked,
        Checked(1, Inner(theValue=2)),
        {"x": 1, "inner": {"theValue": 2}},
    ),
    "a URL": (v1.HttpUrl, v1.parse_obj_as(v1.HttpUrl, "http://a.com"), "http://a.com"),
    "an address": (ipaddress.IPv4Address, ipaddress.ip_address("127.0.0.1"), "127.0.0.1"),
    "a secret": (v1.SecretStr, v1.SecretStr(SECRET), "**********"),
    "what is left out": (Kept, Kept(shown=1, hidden=2), {"shown": 1}),
    "what has encoders": (
        Encoded,
        Encoded(took=90, price="1.50", inner=Kept(shown=1, hidden=2)),
        {"took": "P0DT0H1M30.000000S", "price": "1.50", "inner": {"shown": 1}},
    ),
    "what is wrong stays as it is": (int, "seven", "seven"),
    "none": (Outer, None, None),
}


@pytest.mark.parametrize("row", DUMPS)
def test_plain_data_is_made(row: str) -> None:
    """By alias, in JSON's types, as `.json()` writes it; bytes stay bytes."""
    type_, value, expected = DUMPS[row]
    dumped = hint(type_).dump(value)
    assert dumped == expected
    assert type(dumped) is type(expected)


def test_models_are_made_plain_where_nothing_is_declared() -> None:
    """Whichever Pydantic they are of, and whatever holds them."""
    made = {"a": [Inner(theValue=1)], "b": (Blob(data=b"\xff"),), "c": Point(1)}
    expected = {
        "a": [{"theValue": 1}],
        "b": ({"data": b"\xff", "when": "2026-01-02"},),
        "c": {"x": 1, "y": 0},
    }
    assert plain(made) == plain_1(made) == expected


def test_bytes_of_any_class_are_bytes() -> None:
    """As python-socketio takes them."""

    class More(bytes):
        __slots__ = ()

    assert plain_1([More(b"a")]) == [b"a"]


def test_what_cannot_be_made_plain_is_left() -> None:
    """Whoever encodes it says so."""
    for thing in (object(), decimal.Decimal("NaN")):
        assert plain_1(thing) is thing or plain_1(thing) == str(thing)


# -- schemas ---------------------------------------------------------------------------------------


def null_or(**schema: Any) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


INTEGER, TEXT = {"type": "integer"}, {"type": "string"}
SCHEMAS: dict[str, tuple[Any, Any]] = {
    "an optional": (Optional[int], null_or(type="integer")),
    "an optional with a limit": (
        Optional[Annotated[int, Field(ge=1)]],
        null_or(type="integer", minimum=1),
    ),
    "a union with null": (Union[int, str, None], {"anyOf": [INTEGER, TEXT, {"type": "null"}]}),
    "optional items": (List[Optional[int]], {"type": "array", "items": null_or(type="integer")}),
    "limited items": (
        List[Annotated[int, Field(ge=1)]],
        {"type": "array", "items": {"type": "integer", "minimum": 1}},
    ),
    "limited values": (
        Dict[str, Annotated[str, Field(max_length=1)]],
        {"type": "object", "additionalProperties": {"type": "string", "maxLength": 1}},
    ),
    "keys": (
        Dict[v1.constr(regex="^a"), int],
        {
            "type": "object",
            "propertyNames": {"type": "string", "pattern": "^a"},
            "additionalProperties": INTEGER,
        },
    ),
    "a tuple": (
        Tuple[int, Optional[str]],
        {
            "type": "array",
            "items": [INTEGER, null_or(type="string")],
            "minItems": 2,
            "maxItems": 2,
            "additionalItems": False,
        },
    ),
    "a list with a limit": (
        Annotated[List[int], Field(min_items=1)],
        {"type": "array", "items": INTEGER, "minItems": 1},
    ),
    "a constrained list": (
        v1.conlist(int, max_items=1, unique_items=True),
        {"type": "array", "items": INTEGER, "maxItems": 1, "uniqueItems": True},
    ),
    "a pattern is looked for at the beginning": (
        v1.constr(regex="a|b"),
        {"type": "string", "pattern": "^(?:a|b)"},
    ),
    "a literal": (Literal["a", 1], {"enum": ["a", 1]}),
    "a literal of one": (Literal["a"], {"type": "string", "const": "a"}),
    "an enum": (Colour, {"type": "string", "enum": ["red", "blue"]}),
    "bytes": (bytes, {"type": "string", "format": "binary"}),
    "JSON": (v1.Json[int], {"type": "string", "contentMediaType": "application/json"}),
    "words for people": (
        Annotated[int, Field(title="T", description="D", example=1)],
        {"type": "integer", "title": "T", "description": "D", "examples": [1]},
    ),
    "a root model": (
        Numbers,
        {"type": "array", "items": INTEGER},
    ),
    "an optional root model": (Maybe, INTEGER),
    "a dataclass": (
        Point,
        {
            "type": "object",
            "properties": {
                "x": {"type": "integer"},
                "y": {"type": "integer", "default": 0},
            },
            "required": ["x"],
        },
    ),
    "a typed dict": (
        Options,
        {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "size": {"type": "integer"},
                "in": null_or(type="integer"),
            },
            "required": ["name", "in"],
        },
    ),
    "a model that is required and may be null": (
        model(a=(Optional[int], ...)),
        {
            "type": "object",
            "properties": {"a": null_or(type="integer")},
            "required": ["a"],
        },
    ),
    "a model whose default is None": (
        model(a=(int, None), b=(bytes, b"\xff"), c=(Any, ...), d=("x"), e=(float, float("nan"))),
        {
            "type": "object",
            "properties": {
                "a": {"default": None, **null_or(type="integer")},
                "b": {"type": "string", "format": "binary"},
                "c": {},
                "d": {"type": "string", "default": "x"},
                "e": {"type": "number"},
            },
            "required": ["c"],
        },
    ),
}


@pytest.mark.parametrize("row", SCHEMAS)
def test_schemas_say_what_is_taken(row: str) -> None:
    """In the words of the document, null included."""
    type_, expected = SCHEMAS[row]
    assert schema_of(type_) == expected


def test_configurations_count() -> None:
    """What is forbidden, what stands in the schema beside, titles, constants."""

    class Closed(BaseModel):
        """Said."""

        kind: str = Field("a", const=True)

        class Config:
            title = "Called"
            extra = "forbid"
            schema_extra = {"examples": [{"kind": "a"}]}

    class Open(BaseModel):
        class Config:
            extra = "allow"

            @staticmethod
            def schema_extra(schema: Any, model: Any) -> None:
                schema["x-of"] = model.__name__

    class Simple(BaseModel):
        class Config:
            schema_extra = staticmethod(lambda schema: schema.pop("title"))

    assert schema_of(Closed) == {
        "title": "Called",
        "description": "Said.",
        "type": "object",
        "properties": {"kind": {"const": "a"}},
        "additionalProperties": False,
        "examples": [{"kind": "a"}],
    }
    assert schema_of(Open)["additionalProperties"] is True
    assert schema_of(Open)["x-of"] == "Open"
    assert "title" not in schema_of(Simple)


def test_titles_are_those_that_authors_write() -> None:
    """Of classes and of fields; what Pydantic makes of their names says nothing new."""

    class Titled(BaseModel):
        first_name: str
        last_name: str = Field(title="Family name")

        class Config:
            title = "Titled"

    written = schema_of(Titled)
    assert written["title"] == "Titled"
    assert written["properties"]["first_name"] == {"type": "string"}
    assert written["properties"]["last_name"]["title"] == "Family name"


def test_types_may_change_their_schemas() -> None:
    """By `__modify_schema__`, with the field or without."""

    class Even(int):
        @classmethod
        def __get_validators__(cls) -> Any:
            yield cls.read

        @classmethod
        def read(cls, value: Any) -> Even:
            return cls(value)

        @classmethod
        def __modify_schema__(cls, field_schema: Any, field: Any) -> None:
            field_schema["multipleOf"] = 2

    class Anything(Generic[T]):
        @classmethod
        def __get_validators__(cls) -> Any:
            yield lambda value: value

        @classmethod
        def __modify_schema__(cls, field_schema: Any) -> None:
            field_schema.update(type="integer")

    class Bare(Anything[T]):
        __modify_schema__ = None

    assert schema_of(Even) == {"type": "integer", "multipleOf": 2}
    assert schema_of(Anything[int]) == INTEGER
    with pytest.raises(RegistrationError, match="__modify_schema__"):
        hint(Bare[int])


def test_what_is_not_sent_is_not_in_the_schema_of_what_is_sent() -> None:
    """And JSON in a text is what it holds, once it is read."""
    assert sorted(schema_of(Kept)["properties"]) == ["hidden", "shown"]
    assert sorted(schema_of(Kept, "serialization")["properties"]) == ["shown"]
    assert schema_of(v1.Json[int], "serialization") == INTEGER
    assert schema_of(v1.Json, "serialization") == {}
    assert schema_of(Maybe, "serialization") == null_or(type="integer")


def test_models_of_one_name_are_told_apart() -> None:
    """In order; what is the same both ways is one component."""
    one, two = create_model("Same", a=(int, ...)), create_model("Same", b=(str, ...))
    hints: Any = [
        ("1", "validation", hint(one)),
        ("2", "serialization", hint(List[one])),
        ("3", "validation", hint(two)),
        ("4", "validation", hint(Page[Inner])),
        ("5", "validation", hint(Kept)),
        ("6", "serialization", hint(Kept)),
    ]
    found, components = components_of(hints, Names())
    assert sorted(components) == [
        "Inner",
        "Kept-Input",
        "Kept-Output",
        "Page_Inner",
        "Same",
        "Same_2",
    ]
    assert found["1"] == found["2"]["items"] == {"$ref": "#/components/schemas/Same"}
    assert found["3"] == {"$ref": "#/components/schemas/Same_2"}


class Unknown:
    pass


class Unsafe(BaseModel):
    thing: Unknown

    class Config:
        arbitrary_types_allowed = True


class PartlyKept(BaseModel):
    kept: Kept = Field(..., exclude={"shown"})


class Odd(enum.Enum):
    BYTES = b"\xff"


class Lost(BaseModel):
    other: Nowhere  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (object(), ""),
        ("Nowhere", "update_forward_refs"),
        (Lost, "update_forward_refs"),
        (7, ""),
        (Unknown, "Unknown"),
        (List[Unknown], "Unknown"),
        (Unsafe, "thing"),
        (Callable[[], int], "JSON"),
        (type[int], "JSON"),
        (enum.Enum, "JSON"),
        (Odd, ""),
        (Annotated[str, Field(regex="(")], ""),
        (Annotated[int, Field(max_items=1)], "max_items"),
    ],
    ids=lambda value: type(value).__name__ if type(value) is object else str(value),
)
def test_what_cannot_be_modelled_says_where(type_: Any, words: str) -> None:
    """Nothing is silently unvalidated."""
    with pytest.raises(RegistrationError, match=f"^here: .*{words}"):
        hint(type_)


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (model(x=(int, Field(type="strin"))), "'strin'"),
        (model(x=(int, Field(0, minimum=float("nan")))), "NaN"),
        (model(x=(v1.constr(regex="a\\Z"), ...)), "regular expression"),
        (PartlyKept, "kept"),
    ],
    ids=str,
)
def test_what_cannot_be_judged_is_rejected_where_it_is_registered(type_: Any, words: str) -> None:
    """Though Pydantic would write it down."""
    with pytest.raises(RegistrationError, match=words):
        Registry().send("/", "e", type_)


def test_a_value_is_dumped_by_the_type_that_it_is_of() -> None:
    """Where several are declared."""
    registry = Registry()
    for type_ in (Inner, Size, List[Outer], Blob):
        registry.send("/", "e", type_)
    sender = registry.sender("/", "e")
    assert sender is not None
    assert sender.dump(Size(size=1)) == {"size": 1}
    assert sender.dump([Outer(inner=INNER)]) == [{"inner": {"theValue": 1}, "when": None}]
    assert sender.dump({"theValue": 1}) == {"theValue": 1}
    registry.send("/", "e", List[Outer])
    sender = registry.sender("/", "e")
    assert sender is not None
    assert len(sender.payloads) == 4


def test_values_that_are_nested_too_deeply_are_rejected() -> None:
    """Not as deep as the document allows, but deeper than Python counts where it runs Pydantic."""
    value: Any = {"value": 1}
    for _ in range(100):
        value = {"value": 1, "children": [value]}
    tree = hint(Tree)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        try:
            made = tree.construct(value)
        except ConstructionError:
            made = None
            assert not tree.is_instance(value)
    finally:
        sys.setrecursionlimit(limit)
    # Some Pythons do not count what is compiled.
    assert made is None or (v1.compiled and made.value == 1)


def test_the_document_of_everything_is_clean() -> None:
    """Even for a strict linter, under both engines."""
    registry = Registry()
    for number, (type_, *_) in enumerate([*MADE.values(), *DUMPS.values(), *SCHEMAS.values()]):

        def handler(data: Any) -> Any: ...

        handler.__annotations__ = {"data": type_, "return": type_}
        registry.receive("/", f"e{number}", handler, hints=True)
        registry.send("/", f"s{number}", type_)
    document = build_document(registry, About())
    assert [str(finding) for finding in lint(document)] == []
    for engine in ("rust", "jsonschema"):
        load(document, engine=engine)  # type: ignore[arg-type]
