"""The server of the comparison with SIO-AsyncAPI, as its README shows it."""

from flask import Flask, request
from pydantic import BaseModel
from sio_asyncapi import AsyncAPISocketIO
from trials import ran, run_flask


class Text(BaseModel):
    text: str


class Saved(BaseModel):
    id: int


class Auth(BaseModel):
    token: str


app = Flask(__name__)
socketio = AsyncAPISocketIO(app, validate=True, generate_docs=True, async_mode="threading")


@socketio.on("say", get_from_typehint=True)
def say(message: Text) -> Saved:
    ran("say")
    return Saved(id=1)


@socketio.on("done", get_from_typehint=True)
def done(message: Text) -> Saved:
    ran("done")
    return Saved(id=1)


@socketio.on("move", get_from_typehint=True)
def move(x: int, y: int) -> Saved:
    ran("move")
    return Saved(id=1)


@socketio.on("wrong_ack", get_from_typehint=True)
def wrong_ack(message: Text) -> Saved:
    return {"id": "one"}


@socketio.doc_emit("said", Text)
@socketio.on("wrong_emit", get_from_typehint=True)
def wrong_emit(message: Text) -> Saved:
    socketio.emit("said", {"text": 1}, to=request.sid)
    return Saved(id=1)


@socketio.on("undeclared_emit", get_from_typehint=True)
def undeclared_emit(message: Text) -> Saved:
    socketio.emit("nowhere", {"text": "a"}, to=request.sid)
    return Saved(id=1)


@socketio.doc_emit("question", Text)
@socketio.on("ask", get_from_typehint=True)
def ask(message: Text) -> Saved:
    socketio.emit("question", {"text": "a"}, to=request.sid, callback=lambda *_: ran("callback"))
    return Saved(id=1)


@socketio.on("connect", namespace="/locked", get_from_typehint=True)
def connect(auth: Auth):
    ran("connect")


run_flask(socketio, app)
