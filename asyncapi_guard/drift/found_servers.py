"""The Socket.IO server that an application has: mounted, wrapped around it, or in its state.

Only attributes are looked at. No application is run, so what it makes when it starts is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask_socketio import SocketIO
from socketio.base_client import BaseClient
from socketio.base_server import BaseServer
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = [
    "is_application",
    "is_client",
    "is_of_python_socketio",
    "named_in",
    "servers_in",
    "wrapped_around",
]

#: Where applications, and what is around them, keep other applications and what belongs to them.
_PARTS = (
    "engineio_server",  # socketio.ASGIApp
    "engineio_app",  # socketio.WSGIApp
    "other_asgi_app",
    "app",  # middleware, and Starlette's Mount
    "asgi_app",
    "wsgi_app",
    "mounts",  # Werkzeug's DispatcherMiddleware
    "routes",
    "state",
    "_state",  # Starlette's State
    "extensions",
)
_MOST = 10_000


def is_of_python_socketio(value: Any) -> bool:
    """Whether it is one of python-socketio's servers or clients, and none of Flask-SocketIO's."""
    return issubclass(type(value), (BaseServer, BaseClient))


def is_client(value: Any) -> bool:
    """Whether it is a client of python-socketio."""
    return issubclass(type(value), BaseClient)


def servers_in(value: Any) -> list[Any]:
    """The servers that a value is or has; if it has none, the clients."""
    return _preferred(_walked(value))


def wrapped_around(value: Any, module: ModuleType) -> list[Any]:
    """The servers of what a module wraps around an application."""
    found: list[Any] = []
    for each in list(vars(module).values()):
        inside = list(_walked(each)) if each is not value else []
        if any(part is value for part in inside):
            found.extend(inside)
    return _preferred(found)


def named_in(module: ModuleType) -> dict[str, list[Any]]:
    """The servers that names of a module stand for, or that what they stand for has."""
    names = {name: each for name, each in vars(module).items() if not name.startswith("__")}
    found = {name: servers_in(each) for name, each in sorted(names.items())}
    return {name: servers for name, servers in found.items() if servers}


def is_application(value: Any) -> bool:
    """Whether it may be an application of a web server: something that is called, and no class."""
    return callable(value) and not issubclass(type(value), (type, LocalProxy))


def _preferred(values: Iterable[Any]) -> list[Any]:
    found: dict[int, Any] = {}
    for each in values:
        if issubclass(type(each), SocketIO) or is_of_python_socketio(each):
            found.setdefault(id(each), each)
    for each in list(found.values()):
        if not is_of_python_socketio(each):
            found.pop(id(each.server), None)  # it is the server within it
    servers = [each for each in found.values() if not is_client(each)]
    return servers or list(found.values())


def _walked(value: Any) -> Iterator[Any]:
    """A value, and what it is made of; not what is inside of a server."""
    todo, seen = [value], list[Any]()
    known: set[int] = set()
    while todo and len(seen) < _MOST:
        each = todo.pop(0)
        if id(each) in known:
            continue
        known.add(id(each))
        seen.append(each)  # what is looked at stays, so that no other object gets its id
        yield each
        todo.extend(_inside(each))


def _inside(value: Any) -> list[Any]:
    if issubclass(type(value), SocketIO) or is_of_python_socketio(value):
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, Mapping):
        return list(value.values())
    found = []
    if hasattr(type(value), "__dict__") and not isinstance(value, (type, str, bytes)):
        for name in _PARTS:
            with suppress(Exception):  # a proxy without what it stands for, above all
                found.append(getattr(value, name))
    return found
