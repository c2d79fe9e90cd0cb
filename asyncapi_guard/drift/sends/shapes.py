"""What a value may be, as far as a schema can say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncapi_guard.codefirst.hints import Hint

__all__ = [
    "ANYTHING",
    "BOOLEAN",
    "BYTES",
    "INTEGER",
    "NEVER",
    "NULL",
    "NUMBER",
    "STRING",
    "TIME",
    "Anything",
    "Array",
    "Modelled",
    "Object",
    "Property",
    "Scalar",
    "Shape",
    "Tuple",
    "Union",
    "alternatives",
    "holes",
    "loosened",
    "union",
]

#: More alternatives than these are anything.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of which only the run knows how it is sent, if what it is is known at all."""

    what: str = ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, a number, a truth value, nothing, or bytes: by its type in JSON Schema."""

    type: str


@dataclass(frozen=True, slots=True)
class Array:
    """A list."""

    items: Shape


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple, which is several arguments to python-socketio; `None`: nobody knows how many."""

    items: tuple[Shape, ...] | None


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object."""

    shape: Shape
    required: bool = True


@dataclass(frozen=True, slots=True)
class Object:
    """A dictionary.

    Attributes:
        properties: those whose names are known.
        rest: what others are; `None` if there are no others.
    """

    properties: Mapping[str, Property] = field(default_factory=dict)
    rest: Shape | None = None

    def __hash__(self) -> int:
        return hash((tuple(self.properties), self.rest))


@dataclass(frozen=True, slots=True)
class Modelled:
    """An instance of a class that a schema can be made of."""

    kind: Any
    hint: Hint = field(compare=False)


@dataclass(frozen=True, slots=True)
class Union:
    """One of several; of none, where it is being found out further up."""

    shapes: tuple[Shape, ...]


Shape = Anything | Scalar | Array | Tuple | Object | Modelled | Union

ANYTHING = Anything()
NEVER = Union(())
NULL, BOOLEAN, INTEGER, NUMBER, STRING, BYTES = map(
    Scalar, ("null", "boolean", "integer", "number", "string", "bytes")
)
#: A date or a time, which is sent as whatever the server's JSON makes of it.
TIME = Anything("time")


def alternatives(shape: Shape) -> tuple[Shape, ...]:
    """What a value may be, one by one."""
    return shape.shapes if isinstance(shape, Union) else (shape,)


def union(shapes: Iterable[Shape]) -> Shape:
    """One of these; equal ones are one, and what takes another one takes its place."""
    found: list[Shape] = []
    for each in (one for shape in shapes for one in alternatives(shape)):
        if any(_takes(known, each) for known in found):
            continue
        found = [known for known in found if not _takes(each, known)]
        found.append(each)
    if len(found) > _MOST:
        return ANYTHING
    return found[0] if len(found) == 1 else Union(tuple(found))


def _takes(shape: Shape, other: Shape) -> bool:
    """Whether a shape takes all that another one does, as far as it is easily told."""
    return all(
        any(_takes_one(mine, theirs) for mine in alternatives(shape))
        for theirs in alternatives(other)
    )


def _takes_one(shape: Shape, other: Shape) -> bool:
    if isinstance(shape, Anything) or shape == other:
        return True
    if shape == NUMBER:
        return other == INTEGER
    if isinstance(shape, Array) and isinstance(other, Array):
        return _takes(shape.items, other.items)
    if isinstance(shape, Object) and isinstance(other, Object):
        return _takes_object(shape, other)
    return False


def _takes_object(shape: Object, other: Object) -> bool:
    if not shape.properties and shape.rest is not None:
        return _takes(shape.rest, ANYTHING)
    if shape.properties.keys() != other.properties.keys() or shape.rest != other.rest:
        return False
    pairs = [(each, other.properties[name]) for name, each in shape.properties.items()]
    return all(_takes(a.shape, b.shape) and (b.required or not a.required) for a, b in pairs)


def loosened(shape: Shape) -> Shape:
    """What is left to say of a value that somebody may change: that it is an object, or a list."""
    if isinstance(shape, Object):
        return Object({}, ANYTHING)
    if isinstance(shape, Array):
        return Array(ANYTHING)
    if isinstance(shape, Tuple) and shape.items is not None:
        return Tuple(tuple(map(loosened, shape.items)))
    return union(map(loosened, shape.shapes)) if isinstance(shape, Union) else shape


def holes(shape: Shape, path: str = "") -> Iterator[str]:
    """Where only the run knows what is there, as JSON Pointers; `*` is any name or index."""
    if isinstance(shape, Anything):
        yield path
    elif isinstance(shape, Array):
        yield from holes(shape.items, f"{path}/*")
    elif isinstance(shape, Object):
        for name, each in shape.properties.items():
            yield from holes(each.shape, path + format_pointer((name,)))
        if shape.rest is not None:
            yield from holes(shape.rest, f"{path}/*")
    elif isinstance(shape, Tuple):
        for index, item in enumerate(shape.items or ()):
            yield from holes(item, f"{path}/{index}")
    elif isinstance(shape, Union):
        for each_shape in shape.shapes:
            yield from holes(each_shape, path)
