"""Generates values of places: picks alternatives, fills objects and lists, ends recursion."""

from __future__ import annotations

import copy
from itertools import islice
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values.atoms import atoms_of
from asyncapi_guard.schema.boundary_values.parts import Node as PartNode
from asyncapi_guard.schema.boundary_values.parts import Place as PartPlace
from asyncapi_guard.schema.boundary_values.seeds import seeds_of
from asyncapi_guard.values.distinct import Distinct
from asyncapi_guard.values.facts import ALL_TYPES
from asyncapi_guard.values.nodes import Node
from asyncapi_guard.values.patterns import pattern_of
from asyncapi_guard.values.scalars import draw_number, draw_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.values.choices import Choices
    from asyncapi_guard.values.facts import Facts
    from asyncapi_guard.values.places import Place, Places

__all__ = ["DeadEnd", "Maker", "examples_of"]

#: Levels below a value that are filled with what may be left out, and those that are made at all.
_OPTIONAL, _LEVELS, _DEEPEST = 4, 8, 40
#: Places that one value fills generously.
_GENEROUS = 150
#: Values of one place that are made for one that the judge accepts.
_TRIES, _FEWER = 10, 5
#: Failures after which a place is left alone that never had a value.
_FAILURES, _MANY = 2, 1 << 40
#: Values of all places together that are made for one whole; items, names or characters at most.
_MOST_STEPS, _LARGEST = 5_000, 100_000
#: Items and properties beyond those that there must be.
_MORE_ITEMS, _MORE_NAMES = 4, 3
#: Items of a list that are made by themselves, and then again and again.
_MOST_MADE = 60
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class DeadEnd(Exception):  # no error: another way is tried
    """A place has no value, as far as was looked."""


