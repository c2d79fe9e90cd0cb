"""Frames that engine.io's clients cannot read end the connection, and not the thread that reads.

engine.io's clients expect some faults of a server. Others surface where nobody expects them: in
`connect`, as whatever Python raises, or in what polls, which is over then without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engineio import base_client, exceptions

from asyncapi_guard.integrations.threads.calling import body_of
from asyncapi_guard.integrations.threads.client_adapter import ClientAdapter
from asyncapi_guard.integrations.wire.frames import is_readable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ClientFrames"]


class ClientFrames(ClientAdapter):
    """In the place of what opens connections, and of what requests."""

    _polling: Callable[..., Any]
    _websocket: Callable[..., Any]
    _request: Callable[..., Any]

    def connect_polling(self, *args: Any) -> Any:
        """As `_connect_polling` of engine.io's client."""
        return self._open(self._polling, *args)

    def connect_websocket(self, *args: Any) -> Any:
        """As `_connect_websocket` of engine.io's client."""
        return self._open(self._websocket, *args)

    def _open(self, connect: Callable[..., Any], *args: Any) -> Any:
        """Open a connection, or say that there is none.

        Raises:
            ConnectionError: the server does not open it as engine.io does.
        """
        try:
            return connect(*args)
        except exceptions.ConnectionError:
            if self.decide.active:
                self._give_up()
            raise
        except Exception as error:
            if not self.decide.active:
                raise
            self._give_up()
            kind = type(error).__name__
            reason = f"the server did not open the connection as engine.io does: {kind}"
            raise exceptions.ConnectionError(reason) from error

    def _give_up(self) -> None:
        """Leave nothing of a connection that was half open."""
        eio = self.client.eio
        if eio in base_client.connected_clients:
            base_client.connected_clients.remove(eio)
        eio._reset()

    def request(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """As `_send_request` of engine.io's client: a text says what went wrong."""
        response = self._request(method, *args, **kwargs)
        if response is None or isinstance(response, str) or not self.decide.active:
            return response
        if method == "GET" and not is_readable(body_of(response)):
            return "the frames are not valid engine.io frames"
        return response
