"""Finds the alternatives of a schema that a value fits, if no cheaper test exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.schema.bundle import Bundle
    from asyncapi_guard.schema.compiled import CompiledSchema

__all__ = ["MOST_ALTERNATIVES", "Part", "alternatives_of", "in_place", "resolved"]

#: How many alternatives of one place are told apart.
MOST_ALTERNATIVES = 20
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else")
_NAMED = ("dependencies", "dependentSchemas")


class Part(NamedTuple):
    """A part of a schema.

    Attributes:
        schema: it, as a bundle has it.
        pointer: where it stands in its document; empty where nobody knows.
        whole: the schema that it is a part of.
    """

    schema: Any
    pointer: str
    whole: CompiledSchema

    @property
    def bundle(self) -> Bundle:
        """What references lead to."""
        return self.whole.bundle

    def below(self, *keys: str | int) -> Part:
        """What stands in it."""
        found, pointer = self.schema, self.pointer
        for key in keys:
            found = found[key]
            pointer += "/" + str(key).replace("~", "~0").replace("/", "~1")
        return Part(found, pointer, self.whole)


def resolved(part: Part) -> Part | None:
    """What a reference leads to; `None` without one that can be followed."""
    if not isinstance(part.schema, dict) or "$ref" not in part.schema:
        return None
    bundle = part.bundle
    name = target(bundle.dialect, part.schema["$ref"])
    if name is None or name not in bundle.schemas:
        return None
    return Part(bundle.schemas[name], bundle.places.get(name, "").partition("#")[2], part.whole)


def in_place(part: Part, seen: set[int] | None = None) -> Iterator[Part]:
    """The parts of a schema that are about the same value, itself among them."""
    seen = set() if seen is None else seen
    schema = part.schema
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    referred = resolved(part)
    if referred is not None:
        yield from in_place(referred, seen)
        if not part.bundle.dialect.siblings:
            return
    yield part
    for keyword in _LISTS:
        several = schema.get(keyword)
        for index in range(len(several) if isinstance(several, list) else 0):
            yield from in_place(part.below(keyword, index), seen)
    for keyword in _SINGLE:
        if keyword in schema:
            yield from in_place(part.below(keyword), seen)
    for keyword in _NAMED:
        several = schema.get(keyword)
        for name in several if isinstance(several, dict) else ():
            yield from in_place(part.below(keyword, name), seen)


def alternatives_of(parts: list[Part]) -> list[Part]:
    """The alternatives that are told apart by judging: neither types nor members tell them."""
    found: list[Part] = []
    for part in parts:
        for keyword in ("anyOf", "oneOf"):
            several = part.schema.get(keyword)
            if not isinstance(several, list) or len(several) < 2:
                continue
            below = [part.below(keyword, index) for index in range(len(several))]
            if not _are_told_apart(below):
                found += below
    return found[:MOST_ALTERNATIVES]


def _are_told_apart(alternatives: list[Part]) -> bool:
    """Whether all have types of their own, or are lists of members."""
    schemas = [(resolved(each) or each).schema for each in alternatives]
    if not all(isinstance(schema, dict) for schema in schemas):
        return False
    if all("const" in schema or "enum" in schema for schema in schemas):
        return True
    types = [schema.get("type") for schema in schemas]
    return all(isinstance(type, str) for type in types) and len({*types}) == len(types)
