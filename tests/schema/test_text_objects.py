"""Text is read as what the schema declares, and judged as that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard import load


def binding(**fields: Any) -> Any:
    """The `ws` binding of a channel of a document."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "bindings": {"ws": fields}}},
        "components": {
            "schemas": {
                "Page": {"type": "integer", "minimum": 1},
                "Paged": {"type": "object", "properties": {"page": ref("Page")}},
            }
        },
    }
    return load(document).channels["c"].websocket


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def is_valid(schema: Any, **texts: Any) -> bool:
    """Whether a query is; texts are one each, or lists."""
    several = {name: [text] if isinstance(text, str) else text for name, text in texts.items()}
    return binding(query=schema).query.explain(several) is None


QUERY: list[tuple[Any, list[str], list[str]]] = [
    (
        {"type": "integer"},
        ["0", "7", "-3", "1.0", "1e2"],
        ["", "x", "1.5", "+1", "01", "0x1", "\u0661"],
    ),
    ({"type": "number"}, ["0", "1.5", "-2e-3"], ["", ".5", "1.", "NaN", "Infinity", "1e999"]),
    ({"type": "boolean"}, ["true", "false"], ["True", "1", "0", "yes", ""]),
    ({"type": "null"}, ["null"], ["", "None"]),
    ({"type": "string"}, ["", "1", "true", "null", "x"], []),
    ({"type": "string", "pattern": "^[0-9]+$"}, ["007", "1"], ["x", ""]),
    ({"type": ["integer", "string"], "maxLength": 1}, ["5", "123", "x"], ["xy"]),
    ({"enum": [1, 2]}, ["1", "2"], ["3", "x"]),
    ({"enum": [1, "all"]}, ["1", "all"], ["2", "none"]),
    ({"const": "4"}, ["4"], ["5"]),
    ({"const": True}, ["true"], ["false", "1"]),
    ({"anyOf": [{"type": "integer"}, {"const": "last"}]}, ["3", "last"], ["first"]),
    ({"allOf": [ref("Page"), {"maximum": 9}]}, ["1", "9"], ["0", "10", "x"]),
    (ref("Page"), ["1"], ["0"]),
    ({"oneOf": [{"type": "string", "enum": ["1"]}, {"type": "boolean"}]}, ["1", "true"], ["2"]),
    ({"type": "object"}, [], ["{}", "x"]),
    ({}, ["", "1", "x"], []),
    (True, ["1", "x"], []),
    (False, [], ["1"]),
]


@pytest.mark.parametrize(
    ("schema", "right", "wrong"), QUERY, ids=lambda each: json.dumps(each)[:60]
)
def test_text_is_read_as_the_declared_type(schema: Any, right: list[str], wrong: list[str]) -> None:
    """By whatever of the schema declares it."""
    assert [text for text in right if not is_valid(of(a=schema), a=text)] == []
    assert [text for text in wrong if is_valid(of(a=schema), a=text)] == []


@pytest.mark.parametrize(
    ("schema", "texts", "fits"),
    [
        ({"type": "array", "items": {"type": "integer"}}, ["1", "2"], True),
        ({"type": "array", "items": {"type": "integer"}}, ["1"], True),
        ({"type": "array", "items": {"type": "integer"}}, ["1", "x"], False),
        ({"type": "array", "maxItems": 1}, ["1", "2"], False),
        ({"type": "string"}, ["1", "2"], False),
        ({"type": ["array", "string"], "maxItems": 1}, ["1"], True),
        ({}, ["1", "2"], True),
    ],
)
def test_a_parameter_that_comes_more_than_once_is_a_list(
    schema: Any, texts: list[str], fits: bool
) -> None:
    """So it is not one of several that is taken, and the others unseen."""
    assert is_valid(of(a=schema), a=texts) is fits


@pytest.mark.parametrize(
    "schema",
    [
        ref("Paged"),
        {"allOf": [ref("Paged")]},
        {"type": "object", "patternProperties": {"^p": ref("Page")}},
        {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
    ],
    ids=["reference", "allOf", "pattern", "additional"],
)
def test_types_are_found_wherever_they_are_declared(schema: Any) -> None:
    """Behind references, in compositions, by patterns, and for all others."""
    assert is_valid(schema, page="1")
    assert not is_valid(schema, page="0")
    assert not is_valid(schema, page="x")


ENGINE_IO = {"EIO": "4", "transport": "polling", "t": "x1", "sid": "s", "j": "0", "b64": "1"}


def test_what_engine_io_asks_for_is_never_additional() -> None:
    """Nobody thinks of it."""
    assert is_valid(of(a={"type": "string"}), a="1", **ENGINE_IO)
    assert is_valid({"type": "object", "maxProperties": 0}, **ENGINE_IO)
    assert not is_valid(of(a={"type": "string"}), b="1", **ENGINE_IO)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["EIO"], "properties": {"EIO": {"const": "4"}}},
        {"allOf": [{"properties": {"EIO": {"type": "integer", "enum": [4]}}, "required": ["EIO"]}]},
    ],
)
def test_what_engine_io_asks_for_is_seen_where_it_is_named(schema: Any) -> None:
    """As some documents do, which require it."""
    assert is_valid(schema, **ENGINE_IO)
    assert not is_valid(schema, **{**ENGINE_IO, "EIO": "3"})
    assert not is_valid(schema, transport="polling")


