"""What becomes of a value of a function's variable before it is sent.

    state = {"turn": 1}
    state["winner"] = None
    emit("state", state)

What is put in under a name that is written down is known. Where the value is handed to somebody who
may change it in another way, it is an object, or a list, and nothing more.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.drift.sends.operators import items, merged
from asyncapi_guard.drift.sends.shapes import (
    Array,
    Object,
    Property,
    Shape,
    Tuple,
    alternatives,
    loosened,
    union,
)
from asyncapi_guard.drift.values import Code, Emits, Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.drift.inference import Call, Inference
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.sends.facts import Facts
    from asyncapi_guard.drift.values import Chain

__all__ = ["Changes"]

#: Methods of lists and dictionaries that leave them as they are, or only take something out of a
#: list, of which nobody says how long it is.
_HARMLESS = frozenset(
    (
        "copy", "count", "get", "index", "items", "keys", "values",
        "remove", "reverse", "sort",
    )
)  # fmt: skip
_APPENDING = {"append": 0, "insert": 1, "extend": 0}
_READERS = (
    len, str, repr, print, sorted, list, dict, tuple, set, frozenset, any, all, sum, min, max,
    enumerate, isinstance, bool, range, reversed, zip, iter,
)  # fmt: skip
_DEEPEST = 3
_HOLDING = (ast.Dict, ast.List, ast.Tuple, ast.Starred, ast.FormattedValue, ast.Compare)
_DECIDING = (ast.If, ast.While, ast.Assert, ast.Return, ast.Yield, ast.Expr, ast.Await)
_PASSING = (ast.BoolOp, ast.IfExp, ast.BinOp, ast.UnaryOp)


class Reads(Protocol):
    """What reads expressions."""

    inference: Inference

    def shape(self, node: ast.expr, scope: Scope, chain: Chain) -> Shape:
        """What an expression may be."""
        ...

    def entry(self, key: ast.expr, shape: Shape, scope: Scope, chain: Chain) -> Object:
        """A dictionary with one entry."""
        ...

    def settled(self, key: Any, read: Callable[[], Shape]) -> Shape:
        """What may be said in terms of itself."""
        ...


class Changes:
    """Reads what a function does with a variable of its own.

    Args:
        facts: about the sources.
        reading: reads expressions.
    """

    def __init__(self, facts: Facts, reading: Reads) -> None:
        self._facts = facts
        self._reading = reading
        self._plain: dict[tuple[str, Scope], bool] = {}

    def applied(self, name: str, home: Scope, shape: Shape, chain: Chain) -> Shape:
        """A variable's value with all that is done to it."""
        if not any(isinstance(each, (Array, Object, Tuple)) for each in alternatives(shape)):
            return shape
        key = "changes", name, home, chain
        return self._reading.settled(key, lambda: self._changed(name, home, shape, chain))

    def _changed(self, name: str, home: Scope, shape: Shape, chain: Chain) -> Shape:
        for use in self._facts.uses(name, home):
            if isinstance(use.ctx, ast.Load):
                found = self._after(use, shape, chain)
                if found is None:
                    return loosened(shape)
                shape = found
        return shape

    def _after(self, use: ast.expr, shape: Shape, chain: Chain) -> Shape | None:
        """The value after one use of it; `None` where nobody knows."""
        put = self._put(use, chain)
        if put is not None:
            return _added(shape, put)
        appended = self._appended(use, chain)
        if appended is not None:
            return _appended(shape, appended)
        return shape if self._leaves_alone(use, shape, 0) else None

    def _put(self, use: ast.expr, chain: Chain) -> Object | None:
        """What `name["key"] = value`, or an `update`, puts into a dictionary."""
        parent = self._facts.parent(use)
        if isinstance(parent, ast.Subscript) and parent.value is use:
            statement = self._facts.parent(parent)
            if isinstance(statement, ast.Assign) and parent in statement.targets:
                return self._entry(parent.slice, statement.value, chain)
        if isinstance(parent, ast.Attribute) and parent.attr == "update":
            return self._updated(self._facts.parent(parent), chain)
        return None

    def _entry(self, key: ast.expr, value: ast.expr, chain: Chain) -> Object:
        scope = self._facts.scope_of(key)
        shape = self._reading.shape(value, scope, chain)
        return _optional(self._reading.entry(key, shape, scope, chain))

    def _updated(self, call: ast.AST | None, chain: Chain) -> Object | None:
        if not isinstance(call, ast.Call) or len(call.args) > 1:
            return None
        scope = self._facts.scope_of(call)
        parts: list[Shape] = [self._reading.shape(each, scope, chain) for each in call.args]
        for each in call.keywords:
            shape = self._reading.shape(each.value, scope, chain)
            parts.append(shape if each.arg is None else Object({each.arg: Property(shape)}))
        return _optional(merged(parts))

    def _appended(self, use: ast.expr, chain: Chain) -> Shape | None:
        """What is put into a list."""
        parent = self._facts.parent(use)
        if not isinstance(parent, ast.Attribute) or parent.attr not in _APPENDING:
            return None
        call = self._facts.parent(parent)
        index = _APPENDING[parent.attr]
        if not isinstance(call, ast.Call) or len(call.args) != index + 1 or call.keywords:
            return None
        scope = self._facts.scope_of(call)
        shape = self._reading.shape(call.args[index], scope, chain)
        return union(items(shape)) if parent.attr == "extend" else shape

    # -- uses that change nothing ------------------------------------------------------------------

    def _leaves_alone(self, use: ast.AST, shape: Shape | None, depth: int) -> bool:
        """Whether a value is as it was after a use.

        Args:
            use: it, or what was made of it.
            shape: what it is; `None` of what was made of it.
            depth: how many calls further in this is.
        """
        parent = self._facts.parent(use)
        if isinstance(parent, ast.keyword):
            parent = self._facts.parent(parent)
        if isinstance(parent, ast.Call):
            return self._hands_over(parent, use, depth)
        if isinstance(parent, (ast.Subscript, ast.Attribute)):
            return self._reaches_into(parent, use, depth)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return shape is not None and _has_plain_items(shape)
        if isinstance(parent, _PASSING):
            return self._leaves_alone(parent, None, depth)
        return isinstance(parent, (*_HOLDING, *_DECIDING))

    def _reaches_into(self, node: ast.Subscript | ast.Attribute, use: ast.AST, depth: int) -> bool:
        """Whether what is done with an item or a method of a value leaves it alone."""
        if isinstance(node, ast.Attribute):
            call = self._facts.parent(node)
            return isinstance(call, ast.Call) and call.func is node and node.attr in _HARMLESS
        if node.value is not use:
            return True
        return isinstance(node.ctx, ast.Load) and self._leaves_alone(node, None, depth)

    def _hands_over(self, call: ast.Call, use: ast.AST, depth: int) -> bool:
        """Whether a function that gets a value leaves it alone."""
        if call.func is use:
            return False
        inference = self._reading.inference
        found = list(inference.named(call, self._facts.scope_of(call), ()))
        return bool(found) and all(self._only_reads(each, use, depth) for each in found)

    def _only_reads(self, call: Call, use: ast.AST, depth: int) -> bool:
        function = call.function
        if isinstance(function, Emits):
            return True
        if isinstance(function, Known):
            return any(function.value is each for each in _READERS)
        if not isinstance(function, Code) or depth >= _DEEPEST:
            return False
        name = _parameter_of(function, call, use)
        return name is not None and self._is_kept(name, function.scope, depth + 1)

    def _is_kept(self, name: str, scope: Scope, depth: int) -> bool:
        key = name, scope
        if key not in self._plain:
            self._plain[key] = False  # while it is being found out
            self._plain[key] = scope.bindings[name][1:] == [] and all(
                isinstance(use.ctx, ast.Load) and self._leaves_alone(use, None, depth)
                for use in self._facts.uses(name, scope)
            )
        return self._plain[key]