class Maker:
    """Makes one value.

    Args:
        places: the places of the schema.
        choices: where decisions come from.
        careful: the judge looks at the value of each place, and not only where it must.
        examples: a place whose schemas have an example gets that.
    """

    def __init__(
        self, places: Places, choices: Choices, *, careful: bool = False, examples: bool = False
    ) -> None:
        self._places = places
        self._choices = choices
        self._careful = careful
        self._examples = examples
        #: How many examples of schemas are in the value, and how many texts and numbers are not.
        self.taken: int = 0
        self.made_up: int = 0
        self._left = _GENEROUS
        self._steps = _MOST_STEPS
        #: How often a place had no value that has none so far. Of one whole alone: so the same
        #: decisions make the same value, whatever was made before.
        self._failures: dict[Place, int] = {}

    def whole(self, place: Place) -> Any:
        """The value of the outermost place.

        Raises:
            DeadEnd: none was found.
        """
        height = 0 if place.ends_within(0) else place.height
        if height is None:
            raise DeadEnd
        return self.value(place, max(_LEVELS, height))

    @property
    def spent(self) -> int:
        """How many values of places were made so far."""
        return _MOST_STEPS - self._steps

    def unjudged(self, place: Place) -> Any:
        """A value that the judge does not look at: what the schemas say together is likely so.

        Raises:
            DeadEnd: none was found.
        """
        return self._made(place, max(_LEVELS, place.height or 0), spare=False)

    def value(self, place: Place, levels: int) -> Any:
        """A value, with at most so many levels below it."""
        self._left -= 1
        self._steps -= 1
        if self._steps < 0:
            raise DeadEnd
        if self._failures.get(place, 0) >= _FAILURES:
            raise DeadEnd
        for example in examples_of(place) if self._examples else ():
            if place.accepts(example):
                self.taken += 1
                return copy.deepcopy(example)
        looks = place.is_hard or self._careful
        for number in range(_TRIES if looks else 1):
            try:
                found = self._made(place, levels, spare=number >= _FEWER)
            except DeadEnd:
                continue
            if not looks or place.accepts(found):
                if looks:
                    self._failures[place] = -_MANY
                return found
        return self._candidate(place)

    def _candidate(self, place: Place) -> Any:
        """A value from what the schemas tell, where making one failed."""
        if place.candidates is None:
            tried = islice(_told(self._places, place), 300)
            place.candidates = list(islice(filter(place.accepts, tried), 12))
        if not place.candidates:
            self._failures[place] = self._failures.get(place, 0) + (self._steps > 0)
            raise DeadEnd
        return copy.deepcopy(self._choices.one_of(place.candidates))

    def _made(self, place: Place, levels: int, *, spare: bool) -> Any:
        while place.choices:
            place = self._picked(place, levels, spare=spare)
        if place.is_never:
            raise DeadEnd
        facts = place.facts
        if facts.told is not None:
            return self._of_told(place, facts.told)
        kinds = ALL_TYPES if spare and not facts.typed else facts.types
        if len(kinds) > 1:
            plain = [kind for kind in kinds if levels > 0 or kind not in ("object", "array")]
            kinds = (*plain,) or kinds
        kind = self._choices.one_of(kinds) if kinds else ""
        make = _MAKE.get(kind)
        if make is None:
            raise DeadEnd
        return make(self, place, levels)

    def _picked(self, place: Place, levels: int, *, spare: bool) -> Place:
        """The place where one of the open choices is taken."""
        first = place.choices[0]
        several = range(len(first.options))
        if spare and first.spare:
            several = range(len(first.options), len(first.options) + len(first.spare))
        open = [i for i in several if place.option(i).ends_within(max(0, levels))]
        if not open:
            raise DeadEnd
        if self._left < 0 and len(open) > 1:
            lowest = min(place.option(i).height or 0 for i in open)
            open = [i for i in open if (place.option(i).height or 0) == lowest]
        return place.option(self._choices.one_of(open))

    def _of_told(self, place: Place, told: list[Any]) -> Any:
        if place.candidates is None:
            place.candidates = [each for each in told if place.accepts(each)]
        if not place.candidates:
            raise DeadEnd
        found = self._choices.one_of(place.candidates)
        return copy.deepcopy(found) if isinstance(found, (dict, list)) else found

    # -- values without parts ----------------------------------------------------------------------

    def _text(self, place: Place, _levels: int) -> Any:
        self.made_up += 1
        texts = place.facts.texts()
        if texts.least > 10 * _LARGEST:
            raise DeadEnd
        if place.facts.binary:
            least = min(texts.least, texts.most)
            return self._choices.binary(least, min(texts.most, least + 16))
        found = draw_text(texts, self._choices)
        if found is None:
            raise DeadEnd
        return found

    def _number(self, place: Place, _levels: int) -> Any:
        return self._numeric(place.facts, whole=False)

    def _integer(self, place: Place, _levels: int) -> Any:
        return self._numeric(place.facts, whole=True)

    def _numeric(self, facts: Facts, *, whole: bool) -> Any:
        self.made_up += 1
        found = draw_number(facts.numbers(whole=whole), self._choices, whole=whole)
        if found is None:
            raise DeadEnd
        return found

    def _boolean(self, _place: Place, _levels: int) -> Any:
        return self._choices.boolean()

    def _null(self, _place: Place, _levels: int) -> Any:
        return None

    # -- objects -----------------------------------------------------------------------------------

    def _object(self, place: Place, levels: int) -> Any:
        facts = place.facts
        least, most = facts.sizes()
        if least > _LARGEST:
            raise DeadEnd
        required = dict.fromkeys(facts.required())
        room = most - len(required)
        chosen: dict[str, Place] = {}
        left_out: list[str] = []
        for name in facts.named():
            below = place.named(name)
            if name in required:
                chosen[name] = below
            elif room > 0 and self._wants(below, levels):
                chosen[name] = below
                room -= 1
            else:
                left_out.append(name)
        for name in left_out:
            if len(chosen) < least and place.named(name).ends_within(levels - 1):
                chosen[name] = place.named(name)
        found: dict[str, Any] = {}
        for name, below in chosen.items():
            try:
                found[name] = self.value(below, levels - 1)
            except DeadEnd:
                if name in required:
                    raise
        self._add_names(place, found, least, most, levels)
        return found

    def _wants(self, below: Place, levels: int) -> bool:
        if self._left < 0 or not below.ends_within(min(levels, _LEVELS) - 1):
            return False
        depth = _LEVELS - levels
        return self._choices.boolean() and (depth < _OPTIONAL or self._choices.boolean())

    def _add_names(
        self, place: Place, found: dict[str, Any], least: int, most: int, levels: int
    ) -> None:
        """Add properties that have no name in the schema."""
        facts = place.facts
        patterns = facts.patterns()
        is_map = (facts.is_map() or bool(patterns)) and self._left >= 0 and levels > 0
        wanted = min(most, max(least, len(found) + _MORE_NAMES if is_map else 0))
        tries = 4 * (wanted + 2)
        while tries and self._choices.more(len(found), least, wanted):
            tries -= 1
            name = self._name(place, patterns, least)
            below = place.named(name)
            if name in found or not below.ends_within(levels - 1):
                continue
            if len(found) >= _MOST_MADE and found:
                found[name] = copy.deepcopy(next(reversed(found.values())))
                continue
            try:
                found[name] = self.value(below, levels - 1)
            except DeadEnd:
                continue
        if len(found) < least:
            raise DeadEnd

    def _name(self, place: Place, patterns: list[str], least: int) -> str:
        """A name for one more property."""
        if place.facts.of_names():
            names = self._places.of(*place.facts.of_names(), _TEXT)
            found = self.value(names, 1)
            if isinstance(found, str):
                return found
            raise DeadEnd
        if patterns and (not place.facts.is_map() or self._choices.boolean()):
            pattern = pattern_of(self._choices.one_of(patterns))
            text = pattern.text(self._choices, 0, 40) if pattern is not None else None
            if text is not None:
                return text
        name = self._choices.one_of(_LETTERS)
        for _ in range(self._choices.integer(0, 1 if least < 10 else 3)):
            name += self._choices.one_of(_LETTERS)
        return name

    # -- lists -------------------------------------------------------------------------------------

    def _array(self, place: Place, levels: int) -> Any:
        facts = place.facts
        least, most = facts.lengths()
        if least > _LARGEST:
            raise DeadEnd
        positions = facts.positions()
        contained = facts.contained()
        needed = sum(count for _, count, _ in contained)
        # Behind the positions, if there is room, since these have schemas of their own.
        begin = positions if positions + needed <= most else 0
        least = max(least, begin + needed if needed else 0)
        wanted = positions if positions and not facts.has_items() else least + _MORE_ITEMS
        if self._left < 0 or levels <= 0:
            wanted = least
        wanted = min(max(wanted, least), most)
        more = [node for node, count, _ in contained for _ in range(min(count, _MOST_MADE))]
        found: list[Any] = []
        seen = Distinct() if facts.is_unique() else None
        while self._choices.more(len(found), least, wanted):
            if len(found) >= _MOST_MADE and seen is None:
                found.append(copy.deepcopy(found[-1]))
                continue
            index = len(found)
            extra = [more[index - begin]] if 0 <= index - begin < len(more) else []
            try:
                below = place.item(index, *extra)
                found.append(self._item(below, seen, levels))
            except DeadEnd:
                if len(found) >= least:
                    break
                raise
        return found

    def _item(self, below: Place, seen: Distinct | None, levels: int) -> Any:
        """An item that is none of those before it, if these must differ."""
        if not below.ends_within(levels - 1):
            raise DeadEnd
        item = self.value(below, levels - 1)
        if seen is None:
            return item
        for _ in range(3 * _TRIES):
            if item not in seen:
                break
            item = self.value(below, levels - 1)
        else:
            others = (each for each in _told(self._places, below) if each not in seen)
            item = next(filter(below.accepts, others), seen)
        if item is seen:
            raise DeadEnd
        seen.add(item)
        return item


_TEXT = Node({"type": "string"}, "")
_MAKE: dict[str, Callable[[Maker, Place, int], Any]] = {
    "string": Maker._text,  # noqa: SLF001  # its own
    "integer": Maker._integer,  # noqa: SLF001  # as above
    "number": Maker._number,  # noqa: SLF001  # as above
    "boolean": Maker._boolean,  # noqa: SLF001  # as above
    "null": Maker._null,  # noqa: SLF001  # as above
    "object": Maker._object,  # noqa: SLF001  # as above
    "array": Maker._array,  # noqa: SLF001  # as above
}


def examples_of(place: Place) -> Iterator[Any]:
    """What the schemas of a place have as examples, and as default."""
    for part in place.parts:
        listed = part.schema.get("examples")
        yield from listed if isinstance(listed, list) else ()
        yield from (part.schema[word] for word in ("example", "default") if word in part.schema)


def _told(places: Places, place: Place) -> Iterator[Any]:
    """Values that schemas tell: examples and defaults, whole values, and those at boundaries."""
    bundle = places.nodes.bundle
    nodes = [PartNode(bundle, node.schema) for node in place.nodes]
    yield from seeds_of(nodes)
    yield from atoms_of(PartPlace(nodes))