def test_headers_are_named_in_any_case_and_never_additional() -> None:
    """A request has many that no author thinks of."""
    schema = {
        **of(**{"X-Client": {"type": "integer"}, "Accept": {"type": "array", "maxItems": 2}}),
        "required": ["X-Client"],
        "patternProperties": {"^x-extra-": {"type": "boolean"}},
        "propertyNames": {"maxLength": 10},
    }
    headers = binding(headers=schema).headers
    several = {"x-client": ["7"], "user-agent": ["a browser"], "accept": ["text/html, */*"]}
    assert headers.explain(several) is None
    assert headers.explain({**several, "x-extra-a": ["true"]}) is None
    assert headers.explain({**several, "x-extra-a": ["7"]}).problems[0].path == "/x-extra-a"
    assert headers.explain({**several, "accept": ["a, b,c"]}) is not None
    assert headers.explain({**several, "x-client": ["x"]}) is not None
    missing = headers.explain({"accept": ["*/*"]})
    assert "X-Client" in missing.problems[0].message
    twice = {"required": ["X-CLIENT"], "properties": {"x-client": {"type": "integer"}}}
    assert binding(headers=twice).headers.explain({"x-client": ["7"]}) is None
    assert binding(headers=twice).headers.explain({"x-client": ["x"]}) is not None


@pytest.mark.parametrize("name", ["X_Key", "x-key"])
def test_a_header_may_have_an_underscore(name: str) -> None:
    """No environment of a request tells it from a dash."""
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}
    headers = binding(headers=schema).headers
    assert headers.explain({"x-key": ["7"]}) is None
    assert headers.explain({"x-key": ["x"]}) is not None
    assert headers.explain({}) is not None


def test_names_that_others_send_are_no_matter() -> None:
    """What is remembered of names is forgotten at times, by whoever sends many of them."""
    query = binding(query={"type": "object", "properties": {"a": {"type": "integer"}}}).query

    class Forgetful(dict[str, Any]):
        def __setitem__(self, name: str, value: Any) -> None:
            pass

    query._kinds = Forgetful()
    assert query.explain({"a": ["7"]}) is None


def test_two_that_say_the_same_are_equal() -> None:
    """As schemas are, wherever they stand."""
    one, other = (binding(query=of(a={"type": "integer"}), headers=of(a={})) for _ in "12")
    assert one == other
    assert one != binding(query=of(a={"type": "number"}), headers=of(a={}))
    assert one.query != one.headers


def test_values_are_told_on_request_only() -> None:
    """Tokens travel there."""
    query = binding(query=of(a={"type": "integer"})).query
    assert "secret" not in repr(query.explain({"a": ["secret"]}))
    assert "secret" in repr(query.explain({"a": ["secret"]}, include_values=True))


def test_schemas_that_go_in_circles_come_to_an_end() -> None:
    """Of properties, and in place."""
    ring: dict[str, Any] = {"$ref": "#/channels/c/bindings/ws/query/properties/a"}
    schema = of(a={"anyOf": [{"type": "integer"}, {"type": "array", "items": ring}]})
    assert is_valid(schema, a="1")
    assert not is_valid(schema, a="x")


@given(
    st.dictionaries(
        st.sampled_from("abc"),
        st.integers() | st.booleans() | st.none() | st.text() | st.floats(allow_nan=False),
    )
)
def test_a_value_is_what_its_text_was_written_from(values: dict[str, Any]) -> None:
    """Whatever JSON writes is read again, where its type is declared."""
    if any(each in (float("inf"), float("-inf")) for each in values.values()):
        return
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
    schema = {
        "type": "object",
        "properties": {
            name: {"const": value, "type": json_type(value)} for name, value in values.items()
        },
    }
    if all(len(text) < 300 for text in texts.values()):
        assert is_valid(schema, **texts)


def json_type(value: Any) -> str:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(value), "null")


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=4))
def test_no_request_makes_it_raise(texts: dict[str, list[str]]) -> None:
    """It judges, whatever comes."""
    schema = of(a={"type": "integer"}, b={"type": "array", "items": {"type": "boolean"}})
    made = binding(query=schema, headers=schema)
    for judge in (made.query, made.headers):
        explained = judge.explain(texts)
        assert explained is None or explained.problems
