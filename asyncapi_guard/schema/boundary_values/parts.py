"""All objects of keywords that say something of one place in a value, and of the places below.

Boundaries are looked for, and values are tried afterwards. So alternatives, conditions and what is
ruled out count alike: each of them may hold a boundary.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.schema.bundle import Bundle

__all__ = ["Node", "Part", "Place"]

#: Objects of keywords about one place that are looked at.
_MOST = 300
_ONE = ("not", "if", "then", "else")
_SEVERAL = ("allOf", "anyOf", "oneOf")
_NAMED = ("dependencies", "dependentSchemas")
_OTHERS = ("additionalProperties", "unevaluatedProperties")
_ITEMS = ("items", "additionalItems", "unevaluatedItems", "contains")


class Node(NamedTuple):
    """A schema, and the bundle that holds what it refers to."""

    bundle: Bundle
    schema: Any


class Part(NamedTuple):
    """One object of keywords."""

    bundle: Bundle
    keywords: dict[str, Any]


class Place:
    """A place in values, with all that several schemas say of it.

    Attributes:
        parts: the objects of keywords.
        is_opaque: there is more, which is not looked at.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes: Sequence[Node] = nodes
        self.parts: list[Part] = []
        self.is_opaque: bool = False
        self._gather()

    def _gather(self) -> None:
        todo = list(self.nodes)
        seen: set[int] = set()
        while todo:
            bundle, schema = todo.pop(0)
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            if len(self.parts) >= _MOST:
                self.is_opaque = True
                return
            seen.add(id(schema))
            behind, is_known = followed(bundle, schema)
            self.is_opaque |= not is_known
            if behind is not None:
                todo.append(Node(bundle, behind))
                if not bundle.dialect.siblings:
                    continue
            self.parts.append(Part(bundle, schema))
            todo += [Node(bundle, below) for below in _same_place(schema)]

    def each(self, keyword: str) -> Iterator[Any]:
        """The values of a keyword, in all parts that have it."""
        return (part.keywords[keyword] for part in self.parts if keyword in part.keywords)

    def names(self) -> list[str]:
        """The properties that are named."""
        found: dict[str, None] = {}
        for keyword in ("properties", "required", "dependencies", "dependentRequired"):
            for names in self.each(keyword):
                found.update(dict.fromkeys(n for n in names if isinstance(n, str)))
        return [*found]

    def of_property(self, name: str) -> list[Node]:
        """What is said of a property."""
        found = []
        for bundle, keywords in self.parts:
            said = [*_of_property(keywords, name)]
            if not said:
                said = [keywords[each] for each in _OTHERS if each in keywords]
            found += [Node(bundle, schema) for schema in said]
        return found

    def of_item(self, index: int) -> list[Node]:
        """What is said of an item."""
        found = []
        for bundle, keywords in self.parts:
            said: list[Any] = []
            for keyword in ("items", "prefixItems"):
                several = keywords.get(keyword)
                if isinstance(several, list) and index < len(several):
                    said.append(several[index])
            if not said:
                said = [keywords[each] for each in _ITEMS if each in keywords]
            elif "contains" in keywords:
                said.append(keywords["contains"])
            found += [Node(bundle, schema) for schema in said if isinstance(schema, (dict, bool))]
        return found

    def has_positions(self, index: int) -> bool:
        """Whether an item is said something of by its position."""
        return any(
            isinstance(several, list) and index < len(several)
            for keyword in ("items", "prefixItems")
            for several in self.each(keyword)
        )


def followed(bundle: Bundle, schema: dict[str, Any]) -> tuple[Any, bool]:
    """The schema behind a `$ref`, and whether all references of a schema are followed."""
    if "$dynamicRef" in schema or "$recursiveRef" in schema:
        return None, False
    if "$ref" not in schema:
        return None, True
    entry = target(bundle.dialect, schema["$ref"])
    if entry is None or entry not in bundle.schemas:
        return None, False
    return bundle.schemas[entry], True


def _same_place(schema: dict[str, Any]) -> Iterator[Any]:
    for keyword in _ONE:
        if keyword in schema:
            yield schema[keyword]
    for keyword in _SEVERAL:
        several = schema.get(keyword)
        yield from several if isinstance(several, list) else ()
    for keyword in _NAMED:
        named = schema.get(keyword)
        yield from named.values() if isinstance(named, dict) else ()


def _of_property(keywords: dict[str, Any], name: str) -> Iterator[Any]:
    properties = keywords.get("properties")
    if isinstance(properties, dict) and name in properties:
        yield properties[name]
    patterns = keywords.get("patternProperties")
    for pattern, schema in patterns.items() if isinstance(patterns, dict) else ():
        try:
            if re.search(pattern, name):
                yield schema
        except re.error:  # of another flavor
            continue
