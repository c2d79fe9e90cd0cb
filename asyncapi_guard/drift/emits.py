"""What the sources of an application emit: the events in `emit("…")`, `send` and `call`.

The text says what is called by which name; what these names stand for, the imported modules know
(`Names`), constants among them: `emit(EVENTS.SAID)` is as good as a literal. A receiver that
neither knows, such as a parameter, counts when it is called as Socket.IO servers are: `sio`,
`socketio`, `self.socketio`; so does the `server` of any of them. Names that a function binds itself
are its own, whatever the module means by them; what is computed is passed over, and so is what
clients emit.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from asyncapi_guard.drift.python_source import parse_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Emit", "Names", "find_emits"]

#: Flask-SocketIO's functions that emit.
_FUNCTIONS = frozenset(("emit", "send", "call"))
_METHODS = frozenset(("emit", "send", "call", "doc_emit"))
_LIKELY = re.compile(r"(?:.*_)?sio|.*socket_?io", re.IGNORECASE)
#: A call that makes a client: `socketio.Client()`, `socketio.test_client(app)`.
_MAKES_CLIENT = re.compile(r".*client", re.IGNORECASE)
_CLIENT = "a client"
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def _no_text(_name: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Emit:
    """An event that the sources emit.

    Attributes:
        event: its name.
        namespaces: where it may go; empty when the text does not say.
        file: the source.
        line: 1-based.
        column: 1-based.
        declares: it is a `doc_emit`, which only says so.
    """

    event: str
    namespaces: tuple[str, ...]
    file: str
    line: int
    column: int
    declares: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a module stand for.

    Attributes:
        functions: Flask-SocketIO's `emit`, `send` and `call`, by the names that they have here.
        servers: servers and namespaces by their dotted names, with where they emit to.
        classes: class-based namespaces by name, with the namespaces that they serve.
        others: names that are known to be something else.
        handlers: the first lines of functions that handle events, with their namespaces.
        text: what a dotted name stands for when that is a text; `None` otherwise.
    """

    functions: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    handlers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    text: Callable[[str], str | None] = _no_text


def find_emits(file: str, text: str, names: Names) -> list[Emit]:
    """The events that a source emits, in the order of its lines; none when it is no Python."""
    found = list(_Reader(file, text, names).read(parse_source(text)))
    return sorted(found, key=lambda emit: (emit.line, emit.column))


@dataclass(frozen=True, slots=True)
class _Around:
    """What is around a place in the source.

    Attributes:
        namespaces: those of the handler.
        owner: the class.
        bound: the names that functions bind: Flask-SocketIO's functions, clients, and others.
    """

    namespaces: tuple[str, ...] = ()
    owner: str | None = None
    bound: Mapping[str, str | None] = field(default_factory=dict)


