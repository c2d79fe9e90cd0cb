"""A document, and guarded servers on threads and on asyncio, with a client that talks to them."""

from __future__ import annotations

from typing import Any

import socketio
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard, Policy

KINDS = ("threads", "asyncio")


def document() -> dict[str, Any]:
    say = {"payload": {"type": "string"}, "x-ack": {"type": "integer"}}
    said = {"payload": {"type": "string"}}

    def channel(address: str, **more: Any) -> dict[str, Any]:
        return {"address": address, "messages": {"say": say, "said": said}, **more}

    def operation(action: str, channel: str, message: str) -> dict[str, Any]:
        reference = {"$ref": f"#/channels/{channel}/messages/{message}"}
        return {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [reference],
        }

    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Rooms", "version": "1"},
        "channels": {
            "main": channel("/"),
            "room": channel("/rooms/{id}", parameters={"id": {}}),
        },
        "operations": {
            f"{action}_{name}": operation(action, name, message)
            for name in ("main", "room")
            for action, message in (("receive", "say"), ("send", "said"))
        },
    }


class Measured:
    """A guarded server, and what it does.

    Attributes:
        guard: what guards it.
        url: where it is.
        run: awaits what the server's methods return, on asyncio.
    """

    def __init__(
        self, kind: str, net: Any, spec: Any = None, security: Any = None, **policy: Any
    ) -> None:
        spec = document() if spec is None else spec
        self.guard = AsyncAPIGuard(spec, policy=Policy(**policy), security=security)
        awaits = kind == "asyncio"
        io: Any = (
            socketio.AsyncServer(async_mode="asgi")
            if awaits
            else socketio.Server(async_mode="threading")
        )
        self.guard.protect(io)
        self.io = io
        for namespace in ("/", "/rooms/1", "/rooms/2"):
            self._handle(namespace, awaits=awaits)
        if awaits:
            served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
            self.url, self.run = served.url, served.run
        else:
            self.run = lambda value: value
            self.url = net.serve(socketio.WSGIApp(io))

    def _handle(self, namespace: str, *, awaits: bool) -> None:
        io = self.io

        def answer(text: Any) -> Any:
            if text == "fail":
                raise RuntimeError("secret")
            return "no integer" if text == "wrong" else 1

        def say(sid: str, text: Any) -> Any:
            io.emit("said", "heard", to=sid, namespace=namespace)
            return answer(text)

        async def say_later(sid: str, text: Any) -> Any:
            await io.emit("said", "heard", to=sid, namespace=namespace)
            return answer(text)

        io.on("say", say_later if awaits else say, namespace=namespace)
