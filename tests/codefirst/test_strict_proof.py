"""What makes a strict instance is valid by the schema, wherever that is said to be proven."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import json
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, field_validator

from asyncapi_guard import load
from asyncapi_guard.codefirst import About, Registry, build_document
from asyncapi_guard.codefirst.hints.strict_sizes import MOST
from asyncapi_guard.guard import Guard

# ruff: noqa: UP007, UP045  # types that are made at run time


class Scalars(BaseModel):
    whole: int
    number: float
    text: str
    flag: bool
    nothing: None
    colour: Literal["red", "green"]


class Bounds(BaseModel):
    whole: int = Field(ge=-3, lt=10)
    number: float = Field(gt=0, le=2.5)
    text: str = Field(min_length=1, max_length=3)
    items: list[int] = Field(min_length=1, max_length=2)
    named: dict[str, bool] = Field(default={}, max_length=1)


class Optionals(BaseModel):
    """Absent, `null`, and a default."""

    whole: Optional[int] = None
    text: Optional[str]
    number: float = 1.5
    items: list[Optional[Literal["a"]]] = Field(default_factory=list)


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", title="Shut")
    whole: int = Field(alias="the whole", description="It has a name of its own.")


class Nested(BaseModel):
    first: Scalars
    second: Optional[Scalars] = None


class Many(BaseModel):
    all: list[Scalars]
    named: dict[str, Optional[int]] = {}


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    whole: int


PROVEN: list[Any] = [
    *(Scalars, Bounds, Optionals, Closed, Many, Strict, Nested),
    *(list[int], list[Scalars], dict[str, float], Annotated[list[str], Field(min_length=1)]),
]
SCALARS = {
    "whole": 7,
    "number": 0.5,
    "text": "x",
    "flag": True,
    "nothing": None,
    "colour": "red",
}
BOUNDS = {"whole": 9, "number": 2.5, "text": "xyz", "items": [1, 2]}
#: One value of each, in order.
GOOD: list[Any] = [
    SCALARS,
    BOUNDS,
    {"text": None, "items": ["a", None]},
    {"the whole": 1},
    {"all": [SCALARS, SCALARS], "named": {"a": None, "b": 2}},
    {"whole": 1},
    {"first": SCALARS, "second": SCALARS},
    [1, 2],
    [SCALARS],
    {"a": 1},
    ["x"],
]


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    text: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    whole: int


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    whole: int = Field(alias="w")


class Checked(BaseModel):
    whole: int

    @field_validator("whole")
    @classmethod
    def is_even(cls, whole: int) -> int:
        if whole % 2:
            raise ValueError("odd")
        return whole


class Private(BaseModel):
    whole: int
    _own: int = 1


class Made(BaseModel):
    whole: int

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class Allocated(BaseModel):
    whole: int

    def __new__(cls, *_: Any, **__: Any) -> Allocated:  # noqa: PYI034  # as people write it
        return super().__new__(cls)


class Node(BaseModel):
    children: list[Node] = []


class Said(BaseModel):
    model_config = ConfigDict(json_schema_extra={"minProperties": 2})
    whole: int


class SaidOfField(BaseModel):
    whole: int = Field(json_schema_extra={"multipleOf": 5})


class Colour(enum.Enum):
    RED = "red"


#: Of which nothing is known, for some reason of each.
UNPROVEN: list[Any] = [
    *(Stripped, Open, ByName, Checked, Private, Made, Allocated, Node, Said, SaidOfField),
    *(RootModel[int], list[Any], list[Checked], list[Colour], list[dt.date], list[bytes]),
    *(list[Union[int, str]], list[Literal[1]], tuple[int, ...], set[int], dict[int, int]),
    *(list[Annotated[str, Field(pattern="x")]], list[Annotated[int, Field(multiple_of=2)]]),
    *(list[Annotated[int, Field(ge=2**60)]], dict[Annotated[str, Field(min_length=2)], int]),
    *(Optional[Scalars], int, str, Any, dict, list),
    *(
        list[list[int]],
        list[Many],
        list[Closed],
        list[Bounds],
    ),  # how many errors there may be, nobody counts
]


@functools.cache
def guard_of(number: int, engine: Any, *, proven: bool = True) -> tuple[Any, Any]:
    """A hint, and the schema of the document that is made of it."""
    hints: Any = PROVEN if proven else UNPROVEN
    registry = Registry()

    def handler(value: Any) -> None:
        """Take it."""

    entry = registry.receive("/", "event", handler, hints=False, request_model=hints[number])
    guard = Guard(load(build_document(registry, About()), engine=engine))
    rule = guard.rule_of_received("/", "event")
    assert rule is not None
    assert rule.only is not None
    assert entry.arguments is not None
    return entry.arguments[0], rule.only.schema


@functools.cache
def construct_of(number: int) -> Any:
    """What makes strict instances of a hint."""
    hint, schema = guard_of(number, "rust")
    return hint.strictly(schema.bundle)


def with_other_parts(value: Any) -> st.SearchStrategy[Any]:
    """A value with other values at some places."""
    if isinstance(value, dict):
        fixed = {name: with_other_parts(each) for name, each in value.items()}
        some = st.fixed_dictionaries({}, optional={**fixed, "more": ANYTHING})
        return st.one_of(*[st.fixed_dictionaries(fixed)] * 3, some, ANYTHING)
    if isinstance(value, list):
        return st.one_of(st.tuples(*map(with_other_parts, value)).map(list), ANYTHING)
    return st.one_of(*[st.just(value)] * 8, ANYTHING)


ANYTHING = st.recursive(
    st.sampled_from(
        [
            *(None, True, False, 0, 1, -4, 9, 10, 1.0, 2.5, 2.6, 1e300, -0.0, 5e-324),
            *(2**53 + 1, 2**64, -(10**99), 10**99, "", "x", "red", "1", "xyzw", "\N{SNOWMAN}" * 3),
            "\U0001f600\U0001f600\U0001f600",
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
CASES = st.integers(0, len(PROVEN) - 1).flatmap(
    lambda number: st.tuples(st.just(number), with_other_parts(GOOD[number]))
)


@pytest.mark.parametrize("number", range(len(PROVEN)))
def test_good_values_take_the_short_way(number: int) -> None:
    """Else the other tests would show nothing."""
    construct = construct_of(number)
    assert construct is not None
    assert construct(GOOD[number]) == guard_of(number, "rust")[0].construct(GOOD[number])


@settings(max_examples=300)
@given(case=CASES)
def test_what_makes_a_strict_instance_is_valid(case: tuple[int, Any]) -> None:
    """By both engines; and it is the instance that is made otherwise."""
    number, value = case
    hint, schema = guard_of(number, "rust")
    before = json.dumps(value)
    try:
        made = construct_of(number)(value)
    except ValueError:
        return
    assert json.dumps(value) == before
    assert schema.accepts(value)
    assert guard_of(number, "jsonschema")[1].accepts(value)
    other = hint.construct(value)
    assert made == other
    assert repr(made) == repr(other)  # 1 and 1.0 are equal
    if isinstance(made, BaseModel):
        assert made.model_fields_set == other.model_fields_set


@pytest.mark.parametrize("number", range(len(UNPROVEN)), ids=lambda n: str(UNPROVEN[n])[-40:])
def test_nothing_is_known_of_others(number: int) -> None:
    """They run code, change values, or mean something else to JSON Schema."""
    hint, schema = guard_of(number, "rust", proven=False)
    assert hint.strictly(schema.bundle) is None


@pytest.mark.parametrize(
    "change",
    [
        {"not": {"const": 1}},
        {"minProperties": 1},
        {"maxProperties": 9},
        {"additionalProperties": False},
        {"additionalProperties": {"type": "string"}},
        {"required": ["whole", "more"]},
        {"properties": {"whole": {"minimum": 1}}},
        {"properties": {"whole": {"type": "string"}}},
        {"properties": {"whole": {"enum": [7]}}},
        {"properties": {"whole": {"const": 7}}},
        {"properties": {"whole": {"multipleOf": 1}}},
        {"properties": {"whole": False}},
        {"properties": {"number": {"type": "integer"}}},
        {"properties": {"number": {"minimum": 0}}},
        {"properties": {"number": {"exclusiveMaximum": 1}}},
        {"properties": {"text": {"pattern": "x"}}},
        {"properties": {"text": {"format": "email"}}},
        {"properties": {"text": {"minLength": 1}}},
        {"properties": {"text": {"maxLength": 100}}},
        {"properties": {"flag": {"const": True}}},
        {"properties": {"colour": {"const": "red"}}},
        {"properties": {"colour": {"enum": ["red"]}}},
        {"properties": {"more": {"type": "string"}}},
        {"patternProperties": {"x": {"type": "string"}}},
        {"propertyNames": {"maxLength": 3}},
        {"dependencies": {"whole": ["more"]}},
        {"if": {"required": ["more"]}, "then": False},
        {"anyOf": [{"required": ["more"]}, {"type": "array"}]},
        {"allOf": [{"required": ["more"]}]},
        {"oneOf": [{"type": "object"}, {"type": "string"}]},
        {"unknown": 1},
    ],
    ids=json.dumps,
)
def test_a_schema_that_says_more_has_its_say(change: dict[str, Any]) -> None:
    """Whether or not some value of the model breaks it."""
    written = {"type": "object", "description": "as it is", "x-own": 1}
    for extra, proven in (({}, True), (change, False)):
        payload = {**written, **extra}
        document = {
            "asyncapi": "3.0.0",
            "info": {"title": "T", "version": "1"},
            "channels": {"main": {"address": "/", "messages": {"event": {"payload": payload}}}},
            "operations": {"do": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
        }
        rule = Guard(load(document)).rule_of_received("/", "event")
        assert rule is not None
        assert rule.only is not None
        construct = guard_of(0, "rust")[0].strictly(rule.only.schema.bundle)  # type: ignore[union-attr]  # a schema
        assert (construct is not None) is proven


HOSTILE: list[Any] = [
    {"all": [{}] * 100_000},
    {"all": [], "named": dict.fromkeys(map(str, range(100_000)), "x")},
    {"all": [SCALARS] * 100_000},
    {str(number): 0 for number in range(100_000)},
]


@pytest.mark.parametrize("value", HOSTILE, ids=["items", "names", "good items", "extras"])
@pytest.mark.parametrize("number", [3, 4])
def test_pydantic_lists_no_errors_of_what_is_large(number: int, value: Any) -> None:
    """A client would choose how many; the schema stops at the first."""
    with pytest.raises(ValueError) as raised:
        construct_of(number)(value)
    if isinstance(raised.value, ValidationError):
        assert raised.value.error_count() <= MOST
