"""What emits: servers, their managers, clients, namespaces, and functions of Flask-SocketIO."""

from __future__ import annotations

import ast
import re

import flask_socketio
from socketio.base_client import BaseClient
from socketio.base_manager import BaseManager
from socketio.base_namespace import BaseNamespace
from socketio.base_server import BaseServer

__all__ = ["FUNCTIONS", "METHODS", "emits", "is_likely"]

METHODS = frozenset(("emit", "send", "call", "doc_emit"))
_SERVERS = (flask_socketio.SocketIO, BaseServer, BaseManager, BaseClient)
_EMITTERS = (*_SERVERS, BaseNamespace)
FUNCTIONS = tuple(getattr(flask_socketio, name) for name in ("emit", "send", "call"))
#: What servers are called, where nothing else tells.
_LIKELY = re.compile(r"(?:.*_)?sio|.*socket_?io", re.IGNORECASE)


def emits(kind: type) -> bool:
    """Whether instances of a class are servers or clients, or what emits for them."""
    return issubclass(kind, _EMITTERS)


def is_likely(node: ast.expr) -> bool:
    """Whether something that nobody knows is called as servers are, or is the server of one."""
    if isinstance(node, ast.Attribute):
        return bool(_LIKELY.fullmatch(node.attr)) or (
            node.attr == "server" and is_likely(node.value)
        )
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return bool(_LIKELY.fullmatch(str(node.slice.value)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        key = node.args[0]
        is_get = node.func.attr == "get" and isinstance(key, ast.Constant)
        return is_get and bool(_LIKELY.fullmatch(str(getattr(key, "value", ""))))
    return isinstance(node, ast.Name) and bool(_LIKELY.fullmatch(node.id))
