"""Equality of JSON values: the same in both engines, and in linear time in the reference engine."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard.schema import get_engine
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.dialects import ASYNCAPI, dialect_of
from asyncapi_guard.schema.equality import Identities, equal

D19 = dialect_of("application/schema+json;version=2019-09")
D20 = dialect_of("application/schema+json;version=2020-12")
UNIQUE = {"uniqueItems": True}


def judge(engine: str, schema: Any, dialect: Any = ASYNCAPI, *, cyclic: bool = False) -> Any:
    adapted = adapt(schema, dialect)
    return get_engine(engine).compile(adapted, dialect, cyclic=cyclic, binary=False)


PAIRS = [
    (1, 1.0, True),
    (0, -0.0, True),
    (0.0, -0.0, True),
    (1, True, False),
    (0, False, False),
    (1.0, True, False),
    (0, None, False),
    (1, "1", False),
    ("", None, False),
    ([], {}, False),
    ([], "", False),
    ([1], [1.0], True),
    ([1], [True], False),
    ([[1], 2], [[1], 2], True),
    ([1, 2], [2, 1], False),
    ([1, [2]], [[1], 2], False),
    ([[], []], [[[]]], False),
    ({"a": 1, "b": 2}, {"b": 2.0, "a": 1.0}, True),
    ({"a": 1}, {"a": 1, "b": 1}, False),
    ({"a": 1}, {"b": 1}, False),
    ({"a": {"b": [0]}}, {"a": {"b": [-0.0]}}, True),
    ({"a": {"b": [0]}}, {"a": {"b": [False]}}, False),
    (2**53 + 1, float(2**53), False),
    (2**53, float(2**53), True),
    (10**60, 10**60, True),
    (10**60, 10**60 + 1, False),
    ("1,2", "1,2", True),
    (["a,b"], ["a", "b"], False),
    ("e\u0301", "\u00e9", False),
]


@pytest.mark.parametrize(("one", "other", "same"), PAIRS)
def test_values_that_are_equal_in_json(engine, one, other, same):
    """Numbers by their value, truth apart from numbers, properties in any order, at any depth."""
    for a, b in ((one, other), (other, one)):
        assert judge(engine, UNIQUE)([a, b]) is not same
        assert judge(engine, UNIQUE)([a, {"between": 1}, b]) is not same
        assert judge(engine, {"const": a})(b) is same
        assert judge(engine, {"enum": ["x", a]})(b) is same
        assert equal(a, b) is same
        identities = Identities()
        assert (identities.of(a) == identities.of(b)) is same


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, -0.0, 1.0, 2.0, 0.5, 1e300, 2**53, 2.0**53, 2**53 + 1])
    | st.sampled_from(["", "0", "1", "a", "true", "null", "s", "[1", "0:1"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "0", "1:2"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def otherwise(value: Any) -> Any:
    """An equal value that is written otherwise: floats for integers, properties turned round."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return float(value)
    if isinstance(value, list):
        return [otherwise(item) for item in value]
    if isinstance(value, dict):
        return {name: otherwise(item) for name, item in reversed(value.items())}
    return value


@settings(max_examples=300, deadline=None)
@given(items=st.lists(JSON, max_size=5))
def test_both_engines_find_the_same_items_equal(items):
    """For any JSON values, jsonschema-rs and jsonschema agree whether some are equal."""
    assert judge("rust", UNIQUE)(items) is judge("jsonschema", UNIQUE)(items)


@settings(max_examples=200, deadline=None)
@given(constant=JSON, value=JSON)
def test_both_engines_find_the_same_constants_equal(constant, value):
    """For any two values, jsonschema-rs and jsonschema agree whether they are equal."""
    for schema in ({"const": constant}, {"enum": ["other", constant]}):
        assert judge("rust", schema)(value) is judge("jsonschema", schema)(value)


@settings(max_examples=200, deadline=None)
@given(value=JSON)
def test_an_equal_value_that_is_written_otherwise_is_found(value):
    """`1.0` for `1` and another order of properties make no other value, at any depth."""
    for engine in ("rust", "jsonschema"):
        assert not judge(engine, UNIQUE)([value, otherwise(value)])
        assert judge(engine, {"const": value})(otherwise(value))


