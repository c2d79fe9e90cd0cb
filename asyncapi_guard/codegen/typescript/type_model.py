"""Types of TypeScript as values, and their simplified unions and intersections.

What both of two types say is said once: `string & "a"` is `"a"`, and two objects are one with the
properties of both. TypeScript would understand the longer form as well; people read the shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

__all__ = [
    "ALL",
    "ANYTHING",
    "BYTES",
    "NEVER",
    "NULL",
    "OPEN",
    "UNDEFINED",
    "UNKNOWN",
    "Alternatives",
    "Array",
    "Element",
    "Function",
    "Intersection",
    "Kinds",
    "Literal",
    "Member",
    "Object",
    "Parameter",
    "Plain",
    "Reference",
    "Tuple",
    "Type",
    "as_readonly",
    "either",
    "in_place",
    "kinds_of",
    "together",
    "without",
]

#: The kinds of values that a type has: JSON's types, and `bytes`.
Kinds = frozenset[str]
ALL: Kinds = frozenset(("array", "boolean", "bytes", "null", "number", "object", "string"))


@dataclass(frozen=True, slots=True)
class Plain:
    """A type that is one word."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a number or a boolean that is a type; `text` is how TypeScript writes it."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Another type, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A property; `comment` has the lines of its JSDoc."""

    name: str
    type: Type
    required: bool
    comment: tuple[str, ...] = ()
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """An object: its properties, and what any others may be (`None`: nothing is said)."""

    members: tuple[Member, ...]
    index: Type | None = None
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """An array of any length."""

    item: Type
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """A place in a tuple; without a label if that is empty."""

    type: Type
    optional: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tuple:
    """An array whose first items have types of their own, and what further ones may be."""

    elements: tuple[Element, ...]
    rest: Type | None = None
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Alternatives:
    """A union; `either` makes them."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Intersection:
    """All of several types; `together` makes them."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function."""

    name: str
    type: Type
    optional: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function that returns nothing, and the ways to call it."""

    calls: tuple[tuple[Parameter, ...], ...]


Type = Plain | Literal | Reference | Object | Array | Tuple | Alternatives | Intersection | Function

UNKNOWN = Plain("unknown")
NEVER = Plain("never")
NULL = Plain("null")
UNDEFINED = Plain("undefined")
#: What socket.io-client gives for an attachment: an ArrayBuffer in browsers, a Buffer in Node.
BYTES = Alternatives((Plain("ArrayBuffer"), Plain("Uint8Array")))
#: Any object, and any array.
OPEN = Object((), UNKNOWN)
ANYTHING = Array(UNKNOWN)

_PLAIN_KINDS: dict[str, Kinds] = {
    UNKNOWN.text: ALL,
    NEVER.text: frozenset(),
    UNDEFINED.text: frozenset(),
    "ArrayBuffer": frozenset(("bytes",)),
    "Uint8Array": frozenset(("bytes",)),
    **{name: frozenset((name,)) for name in ("boolean", "null", "number", "string")},
}


def kinds_of(type_: Type, of_name: Callable[[str], Kinds]) -> Kinds:
    """What kinds of values a type may have; `of_name` says it for a definition."""
    if isinstance(type_, Plain):
        return _PLAIN_KINDS[type_.text]
    if isinstance(type_, Literal):
        return frozenset((type_.kind,))
    if isinstance(type_, Reference):
        return of_name(type_.name)
    if isinstance(type_, Alternatives):
        return frozenset().union(*(kinds_of(part, of_name) for part in type_.parts))
    if isinstance(type_, Intersection):
        return ALL.intersection(*(kinds_of(part, of_name) for part in type_.parts))
    return frozenset(("object" if isinstance(type_, Object) else "array",))


def in_place(type_: Type) -> set[str]:
    """The names that a type needs to know what it is, and not only what is in it."""
    if isinstance(type_, Reference):
        return {type_.name}
    if isinstance(type_, (Alternatives, Intersection)):
        return set().union(*map(in_place, type_.parts))
    return set()


def without(type_: Type, names: Collection[str]) -> Type:
    """A type without those of its parts that need some names to know what they are."""
    if isinstance(type_, (Alternatives, Intersection)):
        kept = tuple(part for part in type_.parts if in_place(part).isdisjoint(names))
        if len(kept) > 1:
            return replace(type_, parts=kept)
        return kept[0] if kept else UNKNOWN
    return UNKNOWN


# -- what nobody may change ------------------------------------------------------------------------


def as_readonly(type_: Type) -> Type:
    """A type of which nobody may change any part."""
    if isinstance(type_, Object):
        members = (
            replace(member, type=as_readonly(member.type), readonly=True)
            for member in type_.members
        )
        index = None if type_.index is None else as_readonly(type_.index)
        return Object(tuple(members), index, readonly=True)
    if isinstance(type_, Array):
        return Array(as_readonly(type_.item), readonly=True)
    if isinstance(type_, Tuple):
        elements = tuple(replace(each, type=as_readonly(each.type)) for each in type_.elements)
        rest = None if type_.rest is None else as_readonly(type_.rest)
        return Tuple(elements, rest, readonly=True)
    if isinstance(type_, (Alternatives, Intersection)):
        return replace(type_, parts=tuple(map(as_readonly, type_.parts)))
    if isinstance(type_, Function):
        calls = (
            tuple(replace(parameter, type=as_readonly(parameter.type)) for parameter in call)
            for call in type_.calls
        )
        return Function(tuple(calls))
    return type_


# -- unions ----------------------------------------------------------------------------------------


def either(types: Iterable[Type]) -> Type:
    """One of several types: `null` last, each once, and nothing that another one includes."""
    parts: dict[Type, None] = {}
    for type_ in types:
        parts |= dict.fromkeys(type_.parts if isinstance(type_, Alternatives) else (type_,))
    parts.pop(NEVER, None)
    if UNKNOWN in parts:
        return UNKNOWN
    kept = [
        part
        for part in parts
        if not (isinstance(part, Literal) and Plain(part.kind) in parts) and part != NULL
    ]
    kept += [NULL] if NULL in parts else []
    if not kept:
        return NEVER
    return kept[0] if len(kept) == 1 else Alternatives(tuple(kept))


# -- intersections ---------------------------------------------------------------------------------


def together(types: Iterable[Type], of_name: Callable[[str], Kinds]) -> Type:
    """All of several types at once.

    Args:
        types: what counts together.
        of_name: the kinds of a definition.
    """
    parts = list(dict.fromkeys(_flat(types)))
    if not parts:
        return UNKNOWN
    common = ALL.intersection(*(kinds_of(part, of_name) for part in parts))
    if not common:
        return NEVER
    narrowed = list(dict.fromkeys(_narrow(part, common, of_name) for part in parts))
    telling = [part for part in narrowed if not _says_kind_only(part)]
    # Where nothing else settles the kind, what says it is needed.
    settled = any(kinds_of(part, of_name) <= common for part in telling)
    kept = telling if settled else narrowed
    kept = [part for part in kept if part != UNKNOWN] or [UNKNOWN]
    kept = _merged(kept, of_name)
    return kept[0] if len(kept) == 1 else Intersection(tuple(kept))


def _meet(one: Object, other: Object, of_name: Callable[[str], Kinds]) -> Object:
    """Two objects without further properties as one, with the properties of both."""
    members = {member.name: member for member in one.members}
    for member in other.members:
        before = members.get(member.name)
        members[member.name] = member if before is None else _both(before, member, of_name)
    return Object(tuple(members.values()))


def _both(one: Member, other: Member, of_name: Callable[[str], Kinds]) -> Member:
    return replace(
        one,
        type=together((one.type, other.type), of_name),
        required=one.required or other.required,
        comment=one.comment or other.comment,
    )


def _flat(types: Iterable[Type]) -> Iterable[Type]:
    for type_ in types:
        yield from type_.parts if isinstance(type_, Intersection) else (type_,)


def _narrow(type_: Type, kinds: Kinds, of_name: Callable[[str], Kinds]) -> Type:
    """A type without those of its alternatives that have none of some kinds."""
    if not isinstance(type_, Alternatives):
        return type_
    return either(part for part in type_.parts if kinds_of(part, of_name) & kinds)


def _says_kind_only(type_: Type) -> bool:
    if isinstance(type_, Alternatives):
        return all(map(_says_kind_only, type_.parts))
    return isinstance(type_, Plain) or type_ in (OPEN, ANYTHING)


def _merged(parts: Sequence[Type], of_name: Callable[[str], Kinds]) -> list[Type]:
    """Objects that say nothing of further properties become one, at the end."""
    others: list[Type] = []
    merged: Object | None = None
    for part in parts:
        if not isinstance(part, Object) or part.index is not None:
            others.append(part)
        else:
            merged = part if merged is None else _meet(merged, part, of_name)
    return others if merged is None else [*others, merged]
