"""The server of the comparison with pydantic-socketio, as its README shows it."""

import uvicorn
from pydantic import BaseModel
from pydantic_socketio.pydantic_socketio import AsyncServer
from socketio import ASGIApp
from trials import free_port, ran


class Text(BaseModel):
    text: str


class Saved(BaseModel):
    id: int


class Auth(BaseModel):
    token: str


sio = AsyncServer(async_mode="asgi")
sio.register_emit("said", Text)
sio.register_emit("question", Text, ack_type=Saved)


@sio.on("say")
async def say(sid: str, message: Text) -> Saved:
    ran("say")
    return Saved(id=1)


@sio.on("done")
async def done(sid: str, message: Text) -> Saved:
    ran("done")
    return Saved(id=1)


@sio.on("move")
async def move(sid: str, x: int, y: int) -> Saved:
    ran("move")
    return Saved(id=1)


@sio.on("wrong_ack")
async def wrong_ack(sid: str, message: Text) -> Saved:
    return {"id": "one"}


@sio.on("wrong_emit")
async def wrong_emit(sid: str, message: Text) -> Saved:
    await sio.emit("said", {"text": 1}, to=sid)
    return Saved(id=1)


@sio.on("undeclared_emit")
async def undeclared_emit(sid: str, message: Text) -> Saved:
    await sio.emit("nowhere", {"text": "a"}, to=sid)
    return Saved(id=1)


@sio.on("ask")
async def ask(sid: str, message: Text) -> Saved:
    await sio.emit("question", {"text": "a"}, to=sid, callback=lambda *_: ran("callback"))
    return Saved(id=1)


@sio.on("connect", namespace="/locked")
async def connect(sid: str, environ: dict, auth: Auth) -> None:
    ran("connect")


uvicorn.run(ASGIApp(sio), port=free_port(), log_level="critical")
