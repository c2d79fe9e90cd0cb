"""Objects whose values came as text: the query and the headers of a request.

An address says `?page=2`, and a document says that `page` is an integer. So each text is read as a
value of a type that the schema declares, and the object of these values is judged. Where the schema
allows text as well, it may be that.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import header_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Explanation, Schema

__all__ = ["HeadersObject", "QueryObject", "TextObject"]

#: What engine.io itself puts into the query; no author of a document thinks of them.
_ENGINE_IO = frozenset(("EIO", "transport", "sid", "t", "j", "b64"))
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
#: Digits of the longest integer that is read as one.
_DIGITS = 1_000
#: Keywords whose schemas are about the same value; those of `_MANY` are lists or maps of them.
_ONE = ("if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf", "dependencies", "dependentSchemas")
#: How the types of a list's items are told from its own.
_ITEMS = "items "
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class TextObject:
    """A schema of an object, for values that came as text.

    Args:
        schema: that of the object.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema: Schema = schema
        self._root: Any = None
        self._kinds: dict[str, frozenset[str]] = {}

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, wherever they stand."""
        return type(other) is type(self) and other.schema == self.schema

    def __hash__(self) -> int:
        return hash((type(self), self.schema))

    def explain(
        self, texts: Mapping[str, Sequence[str]], *, include_values: bool = False
    ) -> Explanation | None:
        """Why some values are not valid; `None` if they are.

        Args:
            texts: by their names, each once for every time that it came.
            include_values: with what is in them.
        """
        seen = self._seen(texts)
        read = {name: self._read(name, several, first=True) for name, several in seen.items()}
        if self.schema.is_valid(read):
            return None
        plain = {name: self._read(name, several, first=False) for name, several in seen.items()}
        if plain != read and self.schema.is_valid(plain):
            return None
        return self.schema.explain(read, include_values=include_values)

    def _seen(self, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """What the schema is to see of what came, under the names that it has for them."""
        raise NotImplementedError

    # -- what the schema declares ------------------------------------------------------------------

    def _schemas(self, schema: Any, seen: set[int] | None = None) -> Iterator[dict[str, Any]]:
        """The schemas that are about the same value as one: it, and what it is composed of."""
        seen = set() if seen is None else seen
        if not isinstance(schema, dict) or id(schema) in seen:
            return
        seen.add(id(schema))
        yield schema
        for part in self._parts(schema):
            yield from self._schemas(part, seen)

    def _parts(self, schema: dict[str, Any]) -> Iterator[Any]:
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.startswith("#"):
            yield self._behind(ref)
        for keyword in _ONE:
            yield schema.get(keyword)
        for keyword in _MANY:
            several = schema.get(keyword)
            yield from several.values() if isinstance(several, dict) else several or ()

    def _behind(self, ref: str) -> Any:
        found = self._document()
        for part in ref[2:].split("/") if ref != "#" else ():
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def _document(self) -> Any:
        if self._root is None:
            self._root = self.schema.document
        return self._root

    def _named(self) -> Iterator[str]:
        """The properties that the schema names."""
        for schema in self._schemas(self._document()):
            for keyword in ("properties", "required"):
                names = schema.get(keyword)
                yield from names if isinstance(names, (dict, list)) else ()

    def _kinds_of(self, name: str) -> frozenset[str]:
        """The types that a property may be of; nothing where the schema does not say."""
        known = self._kinds.get(name)
        if known is None:
            found = {
                kind
                for schema in self._schemas(self._document())
                for declared in _of_property(schema, name)
                for kind in self._types(declared)
            }
            if len(self._kinds) > _DIGITS:  # of names that clients make up
                self._kinds.clear()
            known = self._kinds[name] = frozenset(found)
        return known

    def _types(self, declared: Any, *, of_items: bool = False) -> Iterator[str]:
        for schema in self._schemas(declared):
            types = schema.get("type") or ()
            yield from [types] if isinstance(types, str) else types
            values = [*(schema.get("enum") or ()), schema.get("const", ...)]
            yield from (_TYPES[type(value)] for value in values if type(value) in _TYPES)
            if not of_items:  # a text has lists of lists in no way
                items = self._types(schema.get("items"), of_items=True)
                yield from (f"{_ITEMS}{kind}" for kind in items)

    # -- values ------------------------------------------------------------------------------------

    def _read(self, name: str, several: Sequence[str], *, first: bool) -> Any:
        """What a property is: of a declared type if there is one, or text where that is allowed."""
        kinds = self._kinds_of(name)
        if "array" in kinds and (first or "string" not in kinds):
            items = {kind.removeprefix(_ITEMS) for kind in kinds if kind.startswith(_ITEMS)}
            return [_value(text, items) for text in self._split(several)]
        if len(several) != 1:
            return list(several)
        text = several[0]
        return _value(text, kinds) if first or "string" not in kinds else text

    def _split(self, several: Sequence[str]) -> Sequence[str]:
        """The items of an array."""
        return several


class QueryObject(TextObject):
    """The schema of a query: engine.io's own parameters count only where it names them."""

    def _seen(self, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        hidden = _ENGINE_IO.difference(self._named())
        return {name: several for name, several in texts.items() if name not in hidden}


class HeadersObject(TextObject):
    """The schema of headers: their names are in any case, and others never count as additional.

    The names of what came are as `header_key` has them.
    """

    def _seen(self, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        named = set(self._named())
        found = {name: texts[key] for name in named if (key := header_key(name)) in texts}
        known = {header_key(name) for name in named}
        patterns = [
            pattern
            for schema in self._schemas(self._document())
            for pattern in schema.get("patternProperties") or ()
        ]
        others = {name: several for name, several in texts.items() if name not in known}
        return found | {
            name: several
            for name, several in others.items()
            if any(_matches(pattern, name) for pattern in patterns)
        }

    def _split(self, several: Sequence[str]) -> Sequence[str]:
        return [part.strip() for text in several for part in text.split(",")]


def _of_property(schema: dict[str, Any], name: str) -> Iterator[Any]:
    """What a schema says of one property."""
    properties = schema.get("properties") or {}
    if name in properties:
        yield properties[name]
    matching = [
        declared
        for pattern, declared in (schema.get("patternProperties") or {}).items()
        if _matches(pattern, name)
    ]
    yield from matching
    if name not in properties and not matching:
        yield schema.get("additionalProperties")


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:  # one that only the engine of the schema knows
        return False


def _value(text: str, kinds: frozenset[str] | set[str]) -> Any:
    """What a text stands for in one of some types; itself if it stands for nothing in them."""
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if "null" in kinds and text == "null":
        return None
    if {"integer", "number"} & kinds and len(text) <= _DIGITS:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text) and math.isfinite(number := float(json.loads(text))):
            return number
    return text
