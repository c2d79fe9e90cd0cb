"""The shape of the values at one place: types, lengths, ranges, formats and counts, but no values.

A `Shape` grows with each value that it is shown, and shapes of several processes add up. It can be
written as JSON and read again. What could tell of one person stays out of it:

- texts leave their lengths and the formats that they have;
- numbers leave a range. Beyond 1,000 it is rounded outwards to one digit, and fractions are rounded
  to whole numbers;
- names of fields that look like ids, such as those of a map by user, are counted and forgotten.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.learning.text_formats import formats_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Arrays", "Objects", "Range", "Room", "Shape", "Texts", "looks_like_an_id"]

#: How many names an object may have before it is a map; how many members a list of words.
MOST_FIELDS = 100
MOST_WORDS = 20
#: How deep values are looked into, and how many places one value may have.
DEEPEST = 20
MOST_PLACES = 100_000
#: Up to this number, ranges are exact.
_EXACT = 1_000
#: Beyond this number, values are not described.
_LARGEST = 10**30
_NAME = re.compile(r"[A-Za-z_$][\w$.:-]{0,63}", re.ASCII)
_HEX = re.compile(r"(?=.*\d)[0-9a-f-]{8,}", re.ASCII)


def looks_like_an_id(name: str) -> bool:
    """Whether a name is rather one of many, such as a user's, than a field's."""
    if not _NAME.fullmatch(name) or _HEX.fullmatch(name):
        return True
    digits = sum(character.isdigit() for character in name)
    mixed = name != name.lower() and name != name.upper() and "_" not in name.strip("_")
    return digits >= 4 or (len(name) >= 16 and digits >= 2 and mixed)


@dataclass(slots=True)
class Range:
    """How often, and from where to where.

    Attributes:
        count: of how many values.
        low: the least of them; `None` before the first.
        high: the greatest.
    """

    count: int = 0
    low: float | None = None
    high: float | None = None

    def add(self, low: float, high: float, count: int = 1) -> None:
        """Show it values between two bounds."""
        self.count += count
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)

    def merge(self, other: Range) -> None:
        """Add what another one has seen."""
        if other.low is None or other.high is None:
            self.count += other.count
        else:
            self.add(other.low, other.high, other.count)

    def as_dict(self) -> dict[str, Any]:
        """It as JSON."""
        return {"count": self.count, "low": self.low, "high": self.high}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Range:
        """It from JSON.

        Raises:
            ValueError: it is none.
        """
        low, high = data.get("low"), data.get("high")
        for bound in (low, high):
            if bound is not None and (
                isinstance(bound, bool) or not isinstance(bound, (int, float))
            ):
                raise ValueError("a bound isn't a number")
        return cls(_count(data.get("count", 0)), low, high)


@dataclass(slots=True)
class Texts:
    """Strings: their lengths in characters, and the formats that all of them have.

    Attributes:
        lengths: how long they are.
        formats: names of formats of JSON Schema; `None` before the first string.
        words: how often each was seen, where words were asked for and are few.
    """

    lengths: Range = field(default_factory=Range)
    formats: set[str] | None = None
    words: dict[str, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        """They as JSON."""
        found: dict[str, Any] = {
            "lengths": self.lengths.as_dict(),
            "formats": sorted(self.formats or ()),
        }
        return found if self.words is None else {**found, "words": self.words}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Texts:
        """They from JSON.

        Raises:
            ValueError: they are none.
        """
        formats, words = data.get("formats", ()), _mapping(data, "words")
        if not all(isinstance(each, str) for each in formats):
            raise ValueError("formats aren't strings")
        counts = {word: _count(count) for word, count in words.items()}
        lengths = Range.read(_mapping(data, "lengths"))
        return cls(lengths, set(formats), counts if "words" in data else None)


@dataclass(slots=True)
class Arrays:
    """Lists: how long they are, and what is in them."""

    lengths: Range = field(default_factory=Range)
    items: Shape | None = None

    def as_dict(self) -> dict[str, Any]:
        """They as JSON."""
        found = {"lengths": self.lengths.as_dict()}
        return found if self.items is None else {**found, "items": self.items.as_dict()}

    @classmethod
    def read(cls, data: Mapping[str, Any], depth: int) -> Arrays:
        """They from JSON.

        Raises:
            ValueError: they are none.
        """
        items = Shape.read(data["items"], depth) if "items" in data else None
        return cls(Range.read(_mapping(data, "lengths")), items)


@dataclass(slots=True)
class Objects:
    """Objects: how many fields they have, those with names, and those of maps.

    Attributes:
        sizes: how many fields they have.
        fields: what is in those with names. One is required whose count is that of the objects.
        others: what is in those whose names look like ids, or are too many.
        is_map: names were too many, so that none is kept.
    """

    sizes: Range = field(default_factory=Range)
    fields: dict[str, Shape] = field(default_factory=dict)
    others: Shape | None = None
    is_map: bool = False

    def as_dict(self) -> dict[str, Any]:
        """They as JSON."""
        found: dict[str, Any] = {"sizes": self.sizes.as_dict()}
        if self.fields:
            found["fields"] = {name: shape.as_dict() for name, shape in self.fields.items()}
        if self.others is not None:
            found["others"] = self.others.as_dict()
        return {**found, "map": True} if self.is_map else found

    @classmethod
    def read(cls, data: Mapping[str, Any], depth: int) -> Objects:
        """They from JSON.

        Raises:
            ValueError: they are none.
        """
        fields = {
            name: Shape.read(shape, depth) for name, shape in _mapping(data, "fields").items()
        }
        others = Shape.read(data["others"], depth) if "others" in data else None
        return cls(Range.read(_mapping(data, "sizes")), fields, others, data.get("map") is True)


@dataclass(slots=True)
class Room:
    """How many more places there may be in all shapes of some traffic: clients make names up.

    Attributes:
        left: so many.
    """

    left: int = 50_000


@dataclass(slots=True)
class _Budget:
    """How many more places of a value are looked at, whose words are kept, and the room."""

    places: int
    words: Collection[str]
    room: Room


@dataclass(slots=True)
class Shape:
    """What the values at one place are like.

    Attributes:
        count: how many values were seen.
        nulls: how many of them are null.
        booleans: how many are true or false.
        integers: those that are whole numbers.
        numbers: those that are fractions.
        texts: those that are strings.
        binary: those that are bytes: how many there are.
        arrays: those that are lists.
        objects: those that are objects.
        unknown: how many are nothing that JSON has, or too large to be looked at.
    """

    count: int = 0
    nulls: int = 0
    booleans: int = 0
    integers: Range = field(default_factory=Range)
    numbers: Range = field(default_factory=Range)
    texts: Texts = field(default_factory=Texts)
    binary: Range = field(default_factory=Range)
    arrays: Arrays = field(default_factory=Arrays)
    objects: Objects = field(default_factory=Objects)
    unknown: int = 0

    def add(self, value: Any, *, words_of: Collection[str] = (), room: Room | None = None) -> None:
        """Show it a value.

        Args:
            value: it.
            words_of: the names of fields of which each word is counted, while there are few.
            room: for new places; what finds none is any value.
        """
        self.look(value, DEEPEST, _Budget(MOST_PLACES, words_of, room or Room()), words=False)

    def look(self, value: Any, depth: int, budget: _Budget, *, words: bool) -> None:
        """Look at a value, or at a part of one."""
        self.count += 1
        budget.places -= 1
        if depth < 0 or budget.places < 0:
            self.unknown += 1
        elif value is None:
            self.nulls += 1
        elif isinstance(value, bool):
            self.booleans += 1
        elif isinstance(value, int) and -_LARGEST <= value <= _LARGEST:
            self.integers.add(_down(value), _up(value))
        elif isinstance(value, float):
            self._add_fraction(value)
        elif isinstance(value, str):
            self._add_text(value, words=words)
        elif isinstance(value, (bytes, bytearray, memoryview)):
            size = memoryview(value).nbytes
            self.binary.add(_down(size), _up(size))
        elif isinstance(value, (list, tuple)):
            self._add_array(value, depth, budget, words=words)
        elif isinstance(value, dict):
            self._add_object(value, depth, budget)
        else:
            self.unknown += 1

    def _add_fraction(self, value: float) -> None:
        if math.isfinite(value):
            self.numbers.add(_down(math.floor(value)), _up(math.ceil(value)))
        else:
            self.unknown += 1

    def _add_text(self, value: str, *, words: bool) -> None:
        texts = self.texts
        texts.lengths.add(_down(len(value)), _up(len(value)))
        if texts.formats is None:
            texts.formats = formats_of(value)
        elif texts.formats:
            texts.formats &= formats_of(value)
        if words:
            self._add_words({value: 1}, texts.lengths.count == 1)

    def _add_words(self, more: Mapping[str, int] | None, first: bool) -> None:  # noqa: FBT001  # of strings here
        known: Mapping[str, int] | None = {} if first else self.texts.words
        if known is None or more is None:
            self.texts.words = None
            return
        words = {word: known.get(word, 0) + more.get(word, 0) for word in (*known, *more)}
        self.texts.words = words if len(words) <= MOST_WORDS else None

    def _add_array(
        self, value: list[Any] | tuple[Any, ...], depth: int, budget: _Budget, *, words: bool
    ) -> None:
        self.arrays.lengths.add(_down(len(value)), _up(len(value)))
        if not value:
            return
        items = self.arrays.items
        if items is None:
            if budget.room.left <= 0:
                self.unknown += 1
                return
            budget.room.left -= 1
            items = self.arrays.items = Shape()
        for item in value:
            if budget.places < 0:
                items.unknown += 1
                break
            items.look(item, depth - 1, budget, words=words)

    def _add_object(self, value: dict[Any, Any], depth: int, budget: _Budget) -> None:
        objects = self.objects
        objects.sizes.add(_down(len(value)), _up(len(value)))
        for key, item in value.items():
            name = key if isinstance(key, str) else str(key)
            if name not in objects.fields:
                if budget.room.left <= 0:
                    self.unknown += 1
                    break
                budget.room.left -= 1
            shape = self._field(name)
            shape.look(item, depth - 1, budget, words=name in budget.words)
            if budget.places < 0:
                shape.unknown += 1
                break

    def _field(self, name: str) -> Shape:
        """The shape of a field: its own, or that of all whose names do not count."""
        objects = self.objects
        known = objects.fields.get(name)
        if known is not None:
            return known
        if not objects.is_map and not looks_like_an_id(name):
            objects.fields[name] = made = Shape()
            if len(objects.fields) <= MOST_FIELDS:
                return made
            self._forget_names()
        if objects.others is None:
            objects.others = Shape()
        return objects.others

    def _forget_names(self) -> None:
        """Make a map of an object that has too many names."""
        objects = self.objects
        if objects.others is None:
            objects.others = Shape()
        for shape in objects.fields.values():
            objects.others.merge(shape)
        objects.fields.clear()
        objects.is_map = True

    def merge(self, other: Shape) -> None:
        """Add what another one has seen."""
        first = not self.texts.lengths.count
        self.count += other.count
        self.nulls += other.nulls
        self.booleans += other.booleans
        self.unknown += other.unknown
        self.integers.merge(other.integers)
        self.numbers.merge(other.numbers)
        self.binary.merge(other.binary)
        if other.texts.lengths.count:
            self.texts.lengths.merge(other.texts.lengths)
            mine, its = self.texts.formats, other.texts.formats or set()
            self.texts.formats = set(its) if mine is None else mine & its
            self._add_words(other.texts.words, first)
        self._merge_arrays(other.arrays)
        self._merge_objects(other.objects)

    def _merge_arrays(self, other: Arrays) -> None:
        self.arrays.lengths.merge(other.lengths)
        if other.items is not None:
            if self.arrays.items is None:
                self.arrays.items = Shape()
            self.arrays.items.merge(other.items)

    def _merge_objects(self, other: Objects) -> None:
        objects = self.objects
        objects.sizes.merge(other.sizes)
        if other.is_map:
            self._forget_names()
        for name, shape in other.fields.items():
            self._field(name).merge(shape)
        if other.others is not None:
            if objects.others is None:
                objects.others = Shape()
            objects.others.merge(other.others)

    def as_dict(self) -> dict[str, Any]:
        """It as JSON: what was never seen is left out."""
        parts: dict[str, Any] = {
            "count": self.count,
            "nulls": self.nulls,
            "booleans": self.booleans,
            "unknown": self.unknown,
            "integers": self.integers.as_dict() if self.integers.count else None,
            "numbers": self.numbers.as_dict() if self.numbers.count else None,
            "binary": self.binary.as_dict() if self.binary.count else None,
            "texts": self.texts.as_dict() if self.texts.lengths.count else None,
            "arrays": self.arrays.as_dict() if self.arrays.lengths.count else None,
            "objects": self.objects.as_dict() if self.objects.sizes.count else None,
        }
        return {name: part for name, part in parts.items() if part}

    @classmethod
    def read(cls, data: Any, depth: int = 2 * DEEPEST) -> Shape:
        """It from JSON.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(data, dict) or depth < 0:
            raise ValueError("it isn't a shape")
        made = cls(
            count=_count(data.get("count", 0)),
            nulls=_count(data.get("nulls", 0)),
            booleans=_count(data.get("booleans", 0)),
            unknown=_count(data.get("unknown", 0)),
            integers=Range.read(_mapping(data, "integers")),
            numbers=Range.read(_mapping(data, "numbers")),
            binary=Range.read(_mapping(data, "binary")),
        )
        if "texts" in data:
            made.texts = Texts.read(_mapping(data, "texts"))
        if "arrays" in data:
            made.arrays = Arrays.read(_mapping(data, "arrays"), depth - 1)
        if "objects" in data:
            made.objects = Objects.read(_mapping(data, "objects"), depth - 1)
        return made


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    if isinstance(found, dict):
        return found
    raise ValueError(f"{name} isn't an object")


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a count isn't a number")
    return value


def _down(value: int) -> int:
    """The value, rounded down where it could tell of somebody."""
    return value if -_EXACT <= value <= _EXACT else value - value % _step(value)


def _up(value: int) -> int:
    return -_down(-value)


def _step(value: int) -> int:
    """The unit of the first digit."""
    step = 1_000
    while step * 10 <= abs(value):
        step *= 10
    return step
