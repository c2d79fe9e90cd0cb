"""Schemas that describe one value together: parts of `allOf`, and alternatives."""

from __future__ import annotations

from typing import Any

__all__ = [
    "ANNOTATIONS",
    "APPLIED",
    "BESIDE",
    "MIXED",
    "ONE",
    "PLACE",
    "SCALARS",
    "SILENT",
    "any_of",
    "are_choices",
    "combined",
    "complete",
    "exclusive",
    "is_plain_object",
    "narrows",
    "says_something",
]

#: The key that holds the place of the schema from which something was made.
PLACE = "x-place"
#: The key of alternatives of which exactly one must fit, with the place of the keyword.
ONE = "x-one"
#: The key of a combination of which only a part is left.
MIXED = "x-mixed"
#: The key of an alternative that is told together with what stands beside all alternatives.
BESIDE = "x-beside"
SCALARS = ("string", "integer", "number", "boolean", "null")
APPLIED = ("allOf", "anyOf", "oneOf")
#: What is told to people.
ANNOTATIONS = frozenset(("title", "description", "default"))
#: What says nothing of a value.
SILENT = ANNOTATIONS | {PLACE, ONE, MIXED, BESIDE}


def combined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What all parts say together."""
    parts = [part for part in parts if says_something(part)] or parts[:1]
    if all(map(is_plain_object, parts)):
        return complete(_merged(parts))
    if len(parts) == 1:
        return dict(parts[0])
    if _fit_together(parts):
        return {"allOf": parts}
    # What fits all fits one of them, and that much types can say.
    told = next((part for part in parts if "enum" in part or "const" in part), parts[0])
    return {**told, MIXED: True}


def _fit_together(parts: list[dict[str, Any]]) -> bool:
    """Whether the library makes of a combination what it means."""
    kinds = {_sort(part) for part in parts} - {"ref"}
    if kinds in ({"anyOf", "object"}, {"anyOf"}):
        return sum("anyOf" in part for part in parts) == 1
    if any(sum(word in part for part in parts) > 1 for word in ("items", "prefixItems", "pattern")):
        return False
    return len(kinds) <= 1 and "values" not in kinds


def _sort(part: dict[str, Any]) -> str:
    if "$ref" in part:
        return "ref"
    if "enum" in part or "const" in part:
        return "values"
    if "anyOf" in part:
        return "anyOf"
    if "allOf" in part:
        return _sort(part["allOf"][0])
    return str(part.get("type"))


def any_of(choices: list[dict[str, Any]], one: str | None) -> dict[str, Any]:
    """Alternatives; `one` is the place of the keyword by which exactly one must fit."""
    if len(choices) == 1:
        return choices[0]
    return {"anyOf": choices} if one is None else {"anyOf": choices, ONE: one}


def are_choices(members: list[dict[str, Any]], parts: list[dict[str, Any]]) -> bool:
    """Whether types can say which alternatives there are, beside other parts of a combination."""
    if not all(map(says_something, members)):
        return False
    values = all("enum" in member or "const" in member for member in members)
    return values or not any(part.get("type") in SCALARS for part in parts)


def is_plain_object(part: dict[str, Any]) -> bool:
    """Whether it is an object by itself, without references to others."""
    return part.get("type") == "object" and "allOf" not in part and "anyOf" not in part


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Objects as one: a value has the properties of all."""
    found = dict(parts[0])
    for part in parts[1:]:
        properties = dict(found.get("properties", {}))
        for name, schema in part.get("properties", {}).items():
            known = properties.get(name)
            both = schema if known is None else combined([known, schema])
            properties[name] = {**both, PLACE: schema[PLACE]}
        names = (*found.get("required", ()), *part.get("required", ()))
        extra = found.get("additionalProperties", True)
        found |= {key: value for key, value in part.items() if key not in SILENT}
        if found.get("additionalProperties") is True:
            found["additionalProperties"] = extra
        if properties:
            found["properties"] = properties
        if names:
            found["required"] = list(dict.fromkeys(names))
    closed = any(part.get("additionalProperties") is False for part in parts)
    return {**found, "additionalProperties": False} if closed else found


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """An object that has a property for each name that it requires: what further ones may be."""
    properties = schema.get("properties", {})
    names = [name for name in schema.get("required", ()) if name not in properties]
    if not names:
        return schema
    extra = schema.get("additionalProperties")
    further = extra if isinstance(extra, dict) else {PLACE: f"{schema[PLACE]}/required"}
    return {**schema, "properties": {**properties, **dict.fromkeys(names, further)}}


def says_something(schema: dict[str, Any]) -> bool:
    """Whether types can say anything of it."""
    return not schema.keys() <= SILENT


def narrows(own: dict[str, Any]) -> bool:
    """Whether it says more than which type a value has."""
    return bool(own.keys() - SILENT - {"type"}) or own.get("type") in SCALARS


def exclusive(members: list[dict[str, Any]]) -> bool:
    """Whether no value fits two of the alternatives, as far as a look tells."""
    return all(
        _differ(one, other) for index, one in enumerate(members) for other in members[index + 1 :]
    )


def _differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    kinds = (one.get("type"), other.get("type"))
    if not all(isinstance(kind, str) for kind in kinds):
        return False
    if kinds[0] != kinds[1]:
        return set(kinds) != {"integer", "number"}
    if _tells_apart([one, other]) or _lacks(one, other) or _lacks(other, one):
        return True
    return any(
        _tells_apart([side.get("properties", {}).get(name, {}) for side in (one, other)])
        for name in {*one.get("required", ())} & {*other.get("required", ())}
    )


def _lacks(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one object forbids what the other requires."""
    if one.get("additionalProperties") is not False:
        return False
    return not {*other.get("required", ())} <= one.get("properties", {}).keys()


def _tells_apart(schemas: list[dict[str, Any]]) -> bool:
    """Whether the values of some schemas are listed, and none twice."""
    if not all("enum" in schema or "const" in schema for schema in schemas):
        return False
    flat = [repr(v) for s in schemas for v in s.get("enum", [s.get("const")])]
    return len(set(flat)) == len(flat)
