"""Whether a value can have something at a path, by its schema.

The answer is no only where the schema says so; what is open, or not understood, may be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.spec.references import is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.references import Node

__all__ = ["Absent", "SchemaPaths"]

_DEEPEST = 60
_RESOURCE = ("$id", "id", "$anchor", "$dynamicRef", "$recursiveRef")
#: Beside these, a schema that closes what it has not evaluated may have evaluated it.
_APPLICATORS = ("$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas")


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there can be nothing.

    Attributes:
        token: the part of the path that leads on to nothing.
        known: the names that are there instead.
        type: the type of the value that should have it, if that is why.
    """

    token: str
    known: tuple[str, ...] = ()
    type: str = ""


class SchemaPaths:
    """Looks along the paths of schemas, within the bounds of a document's linting."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def absent(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int = 0
    ) -> Absent | None:
        """Why there is nothing at a path; `None` if there may be something."""
        self._context.steps_left -= 1
        if not tokens or depth > _DEEPEST or self._context.steps_left <= 0:
            return None
        if not isinstance(schema.value, dict):
            return Absent(tokens[0]) if schema.value is False else None
        if any(keyword in schema.value for keyword in _RESOURCE):
            return None  # references may lead elsewhere
        if is_reference(schema.value):
            found = self._behind(schema, tokens, dialect, depth)
            if found is not None or not dialect.siblings:
                return found
        return self._by_keywords(schema, tokens, dialect, depth)

    def _behind(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        place = self._context.resolve(schema)
        if place is None or place.place == schema.place:
            return None
        return self.absent(place, tokens, dialect, depth + 1)

    def _by_keywords(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        found = _by_type(schema, tokens[0])
        found = found or self._below(schema, tokens, dialect, depth)
        if found is not None:
            return found
        for branch in _branches(schema, "allOf"):
            found = self.absent(branch, tokens, dialect, depth + 1)
            if found is not None:
                return found
        for keyword in ("anyOf", "oneOf"):
            every = [
                self.absent(branch, tokens, dialect, depth + 1)
                for branch in _branches(schema, keyword)
            ]
            if every and all(every):
                return every[0]
        return None

    def _below(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        """By the keywords about properties and items; a value may have either or both."""
        if _can_be_list(schema, tokens[0]):
            return None if _can_be(schema, "object") else self._item(schema, tokens, dialect, depth)
        return self._property(schema, tokens, dialect, depth)

    def _property(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        properties = schema.get("properties")
        known = properties.value if properties is not None else {}
        if not isinstance(known, dict) or schema.value.get("patternProperties"):
            return None
        token, below = tokens[0], tokens[1:]
        if properties is not None and token in known:
            return self._at(properties.child(token), token, below, dialect, depth)
        rest = schema.get("additionalProperties")
        if rest is None and dialect.siblings and _is_alone(schema):
            rest = schema.get("unevaluatedProperties")
        if rest is None:
            return None
        if rest.value is False:
            return Absent(token, tuple(map(str, known)))
        return self.absent(rest, below, dialect, depth + 1)

    def _item(
        self, schema: Node, tokens: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        items = schema.get("items")
        index, below = int(tokens[0]), tokens[1:]
        most = schema.value.get("maxItems")
        if isinstance(most, int) and index >= most:
            return Absent(tokens[0])
        if items is None or "prefixItems" in schema.value or not isinstance(items.value, dict):
            first = schema.get("prefixItems") or items
            is_list = first is not None and isinstance(first.value, list)
            if first is None or not is_list or index >= len(first.value):
                return None
            items = first.child(index)
        return self._at(items, tokens[0], below, dialect, depth)

    def _at(
        self, schema: Node, token: str, below: Sequence[str], dialect: Dialect, depth: int
    ) -> Absent | None:
        if schema.value is False:
            return Absent(token)
        return self.absent(schema, below, dialect, depth + 1)


def _types(schema: Node) -> list[str]:
    """The types that a schema lists; none for any."""
    types = schema.value.get("type")
    return [types] if isinstance(types, str) else types if isinstance(types, list) else []


def _can_be(schema: Node, type: str) -> bool:
    return not _types(schema) or type in _types(schema)


def _can_be_list(schema: Node, token: str) -> bool:
    return token.isascii() and token.isdecimal() and _can_be(schema, "array")


def _by_type(schema: Node, token: str) -> Absent | None:
    if _can_be(schema, "object") or _can_be_list(schema, token):
        return None
    return Absent(token, type=" or ".join(map(str, _types(schema))))


def _is_alone(schema: Node) -> bool:
    return not any(keyword in schema.value for keyword in _APPLICATORS)


def _branches(schema: Node, keyword: str) -> Iterator[Node]:
    branches = schema.get(keyword)
    if branches is not None and isinstance(branches.value, list):
        yield from branches.values()
