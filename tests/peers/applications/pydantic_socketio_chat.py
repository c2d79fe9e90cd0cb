"""A chat on pydantic-socketio; prints the document that the library exports."""

import json

# Evaluated at run time by the library, so these cannot be for type checkers alone.
from typing import Any, Dict, List, Optional, Tuple  # noqa: UP035

from pydantic import BaseModel
from pydantic_socketio.pydantic_socketio import Server


class Say(BaseModel):
    room: str
    text: str


class Said(BaseModel):
    id: int


sio = Server()


@sio.on("say")
def say(sid: str, message: Say) -> Said:
    """One model, and a model as the ack."""
    return Said(id=1)


@sio.on("move")
def move(sid: str, x: int, y: int) -> Tuple[int, int]:  # noqa: UP006
    """Several arguments, and an ack of several values."""
    return x, y


@sio.on("leave")
def leave(sid: str) -> None:
    """No argument, and an ack without a value."""


@sio.on("anything")
def anything(sid: str, value: Any) -> Dict[str, str]:  # noqa: UP006
    """One argument of any kind."""
    return {}


@sio.on("find", namespace="/admin")
def find(sid: str, words: List[str]) -> Optional[Said]:  # noqa: UP006, UP045
    """A list as one argument, and an ack with or without a value."""
    return None


sio.register_emit("said", Say)
sio.register_emit("moved", Tuple[int, int], namespace="/")  # noqa: UP006
sio.register_emit("kick", Say, namespace="/admin", ack_type=bool)
sio.register_emit("scores", Tuple[int, ...], namespace="/admin")  # noqa: UP006

print(json.dumps(sio.asyncapi(title="Chat", version="1")))  # noqa: T201
