"""Formats are asserted, by either engine, in every dialect."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.schema.formats import ENGINE, KNOWN, asserted, is_binary

UUID = "123e4567-e89b-12d3-a456-426614174000"
CASES = [
    ("int32", 2**31 - 1, 2**31), ("int32", -(2**31), -(2**31) - 1),
    ("int64", 2**63 - 1, 2**63), ("int64", -(2**63), -(2**63) - 1),
    ("float", 3.4e38, 3.5e38), ("float", -3.4e38, -3.5e38),
    ("uuid", UUID, UUID[:-1]), ("uuid", UUID.upper(), f"{{{UUID}}}"), ("uuid", UUID, f" {UUID}"), ("uuid", UUID, f"{UUID}\n"),
    ("uuid", UUID, UUID.replace("-", "")),
    ("byte", "aGVsbG8=", "aGVsbG8"), ("byte", "", "a-_="), ("byte", "aGVs", "aGV\n"),
    ("date", "2024-02-29", "2023-02-29"), ("date-time", "2024-01-01T00:00:00Z", "2024-01-01 00:00"),
    ("time", "23:59:60Z", "24:00:00Z"), ("duration", "P1DT1H", "P1"), ("email", "a@b.c", "a.b.c"),
    ("hostname", "a-b.c", "-a.b"), ("idn-email", "ü@ä.de", "ü"), ("idn-hostname", "bücher.de", "a b"),
    ("ipv4", "127.0.0.1", "256.0.0.1"), ("ipv6", "::1", "1::2::3"), ("iri", "http://ä/", "ä"),
    ("iri-reference", "/ä", "\\ä"), ("json-pointer", "/a~0b", "/a~2"), ("regex", "^a$", "("),
    ("relative-json-pointer", "1/a", "/a"), ("uri", "http://a/b", "a/b"),
    ("uri-reference", "../a", "\\a"), ("uri-template", "/a/{b}", "/a/{b"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "valid", "not_valid"), CASES)
def test_a_format_is_asserted(make, name, valid, not_valid):
    """Each known format takes what it should and refuses what it should not."""
    schema = make({"format": name})
    assert schema.is_valid(valid)
    assert not schema.is_valid(not_valid)
    for other in (None, [], {}):
        assert schema.is_valid(other), "a format judges its own type only"


def test_every_known_format_is_tested():
    """No format is called known that the cases above do not show."""
    assert KNOWN - {name for name, _, _ in CASES} == {"binary", "double", "password"}
    assert {name for name, _, _ in CASES} >= ENGINE


@pytest.mark.parametrize(
    "version",
    ["schema+json;version=draft-04", "schema+json;version=draft-06", "schema+json;version=2019-09",
     "schema+json;version=2020-12", "vnd.oai.openapi;version=3.0.0", "vnd.oai.openapi;version=3.1.0"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "not_valid"),
    [
        ("date-time", "x"),
        ("email", "x"),
        ("uuid", "x"),
        ("int32", 2**31),
        ("ipv4", "x"),
        ("uri", ""),
    ],
)
def test_formats_are_asserted_in_every_dialect(make, version, name, not_valid):
    """Also where JSON Schema calls a format an annotation."""
    assert not make({"format": name}, f"application/{version}").is_valid(not_valid)


@pytest.mark.parametrize("name", ["double", "password", "unknown", "emial", ""])
def test_other_formats_pass(make, name):
    """`double` and `password` say nothing, and a format that nobody knows passes."""
    schema = make({"format": name})
    for value in ("any", 1, 1.5e300, None):
        assert schema.is_valid(value)


def test_a_format_stands_beside_other_keywords(make):
    """What a format becomes does not replace keywords that say something else."""
    schema = make({"format": "int32", "minimum": 5, "allOf": [{"maximum": 7}], "type": "integer"})
    assert [value for value in (4, 5, 7, 8) if schema.is_valid(value)] == [5, 7]
    pattern = make({"format": "uuid", "pattern": "^1"})
    assert pattern.is_valid(UUID)
    assert not pattern.is_valid("2" + UUID[1:])


BINARY = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("schema", "valid", "not_valid"),
    [
        (BINARY, [b"", b"x", bytearray(b"x"), b"\xff" * 5000], ["x", 1, None, 1.5, [b"x"], {}, True]),
        ({**BINARY, "minLength": 2, "maxLength": 3}, [b"ab", b"abc"], [b"a", b"abcd", "ab"]),
        ({**BINARY, "maxLength": 2}, ["ä".encode()], ["äb".encode()]),
        ({"type": ["string", "null"], "format": "binary"}, [b"", None], ["x", 1]),
        ({"type": ["string", "integer"], "format": "binary"}, [b"", 1], ["x", None, 1.5]),
        ({"properties": {"a": BINARY, "b": {"type": "string"}}}, [{"a": b"", "b": "x"}], [{"a": "x"}, {"b": b""}]),
        ({"items": BINARY}, [[b"a", b"b"], [], (b"a",)], [[b"a", "b"]]),
        ({"anyOf": [BINARY, {"type": "integer"}]}, [b"", 1], ["x"]),
        ({"items": [{"type": "string"}, BINARY]}, [["a", b"b"]], [["a", "b"], [b"a", b"b"]]),
        ({"format": "binary"}, ["x", 1, None], []),
        ({"type": "string"}, ["x"], [b"x", bytearray(b"x")]),
        ({"type": "number"}, [1, 1.5], [b"x", float("nan")]),
        ({**BINARY, "not": {**BINARY, "maxLength": 3}}, [b"long enough"], [b"x"]),
    ],
)  # fmt: skip
def test_binary_means_bytes(make, schema, valid, not_valid):
    """`type: string, format: binary` takes bytes and bytearray, limits are in bytes; text is none."""
    made = make(schema)
    for value in valid:
        assert made.is_valid(value), value
    for value in not_valid:
        assert not made.is_valid(value), value


def test_a_nullable_binary_takes_null(make):
    """OpenAPI's `nullable` beside `format: binary`."""
    schema = make({**BINARY, "nullable": True}, "application/vnd.oai.openapi;version=3.0.0")
    assert schema.is_valid(None)
    assert schema.is_valid(b"")
    assert not schema.is_valid("x")


def test_numbers_that_are_no_json_are_not_valid(make):
    """NaN and infinities are no numbers, also where a place for bytes is near."""
    for schema in ({}, {"type": "number"}, {"minimum": 1}, BINARY, {"items": BINARY}):
        made = make({"allOf": [schema, {"type": ["number", "string", "array"]}]})
        for value in (float("nan"), float("inf"), float("-inf")):
            assert not made.is_valid(value)


def test_formats_are_known_by_their_names():
    """`asserted` and `is_binary` take anything that may stand in a schema."""
    assert asserted(["uuid"]) is None
    assert asserted("date") is None
    assert not is_binary(True)
    assert not is_binary({"format": "binary", "type": ["integer"]})
    assert not is_binary({"format": "binary"})
