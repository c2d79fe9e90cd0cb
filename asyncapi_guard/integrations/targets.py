"""What can be guarded, and which adapter guards it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.application import Application, NoErrorHandlers
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.threads.server import MARK, ThreadedServer

if TYPE_CHECKING:
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["install", "kind_of"]


def install(
    guarding: Guarding, server: Any, application: Application | None = None
) -> ThreadedServer:
    """Put the guard on a server.

    Args:
        guarding: whose guard it is.
        server: a `socketio.Server`.
        application: its say in what rejected clients are answered; none by default.

    Raises:
        InstallationError: it is guarded already, it is no `socketio.Server`, or its packets are not
            JSON.
    """
    if not isinstance(server, socketio.Server):
        raise InstallationError(
            f"cannot guard a {kind_of(server)}: expected a socketio.Server{_other_way(server)}"
        )
    packet_class: Any = server.packet_class
    if not packet_class.uses_binary_events:
        raise InstallationError(
            "cannot guard a server with a serializer like MessagePack: contracts are about JSON, "
            "and it lets through what JSON has no form for"
        )
    if hasattr(server, MARK):
        raise InstallationError(
            "this server is guarded already: call init_app() or protect() once; an "
            "AsyncAPISocketIO guards itself, by the document that it gets as spec="
        )
    decide = ServerDecisions(guarding, packet_class, server.eio.max_http_buffer_size)
    adapter = ThreadedServer(server, decide, application or NoErrorHandlers())
    adapter.install()
    return adapter


def kind_of(value: Any) -> str:
    """Return what a value is, with its module: there are several classes of one name."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _other_way(value: Any) -> str:
    """Return what to do with what Flask has."""
    if type(value).__module__.partition(".")[0] in ("flask", "flask_socketio"):
        return "; for Flask-SocketIO, call guard.init_app(app, socketio)"
    return ""
