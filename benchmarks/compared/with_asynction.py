"""The server of the comparison with asynction, as its documentation shows it."""

import sys
from pathlib import Path

from asynction import AsynctionSocketIO
from flask import Flask, request
from trials import ran, run_flask

# Its document names handlers by module, and this one is the program.
sys.modules["with_asynction"] = sys.modules["__main__"]
app = Flask(__name__)


def say(message):
    ran("say")
    return {"id": 1}


def done(message):
    ran("done")
    return {"id": 1}


def move(x, y):
    ran("move")
    return {"id": 1}


def wrong_ack(message):
    return {"id": "one"}


def wrong_emit(message):
    socketio.emit("said", {"text": 1}, to=request.sid)
    return {"id": 1}


def undeclared_emit(message):
    socketio.emit("nowhere", {"text": "a"}, to=request.sid)
    return {"id": 1}


def ask(message):
    socketio.emit("question", {"text": "a"}, to=request.sid, callback=lambda *_: ran("callback"))
    return {"id": 1}


def connect(auth=None):
    ran("connect")


socketio = AsynctionSocketIO.from_spec(
    Path(__file__).with_name("asyncapi2.yml"), app=app, async_mode="threading"
)
run_flask(socketio, app)
