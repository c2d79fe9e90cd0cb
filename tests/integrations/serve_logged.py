"""An application that gunicorn loads before it forks its workers, and whose guard keeps a log."""

from __future__ import annotations

import socketio

from asyncapi_guard import AsyncAPIGuard, Policy

DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "Chat", "version": "1"},
    "channels": {
        "chat": {
            "address": "/",
            "messages": {
                "say": {"payload": {"type": "string"}, "x-ack": {"type": "integer"}},
                "bye": {"payload": {"type": "string"}},
            },
        }
    },
    "operations": {
        f"on_{name}": {
            "action": "receive",
            "channel": {"$ref": "#/channels/chat"},
            "messages": [{"$ref": f"#/channels/chat/messages/{name}"}],
        }
        for name in ("say", "bye")
    },
}

io = socketio.Server(async_mode="threading")
guard = AsyncAPIGuard(DOCUMENT, policy=Policy(mode="report"), violations="guard-{pid}.ndjson")
guard.protect(io)


@io.on("say")
def say(sid: str, text: str) -> int:
    """Which worker it is."""
    import os

    return os.getpid()


@io.on("bye")
def bye(sid: str, text: str) -> None:
    """Nothing."""


app = socketio.WSGIApp(io)
