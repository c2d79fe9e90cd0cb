"""The combined constraints of schemas without alternatives on one value."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.equality import equal
from asyncapi_guard.schema.formats import asserted, is_binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.values.nodes import Node

__all__ = ["ALL_TYPES", "Facts", "Numbers", "Texts"]

ALL_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
#: What a schema without a type is about, by its keywords.
_TELLING = {
    "object": (
        *("properties", "required", "additionalProperties", "patternProperties"),
        *("propertyNames", "minProperties", "maxProperties", "unevaluatedProperties"),
    ),
    "array": (
        *("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
        *("additionalItems", "unevaluatedItems"),
    ),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_MANY = 1 << 40


class Numbers(NamedTuple):
    """The bounds of a number; `None` for none. A step of whole numbers is at least 1."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool
    high_open: bool
    step: Fraction | None


class Texts(NamedTuple):
    """What a text must be."""

    least: int
    most: int
    patterns: tuple[str, ...]
    formats: tuple[str, ...]


class Facts:
    """What is said of one value.

    Attributes:
        types: the types that it can have; those that its keywords are about, where no type is
            said.
        typed: a type is said.
        told: the values of which it must be one; `None` where any are possible.
        binary: it is bytes instead of text.
    """

    def __init__(self, parts: Sequence[Node], *, nullable: bool) -> None:
        self._parts = parts
        self._schemas: list[dict[str, Any]] = [part.schema for part in parts]
        self._nullable = nullable
        self.told: list[Any] | None = self._told()
        self.binary: bool = any(map(is_binary, self._schemas))
        self.typed: bool = any("type" in schema for schema in self._schemas)
        self.types: tuple[str, ...] = self._types()

    def _each(self, keyword: str) -> Iterator[Any]:
        return (schema[keyword] for schema in self._schemas if keyword in schema)

    def _whole(self, keyword: str) -> Iterator[int]:
        for value in self._each(keyword):
            if isinstance(value, (int, float)):
                yield min(int(value), _MANY)

    def _least(self, keyword: str) -> int:
        return max(self._whole(keyword), default=0)

    def _most(self, keyword: str) -> int:
        return min(self._whole(keyword), default=_MANY)

    def _told(self) -> list[Any] | None:
        lists = [values for values in self._each("enum") if isinstance(values, list)]
        lists += [[value] for value in self._each("const")]
        if not lists:
            return None
        first, *others = lists
        return [
            value
            for value in first
            if all(any(equal(value, each) for each in other) for other in others)
        ]

    def _types(self) -> tuple[str, ...]:
        found: list[str] | None = None
        for schema in self._schemas:
            named = schema.get("type")
            if named is None:
                continue
            listed = [named] if isinstance(named, str) else [*named]
            if self._nullable and schema.get("nullable") is True:
                listed.append("null")
            found = listed if found is None else _both(found, listed)
        if found is not None:
            return tuple(found)
        telling = [kind for kind, words in _TELLING.items() if self._has(words)]
        return tuple(telling) or ALL_TYPES

    def _has(self, keywords: Sequence[str]) -> bool:
        return any(word in schema for schema in self._schemas for word in keywords)

    @property
    def is_open(self) -> bool:
        """Whether nothing at all is said."""
        return not any(schema.keys() - _SILENT for schema in self._schemas)

    # -- numbers and texts -------------------------------------------------------------------------

    def numbers(self, *, whole: bool) -> Numbers:
        """The bounds of a number."""
        low: tuple[Fraction, bool] | None = None
        high: tuple[Fraction, bool] | None = None
        for schema in (*self._schemas, *(asserted(f) or {} for f in self._each("format"))):
            for bound, is_open in _bounds(schema, "inimum"):
                if low is None or (bound, is_open) > low:
                    low = (bound, is_open)
            for bound, is_open in _bounds(schema, "aximum"):
                if high is None or (bound, not is_open) < (high[0], not high[1]):
                    high = (bound, is_open)
        step = Fraction(1) if whole else None
        for each in self._each("multipleOf"):
            size = _fraction(each)
            if size is not None and size > 0:
                step = size if step is None else _common(step, size)
        return Numbers(
            low[0] if low else None,
            high[0] if high else None,
            low is not None and low[1],
            high is not None and high[1],
            step,
        )

    def texts(self) -> Texts:
        """What a text must be."""
        patterns = [p for p in self._each("pattern") if isinstance(p, str)]
        formats = [f for f in self._each("format") if isinstance(f, str)]
        return Texts(
            self._least("minLength"), self._most("maxLength"), tuple(patterns), tuple(formats)
        )

    # -- objects -----------------------------------------------------------------------------------

    def required(self) -> list[str]:
        """The properties that must be there."""
        names: dict[str, None] = {}
        for several in self._each("required"):
            if isinstance(several, list):
                names.update(dict.fromkeys(several))
        return [*names]

    def named(self) -> list[str]:
        """The properties that are said something of, and those that must be there."""
        names: dict[str, None] = {}
        for properties in self._each("properties"):
            names.update(dict.fromkeys(properties))
        names.update(dict.fromkeys(self.required()))
        return [*names]

    def sizes(self) -> tuple[int, int]:
        """How many properties there must be, and can be."""
        return self._least("minProperties"), self._most("maxProperties")

    def patterns(self) -> list[str]:
        """The patterns of names of which something is said."""
        return [*dict.fromkeys(p for named in self._each("patternProperties") for p in named)]

    def is_map(self) -> bool:
        """Whether it is said what properties without a name are."""
        return any(
            isinstance(schema.get(keyword), dict)
            for schema in self._schemas
            for keyword in ("additionalProperties", "unevaluatedProperties")
        )

    def of_names(self) -> tuple[Node, ...]:
        """What is said of names."""
        return tuple(n.at("propertyNames") for n in self._parts if "propertyNames" in n.schema)

    def of_property(self, name: str) -> tuple[Node, ...]:
        """What is said of a property."""
        nodes: list[Node] = []
        for part in self._parts:
            said = [*_of_name(part, name)]
            if not said and "additionalProperties" in part.schema:
                said = [part.at("additionalProperties")]
            nodes += said
        return tuple(nodes or self._otherwise("unevaluatedProperties"))

    def _otherwise(self, keyword: str) -> Iterator[Node]:
        return (part.at(keyword) for part in self._parts if keyword in part.schema)

    # -- arrays ------------------------------------------------------------------------------------

    def lengths(self) -> tuple[int, int]:
        """How many items there must be, and can be."""
        return self._least("minItems"), self._most("maxItems")

    def positions(self) -> int:
        """How many items are said something of by their position."""
        several = [*self._each("prefixItems"), *self._each("items")]
        return max((len(each) for each in several if isinstance(each, list)), default=0)

    def has_items(self) -> bool:
        """Whether it is said what items without a position are."""
        return any(
            isinstance(schema.get(keyword), dict)
            for schema in self._schemas
            for keyword in ("items", "additionalItems", "unevaluatedItems")
        )

    def is_unique(self) -> bool:
        """Whether no two items can be equal."""
        return any(value is True for value in self._each("uniqueItems"))

    def contained(self) -> list[tuple[Node, int, int]]:
        """The schemas that some of the items must match, and how many must and can."""
        return [
            (
                part.at("contains"),
                _number(part.schema.get("minContains"), 1),
                _number(part.schema.get("maxContains"), _MANY),
            )
            for part in self._parts
            if "contains" in part.schema
        ]

    def of_item(self, index: int) -> tuple[Node, ...]:
        """What is said of an item."""
        nodes = [node for part in self._parts for node in _of_index(part, index)]
        return tuple(nodes or self._otherwise("unevaluatedItems"))


