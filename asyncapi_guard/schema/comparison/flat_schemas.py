"""Flat schemas: maps of keywords, of one type each, in which only what judges is left.

There is one way of saying a thing: a `const` is an `enum` of one, `additionalItems: false` is a
`maxItems`, an exclusive bound of integers is an inclusive one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.keywords import (
    EMPTY,
    EMPTY_SCHEMA,
    JUDGING,
    OF_ALL,
    OF_TYPE,
    SAYING,
)
from asyncapi_guard.schema.comparison.rewriting import rewrite_keywords, rewrite_typed
from asyncapi_guard.schema.formats import KNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Flat", "by_type", "common_type", "is_a", "own_keywords", "says_nothing", "tidy"]

Flat = dict[str, Any]
_TYPES: Mapping[type, str] = {str: "string", list: "array", dict: "object"}


def own_keywords(schema: Mapping[str, Any]) -> Flat:
    """The keywords of a schema that judge, but for those that combine schemas."""
    own = dict(schema)
    if "prefixItems" in own:
        rest = own.pop("items", True)
        own |= {"items": own.pop("prefixItems"), "additionalItems": rest}
    if "const" in own:
        own["enum"] = [own.pop("const")]
    if own.get("nullable") is True and isinstance(own.get("type"), str):
        own["type"] = [own["type"], "null"]
    rewrite_keywords(own)
    combining = ("allOf", "anyOf", "oneOf", "$ref")
    return {k: v for k, v in own.items() if k in JUDGING and k not in combining}


def by_type(flat: Flat) -> list[Flat]:
    """A flat schema for each type that it names."""
    types = flat.get("type")
    if not isinstance(types, (str, list)):
        return [tidy(flat)]
    names = [types] if isinstance(types, str) else list(dict.fromkeys(types))
    if "number" in names and "integer" in names:
        names.remove("integer")
    found = []
    for name in names:
        relevant = OF_TYPE.get(name, frozenset()) | OF_ALL
        kept = {k: v for k, v in flat.items() if k in relevant}
        found.append(tidy({**kept, "type": name}))
    return [each for each in found if each.get("enum") != []]


def tidy(flat: Flat) -> Flat:
    """A flat schema without what says nothing, and with one way of saying the rest."""
    tidy = dict(flat)
    rewrite_typed(tidy)
    if tidy.get("type") in ("boolean", "null"):
        tidy.setdefault("enum", [True, False] if tidy["type"] == "boolean" else [None])
    if isinstance(tidy.get("enum"), list):
        kept = [v for v in tidy["enum"] if is_a(v, tidy.get("type"))]
        tidy["enum"] = sorted({json.dumps(v, sort_keys=True) for v in kept})
        tidy.pop("type", None)
        if all(value[0] == '"' for value in tidy["enum"]):
            tidy.pop("format", None)
    if tidy.get("format") not in KNOWN:
        tidy.pop("format", None)
    if tidy.get("type") == "integer":
        _close_bounds(tidy)
    if isinstance(tidy.get("items"), list):
        _close_items(tidy)
    else:
        tidy.pop("additionalItems", None)
    if isinstance(tidy.get("required"), list):
        tidy["required"] = sorted(set(tidy["required"]))
    if not {"additionalProperties", "unevaluatedProperties"} & _without_empty(tidy).keys():
        named = tidy.get("properties", {})
        tidy["properties"] = {k: schema for k, schema in named.items() if not says_nothing(schema)}
    return _without_empty(tidy)


def _without_empty(flat: Flat) -> Flat:
    return {
        key: value
        for key, value in flat.items()
        if not (value in EMPTY.get(key, ()) or (key in EMPTY_SCHEMA and says_nothing(value)))
    }


def says_nothing(schema: Any) -> bool:
    """Whether a schema obviously refuses nothing."""
    if isinstance(schema, dict):
        return not schema.keys() & SAYING
    return schema is True


def _close_bounds(flat: Flat) -> None:
    """Of integers, `exclusiveMinimum: 0` is `minimum: 1`."""
    for exclusive, bound, step in (
        ("exclusiveMinimum", "minimum", 1),
        ("exclusiveMaximum", "maximum", -1),
    ):
        limit = flat.get(exclusive)
        if isinstance(limit, (int, float)) and limit == int(limit):
            own = flat.get(bound, limit + step)
            flat[bound] = (max if step > 0 else min)(own, limit + step)
            del flat[exclusive]


def _close_items(flat: Flat) -> None:
    """No additional items is a greatest number of items."""
    count = len(flat["items"])
    if flat.get("additionalItems") is False:
        flat["maxItems"] = min(flat.get("maxItems", count), count)
    if flat.get("maxItems", count + 1) <= count:
        flat.pop("additionalItems", None)


def is_a(value: Any, name: Any) -> bool:
    """Whether a value is of a type; of no type, it is."""
    if not isinstance(name, str):
        return True
    if isinstance(value, bool) or value is None:
        return name == ("null" if value is None else "boolean")
    if isinstance(value, (int, float)):
        return name == "number" or (name == "integer" and value == int(value))
    return bool(name == _TYPES[type(value)])


def common_type(one: Any, other: Any) -> Any:
    """The type that two types have in common; `None` for any, `False` for none."""
    if one is None or other is None or one == other:
        return one or other
    return "integer" if {one, other} == {"integer", "number"} else False
