"""Objects and lists at the boundaries of each keyword about them, and one step beyond."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values.atoms import atoms_of
from asyncapi_guard.schema.boundary_values.parts import Node as PartNode
from asyncapi_guard.schema.boundary_values.parts import Place as PartPlace
from asyncapi_guard.values.distinct import Distinct
from asyncapi_guard.values.patterns import pattern_of
from asyncapi_guard.values.scalar_boundaries import LONGEST, Attempt
from asyncapi_guard.values.whole_values import WholeChoices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.values.facts import Facts
    from asyncapi_guard.values.nodes import Node
    from asyncapi_guard.values.places import Place, Places

__all__ = ["Container", "another_name", "pattern_names"]

_MOST_PROPERTIES, _MOST_NAMES = 500, 3
#: Items of a list that are tried as a copy of another one.
_MOST_FILLED = 1_000
_CLOSING = ("additionalProperties", "unevaluatedProperties")
_ENDING = ("additionalItems", "items", "unevaluatedItems")


def another_name(place: Place, value: dict[str, Any]) -> str:
    """The name of a property that the schema does not have."""
    taken = {*value, *place.facts.named()}
    name = "another"
    while name in taken:
        name += "_"
    return name


def pattern_names(place: Place) -> Iterator[tuple[Node, str, str]]:
    """For each pattern of names: the schema, the pattern, and a name that it matches."""
    for part in place.parts:
        named = part.schema.get("patternProperties")
        for source in named if isinstance(named, dict) else ():
            pattern = pattern_of(source)
            choices = WholeChoices(full=False)
            name = pattern.text(choices, 0, 100) if pattern is not None else None
            if name is not None:
                yield part, source, name


class Container:
    """Attempts at one object or list.

    Args:
        places: those of its schemas.
        place: the place, with nothing open.
        make: makes a valid value of a place; `None` where it finds none, or a list of it.
    """

    def __init__(self, places: Places, place: Place, make: Callable[[Place], list[Any]]) -> None:
        self._places = places
        self._place = place
        self._facts: Facts = place.facts
        self._make = make

    def attempts(self, value: Any) -> Iterator[Attempt]:
        """What is tried in the place of a valid value."""
        if isinstance(value, dict):
            yield from self._of_object(value)
        elif isinstance(value, list):
            yield from self._of_list(value)

    # -- objects -----------------------------------------------------------------------------------

    def _of_object(self, value: dict[str, Any]) -> Iterator[Attempt]:
        for part in self._place.parts:
            yield from self._missing(part, value)
            yield from self._further(part, value)
            yield from self._sizes(part, value)
            if "propertyNames" in part.schema:
                yield from self._names(part, value)
            yield from self._depending(part, value)

    def _missing(self, part: Node, value: dict[str, Any]) -> Iterator[Attempt]:
        required = part.schema.get("required")
        for index, name in enumerate(required if isinstance(required, list) else ()):
            if name in value:
                what = f"without the required property {name!r}"
                yield Attempt("required", part, what, _without(value, name), (index,))
        must = self._facts.required()
        properties = part.schema.get("properties")
        named = properties if isinstance(properties, dict) else {}
        for name in named:
            if named[name] is False and name not in value:
                what = f"with the property {name!r}, which is not allowed"
                yield Attempt("properties", part, what, {**value, name: 1}, (name,))
        optional = [name for name in named if name not in must and name in value]
        for name in optional:
            what = f"without the optional property {name!r}"
            yield Attempt("properties", part, what, _without(value, name), (name,))
        if len(optional) > 1:
            least = {name: item for name, item in value.items() if name not in optional}
            yield Attempt("properties", part, "without any optional property", least)

    def _further(self, part: Node, value: dict[str, Any]) -> Iterator[Attempt]:
        name = another_name(self._place, value)
        for keyword in _CLOSING:
            if keyword in part.schema:
                made = self._make(self._place.named(name)) or [1]
                what = f"with a property that {keyword} is about"
                yield Attempt(keyword, part, what, {**value, name: made[0]})
        for owner, source, name in pattern_names(self._place):
            if owner is part:
                what = "with a property that patternProperties is about"
                for made in self._make(self._place.named(name)):
                    new = {**value, name: made}
                    yield Attempt("patternProperties", part, what, new, (source,))

    def _sizes(self, part: Node, value: dict[str, Any]) -> Iterator[Attempt]:
        for keyword, step in (("minProperties", -1), ("maxProperties", 1)):
            bound = part.schema.get(keyword)
            if not isinstance(bound, (int, float)) or bound > _MOST_PROPERTIES:
                continue
            count = int(bound)
            yield Attempt(keyword, part, f"as many as {keyword} {count}", self._sized(value, count))
            if count + step >= 0:
                what = f"one {'more' if step > 0 else 'fewer'} than {keyword} {count}"
                yield Attempt(keyword, part, what, self._sized(value, count + step))

    def _sized(self, value: dict[str, Any], count: int) -> dict[str, Any]:
        """The object with so many properties, the required ones first."""
        must = [name for name in self._facts.required() if name in value]
        order = [*must, *(name for name in value if name not in must)]
        found = {name: value[name] for name in order[:count]}
        for name in self._further_names(found):
            if len(found) >= count:
                break
            made = self._make(self._place.named(name))
            if made:
                found[name] = made[0]
        return found

    def _further_names(self, found: dict[str, Any]) -> Iterator[str]:
        yield from [name for name in self._facts.named() if name not in found]
        if self._facts.of_names():
            yield from self._tried_names(valid=True)
        yield from (name for _, _, name in pattern_names(self._place) if name not in found)
        yield from (f"key{number}" for number in range(_MOST_PROPERTIES))

    def _tried_names(self, *, valid: bool) -> Iterator[str]:
        """Names that what is said of names accepts, or does not."""
        names = self._place.names()
        atoms = atoms_of(
            PartPlace([PartNode(self._places.nodes.bundle, n.schema) for n in names.nodes])
        )
        texts = dict.fromkeys(each for each in atoms if isinstance(each, str))
        for text in (*texts, "another", "Another name"):
            if names.accepts(text) is valid:
                yield text

    def _names(self, part: Node, value: dict[str, Any]) -> Iterator[Attempt]:
        for valid, what in ((True, "with a name that"), (False, "with a name that is not what")):
            fresh = (name for name in self._tried_names(valid=valid) if name not in value)
            for name in islice(fresh, _MOST_NAMES):
                made = self._make(self._place.named(name)) or [1]
                new = {**value, name: made[0]}
                yield Attempt("propertyNames", part, f"{what} propertyNames asks for", new)

    def _depending(self, part: Node, value: dict[str, Any]) -> Iterator[Attempt]:
        for keyword in ("dependencies", "dependentRequired"):
            named = part.schema.get(keyword)
            for name, wanted in named.items() if isinstance(named, dict) else ():
                if not isinstance(wanted, list) or name not in value:
                    continue
                for other in wanted:
                    if other in value and other != name:
                        what = f"with {name!r} and without {other!r}"
                        yield Attempt(keyword, part, what, _without(value, other), (name,))

    # -- lists -------------------------------------------------------------------------------------

    def _of_list(self, value: list[Any]) -> Iterator[Attempt]:
        for part in self._place.parts:
            yield from self._lengths(part, value)
            yield from self._ends(part, value)
            if part.schema.get("uniqueItems") is True:
                yield from self._repeated(part, value)
            if "contains" in part.schema:
                yield from self._contained(part, value)

    def _lengths(self, part: Node, value: list[Any]) -> Iterator[Attempt]:
        for keyword, step in (("minItems", -1), ("maxItems", 1)):
            bound = part.schema.get(keyword)
            if not isinstance(bound, (int, float)) or bound > LONGEST:
                continue
            count = int(bound)
            yield Attempt(keyword, part, f"as many as {keyword} {count}", self._long(value, count))
            if count + step >= 0:
                what = f"one {'more' if step > 0 else 'fewer'} than {keyword} {count}"
                yield Attempt(keyword, part, what, self._long(value, count + step))

    def _long(self, value: list[Any], count: int) -> list[Any]:
        """The list with so many items."""
        found = value[:count]
        seen = Distinct(found)
        while len(found) < min(count, _MOST_FILLED if self._facts.is_unique() else LONGEST + 1):
            item = self._item(found, seen)
            if item is None:
                break
            if not self._facts.is_unique() and len(found) >= self._facts.positions():
                return found + item * (count - len(found))
            found += item
            seen.add(item[0])
        return found

    def _item(self, found: list[Any], seen: Distinct) -> list[Any] | None:
        """One more item, in a list; `None` where there is none."""
        made = self._make(self._place.item(len(found)))
        if not self._facts.is_unique():
            return made[:1] or [1]
        others = [*made, *_counted(made, len(found))]
        return next(([other] for other in others if other not in seen), None)

    def _ends(self, part: Node, value: list[Any]) -> Iterator[Attempt]:
        for keyword in _ENDING:
            below = part.schema.get(keyword)
            if below is None or isinstance(below, list):
                continue
            count = max(len(value), self._facts.positions()) + 1
            what = f"one item more, that {keyword} is about"
            yield Attempt(keyword, part, what, self._long(value, count))
            yield Attempt(keyword, part, "no items", [])

    def _repeated(self, part: Node, value: list[Any]) -> Iterator[Attempt]:
        found = value or (self._item([], Distinct()) or [])
        if found:
            most = self._facts.lengths()[1]
            repeated = [*found[: most - 1], found[0]] if most > 1 else [found[0], found[0]]
            yield Attempt("uniqueItems", part, "an item twice", repeated)
            count = max(2, self._facts.lengths()[0])
            yield Attempt("uniqueItems", part, "items that differ", self._long(value, count))

    def _contained(self, part: Node, value: list[Any]) -> Iterator[Attempt]:
        node = part.at("contains")
        most = part.schema.get("maxContains")
        least = part.schema.get("minContains", 1)
        begin = self._facts.positions()
        matching = self._make(self._place.item(begin, node))
        others = self._make(self._place.item(begin, self._places.refusing(node)))
        first = value[:begin]
        none = first + others[:1] * max(1, self._facts.lengths()[0] - begin) if others else []
        yield Attempt("contains", part, "no item that contains asks for", none)
        for keyword, bound, step in (("minContains", least, -1), ("maxContains", most, 1)):
            if not isinstance(bound, int) or not matching or bound > _MOST_FILLED:
                continue
            word = keyword if keyword in part.schema else "contains"
            for count in (bound, bound + step):
                if count >= 0:
                    rest = others[:1] * max(0, self._facts.lengths()[0] - begin - count)
                    found = first + matching[:1] * count + rest
                    yield Attempt(word, part, f"{count} items that contains asks for", found)


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != name}


def _counted(made: list[Any], count: int) -> list[Any]:
    """Values that differ from those before them, like one that is fine."""
    if not made:
        return [f"item{count}", count]
    first = made[0]
    if isinstance(first, str):
        return [first + str(count), str(count)]
    if isinstance(first, (int, float)) and not isinstance(first, bool):
        return [first + count, first - count]
    return [not first] if isinstance(first, bool) else []
