"""The adapter for `socketio.AsyncServer`: what is replaced on it, and put back.

`_send_packet` is not touched: Flask-SocketIO's test client replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio

from asyncapi_guard.integrations.aio.connects import Connects
from asyncapi_guard.integrations.aio.emits import Emits
from asyncapi_guard.integrations.aio.events import Events
from asyncapi_guard.integrations.aio.registering import Registering
from asyncapi_guard.integrations.installed import MARK, Installed
from asyncapi_guard.integrations.replacing import Replacements, is_from_library, is_or_extends

if TYPE_CHECKING:
    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["AsyncioServer"]


class AsyncioServer(Events, Emits, Connects, Registering["ServerDecisions"], Installed):
    """What stands in the place of a server's methods."""

    def __init__(self, server: Any, decide: ServerDecisions, application: AsyncApplication) -> None:
        super().__init__(server, decide, application)
        self.replaced: Replacements = Replacements()

    def install(self) -> None:
        """Replace the server's methods.

        Raises:
            RegistrationError: a handler is registered already that this server cannot run.
        """
        server, replace = self.server, self.replaced.replace
        self.look_at_handlers()
        setattr(server, MARK, self)
        with self.replaced.at_once():
            self._message = replace(server, "_handle_eio_message", self.handle_message)
            self._reads_itself = is_from_library(self._message)
            self._taker = self.handle_event
            self._event = replace(server, "_handle_event", self._taker)
            self._ack = replace(server, "_handle_ack", self.handle_ack)
            self._connect = replace(server, "_handle_connect", self.handle_connect)
            self._disconnect = replace(server, "_handle_disconnect", self.handle_disconnect)
            self._eio_disconnect = replace(
                server, "_handle_eio_disconnect", self.handle_eio_disconnect
            )
            self._call = replace(server, "call", self.call)
            self._on = replace(server, "on", self.on)
            self._register = replace(server, "register_namespace", self.register_namespace)
            self._caller = self.trigger_event
            self._trigger = self.replaced.replace_under_admin(
                server, "_trigger_event", self._caller
            )
            self._calls_itself = is_from_library(self._trigger)
            for event, theirs, ours in (
                ("message", self._message, self.handle_message),
                ("disconnect", self._eio_disconnect, self.handle_eio_disconnect),
            ):
                if server.eio.handlers.get(event) == theirs:
                    self.replaced.replace_item(server.eio.handlers, event, ours)
            self._install_on(server.manager)
            # Whatever reads frames hands them to what is ours.
            replace(server, "packet_class", self.decide.packets.packet_class)
        self.decide.active = True

    def uninstall(self) -> None:
        """Put the server's methods back, and forget its clients."""
        super().uninstall()
        self.stop_watching()

    def _install_on(self, manager: Any) -> None:
        replace = self.replaced.replace
        self._emit = self.replaced.replace_under_admin(manager, "emit", self.emit)
        self._own_manager = is_or_extends(self._emit, socketio.AsyncManager.emit)
        self._sends_text = self._own_manager and self.decide.packets.sends_text
        if not self._own_manager:
            self._participants = replace(manager, "get_participants", self.get_participants)
        self._admitted = replace(manager, "connect", self.admit)
        self._generated = replace(manager, "_generate_ack_id", self.generate_ack_id)
        self._trigger_callback = replace(manager, "trigger_callback", self.trigger_callback)
        self._manager_disconnect = replace(manager, "disconnect", self.manager_disconnect)
        self._pre_connect = replace(manager, "pre_connect", self.pre_connect)
        self._basic_disconnect = replace(manager, "basic_disconnect", self.basic_disconnect)
        if self._queued:
            self._install_on_queue(manager, replace)
