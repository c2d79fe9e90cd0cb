"""The combined constraints of several schemas on one value, with their open alternatives.

A place has schemas that must all accept its value. Where one of them has alternatives (`anyOf`,
`oneOf`, `if`, what depends on a property, what `not` leaves), the place has a choice, and each
option of that is a place with more schemas and one choice less. A place without choices has
`Facts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.dialects import IN_PLACE
from asyncapi_guard.schema.engine_choice import get_engine
from asyncapi_guard.values.facts import Facts
from asyncapi_guard.values.negation import absent, negated, present
from asyncapi_guard.values.nodes import Node, Nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.schema.bundle import Bundle
    from asyncapi_guard.schema.engine import EngineName

__all__ = ["Choice", "Place", "Places"]

#: Keywords about which a value that was made needs a look of the judge.
_HARD = frozenset(
    (
        *("not", "if", "oneOf", "contains", "propertyNames", "dependencies", "dependentSchemas"),
        *("unevaluatedProperties", "unevaluatedItems", "patternProperties"),
    )
)
#: Under `not`, these are left to the judge.
_FILTERS = frozenset(("const", "enum", "pattern", "format", "multipleOf", "uniqueItems"))
_MOST_PARTS, _MOST_WAYS = 200, 100
_DEEPEST, _MOST_NAMES = 130, 1_000


class Choice(NamedTuple):
    """Alternatives that a schema leaves open.

    Attributes:
        keyword: which keyword has them.
        owner: the schema that has the keyword.
        options: for each of them, the schemas that count then.
        spare: options for where those have no value.
    """

    keyword: str
    owner: Node
    options: tuple[tuple[Node, ...], ...]
    spare: tuple[tuple[Node, ...], ...] = ()


class Place:
    """A value, by the schemas that must accept it.

    Attributes:
        nodes: the schemas.
        parts: the objects of keywords that count, references followed.
        choices: what is open.
        is_never: nothing is valid here.
        is_hard: the judge must look at each value that is made.
        ways: how many places there may be of these schemas, with other alternatives taken.
    """

    __slots__ = (
        *("_ends", "_facts", "_items", "_judge", "_named", "_never_within", "_options"),
        *("_places", "ways", "candidates"),
        *("choices", "is_hard", "is_never", "nodes", "parts"),
    )

    def __init__(
        self,
        places: Places,
        nodes: Sequence[Node],
        inherited: Place | None = None,
        *,
        taken: int = 0,
    ) -> None:
        self._places = places
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self.is_never: bool = False
        self.is_hard: bool = False
        self.parts: list[Node] = []
        self.choices: list[Choice] = []
        self.ways: int = 1
        #: Valid values that were found by trying what schemas tell.
        self.candidates: list[Any] | None = None
        fresh: Sequence[Node] = nodes
        if inherited is not None:
            self.is_hard, self.is_never = inherited.is_hard, inherited.is_never
            taken_of = inherited.choices[:taken]
            self.ways = inherited.ways * max(1, *(len(each.options) for each in taken_of), 1)
            self.parts, self.choices = [*inherited.parts], [*inherited.choices[taken:]]
            fresh = nodes[len(inherited.nodes) :]
        self._gather(fresh)
        self._options: dict[int, Place] = {}
        self._facts: Facts | None = None
        self._named: dict[str, Place] = {}
        self._items: dict[int, Place] = {}
        self._judge: Callable[[Any], bool] | None = None
        #: Within how many levels a value ends, and within how many it does not.
        self._ends: int | None = None
        self._never_within: int = -1

    # -- what there is -----------------------------------------------------------------------------

    def _gather(self, nodes: Sequence[Node]) -> None:
        todo, seen = [*nodes], {id(part) for part in self.parts}
        while todo:
            node = todo.pop(0)
            schema = node.schema
            if schema is False or len(self.parts) > _MOST_PARTS:
                self.is_never = True
                return
            if not isinstance(schema, dict) or id(node) in seen:
                continue
            seen.add(id(node))
            behind, is_whole = self._places.nodes.behind(node)
            todo += behind
            self.is_hard |= not is_whole
            if behind and not self._places.nodes.bundle.dialect.siblings:
                continue
            self.parts.append(node)
            self.is_hard |= not _HARD.isdisjoint(schema)
            several = schema.get("allOf")
            if isinstance(several, list):
                todo += [node.at("allOf", index) for index in range(len(several))]
            self.choices += self._places.choices_of(node)

        words = ("pattern", "format")
        # Two things that are said of one text: making it true to both is a matter of luck.
        said = sum(word in part.schema for part in self.parts for word in words)
        self.is_hard |= said > 1

    def option(self, index: int) -> Place:
        """The place where an option of the first choice is taken, the spare ones counted last."""
        found = self._options.get(index)
        if found is None:
            first = self.choices[0]
            more = (*first.options, *first.spare)[index]
            found = self._options[index] = Place(self._places, (*self.nodes, *more), self, taken=1)
        return found

    def where_refused(self, refused: Node) -> Place:
        """The place of values that a schema under `not` accepts, and the others accept as well.

        Its alternatives are those that were taken here.
        """
        own = [node for node in self.parts if not node.made_of]
        plain = [Node(_without_choices(node.schema), node.location) for node in own]
        return Place(self._places, (*plain, refused))

    def with_more(self, *nodes: Node) -> Place:
        """The place where more schemas count, with the same choices open."""
        return Place(self._places, (*self.nodes, *nodes), self)

    @property
    def facts(self) -> Facts:
        """What its schemas say together, where nothing is open."""
        if self._facts is None:
            nullable = self._places.nodes.bundle.dialect.nullable
            self._facts = Facts(self.parts, nullable=nullable)
        return self._facts

    def named(self, name: str) -> Place:
        """The place of a property."""
        found = self._named.get(name)
        if found is None:
            found = self._places.of(*self.facts.of_property(name))
            if len(self._named) < _MOST_NAMES:  # names can be random
                self._named[name] = found
        return found

    def names(self) -> Place:
        """The place of the name of a property."""
        return self._places.of(*self.facts.of_names())

    def item(self, index: int, *more: Node) -> Place:
        """The place of an item.

        Args:
            index: its position.
            more: what else must accept it.
        """
        key = min(index, self.facts.positions())
        found = self._items.get(key)
        if found is None:
            found = self._items[key] = self._places.of(*self.facts.of_item(key))
        return self._places.of(*found.nodes, *more) if more else found

    def accepts(self, value: Any) -> bool:
        """Whether all of its schemas accept a value, by the judge."""
        if self._judge is None:
            self._judge = self._places.judge(self.nodes)
        return self._judge(value)

    # -- how deep ----------------------------------------------------------------------------------

    def ends_within(self, levels: int) -> bool:
        """Whether a value is as far as can be told possible, with so many levels below it."""
        if self._ends is not None and levels >= self._ends:
            return True
        if levels <= self._never_within:
            return False
        if self._is_possible(levels):
            self._ends = levels if self._ends is None else min(self._ends, levels)
            return True
        self._never_within = max(self._never_within, levels)
        return False

    def _is_possible(self, levels: int) -> bool:
        if self.is_never or levels < 0:
            return False
        if self.ways > _MOST_WAYS:
            return True  # as far as was looked; the same each time
        if self.choices:
            several = range(len(self.choices[0].options))
            return any(self.option(index).ends_within(levels) for index in several)
        told = self.facts.told
        if told is not None:
            return bool(told)
        # Where no type is said, there are values that no keyword is about.
        return not self.facts.typed or any(self._has_end(k, levels) for k in self.facts.types)

    def _has_end(self, kind: str, levels: int) -> bool:
        facts = self.facts
        if kind == "object":
            least, most = facts.sizes()
            required = facts.required()
            if len(required) > most or least > most:
                return False
            return all(self.named(name).ends_within(levels - 1) for name in required)
        if kind == "array":
            least, most = facts.lengths()
            below = range(min(least, facts.positions() + 1))
            fits = least <= most and all(self.item(i).ends_within(levels - 1) for i in below)
            return fits and all(
                self.item(facts.positions(), node).ends_within(levels - 1)
                for node, count, _ in facts.contained()
                if count and not facts.positions()
            )
        return True

    @property
    def height(self) -> int | None:
        """The fewest levels that a value has below it; `None` where there is no value."""
        return next((levels for levels in range(_DEEPEST) if self.ends_within(levels)), None)


class Places:
    """The places of a bundle, each of which is looked at once.

    Args:
        bundle: schemas.
        engine: what judges.
    """

    def __init__(self, bundle: Bundle, engine: EngineName = "auto") -> None:
        self.nodes: Nodes = Nodes(bundle)
        self._engine: EngineName = engine
        self._places: dict[tuple[Node, ...], Place] = {}
        self._choices: dict[Node, list[Choice]] = {}
        self._refusing: dict[Node, Node] = {}
        self._adapted: dict[str, Any] | None = None
        self.root: Place = self.of(self.nodes.root)
        self.anything: Place = self.of()

    def of(self, *nodes: Node) -> Place:
        """The place of some schemas."""
        found = self._places.get(nodes)
        if found is None:
            found = self._places[nodes] = Place(self, nodes)
        return found

    def refusing(self, node: Node) -> Node:
        """A schema of what another one refuses."""
        found = self._refusing.get(node)
        if found is None:
            made = node.made_of or "not"
            found = Node({"not": node.schema}, node.location, node.resource, made_of=made)
            self._refusing[node] = found
        return found

    def judge(self, nodes: Sequence[Node]) -> Callable[[Any], bool]:
        """What accepts what all of some schemas accept."""
        bundle = self.nodes.bundle
        if self._adapted is None:
            self._adapted = {
                name: adapt(each, bundle.dialect) for name, each in bundle.schemas.items()
            }
        document = bundle.document(self._adapted)
        document["allOf"] = [adapt(node.schema, bundle.dialect) for node in nodes] or [{}]
        engine: EngineName = "jsonschema" if bundle.compares_bytes else self._engine
        try:
            return get_engine(engine).compile(
                document, bundle.dialect, cyclic=bundle.cyclic, binary=bundle.binary
            )
        except ValueError:  # a reference that only its own resource knows
            return lambda _: True

    def choices_of(self, node: Node) -> list[Choice]:
        """What a schema leaves open."""
        found = self._choices.get(node)
        if found is None:
            found = self._choices[node] = [*self._open(node)]
        return found

    def _open(self, node: Node) -> list[Choice]:
        schema = node.schema
        found: list[Choice] = []
        for keyword in ("oneOf", "anyOf"):
            several = schema.get(keyword)
            if isinstance(several, list) and several:
                nodes = [node.at(keyword, index) for index in range(len(several))]
                spare = _alone(nodes) if keyword == "oneOf" and len(nodes) > 1 else ()
                found.append(Choice(keyword, node, tuple((each,) for each in nodes), spare))
        if "if" in schema:
            found.append(self._condition(node))
        for keyword in ("dependencies", "dependentSchemas", "dependentRequired"):
            named = schema.get(keyword)
            for name in named if isinstance(named, dict) else ():
                found.append(_dependency(node, keyword, name))  # noqa: PERF401  # reads better
        if "not" in schema:
            found += self._refused(node)
        return found

    def _condition(self, node: Node) -> Choice:
        then, otherwise = (
            [node.at(keyword)] if keyword in node.schema else [] for keyword in ("then", "else")
        )
        made = Node({"not": node.schema["if"]}, node.of("if"), node.resource, made_of="if")
        return Choice("if", node, ((node.at("if"), *then), (made, *otherwise)))

    def _refused(self, node: Node) -> list[Choice]:
        """What `not` leaves, where its keywords tell."""
        refused: list[Any] = []
        todo = [node.at("not")]
        for each in todo:  # grows
            if isinstance(each.schema, dict):
                todo += self.nodes.behind(each)[0] if len(todo) < _DEEPEST else []
                if _FILTERS.issuperset(each.schema):
                    continue
            refused += negated(each.schema)
        if not refused:
            return []
        location = node.of("not")
        word = node.made_of or "not"
        options = tuple((Node(each, location, node.resource, made_of=word),) for each in refused)
        return [Choice("not", node, options)]


def _without_choices(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in IN_PLACE}


def _alone(nodes: Sequence[Node]) -> tuple[tuple[Node, ...], ...]:
    """Each alternative, with the refusal of the others."""
    refused = [
        Node({"not": each.schema}, each.location, each.resource, made_of="oneOf") for each in nodes
    ]
    return tuple(
        (node, *(each for each in refused if each is not refused[index]))
        for index, node in enumerate(nodes)
    )


def _dependency(node: Node, keyword: str, name: str) -> Choice:
    wanted = node.schema[keyword][name]
    location = node.of(keyword, name)
    without = Node(absent(name), location, made_of=keyword)
    if isinstance(wanted, list):
        both = Node(present(name, *wanted), location, made_of=keyword)
        return Choice(keyword, node, ((without,), (both,)))
    there = Node(present(name), location, made_of=keyword)
    return Choice(keyword, node, ((without,), (there, node.at(keyword, name))))