def _parameter_of(function: Code, call: Call, use: ast.AST) -> str | None:
    """The parameter that a call hands an expression to."""
    node: Any = function.scope.node
    names: list[str] = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    for name, argument in call.keywords.items():
        if argument.node is use:
            return name if name in names else None
    names = names[function.bound is not None :]
    for name, argument in zip(names, call.positional, strict=False):
        if argument.node is use:
            return name
    return None


def _optional(found: Object) -> Object:
    properties = {n: Property(each.shape, required=False) for n, each in found.properties.items()}
    return Object(properties, found.rest)


def _added(shape: Shape, put: Object) -> Shape | None:
    """Dictionaries with something put into them; `None` if it is none."""
    parts = alternatives(shape)
    if any(isinstance(each, (Array, Tuple)) for each in parts):
        return None
    return union(merged([each, put]) if isinstance(each, Object) else each for each in parts)


def _appended(shape: Shape, items: Shape) -> Shape | None:
    parts = alternatives(shape)
    if any(isinstance(each, (Object, Tuple)) for each in parts):
        return None
    return union(
        Array(union([each.items, items])) if isinstance(each, Array) else each for each in parts
    )


def _has_plain_items(shape: Shape) -> bool:
    """Whether what is in a list or a dictionary cannot be changed through a loop's variable."""
    inside = [one for each in items(shape) for one in alternatives(each)]
    return not any(isinstance(each, (Array, Object, Tuple)) for each in inside)
