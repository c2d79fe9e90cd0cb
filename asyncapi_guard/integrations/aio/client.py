"""The adapter for `socketio.AsyncClient`: what is replaced on it, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio

from asyncapi_guard.integrations.aio.client_connects import ClientConnects
from asyncapi_guard.integrations.aio.client_emits import ClientEmits
from asyncapi_guard.integrations.aio.client_events import ClientEvents
from asyncapi_guard.integrations.aio.client_frames import ClientFrames
from asyncapi_guard.integrations.aio.registering import Registering
from asyncapi_guard.integrations.installed import MARK, Installed
from asyncapi_guard.integrations.replacing import Replacements, is_or_extends

if TYPE_CHECKING:
    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.client import ClientDecisions

__all__ = ["AsyncioClient"]


class AsyncioClient(
    ClientConnects,
    ClientEvents,
    ClientEmits,
    ClientFrames,
    Registering["ClientDecisions"],
    Installed,
):
    """What stands in the place of a client's methods."""

    def __init__(self, client: Any, decide: ClientDecisions, application: AsyncApplication) -> None:
        super().__init__(client, decide, application)
        self.replaced: Replacements = Replacements()

    def install(self) -> None:
        """Replace the client's methods.

        Raises:
            RegistrationError: a handler is registered already that this client cannot run.
        """
        client, replace = self.client, self.replaced.replace
        self.look_at_handlers()
        setattr(client, MARK, self)
        with self.replaced.at_once():
            self._message = replace(client, "_handle_eio_message", self.handle_message)
            self._event = replace(client, "_handle_event", self.handle_event)
            self._ack = replace(client, "_handle_ack", self.handle_ack)
            self._let_in = replace(client, "_handle_connect", self.handle_connect)
            self._turned_away = replace(client, "_handle_error", self.handle_error)
            self._disconnect = replace(client, "_handle_disconnect", self.handle_disconnect)
            self._eio_connect = replace(client, "_handle_eio_connect", self.handle_eio_connect)
            self._eio_end = replace(client, "_handle_eio_disconnect", self.handle_eio_disconnect)
            self._emit = replace(client, "emit", self.emit)
            self._own_emit = is_or_extends(self._emit, socketio.AsyncClient.emit)
            self._generated = replace(client, "_generate_ack_id", self.generate_ack_id)
            self._call = replace(client, "call", self.call)
            self._on = replace(client, "on", self.on)
            self._register = replace(client, "register_namespace", self.register_namespace)
            self._install_on(client.eio)
            # Whatever reads frames hands them to what is ours.
            replace(client, "packet_class", self.decide.packets.packet_class)
        self.decide.active = True

    def _install_on(self, eio: Any) -> None:
        replace = self.replaced.replace
        for event, theirs, ours in (
            ("message", self._message, self.handle_message),
            ("connect", self._eio_connect, self.handle_eio_connect),
            ("disconnect", self._eio_end, self.handle_eio_disconnect),
        ):
            if eio.handlers.get(event) == theirs:
                self.replaced.replace_item(eio.handlers, event, ours)
        self._connect = replace(eio, "connect", self.connect)
        self._polling = replace(eio, "_connect_polling", self.connect_polling)
        self._websocket = replace(eio, "_connect_websocket", self.connect_websocket)
        self._request = replace(eio, "_send_request", self.request)