class _Reader:
    """One walk over one source."""

    def __init__(self, file: str, text: str, names: Names) -> None:
        self._file = file
        self._lines = text.splitlines()
        self._names = names
        self._variables: frozenset[str] = frozenset()

    def read(self, tree: ast.AST) -> Iterator[Emit]:
        """The emits of a module."""
        self._variables = _variables(tree)
        todo = [(tree, _Around(bound=_clients(tree)))]
        while todo:
            node, around = todo.pop()
            if isinstance(node, ast.ClassDef):
                around = replace(around, owner=node.name)
            elif isinstance(node, _Function):
                around = self._inside(node, around)
            elif isinstance(node, ast.Call):
                yield from self._emits(node, around)
            todo += [(child, around) for child in ast.iter_child_nodes(node)]

    def _inside(self, node: ast.FunctionDef | ast.AsyncFunctionDef, around: _Around) -> _Around:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        namespaces = self._names.handlers.get(first, around.namespaces)
        return replace(around, namespaces=namespaces, bound={**around.bound, **_bound(node)})

    def _emits(self, call: ast.Call, around: _Around) -> Iterator[Emit]:
        target = self._target(call, around)
        if target is None:
            return
        method, default = target
        place = call.args[0] if call.args and method != "send" else call
        column = self._column(place)
        for event in self._events(call, method, around):
            for namespaces in self._namespaces(call, default, around):
                declares = method == "doc_emit"
                yield Emit(event, namespaces, self._file, place.lineno, column, declares)

    def _column(self, node: ast.expr) -> int:
        """1-based, in characters, where Python counts bytes."""
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else ""
        return len(line.encode()[: node.col_offset].decode(errors="replace")) + 1

    # -- what is called ----------------------------------------------------------------------------

    def _target(self, call: ast.Call, around: _Around) -> tuple[str, tuple[str, ...]] | None:
        """The method that a call calls, and where that emits to by default; `None` for others."""
        named = _dotted(call.func)
        if named in around.bound:
            method = around.bound[named]
            return (method, around.namespaces) if method in _FUNCTIONS else None
        if named in self._names.functions and _root(named) not in around.bound:
            return self._names.functions[named], around.namespaces
        if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
            receiver = self._receiver(call.func.value, around)
            return None if receiver is None else (call.func.attr, receiver)
        return None

    def _receiver(self, node: ast.expr, around: _Around) -> tuple[str, ...] | None:
        """Where a receiver emits to by default; `None` when it is no server."""
        named = _dotted(node)
        if _root(named) not in around.bound and named in self._names.servers:
            return (self._names.servers[named],)
        if isinstance(node, ast.Attribute) and node.attr == "server":
            owner = self._receiver(node.value, around)
            return None if owner is None else ("/",)  # python-socketio's knows no other
        if _root(named) not in around.bound and _root(named) in self._names.others:
            return None
        if around.bound.get(_root(named)) == _CLIENT:
            return None
        own = named == "self" or _is_super(node)
        if own and around.owner is not None and around.owner in self._names.classes:
            return self._names.classes[around.owner]
        return ("/",) if _LIKELY.fullmatch(_last(node)) else None

    # -- with what ---------------------------------------------------------------------------------

    def _events(self, call: ast.Call, method: str, around: _Around) -> list[str]:
        """The events that a call emits, as far as they can be told."""
        if method == "send":
            json = _keyword(call, "json")
            if json is None:
                return ["message"]
            if not isinstance(json, ast.Constant):
                return []
            return ["json" if json.value else "message"]
        given = call.args[0] if call.args else _keyword(call, "event")
        return [text for text in self._texts(given, around) if text is not None]

    def _namespaces(
        self, call: ast.Call, default: tuple[str, ...], around: _Around
    ) -> list[tuple[str, ...]]:
        """Where a call emits to, for each that it may be; empty where nobody can tell."""
        if any(each.arg is None for each in call.keywords):
            return [()]
        given = _keyword(call, "namespace")
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            return [default]
        return [() if text is None else (text,) for text in self._texts(given, around)]

    def _texts(self, node: ast.expr | None, around: _Around) -> list[str | None]:
        """The texts that an expression can be; `None` for one that nobody can tell."""
        if isinstance(node, ast.Constant):
            return [node.value if isinstance(node.value, str) else None]
        if isinstance(node, ast.IfExp):
            return [*self._texts(node.body, around), *self._texts(node.orelse, around)]
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            return ["".join(map(str, parts)) if len(parts) == len(node.values) else None]
        if node is not None:
            named = _dotted(node)
            if named and _root(named) not in {*around.bound, *self._variables}:
                return [self._names.text(named)]
        return [None]


# -- names -----------------------------------------------------------------------------------------


def _bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str | None]:
    """The names that a function binds, with Flask-SocketIO's functions where it imports them."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    # A parameter called as servers are is one, which is told by its name.
    bound: dict[str, str | None] = {each.arg: None for each in every}
    shared: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, (*_Function, ast.ClassDef)):
            bound[node.name] = None
            continue
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            shared |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = None
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= _imported(node)
        todo += ast.iter_child_nodes(node)
    return {name: value for name, value in bound.items() if name not in shared} | _clients(function)


def _variables(tree: ast.AST) -> frozenset[str]:
    """The names of a module that stand for one thing after the other: no constants."""
    given: set[str] = set()
    several: set[str] = set()
    todo = [(each, False) for each in ast.iter_child_nodes(tree)]
    while todo:
        node, inside = todo.pop()
        if isinstance(node, ast.Global):
            several |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not inside:
            several |= {node.id} & given
            given.add(node.id)
        elif isinstance(node, (ast.For, ast.AsyncFor)) and not inside:
            several |= {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
        inside = inside or isinstance(node, (*_Function, ast.ClassDef))
        todo += [(child, inside) for child in ast.iter_child_nodes(node)]
    return frozenset(several)


def _clients(scope: ast.AST) -> dict[str, str | None]:
    """The names of a module or a function that are given to clients."""
    found: dict[str, str | None] = {}
    todo = list(ast.iter_child_nodes(scope))
    while todo:
        node = todo.pop()
        if isinstance(node, (*_Function, ast.ClassDef)):
            continue
        if isinstance(node, ast.Assign):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(value, ast.Call) and _MAKES_CLIENT.fullmatch(_last(value.func)):
                names = (each for each in node.targets if isinstance(each, ast.Name))
                found.update((each.id, _CLIENT) for each in names)
        todo += ast.iter_child_nodes(node)
    return found


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str | None]:
    """The names that an import binds."""
    bound: dict[str, str | None] = {}
    flask = isinstance(node, ast.ImportFrom) and node.module == "flask_socketio"
    for alias in node.names:
        ours = flask and alias.name in _FUNCTIONS
        bound[alias.asname or _root(alias.name)] = alias.name if ours else None
    return bound


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _is_super(node: ast.expr) -> bool:
    """Whether it is `super()`."""
    return isinstance(node, ast.Call) and _dotted(node.func) == "super"


def _root(named: str) -> str:
    """`a` of `a.b.c`."""
    return named.partition(".")[0]


def _last(node: ast.expr) -> str:
    """The last name of an expression: of `a.b`, of `a["b"]`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.id if isinstance(node, ast.Name) else ""


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)
