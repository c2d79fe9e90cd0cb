"""A server that sends events by the hundred when a client asks for it, until one asks it to stop.

    python busy_server.py 5000

Its console has a Try and a Live page. Each hundredth event breaks the contract, and the guard only
reports what the server sends, so that it arrives.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import socketio
import uvicorn
from fastapi import FastAPI

from asyncapi_guard import AsyncAPIGuard, Policy

MEMBER = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string", "maxLength": 40}},
}
DOCUMENT: dict[str, Any] = {
    "asyncapi": "3.1.0",
    "info": {"title": "A busy place", "version": "1"},
    "channels": {
        "main": {
            "address": "/",
            "messages": {
                "begin": {
                    "payload": {
                        "type": "object",
                        "required": ["rate"],
                        "properties": {"rate": {"type": "integer", "minimum": 1}},
                    }
                },
                "stop": {"payload": {"type": "null"}},
                "ping": {"payload": {"type": "null"}, "x-ack": {"type": "boolean"}},
                "tick": {
                    "payload": {
                        "type": "object",
                        "required": ["number", "author"],
                        "properties": {
                            "number": {"type": "integer", "minimum": 0},
                            "text": {"type": "string"},
                            "author": MEMBER,
                        },
                    }
                },
                "end": {"payload": {"type": "integer"}},
            },
        }
    },
    "operations": {
        "hear": {
            "action": "receive",
            "channel": {"$ref": "#/channels/main"},
            "messages": [
                {"$ref": f"#/channels/main/messages/{name}"} for name in ("begin", "ping", "stop")
            ],
        },
        "tell": {
            "action": "send",
            "channel": {"$ref": "#/channels/main"},
            "messages": [{"$ref": f"#/channels/main/messages/{name}"} for name in ("tick", "end")],
        },
    },
}


def tick(number: int) -> dict[str, Any]:
    """An event's arguments; those of each hundredth break the contract."""
    name = None if number % 100 == 99 else "Ada"
    return {"number": number, "text": "All is well. " * 4, "author": {"id": "u_1", "name": name}}


def served(*, live: bool = True) -> Any:
    """The application."""
    server = socketio.AsyncServer(async_mode="asgi")
    guard = AsyncAPIGuard(
        DOCUMENT,
        docs="/asyncapi",
        docs_auth=lambda _scope: True,
        live=live,
        policy=Policy(operations={"tell": "report"}),
    )
    guard.protect(server)

    stopped = asyncio.Event()

    async def send(rate: int) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        number = 0
        while not stopped.is_set():
            await asyncio.sleep(begun + number / rate - loop.time())
            await server.emit("tick", tick(number))
            number += 1
        await server.emit("end", number)

    async def begin(_sid: str, wanted: dict[str, int]) -> None:
        stopped.clear()
        server.start_background_task(send, wanted["rate"])

    async def stop(_sid: str) -> None:
        stopped.set()

    async def ping(_sid: str) -> bool:
        return True

    server.on("begin", begin)
    server.on("stop", stop)
    server.on("ping", ping)
    return guard.asgi(socketio.ASGIApp(server, FastAPI()))


if __name__ == "__main__":
    uvicorn.run(served(), port=int(sys.argv[1]), log_level="warning")
