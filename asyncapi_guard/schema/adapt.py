"""A schema as written, to a schema that says the same to a plain JSON Schema engine."""

from __future__ import annotations

from typing import Any

from asyncapi_guard.schema.dialects import Dialect, replace_subschemas
from asyncapi_guard.schema.formats import BINARY, asserted, is_binary

__all__ = ["adapt"]

# `$schema` inside a bundle would switch dialects half-way.
_DROPPED = frozenset(("$schema", "discriminator", "externalDocs", "example", "examples", "default"))

# Only JSON Schema's own dialects know resources; an engine would resolve references against them.
_IDENTIFIERS = frozenset(("$id", "id", "$anchor"))


def adapt(schema: Any, dialect: Dialect) -> Any:
    """A copy for the engine: formats asserted, `nullable` said as a type, bytes as a keyword."""
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str) and not dialect.siblings:
        return {"$ref": schema["$ref"]}
    dropped = _DROPPED if dialect.resources else _DROPPED | _IDENTIFIERS
    kept = {key: value for key, value in schema.items() if key not in dropped}
    adapted = replace_subschemas(kept, lambda _, subschema: adapt(subschema, dialect))
    if is_binary(adapted):
        return _binary(adapted, dialect)
    if dialect.nullable and adapted.get("nullable") is True:
        adapted = _nullable(adapted)
    extra = asserted(adapted.get("format"))
    if extra is not None:
        del adapted["format"]
        adapted["allOf"] = [*adapted.get("allOf", ()), extra]
    return adapted


def _binary(schema: dict[str, Any], dialect: Dialect) -> Any:
    limits = {key: schema[key] for key in ("minLength", "maxLength") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in ("type", "format", *limits)}
    takes: list[Any] = [{BINARY: limits}]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    others = [name for name in types if name != "string"]
    if dialect.nullable and rest.pop("nullable", False) is True:
        others.append("null")
    if others:
        takes.append({"type": others})
    choice = takes[0] if len(takes) == 1 else {"anyOf": takes}
    return {"allOf": [choice, rest]} if rest else choice


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    # OpenAPI 3.0.3: `nullable` counts only beside `type`; an `enum` must list null itself.
    adapted = {key: value for key, value in schema.items() if key != "nullable"}
    types = adapted.get("type")
    if isinstance(types, str):
        adapted["type"] = [types, "null"]
    return adapted
