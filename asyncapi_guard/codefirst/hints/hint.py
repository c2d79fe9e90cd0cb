"""What a hint is, whichever Pydantic reads it."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from asyncapi_guard.errors import RegistrationError

try:
    import pydantic
except ModuleNotFoundError as _missing:
    raise ModuleNotFoundError(
        "type hints are read by Pydantic, which is not installed; "
        "`pip install 'asyncapi-guard[pydantic]'` installs it"
    ) from _missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeGuard

    from asyncapi_guard.violations import Problem

    T = typing.TypeVar("T")

__all__ = [
    "MARK",
    "OLD",
    "REF",
    "REJECTED",
    "SCALARS",
    "ConstructionError",
    "Definition",
    "Direction",
    "Hint",
    "Written",
    "is_a",
    "is_model",
    "pointer",
]

#: Whether Pydantic 1 is installed.
OLD = pydantic.VERSION.startswith("1.")

Direction = Literal["validation", "serialization"]

REF = "#/components/schemas/{model}"
#: No name of a type has it, so no `$ref` that somebody has written is taken for one of ours.
MARK = "\0"
#: The words for what is rejected in others' words, which may quote values.
REJECTED = "is rejected by a validator of the model"
SCALARS = frozenset((type(None), bool, int, float, str))
#: Hints of which nothing needs to be made: what JSON gives is what the handler wants.
_AS_IT_IS = (Any, object, None, type(None), bool, str, dict, list)


class ConstructionError(Exception):
    """A value fits the document, and a validator of the model rejects it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)


@dataclass(frozen=True, slots=True)
class Definition:
    """A type that is a component.

    Attributes:
        key: what references call it.
        type: what it is to Pydantic, in either direction.
        direction: whether it is received or sent.
        wanted: its name.
    """

    key: str
    type: str
    direction: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Written:
    """Schemas as Pydantic writes them.

    Attributes:
        schemas: of hints, by the keys that were given.
        definitions: what they refer to as `#/components/schemas/KEY`, by KEY.
        known: what these are, by KEY.
    """

    schemas: dict[str, Any]
    definitions: dict[str, Any]
    known: dict[str, Definition]


class Hint:
    """A type hint, with what Pydantic can do for it.

    Args:
        hint: any type that Pydantic has a schema for.
        place: whose hint it is, for error messages.

    Raises:
        RegistrationError: Pydantic cannot validate it, or JSON Schema cannot say it.
    """

    def __new__(cls, hint: Any, place: str) -> Hint:  # noqa: ARG004, PYI034  # it is of a subclass
        """A hint of the Pydantic whose models it names."""
        return object.__new__(_kind_of(hint) if cls is Hint else cls)

    def __init__(self, hint: Any, place: str) -> None:
        self.hint = hint
        self.place = place
        #: Whether it says nothing at all.
        self.is_anything: bool = hint is Any or hint is object
        #: Whether it stands for several values: a tuple, which python-socketio takes for them.
        self.positional: bool = _is_positional(hint)
        self._is_as_it_is = any(hint is known for known in _AS_IT_IS)

    @staticmethod
    def definitions(hints: Sequence[tuple[str, Direction, Any]]) -> Written:
        """The schemas of hints of this class; see `definitions_of`."""
        raise NotImplementedError

    @cached_property
    def accepts_none(self) -> bool:
        """Whether null is a value of it."""
        raise NotImplementedError

    def is_instance(self, value: Any) -> bool:
        """Whether a value of the application is of this type, as it is."""
        raise NotImplementedError

    def construct(self, value: Any, path: str = "") -> Any:
        """What the handler gets for a value of the wire; `path` is where this stands.

        Raises:
            ConstructionError: a validator of the model rejects it.
        """
        raise NotImplementedError

    def dump(self, value: Any) -> Any:
        """What goes over the wire for what a handler returned, or somebody emits."""
        raise NotImplementedError

    def _values(self, dumped: Any) -> Any:
        """A tuple is several values to python-socketio, a list is one."""
        if isinstance(dumped, (list, tuple)):
            return tuple(dumped) if self.positional else list(dumped)
        return dumped

    def _unusable(self, error: Exception) -> RegistrationError:
        reason = str(error).partition("\n")[0]
        return RegistrationError(f"{self.place}: {self.hint!r} cannot be modelled: {reason}")


def pointer(path: str, parts: Sequence[int | str]) -> str:
    """A JSON Pointer to a place below another one."""
    return path + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _is_positional(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return issubclass(hint, tuple) and hint is not tuple
    items = typing.get_args(hint)
    return typing.get_origin(hint) is tuple and bool(items) and items[-1] is not Ellipsis


# -- which Pydantic --------------------------------------------------------------------------------


def _kind_of(hint: Any) -> type[Hint]:
    if OLD or _is_of_v1(hint):
        from asyncapi_guard.codefirst.hints.pydantic1 import Hint1

        return Hint1
    from asyncapi_guard.codefirst.hints.pydantic2 import Hint2

    return Hint2


def _is_of_v1(hint: Any) -> bool:
    """Whether a hint has something of `pydantic.v1` in it, which Pydantic 2 cannot read."""
    if "pydantic.v1" not in sys.modules:
        return False
    return any(map(_has_v1, _parts(hint, set())))


def _has_v1(bases: tuple[type, ...]) -> bool:
    return any(base.__module__.startswith("pydantic.v1.") for base in bases)


def is_a(value: Any, kind: type[T] | tuple[type[T], ...]) -> TypeGuard[T]:
    """Whether a value is of a model's class, by its type alone.

    The metaclasses of models ask the value for an attribute first, and values with attributes of
    their own answer to anything, or raise.
    """
    return issubclass(type(value), kind)


def is_model(kind: type) -> bool:
    """Whether a class is a model of the one Pydantic or the other."""
    return issubclass(kind, pydantic.BaseModel) or _has_v1(inspect.getmro(kind))


def _parts(hint: Any, seen: set[int]) -> Iterator[tuple[type, ...]]:
    """The classes that a hint names, with their bases; and those of the classes' own fields."""
    if id(hint) in seen:
        return
    seen.add(id(hint))
    # Before Python 3.11, `list[int]` passes for a class.
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        yield inspect.getmro(hint)
        inner: list[Any] = []
        if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint) or issubclass(hint, tuple):
            with suppress(Exception):  # what cannot be resolved is the business of Pydantic
                inner = list(typing.get_type_hints(hint, include_extras=True).values())
        if dataclasses.is_dataclass(hint):
            # Once Pydantic 1 has read it, Pydantic 2 cannot.
            inner.append(vars(hint).get("__pydantic_model__"))
    else:
        yield inspect.getmro(type(hint))  # such as that of a `Field` in `Annotated`
        metadata = getattr(hint, "__metadata__", ())
        inner = [*typing.get_args(hint), *metadata, getattr(hint, "__value__", None)]
    for part in inner:
        yield from _parts(part, seen)
