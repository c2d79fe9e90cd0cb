"""Each boundary of each keyword of a schema once, valid and one step beyond.

The walk begins with a whole valid value, with all that is optional in it, and goes from place to
place, the outer ones first. At each place it changes this place alone, and the judge says whether
the whole is valid then. Alternatives are taken one after the other, each in a whole of its own.
"""

from __future__ import annotations

import copy
import json
from collections import deque
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.values.cases import Case
from asyncapi_guard.values.container_boundaries import Container, another_name, pattern_names
from asyncapi_guard.values.drawing import list_place, places_of
from asyncapi_guard.values.judges import arguments_judge
from asyncapi_guard.values.making import DeadEnd, Maker
from asyncapi_guard.values.nodes import Node
from asyncapi_guard.values.scalar_boundaries import Attempt, kind_of, of_types, of_values
from asyncapi_guard.values.whole_values import WholeChoices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.values.places import Choice, Place

__all__ = ["MOST", "boundary_cases", "pointer_of", "replaced"]

#: Cases of one schema; places that are visited for them; how deep in a value these are.
MOST = 1_000
_MOST_VISITS, _DEEPEST = 2_000, 10
#: Whole values that are made for one that is valid, and pairs of alternatives that are tried.
_SEEDS, _MOST_PAIRS = 6, 6
#: Values that stand for none of some alternatives.
_PLAIN: tuple[Any, ...] = ({}, "a", 1, None, [], True)

_Path = tuple["str | int", ...]


def boundary_cases(
    schema: Schema | None,
    *,
    most: int = MOST,
    accepts: Callable[[Sequence[Any]], bool] | None = None,
) -> Iterator[Case]:
    """The cases of a schema: the same ones, in the same order, each time.

    Args:
        schema: of the arguments of an event, or of an ack; `None` accepts everything, and has no
            boundary.
        most: how many cases there are at most.
        accepts: what judges the arguments; by default the schema alone, as the guard judges by it.
    """
    if schema is not None:
        walk = _Walk(schema, accepts or arguments_judge(schema))
        yield from islice(walk.cases(), most)


class _Visit(NamedTuple):
    """A place to go to.

    Attributes:
        place: it.
        path: where its value is in the arguments.
        whole: valid arguments that have a value there.
        above: the schemas of the places that hold it.
        typed: it is the same place as another one, for another type.
    """

    place: Place
    path: _Path
    whole: list[Any]
    above: tuple[frozenset[int], ...] = ()
    typed: bool = False


