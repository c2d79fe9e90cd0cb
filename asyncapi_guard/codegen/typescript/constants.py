"""Lists of values as objects with a constant for each, and addresses as constants."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.typescript.comments import jsdoc
from asyncapi_guard.codegen.typescript.literals import key, quoted
from asyncapi_guard.codegen.typescript.type_model import (
    NULL,
    Alternatives,
    Array,
    Intersection,
    Literal,
    Object,
    Reference,
    Tuple,
    Type,
    either,
)

if TYPE_CHECKING:
    from asyncapi_guard.codegen.names import TypeNames

__all__ = ["Enums", "is_enum", "object_of"]


def is_enum(type_: Type) -> bool:
    """Whether it is one of several texts, or of several numbers."""
    if not isinstance(type_, Alternatives):
        return False
    kinds = {part.kind if isinstance(part, Literal) else "" for part in type_.parts}
    return kinds in ({"string"}, {"number"})


def object_of(name: str, type_: Type, comment: tuple[str, ...] = ()) -> str:
    """An object with a constant for each value, and the type of its values, of the same name."""
    assert isinstance(type_, Alternatives)  # as `is_enum` says
    lines = (f"  {_key(part)}: {part.text},\n" for part in type_.parts if isinstance(part, Literal))
    values = f"export const {name} = {{\n{''.join(lines)}}} as const;\n"
    return (
        f"{jsdoc(comment, '')}{values}export type {name} = (typeof {name})[keyof typeof {name}];\n"
    )


def _key(part: Literal) -> str:
    if part.kind == "number":
        return part.text if part.text.isdecimal() else quoted(part.text)
    name = str(json.loads(part.text))
    # Without brackets, it would be the prototype of the object.
    return '["__proto__"]' if name == "__proto__" else key(name)


@dataclass(frozen=True, slots=True)
class Enums:
    """Gives names to the lists of values inside of types.

    Attributes:
        names: gives names that nothing has.
        found: the lists, by the names that they got.
    """

    names: TypeNames
    found: dict[str, Type]

    def outside(self, type_: Type, owner: str) -> Type:
        """A definition, in which lists of values are references; not where it is one itself."""
        return type_ if is_enum(type_) else self._inside(type_, owner)

    def _inside(self, type_: Type, owner: str) -> Type:
        if isinstance(type_, Alternatives):
            return self._alternatives(type_, owner)
        if isinstance(type_, Object):
            members = (
                replace(member, type=self._inside(member.type, f"{owner} {member.name}"))
                for member in type_.members
            )
            index = None if type_.index is None else self._inside(type_.index, f"{owner} value")
            return replace(type_, members=tuple(members), index=index)
        if isinstance(type_, Array):
            return replace(type_, item=self._inside(type_.item, f"{owner} item"))
        if isinstance(type_, Tuple):
            elements = (
                replace(each, type=self._inside(each.type, f"{owner} {each.label or at}"))
                for at, each in enumerate(type_.elements, 1)
            )
            rest = None if type_.rest is None else self._inside(type_.rest, f"{owner} rest")
            return replace(type_, elements=tuple(elements), rest=rest)
        if isinstance(type_, Intersection):
            return replace(type_, parts=tuple(self._inside(part, owner) for part in type_.parts))
        return type_

    def _alternatives(self, type_: Alternatives, owner: str) -> Type:
        others = [part for part in type_.parts if part != NULL]
        values = either(others)
        if is_enum(values):
            reference = self._named(values, owner)
            return reference if len(others) == len(type_.parts) else either((reference, NULL))
        return replace(type_, parts=tuple(self._inside(part, owner) for part in type_.parts))

    def _named(self, values: Type, owner: str) -> Reference:
        name = self.names.take([owner, f"{owner} value"])
        self.found[name] = values
        return Reference(name)
