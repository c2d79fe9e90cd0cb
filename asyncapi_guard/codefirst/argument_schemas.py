"""Schemas of arguments, which define their number.

A schema stands for one argument, unless it says by `items` what the positions of a list are, or is
`null`, which stands for none.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.permissive_schemas import ANY_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NOTHING", "any_of", "is_positional", "several", "single", "stands_for_several"]

#: No argument at all.
NOTHING = {"type": "null"}


def several(schemas: Sequence[Any]) -> dict[str, Any]:
    """So many arguments, one after the other."""
    return {
        "type": "array",
        "items": list(schemas),
        "minItems": len(schemas),
        "maxItems": len(schemas),
        "additionalItems": False,
    }


def single(schema: Any, *, required: bool = True) -> dict[str, Any]:
    """One argument, where the schema by itself would stand for another number of them."""
    return {**several([schema]), "minItems": int(required)}


def any_of(schemas: Sequence[tuple[Any, bool]], component: Callable[[str], Any]) -> Any:
    """The schema of what is sent as one of several types.

    An alternative cannot stand for another number of arguments than the whole, so where one of
    them stands for several, all of them say what the list of arguments is.

    Args:
        schemas: of each, and whether it takes null.
        component: the schema of a component by its name.
    """
    if len(schemas) == 1:
        return schemas[0][0]
    if not any(is_positional(schema, component) for schema, _ in schemas):
        return {"anyOf": [schema for schema, _ in schemas]}
    forms = []
    for schema, accepts_none in schemas:
        if is_positional(schema, component):
            forms.append(schema)
        elif schema == NOTHING:
            forms.append({"type": "array", "maxItems": 0})
        else:
            forms.append(single(schema, required=not accepts_none))
    return {"type": "array", "items": [copy.deepcopy(ANY_VALUE)], "anyOf": forms}


def is_positional(schema: Any, component: Callable[[str], Any]) -> bool:
    """Whether a schema itself says what the positions of a list are."""
    seen: set[str] = set()
    while isinstance(schema, dict) and isinstance(ref := schema.get("$ref"), str):
        if ref in seen:
            return False
        seen.add(ref)
        schema = component(ref.rpartition("/")[2])
    return isinstance(schema, dict) and isinstance(schema.get("items"), list)


def stands_for_several(schema: Any, component: Callable[[str], Any]) -> bool:
    """Whether a schema has positions, or an alternative that has."""
    return _has_positions(schema, component, set())


def _has_positions(schema: Any, component: Callable[[str], Any], seen: set[str]) -> bool:
    if not isinstance(schema, dict):
        return False
    ref = schema.get("$ref")
    if isinstance(ref, str) and ref not in seen:
        seen.add(ref)
        return _has_positions(component(ref.rpartition("/")[2]), component, seen)
    branches = [b for key in ("allOf", "anyOf", "oneOf") for b in schema.get(key, ())]
    return isinstance(schema.get("items"), list) or any(
        _has_positions(branch, component, seen) for branch in branches
    )
