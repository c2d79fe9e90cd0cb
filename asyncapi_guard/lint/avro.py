"""What an Avro schema must look like (Apache Avro 1.9, "Schema Declaration").

The guard cannot judge by Avro; this looks at the form of the schema alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.references import Node

__all__ = ["faults"]

_PRIMITIVE = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
#: Complex types, with the fields that they must have.
_COMPLEX = {
    "record": ("name", "fields"),
    "error": ("name", "fields"),
    "enum": ("name", "symbols"),
    "array": ("items",),
    "map": ("values",),
    "fixed": ("name", "size"),
}
_NAMED = frozenset(("record", "error", "enum", "fixed"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FULL_NAME = re.compile(rf"{_NAME.pattern}(?:\.{_NAME.pattern})*")
_ORDERS = ("ascending", "descending", "ignore")

_Fault = tuple["Node", str]


def faults(root: Node) -> Iterator[_Fault]:
    """Where a schema is no Avro schema, and why."""
    if isinstance(root.value, str) and root.value not in _PRIMITIVE:
        yield root, "an Avro schema is written as data here, not as a string"
        return
    yield from _Schema(root).faults()


class _Schema:
    """One schema, with the names that it declares."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._names: set[str] = set()
        #: What it refers to may declare names, too.
        self._is_open = False
        todo = [root]
        while todo:
            node = todo.pop()
            self._is_open = self._is_open or is_reference(node.value)
            if isinstance(node.value, list):
                todo.extend(node.values())
            elif isinstance(node.value, dict):
                name = node.value.get("name")
                if node.value.get("type") in list(_NAMED) and isinstance(name, str):
                    self._names.add(name.rpartition(".")[2])
                todo.extend(_below(node))

    def faults(self) -> Iterator[_Fault]:
        todo = [self._root]
        while todo:
            node = todo.pop()
            if is_reference(node.value):
                continue
            if isinstance(node.value, list):
                yield from _union(node)
                todo.extend(node.values())
            elif isinstance(node.value, dict):
                yield from self._complex(node)
                todo.extend(_below(node))
            else:
                yield from self._name(node)

    def _name(self, node: Node) -> Iterator[_Fault]:
        name = node.value
        if not isinstance(name, str) or not _FULL_NAME.fullmatch(name):
            yield node, f"expected an Avro type, got {_what(name)}"
        elif not self._is_open and not self._is_known(name):
            hint = "" if name in _COMPLEX else nearest(name, [*_PRIMITIVE, *_COMPLEX])
            yield node, f"unknown Avro type {shown(name)}{hint}"

    def _is_known(self, name: str) -> bool:
        return name in _PRIMITIVE or name.rpartition(".")[2] in self._names

    def _complex(self, node: Node) -> Iterator[_Fault]:
        kind = node.get("type")
        if kind is None:
            yield node, "an Avro schema needs a 'type'"
        elif not isinstance(kind.value, (str, dict, list)):
            yield kind, f"expected an Avro type, got {_what(kind.value)}"
        elif isinstance(kind.value, str) and kind.value in _COMPLEX:
            yield from _fields(node, kind.value)
        elif isinstance(kind.value, str):
            yield from self._name(kind)


def _what(value: Any) -> str:
    return shown(value) if isinstance(value, str) else kind_of(value)


def _union(node: Node) -> Iterator[_Fault]:
    seen: set[str] = set()
    for item in node.values():
        if isinstance(item.value, list):
            yield item, "an Avro union can't directly contain another union"
        name = _name_of(item.value)
        if name in seen:
            yield item, f"duplicate {shown(name)} in this union; remove one of them"
        seen.update((name,) if name is not None else ())


def _name_of(value: Any) -> str | None:
    """What tells the types of a union apart: their names, or what they are."""
    if isinstance(value, dict):
        kind = value.get("type")
        value = value.get("name") if kind in list(_NAMED) else kind
    return value if isinstance(value, str) else None


def _fields(node: Node, kind: str) -> Iterator[_Fault]:
    for name in _COMPLEX[kind]:
        if name not in node.value:
            yield node, f"an Avro {kind} needs {name!r}"
    name_of = node.get("name")
    if kind in _NAMED and name_of is not None:
        yield from _check_name(name_of, _FULL_NAME)
    size = node.get("size")
    if kind == "fixed" and size is not None and (type(size.value) is not int or size.value < 0):
        yield size, "'size' of an Avro fixed must be a number of bytes"
    if kind == "enum" and "symbols" in node.value:
        yield from _symbols(node.child("symbols"))
    if kind in ("record", "error") and "fields" in node.value:
        yield from _record(node.child("fields"))


def _check_name(node: Node, pattern: re.Pattern[str]) -> Iterator[_Fault]:
    if not isinstance(node.value, str) or not pattern.fullmatch(node.value):
        yield node, f"expected a name of letters, digits and '_', got {_what(node.value)}"


def _symbols(symbols: Node) -> Iterator[_Fault]:
    if not isinstance(symbols.value, list):
        yield symbols, "'symbols' of an Avro enum must be a list"
        return
    for index, symbol in enumerate(symbols.values()):
        yield from _check_name(symbol, _NAME)
        if isinstance(symbol.value, str) and symbol.value in symbols.value[:index]:
            yield symbol, f"duplicate symbol {shown(symbol.value)}; remove one of them"


def _record(fields: Node) -> Iterator[_Fault]:
    if not isinstance(fields.value, list):
        yield fields, "'fields' of an Avro record must be a list"
        return
    for field in fields.values():
        if not isinstance(field.value, dict):
            yield field, f"expected a field of an Avro record, got {kind_of(field.value)}"
        elif not is_reference(field.value):
            yield from _field(field)


def _field(field: Node) -> Iterator[_Fault]:
    for wanted in ("name", "type"):
        if wanted not in field.value:
            yield field, f"a field of an Avro record needs {wanted!r}"
    name, order = field.get("name"), field.get("order")
    if name is not None:
        yield from _check_name(name, _NAME)
    if order is not None and order.value not in _ORDERS:
        yield order, f"expected one of {', '.join(_ORDERS)}; got {_what(order.value)}"


def _below(node: Node) -> Iterator[Node]:
    """The types inside a type."""
    kind = node.value.get("type")
    if isinstance(kind, (dict, list)):
        yield node.child("type")
    for name in ("items", "values"):
        if kind in ("array", "map") and name in node.value:
            yield node.child(name)
    fields = node.get("fields")
    if kind in ("record", "error") and fields is not None and isinstance(fields.value, list):
        for field in fields.values():
            if is_reference(field.value):
                yield field
            elif isinstance(field.value, dict) and "type" in field.value:
                yield field.child("type")
