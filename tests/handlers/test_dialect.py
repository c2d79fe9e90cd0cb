"""Pydantic's JSON Schema is said in the words of the document's dialect."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.handlers.dialect import legal, merge_directions, rename, to_asyncapi

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


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_directions_that_say_the_same_are_one() -> None:
    """Also those that differ only by the names of others that are one."""
    definitions = {
        "A-Input": _object(b={"$ref": f"{REF}B-Input"}),
        "A-Output": _object(b={"$ref": f"{REF}B-Output"}),
        "B-Input": _object(x={}),
        "B-Output": _object(x={}),
    }
    assert merge_directions(definitions) == {
        "A-Input": "A",
        "A-Output": "A",
        "B-Input": "B",
        "B-Output": "B",
    }


def test_directions_that_differ_stay_two() -> None:
    """And so do those that refer to them."""
    definitions = {
        "A-Input": _object(b={"$ref": f"{REF}B-Input"}),
        "A-Output": _object(b={"$ref": f"{REF}B-Output"}),
        "B-Input": _object(x={}),
        "B-Output": _object(x={}, y={}),
        "C-Input": _object(c={"$ref": f"{REF}C-Input"}),
        "C-Output": _object(c={"$ref": f"{REF}C-Output"}),
    }
    assert merge_directions(definitions) == {"C-Input": "C", "C-Output": "C"}


def test_a_name_that_is_taken_is_not_given_to_two_directions() -> None:
    """A model that is called like the base of two others keeps its name."""
    definitions = {"A": _object(z={}), "A-Input": _object(x={}), "A-Output": _object(x={})}
    assert merge_directions(definitions) == {}


def test_references_are_renamed_everywhere() -> None:
    """Those of other documents are left alone."""
    schema = {
        "anyOf": [{"$ref": f"{REF}A"}, {"$ref": "other.yml#/A"}],
        "items": {"$ref": f"{REF}B"},
    }
    assert rename(schema, {"A": "X"}) == {
        "anyOf": [{"$ref": f"{REF}X"}, {"$ref": "other.yml#/A"}],
        "items": {"$ref": f"{REF}B"},
    }
