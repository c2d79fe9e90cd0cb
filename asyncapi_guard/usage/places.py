"""The places of a schema, and the counters at each: types, members of enums, alternatives.

A plan knows the places by their names in the document, so that what clients invent has no name in
it. Each thing that can be counted has a slot, an index into a list of numbers: nothing is looked up
by text when an event comes. Places are made when a value comes to them first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.compiled import CompiledSchema
from asyncapi_guard.usage.alternatives import Part, alternatives_of, in_place
from asyncapi_guard.usage.lines import PlaceCount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["REST", "Plan", "type_of"]

#: The names of types, by their slots.
_TYPES = (
    *("object", "array", "string", "integer", "number"),
    *("boolean", "null", "bytes", "other"),
)
_SLOTS: dict[type, int] = {
    dict: 0, list: 1, tuple: 1, str: 2, int: 3, float: 4,
    bool: 5, type(None): 6, bytes: 7, bytearray: 7,
}  # fmt: skip
_INTEGER, _OTHER = 3, 8
_SCALARS = (str, int, float, bool)
#: After those of types: an object with other properties, and a value that is no member.
_UNKNOWN, _OTHERS = len(_TYPES), len(_TYPES) + 1
#: Then lengths of texts, and sizes of arrays: how many bits they have.
_MOST_BITS = 11
_LENGTHS = _OTHERS + 1
_SIZES = _LENGTHS + _MOST_BITS + 1
_PER_PLACE = _SIZES + _MOST_BITS + 1
#: All items of an array, and all properties that the document does not name, in a path.
REST = "*"
#: How many places a plan has, how deep they are, and how many members one has.
_MOST_PLACES, _DEEPEST, _MOST_MEMBERS = 500, 12, 150
#: How many parts of one value are looked at, and how many items at each end of an array.
MOST_PARTS, _ITEMS = 300, 20
#: What judging an alternative costs, in parts that are looked at.
_JUDGING = 8
#: How long the text of a member is, in a line.
_LONGEST = 900


def type_of(value: Any) -> str:
    """The type of a value, as it is counted."""
    if type(value) is float and value.is_integer():
        return "integer"
    return _TYPES[_SLOTS.get(type(value), _OTHER)]


class Plan:
    """What is counted of the values of one message, or of one ack.

    Args:
        schemas: what they may be; `None` for anything.

    Attributes:
        size: how many slots there are.
        places: what has slots.
    """

    def __init__(self, schemas: Iterable[Schema | None]) -> None:
        known = [each for each in schemas if isinstance(each, CompiledSchema)]
        self.size: int = 0
        self.places: list[Place] = []
        self._positional = any(each.positional for each in known)
        parts = [Part(each.bundle.root, each.location.partition("#")[2], each) for each in known]
        self._root = Place(self, "", parts, several=len(parts) > 1)

    def value_of(self, args: Sequence[Any]) -> Any:
        """The value that arguments are to a schema."""
        if self._positional or len(args) > 1:
            return args if type(args) is list else list(args)
        return args[0] if args else None

    def look(self, args: Sequence[Any], counts: list[int]) -> int:
        """Count what is in some arguments.

        Args:
            args: they.
            counts: numbers by slots; it grows where it must.

        Returns:
            How many parts were looked at; `MOST_PARTS` or more if some were not.
        """
        left = self._root.look(self.value_of(args), counts, MOST_PARTS)
        return MOST_PARTS - left if left > 0 else MOST_PARTS

    def counted(self, counts: list[int]) -> dict[str, PlaceCount]:
        """What was counted, by the paths of places."""
        full = counts + [0] * (self.size - len(counts))
        return {
            place.path: found for place in self.places if (found := place.counted(full)) is not None
        }

    def new_slots(self, count: int) -> int:
        """Return the first of so many more slots."""
        first = self.size
        self.size += count
        return first


class Place:
    """One place of the values.

    Args:
        plan: whose it is.
        path: where it is.
        parts: all that the schema says of it.
        several: of which any may fit: they are alternatives.
    """

    __slots__ = (
        "_alternatives",
        "_base",
        "_ends",
        "_fits",
        "_grown",
        "_items",
        "_members",
        "_names",
        "_parts",
        "_plan",
        "_positions",
        "_rest",
        "path",
    )

    def __init__(self, plan: Plan, path: str, parts: list[Part], *, several: bool = False) -> None:
        self.path: str = path
        self._plan = plan
        self._base = plan.new_slots(_PER_PLACE)
        self._parts = [below for part in parts for below in in_place(part)]
        self._members: dict[tuple[type, Any], int] = {}
        self._enter_members()
        found = [*parts] if several else []
        self._alternatives = [*found, *alternatives_of(self._parts)]
        first = plan.new_slots(len(self._alternatives))
        #: What judges each alternative; made when the first value comes.
        self._fits: list[tuple[int, Callable[[Any], bool]]] = [
            (first + index, each.whole.part(each.pointer, each.schema).is_valid)
            for index, each in enumerate(self._alternatives)
        ]
        self._grown = False
        #: Something below it has no place: there are too many.
        self._ends = False
        self._names: dict[str, Place] = {}
        self._positions: list[Place] = []
        self._rest: Place | None = None
        self._items: Place | None = None
        plan.places.append(self)

    def _enter_members(self) -> None:
        for part in self._parts:
            several = part.schema.get("enum")
            members = several if isinstance(several, list) else []
            if "const" in part.schema:
                members = [*members, part.schema["const"]]
            for each in members:
                if not isinstance(each, (str, int, float)) or len(_text(each)) > _LONGEST:
                    continue
                if len(self._members) < _MOST_MEMBERS and (type(each), each) not in self._members:
                    self._members[type(each), each] = self._plan.new_slots(1)

    # -- counting ----------------------------------------------------------------------------------

    def look(self, value: Any, counts: list[int], left: int) -> int:
        """Count a value, and what is in it; return how many more parts may be looked at."""
        if left <= 0:
            return left
        if not self._grown:
            self._grow()
        if len(counts) < self._plan.size:
            counts.extend([0] * (self._plan.size - len(counts)))
        kind = type(value)
        slot = _SLOTS.get(kind, _OTHER)
        if kind is float and value.is_integer():
            slot = _INTEGER
        counts[self._base + slot] += 1
        left -= 1
        for index, fits in self._fits:
            counts[index] += fits(value)
            left -= _JUDGING
        if self._ends and value and kind in (dict, list, tuple):
            return 0  # there is no place for what is in it
        if kind is dict:
            return self._look_at_object(value, counts, left)
        if kind is list or kind is tuple:
            return self._look_at_items(value, counts, left)
        if kind in _SCALARS:
            self._count_scalar(value, kind, counts)
        return left

    def _look_at_object(self, value: dict[Any, Any], counts: list[int], left: int) -> int:
        names, rest = self._names, self._rest
        unknown = False
        for key, item in value.items():
            place = names.get(key)
            if place is None:
                unknown = True
                if rest is None:
                    continue
                place = rest
            left = place.look(item, counts, left)
        if unknown:
            counts[self._base + _UNKNOWN] += 1
        return left

    def _look_at_items(self, value: Sequence[Any], counts: list[int], left: int) -> int:
        counts[self._base + _SIZES + min(len(value).bit_length(), _MOST_BITS)] += 1
        positions, items = self._positions, self._items
        for place, item in zip(positions, value, strict=False):
            left = place.look(item, counts, left)
        if items is None or len(value) <= len(positions):
            return left
        others = value[len(positions) :]
        whole = len(others) <= 2 * _ITEMS
        if not whole:
            others = [*others[:_ITEMS], *others[-_ITEMS:]]
        for item in others:
            left = items.look(item, counts, left)
        return left if whole else 0

    def _count_scalar(self, value: Any, kind: type, counts: list[int]) -> None:
        if kind is str:
            counts[self._base + _LENGTHS + min(len(value).bit_length(), _MOST_BITS)] += 1
        if not self._members:
            return
        slot = self._members.get((kind, value))
        if slot is None and kind is float and value.is_integer():
            slot = self._members.get((int, int(value)))
        if slot is None and kind is int:
            slot = self._members.get((float, value))
        counts[self._base + _OTHERS if slot is None else slot] += 1

    # -- what stands below -------------------------------------------------------------------------

    def _grow(self) -> None:
        """Make the places below this one."""
        self._grown = True
        plan, parts = self._plan, self._parts
        below = _below(parts)
        wanted = len(below.named) + len(below.positions) + bool(below.rest or below.items)
        deep = self.path.count("/") >= _DEEPEST
        self._ends = bool(wanted) and (deep or len(plan.places) + wanted > _MOST_PLACES)
        if self._ends:
            return
        for name, several in below.named.items():
            if name != REST:
                self._names[name] = Place(plan, f"{self.path}/{_escaped(name)}", several)
        for index, several in enumerate(below.positions):
            self._positions.append(Place(plan, f"{self.path}/{index}", several))
        rest, items = below.rest, below.items
        if rest or items:
            # Whether it is an object or an array, their paths are the same.
            self._rest = self._items = Place(plan, f"{self.path}/{REST}", [*rest, *items])

    # -- what was counted --------------------------------------------------------------------------

    def counted(self, counts: list[int]) -> PlaceCount | None:
        """What was counted here; `None` for nothing."""
        base = self._base
        types = {
            name: counts[base + slot] for slot, name in enumerate(_TYPES) if counts[base + slot]
        }
        if not types:
            return None
        judged = zip(self._alternatives, self._fits, strict=True)
        return PlaceCount(
            types=types,
            members={_text(v): counts[at] for (_, v), at in self._members.items() if counts[at]},
            others=counts[base + _OTHERS],
            lengths=_by_least(counts, base + _LENGTHS),
            sizes=_by_least(counts, base + _SIZES),
            unknown=counts[base + _UNKNOWN],
            fits={each.pointer[:_LONGEST]: counts[slot] for each, (slot, _) in judged},
        )


def _by_least(counts: list[int], first: int) -> dict[str, int]:
    """Counts by numbers of bits, as counts by the least number with so many."""
    found = counts[first : first + _MOST_BITS + 1]
    return {str(1 << bits >> 1): count for bits, count in enumerate(found) if count}


class _Below(NamedTuple):
    """The schemas of what stands in a value.

    Attributes:
        named: those of properties.
        rest: those of other properties.
        positions: those of the first items.
        items: those of other items.
    """

    named: dict[str, list[Part]]
    rest: list[Part]
    positions: list[list[Part]]
    items: list[Part]


def _below(parts: list[Part]) -> _Below:
    found = _Below({}, [], [], [])
    for part in parts:
        schema = part.schema
        for name in _mapping(schema.get("properties")):
            found.named.setdefault(name, []).append(part.below("properties", name))
        patterns = _mapping(schema.get("patternProperties"))
        found.rest.extend(part.below("patternProperties", name) for name in patterns)
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            found.rest.extend(_schema(part, keyword))
        for keyword in ("items", "additionalItems", "unevaluatedItems", "contains"):
            found.items.extend(_schema(part, keyword))
        for keyword in ("items", "prefixItems"):
            _add_positions(part, keyword, found.positions)
    return found


def _add_positions(part: Part, keyword: str, positions: list[list[Part]]) -> None:
    several = part.schema.get(keyword)
    for index in range(len(several) if isinstance(several, list) else 0):
        if index == len(positions):
            positions.append([])
        positions[index].append(part.below(keyword, index))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _schema(part: Part, keyword: str) -> list[Part]:
    return [part.below(keyword)] if isinstance(part.schema.get(keyword), dict) else []


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)
