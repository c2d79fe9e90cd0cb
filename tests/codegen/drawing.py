"""Values that fit a schema of a catalogue, drawn by Hypothesis.

Small on purpose: keywords that restrict what others allow (`not`, `if`, `contains`, ...) are not
followed. Whoever draws asks the document's own validator which values count.
"""

from __future__ import annotations

import math
import re
import warnings
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from asyncapi_guard.codegen.catalogue import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.codegen.catalogue import Definition

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | TEXT
ANYTHING = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXT, SCALARS, max_size=2)
DEEPEST = 4
FORMATS = {
    "binary": st.binary(max_size=8),
    "byte": st.sampled_from(["", "aGk=", "Zm9v"]),
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda t: f"{t.isoformat()}Z"),
    "duration": st.sampled_from(["P1D", "PT5M", "P1Y2M3DT4H5M6S"]),
    "email": st.sampled_from(["ann@example.com", "b@c.de"]),
    "hostname": st.sampled_from(["example.com", "a-b.c"]),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "time": st.times().map(lambda t: f"{t.isoformat()}Z"),
    "uri": st.sampled_from(["http://example.com/a?b#c", "urn:a:b", "HTTP://EXAMPLE.com"]),
    "uri-reference": st.sampled_from(["a/b", "#c", "http://example.com"]),
    "uuid": st.uuids().map(str),
}


def values(definition: Definition, definitions: Mapping[str, Definition]) -> st.SearchStrategy[Any]:
    """Values of a definition."""
    return _values(definition.schema, definitions, 0)


def _values(
    schema: Any, definitions: Mapping[str, Definition], depth: int
) -> st.SearchStrategy[Any]:
    if not isinstance(schema, dict) or not schema:
        return st.nothing() if schema is False else ANYTHING
    if isinstance(schema.get("$ref"), str):
        name = schema["$ref"]
        if not name.startswith(PREFIX) or depth > 2 * DEEPEST:
            return st.nothing() if name.startswith(PREFIX) else ANYTHING
        target = definitions[name[len(PREFIX) :]].schema
        return st.deferred(lambda: _values(target, definitions, depth + 1))
    if "const" in schema:
        return st.just(schema["const"])
    if schema.get("enum"):
        return st.sampled_from(schema["enum"])
    rest = {k: v for k, v in schema.items() if k not in ("allOf", "anyOf", "oneOf")}
    for word in ("oneOf", "anyOf"):
        if schema.get(word):
            members = [_merged([rest, member], definitions, depth) for member in schema[word]]
            return st.one_of(*(_values(member, definitions, depth) for member in members))
    if schema.get("allOf"):
        return _values(_merged([rest, *schema["allOf"]], definitions, depth), definitions, depth)
    return _typed(schema, definitions, depth)


def _merged(parts: list[Any], definitions: Mapping[str, Definition], depth: int) -> Any:
    """Parts of a combination as one schema, roughly."""
    found: dict[str, Any] = {}
    for given in parts:
        part = _meant(given, definitions)
        if not isinstance(part, dict):
            continue
        own = {k: v for k, v in part.items() if k != "allOf"}
        nested = part.get("allOf") if depth < 20 else None
        whole = _merged([own, *nested], definitions, depth + 1) if nested else part
        for keyword, value in whole.items():
            if keyword == "properties" and keyword in found:
                found[keyword] = {**found[keyword], **value}
            elif keyword == "required" and keyword in found:
                found[keyword] = [*found[keyword], *value]
            else:
                found[keyword] = value
    return found


def _meant(schema: Any, definitions: Mapping[str, Definition]) -> Any:
    """What a reference leads to."""
    for _ in range(20):
        name = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(name, str) or not name.startswith(PREFIX):
            break
        schema = definitions[name[len(PREFIX) :]].schema
    return schema


def _typed(
    schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int
) -> st.SearchStrategy[Any]:
    types = schema.get("type")
    if types is None:
        if "properties" in schema or "required" in schema or "additionalProperties" in schema:
            types = "object"
        elif "items" in schema or "prefixItems" in schema:
            types = "array"
        else:
            return ANYTHING
    kinds = [types] if isinstance(types, str) else list(types)
    if schema.get("nullable") is True:
        kinds.append("null")
    others = [ANYTHING] if "type" not in schema else []
    return st.one_of(*others, *(_of_type(kind, schema, definitions, depth) for kind in kinds))


def _of_type(
    kind: str, schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int
) -> st.SearchStrategy[Any]:
    if kind == "string":
        return _strings(schema)
    if kind == "integer":
        low, high = _bounds(schema)
        low, high = math.ceil(low), math.floor(high)
        step = schema.get("multipleOf") or 1
        numbers = st.integers(low, high).map(lambda n: n - n % step if step != 1 else n)
        return numbers | st.integers(low, min(high, low + 1000)).map(float)
    if kind == "number":
        low, high = _bounds(schema)
        return st.floats(low, high, allow_nan=False) | st.integers(math.ceil(low), math.floor(high))
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    if kind == "array":
        return _arrays(schema, definitions, depth)
    return _objects(schema, definitions, depth)


def _bounds(schema: dict[str, Any]) -> tuple[float, float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1000))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    low = -1000 if isinstance(low, bool) else low
    high = max(low, 0) + 1000 if high is None or isinstance(high, bool) else high
    return (low, high) if low <= high else (high - 10, high)


def _strings(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 1000))
    if isinstance(schema.get("pattern"), str):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(schema["pattern"])
                return st.from_regex(schema["pattern"])
        except (re.error, ValueError):
            return TEXT
    alphabet = st.characters(exclude_categories=["Cs"])
    return st.text(alphabet, min_size=least, max_size=min(most, least + 6))


def _arrays(
    schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int
) -> st.SearchStrategy[Any]:
    items = schema.get("prefixItems", schema.get("items", True))
    if isinstance(items, list):
        return st.tuples(*(_values(item, definitions, depth + 1) for item in items)).map(list)
    least = int(schema.get("minItems", 0))
    most = min(int(schema.get("maxItems", least + 2)), least + 2)
    most = least if depth > DEEPEST else most
    return st.lists(_values(items, definitions, depth + 1), min_size=least, max_size=most)


def _objects(
    schema: dict[str, Any], definitions: Mapping[str, Definition], depth: int
) -> st.SearchStrategy[Any]:
    properties = schema.get("properties") or {}
    names = dict.fromkeys(n for n in schema.get("required") or () if isinstance(n, str))
    needed = {n: _values(properties.get(n, True), definitions, depth + 1) for n in names}
    optional = {
        name: _values(value, definitions, depth + 1)
        for name, value in properties.items()
        if name not in needed and value is not False and depth <= DEEPEST
    }
    fixed = st.fixed_dictionaries(needed, optional=optional)
    extra = schema.get("additionalProperties", True)
    if extra is False:
        return fixed
    further = st.dictionaries(TEXT, _values(extra, definitions, depth + 1), max_size=2)
    return st.builds(lambda own, more: {**more, **own}, fixed, further)
