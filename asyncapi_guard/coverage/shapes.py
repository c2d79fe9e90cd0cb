"""The facts of a schema, as a tree in the shape of its values.

What is in `not`, `contains`, `propertyNames` and `unevaluated...` is not among them: no value is
seen to have it.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from asyncapi_guard.coverage.facts import Kind
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.bundle import target
from asyncapi_guard.schema.engine_choice import get_engine
from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.coverage.facts import Fact
    from asyncapi_guard.schema.bundle import Bundle

__all__ = ["CONST", "DEEPEST", "Branch", "Shape", "shape_of"]

#: Beyond so many, places share what is seen of them.
_MOST_SHAPES = 2_000
#: Values are looked at so deep, and schemas as well.
DEEPEST = 100
#: The name of the one value of `const`; those of `enum` are JSON, and so none of them is this.
CONST = "const"
_NOTHING = frozenset[str]()
_LONGEST_LABEL = 60


class AddFact(Protocol):
    """Makes a fact, or finds the one that there is."""

    def __call__(
        self, kind: Kind, location: str, pointer: str, name: str = "", label: str = ""
    ) -> Fact:
        """Arguments as the attributes of `Fact` and `Key`."""
        ...


class Shape:
    """What can be seen of one value.

    Attributes:
        facts: those of the value itself.
        fields: by the names of properties: that one is there, that it is not, and its value.
        values: what the value can be, one by one.
        types: which types it can have.
        branches: alternatives.
        conditions: `if`, and what follows either way.
        dependents: what holds if a property is there.
        positions: of a list, by index.
        items: of a list, the others.
        patterns: of properties whose names are like that.
        others: of properties that have no name in the schema.
        known: these names.
        also: other shapes of the same value.
        closed: all facts in it were seen.
        loops: it leads back to a shape that it is within.
    """

    __slots__ = (
        "also",
        "branches",
        "closed",
        "conditions",
        "dependents",
        "facts",
        "fields",
        "items",
        "known",
        "loops",
        "others",
        "patterns",
        "positions",
        "types",
        "values",
    )

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.fields: dict[str, list[tuple[Fact, Fact | None, Shape]]] = {}
        self.values: list[tuple[Any, Fact]] = []
        self.types: list[tuple[str, Fact]] = []
        self.branches: list[Branch] = []
        self.conditions: list[tuple[Branch, Branch | None, Branch | None]] = []
        self.dependents: list[tuple[str, Shape]] = []
        self.positions: list[Shape] = []
        self.items: Shape | None = None
        self.patterns: list[tuple[Branch, Shape]] = []
        self.others: Shape | None = None
        self.known: set[str] = set()
        self.also: list[Shape] = []
        self.closed: bool = False
        self.loops: bool = False

    def below(self) -> Iterator[Shape]:
        """The shapes directly in it."""
        for entries in self.fields.values():
            yield from (shape for *_, shape in entries)
        yield from (branch.shape for branch in self.branches)
        for _, *ways in self.conditions:
            yield from (way.shape for way in ways if way is not None)
        yield from (shape for _, shape in self.dependents)
        yield from (shape for _, shape in self.patterns)
        yield from (*self.positions, *self.also)
        yield from (shape for shape in (self.items, self.others) if shape is not None)

    def settle(self) -> None:
        """Find out whether there is more to see."""
        if self.closed or self.loops:
            return
        seen = all(fact.seen for fact in self.facts)
        self.closed = seen and all(shape.closed for shape in self.below())


class Branch:
    """An alternative, with what says whether a value is of it.

    Attributes:
        fact: that it was seen; `None` for what is no fact by itself.
        shape: of its values.
    """

    __slots__ = ("_accepts", "_bundle", "_schema", "fact", "shape")

    def __init__(self, bundle: Bundle, schema: Any, fact: Fact | None, shape: Shape) -> None:
        self._bundle = bundle
        self._schema = schema
        self._accepts: Callable[[Any], bool] | None = None
        self.fact: Fact | None = fact
        self.shape: Shape = shape

    @property
    def is_open(self) -> bool:
        """Whether there is anything to see in it."""
        return not self.shape.closed or (self.fact is not None and not self.fact.seen)

    def accepts(self, value: Any) -> bool:
        """Whether a value is of this alternative."""
        if self._accepts is None:
            self._accepts = self._compiled()
        return self._accepts(value)

    def _compiled(self) -> Callable[[Any], bool]:
        bundle = self._bundle
        adapted = {name: adapt(each, bundle.dialect) for name, each in bundle.schemas.items()}
        document = bundle.document(adapted)
        document["allOf"] = [adapt(self._schema, bundle.dialect)]
        engine = get_engine("jsonschema" if bundle.compares_bytes else "auto")
        try:
            return engine.compile(
                document, bundle.dialect, cyclic=bundle.cyclic, binary=bundle.binary
            )
        except ValueError:  # it needs the `$id` of a schema around it
            return lambda _: False


class _Place(NamedTuple):
    """Where a schema is in its bundle."""

    entry: str
    path: tuple[str | int, ...] = ()

    def below(self, *steps: str | int) -> _Place:
        return _Place(self.entry, (*self.path, *steps))


def shape_of(bundle: Bundle, add: AddFact) -> Shape:
    """The shape of the values of a schema.

    Args:
        bundle: the schema.
        add: makes facts.
    """
    return _Builder(bundle, add).build(_Place("s0"), bundle.root, "", _NOTHING, {})


_Trail = dict[_Place, Shape]


class _Builder:
    """Builds shapes of one bundle."""

    def __init__(self, bundle: Bundle, add: AddFact) -> None:
        self._bundle = bundle
        self._dialect = bundle.dialect
        self._add = add
        self._count = 0
        self._depth = 0
        #: The first shape of each place.
        self._first: _Trail = {}

    def build(
        self, place: _Place, schema: Any, pointer: str, required: frozenset[str], trail: _Trail
    ) -> Shape:
        """The shape of values that a schema judges.

        Args:
            place: where the schema is.
            schema: it.
            pointer: where its values are.
            required: properties that schemas of the same value require.
            trail: the shapes that it is within, by the places of their schemas.
        """
        place, schema = self._resolved(place, schema)
        around = trail.get(place) or (
            self._first.get(place) if self._count >= _MOST_SHAPES else None
        )
        if around is not None:
            return self._shared(around)
        self._count += 1
        shape = Shape()
        if self._depth >= DEEPEST:
            shape.settle()
            return shape
        self._depth += 1
        try:
            return self._built(shape, place, schema, pointer, required, trail)
        finally:
            self._depth -= 1

    def _built(
        self,
        shape: Shape,
        place: _Place,
        schema: Any,
        pointer: str,
        required: frozenset[str],
        trail: _Trail,
    ) -> Shape:
        self._first.setdefault(place, shape)
        members = list(self._members(place, schema, shape, trail))
        required |= {
            name
            for _, each in members
            if isinstance(each.get("required"), list)
            for name in each["required"]
            if isinstance(name, str)
        }
        inner = trail | {each: shape for each, _ in members} | {place: shape}
        for at, each in members:
            self._add_values(shape, at, each, pointer)
            self._add_fields(shape, at, each, pointer, required, inner)
            self._add_items(shape, at, each, pointer, inner)
            self._add_branches(shape, at, each, pointer, required, inner)
        shape.loops = shape.loops or any(below.loops for below in shape.below())
        shape.settle()
        return shape

    def _shared(self, shape: Shape) -> Shape:
        """What stands for a shape that there is already."""
        stand_in = Shape()
        stand_in.also.append(shape)
        stand_in.loops = True
        return stand_in

    def _resolved(self, place: _Place, schema: Any) -> tuple[_Place, Any]:
        """What a chain of bare references leads to."""
        seen = set[_Place]()
        while isinstance(schema, dict) and place not in seen:
            entry = target(self._dialect, schema.get("$ref"))
            bare = not self._dialect.siblings or len(schema) == 1
            if entry is None or not bare or entry not in self._bundle.schemas:
                break
            seen.add(place)
            place, schema = _Place(entry), self._bundle.schemas[entry]
        return place, schema

    def _members(
        self, place: _Place, schema: Any, shape: Shape, trail: _Trail
    ) -> Iterator[tuple[_Place, dict[str, Any]]]:
        """The schemas that judge a value in any case: a schema, and those in its `allOf`."""
        todo, seen = [(place, schema)], set[_Place]()
        while todo:
            at, each = self._resolved(*todo.pop(0))
            if at in seen or not isinstance(each, dict):
                continue
            seen.add(at)
            if at in trail:
                shape.also.append(trail[at])
                shape.loops = True
                continue
            yield at, each
            entry = target(self._dialect, each.get("$ref"))
            if entry in self._bundle.schemas and entry is not None:
                if not self._dialect.siblings:
                    continue
                todo.append((_Place(entry), self._bundle.schemas[entry]))
            for keyword in ("allOf", "anyOf", "oneOf"):
                branches = each.get(keyword)
                if isinstance(branches, list) and (keyword == "allOf" or len(branches) == 1):
                    todo += [(at.below(keyword, n), one) for n, one in enumerate(branches)]

    # -- facts -------------------------------------------------------------------------------------

    def _fact(
        self,
        shape: Shape,
        kind: Kind,
        place: _Place,
        pointer: str,
        name: str = "",
        label: str = "",
    ) -> Fact:
        location = self._bundle.places[place.entry] + format_pointer(place.path)
        fact = self._add(kind, location, pointer, name, label)
        shape.facts.append(fact)
        return fact

    def _add_values(self, shape: Shape, at: _Place, schema: dict[str, Any], pointer: str) -> None:
        values = schema.get("enum")
        if isinstance(values, list):
            for number, value in enumerate(values):
                place = at.below("enum", number)
                fact = self._fact(shape, Kind.VALUE, place, pointer, _name(value), _label(value))
                shape.values.append((value, fact))
        if "const" in schema:
            value = schema["const"]
            place = at.below("const")
            fact = self._fact(shape, Kind.VALUE, place, pointer, CONST, _label(value))
            shape.values.append((value, fact))
        types = schema.get("type")
        if isinstance(types, list) and len(types) > 1:
            for number, name in enumerate(types):
                place = at.below("type", number)
                fact = self._fact(shape, Kind.ALTERNATIVE, place, pointer, str(name), str(name))
                shape.types.append((name, fact))

    def _add_fields(
        self,
        shape: Shape,
        at: _Place,
        schema: dict[str, Any],
        pointer: str,
        required: frozenset[str],
        trail: _Trail,
    ) -> None:
        for name, below in _named(schema, "properties"):
            shape.known.add(name)
            if below is False:
                continue  # it is never there
            place, inner = at.below("properties", name), pointer + format_pointer((name,))
            there = self._fact(shape, Kind.FIELD, place, inner)
            absent = None
            if name not in required:
                absent = self._fact(shape, Kind.ABSENCE, place, inner)
            value = self.build(place, below, inner, _NOTHING, trail)
            shape.fields.setdefault(name, []).append((there, absent, value))
        for name, below in _named(schema, "patternProperties"):
            value = self.build(
                at.below("patternProperties", name), below, f"{pointer}/*", _NOTHING, trail
            )
            # The engine says which names are like that, in linear time: clients choose them.
            shape.patterns.append((Branch(self._bundle, {"pattern": name}, None, value), value))
        others = schema.get("additionalProperties")
        if isinstance(others, dict) and shape.others is None:
            place = at.below("additionalProperties")
            shape.others = self.build(place, others, f"{pointer}/*", _NOTHING, trail)

    def _add_items(
        self, shape: Shape, at: _Place, schema: dict[str, Any], pointer: str, trail: _Trail
    ) -> None:
        keyword = self._dialect.tuple_keyword
        positions = schema.get(keyword)
        if isinstance(positions, list) and not shape.positions:
            shape.positions = [
                self.build(at.below(keyword, n), each, f"{pointer}/{n}", _NOTHING, trail)
                for n, each in enumerate(positions)
            ]
        rest = "additionalItems" if keyword == "items" and isinstance(positions, list) else "items"
        items = schema.get(rest)
        if isinstance(items, dict) and shape.items is None:
            shape.items = self.build(at.below(rest), items, f"{pointer}/*", _NOTHING, trail)

    def _add_branches(
        self,
        shape: Shape,
        at: _Place,
        schema: dict[str, Any],
        pointer: str,
        required: frozenset[str],
        trail: _Trail,
    ) -> None:
        for keyword in ("oneOf", "anyOf"):
            branches = schema.get(keyword)
            if not isinstance(branches, list) or len(branches) < 2:
                continue
            for number, each in enumerate(branches):
                place, label = at.below(keyword, number), _label_of_branch(each, self._bundle)
                name = f"{keyword}/{number}"
                fact = self._fact(shape, Kind.ALTERNATIVE, place, pointer, name, label)
                below = self.build(place, each, pointer, required, trail)
                shape.branches.append(Branch(self._bundle, each, fact, below))
        if "if" in schema and ("then" in schema or "else" in schema):
            ways: list[Branch | None] = []
            for keyword in ("then", "else"):
                if keyword not in schema:
                    ways.append(None)
                    continue
                place, each = at.below(keyword), schema[keyword]
                fact = self._fact(shape, Kind.ALTERNATIVE, place, pointer, keyword, keyword)
                below = self.build(place, each, pointer, required, trail)
                ways.append(Branch(self._bundle, each, fact, below))
            asked = Branch(self._bundle, schema["if"], None, Shape())
            shape.conditions.append((asked, ways[0], ways[1]))
        for keyword in ("dependentSchemas", "dependencies"):
            for name, each in _named(schema, keyword):
                if isinstance(each, dict):
                    place = at.below(keyword, name)
                    below = self.build(place, each, pointer, required, trail)
                    shape.dependents.append((name, below))


def _named(schema: dict[str, Any], keyword: str) -> Iterator[tuple[str, Any]]:
    found = schema.get(keyword)
    if isinstance(found, dict):
        yield from found.items()


def _name(value: Any) -> str:
    """What a value of the document is known by, wherever it is in its list."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    if len(text) <= _LONGEST_LABEL:
        return text
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _label(value: Any) -> str:
    """A value of the document, for people."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _label_of_branch(schema: Any, bundle: Bundle) -> str:
    """What an alternative may be called; empty where nothing is said."""
    if not isinstance(schema, dict):
        return ""
    if isinstance(schema.get("title"), str):
        return _label(schema["title"])[1:-1]
    entry = target(bundle.dialect, schema.get("$ref"))
    if entry is not None and entry in bundle.places:
        return bundle.places[entry].rpartition("/")[2]
    if "const" in schema:
        return _label(schema["const"])
    return schema["type"] if isinstance(schema.get("type"), str) else ""
