"""Keywords that say together what others say: the same in one way, before schemas are compared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merged", "rewrite_keywords", "rewrite_typed"]

#: The lengths that texts of a format have.
_LENGTHS: Mapping[str, int] = {"uuid": 36, "date": 10}
_PLAIN = ("type", "properties", "required")
_TEXTS = ("$id", "$schema", "title", "description", "$comment", "default", "examples", "deprecated")
_ALL_TYPES = frozenset(("string", "number", "boolean", "object", "array", "null"))
#: Patterns that every name matches.
_ANY_NAME = ("", ".*", "^", "^.*")


def rewrite_keywords(own: dict[str, Any]) -> None:
    """Rewrite the keywords of a schema, in place: those that are about no type by themselves."""
    _split_dependencies(own)
    types = own.get("type")
    if isinstance(types, list) and {*map(str, types)} >= _ALL_TYPES:
        del own["type"]
    if "if" not in own or not own.keys() & {"then", "else"}:
        for key in ("if", "then", "else"):
            own.pop(key, None)
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # As Draft 04 has them.
        if isinstance(own.get(exclusive), bool) and own.pop(exclusive) and bound in own:
            own[exclusive] = own.pop(bound)


def _split_dependencies(own: dict[str, Any]) -> None:
    """`dependencies` are two keywords in later drafts."""
    several = own.get("dependencies")
    if isinstance(several, dict):
        own.pop("dependencies")
        lists = {name: each for name, each in several.items() if isinstance(each, list)}
        schemas = {name: each for name, each in several.items() if not isinstance(each, list)}
        for key, found in (("dependentRequired", lists), ("dependentSchemas", schemas)):
            if found:
                own[key] = {**own.get(key, {}), **found}
    needed = own.get("dependentRequired")
    if isinstance(needed, dict):
        own["dependentRequired"] = {name: sorted(each) for name, each in needed.items() if each}
        if not own["dependentRequired"]:
            del own["dependentRequired"]


def rewrite_typed(flat: dict[str, Any]) -> None:
    """Rewrite a schema of one type, in place."""
    rewrite = {
        "number": _number,
        "integer": _integer,
        "string": _string,
        "array": _array,
        "object": _object,
    }.get(flat.get("type"))  # type: ignore[arg-type]  # of any kind
    if rewrite is not None and "enum" not in flat:
        rewrite(flat)


def _number(flat: dict[str, Any]) -> None:
    step = flat.get("multipleOf")
    if isinstance(step, (int, float)) and step >= 1 and float(step).is_integer():
        flat["type"] = "integer"
        _integer(flat)


def _integer(flat: dict[str, Any]) -> None:
    step = flat.get("multipleOf")
    if isinstance(step, (int, float)) and step > 0 and (1 / step).is_integer():
        del flat["multipleOf"]
    for key, rounded in (
        *((key, math.ceil) for key in ("minimum", "exclusiveMaximum")),
        *((key, math.floor) for key in ("maximum", "exclusiveMinimum")),
    ):
        limit = flat.get(key)
        if isinstance(limit, float) and math.isfinite(limit):
            flat[key] = rounded(limit)


def _string(flat: dict[str, Any]) -> None:
    if flat.get("not") in ({"const": ""}, {"enum": [""]}):
        del flat["not"]
        flat["minLength"] = max(flat.get("minLength", 1), 1)
    length = _LENGTHS.get(flat.get("format", ""))
    if length is not None:
        if flat.get("maxLength", 0) >= length:
            flat.pop("maxLength", None)
        if flat.get("minLength", length) <= length:
            flat.pop("minLength", None)


def _array(flat: dict[str, Any]) -> None:
    for key in ("items", "additionalItems"):
        if _rules_all_out(flat.get(key)):
            flat[key] = False
    if "maxContains" not in flat:
        _count_any(flat)
    if flat.get("items") is False:
        flat["maxItems"] = 0
    if flat.get("maxItems") == 0:
        for key in ("items", "additionalItems", "uniqueItems"):
            flat.pop(key, None)
    if flat.get("maxItems") in (0, 1):
        flat.pop("uniqueItems", None)


def _count_any(flat: dict[str, Any]) -> None:
    """So many items of any kind are so many items; none of a kind says nothing."""
    least = flat.get("minContains", 1)
    if "contains" not in flat or not isinstance(least, (int, float)):
        return
    if least == 0 or flat["contains"] in (True, {}):
        del flat["contains"]
        flat.pop("minContains", None)
        flat["minItems"] = max(flat.get("minItems", least), least)


def _rules_all_out(schema: Any) -> bool:
    """Whether a schema is `false` in other words."""
    return isinstance(schema, dict) and schema.get("not") in (True, {}) and "not" in schema


def _object(flat: dict[str, Any]) -> None:
    if _rules_all_out(flat.get("additionalProperties")):
        flat["additionalProperties"] = False
    if any(map(_rules_all_out, flat.get("properties", {}).values())):
        named = flat["properties"].items()
        flat["properties"] = {name: not _rules_all_out(each) and each for name, each in named}
    required = flat.get("required")
    if isinstance(required, list) and flat.get("minProperties", 0) <= len(set(required)):
        flat.pop("minProperties", None)
    patterns = flat.get("patternProperties")
    if isinstance(patterns, dict) and len(patterns) == 1 and not flat.get("properties"):
        ((pattern, schema),) = patterns.items()
        if pattern in _ANY_NAME:
            flat.pop("patternProperties")
            flat["additionalProperties"] = schema
    if flat.get("maxProperties") == 0:
        for key in ("maxProperties", "properties", "patternProperties"):
            flat.pop(key, None)
        flat["additionalProperties"] = False
    _name_what_is_ruled_out(flat)
    _close_by_names(flat)


def _close_by_names(flat: dict[str, Any]) -> None:
    """A list of names is a closed object with these."""
    names = flat.get("propertyNames")
    if not isinstance(names, dict) or names.keys() != {"enum"} or "patternProperties" in flat:
        return
    del flat["propertyNames"]
    named, rest = flat.get("properties", {}), flat.get("additionalProperties", True)
    allowed = [name for name in names["enum"] if isinstance(name, str)]
    flat["properties"] = {name: named.get(name, rest) for name in allowed}
    flat["additionalProperties"] = False


def merged(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what `allOf` names as its own, where `unevaluatedProperties` looks at both."""
    parts = schema.get("allOf", [])
    known = (*_PLAIN, "allOf", "unevaluatedProperties")
    if "unevaluatedProperties" not in schema or not schema.keys() <= {*known, *_TEXTS}:
        return schema
    if not all(isinstance(each, dict) and each.keys() <= {*_PLAIN, *_TEXTS} for each in parts):
        return schema
    every = [schema, *parts]
    properties: dict[str, Any] = {}
    for each in every:
        for name, below in each.get("properties", {}).items():
            known_below = properties.get(name)
            properties[name] = below if known_below is None else {"allOf": [known_below, below]}
    required = [name for each in every for name in each.get("required", [])]
    types = [{"type": each["type"]} for each in every if "type" in each]
    whole = {"properties": properties, "additionalProperties": schema["unevaluatedProperties"]}
    return {**whole, "required": required, "allOf": types}


def _name_what_is_ruled_out(flat: dict[str, Any]) -> None:
    """`not: {required: [a]}` says that there is no `a`."""
    ruled_out = flat.get("not")
    if not isinstance(ruled_out, dict) or not ruled_out.keys() <= {"required", "type"}:
        return
    names = ruled_out.get("required")
    if ruled_out.get("type", "object") == "object" and isinstance(names, list) and len(names) == 1:
        flat.pop("not")
        flat["properties"] = {**flat.get("properties", {}), names[0]: False}