def test_a_value_that_contains_itself_is_not_valid(engine):
    """What has no end is no JSON; it is rejected, and not for ever."""
    loop: list[Any] = []
    loop.append([{"a": loop}])
    if engine == "jsonschema":  # jsonschema-rs follows it to the end of the stack: not from JSON
        assert not judge(engine, UNIQUE)([loop, 1])


def test_deep_values_are_compared_without_recursion():
    """A hundred thousand levels are compared as two are."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep, {"a": 1}]
    identities = Identities()
    assert identities.of(deep) != identities.of(deep[0])
    assert identities.of([deep]) == identities.of([deep])


# -- size: with quadratic time, each of these would take minutes -----------------------------------

MANY = 30_000
T = {"$ref": "#/definitions/t"}


def nested(levels: int, value: Any) -> Any:
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "items",
    [
        [{"k": i} for i in range(MANY)],
        [[i] if i % 2 else str(i) for i in range(MANY)],
        [{"k": {"k": [str(i)]}} for i in range(MANY)],
        [None, *({"k": i} for i in range(MANY))],
        # Integers of one hash, and of one hash when they are in tuples.
        ["x", *(i * (2**61 - 1) for i in range(1, MANY))],
        ["x", *([i * (2**61 - 1)] for i in range(1, MANY))],
        ["x", *(float(i) * 2.0**61 for i in range(1, MANY))],
    ],
    ids=["objects", "mixed", "deeper", "null", "hashes", "hashes in lists", "floats"],
)
def test_many_items_are_compared_in_linear_time(items):
    """Tens of thousands of items that differ, or of which only the last two do not."""
    is_valid = judge("jsonschema", UNIQUE)
    assert is_valid(items)
    assert not is_valid([*items, copy.deepcopy(items[-1])])


def test_unique_items_at_every_level_are_compared_once():
    """A value below a hundred levels is not compared a hundred times."""
    document = {"allOf": [T], "definitions": {"t": {"uniqueItems": True, "items": T}}}
    value = nested(100, [{"k": i} for i in range(MANY)])
    assert judge("jsonschema", document, cyclic=True)(value)


@pytest.mark.parametrize("dialect", [D19, D20], ids=lambda dialect: dialect.name)
def test_what_others_left_is_found_in_linear_time(dialect):
    """`unevaluatedItems` and `unevaluatedProperties` look at each item and each name once."""
    items = {"contains": {"type": "integer"}, "unevaluatedItems": False}
    if dialect is D20:
        is_valid = judge("jsonschema", items, dialect)
        assert is_valid(list(range(MANY)))
        assert not is_valid([*range(MANY), "x"])
    properties = {"patternProperties": {"^k": True}, "unevaluatedProperties": False}
    is_valid = judge("jsonschema", properties, dialect)
    value = {f"k{i}": i for i in range(MANY)}
    assert is_valid(value)
    assert not is_valid({**value, "x": 1})


@pytest.mark.parametrize(
    ("schema", "dialect"),
    [
        ({"$dynamicAnchor": "n", "$id": "guard:/n"}, D20),
        ({"$recursiveAnchor": True, "$id": "guard:/n"}, D19),
    ],
    ids=["$dynamicRef", "$recursiveRef"],
)
def test_dynamic_references_are_judged_once_per_level(schema, dialect):
    """Overlapping alternatives behind a dynamic reference do not double the work at each level."""
    again = {"$dynamicRef": "#n"} if dialect is D20 else {"$recursiveRef": "#"}
    branch = {"type": "array", "items": again}
    document = {**schema, "oneOf": [branch, dict(branch), {"type": "string"}]}
    is_valid = judge("jsonschema", document, dialect, cyclic=True)
    assert not is_valid(nested(60, "leaf"))
    assert is_valid("leaf")


def test_a_dynamic_reference_is_judged_anew_where_it_leads_elsewhere(engine):
    """One place, one value and two ways to it: what was found on the first is not the second's."""
    document = {
        "$id": "http://example.com/root",
        "type": "array",
        "prefixItems": [{"$ref": "strings"}],
        "allOf": [{"$ref": "numbers"}],
        "$defs": {
            "list": {
                "$id": "list",
                "anyOf": [{"$ref": "#/$defs/each"}],
                "$defs": {
                    "each": {"not": {"items": {"$dynamicRef": "#item"}}},
                    "default": {"$dynamicAnchor": "item"},
                },
            },
            "strings": {"$id": "strings", "$ref": "list",
                        "$defs": {"own": {"$dynamicAnchor": "item", "type": "string"}}},
            "numbers": {"$id": "numbers", "items": {"$ref": "list"},
                        "$defs": {"own": {"$dynamicAnchor": "item", "type": "number"}}},
        },
    }  # fmt: skip
    is_valid = judge(engine, document, D20)
    assert is_valid([[True]])
    assert not is_valid([[1]])
    assert not is_valid([["x"]])


