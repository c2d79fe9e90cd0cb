"""Whatever Pydantic 1 types are put together, the document, the judge and Pydantic agree.

The same as for Pydantic 2: what is dumped satisfies the document and goes back in; what the
document accepts is constructed, but for the differences that are listed.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import inspect
import itertools
import json
import sys
import uuid
from typing import Annotated, Any, Literal, Optional, Union

import pytest

if sys.version_info >= (3, 14):
    pytest.skip("Pydantic 1 knows no Python after 3.13", allow_module_level=True)

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import v1
from pydantic.v1 import BaseModel, Field, create_model

from asyncapi_guard import Policy, load
from asyncapi_guard.codefirst import (
    About,
    ConstructionError,
    Receiver,
    Registry,
    build_document,
    plain_values,
)
from asyncapi_guard.codefirst.hints.pydantic1 import Hint1
from asyncapi_guard.guard import Guard

# ruff: noqa: UP007, UP045  # types that are made at run time


class Colour(enum.Enum):
    RED = "red"
    TWO = 2


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = Field(ge=0)


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    born: Optional[dt.date] = None


class Node(BaseModel):
    value: float
    children: list[Node] = []


class Pair(BaseModel):
    __root__: tuple[int, str]


Node.update_forward_refs()
numbers = st.floats(allow_nan=False, allow_infinity=False)
offsets = st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)).map(
    lambda delta: dt.timezone(dt.timedelta(minutes=delta // dt.timedelta(minutes=1)))
)
nodes = st.recursive(
    st.builds(Node, value=numbers, children=st.just([])),
    lambda inner: st.builds(Node, value=numbers, children=st.lists(inner, max_size=3)),
    max_leaves=5,
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)

#: Types, and their instances.
LEAVES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "int": (int, st.integers()),
    "float": (float, numbers),
    "str": (str, st.text(max_size=8)),
    "bool": (bool, st.booleans()),
    "none": (None, st.none()),
    "date": (dt.date, st.dates()),
    "datetime": (dt.datetime, st.datetimes(timezones=st.none() | offsets)),
    "time": (dt.time, st.times()),
    "timedelta": (dt.timedelta, st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000))),
    "decimal": (decimal.Decimal, decimals),
    "uuid": (uuid.UUID, st.uuids()),
    "bytes": (bytes, st.binary(max_size=8)),
    "enum": (Colour, st.sampled_from(Colour)),
    "literal": (Literal["a", 1, True], st.sampled_from(["a", 1, True])),
    "limited": (Annotated[int, Field(ge=0, lt=10)], st.integers(0, 9)),
    "constrained": (v1.conint(ge=0, lt=10), st.integers(0, 9)),
    "pattern": (
        Annotated[str, Field(regex="[a-z]+$")],
        st.from_regex("^[a-z]+\\Z", fullmatch=True),
    ),
    "limited decimal": (
        Annotated[decimal.Decimal, Field(gt=0, le=1)],
        st.decimals(min_value="0.01", max_value=1, places=2),
    ),
    "node": (Node, nodes),
    "tagged": (
        Annotated[Union[Cat, Dog], Field(discriminator="kind")],
        st.builds(Cat, lives=st.integers(0)) | st.builds(Dog, born=st.none() | st.dates()),
    ),
    "root tuple": (
        Pair,
        st.tuples(st.integers(), st.text(max_size=3)).map(lambda pair: Pair(__root__=pair)),
    ),
    "several": (tuple[int, ...], st.lists(st.integers(), max_size=3).map(tuple)),
    "any": (Any, st.none() | st.integers() | st.text(max_size=3)),
}
#: In a set there is no telling 1 from True, and no lists or bytes; decimals become floats.
IN_SETS = ("int", "str", "date", "uuid", "limited", "pattern", "time")
Kind = tuple[Any, st.SearchStrategy[Any]]
_numbers = itertools.count()


def _model(fields: list[Kind], dashed: bool) -> Kind:
    names = [f"field_{i}" for i in range(len(fields))]
    definitions: dict[str, Any] = {
        name: (
            hint if hint is not None else type(None),
            # Within a model, `Field` stands in its own place.
            Field(..., alias=name.replace("_", "-")) if dashed and not _has_field(hint) else ...,
        )
        for name, (hint, _) in zip(names, fields, strict=True)
    }
    model: Any = create_model(f"Model{next(_numbers)}", **definitions)

    def make(values: tuple[Any, ...]) -> Any:
        return model.construct(**dict(zip(names, values, strict=True)))

    return model, st.tuples(*(values for _, values in fields)).map(make)


def _has_field(hint: Any) -> bool:
    return hasattr(hint, "__metadata__")


def _fixed(kinds: list[Kind]) -> Kind:
    return tuple[tuple(hint for hint, _ in kinds)], st.tuples(*(v for _, v in kinds))  # type: ignore[misc]


def _larger(kinds: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    several = st.lists(kinds, min_size=1, max_size=3)
    keys = st.text(max_size=3)
    # Pydantic 1 takes null for no list of nulls, even an optional one.
    items = kinds.filter(lambda k: k[0] is not None)
    return st.one_of(
        items.map(lambda k: (list[k[0]], st.lists(k[1], max_size=3))),  # type: ignore[name-defined]
        kinds.map(lambda k: (Optional[k[0]], st.none() | k[1])),
        items.map(lambda k: (dict[str, k[0]], st.dictionaries(keys, k[1], max_size=3))),  # type: ignore[name-defined]
        st.sampled_from(IN_SETS).map(
            lambda name: (set[LEAVES[name][0]], st.sets(LEAVES[name][1], max_size=3))  # type: ignore[misc]
        ),
        several.map(_fixed),
        st.builds(_model, several, st.booleans()),
    )


kinds = st.recursive(st.sampled_from(list(LEAVES.values())), _larger, max_leaves=6)


@pytest.fixture(autouse=True, scope="module")
def read_by_pydantic_1() -> Any:
    """Types that belong to neither are read by Pydantic 1 as well."""
    patch = pytest.MonkeyPatch()
    patch.setattr("asyncapi_guard.codefirst.registry.read_hint", Hint1)
    yield
    patch.undo()


def receiver_of(hint: Any) -> tuple[Receiver, list[Guard]]:
    """A handler that takes and returns a type, and what judges it under each engine."""

    def handler(data: Any) -> Any: ...

    parameters = [inspect.Parameter("data", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    handler.__annotations__ = {"data": hint, "return": hint}
    handler.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    registry = Registry()
    receiver = registry.receive("/", "e", handler, hints=True)
    document = build_document(registry, About())
    json.dumps(document)
    guards = [Guard(load(document, engine=engine), Policy()) for engine in ("rust", "jsonschema")]  # type: ignore[arg-type]
    return receiver, guards


def _on_the_wire(value: Any) -> Any:
    return value if _has_bytes(value) else json.loads(json.dumps(value))


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_bytes, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_has_bytes, value))
    return isinstance(value, bytes)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_dumped_satisfies_the_document(data: st.DataObject) -> None:
    """Under both engines, and it goes back in as what it was."""
    hint, values = data.draw(kinds)
    receiver, guards = receiver_of(hint)
    for value in data.draw(st.lists(values, min_size=1, max_size=4)):
        dumped = receiver.dump(value, plain_values)
        wire = [_on_the_wire(list(dumped) if isinstance(dumped, tuple) else dumped)]
        args = [] if dumped is None else wire  # as python-socketio takes them
        if isinstance(dumped, tuple):
            args = wire[0]
        binary = _has_bytes(wire)
        for guard in guards:
            verdict = guard.send_ack("/", "e", args, binary=binary)
            assert verdict.violation is None, (hint, value, args, str(verdict.violation))
            verdict = guard.receive_event("/", "e", wire, binary=binary)
            assert verdict.violation is None, (hint, value, wire, str(verdict.violation))
        receiver.construct(wire)


STRINGS = [
    "", " ", "a", "red", "1", "-1", "1.5", "1e400", "1e1000", "1_000", ".5", "5.", "NaN", "٣",
    "Infinity", "2026-01-02", "2026-02-30", "2026-02-30T03:04:05", "2026-01-02T03:04",
    "2026-01-02t03:04", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05z", "2026-01-02T24:00:00Z",
    "2026-01-02T23:59:60Z", "2026-01-02 03:04:05+0100", "2026-01-02T03:04:05.1234567+01:00",
    "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05.1234567890123", "2026-01-02T03:04:05+01",
    "2026-13-02T03:04:05", "03:04", "03:04:05", "03:04:05.5Z", "25:00:00", "03:60:00", "23:59:60",
    "03:04:05+01:00", "P1D", "PT1S", "-P1D", "P1W", "P1Y", "P1M", "P", "PT", "P1DT", "PT1.5S",
    "1 00:00:00", "P99999999999D", "12345678-1234-5678-1234-567812345678",
    "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}",
    "urn:uuid:12345678-1234-5678-1234-567812345678",
]  # fmt: skip
VALUES = [
    None, True, False, 0, 1, -1, 2, 9, 10, 1.0, 1.5, 0.5, 2**63, -(2**70), 1e308, 10**400, [], [1],
    ["a"], {}, {"kind": "cat", "lives": 1}, {"kind": "cat", "lives": -1}, {"kind": "dog"},
    {"kind": "dog", "born": "2026-01-02T00:00:00"}, {"kind": "dog", "lives": 1}, {"value": 1},
    {"value": 1, "children": [{"value": "1"}]}, {"value": 1, "children": [{"value": 2}]},
    b"", b"a", b"\xff",
]  # fmt: skip

HUGE = str(10**400)
#: What a document accepts, and Pydantic does not: what no float and no duration can hold, the
#: calendar, and how large a decimal in a text is.
DIFFERENCES: dict[str, set[str]] = {
    "float": {HUGE},
    "datetime": {"2026-02-30T03:04:05"},
    "timedelta": {"P99999999999D", HUGE, "1e+308", str(-(2**70)), str(2**63)},
    "limited decimal": {"5.", "1.5", "1e400", "12345678123456781234567812345678", "-1"},
}


def _differences(name: str) -> set[str]:
    receiver, guards = receiver_of(LEAVES[name][0])
    found = set()
    for value in (*STRINGS, *VALUES):
        verdicts = [g.receive_event("/", "e", [value], binary=_has_bytes(value)) for g in guards]
        assert len({v.violation is None for v in verdicts}) == 1, (value, verdicts)
        if verdicts[0].violation is None:
            try:
                receiver.construct([value])
            except ConstructionError:
                found.add(str(value))
    return found


@pytest.mark.parametrize("name", LEAVES)
def test_what_the_document_accepts_is_constructed(name: str) -> None:
    """But for the differences that are listed."""
    assert _differences(name) == DIFFERENCES.get(name, set())
