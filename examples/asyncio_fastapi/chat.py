"""A chat on asyncio: FastAPI and python-socketio under uvicorn, guarded by an AsyncAPI document.

    pip install asyncapi-guard fastapi uvicorn websockets
    python chat.py

The guard rejects a client whose `auth` breaks the contract before `connect` runs, and an event
before its handler runs. It also validates each event that the server emits: in a handler, in the
background task, and in the REST route.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn
from fastapi import FastAPI, HTTPException
from socketio.exceptions import ConnectionRefusedError as RejectedClient

from asyncapi_guard import AsyncAPIGuard, ContractViolation, EmitValidationError, Violation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PASSWORD = os.environ.get("CHAT_PASSWORD", "open sesame")

sio = socketio.AsyncServer(async_mode="asgi")
violations: asyncio.Queue[Violation] = asyncio.Queue()


async def on_violation(violation: Violation) -> None:
    """Queue a violation for a task that counts them; the client's response waits for this."""
    await violations.put(violation)


guard = AsyncAPIGuard(Path(__file__).with_name("asyncapi.yml"), on_violation=on_violation)
guard.protect(sio)


@guard.on_error
async def on_error(error: Exception, event: str, sid: str) -> dict[str, Any]:
    """Return the ack of a rejected event, and of an event whose handler failed."""
    if isinstance(error, ContractViolation):
        raise error  # the guard's own error response names the problems
    return {"error": {"code": "failed", "event": event}}


@sio.event
async def connect(sid: str, environ: dict[str, Any], auth: dict[str, str]) -> None:
    """Accept clients with the right password; the guard has validated `auth`."""
    if auth["password"] != PASSWORD:
        raise RejectedClient("the password is wrong")
    await sio.save_session(sid, {"name": auth["name"]})


@sio.event
async def join(sid: str, room: str) -> int:
    """Enter a room, and return how many people are in it."""
    await sio.enter_room(sid, room)
    return len(list(sio.manager.get_participants("/", room)))


@sio.event
async def say(sid: str, message: dict[str, str]) -> None:
    """Send a message to everyone in a room."""
    said = {"name": await name_in(sid, message["room"]), "text": message["text"]}
    await sio.emit("said", said, to=message["room"])


@sio.event
async def share(sid: str, upload: dict[str, Any]) -> int:
    """Send a file to everyone in a room, and return its size in bytes."""
    name, data = await name_in(sid, upload["room"]), upload["data"]
    shared = {"name": name, "file": upload["file"], "data": data}
    await sio.emit("shared", shared, to=upload["room"])
    return len(data)


async def name_in(sid: str, room: str) -> str:
    """Return the name of a client that is in a room."""
    if room not in sio.rooms(sid):
        raise LookupError("join the room first")
    session = await sio.get_session(sid)
    return str(session["name"])


async def tell_the_time() -> None:
    """Emit the time every second, until the application stops."""
    while True:
        await sio.emit("time", datetime.now(timezone.utc).isoformat())
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Run the background task while the application runs."""
    task = asyncio.create_task(tell_the_time())
    yield
    task.cancel()


api = FastAPI(lifespan=lifespan)


@api.post("/announcements", status_code=202)
async def announce(text: str) -> None:
    """Emit an announcement to everyone; answer 422 if it breaks the contract."""
    try:
        await sio.emit("announced", text)
    except EmitValidationError as error:
        raise HTTPException(422, error.errors()) from error


app = socketio.ASGIApp(sio, other_asgi_app=api)

if __name__ == "__main__":
    # Without a timeout, the poll of a client that left delays the end of the server by 45 s.
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")), timeout_graceful_shutdown=1)
