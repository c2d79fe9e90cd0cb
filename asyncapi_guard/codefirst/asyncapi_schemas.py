"""Pydantic's JSON Schema (2020-12) as AsyncAPI's Schema Object (draft-07 with a few words more)."""

from __future__ import annotations

import re
from copy import deepcopy
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.formats import KNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATA", "legal", "to_asyncapi"]

#: Keywords that hold data, and no schemas.
DATA = frozenset(("const", "default", "enum", "example", "examples"))

_REF = "#/components/schemas/"
_NAMED = frozenset(("$defs", "definitions", "patternProperties", "properties"))
_LEGAL = re.compile(r"[^A-Za-z0-9._\-]+")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def to_asyncapi(schema: Any, names: Mapping[str, str] = _NO_NAMES) -> Any:
    """A copy of a schema in the dialect of the document, its keywords in order.

    - `prefixItems` is `items`, and what `items` said is `additionalItems`;
    - a `$ref` with something beside it goes into an `allOf`;
    - OpenAPI's `discriminator` becomes `required`: its property has constants in the alternatives;
    - formats that no validator checks go: `path`, `json-string`, ...
    - `contentSchema`, which draft-07 does not have, goes;
    - defaults and examples with infinities or NaN, which JSON does not have, go;
    - `enum` goes where `const` says the same, as some versions of Pydantic write both.

    Args:
        schema: as Pydantic writes it.
        names: the components that references lead to, by what the references call them.
    """
    if isinstance(schema, list):
        return [to_asyncapi(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: _keyword(key, schema[key], names) for key in sorted(schema)}
    _say_positions(copy)
    if isinstance(copy.get("discriminator"), dict):
        copy["required"] = [copy.pop("discriminator")["propertyName"]]
    _leave_out(copy)
    if isinstance(copy.get("$ref"), str) and len(copy) > 1:
        copy["allOf"] = [{"$ref": copy.pop("$ref")}, *copy.get("allOf", ())]
    return copy


def _say_positions(schema: dict[str, Any]) -> None:
    """Say by draft-07's words what the positions of a list are."""
    if "prefixItems" not in schema:
        return
    rest = schema.pop("items", None)
    schema["items"] = schema.pop("prefixItems")
    if rest is not None:
        schema["additionalItems"] = rest
    elif schema.get("maxItems") == len(schema["items"]):
        schema["additionalItems"] = False


def _leave_out(schema: dict[str, Any]) -> None:
    """Leave out what has no place in the document, or no meaning."""
    for key in ("default", "examples"):
        if key in schema and not _is_json(schema[key]):
            del schema[key]
    if "const" in schema and _is_only(schema["const"], schema.get("enum")):
        del schema["enum"]
    if "format" in schema and schema["format"] not in KNOWN:
        del schema["format"]
    schema.pop("contentSchema", None)


def _keyword(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key == "$ref" and isinstance(value, str) and value.startswith(_REF):
        name = value.removeprefix(_REF)
        return _REF + (names[name] if name in names else legal(name))
    if not isinstance(value, (dict, list)):
        return value
    if key in DATA or key.startswith("x-"):
        return deepcopy(value)
    if key in _NAMED and isinstance(value, dict):
        return {name: to_asyncapi(item, names) for name, item in value.items()}
    return to_asyncapi(value, names)


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return not isinstance(value, float) or isfinite(value)


def _is_only(const: Any, enum: Any) -> bool:
    """Whether an enumeration has a constant and nothing else; `true` is not 1."""
    return isinstance(enum, list) and len(enum) == 1 and repr(enum[0]) == repr(const)


def legal(name: str, fallback: str = "schema") -> str:
    """A name that a component may have; the fallback when nothing is left."""
    return _LEGAL.sub("_", name).strip("_") or fallback
