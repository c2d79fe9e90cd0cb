"""Schemas as trees of rows, with links between those that have names.

A schema with a name is shown wherever it is used, as far as it helps: a schema within itself is a
link, and so is one deep within others, or one of too many. Each name has a place of its own on the
page, so a link always leads to the whole. A schema without a name that is nested too deep gets such
a place, too. So a page grows with the document, and not with the number of ways through it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup

from asyncapi_guard.console.reading.anchors import Anchors, schema_anchor
from asyncapi_guard.console.reading.constraints import limits_of, type_words
from asyncapi_guard.console.reading.flat_schema import FlatSchema, flatten, schema_name
from asyncapi_guard.console.reading.rows import Branch, Group, Link, Row
from asyncapi_guard.console.reading.wording import joined, number
from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema import Bundle, CompiledSchema

__all__ = ["NamedSchema", "Trees"]

#: Levels of a tree, and levels of schemas with names within each other that are unfolded in place.
_DEEPEST = 8
_DEEPEST_NAMED = 3
#: Rows of schemas with names that one tree, and all trees of a page, unfold in place.
_MOST_ROWS = 200
_MOST_ROWS_OF_ALL = 20_000
#: Keywords with alternatives, and what is said of them.
_CHOICES = {"oneOf": "one of {}", "anyOf": "at least one of {}"}
#: Properties that tell alternatives without names apart.
_TOLD_BY = 3


@dataclass(slots=True)
class NamedSchema:
    """A schema with a place of its own on the page.

    Attributes:
        link: its name and its place.
        bundle: what it refers to is in there.
        schema: itself.
        entry: its name in the bundle; empty for one that has no name in the document.
        users: the events that it is a part of, as links.
    """

    link: Link
    bundle: Bundle
    schema: Any
    entry: str = ""
    users: dict[Link, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Place:
    """Where in a tree a row is made.

    Attributes:
        bundle: of the tree.
        origin: where its root stands, as `file#/json/pointer`.
        trail: the names from the root to here.
        within: the entries that this is in.
        named: how many of them have names.
        is_free: nothing that has a name is around it, the root included.
    """

    bundle: Bundle
    origin: str
    trail: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    named: int = 0
    is_free: bool = False

    def below(self, name: str, flat: FlatSchema | None = None) -> _Place:
        within = self.within if flat is None else (*self.within, *flat.entries)
        named = self.named + (len(flat.named) > 0 if flat is not None else 0)
        is_free = self.is_free and named == 0
        trail = (*self.trail, name)
        return _Place(self.bundle, self.origin, trail, within, named, is_free)  # faster than a copy


class Trees:
    """Makes trees of all schemas of a page, and keeps the schemas that have names."""

    def __init__(self) -> None:
        self._anchors = Anchors()
        #: By places; `file#/json/pointer` for those that the document names.
        self._named: dict[str, NamedSchema] = {}
        self._by_link: dict[Link, NamedSchema] = {}
        #: Rows of references, each with how many rows are in it; by what they lead to, its dialect,
        #: and how deep they stand.
        self._known: dict[tuple[str, str, int], tuple[Row, int]] = {}
        self._unbuilt: deque[NamedSchema] = deque()
        #: Of the trees whose parts have not all got names.
        self._bundles: list[Bundle] = []
        self._met: set[str] = set()
        self._rows_of_all = 0
        self._rows = 0

    def tree(self, schema: Schema, user: Link | None = None) -> Row:
        """The tree of an event's arguments, or of what it is acknowledged with.

        Args:
            schema: of a contract.
            user: the event, to be listed at the schemas that it uses.
        """
        compiled = cast("CompiledSchema", schema)  # as every schema of a contract is
        bundle = compiled.bundle
        self._bundles.append(bundle)
        self._rows = 0
        is_free = not schema_name(compiled.location)
        place = _Place(bundle, compiled.location, within=("s0",), is_free=is_free)
        row = self._row(place, bundle.root)
        if schema_name(compiled.location):
            row = replace(row, links=(self._link(bundle, "s0"), *row.links))
        if user is not None:
            self._note_use(row, user)
        return row

    def places(self) -> set[str]:
        """Where all stand that have a place of their own or are a part of a tree's schema."""
        return self._met | set(self._named)

    def name(self, name: str, schema: Schema) -> None:
        """Give a schema of the components a place of its own."""
        compiled = cast("CompiledSchema", schema)  # as above
        if schema_name(compiled.location):
            self._link(compiled.bundle, "s0")
        elif compiled.location not in self._named:
            self._keep(compiled.location, name, compiled.bundle, compiled.bundle.root, "s0")

    def link_of(self, schema: Schema) -> Link | None:
        """The link of a schema that has a name."""
        compiled = cast("CompiledSchema", schema)  # as above
        return self._link(compiled.bundle, "s0") if schema_name(compiled.location) else None

    def named(self) -> Iterator[tuple[NamedSchema, Row]]:
        """The schemas that have names, each with its tree; those that only these name come last."""
        self._name_all()
        while self._unbuilt:
            each = self._unbuilt.popleft()
            self._rows = 0
            within = (each.entry,) if each.entry else ()
            place = _Place(each.bundle, each.link.anchor, within=within, named=1)
            yield each, self._row(place, each.schema)

    def _name_all(self) -> None:
        """Give those a place that words speak of without a link, such as `not` and `if`."""
        for bundle in self._bundles:
            self._met.update(bundle.places.values())
            for entry, place in bundle.places.items():
                if place not in self._named and schema_name(place):
                    self._link(bundle, entry)
        self._bundles.clear()

    def _note_use(self, row: Row, user: Link) -> None:
        for link in row.mentioned():
            self._by_link[link].users.setdefault(user)

    # -- names -------------------------------------------------------------------------------------

    def _link(self, bundle: Bundle, entry: str) -> Link:
        """The link of an entry that has a name."""
        place = bundle.places[entry]
        if place not in self._named:
            self._keep(place, schema_name(place), bundle, bundle.schemas[entry], entry)
        return self._named[place].link

    def _keep(self, place: str, name: str, bundle: Bundle, schema: Any, entry: str = "") -> None:
        link = Link(name, self._anchors.take(schema_anchor(name), place))
        named = NamedSchema(link, bundle, schema, entry)
        self._named[place] = self._by_link[link] = named
        self._unbuilt.append(named)

    def _elsewhere(self, place: _Place, schema: Any) -> Link:
        """A place of its own for a schema without a name."""
        origin = schema_name(place.origin) or place.origin.rpartition("/")[2]
        key = f"{place.origin} {place.trail!r}"
        if key not in self._named:
            name = ".".join([origin.removeprefix("schema-"), *place.trail])
            self._keep(key, name, place.bundle, schema)
        return self._named[key].link

    # -- rows --------------------------------------------------------------------------------------

    def _row(self, place: _Place, schema: Any, **said: Any) -> Row:
        """A row, and all that is in it.

        Args:
            place: where it is.
            schema: of the value.
            said: what else is known of it, as fields of `Row`.
        """
        entry = _plain_reference(place.bundle, schema)
        if entry is None or not place.is_free or not self._may_unfold(place):
            return self._made(place, schema, **said)
        # Most events share schemas: those of the first level are made once for each level.
        key = (place.bundle.places[entry], place.bundle.dialect.name, len(place.trail))
        if key not in self._known:
            before = self._rows
            row = self._made(place, schema)
            if self._may_unfold(place):  # else something in it was left out
                self._known[key] = row, self._rows - before
            return replace(row, **said)
        row, amount = self._known[key]
        self._rows += amount
        self._rows_of_all += amount
        return replace(row, **said)

    def _made(self, place: _Place, schema: Any, **said: Any) -> Row:
        flat = flatten(place.bundle, schema)
        row = Row(
            **said,
            kind=self._kind(flat),
            limits=joined(self._limits(flat), ", "),
            text=flat.texts("description").strip(),
            links=tuple(self._link(place.bundle, entry) for entry in flat.named),
            deprecated=flat.is_true("deprecated"),
        )
        if flat.is_never:
            return replace(row, kind="nothing", limits=Markup("must not be there"))
        if not _has_inside(flat):
            return row
        if any(entry in place.within for entry in flat.entries):
            return replace(row, again=True)
        if flat.named and not self._may_unfold(place):
            return replace(row, is_elsewhere=True)
        if len(place.trail) >= _DEEPEST:
            links = row.links or (self._elsewhere(place, schema),)
            return replace(row, links=links, is_elsewhere=True)
        inner = place.below("", flat)
        inner.trail = place.trail
        return self._filled(row, inner, flat)

    def _may_unfold(self, place: _Place) -> bool:
        """Whether a schema with a name is unfolded in place."""
        return (
            place.named < _DEEPEST_NAMED
            and self._rows < _MOST_ROWS
            and self._rows_of_all < _MOST_ROWS_OF_ALL
        )

    def _filled(self, row: Row, place: _Place, flat: FlatSchema) -> Row:
        """A row with what is in it."""
        chosen = self._null_or(place, flat)
        if chosen is not None:
            inner = self._row(place, chosen)
            links = (*row.links, *inner.links)
            types = inner.kind if inner.kind.endswith("null") else f"{inner.kind} or null"
            return replace(
                inner,
                name=row.name,
                is_name=row.is_name,
                position=row.position,
                presence=row.presence,
                kind=types,
                limits=joined(filter(None, (row.limits, inner.limits))),
                text=row.text or inner.text,
                links=links,
                deprecated=row.deprecated or inner.deprecated,
            )
        rows = [*self._properties(place, flat), *self._positions(place, flat)]
        closings = [
            *_closings(flat),
            *(["There is more than is shown here."] if flat.is_cut else []),
        ]
        groups = [*self._choices(place, flat), *self._conditions(place, flat)]
        row = replace(row, rows=tuple(rows), groups=tuple(groups), closings=tuple(closings))
        items = _items(place.bundle, flat)
        return row if items is None or rows else self._list(row, place, items)

    def _count(self) -> None:
        self._rows += 1
        self._rows_of_all += 1

    def _properties(self, place: _Place, flat: FlatSchema) -> Iterator[Row]:
        required = flat.required
        properties = flat.by_name("properties")
        for name, schema in properties.items():
            self._count()
            presence = "required" if name in required else "optional"
            yield self._row(place.below(name), schema, name=name, presence=presence)
        for name in required:
            if name not in properties:
                yield Row(name=name, kind="anything", presence="required")
        for pattern, schema in flat.by_name("patternProperties").items():
            self._count()
            yield self._row(
                place.below(pattern), schema, name=f"names that match {pattern}", is_name=False
            )
        further = flat.first("additionalProperties")
        if isinstance(further, dict) and further:
            self._count()
            below = place.below("any other name")
            yield self._row(below, further, name="any other name", is_name=False)

    def _positions(self, place: _Place, flat: FlatSchema) -> Iterator[Row]:
        """Items of fixed places, such as arguments."""
        positions = _positions(place.bundle, flat)
        if positions is None:
            return
        least = flat.first("minItems")
        least = least if isinstance(least, int) else 0
        for index, schema in enumerate(positions):
            self._count()
            inner = flatten(place.bundle, schema)
            presence = "required" if index < least else "optional"
            row = self._row(
                place.below(str(index + 1)),
                schema,
                name=inner.texts("title"),
                position=index + 1,
                presence=presence,
            )
            yield row
        rest = _rest(place.bundle, flat)
        if isinstance(rest, dict) and rest:
            self._count()
            yield self._row(place.below("further"), rest, name="each further one", is_name=False)

    def _list(self, row: Row, place: _Place, items: Any) -> Row:
        """A list: what is said of its items goes into its own row where one line can say it."""
        self._count()
        item = self._row(place.below("each item"), items, name="each item", is_name=False)
        words = type_words(flatten(place.bundle, items).types, many=True)
        kind = row.kind.replace("list", f"list of {words}", 1)
        if item.again and item.links:
            again = Markup.escape(f"each is {_article(item.links[0].name)} again")
            limits = joined(filter(None, (row.limits, again)))
            return replace(row, kind=kind, limits=limits, links=(*row.links, *item.links))
        is_plain = not (item.is_nested or item.closings or (row.text and item.text))
        if is_plain and not item.again:
            said = Markup("each {}").format(item.limits) if item.limits else Markup()
            limits = joined(filter(None, (row.limits, said)), "; ")
            links = (*row.links, *item.links)
            elsewhere = item.is_elsewhere
            text = row.text or item.text
            return replace(
                row, kind=kind, limits=limits, links=links, text=text, is_elsewhere=elsewhere
            )
        if item.is_nested and not item.limits and not item.text and words == "objects":
            return replace(
                row,
                kind=kind,
                links=(*row.links, *item.links),
                rows=(*row.rows, *item.rows),
                groups=(*row.groups, *item.groups),
                closings=item.closings,
            )
        return replace(row, kind=kind, rows=(*row.rows, item))

    # -- alternatives and conditions ---------------------------------------------------------------

    def _null_or(self, place: _Place, flat: FlatSchema) -> Any:
        """The other alternative where there are two and one is null."""
        choices = [each for word in _CHOICES for each in flat.each(word) if isinstance(each, list)]
        if len(choices) != 1 or len(choices[0]) != 2:
            return None
        nulls = [flatten(place.bundle, each).types == ("null",) for each in choices[0]]
        has_more = any(key in part for part in flat.parts for key in ("properties", "items"))
        return choices[0][nulls.index(False)] if sum(nulls) == 1 and not has_more else None

    def _choices(self, place: _Place, flat: FlatSchema) -> Iterator[Group]:
        for part in flat.parts:
            for keyword, heading in _CHOICES.items():
                schemas = part.get(keyword)
                if not isinstance(schemas, list):
                    continue
                said = heading.format(number(len(schemas)))
                told = part.get("discriminator")
                told = told.get("propertyName") if isinstance(told, dict) else told
                if isinstance(told, str):
                    said += f", told apart by {told}"
                branches = [self._branch(place, keyword, n, each) for n, each in enumerate(schemas)]
                yield Group(said, tuple(branches))

    def _branch(self, place: _Place, keyword: str, index: int, schema: Any) -> Branch:
        self._count()
        row = self._row(place.below(f"{keyword} {index + 1}"), schema)
        return Branch(self._title(place, row, schema), row)

    def _title(self, place: _Place, row: Row, schema: Any) -> str:
        if row.links:
            return row.links[0].name
        title = flatten(place.bundle, schema).texts("title")
        if title:
            return title
        names = [each.name for each in row.rows if each.is_name and each.name]
        told = ", ".join(names[:_TOLD_BY]) + (", …" if len(names) > _TOLD_BY else "")
        return f"{row.kind} with {told}" if told else row.kind

    def _conditions(self, place: _Place, flat: FlatSchema) -> Iterator[Group]:
        """Schemas that apply to the same value under a condition, or must not."""
        for part in flat.parts:
            for heading, branches in _conditions_of(part):
                made = []
                for title, schema in branches:
                    self._count()
                    row = self._row(place.below(title), schema)
                    made.append(Branch(title, row))
                yield Group(heading, tuple(made))

    # -- words -------------------------------------------------------------------------------------

    def _kind(self, flat: FlatSchema) -> str:
        if flat.types:
            return type_words(flat.types)
        return (
            "any of several"
            if any(word in p for p in flat.parts for word in _CHOICES)
            else ("anything")
        )

    def _limits(self, flat: FlatSchema) -> list[Markup]:
        return [
            *dict.fromkeys(limit for part in flat.parts for limit in limits_of(part, flat.types))
        ]


