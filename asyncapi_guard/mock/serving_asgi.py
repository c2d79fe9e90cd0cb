"""Serves a mock on asyncio, under uvicorn, until it is interrupted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvicorn

from asyncapi_guard.mock.aio import AsyncioMock

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.mock.loading import LoadedMock

__all__ = ["serve"]


class _Server(uvicorn.Server):
    """One that ends the mock before it waits for its connections to end."""

    mock: AsyncioMock

    async def shutdown(self, sockets: Any = None) -> None:
        await self.mock.end()
        await super().shutdown(sockets)


def serve(loaded: LoadedMock, host: str, port: int, listening: Callable[[int], None]) -> None:
    """Serve a mock.

    Args:
        loaded: what it does.
        host: where it listens.
        port: as well; 0 for any that is free.
        listening: called with the port before the first client can come.
    """
    mock = AsyncioMock(loaded)
    config = uvicorn.Config(
        mock.app,
        host=host,
        port=port,
        log_level="warning",
        # A poll whose client is gone would hold the server for 45 s.
        timeout_graceful_shutdown=1,
    )
    bound = config.bind_socket()
    bound.listen()  # so that clients wait, and are not refused, until it has started
    listening(bound.getsockname()[1])
    server = _Server(config)
    server.mock = mock
    with suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
