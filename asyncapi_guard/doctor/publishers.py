"""What else an application's modules have that speaks Socket.IO: each needs a guard of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio
from flask_socketio import SocketIO
from socketio.async_pubsub_manager import AsyncPubSubManager
from socketio.base_client import BaseClient
from socketio.base_server import BaseServer

from asyncapi_guard.doctor.reaching import reached_from
from asyncapi_guard.integrations.what_to_pass import publishing_manager

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = ["inner", "is_alone", "is_publisher", "others_in", "queue_of"]

_MANAGERS = (socketio.PubSubManager, AsyncPubSubManager)
_SIMPLE = (socketio.SimpleClient, socketio.AsyncSimpleClient)
_ALONE = (BaseServer, BaseClient, *_SIMPLE)
_SPEAKING = (SocketIO, *_ALONE, *_MANAGERS)


def is_alone(value: Any) -> bool:
    """Whether a value can be guarded though no server is there: a publisher, a simple client."""
    return is_publisher(value) or issubclass(type(value), _SIMPLE)


def is_publisher(value: Any) -> bool:
    """Whether a value is a manager that belongs to no server."""
    return issubclass(type(value), _MANAGERS) and value.server is None


def inner(value: Any) -> Any:
    """Return what a guard is put on: of a `SocketIO`, its server, or its manager if it publishes.

    Anything else is that itself.
    """
    manager = publishing_manager(value, of_drop_in=True)
    if manager is not None:
        return manager
    return getattr(value, "server", None) if isinstance(value, SocketIO) else value


def queue_of(target: Any) -> Any:
    """Return the manager by which something publishes to a message queue; `None` without one."""
    manager = target if isinstance(target, _MANAGERS) else getattr(target, "manager", None)
    return manager if isinstance(manager, _MANAGERS) else None


def others_in(modules: Iterable[ModuleType], known: Any) -> Iterator[tuple[str, Any]]:
    """Find servers, clients and publishers that the names of modules lead to.

    Args:
        modules: the application's own.
        known: the server that is looked at anyway.
    """
    seen = {id(known)}
    for name, value in reached_from(modules):
        if not issubclass(type(value), _SPEAKING):
            continue
        found = inner(value)
        if id(found) in seen:
            continue
        speaks = issubclass(type(found), _ALONE)
        if speaks or is_publisher(found) or publishing_manager(value, of_drop_in=True):
            seen.add(id(found))
            yield name, found
