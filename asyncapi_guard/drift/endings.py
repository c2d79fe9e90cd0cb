"""Whether a function may come to its end without a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.drift.scopes import Scope

__all__ = ["may_return_nothing"]

#: Functions of Python and Flask that always raise.
_RAISING = frozenset(
    ("abort", "flask.abort", "assert_never", "typing.assert_never", "exit", "sys.exit")
)


def may_return_nothing(scope: Scope) -> bool:
    """Whether a function has a `return` without a value, or an end that none stands before."""
    body = getattr(scope.node, "body", None)  # a lambda's is an expression
    return isinstance(body, list) and (_falls_through(body) or _returns_nothing(body))


def _falls_through(body: list[ast.stmt]) -> bool:
    """Whether a function may come to the end of statements, where it returns `None`."""
    if not body:
        return True
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)) or _never_comes_back(last):
        return False
    if isinstance(last, ast.If):
        return _falls_through(last.body) or _falls_through(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _falls_through(last.body)
    if isinstance(last, (ast.Match, ast.Try)):
        return any(map(_falls_through, _branches(last)))
    endless = isinstance(last, ast.While) and isinstance(last.test, ast.Constant)
    return not endless or any(isinstance(each, ast.Break) for each in ast.walk(last))


def _branches(statement: ast.Match | ast.Try) -> list[list[ast.stmt]]:
    """The bodies of which one is the last to run; an empty one, where perhaps none does."""
    if isinstance(statement, ast.Try):
        handled = [each.body for each in statement.handlers]
        return [statement.orelse or statement.body, *handled]
    bodies = [each.body for each in statement.cases]
    return bodies if any(map(_takes_all, statement.cases)) else [*bodies, []]


def _never_comes_back(statement: ast.stmt) -> bool:
    """Whether a statement calls what always raises."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in _RAISING


def _takes_all(case: ast.match_case) -> bool:
    """Whether a `case` takes whatever comes: `case _`, or `case name`."""
    pattern = case.pattern
    return case.guard is None and isinstance(pattern, ast.MatchAs) and pattern.pattern is None


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
