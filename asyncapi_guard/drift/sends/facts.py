"""What the sources do with their names, functions and attributes, wherever they do it."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.scopes import Element
from asyncapi_guard.drift.values import Code, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Assigned, Augmented, Binding, Scope

__all__ = ["Facts"]

#: Decorators that leave alone what a function is called with, and what it returns.
_HARMLESS = frozenset(
    ("staticmethod", "classmethod", "property", "cached_property", "functools.cached_property")
)
_NAMED = (ast.Name, ast.Attribute)
_NAMES = 2


class Facts:
    """What the sources do with their names, functions and attributes."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._scopes: dict[ast.AST, Scope] = {scope.node: scope for scope in inference.scopes}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._uses: dict[str, list[ast.expr]] = {}
        self._renamed: set[str] = set()
        self._imported: set[str] = set()
        #: Attributes that are set by their names; `None`: by names that only the run knows.
        self._set: set[str | None] = set()
        for scope in inference.scopes:
            if scope.parent is None:
                self._read(scope.node)
        self._closed: dict[Scope, bool] = {}

    def _read(self, tree: ast.AST) -> None:
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self._parents[child] = node
            if isinstance(node, ast.ImportFrom):
                self._imported |= {each.name for each in node.names}
            if isinstance(node, ast.alias) and node.asname not in (None, node.name):
                self._renamed.add(node.name)
            name = _name(node)
            if name is not None and isinstance(node, _NAMED):
                self._uses.setdefault(name, []).append(node)
                if name == "__dict__" and self._is_written(node):
                    self._set.add(None)
            if isinstance(node, ast.Call) and _name(node.func) in ("setattr", "__setattr__"):
                given = node.args[-_NAMES] if len(node.args) >= _NAMES else None
                known = isinstance(given, ast.Constant) and isinstance(given.value, str)
                self._set.add(str(given.value) if known else None)  # type: ignore[union-attr]  # a constant

    def _is_written(self, node: ast.expr) -> bool:
        """Whether something is put into a dictionary."""
        parent = self._parents.get(node)
        return getattr(parent, "attr", None) == "update" or (
            isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load)
        )

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of."""
        return self._parents.get(node)

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope that an expression stands in."""
        around = self._parents[node]
        while around not in self._scopes:
            around = self._parents[around]
        return self._scopes[around]

    def home_of(self, binding: Assigned | Augmented | Element) -> Scope:
        """The scope that a binding stands in."""
        node = binding.iterable if isinstance(binding, Element) else binding.value
        if node not in self._parents and isinstance(node, ast.Subscript):
            node = node.value  # of several, that one is given
        return self.scope_of(node)

    def is_shared(self, value: ast.expr) -> bool:
        """Whether several names are given one value: `one = other = {}`."""
        statement = self._parents.get(value)
        return isinstance(statement, ast.Assign) and len(statement.targets) > 1

    def uses(self, name: str, scope: Scope) -> Iterator[ast.Name]:
        """Where a name is, in a function and in those inside of it."""
        for node in ast.walk(scope.node):
            if isinstance(node, ast.Name) and node.id == name:
                yield node

    def uses_of(self, node: ast.expr) -> list[ast.expr] | None:
        """Where a variable or an attribute is; `None` when that is not known."""
        if isinstance(node, ast.Attribute):
            return self.uses_of_attribute(node.attr)
        if not isinstance(node, ast.Name):
            return None
        home = self._inference.home(node.id, self.scope_of(node))
        if home.is_function:
            return list(self.uses(node.id, home))
        return self.uses_of_module(node.id, home) if home.parent is None else None

    def uses_of_module(self, name: str, root: Scope) -> list[ast.expr] | None:
        """Where a module's name is; `None` when other modules have it, too."""
        if name in self._imported:
            return None
        found: list[ast.expr] = []
        for use in self._uses.get(name, []):
            scope = self.scope_of(use)
            if isinstance(use, ast.Name):
                if self._inference.home(name, scope) is root:
                    found.append(use)
            elif self._is_of_a_module(use):
                found.append(use)
        return found

    def _is_of_a_module(self, use: ast.expr) -> bool:
        assert isinstance(use, ast.Attribute)
        owners = self._inference.values(use.value, self.scope_of(use), ())
        return any(isinstance(o, Known) and isinstance(o.value, ModuleType) for o in owners)

    def uses_of_attribute(self, name: str) -> list[ast.expr]:
        """Where attributes of a name are, whosever they are."""
        return [use for use in self._uses.get(name, []) if isinstance(use, ast.Attribute)]

    def is_handler(self, node: ast.AST) -> bool:
        """Whether a statement is one of a function that clients' events call."""
        return self._inference.handler(self.scope_of(node)) is not None

    # -- attributes --------------------------------------------------------------------------------

    def is_set_by_name(self, attribute: str, *, surely: bool = False) -> bool:
        """Whether an attribute may be given something that the text does not show.

        Args:
            attribute: its name.
            surely: by a name that is written down.
        """
        return attribute in self._set or (None in self._set and not surely)

    def given(self, attribute: str) -> Iterator[tuple[Scope, ast.Attribute, Binding]]:
        """What attributes of a name are given anywhere."""
        for scope in self._inference.scopes:
            for target, binding in scope.attributes.get(attribute, ()):
                yield scope, target, binding

    # -- functions ---------------------------------------------------------------------------------

    def is_plain(self, scope: Scope) -> bool:
        """Whether a function is called as it is written: no decorator stands before it."""
        decorators = getattr(scope.node, "decorator_list", [])
        return all(ast.unparse(each) in _HARMLESS for each in decorators)

    def is_closed(self, scope: Scope) -> bool:
        """Whether every call of a function is one of the sources', and known."""
        if scope not in self._closed:
            self._closed[scope] = False  # while it is being found out
            self._closed[scope] = self._find_closed(scope)
        return self._closed[scope]

    def _find_closed(self, scope: Scope) -> bool:
        name = getattr(scope.node, "name", None)
        if name is None or name.startswith("__") or name in self._renamed:
            return False
        if not self.is_plain(scope):
            return False
        if self._inference.handler(scope) is not None or self._overrides(scope, name):
            return False
        uses = [use for use in self._uses.get(name, []) if not self._is_other(use, scope)]
        return bool(uses) and all(self._is_known_call(use) for use in uses)

    def _overrides(self, scope: Scope, name: str) -> bool:
        """Whether it is a method that somebody else's class has, too, and may call."""
        kind = self._inference.live_class(scope.owner)
        if scope.owner is not None and kind is None:
            return True
        bases = kind.__mro__ if kind is not None else ()
        return any(name in vars(base) for base in bases if not self._inference.is_own(base))

    def _is_other(self, use: ast.expr, scope: Scope) -> bool:
        """Whether a use of the name means something else, and it is known what."""
        if isinstance(getattr(use, "ctx", None), (ast.Store, ast.Del)):
            return True
        values = self._inference.values(use, self.scope_of(use), ())
        if not values or any(isinstance(each, Unknown) for each in values):
            return False
        return not any(self._is_function(each, scope) for each in values)

    def _is_function(self, value: Any, scope: Scope) -> bool:
        if isinstance(value, Code):
            return value.scope is scope
        return isinstance(value, Known) and self._inference.function(value.value) is scope

    def _is_known_call(self, use: ast.expr) -> bool:
        call = self.parent(use)
        if not isinstance(call, ast.Call) or call.func is not use:
            return False
        around = self.scope_of(call)
        functions = list(self._inference.named(call, around, ()))
        return bool(functions) and not any(isinstance(f.function, Unknown) for f in functions)


def _name(node: ast.AST) -> str | None:
    """The last part of a name."""
    return getattr(node, "id", None) if isinstance(node, ast.Name) else getattr(node, "attr", None)
