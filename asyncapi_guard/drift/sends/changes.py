"""What becomes of a list or a dictionary before it is sent.

    state = {"turn": 1}
    state["winner"] = None
    emit("state", state)

What is put in under a name that is written down is known. Where the value is handed to somebody who
may change it in another way, it is an object, or a list, and nothing more.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.drift.sends.operators import items, joined, merged
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
    from collections.abc import Callable, Iterable, Sequence

    from asyncapi_guard.drift.inference import Call, Inference
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.sends.facts import Facts
    from asyncapi_guard.drift.values import Chain

__all__ = ["Changes"]

#: Methods that leave a list or a dictionary as it is, or take something out of a list, of which
#: nobody says how long it is.
_ASKING = frozenset(("count", "index", "keys", "remove", "reverse", "sort"))
#: Methods that give what is in it, where it can be changed in turn.
_GIVING_METHODS = frozenset(("copy", "get", "items", "values"))
_TAKING_METHODS = frozenset(("clear", "pop", "popitem"))
_APPENDING = {"append": 0, "insert": 1, "extend": 0}
_ASKING_FUNCTIONS = (len, str, repr, print, any, all, isinstance, bool)
_GIVING_FUNCTIONS = (
    sorted, list, dict, tuple, set, frozenset, sum, min, max, enumerate, reversed, zip, iter,
)  # fmt: skip
_DEEPEST = 3
_ENDING = (ast.FormattedValue, ast.Compare, ast.If, ast.While, ast.Assert, ast.Expr)
_PASSING = (
    ast.BoolOp, ast.IfExp, ast.BinOp, ast.UnaryOp, ast.Await, ast.Dict, ast.List, ast.Tuple,
    ast.ListComp, ast.GeneratorExp, ast.DictComp,
)  # fmt: skip
_LEAVING = (ast.Return, ast.Yield)


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
    """Reads what the sources do with a variable or an attribute.

    Args:
        facts: about the sources.
        reading: reads expressions.
    """

    def __init__(self, facts: Facts, reading: Reads) -> None:
        self._facts = facts
        self._reading = reading
        self._kept: dict[tuple[str, Scope], bool] = {}

    def applied(
        self,
        uses: Iterable[ast.expr] | None,
        shape: Shape,
        chain: Chain,
        key: Any,
        *,
        fresh: bool = False,
    ) -> Shape:
        """A value with all that is done to it.

        Args:
            uses: where it is; `None` where that is not known.
            shape: what it is when it is written down.
            chain: the calls by which one came to it.
            key: what it is called.
            fresh: each call of its function makes another one, which it may return.
        """
        if not _is_changeable(shape):
            return shape
        if uses is None:
            return loosened(shape)
        loaded = [use for use in uses if isinstance(getattr(use, "ctx", None), ast.Load)]
        return self._reading.settled(
            ("changes", key, shape), lambda: self._changed(loaded, shape, chain, fresh=fresh)
        )

    def _changed(
        self, uses: Sequence[ast.expr], shape: Shape, chain: Chain, *, fresh: bool
    ) -> Shape:
        for use in uses:
            found = self._after(use, shape, chain)
            if found is None:
                return loosened(shape)
            shape = found
        # Only now is it known whether what is in it can be changed.
        plain = _has_plain_items(shape)
        leaves = all(
            self._does(use, chain) or self._leaves_alone(use, 0, plain=plain, fresh=fresh)
            for use in uses
        )
        return shape if leaves else loosened(shape)

    # -- what is put in, and taken out -------------------------------------------------------------

    def _does(self, use: ast.expr, chain: Chain) -> bool:
        """Whether a use puts something in, or takes something out, and it is known what."""
        return (
            self._put(use, Object(), chain) is not None
            or self._appended(use, chain) is not None
            or self._takes_out(use)
        )

    def _after(self, use: ast.expr, shape: Shape, chain: Chain) -> Shape | None:
        """The value after one use of it; `None` where nobody knows."""
        put = self._put(use, shape, chain)
        if put is not None:
            return _added(shape, put)
        appended = self._appended(use, chain)
        if appended is not None:
            return _appended(shape, appended)
        return _lessened(shape) if self._takes_out(use) else shape

    def _put(self, use: ast.expr, shape: Shape, chain: Chain) -> Object | None:
        """What `name["key"] = value`, `+=`, or an `update` puts into a dictionary."""
        parent = self._facts.parent(use)
        if isinstance(parent, ast.Attribute):
            return self._put_by_method(parent, chain)
        if not isinstance(parent, ast.Subscript) or parent.value is not use:
            return None
        statement = self._facts.parent(parent)
        scope = self._facts.scope_of(parent)
        if isinstance(statement, ast.Assign) and parent in statement.targets:
            value = self._reading.shape(statement.value, scope, chain)
        elif isinstance(statement, ast.AugAssign) and statement.target is parent:
            inside = [one for each in alternatives(shape) for one in _values(each)]
            more = self._reading.shape(statement.value, scope, chain)
            value = joined(statement.op, union(inside), more)
        else:
            return None
        return _optional(self._reading.entry(parent.slice, value, scope, chain))

    def _put_by_method(self, method: ast.Attribute, chain: Chain) -> Object | None:
        call = self._facts.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            return None
        scope = self._facts.scope_of(call)
        if method.attr == "update" and len(call.args) <= 1:
            parts: list[Shape] = [self._reading.shape(each, scope, chain) for each in call.args]
            for each in call.keywords:
                shape = self._reading.shape(each.value, scope, chain)
                parts.append(shape if each.arg is None else Object({each.arg: Property(shape)}))
            return _optional(merged(parts))
        is_alone = isinstance(self._facts.parent(call), ast.Expr)
        if method.attr == "setdefault" and len(call.args) == 2 and is_alone:
            value = self._reading.shape(call.args[1], scope, chain)
            return _optional(self._reading.entry(call.args[0], value, scope, chain))
        return None

    def _appended(self, use: ast.expr, chain: Chain) -> Shape | None:
        """What is put into a list."""
        parent = self._facts.parent(use)
        if not isinstance(parent, ast.Attribute) or parent.attr not in _APPENDING:
            return None
        call = self._facts.parent(parent)
        index = _APPENDING[parent.attr]
        if not isinstance(call, ast.Call) or len(call.args) != index + 1 or call.keywords:
            return None
        shape = self._reading.shape(call.args[index], self._facts.scope_of(call), chain)
        return union(items(shape)) if parent.attr == "extend" else shape

    def _takes_out(self, use: ast.expr) -> bool:
        """Whether something is taken out, of which nothing is done but that."""
        parent = self._facts.parent(use)
        if isinstance(parent, ast.Subscript):
            return parent.value is use and isinstance(parent.ctx, ast.Del)
        if not isinstance(parent, ast.Attribute) or parent.attr not in _TAKING_METHODS:
            return False
        call = self._facts.parent(parent)
        return isinstance(self._facts.parent(call), ast.Expr) if call is not None else False

    # -- uses that change nothing ------------------------------------------------------------------

    def _leaves_alone(
        self, use: ast.AST, depth: int, *, plain: bool = False, fresh: bool = False
    ) -> bool:
        """Whether a value is as it was after a use.

        Args:
            use: it, or what was made of it.
            depth: how many calls further in this is.
            plain: nothing that is in it can be changed.
            fresh: it may be returned.
        """
        parent = self._facts.parent(use)
        if isinstance(parent, ast.keyword):
            parent = self._facts.parent(parent)
        keeper = self._keeper(parent, use)
        if keeper is not None:
            return depth < _DEEPEST and self._keeps(*keeper, depth + 1)
        if isinstance(parent, ast.Call):
            return self._hands_over(parent, use, depth, plain=plain)
        if isinstance(parent, (ast.Subscript, ast.Attribute)):
            return self._reaches_into(parent, use, depth, plain=plain)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return plain or parent.iter is not use or self._loops(parent, depth)
        if isinstance(parent, _PASSING):
            return self._leaves_alone(parent, depth, fresh=fresh)
        may_leave = isinstance(parent, _LEAVING) and (fresh or self._facts.is_handler(parent))
        return may_leave or isinstance(parent, _ENDING)

    def _keeper(self, parent: ast.AST | None, use: ast.AST) -> tuple[ast.expr, bool] | None:
        """The variable or the attribute that a value is put into, and whether as one of others."""
        target: ast.AST | None = None
        inside = False
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and parent.value is use:
            target = parent.targets[0]
            inside = isinstance(target, ast.Subscript)
            target = target.value if isinstance(target, ast.Subscript) else target
        elif isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
            inside = parent.func.attr in ("append", "insert")
            target = parent.func.value if inside else None
        return (target, inside) if isinstance(target, (ast.Name, ast.Attribute)) else None

    def _keeps(self, keeper: ast.expr, inside: bool, depth: int) -> bool:  # noqa: FBT001  # a pair
        """Whether nobody changes a value through what it was put into."""
        uses = self._facts.uses_of(keeper)
        loaded = [each for each in uses or () if isinstance(getattr(each, "ctx", None), ast.Load)]
        return uses is not None and all(
            (inside and self._does(each, ())) or self._leaves_alone(each, depth) for each in loaded
        )

    def _loops(self, loop: ast.For | ast.AsyncFor | ast.comprehension, depth: int) -> bool:
        """Whether a loop leaves alone what it goes over."""
        names = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
        around: ast.AST | None = self._facts.parent(loop)
        if not isinstance(loop, ast.comprehension):
            around = self._facts.scope_of(loop).node
        inside = ast.walk(around) if around is not None else ()
        uses = [each for each in inside if isinstance(each, ast.Name) and each.id in names]
        return all(
            self._leaves_alone(each, depth) for each in uses if isinstance(each.ctx, ast.Load)
        )

    def _reaches_into(
        self, node: ast.Subscript | ast.Attribute, use: ast.AST, depth: int, *, plain: bool
    ) -> bool:
        """Whether what is done with an item or a method of a value leaves it alone."""
        if isinstance(node, ast.Subscript):
            if node.value is not use:
                return True
            return isinstance(node.ctx, ast.Load) and (plain or self._leaves_alone(node, depth))
        call = self._facts.parent(node)
        if not isinstance(call, ast.Call) or call.func is not node:
            return False
        if node.attr in _ASKING:
            return True
        gives = node.attr in _GIVING_METHODS
        return gives and (plain or self._leaves_alone(call, depth))

    def _hands_over(self, call: ast.Call, use: ast.AST, depth: int, *, plain: bool) -> bool:
        """Whether a function that gets a value leaves it alone."""
        if call.func is use:
            return False
        inference = self._reading.inference
        found = list(inference.named(call, self._facts.scope_of(call), ()))
        return bool(found) and all(
            self._only_reads(each, use, depth, plain=plain) for each in found
        )

    def _only_reads(self, call: Call, use: ast.AST, depth: int, *, plain: bool) -> bool:
        function = call.function
        if isinstance(function, Emits):
            return True
        if isinstance(function, Known):
            if any(function.value is each for each in _ASKING_FUNCTIONS):
                return True
            gives = any(function.value is each for each in _GIVING_FUNCTIONS)
            return gives and (plain or self._leaves_alone(call.node, depth))
        if not isinstance(function, Code) or depth >= _DEEPEST:
            return False
        name = _parameter_of(function, call, use)
        return name is not None and self._is_kept(name, function.scope, depth + 1)

    def _is_kept(self, name: str, scope: Scope, depth: int) -> bool:
        key = name, scope
        if key not in self._kept:
            self._kept[key] = False  # while it is being found out
            self._kept[key] = scope.bindings[name][1:] == [] and all(
                isinstance(use.ctx, ast.Load) and self._leaves_alone(use, depth)
                for use in self._facts.uses(name, scope)
            )
        return self._kept[key]


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


def _lessened(shape: Shape) -> Shape:
    """Dictionaries of which something was taken out; nobody says how long a list is."""
    return union(
        Object(
            {n: Property(p.shape, required=False) for n, p in each.properties.items()}, each.rest
        )
        if isinstance(each, Object)
        else each
        for each in alternatives(shape)
    )


def _values(shape: Shape) -> list[Shape]:
    """What is in a list or a dictionary."""
    if isinstance(shape, Object):
        rest = [] if shape.rest is None else [shape.rest]
        return [*(each.shape for each in shape.properties.values()), *rest]
    return items(shape)


def _is_changeable(shape: Shape) -> bool:
    return any(isinstance(each, (Array, Object, Tuple)) for each in alternatives(shape))


def _has_plain_items(shape: Shape) -> bool:
    """Whether nothing that is in a list or a dictionary can be changed."""
    return not any(_is_changeable(one) for each in alternatives(shape) for one in _values(each))
