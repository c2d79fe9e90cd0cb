"""Pydantic's JSON Schema (2020-12) as AsyncAPI's Schema Object (draft-07 with a few words more)."""

from __future__ import annotations

import re
from typing import Any

from asyncapi_guard.schema.formats import KNOWN

__all__ = ["merge_directions", "to_asyncapi"]

_REF = "#/components/schemas/"
_NAMED = ("$defs", "definitions", "patternProperties", "properties")
_LEGAL = re.compile(r"[^A-Za-z0-9._\-]+")


def to_asyncapi(schema: Any) -> Any:
    """A copy of a schema in the dialect of the document.

    - `prefixItems` is `items`, and what `items` said is `additionalItems`;
    - a `$ref` with something beside it goes into an `allOf`;
    - OpenAPI's `discriminator` becomes `required`: its property has constants in the alternatives;
    - formats that no validator checks go: `path`, `json-string`, ...
    - `contentSchema`, which draft-07 does not have, goes.
    """
    if isinstance(schema, list):
        return [to_asyncapi(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: _keyword(key, value) for key, value in schema.items()}
    if "prefixItems" in copy:
        rest = copy.pop("items", None)
        copy["items"] = copy.pop("prefixItems")
        if rest is not None:
            copy["additionalItems"] = rest
        elif copy.get("maxItems") == len(copy["items"]):
            copy["additionalItems"] = False
    if isinstance(copy.get("discriminator"), dict):
        copy["required"] = [copy.pop("discriminator")["propertyName"]]
    copy.pop("contentSchema", None)
    if copy.get("format") not in KNOWN:
        copy.pop("format", None)
    if isinstance(copy.get("$ref"), str) and len(copy) > 1:
        copy["allOf"] = [{"$ref": copy.pop("$ref")}, *copy.get("allOf", ())]
    return copy


def _keyword(key: str, value: Any) -> Any:
    if key in ("const", "default", "enum", "example", "examples") or key.startswith("x-"):
        return value  # data
    if key in ("properties", "patternProperties", "$defs", "definitions") and isinstance(
        value, dict
    ):
        return {name: to_asyncapi(item) for name, item in value.items()}
    if key == "$ref" and isinstance(value, str):
        return _REF + legal(value.removeprefix(_REF)) if value.startswith(_REF) else value
    return to_asyncapi(value)


def legal(name: str) -> str:
    """A name that a component may have."""
    return _LEGAL.sub("_", name).strip("_") or "schema"


def merge_directions(definitions: dict[str, Any]) -> dict[str, str]:
    """New names for definitions: `M-Input` and `M-Output` are `M` where they say the same.

    Pydantic splits a model that is both received and sent; most are the same both ways.
    """
    pairs = {
        name.removesuffix("-Input")
        for name in definitions
        if name.endswith("-Input") and f"{name.removesuffix('-Input')}-Output" in definitions
    }
    same = {name for name in pairs if name not in definitions}
    while True:
        renamed = {f"{n}-{way}": n for n in same for way in ("Input", "Output")}
        differ = {
            name
            for name in same
            if _renamed(definitions[f"{name}-Input"], renamed)
            != _renamed(definitions[f"{name}-Output"], renamed)
        }
        if not differ:
            return renamed
        same -= differ


def rename(schema: Any, names: dict[str, str]) -> Any:
    """A schema whose references have other names."""
    return _renamed(schema, names)


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    if isinstance(schema, list):
        return [_renamed(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: _renamed(value, names) for key, value in schema.items()}
    ref = copy.get("$ref")
    if isinstance(ref, str) and ref.startswith(_REF):
        name = ref.removeprefix(_REF)
        copy["$ref"] = _REF + names.get(name, name)
    return copy
