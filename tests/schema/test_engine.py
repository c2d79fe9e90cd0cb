"""Both engines, behind one protocol: never raise, never fetch, never crash, and agree."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import builtins
import datetime as dt
import decimal
import subprocess
import sys
from collections import OrderedDict
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncapi_guard.schema import get_engine
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.dialects import ASYNCAPI, dialect_of

NEW = dialect_of("application/schema+json;version=2020-12")


def judge(engine, schema, dialect=ASYNCAPI, *, cyclic=False, binary=False):
    return get_engine(engine).compile(adapt(schema, dialect), dialect, cyclic=cyclic, binary=binary)


def test_engines_have_names(engine):
    """An engine knows its name, and is made once."""
    assert get_engine(engine).name == engine
    assert get_engine(engine) is get_engine(engine)


def test_auto_takes_the_first_engine_that_imports(monkeypatch):
    """`auto` is jsonschema-rs, or jsonschema where there is no wheel."""
    assert get_engine("auto").name == "rust"
    get_engine.cache_clear()
    imported = builtins.__import__

    def without_rust(name, *args, **kwargs):
        if name == "jsonschema_rs":
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "asyncapi_guard.schema.jsonschema_rs_engine")
    monkeypatch.setattr(builtins, "__import__", without_rust)
    try:
        assert get_engine("auto").name == "jsonschema"
        with pytest.raises(ImportError):
            get_engine("rust")
    finally:
        get_engine.cache_clear()


class Point(NamedTuple):
    """A tuple with names."""

    x: int
    y: int


class Text(str):
    """A string like others, but of another type."""

    __slots__ = ()


@pytest.mark.parametrize("cyclic", [True, False])
@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize(
    "value",
    [
        object(), {1, 2}, dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), decimal.Decimal(1), 1j, {1: 2}, {(): 1},
        "\ud800", {"\ud800": 1}, 10**400, -(10**5000), float("nan"), float("inf"), b"x", {None: 1},
        Point(1, 2), OrderedDict(a=1), Text("a"), True, range(3), lambda: 1, int,
        [[{"a": object()}]], {"a": {1}}, memoryview(b"x"), bytearray(b"x"), (1, "a"), iter([1]),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_no_value_makes_an_engine_raise(engine, value, cyclic, binary):
    """Whatever Python object comes, the answer is yes or no."""
    schemas = [
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        {"enum": [1, "a"]}, {"const": {"a": 1}}, {"minimum": 1, "multipleOf": 0.1}, {"pattern": "^a"},
        {"uniqueItems": True, "items": {"type": "integer"}}, {"format": "date"}, {"not": {}},
        {"maxLength": 1, "propertyNames": {"pattern": "a"}}, {"format": "int32"},
    ]  # fmt: skip
    for schema in schemas:
        assert judge(engine, schema, cyclic=cyclic, binary=binary)(value) in (True, False)


def test_values_that_are_no_json_are_not_valid(engine):
    """What a type says is JSON's: no NaN, no bytes, no sets."""
    types = {"type": ["string", "number", "boolean", "null", "array", "object"]}
    for value in (float("nan"), float("inf"), b"x", {1}, object(), dt.date(2024, 1, 1)):
        assert not judge(engine, types)(value)


@pytest.mark.parametrize("ref", ["http://127.0.0.1:9/x", "file:///etc/hostname", "x.json", "#/no"])
@pytest.mark.parametrize("dialect", [ASYNCAPI, NEW], ids=lambda d: d.name)
def test_a_reference_to_the_outside_is_refused_not_fetched(engine, ref, dialect):
    """An engine never fetches: such a schema cannot be compiled."""
    for schema in ({"$ref": ref}, {"properties": {"a": {"$ref": ref}}}):
        with pytest.raises(ValueError):
            judge(engine, schema, dialect)


def test_the_metaschema_is_checked(engine):
    """`check` says where a schema is wrong, and nothing of one that is right."""
    check = get_engine(engine).check
    assert check({"type": "string"}, ASYNCAPI) == []
    assert check(True, ASYNCAPI) == []
    (problem,) = check({"properties": {"a": {"type": 3}}}, ASYNCAPI)
    assert (problem.path, problem.keyword) == (("properties", "a", "type"), "anyOf")
    (problem,) = check({"properties": {"a": {"minLength": "1"}}}, ASYNCAPI)
    assert problem.path == ("properties", "a", "minLength")
    assert (problem.keyword, problem.wanted) in (("type", "integer"), ("type", ["integer"]))
    assert check({"minimum": 10**400}, ASYNCAPI) == check({"minimum": 1}, ASYNCAPI)


def test_the_metaschema_of_what_is_no_json():
    """A schema that holds what JSON cannot say is a fault to jsonschema-rs."""
    (problem,) = get_engine("rust").check({"type": {1}}, ASYNCAPI)
    assert problem == ((), "", None)


def test_rust_paths_end_where_they_can_be_followed():
    """The library leaves empty names out of paths: what is left leads to a place that exists."""
    (problem,) = get_engine("rust").check({"properties": {"": {"type": 3}}}, ASYNCAPI)
    assert problem.path == ("properties",)


@pytest.mark.parametrize(
    ("pattern", "valid", "not_valid"),
    [("^a$", "a", "a\n"), ("^a[$]$", "a$", "a"), (r"\$b", "a$b", "ab"), ("(?=a)a", "a", "b"),
     (r"(a)\1", "aa", "ab"), ("^(a+)+$", "aaa", "b"), (r"^\d+$", "12", "1a")],
)  # fmt: skip
def test_patterns_mean_the_same_in_both_engines(engine, pattern, valid, not_valid):
    """The end is the end, classes and escapes hold, look-around and back-references work."""
    assert judge(engine, {"pattern": pattern})(valid)
    assert not judge(engine, {"pattern": pattern})(not_valid)


