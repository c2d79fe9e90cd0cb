"""Frames that engine.io cannot read end their connection.

The guard reads a frame before engine.io does. For one that engine.io has no reading of, it ends the
websocket as if the transport had failed, so that the session ends with it. Over polling, it ends
the session, and the client's request is answered with 400.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engineio import exceptions, packet

from asyncapi_guard.contract import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.aio.server import AsyncioServer

__all__ = ["end_connections_of_broken_frames"]


def end_connections_of_broken_frames(adapter: AsyncioServer) -> None:
    """End connections by which frames come that are none of engine.io's."""
    frames, server = _Frames(adapter), adapter.server
    with adapter.replaced.at_once():
        frames.connected = adapter.replaced.replace(server, "_handle_eio_connect", frames.connect)
        if server.eio.handlers.get("connect") == frames.connected:
            adapter.replaced.replace_item(server.eio.handlers, "connect", frames.connect)
    theirs = server.eio._async.get("websocket")
    if theirs is not None:
        drivers = {**server.eio._async, "websocket": frames.strict(theirs)}
        adapter.replaced.replace(server.eio, "_async", drivers)


class _Frames:
    """In the place of what reads frames."""

    connected: Callable[..., Any]

    def __init__(self, adapter: AsyncioServer) -> None:
        self._sockets = adapter.server.eio.sockets
        self._reason = adapter.server.reason.TRANSPORT_ERROR
        self._decide = adapter.decide

    def _enforces(self) -> bool:
        return self._decide.mode_of_packet("/", None, ack=False) is Mode.ENFORCE

    async def connect(self, eio_sid: str, environ: Any) -> Any:
        """A client connects: what it posts is looked at."""
        socket = self._sockets.get(eio_sid)
        if socket is not None:
            receive = socket.handle_post_request

            async def handle_post_request(environ: Any) -> None:
                await self._post(socket, receive, environ)

            socket.handle_post_request = handle_post_request
        return await self.connected(eio_sid, environ)

    async def _post(self, socket: Any, receive: Callable[[Any], Any], environ: Any) -> None:
        try:
            await receive(environ)
        except exceptions.EngineIOError:
            raise
        except Exception as error:
            if not self._enforces():
                raise
            # Not by way of engine.io, which would wait until the client has polled all.
            await socket.close(wait=False, abort=True, reason=self._reason)
            await socket.queue.put(None)
            raise exceptions.EngineIOError("the frames are not valid engine.io frames") from error

    def strict(self, websocket: Any) -> Any:
        """A class of websockets that end where a frame is none of engine.io's."""
        enforces = self._enforces

        class Strict(websocket):  # type: ignore[misc]  # engine.io carries no types
            async def wait(self) -> Any:
                frame = await super().wait()
                if _is_broken(frame) and enforces():
                    raise OSError("the frame is not a valid engine.io frame")
                return frame

        return Strict


def _is_broken(frame: Any) -> bool:
    """Whether engine.io raises for a frame."""
    if not isinstance(frame, str) or (frame[:1] == "4" and frame[1:2].isnumeric()):
        return False  # bytes, or a packet of Socket.IO
    try:
        kind: int = packet.Packet(encoded_packet=frame).packet_type
    except Exception:  # noqa: BLE001  # of whatever kind
        return True
    return kind >= len(packet.packet_names)
