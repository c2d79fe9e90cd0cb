"""Which names a Python source binds where, and with what.

A scope is a module, a class or a function. Each of its names has *bindings*: the expressions that
it was given. They are kept in the order of the source and without its flow, so that a name that is
given one value in one branch and another in the next may be either.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncapi_guard.drift.python_source import starred

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Assigned",
    "Augmented",
    "Defined",
    "Element",
    "Imported",
    "Opaque",
    "Parameter",
    "Scope",
    "functions_around",
    "qualified",
    "scopes_of",
]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: They give a name what the text does not show.
_NAMING = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name is given the value of an expression, and perhaps a type."""

    value: ast.expr
    annotation: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A name is given one element after the other; `index` is its place in each of them."""

    iterable: ast.expr
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """A name is imported: a module, or what a module has by that name."""

    module: str
    name: str | None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Defined:
    """A name is a function or a class that is written here."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name is a parameter of the scope's function."""


@dataclass(frozen=True, slots=True)
class Augmented:
    """A name is given what an operator makes of its value and another: `+=`."""

    operator: ast.operator
    value: ast.expr


@dataclass(frozen=True, slots=True)
class Opaque:
    """A name is given something that the text does not show."""


Binding = Assigned | Augmented | Element | Imported | Defined | Parameter | Opaque


@dataclass(eq=False, slots=True)
class Scope:
    """A module, a class or a function, with the names that it binds.

    Attributes:
        node: what it is.
        parent: the scope around it.
        bindings: what each of its names is given.
        calls: the calls that it makes itself.
        returns: what it returns.
        yields: what it yields, one after the other.
        shared: the names that it takes from a scope around it, to give them something else.
        attributes: what it gives to attributes, by their names, whosever they are.
        lent: the functions inside of it that give its names something (`global`, `nonlocal`).
    """

    node: ast.Module | ast.ClassDef | _Function
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    returns: list[ast.expr] = field(default_factory=list)
    yields: list[ast.expr] = field(default_factory=list)
    shared: dict[str, bool] = field(default_factory=dict)
    attributes: dict[str, list[tuple[ast.Attribute, Binding]]] = field(default_factory=dict)
    lent: dict[Binding, Scope] = field(default_factory=dict)

    @property
    def is_function(self) -> bool:
        """Whether it is that of a function or a lambda."""
        return isinstance(self.node, _FUNCTIONS)

    @property
    def owner(self) -> Scope | None:
        """The class that a method stands in."""
        around = self.parent
        return around if around is not None and isinstance(around.node, ast.ClassDef) else None

    @property
    def first_line(self) -> int:
        """The line of the first decorator, or of the function itself."""
        decorators = getattr(self.node, "decorator_list", [])
        lines: list[int] = [each.lineno for each in decorators]
        return min([getattr(self.node, "lineno", 0), *lines])

    def bind(self, name: str, binding: Binding) -> None:
        """A name is given something."""
        home = self
        while name in home.shared and home.parent is not None:
            globally = home.shared[name]
            home = home.parent
            while globally and home.parent is not None:
                home = home.parent
        home.bindings.setdefault(name, []).append(binding)
        if home is not self:
            home.lent[binding] = self

    def give(self, target: ast.expr | None, binding: Binding) -> None:
        """A name or an attribute is given something; what else may be a target is passed over."""
        if isinstance(target, ast.Name):
            self.bind(target.id, binding)
        elif isinstance(target, ast.Attribute):
            self.attributes.setdefault(target.attr, []).append((target, binding))


def scopes_of(tree: ast.Module) -> list[Scope]:
    """All scopes of a source; the module's is the first."""
    root = Scope(tree, None)
    found = [root]
    todo: list[tuple[ast.AST, Scope]] = [(each, root) for each in reversed(tree.body)]
    while todo:
        node, scope = todo.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            if not isinstance(node, ast.Lambda):
                scope.bind(node.name, Defined(node))
            inner = _inner(node, scope)
            found.append(inner)
            todo += [(each, scope) for each in reversed(list(_outside(node)))]
            body = node.body if isinstance(node.body, list) else [node.body]
            todo += [(each, inner) for each in reversed(body)]
            continue
        _note(node, scope)
        todo += [(each, scope) for each in reversed(list(ast.iter_child_nodes(node)))]
    return found


