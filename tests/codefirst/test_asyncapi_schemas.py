"""Pydantic's JSON Schema is said in the words of the document's dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asyncapi_guard.codefirst.asyncapi_schemas import legal, to_asyncapi

REF = "#/components/schemas/"
ROWS: dict[str, tuple[Any, Any]] = {
    "a tuple": (
        {"prefixItems": [{"type": "integer"}], "minItems": 1, "maxItems": 1},
        {"items": [{"type": "integer"}], "minItems": 1, "maxItems": 1, "additionalItems": False},
    ),
    "a tuple with more": (
        {"prefixItems": [{}], "items": {"type": "string"}},
        {"items": [{}], "additionalItems": {"type": "string"}},
    ),
    "an open tuple": ({"prefixItems": [{}]}, {"items": [{}]}),
    "a tuple inside": (
        {"properties": {"a": {"prefixItems": [{}]}}},
        {"properties": {"a": {"items": [{}]}}},
    ),
    "a property named prefixItems": (
        {"properties": {"prefixItems": {"type": "string"}, "format": {"type": "string"}}},
        {"properties": {"prefixItems": {"type": "string"}, "format": {"type": "string"}}},
    ),
    "a reference with a neighbour": (
        {"$ref": f"{REF}M", "description": "d"},
        {"description": "d", "allOf": [{"$ref": f"{REF}M"}]},
    ),
    "a reference alone": ({"$ref": f"{REF}M"}, {"$ref": f"{REF}M"}),
    "a reference to an illegal name": ({"$ref": f"{REF}P[int]"}, {"$ref": f"{REF}P_int"}),
    "a discriminator": (
        {"oneOf": [{}], "discriminator": {"propertyName": "k", "mapping": {}}},
        {"oneOf": [{}], "required": ["k"]},
    ),
    "a property named discriminator": (
        {"properties": {"discriminator": {"type": "string"}}},
        {"properties": {"discriminator": {"type": "string"}}},
    ),
    "an unknown format": ({"type": "string", "format": "path"}, {"type": "string"}),
    "a known format": (
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "uuid"},
    ),
    "a content schema": (
        {"type": "string", "contentMediaType": "application/json", "contentSchema": {}},
        {"type": "string", "contentMediaType": "application/json"},
    ),
    "data that looks like schemas": (
        {"default": {"prefixItems": [{}]}, "examples": [{"format": "path"}], "const": {"a": 1}},
        {"default": {"prefixItems": [{}]}, "examples": [{"format": "path"}], "const": {"a": 1}},
    ),
    "an enumeration of one beside its constant": (
        {"const": "a", "enum": ["a"], "type": "string"},
        {"const": "a", "type": "string"},
    ),
    "an enumeration of something else": (
        {"const": 1, "enum": [True]},
        {"const": 1, "enum": [True]},
    ),
    "a constant of null": ({"const": None, "enum": [None]}, {"const": None}),
    "properties named const and enum": (
        {"properties": {"const": {"type": "string"}, "enum": {"type": "string"}}},
        {"properties": {"const": {"type": "string"}, "enum": {"type": "string"}}},
    ),
    "booleans": ({"additionalProperties": False}, {"additionalProperties": False}),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_word_is_translated(row: str) -> None:
    """And what was given stays as it was."""
    given, expected = ROWS[row]
    before = repr(given)
    assert to_asyncapi(given) == expected
    assert repr(given) == before


@pytest.mark.parametrize(
    ("name", "expected"),
    [("M", "M"), ("P[int]", "P_int"), ("Имя", "schema"), ("a.b-c_d", "a.b-c_d"), ("[]", "schema")],
)
def test_names_of_components_are_legal(name: str, expected: str) -> None:
    """The rest of a name is left out."""
    assert legal(name) == expected


def test_keywords_are_in_order_and_names_as_they_were() -> None:
    """Properties keep the order of the model's fields, and data that of whoever wrote it."""
    given = {
        "type": "object",
        "properties": {"b": {"type": "string", "default": ""}, "a": {}},
        "examples": [{"b": 1, "a": 2}],
    }
    assert json.dumps(to_asyncapi(given)) == json.dumps(
        {
            "examples": [{"b": 1, "a": 2}],
            "properties": {"b": {"default": "", "type": "string"}, "a": {}},
            "type": "object",
        }
    )


def test_data_is_copied() -> None:
    """Who changes a document does not change a model."""
    given: dict[str, Any] = {"examples": [{"a": [1]}], "x-more": {"a": [1]}}
    copy = to_asyncapi(given)
    copy["examples"][0]["a"].append(2)
    copy["x-more"]["a"].append(2)
    assert given == {"examples": [{"a": [1]}], "x-more": {"a": [1]}}


def test_references_are_renamed_everywhere_but_in_data() -> None:
    """Those of other documents are left alone."""
    schema = {
        "anyOf": [{"$ref": f"{REF}A"}, {"$ref": "other.yml#/A"}],
        "items": {"$ref": f"{REF}B"},
        "default": {"$ref": f"{REF}A"},
    }
    assert to_asyncapi(schema, {"A": "X"}) == {
        "anyOf": [{"$ref": f"{REF}X"}, {"$ref": "other.yml#/A"}],
        "items": {"$ref": f"{REF}B"},
        "default": {"$ref": f"{REF}A"},
    }
