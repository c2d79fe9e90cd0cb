"""Whether a function may come to its end without a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asyncapi_guard.drift.scopes import Imported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.drift.scopes import Binding, Scope

__all__ = ["may_return_nothing"]

#: Functions that always raise, by their modules.
_RAISING = frozenset(
    (
        ("builtins", "exit"),
        ("builtins", "quit"),
        ("flask", "abort"),
        ("os", "_exit"),
        ("sys", "exit"),
        ("typing", "assert_never"),
        ("typing_extensions", "assert_never"),
        ("werkzeug.exceptions", "abort"),
    )
)


def may_return_nothing(scope: Scope) -> bool:
    """Whether a function has a `return` without a value, or an end that none stands before."""
    body = getattr(scope.node, "body", None)  # a lambda's is an expression
    return isinstance(body, list) and (_falls_through(body, scope) or _returns_nothing(body))


def _falls_through(body: list[ast.stmt], scope: Scope) -> bool:
    """Whether a function may come to the end of statements, where it returns `None`."""
    if not body:
        return True
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)) or _never_comes_back(last, scope):
        return False
    if isinstance(last, ast.If):
        return _falls_through(last.body, scope) or _falls_through(last.orelse, scope)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _falls_through(last.body, scope)
    if isinstance(last, (ast.Match, ast.Try)):
        return any(_falls_through(branch, scope) for branch in _branches(last))
    endless = isinstance(last, ast.While) and isinstance(last.test, ast.Constant)
    return not endless or any(isinstance(each, ast.Break) for each in ast.walk(last))


def _branches(statement: ast.Match | ast.Try) -> list[list[ast.stmt]]:
    """The bodies of which one is the last to run; an empty one, where perhaps none does."""
    if isinstance(statement, ast.Try):
        handled = [each.body for each in statement.handlers]
        return [statement.orelse or statement.body, *handled]
    bodies = [each.body for each in statement.cases]
    return bodies if any(map(_takes_all, statement.cases)) else [*bodies, []]


def _never_comes_back(statement: ast.stmt, scope: Scope) -> bool:
    """Whether a statement calls what always raises."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and _origin(call.func, scope) in _RAISING


def _origin(function: ast.expr, scope: Scope) -> tuple[str, str] | None:
    """The module of a function, and its name there; `None` for one that is not imported."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        module = _imported(function.value.id, scope)
        return (module.module, function.attr) if module and module.name is None else None
    if not isinstance(function, ast.Name):
        return None
    if not _bindings(function.id, scope):
        return "builtins", function.id
    found = _imported(function.id, scope)
    return (found.module, found.name) if found and found.name else None


def _imported(name: str, scope: Scope) -> Imported | None:
    """What a name is, if it is imported, and nothing else."""
    bindings = _bindings(name, scope)
    only = bindings[0] if len(bindings) == 1 else None
    return only if isinstance(only, Imported) and not only.level else None


def _bindings(name: str, scope: Scope) -> Sequence[Binding]:
    """What a name is given where a function finds it."""
    around: Scope | None = scope
    while around is not None:
        if name in around.bindings:
            return around.bindings[name]
        around = around.parent
    return ()


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
