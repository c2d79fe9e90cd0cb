"""What an engine is given, for what was written."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.dialects import ASYNCAPI, dialect_of
from asyncapi_guard.schema.formats import BINARY

OPENAPI = dialect_of("application/vnd.oai.openapi;version=3.0.0")
NEW = dialect_of("application/schema+json;version=2020-12")


@pytest.mark.parametrize(
    ("written", "adapted"),
    [
        ({"$id": "http://e.com/", "id": "x", "$anchor": "a"}, {}),
        ({"properties": {"id": {"id": "x"}}}, {"properties": {"id": {}}}),
        (True, True), (False, False), ({}, {}), ({"type": "string"}, {"type": "string"}),
        ({"$ref": "#/x", "type": 3}, {"$ref": "#/x"}),
        ({"$schema": "x", "discriminator": "a", "externalDocs": {}, "examples": [1], "default": 1}, {}),
        ({"properties": {"default": {"default": 1}, "$ref": {"$schema": "x"}}},
         {"properties": {"default": {}, "$ref": {}}}),
        ({"format": "date"}, {"format": "date"}),
        ({"format": "int32"}, {"allOf": [{"minimum": -(2**31), "maximum": 2**31 - 1}]}),
        ({"type": "string", "format": "binary"}, {BINARY: {}}),
        ({"type": "string", "format": "binary", "minLength": 1, "description": "d"},
         {"allOf": [{BINARY: {"minLength": 1}}, {"description": "d"}]}),
        ({"enum": [{"default": 1}], "const": {"format": "int32"}},
         {"enum": [{"default": 1}], "const": {"format": "int32"}}),
        ({"type": "string", "nullable": True}, {"type": "string", "nullable": True}),
    ],
)  # fmt: skip
def test_a_schema_is_adapted(written, adapted):
    """Formats become keywords, annotations that could mislead an engine go, data stays."""
    assert adapt(written, ASYNCAPI) == adapted


@pytest.mark.parametrize(
    ("written", "adapted"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string", "nullable": False}),
        ({"nullable": True, "enum": [1]}, {"enum": [1]}),
        ({"items": {"type": "integer", "nullable": True}}, {"items": {"type": ["integer", "null"]}}),
        ({"type": "string", "format": "binary", "nullable": True}, {"anyOf": [{BINARY: {}}, {"type": ["null"]}]}),
    ],
)  # fmt: skip
def test_nullable_is_said_as_a_type(written, adapted):
    """OpenAPI 3.0's `nullable` counts beside `type` only."""
    assert adapt(written, OPENAPI) == adapted


def test_siblings_of_a_reference_stay_where_they_count():
    """Since 2019-09 keywords beside `$ref` are adapted like others."""
    assert adapt({"$ref": "#/x", "format": "int64"}, NEW) == {
        "$ref": "#/x",
        "allOf": [{"minimum": -(2**63), "maximum": 2**63 - 1}],
    }


def test_what_was_written_is_not_changed():
    """Adapting makes a copy."""
    written = {
        "properties": {"a": {"format": "uuid", "default": 1}},
        "allOf": [{}],
        "format": "int32",
    }
    adapt(written, ASYNCAPI)
    assert written == {
        "properties": {"a": {"format": "uuid", "default": 1}},
        "allOf": [{}],
        "format": "int32",
    }