_SILENT = frozenset(
    (
        *("title", "description", "$comment", "examples", "example", "default", "deprecated"),
        *("readOnly", "writeOnly", "$id", "id", "$schema", "definitions", "$defs", "$anchor"),
        *("externalDocs", "discriminator", "contentMediaType", "contentEncoding"),
    )
)


def _both(one: list[str], other: list[str]) -> list[str]:
    found = [each for each in one if each in other]
    for several, more in ((one, other), (other, one)):
        if "integer" in several and "number" in more and "integer" not in found:
            found.append("integer")
    return found


def _number(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, (int, float)) else otherwise


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return Fraction(value)
    # As a person writes it: 0.1 is a tenth.
    return Fraction(str(value)) if math.isfinite(value) else None


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The smallest number that both divide."""
    top = math.lcm(
        one.numerator * other.denominator,
        other.numerator * one.denominator,
    )
    return Fraction(top, one.denominator * other.denominator)


def _bounds(schema: dict[str, Any], name: str) -> Iterator[tuple[Fraction, bool]]:
    plain, exclusive = "m" + name, "exclusiveM" + name
    bound = _fraction(schema.get(plain))
    if bound is not None:
        # In draft 4, the other keyword says whether the bound is open.
        yield bound, schema.get(exclusive) is True
    bound = _fraction(schema.get(exclusive))
    if bound is not None:
        yield bound, True


def _of_name(part: Node, name: str) -> Iterator[Node]:
    properties = part.schema.get("properties")
    if isinstance(properties, dict) and name in properties:
        yield part.at("properties", name)
    patterns = part.schema.get("patternProperties")
    for pattern in patterns if isinstance(patterns, dict) else ():
        if _matches(pattern, name):
            yield part.at("patternProperties", pattern)


@lru_cache(maxsize=4096)
def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except (re.error, RecursionError, OverflowError):  # of another flavor
        return False


def _of_index(part: Node, index: int) -> Iterator[Node]:
    schema = part.schema
    for keyword, rest in (("prefixItems", "items"), ("items", "additionalItems")):
        several = schema.get(keyword)
        if isinstance(several, list):
            if index < len(several):
                yield part.at(keyword, index)
            elif isinstance(schema.get(rest), (dict, bool)):
                yield part.at(rest)
            return
    if isinstance(schema.get("items"), (dict, bool)):
        yield part.at("items")
