"""The calls that the sources make of the application's own functions."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, replace
from types import MethodType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.inference.emitters import FUNCTIONS, METHODS, emits
from asyncapi_guard.drift.inference.names import Names
from asyncapi_guard.drift.python_source import starred
from asyncapi_guard.drift.scopes import Scope, functions_around
from asyncapi_guard.drift.values import (
    Argument,
    CallSite,
    Chain,
    Code,
    Emits,
    Known,
    Partial,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Call", "CallSites"]

#: They call a function with arguments that come from elsewhere, or later.
_MAPPING = (map, filter, sorted, min, max, functools.partial)


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as it is written or as a function that was handed on makes it.

    Attributes:
        function: what is called.
        node: where.
        positional: the arguments, in order.
        keywords: the arguments by name.
        complete: nothing else is handed over (`*names`).
        later: more arguments come when it happens, as with a `partial`.
    """

    function: Value
    node: ast.Call
    positional: tuple[Argument, ...]
    keywords: Mapping[str, Argument]
    complete: bool = True
    later: bool = False


class CallSites(Names):
    """Reads calls, those of functions that are handed on included."""

    def _find_sites(self) -> bool:
        """Write down who calls which function; whether more was found than before."""
        found: dict[Scope, list[CallSite]] = {}
        for scope in self.scopes:
            for node in scope.calls:
                for call in self.calls(node, scope, ()):
                    for site in self._sites_of(call, scope):
                        found.setdefault(site.callee, []).append(site)
        more = sum(map(len, found.values())) > sum(map(len, self._sites.values()))
        self._sites = found
        self._memo.clear()
        return more

    def _sites_of(self, call: Call, scope: Scope) -> Iterator[CallSite]:
        function, bound = call.function, False
        if isinstance(function, Known) and isinstance(function.value, type):
            function = self._member(function.value, "__init__", None) or function
            bound = True
        if isinstance(function, Code):
            bound = bound or function.bound is not None
            yield CallSite(
                function.scope, scope, call.positional, call.keywords, call.complete, bound
            )

    def calls(self, node: ast.Call, scope: Scope, chain: Chain) -> Iterator[Call]:
        """What a call calls: what it names, and what it hands to somebody else to call."""
        yield from self.named(node, scope, chain)
        positional, keywords, complete = self._arguments(node, scope, chain)
        functions = self.values(node.func, scope, chain)
        if any(map(self._is_ours, functions)):
            return
        callees = [each.value for each in functions if isinstance(each, Known)]
        later = False
        if any(each is mapping for each in callees for mapping in _MAPPING):
            later = functools.partial in callees
            if not later:
                positional, complete = positional[:1], False
            elif len(positional) == 1:
                return  # which event it is, its calls say
        for index, each in enumerate(positional):
            rest = Call(Unknown(), node, positional[index + 1 :], keywords, complete, later)
            yield from self._handed_on(each, rest)
        target = keywords.get("target")
        if target is not None:  # of a thread
            handed = self._elements_of(keywords.get("args"))
            rest = Call(Unknown(), node, tuple(handed or ()), {}, handed is not None)
            yield from self._handed_on(target, rest)

    def named(self, node: ast.Call, scope: Scope, chain: Chain) -> Iterator[Call]:
        """What a call calls by what it names, and by nothing that it hands on."""
        positional, keywords, complete = self._arguments(node, scope, chain)
        for function in self.values(node.func, scope, chain):
            yield self._flat(Call(function, node, positional, keywords, complete))

    def _flat(self, call: Call) -> Call:
        """A call of a partial as one of what is in it."""
        function = call.function
        if isinstance(function, Known):
            function = self._opened(function)
        if isinstance(function, Partial):
            positional = (*function.positional, *call.positional)
            keywords = {**function.keywords, **call.keywords}
            inner = function.function
            return self._flat(
                replace(call, function=inner, positional=positional, keywords=keywords)
            )
        return replace(call, function=function)

    def _opened(self, value: Known) -> Value:
        """A function, a bound method or a partial that is there, as what it does."""
        found = value.value
        if isinstance(found, functools.partial):
            return Partial(
                self._opened(Known(found.func)),
                tuple(Argument(None, value=Known(each)) for each in found.args),
                {k: Argument(None, value=Known(v)) for k, v in found.keywords.items()},
            )
        if any(found is each for each in FUNCTIONS):
            return Emits(found.__name__, None, found)
        scope = self.function(found)
        if isinstance(found, MethodType):
            owner = found.__self__
            if scope is not None:
                return Code(scope, Known(owner))
            if found.__name__ in METHODS and emits(type(owner)):
                return self._emits(found.__name__, type(owner), owner)
        return value if scope is None else Code(scope)

    def _is_ours(self, function: Value) -> bool:
        """Whether a function of the sources is called, which does with its arguments as it says."""
        if isinstance(function, Known) and isinstance(function.value, type):
            return self._member(function.value, "__init__", None) is not None
        return isinstance(function, Code) or (
            isinstance(function, Known) and isinstance(self._opened(function), Code)
        )

    def _handed_on(self, argument: Argument, rest: Call) -> Iterator[Call]:
        if argument.node is None or isinstance(argument.node, (ast.Call, ast.Constant)):
            return
        for function in self.of(argument):
            if isinstance(function, (Emits, Code, Partial)):
                args = rest.keywords.get("args")
                handed = None if args is None else self._elements_of(args)
                if handed is not None:  # Timer(1, emit, args=["x"])
                    rest = replace(rest, positional=tuple(handed), keywords={})
                yield self._flat(replace(rest, function=function))

    def _elements_of(self, argument: Argument | None) -> list[Argument] | None:
        """The elements of a tuple or list that is written down as an argument."""
        if argument is None:
            return []
        node = argument.node
        if isinstance(node, (ast.Tuple, ast.List)) and not starred(node.elts):
            return [replace(argument, node=each) for each in node.elts]
        return None

    def _arguments(
        self, node: ast.Call, scope: Scope, chain: Chain
    ) -> tuple[tuple[Argument, ...], dict[str, Argument], bool]:
        positional: list[Argument] = []
        keywords: dict[str, Argument] = {}
        complete = True
        for each in node.args:
            if not isinstance(each, ast.Starred):
                positional.append(Argument(each, scope, chain))
                continue
            more = self._rest(each.value, scope, chain)
            if more is None:
                complete = False
                break  # whatever comes after it has no known place
            positional += more
        for keyword in node.keywords:
            if keyword.arg is not None:
                keywords[keyword.arg] = Argument(keyword.value, scope, chain)
                continue
            named = self._named_rest(keyword.value, scope, chain)
            complete = complete and named is not None
            keywords |= named or {}
        return tuple(positional), keywords, complete

    def _rest(self, node: ast.expr, scope: Scope, chain: Chain) -> list[Argument] | None:
        """What `*args` hands on."""
        found = self._frame(node, scope, chain, "vararg")
        if found is not None:
            callee, site, _ = found
            given = callee.node.args  # type: ignore[union-attr]  # a function's
            taken = len(given.posonlyargs) + len(given.args) - site.bound
            return list(site.positional[taken:]) if site.complete else None
        value = self._only(node, scope, chain)
        if isinstance(value, Known) and type(value.value) is tuple:
            return [Argument(None, value=Known(each)) for each in value.value]
        return self._elements_of(Argument(node, scope, chain))

    def _named_rest(self, node: ast.expr, scope: Scope, chain: Chain) -> dict[str, Argument] | None:
        """What `**kwargs` hands on."""
        found = self._frame(node, scope, chain, "kwarg")
        if found is None:
            value = self._only(node, scope, chain)
            if isinstance(value, Known) and _is_mapping_of_texts(value.value):
                return {k: Argument(None, value=Known(v)) for k, v in value.value.items()}
            if not isinstance(node, ast.Dict) or not all(map(_is_text, node.keys)):
                return None
            pairs = zip(node.keys, node.values, strict=True)
            return {k.value: Argument(v, scope, chain) for k, v in pairs}  # type: ignore[union-attr]  # constants
        callee, site, _ = found
        given = callee.node.args  # type: ignore[union-attr]  # a function's
        own = {each.arg for each in (*given.args, *given.kwonlyargs)}
        return {k: v for k, v in site.keywords.items() if k not in own} if site.complete else None

    def _only(self, node: ast.expr, scope: Scope, chain: Chain) -> Value | None:
        """The one value that an expression stands for."""
        values = self.values(node, scope, chain)
        return values[0] if len(values) == 1 else None

    def _frame(
        self, node: ast.expr, scope: Scope, chain: Chain, kind: str
    ) -> tuple[Scope, CallSite, Chain] | None:
        """The call that a function's `*args` or `**kwargs` come from."""
        if not isinstance(node, ast.Name):
            return None
        for around in functions_around(scope):
            parameter = getattr(around.node.args, kind)  # type: ignore[union-attr]  # a function's
            if parameter is not None and parameter.arg == node.id:
                self._open.add(around)
                for index, site in enumerate(chain):
                    if site.callee is around:
                        self._open.discard(around)
                        return around, site, chain[index + 1 :]
            if node.id in around.bindings:
                return None
        return None


def _is_mapping_of_texts(value: Any) -> bool:
    return type(value) is dict and all(isinstance(key, str) for key in value)


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
