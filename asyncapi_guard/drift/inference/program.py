"""The sources of an application, and what is known of their functions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.python_source import parse_source
from asyncapi_guard.drift.scopes import Scope, qualified, scopes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from asyncapi_guard.drift.values import Argument, CallSite, Chain, Value

__all__ = ["Program", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A module of the application, the name that findings give to it, and its text."""

    module: ModuleType
    file: str
    text: str


class Program:
    """The sources, their scopes, and the calls of their functions.

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
                key = source.module.__name__, qualified(scope)
                self._classes[key] = scope

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

    def root(self, module: str) -> Scope | None:
        """The scope of a module by its name; `None` if it is none of the sources."""
        return self._roots.get(module)

    def class_body(self, kind: type) -> Scope | None:
        """The scope of a class of the sources."""
        return self._classes.get((kind.__module__, kind.__qualname__))

    def sites(self, scope: Scope) -> Sequence[CallSite]:
        """The calls of a function."""
        return self._sites.get(scope, ())

    def handler(self, scope: Scope) -> tuple[str, ...] | None:
        """The namespaces of a function that handles events; `None` for others."""
        return self._handlers.get(self.file(scope), {}).get(scope.first_line)

    def of(self, argument: Argument) -> list[Value]:
        """What an argument may stand for."""
        raise NotImplementedError

    def values(self, node: ast.expr | None, scope: Scope, chain: Chain) -> list[Value]:
        """What an expression may stand for."""
        raise NotImplementedError
