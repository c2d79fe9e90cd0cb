"""The server of the comparison with asyncapi-guard: Flask-SocketIO, and one line for the guard."""

from pathlib import Path

from flask import Flask, request
from flask_socketio import SocketIO
from trials import ran, run_flask

from asyncapi_guard import AsyncAPIGuard

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
AsyncAPIGuard(Path(__file__).with_name("asyncapi3.yml")).init_app(app, socketio)


@socketio.on("say")
def say(message):
    ran("say")
    return {"id": 1}


@socketio.on("done")
def done(message):
    ran("done")
    return {"id": 1}


@socketio.on("move")
def move(x, y):
    ran("move")
    return {"id": 1}


@socketio.on("wrong_ack")
def wrong_ack(message):
    return {"id": "one"}


@socketio.on("wrong_emit")
def wrong_emit(message):
    socketio.emit("said", {"text": 1}, to=request.sid)
    return {"id": 1}


@socketio.on("undeclared_emit")
def undeclared_emit(message):
    socketio.emit("nowhere", {"text": "a"}, to=request.sid)
    return {"id": 1}


@socketio.on("ask")
def ask(message):
    socketio.emit("question", {"text": "a"}, to=request.sid, callback=lambda *_: ran("callback"))
    return {"id": 1}


@socketio.on("connect", namespace="/locked")
def connect(auth):
    ran("connect")


run_flask(socketio, app)