@pytest.mark.parametrize(
    ("divisor", "value", "expected"),
    [
        (0.1, 0.3, True),
        (0.01, 19.99, True),
        (0.0001, 0.0075, True),
        (0.1, 10**30, True),
        (0.5, 10**400, True),
        (3, 10**99, False),
        (0.3, 10**99, False),
        (1e-300, 1e308, True),
        (0.123456789, 1e308, False),
        (2**70, 2**71, True),
        (1.5, 4.5, True),
        (1, 1.0000000001, False),
        (3, 1e300, False),
    ],
)
def test_multiples_of_any_number(engine, divisor, value, expected):
    """Numbers count as they are written, however large or small; none ends in an exception."""
    assert judge(engine, {"multipleOf": divisor})(value) is expected
    assert judge(engine, {"not": {"multipleOf": divisor}})(value) is not expected


@pytest.mark.parametrize(
    ("schema", "step", "leaf"),
    [
        ({"additionalProperties": T, "type": "object"}, lambda v: {"a": v}, {}),
        ({"patternProperties": {"a": T}, "type": "object"}, lambda v: {"a": v}, {}),
        ({"oneOf": [{"type": "array", "items": T}, {"type": "null"}]}, lambda v: [v], []),
        ({"type": "array", "anyOf": [{"contains": T}, {"maxItems": 0}]}, lambda v: [v], []),
    ],
    ids=["additionalProperties", "patternProperties", "oneOf", "contains"],
)
def test_levels_that_are_allowed_are_judged(engine, schema, step, leaf):
    """What is within the limit of levels is judged by what it is, whatever keyword leads down."""
    is_valid = judge(engine, {"allOf": [T], "definitions": {"t": schema}}, cyclic=True)
    value = leaf
    for _ in range(90):
        value = step(value)
    assert is_valid(value)
    wrong: Any = 1
    for _ in range(90):
        wrong = step(wrong)
    assert not is_valid(wrong)


@pytest.mark.parametrize("levels", [*range(90, 128, 3)])
def test_the_end_of_the_stack_is_no_exception(levels, capfd):
    """Where Python's stack ends while a value is judged, the answer is no, and nothing is shown."""
    t = {"not": {"not": {"allOf": [{"anyOf": [{"items": T}]}]}}}
    is_valid = judge("jsonschema", {"allOf": [T], "definitions": {"t": t}}, cyclic=True)
    assert is_valid(nested(levels, 1)) in (True, False)
    assert capfd.readouterr().err == ""


def test_patterns_of_names_end_where_the_name_does(engine):
    """`$` is the end of a property name, and not a line break before it."""
    assert not judge(engine, {"patternProperties": {"^a$": False}, "minProperties": 9})({"a\n": 1})
    closed = {"patternProperties": {"^a$": True}, "additionalProperties": False}
    assert judge(engine, closed)({"a": 1})
    assert not judge(engine, closed)({"a\n": 1})
    assert judge(engine, {"patternProperties": {"^a$": False}})({"a\n": 1})


def test_a_long_enum_is_written_once_to_explain(make):
    """Many items under a long `enum` are explained without writing it out for each of them."""
    schema = make({"items": {"enum": [f"value {i}" for i in range(20_000)]}})
    value = ["value 1"] * 600 + ["other"]
    assert [problem.path for problem in schema.explain(value).problems] == ["/600"]
