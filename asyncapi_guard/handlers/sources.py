"""What the sources of an application emit: the literals in `emit("…")`, `send` and `call`.

The text says what is called by which name; what these names stand for, the imported modules know
(`Names`). A receiver that neither knows, such as a parameter, counts when it is called as Socket.IO
servers are: `sio`, `socketio`, `self.socketio`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Emit", "Names", "find_emits"]

_METHODS = frozenset(("emit", "send", "call", "doc_emit"))
_LIKELY = re.compile(r"sio|.*socket_?io", re.IGNORECASE)
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Emit:
    """An event that the sources emit.

    Attributes:
        event: its name.
        namespaces: where it may go; empty when the text does not say.
        file: the source.
        line: 1-based.
        column: 1-based.
    """

    event: str
    namespaces: tuple[str, ...]
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a module stand for.

    Attributes:
        functions: Flask-SocketIO's `emit`, `send` and `call`, by the names that they have here.
        servers: servers and namespaces by their dotted names, with where they emit to.
        classes: class-based namespaces by name, with the namespaces that they serve.
        others: names that are known to be something else.
        handlers: the first lines of functions that handle events, with their namespaces.
    """

    functions: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    handlers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def find_emits(file: str, text: str, names: Names) -> list[Emit]:
    """The events that a source emits, in the order of its lines; none when it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    found = list(_Reader(file, names).read(tree, (), None))
    return sorted(found, key=lambda emit: (emit.line, emit.column))


class _Reader:
    """One walk over one source."""

    def __init__(self, file: str, names: Names) -> None:
        self._file = file
        self._names = names

    def read(self, node: ast.AST, around: tuple[str, ...], owner: str | None) -> Iterator[Emit]:
        """The emits below a node.

        Args:
            node: where to look.
            around: the namespaces of the handler around it.
            owner: the class around it.
        """
        if isinstance(node, ast.ClassDef):
            owner = node.name
        elif isinstance(node, _Function):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            around = self._names.handlers.get(first, around)
        elif isinstance(node, ast.Call):
            emit = self._emit(node, around, owner)
            if emit is not None:
                yield emit
        for child in ast.iter_child_nodes(node):
            yield from self.read(child, around, owner)

    def _emit(self, call: ast.Call, around: tuple[str, ...], owner: str | None) -> Emit | None:
        named = _dotted(call.func)
        if named in self._names.functions:
            method, default = self._names.functions[named], around
        elif isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
            method = call.func.attr
            receiver = self._receiver(call.func.value, owner)
            if receiver is None:
                return None
            default = receiver
        else:
            return None
        event = _event(call, method)
        if event is None:
            return None
        namespaces = _namespaces(call, default)
        place = call.args[0] if call.args and method != "send" else call
        return Emit(event, namespaces, self._file, place.lineno, place.col_offset + 1)

    def _receiver(self, node: ast.expr, owner: str | None) -> tuple[str, ...] | None:
        """Where a receiver emits to by default; `None` when it is no server."""
        named = _dotted(node)
        if named in self._names.servers:
            return (self._names.servers[named],)
        if named == "self" and owner is not None and owner in self._names.classes:
            return self._names.classes[owner]
        if named.partition(".")[0] in self._names.others:
            return None
        return ("/",) if _LIKELY.fullmatch(_last(node)) else None


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _last(node: ast.expr) -> str:
    """The last name of an expression: of `a.b`, of `a["b"]`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _text(node.slice) or ""
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _event(call: ast.Call, method: str) -> str | None:
    """The event that a call emits, when it is a literal."""
    if method == "send":
        json = _keyword(call, "json")
        if json is None:
            return "message"
        if not isinstance(json, ast.Constant):
            return None
        return "json" if json.value else "message"
    return _text(call.args[0] if call.args else _keyword(call, "event"))


def _namespaces(call: ast.Call, default: tuple[str, ...]) -> tuple[str, ...]:
    given = _keyword(call, "namespace")
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return default
    text = _text(given)
    return (text,) if text is not None else ()
