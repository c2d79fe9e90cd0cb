"""What calls give, as shapes: functions of the sources, classes, and what Python has itself."""

from __future__ import annotations

import ast
import collections
import dataclasses
import random
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.endings import may_return_nothing
from asyncapi_guard.drift.sends.library import CLASSES, METHODS, gives, makes_time
from asyncapi_guard.drift.sends.operators import item, items, joined, merged
from asyncapi_guard.drift.sends.reading import Reading
from asyncapi_guard.drift.sends.shapes import (
    ANYTHING,
    INTEGER,
    NEVER,
    NULL,
    NUMBER,
    STRING,
    TIME,
    Array,
    Modelled,
    Object,
    Property,
    Shape,
    Tuple,
    alternatives,
    union,
)
from asyncapi_guard.drift.sends.type_hints import has_fields
from asyncapi_guard.drift.values import CallSite, Code, Known

if TYPE_CHECKING:
    from asyncapi_guard.drift.inference import Call
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.values import Argument, Chain

__all__ = ["Calls"]

_DICTIONARIES = (dict, collections.OrderedDict)
_LONGEST_CHAIN = 5


class Calls(Reading):
    """Reads expressions, calls included."""

    def _call(self, node: ast.Call, scope: Scope, chain: Chain) -> Shape:
        if isinstance(node.func, ast.Attribute):
            found = self._method(node, node.func, scope, chain)
            if found is not None:
                return found
        calls = list(self.inference.named(node, scope, chain))
        return union(self._result(each, scope, chain) for each in calls) if calls else ANYTHING

    def _result(self, call: Call, scope: Scope, chain: Chain) -> Shape:
        function = call.function
        if isinstance(function, Code):
            if self._is_unawaited(function, call):
                return ANYTHING
            bound = function.bound is not None
            site = CallSite(
                function.scope, scope, call.positional, call.keywords, call.complete, bound
            )
            return self.returned(function, (site, *chain))
        if not isinstance(function, Known):
            return ANYTHING
        if isinstance(function.value, type):
            return self._made(function.value, call)
        return self._of_library(function.value, call)

    def _is_unawaited(self, function: Code, call: Call) -> bool:
        """Whether a call gives a coroutine, and not what that returns in the end."""
        is_coroutine = isinstance(function.scope.node, ast.AsyncFunctionDef)
        return is_coroutine and not isinstance(self._facts.parent(call.node), ast.Await)

    def _arguments(self, call: Call) -> list[Shape]:
        return [self.argument(each) for each in call.positional]

    # -- functions of the sources ------------------------------------------------------------------

    def returned(self, function: Any, chain: Chain) -> Shape:
        """What a function of the sources returns: what its hint says, or what it does."""
        scope: Scope = function.scope
        node: Any = scope.node
        if scope.yields or len(chain) > _LONGEST_CHAIN or not self._facts.is_plain(scope):
            return ANYTHING
        hinted = self._hints.shape(getattr(node, "returns", None), scope.parent or scope)
        if hinted is not None:
            return hinted
        return self.settled(("returns", scope, chain), lambda: self._returns(scope, chain))

    def _returns(self, scope: Scope, chain: Chain) -> Shape:
        found = [self.shape(each, scope, chain) for each in scope.returns]
        return union([*found, NULL] if may_return_nothing(scope) else found)

    # -- classes -----------------------------------------------------------------------------------

    def _made(self, kind: type, call: Call) -> Shape:
        if kind in _DICTIONARIES:
            return self._dictionary(call)
        if kind in (list, reversed):
            return self._list_of(call)
        if kind in (enumerate, zip) and call.complete:
            inside = [union(items(each)) for each in self._arguments(call)]
            counted = [INTEGER, *inside[:1]] if kind is enumerate else inside
            return Array(Tuple(tuple(counted)))
        return CLASSES[kind] if kind in CLASSES else self._instance(kind)

    def _instance(self, kind: type) -> Shape:
        if issubclass(kind, (collections.defaultdict, collections.Counter)):
            return Object({}, ANYTHING)
        if issubclass(kind, (Enum, tuple, str, int)):
            return self._hints.shape_of(kind)
        return self._hints.modelled(kind) if has_fields(kind) else ANYTHING

    def _dictionary(self, call: Call) -> Shape:
        if not call.complete:
            return Object({}, ANYTHING)
        parts = self._arguments(call)
        parts += [Object({n: Property(self.argument(a))}) for n, a in call.keywords.items()]
        return merged(parts)

    def _list_of(self, call: Call) -> Shape:
        given = self._arguments(call)
        return Array(union(items(given[0])) if len(given) == 1 and call.complete else ANYTHING)

    # -- what Python has ---------------------------------------------------------------------------

    def _of_library(self, function: Any, call: Call) -> Shape:
        known = gives(function)
        if known is not None:
            return known
        if makes_time(function):
            return TIME
        if not call.complete or not call.positional:
            return ANYTHING
        return self._of_its_arguments(function, call.positional, call)

    def _of_its_arguments(self, function: Any, given: tuple[Argument, ...], call: Call) -> Shape:
        """What functions give that give back what they get."""
        first = self.argument(given[0])
        inside = union(items(first))
        if function is sorted or function == random.choice:
            return Array(inside) if function is sorted else inside
        if function is sum and len(given) == 1:
            return joined(ast.Add(), INTEGER, inside)
        if function in (max, min):
            default = call.keywords.get("default")
            more = [] if default is None else [self.argument(default)]
            return union([*(self._arguments(call) if len(given) > 1 else [inside]), *more])
        if function is dataclasses.asdict:
            return self._as_data(first, call)
        if function not in (abs, round) or first not in (INTEGER, NUMBER):
            return ANYTHING
        return INTEGER if function is round and len(given) == 1 else first

    def _as_data(self, shape: Shape, call: Call) -> Shape:
        """A dataclass as a dictionary."""
        plain = isinstance(shape, Modelled) and not call.keywords
        return shape if plain else Object({}, ANYTHING)

    # -- methods -----------------------------------------------------------------------------------

    def _method(
        self, node: ast.Call, function: ast.Attribute, scope: Scope, chain: Chain
    ) -> Shape | None:
        """What a method gives by what it is of; `None` where that says nothing."""
        owners = alternatives(self.shape(function.value, scope, chain))
        found = [self._of_method(each, function.attr, node, scope, chain) for each in owners]
        known = [each for each in found if each is not None]
        return union(known) if found and len(known) == len(found) else None

    def _of_method(
        self, owner: Shape, name: str, node: ast.Call, scope: Scope, chain: Chain
    ) -> Shape | None:
        if owner in METHODS:
            return METHODS[owner].get(name)
        if isinstance(owner, Array):
            own: dict[str, Shape] = {"copy": owner, "count": INTEGER, "index": INTEGER}
            return own.get(name, owner.items if name == "pop" else None)
        if isinstance(owner, Object):
            return self._of_dictionary(owner, name, node, scope, chain)
        return self._of_model(owner, name, node) if isinstance(owner, Modelled) else None

    def _of_dictionary(
        self, owner: Object, name: str, node: ast.Call, scope: Scope, chain: Chain
    ) -> Shape | None:
        inside = [*(each.shape for each in owner.properties.values()), owner.rest or NEVER]
        if name == "copy":
            return owner
        if name == "values":
            return Array(union(inside))
        if name == "items":
            return Array(Tuple((ANYTHING, union(inside))))
        if name not in ("get", "pop", "setdefault") or not node.args or node.keywords:
            return None
        key = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        default = self.shape(node.args[1], scope, chain) if node.args[1:] else NULL
        return union([item(owner, key), default])

    def _of_model(self, owner: Modelled, name: str, node: ast.Call) -> Shape | None:
        if name in ("model_dump_json", "json") and hasattr(owner.kind, name):
            return STRING
        if name not in ("model_dump", "dict") or not hasattr(owner.kind, name):
            return None
        whole = not node.args and all(each.arg == "mode" for each in node.keywords)
        return owner if whole and not _has_aliases(owner.kind) else Object({}, ANYTHING)


def _has_aliases(kind: Any) -> bool:
    """Whether what a model is dumped as has other names than its schema says."""
    schema = getattr(kind, "model_json_schema", None) or getattr(kind, "schema", None)
    try:
        return schema is None or schema(by_alias=True) != schema(by_alias=False)
    except Exception:  # noqa: BLE001  # whatever the application's hooks make of it
        return True