class _Walk:
    """The walk over one schema."""

    def __init__(self, schema: Schema, judge: Callable[[Sequence[Any]], bool]) -> None:
        self._schema = schema
        self._judge = judge
        self._places = places_of(schema)
        self._seen: set[str] = set()
        #: Of each keyword, whether there was a valid case, and one that is not.
        self._shown: set[tuple[str, str, bool]] = set()
        self._taken: set[tuple[_Path, int, str]] = set()
        self._todo: deque[_Visit] = deque()

    def cases(self) -> Iterator[Case]:
        if self._schema.nothing:
            yield from self._numbers([])
            return
        positional = self._schema.positional
        place = list_place(self._places) if positional else self._places.root
        whole: list[Any] | None = None
        for full in (True, False):
            for made in self._made(place, full=full):
                arguments = made if positional else [made]
                what = "with all that is optional" if full else "with what is required"
                if self._judge(arguments):
                    yield from self._case(arguments, "", (), self._schema.location, what)
                    whole = whole or arguments
                    break
        if whole is None:
            for plain in _PLAIN:
                location, what = self._schema.location, "a plain value of a schema without values"
                yield from self._case([plain], "arguments", (), location, what)
            return
        yield from self._numbers(whole)
        self._todo.append(_Visit(place, () if positional else (0,), whole))
        for _ in range(_MOST_VISITS):
            if not self._todo:
                break
            yield from self._visited(self._todo.popleft())

    def _numbers(self, whole: list[Any]) -> Iterator[Case]:
        location = self._schema.location
        yield from self._case(whole, "arguments", (), location, "as many arguments as declared")
        yield from self._case([], "arguments", (), location, "no argument")
        yield from self._case([*whole, None], "arguments", (), location, "one argument more")
        yield from self._case([*whole, *whole], "arguments", (), location, "the arguments twice")
        yield from self._case(whole[:-1], "arguments", (), location, "one argument fewer")

    # -- one case ----------------------------------------------------------------------------------

    def _case(
        self, arguments: list[Any], keyword: str, path: _Path, location: str, what: str
    ) -> Iterator[Case]:
        key = json.dumps(arguments, default=repr, sort_keys=True)
        valid = self._judge(arguments)
        # What was tried already shows something again only where it is all that a keyword has.
        if key in self._seen and (keyword, location, valid) in self._shown:
            return
        self._seen.add(key)
        self._shown.add((keyword, location, valid))
        pointer = pointer_of(path, positional=self._schema.positional)
        yield Case(copy.deepcopy(arguments), valid, keyword, pointer, location, what)

    def _tried(self, visit: _Visit, attempt: Attempt) -> Iterator[Case]:
        if not visit.path and not isinstance(attempt.value, list):
            return  # arguments are a list in any case
        arguments = replaced(visit.whole, visit.path, attempt.value)
        keyword = attempt.part.made_of or attempt.keyword
        yield from self._case(arguments, keyword, visit.path, attempt.location, attempt.what)

    def _held(self, visit: _Visit) -> Iterator[Case]:
        """The whole itself, for keywords of which only what breaks them was made up."""
        valid = {keyword for keyword, _, valid in self._shown if valid}
        for part in visit.place.parts:
            for keyword in part.schema:
                is_tried = any(word == keyword for word, _, _ in self._shown)
                if is_tried and keyword not in valid and not part.made_of:
                    valid.add(keyword)
                    location, what = part.of(keyword), f"what {keyword} accepts"
                    yield from self._case(visit.whole, keyword, visit.path, location, what)

    def _refused(self, visit: _Visit) -> Iterator[Case]:
        """What `not` refuses."""
        for part in visit.place.parts:
            if part.made_of:
                continue
            location = part.of("not")
            if "not" in part.schema:
                yield from self._case(
                    visit.whole, "not", visit.path, location, "a value that not allows"
                )
                wrong = visit.place.where_refused(part.at("not"))
                yield from self._unjudged(visit, wrong, "not", location, "a value that not rejects")

    # -- places ------------------------------------------------------------------------------------

    def _visited(self, visit: _Visit) -> Iterator[Case]:
        if visit.place.choices:
            yield from self._alternatives(visit, visit.place.choices[0])
            return
        value = _found(visit.whole, visit.path)
        container = Container(self._places, visit.place, self._few)
        for attempts in (
            of_values(visit.place, value),
            container.attempts(value),
            of_types(visit.place, value) if not visit.typed else (),
        ):
            for attempt in attempts:
                yield from self._tried(visit, attempt)
        yield from self._refused(visit)
        yield from self._held(visit)
        self._go_below(visit, value)
        if not visit.typed:
            self._go_to_other_types(visit, value)

    def _go_to_other_types(self, visit: _Visit, value: Any) -> None:
        """Visit the place again for each type that its value can have, and has not."""
        kinds = visit.place.facts.types
        is_said = any("type" in part.schema for part in visit.place.parts)
        for kind in kinds if is_said and visit.place.facts.told is None else ():
            if kind in ("null", "boolean") or kind == kind_of(value):
                continue
            node = Node({"type": kind}, visit.place.parts[0].location, made_of="type")
            place = visit.place.with_more(node)
            for made in self._made(place, full=True):
                whole = replaced(visit.whole, visit.path, made)
                if self._judge(whole):
                    self._todo.append(_Visit(place, visit.path, whole, visit.above, typed=True))
                    break

    def _go_below(self, visit: _Visit, value: Any) -> None:
        own = frozenset(map(id, visit.place.parts))
        if len(visit.path) > _DEEPEST or (own and own in visit.above):
            return
        above = (*visit.above, own)
        for name, place in self._below(visit.place, value):
            path = (*visit.path, name)
            whole = visit.whole
            if isinstance(value, dict) and name not in value:
                whole = self._with(visit, {**value, name: None}, path, place)
            elif isinstance(value, list) and name == len(value):
                whole = self._with(visit, [*value, None], path, place)
            if whole:
                self._todo.append(_Visit(place, path, whole, above))

    def _below(self, place: Place, value: Any) -> Iterator[tuple[str | int, Place]]:
        facts = place.facts
        if isinstance(value, dict):
            names = dict.fromkeys((*facts.named(), *(n for _, _, n in pattern_names(place))))
            if facts.is_map():
                names[another_name(place, value)] = None
            yield from ((name, place.named(name)) for name in names)
        elif isinstance(value, list):
            count = facts.positions() + bool(facts.has_items())
            yield from ((i, place.item(i)) for i in range(min(count, len(value) + 1)))

    def _with(self, visit: _Visit, value: Any, path: _Path, place: Place) -> list[Any]:
        """Valid arguments with something at a place that was left out; none if there are none."""
        whole = replaced(visit.whole, visit.path, value)
        found = (replaced(whole, path, made) for made in self._made(place, full=True))
        return next(filter(self._judge, found), [])

    # -- alternatives ------------------------------------------------------------------------------

    def _alternatives(self, visit: _Visit, choice: Choice) -> Iterator[Case]:
        key = (visit.path, id(choice.owner), choice.keyword + str(id(choice.options)))
        again = key in self._taken
        self._taken.add(key)
        for index in range(len(choice.options)):
            location, what = _told(choice, index)
            taken = None
            for place, made in self._of_option(visit.place, choice, index):
                arguments = replaced(visit.whole, visit.path, made)
                keyword = choice.owner.made_of or choice.keyword
                if self._judge(arguments):
                    yield from self._case(arguments, keyword, visit.path, location, what)
                    taken = _Visit(place, visit.path, arguments, visit.above)
                    break
            if taken is not None:
                self._todo.append(taken)
                if again:
                    return  # the others were visited with another alternative elsewhere
        yield from self._against(visit, choice)

    def _of_option(self, place: Place, choice: Choice, index: int) -> Iterator[tuple[Place, Any]]:
        """Values with one alternative taken, and with the others ruled out where that helps."""
        for number in (index, *([index + len(choice.options)] if choice.spare else [])):
            option = place.option(number)
            for made in self._made(option, full=True, accepts=place.accepts):
                yield option, made
        for made in self._made(place.option(index), full=False):
            yield place.option(index), made

    def _against(self, visit: _Visit, choice: Choice) -> Iterator[Case]:
        """Values of two alternatives at once, of which `oneOf` allows one, and one of none."""
        if choice.keyword not in ("oneOf", "anyOf"):
            return
        pairs = combinations(range(len(choice.options)), 2)
        location = choice.owner.of(choice.keyword)
        for one, other in islice(pairs, _MOST_PAIRS):
            both = visit.place.option(one).with_more(*choice.options[other])
            what = f"alternatives {one + 1} and {other + 1} of {choice.keyword} at once"
            yield from self._unjudged(visit, both, choice.keyword, location, what)
        none = next((each for each in _PLAIN if not visit.place.accepts(each)), visit)
        if none is not visit and visit.path:
            arguments = replaced(visit.whole, visit.path, copy.deepcopy(none))
            what = f"none of the alternatives of {choice.keyword}"
            yield from self._case(arguments, choice.keyword, visit.path, location, what)

    def _unjudged(
        self, visit: _Visit, place: Place, keyword: str, location: str, what: str
    ) -> Iterator[Case]:
        for full in (True, False):
            try:
                maker = Maker(self._places, WholeChoices(full=full))
                made = maker.unjudged(place)
            except DeadEnd:
                continue
            arguments = replaced(visit.whole, visit.path, made)
            yield from self._case(arguments, keyword, visit.path, location, what)

    # -- values ------------------------------------------------------------------------------------

    def _made(
        self, place: Place, *, full: bool, accepts: Callable[[Any], bool] | None = None
    ) -> Iterator[Any]:
        """Values of a place, the plainest first."""
        for seed in range(_SEEDS):
            try:
                made = Maker(self._places, WholeChoices(full=full, seed=seed)).whole(place)
            except DeadEnd:
                continue
            if accepts is None or accepts(made):
                yield made

    def _few(self, place: Place) -> list[Any]:
        """A value of a place, and more of them that may differ."""
        return [*islice(self._made(place, full=False), 4)]


def _told(choice: Choice, index: int) -> tuple[str, str]:
    """Where an alternative is, and in words which one it is."""
    keyword, owner = choice.keyword, choice.owner
    if keyword in ("oneOf", "anyOf"):
        return owner.of(keyword, index), f"alternative {index + 1} of {keyword}"
    if keyword == "if":
        return owner.of(keyword), "where if does not apply" if index else "where if applies"
    if keyword == "not":
        return owner.of(keyword), f"a value that not allows, number {index + 1}"
    location = choice.options[index][0].location
    return location, f"{'with' if index else 'without'} the property that {keyword} is about"


def _found(whole: Any, path: _Path) -> Any:
    for part in path:
        whole = whole[part]
    return whole


def pointer_of(path: _Path, *, positional: bool) -> str:
    """A JSON Pointer: into the list of arguments, or into the one argument that there is."""
    shown = path if positional else path[1:]
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in shown)


def replaced(whole: Any, path: _Path, value: Any) -> Any:
    """The same with another value at a path, of which nothing is shared that is on the path."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    copied: Any = {**whole} if isinstance(whole, dict) else [*whole]
    copied[first] = replaced(whole[first], rest, value)
    return copied
