"""Where the types of two schemas exclude each other: no limits, no formats, no ways of saying it.

Hints that nothing puts in force are notes of a programmer. `dict` says little, and nothing wrong;
so what counts is what cannot be true at once: a `str` where an integer comes, a property that is
needed and may be missing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.alternatives import alternatives_of
from asyncapi_guard.schema.comparison.compared_schema import (
    ComparedSchema,
    TooMuchError,
    combined,
    resolved,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema.comparison.flat_schemas import Flat

__all__ = ["argument_counts", "contradictions"]

_DEEPEST = 16
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def contradictions(
    given: Sequence[Schema], taken: Sequence[Schema], *, vague: bool = False
) -> list[str]:
    """What is given and cannot be taken, each as a short sentence.

    Args:
        given: what comes: alternatives, of which one must match.
        taken: what is expected, likewise.
        vague: a type that is given where single values are expected may mean just these.
    """
    one, other = combined(given), combined(taken)
    if one.nothing or other.nothing:
        return []  # how many arguments there are is another question
    if one.positional != other.positional:
        one, other = one.as_arguments(), other.as_arguments()
    try:
        found = _Search(one, other, vague=vague).between(one.schema, other.schema, "", 0)
        return list(dict.fromkeys(found))
    except (TooMuchError, RecursionError):
        return []


def argument_counts(schema: Schema) -> tuple[int, int] | None:
    """How many arguments a schema names, at least and at most; `None` if nobody can tell.

    Any number of anything names none: that is what is written of handlers without hints.
    """
    if schema.nothing:
        return 0, 0
    if not schema.positional:
        return 1, 1
    root = combined([schema])
    try:
        flats = alternatives_of(root.schema, root)
    except (TooMuchError, RecursionError):
        return None
    lists = [flat for flat in flats if isinstance(flat.get("items"), list)]
    if not lists or len(lists) < len(flats) or any(_is_open(flat, root) for flat in lists):
        return None
    least = min(flat.get("minItems", 0) for flat in lists)
    return least, max(min(len(f["items"]), f.get("maxItems", len(f["items"]))) for f in lists)


def _is_open(flat: Flat, root: ComparedSchema) -> bool:
    """Whether an array may have any number of items of any kind."""
    if flat.get("minItems") or "maxItems" in flat:
        return False
    every = [*flat["items"], flat.get("additionalItems", {})]
    return all(not all(alternatives_of(resolved(each, root), root)) for each in every)


class _Search:
    """One search."""

    def __init__(self, given: ComparedSchema, taken: ComparedSchema, *, vague: bool) -> None:
        self._given = given
        self._taken = taken
        self._vague = vague

    def between(self, given: Any, taken: Any, path: str, depth: int) -> list[str]:
        if depth > _DEEPEST:
            return []
        ours = alternatives_of(resolved(given, self._given), self._given)
        theirs = alternatives_of(resolved(taken, self._taken), self._taken)
        if not all(ours) or not all(theirs):
            return []  # one of them is anything
        found: list[str] = []
        for flat in ours:
            tried = [list(self._flats(flat, each, path, depth)) for each in theirs]
            if tried and all(tried):
                found += self._nearest(flat, theirs, tried, path)
        return found

    def _nearest(
        self, flat: Flat, theirs: list[Flat], tried: list[list[str]], path: str
    ) -> list[str]:
        """What is told of a type for which there is no place."""
        alike = [t for each, t in zip(theirs, tried, strict=True) if _kinds(each) & _kinds(flat)]
        if len(alike) == 1:
            return alike[0]
        wanted = sorted({kind for each in theirs for kind in _kinds(each)})
        kinds = " or ".join(sorted(_kinds(flat)))
        return [f"{path or 'the value'} can be {kinds}, but {' or '.join(wanted)} is expected"]

    def _flats(self, given: Flat, taken: Flat, path: str, depth: int) -> Iterator[str]:
        where = path or "the value"
        wanted, kinds = _kinds(taken), _kinds(given)
        wider = wanted | ({"integer"} if "number" in wanted else set())
        if kinds - wider:
            more = " or ".join(sorted(kinds - wider))
            yield f"{where} can be {more}, but {' or '.join(sorted(wanted))} is expected"
            return
        if "enum" in taken and not (self._vague and "enum" not in given):
            others = [value for value in given.get("enum", ()) if value not in taken["enum"]]
            if others or "enum" not in given:
                what = others[0] if others else "any other value"
                yield f"{where} can be {what}, which is not allowed"
        if {given.get("format"), taken.get("format")} & {"binary"} and (
            given.get("format") != taken.get("format")
        ):
            yield f"{where} is bytes on one side, but a string on the other"
        yield from self._objects(given, taken, path, depth)
        yield from self._arrays(given, taken, path, depth)

    def _objects(self, given: Flat, taken: Flat, path: str, depth: int) -> Iterator[str]:
        ours, theirs = given.get("properties", {}), taken.get("properties", {})
        where = path or "the value"
        if given.get("required") or ours:
            for name in sorted(set(taken.get("required", ())) - set(given.get("required", ()))):
                yield f"{where} might lack {name!r}, which is required"
        for name, schema in ours.items():
            if name in theirs:
                yield from self.between(schema, theirs[name], f"{path}/{name}", depth + 1)
            elif taken.get("additionalProperties") is False:
                yield f"{where} can have {name!r}, which is not allowed"

    def _arrays(self, given: Flat, taken: Flat, path: str, depth: int) -> Iterator[str]:
        ours, theirs = given.get("items"), taken.get("items")
        if isinstance(ours, list) and isinstance(theirs, list):
            for index, (one, other) in enumerate(zip(ours, theirs, strict=False)):
                yield from self.between(one, other, f"{path}/{index}", depth + 1)
        elif isinstance(ours, dict) and isinstance(theirs, dict):
            yield from self.between(ours, theirs, f"{path}/*", depth + 1)


def _kinds(flat: Flat) -> set[str]:
    """The types of a flat schema."""
    if "enum" in flat:
        return {_kind(json.loads(each)) for each in flat["enum"]}
    kind = flat.get("type")
    return {kind} if isinstance(kind, str) else set()


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "object" if isinstance(value, dict) else "array")
