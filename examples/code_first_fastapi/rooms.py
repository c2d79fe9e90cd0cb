"""Code first on asyncio: FastAPI and AsyncAPIAsyncServer; type hints are the contract.

    pip install 'asyncapi-guard[pydantic]' fastapi uvicorn websockets
    python rooms.py

    asyncapi-guard export rooms:sio -o asyncapi.yml

writes the document that clients are given. The guard validates by the same document.
"""

from __future__ import annotations

import os
from typing import Annotated

import socketio
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from socketio.exceptions import ConnectionRefusedError as RejectedClient
from socketio.exceptions import TimeoutError as NoAnswer

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIAsyncServer,
    Handshake,
    SessionId,
)

PASSWORD = os.environ.get("ROOMS_PASSWORD", "open sesame")

#: The name of a room.
Room = Annotated[str, Field(pattern="^[a-z]+$")]


class Credentials(BaseModel):
    """What a client sends as `auth`."""

    name: Annotated[str, Field(min_length=1)]
    password: str


class Line(BaseModel):
    """What somebody says in a room."""

    room: Room
    text: Annotated[str, Field(min_length=1, max_length=200)]


class Said(BaseModel):
    """A line, and who said it."""

    name: str
    text: str


class Mood(BaseModel):
    """How a client is, in its own words."""

    mood: str
    score: Annotated[int, Field(ge=0, le=10)]


sio = AsyncAPIAsyncServer(async_mode="asgi", typed=True, title="Rooms", version="1.0.0")
sio.doc_emit("said", Said, "Somebody says something in your room.")
sio.doc_emit("announced", str)
sio.doc_emit("mood", None, "Asks a client how it is.", ack_model=Mood)


@sio.event
async def connect(auth: Credentials) -> None:
    """Let in who knows the password."""
    if auth.password != PASSWORD:
        raise RejectedClient("the password is wrong")


@sio.event
async def join(sid: str, room: Room) -> int:
    """Enter a room; answers how many people are in it."""
    await sio.enter_room(sid, room)
    return len(list(sio.manager.get_participants("/", room)))


@sio.event
async def say(client: SessionId, handshake: Handshake, line: Line) -> None:
    """Tell everybody in a room."""
    if line.room in sio.rooms(client):
        name = handshake.auth["name"]
        await sio.emit("said", Said(name=name, text=line.text), to=line.room)


@sio.event
def shout(text: str) -> str:
    """Answer in capital letters; plain functions are handlers as well."""
    return text.upper()


api = FastAPI()


@api.post("/announcements", status_code=202)
async def announce(text: str) -> None:
    """Emit an announcement to everybody."""
    await sio.emit("announced", text)


@api.get("/clients/{sid}/mood")
async def mood(sid: str) -> Mood:
    """Ask a client, which might answer anything."""
    try:
        return await sio.call("mood", to=sid, timeout=5, response_model=Mood)
    except AckValidationError as error:
        raise HTTPException(502, error.errors()) from error
    except NoAnswer as error:
        raise HTTPException(504, "the client does not answer") from error


app = socketio.ASGIApp(sio, other_asgi_app=api)

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")))
