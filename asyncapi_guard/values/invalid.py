"""Random valid arguments, changed in one place so that validation rejects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.values.arguments import draw_arguments
from asyncapi_guard.values.boundary_cases import boundary_cases, pointer_of, replaced
from asyncapi_guard.values.cases import Case
from asyncapi_guard.values.container_boundaries import Container
from asyncapi_guard.values.drawing import list_place, places_of
from asyncapi_guard.values.judges import arguments_judge
from asyncapi_guard.values.making import DeadEnd, Maker
from asyncapi_guard.values.no_value import NoValue
from asyncapi_guard.values.scalar_boundaries import of_types, of_values
from asyncapi_guard.values.whole_values import WholeChoices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.values.choices import Choices
    from asyncapi_guard.values.places import Place, Places
    from asyncapi_guard.values.scalar_boundaries import Attempt

__all__ = ["invalid_arguments"]

#: Changes that are tried, and places of one value that are looked at.
_TRIES, _MOST_SPOTS = 30, 200


class _Spot(NamedTuple):
    """A place in arguments that can be changed."""

    place: Place
    path: tuple[str | int, ...]
    value: Any


def invalid_arguments(
    schema: Schema | None,
    choices: Choices,
    *,
    accepts: Callable[[Sequence[Any]], bool] | None = None,
) -> Case:
    """Random valid arguments, changed in one place so that validation rejects them.

    Args:
        schema: of the arguments of an event, or of an ack; `None` accepts everything.
        choices: where decisions come from.
        accepts: what judges the arguments; by default the schema alone, as the guard judges by it.

    Raises:
        NoValue: no such arguments were found; a schema may accept everything.
    """
    if schema is None:
        raise NoValue("")
    judge = accepts or arguments_judge(schema)
    found = _changed(schema, choices, judge) if not schema.nothing else None
    if found is not None:
        return found
    wrong = [case for case in boundary_cases(schema, accepts=judge) if not case.valid]
    if not wrong:
        raise NoValue(schema.location)
    return choices.one_of(wrong)


def _changed(
    schema: Schema, choices: Choices, judge: Callable[[Sequence[Any]], bool]
) -> Case | None:
    try:
        arguments = draw_arguments(schema, choices)
    except NoValue:
        return None
    places = places_of(schema)
    if schema.positional:
        todo = [_Spot(list_place(places), (), arguments)]
    else:
        todo = [_Spot(places.root, (0,), arguments[0])]
    spots: list[_Spot] = []
    for spot in todo:  # grows
        place = _taken(spot.place, spot.value)
        if place is not None and len(todo) < _MOST_SPOTS:
            spots.append(spot._replace(place=place))
            todo += _below(spots[-1])
    for _ in range(_TRIES if spots else 0):
        spot = choices.one_of(spots)
        attempts = [*_attempts(places, spot)]
        if not attempts:
            continue
        attempt = choices.one_of(attempts)
        if not spot.path and not isinstance(attempt.value, list):
            continue
        changed = replaced(arguments, spot.path, attempt.value)
        if not judge(changed):
            path = pointer_of(spot.path, positional=schema.positional)
            keyword = attempt.part.made_of or attempt.keyword
            what = attempt.what
            return Case(changed, judge(changed), keyword, path, attempt.location, what)
    return None


def _taken(place: Place, value: Any) -> Place | None:
    """The place with the alternatives that a value is one of."""
    while place.choices:
        options = map(place.option, range(len(place.choices[0].options)))
        taken = next((option for option in options if option.accepts(value)), None)
        if taken is None:
            return None
        place = taken
    return place


def _below(spot: _Spot) -> list[_Spot]:
    place, path, value = spot
    if isinstance(value, dict):
        return [_Spot(place.named(name), (*path, name), item) for name, item in value.items()]
    if isinstance(value, list):
        return [_Spot(place.item(i), (*path, i), item) for i, item in enumerate(value)]
    return []


def _attempts(places: Places, spot: _Spot) -> Iterator[Attempt]:
    def make(place: Place) -> list[Any]:
        try:
            return [Maker(places, WholeChoices(full=False)).whole(place)]
        except DeadEnd:
            return []

    yield from of_values(spot.place, spot.value)
    yield from Container(places, spot.place, make).attempts(spot.value)
    yield from of_types(spot.place, spot.value)
