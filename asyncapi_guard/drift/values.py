"""What an expression in a source may stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.drift.scopes import Scope

__all__ = [
    "MOST_VALUES",
    "Argument",
    "CallSite",
    "Chain",
    "Code",
    "Display",
    "Emits",
    "Known",
    "Made",
    "Other",
    "Parent",
    "Partial",
    "Place",
    "Unknown",
    "Value",
    "combined",
    "text_of",
]

#: More values than these are not looked at.
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, and the file that it is in."""

    file: str
    node: ast.expr


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An object that the imported application has, or a constant.

    Attributes:
        value: the object.
        place: the argument that it came from, where it was handed to a function.
    """

    value: Any
    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An instance of a class that exists when the code runs."""

    kind: type


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A function of the application's sources, and what it is bound to."""

    scope: Scope
    bound: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Emits:
    """A method or a function of the libraries that emits.

    Attributes:
        method: `emit`, `send`, `call` or `doc_emit`.
        namespaces: where it emits to by default; `None` for that of the handler.
        function: the library's function, which knows its parameters.
    """

    method: str
    namespaces: tuple[str, ...] | None
    function: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """What a call hands over: an expression where it stands, or a value."""

    node: ast.expr | None
    scope: Scope | None = None
    chain: Chain = ()
    value: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A function with its first arguments."""

    function: Value
    positional: tuple[Argument, ...]
    keywords: Mapping[str, Argument]


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """A list, tuple, set or dictionary that is written down in the source."""

    node: ast.expr
    scope: Scope
    chain: Chain


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """`super()` in a method of a class."""

    instance: Value
    kind: type


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """Something that is no server, whatever it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Something that only the run knows."""

    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CallSite:
    """A call of a function of the sources.

    Attributes:
        callee: the function.
        scope: where the call stands.
        positional: its arguments, in order, without the one that the function is bound to.
        keywords: its arguments by name.
        complete: it hands over nothing else (`*names`).
        bound: the function is bound to something, which is its first argument.
    """

    callee: Scope
    scope: Scope
    positional: tuple[Argument, ...]
    keywords: Mapping[str, Argument] = field(default_factory=dict)
    complete: bool = True
    bound: bool = False


#: The calls by which one came to a place, the nearest first.
Chain = tuple["CallSite", ...]
Value = Known | Made | Code | Emits | Partial | Display | Parent | Other | Unknown


def text_of(value: Value) -> str | None:
    """The text that a value is, or that an enum's member stands for."""
    if not isinstance(value, Known):
        return None
    found = value.value
    if isinstance(found, Enum):
        found = found._value_
    return str(found) if isinstance(found, str) else None


def combined(parts: Sequence[Sequence[Value]], combine: Any) -> list[Value]:
    """What texts make together, for all that each of them may be."""
    found: list[Value] = []
    for index, each in enumerate(product(*parts)):
        if index > MOST_VALUES:
            return [*found, Unknown()]
        place = next((v.place for v in each if isinstance(v, (Known, Unknown)) and v.place), None)
        plain = [
            v.value
            for v in each
            if isinstance(v, Known) and isinstance(v.value, (str, int, float, Enum))
        ]
        if len(plain) < len(each):
            found.append(Unknown(place))
            continue
        try:
            text = combine(*plain)
        except (TypeError, ValueError, LookupError):
            text = None
        found.append(Known(text, place) if isinstance(text, str) else Unknown(place))
    return found
