"""Valid values of a schema."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.values.making import DeadEnd, Maker
from asyncapi_guard.values.no_value import NoValue
from asyncapi_guard.values.nodes import Node
from asyncapi_guard.values.places import Place, Places

if TYPE_CHECKING:
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema.bundle import Bundle
    from asyncapi_guard.schema.compiled import CompiledSchema
    from asyncapi_guard.values.choices import Choices

__all__ = ["EFFORT", "draw_list", "draw_value", "list_place", "places_of"]

#: How many values are tried for one that is valid.
EFFORT = 30
#: Of them, those that are made with the judge's help alone where it is needed.
_EASY = 6
#: Values of places that are made in vain.
_MOST_SPENT = 6_000
_LIST = Node({"type": "array"}, "")


def draw_value(schema: Schema, choices: Choices, *, effort: int = EFFORT) -> Any:
    """A value that a schema accepts.

    Args:
        schema: the schema.
        choices: where decisions come from.
        effort: how many values are tried.

    Raises:
        NoValue: none of the values that were tried is valid.
    """
    places = places_of(schema)
    return _drawn(schema, places, places.root, choices, effort)


def draw_list(schema: Schema, choices: Choices, *, effort: int = EFFORT) -> list[Any]:
    """A list that a schema accepts.

    Raises:
        NoValue: none of the lists that were tried is valid.
    """
    places = places_of(schema)
    return cast("list[Any]", _drawn(schema, places, list_place(places), choices, effort))


def list_place(places: Places) -> Place:
    """The place of the schema itself, where it stands for a list of arguments."""
    return places.of(places.nodes.root, _LIST)


def _drawn(schema: Schema, places: Places, place: Place, choices: Choices, effort: int) -> Any:
    spent = 0
    for number in range(effort):
        maker = Maker(places, choices, careful=number >= _EASY)
        try:
            value = maker.whole(place)
        except (DeadEnd, RecursionError):
            spent += maker.spent
            if spent > _MOST_SPENT:
                break
            continue
        if schema.is_valid(value):
            return value
    raise NoValue(schema.location)


def places_of(schema: Schema) -> Places:
    """The places of a schema, made once."""
    return _places(_Same(cast("CompiledSchema", schema).bundle))


class _Same:
    """A bundle, equal to itself alone: comparing what is in it takes long."""

    __slots__ = ("bundle",)

    def __init__(self, bundle: Bundle) -> None:
        self.bundle: Bundle = bundle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.bundle is self.bundle

    def __hash__(self) -> int:
        return id(self.bundle)


@lru_cache(maxsize=1024)
def _places(same: _Same) -> Places:
    return Places(same.bundle)
