"""The installed versions of Pydantic, and the version that a type belongs to.

Pydantic 2 has Pydantic 1 within it, as `pydantic.v1`: an application may have moved half of its
models.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from contextlib import suppress
from typing import TYPE_CHECKING, Any

try:
    import pydantic
except ModuleNotFoundError as _missing:
    from asyncapi_guard.extras import missing_extra

    raise missing_extra("reading type hints", "pydantic", "pydantic") from _missing

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OLD", "is_model", "is_of_v1"]

#: Whether Pydantic 1 is installed.
OLD = pydantic.VERSION.startswith("1.")


def is_of_v1(hint: Any) -> bool:
    """Whether a hint has something of `pydantic.v1` in it, which Pydantic 2 cannot read."""
    if "pydantic.v1" not in sys.modules:
        return False
    return any(map(_has_v1, _parts(hint, set())))


def is_model(kind: type) -> bool:
    """Whether a class is a model of the one Pydantic or the other."""
    return issubclass(kind, pydantic.BaseModel) or _has_v1(inspect.getmro(kind))


def _has_v1(bases: tuple[type, ...]) -> bool:
    return any(base.__module__.startswith("pydantic.v1.") for base in bases)


def _parts(hint: Any, seen: set[int]) -> Iterator[tuple[type, ...]]:
    """The classes that a hint names, with their bases; and those of the classes' own fields."""
    if id(hint) in seen:
        return
    seen.add(id(hint))
    # Before Python 3.11, `list[int]` passes for a class.
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        yield inspect.getmro(hint)
        inner = _field_types(hint)
    else:
        yield inspect.getmro(type(hint))  # such as that of a `Field` in `Annotated`
        metadata = getattr(hint, "__metadata__", ())
        inner = [*typing.get_args(hint), *metadata, getattr(hint, "__value__", None)]
    for part in inner:
        yield from _parts(part, seen)


def _field_types(kind: type) -> list[Any]:
    """The types of the fields of a dataclass, a TypedDict or a NamedTuple."""
    inner: list[Any] = []
    if dataclasses.is_dataclass(kind) or typing.is_typeddict(kind) or issubclass(kind, tuple):
        with suppress(Exception):  # what cannot be resolved is the business of Pydantic
            inner = list(typing.get_type_hints(kind, include_extras=True).values())
    if dataclasses.is_dataclass(kind):
        # Once Pydantic 1 has read it, Pydantic 2 cannot.
        inner.append(vars(kind).get("__pydantic_model__"))
    return inner
