"""The adapter for `socketio.Server`: what is replaced on it, and put back.

Methods are replaced on the server *instance*, as python-socketio's own admin instrumentation does,
and on its manager. Only the modules that this one puts together (`incoming`, `outgoing`,
`connects`, and `wire` beneath them) know python-socketio's inner workings. `_send_packet` is not
touched: Flask-SocketIO's test client replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio
from socketio.admin import InstrumentedServer

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.connects import Connects
from asyncapi_guard.integrations.incoming import Incoming
from asyncapi_guard.integrations.outcomes import Application, Silent
from asyncapi_guard.integrations.outgoing import Outgoing
from asyncapi_guard.integrations.wire import guarded_packet_class

if TYPE_CHECKING:
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["Hooks", "install", "kind_of"]

_MARK = "_asyncapi_guard"
# Where the admin instrumentation keeps the emit that it replaced (a name mangled by Python).
_ADMIN_EMIT = "_InstrumentedServer__emit"


def install(
    middleware: AsyncAPIGuard, server: Any, application: Application | None = None
) -> Hooks:
    """Put the guard on a server.

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
    if hasattr(server, _MARK):
        raise InstallationError(
            "this server is guarded already: call init_app() or protect() once; an "
            "AsyncAPISocketIO guards itself, by the document that it gets as spec="
        )
    hooks = Hooks(middleware, server, application or Silent())
    hooks.install()
    return hooks


def kind_of(value: Any) -> str:
    """What a value is, with its module: there are several classes of one name."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _other_way(value: Any) -> str:
    """What to do with what Flask has."""
    if type(value).__module__.partition(".")[0] in ("flask", "flask_socketio"):
        return "; for Flask-SocketIO, call guard.init_app(app, socketio)"
    return ""


class Hooks(Incoming, Outgoing, Connects):
    """What stands in the place of a server's methods."""

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        self._replaced: list[tuple[Any, str, Any, bool, Any]] = []

    def install(self) -> None:
        """Replace the server's methods."""
        server, manager = self.server, self.server.manager
        setattr(server, _MARK, self)
        self.active: bool = True
        packet_class = guarded_packet_class(
            server.packet_class, server.eio.max_http_buffer_size, self.check_binary
        )
        self._replace(server, "packet_class", packet_class)
        self._replace(server, "_handle_event", self.handle_event)
        self._ack = self._replace(server, "_handle_ack", self.handle_ack)
        self._connect = self._replace(server, "_handle_connect", self.handle_connect)
        self._call = self._replace(server, "call", self.call)
        # Under the admin instrumentation, which puts back what it replaced when it goes.
        instrumented = isinstance(getattr(manager.emit, "__self__", None), InstrumentedServer)
        name = _ADMIN_EMIT if instrumented else "emit"
        self._emit = self._replace(manager, name, self.emit)
        if hasattr(manager, "_handle_emit"):
            self._handle_emit = self._replace(manager, "_handle_emit", self.handle_emit)

    def also_replace(self, owner: Any, name: str, ours: Any) -> None:
        """Replace a method that is not the server's; it is put back with the others."""
        self._replace(owner, name, ours)

    def _replace(self, owner: Any, name: str, ours: Any) -> Any:
        theirs = getattr(owner, name)
        self._replaced.append((owner, name, ours, name in vars(owner), theirs))
        setattr(owner, name, ours)
        return theirs

    def uninstall(self) -> None:
        """Put the server's methods back; where somebody wrapped ours, ours let everything pass."""
        self.active = False
        for owner, name, ours, own, theirs in reversed(self._replaced):
            for place in (name, _ADMIN_EMIT):
                if vars(owner).get(place) == ours:
                    if own or place != name:
                        setattr(owner, place, theirs)
                    else:
                        delattr(owner, place)
        self._replaced.clear()
        if getattr(self.server, _MARK, None) is self:
            delattr(self.server, _MARK)
