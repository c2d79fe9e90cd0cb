"""Expressions of every kind, each read once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeVar

from asyncapi_guard.drift.inference.results import Results
from asyncapi_guard.drift.values import (
    MOST_VALUES,
    Argument,
    Chain,
    Code,
    Display,
    Known,
    Unknown,
    Value,
    combined,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncapi_guard.drift.inference.program import Source
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["Inference"]

_T = TypeVar("_T")
_MOST_DEPTH = 40


class Inference(Results):
    """Reads expressions.

    Args:
        sources: the application's own modules.
        instances: the instances of its own classes, by class.
        handlers: the first lines of functions that clients' events call, by file.
        namespaces: the namespaces of class-based namespaces and of what they are made of.
        servers: the server whose emits are wanted, as an application may have it; what any other
            one emits is somebody else's.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        instances: Mapping[type, Sequence[Any]],
        handlers: Mapping[str, Mapping[int, tuple[str, ...]]],
        namespaces: Mapping[type, tuple[str, ...]],
        servers: Sequence[Any],
    ) -> None:
        super().__init__(sources, instances, handlers, namespaces, servers)
        for _ in range(3):
            if not self._find_sites():
                break

    def watched(self, read: Callable[[], _T]) -> tuple[_T, set[Scope]]:
        """What something reads, and the functions whose callers decide about it."""
        before, self._open = self._open, set()
        try:
            return read(), self._open
        finally:
            self._open = before

    def of(self, argument: Argument) -> list[Value]:
        """What an argument may stand for."""
        if argument.value is not None or argument.scope is None:
            return [argument.value or Unknown()]
        return self.values(argument.node, argument.scope, argument.chain)

    def written(self, function: Any) -> Code | None:
        """A function that is there, as its source; `None` where that is none of the application."""
        scope = self.function(function)
        return None if scope is None else Code(scope)

    def values(self, node: ast.expr | None, scope: Scope, chain: Chain) -> list[Value]:
        """What an expression may stand for; nothing while it is being found out further up."""
        if node is None:
            return []
        key = (node, scope, chain)
        known = self._memo.get(key)
        if known is not None:
            self._open |= known[1]
            return known[0]
        if key in self._busy or len(self._busy) > _MOST_DEPTH:
            self._cut = True
            return []
        before, self._open = self._open, set()
        was_cut, self._cut = self._cut, False
        self._busy.add(key)
        try:
            read = getattr(self, f"_{type(node).__name__.lower()}", None)
            found: list[Value] = list(read(node, scope, chain)) if read is not None else [Unknown()]
            if len(found) > MOST_VALUES:  # the rest is nothing that was looked at
                found = [*found[:MOST_VALUES], Unknown()]
            if not self._cut or len(self._busy) == 1:
                self._memo[key] = found, frozenset(self._open)
            return found
        finally:
            self._busy.discard(key)
            self._open = before | self._open
            self._cut = was_cut or (self._cut and bool(self._busy))

    def _constant(self, node: ast.Constant, _scope: Scope, _chain: Chain) -> list[Value]:
        return [Known(node.value)]

    def _ifexp(self, node: ast.IfExp, scope: Scope, chain: Chain) -> list[Value]:
        return [*self.values(node.body, scope, chain), *self.values(node.orelse, scope, chain)]

    def _boolop(self, node: ast.BoolOp, scope: Scope, chain: Chain) -> list[Value]:
        found = [value for each in node.values for value in self.values(each, scope, chain)]
        return [v for v in found if not (isinstance(v, Known) and v.value is None)]

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope, chain: Chain) -> list[Value]:
        return self.values(node.value, scope, chain)

    def _await(self, node: ast.Await, scope: Scope, chain: Chain) -> list[Value]:
        return self.values(node.value, scope, chain)

    def _lambda(self, node: ast.Lambda, _scope: Scope, _chain: Chain) -> list[Value]:
        return [Code(self._by_node[node])]

    def _display(self, node: ast.expr, scope: Scope, chain: Chain) -> list[Value]:
        return [Display(node, scope, chain)]

    _list = _tuple = _set = _dict = _display

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope, chain: Chain) -> list[Value]:
        parts: list[list[Value]] = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                plain = each.format_spec is None and each.conversion in (-1, ord("s"))
                parts.append(self.values(each.value, scope, chain) if plain else [Unknown()])
            else:
                parts.append(self.values(each, scope, chain))
        return combined(parts, lambda *each: "".join(map(format, each)))

    def _binop(self, node: ast.BinOp, scope: Scope, chain: Chain) -> list[Value]:
        both = [self.values(node.left, scope, chain), self.values(node.right, scope, chain)]
        if isinstance(node.op, ast.Add):
            return combined(both, lambda one, other: one + other)
        if isinstance(node.op, ast.Mod):
            if isinstance(node.right, ast.Tuple):
                both = [both[0], *(self.values(e, scope, chain) for e in node.right.elts)]
            return combined(both, lambda text, *rest: text % rest)
        return [Unknown()]