def test_a_pattern_that_backtracks_is_bounded():
    """Where the linear engine cannot help, backtracking has a limit; at it a value is not valid."""
    assert not judge("rust", {"pattern": "^(a+)+$"})("a" * 50_000 + "b")
    assert not judge("rust", {"pattern": r"^(?=(a+)+$)(a+)+\2$"})("a" * 40 + "b")


@pytest.mark.parametrize(
    "schema",
    [
        "{'type': 'array'}",
        *(
            pytest.param(schema, marks=pytest.mark.slow)
            for schema in (
                "{'type': 'object'}", "{'const': [[1]]}", "{}",
                "{'enum': [[[1]], {'a': 1}]}", "{'properties': {'a': {'type': 'string'}}}",
                "{'minItems': 1}", "{'items': {'uniqueItems': True, 'const': 1}}",
                "{'contains': {'const': [1]}}", "{'items': {'type': 'string', 'format': 'binary'}}",
                "{'allOf': [{'$ref': '#/x-t'}, {'uniqueItems': True}]}", "{'uniqueItems': True}",
                "{'$ref': '#/x-t'}",
            )
        ),
    ],
)  # fmt: skip
def test_deep_values_do_not_end_the_process(engine, schema):
    """100,000 levels are judged and explained by any schema, cyclic or not, by either engine."""
    code = f"""
from asyncapi_guard.spec import load
contract = load({{
    "asyncapi": "3.1.0", "info": {{"title": "T", "version": "1"}},
    "channels": {{"c": {{"address": "/", "messages": {{"m": {{"payload": {schema}}}}}}}}},
    "x-t": {{"type": ["object", "array"], "items": {{"$ref": "#/x-t"}},
             "additionalProperties": {{"$ref": "#/x-t"}}}},
}}, engine={engine!r})
payload = contract.channels["c"].messages["m"].payload
deep_list, deep_dict, mixed = [], {{}}, []
for _ in range(100_000):
    deep_list, deep_dict, mixed = [deep_list], {{"a": deep_dict}}, [{{"a": mixed}}, 1]
for value in (deep_list, deep_dict, mixed, [deep_list, deep_list], [mixed, mixed]):
    if not payload.is_valid(value):
        assert payload.explain(value).problems
        assert payload.explain(value, include_values=True).problems
print("alive", payload.bundle.cyclic, payload.is_valid(deep_list))
# Python's own deallocation of a deep value is not what is tested.
import os; os._exit(0) if not __import__("sys").stdout.flush() else None
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-500:]
    assert run.stdout.startswith("alive")
    if "$ref" in schema:
        assert run.stdout == "alive True False\n"


def test_the_depth_of_a_cyclic_schema_is_limited(engine):
    """128 levels are judged by a cyclic schema, more are not valid."""
    tree = {"items": {"$ref": "#"}, "type": "array"}
    is_valid = judge(engine, tree, cyclic=True)
    value = []
    for _ in range(126):
        value = [value]
    assert is_valid(value)
    assert not is_valid([[[[value]]]])
    assert not is_valid([{"a": [{"b": [[value]]}]}])


SCHEMAS = [
    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"$ref": "#/definitions/t"}},
     "required": ["a"], "additionalProperties": False, "definitions": {"t": {"enum": [1, "a", None]}}},
    {"type": ["integer", "string"], "minimum": 0, "maxLength": 2, "multipleOf": 2},
    {"items": [{"type": "integer"}], "additionalItems": {"type": "string"}, "uniqueItems": True},
    {"oneOf": [{"type": "number"}, {"multipleOf": 1}, {"minLength": 1}]},
    {"anyOf": [{"const": {"a": 1}}, {"contains": {"const": 1}, "type": "array"}, {"type": "null"}]},
    {"if": {"type": "string"}, "then": {"pattern": "^a"}, "else": {"not": {"type": "boolean"}}},
    {"patternProperties": {"^a": {"type": "string"}}, "propertyNames": {"maxLength": 2},
     "dependencies": {"a": ["b"], "b": {"minProperties": 2}}},
    {"minItems": 1, "maxItems": 2, "minProperties": 1, "maxProperties": 2, "exclusiveMinimum": 0,
     "exclusiveMaximum": 10, "minLength": 1},
    {"format": "int32", "type": "number"}, {"format": "uuid"}, {"const": 1.0}, {"enum": [0, False]},
    {"items": {"enum": [[], {}, 1, True]}},
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-12, 12) | st.sampled_from(["", "a", "ab", "abc", "b", 0.5])
    | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "b", "abc", "c"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: next(iter(schema)))
@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_both_engines_agree(schema, value):
    """For any JSON value, jsonschema-rs and jsonschema give the same verdict."""
    assert judge("rust", schema)(value) is judge("jsonschema", schema)(value)


def test_overlapping_alternatives_are_judged_once_per_level(engine):
    """A deep value under a recursive union whose alternatives overlap is judged, not for ever."""
    again = {"type": "array", "items": {"$ref": "#/definitions/T"}}
    union = {"oneOf": [again, dict(again), {"type": "string"}]}
    document = {"allOf": [{"$ref": "#/definitions/T"}], "definitions": {"T": union}}
    judge = get_engine(engine).compile(document, ASYNCAPI, cyclic=True, binary=False)
    value: object = "leaf"
    for _ in range(60):
        value = [value]
    assert not judge(value)
    assert judge("leaf")
