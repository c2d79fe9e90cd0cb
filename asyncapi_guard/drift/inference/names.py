"""What names stand for: what a scope binds to them, and what a module has."""

from __future__ import annotations

import ast
import sys
from enum import EnumMeta
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.inference.attributes import Attributes
from asyncapi_guard.drift.python_source import starred
from asyncapi_guard.drift.scopes import Assigned, Defined, Element, Imported, Parameter, Scope
from asyncapi_guard.drift.values import MOST_VALUES, Chain, Code, Display, Known, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.drift.scopes import Binding

__all__ = ["Names"]

_PASSING = frozenset(("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"))
_MISSING = object()


class Names(Attributes):
    """Reads names."""

    def home(self, name: str, scope: Scope) -> Scope:
        """The scope whose name a name is where it is used; the module's if no other has it."""
        around = scope
        while around.parent is not None:
            binds = name in around.bindings and name not in around.shared
            if binds and (around is scope or around.is_function):
                break
            around = around.parent
        return around

    def _name(self, node: ast.Name, scope: Scope, chain: Chain) -> list[Value]:
        return self._named(node.id, self.home(node.id, scope), chain)

    def _named(self, name: str, scope: Scope, chain: Chain) -> list[Value]:
        bindings = scope.bindings.get(name, [])
        if scope.parent is not None:
            return self._given(name, bindings, scope, chain)
        live = vars(self.module(scope)).get(name, _MISSING)
        varies = len(bindings) > 1 or any(isinstance(each, Element) for each in bindings)
        plain = live is None or live is _MISSING or isinstance(live, (str, int, float))
        if bindings and (
            (plain and (varies or live in (None, _MISSING))) or _is_function(bindings)
        ):
            return self._given(name, bindings, scope, ())
        if live is not _MISSING:
            return [Known(live)]
        builtin = getattr(__import__("builtins"), name, _MISSING)
        return [Unknown()] if builtin is _MISSING else [Known(builtin)]

    def _given(
        self, name: str, bindings: Sequence[Binding], scope: Scope, chain: Chain
    ) -> list[Value]:
        found = [v for each in bindings for v in self._bound(name, each, scope, chain)]
        # What is None first gets its value later.
        some = [v for v in found if not (isinstance(v, Known) and v.value is None)]
        return some or found

    def _bound(self, name: str, binding: Binding, scope: Scope, chain: Chain) -> list[Value]:
        if binding in scope.lent:
            scope, chain = scope.lent[binding], ()
        if isinstance(binding, Assigned):
            annotated = self._instances_named(binding.annotation, scope)
            return annotated or self.values(binding.value, scope, chain)
        if isinstance(binding, Element):
            return self._elements(binding.iterable, binding.index, scope, chain)
        if isinstance(binding, Imported):
            return self._imported(binding, scope)
        if isinstance(binding, Defined):
            return [self._defined(self._by_node[binding.node])]
        return self._parameter(name, scope, chain) if _is_parameter(binding) else [Unknown()]

    def _defined(self, inner: Scope) -> Value:
        if inner.is_function:
            return Code(inner)
        kind = self.live_class(inner)
        return Unknown() if kind is None else Known(kind)

    def imported(self, binding: Imported, scope: Scope) -> str:
        """The name of the module that something is imported from."""
        if not binding.level:
            return binding.module
        package = self.module(scope).__name__.split(".")
        is_package = hasattr(self.module(scope), "__path__")
        package = package[: len(package) - binding.level + is_package]
        return ".".join([*package, *([binding.module] if binding.module else [])])

    def _imported(self, binding: Imported, scope: Scope) -> list[Value]:
        name = self.imported(binding, scope)
        module = sys.modules.get(name)
        if binding.name is None:
            return [Unknown()] if module is None else [Known(module)]
        inner = sys.modules.get(f"{name}.{binding.name}")
        if module is None or (inner is not None and not hasattr(module, binding.name)):
            return [Unknown()] if inner is None else [Known(inner)]
        return self._attribute_of(Known(module), binding.name)

    def _elements(
        self, iterable: ast.expr, index: int | None, scope: Scope, chain: Chain
    ) -> list[Value]:
        """What a loop's variable stands for, one after the other."""
        if isinstance(iterable, ast.Call):
            called, arguments = iterable.func, iterable.args
            named = called.id if isinstance(called, ast.Name) else ""
            if named == "enumerate" and index == 1 and arguments:
                return self._elements(arguments[0], None, scope, chain)
            if named in _PASSING and arguments:
                return self._elements(arguments[0], index, scope, chain)
            if isinstance(called, ast.Attribute) and called.attr in ("items", "keys", "values"):
                return self._entries(called, index, scope, chain)
        found: list[Value] = []
        for value in self.values(iterable, scope, chain):
            for each in self._iterated(value):
                found += [each] if index is None else self._item(each, Known(index))
        return found

    def _entries(
        self, called: ast.Attribute, index: int | None, scope: Scope, chain: Chain
    ) -> list[Value]:
        """The keys or the values of a dictionary."""
        wants_values = called.attr == "values" or (called.attr == "items" and index == 1)
        if called.attr == "items" and index is None:
            return [Unknown()]
        found: list[Value] = []
        for value in self.values(called.value, scope, chain):
            if isinstance(value, Known) and isinstance(value.value, dict):
                each = value.value.values() if wants_values else value.value
                found += map(Known, each)
            elif isinstance(value, Display) and isinstance(value.node, ast.Dict):
                nodes = value.node.values if wants_values else value.node.keys
                found += [v for n in nodes for v in self.values(n, value.scope, value.chain)]
            else:
                found.append(Unknown())
        return found

    def _iterated(self, value: Value) -> list[Value]:
        if isinstance(value, Display):
            node: Any = value.node  # a dict, or a list, a tuple or a set
            parts = node.keys if isinstance(node, ast.Dict) else node.elts
            if starred(parts):
                return [Unknown()]
            return [v for n in parts for v in self.values(n, value.scope, value.chain)]
        if isinstance(value, Known):
            if isinstance(value.value, EnumMeta):
                return list(map(Known, value.value.__members__.values()))
            if type(value.value) in (list, tuple, set, frozenset, dict):
                return list(map(Known, list(value.value)[: MOST_VALUES + 1]))
        return [Unknown()]


def _is_parameter(binding: Binding) -> bool:
    return isinstance(binding, Parameter)


def _is_function(bindings: Sequence[Binding]) -> bool:
    """Whether a module writes a name down as one function: decorators may hide it otherwise."""
    if len(bindings) != 1 or not isinstance(bindings[0], Defined):
        return False
    return not isinstance(bindings[0].node, ast.ClassDef)
