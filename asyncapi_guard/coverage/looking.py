"""Inspects a value, and marks the covered parts of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asyncapi_guard.coverage.shapes import DEEPEST
from asyncapi_guard.schema.equality import equal

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.coverage.facts import Fact
    from asyncapi_guard.coverage.shapes import Branch, Shape

__all__ = ["Look"]

#: So many steps are spent on one value: what is further inside of a huge one is not looked at.
_MOST_STEPS = 20_000
_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, (str, bytes, bytearray)),
    "array": lambda value: isinstance(value, (list, tuple)),
    "object": lambda value: isinstance(value, Mapping),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
        and not isinstance(value, bool)
    ),
}


class Look:
    """One look at one value.

    Args:
        found: told of each fact that is seen for the first time.
    """

    __slots__ = ("_depth", "_found", "_left")

    def __init__(self, found: Callable[[Fact], None]) -> None:
        self._found = found
        self._left = _MOST_STEPS
        self._depth = 0

    def at(self, shape: Shape, value: Any) -> None:
        """Mark what is seen of a value that is valid."""
        self._left -= 1
        if shape.closed or self._left < 0 or self._depth >= DEEPEST:
            return
        self._depth += 1
        try:
            self._at(shape, value)
        finally:
            self._depth -= 1
        shape.settle()

    def _at(self, shape: Shape, value: Any) -> None:
        self._at_any(shape, value)
        if isinstance(value, Mapping):
            self._at_object(shape, value)
        elif isinstance(value, (list, tuple)):
            self._at_list(shape, value)
        self._at_ways(shape, value)
        for also in shape.also:
            self.at(also, value)

    def _at_any(self, shape: Shape, value: Any) -> None:
        for constant, fact in shape.values:
            if not fact.seen and equal(constant, value):
                self._see(fact)
        for name, fact in shape.types:
            if not fact.seen and name in _TYPES and _TYPES[name](value):
                self._see(fact)

    def _at_ways(self, shape: Shape, value: Any) -> None:
        for branch in shape.branches:
            if branch.is_open and branch.accepts(value):
                self._take(branch, value)
        for asked, then, otherwise in shape.conditions:
            way = then if asked.accepts(value) else otherwise
            if way is not None:
                self._take(way, value)

    def _take(self, branch: Branch, value: Any) -> None:
        if branch.fact is not None:
            self._see(branch.fact)
        self.at(branch.shape, value)

    def _at_object(self, shape: Shape, value: Mapping[Any, Any]) -> None:
        for name, entries in shape.fields.items():
            for there, absent, below in entries:
                if name in value:
                    self._see(there)
                    self.at(below, value[name])
                elif absent is not None:
                    self._see(absent)
        for name, below in shape.dependents:
            if name in value:
                self.at(below, value)
        if shape.patterns or shape.others is not None:
            self._at_other_names(shape, value)

    def _at_other_names(self, shape: Shape, value: Mapping[Any, Any]) -> None:
        for name, item in value.items():
            if self._left < 0:
                return
            matching = [below for like, below in shape.patterns if like.accepts(name)]
            for below in matching:
                self.at(below, item)
            if not matching and name not in shape.known and shape.others is not None:
                self.at(shape.others, item)

    def _at_list(self, shape: Shape, value: list[Any] | tuple[Any, ...]) -> None:
        for below, item in zip(shape.positions, value, strict=False):
            self.at(below, item)
        if shape.items is None:
            return
        for item in value[len(shape.positions) :]:
            if shape.items.closed or self._left < 0:
                return
            self.at(shape.items, item)

    def _see(self, fact: Fact) -> None:
        if not fact.seen:
            fact.seen = True
            self._found(fact)
