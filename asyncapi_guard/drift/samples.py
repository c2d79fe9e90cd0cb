"""Sample values of expressions whose type the text tells, and whose value only the run knows.

`f"{name}!"` is some text, whatever the name is. A sample of that type says whether a schema takes
texts at all; what else it says of the sample means nothing.
"""

from __future__ import annotations

import ast
import json
import time
from types import FunctionType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.scopes import Parameter
from asyncapi_guard.drift.values import Code, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.values import Argument

__all__ = ["is_looked_into", "sample_of"]

_OF_TYPES: tuple[tuple[Any, Any], ...] = (
    *((str, ""), (int, 0), (float, 0.0), (bool, False), (list, []), (dict, {})),
)
_OF_FUNCTIONS: tuple[tuple[Any, Any], ...] = (
    *((repr, ""), (ascii, ""), (format, ""), (hex, ""), (bin, ""), (chr, ""), (json.dumps, "")),
    *((len, 0), (ord, 0), (id, 0), (hash, 0), (time.time, 0.0), (sorted, [])),
    *((isinstance, False), (callable, False), (hasattr, False), (any, False), (all, False)),
)
#: Methods that return text, whoever has them.
_TEXTS = frozenset(("isoformat", "strftime"))
_OF_NODES: dict[Any, Any] = {
    ast.JoinedStr: "",
    ast.Compare: False,
    ast.ListComp: [],
    ast.DictComp: {},
}


def sample_of(inference: Inference, argument: Argument) -> Any:
    """A value of the type of an expression; `None` where the text does not tell the type."""
    node, scope = argument.node, argument.scope
    if scope is None:
        return None
    if isinstance(node, ast.Name):
        return _of_parameter(inference, node.id, scope)
    if isinstance(node, ast.Await):
        return _of_call(inference, node.value, argument, awaited=True)
    if isinstance(node, ast.Call):
        return _of_call(inference, node, argument, awaited=False)
    return _of_form(node)


def _of_form(node: ast.expr | None) -> Any:
    """A sample of what is always of one type, whatever is in it."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return False
    if isinstance(node, ast.BinOp):
        is_sum = isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
        is_format = isinstance(node.op, ast.Mod) and _is_text(node.left)
        return "" if is_sum or is_format else None
    return _OF_NODES.get(type(node))


def _is_text(node: ast.expr) -> bool:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return constant or isinstance(node, ast.JoinedStr)


def _of_call(inference: Inference, node: ast.expr, argument: Argument, *, awaited: bool) -> Any:
    if not isinstance(node, ast.Call) or argument.scope is None:
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr in _TEXTS:
        return ""
    functions = inference.values(node.func, argument.scope, argument.chain)
    if len(functions) != 1:
        return None
    (function,) = functions
    if isinstance(function, Known):
        found = _looked_up(function.value, (*_OF_TYPES, *_OF_FUNCTIONS))
        if found is not None or not isinstance(function.value, FunctionType):
            return found
        function = inference.written(function.value) or function
    if isinstance(function, Code):
        return _of_result(inference, function.scope, awaited=awaited)
    return None


def _of_result(inference: Inference, scope: Scope, *, awaited: bool) -> Any:
    """A sample of what a function of the sources says that it returns."""
    is_coroutine = isinstance(scope.node, ast.AsyncFunctionDef)
    decorated = bool(getattr(scope.node, "decorator_list", ()))
    if is_coroutine is not awaited or decorated or scope.yields:
        return None
    return _of_annotation(inference, getattr(scope.node, "returns", None), scope.parent)


def _of_parameter(inference: Inference, name: str, scope: Scope) -> Any:
    """A sample of what a parameter's hint says, where nothing in the function says more."""
    bindings = scope.bindings.get(name, ())
    if not scope.is_function or len(bindings) != 1 or not isinstance(bindings[0], Parameter):
        return None
    if is_looked_into(scope.node, name) or inference.handler(scope) is not None:
        return None
    given: ast.arguments = scope.node.args  # type: ignore[union-attr]  # a function's
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    hint = next((each.annotation for each in every if each.arg == name), None)
    return _of_annotation(inference, hint, scope.parent)


def is_looked_into(function: ast.AST, name: str) -> bool:
    """Whether a function asks what a parameter is: `isinstance(value, str)`, or a `match`."""
    for each in ast.walk(function):
        asked: Iterable[ast.expr] = ()
        if isinstance(each, ast.Call) and ast.unparse(each.func) in ("isinstance", "type"):
            asked = each.args[:1]
        elif isinstance(each, ast.Match):
            asked = [each.subject]
        if any(isinstance(one, ast.Name) and one.id == name for one in asked):
            return True
    return False


def _of_annotation(inference: Inference, node: ast.expr | None, scope: Scope | None) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(node, ast.Subscript):
        node = node.value
    if not isinstance(node, ast.Name) or scope is None:
        return None
    kinds = inference.values(node, scope, ()) or [Unknown()]
    kind = kinds[0].value if len(kinds) == 1 and isinstance(kinds[0], Known) else None
    return _looked_up(kind, _OF_TYPES)


def _looked_up(wanted: Any, samples: tuple[tuple[Any, Any], ...]) -> Any:
    return next((sample for each, sample in samples if each is wanted), None)
