"""The number of errors that Pydantic can find in a value.

It lists all of them, and each takes a microsecond. A schema rejects a value at its first error, and
a client chooses how many there are. So Pydantic is asked first only where it cannot find many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.hints.strict_proof import fields_of, is_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.codefirst.hints.strict_proof import Types

__all__ = ["MOST", "always_small", "size_check"]

#: So many errors may be found: they take a millisecond.
MOST = 1_000
_SCALARS = frozenset(("none", "bool", "int", "float", "str", "literal"))


def size_check(types: Types) -> Callable[[Any], bool] | None:
    """Return what says whether a value is small; `None` where nothing says so quickly.

    Args:
        types: of a hint, all of which `strict_proof` knows.
    """
    core = types.present(types.top)
    if core["type"] == "model":
        return _check_of_model(types, core)
    each = _most(types, core.get("items_schema", core.get("values_schema")))
    return None if each is None else _check_of_many(each)


def _check_of_model(types: Types, model: Any) -> Callable[[Any], bool] | None:
    fixed, many = 1, dict[str, int]()
    fields = fields_of(model)
    for name, field in fields.items():
        most = _most(types, field)
        if most is not None:
            fixed += most
            continue
        core = _bare(types, field)
        each = _most(types, core.get("items_schema", core.get("values_schema")))
        if each is None:
            return None
        many[name] = each
    if fixed > MOST:
        return None
    longest = len(fields) if is_closed(model) else None
    return always_small if not many and longest is None else _check_of(fixed, many, longest)


def always_small(_value: Any) -> bool:
    """Return that a value is small, which its type says."""
    return True


def _check_of_many(each: int) -> Callable[[Any], bool]:
    def is_small(value: Any) -> bool:
        return type(value) in (list, dict) and len(value) * each < MOST

    return is_small


def _check_of(fixed: int, many: Mapping[str, int], longest: int | None) -> Callable[[Any], bool]:
    """What looks at the lengths of some fields of an object, and at its own.

    Args:
        fixed: how many errors there may be in its other fields.
        many: the names of these fields, and how many there may be in each of their items.
        longest: how many properties it may have; `None` for any number.
    """

    def is_small(value: Any) -> bool:
        if type(value) is not dict or (longest is not None and len(value) > longest):
            return False
        found = fixed
        for name, each in many.items():
            items = value.get(name)
            if type(items) is list or type(items) is dict:
                found += each * len(items)
        return found <= MOST

    return is_small


def _bare(types: Types, core: Any) -> Any:
    """What a type is besides `None`."""
    core = types.present(core)
    while core["type"] == "nullable":
        core = types.present(core["schema"])
    return core


def _most(types: Types, core: Any) -> int | None:
    """How many errors there may be in any value of a type; `None` where the value decides."""
    if core is None:
        return None
    core = _bare(types, core)
    if core["type"] in _SCALARS:
        return 1
    if core["type"] != "model" or is_closed(core):
        return None
    found = 1
    for field in fields_of(core).values():
        most = _most(types, field)
        if most is None or found + most > MOST:
            return None
        found += most
    return found
