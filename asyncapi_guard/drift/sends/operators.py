"""What operators make of shapes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asyncapi_guard.drift.sends.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NEVER,
    NUMBER,
    STRING,
    Array,
    Object,
    Property,
    Shape,
    Tuple,
    alternatives,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["changed", "item", "items", "joined", "merged"]

_NUMBERS = (BOOLEAN, INTEGER, NUMBER)
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
_BITS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.LShift, ast.RShift)


def joined(operator: ast.operator, left: Shape, right: Shape) -> Shape:
    """What an operator makes of two values."""
    return union(
        _joined(operator, one, other) for one in alternatives(left) for other in alternatives(right)
    )


def _joined(operator: ast.operator, left: Shape, right: Shape) -> Shape:
    if left in _NUMBERS and right in _NUMBERS:
        return _number(operator, left, right)
    if left == STRING and isinstance(operator, (ast.Add, ast.Mod, ast.Mult)):
        return STRING
    if right == STRING and isinstance(operator, ast.Mult):
        return STRING if left in _NUMBERS else ANYTHING
    if isinstance(left, Array) and isinstance(operator, ast.Mult):
        return left if right in _NUMBERS else ANYTHING
    if isinstance(left, Array) and isinstance(right, Array) and isinstance(operator, ast.Add):
        return Array(union([left.items, right.items]))
    are_objects = isinstance(left, Object) and isinstance(right, Object)
    return merged([left, right]) if are_objects and isinstance(operator, ast.BitOr) else ANYTHING


def _number(operator: ast.operator, left: Shape, right: Shape) -> Shape:
    if isinstance(operator, _BITS):
        return BOOLEAN if left == right == BOOLEAN else INTEGER
    whole = NUMBER not in (left, right)
    return INTEGER if whole and isinstance(operator, _WHOLE) else NUMBER


def changed(operator: ast.operator, before: Shape, value: Shape) -> Shape:
    """What a variable may be after `+=` and the like."""
    return union([before, joined(operator, before, value)])


def items(shape: Shape) -> list[Shape]:
    """What is in a value, one after the other."""
    found: list[Shape] = []
    for each in alternatives(shape):
        if isinstance(each, Array):
            found.append(each.items)
        elif isinstance(each, Tuple) and each.items is not None:
            found += each.items
        elif isinstance(each, Object) or each == STRING:  # its keys, its characters
            found.append(STRING if each == STRING else ANYTHING)
        else:
            found.append(ANYTHING)
    return found


def item(shape: Shape, key: object) -> Shape:
    """What is at a place that is written down, or `None` for one that is not."""
    return union(_item(each, key) for each in alternatives(shape))


def _item(shape: Shape, key: object) -> Shape:
    if isinstance(shape, Object):
        known = shape.properties.get(key) if isinstance(key, str) else None
        if known is not None:
            return known.shape
        # What is not there raises an error.
        others = [] if isinstance(key, str) else [each.shape for each in shape.properties.values()]
        return union([*others, shape.rest or NEVER])
    if isinstance(shape, Tuple) and isinstance(key, int) and shape.items is not None:
        inside = -len(shape.items) <= key < len(shape.items)
        return shape.items[key] if inside else NEVER
    return union(items(shape)) if isinstance(shape, (Array, Tuple)) or shape == STRING else ANYTHING


def merged(parts: Iterable[Shape]) -> Object:
    """A dictionary of several, of which the later ones count: `{**one, **other}`."""
    found = Object()
    for part in parts:
        found = _over(found, part if isinstance(part, Object) else Object({}, ANYTHING))
    return found


def _over(below: Object, above: Object) -> Object:
    """A dictionary with another one put into it."""
    properties = {
        name: Property(union([each.shape, above.rest or NEVER]), each.required)
        for name, each in below.properties.items()
    }
    for name, each in above.properties.items():
        before = below.properties.get(name, Property(below.rest or NEVER, required=False))
        if each.required:
            properties[name] = each
        else:
            properties[name] = Property(union([before.shape, each.shape]), before.required)
    rest = [each for each in (below.rest, above.rest) if each is not None]
    return Object(properties, union(rest) if rest else None)
