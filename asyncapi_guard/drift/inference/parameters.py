"""What parameters stand for: what calls hand over, defaults, annotations, and `self`."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.inference.emitters import emits
from asyncapi_guard.drift.inference.program import Program
from asyncapi_guard.drift.scopes import Scope, qualified
from asyncapi_guard.drift.values import (
    Argument,
    CallSite,
    Chain,
    Known,
    Made,
    Place,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Parameters"]


class Parameters(Program):
    """Reads parameters."""

    def _parameter(self, name: str, scope: Scope, chain: Chain) -> list[Value]:
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        if name in {each.arg for each in (given.vararg, given.kwarg) if each is not None}:
            return [Unknown()]
        positional = [each.arg for each in (*given.posonlyargs, *given.args)]
        own = self._self(scope) if scope.owner is not None and positional[:1] == [name] else None
        annotated = own or self._annotated(name, scope)
        if annotated:
            return annotated
        return self._of_calls(name, scope, chain)

    def _of_calls(self, name: str, scope: Scope, chain: Chain) -> list[Value]:
        """What the calls of a function give to a parameter: the one that is meant, or all."""
        for index, site in enumerate(chain):
            if site.callee is scope:
                return self._handed(name, scope, site, chain[index + 1 :])
        if self.handler(scope) is not None:
            return [Unknown()]
        self._open.add(scope)
        sites = self.sites(scope)
        if sites:
            return [v for site in sites for v in self._handed(name, scope, site, ())]
        return self._default(name, scope) or [Unknown()]

    def _handed(self, name: str, scope: Scope, site: CallSite, chain: Chain) -> list[Value]:
        """What a call hands over for a parameter."""
        argument = self.handed(name, scope, site, chain)
        if argument is None:
            default = self._default(name, scope) if site.complete else []
            return default or [Unknown()]
        return [self._placed(each, argument) for each in self.of(argument)]

    def handed(self, name: str, scope: Scope, site: CallSite, chain: Chain) -> Argument | None:
        """The argument that a call hands over for a parameter; `None` if it hands over none.

        Args:
            name: the parameter.
            scope: its function.
            site: the call.
            chain: the calls by which one came to it.
        """
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        positional = [each.arg for each in (*given.posonlyargs, *given.args)]
        argument = site.keywords.get(name)
        if argument is None and name in positional:
            index = positional.index(name) - site.bound
            if 0 <= index < len(site.positional):
                argument = site.positional[index]
        if argument is not None and argument.value is None and not argument.chain:
            # The caller's own arguments are those of the calls further up.
            return replace(argument, chain=chain)
        return argument

    def _placed(self, value: Value, argument: Argument) -> Value:
        if argument.node is None or argument.scope is None:
            return value
        if isinstance(value, (Known, Unknown)) and value.place is None:
            return replace(value, place=Place(self.file(argument.scope), argument.node))
        return value

    def _default(self, name: str, scope: Scope) -> list[Value]:
        default = self.default(name, scope)
        return self.values(default, scope.parent, ()) if default and scope.parent else []

    def default(self, name: str, scope: Scope) -> ast.expr | None:
        """The default of a parameter, if it has one."""
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        positional = [each.arg for each in (*given.posonlyargs, *given.args)]
        pairs = list(zip(reversed(positional), reversed(given.defaults), strict=False))
        pairs += [
            (each.arg, value)
            for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
            if value is not None
        ]
        return dict(pairs).get(name)

    def _annotated(self, name: str, scope: Scope) -> list[Value]:
        """An instance of the class that a parameter's annotation names, when that matters."""
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
        node = next((each.annotation for each in every if each.arg == name), None)
        return self._instances_named(node, scope.parent)

    def _instances_named(self, node: ast.expr | None, scope: Scope | None) -> list[Value]:
        """Instances of the classes of ours, or of Socket.IO's, that an annotation names."""
        if node is None or scope is None:
            return []
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return []
        if isinstance(node, ast.BinOp):
            return [
                *self._instances_named(node.left, scope),
                *self._instances_named(node.right, scope),
            ]
        if isinstance(node, ast.Subscript):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return [v for each in parts for v in self._instances_named(each, scope)]
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return []
        kinds = [v.value for v in self.values(node, scope, ()) if isinstance(v, Known)]
        return [
            v
            for kind in kinds
            if isinstance(kind, type) and (emits(kind) or self.is_own(kind))
            for v in self._instances_of(kind)
        ]

    def is_own(self, kind: type) -> bool:
        """Whether a class is of the sources, and says who its instances are."""
        # A protocol says what somebody has, and not who it is.
        plain = not (issubclass(kind, (Enum, str, int)) or getattr(kind, "_is_protocol", False))
        return plain and (kind.__module__, kind.__qualname__) in self._classes

    def _instances_of(self, kind: type) -> list[Value]:
        found: list[Value] = [
            Known(instance)
            for each, instances in self._instances.items()
            if kind in each.__mro__
            for instance in instances
        ]
        # One that is made later may be of any class below it.
        below = [Made(each) for each in self._below(kind) if each not in self._instances]
        return [*(found or [Made(kind)]), *below]

    def _below(self, kind: type) -> Iterator[type]:
        """The classes of ours that are derived from one of ours."""
        if self.is_own(kind):
            classes: list[type] = type.__subclasses__(kind)
            for each in classes:
                yield each
                yield from self._below(each)

    def _self(self, scope: Scope) -> list[Value] | None:
        """What the first parameter of a method stands for; `None` when it is none."""
        decorators = {ast.unparse(each) for each in scope.node.decorator_list}  # type: ignore[union-attr]  # a method's
        kind = self.live_class(scope.owner)
        if "staticmethod" in decorators:
            return None
        if kind is None:
            return [Unknown()]
        return [Known(kind)] if "classmethod" in decorators else self._instances_of(kind)

    def live_class(self, scope: Scope | None) -> type | None:
        """The class that a scope is the body of, when it is to be found."""
        if scope is None:
            return None
        module, names = self.module(scope), qualified(scope)
        found: Any = module
        for name in names.split("."):
            found = inspect.getattr_static(found, name, None)
        if isinstance(found, type) and found.__qualname__ == names:
            return found
        known = (each for kind in self._instances for each in kind.__mro__)
        wanted = module.__name__, names
        return next((k for k in known if (k.__module__, k.__qualname__) == wanted), None)
