"""Strings, numbers, lists of values and defaults, in the one dialect that `dialect` describes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeGuard

from asyncapi_guard.schema.dialects import Draft
from asyncapi_guard.schema.formats import KNOWN

__all__ = [
    "TYPED_FORMATS",
    "NoteKeyword",
    "PatternCheck",
    "has_type",
    "is_count",
    "is_default",
    "literal",
    "number",
    "string",
    "type_of",
]

#: Called with a keyword that types cannot say, and what is lost.
NoteKeyword = Callable[[str, str], None]
#: Whether a pattern can be used by those who check the types.
PatternCheck = Callable[[str], bool]

#: Formats of strings for which Python has a type that loses nothing.
TYPED_FORMATS = frozenset(("binary", "date", "date-time", "ipv4", "ipv6", "uuid"))
_LIMITS = {"minLength", "maxLength", "pattern"}


# -- types -----------------------------------------------------------------------------------------


def string(schema: dict[str, Any], note: NoteKeyword, usable: PatternCheck) -> dict[str, Any]:
    """What a schema says of strings."""
    found: dict[str, Any] = {"type": "string"}
    for keyword in ("minLength", "maxLength"):
        if is_count(schema.get(keyword)):
            found[keyword] = int(schema[keyword])
    pattern, format = schema.get("pattern"), schema.get("format")
    if isinstance(pattern, str):
        if usable(pattern):
            found["pattern"] = pattern
        else:
            note("pattern", "the pattern is not checked")
    if format in TYPED_FORMATS:
        found["format"] = format
        kept = {"minLength", "maxLength"} if format == "binary" else set[str]()
        for keyword in (_LIMITS - kept) & found.keys():
            del found[keyword]
            note(keyword, f"it is not checked beside the format {format!r}")
    elif format in KNOWN:
        note("format", f"any string is accepted for {format!r}")
    return found


def number(schema: dict[str, Any], kind: str, note: NoteKeyword, draft: Draft) -> dict[str, Any]:
    """What a schema says of numbers; `kind` is `integer` or `number`."""
    found: dict[str, Any] = {"type": kind}
    for low, word in ((True, "Minimum"), (False, "Maximum")):
        bound, exclusive = schema.get(word.lower()), schema.get(f"exclusive{word}")
        if exclusive is True and draft is Draft.DRAFT4:
            bound, exclusive = None, bound
        if _is_number(bound):
            found[word.lower()] = _whole(bound, low=low) if kind == "integer" else bound
        if _is_number(exclusive):
            beyond = exclusive if kind == "number" else _whole(exclusive, low=not low)
            found[f"exclusive{word}"] = beyond
    factor = schema.get("multipleOf")
    if _is_number(factor):
        if float(factor).is_integer():
            found["multipleOf"] = int(factor)
        else:
            note("multipleOf", "any number is accepted")
    if schema.get("format") in ("int32", "int64", "float"):
        note("format", "larger numbers are accepted")
    return found


def _whole(bound: float, *, low: bool) -> int:
    """The nearest integer that says the same of integers."""
    return math.ceil(bound) if low else math.floor(bound)


def _is_number(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)


def is_count(value: Any) -> TypeGuard[float]:
    """Whether a value says how many there are."""
    return _is_number(value) and value >= 0 and float(value).is_integer()


# -- values ----------------------------------------------------------------------------------------


def literal(values: list[Any]) -> dict[str, Any]:
    """One of some values."""
    found: dict[str, Any] = {"const": values[0]} if len(values) == 1 else {"enum": values}
    types = {type_of(value) for value in values}
    return {"type": types.pop(), **found} if len(types) == 1 else found


def is_default(value: Any, found: dict[str, Any]) -> bool:
    """Whether a default is a value of what was made, and may stand in code."""
    if "const" in found:
        return bool(found["const"] == value)
    if "enum" in found:
        return isinstance(value, (str, int)) and value in found["enum"]
    kinds = found.get("type")
    if kinds is None or "format" in found or value is None:
        return False
    types = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if isinstance(value, list):
        return value == [] and types == ("array",) and not found.get("minItems")
    scalar = isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))
    return scalar and has_type(value, types) and _is_within(value, found)


def _is_within(value: Any, found: dict[str, Any]) -> bool:
    """Whether a string or a number keeps the limits: dataclasses would send one that does not."""
    if isinstance(value, bool):
        return True
    if isinstance(value, str):
        longest = found.get("maxLength", math.inf)
        return found.get("minLength", 0) <= len(value) <= longest and _matches(value, found)
    least, most = found.get("minimum", -math.inf), found.get("maximum", math.inf)
    above, below = found.get("exclusiveMinimum", -math.inf), found.get("exclusiveMaximum", math.inf)
    factor = found.get("multipleOf") or value or 1
    return bool(least <= value <= most and above < value < below and value % factor == 0)


def _matches(value: str, found: dict[str, Any]) -> bool:
    try:
        return "pattern" not in found or re.search(found["pattern"], value) is not None
    except re.error:
        return False


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kind, name in ((str, "string"), (int, "integer"), (float, "number"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "object"


def has_type(value: Any, types: tuple[str, ...]) -> bool:
    """Whether a value is of one of some JSON types."""
    kind = type_of(value)
    return kind in types or (kind == "integer" and "number" in types)
