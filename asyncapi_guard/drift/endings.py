"""Whether a function may come to its end without a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["may_return_nothing"]


def may_return_nothing(scope: Scope) -> bool:
    """Whether a function has a `return` without a value, or an end that none stands before."""
    body = getattr(scope.node, "body", None)  # a lambda's is an expression
    return isinstance(body, list) and (_falls_through(body) or _returns_nothing(body))


def _falls_through(body: list[ast.stmt]) -> bool:
    """Whether a function may come to the end of statements, where it returns `None`."""
    if not body:
        return True
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return False
    if isinstance(last, ast.If):
        return _falls_through(last.body) or _falls_through(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _falls_through(last.body)
    if isinstance(last, ast.Try):
        handled = [each.body for each in last.handlers]
        return any(map(_falls_through, [last.orelse or last.body, *handled]))
    endless = isinstance(last, ast.While) and isinstance(last.test, ast.Constant)
    return not endless or any(isinstance(each, ast.Break) for each in ast.walk(last))


def _returns_nothing(body: list[ast.stmt]) -> bool:
    """Whether a function has a `return` without a value."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Return) and node.value is None:
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
    return False
