"""The adapter for `socketio.Server`: what is replaced on it, and put back.

Methods are replaced on the server *instance*, as python-socketio's own admin instrumentation does,
and on its manager. Only the modules that this one puts together, and `wire` beneath them, know
python-socketio's inner workings. `_send_packet` is not touched: Flask-SocketIO's test client
replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio
from socketio.admin import InstrumentedServer

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.deciding.outcomes import Application, Silent
from asyncapi_guard.integrations.threads.connects import Connects
from asyncapi_guard.integrations.threads.emits import Outgoing
from asyncapi_guard.integrations.threads.events import Incoming
from asyncapi_guard.integrations.threads.registering import Registering

if TYPE_CHECKING:
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["Hooks", "install", "kind_of"]

_MARK = "_asyncapi_guard"


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


class Hooks(Incoming, Outgoing, Connects, Registering):
    """What stands in the place of a server's methods."""

    def __init__(self, middleware: AsyncAPIGuard, server: Any, application: Application) -> None:
        super().__init__(middleware, server, application)
        self._replaced: list[tuple[Any, str, Any, bool, Any]] = []

    def install(self) -> None:
        """Replace the server's methods.

        Raises:
            RegistrationError: a handler is registered already that this server cannot run.
        """
        server, manager = self.server, self.server.manager
        self.look_at_handlers()
        setattr(server, _MARK, self)
        self._replace(server, "packet_class", self.packet_class)
        self._message = self._replace(server, "_handle_eio_message", self.handle_message)
        self._event = self._replace(server, "_handle_event", self.handle_event)
        self._ack = self._replace(server, "_handle_ack", self.handle_ack)
        self._connect = self._replace(server, "_handle_connect", self.handle_connect)
        self._disconnect = self._replace(server, "_handle_disconnect", self.handle_disconnect)
        self._eio_disconnect = self._replace(
            server, "_handle_eio_disconnect", self.handle_eio_disconnect
        )
        self._trigger = self._replace_under_admin(server, "_trigger_event", self.trigger_event)
        self._call = self._replace(server, "call", self.call)
        self._on = self._replace(server, "on", self.on)
        self._register = self._replace(server, "register_namespace", self.register_namespace)
        for event, theirs, ours in (
            ("message", self._message, self.handle_message),
            ("disconnect", self._eio_disconnect, self.handle_eio_disconnect),
        ):
            if server.eio.handlers.get(event) == theirs:
                self._replaced.append((server.eio.handlers, event, ours, True, theirs))
                server.eio.handlers[event] = ours
        self._install_on(manager)
        self.active: bool = True

    def _install_on(self, manager: Any) -> None:
        self._emit = self._replace_under_admin(manager, "emit", self.emit)
        self._own_manager = getattr(self._emit, "__func__", None) is socketio.Manager.emit
        if not self._own_manager:
            self._participants = self._replace(manager, "get_participants", self.get_participants)
        self._admitted = self._replace(manager, "connect", self.admit)
        if self._queued:
            self._handle_emit = self._replace(manager, "_handle_emit", self.handle_emit)
            self._publish = self._replace(manager, "_publish", self.publish)
            self._returned = self._replace(manager, "_return_callback", self.return_callback)
            self._callback_came = self._replace(manager, "_handle_callback", self.handle_callback)

    def also_replace(self, owner: Any, name: str, ours: Any) -> None:
        """Replace an attribute that is not the server's; it is put back with the others."""
        self._replace(owner, name, ours)

    def _replace_under_admin(self, owner: Any, name: str, ours: Any) -> Any:
        """Under the admin instrumentation, which puts back what it replaced when it goes."""
        instrumented = isinstance(
            getattr(getattr(owner, name), "__self__", None), InstrumentedServer
        )
        return self._replace(owner, _under_admin(name) if instrumented else name, ours)

    def _replace(self, owner: Any, name: str, ours: Any) -> Any:
        theirs = getattr(owner, name, None)
        self._replaced.append((owner, name, ours, name in vars(owner), theirs))
        setattr(owner, name, ours)
        return theirs

    def uninstall(self) -> None:
        """Put the server's methods back; where somebody wrapped ours, ours let everything pass."""
        self.active = False
        self._put_back(self._replaced)
        self._replaced.clear()
        if getattr(self.server, _MARK, None) is self:
            delattr(self.server, _MARK)

    def put_back(self, owner: Any) -> None:
        """Put back what was replaced on one object."""
        mine = [each for each in self._replaced if each[0] is owner]
        self._replaced = [each for each in self._replaced if each[0] is not owner]
        self._put_back(mine)

    def _put_back(self, replaced: list[tuple[Any, str, Any, bool, Any]]) -> None:
        for owner, name, ours, own, theirs in reversed(replaced):
            if isinstance(owner, dict):
                if owner.get(name) == ours:
                    owner[name] = theirs
                continue
            for place in (name, _under_admin(name)):
                if vars(owner).get(place) == ours:
                    if own or place != name:
                        setattr(owner, place, theirs)
                    else:
                        delattr(owner, place)


def _under_admin(name: str) -> str:
    """Where the admin instrumentation keeps what it replaced: a name mangled by Python."""
    return f"_InstrumentedServer__{name.lstrip('_')}"
