"""What the expressions of an application may stand for.

The application was imported, so most of it is there: modules, classes, servers, constants, the
attributes of instances. Only what a function makes of its parameters and variables is followed in
the text: assignments, loops over what is written down, defaults, annotations, and the arguments of
the calls that the sources make of it. Nothing of the application is run to find out.

A parameter has the values of all calls. Where two of them belong together, such as an event and a
namespace, a *chain* of calls says which one is meant.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
import typing
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, EnumMeta
from itertools import product
from types import (
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any, TypeVar

import flask
import flask_socketio
from socketio.base_manager import BaseManager
from socketio.base_namespace import BaseNamespace
from socketio.base_server import BaseServer
from socketio.server import Server
from werkzeug.local import LocalProxy

from asyncapi_guard.drift.python_source import parse_source
from asyncapi_guard.drift.scopes import (
    Assigned,
    Defined,
    Element,
    Imported,
    Parameter,
    Scope,
    functions_around,
    scopes_of,
)
from asyncapi_guard.drift.values import (
    Argument,
    CallSite,
    Chain,
    Code,
    Display,
    Emits,
    Known,
    Made,
    Other,
    Parent,
    Partial,
    Place,
    Unknown,
    Value,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.drift.scopes import Binding

__all__ = ["METHODS", "Call", "Inference", "Source"]

_T = TypeVar("_T")

METHODS = frozenset(("emit", "send", "call", "doc_emit"))
_SERVERS = (flask_socketio.SocketIO, BaseServer, BaseManager)
_EMITTERS = (*_SERVERS, BaseNamespace)
_FUNCTIONS = tuple(getattr(flask_socketio, name) for name in ("emit", "send", "call"))
#: A call that makes a client: `socketio.Client()`, `socketio.test_client(app)`.
_MAKES_CLIENT = re.compile(r".*client", re.IGNORECASE)
#: Methods of texts that make others of them.
_TEXT_METHODS = frozenset(
    ("format", "join", "lower", "upper", "replace", "strip", "removeprefix", "removesuffix")
)
#: They call a function with arguments that come from elsewhere, or later.
_MAPPING = (map, filter, sorted, min, max, functools.partial)
#: What servers are called, where nothing else tells.
_LIKELY = re.compile(r"(?:.*_)?sio|.*socket_?io", re.IGNORECASE)
_PASSING = frozenset(("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"))
_MOST_VALUES = 100
_MOST_DEPTH = 40
_MOST_CALLS = 5
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Source:
    """A module of the application, the name that findings give to it, and its text."""

    module: ModuleType
    file: str
    text: str


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


class Inference:
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
        self._instances = instances
        self._handlers = handlers
        self._servers = servers
        self._namespaces = namespaces
        self._files: dict[Scope, Source] = {}
        self._lines = {source.file: source.text.splitlines() for source in sources}
        self._roots: dict[str, Scope] = {}
        self._functions: dict[tuple[str, int], Scope] = {}
        self._classes: dict[tuple[str, str], Scope] = {}
        self._by_node: dict[ast.AST, Scope] = {}
        self.scopes: list[Scope] = []
        for source in sources:
            self._add(source)
        self._sites: dict[Scope, list[CallSite]] = {}
        self._open: set[Scope] = set()
        self._busy: set[tuple[Any, ...]] = set()
        self._cut = False
        self._memo: dict[tuple[Any, ...], tuple[list[Value], frozenset[Scope]]] = {}
        for _ in range(3):
            if not self._find_sites():
                break

    def _add(self, source: Source) -> None:
        scopes = scopes_of(parse_source(source.text))
        self.scopes += scopes
        self._roots.setdefault(source.module.__name__, scopes[0])
        file = str(source.module.__file__)
        for scope in scopes:
            self._files[scope] = source
            self._by_node[scope.node] = scope
            if scope.is_function:
                self._functions.setdefault((file, scope.first_line), scope)
            elif isinstance(scope.node, ast.ClassDef):
                key = source.module.__name__, _qualified(scope)
                self._classes[key] = scope

    # -- calls of the application's own functions --------------------------------------------------

    def file(self, scope: Scope) -> str:
        """The name of the file that a scope is in."""
        return self._files[scope].file

    def column(self, file: str, node: ast.expr) -> int:
        """The column of an expression: 1-based, in characters, where Python counts bytes."""
        lines = self._lines.get(file, [])
        line = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
        return len(line.encode()[: node.col_offset].decode(errors="replace")) + 1

    def module(self, scope: Scope) -> ModuleType:
        """The module that a scope is in."""
        return self._files[scope].module

    def sites(self, scope: Scope) -> Sequence[CallSite]:
        """The calls of a function."""
        return self._sites.get(scope, ())

    def handler(self, scope: Scope) -> tuple[str, ...] | None:
        """The namespaces of a function that handles events; `None` for others."""
        return self._handlers.get(self.file(scope), {}).get(scope.first_line)

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
        positional, keywords, complete = self._arguments(node, scope, chain)
        functions = self.values(node.func, scope, chain)
        for function in functions:
            yield self._flat(Call(function, node, positional, keywords, complete))
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
        if any(found is each for each in _FUNCTIONS):
            return Emits(found.__name__, None, found)
        scope = self._function(found)
        if isinstance(found, MethodType):
            owner = found.__self__
            if scope is not None:
                return Code(scope, Known(owner))
            if found.__name__ in METHODS and _emits(type(owner)):
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
        if isinstance(node, (ast.Tuple, ast.List)) and not _starred(node.elts):
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
        return self._elements_of(Argument(node, scope, chain))

    def _named_rest(self, node: ast.expr, scope: Scope, chain: Chain) -> dict[str, Argument] | None:
        """What `**kwargs` hands on."""
        found = self._frame(node, scope, chain, "kwarg")
        if found is None:
            if not isinstance(node, ast.Dict) or not all(map(_is_text, node.keys)):
                return None
            pairs = zip(node.keys, node.values, strict=True)
            return {k.value: Argument(v, scope, chain) for k, v in pairs}  # type: ignore[union-attr]
        callee, site, _ = found
        given = callee.node.args  # type: ignore[union-attr]  # a function's
        own = {each.arg for each in (*given.args, *given.kwonlyargs)}
        return {k: v for k, v in site.keywords.items() if k not in own} if site.complete else None

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

    # -- expressions -------------------------------------------------------------------------------

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
            if len(found) > _MOST_VALUES:  # the rest is nothing that was looked at
                found = [*found[:_MOST_VALUES], Unknown()]
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
        return _combined(parts, lambda *each: "".join(map(format, each)))

    def _binop(self, node: ast.BinOp, scope: Scope, chain: Chain) -> list[Value]:
        both = [self.values(node.left, scope, chain), self.values(node.right, scope, chain)]
        if isinstance(node.op, ast.Add):
            return _combined(both, lambda one, other: one + other)
        if isinstance(node.op, ast.Mod):
            if isinstance(node.right, ast.Tuple):
                both = [both[0], *(self.values(e, scope, chain) for e in node.right.elts)]
            return _combined(both, lambda text, *rest: text % rest)
        return [Unknown()]

    # -- names -------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, scope: Scope, chain: Chain) -> list[Value]:
        around: Scope | None = scope
        while around is not None:
            is_module = around.parent is None
            if is_module or (
                node.id in around.bindings
                and (around is scope or around.is_function)
                and node.id not in around.shared
            ):
                return self._named(node.id, around, chain)
            around = around.parent
        return [Unknown()]

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
        kind = self._live_class(inner)
        return Unknown() if kind is None else Known(kind)

    def _imported(self, binding: Imported, scope: Scope) -> list[Value]:
        name = binding.module
        if binding.level:
            package = self.module(scope).__name__.split(".")
            is_package = hasattr(self.module(scope), "__path__")
            package = package[: len(package) - binding.level + is_package]
            name = ".".join([*package, *([name] if name else [])])
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
            parts = value.node.keys if isinstance(value.node, ast.Dict) else value.node.elts  # type: ignore[attr-defined]
            if _starred(parts):
                return [Unknown()]
            return [v for n in parts for v in self.values(n, value.scope, value.chain)]
        if isinstance(value, Known):
            if isinstance(value.value, EnumMeta):
                return list(map(Known, value.value.__members__.values()))
            if type(value.value) in (list, tuple, set, frozenset, dict):
                return list(map(Known, list(value.value)[: _MOST_VALUES + 1]))
        return [Unknown()]

    # -- parameters --------------------------------------------------------------------------------

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
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        positional = [each.arg for each in (*given.posonlyargs, *given.args)]
        argument = site.keywords.get(name)
        if argument is None and name in positional:
            index = positional.index(name) - site.bound
            if 0 <= index < len(site.positional):
                argument = site.positional[index]
        if argument is None:
            default = self._default(name, scope) if site.complete else []
            return default or [Unknown()]
        if argument.value is None and not argument.chain:
            # The caller's own arguments are those of the calls further up.
            argument = replace(argument, chain=chain)
        return [self._placed(each, argument) for each in self.of(argument)]

    def _placed(self, value: Value, argument: Argument) -> Value:
        if argument.node is None or argument.scope is None:
            return value
        if isinstance(value, (Known, Unknown)) and value.place is None:
            return replace(value, place=Place(self.file(argument.scope), argument.node))
        return value

    def _default(self, name: str, scope: Scope) -> list[Value]:
        given = scope.node.args  # type: ignore[union-attr]  # a function's
        positional = [each.arg for each in (*given.posonlyargs, *given.args)]
        pairs = list(zip(reversed(positional), reversed(given.defaults), strict=False))
        pairs += [
            (each.arg, value)
            for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
            if value is not None
        ]
        default = dict(pairs).get(name)
        return self.values(default, scope.parent, ()) if default and scope.parent else []

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
            if isinstance(kind, type) and (_emits(kind) or self._is_own(kind))
            for v in self._instances_of(kind)
        ]

    def _is_own(self, kind: type) -> bool:
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
        if self._is_own(kind):
            classes: list[type] = type.__subclasses__(kind)
            for each in classes:
                yield each
                yield from self._below(each)

    def _self(self, scope: Scope) -> list[Value] | None:
        """What the first parameter of a method stands for; `None` when it is none."""
        decorators = {ast.unparse(each) for each in scope.node.decorator_list}  # type: ignore[union-attr]
        kind = self._live_class(scope.owner)
        if "staticmethod" in decorators:
            return None
        if kind is None:
            return [Unknown()]
        return [Known(kind)] if "classmethod" in decorators else self._instances_of(kind)

    def _live_class(self, scope: Scope | None) -> type | None:
        """The class that a scope is the body of, when it is to be found."""
        if scope is None:
            return None
        module, names = self.module(scope), _qualified(scope)
        found: Any = module
        for name in names.split("."):
            found = inspect.getattr_static(found, name, None)
        if isinstance(found, type) and found.__qualname__ == names:
            return found
        known = (each for kind in self._instances for each in kind.__mro__)
        wanted = module.__name__, names
        return next((k for k in known if (k.__module__, k.__qualname__) == wanted), None)

    # -- attributes and items ----------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, scope: Scope, chain: Chain) -> list[Value]:
        owners = self.values(node.value, scope, chain)
        if node.attr in METHODS and all(isinstance(each, Unknown) for each in owners):
            return [Emits(node.attr, ("/",))] if _is_likely(node.value) else [Unknown()]
        return [v for owner in owners for v in self._attribute_of(owner, node.attr)]

    def _attribute_of(self, owner: Value, name: str) -> list[Value]:
        if isinstance(owner, Made):
            return self._of_instance(_MISSING, owner.kind, name, owner)
        if isinstance(owner, Parent):
            return self._of_parent(owner, name)
        if isinstance(owner, Known):
            return self._of_object(owner, name)
        return [owner] if isinstance(owner, Other) else [Unknown()]

    def _of_object(self, owner: Known, name: str) -> list[Value]:
        value = owner.value
        if value is flask.current_app:
            applications = self._instances_of(flask.Flask)
            return [v for each in applications for v in self._attribute_of(each, name)]
        if type(value) is LocalProxy:
            return [Unknown()]
        if isinstance(value, ModuleType):
            return self._of_module(value, name)
        if isinstance(value, Enum) and name in ("value", "name"):
            return [replace(owner, value=value._value_ if name == "value" else value._name_)]
        if isinstance(value, type):
            return self._of_class(owner, value, name)
        return self._of_instance(value, type(value), name, owner)

    def _of_module(self, module: ModuleType, name: str) -> list[Value]:
        root = self._roots.get(module.__name__)
        if root is not None and name in root.bindings:
            return self._named(name, root, ())
        found = vars(module).get(name, _MISSING)
        return [Unknown()] if found is _MISSING else [Known(found)]

    def _of_class(self, owner: Known, kind: type, name: str) -> list[Value]:
        if isinstance(kind, EnumMeta) and name in kind.__members__:
            return [replace(owner, value=kind.__members__[name])]
        method = self._member(kind, name, None)
        if method is not None:
            return [method]
        found = inspect.getattr_static(kind, name, _MISSING)
        return [Unknown()] if found is _MISSING else [Known(found)]

    def _of_instance(self, live: Any, kind: type, name: str, owner: Value) -> list[Value]:
        method = self._member(kind, name, owner)
        if name in METHODS and issubclass(kind, _EMITTERS):
            return [method or self._emits(name, kind, live)]
        own = _attributes(live)
        if own.get(name) is not None and not self._varies(own[name], kind, name):
            return [Known(own[name])]
        if name == "server" and issubclass(kind, (flask_socketio.SocketIO, BaseNamespace)):
            return [Made(Server)]
        if method is not None:
            return [method]
        return self._of_its_class(live, kind, name, owner) or self._delegated(own, kind, name)

    def _of_its_class(self, live: Any, kind: type, name: str, owner: Value) -> list[Value]:
        """What an instance has because its class says so, or its methods assign it."""
        static = inspect.getattr_static(kind, name, _MISSING)
        if isinstance(static, MemberDescriptorType) and live is not _MISSING:
            static = getattr(live, name, None)
        if isinstance(static, (property, functools.cached_property)):
            getter = static.fget if isinstance(static, property) else static.func
            code = self._function(getter)
            return [Unknown()] if code is None else self._returned(Code(code, owner), None)
        if isinstance(live, tuple) and name in getattr(kind, "_fields", ()):
            return [Known(tuple.__getitem__(live, kind._fields.index(name)))]  # type: ignore[attr-defined]
        assigned = self._assigned(kind, name)
        if static is not _MISSING and (static is not None or not assigned):
            return [Known(static), *assigned]
        return assigned

    def _varies(self, value: Any, kind: type, name: str) -> bool:
        """Whether an attribute has one text after the other, so that the one it has says little."""
        if not isinstance(value, str):
            return False
        scopes = (self._classes.get((each.__module__, each.__qualname__)) for each in kind.__mro__)
        return any(
            getattr(method, "name", "") != "__init__"
            for scope in scopes
            if scope is not None
            for method, _ in _given_to_self(scope.node, name)
        )

    def _delegated(self, own: Mapping[str, Any], kind: type, name: str) -> list[Value]:
        """What a class with a `__getattr__` has from the one server that it holds."""
        held = [each for each in own.values() if _emits(type(each))]
        if name in METHODS and hasattr(kind, "__getattr__") and len(held) == 1:
            return self._attribute_of(Known(held[0]), name)
        if hasattr(kind, "__getattr__"):
            return [Unknown()]
        return [Other()] if name in METHODS else [Unknown()]

    def _emits(self, name: str, kind: type, live: Any) -> Value:
        function = inspect.getattr_static(kind, name, None)
        if function is None or self._is_of_others(live):
            return Other()
        if issubclass(kind, BaseNamespace):
            namespaces = self._namespaces.get(kind, ())
            if live is not _MISSING:
                namespaces = (str(live.namespace),)
            return Emits(name, namespaces, function)
        return Emits(name, ("/",), function)

    def _is_of_others(self, live: Any) -> bool:
        """Whether it is a server that is not asked about, or a namespace of one."""
        if isinstance(live, BaseNamespace):
            live = getattr(live, "socketio", None) or getattr(live, "server", None)
        if not isinstance(live, (flask_socketio.SocketIO, BaseServer)):
            return False
        return not any(live is each for each in self._servers)

    def _of_parent(self, owner: Parent, name: str) -> list[Value]:
        instance = owner.instance
        live = instance.value if isinstance(instance, Known) else _MISSING
        kind = instance.kind if isinstance(instance, Made) else type(live)
        order = kind.__mro__
        after = order[order.index(owner.kind) + 1 :] if owner.kind in order else ()
        for base in after:
            if name not in vars(base):
                continue
            code = self._function(vars(base)[name])
            if code is not None:
                return [Code(code, instance)]
            if name in METHODS and _emits(base):
                return [self._emits(name, kind, live)]
        return [Unknown()]

    def _member(self, kind: type, name: str, bound: Value | None) -> Code | None:
        """A method of ours."""
        static = inspect.getattr_static(kind, name, None)
        if isinstance(static, (staticmethod, classmethod)):
            bound = None if isinstance(static, staticmethod) else Known(kind)
            static = static.__func__
        code = self._function(static)
        return None if code is None else Code(code, bound)

    def _function(self, function: Any) -> Scope | None:
        """The source of a function, inside of decorators that say what they decorate."""
        if isinstance(function, MethodType):
            function = function.__func__
        if not isinstance(function, FunctionType):
            return None
        code = inspect.unwrap(function).__code__
        return self._functions.get((code.co_filename, code.co_firstlineno))

    def _assigned(self, kind: type, name: str) -> list[Value]:
        """What the methods of a class, or its annotations, say of an attribute."""
        found: list[Value] = []
        annotated: list[Value] = []
        for base in kind.__mro__:
            scope = self._classes.get((base.__module__, base.__qualname__))
            if scope is None:
                continue
            for method, value in _given_to_self(scope.node, name):
                found += self.values(value, self._by_node[method], ())
            for each in scope.node.body:  # type: ignore[union-attr]  # a class's
                if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == name:
                    annotated += self._instances_named(each.annotation, scope)
        some = [v for v in found if not (isinstance(v, Known) and v.value is None)]
        return some or annotated or found

    def _subscript(self, node: ast.Subscript, scope: Scope, chain: Chain) -> list[Value]:
        keys = self.values(node.slice, scope, chain)
        return [
            v
            for owner in self.values(node.value, scope, chain)
            for key in keys
            for v in self._item(owner, key)
        ]

    def _item(self, owner: Value, key: Value) -> list[Value]:
        if isinstance(key, Known) and isinstance(owner, Display):
            return self._displayed(owner, key.value)
        if isinstance(key, Known) and isinstance(owner, Known):
            holder = owner.value
            if isinstance(holder, EnumMeta):
                holder = dict(holder.__members__)
            if type(holder) in (dict, list, tuple, MappingProxyType):
                with suppress(LookupError, TypeError):
                    return [Known(holder[key.value])]
        return [Unknown()]

    def _displayed(self, owner: Display, wanted: Any) -> list[Value]:
        node = owner.node
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                keys = self.values(key, owner.scope, owner.chain)
                if any(isinstance(k, Known) and k.value == wanted for k in keys):
                    return self.values(value, owner.scope, owner.chain)
            return [Unknown()]
        parts = getattr(node, "elts", [])
        if isinstance(wanted, int) and -len(parts) <= wanted < len(parts) and not _starred(parts):
            return self.values(parts[wanted], owner.scope, owner.chain)
        return [Unknown()]

    # -- calls -------------------------------------------------------------------------------------

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
        kind = self._live_class(method.owner) if method is not None else None
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
            return _combined([self.values(node.args[0], scope, chain)], str)
        if isinstance(function, EnumMeta):
            return self._enum_member(function, node, scope, chain)
        own = _emits(function) or self._is_own(function)
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
        if isinstance(kind, type) and _emits(kind):
            return [Made(kind)]
        return [Unknown()]

    def _got(self, node: ast.Call, scope: Scope, chain: Chain) -> list[Value]:
        """What `getattr` gets."""
        if len(node.args) < 2:  # an object and a name
            return [Unknown()]
        names = [text_of(each) for each in self.values(node.args[1], scope, chain)]
        owners = self.values(node.args[0], scope, chain)
        return [
            v
            for owner in owners
            for name in names
            for v in ([Unknown()] if name is None else self._attribute_of(owner, name))
        ]

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
        if node.keywords or _starred(node.args):
            return [Unknown()]
        given = [self.values(each, scope, chain) for each in node.args]
        name = node.func.attr
        if name == "join":
            parts = [self._iterated(v) for each in given for v in each]
            joined = [*texts], *([[p] for p in parts[0]] if len(parts) == 1 else [[Unknown()]])
            return _combined(list(joined), lambda text, *rest: text.join(rest))
        return _combined([texts, *given], lambda text, *rest: getattr(text, name)(*rest))


# -- what any of this is ---------------------------------------------------------------------------


def _is_parameter(binding: Binding) -> bool:
    return isinstance(binding, Parameter)


def _emits(kind: type) -> bool:
    return issubclass(kind, _EMITTERS)


def _attributes(live: Any) -> Mapping[str, Any]:
    """The attributes that an instance has itself; nothing of it is run."""
    try:
        found = object.__getattribute__(live, "__dict__")
    except AttributeError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_likely(node: ast.expr) -> bool:
    """Whether something that nobody knows is called as servers are, or is the server of one."""
    if isinstance(node, ast.Attribute):
        return bool(_LIKELY.fullmatch(node.attr)) or (
            node.attr == "server" and _is_likely(node.value)
        )
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return bool(_LIKELY.fullmatch(str(node.slice.value)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        key = node.args[0]
        is_get = node.func.attr == "get" and isinstance(key, ast.Constant)
        return is_get and bool(_LIKELY.fullmatch(str(getattr(key, "value", ""))))
    return isinstance(node, ast.Name) and bool(_LIKELY.fullmatch(node.id))


def _last(scope: Scope) -> ast.stmt | None:
    """The last statement of a function."""
    body = getattr(scope.node, "body", None)
    return body[-1] if isinstance(body, list) else None


def _starred(nodes: Iterable[Any]) -> bool:
    return any(each is None or isinstance(each, ast.Starred) for each in nodes)


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_function(bindings: Sequence[Binding]) -> bool:
    """Whether a module writes a name down as one function: decorators may hide it otherwise."""
    if len(bindings) != 1 or not isinstance(bindings[0], Defined):
        return False
    return not isinstance(bindings[0].node, ast.ClassDef)


def _qualified(scope: Scope) -> str:
    """The qualified name of a class."""
    names: list[str] = []
    around: Scope | None = scope
    while around is not None and around.parent is not None:
        if around is not scope and around.is_function:
            names.append("<locals>")
        names.append(getattr(around.node, "name", "<lambda>"))
        around = around.parent
    return ".".join(reversed(names))


def _given_to_self(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, ast.expr]]:
    """The methods of a class that assign an attribute of theirs, with what it is given."""
    for method in getattr(node, "body", ()):
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or not method.args.args:
            continue
        wanted = f"{method.args.args[0].arg}.{name}"
        for each in ast.walk(method):
            targets = getattr(each, "targets", [getattr(each, "target", None)])
            given = isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value
            if given and any(
                isinstance(t, ast.Attribute) and ast.unparse(t) == wanted for t in targets
            ):
                yield method, given


def _combined(parts: Sequence[Sequence[Value]], combine: Any) -> list[Value]:
    """What texts make together, for all that each of them may be."""
    found: list[Value] = []
    for index, each in enumerate(product(*parts)):
        if index > _MOST_VALUES:
            return [*found, Unknown()]
        place = next((v.place for v in each if isinstance(v, (Known, Unknown)) and v.place), None)
        plain = [
            v.value
            for v in each
            if isinstance(v, Known) and isinstance(v.value, (str, int, float, Enum))
        ]
        if len(plain) < len(each):
            found.append(Unknown(place))
            continue
        try:
            text = combine(*plain)
        except (TypeError, ValueError, LookupError):
            text = None
        found.append(Known(text, place) if isinstance(text, str) else Unknown(place))
    return found
