"""Valid values of a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.schema.boundary_values.atoms import atoms_of
from asyncapi_guard.schema.boundary_values.parts import Node, Place
from asyncapi_guard.schema.boundary_values.seeds import seeds_of
from asyncapi_guard.values.no_value import NoValue

if TYPE_CHECKING:
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema.compiled import CompiledSchema
    from asyncapi_guard.values.choices import Choices

__all__ = ["EFFORT", "draw_value"]

#: How many values are tried for one that is valid.
EFFORT = 60


def draw_value(schema: Schema, choices: Choices, *, effort: int = EFFORT) -> Any:
    """A value that a schema accepts.

    Args:
        schema: the schema.
        choices: where decisions come from.
        effort: how many values are tried.

    Raises:
        NoValue: none of the values that were tried is valid.
    """
    bundle = cast("CompiledSchema", schema).bundle
    node = Node(bundle, bundle.root)
    tried = [*seeds_of([node]), *atoms_of(Place([node]))][:effort]
    found = [value for value in tried if schema.is_valid(value)]
    if not found:
        raise NoValue(schema.location)
    return choices.one_of(found)
