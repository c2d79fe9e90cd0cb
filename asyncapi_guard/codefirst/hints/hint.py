"""A type hint, independent of the version of Pydantic."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from asyncapi_guard.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeGuard

    from asyncapi_guard.schema.bundle import Bundle
    from asyncapi_guard.violations import Problem

    T = typing.TypeVar("T")

__all__ = [
    "MARK",
    "REF",
    "REJECTED",
    "SCALARS",
    "ConstructionError",
    "Definition",
    "Direction",
    "Hint",
    "Written",
    "is_a",
    "pointer",
]

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
    """A type hint, with what Pydantic can do for it; `read_hint` makes one.

    Args:
        hint: any type that Pydantic has a schema for.
        place: whose hint it is, for error messages.

    Raises:
        RegistrationError: Pydantic cannot validate it, or JSON Schema cannot say it.
    """

    def __init__(self, hint: Any, place: str) -> None:
        self.hint = hint
        self.place = place
        #: Whether it says nothing at all.
        self.is_anything: bool = _says_nothing(hint)
        #: Whether it stands for several values: a tuple, which python-socketio takes for them.
        self.positional: bool = _is_positional(hint)
        self._is_as_it_is = any(hint is known for known in _AS_IT_IS)

    @staticmethod
    def definitions(hints: Sequence[tuple[str, Direction, Any]]) -> Written:
        """The schemas of hints of this class, of which there is one; see `definitions_of`."""
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

    def strictly(self, bundle: Bundle) -> Callable[[Any], Any] | None:  # noqa: ARG002  # Pydantic 2 knows
        """Return what constructs an instance only of what a JSON Schema accepts.

        It makes the same of a value as `construct`, and raises a `ValueError` for some values that
        the schema accepts. `None` where nothing is known to do so.

        Args:
            bundle: the JSON Schema.
        """
        return None

    def quick_dump(self) -> tuple[type | None, Callable[[Any], Any] | None]:
        """Return a type, and what dumps its instances as `dump` does, in fewer steps.

        The type is `None` where nothing does. The second is `None` where instances stay as they
        are; it raises a `ValueError` for instances that `dump` must dump.
        """
        return None, None

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


def _says_nothing(hint: Any) -> bool:
    """Whether a hint lets every value pass: `Any`, and `Any | None` as well."""
    if hint is Any or hint is object:
        return True
    if typing.get_origin(hint) is typing.Annotated:
        # What is more than a comment may be a constraint.
        comments = all(isinstance(each, str) for each in hint.__metadata__)
        return comments and _says_nothing(hint.__origin__)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return any(_says_nothing(part) for part in typing.get_args(hint))
    return False


def _is_positional(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return issubclass(hint, tuple) and hint is not tuple
    items = typing.get_args(hint)
    return typing.get_origin(hint) is tuple and bool(items) and items[-1] is not Ellipsis


def is_a(value: Any, kind: type[T] | tuple[type[T], ...]) -> TypeGuard[T]:
    """Whether a value is of a model's class, by its type alone.

    The metaclasses of models ask the value for an attribute first, and values with attributes of
    their own answer to anything, or raise.
    """
    return issubclass(type(value), kind)