def functions_around(scope: Scope | None) -> Iterator[Scope]:
    """The functions that a place is in, the nearest first."""
    while scope is not None:
        if scope.is_function:
            yield scope
        scope = scope.parent


def _inner(node: ast.ClassDef | _Function, parent: Scope) -> Scope:
    """The scope of a class or a function, with its parameters."""
    scope = Scope(node, parent)
    if isinstance(node, ast.ClassDef):
        return scope
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [each for each in (given.vararg, given.kwarg) if each is not None]
    for each in every:
        scope.bind(each.arg, Parameter())
    if isinstance(node, ast.Lambda):
        scope.returns.append(node.body)
    # Which names are shared has to be known before the first of them is given something.
    todo: list[ast.AST] = list(node.body) if isinstance(node.body, list) else []
    while todo:
        each_node = todo.pop()
        if isinstance(each_node, (ast.Global, ast.Nonlocal)):
            globally = isinstance(each_node, ast.Global)
            scope.shared |= dict.fromkeys(each_node.names, globally)
        if not isinstance(each_node, (*_FUNCTIONS, ast.ClassDef)):
            todo += ast.iter_child_nodes(each_node)
    return scope


def _outside(node: ast.ClassDef | _Function) -> Iterator[ast.AST]:
    """What of a class or a function is looked at in the scope around it."""
    if isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        return
    yield from getattr(node, "decorator_list", ())
    yield from node.args.defaults
    yield from (each for each in node.args.kw_defaults if each is not None)


def _note(node: ast.AST, scope: Scope) -> None:
    """Write down what a node binds, calls or returns."""
    if isinstance(node, ast.Call):
        scope.calls.append(node)
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
        _give(node, scope)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        _iterate(node.target, node.iter, scope)
    elif isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
        (scope.returns if isinstance(node, ast.Return) else scope.yields).append(node.value)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        _imports(node, scope)
    elif isinstance(node, ast.withitem):
        _give_unknown(node.optional_vars, scope)
    else:
        name = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
        if isinstance(node, _NAMING) and name is not None:
            scope.bind(name, Opaque())


def _give(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr, scope: Scope) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _assign(target, node.value, scope)
    elif isinstance(node, ast.AugAssign):
        scope.give(node.target, Augmented(node.op, node.value))
    elif node.value is not None:
        scope.give(node.target, Assigned(node.value, getattr(node, "annotation", None)))


def _assign(target: ast.expr, value: ast.expr, scope: Scope) -> None:
    if not isinstance(target, (ast.Tuple, ast.List)):
        scope.give(target, Assigned(value))
        return
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    same = len(parts) == len(target.elts)
    if starred(target.elts):
        _give_unknown(target, scope)
        return
    for index, each in enumerate(target.elts):
        if same and not starred(parts):
            _assign(each, parts[index], scope)
        elif isinstance(each, (ast.Tuple, ast.List)):
            _give_unknown(each, scope)
        else:
            at = ast.Subscript(value, ast.Constant(index), ast.Load())
            scope.give(each, Assigned(ast.copy_location(at, value)))


def _iterate(target: ast.expr, iterable: ast.expr, scope: Scope) -> None:
    if not isinstance(target, (ast.Tuple, ast.List)):
        scope.give(target, Element(iterable))
        return
    for index, each in enumerate(target.elts):
        if isinstance(each, ast.Name):
            scope.bind(each.id, Element(iterable, index))
        else:
            _give_unknown(each, scope)


def _give_unknown(target: ast.expr | None, scope: Scope) -> None:
    """What a target has in it is given what the text does not show."""
    for each in ast.walk(target) if target is not None else ():
        if isinstance(getattr(each, "ctx", None), ast.Store):
            scope.give(each, Opaque())  # type: ignore[arg-type]  # what is stored to is an expression


def _imports(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            imported = Imported(node.module or "", alias.name, node.level)
            scope.bind(alias.asname or alias.name, imported)
        else:
            top = alias.name if alias.asname else alias.name.partition(".")[0]
            scope.bind(alias.asname or top, Imported(top, None))


def qualified(scope: Scope) -> str:
    """The qualified name of a class."""
    names: list[str] = []
    around: Scope | None = scope
    while around is not None and around.parent is not None:
        if around is not scope and around.is_function:
            names.append("<locals>")
        names.append(getattr(around.node, "name", "<lambda>"))
        around = around.parent
    return ".".join(reversed(names))
