"""Where the sources of an application register handlers: `@socketio.on("…")`, `on_event("…", f)`.

The server knows what it calls, and Python where that was written. When somebody else's decorator
stands between the two and does not say what it wraps, that place is the decorator's, the same one
for every handler; the sources know the handler's. What was not written in Python at all has no
other place than the call that registers it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.drift.python_source import parse_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Registration", "find_registrations"]


@dataclass(frozen=True, slots=True)
class Registration:
    """A function under a decorator that registers it, or a call that registers something.

    Attributes:
        event: its name.
        namespace: the Socket.IO namespace; `None` when the text does not say.
        name: the function's.
        file: the source.
        line: 1-based, of the function's first decorator, or of the call.
        called: it is a call.
    """

    event: str
    namespace: str | None
    name: str
    file: str
    line: int
    called: bool = False


def find_registrations(
    file: str, text: str, text_of: Callable[[str], str | None]
) -> list[Registration]:
    """What a source registers; nothing when it is no Python.

    Args:
        file: the source's name.
        text: the source.
        text_of: what a dotted name stands for when that is a text.
    """
    found = []
    for node in ast.walk(parse_source(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            line = node.decorator_list[0].lineno if node.decorator_list else 0
            found += [
                Registration(event, namespace, node.name, file, line)
                for decorator in node.decorator_list
                for event, namespace in _registered(decorator, "on", 1, text_of)
            ]
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            given = node.args[1]
            name = "a lambda" if isinstance(given, ast.Lambda) else ast.unparse(given)
            found += [
                Registration(event, namespace, name, file, node.lineno, called=True)
                for event, namespace in _registered(node, "on_event", 2, text_of)
            ]
    return found


def _registered(
    node: ast.expr, method: str, after: int, text_of: Callable[[str], str | None]
) -> Iterator[tuple[str, str | None]]:
    """The event and the namespace of a call of a method, when it is one.

    Args:
        node: perhaps the call.
        method: its name.
        after: how many arguments stand before the namespace.
        text_of: what a dotted name stands for when that is a text.
    """
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return
    event = _text(node.args[0], text_of) if node.func.attr == method else None
    if event is None:
        return
    keywords = [each.value for each in node.keywords if each.arg in (None, "namespace")]
    given = [*node.args[after : after + 1], *keywords]
    yield event, _text(given[0], text_of) if given else "/"


def _text(node: ast.expr, text_of: Callable[[str], str | None]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return text_of(ast.unparse(node)) if isinstance(node, (ast.Name, ast.Attribute)) else None
