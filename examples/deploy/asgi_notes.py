"""Notes on asyncio, for several workers behind nginx; docs/how-to/deployment.md says how.

uvicorn --port 8001 --timeout-graceful-shutdown 1 asgi_notes:app
"""

from __future__ import annotations

import os
from pathlib import Path

import socketio

from asyncapi_guard import AsyncAPIGuard

url = os.environ.get("REDIS_URL")
sio = socketio.AsyncServer(
    async_mode="asgi", client_manager=socketio.AsyncRedisManager(url) if url else None
)
AsyncAPIGuard(Path(__file__).with_name("asyncapi.yml")).protect(sio)
app = socketio.ASGIApp(sio)


@sio.on("post")
async def post(sid: str, text: str) -> dict[str, int]:
    """Tell everybody, in all workers."""
    await sio.emit("posted", {"text": text, "worker": os.getpid()})
    return {"worker": os.getpid()}
