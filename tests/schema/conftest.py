"""Schemas without a document around them, under each engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.schema import Bundle, CompiledSchema, dialect_of
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.schema.formats import is_binary

if TYPE_CHECKING:
    from collections.abc import Callable


def _has_binary(schema: Any) -> bool:
    return is_binary(schema) or any(_has_binary(below) for _, below in subschemas(schema))


def compiled(
    schema: Any, engine: Any, schema_format: str | None = None, **entries: Any
) -> CompiledSchema:
    """A schema that refers to `entries` by `#/definitions/NAME` (or `#/$defs/NAME`)."""
    schemas = {"s0": schema, **entries}
    bundle = Bundle(
        dialect_of(schema_format),
        schemas,
        {name: f"f.yml#/{name}" for name in schemas},
        cyclic=bool(entries),
        binary=any(map(_has_binary, schemas.values())),
    )
    return CompiledSchema(
        "f.yml#/s0",
        bundle.dialect,
        lambda: bundle,
        engine,
        positional=False,
        nothing=schema is False,
    )


@pytest.fixture(params=["rust", "jsonschema"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="session")
def make_schema() -> Callable[..., CompiledSchema]:
    """Makes schemas for an engine by its name; also where examples are drawn."""
    return compiled


@pytest.fixture
def make(engine: Any) -> Callable[..., CompiledSchema]:
    return lambda schema, schema_format=None, **entries: compiled(
        schema, engine, schema_format, **entries
    )
