"""The alternatives of a schema: flat schemas, one of which must fit."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.compared_schema import DEEPEST, ComparedSchema, TooMuchError
from asyncapi_guard.schema.comparison.exclusive import are_exclusive
from asyncapi_guard.schema.comparison.flat_schemas import (
    Flat,
    by_type,
    common_type,
    is_a,
    own_keywords,
    tidy,
)
from asyncapi_guard.schema.comparison.keywords import (
    JUDGING,
    LOWER,
    OF_ALL,
    OF_TYPE,
    TOGETHER,
    UPPER,
)
from asyncapi_guard.schema.comparison.rewriting import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["alternatives_of"]

#: Combinations of alternatives that are looked at.
_MOST = 200


def alternatives_of(schema: Any, root: ComparedSchema, depth: int = 0) -> list[Flat]:
    """The alternatives of a schema, each of one type, or of none that is named.

    Args:
        schema: it, or a part of one.
        root: what it is a part of: this has what references lead to.
        depth: how many schemas it is inside of.

    Raises:
        TooMuchError: it is too deep, or has too many of them.
    """
    if schema is True:
        return [{}]
    if not isinstance(schema, dict):
        return []
    if depth > DEEPEST:
        raise TooMuchError
    ref = schema.get("$ref")
    parts: list[list[Flat]] = []
    if isinstance(ref, str):
        target = root.target(ref)
        found = [{"$ref": ref}] if target is None else alternatives_of(target, root, depth + 1)
        if not root.siblings:
            return found
        parts.append(found)
    schema = merged(schema)
    negated = schema.get("not")
    if isinstance(negated, dict) and negated.keys() == {"not"}:
        schema = {key: value for key, value in schema.items() if key != "not"}
        parts.append(alternatives_of(negated["not"], root, depth + 1))
    parts.append(by_type(own_keywords(schema)))
    parts += [alternatives_of(each, root, depth + 1) for each in schema.get("allOf", ())]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            parts.append(_any_of(schema[keyword], keyword, root, depth))
    return _united(_conjoined(parts))


def _any_of(schemas: Sequence[Any], keyword: str, root: ComparedSchema, depth: int) -> list[Flat]:
    several = [alternatives_of(each, root, depth + 1) for each in schemas]
    if keyword == "oneOf" and not are_exclusive(several, lambda each: alternatives_of(each, root)):
        return [{"oneOf": list(schemas)}]
    return [flat for alternatives in several for flat in alternatives]


def _conjoined(parts: Sequence[list[Flat]]) -> list[Flat]:
    """The alternatives of schemas that all count."""
    size = 1
    for part in parts:
        size *= len(part)
    if size > _MOST:
        raise TooMuchError
    found = []
    for flats in product(*parts):
        whole: Flat | None = {}
        for flat in flats:
            whole = _both(whole, flat) if whole is not None else None
        if whole is not None:
            found.append(whole)
    return found


def _both(one: Flat, other: Flat) -> Flat | None:
    """Two flat schemas as one; `None` when no value fits both."""
    if not one or not other:
        return one or other
    type = common_type(one.get("type"), other.get("type"))
    if type is False:
        return None
    if not _mergeable(one, other):
        return _side_by_side(one, other, type)
    both = {**one, **other}
    for key in (one.keys() & other.keys()) - {"type"}:
        both[key] = _tighter(key, one[key], other[key])
    if type is not None:
        both["type"] = type
        relevant = OF_TYPE[type] | OF_ALL if type in OF_TYPE else JUDGING
        both = {k: v for k, v in both.items() if k in relevant}
        if "enum" in both:
            values = [v for v in map(json.loads, both["enum"]) if is_a(v, type)]
            both["enum"] = values
            both = tidy(both)
    return None if both.get("enum") == [] else both


def _side_by_side(one: Flat, other: Flat, type: Any) -> Flat:
    """Two flat schemas that cannot be one."""
    held = [each for flat in (one, other) for each in _held(flat)]
    return {"allOf": held} if type is None else {"type": type, "allOf": held}


def _held(flat: Flat) -> list[Any]:
    return flat["allOf"] if flat.keys() <= {"type", "allOf"} and "allOf" in flat else [flat]


def _mergeable(one: Flat, other: Flat) -> bool:
    shared = one.keys() & other.keys()
    loose = shared - {"type", "enum", "required", "properties"} - LOWER - UPPER
    if any(one[key] != other[key] for key in loose):
        return False
    closed = (TOGETHER - {"properties"}) & (one.keys() | other.keys())
    if not closed:
        return True
    return all(one.get(key) == other.get(key) for key in TOGETHER) or not (
        TOGETHER & one.keys() and TOGETHER & other.keys()
    )


def _tighter(key: str, one: Any, other: Any) -> Any:
    if key == "enum":
        return sorted(set(one) & set(other))
    if key == "required":
        return sorted({*one, *other})
    if key == "properties":
        shared = {k: {"allOf": [one[k], other[k]]} for k in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if key in LOWER | UPPER:
        return max(one, other) if key in LOWER else min(one, other)
    return one


def _united(alternatives: list[Flat]) -> list[Flat]:
    """Alternatives that are mere lists of values, as one list."""
    values = {v for flat in alternatives if flat.keys() == {"enum"} for v in flat["enum"]}
    rest = [flat for flat in alternatives if flat.keys() != {"enum"}]
    if {} in rest:
        return [{}]
    unique: list[Flat] = []
    for flat in rest:
        if flat not in unique:
            unique.append(flat)
    return [*unique, {"enum": sorted(values)}] if values else unique
