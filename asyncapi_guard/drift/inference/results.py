"""What calls give: instances, what functions return, texts made of texts."""

from __future__ import annotations

import ast
import functools
import re
import typing
from enum import EnumMeta
from types import FunctionType
from typing import Any

from asyncapi_guard.drift.inference.call_sites import CallSites
from asyncapi_guard.drift.inference.emitters import emits
from asyncapi_guard.drift.python_source import starred
from asyncapi_guard.drift.scopes import Scope, functions_around
from asyncapi_guard.drift.values import (
    CallSite,
    Chain,
    Code,
    Display,
    Known,
    Made,
    Other,
    Parent,
    Partial,
    Unknown,
    Value,
    combined,
    text_of,
)

__all__ = ["Results"]

#: A call that makes a client: `socketio.Client()`, `socketio.test_client(app)`.
_MAKES_CLIENT = re.compile(r".*client", re.IGNORECASE)
#: Methods of texts that make others of them.
_TEXT_METHODS = frozenset(
    ("format", "join", "lower", "upper", "replace", "strip", "removeprefix", "removesuffix")
)
_MOST_CALLS = 5


class Results(CallSites):
    """Reads what calls give."""

    def _call(self, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return self._super(scope)
        named = node.func.attr if isinstance(node.func, ast.Attribute) else None
        if isinstance(node.func, ast.Attribute) and named == "get" and len(node.args) == 1:
            got = self._entry(node.func.value, node.args[0], scope, chain)
            if got:
                return got
        found: list[Value] = []
        for function in self.values(node.func, scope, chain):
            found += self._result(function, node, scope, chain)
        if named in _TEXT_METHODS and not any(isinstance(v, (Known, Made)) for v in found):
            found = self._text_method(node, scope, chain)
        is_client = _MAKES_CLIENT.fullmatch(str(named or getattr(node.func, "id", "")))
        if is_client and not any(isinstance(v, (Known, Made)) for v in found):
            return [Other()]
        return found

    def _entry(self, holder: ast.expr, key: ast.expr, scope: Scope, chain: Chain) -> list[Value]:
        """What `get` gets of a dictionary; nothing of anything else."""
        keys = self.values(key, scope, chain)
        return [
            found
            for owner in self.values(holder, scope, chain)
            for each in keys
            for found in self._item(owner, each)
            if not isinstance(found, Unknown)
        ]

    def _super(self, scope: Scope) -> list[Value]:
        method = next((each for each in functions_around(scope) if each.owner is not None), None)
        kind = self.live_class(method.owner) if method is not None else None
        if kind is None or method is None:
            return [Unknown()]
        return [Parent(each, kind) for each in self._self(method) or []]

    def _result(self, function: Value, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        """What a call gives."""
        opened = self._opened(function) if isinstance(function, Known) else function
        if isinstance(opened, Code):
            return self._returned(opened, (node, scope, chain))
        if not isinstance(opened, Known):
            return [Unknown()]
        made = self._made(opened.value, node, scope, chain)
        if made is not None:
            return made
        is_function = isinstance(opened.value, FunctionType)
        return self._promised(opened.value) if is_function else [Unknown()]

    def _made(
        self, function: Any, node: ast.Call, scope: Scope, chain: Chain
    ) -> list[Value] | None:
        """What a class, or a function that is known by itself, makes; `None` for others."""
        if function is getattr:
            return self._got(node, scope, chain)
        if function is typing.cast and len(node.args) > 1:
            named = self._instances_named(node.args[0], scope)
            return named or self.values(node.args[1], scope, chain)
        if isinstance(function, type):
            return self._constructed(function, node, scope, chain)
        return None

    def _constructed(
        self, function: type, node: ast.Call, scope: Scope, chain: Chain
    ) -> list[Value]:
        """What a class makes."""
        if function is functools.partial:
            return self._partials(node, scope, chain)
        if function is str and len(node.args) == 1:
            return combined([self.values(node.args[0], scope, chain)], str)
        if isinstance(function, EnumMeta):
            return self._enum_member(function, node, scope, chain)
        own = emits(function) or self.is_own(function)
        return [Made(function)] if own else [Other()]

    def _partials(self, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        positional, keywords, _ = self._arguments(node, scope, chain)
        functions = self.of(positional[0]) if positional else []
        return [Partial(each, positional[1:], keywords) for each in functions]

    def _enum_member(
        self, kind: EnumMeta, node: ast.Call, scope: Scope, chain: Chain
    ) -> list[Value]:
        given = self.values(node.args[0], scope, chain) if len(node.args) == 1 else []
        members: list[Any] = list(kind.__members__.values())
        found: list[Value] = [Known(m) for v in given for m in members if text_of(v) == m.value]
        return found or [Unknown()]

    def _promised(self, function: FunctionType) -> list[Value]:
        """What a function of somebody else's says that it returns."""
        kind = function.__annotations__.get("return")
        if isinstance(kind, type) and emits(kind):
            return [Made(kind)]
        return [Unknown()]

    def _got(self, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        """What `getattr` gets."""
        if len(node.args) < 2:  # an object and a name
            return [Unknown()]
        names = [text_of(each) for each in self.values(node.args[1], scope, chain)]
        found: list[Value] = []
        for owner in self.values(node.args[0], scope, chain):
            for name in names:
                if name is None:
                    found.append(Unknown())
                elif node.args[2:] and _lacks(owner, name):
                    found += self.values(node.args[2], scope, chain)
                else:
                    found += self._attribute_of(owner, name)
        return found

    def _returned(self, function: Code, call: tuple[ast.Call, Scope, Chain] | None) -> list[Value]:
        """What a function of ours returns to a call."""
        scope = function.scope
        chain: Chain = ()
        if call is not None:
            node, caller, around = call
            positional, keywords, complete = self._arguments(node, caller, around)
            if len(around) > _MOST_CALLS or any(site.callee is scope for site in around):
                return []
            bound = function.bound is not None
            site = CallSite(scope, caller, positional, keywords, complete, bound)
            chain = (site, *around)
        promised = self._instances_named(getattr(scope.node, "returns", None), scope.parent)
        if promised:
            return promised
        if scope.yields:
            return [Display(ast.Tuple(scope.yields, ast.Load()), scope, chain)]
        if not scope.returns and isinstance(_last(scope), ast.Raise):
            return []  # it is there to be overridden
        found = [v for each in scope.returns for v in self.values(each, scope, chain)]
        some = [v for v in found if not (isinstance(v, Known) and v.value is None)]
        return some or found or [Unknown()]

    def _text_method(self, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        assert isinstance(node.func, ast.Attribute)
        texts = self.values(node.func.value, scope, chain)
        if node.keywords or starred(node.args):
            return [Unknown()]
        given = [self.values(each, scope, chain) for each in node.args]
        name = node.func.attr
        if name == "join":
            parts = [self._iterated(v) for each in given for v in each]
            joined = [*texts], *([[p] for p in parts[0]] if len(parts) == 1 else [[Unknown()]])
            return combined(list(joined), lambda text, *rest: text.join(rest))
        return combined([texts, *given], lambda text, *rest: getattr(text, name)(*rest))


def _lacks(owner: Value, name: str) -> bool:
    """Whether a constant has no attribute of a name."""
    return isinstance(owner, Known) and type(owner.value) is str and not hasattr(str, name)


def _last(scope: Scope) -> ast.stmt | None:
    """The last statement of a function."""
    body = getattr(scope.node, "body", None)
    return body[-1] if isinstance(body, list) else None