# -- readers of keywords ---------------------------------------------------------------------------

_PLACES = ("prefixItems", "items")
_INSIDE = frozenset(
    (
        "additionalItems", "additionalProperties", "anyOf", "contains", "dependencies",
        "dependentSchemas", "if", "items", "not", "oneOf", "patternProperties", "prefixItems",
        "properties", "propertyNames", "required", "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip


def _plain_reference(bundle: Bundle, schema: Any) -> str | None:
    """The entry that a schema is, if it is a reference to one and nothing else."""
    if not isinstance(schema, dict) or len(schema) != 1:
        return None
    return target(bundle.dialect, schema.get("$ref"))


def _has_inside(flat: FlatSchema) -> bool:
    return any(not _INSIDE.isdisjoint(part) for part in flat.parts) or "object" in flat.types


def _positions(bundle: Bundle, flat: FlatSchema) -> list[Any] | None:
    positions = flat.first(bundle.dialect.tuple_keyword)
    return positions if isinstance(positions, list) else None


def _rest(bundle: Bundle, flat: FlatSchema) -> Any:
    """What further items may be; `None` for anything."""
    return flat.first(
        "items" if bundle.dialect.tuple_keyword == "prefixItems" else "additionalItems"
    )


def _items(bundle: Bundle, flat: FlatSchema) -> Any:
    """The schema of all items; `None` without one."""
    if _positions(bundle, flat) is not None:
        return None
    items = flat.first("items")
    return items if isinstance(items, dict) and items else None


def _closings(flat: FlatSchema) -> Iterator[str]:
    """Whether there may be more than what is listed."""
    if any(isinstance(part.get(word), list) for part in flat.parts for word in _PLACES):
        if _may_have_more(flat):
            yield "Further items are accepted."
        return
    if "object" not in flat.types:
        return
    closed = [*flat.each("additionalProperties"), *flat.each("unevaluatedProperties")]
    has_names = any("properties" in part or "patternProperties" in part for part in flat.parts)
    if False in closed:
        yield "No other properties." if has_names else "No properties."
    elif not any(isinstance(each, dict) and each for each in closed):
        yield "Other properties are accepted." if has_names else "Any properties are accepted."


def _may_have_more(flat: FlatSchema) -> bool:
    """Whether items beyond the fixed places may be anything."""
    rest = [
        value
        for word in ("additionalItems", "items", "unevaluatedItems")
        for value in flat.each(word)
        if not isinstance(value, list)
    ]
    places = [each for word in _PLACES for each in flat.each(word) if isinstance(each, list)]
    most = flat.first("maxItems")
    if isinstance(most, int) and most <= max(map(len, places)):
        return False
    return not any(value is False or (isinstance(value, dict) and value) for value in rest)


def _conditions_of(part: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Groups of branches, as headings with titles and schemas."""
    if "not" in part:
        yield "must not be", [("not this", part["not"])]
    if "if" in part:
        branches = [("if it is this", part["if"])]
        branches += [
            (f"{word} it must be this", part[word]) for word in ("then", "else") if word in part
        ]
        yield "depends on its value", branches
    if "contains" in part:
        least, most = part.get("minContains", 1), part.get("maxContains")
        said = f"at least {least}" + (f" and at most {most}" if most is not None else "")
        yield f"some items: {said}", [("such an item", part["contains"])]
    if "propertyNames" in part:
        yield "names of properties", [("each name", part["propertyNames"])]
    for keyword in ("unevaluatedProperties", "unevaluatedItems"):
        if isinstance(part.get(keyword), dict) and part[keyword]:
            yield "what nothing else describes", [("each of the others", part[keyword])]
    for keyword in ("dependentSchemas", "dependencies"):
        rules = part.get(keyword)
        schemas = rules.items() if isinstance(rules, dict) else ()
        branches = [
            (f"if {name} is there", each) for name, each in schemas if not isinstance(each, list)
        ]
        if branches:
            yield "depends on its properties", branches


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"
