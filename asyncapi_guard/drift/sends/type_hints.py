"""What the hints in the sources say, as shapes. They are read, and nothing is evaluated."""

from __future__ import annotations

import ast
import collections
import collections.abc
import dataclasses
import datetime as dt
import sys
import types
import typing
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.sends.shapes import (
    ANYTHING,
    BOOLEAN,
    BYTES,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    TIME,
    Array,
    Modelled,
    Object,
    Shape,
    Tuple,
    union,
)
from asyncapi_guard.drift.values import Known
from asyncapi_guard.errors import RegistrationError

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.hints import Hint
    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["TypeHints", "field_hint", "has_fields", "shape_of_value"]

_MISSING = object()
_PLAIN: dict[Any, Shape] = {
    None: NULL,
    type(None): NULL,
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    str: STRING,
    bytes: BYTES,
    bytearray: BYTES,
    dt.date: TIME,
    dt.datetime: TIME,
    dt.time: TIME,
    tuple: Tuple(None),
    list: Array(ANYTHING),
}
_MAPPINGS: tuple[Any, ...] = (
    dict,
    collections.abc.Mapping,
    collections.abc.MutableMapping,
    collections.defaultdict,
    collections.OrderedDict,
)


_PLAIN |= dict.fromkeys(_MAPPINGS, Object({}, ANYTHING))


class TypeHints:
    """Reads hints.

    Args:
        inference: knows what names stand for.
    """

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._read: dict[Any, Hint | None] = {}

    def shape(self, node: ast.expr | None, scope: Scope) -> Shape | None:
        """What an annotation says; `None` when there is none, or when nobody can tell."""
        hint = _MISSING if node is None else self.hint(node, scope)
        return None if hint is _MISSING else self.shape_of(hint)

    def hint(self, node: ast.expr, scope: Scope) -> Any:
        """The type that an annotation names; `_MISSING` when nobody can tell."""
        if isinstance(node, ast.Constant):
            return self._quoted(node.value, scope)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return _made(typing.Union, self.hint(node.left, scope), self.hint(node.right, scope))
        if isinstance(node, ast.Subscript):
            return self._subscripted(node, scope)
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return _MISSING
        values = self._inference.values(node, scope, ())
        known = [each.value for each in values if isinstance(each, Known)]
        return known[0] if len(known) == len(values) == 1 else _MISSING

    def _quoted(self, text: Any, scope: Scope) -> Any:
        if not isinstance(text, str):
            return None if text is None else _MISSING
        try:
            return self.hint(ast.parse(text, mode="eval").body, scope)
        except SyntaxError:
            return _MISSING

    def _subscripted(self, node: ast.Subscript, scope: Scope) -> Any:
        origin = self.hint(node.value, scope)
        given = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if origin is typing.Annotated:
            return self.hint(given[0], scope)
        if origin is typing.Literal:
            values = [each.value for each in given if isinstance(each, ast.Constant)]
            return typing.Literal[tuple(values)] if len(values) == len(given) else _MISSING
        parts = [
            ... if isinstance(each, ast.Constant) and each.value is ... else self.hint(each, scope)
            for each in given
        ]
        return _MISSING if origin is _MISSING else _made(origin, *parts)

    # -- as shapes ---------------------------------------------------------------------------------

    def shape_of(self, hint: Any) -> Shape:
        """What a hint says of the values that are sent."""
        hint = _meant(hint)
        try:
            plain = _PLAIN.get(hint)
        except TypeError:  # nothing that one can look for
            return ANYTHING
        if plain is not None:
            return plain
        origin = typing.get_origin(hint)
        if origin in (typing.Union, types.UnionType):
            return union(map(self.shape_of, typing.get_args(hint)))
        if origin is typing.Literal:
            return union(map(shape_of_value, typing.get_args(hint)))
        return self._of_class(hint) if origin is None else self._of_container(hint, origin)

    def _of_container(self, hint: Any, origin: Any) -> Shape:
        inner = typing.get_args(hint)
        if origin is list:
            return Array(self.shape_of(inner[0]))
        if origin in _MAPPINGS:
            return Object({}, self.shape_of(inner[-1]))
        if origin is tuple:
            return Tuple(None if ... in inner else tuple(map(self.shape_of, inner)))
        return ANYTHING

    def _of_class(self, kind: Any) -> Shape:
        if not isinstance(kind, type):
            return ANYTHING
        if issubclass(kind, tuple):
            fields = getattr(kind, "_fields", None)
            hints = [field_hint(kind, name) for name in fields or ()]
            return Tuple(None if fields is None else tuple(map(self.shape_of, hints)))
        if issubclass(kind, Enum) or has_fields(kind):
            return self.modelled(kind, below=True)
        if issubclass(kind, str):
            return STRING
        return INTEGER if issubclass(kind, int) else ANYTHING

    def modelled(self, kind: type, *, below: bool = False) -> Shape:
        """Instances of a class; anything, where nothing says what they are on the wire.

        Args:
            kind: the class.
            below: instances of classes that are derived from it, too.
        """
        if kind not in self._read:
            self._read[kind] = _readable(kind)
        hint = self._read[kind]
        if hint is None:
            return ANYTHING
        # What a class has more, its base may reject.
        derived: list[type] = type.__subclasses__(kind) if below and has_fields(kind) else []
        return union([Modelled(kind, hint), *(self.modelled(each, below=True) for each in derived)])


def _meant(hint: Any) -> Any:
    """A hint behind the names and the notes that it may have."""
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__value__"):
            hint = hint.__value__
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint


def _made(origin: Any, *parts: Any) -> Any:
    """A type with its arguments."""
    if any(part is _MISSING for part in parts):
        return _MISSING
    try:
        return origin[parts[0]] if len(parts) == 1 else origin[parts]
    except Exception:  # noqa: BLE001  # whatever the application's class makes of it
        return _MISSING


def has_fields(kind: type) -> bool:
    """Whether it is a model, a dataclass or a TypedDict."""
    if typing.is_typeddict(kind) or dataclasses.is_dataclass(kind):
        return True
    if "pydantic" not in sys.modules:
        return False
    from asyncapi_guard.codefirst.hints import is_model

    return is_model(kind)


def _readable(kind: type) -> Hint | None:
    try:
        from asyncapi_guard.codefirst.hint_check import check_hint
        from asyncapi_guard.codefirst.hints import read_hint

        if _is_of_a_document(kind):
            return None
        hint = read_hint(kind, kind.__qualname__)
        check_hint(hint, "serialization")
    except (RegistrationError, ModuleNotFoundError):  # what Pydantic cannot read, or no Pydantic
        return None
    return hint


def _is_of_a_document(kind: type) -> bool:
    """Whether it has a generated model, of which what nobody set is not sent: types do not say."""
    from asyncapi_guard.codefirst.generated_models import is_generated
    from asyncapi_guard.codefirst.hints.pydantic_versions import OLD

    if OLD:
        return is_generated(kind)
    from asyncapi_guard.codefirst.hints.declared_classes import reaches_generated

    return reaches_generated(kind)


def field_hint(kind: Any, name: str) -> Any:
    """The hint of a field of a class with fields; `Any` when there is none."""
    try:
        return typing.get_type_hints(kind).get(name, Any)
    except Exception:  # noqa: BLE001  # hints name what is not there
        return Any


def shape_of_value(value: Any) -> Shape:
    """What a constant is."""
    if isinstance(value, Enum):
        value = value._value_
    kind = type(value)
    if kind in (int, float, bool, str, bytes, type(None)):
        return _PLAIN[kind]
    return STRING if issubclass(kind, str) else ANYTHING
