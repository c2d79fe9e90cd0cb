"""A search for values on which two judges differ: from whole values, changed in one place each."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values.atoms import LONGEST, atoms_of, is_told, lengths_of
from asyncapi_guard.schema.boundary_values.parts import Node, Place
from asyncapi_guard.schema.boundary_values.seeds import seeds_of
from asyncapi_guard.schema.boundary_values.texts import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.schema.boundary_values.arguments import Arguments

__all__ = ["Search"]

#: How deep in a value places are changed, and how many values are changed further.
_DEEPEST = 12
_MOST_CHANGED = 60
#: A value of a map or of an open object, beside those that schemas tell.
_OTHERS: tuple[Any, ...] = (1, "a", None)
#: Lists of arguments to begin with, whatever schemas say.
_PLAIN: tuple[list[Any], ...] = (
    *([], [None], ["a"], [{}], [1], [True], [b"a"]),
    *([1, 1], ["a", "a", "a"]),
)


class Search:
    """Looks for lists of arguments that one judge accepts and another one does not.

    Args:
        arguments: what the schemas of both say.
        one: whether one judge accepts a list of arguments.
        other: whether the other one does.
        most: how many lists are judged.

    Attributes:
        only_one: lists that `one` accepts alone.
        only_other: those that `other` accepts alone.
        both: those that both accept.
        tried: how many were judged.
        is_whole: all places were looked at, and what they say was tried on both sides.
    """

    def __init__(
        self,
        arguments: Sequence[Arguments],
        one: Callable[[list[Any]], bool],
        other: Callable[[list[Any]], bool],
        *,
        most: int = 6_000,
    ) -> None:
        self.only_one: list[list[Any]] = []
        self.only_other: list[list[Any]] = []
        self.both: list[list[Any]] = []
        self.tried: int = 0
        self.is_whole: bool = True
        self._one, self._other, self._most = one, other, most
        self._seen: set[str] = set()
        self._places: dict[tuple[int, ...], Place] = {}
        self._seeds: dict[tuple[int, ...], list[Any]] = {}
        nodes = [node for each in arguments for node in each.nodes]
        self._run(nodes)

    def _run(self, nodes: list[Node]) -> None:
        seeds = (seed for node in nodes for seed in seeds_of([node]))
        begin = [each for each in (*seeds, *_PLAIN) if isinstance(each, list)]
        accepted = [each for each in begin if self._judged(each)]
        # What is nearly right is changed as well: one change may make it right.
        rest = [each for each in begin if each not in accepted]
        todo = deque([*accepted, *rest][:_MOST_CHANGED])
        count = len(todo)
        for changed in range(_MOST_CHANGED):
            if not todo:
                break
            for value in self._changed(todo.popleft(), nodes, 0):
                if isinstance(value, list) and self._judged(value) and len(todo) < _MOST_CHANGED:
                    todo.append(value)
                if self.tried >= self._most:
                    # All that is said stands in the seeds and in what is one change away.
                    self.is_whole &= changed >= count
                    return
        # Where nobody accepts anything that was made up, nothing was compared.
        self.is_whole &= bool(self.both or self.only_one or self.only_other)

    def _judged(self, value: list[Any]) -> bool:
        """Judge a list of arguments that is new; whether somebody accepts it."""
        key = json.dumps(value, default=repr, sort_keys=True)
        if key in self._seen:
            return False
        self._seen.add(key)
        self.tried += 1
        one, other = self._one(value), self._other(value)
        if one and other:
            if len(self.both) < _MOST_CHANGED:
                self.both.append(value)
        elif one:
            self.only_one.append(value)
        elif other:
            self.only_other.append(value)
        return one or other

    # -- one place changed -------------------------------------------------------------------------

    def _changed(self, value: Any, nodes: Sequence[Node], depth: int) -> Iterator[Any]:
        if depth > _DEEPEST:
            self.is_whole = False
            return
        place = self._place(nodes)
        yield from self._in_place_of(nodes, place)
        if isinstance(value, dict):
            yield from self._objects(value, place, depth)
        elif isinstance(value, list):
            yield from self._lists(value, place, depth)

    def _place(self, nodes: Sequence[Node]) -> Place:
        key = tuple(id(node.schema) for node in nodes)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place(nodes)
            if place.is_opaque or not is_told(place):
                self.is_whole = False
        return place

    def _in_place_of(self, nodes: Sequence[Node], place: Place) -> Iterator[Any]:
        """Values that may stand here."""
        key = tuple(id(node.schema) for node in nodes)
        seeds = self._seeds.get(key)
        if seeds is None:
            alone = [seed for node in nodes for seed in seeds_of([node])]
            together = seeds_of(nodes) if len(nodes) > 1 else ()
            seeds = self._seeds[key] = [*alone, *together]
        yield from seeds
        yield from atoms_of(place)

    def _objects(self, value: dict[str, Any], place: Place, depth: int) -> Iterator[Any]:
        for name, item in value.items():
            yield {key: each for key, each in value.items() if key != name}
            for changed in self._changed(item, place.of_property(name), depth + 1):
                yield {**value, name: changed}
        names = dict.fromkeys((*place.names(), *_matching_names(place), "another"))
        for name in names:
            if name not in value:
                nodes = place.of_property(name)
                for new in (*self._in_place_of(nodes, self._place(nodes)), *_OTHERS):
                    yield {**value, name: new}
        for name in _judged_names(place):
            if name not in value:
                yield {**value, name: _any_of(value)}
        yield from self._sized(value, place)

    def _sized(self, value: dict[str, Any], place: Place) -> Iterator[Any]:
        """Objects with as many properties as the bounds are about."""
        for size in lengths_of(place, "minProperties", "maxProperties"):
            if size > 500:
                self.is_whole = False
                continue
            kept = dict([*value.items()][:size])
            nodes = place.of_property("key0")
            fillers = [*self._in_place_of(nodes, self._place(nodes))][:3] or [1]
            for filler in fillers:
                added = {f"key{number}": filler for number in range(size - len(kept))}
                yield {**kept, **added}

    def _lists(self, value: list[Any], place: Place, depth: int) -> Iterator[Any]:
        distinct = self._distinct(value, place)
        for size in lengths_of(place, "minItems", "maxItems", "minContains", "maxContains"):
            if size > LONGEST:
                continue
            yield from (
                [*value[:size], *(filler[: max(0, size - len(value))])] for filler in distinct(size)
            )
        if value:
            yield value[:-1]
            yield [*value, value[-1]]
            yield [*value[:-1], value[0], value[0]]
        for index, item in enumerate(value):
            if index > 20:
                break
            for changed in self._changed(item, place.of_item(index), depth + 1):
                yield [*value[:index], changed, *value[index + 1 :]]
        nodes = place.of_item(len(value))
        for new in self._in_place_of(nodes, self._place(nodes)):
            yield [*value, new]

    def _distinct(self, value: list[Any], place: Place) -> Callable[[int], Iterator[list[Any]]]:
        """Ways to fill a list up: with one item again and again, and with others each time."""
        nodes = place.of_item(len(value))

        def fill(size: int) -> Iterator[list[Any]]:
            missing = max(0, min(size, LONGEST) - len(value))
            fillers = [*self._in_place_of(nodes, self._place(nodes))]
            for filler in (*value[-1:], *fillers[:3]):
                yield [filler] * missing
            yield [f"item{number}" for number in range(missing)]
            yield [*range(missing)]
            yield [each for each in fillers if each not in value][:missing]

        return fill


def _matching_names(place: Place) -> Iterator[str]:
    """Names that `patternProperties` are about."""
    for patterns in place.each("patternProperties"):
        for pattern in patterns if isinstance(patterns, dict) else ():
            yield from matching(pattern)[0][:4]


def _judged_names(place: Place) -> Iterator[str]:
    """Names on the boundaries of what `propertyNames` says."""
    for bundle, keywords in place.parts:
        if "propertyNames" in keywords:
            names = atoms_of(Place([Node(bundle, keywords["propertyNames"])]))
            yield from (name for name in names if isinstance(name, str))


def _any_of(value: dict[str, Any]) -> Any:
    return next(iter(value.values()), 1)
