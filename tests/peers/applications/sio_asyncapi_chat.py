"""A chat on SIO-AsyncAPI; prints the document that the library exports."""

import json

from flask import Flask
from pydantic import BaseModel
from sio_asyncapi import AsyncAPISocketIO


class Say(BaseModel):
    room: str
    text: str


class Said(BaseModel):
    id: int


socketio = AsyncAPISocketIO(Flask(__name__), generate_docs=True, title="Chat", version="1")


@socketio.on("say", get_from_typehint=True)
def say(message: Say) -> Said:
    """One model, and a model as the ack."""
    return Said(id=1)


@socketio.on("ban", namespace="/admin", get_from_typehint=True)
def ban(message: Say) -> Said:
    """The same in a namespace."""
    return Said(id=1)


@socketio.doc_emit("said", Say, "Somebody said something.")
def emit_said() -> None:
    """What the server emits."""


print(json.dumps(socketio.asyncapi_doc.dict()))  # noqa: T201
