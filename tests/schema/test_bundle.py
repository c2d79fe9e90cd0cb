"""Bundles: one self-contained schema, in each dialect."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.schema import Bundle, dialect_of
from asyncapi_guard.schema.bundle import reference, target
from asyncapi_guard.schema.dialects import ASYNCAPI

OLD = dialect_of("application/schema+json;version=draft-04")
NEW = dialect_of("application/schema+json;version=2020-12")


@pytest.mark.parametrize("dialect", [ASYNCAPI, OLD, NEW, dialect_of("application/vnd.oai.openapi;version=3.0.0")])  # fmt: skip
def test_a_reference_names_its_target(dialect):
    """`target` reads what `reference` writes, and nothing else."""
    assert target(dialect, reference(dialect, "s7")) == "s7"
    assert target(dialect, "#anchor") is None
    assert target(dialect, "other.yml") is None
    assert target(dialect, 7) is None


@pytest.mark.parametrize(
    ("dialect", "schemas", "document"),
    [
        (ASYNCAPI, {"s0": {"type": "string"}},
         {"allOf": [{"$ref": "#/definitions/s0"}], "definitions": {"s0": {"type": "string"}}}),
        (ASYNCAPI, {"s0": False}, {"allOf": [{"$ref": "#/definitions/s0"}], "definitions": {"s0": False}}),
        (NEW, {"s0": {"type": "string"}},
         {"allOf": [{"$ref": "guard:/s0"}], "$defs": {"s0": {"$id": "guard:/s0", "type": "string"}}}),
        (NEW, {"s0": True}, {"allOf": [{"$ref": "guard:/s0"}], "$defs": {"s0": {"$id": "guard:/s0", "allOf": [True]}}}),
        (NEW, {"s0": {"$id": "x"}},
         {"allOf": [{"$ref": "guard:/s0"}], "$defs": {"s0": {"$id": "guard:/s0", "allOf": [{"$id": "x"}]}}}),
        (OLD, {"s0": {"$ref": "guard:/s1"}, "s1": {}},
         {"allOf": [{"$ref": "guard:/s0"}],
          "definitions": {"s0": {"id": "guard:/s0", "allOf": [{"$ref": "guard:/s1"}]}, "s1": {"id": "guard:/s1"}}}),
    ],
)  # fmt: skip
def test_a_bundle_is_one_document(dialect, schemas, document):
    """Entries stand where their references lead; with resources each has a URI of its own."""
    bundle = Bundle(dialect, schemas, {}, cyclic=False, binary=False)
    assert bundle.document() == document
    assert bundle.root == schemas["s0"]


def test_bundles_are_equal_wherever_they_stand():
    """Two bundles that say the same are equal; places do not count."""
    one = Bundle(ASYNCAPI, {"s0": {}}, {"s0": "a"}, cyclic=False, binary=False)
    assert one == Bundle(ASYNCAPI, {"s0": {}}, {"s0": "b"}, cyclic=False, binary=False)
    assert one != Bundle(NEW, {"s0": {}}, {"s0": "a"}, cyclic=False, binary=False)
