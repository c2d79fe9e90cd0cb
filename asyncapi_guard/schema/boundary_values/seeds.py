"""Whole values that a schema probably accepts, one or two for each of its alternatives."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values.atoms import atoms_of
from asyncapi_guard.schema.boundary_values.parts import Node, Part, Place, followed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["seeds_of"]

_DEEPEST, _DEEPEST_OPTIONAL = 12, 4
#: Alternatives of one schema, and values of one search.
_MOST, _MOST_STEPS = 24, 4_000
_MOST_PARTS = 100
_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    bytes: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
_TELLING = {
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "object": ("properties", "required", "additionalProperties", "patternProperties"),
}


class _NoValueError(Exception):
    """A schema has no value that is easily found."""


def seeds_of(nodes: Sequence[Node]) -> Iterator[Any]:
    """Values for schemas that must all fit: with all that is optional, and without."""
    maker = _Maker()
    for parts in islice(maker.alternatives(nodes, 0), _MOST):
        for full in (True, False):
            try:
                yield maker.value(parts, 0, full=full, within=())
            except _NoValueError:
                continue


class _Maker:
    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def alternatives(self, nodes: Sequence[Node], depth: int) -> Iterator[list[Part]]:
        """The objects of keywords that count together, for each choice of alternatives."""
        own: list[Part] = []
        choices: list[list[Node]] = []
        todo = list(nodes)
        while todo:
            bundle, schema = todo.pop(0)
            if schema is False or len(own) > _MOST_PARTS:
                return
            if not isinstance(schema, dict):
                continue
            behind, _ = followed(bundle, schema)
            todo += [Node(bundle, behind)] if behind is not None else []
            if behind is None or bundle.dialect.siblings:
                own.append(Part(bundle, schema))
                todo += [Node(bundle, each) for each in _list(schema, "allOf")]
                several = (_list(schema, keyword) for keyword in ("oneOf", "anyOf"))
                choices += [[Node(bundle, each) for each in some] for some in several if some]
        if not choices or depth > _DEEPEST:
            yield own
            return
        for chosen in islice(product(*choices), _MOST):
            for below in self.alternatives(chosen, depth + 1):
                yield [*own, *below]

    def value(self, parts: list[Part], depth: int, *, full: bool, within: tuple[int, ...]) -> Any:
        self._left -= 1
        ids = tuple(id(part.keywords) for part in parts)
        if self._left < 0 or depth > _DEEPEST or any(within.count(each) > 1 for each in ids):
            raise _NoValueError
        within = (*within, *ids)
        place = Place([Node(part.bundle, _without_choices(part.keywords)) for part in parts])
        told = _told(place)
        if told:
            return told[0]
        kind = _type_of(place)
        if kind == "object":
            return self._object(place, depth, full, within)
        if kind == "array":
            return self._array(place, depth, full, within)
        for atom in atoms_of(place):
            if (kind is None or _is_a(atom, kind)) and _fits(place, atom):
                return atom
        raise _NoValueError

    def below(self, nodes: Sequence[Node], depth: int, full: bool, within: tuple[int, ...]) -> Any:  # noqa: FBT001  # passed on
        for parts in islice(self.alternatives(nodes, 0), _MOST):
            try:
                return self.value(parts, depth + 1, full=full, within=within)
            except _NoValueError:
                continue
        raise _NoValueError

    def _object(self, place: Place, depth: int, full: bool, within: tuple[int, ...]) -> Any:  # noqa: FBT001  # as above
        required = {name for names in place.each("required") for name in names}
        found = {}
        for name in place.names():
            if name not in required and not (full and depth < _DEEPEST_OPTIONAL):
                continue
            try:
                found[name] = self.below(place.of_property(name), depth, full, within)
            except _NoValueError:
                if name in required:
                    raise
        least = max((int(each) for each in place.each("minProperties")), default=0)
        for number in range(min(least, 50) - len(found)):
            name = f"key{number}"
            found[name] = self.below(place.of_property(name), depth, full, within)
        return found

    def _array(self, place: Place, depth: int, full: bool, within: tuple[int, ...]) -> Any:  # noqa: FBT001  # as above
        least = max((int(each) for each in place.each("minItems")), default=0)
        most = min((int(each) for each in place.each("maxItems")), default=50)
        wanted = 0
        while full and place.has_positions(wanted):
            wanted += 1
        wanted = min(max(least, wanted, 1 if full else 0), most, 50)
        found: list[Any] = []
        for index in range(wanted):
            try:
                found.append(self.below(place.of_item(index), depth, full, within))
            except _NoValueError:
                if len(found) < least:
                    raise
                break
        if True in place.each("uniqueItems"):
            found = _distinct(place, found)
        return found


def _distinct(place: Place, found: list[Any]) -> list[Any]:
    """The items, others in the place of those that were there before."""
    taken: list[Any] = []
    for index, item in enumerate(found):
        others = atoms_of(Place(place.of_item(index))) if item in taken else ()
        kind = type(item)
        taken.append(next((o for o in others if type(o) is kind and o not in taken), item))
    return taken


def _list(schema: dict[str, Any], keyword: str) -> list[Any]:
    several = schema.get(keyword)
    return several if isinstance(several, list) else []


def _without_choices(keywords: dict[str, Any]) -> dict[str, Any]:
    left = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref")
    return {key: value for key, value in keywords.items() if key not in left}


def _told(place: Place) -> list[Any]:
    """The values that a place must be one of; nothing where it does not say."""
    lists = [values for values in place.each("enum") if isinstance(values, list)]
    lists += [[value] for value in place.each("const")]
    if not lists:
        return []
    first, *others = lists
    return [value for value in first if all(value in other for other in others)]


def _type_of(place: Place) -> str | None:
    """The type that all parts have in common, the first of several; `None` for any."""
    common: list[str] | None = None
    for types in place.each("type"):
        named = [types] if isinstance(types, str) else [*types]
        if common is None:
            common = named
        elif "number" in common and "integer" in named:
            common = ["integer" if each == "number" else each for each in common]
        else:
            common = [each for each in common if each in named or "number" in named] or common
    if common:
        return next((each for each in common if each != "null"), common[0])
    for kind, keywords in _TELLING.items():
        if any(keyword in part.keywords for part in place.parts for keyword in keywords):
            return kind
    return None


def _is_a(value: Any, kind: str) -> bool:
    named = _TYPES[type(value)]
    return named == kind or (kind == "number" and named == "integer")


def _fits(place: Place, value: Any) -> bool:
    """Whether a value is within the plain bounds of a place."""
    if isinstance(value, str):
        return all(len(value) >= each for each in place.each("minLength")) and all(
            len(value) <= each for each in place.each("maxLength")
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return all(value >= each for each in place.each("minimum")) and all(
            value <= each for each in place.each("maximum")
        )
    return True
